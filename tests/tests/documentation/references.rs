//! Pages, sections and rules that sources cite, and links between pages: all are there.

use std::collections::BTreeSet;
use std::path::Path;

use crate::page::{Page, files, root};

/// A page that a source cites, with the sections and the rules it names of it.
#[derive(Debug, Default)]
struct Citation {
    page: String,
    sections: Vec<String>,
    rules: Vec<String>,
}

/// The text of a source without the marks of comments, on one line.
fn flat(text: &str) -> String {
    let bare = |line: &str| -> String {
        let line = line.trim();
        let marks = ["//!", "///", "//"];
        marks.iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line).trim().to_owned()
    };
    text.lines().map(bare).collect::<Vec<_>>().join(" ")
}

/// The citations `docs/NAME`, each with what follows: `, "Section"`, ` and "Section"`, `, rules A1 to A3`.
fn citations(text: &str) -> Vec<Citation> {
    const FOLDER: &str = concat!("do", "cs/");
    let starts = text.match_indices(FOLDER).map(|(at, found)| &text[at + found.len()..]);
    starts.filter_map(citation).collect()
}

fn citation(rest: &str) -> Option<Citation> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let name = rest.split(|c| !part(c)).next().unwrap_or_default().trim_end_matches('.');
    if ![".md", ".xsd"].iter().any(|ending| name.ends_with(ending)) {
        return None;
    }
    let mut cited = Citation { page: name.to_owned(), ..Citation::default() };
    let mut rest = rest[name.len()..].trim_start_matches('`');
    while let Some(next) = [", \"", " and \"", ", and \""].iter().find_map(|mark| rest.strip_prefix(mark)) {
        let (section, after) = next.split_once('"')?;
        cited.sections.push(section.to_owned());
        rest = after;
    }
    if let Some(rules) = [", rule ", ", rules "].iter().find_map(|mark| rest.strip_prefix(mark)) {
        let words = rules.split(['.', ';', ')']).next().unwrap_or_default().split([' ', ',']);
        let is_rule = |word: &&str| word.len() > 1 && word[1..].bytes().all(|byte| byte.is_ascii_digit());
        cited.rules.extend(words.filter(is_rule).map(str::to_owned));
    }
    Some(cited)
}

/// What is wrong with a citation.
fn problem(cited: &Citation) -> Option<String> {
    let path = root().join("docs").join(&cited.page);
    if !path.is_file() {
        return Some(format!("there is no page `{}`", cited.page));
    }
    let page = Page::read(&path);
    let headings = page.headings();
    let missing = cited.sections.iter().find(|section| !headings.contains(section));
    if let Some(section) = missing {
        return Some(format!("`{}` has no section \"{section}\"", cited.page));
    }
    let rule = cited.rules.iter().find(|rule| !page.text.contains(&format!("**{rule}.**")))?;
    Some(format!("`{}` has no rule {rule}", cited.page))
}

#[test]
fn every_page_section_and_rule_that_is_cited_is_there() {
    let (mut wrong, mut cited) = (Vec::new(), BTreeSet::new());
    for path in files(&[".rs", ".md", ".toml", ".snap"]) {
        let page = Page::read(&path);
        for citation in citations(&flat(&page.text)) {
            wrong.extend(problem(&citation).map(|problem| format!("{}: {problem}", page.name)));
            cited.insert(citation.page);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cited.len() > 5, "citations are not found any more: {cited:?}");
}

#[test]
fn citations_are_read_as_they_are_written() {
    let folder = concat!("do", "cs/");
    let text = format!(
        "Truth: `{folder}a-b.md`, \"One two\" and \"Three\". See {folder}c.md, rules M1 to M3 and P4."
    );
    let found = citations(&text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!((found[0].page.as_str(), found[0].sections.len()), ("a-b.md", 2));
    assert_eq!((found[1].page.as_str(), found[1].rules.join(" ").as_str()), ("c.md", "M1 M3 P4"));
}

/// What is wrong with a link of a page.
fn broken(page: &Path, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = match path {
        "" => page.to_owned(),
        path => page.parent().unwrap_or(page).join(path),
    };
    if !target.exists() {
        return Some(format!("`{link}` leads nowhere"));
    }
    let known = anchor.is_empty() || Page::read(&target).anchors().iter().any(|known| known == anchor);
    (!known).then(|| format!("`{link}` names no heading"))
}

#[test]
fn every_relative_link_resolves() {
    let mut wrong = Vec::new();
    for path in files(&[".md"]) {
        let page = Page::read(&path);
        let broken = page.links().into_iter().filter_map(|link| broken(&path, &link));
        wrong.extend(broken.map(|problem| format!("{}: {problem}", page.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_page_is_in_the_list_of_pages() {
    let linked = Page::of_docs("README.md").links();
    let folder = std::fs::read_dir(root().join("docs")).expect("the folder is there");
    let names = folder.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let missing: Vec<_> = names.filter(|name| name != "README.md" && !linked.contains(name)).collect();
    assert!(missing.is_empty(), "docs/README.md does not name {}", missing.join(", "));
}
