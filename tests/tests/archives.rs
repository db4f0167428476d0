//! Archives and archives in archives: order, names, damage of every kind, bombs and limits.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Cursor, Write};

use patchstate::container::{Kind, Limits, Opened, Reason, Skipped, open, walk};
use patchstate::diagnostic::Code;
use patchstate::error::{Error, Result};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

const SMALL: [(&str, &[u8]); 3] = [("b.xml", b"<b/>"), ("a/c.xml", b""), ("a.xml", b"<a>text text text</a>")];

fn tar_header(name: &str, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    // The crate refuses names such as `..`, which are what is to be tested.
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

fn tar_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in members {
        builder.append(&tar_header(name, content.len() as u64), *content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn zip_with(method: CompressionMethod, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, content) in members {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(CompressionMethod::Deflated, members)
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// What a visitor that goes on after bad members sees of an archive.
#[derive(Debug, Default)]
struct Seen {
    members: Vec<(String, std::result::Result<Vec<u8>, Error>)>,
}

impl Seen {
    /// The members that could be read.
    fn good(&self) -> Vec<(&str, &[u8])> {
        self.members
            .iter()
            .filter_map(|(name, content)| Some((name.as_str(), content.as_deref().ok()?)))
            .collect()
    }

    /// Those that could not, with the code and the message.
    fn bad(&self) -> Vec<(&str, Code, String)> {
        let bad = self.members.iter().filter_map(|(name, content)| Some((name, content.as_ref().err()?)));
        bad.map(|(name, error)| (name.as_str(), error.code(), error.to_string())).collect()
    }
}

fn walk_within(bytes: &[u8], limits: Limits) -> (Seen, Result<Skipped>) {
    let mut seen = Seen::default();
    let opened = Opened::from_reader(Cursor::new(bytes.to_vec()), "x", limits);
    let result = opened.and_then(|opened| {
        walk(opened, &mut |name, member| {
            let mut content = Vec::new();
            let read = member.read_to_end(&mut content).map(|_| content).map_err(Error::from);
            seen.members.push((name.to_owned(), read));
            Ok(())
        })
    });
    (seen, result)
}

fn whole(bytes: &[u8]) -> Seen {
    let (seen, result) = walk_within(bytes, Limits::STANDARD);
    assert_eq!(result.unwrap(), Skipped::default());
    seen
}

fn refused(bytes: &[u8], limits: Limits) -> Error {
    let error = walk_within(bytes, limits).1.unwrap_err();
    assert!(error.hint().is_some() && error.file().is_some_and(|file| file.starts_with('x')), "{error}");
    error
}

#[test]
fn members_come_in_the_order_of_the_archive() {
    let tar = tar_of(&SMALL);
    for bytes in [&tar, &gzip(&tar), &zip_of(&SMALL), &zip_with(CompressionMethod::Stored, &SMALL)] {
        assert_eq!(whole(bytes).good(), SMALL);
    }
    assert_eq!(whole(&gzip(&zip_of(&SMALL))).good(), SMALL);
    assert!(whole(&zip_of(&[])).members.is_empty());
}

#[test]
fn an_archive_is_read_from_a_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.bin");
    for (kind, bytes) in [(Kind::Tar, tar_of(&SMALL)), (Kind::Zip, zip_of(&SMALL))] {
        std::fs::write(&path, bytes).unwrap();
        let opened = open(&path).unwrap();
        assert_eq!((opened.kind(), opened.content()), (kind, kind));
        let mut names = Vec::new();
        let skipped = walk(opened, &mut |name, _| {
            names.push(name.to_owned());
            Ok(())
        });
        assert_eq!(skipped.unwrap().count(), 0);
        assert_eq!(names, SMALL.map(|(name, _)| name));
    }
}

#[test]
fn what_is_no_archive_is_its_own_only_member() {
    assert_eq!(whole(b"<a/>").good(), [("", &b"<a/>"[..])]);
    assert_eq!(whole(&gzip(b"<a/>")).good(), [("", &b"<a/>"[..])]);
}

#[test]
fn names_are_labels_whatever_they_say() {
    let content = &b"<a/>"[..];
    let members = [("../../etc/passwd", content), ("/root", content), ("C:\\x\\..\\y", content)];
    assert_eq!(whole(&tar_of(&members)).good(), members);
    let controls = [("a\n\u{1b}b", content), ("..", content)];
    assert_eq!(whole(&tar_of(&controls)).good(), controls);
    let mut zip = zip_of(&[("aa/aa/etc", content), ("bb", content)]);
    replace(&mut zip, b"aa/aa/etc", b"../../etc");
    replace(&mut zip, b"bb", b"..");
    assert_eq!(whole(&zip).good(), [("../../etc", content), ("..", content)]);
    // Where such a name is printed it has no control characters.
    let mut damaged = tar_of(&[("a\nb", content)]);
    damaged[148] = b'x';
    let error = refused(&damaged, Limits::STANDARD);
    assert!(!error.to_string().contains(char::is_control), "{error}");
    let (seen, _) = walk_within(&tar_of(&[("a\nb", content)]), Limits { member: 3, ..Limits::STANDARD });
    assert_eq!(seen.bad()[0].2, "x!a\\nb: has more than 3 bytes, which is the limit");
}

/// Replaces every occurrence of `from` in `bytes`.
fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let mut replaced = 0;
    for at in 0..bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
            replaced += 1;
        }
    }
    assert!(replaced > 0);
}

