//! Which bytes may stand where: in names, as white space, in values and text.
//!
//! Works on bytes, eight at a time where it pays; knows nothing of tags.

/// Whether a byte is white space to XML.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether bytes are nothing but white space.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| is_space(*byte))
}

/// Whether XML allows a character in a document.
pub(super) const fn is_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Bytes that a name may hold; those of characters outside ASCII are looked at by [`is_name`].
static NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let ascii = byte as u8;
        table[byte] = ascii.is_ascii_alphanumeric() || matches!(ascii, b'_' | b':' | b'-' | b'.' | 0x80..);
        byte += 1;
    }
    table
};

/// Where the name that begins at `from` ends: the first byte that no name holds.
#[inline]
pub(super) fn name_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    from + rest.iter().position(|byte| !NAME[usize::from(*byte)]).unwrap_or(rest.len())
}

/// Whether bytes that [`name_end`] delimited are a name.
#[inline]
pub(super) fn is_name(name: &[u8]) -> bool {
    match name.first() {
        Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':') if name.is_ascii() => true,
        None | Some(0..0x80) if name.is_ascii() => false,
        _ => is_foreign_name(name),
    }
}

#[cold]
fn is_foreign_name(name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(name) else { return false };
    let mut characters = name.chars();
    characters.next().is_some_and(is_name_start)
        && characters
            .all(|next| is_name_start(next) || matches!(next, '-' | '.' | '0'..='9') || continues(next))
}

const fn is_name_start(character: char) -> bool {
    matches!(character,
        'a'..='z' | 'A'..='Z' | '_' | ':'
        | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}'
        | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}'
        | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

const fn continues(character: char) -> bool {
    matches!(character, '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The high bit of every byte of `word` that is `byte`; exact up to the first such byte.
const fn equal(word: u64, byte: u8) -> u64 {
    let zeros = word ^ (ONES * byte as u64);
    zeros.wrapping_sub(ONES) & !zeros & HIGHS
}

/// The high bit of every byte of `word` that is below a blank; exact up to the first such byte.
const fn below_blank(word: u64) -> u64 {
    word.wrapping_sub(ONES * 0x20) & !word & HIGHS
}

/// Where the first byte stands that an attribute value does not simply hold: its closing quote, `<`,
/// `&`, or a control character (line breaks and tabs are some).
#[inline]
pub(super) fn value_end(bytes: &[u8], quote: u8) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let hits = equal(word, quote) | equal(word, b'<') | equal(word, b'&') | below_blank(word);
        if hits != 0 {
            return Some(index * 8 + hits.trailing_zeros() as usize / 8);
        }
    }
    let stop = |byte: &u8| *byte == quote || matches!(byte, b'<' | b'&' | 0..0x20);
    rest.iter().position(stop).map(|at| words.len() * 8 + at)
}

/// Where the first control character stands that XML forbids.
#[inline]
pub(super) fn forbidden(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    let stop = |byte: &u8| *byte < 0x20 && !is_space(*byte);
    for (index, word) in words.iter().enumerate() {
        if below_blank(u64::from_le_bytes(*word)) != 0
            && let Some(at) = word.iter().position(stop)
        {
            return Some(index * 8 + at);
        }
    }
    rest.iter().position(stop).map(|at| words.len() * 8 + at)
}

/// The part of a qualified name before its first colon, and the part after it.
pub(super) fn split_name(name: &str) -> (Option<&str>, &str) {
    match name.split_once(':') {
        Some((prefix, local)) => (Some(prefix), local),
        None => (None, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let check = |name: &str, expect| assert_eq!(is_name(name.as_bytes()), expect, "{name}");
        for name in ["a", "_a", "a:b", "A-1.x", "é", "名前", "a\u{b7}", "x\u{300}"] {
            assert_eq!(name_end(name.as_bytes(), 0), name.len(), "{name}");
            check(name, true);
        }
        for name in ["", "1a", "-a", ".a", "\u{b7}a", "a\u{d7}", "\u{2028}"] {
            check(name, false);
        }
        assert!(!is_name(b"a\xff"));
        assert_eq!(name_end(b"<ab=", 1), 3);
        assert_eq!(name_end(b"a", 9), 9);
    }

    #[test]
    fn ends_of_values_are_exact_at_every_offset() {
        for before in 0..20 {
            for stop in [b'"', b'<', b'&', b'\n', 0, 0x1f] {
                for after in 0..20 {
                    let mut bytes = vec![b'\''; before];
                    bytes.push(stop);
                    bytes.resize(bytes.len() + after, 0xff);
                    assert_eq!(value_end(&bytes, b'"'), Some(before), "{bytes:?}");
                }
            }
        }
        assert_eq!(value_end(&[0xff; 40], b'"'), None);
        assert_eq!(value_end(b" !'#%;=>", b'"'), None);
    }

    #[test]
    fn forbidden_characters() {
        let check = |bytes: &[u8], expect| assert_eq!(forbidden(bytes), expect, "{bytes:?}");
        check(b"", None);
        check(b"\t\r\n \t\r\n \t\r\n \x7f\xff", None);
        check(b"\t\r\n \t\r\n \x01\r\n \x7f\xff", Some(8));
        check(b"\n\0", Some(1));
        assert!(!is_character('\u{8}') && !is_character('\u{ffff}') && is_character('\u{85}'));
    }
}
