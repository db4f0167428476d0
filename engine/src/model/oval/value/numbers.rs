//! Reads integers, floating-point numbers, booleans and binary values.

use std::cmp::Ordering;

use super::{Fault, Operation};

/// The greatest relative difference of floating-point numbers that count as equal.
const TOLERANCE: f64 = 1e-9;

/// Reads an optional sign and decimal digits.
pub(crate) fn int(text: &str) -> Result<i128, Fault> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::NotOfType);
    }
    text.parse().map_err(|_| Fault::IntRange)
}

/// Compares two integers.
pub(super) fn compare_ints(operation: Operation, item: i128, state: i128) -> bool {
    if operation == Operation::BitwiseAnd {
        return item & state == state;
    }
    if operation == Operation::BitwiseOr {
        return item | state == state;
    }
    operation.holds(Some(item.cmp(&state)))
}

/// Reads a number as XML Schema writes it.
///
/// Text whose number no `f64` can hold is not read: it would be equal to infinity.
pub(crate) fn float(text: &str) -> Result<f64, Fault> {
    match text {
        "INF" | "+INF" => return Ok(f64::INFINITY),
        "-INF" => return Ok(f64::NEG_INFINITY),
        "NaN" => return Ok(f64::NAN),
        _ => {}
    }
    // `str::parse` also takes words for infinity.
    let numeric = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    if !text.bytes().all(numeric) {
        return Err(Fault::NotOfType);
    }
    text.parse().ok().filter(|number: &f64| number.is_finite()).ok_or(Fault::NotOfType)
}

/// Compares two numbers; there is no order with what is no number.
pub(super) fn compare_floats(a: f64, b: f64) -> Option<Ordering> {
    // Infinity and a finite number make no number here, which is not within the tolerance.
    let near = (a - b).abs() / a.abs().max(b.abs()) <= TOLERANCE;
    if near { Some(Ordering::Equal) } else { a.partial_cmp(&b) }
}

/// Reads a boolean.
pub(super) fn boolean(text: &str) -> Result<bool, Fault> {
    match text {
        "1" => Ok(true),
        "0" => Ok(false),
        _ if text.eq_ignore_ascii_case("true") => Ok(true),
        _ if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Fault::NotOfType),
    }
}

/// Checks that a text is bytes in hexadecimal digits, and not empty.
///
/// Two such texts are the same bytes when they differ in the case of letters only.
pub(super) fn binary(text: &str) -> Result<&str, Fault> {
    let whole = !text.is_empty() && text.len().is_multiple_of(2);
    let hexadecimal = whole && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hexadecimal { Ok(text) } else { Err(Fault::NotOfType) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_128_bits() {
        let rows = [
            ("0", Ok(0)),
            ("-0", Ok(0)),
            ("+007", Ok(7)),
            ("170141183460469231731687303715884105727", Ok(i128::MAX)),
            ("-170141183460469231731687303715884105728", Ok(i128::MIN)),
            ("170141183460469231731687303715884105728", Err(Fault::IntRange)),
            ("", Err(Fault::NotOfType)),
            ("-", Err(Fault::NotOfType)),
            ("+-1", Err(Fault::NotOfType)),
            ("1.0", Err(Fault::NotOfType)),
            ("0x1", Err(Fault::NotOfType)),
            ("١", Err(Fault::NotOfType)),
        ];
        for (text, expected) in rows {
            assert_eq!(int(text), expected, "{text}");
        }
    }

    #[test]
    fn floats_are_those_of_xml_schema() {
        for (text, expected) in [("1", 1.0), (".5", 0.5), ("5.", 5.0), ("+1e2", 100.0), ("-1.5E-1", -0.15)] {
            assert_eq!(float(text), Ok(expected), "{text}");
        }
        for text in
            ["", ".", "e1", "1e", "inf", "nan", "Infinity", "-NaN", "0x1p3", "1f", "1 ", "1e400", "1_0"]
        {
            assert_eq!(float(text), Err(Fault::NotOfType), "{text}");
        }
    }

    #[test]
    fn floats_are_equal_within_a_billionth() {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        let rows = [
            (1.0, 1.000_000_000_9, Some(Ordering::Equal)),
            (1.0, 1.000_000_001_1, Some(Ordering::Less)),
            (-1e300, 1e300, Some(Ordering::Less)),
            (f64::MAX, -f64::MAX, Some(Ordering::Greater)),
            (0.0, -0.0, Some(Ordering::Equal)),
            (0.0, 1e-300, Some(Ordering::Less)),
            (inf, inf, Some(Ordering::Equal)),
            (inf, f64::MAX, Some(Ordering::Greater)),
            (-inf, inf, Some(Ordering::Less)),
            (nan, nan, None),
            (1.0, nan, None),
        ];
        for (a, b, expected) in rows {
            assert_eq!(compare_floats(a, b), expected, "{a} {b}");
            assert_eq!(compare_floats(b, a), expected.map(Ordering::reverse), "{b} {a}");
        }
    }
}