#[test]
fn members_of_equal_names_are_all_read() {
    let twice = [("a.xml", &b"1"[..]), ("a.xml", b"2")];
    assert_eq!(whole(&tar_of(&twice)).good(), twice);
    let mut zip = zip_of(&[("a.xml", b"1"), ("b.xml", b"2")]);
    replace(&mut zip, b"b.xml", b"a.xml");
    assert_eq!(whole(&zip).good(), twice);
}

#[test]
fn long_names_of_tar_are_read() {
    let gnu = "g/".repeat(150) + "long.xml";
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(1);
    builder.append_data(&mut header, &gnu, &b"1"[..]).unwrap();
    let pax = "p/".repeat(150) + "\u{fc}\nlong.xml";
    builder.append_pax_extensions([("path", pax.as_bytes()), ("size", b"2"), ("mtime", b"1.5")]).unwrap();
    // The size of the header of the member itself is not the one that counts.
    builder.get_mut().write_all(tar_header("short", 0).as_bytes()).unwrap();
    builder.get_mut().write_all(b"22").unwrap();
    builder.get_mut().write_all(&[0; 510]).unwrap();
    builder.append(&tar_header("last", 1), &b"3"[..]).unwrap();
    let tar = builder.into_inner().unwrap();
    assert_eq!(whole(&tar).good(), [(&*gnu, &b"1"[..]), (&pax, b"22"), ("last", b"3")]);
}

#[test]
fn a_name_that_would_fill_the_memory_is_refused() {
    for kind in [tar::EntryType::GNULongName, tar::EntryType::XHeader] {
        let mut header = tar_header("name", 4 << 20);
        header.set_entry_type(kind);
        header.set_cksum();
        let tar = [&header.as_bytes()[..], &vec![b'n'; 4 << 20], &tar_of(&SMALL)].concat();
        assert_eq!(refused(&tar, Limits::STANDARD).code(), Code::TooLarge);
    }
}

#[test]
fn folders_are_passed_over_and_links_noted() {
    let mut builder = tar::Builder::new(Vec::new());
    let kinds = [
        ("folder", tar::EntryType::Directory),
        ("old/", tar::EntryType::Regular),
        ("link", tar::EntryType::Symlink),
        ("same", tar::EntryType::Link),
        ("pipe", tar::EntryType::Fifo),
        ("whole", tar::EntryType::Continuous),
        ("sparse", tar::EntryType::GNUSparse),
    ];
    for (name, kind) in kinds {
        let mut header = tar_header(name, 0);
        header.set_entry_type(kind);
        header.set_cksum();
        builder.append(&header, &b""[..]).unwrap();
    }
    let (seen, result) = walk_within(&builder.into_inner().unwrap(), Limits::STANDARD);
    assert_eq!(seen.good(), [("whole", &b""[..])]);
    assert_eq!(seen.bad()[0].1, Code::WrongFormat);
    let noted = [("link", Reason::SymbolicLink), ("same", Reason::NotRegular), ("pipe", Reason::NotRegular)];
    assert_eq!(result.unwrap().kept(), noted.map(|(name, reason)| (name.to_owned(), reason)));

    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_directory("folder", SimpleFileOptions::default()).unwrap();
    writer.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    let (seen, result) = walk_within(&writer.finish().unwrap().into_inner(), Limits::STANDARD);
    assert!(seen.members.is_empty());
    assert_eq!(result.unwrap().kept(), [("link".to_owned(), Reason::SymbolicLink)]);
}

