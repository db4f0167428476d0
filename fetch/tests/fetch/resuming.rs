//! Transfers that break off: what is there is gone on with if, and only if, it is of the same version.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use patchstate_fetch::{Fetched, Reason, Validators};

use crate::server::{Asked, Server, Stream, answer, head, say_nothing};
use crate::site::{Site, digest, numbers};

const LENGTH: usize = 100_000;

/// Sends the first half of a file and ends the connection.
fn cut(out: &mut dyn Stream, headers: &[(&str, &str)], body: &[u8]) -> io::Result<()> {
    let length = body.len().to_string();
    let mut all = headers.to_vec();
    all.push(("Content-Length", &length));
    out.write_all(&head("200 OK", &all))?;
    out.write_all(&body[..body.len() / 2])
}

/// The first byte of the range that was asked for.
fn from(asked: &Asked) -> Option<usize> {
    asked.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}

/// Answers with the rest of a file.
fn rest(out: &mut dyn Stream, headers: &[(&str, &str)], body: &[u8], from: usize) -> io::Result<()> {
    let range = format!("bytes {from}-{}/{}", body.len() - 1, body.len());
    let mut all = headers.to_vec();
    all.push(("Content-Range", &range));
    out.write_all(&answer("206 Partial Content", &all, &body[from..]))
}

/// A server that cuts its first answer off and then does as `then` says.
fn breaking(
    headers: &'static [(&'static str, &'static str)],
    then: impl Fn(&Asked, &mut dyn Stream) -> io::Result<()> + Send + Sync + 'static,
) -> Server {
    Server::start(move |nth, asked, out| match nth {
        0 => cut(out, headers, &numbers(LENGTH)),
        _ => then(asked, out),
    })
}

const TAG: &[(&str, &str)] = &[("ETag", "\"v1\"")];

#[test]
fn a_broken_transfer_is_gone_on_with() {
    let server = breaking(TAG, |asked, out| {
        assert_eq!(asked.header("if-range"), Some("\"v1\""));
        rest(out, TAG, &numbers(LENGTH), from(asked).unwrap_or_default())
    });
    let site = Site::new();
    let validators =
        site.complete(&server.url("/"), |request| request.digest = Some(digest(&numbers(LENGTH))));
    assert_eq!(validators.etag.as_deref(), Some("\"v1\""));
    assert_eq!((server.asked().len(), from(&server.asked()[1])), (2, Some(LENGTH / 2)));
    assert_eq!(site.waited().as_secs(), 1);
}

#[test]
fn a_time_that_is_old_enough_tells_versions_apart_as_well() {
    const OLD: &[(&str, &str)] =
        &[("Date", "Fri, 27 Nov 2026 12:00:00 GMT"), ("Last-Modified", "Thu, 26 Nov 2026 12:00:00 GMT")];
    let server = breaking(OLD, |asked, out| {
        assert_eq!(asked.header("if-range"), Some("Thu, 26 Nov 2026 12:00:00 GMT"));
        rest(out, OLD, &numbers(LENGTH), from(asked).unwrap_or_default())
    });
    Site::new().complete(&server.url("/"), |_| ());
    assert_eq!(from(&server.asked()[1]), Some(LENGTH / 2));
}

#[test]
fn without_a_strong_validator_it_begins_anew() {
    const WEAK: &[(&str, &str)] = &[("ETag", "W/\"v1\"")];
    const NEW: &[(&str, &str)] =
        &[("Date", "Fri, 27 Nov 2026 12:00:00 GMT"), ("Last-Modified", "Fri, 27 Nov 2026 11:59:59 GMT")];
    for headers in [WEAK, NEW, &[]] {
        let server = breaking(headers, |_, out| out.write_all(&answer("200 OK", &[], &numbers(LENGTH))));
        Site::new().complete(&server.url("/"), |_| ());
        assert_eq!((server.asked().len(), server.asked()[1].header("range")), (2, None));
    }
}

#[test]
fn a_file_that_changed_meanwhile_is_taken_from_its_beginning() {
    let server = breaking(TAG, |_, out| out.write_all(&answer("200 OK", &[("ETag", "\"v2\"")], b"changed")));
    let site = Site::new();
    let validators = site.complete(&server.url("/"), |_| ());
    assert_eq!((site.file().as_deref(), validators.etag.as_deref()), (Some(&b"changed"[..]), Some("\"v2\"")));
}

#[test]
fn a_server_without_ranges_sends_the_file_again() {
    let server = breaking(TAG, |_, out| out.write_all(&answer("200 OK", TAG, &numbers(LENGTH))));
    let site = Site::new();
    site.complete(&server.url("/"), |_| ());
    assert_eq!((server.asked().len(), site.file()), (2, Some(numbers(LENGTH))));
}

