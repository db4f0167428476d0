//! Cuts texts into lines, each with the place where it begins.
//!
//! Knows line ends only: any number of carriage returns before a line feed, because consoles that
//! redirect what another program wrote double them.

use super::MAX_TEXT;
use super::sink::error;
use crate::diagnostic::Code;
use crate::error::Result;

/// The lines of a text with their offsets, blank ones included.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]);
    ends.map(move |end| {
        let line = (start, text[start..end].trim_end_matches('\r'));
        start = end + 1;
        line
    })
}

/// Refuses a line that is longer than any value may be.
pub(super) fn check_length((offset, line): (usize, &str)) -> Result<()> {
    if line.len() > MAX_TEXT {
        return Err(error(Code::TooLarge, offset, format!("a line of more than {MAX_TEXT} bytes")));
    }
    Ok(())
}

/// The beginning of a text, as findings show it.
pub(super) fn shown(text: &str) -> &str {
    let end = text.char_indices().nth(80).map_or(text.len(), |(end, _)| end);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_its_place() {
        let found: Vec<_> = lines("a\r\r\n\nb").collect();
        assert_eq!(found, [(0, "a"), (4, ""), (5, "b")]);
        assert_eq!(lines("").collect::<Vec<_>>(), [(0, "")]);
        assert_eq!(lines("a\n").collect::<Vec<_>>(), [(0, "a"), (2, "")]);
    }
}