#[test]
fn tars_one_behind_the_other_are_one() {
    let both = [tar_of(&SMALL[..1]), tar_of(&SMALL[1..])].concat();
    assert_eq!(whole(&both).good(), SMALL);
    assert_eq!(whole(&[gzip(&tar_of(&SMALL[..1])), gzip(&tar_of(&SMALL[1..]))].concat()).good(), SMALL);
}

#[test]
fn an_archive_that_is_cut_anywhere_is_refused() {
    let tar = tar_of(&SMALL);
    // One empty block is enough of an end mark.
    let end = tar.len() - 512;
    for (bytes, complete) in [(&tar, end), (&gzip(&tar), usize::MAX), (&zip_of(&SMALL), usize::MAX)] {
        for length in 0..bytes.len() {
            let (seen, result) = walk_within(&bytes[..length], Limits::STANDARD);
            let plain = seen.good() == [("", &bytes[..length])];
            let good = seen.good();
            assert!(plain || good[..] == SMALL[..good.len()], "cut at {length}: {good:?}");
            match result {
                Ok(_) => assert!(plain || length == complete, "cut at {length}"),
                Err(error) => assert_eq!(error.code(), Code::NotWellFormed, "cut at {length}: {error}"),
            }
        }
    }
}

#[test]
fn whatever_the_bytes_are_nothing_panics() {
    let inner = zip_of(&[("a", &[b'a'; 2000]), ("b", b"bbb")]);
    let tar = tar_of(&[("inner.zip", &inner), ("a.gz", &gzip(b"text")), ("c", b"c")]);
    let zip = zip_of(&[("inner.tar", &tar), ("a", b"text"), ("b", &[b'b'; 3000])]);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    for bytes in [tar, zip, inner] {
        for _ in 0..1500 {
            let mut changed = bytes.clone();
            for _ in 0..1 + next(4) {
                let at = next(changed.len());
                changed[at] = [next(256) as u8, changed[at] ^ (1 << next(8)), 0xff][next(3)];
            }
            // The outcome does not matter; the other tests say what it must be.
            let _ = walk_within(&changed, Limits { member: 1 << 20, document: 1 << 20, ..Limits::STANDARD });
        }
    }
}

#[test]
fn archives_may_stand_in_archives_once() {
    let one = zip_of(&[("a.xml", b"<a/>")]);
    let two = tar_of(&[("one.zip", &one), ("b.xml.gz", &gzip(b"<b/>"))]);
    let three = zip_of(&[("two.tar.gz", &gzip(&two)), ("c.xml", b"<c/>")]);
    let seen = whole(&two);
    assert_eq!(seen.good(), [("one.zip!a.xml", &b"<a/>"[..]), ("b.xml.gz", b"<b/>")]);
    let seen = whole(&three);
    assert_eq!(seen.good(), [("two.tar.gz!b.xml.gz", &b"<b/>"[..]), ("c.xml", b"<c/>")]);
    let message = "x!two.tar.gz!one.zip: is an archive at depth 3; the limit is 2".to_owned();
    assert_eq!(seen.bad(), [("two.tar.gz!one.zip", Code::TooLarge, message)]);
    let (seen, _) = walk_within(&three, Limits { depth: 3, ..Limits::STANDARD });
    assert_eq!(seen.good().len(), 3);
}

