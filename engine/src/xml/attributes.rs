//! Splits a tag into its name and attributes, checks it, and gives values on demand.
//!
//! One pass over the bytes of a tag writes where each attribute stands into a list that the reader
//! keeps between tags; a value is only built when it is asked for, and borrowed unless it holds a
//! reference or a line break. Knows nothing of elements around the tag.

use std::borrow::Cow;

use ahash::HashSet;

use super::characters::{is_space, name, split_name, value_end};
use super::fault::{Fault, quote};
use super::reference;

/// Longest name of an element, in bytes: names of open elements are kept.
const NAME_BYTES: usize = 4096;

/// Up to so many attributes a name is compared with each one before it, beyond through a hash set.
const FEW: usize = 24;

/// Where one attribute stands in the text of its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// First byte of the name, and the byte after it.
    pub(super) name: (u32, u32),
    /// First byte between the quotes, and the closing quote.
    pub(super) value: (u32, u32),
    /// First byte of the name in the tag as it stands in the document.
    pub(super) origin: u32,
    pub(super) form: Form,
}

/// Whether a value is what stands between its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// It is.
    Plain,
    /// It holds a reference, a line break or a tab.
    Marked,
}

/// Finds the name of the element in a whole start tag, `<` to `>`: where it ends.
pub(super) fn element_name(tag: &[u8]) -> Result<usize, Fault> {
    let (end, is_name) = name(tag, 1);
    if end - 1 > NAME_BYTES {
        return Err(Fault::too_large(1, format!("the name of an element is longer than {NAME_BYTES} bytes")));
    }
    let follows = tag.get(end).is_some_and(|next| is_space(*next) || matches!(next, b'>' | b'/'));
    if !is_name || !follows {
        return Err(
            Fault::new(0, "`<` begins no name of an element").with_hint("write `&lt;` for the character `<`")
        );
    }
    Ok(end)
}

/// Splits what stands between the name of an element and the end of its tag into attributes.
///
/// Everything about them is checked, so that values can be read later without a way to fail.
pub(super) fn split(tag: &[u8], from: usize, to: usize, spans: &mut Vec<Span>) -> Result<(), Fault> {
    spans.clear();
    if u32::try_from(tag.len()).is_err() {
        return Err(Fault::too_large(0, "a tag is longer than 4 GiB"));
    }
    let mut names = Names::default();
    let body = tag.get(..to).unwrap_or(tag);
    let mut at = from;
    loop {
        let start = skip_space(body, at);
        if start >= body.len() {
            return Ok(());
        }
        if start == at {
            return Err(Fault::new(at, "white space is missing before an attribute"));
        }
        let end = attribute_name(body, start)?;
        if names.repeats(body, (start, end), spans) {
            let name = quote(&body[start..end]);
            return Err(Fault::new(start, format!("attribute `{name}` is given twice")));
        }
        let open = value_start(body, start, end)?;
        let mut form = Form::Plain;
        let close = value(body, open, &mut form)?;
        // The tag is shorter than 4 GiB, so that no offset in it is cut.
        let (name, value) = ((start as u32, end as u32), (open as u32, close as u32));
        spans.push(Span { name, value, origin: start as u32, form });
        at = close + 1;
    }
}

// The functions of the loop return one word, so that their results stay in registers; this and the
// boxed faults are worth a quarter of the time of [`split`].

/// Finds the end of the name that begins at `at`.
#[inline]
fn attribute_name(body: &[u8], at: usize) -> Result<usize, Box<Fault>> {
    let (end, is_name) = name(body, at);
    if is_name { Ok(end) } else { Err(Box::new(bad_name(body, at, end))) }
}

/// Finds the value of the attribute whose name is given: the byte after its opening quote.
#[inline]
fn value_start(body: &[u8], name: usize, end: usize) -> Result<usize, Box<Fault>> {
    match body.get(end..end + 2) {
        Some(b"=\"" | b"='") => Ok(end + 2),
        _ => spaced_value_start(body, name, end),
    }
}

#[cold]
fn spaced_value_start(body: &[u8], name: usize, end: usize) -> Result<usize, Box<Fault>> {
    let fault =
        |what: &str| Box::new(Fault::new(name, format!("attribute `{}` {what}", quote(&body[name..end]))));
    let equals = skip_space(body, end);
    if body.get(equals) != Some(&b'=') {
        return Err(fault("has no value"));
    }
    let open = skip_space(body, equals + 1);
    match body.get(open) {
        Some(b'"' | b'\'') => Ok(open + 1),
        _ => Err(fault("has a value that is not in quotes")),
    }
}

/// Finds the closing quote of the value that begins at `from`, after its opening quote.
#[inline]
fn value(body: &[u8], from: usize, form: &mut Form) -> Result<usize, Box<Fault>> {
    let quote = body[from - 1];
    match value_end(&body[from..], quote) {
        Some(found) if body[from + found] == quote => Ok(from + found),
        found => {
            *form = Form::Marked;
            marked_value(body, from, quote, found)
        }
    }
}

