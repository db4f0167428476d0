//! A proof as a tree for people.
//!
//! Bounded: of a node with very many nodes below, those that decide and the first others are printed,
//! and what is left out is counted; [`super::json`] has everything. Colours are what the palette says.

use std::borrow::Cow;
use std::io::Write;

use super::relation::{Relations, identity};
use super::{Because, Folded, Hop, Proof, Replacement, Rules, Witness};
use crate::diagnostic::Position;
use crate::error::Result;
use crate::model::catalogs::Entry;
use crate::model::verdict::{Answer, Cell, Verdict};
use crate::render::{Palette, clean};

mod definition;
mod rows;
mod tree;

/// How a proof is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// The colours.
    pub palette: Palette,
    /// What trees are drawn with.
    pub strokes: Strokes,
    /// How much is printed.
    pub bounds: Bounds,
}

impl Look {
    /// Without colours, with lines, within the usual bounds.
    pub const PLAIN: Look = Look { palette: Palette::PLAIN, strokes: Strokes::Lines, bounds: Bounds::USUAL };
}

/// What trees are drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strokes {
    /// Box drawing characters.
    Lines,
    /// ASCII only.
    Ascii,
}

impl Strokes {
    /// Before a node that others follow, before the last one, and below each of them.
    fn parts(self) -> [&'static str; 4] {
        match self {
            Strokes::Lines => ["├─ ", "└─ ", "│  ", "   "],
            Strokes::Ascii => ["|- ", "`- ", "|  ", "   "],
        }
    }

    /// In place of what is left out.
    fn more(self) -> &'static str {
        match self {
            Strokes::Lines => "…",
            Strokes::Ascii => "...",
        }
    }
}

/// How much of a proof is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How deep trees are printed.
    pub depth: usize,
    /// How many nodes below one are printed, at least 1.
    pub below: usize,
    /// How many nodes of one tree are printed.
    pub nodes: usize,
    /// How many entries of other lists are printed: package rows, instances, replacements.
    pub entries: usize,
}

impl Bounds {
    /// What fits a few screens.
    pub const USUAL: Bounds = Bounds { depth: 16, below: 12, nodes: 200, entries: 40 };
    /// Everything.
    pub const NONE: Bounds =
        Bounds { depth: usize::MAX, below: usize::MAX, nodes: usize::MAX, entries: usize::MAX };
}

/// Writes a proof.
///
/// # Errors
///
/// Writing fails.
pub fn write(proof: &Proof<'_>, look: &Look, out: &mut dyn Write) -> Result<()> {
    let mut page = Page { proof, look, text: String::new() };
    page.head();
    page.steps();
    page.relations();
    match &proof.rules {
        Rules::Retracted | Rules::Deprecated | Rules::None => {}
        Rules::Definition(definition, trace) => page.definition(&definition.id, trace.as_ref()),
        Rules::Tests { installed, applicable } => {
            page.tree("installed", installed);
            page.tree("applicable", applicable);
        }
        Rules::Items(items) => {
            for (at, name, tree) in proof.rules.trees() {
                match items.len() {
                    1 => page.tree(name, tree),
                    _ => page.tree(&format!("{name}, part {}", at + 1), tree),
                }
            }
        }
        Rules::Packages { profile, rows } => page.rows(*profile, rows),
    }
    page.products();
    out.write_all(page.text.as_bytes())?;
    Ok(())
}

/// The text while it is put together.
struct Page<'p, 'm> {
    proof: &'p Proof<'m>,
    look: &'p Look,
    text: String,
}

impl Page<'_, '_> {
    fn line(&mut self, text: &str) {
        self.text.push_str(&clean(cut(text, LINE)));
        self.text.push('\n');
    }

    fn paint(&mut self, color: &str, text: &str) {
        self.look.palette.paint(color, &clean(cut(text, LINE)), &mut self.text);
    }

    fn heading(&mut self, text: &str) {
        self.text.push('\n');
        self.paint(self.look.palette.heading, text);
        self.text.push('\n');
    }

    /// A line `name: words`, with the name in a column of its own; without words, nothing.
    fn entry(&mut self, name: &str, words: &str) {
        if words.is_empty() {
            return;
        }
        self.paint(self.look.palette.faint, &format!("{:<14}", format!("{name}:")));
        self.line(words);
    }