#[test]
fn a_bad_member_does_not_stop_the_others() {
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() - 9].to_vec();
    let members: [(&str, &[u8]); 6] = [
        ("1.gz", &cut(gzip(b"<a/>"))),
        ("2.xml", b"<b/>"),
        ("3.zip", &cut(zip_of(&SMALL))),
        ("4.tar", &cut(tar_of(&[("in", b"<c/>")]))),
        ("5.zst", b"\x28\xb5\x2f\xfd\x00\xff"),
        ("6.xml", b"<d/>"),
    ];
    for bytes in [tar_of(&members), zip_of(&members)] {
        let seen = whole(&bytes);
        assert_eq!(seen.good(), [("2.xml", &b"<b/>"[..]), ("4.tar!in", b"<c/>"), ("6.xml", b"<d/>")]);
        let bad = seen.bad();
        let codes: Vec<_> = bad.iter().map(|(name, code, _)| (*name, *code)).collect();
        let damaged = Code::NotWellFormed;
        let expect = [("1.gz", damaged), ("3.zip", damaged), ("4.tar", damaged), ("5.zst", Code::TooLarge)];
        assert_eq!(codes, expect);
        assert!(bad.iter().all(|(name, _, text)| text.starts_with(&format!("x!{name}: "))), "{bad:?}");
    }
}

#[test]
fn members_of_zip_that_cannot_be_read_say_why() {
    let zip = zip_with(CompressionMethod::Stored, &[("secret", b"<a/>"), ("good", b"<b/>")]);
    let directory = zip.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    let check = |changes: &[(usize, u8)], code, text: &str| {
        let mut changed = zip.clone();
        for (at, byte) in changes {
            changed[*at] = *byte;
        }
        let seen = whole(&changed);
        assert_eq!(seen.good(), [("good", &b"<b/>"[..])]);
        assert_eq!(seen.bad(), [("secret", code, format!("x!secret: {text}"))]);
    };
    check(&[(6, 1), (directory + 8, 1)], Code::WrongFormat, "is encrypted");
    let bzip2 = "is compressed with method Bzip2, which is not supported";
    check(&[(8, 12), (directory + 10, 12)], Code::WrongFormat, bzip2);
    check(&[(30 + 6, b'!')], Code::NotWellFormed, "the zip data is damaged: Invalid checksum");
}

#[test]
fn a_zip_that_begins_elsewhere_is_not_looked_for() {
    let zip = [b"PK\x03\x04 and more", &zip_of(&SMALL)[..]].concat();
    assert_eq!(refused(&zip, Limits::STANDARD).code(), Code::NotWellFormed);
}

#[test]
fn a_visitor_that_fails_ends_the_walk() {
    for bytes in [tar_of(&SMALL), zip_of(&SMALL), tar_of(&[("in.zip", &zip_of(&SMALL))])] {
        let mut count = 0;
        let opened = Opened::from_reader(Cursor::new(bytes), "x", Limits::STANDARD).unwrap();
        let error = walk(opened, &mut |_, _| {
            count += 1;
            Err(Error::new(Code::BadValue, "no client"))
        })
        .unwrap_err();
        assert_eq!((count, error.code()), (1, Code::BadValue));
        assert!(error.to_string().ends_with("b.xml: no client"), "{error}");
    }
}

#[test]
fn a_visitor_need_not_read() {
    let members = [("a", &[b'a'; 5000][..]), ("b", b"b")];
    for bytes in [tar_of(&members), gzip(&tar_of(&members)), zip_of(&members)] {
        let mut first = Vec::new();
        let opened = Opened::from_reader(Cursor::new(bytes), "x", Limits::STANDARD).unwrap();
        walk(opened, &mut |name, member| {
            let mut byte = [0];
            member.read_exact(&mut byte)?;
            first.push((name.to_owned(), byte[0]));
            Ok(())
        })
        .unwrap();
        assert_eq!(first, [("a".to_owned(), b'a'), ("b".to_owned(), b'b')]);
    }
}

#[test]
fn a_member_has_as_many_bytes_as_the_limit_says() {
    let content = vec![b'a'; 5000];
    let limits = |member| Limits { member, ..Limits::STANDARD };
    let packed = gzip(&content);
    for member in [&content, &packed] {
        for bytes in [tar_of(&[("a", member), ("b", b"b")]), zip_of(&[("a", member), ("b", b"b")])] {
            let (seen, _) = walk_within(&bytes, limits(5000));
            assert_eq!(seen.good(), [("a", &content[..]), ("b", b"b")]);
            let (seen, result) = walk_within(&bytes, limits(4999));
            assert_eq!((seen.good(), result.unwrap()), (vec![("b", &b"b"[..])], Skipped::default()));
            assert_eq!(seen.bad()[0].1, Code::TooLarge);
        }
    }
}

