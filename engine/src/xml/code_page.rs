//! Code page 850, in which consoles of Western Europe write and which the tables of browsers lack.
//!
//! Knows the one alphabet and nothing of documents. Source of truth:
//! <https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/PC/CP850.TXT>.

/// The name of the code page.
pub(super) const NAME: &str = "CP850";

/// The characters of the bytes from 128 on.
#[rustfmt::skip]
const UPPER: [char; 128] = [
    'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å',
    'É', 'æ', 'Æ', 'ô', 'ö', 'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', 'ø', '£', 'Ø', '×', 'ƒ',
    'á', 'í', 'ó', 'ú', 'ñ', 'Ñ', 'ª', 'º', '¿', '®', '¬', '½', '¼', '¡', '«', '»',
    '░', '▒', '▓', '│', '┤', 'Á', 'Â', 'À', '©', '╣', '║', '╗', '╝', '¢', '¥', '┐',
    '└', '┴', '┬', '├', '─', '┼', 'ã', 'Ã', '╚', '╔', '╩', '╦', '╠', '═', '╬', '¤',
    'ð', 'Ð', 'Ê', 'Ë', 'È', 'ı', 'Í', 'Î', 'Ï', '┘', '┌', '█', '▄', '¦', 'Ì', '▀',
    'Ó', 'ß', 'Ô', 'Ò', 'õ', 'Õ', 'µ', 'þ', 'Þ', 'Ú', 'Û', 'Ù', 'ý', 'Ý', '¯', '´',
    '\u{ad}', '±', '‗', '¾', '¶', '§', '÷', '¸', '°', '¨', '·', '¹', '³', '²', '■', '\u{a0}',
];

/// Whether a label stands for the code page.
pub(super) fn is_label(label: &str) -> bool {
    ["cp850", "ibm850", "850"].iter().any(|name| label.trim().eq_ignore_ascii_case(name))
}

/// Decodes text; every byte has a meaning.
pub(super) fn decode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    text.extend(bytes.iter().map(|byte| match UPPER.get(usize::from(byte.wrapping_sub(128))) {
        Some(c) => *c,
        None => char::from(*byte),
    }));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_the_characters_of_the_page() {
        assert_eq!(decode(b"Versi\xa2n \x80\xff~"), "Versión Ç\u{a0}~");
        assert!(is_label("IBM850") && is_label(" cp850 ") && !is_label("cp85"));
    }
}
