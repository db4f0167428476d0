//! Transfers that end badly: each says why and what to do, and leaves everything as it was.

use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use patchstate_fetch::{Error, Reason, Request};

use crate::server::{Server, answer, head, say_nothing};
use crate::site::{Site, digest};

/// Transfers an address that gives no file, and sees that the one that was there is as it was.
fn refused(address: &str, reason: Reason, says: &str, change: impl FnOnce(&mut Request<'_>)) -> Error {
    let site = Site::new();
    std::fs::write(site.to(), "known").expect("is written");
    let error = site.fetch(address, change).expect_err("gives no file");
    assert_eq!(error.reason(), reason, "{error}");
    assert!(error.to_string().contains(says), "{error}");
    assert_eq!(site.file().as_deref(), Some(&b"known"[..]));
    assert!(!site.names().contains(&"incoming.part.note".to_owned()), "nothing can be gone on with");
    error
}

#[test]
fn a_status_that_is_no_file() {
    for (status, reason, tries) in [
        ("404 Not Found", Reason::Status, 1),
        ("403 Forbidden", Reason::Status, 1),
        ("204 No Content", Reason::Status, 1),
        ("206 Partial Content", Reason::Answer, 1),
        ("304 Not Modified", Reason::Status, 1),
        ("416 Range Not Satisfiable", Reason::Status, 1),
        ("407 Proxy Authentication Required", Reason::Proxy, 1),
        ("500 Internal Server Error", Reason::Busy, 3),
        ("503 Service Unavailable", Reason::Busy, 3),
        ("429 Too Many Requests", Reason::Busy, 3),
    ] {
        let server = Server::always(answer(status, &[], b"no"));
        let says = if status.starts_with("206") { "not asked for" } else { status };
        let error = refused(&server.url("/x"), reason, says, |_| ());
        assert_eq!(server.asked().len(), tries, "{status}");
        assert!(error.to_string().starts_with(&server.url("/x: ")), "{error}");
    }
}

#[test]
fn a_server_that_asks_for_a_long_pause_is_left_alone() {
    let server = Server::always(answer("503 Service Unavailable", &[("Retry-After", "3600")], b""));
    let error = refused(&server.url("/"), Reason::Busy, "503", |_| ());
    assert_eq!(error.hint(), Some("the server asks to be left alone for 3600 seconds"));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn nobody_is_there() {
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("is free").port();
    refused(&format!("http://127.0.0.1:{port}/"), Reason::Offline, "no connection", |_| ());
}

#[test]
fn no_answer_at_all() {
    let server = Server::start(|_, _, out| say_nothing(out));
    refused(&server.url("/"), Reason::Slow, "no answer came in time", |request| {
        request.patience.silence = Duration::from_millis(50);
    });
    assert_eq!(server.asked().len(), 3);
    let server = Server::start(|_, _, _| Ok(()));
    refused(&server.url("/"), Reason::Broken, "without an answer", |_| ());
}

#[test]
fn silence_amid_the_answer() {
    let server = Server::start(|_, _, out| {
        out.write_all(&head("200 OK", &[("Content-Length", "10")]))?;
        out.write_all(b"hello")?;
        out.flush()?;
        say_nothing(out)
    });
    refused(&server.url("/"), Reason::Slow, "no further byte came in time", |request| {
        request.patience.silence = Duration::from_millis(50);
    });
}

#[test]
fn drops_that_keep_a_connection_alive() {
    let server = Server::start(|_, _, out| {
        out.write_all(&head("200 OK", &[("Content-Length", "1000000")]))?;
        loop {
            out.write_all(b".")?;
            out.flush()?;
            thread::sleep(Duration::from_millis(2));
        }
    });
    refused(&server.url("/"), Reason::Slow, "too slow: ", |request| {
        request.patience.stretch = Duration::from_millis(30);
    });
    // The same speed is enough where less is asked for, so that only an end from outside ends it.
    let (site, cancelled) = (Site::new(), AtomicBool::new(false));
    let enough = |bytes: u64, _| cancelled.store(bytes > 30, Ordering::SeqCst);
    let error = site.fetch(&server.url("/"), |request| {
        (request.patience.stretch, request.patience.least) = (Duration::from_millis(30), 1);
        (request.progress, request.cancelled) = (&enough, &cancelled);
    });
    assert_eq!(error.expect_err("is ended").reason(), Reason::Cancelled);
    // What came at first does not help later.
    let server = Server::start(|_, _, out| {
        out.write_all(&head("200 OK", &[("Content-Length", "1000000")]))?;
        out.write_all(&vec![b'.'; 100_000])?;
        for _ in 0..1000 {
            out.flush()?;
            thread::sleep(Duration::from_millis(2));
            out.write_all(b".")?;
        }
        Ok(())
    });
    refused(&server.url("/"), Reason::Slow, "too slow: ", |request| {
        (request.patience.stretch, request.patience.least) = (Duration::from_millis(30), 1000);
    });
}

#[test]
fn an_end_from_outside_does_not_wait_for_the_server() {
    let server = Server::start(|_, _, out| say_nothing(out));
    let (site, cancelled, begun) = (Site::new(), AtomicBool::new(false), Instant::now());
    thread::scope(|scope| {
        scope.spawn(|| {
            while server.asked().is_empty() {
                thread::yield_now();
            }
            cancelled.store(true, Ordering::SeqCst);
        });
        let error = site.fetch(&server.url("/"), |request| {
            request.cancelled = &cancelled;
            request.patience.silence = Duration::from_secs(60);
        });
        assert_eq!(error.expect_err("is ended").reason(), Reason::Cancelled);
    });
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn an_answer_that_is_too_short() {
    let server = Server::always(answer("200 OK", &[("Content-Length", "10")], b"hello"));
    refused(&server.url("/"), Reason::Broken, "its end is missing, also at try 3", |_| ());
    let chunks = head("200 OK", &[("Transfer-Encoding", "chunked")]).into_iter().chain(*b"5\r\nhello\r\n");
    let server = Server::always(chunks.collect());
    refused(&server.url("/"), Reason::Broken, "broke off", |_| ());
}

#[test]
fn more_than_it_may_be() {
    let most = |request: &mut Request<'_>| request.most = 10;
    let server = Server::start(|_, _, out| {
        out.write_all(&head("200 OK", &[("Content-Length", "11")]))?;
        out.flush()?;
        say_nothing(out)
    });
    // Before a byte of it came.
    let error = refused(&server.url("/"), Reason::TooLarge, "more than 10 bytes", most);
    assert_eq!(error.hint(), Some("if it is the right one, raise `max_download_mib`"));
    let chunks = head("200 OK", &[("Transfer-Encoding", "chunked")]).into_iter();
    let server = Server::always(chunks.chain(*b"b\r\nhello,world\r\n0\r\n\r\n").collect());
    refused(&server.url("/"), Reason::TooLarge, "more than 10 bytes", most);
    let site = Site::new();
    let server = Server::always(answer("200 OK", &[], b"hello,worl"));
    site.complete(&server.url("/"), most);
}

#[test]
fn another_digest_than_the_configured_one() {
    let server = Server::always(answer("200 OK", &[("ETag", "\"v1\"")], b"hello"));
    let says =
        "the SHA-256 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 and not 486ea46224";
    refused(&server.url("/"), Reason::Digest, says, |request| request.digest = Some(digest(b"world")));
    let site = Site::new();
    let failed = site.fetch(&server.url("/"), |request| request.digest = Some(digest(b"world")));
    assert!(failed.is_err() && site.names().is_empty(), "a wrong file is not gone on with");
}

#[test]
fn an_encoded_answer() {
    for encoding in ["gzip", "x-gzip", "br", "identity, gzip"] {
        let server = Server::always(answer("200 OK", &[("Content-Encoding", encoding)], b"\x1f\x8b"));
        refused(&server.url("/"), Reason::Answer, &format!("encoded as `{encoding}`"), |_| ());
    }
    let server = Server::always(answer("200 OK", &[("Transfer-Encoding", "gzip, chunked")], b"\x1f\x8b"));
    refused(&server.url("/"), Reason::Answer, "another transfer coding", |_| ());
    let server = Server::always(answer("200 OK", &[("Content-Encoding", "identity")], b"plain"));
    Site::new().complete(&server.url("/"), |_| ());
}

#[test]
fn redirects_that_are_not_followed() {
    let round = Server::always(answer("302 Found", &[("Location", "/round")], b""));
    refused(&round.url("/"), Reason::Redirect, "more than 10 times", |_| ());
    assert_eq!(round.asked().len(), 11);
    for location in ["file:///etc/passwd", "ftp://a/b", "http://", "javascript:0"] {
        let server = Server::always(answer("302 Found", &[("Location", location)], b""));
        refused(&server.url("/"), Reason::Redirect, "no `http` or `https` address", |_| ());
    }
    let server = Server::always(answer("302 Found", &[], b""));
    refused(&server.url("/"), Reason::Redirect, "without a location", |_| ());
}

#[test]
fn a_flood_of_headers() {
    let server = Server::start(|_, _, out| {
        out.write_all(b"HTTP/1.1 200 OK\r\n")?;
        loop {
            out.write_all(b"X-Flood: and on and on and on\r\n")?;
        }
    });
    refused(&server.url("/"), Reason::Answer, "", |_| ());
    let server = Server::start(|_, _, out| {
        out.write_all(b"HTTP/1.1 200 OK\r\nX-Flood: ")?;
        loop {
            out.write_all(&[b'x'; 1024])?;
        }
    });
    refused(&server.url("/"), Reason::Answer, "65536 bytes", |_| ());
}

#[test]
fn what_is_no_http() {
    for wrong in [
        &b"SSH-2.0-OpenSSH_9.2\r\n\r\n"[..],
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"\0\xff\0\xff\r\n\r\n",
    ] {
        let server = Server::always(wrong.to_vec());
        refused(&server.url("/"), Reason::Answer, "no correct answer", |_| ());
    }
    let chunks = head("200 OK", &[("Transfer-Encoding", "chunked")]).into_iter().chain(*b"x\r\nhello\r\n");
    let server = Server::always(chunks.collect());
    refused(&server.url("/"), Reason::Broken, "broke off", |_| ());
}

#[test]
fn passwords_and_queries_are_not_in_messages() {
    let server = Server::always(answer("404 Not Found", &[], b""));
    let address = server.url("/a?token=hush").replace("http://", "http://jo:hush@");
    let error = refused(&address, Reason::Status, "/a?...: answers 404 Not Found", |_| ());
    assert!(!format!("{error} {error:?} {:?}", error.hint()).contains("hush"), "{error}");
    let site = Site::new();
    let shown = format!("{:?}", Request::new(&address, site.to()));
    assert!(!shown.contains("hush"), "{shown}");
}

#[test]
fn a_folder_that_cannot_be_written() {
    let server = Server::always(answer("200 OK", &[], b"hello"));
    let (site, url) = (Site::new(), server.url("/"));
    let nowhere = site.folder().join("nowhere").join("incoming");
    let error = site.fetch(&url, |request| request.to = &nowhere).expect_err("there is no folder");
    assert_eq!(error.reason(), Reason::Disk);
    assert!(error.to_string().contains("nowhere/incoming.part: cannot open: "), "{error}");
    // In a place of the file that cannot be replaced, the part is made, and the rename fails.
    std::fs::create_dir_all(site.to().join("full")).expect("is made");
    let error = site.fetch(&url, |_| ()).expect_err("is a folder");
    assert!(error.to_string().contains("cannot put in place: "), "{error}");
}

/// Even the administrator writes no file into the system's view of processes.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_is_read_only() {
    let server = Server::always(answer("200 OK", &[], b"hello"));
    let to = std::path::Path::new("/proc/sys/incoming");
    let site = Site::new();
    let error = site.fetch(&server.url("/"), |request| request.to = to).expect_err("is read-only");
    assert_eq!(error.reason(), Reason::Disk, "{error}");
}

/// A limit on the size of files stands for a disk that is full; a shell sets it for this same test.
#[cfg(unix)]
#[test]
fn a_disk_without_room() {
    const ADDRESS: &str = "FETCH_WITHOUT_ROOM";
    if let Ok(address) = std::env::var(ADDRESS) {
        let error = refused(&address, Reason::Disk, "incoming.part: cannot write: ", |_| ());
        assert_eq!(error.hint(), Some("make room for the whole file; what was there of it is removed"));
        return;
    }
    let server = Server::always(answer("200 OK", &[("ETag", "\"v1\"")], &vec![0; 1 << 20]));
    let limited = "trap '' XFSZ; ulimit -f 64; exec \"$0\" --exact refusals::a_disk_without_room";
    let this = std::env::current_exe().expect("is known");
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", limited]).arg(this).env(ADDRESS, server.url("/"));
    let output = shell.output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(server.asked().len(), 1);
}
