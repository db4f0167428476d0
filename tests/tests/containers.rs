//! Files, compressed files and folders: round trips, damage of every kind, bombs and limits.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{self, BufRead, Read, Write};
use std::path::Path;

use patchstate::container::{Kind, Limits, Opened, Reason, directory, open, open_within, recognise};
use patchstate::diagnostic::Code;
use patchstate::error::{Error, Result};

/// The compressions, each with what its own program makes of [`LINE`].
const COMPRESSIONS: [(Kind, &str); 4] = [
    (Kind::Gzip, "1f8b0800000000000203cb48cdc9c957c84027b9000088590b18000000"),
    (Kind::Zstd, "28b52ffd04686d00003868656c6c6f200a0100994b11a87c2ea8"),
    (
        Kind::Xz,
        "fd377a585a000004e6d6b446020021011c00000010cf58cce00017000c5d00341949ee8de9560ac121b0\
         00006c14ed1b3b68bb9100012818d783b76e1fb6f37d010000000004595a",
    ),
    (
        Kind::Bzip2,
        "425a68393141592653596f4f10f3000005d100001040000244a00030c002a834710dad870f1772453850906f4f10f3",
    ),
];

const LINE: &[u8] = b"hello hello hello hello\n";

fn unhex(text: &str) -> Vec<u8> {
    let nibble = |c: u8| char::from(c).to_digit(16).unwrap() as u8;
    text.as_bytes().chunks(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect()
}

fn pack(kind: Kind, content: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    match kind {
        Kind::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::best());
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap();
        }
        Kind::Zstd => {
            ruzstd::encoding::compress(content, &mut packed, ruzstd::encoding::CompressionLevel::Fastest);
        }
        Kind::Xz => {
            let options = lzma_rust2::XzOptions::with_preset(1);
            let mut writer = lzma_rust2::XzWriter::new(&mut packed, options).unwrap();
            writer.write_all(content).unwrap();
            writer.finish().unwrap();
        }
        Kind::Bzip2 => {
            let mut encoder = bzip2::write::BzEncoder::new(&mut packed, bzip2::Compression::fast());
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap();
        }
        Kind::Plain | Kind::Tar | Kind::Zip | Kind::Cab => packed.extend_from_slice(content),
    }
    packed
}

/// Lines that differ, so that more than one block and one window are used.
fn long_text() -> Vec<u8> {
    (0..60_000_u32).flat_map(|n| format!("{} {n}\n", n.wrapping_mul(2_654_435_761)).into_bytes()).collect()
}

fn read(bytes: &[u8], limits: Limits) -> Result<Vec<u8>> {
    Opened::from_reader(io::Cursor::new(bytes.to_vec()), "a.xml", limits)?.bytes()
}

fn refused(bytes: &[u8], limits: Limits) -> Error {
    let error = read(bytes, limits).unwrap_err();
    assert_eq!(error.file(), Some("a.xml"), "{error}");
    assert!(error.is_io() || error.hint().is_some(), "{error}");
    error
}

#[test]
fn a_kind_is_recognised_by_its_first_bytes() {
    for (kind, hex) in COMPRESSIONS {
        assert_eq!(recognise(&unhex(hex)), kind);
    }
    assert_eq!(recognise(b"PK\x03\x04"), Kind::Zip);
    assert_eq!(recognise(b"PK\x05\x06"), Kind::Zip);
    assert_eq!(recognise(&[&[b'a'; 257][..], b"ustar\0"].concat()), Kind::Tar);
    for plain in [&b""[..], b"\x1f", b"BZ", b"PK", b"<updates/>", &[0; 512]] {
        assert_eq!(recognise(plain), Kind::Plain);
    }
}

#[test]
fn every_compression_is_read_whatever_the_file_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("updateinfo.xml.gz");
    for (kind, hex) in COMPRESSIONS {
        std::fs::write(&path, unhex(hex)).unwrap();
        let opened = open(&path).unwrap();
        assert_eq!((opened.kind(), opened.content()), (kind, Kind::Plain));
        assert_eq!(opened.bytes().unwrap(), LINE, "{kind}");
    }
    std::fs::write(&path, LINE).unwrap();
    let mut opened = open(&path).unwrap();
    assert_eq!(opened.kind(), Kind::Plain);
    assert_eq!(opened.fill_buf().unwrap(), LINE);
}

#[test]
fn members_of_one_file_are_read_one_after_the_other() {
    let long = long_text();
    for (kind, hex) in COMPRESSIONS {
        for content in [&b""[..], b"x", LINE, &long] {
            let mut packed = pack(kind, content);
            assert_eq!(read(&packed, Limits::STANDARD).unwrap(), content, "{kind}");
            packed.extend(unhex(hex));
            packed.extend(pack(kind, content));
            let whole = [content, LINE, content].concat();
            assert_eq!(read(&packed, Limits::STANDARD).unwrap(), whole, "{kind}");
        }
    }
}

