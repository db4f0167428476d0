//! Turns the head of an answer into what it means for the file: new, unchanged, the rest of it, or why not.
//!
//! Source of truth: RFC 9110, sections 8.8 (validators), 10.2.3 (`Retry-After`), 14.4 (`Content-Range`).

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use ureq::Body;
use ureq::http::header::{self, HeaderMap, HeaderName};
use ureq::http::{Response, StatusCode};

use crate::Validators;
use crate::error::{Error, Reason};
use crate::failure::Failure;
use crate::part::Origin;

/// Bytes of a validator at most; longer ones are not remembered.
const LONGEST_VALIDATOR: usize = 1024;

/// How much earlier than the answer a file must be from for its time to tell it from others.
const APART: i64 = 60;

/// What an answer means.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The file is to be asked for at another address.
    Elsewhere(String),
    Here(Content),
}

/// What an answer says of the file.
#[derive(Debug)]
pub(crate) enum Content {
    /// There is no other file than the one that is known.
    Unchanged,
    /// The whole file follows.
    Whole {
        validators: Validators,
        /// The validator that proves that a range is of this version.
        range: Option<String>,
        length: Option<u64>,
    },
    /// The rest of the part follows, which makes a file of so many bytes.
    Rest(u64),
}

/// What was asked for, beside the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// Whether a version was named that is there already.
    pub(crate) is_conditional: bool,
    /// The bytes from which on the rest of a part was asked for, and of which version it is.
    pub(crate) from: Option<(u64, &'a Origin)>,
    /// Whether the file has a digest to be held against.
    pub(crate) has_digest: bool,
}

/// Reads the head of an answer.
pub(crate) fn read(response: &Response<Body>, asked: &Asked<'_>) -> Result<Answer, Failure> {
    let (status, headers) = (response.status(), response.headers());
    match status {
        StatusCode::OK => whole(response, asked).map(Answer::Here),
        StatusCode::PARTIAL_CONTENT => {
            is_plain(headers)?;
            rest(headers, asked).map(|total| Answer::Here(Content::Rest(total)))
        }
        StatusCode::NOT_MODIFIED if asked.is_conditional => Ok(Answer::Here(Content::Unchanged)),
        StatusCode::RANGE_NOT_SATISFIABLE if asked.from.is_some() => {
            Err(Failure::again("the part no longer fits"))
        }
        StatusCode::MOVED_PERMANENTLY
        | StatusCode::FOUND
        | StatusCode::SEE_OTHER
        | StatusCode::TEMPORARY_REDIRECT
        | StatusCode::PERMANENT_REDIRECT => match text(headers, &header::LOCATION) {
            Some(location) => Ok(Answer::Elsewhere(location.to_owned())),
            None => Err(Error::new(Reason::Redirect, format!("answers {status} without a location")).into()),
        },
        _ => Err(refused(status, headers)),
    }
}

fn whole(response: &Response<Body>, asked: &Asked<'_>) -> Result<Content, Failure> {
    let headers = response.headers();
    is_plain(headers)?;
    let is_chunked = headers.contains_key(header::TRANSFER_ENCODING);
    // Of an empty file the client only says that it has no body.
    let is_empty = !is_chunked && text(headers, &header::CONTENT_LENGTH) == Some("0");
    let length = response.body().content_length().or(is_empty.then_some(0));
    if length.is_none() && !is_chunked && !asked.has_digest {
        let error = Error::new(Reason::Answer, "the answer does not say where it ends");
        let hint = "one that was cut off would look whole: configure the file's `digest`";
        return Err(error.with_hint(hint).into());
    }
    Ok(Content::Whole { validators: validators(headers), range: for_ranges(headers), length })
}

/// The bytes of the whole file, of which this answer is exactly the rest that was asked for.
fn rest(headers: &HeaderMap, asked: &Asked<'_>) -> Result<u64, Failure> {
    let Some((from, origin)) = asked.from else {
        return Err(
            Error::new(Reason::Answer, "answers with a part of the file that was not asked for").into()
        );
    };
    let range = text(headers, &header::CONTENT_RANGE).and_then(content_range);
    let Some((first, last, total)) = range else {
        return Err(Failure::again("the answer does not say which part of the file it is"));
    };
    let total = total.or(origin.length);
    let is_asked = first == from && total.is_some_and(|total| last + 1 == total);
    let is_same = origin.length.is_none_or(|length| total == Some(length))
        && text(headers, &header::ETAG).is_none_or(|etag| origin.validators.etag.as_deref() == Some(etag));
    match total {
        Some(total) if is_asked && is_same => Ok(total),
        _ => Err(Failure::again("the answer is another part of the file than the one asked for")),
    }
}

/// `bytes FIRST-LAST/TOTAL`, or `*` for the total.
fn content_range(value: &str) -> Option<(u64, u64, Option<u64>)> {
    let (range, total) = value.strip_prefix("bytes ")?.trim().split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last) = (number(first)?, number(last)?);
    let total = if total == "*" { None } else { Some(number(total)?) };
    let is_range = first <= last && last < u64::MAX && total.is_none_or(|total| last < total);
    is_range.then_some((first, last, total))
}

fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Refuses answers whose bytes are not those of the file.
fn is_plain(headers: &HeaderMap) -> Result<(), Failure> {
    for value in headers.get_all(header::CONTENT_ENCODING) {
        if !value.as_bytes().eq_ignore_ascii_case(b"identity") {
            let encoding = String::from_utf8_lossy(value.as_bytes()).into_owned();
            let error = Error::new(
                Reason::Answer,
                format!("answers encoded as `{encoding}`, which was not asked for"),
            );
            let hint = "the server must send the file as it is (`Accept-Encoding: identity`)";
            return Err(error.with_hint(hint).into());
        }
    }
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    if codings.any(|value| !value.as_bytes().eq_ignore_ascii_case(b"chunked")) {
        return Err(Error::new(Reason::Answer, "answers in another transfer coding than `chunked`").into());
    }
    Ok(())
}

fn refused(status: StatusCode, headers: &HeaderMap) -> Failure {
    let message = format!("answers {status}");
    let is_passing = status.is_server_error()
        || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(&status);
    if is_passing {
        return Failure::Passing(Error::new(Reason::Busy, message), retry_after(headers));
    }
    let hint = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            "the address may need a user: `https://NAME:PASSWORD@HOST/`"
        }
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            return Error::new(Reason::Proxy, message)
                .with_hint("name the user in the proxy variable: `http://NAME:PASSWORD@HOST:PORT`")
                .into();
        }
        StatusCode::NOT_FOUND | StatusCode::GONE => {
            "look at the address; the publisher may have moved the file"
        }
        _ => return Error::new(Reason::Status, message).into(),
    };
    Error::new(Reason::Status, message).with_hint(hint).into()
}

/// Whether a text can be sent as the value of a header.
pub(crate) fn is_header(value: &str) -> bool {
    value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// What tells this version of the file from others.
fn validators(headers: &HeaderMap) -> Validators {
    let validator =
        |name| text(headers, &name).filter(|value| value.len() <= LONGEST_VALIDATOR).map(str::to_owned);
    Validators { etag: validator(header::ETAG), last_modified: validator(header::LAST_MODIFIED) }
}

/// The validator that proves that a range is of this version: a strong tag; without any tag a time that
/// is old enough for the file not to have changed again within it.
fn for_ranges(headers: &HeaderMap) -> Option<String> {
    let Validators { etag, last_modified } = validators(headers);
    if let Some(etag) = etag {
        return Some(etag).filter(|etag| etag.starts_with('"'));
    }
    let answered = text(headers, &header::DATE).and_then(date)?;
    last_modified
        .filter(|time| date(time).is_some_and(|time| answered.as_second() - time.as_second() >= APART))
}

/// How long the server asks to be left alone.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = text(headers, &header::RETRY_AFTER)?;
    if let Some(seconds) = number(value) {
        return Some(Duration::from_secs(seconds));
    }
    // By the server's own clock where it tells the time.
    let now = text(headers, &header::DATE).and_then(date).unwrap_or_else(Timestamp::now);
    let seconds = date(value)?.as_second() - now.as_second();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

fn date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(of: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), ureq::http::HeaderValue::from_static(value))
        };
        of.iter().map(pair).collect()
    }

    #[test]
    fn ranges() {
        assert_eq!(content_range("bytes 5-9/10"), Some((5, 9, Some(10))));
        assert_eq!(content_range("bytes 5-9/*"), Some((5, 9, None)));
        for wrong in [
            "",
            "bytes */10",
            "bytes 9-5/10",
            "bytes 5-10/10",
            "bytes +5-9/10",
            "octets 5-9/10",
            "bytes 5-9",
            "bytes 0-18446744073709551615/*",
            "bytes 5-9/99999999999999999999",
        ] {
            assert_eq!(content_range(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_strong_validators_prove_a_range() {
        let now = ("date", "Fri, 27 Nov 2026 12:00:00 GMT");
        let old = ("last-modified", "Fri, 27 Nov 2026 11:59:00 GMT");
        let new = ("last-modified", "Fri, 27 Nov 2026 11:59:01 GMT");
        for (given, expect) in [
            (&[("etag", "\"a\""), now, new][..], Some("\"a\"")),
            (&[("etag", "W/\"a\""), now, old], None),
            (&[now, old], Some("Fri, 27 Nov 2026 11:59:00 GMT")),
            (&[now, new], None),
            (&[old], None),
            (&[now, ("last-modified", "yesterday")], None),
            (&[], None),
        ] {
            assert_eq!(for_ranges(&headers(given)).as_deref(), expect, "{given:?}");
        }
    }

    #[test]
    fn pauses_that_servers_ask_for() {
        let now = ("date", "Fri, 27 Nov 2026 12:00:00 GMT");
        for (value, expect) in [
            ("7", Some(7)),
            ("Fri, 27 Nov 2026 12:01:00 GMT", Some(60)),
            ("Fri, 27 Nov 2026 11:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            let found = retry_after(&headers(&[now, ("retry-after", value)]));
            assert_eq!(found, expect.map(Duration::from_secs), "{value}");
        }
    }
}
