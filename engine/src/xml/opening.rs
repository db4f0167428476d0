//! Holds the start tag that a cursor stands at, as text.
//!
//! A tag is UTF-8 almost always and then kept as it is. In one that is not, each value is decoded on
//! its own, so that one wrong byte spoils one value. Knows nothing of where the tag stands.

use std::mem;
use std::ops::Range;

use encoding_rs::WINDOWS_1252;

use super::attributes::{Attributes, Span, element_name, split};
use super::fault::Fault;
use super::text::Decoding;

/// A start tag.
#[derive(Debug, Default)]
pub(super) struct Opening {
    /// What the name and the spans point into.
    text: String,
    name: Range<usize>,
    spans: Vec<Span>,
    /// Where the values begin, in the tag as it stands, that were not UTF-8. When there are any,
    /// `text` is no longer the tag itself.
    substituted: Vec<usize>,
}

impl Opening {
    /// Reads the whole start tag in `raw`, which then holds the tag only if it is not UTF-8.
    pub(super) fn read(&mut self, raw: &mut Vec<u8>) -> Result<(), Fault> {
        let end = raw.len() - if raw.ends_with(b"/>") { 2 } else { 1 };
        let name = element_name(raw)?;
        split(raw, name, end, &mut self.spans)?;
        self.name = 1..name;
        self.substituted.clear();
        let spare = mem::take(&mut self.text).into_bytes();
        match String::from_utf8(mem::replace(raw, spare)) {
            Ok(text) => self.text = text,
            Err(wrong) => {
                *raw = wrong.into_bytes();
                self.decode(raw)?;
            }
        }
        Ok(())
    }

    /// Writes name and attributes anew, each value decoded by itself.
    #[cold]
    fn decode(&mut self, raw: &[u8]) -> Result<(), Fault> {
        self.text = String::from_utf8_lossy(&raw[self.name.clone()]).into_owned();
        self.name = 0..self.text.len();
        for span in &mut self.spans {
            let part = |(from, to): (u32, u32)| &raw[from as usize..to as usize];
            span.name = push(&mut self.text, part(span.name))?.0;
            let origin = span.value.0 as usize;
            let decoding;
            (span.value, decoding) = push(&mut self.text, part(span.value))?;
            if decoding == Decoding::Substituted {
                self.substituted.push(origin);
            }
        }
        Ok(())
    }

    pub(super) fn name(&self) -> &str {
        &self.text[self.name.clone()]
    }

    pub(super) fn attributes(&self) -> Attributes<'_, '_> {
        Attributes::new(&self.text, &self.spans)
    }

    /// Where values begin that were not UTF-8.
    pub(super) fn substituted(&self) -> &[usize] {
        &self.substituted
    }

    /// The tag as it stands in the document; `raw` is what [`Opening::read`] left.
    pub(super) fn source<'a>(&'a self, raw: &'a [u8]) -> &'a [u8] {
        if self.substituted.is_empty() { self.text.as_bytes() } else { raw }
    }
}

/// Adds a name or a value, and says where it stands.
fn push(text: &mut String, part: &[u8]) -> Result<((u32, u32), Decoding), Fault> {
    let from = text.len();
    let decoding = match std::str::from_utf8(part) {
        Ok(part) => {
            text.push_str(part);
            Decoding::Right
        }
        Err(_) => {
            text.push_str(&WINDOWS_1252.decode_without_bom_handling(part).0);
            Decoding::Substituted
        }
    };
    let (Ok(from), Ok(to)) = (u32::try_from(from), u32::try_from(text.len())) else {
        return Err(Fault::too_large(0, "a tag is longer than 4 GiB"));
    };
    Ok(((from, to), decoding))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_one_by_one() {
        let mut opening = Opening::default();
        for round in 0..3 {
            let tag = "<é a='caf\u{e9}' b='Grüße &amp; \u{80}'/>";
            let mut raw = tag.as_bytes().to_vec();
            opening.read(&mut raw).unwrap();
            assert_eq!((opening.name(), opening.substituted()), ("é", &[][..]), "{round}");
            assert_eq!(opening.source(&raw), tag.as_bytes());

            let tag = b"<\xc3\xa9 a='caf\xe9' b='Gr\xc3\xbc\xc3\x9fe' c='\x80 &lt;\n\xff'>";
            let mut raw = tag.to_vec();
            opening.read(&mut raw).unwrap();
            let values: Vec<_> = opening.attributes().iter().map(|one| one.value().into_owned()).collect();
            assert_eq!((opening.name(), opening.substituted()), ("é", &[7, 28][..]));
            assert_eq!(values, ["café", "Grüße", "€ < ÿ"]);
            let offsets: Vec<_> = opening.attributes().iter().map(|one| one.offset()).collect();
            assert_eq!(offsets, [4, 13, 25]);
            assert_eq!(opening.source(&raw), tag);
        }
    }
}
