//! Members: order, names, methods, and what stands around them.

use std::io::Cursor;

use conformance::cabinet::{Cabinet, File, Folder, Order};
use conformance::lzx::{self, Kind};
use patchstate::container::{Kind as Packed, Limits, Opened, recognise, walk};
use patchstate::diagnostic::Code;
use patchstate::error::Error;

use crate::{Random, all_of_lzx, every_method, mszip, whole};

#[test]
fn a_cabinet_is_recognised() {
    assert_eq!(recognise(b"MSCF\0\0\0\0"), Packed::Cab);
    assert_eq!(recognise(b"MSCF"), Packed::Cab);
    assert_eq!(recognise(b"MSC"), Packed::Plain);
    assert!(Packed::Cab.is_archive());
}

#[test]
fn members_come_by_folder_and_place_then_as_the_table_has_them() {
    let content = b"aabbbcccc";
    for folder in every_method(content) {
        let files = vec![
            File::new("c", 0, 5, 4),
            File::new("none", 0, 5, 0),
            File::new("a", 0, 0, 2),
            File::new("b", 0, 2, 3),
            File::new("end", 0, 9, 0),
        ];
        let found = whole(&Cabinet::of(folder, files).bytes());
        let expect: [(&str, &[u8]); 5] =
            [("a", b"aa"), ("b", b"bbb"), ("c", b"cccc"), ("none", b""), ("end", b"")];
        assert_eq!(found, expect.map(|(name, content)| (name.to_owned(), content.to_vec())));
    }
}

#[test]
fn folders_come_in_the_order_of_their_data() {
    let folders = every_method(b"0123456789").to_vec();
    let files: Vec<_> =
        (0..6).map(|n| File::new(&n.to_string(), n % 3, u32::from(n), u32::from(n))).collect();
    for (order, names) in [
        (Order::FilesFirst, ["0", "3", "1", "4", "2", "5"]),
        (Order::DataFirst, ["0", "3", "1", "4", "2", "5"]),
        (Order::FoldersReversed, ["2", "5", "1", "4", "0", "3"]),
    ] {
        let cabinet = Cabinet { folders: folders.clone(), files: files.clone(), order, ..Cabinet::default() };
        let found = whole(&cabinet.bytes());
        let expect = names.map(|name| {
            let at = name.parse::<usize>().unwrap();
            (name.to_owned(), b"0123456789"[at..2 * at.min(5)].to_vec())
        });
        assert_eq!(found, expect, "{order:?}");
    }
}

#[test]
fn members_of_any_size_are_read() {
    let mut random = Random(7);
    let content = random.content(300_000);
    let mut at = 0;
    let mut files = Vec::new();
    while at < content.len() {
        let size = [0, 1, 500, 20_000, 32_768, 100_000][random.below(6)].min(content.len() - at);
        files.push(File::new(&files.len().to_string(), 0, at as u32, size as u32));
        at += size;
    }
    for folder in every_method(&content) {
        let found = whole(&Cabinet::of(folder, files.clone()).bytes());
        assert_eq!(found.len(), files.len());
        for ((name, bytes), file) in found.iter().zip(&files) {
            let (start, size) = (file.start as usize, file.size as usize);
            assert!(bytes == &content[start..start + size] && name.as_bytes() == file.name, "{name}");
        }
    }
}

#[test]
fn lzx_is_read_with_every_window_and_every_kind_of_block() {
    let content = Random(9).content(500_000);
    let file = File::new("a", 0, 0, content.len() as u32);
    let check = |options: lzx::Options| {
        let folder = Folder::lzx(&content, &options);
        let found = whole(&Cabinet::of(folder, vec![file.clone()]).bytes());
        assert!(found[0].1 == content, "{options:?}");
    };
    for window in 15..=21 {
        check(all_of_lzx(window));
    }
    for (kind, size) in [
        (Kind::Verbatim, 1 << 20),
        (Kind::Aligned, 40_000),
        (Kind::Uncompressed, 100_000),
        (Kind::Uncompressed, 32_768),
    ] {
        for calls in [None, Some(1_000_000)] {
            check(lzx::Options { window: 16, blocks: vec![(kind, size)], calls });
        }
    }
}

#[test]
fn mszip_looks_back_over_short_blocks() {
    let content = Random(3).content(70_000);
    let mut folder = mszip(&content[..40_000]);
    // A block after a short one may look back at both before it.
    let mut deflate = flate2::Compress::new(flate2::Compression::best(), false);
    deflate.set_dictionary(&content[40_000 - 32_768..40_000]).unwrap();
    let mut packed = Vec::with_capacity(40_000);
    let rest = &content[40_000..];
    deflate.compress_vec(rest, &mut packed, flate2::FlushCompress::Finish).unwrap();
    let data = [b"CK", &packed[..]].concat();
    folder.blocks.push(conformance::cabinet::Block { data, size: 30_000, unchecked: false });
    let found = whole(&Cabinet::of(folder, vec![File::new("a", 0, 0, 70_000)]).bytes());
    assert!(found[0].1 == content);
}

