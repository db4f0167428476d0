//! Pages as a reader sees them: headings, tables, links; nothing in blocks of code.

use std::fs;
use std::path::{Path, PathBuf};

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A page of Markdown.
pub(crate) struct Page {
    /// The path below the top of the repository.
    pub(crate) name: String,
    /// The whole text.
    pub(crate) text: String,
}

/// A table and the heading above it.
pub(crate) struct Table {
    pub(crate) section: String,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Page {
    /// Reads a page of the documentation.
    pub(crate) fn of_docs(name: &str) -> Page {
        Page::read(&root().join("docs").join(name))
    }

    pub(crate) fn read(path: &Path) -> Page {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.strip_prefix(root()).unwrap_or(path).to_string_lossy().into_owned();
        Page { name, text }
    }

    /// The lines outside of blocks of code.
    fn lines(&self) -> impl Iterator<Item = &str> {
        let mut code = false;
        self.text.lines().filter(move |line| {
            let fence = line.trim_start().starts_with("```");
            code ^= fence;
            !code && !fence
        })
    }

    /// The blocks of code in a language.
    pub(crate) fn blocks(&self, language: &str) -> Vec<String> {
        let begin = format!("```{language}\n");
        let after = self.text.split(&begin).skip(1);
        after.filter_map(|rest| rest.split_once("```")).map(|(block, _)| block.to_owned()).collect()
    }

    /// The headings, without their marks.
    pub(crate) fn headings(&self) -> Vec<String> {
        self.lines().filter_map(heading).map(str::to_owned).collect()
    }

    /// The headings as links name them.
    pub(crate) fn anchors(&self) -> Vec<String> {
        self.headings().iter().map(|heading| anchor(heading)).collect()
    }

    /// The tables, in order.
    pub(crate) fn tables(&self) -> Vec<Table> {
        let mut tables: Vec<Table> = Vec::new();
        let (mut section, mut inside) = (String::new(), false);
        for line in self.lines() {
            if let Some(heading) = heading(line) {
                section = heading.to_owned();
            }
            match cells(line) {
                None => inside = false,
                Some(header) if !inside => {
                    inside = true;
                    tables.push(Table { section: section.clone(), header, rows: Vec::new() });
                }
                Some(row) if row.iter().all(|cell| cell.trim_matches('-').is_empty()) => {}
                Some(row) => tables.last_mut().into_iter().for_each(|table| table.rows.push(row.clone())),
            }
        }
        tables
    }

    /// The rows of all tables with such a header.
    pub(crate) fn rows(&self, header: &[&str]) -> Vec<Vec<String>> {
        let tables = self.tables().into_iter().filter(|table| table.header == header);
        let rows: Vec<_> = tables.flat_map(|table| table.rows).collect();
        assert!(!rows.is_empty(), "{}: no table {header:?}", self.name);
        rows
    }

    /// The targets of links.
    pub(crate) fn links(&self) -> Vec<String> {
        let mut links = Vec::new();
        for line in self.lines() {
            // Every second piece is code.
            for piece in line.split('`').step_by(2) {
                let starts = piece.match_indices("](").map(|(at, found)| &piece[at + found.len()..]);
                links.extend(starts.filter_map(|rest| rest.split_once(')')).map(|(link, _)| link.to_owned()));
            }
        }
        links
    }

    /// The words that are written as code.
    pub(crate) fn code(&self) -> Vec<String> {
        self.lines().flat_map(code_of).collect()
    }
}

/// The words of a text that are written as code.
pub(crate) fn code_of(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    (text.len() < line.len()).then(|| text.strip_prefix(' ')).flatten().map(str::trim)
}

/// A heading as links name it: lower case, blanks as hyphens, no punctuation.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The cells of a line of a table; `\|` is no border.
fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    let inner = inner.replace("\\|", "\u{1}");
    Some(inner.split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect())
}

/// The word that a cell writes as code.
pub(crate) fn word(cell: &str) -> &str {
    cell.trim_matches('`')
}

/// The files of the repository with such an ending, in order.
pub(crate) fn files(endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(&root(), &mut |path| {
        let name = path.to_string_lossy();
        if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path.to_owned());
        }
    });
    found.sort();
    assert!(found.len() > 5, "the files are not where they should be");
    found
}

/// Visits every file below a folder, but for what is built, downloaded or hidden.
pub(crate) fn walk(folder: &Path, visit: &mut dyn FnMut(&Path)) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let skipped = name == "target" || name.to_string_lossy().starts_with('.');
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !skipped => walk(&path, visit),
            Ok(kind) if kind.is_file() && !skipped => visit(&path),
            Ok(_) | Err(_) => {}
        }
    }
}
