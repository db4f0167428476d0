//! Catalog documents: expanded, digested as they are stored, and recognised by their root.

use std::io::Read;
use std::path::{Path, PathBuf};

use patchstate::catalog::{document, recognise};
use patchstate::diagnostic::Code;

/// `<updates/>`, packed with gzip.
const PACKED: &str = "1f8b08000000000002ffb3292d48492c492dd6b70300321b10be0a000000";
const PACKED_SHA256: &str = "17768f6750140d9994c1e61fe44087ff3fa929491156ba455e92824fee57ac97";
const PLAIN_SHA256: &str = "d7090c2e0071ad7fe5fe7a22673ee40ac68fc6dc4701d05435917d0d3382fafb";

fn unhex(text: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("two digits");
    (0..text.len()).step_by(2).map(byte).collect()
}

fn file(folder: &tempfile::TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("document");
    std::fs::write(&path, bytes).expect("the folder is ours");
    path
}

fn error_of(bytes: &[u8], read: fn(&Path) -> patchstate::error::Result<()>) -> (Code, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = file(&folder, bytes);
    let error = read(&path).expect_err("it is refused");
    (error.code(), error.to_string().replace(&*path.to_string_lossy(), "FILE"))
}

#[test]
fn the_digest_is_that_of_the_stored_bytes_however_much_was_read() {
    for (bytes, digest) in [(b"<updates/>".to_vec(), PLAIN_SHA256), (unhex(PACKED), PACKED_SHA256)] {
        for read in [0, 3, 10, 100] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let mut document = document::open(file(&folder, &bytes)).expect("it is opened");
            let mut text = Vec::new();
            document.by_ref().take(read).read_to_end(&mut text).expect("it is read");
            assert!(b"<updates/>".starts_with(&text) && text.len() == read.min(10) as usize);
            assert_eq!(document.finish().expect("it is whole")[..], unhex(digest));
        }
    }
}

#[test]
fn the_root_has_a_local_name_and_a_name_space() {
    let check = |text: &str, name: &str, namespace: &str, place: &str| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = document::root(file(&folder, text.as_bytes())).expect("it has a root");
        let found = (root.name.as_str(), root.namespace.as_str(), root.position.to_string());
        assert_eq!(found, (name, namespace, place.to_owned()));
    };
    check("<updates/>", "updates", "", "1:1");
    check("<?xml version='1.0'?>\n<!-- a --><x:a xmlns:x='urn:x'><b>", "a", "urn:x", "2:11");
}

#[test]
fn what_is_no_document_is_refused_with_a_reason() {
    let open: fn(&Path) -> patchstate::error::Result<()> = |path| document::open(path).map(|_| ());
    let finish: fn(&Path) -> patchstate::error::Result<()> =
        |path| document::open(path).and_then(document::Document::finish).map(|_| ());
    let format: fn(&Path) -> patchstate::error::Result<()> = |path| recognise(path).map(|_| ());
    let (code, message) = error_of(b"MSCF\0\0\0\0rest", open);
    assert_eq!((code, &*message), (Code::WrongFormat, "FILE: is a cabinet, not a document"));
    let (code, message) = error_of(b"PK\x05\x06", open);
    assert_eq!((code, &*message), (Code::WrongFormat, "FILE: is an archive, not a document"));
    let (code, _) = error_of(&unhex(PACKED)[..20], finish);
    assert_eq!(code, Code::NotWellFormed);
    let (code, message) = error_of(b"<no-such-catalog/>", format);
    let expect = "FILE:1:1: no catalog reader recognises `<no-such-catalog>`";
    assert_eq!((code, &*message), (Code::UnknownCatalog, expect));
    let (code, _) = error_of(b"", format);
    assert_eq!(code, Code::NotWellFormed);
    let missing = document::open(Path::new("no/such/file")).expect_err("it is not there");
    assert!(missing.is_io());
}
