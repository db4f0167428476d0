//! Turns the text of versions into their order, and into keys whose byte order is that order.
//!
//! Each order has a direct comparison, which is the definition, and a key: the compiler sorts keys
//! once, and the evaluator only compares bytes. Two versions that are equal under the order have the
//! same key. Knows nothing of who has a version or what it decides.
//! Source of truth: rpm's `rpmvercmp`, dpkg's version comparison, the file versions of Windows.

pub mod debian;
pub mod dotted;
pub mod evr;

/// The longest count that is one byte of a key; a longer one is preceded by its size in bytes.
const SHORT_COUNT: u8 = 239;

/// Appends a run of decimal digits so that the byte order of runs is the order of their numbers.
///
/// The count of significant digits comes first: a number with more of them is greater.
fn write_number(digits: &[u8], out: &mut Vec<u8>) {
    let digits = significant(digits);
    match u8::try_from(digits.len()) {
        Ok(count) if count <= SHORT_COUNT => out.push(count),
        _ => {
            let count = (digits.len() as u64).to_be_bytes();
            let unused = count.iter().take_while(|byte| **byte == 0).count();
            out.push(SHORT_COUNT + 1 + (count.len() - unused) as u8);
            out.extend_from_slice(&count[unused..]);
        }
    }
    out.extend_from_slice(digits);
}

/// Compares two runs of decimal digits of any length as numbers; an empty run is 0.
pub(crate) fn compare_numbers(a: &[u8], b: &[u8]) -> std::cmp::Ordering {
    let (a, b) = (significant(a), significant(b));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// The digits without leading zeros: none for zero.
fn significant(digits: &[u8]) -> &[u8] {
    split_run(digits, |byte| byte == b'0').1
}

/// Splits off the longest beginning of `text` all of whose bytes are in the class.
#[inline]
fn split_run(text: &[u8], class: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !class(*byte)).unwrap_or(text.len());
    text.split_at(end)
}

/// Takes the digits off that `text` begins with.
#[inline]
fn take_digits<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let (digits, rest) = split_run(text, |byte| byte.is_ascii_digit());
    *text = rest;
    digits
}

/// Splits `digits:rest` at the first colon of `text`, when nothing but digits stands before it.
pub(crate) fn split_epoch(text: &str) -> Option<(&str, &str)> {
    text.split_once(':').filter(|(epoch, _)| epoch.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(digits: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write_number(digits, &mut out);
        out
    }

    #[test]
    fn a_number_is_its_count_and_its_digits() {
        assert_eq!(key(b""), [0]);
        assert_eq!(key(b"000"), [0]);
        assert_eq!(key(b"0120"), *b"\x03120");
        assert_eq!(key(&[b'7'; 239])[..2], [239, b'7']);
        assert_eq!(key(&[b'7'; 240])[..3], [241, 240, b'7']);
        assert_eq!(key(&[b'7'; 256])[..4], [242, 1, 0, b'7']);
    }

    #[test]
    fn counts_sort_whatever_their_size() {
        let lengths = [0, 1, 2, 238, 239, 240, 241, 255, 256, 257, 65_535, 65_536];
        let numbers: Vec<Vec<u8>> = lengths.iter().map(|length| vec![b'9'; *length]).collect();
        for (a, b) in numbers.iter().zip(&numbers[1..]) {
            assert!(key(a) < key(b), "{} and {} digits", a.len(), b.len());
            assert!(compare_numbers(a, b).is_lt());
        }
    }
}
