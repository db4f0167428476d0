//! Finds the list of hotfixes among the lists of a listing, and reads its entries.
//!
//! Processors, page files and network cards are listed in the same form; only the list of hotfixes has
//! entries that begin like one.

use super::layout::value;
use crate::diagnostic::Code;
use crate::error::Result;
use crate::inventory::MAX_FACTS;
use crate::inventory::lines::lines;
use crate::inventory::management::is_nameless;
use crate::inventory::sink::error;
use crate::model::hotfix;

/// How many digits an id has that nothing can have been cut off from.
const DIGITS: usize = 7;

/// The list of hotfixes.
#[derive(Debug)]
pub(super) struct List<'a> {
    /// Where the line above it begins.
    pub(super) offset: usize,
    /// How many hotfixes that line says there are.
    pub(super) declared: Option<usize>,
    pub(super) entries: Vec<(usize, Entry<'a>)>,
}

/// What an entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry<'a> {
    /// The id of a hotfix, with whatever stands behind it.
    Id(&'a str),
    /// `File 1` or nothing: a hotfix of which the tool does not know the name.
    Nameless,
    /// Something else.
    Other(&'a str),
}

impl<'a> List<'a> {
    /// The first list with an entry that begins like that of a hotfix.
    ///
    /// # Errors
    ///
    /// A list has more entries than one client may have facts.
    pub(super) fn find(text: &'a str) -> Result<Option<Self>> {
        let mut above = (0, "");
        let mut list: Option<List<'a>> = None;
        for (offset, line) in lines(text) {
            let Some(entry) = numbered(line) else {
                above = (offset, line);
                if let Some(list) = list.take_if(|list| list.is_of_hotfixes()) {
                    return Ok(Some(list.without_cut()));
                }
                list = None;
                continue;
            };
            let (offset_above, line_above) = above;
            let header =
                || List { offset: offset_above, declared: declared(line_above), entries: Vec::new() };
            let entries = &mut list.get_or_insert_with(header).entries;
            if entries.len() >= MAX_FACTS as usize {
                return Err(error(
                    Code::TooLarge,
                    offset,
                    format!("a list of more than {MAX_FACTS} entries"),
                ));
            }
            entries.push((offset, read(entry)));
        }
        Ok(list.filter(List::is_of_hotfixes).map(List::without_cut))
    }

    /// Whether the tool wrote fewer or more entries than it said.
    pub(super) fn is_truncated(&self) -> bool {
        self.declared.is_some_and(|declared| declared != self.entries.len())
    }

    fn is_of_hotfixes(&self) -> bool {
        self.entries.iter().any(|(_, entry)| match entry {
            Entry::Id(id) => id.starts_with(['K', 'k', 'Q', 'q']),
            // A list of nothing but empty entries may be of anything.
            Entry::Nameless => false,
            Entry::Other(text) => text.eq_ignore_ascii_case("File 1"),
        })
    }

    /// Takes the last id out of a list that was cut off where digits of it may be missing.
    fn without_cut(mut self) -> Self {
        let truncated = self.is_truncated();
        for (_, entry) in &mut self.entries {
            if matches!(entry, Entry::Other(text) if is_nameless(text)) {
                *entry = Entry::Nameless;
            }
        }
        if let Some((_, last)) = self.entries.last_mut().filter(|_| truncated)
            && let Entry::Id(id) = *last
            && is_cut(id)
        {
            *last = Entry::Other(id);
        }
        self
    }
}

/// Whether an id ends in fewer digits than it may have; one with words behind it is whole.
fn is_cut(id: &str) -> bool {
    let digits = id.bytes().rev().take_while(u8::is_ascii_digit).count();
    digits == id.trim_start_matches(|c: char| !c.is_ascii_digit()).len() && digits < DIGITS
}

fn read(text: &str) -> Entry<'_> {
    match hotfix::id(text) {
        Some(_) => Entry::Id(text),
        None if text.is_empty() => Entry::Nameless,
        None => Entry::Other(text),
    }
}

/// The text of a line `   [07]: text`.
fn numbered(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix('[').filter(|_| line.starts_with(char::is_whitespace))?;
    let (number, text) = rest.split_once(']')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.trim_start();
    is_number.then(|| text.strip_prefix(':').unwrap_or(text).trim())
}

/// The number in the line above a list: the first behind the colon, or the first at all.
fn declared(line: &str) -> Option<usize> {
    let number = |text: &str| {
        let start = text.find(|c: char| c.is_ascii_digit())?;
        let digits = text[start..].bytes().take_while(u8::is_ascii_digit).count();
        text[start..start + digits].parse().ok()
    };
    value(line).and_then(number).or_else(|| number(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> (Option<usize>, Vec<Entry<'_>>) {
        let list = List::find(text).expect("short").unwrap_or_else(|| panic!("no list in {text}"));
        (list.declared, list.entries.into_iter().map(|(_, entry)| entry).collect())
    }

    #[test]
    fn other_lists_are_passed_over() {
        let text = "Processor(s): 2\n  [01]: x86\n  [02]: 943729\nHotfix(s): 3 of them\n  [01]: File 1\n  \
                    [02]: Q147222\n  [03]:\nNetwork: 1\n  [01]: KB5000000\n";
        let entries = vec![Entry::Nameless, Entry::Id("Q147222"), Entry::Nameless];
        assert_eq!(shown(text), (Some(3), entries));
        assert!(
            List::find("Hotfix(s): N/A\nNetwork: 1\n  [01]: Realtek\n[01]: KB5000000\n")
                .expect("short")
                .is_none()
        );
    }

    #[test]
    fn the_last_id_of_a_list_that_was_cut_off_may_be_cut_off() {
        let check = |last: &str, expect: Entry<'_>| {
            let text = format!("Hotfixes: 9\n [01]: KB5034763\n [02]: {last}\n");
            assert_eq!(shown(&text).1[1], expect, "{last}");
        };
        check("KB503476", Entry::Other("KB503476"));
        check("KB5034761", Entry::Id("KB5034761"));
        check("KB946648 - Update", Entry::Id("KB946648 - Update"));
        check("943729", Entry::Other("943729"));
        check("KB2862", Entry::Other("KB2862"));
        let whole = "Hotfixes: 1\n [01]: KB503476\n";
        assert_eq!(shown(whole).1, [Entry::Id("KB503476")]);
    }
}
