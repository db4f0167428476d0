//! Which code page a console writes a listing in: that of the language of the system.
//!
//! The listing says its language on lines whose value begins with a tag, `zh-cn;`, in ASCII. Where a
//! code page has no decoder here the text of labels is wrong, and nothing is decided by labels.

/// How many bytes are looked at, so that a whole document and its beginning give the same.
const LOOKED_AT: usize = 8 << 10;

/// The label of the encoding of a listing.
pub(super) fn of(bytes: &[u8]) -> &'static str {
    let head = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let tags = head.split(|byte| *byte == b'\n').filter_map(tag);
    tags.map(by_language).next().unwrap_or("cp850")
}

/// The language tag that a line's value begins with.
fn tag(line: &[u8]) -> Option<&str> {
    let end = line.iter().position(|byte| *byte == b';')?;
    let start = line[..end].iter().rposition(|byte| !byte.is_ascii_alphabetic() && *byte != b'-')? + 1;
    let tag = std::str::from_utf8(&line[start..end]).ok()?;
    let language = tag.split('-').next()?;
    ((2..=3).contains(&language.len()) && tag.len() <= 10).then_some(tag)
}

fn by_language(tag: &str) -> &'static str {
    let tag = tag.to_ascii_lowercase();
    match tag.split('-').next().unwrap_or_default() {
        "zh" if ["tw", "hk", "mo", "hant"].iter().any(|place| tag.contains(place)) => "big5",
        "zh" => "gbk",
        "ja" => "shift_jis",
        "ko" => "euc-kr",
        "th" => "windows-874",
        "ru" | "uk" | "be" | "bg" | "mk" => "ibm866",
        _ => "cp850",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_decides() {
        let check = |text: &str, expect: &str| assert_eq!(of(text.as_bytes()), expect, "{text}");
        check("Host: a\r\nLocale:  zh-cn;x\r\nInput: en-us;y\r\n", "gbk");
        check("Locale: ZH-TW;x", "big5");
        check("Locale: ru;x", "ibm866");
        check("Locale: es;Espa\n", "cp850");
        check("Zone: (UTC); x\nno tag", "cp850");
    }
}
