//! Digests as other programs print them: catalogs write them in base 64, and those in hexadecimal.

/// The bytes that a digest in base 64 stands for, in hexadecimal; none where it is no such digest, or not
/// of the length that its algorithm has.
pub(super) fn hexadecimal(algorithm: &str, text: &str) -> Option<String> {
    let bytes = base64(text.trim())?;
    let expected = match algorithm.to_ascii_uppercase().replace('-', "").as_str() {
        "SHA1" => 20,
        "SHA256" => 32,
        "SHA512" => 64,
        _ => bytes.len(),
    };
    (bytes.len() == expected).then(|| bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    if digits.is_empty() || !text.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let (mut bits, mut count, mut bytes) = (0u32, 0, Vec::with_capacity(text.len() / 4 * 3));
    for digit in digits.bytes() {
        bits = bits << 6 | u32::from(value(digit)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    (bits == 0).then_some(bytes)
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_decoded_where_they_are_ones() {
        let check = |algorithm: &str, text: &str, expect: Option<&str>| {
            assert_eq!(hexadecimal(algorithm, text).as_deref(), expect, "{algorithm} {text}");
        };
        check("SHA1", "2jmj7l5rSw0yVb/vlWAYkK/YBwk=", Some("da39a3ee5e6b4b0d3255bfef95601890afd80709"));
        check("MD5", "AQID", Some("010203"));
        check("SHA256", "2jmj7l5rSw0yVb/vlWAYkK/YBwk=", None);
        check("SHA1", "short", None);
        check("MD5", "AQ==", Some("01"));
        check("MD5", "AR==", None);
        check("MD5", "", None);
        check("MD5", "A===", None);
        check("MD5", "AQ-_", None);
    }
}