    fn cell(&mut self, name: &str, cell: Cell, words: &str) {
        self.paint(self.look.palette.faint, &format!("{:<14}", format!("{name}:")));
        self.paint(self.look.palette.verdict(cell.verdict), cell.verdict.name());
        self.line(&format!(", {}{words}", cell.reason));
    }

    fn head(&mut self) {
        let Proof { entry, source, inventory, cell, .. } = self.proof;
        self.entry("client", inventory.client());
        self.entry("marks", &inventory.marks.names().collect::<Vec<_>>().join("; "));
        self.entry("update", &entry.identity);
        self.entry("title", &entry.update.title);
        for install in &entry.update.installs {
            let driver: Vec<_> = install.driver().map(|(name, text)| format!("{name} {text}")).collect();
            self.entry("driver", &driver.join("; "));
        }
        let named = [source.format.as_str(), source.revision.as_str()];
        let named: Vec<_> = named.into_iter().filter(|name| !name.is_empty()).collect();
        let document = match entry.update.document() {
            "" => source.path.clone(),
            document => format!("{}!{document}", source.path),
        };
        let catalog = place(&document, entry.update.position);
        self.entry("catalog", &format!("{catalog} ({})", named.join(" ")));
        self.cell("cell", *cell, &format!(": {}", cell.reason.description()));
        let flags = self.proof.flags();
        for (_, name, meaning) in
            crate::model::flag::Flags::ALL.iter().filter(|(flag, ..)| flags.contains(*flag))
        {
            self.entry("flag", &format!("{name}: {meaning}"));
        }
    }

    /// How the cell came about, from the rules to the answer.
    fn steps(&mut self) {
        self.heading("how it came about");
        let Proof { asked, raw, cell, entry, .. } = self.proof;
        match &self.proof.rules {
            Rules::Retracted => {
                self.cell("rules", *asked, "; withdrawn with its packages, so nothing was asked");
            }
            Rules::Deprecated => {
                self.cell("rules", *asked, "; not to be used any more, so nothing was asked");
            }
            Rules::None => self.cell("rules", *asked, "; the update has no rule"),
            Rules::Tests { .. } | Rules::Items(_) | Rules::Packages { .. } | Rules::Definition(..) => {
                self.cell("rules", *asked, "");
            }
        }
        if raw != asked {
            self.cell("withdrawn", *raw, &format!("; {} is withdrawn by its publisher", entry.identity));
        }
        match &self.proof.folded {
            Folded::Off => self.entry("supersedence", "switched off"),
            Folded::NotAsked => self.entry("supersedence", "not asked: it changes only what is Missing"),
            Folded::Asked { replacements, .. } if replacements.is_empty() => {
                self.entry("supersedence", "nothing replaces the update");
            }
            Folded::Asked { replacements, by } => {
                let words = match by.and_then(|by| replacements.get(by)) {
                    None => "; no replacement is Installed or Missing".to_owned(),
                    Some(by) if by.raw.verdict == Verdict::Installed => {
                        format!("; {} replaces it and is Installed", by.entry.identity)
                    }
                    Some(by) => format!("; {} replaces it and is Missing too", by.entry.identity),
                };
                self.cell("supersedence", *cell, &words);
                self.replacements(replacements, *by);
            }
        }
    }

    /// What the update needs and consists of.
    fn relations(&mut self) {
        let Relations { needed, clauses, children } = &self.proof.relations;
        let shown = self.look.bounds.entries;
        if let Some(needed) = needed {
            self.heading(&format!("what it needs: {}, {}", needed.truth.name(), needed.reason));
            for clause in clauses.iter().take(shown) {
                let target = |(entry, answer): &(Option<&Entry>, Answer)| {
                    format!("{} ({}, {})", identity(*entry), answer.truth.name(), answer.reason)
                };
                let targets: Vec<_> = clause.iter().map(target).collect();
                self.line(&format!("  one of: {}", targets.join(", ")));
            }
            self.left_out("  ", clauses.len().saturating_sub(shown), "clauses");
        }
        if !children.is_empty() {
            self.heading("what it consists of");
            for (entry, cell) in children.iter().take(shown) {
                self.text.push_str("  ");
                self.paint(self.look.palette.verdict(cell.verdict), cell.verdict.name());
                self.line(&format!(", {}: {}", cell.reason, identity(*entry)));
            }
            self.left_out("  ", children.len().saturating_sub(shown), "updates");
        }
    }

