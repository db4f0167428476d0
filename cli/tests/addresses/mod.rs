//! `site sync` from an address: what a server answers decides what is current and how the program ends.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

use conformance::site::{contents, updates};

use self::server::{Server, answer, head};
use super::{NOW, define, founded, program, said};

#[allow(dead_code, reason = "the tests of transfers use all of it")]
#[path = "../../../fetch/tests/fetch/server.rs"]
mod server;

/// Fetches, without any proxy that the machine may have.
fn sync(site: &Path) -> Output {
    let mut command = program();
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(name);
    }
    command.args(["site", "sync", "--now", NOW, "--site"]).arg(site).output().expect("the program starts")
}

/// Everything that says what is current.
fn state(site: &Path) -> BTreeMap<String, Vec<u8>> {
    contents(site, &["index", "catalog/linux/rev", "catalog/linux/bad", "store", "matrix"])
}

/// A server that is not to be asked again for the time being.
fn busy(status: &str) -> Vec<u8> {
    answer(status, &[("Retry-After", "999")], b"")
}

/// The first half of an answer, behind which the connection ends.
fn half(headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let length = body.len().to_string();
    let all = [headers, &[("Content-Length", length.as_str())]].concat();
    [&head("200 OK", &all)[..], &body[..body.len() / 2]].concat()
}

#[test]
fn what_the_server_answers_decides_what_is_current() {
    let [first, second, third] = [3, 4, 5].map(|last| updates(&(1..=last).collect::<Vec<_>>()).into_bytes());
    let (cut, length) = (second.len() / 2, second.len());
    let range = format!("bytes {cut}-{}/{length}", length - 1);
    let rest = [("ETag", "\"2\""), ("Content-Range", &range)];
    let server = Server::in_turn(vec![
        answer("200 OK", &[("ETag", "\"1\"")], &first),
        head("304 Not Modified", &[("ETag", "\"1\"")]),
        busy("500 Internal Server Error"),
        half(&[("ETag", "\"2\"")], &second),
        busy("503 Service Unavailable"),
        answer("206 Partial Content", &rest, &second[cut..]),
        answer("200 OK", &[("ETag", "\"3\"")], &third),
        answer("404 Not Found", &[], b""),
    ]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = founded(folder.path(), &["linux"]);
    let source = format!("source = [\"{}\"]", server.url("/updateinfo.xml"));
    define(&site, |text| text.replace("source = [\"drop\"]", &source));
    // The exit code, what is said, and whether something else is current then.
    let check = |code: i32, says: &str, changes: bool| {
        let before = state(&site);
        let output = sync(&site);
        assert_eq!(output.status.code(), Some(code), "{says}: {}", said(&output));
        assert!(said(&output).contains(says) && output.stdout.is_empty(), "{says}: {}", said(&output));
        assert_eq!(state(&site) != before, changes, "{says}");
    };
    let part = || site.join("catalog/linux/incoming.part").exists();
    let header = |nth: usize, name: &str| server.asked()[nth].header(name).map(str::to_owned);

    check(0, "linux: revision 1 is current", true);
    assert_eq!(header(0, "if-none-match"), None);
    check(0, "linux: unchanged", false);
    assert_eq!(header(1, "if-none-match").as_deref(), Some("\"1\""));
    check(2, "500 Internal Server Error", false);
    assert!(!part());
    check(2, "503 Service Unavailable", false);
    assert!(part(), "what came can be gone on with");
    check(0, "linux: revision 2 is current", true);
    assert_eq!((header(5, "range"), part()), (Some(format!("bytes={cut}-")), false));
    assert!(std::fs::read(site.join("catalog/linux/rev/000002/updateinfo.xml")).expect("is there") == second);

    define(&site, |text| text.replace("digest = \"\"", &format!("digest = \"{}\"", "ab".repeat(32))));
    check(2, "SHA-256", false);
    assert!(!part(), "nobody goes on with what is another file");
    // What the first source does not have the next one may.
    define(&site, |text| {
        let text = text.replace(&"ab".repeat(32), "");
        text.replace(&source, &source.replace(']', ", \"drop\"]"))
    });
    std::fs::write(site.join("catalog/linux/drop/u.xml"), &third).expect("is written");
    check(0, "linux: revision 3 is current", true);
    assert_eq!(server.asked().len(), 8);
    let log = std::fs::read_to_string(site.join("log/sync.jsonl")).expect("is there");
    let of = |event: &str| log.matches(&format!("\"event\":\"{event}\"")).count();
    assert_eq!((of("sync"), of("source-failed"), of("sync-failed")), (4, 4, 3), "{log}");
}