/// The same for a value with something at `found` that is not simply part of it.
#[cold]
fn marked_value(body: &[u8], from: usize, quote: u8, found: Option<usize>) -> Result<usize, Box<Fault>> {
    let mut at = from;
    let mut found = found;
    while let Some(more) = found {
        let stop = at + more;
        match body[stop] {
            byte if byte == quote => return Ok(stop),
            b'&' => at = reference::resolve(body, stop)?.1,
            b'\t' | b'\n' | b'\r' => at = stop + 1,
            b'<' => {
                return Err(Box::new(
                    Fault::new(stop, "`<` in an attribute value").with_hint("write `&lt;`"),
                ));
            }
            byte => return Err(Box::new(control(stop, byte))),
        }
        found = value_end(body.get(at..).unwrap_or_default(), quote);
    }
    Err(Box::new(Fault::new(from, "an attribute value is not closed")))
}

/// A control character that XML forbids.
#[cold]
pub(super) fn control(at: usize, byte: u8) -> Fault {
    Fault::new(at, format!("control character U+{byte:04X}, which XML forbids"))
}

#[cold]
fn bad_name(body: &[u8], at: usize, end: usize) -> Fault {
    if end > at {
        let name = quote(&body[at..end]);
        return Fault::new(at, format!("`{name}` is no name of an attribute"));
    }
    match body[at] {
        byte @ (b'!'..=b'~') => {
            Fault::new(at, format!("`{}` where an attribute should begin", char::from(byte)))
        }
        byte => control(at, byte),
    }
}

#[inline]
fn skip_space(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while bytes.get(at).is_some_and(|byte| is_space(*byte)) {
        at += 1;
    }
    at
}

/// The attribute names of one tag, to find one that is given twice.
#[derive(Default)]
struct Names<'a> {
    /// One bit for each kind of name so far: a name whose bit is not set is new.
    kinds: u64,
    /// All names, once there are many.
    many: Option<HashSet<&'a [u8]>>,
}

impl<'a> Names<'a> {
    /// Adds a name, which is not empty; says whether one of `before` has it.
    #[inline]
    fn repeats(&mut self, body: &'a [u8], (from, to): (usize, usize), before: &[Span]) -> bool {
        let kind = usize::from(body[from]) + 7 * usize::from(body[to - 1]) + 29 * (to - from);
        let bit = 1 << (kind % 64);
        let known = self.kinds & bit != 0;
        self.kinds |= bit;
        (known || before.len() >= FEW) && self.is_among(&body[from..to], body, before)
    }

    #[cold]
    fn is_among(&mut self, name: &'a [u8], body: &'a [u8], before: &[Span]) -> bool {
        let part = |span: &Span| body.get(span.name.0 as usize..span.name.1 as usize).unwrap_or_default();
        if before.len() < FEW {
            return before.iter().any(|other| part(other) == name);
        }
        !self.many.get_or_insert_with(|| before.iter().map(part).collect()).insert(name)
    }
}

/// The attributes of one tag, in the order of the document.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'t, 'a> {
    /// The text that the spans point into.
    text: &'a str,
    spans: &'t [Span],
}

impl<'t, 'a> Attributes<'t, 'a> {
    pub(super) fn new(text: &'a str, spans: &'t [Span]) -> Self {
        Self { text, spans }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Goes through them; name space declarations are among them.
    pub fn iter(&self) -> Iter<'t, 'a> {
        Iter { text: self.text, spans: self.spans.iter() }
    }

    /// Finds an attribute by its local name: the one without a prefix if there is one, else the first
    /// with any. Name space declarations are not looked at.
    pub fn find(&self, local: &str) -> Option<Attribute<'a>> {
        let mut prefixed = None;
        for attribute in self.iter() {
            if attribute.name == local {
                return Some(attribute);
            }
            if prefixed.is_none() && attribute.local() == local && !attribute.declares_namespace() {
                prefixed = Some(attribute);
            }
        }
        prefixed
    }
}

impl<'t, 'a> IntoIterator for Attributes<'t, 'a> {
    type Item = Attribute<'a>;
    type IntoIter = Iter<'t, 'a>;

    fn into_iter(self) -> Iter<'t, 'a> {
        self.iter()
    }
}

/// Goes through the attributes of a tag.
#[derive(Clone, Debug)]
pub struct Iter<'t, 'a> {
    text: &'a str,
    spans: std::slice::Iter<'t, Span>,
}

impl<'a> Iterator for Iter<'_, 'a> {
    type Item = Attribute<'a>;

    #[inline]
    fn next(&mut self) -> Option<Attribute<'a>> {
        let span = self.spans.next()?;
        let part = |(from, to): (u32, u32)| self.text.get(from as usize..to as usize).unwrap_or_default();
        let (name, raw) = (part(span.name), part(span.value));
        Some(Attribute { name, raw, origin: span.origin, start: span.value.0, form: span.form })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.spans.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_, '_> {}

/// One attribute of a tag.
#[derive(Clone, Copy, Debug)]
pub struct Attribute<'a> {
    name: &'a str,
    raw: &'a str,
    origin: u32,
    start: u32,
    form: Form,
}