    fn replacements(&mut self, replacements: &[Replacement<'_>], by: Option<usize>) {
        let shown = self.look.bounds.entries;
        let decisive = by.into_iter().filter(|by| *by >= shown);
        for at in (0..replacements.len().min(shown)).chain(decisive) {
            let replacement = &replacements[at];
            self.text.push_str("  ");
            self.paint(self.look.palette.verdict(replacement.raw.verdict), replacement.raw.verdict.name());
            self.line(&format!(", {}: {}", replacement.raw.reason, replacement.entry.identity));
            for hop in &replacement.path {
                self.line(&format!("    {}", hop_words(hop)));
            }
        }
        self.left_out("  ", replacements.len().saturating_sub(shown), "replacements");
    }

    fn left_out(&mut self, indent: &str, count: usize, what: &str) {
        if count > 0 {
            self.text.push_str(indent);
            let words = format!("{} {count} more {what}", self.look.strokes.more());
            self.paint(self.look.palette.faint, &words);
            self.text.push('\n');
        }
    }

    /// Where in the catalog something is asked: its file without the folders, which the head names.
    fn asked(&self, position: Position) -> String {
        let path = match self.proof.entry.update.document() {
            "" => self.proof.source.path.as_str(),
            document => document,
        };
        let name = path.rsplit(['/', '\\']).find(|name| !name.is_empty()).unwrap_or(path);
        format!("asked at {}", place(name, position))
    }

    /// What is known of the existence of a thing, in words.
    fn because(&self, because: &Because) -> String {
        match because {
            Because::Stated => "stated".to_owned(),
            Because::Detected(row) => format!("detected by row {} of the product table", row + 1),
            Because::RuledOut(row) => format!("absent: ruled out by row {} of the product table", row + 1),
            Because::ProvedAbsent(fact) => format!("absent: proved by {}", self.witness(*fact)),
            Because::Covered { under, stated } => {
                format!("absent: everything below {under} is stated, by {}", self.witness(*stated))
            }
            Because::Complete(kind) => format!("absent: the inventory is complete for {}", kind.name()),
            Because::TokenUnknown(token) => {
                format!("not collected: where {token} is, the client does not say")
            }
            Because::Undeclared(kind) => {
                format!("not collected: not stated, and {} is not declared complete for it", kind.name())
            }
            Because::Ignored => "not looked at: registry items are left out".to_owned(),
        }
    }

    /// A fact and where it stands, in words.
    fn witness(&self, fact: usize) -> String {
        self.proof.witnesses.get(&fact).map_or_else(|| format!("fact {fact}"), witness_words)
    }
}

fn witness_words(witness: &Witness<'_>) -> String {
    let mut words = witness.fact.element().to_owned();
    for (name, value) in super::attributes::attributes(witness.fact) {
        words.push_str(&format!(" {name}=\"{}\"", short(&value)));
    }
    if witness.document.is_empty() {
        words
    } else {
        format!("{words} at {}", place(witness.document, witness.position))
    }
}

/// How many characters of a line are printed.
const LINE: usize = 900;
/// How many characters of a value are printed.
const VALUE: usize = 200;

/// The beginning of a value that is long.
fn short(value: &str) -> Cow<'_, str> {
    cut(value, VALUE)
}

/// The first characters of a text that has more of them, and its length.
fn cut(text: &str, characters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(characters) {
        Some((end, _)) => Cow::Owned(format!("{}... ({} bytes)", &text[..end], text.len())),
        None => Cow::Borrowed(text),
    }
}

fn hop_words(hop: &Hop<'_>) -> String {
    let edge = format!("{} is replaced by {}", hop.from.identity, hop.by.identity);
    match hop.position {
        Some(position) => format!("{edge}, declared at {}", place(hop.document, position)),
        None => format!("{edge}, because its packages are not older"),
    }
}

/// A place in a document.
fn place(document: &str, position: Position) -> String {
    match position.line {
        0 if position.offset == 0 => document.to_owned(),
        _ => format!("{document}:{position}"),
    }
}