#[test]
fn another_range_than_the_one_asked_for_is_not_taken() {
    let wrong: [&[(&str, &str)]; 8] = [
        &[("Content-Range", "bytes 0-99999/100000")],
        &[("Content-Range", "bytes 50001-99999/100000")],
        &[("Content-Range", "bytes 50000-99998/100000")],
        &[("Content-Range", "bytes 50000-100000/100001")],
        &[("Content-Range", "bytes 50000-99999/100000"), ("ETag", "\"v2\"")],
        &[("Content-Range", "bytes five to ten")],
        &[("Content-Type", "multipart/byteranges; boundary=x")],
        &[],
    ];
    for headers in wrong {
        let server = breaking(TAG, move |asked, out| match from(asked) {
            Some(from) => out.write_all(&answer("206 Partial Content", headers, &numbers(LENGTH)[from..])),
            None => out.write_all(&answer("200 OK", TAG, &numbers(LENGTH))),
        });
        let site = Site::new();
        site.complete(&server.url("/"), |_| ());
        assert_eq!(site.file(), Some(numbers(LENGTH)), "{headers:?}");
        assert_eq!((server.asked().len(), server.asked()[2].header("range")), (3, None), "{headers:?}");
    }
}

#[test]
fn a_part_that_no_longer_fits_is_begun_anew() {
    let server = breaking(TAG, |asked, out| match from(asked) {
        Some(_) => {
            out.write_all(&answer("416 Range Not Satisfiable", &[("Content-Range", "bytes */7")], b""))
        }
        None => out.write_all(&answer("200 OK", TAG, b"shorter")),
    });
    let site = Site::new();
    site.complete(&server.url("/"), |_| ());
    assert_eq!(site.file().as_deref(), Some(&b"shorter"[..]));
}

#[test]
fn more_bytes_than_the_file_has_are_not_taken() {
    let server = breaking(TAG, |asked, out| match from(asked) {
        Some(from) => {
            let range = format!("bytes {from}-{}/{LENGTH}", LENGTH - 1);
            out.write_all(&head(
                "206 Partial Content",
                &[("Content-Range", &range), ("Transfer-Encoding", "chunked")],
            ))?;
            let body = numbers(LENGTH);
            out.write_all(format!("{:x}\r\n", LENGTH - from + 1).as_bytes())?;
            out.write_all(&body[from..])?;
            out.write_all(b"!\r\n0\r\n\r\n")
        }
        None => out.write_all(&answer("200 OK", TAG, &numbers(LENGTH))),
    });
    let site = Site::new();
    site.complete(&server.url("/"), |_| ());
    assert_eq!((server.asked().len(), site.file()), (3, Some(numbers(LENGTH))));
}

#[test]
fn a_later_transfer_goes_on_where_one_gave_up() {
    let server = Server::start(|_, asked, out| {
        let body = numbers(LENGTH);
        match from(asked) {
            None => cut(out, TAG, &body),
            Some(from) if from < LENGTH * 3 / 4 => {
                let range = format!("bytes {from}-{}/{LENGTH}", LENGTH - 1);
                let length = (LENGTH - from).to_string();
                let headers = [("Content-Range", range.as_str()), ("Content-Length", &length)];
                out.write_all(&head("206 Partial Content", &headers))?;
                out.write_all(&body[from..from + 10_000])
            }
            Some(from) => rest(out, TAG, &body, from),
        }
    });
    let site = Site::new();
    let (url, other) = (server.url("/a"), server.url("/b"));
    let error = site.fetch(&url, |request| request.patience.tries = 2).expect_err("breaks off twice");
    assert_eq!(error.reason(), Reason::Broken);
    assert!(error.to_string().starts_with(&format!("{url}: the transfer broke off")), "{error}");
    assert!(error.to_string().ends_with(", also at try 2"), "{error}");
    assert_eq!(error.hint(), Some("60000 bytes are kept; the next transfer goes on from there"));
    assert_eq!((site.file(), site.part().map(|part| part.len())), (None, Some(60_000)));
    site.complete(&url, |_| ());
    assert_eq!(from(&server.asked()[2]), Some(60_000));
    assert_eq!(site.file(), Some(numbers(LENGTH)));

    // What is there of one address is not taken for another.
    let site = Site::new();
    let _ = site.fetch(&url, |request| request.patience.tries = 1).expect_err("breaks off");
    let before = server.asked().len();
    let _ = site.fetch(&other, |request| request.patience.tries = 1).expect_err("breaks off");
    assert_eq!(server.asked()[before].header("range"), None);
}

#[test]
fn a_part_is_built_on_together_with_what_is_known() {
    let server = Server::start(|nth, asked, out| match nth {
        0 => cut(out, &[("ETag", "\"v2\"")], &numbers(LENGTH)),
        _ => {
            assert_eq!(asked.header("if-none-match"), Some("\"v1\""));
            assert_eq!((asked.header("if-range"), from(asked)), (Some("\"v2\""), Some(LENGTH / 2)));
            // The publisher went back to the version before.
            out.write_all(&head("304 Not Modified", TAG))
        }
    });
    let site = Site::new();
    let known = Validators { etag: Some("\"v1\"".into()), last_modified: None };
    let fetched = site.fetch(&server.url("/"), |request| request.validators = known.clone());
    assert_eq!(fetched.expect("is known"), Fetched::Unchanged);
    assert!(site.names().is_empty(), "{:?}", site.names());
}