impl<'a> Attribute<'a> {
    /// Its name as written, with its prefix.
    #[inline]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Its name without prefix.
    #[inline]
    pub fn local(&self) -> &'a str {
        split_name(self.name).1
    }

    /// Its prefix.
    pub fn prefix(&self) -> Option<&'a str> {
        split_name(self.name).0
    }

    /// What stands between its quotes, as written.
    #[inline]
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// Its value: references resolved, each line break and each tab a blank.
    #[inline]
    pub fn value(&self) -> Cow<'a, str> {
        match self.form {
            Form::Plain => Cow::Borrowed(self.raw),
            Form::Marked => reference::normalise(self.raw),
        }
    }

    /// Bytes from the `<` of its tag to its name.
    pub fn offset(&self) -> usize {
        self.origin as usize
    }

    /// Bytes from the `<` of its tag to what stands between its quotes.
    pub fn value_offset(&self) -> usize {
        self.start as usize
    }

    /// Whether it is `xmlns` or `xmlns:prefix`, which is no attribute to anyone but XML.
    pub fn declares_namespace(&self) -> bool {
        self.name.strip_prefix("xmlns").is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(tag: &str) -> Result<Vec<(String, String)>, (usize, String)> {
        let wrong = |fault: Fault| (fault.at, fault.message);
        let from = element_name(tag.as_bytes()).map_err(wrong)?;
        let mut spans = Vec::new();
        split(tag.as_bytes(), from, tag.len() - 1, &mut spans).map_err(wrong)?;
        let attributes = Attributes::new(tag, &spans);
        Ok(attributes.iter().map(|found| (found.name().to_owned(), found.value().into_owned())).collect())
    }

    #[test]
    fn tags_split() {
        let check = |tag: &str, expect: &[(&str, &str)]| {
            let expect: Vec<_> =
                expect.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            assert_eq!(parts(tag), Ok(expect), "{tag}");
        };
        check("<a>", &[]);
        check("<a  \n>", &[]);
        check("<a b='1'>", &[("b", "1")]);
        check("<a b='\"' c=\"'\" >", &[("b", "\""), ("c", "'")]);
        check("<a\tb = '1'\n\tc\n=\n'2'>", &[("b", "1"), ("c", "2")]);
        check("<é x:ü=''>", &[("x:ü", "")]);
        check("<a b='x > y / z' c='&lt;&#x20;\r\n'>", &[("b", "x > y / z"), ("c", "<  ")]);
    }

    #[test]
    fn faults_stand_where_they_are() {
        let check = |tag: &str, at: usize, words: &str| match parts(tag) {
            Err((found, message)) => {
                assert!(found == at && message.contains(words), "{tag}: {found} {message}")
            }
            Ok(parts) => panic!("{tag}: {parts:?}"),
        };
        check("< a>", 0, "begins no name");
        check("<>", 0, "begins no name");
        check("<1>", 0, "begins no name");
        check("<a&b>", 0, "begins no name");
        check("<a b>", 3, "no value");
        check("<a b=>", 3, "not in quotes");
        check("<a b=c>", 3, "not in quotes");
        check("<a b='1'c='2'>", 8, "white space");
        check("<a b='1' b='2'>", 9, "twice");
        check("<a b='x<y'>", 7, "`<`");
        check("<a b='x&y'>", 7, "`&`");
        check("<a b='x&nbsp;'>", 7, "nbsp");
        check("<a b='\u{1}'>", 6, "U+0001");
        check("<a b='1' /c>", 9, "`/`");
        check("<a b='1' \"c\">", 9, "`\"`");
        check("<a 1='1'>", 3, "no name");
        check("<a b='1>", 6, "not closed");
    }

    #[test]
    fn repeated_names_are_found_among_many() {
        for count in [1, 2, FEW - 1, FEW, FEW + 1, 300] {
            let list: String = (0..count).map(|index| format!(" a{index}='1'")).collect();
            assert_eq!(parts(&format!("<x{list}>")).unwrap().len(), count);
            for repeat in [0, count / 2, count - 1] {
                let (_, message) = parts(&format!("<x{list} a{repeat}='2'>")).unwrap_err();
                assert!(message.contains("twice"), "{count} {repeat} {message}");
            }
        }
    }

    #[test]
    fn an_attribute_without_prefix_is_found_first() {
        let tag = "<a xmlns:href='u' x:href='1' href='2'>";
        let mut spans = Vec::new();
        split(tag.as_bytes(), 2, tag.len() - 1, &mut spans).unwrap();
        let find = |tag, local| Attributes::new(tag, &spans).find(local).map(|found| found.value());
        assert_eq!(find(tag, "href").as_deref(), Some("2"));
        split(tag.as_bytes(), 2, tag.len() - 10, &mut spans).unwrap();
        let list = Attributes::new(tag, &spans);
        assert_eq!(list.find("href").map(|found| found.value()).as_deref(), Some("1"));
        assert!(list.find("xmlns").is_none() && list.find("none").is_none());
        assert_eq!(list.find("href").map(|found| (found.prefix(), found.offset())), Some((Some("x"), 18)));
    }
}
