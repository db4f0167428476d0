//! Cabinets in cabinets and in other archives, and others in cabinets.

use std::io::{Cursor, Write};

use conformance::cabinet::{Cabinet, File, Folder, Order};
use patchstate::container::{Kind, Limits, open, walk};
use patchstate::diagnostic::Code;
use zip::write::SimpleFileOptions;

use crate::{bad, every_method, mszip, walk_within, whole};

fn cab(name: &str, folder: impl FnOnce(&[u8]) -> Folder, content: &[u8]) -> Vec<u8> {
    Cabinet::of(folder(content), vec![File::new(name, 0, 0, content.len() as u32)]).bytes()
}

fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(name, SimpleFileOptions::default()).unwrap();
    writer.write_all(content).unwrap();
    writer.finish().unwrap().into_inner()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn tar(name: &str, content: &[u8]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    builder.append_data(&mut header, name, content).unwrap();
    builder.into_inner().unwrap()
}

#[test]
fn archives_stand_in_each_other() {
    let inner = cab("a.xml", mszip, b"<a/>");
    let check = |outer: &[u8], name: &str| {
        assert_eq!(whole(outer), [(name.to_owned(), b"<a/>".to_vec())]);
    };
    check(&inner, "a.xml");
    check(&gzip(&inner), "a.xml");
    for folder in every_method(&inner) {
        let files = vec![File::new("in.cab", 0, 0, inner.len() as u32)];
        check(&Cabinet::of(folder, files).bytes(), "in.cab!a.xml");
    }
    check(&zip("in.cab", &inner), "in.cab!a.xml");
    check(&tar("in.cab", &inner), "in.cab!a.xml");
    check(&tar("in.cab.gz", &gzip(&inner)), "in.cab.gz!a.xml");
    for other in [zip("a.xml", b"<a/>"), tar("a.xml", b"<a/>"), gzip(&tar("a.xml", b"<a/>"))] {
        check(&cab("in", mszip, &other), "in!a.xml");
    }
    check(&cab("a.xml.gz", Folder::stored, &gzip(b"<a/>")), "a.xml.gz");
}

#[test]
fn cabinets_in_cabinets_are_read_one_after_the_other() {
    let inner = [cab("1", mszip, b"one"), cab("2", Folder::stored, b"two"), b"three".to_vec()];
    let content = inner.concat();
    let mut start = 0;
    let file = |(at, bytes): (usize, &Vec<u8>)| {
        let file = File::new(["a.cab", "b.cab", "c"][at], 0, start, bytes.len() as u32);
        start += bytes.len() as u32;
        file
    };
    let files: Vec<_> = inner.iter().enumerate().map(file).collect();
    let expect = [("a.cab!1", "one"), ("b.cab!2", "two"), ("c", "three")];
    let expect = expect.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    for folder in every_method(&content) {
        for order in [Order::FilesFirst, Order::DataFirst] {
            let cabinet =
                Cabinet { folders: vec![folder.clone()], files: files.clone(), order, ..Cabinet::default() };
            assert_eq!(whole(&cabinet.bytes()), expect);
        }
    }
}

#[test]
fn a_cabinet_at_depth_3_is_refused_by_its_own_code() {
    let three = cab("2.cab", mszip, &cab("1.cab", mszip, &cab("a.xml", mszip, b"<a/>")));
    let message = "x!2.cab!1.cab: is an archive at depth 3; the limit is 2".to_owned();
    assert_eq!(bad(&three), [("2.cab!1.cab".to_owned(), Code::CabNesting, message)]);
    let zip = cab("2.zip", mszip, &zip("1.zip", &zip("a.xml", b"<a/>")));
    assert_eq!(bad(&zip)[0].1, Code::TooLarge);
    let (members, _) = walk_within(&three, Limits { depth: 3, ..Limits::STANDARD });
    assert_eq!(members[0].0, "2.cab!1.cab!a.xml");
}

#[test]
fn a_bad_cabinet_does_not_stop_the_others() {
    let good = cab("a", mszip, b"good");
    let cut = &good[..good.len() - 3];
    let content = [cut, &good, &good[..20]].concat();
    let sizes = [cut.len(), good.len(), 20];
    let mut start = 0;
    let files = sizes.map(|size| {
        let file = File::new(&size.to_string(), 0, start, size as u32);
        start += size as u32;
        file
    });
    let (members, result) =
        walk_within(&Cabinet::of(mszip(&content), files.to_vec()).bytes(), Limits::STANDARD);
    result.unwrap();
    let found: Vec<_> = members.iter().map(|(name, read)| (name.clone(), read.is_ok())).collect();
    let [cut, good, head] = sizes;
    // The first is cut off in its only member, so that the member and the cabinet are both told of.
    let expect = [
        (format!("{cut}!a"), false),
        (cut.to_string(), false),
        (format!("{good}!a"), true),
        (head.to_string(), false),
    ];
    assert_eq!(found, expect);
}

#[test]
fn a_cabinet_is_read_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.bin");
    for order in [Order::FilesFirst, Order::DataFirst] {
        let files = vec![File::new("a", 0, 0, 2), File::new("b", 0, 1, 2)];
        let cabinet = Cabinet { order, ..Cabinet::of(mszip(b"123"), files) };
        std::fs::write(&path, cabinet.bytes()).unwrap();
        let opened = open(&path).unwrap();
        assert_eq!((opened.kind(), opened.content()), (Kind::Cab, Kind::Cab));
        let mut found = Vec::new();
        walk(opened, &mut |name, member| {
            let mut text = String::new();
            member.read_to_string(&mut text)?;
            found.push((name.to_owned(), text));
            Ok(())
        })
        .unwrap();
        assert_eq!(found, [("a", "12"), ("b", "23")].map(|(name, text)| (name.to_owned(), text.to_owned())));
    }
}
