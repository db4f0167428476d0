//! Which bytes may stand where: in names, as white space, in values and text.
//!
//! Works on bytes, eight at a time where it pays; knows nothing of tags.

/// Whether a byte is white space to XML.
pub const fn is_space(byte: u8) -> bool {
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

/// What a byte may be in a name; bytes of characters outside ASCII are looked at one by one.
static NAME: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b':' => START,
            b'0'..=b'9' | b'-' | b'.' => INSIDE,
            0x80.. => FOREIGN,
            _ => 0,
        };
        byte += 1;
    }
    table
};

const START: u8 = 1;
const INSIDE: u8 = 2;
const FOREIGN: u8 = 4;

/// Where the name that begins at `from` ends, the first byte that no name holds; and whether what is
/// before it is a name.
#[inline]
pub(super) fn name(bytes: &[u8], from: usize) -> (usize, bool) {
    let mut end = from;
    let mut kinds = 0;
    while let Some(byte) = bytes.get(end)
        && NAME[usize::from(*byte)] != 0
    {
        kinds |= NAME[usize::from(*byte)];
        end += 1;
    }
    let starts = bytes.get(from).is_some_and(|first| NAME[usize::from(*first)] == START);
    (end, (starts && kinds < FOREIGN) || (kinds >= FOREIGN && is_foreign_name(&bytes[from..end])))
}

/// Whether bytes are a name and nothing else.
pub(super) fn is_name(bytes: &[u8]) -> bool {
    name(bytes, 0) == (bytes.len(), true)
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

const BLANKS: u64 = ONES * 0x20;
const LESS: u64 = ONES * 0x3c;

/// The high bit of every byte of `word` that is below a blank; exact up to the first such byte.
const fn below_blank(word: u64) -> u64 {
    word.wrapping_sub(BLANKS) & !word & HIGHS
}

/// Where the first byte stands that an attribute value does not simply hold: its closing quote, `<`,
/// `&`, or a control character (line breaks and tabs are some).
// Left to itself the compiler calls it, which costs a tenth of the time of a short tag.
#[inline(always)]
pub(super) fn value_end(bytes: &[u8], quote: u8) -> Option<usize> {
    let stop = |byte: &u8| *byte == quote || matches!(byte, b'<' | b'&' | 0..0x20);
    // Each quote is one bit away from `&`: with that bit set, both are the same byte.
    let (bit, both) = (ONES * u64::from(quote ^ b'&'), ONES * u64::from(quote | b'&'));
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, bytes) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*bytes);
        let quotes = ((word | bit) ^ both).wrapping_sub(ONES);
        let tags = (word ^ LESS).wrapping_sub(ONES);
        let controls = word.wrapping_sub(BLANKS);
        // In ASCII, the first high bit is that of the first byte to stop at.
        let hits = (quotes | tags | controls | word) & HIGHS;
        if hits == 0 {
            continue;
        }
        if word & HIGHS == 0 {
            return Some(index * 8 + hits.trailing_zeros() as usize / 8);
        }
        if let Some(at) = bytes.iter().position(stop) {
            return Some(index * 8 + at);
        }
    }
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
        let check = |text: &str, expect| {
            assert_eq!(name(text.as_bytes(), 0), (text.len(), expect), "{text}");
            assert_eq!(is_name(text.as_bytes()), expect, "{text}");
        };
        for name in ["a", "_a", "a:b", "A-1.x", "é", "名前", "a\u{b7}", "x\u{300}"] {
            check(name, true);
        }
        for name in ["", "1a", "-a", ".a", "\u{b7}a", "a\u{d7}", "\u{2028}"] {
            check(name, false);
        }
        assert!(!is_name(b"a\xff") && !is_name(b"a b"));
        assert_eq!(name(b"<ab=", 1), (3, true));
        assert_eq!(name(b"a", 9), (9, false));
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
        for quote in [b'"', b'\''] {
            for byte in 0..=255 {
                let stops = byte == quote || matches!(byte, b'<' | b'&' | 0..0x20);
                for before in [0, 5, 12] {
                    for fill in [b'x', 0xe9] {
                        let mut bytes = vec![fill; 24];
                        bytes[before] = byte;
                        assert_eq!(value_end(&bytes, quote), stops.then_some(before), "{bytes:?}");
                    }
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
