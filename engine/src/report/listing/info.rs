//! Everything that a catalog says of the listed updates.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Hit, Query, View};
use crate::model::update::Urgency;
use crate::render::clean;

/// The widest of the labels.
const WIDTH: usize = "Description".len();

/// One block an update, sorted by their text, with a blank line between them.
pub(super) fn print(hits: &[Hit<'_>], view: View) -> String {
    let blocks: BTreeSet<(String, String)> = hits
        .iter()
        .map(|hit| {
            let block = block(hit, view);
            (block.to_lowercase(), block)
        })
        .collect();
    let blocks: Vec<_> = blocks.into_iter().map(|(_, block)| block).collect();
    blocks.join("\n")
}

fn block(hit: &Hit<'_>, view: View) -> String {
    let update = hit.update();
    let rule = "=".repeat(79);
    let mut text = format!("{rule}\n  {}\n{rule}\n", clean(Cow::Borrowed(&update.title)));
    let [bugs, cves] = Query::references(update);
    let installed = (view == View::All).then_some(if hit.installed { "true" } else { "false" });
    entry("Update ID", [hit.id()], &mut text);
    entry("Type", [&update.kind], &mut text);
    entry("Updated", Some(hit.date()).filter(|date| !date.is_empty()), &mut text);
    entry("Bugs", bugs, &mut text);
    entry("CVEs", cves, &mut text);
    entry("Description", update.description.lines(), &mut text);
    entry("Severity", update.urgency.map(Urgency::name), &mut text);
    entry("Installed", installed, &mut text);
    text
}

/// Writes the lines of one entry, the label before the first one.
fn entry<T: AsRef<str>>(label: &str, lines: impl IntoIterator<Item = T>, text: &mut String) {
    for (at, line) in lines.into_iter().enumerate() {
        let label = if at == 0 { label } else { "" };
        text.push_str(&format!("{label:>WIDTH$}: {}\n", clean(Cow::Borrowed(line.as_ref()))));
    }
}
