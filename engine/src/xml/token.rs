//! The tokens that quick-xml finds, and the rules that quick-xml leaves to its caller.
//!
//! Every function takes the whole token as it stands in the document; faults count from its first
//! byte. Knows nothing of the tokens around it.

use quick_xml::events::Event;

use super::attributes::{control, split};
use super::characters::{forbidden, is_blank, is_space, name};
use super::fault::{Fault, quote};
use super::outline::Outline;

/// What kind of token quick-xml found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Empty,
    Close,
    Text,
    Cdata,
    Reference,
    Declaration,
    DocumentType,
    Comment,
    Instruction,
    End,
}

impl Token {
    #[inline]
    pub(super) fn of(event: &Event<'_>) -> Self {
        match event {
            Event::Start(_) => Token::Open,
            Event::Empty(_) => Token::Empty,
            Event::End(_) => Token::Close,
            Event::Text(_) => Token::Text,
            Event::CData(_) => Token::Cdata,
            Event::GeneralRef(_) => Token::Reference,
            Event::Decl(_) => Token::Declaration,
            Event::DocType(_) => Token::DocumentType,
            Event::Comment(_) => Token::Comment,
            Event::PI(_) => Token::Instruction,
            Event::Eof => Token::End,
        }
    }
}

/// What begins a CDATA section.
pub(super) const CDATA_START: &str = "<![CDATA[";

/// What a CDATA section holds.
pub(super) fn cdata(raw: &[u8]) -> &[u8] {
    raw.get(CDATA_START.len()..raw.len().saturating_sub(3)).unwrap_or_default()
}

/// Checks a CDATA section.
pub(super) fn check_cdata(raw: &[u8]) -> Result<(), Fault> {
    check_characters(cdata(raw)).map_err(|fault| fault.after(CDATA_START.len()))
}

/// Checks a stretch of text between markup and references.
#[inline]
pub(super) fn check_text(raw: &[u8]) -> Result<(), Fault> {
    if is_blank(raw) {
        return Ok(());
    }
    if let Some(at) = memchr::memchr_iter(b'>', raw).find(|at| raw[..*at].ends_with(b"]]")) {
        return Err(Fault::new(at - 2, "`]]>` in a text").with_hint("write `]]&gt;`"));
    }
    check_characters(raw)
}

fn check_characters(bytes: &[u8]) -> Result<(), Fault> {
    match forbidden(bytes) {
        Some(at) => Err(control(at, bytes[at])),
        None => Ok(()),
    }
}

/// Checks text, a reference or a CDATA section that stands outside of elements.
pub(super) fn check_outside(raw: &[u8], outline: &mut Outline) -> Result<(), Fault> {
    match raw.iter().position(|byte| !is_space(*byte)) {
        Some(at) => Err(outline.text().after(at)),
        None => {
            outline.other();
            Ok(())
        }
    }
}

/// Checks a token that nobody reads and that stands `depth` elements deep.
pub(super) fn check_passed(
    token: Token,
    raw: &[u8],
    depth: usize,
    outline: &mut Outline,
) -> Result<(), Fault> {
    match token {
        Token::Declaration => {
            outline.declaration(depth)?;
            split(raw, "<?xml".len(), raw.len() - "?>".len(), &mut Vec::new())
        }
        Token::DocumentType => {
            outline.document_type(depth)?;
            match raw.starts_with(b"<!DOCTYPE") {
                true => Ok(()),
                false => Err(Fault::new(0, "`<!DOCTYPE` that is not in capitals")),
            }
        }
        Token::Comment => {
            outline.other();
            check_comment(raw)
        }
        _ => {
            outline.other();
            Ok(())
        }
    }
}

fn check_comment(raw: &[u8]) -> Result<(), Fault> {
    // With the first dash of `-->`, because a comment does not end with `--->` either.
    let start = "<!--".len();
    let body = raw.get(start..raw.len().saturating_sub(2)).unwrap_or_default();
    match memchr::memmem::find(body, b"--") {
        Some(at) => Err(Fault::new(start + at, "`--` in a comment")),
        None => check_characters(body).map_err(|fault| fault.after(start)),
    }
}

