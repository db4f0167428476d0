//! What every printed form shares: colours, characters that must not reach a terminal, JSON, attributes of
//! XML.
//!
//! Knows nothing of what is printed, and whether a terminal takes colours the caller knows.

use std::borrow::Cow;
use std::io::Write;

use crate::error::Result;
use crate::model::verdict::Verdict;

/// What is written before and after a piece of text to give it a colour.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// Before names of columns.
    pub heading: &'static str,
    /// Before `Missing`.
    pub missing: &'static str,
    /// Before `Unknown`.
    pub unknown: &'static str,
    /// Before `Installed`.
    pub installed: &'static str,
    /// Before `NotApplicable`, and before what is less important.
    pub faint: &'static str,
    /// After each of them.
    pub reset: &'static str,
}

impl Palette {
    /// No colours.
    pub const PLAIN: Palette =
        Palette { heading: "", missing: "", unknown: "", installed: "", faint: "", reset: "" };

    /// The colour of a verdict.
    pub fn verdict(&self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Missing => self.missing,
            Verdict::Unknown => self.unknown,
            Verdict::Installed => self.installed,
            Verdict::NotApplicable => self.faint,
        }
    }

    /// Appends `text` between a colour of this palette and its end.
    pub fn paint(&self, color: &str, text: &str, out: &mut String) {
        if color.is_empty() {
            return out.push_str(text);
        }
        [color, text, self.reset].into_iter().for_each(|part| out.push_str(part));
    }
}

/// Replaces characters that steer a terminal or turn the direction of writing.
pub fn clean(text: Cow<'_, str>) -> Cow<'_, str> {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(steers) {
        return text;
    }
    let replaced = text.chars().map(|c| match c {
        '\t' | '\n' | '\r' => ' ',
        c if steers(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    });
    Cow::Owned(replaced.collect())
}

/// Writes a JSON string with its quotes.
pub fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' => out.extend(b"\\\""),
            b'\\' => out.extend(b"\\\\"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            0..0x20 | 0x7f => out.extend(format!("\\u{byte:04x}").bytes()),
            byte => out.push(byte),
        }
    }
    out.push(b'"');
}

/// Writes an attribute of XML, unless it is left out. It reads back as it was, but for characters that XML
/// cannot hold: they become U+FFFD.
///
/// ```
/// let mut out = String::from("<a");
/// patchstate::render::attribute("b", Some("\"1\" < 2\n"), &mut out);
/// patchstate::render::attribute("c", None, &mut out);
/// assert_eq!(out, "<a b=\"&quot;1&quot; &lt; 2&#10;\"");
/// ```
pub fn attribute(name: &str, value: Option<&str>, out: &mut String) {
    let Some(value) = value else { return };
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    xml(value, out);
    out.push('"');
}

/// Writes text as XML has it, in an attribute or between tags; as [`attribute`] says.
pub fn xml(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(is_special) {
        out.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        match chars.next() {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('"') => out.push_str("&quot;"),
            // A reader turns these into blanks unless they are written as references.
            Some('\t') => out.push_str("&#9;"),
            Some('\n') => out.push_str("&#10;"),
            Some('\r') => out.push_str("&#13;"),
            _ => out.push(char::REPLACEMENT_CHARACTER),
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

/// Whether a character must not stand in an attribute value as it is.
fn is_special(c: char) -> bool {
    matches!(c, '&' | '<' | '>' | '"' | '\0'..='\x1F' | '\u{FFFE}' | '\u{FFFF}')
}

/// How much JSON is put together before it is written.
const FULL: usize = 1 << 16;

/// Writes nested JSON, each member of an object on a line of its own.
///
/// ```
/// use patchstate::render::Json;
///
/// let mut out = Vec::new();
/// let mut json = Json::new(&mut out);
/// json.object(|json| {
///     json.key("name").text("a \"b\"");
///     json.key("numbers").array([1u32, 2], |json, number| json.number(number));
/// });
/// json.finish().expect("writes to memory");
/// assert_eq!(String::from_utf8_lossy(&out), "{\n  \"name\": \"a \\\"b\\\"\",\n  \"numbers\": [1, 2]\n}\n");
/// ```
pub struct Json<'w> {
    out: &'w mut dyn Write,
    bytes: Vec<u8>,
    failed: Result<()>,
    depth: usize,
    /// Whether the object or array that is open has a member.
    begun: bool,
}

impl std::fmt::Debug for Json<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Json at depth {}", self.depth)
    }
}

impl<'w> Json<'w> {
    /// Begins a document.
    pub fn new(out: &'w mut dyn Write) -> Self {
        Json { out, bytes: Vec::new(), failed: Ok(()), depth: 0, begun: false }
    }

    /// Writes an object whose members `members` writes.
    pub fn object(&mut self, members: impl FnOnce(&mut Self)) {
        self.bytes.push(b'{');
        let outer = std::mem::replace(&mut self.begun, false);
        self.depth += 1;
        members(self);
        self.depth -= 1;
        if self.begun {
            self.line();
        }
        self.begun = outer;
        self.bytes.push(b'}');
    }

    /// Begins a member of the object that is open; its value is written next.
    pub fn key(&mut self, name: &str) -> &mut Self {
        if std::mem::replace(&mut self.begun, true) {
            self.bytes.push(b',');
        }
        self.line();
        string(name, &mut self.bytes);
        self.bytes.extend(b": ");
        self
    }

    /// Writes an array with one element per item.
    pub fn array<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.bytes.push(b'[');
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                self.bytes.extend(b", ");
            }
            write(self, item);
        }
        self.bytes.push(b']');
    }

    /// Writes a string.
    pub fn text(&mut self, text: &str) {
        string(text, &mut self.bytes);
    }

    /// Writes a number.
    pub fn number(&mut self, number: impl Into<u64>) {
        self.bytes.extend(number.into().to_string().bytes());
    }

    /// Writes a number with sign.
    pub fn integer(&mut self, number: i64) {
        self.bytes.extend(number.to_string().bytes());
    }

    /// Writes `true` or `false`.
    pub fn truth(&mut self, truth: bool) {
        self.bytes.extend(if truth { &b"true"[..] } else { b"false" });
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.bytes.extend(b"null");
    }

    /// Writes a string, or `null`.
    pub fn maybe(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    fn line(&mut self) {
        if self.bytes.len() >= FULL {
            self.send();
        }
        self.bytes.push(b'\n');
        self.bytes.extend(std::iter::repeat_n(b' ', 2 * self.depth));
    }

    fn send(&mut self) {
        if self.failed.is_ok() {
            self.failed = self.out.write_all(&self.bytes).map_err(Into::into);
        }
        self.bytes.clear();
    }

    /// Ends the document.
    ///
    /// # Errors
    ///
    /// Writing failed, now or before.
    pub fn finish(mut self) -> Result<()> {
        self.bytes.push(b'\n');
        self.send();
        self.failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(clean("a\u{1b}[31m\tb\u{202e}c".into()), "a\u{fffd}[31m b\u{fffd}c");
        assert!(matches!(clean("plain".into()), Cow::Borrowed(_)));
    }

    #[test]
    fn strings_are_escaped() {
        let mut out = Vec::new();
        string("a\"b\\c\n\u{1}ü\u{7f}", &mut out);
        assert_eq!(String::from_utf8_lossy(&out), r#""a\"b\\c\n\u0001ü\u007f""#);
    }
}