#[test]
fn frames_of_zstd_that_are_no_data_are_skipped() {
    let frame = unhex(COMPRESSIONS[1].1);
    let skipped = b"\x5a\x2a\x4d\x18\x03\0\0\0abc";
    let whole = [&frame[..], skipped, &frame].concat();
    assert_eq!(read(&whole, Limits::STANDARD).unwrap(), [LINE, LINE].concat());
    let cut = refused(&[&frame[..], &skipped[..10]].concat(), Limits::STANDARD);
    assert_eq!(cut.message(), "the zstd data is cut short");
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    for (kind, hex) in COMPRESSIONS {
        let packed = unhex(hex);
        let twice = packed.repeat(2);
        for length in 0..twice.len() {
            let cut = &twice[..length];
            match read(cut, Limits::STANDARD) {
                Ok(bytes) if length == packed.len() => assert_eq!(bytes, LINE),
                Ok(bytes) => {
                    assert_eq!(recognise(cut), Kind::Plain, "{kind} cut at {length}");
                    assert_eq!(bytes, cut);
                }
                Err(error) => {
                    assert_eq!(error.code(), Code::NotWellFormed, "{kind} cut at {length}: {error}")
                }
            }
        }
    }
}

#[test]
fn a_changed_byte_never_changes_the_content_unnoticed() {
    for (kind, hex) in COMPRESSIONS {
        let packed = unhex(hex);
        for (at, bit) in (0..packed.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut changed = packed.clone();
            changed[at] ^= 1 << bit;
            if let Ok(bytes) = read(&changed, Limits::STANDARD) {
                let unnoticed = recognise(&changed) == kind && bytes != LINE;
                assert!(!unnoticed, "{kind}, bit {bit} of byte {at}: {bytes:?}");
            }
        }
    }
}

#[test]
fn whatever_the_bytes_are_nothing_panics() {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    let text = &long_text()[..40_000];
    for (kind, _) in COMPRESSIONS {
        let packed = pack(kind, text);
        for _ in 0..300 {
            let mut changed = packed.clone();
            for _ in 0..1 + next(6) {
                // Headers are near the beginning.
                let before = [changed.len().min(400), changed.len()][next(2)];
                let at = next(before);
                changed[at] = next(256) as u8;
            }
            // The outcome does not matter; the other tests say what it must be.
            let _ = read(&changed, Limits::of_document(1 << 20));
        }
    }
}

#[test]
fn a_bomb_is_refused() {
    let zeros = vec![0; 20 << 20];
    for (kind, _) in COMPRESSIONS {
        let error = refused(&pack(kind, &zeros), Limits::STANDARD);
        assert_eq!(error.code(), Code::TooLarge, "{kind}: {error}");
        assert_eq!(error.message(), "expands to more than 1000 times its size", "{kind}");
    }
}

#[test]
fn a_high_ratio_is_no_bomb_while_little_comes_out() {
    let zeros = vec![0; 16 << 20];
    let packed = pack(Kind::Bzip2, &zeros);
    assert_eq!(read(&packed, Limits::STANDARD).unwrap().len(), zeros.len());
    let lower = Limits { ratio_above: zeros.len() as u64 - 1, ..Limits::STANDARD };
    assert_eq!(refused(&packed, lower).code(), Code::TooLarge);
}

#[test]
fn a_document_has_as_many_bytes_as_the_limit_says() {
    let long = long_text();
    for kind in [Kind::Plain, Kind::Gzip, Kind::Zstd, Kind::Xz, Kind::Bzip2] {
        let packed = pack(kind, &long);
        let length = long.len() as u64;
        assert_eq!(read(&packed, Limits::of_document(length)).unwrap(), long, "{kind}");
        for most in [length - 1, 600, 100, 0] {
            let error = refused(&packed, Limits::of_document(most));
            assert_eq!(error.code(), Code::TooLarge, "{kind}: {error}");
        }
    }
}

#[test]
fn a_reader_that_failed_stays_failed() {
    let packed = pack(Kind::Gzip, &long_text());
    let limits = Limits::of_document(2000);
    let mut opened = Opened::from_reader(io::Cursor::new(packed), "a.xml", limits).unwrap();
    let mut bytes = Vec::new();
    let first = Error::from(opened.read_to_end(&mut bytes).unwrap_err());
    let second = Error::from(opened.read_to_end(&mut bytes).unwrap_err());
    assert_eq!((first.code(), first.to_string()), (Code::TooLarge, second.to_string()));
    assert_eq!(first.hint(), second.hint());
}