#[test]
fn members_are_counted_with_those_of_inner_archives() {
    let inner = zip_of(&SMALL);
    let bytes = tar_of(&[("1", &inner), ("2", &inner)]);
    let limits = |members| Limits { members, ..Limits::STANDARD };
    assert_eq!(walk_within(&bytes, limits(8)).0.good().len(), 6);
    for members in [1, 4, 7] {
        assert_eq!(refused(&bytes, limits(members)).code(), Code::TooLarge, "{members}");
    }
    assert_eq!(refused(&zip_of(&SMALL), limits(2)).code(), Code::TooLarge);
}

#[test]
fn a_bomb_in_an_archive_is_refused() {
    let zeros = vec![0; 20 << 20];
    let (seen, _) = walk_within(&zip_of(&[("a", &zeros)]), Limits::STANDARD);
    assert_eq!(seen.bad()[0].1, Code::TooLarge);
    assert_eq!(refused(&gzip(&tar_of(&[("a", &zeros)])), Limits::STANDARD).code(), Code::TooLarge);
    let (seen, _) = walk_within(&tar_of(&[("a.gz", &gzip(&zeros)), ("b", b"b")]), Limits::STANDARD);
    assert_eq!((seen.bad()[0].1, seen.good()), (Code::TooLarge, vec![("b", &b"b"[..])]));
}

#[test]
fn members_of_zip_that_overlap_are_a_bomb() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("0", SimpleFileOptions::default()).unwrap();
    writer.write_all(&vec![0; 1 << 20]).unwrap();
    for copy in 1..100 {
        writer.shallow_copy_file("0", &copy.to_string()).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    // A hundred members of 1 MiB, a thousandth of which is there once.
    let ratio = (100 << 20) / bytes.len() as u64;
    let limits = |ratio| Limits { ratio, ..Limits::STANDARD };
    assert_eq!(walk_within(&bytes, limits(ratio + 1)).0.good().len(), 100);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.zip");
    std::fs::write(&path, &bytes).unwrap();
    let lower = Limits { ratio_above: 2 << 20, ..limits(ratio / 2) };
    let mut members = 0;
    let error = walk(patchstate::container::open_within(&path, lower).unwrap(), &mut |_, member| {
        members += 1;
        Ok(std::io::copy(member, &mut std::io::sink()).map(|_| ())?)
    })
    .unwrap_err();
    assert_eq!(error.code(), Code::TooLarge);
    assert!((40..60).contains(&members), "{members}");
    assert_eq!(refused(&bytes, lower).code(), Code::TooLarge);
}

#[test]
fn archives_in_archives_have_one_budget() {
    let inner = gzip(&tar_of(&[("a", &vec![0; 1 << 20])]));
    let names: Vec<String> = (0..30).map(|n| n.to_string()).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, &*inner)).collect();
    let bytes = gzip(&zip_of(&members));
    let limits = Limits { ratio: 2000, ..Limits::STANDARD };
    let total = (30 << 20) / bytes.len() as u64;
    assert!(total > 2000, "{total}");
    assert_eq!(refused(&bytes, limits).code(), Code::TooLarge);
}

#[test]
fn the_archives_of_the_corpora_are_read_whole() {
    let check = |part: &str, members: usize, bytes: u64| {
        let Some(path) = conformance::corpora(part) else { return };
        let mut found = (0, 0);
        let skipped = walk(open(path).unwrap(), &mut |_, member| {
            found = (found.0 + 1, found.1 + std::io::copy(member, &mut std::io::sink())?);
            Ok(())
        });
        assert_eq!((found, skipped.unwrap().count()), ((members, bytes), 0), "{part}");
    };
    check("sdp/scup_catalog/HpCatalogForSms.latest_V2.zip", 1830, 18_956_247);
    check("sdp/scup_catalog/HpCatalogForSms.zip", 1, 15_753_134);
    check("wesng/definitions.zip", 3, 135_762_141);
    check("inventory/agent-resources/resources/win32/registry/xp-Uninstall.reg.gz", 1, 813_094);
    check("updateinfo/fedora19-updates-2013.updateinfo.xml.gz", 1, 9_824_666);
}