/// What a process that dies amid a transfer leaves is what stands on the disk at that moment: a copy of the
/// folder, made while the transfer waits for bytes.
#[test]
fn what_a_dead_process_left_is_gone_on_with() {
    let server = Server::start(|nth, asked, out| match nth {
        0 => {
            cut(out, TAG, &numbers(LENGTH))?;
            out.flush()?;
            say_nothing(out)
        }
        _ => rest(out, TAG, &numbers(LENGTH), from(asked).unwrap_or_default()),
    });
    let (dying, after, cancelled) = (Site::new(), Site::new(), AtomicBool::new(false));
    let copy = |bytes: u64, _| {
        if bytes == LENGTH as u64 / 2 {
            for name in dying.names() {
                std::fs::copy(dying.folder().join(&name), after.folder().join(&name)).expect("is copied");
            }
            cancelled.store(true, Ordering::SeqCst);
        }
    };
    let url = server.url("/");
    let error = dying.fetch(&url, |request| {
        request.patience.stride = 1;
        (request.progress, request.cancelled) = (&copy, &cancelled);
    });
    assert_eq!(error.expect_err("is ended").reason(), Reason::Cancelled);
    assert_eq!(after.names(), ["incoming.part", "incoming.part.note"]);
    after.complete(&url, |_| ());
    assert_eq!(after.file(), Some(numbers(LENGTH)));
    assert_eq!(from(&server.asked()[1]), Some(LENGTH / 2));
}

#[test]
fn a_transfer_that_is_ended_from_outside_keeps_its_part() {
    let server =
        breaking(TAG, |asked, out| rest(out, TAG, &numbers(LENGTH), from(asked).unwrap_or_default()));
    let (site, cancelled) = (Site::new(), AtomicBool::new(false));
    let end = |bytes: u64, _| cancelled.store(bytes > 0, Ordering::SeqCst);
    let url = server.url("/");
    let error = site.fetch(&url, |request| (request.progress, request.cancelled) = (&end, &cancelled));
    let error = error.expect_err("is ended");
    assert_eq!(error.reason(), Reason::Cancelled);
    assert!(site.part().is_some_and(|part| !part.is_empty()));
    let again = site.fetch(&url, |request| request.cancelled = &cancelled).expect_err("is ended");
    assert_eq!((again.reason(), server.asked().len()), (Reason::Cancelled, 1));
    site.complete(&url, |_| ());
    assert!(from(&server.asked()[1]).is_some());
}

#[test]
fn the_rest_of_a_file_that_has_become_too_large_is_not_asked_for() {
    let server = breaking(TAG, |asked, out| {
        let range = format!("bytes {}-{}/{LENGTH}", from(asked).unwrap_or_default(), LENGTH - 1);
        out.write_all(&head(
            "206 Partial Content",
            &[("Content-Range", &range), ("Content-Length", "50000")],
        ))?;
        out.flush()?;
        say_nothing(out)
    });
    let (site, url) = (Site::new(), server.url("/"));
    let _ = site.fetch(&url, |request| request.patience.tries = 1).expect_err("breaks off");
    let error = site.fetch(&url, |request| request.most = 60_000).expect_err("is too large");
    assert_eq!((error.reason(), server.asked().len()), (Reason::TooLarge, 2));
}

/// Where the length is not known, an end from outside must not look like that of the file.
#[test]
fn what_is_ended_from_outside_is_not_whole() {
    let server = Server::start(|_, _, out| {
        out.write_all(&head("200 OK", &[("ETag", "\"v1\""), ("Transfer-Encoding", "chunked")]))?;
        out.write_all(b"5\r\nhello\r\n")?;
        out.flush()?;
        say_nothing(out)
    });
    let (site, cancelled) = (Site::new(), AtomicBool::new(false));
    let end = |bytes: u64, _| cancelled.store(bytes > 0, Ordering::SeqCst);
    let error = site.fetch(&server.url("/"), |request| {
        (request.progress, request.cancelled) = (&end, &cancelled);
    });
    assert_eq!(error.expect_err("is ended").reason(), Reason::Cancelled);
    assert_eq!(site.names(), ["incoming.part", "incoming.part.note"]);
}

#[test]
fn a_whole_part_is_only_asked_for_its_last_byte() {
    let server =
        breaking(TAG, |asked, out| rest(out, TAG, &numbers(LENGTH), from(asked).unwrap_or_default()));
    let site = Site::new();
    let url = server.url("/");
    let _ = site.fetch(&url, |request| request.patience.tries = 1).expect_err("breaks off");
    let note = site.folder().join("incoming.part.note");
    let text = std::fs::read_to_string(&note).expect("is there");
    std::fs::write(&note, text.replace("kept: 50000", "kept: 100000")).expect("is written");
    std::fs::write(site.folder().join("incoming.part"), numbers(LENGTH)).expect("is written");
    site.complete(&url, |_| ());
    assert_eq!(from(&server.asked()[1]), Some(LENGTH - 1));
}