#[test]
fn a_window_of_zstd_is_at_most_128_mib() {
    let frame = |header: &[u8]| [b"\x28\xb5\x2f\xfd", header, b"\x01\0\0"].concat();
    assert_eq!(read(&frame(b"\x00\x88"), Limits::STANDARD).unwrap(), b"");
    for header in [&b"\x00\x89"[..], b"\x00\x90", b"\x00\xff", b"\xe0\0\0\0\x09\0\0\0\0"] {
        let error = refused(&frame(header), Limits::STANDARD);
        assert_eq!(error.code(), Code::TooLarge, "{header:02x?}: {error}");
    }
}

#[test]
fn xz_takes_at_most_128_mib() {
    let with_dictionary = |size: u8| {
        let mut packed = unhex(COMPRESSIONS[2].1);
        // The block header is at 12: its length, flags, filter, length of properties, dictionary.
        packed[16] = size;
        let mut checksum = flate2::Crc::new();
        checksum.update(&packed[12..20]);
        packed[20..24].copy_from_slice(&checksum.sum().to_le_bytes());
        packed
    };
    assert_eq!(read(&with_dictionary(29), Limits::STANDARD).unwrap(), LINE);
    for size in [30, 35, 40] {
        assert_eq!(refused(&with_dictionary(size), Limits::STANDARD).code(), Code::TooLarge, "{size}");
    }
}

/// A source that fails after its bytes.
struct Broken(io::Cursor<Vec<u8>>, fn() -> io::Error);

impl Read for Broken {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buf)? {
            0 => Err(self.1()),
            count => Ok(count),
        }
    }
}

#[test]
fn an_error_of_the_source_comes_out_as_it_is() {
    let long = long_text();
    for kind in [Kind::Plain, Kind::Gzip, Kind::Zstd, Kind::Xz, Kind::Bzip2] {
        let packed = pack(kind, &long);
        for length in [0, 10, packed.len() / 2] {
            let check = |error: fn() -> io::Error, is_io, text| {
                let broken = Broken(io::Cursor::new(packed[..length].to_vec()), error);
                let opened = Opened::from_reader(broken, "-", Limits::STANDARD);
                let error = opened.and_then(Opened::bytes).unwrap_err();
                assert_eq!((error.is_io(), error.to_string()), (is_io, text), "{kind} after {length}");
            };
            check(|| io::ErrorKind::TimedOut.into(), true, "-: cannot read: timed out".to_owned());
            let ours = || Error::new(Code::TooLarge, "too much").in_file("outer").into();
            check(ours, false, "outer: too much".to_owned());
        }
    }
}

#[test]
fn a_file_that_cannot_be_opened_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.xml");
    for path in [&missing, folder.path()] as [&Path; 2] {
        let error = open_within(path, Limits::STANDARD).unwrap_err();
        assert_eq!(error.file(), Some(&*path.to_string_lossy()));
        assert!(error.is_io());
    }
}

#[test]
fn a_name_in_an_error_has_no_control_characters() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a\u{1b}[2J\n.xml");
    if std::fs::write(&path, [0x1f, 0x8b]).is_err() {
        conformance::skipped("the file system takes no control characters");
        return;
    }
    let error = open(&path).unwrap_err().to_string();
    assert!(error.contains("a\\u{1b}[2J\\n.xml: the gzip data is cut short"), "{error}");
}

#[test]
fn a_folder_is_listed_in_the_order_of_bytes() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    for folder in ["a", "a/b", ".git", "A"] {
        std::fs::create_dir(at(folder)).unwrap();
    }
    for file in ["a/b/2", "a/b/1", "a.xml", "a-b", "A/z", ".git/x", "a/.y", "b\u{fc}", "b"] {
        std::fs::write(at(file), "").unwrap();
    }
    let listing = directory::list(root.path()).unwrap();
    let names = ["A/z", "a-b", "a.xml", "a/b/1", "a/b/2", "b", "b\u{fc}"];
    assert_eq!(listing.files, names.map(at));
    let hidden = |name: &str| (at(name).to_string_lossy().into_owned(), Reason::HiddenName);
    assert_eq!(listing.skipped.kept(), [hidden(".git"), hidden("a/.y")]);
    assert_eq!(listing.skipped.count(), 2);
    assert!(directory::list(at("missing")).unwrap_err().is_io());
}

#[cfg(unix)]
#[test]
fn links_and_sockets_are_skipped() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    std::fs::write(at("file"), "").unwrap();
    std::os::unix::fs::symlink(at("file"), at("link")).unwrap();
    std::os::unix::fs::symlink(root.path(), at("loop")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    let listing = directory::list(root.path()).unwrap();
    assert_eq!(listing.files, [at("file")]);
    let reasons: Vec<Reason> = listing.skipped.kept().iter().map(|skipped| skipped.1).collect();
    assert_eq!(reasons, [Reason::SymbolicLink, Reason::SymbolicLink, Reason::NotRegular]);
}
