//! Blocks of `Key=Value` lines, one for an instance, with blank lines between them.

use super::{Entry, Property, Record, SAMPLE, check_length, lines};
use crate::error::Result;
use crate::model::fact::Text;

/// Properties of Windows that a file of settings with such lines would not have.
const TELLING: [&str; 13] = [
    "BuildNumber",
    "CSDVersion",
    "CSName",
    "FixComments",
    "HotFixID",
    "OperatingSystemSKU",
    "OSArchitecture",
    "OSLanguage",
    "ServicePackInEffect",
    "ServicePackMajorVersion",
    "SystemDirectory",
    "SystemDrive",
    "WindowsDirectory",
];

/// Whether the first lines are properties, at least one of them one of Windows.
pub(super) fn recognises(text: &str) -> bool {
    let mut telling = false;
    let filled = lines(text).filter(|(_, line)| !line.trim().is_empty());
    for (number, (_, line)) in filled.take(SAMPLE).enumerate() {
        match line.split_once('=') {
            Some((key, _)) => {
                let key = name(key);
                // The last line may be cut off by what is looked at, but not before its key.
                if key.is_empty() {
                    return false;
                }
                telling |= TELLING.iter().any(|known| known.eq_ignore_ascii_case(key));
            }
            // Windows XP begins with a sentence.
            None if number == 0 && line.starts_with(char::is_alphabetic) => {}
            None => return telling && text.ends_with(line),
        }
    }
    telling
}

/// The name of a property; a sentence may stand before the first.
fn name(key: &str) -> &str {
    let key = key.trim_end();
    key.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// The next block.
pub(super) fn next(text: &str, from: usize) -> Result<Option<Entry<'_>>> {
    let mut record = Record::default();
    let mut place: Option<std::ops::Range<usize>> = None;
    for (offset, line) in lines(&text[from..]) {
        let offset = from + offset;
        check_length((offset, line))?;
        if line.trim().is_empty() {
            match place {
                Some(_) => break,
                None => continue,
            }
        }
        let Some((key, value)) = line.split_once('=') else {
            // What stands before the first block is a sentence; anywhere else it is a part of a value.
            continue;
        };
        let property = Property::find(name(key));
        // Without a blank line between them, blocks begin with the property of which there was one.
        if let (Some(property), Some(_)) = (property, &place)
            && record.has(property)
        {
            break;
        }
        place.get_or_insert(offset..offset).end = (offset + line.len()).min(text.len());
        if let Some(property) = property {
            record.set(property, Text::Borrowed(value));
        }
    }
    Ok(place.map(|place| Entry { place, record: Ok(record) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_end_at_blank_lines_and_where_a_property_comes_again() {
        let text = "Wait.CSName=A\r\r\nHotFixID=1\r\r\n\r\r\n\r\r\nCSName=B\nCSName=C\nHotFixID=\n";
        let (mut from, mut found) = (0, Vec::new());
        while let Some(entry) = next(text, from).expect("short") {
            from = entry.place.end;
            let record = entry.record.expect("a block");
            found.push((record.client().map(str::to_owned), record.is_hotfix()));
        }
        let client = |name: &str| Some(name.to_owned());
        assert_eq!(found, [(client("A"), true), (client("B"), false), (client("C"), true)]);
    }

    #[test]
    fn settings_of_other_systems_are_no_blocks() {
        assert!(recognises("\r\nSystemDrive=C:\r\n"));
        assert!(recognises("Please wait.\r\n\r\nCaption=\r\nHotFixID=File 1\r\n"));
        assert!(!recognises("NAME=\"Fedora Linux\"\nVERSION=40\n"));
        assert!(!recognises("[boot]\nSystemDrive=C:\n"));
        assert!(!recognises("Dear all,\nplease find\n"));
    }
}
