//! Transfers that end well: new files, unchanged ones, redirects, and answers in all lawful forms.

use std::cell::RefCell;

use patchstate_fetch::{Fetched, Validators};

use crate::server::{Server, answer, head};
use crate::site::{Site, digest, numbers};

const TAG: (&str, &str) = ("ETag", "\"v1\"");
const TIME: (&str, &str) = ("Last-Modified", "Thu, 26 Nov 2026 08:00:00 GMT");

#[test]
fn a_new_file_appears_whole_with_what_tells_it_from_others() {
    let body = numbers(300_000);
    let server = Server::always(answer("200 OK", &[TAG, TIME], &body));
    let (site, told) = (Site::new(), RefCell::new(Vec::new()));
    let progress = |bytes, of| told.borrow_mut().push((bytes, of));
    let fetched = site.fetch(&server.url("/a/catalog.xml?sig=1"), |request| {
        request.progress = &progress;
        request.digest = Some(digest(&body));
    });
    let validators = Validators { etag: Some("\"v1\"".into()), last_modified: Some(TIME.1.to_owned()) };
    let fetched = fetched.expect("is transferred");
    assert_eq!(fetched, Fetched::Complete { validators, bytes: 300_000, sha256: digest(&body) });
    assert_eq!(site.file().as_ref(), Some(&body));
    assert_eq!(site.names(), ["incoming"]);
    let told = told.borrow();
    assert_eq!((told.first(), told.last()), (Some(&(0, Some(300_000))), Some(&(300_000, Some(300_000)))));
    assert!(told.is_sorted());
    let asked = &server.asked()[0];
    assert_eq!(asked.line, "GET /a/catalog.xml?sig=1 HTTP/1.1");
    assert_eq!(asked.header("user-agent"), Some(concat!("patchstate/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(asked.header("accept-encoding"), Some("identity"));
    assert_eq!(asked.header("host"), Some(server.authority().as_str()));
    for absent in ["range", "if-range", "if-none-match", "if-modified-since", "authorization"] {
        assert_eq!(asked.header(absent), None);
    }
}

#[test]
fn a_file_that_is_known_is_unchanged() {
    let server = Server::start(|_, asked, out| {
        let is_known = asked.header("if-none-match") == Some("W/\"v1\"")
            && asked.header("if-modified-since") == Some(TIME.1);
        out.write_all(&if is_known {
            head("304 Not Modified", &[TAG])
        } else {
            answer("200 OK", &[], b"new")
        })
    });
    let site = Site::new();
    std::fs::write(site.to(), "known").expect("is written");
    // Of a version that the server no longer has.
    std::fs::write(site.folder().join("incoming.part"), "other").expect("is written");
    let known = Validators { etag: Some("W/\"v1\"".into()), last_modified: Some(TIME.1.to_owned()) };
    let fetched = site.fetch(&server.url("/"), |request| request.validators = known.clone());
    assert_eq!(fetched.expect("is known"), Fetched::Unchanged);
    assert_eq!((site.file().as_deref(), site.names()), (Some(&b"known"[..]), vec!["incoming".to_owned()]));
    assert_eq!(site.complete(&server.url("/"), |_| ()), Validators::default());
    assert_eq!(site.file().as_deref(), Some(&b"new"[..]));
}

#[test]
fn an_answer_in_chunks_is_whole_at_its_last_one() {
    let server = Server::start(|_, _, out| {
        out.write_all(&head("200 OK", &[("Transfer-Encoding", "chunked")]))?;
        out.write_all(b"5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\nX-More: 1\r\n\r\n")
    });
    let site = Site::new();
    site.complete(&server.url("/"), |_| ());
    assert_eq!(site.file().as_deref(), Some(&b"hello, world"[..]));
}

#[test]
fn an_answer_ends_where_its_length_says() {
    let long = answer("200 OK", &[("Content-Length", "5")], b"hello, world");
    let empty = answer("200 OK", &[], b"");
    let server = Server::in_turn(vec![long, empty]);
    let site = Site::new();
    site.complete(&server.url("/"), |_| ());
    assert_eq!(site.file().as_deref(), Some(&b"hello"[..]));
    site.complete(&server.url("/"), |_| ());
    assert_eq!(site.file().as_deref(), Some(&b""[..]));
}

#[test]
fn an_answer_that_ends_with_its_connection_needs_a_digest() {
    let server = Server::always(head("200 OK", &[]).into_iter().chain(*b"whole").collect());
    let site = Site::new();
    let error = site.fetch(&server.url("/"), |_| ()).expect_err("could be cut off");
    assert!(error.to_string().ends_with("the answer does not say where it ends"), "{error}");
    site.complete(&server.url("/"), |request| request.digest = Some(digest(b"whole")));
    assert_eq!(site.file().as_deref(), Some(&b"whole"[..]));
}

#[test]
fn redirects_are_followed_and_relative_ones_resolved() {
    let server = Server::start(|_, asked, out| {
        let (status, location) = match asked.line.split(' ').nth(1) {
            Some("/a/b?c") => ("301 Moved Permanently", "../d"),
            Some("/d") => ("302 Found", "?e"),
            Some("/d?e") => ("303 See Other", "/f#g"),
            Some("/f") => ("307 Temporary Redirect", "h"),
            Some("/h") => ("308 Permanent Redirect", "/i"),
            _ => return out.write_all(&answer("200 OK", &[], b"here")),
        };
        out.write_all(&answer(status, &[("Location", location)], b"elsewhere"))
    });
    let site = Site::new();
    site.complete(&server.url("/a/b?c"), |_| ());
    let lines: Vec<_> = server.asked().iter().map(|asked| asked.line.clone()).collect();
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[5], "GET /i HTTP/1.1");
    assert_eq!(site.file().as_deref(), Some(&b"here"[..]));
}

#[test]
fn a_user_goes_to_the_host_of_the_address_only() {
    let other = Server::always(answer("200 OK", &[], b"here"));
    let there = other.url("/");
    let server = Server::start(move |nth, _, out| {
        let location = if nth == 0 { "/same" } else { there.as_str() };
        out.write_all(&answer("302 Found", &[("Location", location)], b""))
    });
    let site = Site::new();
    site.complete(&server.url("/").replace("http://", "http://jo:s%40y@"), |_| ());
    for asked in server.asked() {
        assert_eq!(asked.header("authorization"), Some("Basic am86c0B5"));
    }
    assert_eq!(other.asked()[0].header("authorization"), None);
}

#[test]
fn a_server_with_a_passing_problem_is_asked_again_after_a_pause() {
    let ok = answer("200 OK", &[], b"here");
    let busy = answer("503 Service Unavailable", &[("Retry-After", "7")], b"");
    let server = Server::in_turn(vec![busy, answer("500 Internal Server Error", &[], b""), ok.clone()]);
    let site = Site::new();
    site.complete(&server.url("/"), |_| ());
    // Seven seconds as it asked for, and two of our own.
    assert_eq!((server.asked().len(), site.waited().as_secs()), (3, 9));

    let server = Server::in_turn(vec![answer("429 Too Many Requests", &[], b""), ok]);
    let site = Site::new();
    site.complete(&server.url("/"), |_| ());
    assert_eq!((server.asked().len(), site.waited().as_secs()), (2, 1));
}
