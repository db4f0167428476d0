//! Numbers in decimal notation, where equal numbers must have equal texts.

/// The most digits of a number that is read; any such number is one of 64 bits.
const DIGITS: usize = 18;

/// The number that a text begins with, and its digits: at least one and at most 18, and no zero before others.
/// Whoever writes the number has the same text again.
///
/// ```
/// use patchstate::model::number::leading;
///
/// assert_eq!(leading(b"104\"/>"), Some((104, 3)));
/// assert_eq!(leading(b"0"), Some((0, 1)));
/// assert_eq!((leading(b"007"), leading(b"+7"), leading(b""), leading(&[b'1'; 19])), (None, None, None, None));
/// ```
#[inline]
pub fn leading(text: &[u8]) -> Option<(u64, usize)> {
    let (mut number, mut digits) = (0u64, 0);
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        if digits == DIGITS {
            return None;
        }
        number = number * 10 + u64::from(digit);
        digits += 1;
    }
    let is_one = digits == 1 || digits > 1 && text[0] != b'0';
    is_one.then_some((number, digits))
}

/// How many digits [`leading`] reads of a number.
#[inline]
pub fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// The number that a text is and nothing else, as [`leading`] reads it.
#[inline]
pub fn whole(text: &str) -> Option<u64> {
    leading(text.as_bytes()).and_then(|(number, digits)| (digits == text.len()).then_some(number))
}
