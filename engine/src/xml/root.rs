//! Finds the name of a document's root element in whatever beginning of it is there.
//!
//! Knows what may stand before the root; a root that is cut off or not well-formed has a name, too.

use super::characters::split_name;
use super::tags::{TagEvent, Tags};

/// The local name of the root element of a document that begins with `text`.
///
/// ```
/// use patchstate::xml::root::local_name;
///
/// assert_eq!(local_name("<?xml version='1.0'?>\n<!-- a --> <p:host name='"), Some("host"));
/// assert_eq!(local_name("Dear all,"), None);
/// ```
pub fn local_name(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start().strip_prefix('<')?;
        let end = match rest.as_bytes().first()? {
            b'?' => "?>",
            b'!' if rest.starts_with("!--") => "-->",
            b'!' => match Tags::new(text).next() {
                Ok(Some(TagEvent::Open(root))) => return Some(root.local()),
                // The declarations of a document type stand in brackets.
                Ok(_) | Err(_) if rest[..rest.find('>')?].contains('[') => "]>",
                Ok(_) | Err(_) => ">",
            },
            _ => break,
        };
        rest = &rest[rest.find(end)? + end.len()..];
    }
    let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).unwrap_or(rest.len());
    Some(split_name(&rest[..end]).1)
}