/// Checks an end tag; `open` is the name of the innermost element, if there is one.
#[inline]
pub(super) fn check_close(tag: &[u8], open: Option<&str>) -> Result<(), Fault> {
    let name = open.unwrap_or_default().as_bytes();
    let exact = tag.strip_prefix(b"</").and_then(|tag| tag.strip_suffix(b">")) == Some(name);
    if exact && open.is_some() { Ok(()) } else { check_odd_close(tag, open) }
}

#[cold]
fn check_odd_close(tag: &[u8], open: Option<&str>) -> Result<(), Fault> {
    let (end, _) = name(tag, 2);
    let name = tag.get(2..end).unwrap_or_default();
    let found = quote(name);
    let rest = tag.get(end..tag.len().saturating_sub(1)).unwrap_or_default();
    match (rest.iter().position(|byte| !is_space(*byte)), open) {
        (Some(at), _) => Err(Fault::new(end + at, format!("more than the name in the end tag `</{found}>`"))),
        (None, None) => Err(Fault::new(0, format!("`</{found}>` ends an element that did not begin"))),
        (None, Some(open)) if open.as_bytes() != name => {
            Err(Fault::new(0, format!("`</{found}>` where `</{}>` must stand", quote(open.as_bytes()))))
        }
        (None, Some(_)) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::Roots;

    fn check(result: Result<(), Fault>, expect: Option<usize>) {
        assert_eq!(result.as_ref().err().map(|fault| fault.at), expect, "{result:?}");
    }

    #[test]
    fn texts() {
        check(check_text(b" \r\n\t"), None);
        check(check_text(b"a > b ]] > c"), None);
        check(check_text(b"a]]>b"), Some(1));
        check(check_text(b"a\x1b[0m"), Some(1));
        check(check_cdata(b"<![CDATA[]>]]>"), None);
        check(check_cdata(b"<![CDATA[a\0]]>"), Some(10));
    }

    #[test]
    fn comments() {
        let comment = |raw: &[u8]| check_passed(Token::Comment, raw, 0, &mut Outline::new(Roots::One));
        check(comment(b"<!---->"), None);
        check(comment(b"<!-- a - b -->"), None);
        check(comment(b"<!-- a -- b -->"), Some(7));
        check(comment(b"<!--a--->"), Some(5));
        check(comment(b"<!--\x01-->"), Some(4));
    }

    #[test]
    fn end_tags() {
        check(check_close(b"</a>", Some("a")), None);
        check(check_close(b"</a \n>", Some("a")), None);
        check(check_close(b"</a>", Some("b")), Some(0));
        check(check_close(b"</a>", Some("aa")), Some(0));
        check(check_close(b"</aa>", Some("a")), Some(0));
        check(check_close(b"</>", None), Some(0));
        check(check_close(b"</>", Some("a")), Some(0));
        check(check_close(b"</ a>", Some("a")), Some(3));
        check(check_close(b"</a b='1'>", Some("a")), Some(4));
        check(check_close(b"</\xff>", Some("a")), Some(0));
    }

    #[test]
    fn declarations() {
        let pass = |raw: &[u8], token| check_passed(token, raw, 0, &mut Outline::new(Roots::One));
        check(pass(b"<?xml version='1.0' encoding=\"utf-8\"?>", Token::Declaration), None);
        check(pass(b"<?xml version='1.0'encoding='utf-8'?>", Token::Declaration), Some(19));
        check(pass(b"<?xml version=1?>", Token::Declaration), Some(6));
        check(pass(b"<!DOCTYPE a [<!ENTITY b 'c'>]>", Token::DocumentType), None);
        check(pass(b"<!doctype a>", Token::DocumentType), Some(0));
        check(check_passed(Token::Declaration, b"<?xml?>", 1, &mut Outline::new(Roots::Many)), Some(0));
    }
}