#[test]
fn names_are_utf_8_where_they_say_so_and_windows_1252_elsewhere() {
    let file = |name: &[u8], attributes| File { name: name.to_vec(), attributes, ..File::new("", 0, 0, 1) };
    let files = vec![
        file(b"c\\4711", 0x20),
        file("\u{fc}.xml".as_bytes(), 0xa0),
        file(b"\xfc\x80.xml", 0x20),
        file(b"\xff.xml", 0xa0),
        file(b"../../etc/passwd", 0),
        file(b"twice", 0),
        file(b"twice", 0),
    ];
    let found = whole(&Cabinet::of(Folder::stored(b"1"), files).bytes());
    let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
    let expect =
        ["c\\4711", "\u{fc}.xml", "\u{fc}\u{20ac}.xml", "\u{fffd}.xml", "../../etc/passwd", "twice", "twice"];
    assert_eq!(names, expect);
}

#[test]
fn what_others_put_into_a_cabinet_is_passed_over() {
    let neighbour = |name: &str| Some((name.to_owned(), "disk".to_owned()));
    for (header, folder, data) in [(0, 0, 0), (6144, 0, 8), (60_000, 255, 255), (1, 2, 3)] {
        for neighbours in [[None, None], [neighbour("before.cab"), neighbour("after.cab")]] {
            let cabinet = Cabinet {
                folders: every_method(b"abc").to_vec(),
                files: (0..3).map(|n| File::new("a", n, 0, 3)).collect(),
                reserve: Some((header, folder, data)),
                neighbours,
                order: Order::FilesFirst,
            };
            let signed = [&cabinet.bytes()[..], &[0x30, 0x82, 1, 2, 3]].concat();
            assert_eq!(whole(&signed), vec![("a".to_owned(), b"abc".to_vec()); 3]);
        }
    }
}

#[test]
fn a_cabinet_without_members_has_none() {
    assert!(whole(&Cabinet::default().bytes()).is_empty());
    assert!(whole(&Cabinet::of(Folder::stored(b"abc"), Vec::new()).bytes()).is_empty());
    let nothing = Cabinet::of(Folder::stored(b""), vec![File::new("a", 0, 0, 0)]);
    assert_eq!(whole(&nothing.bytes()), [("a".to_owned(), Vec::new())]);
}

#[test]
fn a_visitor_need_not_read() {
    let content = Random(5).content(200_000);
    let files: Vec<_> = (0..20).map(|n| File::new(&n.to_string(), 0, n * 10_000, 10_000)).collect();
    for folder in every_method(&content) {
        let bytes = Cabinet::of(folder, files.clone()).bytes();
        let mut read = Vec::new();
        let opened = Opened::from_reader(Cursor::new(bytes), "x", Limits::STANDARD).unwrap();
        walk(opened, &mut |name, member| {
            let at: usize = name.parse().unwrap();
            if at % 7 == 3 {
                let mut start = vec![0; 100 * at];
                member.read_exact(&mut start)?;
                assert!(start == content[at * 10_000..][..100 * at]);
                read.push(at);
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(read, [3, 10, 17]);
    }
}

#[test]
fn a_visitor_that_fails_ends_the_walk() {
    // What comes after the first member is damaged, and not met.
    let content = Random(6).content(200_000);
    let files = vec![File::new("a", 0, 0, 10), File::new("b", 0, 150_000, 10)];
    let bytes = Cabinet::of(mszip(&content), files).bytes();
    let opened = Opened::from_reader(Cursor::new(bytes[..12_000].to_vec()), "x", Limits::STANDARD).unwrap();
    let mut count = 0;
    let error = walk(opened, &mut |_, member| {
        count += 1;
        std::io::copy(member, &mut std::io::sink())?;
        Err(Error::new(Code::BadValue, "no client"))
    })
    .unwrap_err();
    assert_eq!((count, error.to_string().as_str()), (1, "x!a: no client"));
}

#[test]
fn members_have_as_many_bytes_as_the_limit_says() {
    let content = Random(2).content(50_000);
    let files = vec![File::new("a", 0, 0, 5000), File::new("b", 0, 5000, 45_000), File::new("c", 0, 0, 1)];
    let bytes = Cabinet::of(mszip(&content), files).bytes();
    let (members, result) = crate::walk_within(&bytes, Limits { member: 5000, ..Limits::STANDARD });
    result.unwrap();
    let codes: Vec<_> =
        members.iter().map(|(name, read)| (name.as_str(), read.as_ref().err().map(Error::code))).collect();
    assert_eq!(codes, [("a", None), ("c", None), ("b", Some(Code::TooLarge))]);
    let error = crate::refused(&bytes, Limits { members: 2, ..Limits::STANDARD });
    assert_eq!(error.code(), Code::TooLarge);
}
