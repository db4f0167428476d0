//! How far a statement reaches, and where numbers stand in it.

use crate::model::inventory::Statement;
use crate::xml::is_space;

/// The most bytes that a statement has that is remembered; a usual one has some hundred.
pub(super) const LONGEST: usize = 4 << 10;

/// The places behind a text that is short and not empty, wherever it stands in a statement.
pub(in crate::eval) fn places_behind<'s>(
    statement: &'s [u8],
    before: &'s str,
) -> impl Iterator<Item = usize> + 's {
    let last = before.as_bytes().last().copied().unwrap_or_default();
    let ends = memchr::memchr_iter(last, statement).map(|at| at + 1);
    ends.filter(move |end| statement[..*end].ends_with(before.as_bytes()))
}

/// The statement that a text begins with. That of a tag ends before the next `<`, since no tag holds
/// one, without the white space there.
pub(super) fn first_statement(statement: Statement, text: &[u8]) -> Option<&[u8]> {
    match statement {
        Statement::Line => memchr::memchr(b'\n', text).map(|end| &text[..=end]),
        Statement::Tag => {
            let rest = text.strip_prefix(b"<")?;
            let length = memchr::memchr(b'<', rest).map_or(text.len(), |next| next + 1);
            let spaces = text[..length].iter().rev().take_while(|byte| is_space(**byte)).count();
            Some(&text[..length - spaces])
        }
        Statement::Element(_) => {
            // None that is longer is remembered, and nobody is to look through a whole document for an end.
            let text = &text[..text.len().min(LONGEST)];
            let (_, tag) = (text.strip_prefix(b"<")?, memchr::memchr(b'>', text)?);
            if text[..tag].ends_with(b"/") {
                return Some(&text[..=tag]);
            }
            let length = text[1..tag].iter().take_while(|byte| !is_space(**byte)).count();
            let name = &text[1..=length];
            let closes = |at: &usize| {
                let (before, behind) = (&text[..*at], &text[at + name.len()..]);
                before.ends_with(b"</") && behind.starts_with(b">")
            };
            let named = memchr::memmem::find_iter(&text[tag..], name).map(|at| tag + at);
            Some(&text[..=named.filter(closes).map(|at| at + name.len()).next()?])
        }
    }
}
