//! Cabinets that are cut, changed, or made to harm.

use std::io::Cursor;
use std::time::{Duration, Instant};

use conformance::cabinet::{BLOCK, Block, Cabinet, File, Folder, Order};
use conformance::lzx::{self, Kind};
use patchstate::container::{Limits, Opened, walk};
use patchstate::diagnostic::Code;
use patchstate::error::Error;

use crate::{Random, all_of_lzx, bad, every_method, mszip, refused, walk_within, whole, with_block};

fn one(folder: Folder, size: u32) -> Vec<u8> {
    Cabinet::of(folder, vec![File::new("a", 0, 0, size)]).bytes()
}

fn small() -> Cabinet {
    Cabinet {
        folders: every_method(b"some text, some more text").to_vec(),
        files: (0..3).map(|n| File::new(&n.to_string(), n, 3, 20)).collect(),
        ..Cabinet::default()
    }
}

#[test]
fn a_cabinet_that_is_cut_anywhere_is_refused() {
    for order in [Order::FilesFirst, Order::DataFirst, Order::FoldersReversed] {
        let bytes = Cabinet { order, ..small() }.bytes();
        let all = whole(&bytes);
        for length in 4..bytes.len() {
            let (members, result) = walk_within(&bytes[..length], Limits::STANDARD);
            assert_eq!(result.unwrap_err().code(), Code::NotWellFormed, "cut at {length}");
            let good: Vec<_> =
                members.into_iter().filter_map(|(name, read)| Some((name, read.ok()?))).collect();
            assert!(good[..] == all[..good.len()], "cut at {length}: {good:?}");
        }
    }
}

#[test]
fn a_changed_byte_of_the_data_never_goes_unnoticed() {
    let bytes = small().bytes();
    let expect = whole(&bytes);
    let data =
        bytes.len() - small().folders.iter().map(|folder| folder.blocks[0].data.len() + 8).sum::<usize>();
    for at in data..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            let (members, _) = walk_within(&changed, Limits::STANDARD);
            let bad = members.iter().filter(|(_, read)| read.is_err()).count();
            assert_eq!(bad, 1, "bit {bit} of byte {at}: {members:?}");
            let kept = members.iter().filter(|(name, read)| {
                expect
                    .iter()
                    .any(|(other, content)| other == name && read.as_ref().is_ok_and(|read| read == content))
            });
            // What is lost with a size that is changed is where the next folder begins.
            assert!(kept.count() + bad <= 3);
        }
    }
}

#[test]
fn a_checksum_that_does_not_fit_is_told_with_its_place() {
    let content = Random(31).content(100_000);
    for folder in every_method(&content) {
        let files = vec![File::new("a", 0, 0, 70_000), File::new("b", 0, 70_000, 30_000)];
        let mut bytes = Cabinet::of(folder.clone(), files).bytes();
        let before: usize = folder.blocks[..2].iter().map(|block| block.data.len() + 8).sum();
        let block =
            bytes.len() - folder.blocks.iter().map(|block| block.data.len() + 8).sum::<usize>() + before;
        bytes[block + 20] ^= 4;
        let message = format!("x:byte {block}: block 2 of folder 0 has another checksum than it states");
        let expect = ["a", "b"].map(|name| (name.to_owned(), Code::CabChecksum, message.clone()));
        assert_eq!(bad(&bytes), expect);
        // No checksum is none to compare with.
        bytes[block..block + 4].fill(0);
        assert!(bad(&bytes).iter().all(|(_, code, _)| *code != Code::CabChecksum));
    }
}

#[test]
fn a_file_beyond_its_folder_is_refused() {
    for folder in every_method(b"0123456789") {
        let files = vec![
            File::new("good", 0, 0, 10),
            File::new("long", 0, 5, 6),
            File::new("after", 0, 11, 0),
            File::new("far", 0, 11, 1),
            File::new("huge", 0, 1, 900_000_000),
            File::new("most", 0, u32::MAX, 900_000_000),
        ];
        let bad = bad(&Cabinet::of(folder, files).bytes());
        let names: Vec<_> = bad.iter().map(|(name, code, _)| (name.as_str(), *code)).collect();
        assert_eq!(names, ["huge", "long", "far", "most"].map(|name| (name, Code::CabBounds)));
        assert_eq!(bad[1].2, "x!long: reaches to byte 11 of folder 0, which has no more than 10");
    }
    let empty = bad(&one(Folder::default(), 1));
    assert_eq!(empty[0].1, Code::CabBounds);
}

#[test]
fn folders_that_cannot_be_expanded_say_why() {
    let check = |method: u16, code: Code, text: &str| {
        let folders = vec![Folder { method, ..Folder::stored(b"abc") }, Folder::stored(b"abc")];
        let files = vec![File::new("bad", 0, 0, 3), File::new("good", 1, 0, 3)];
        let bad = bad(&Cabinet { folders, files, ..Cabinet::default() }.bytes());
        assert_eq!(bad.len(), 1);
        assert_eq!((bad[0].1, bad[0].2.as_str()), (code, format!("x:byte 93: {text}").as_str()));
    };
    check(0x1472, Code::CabQuantum, "folder 0 is compressed with Quantum, which is not supported");
    check(4, Code::WrongFormat, "folder 0 is compressed with method 4, which is not known");
    for window in [0, 14, 22, 31] {
        let text = format!("folder 0 has an LZX window of {window} bits; those of cabinets have 15 to 21");
        check(3 | window << 8, Code::WrongFormat, &text);
    }
}

#[test]
fn one_of_several_cabinets_is_refused() {
    for number in [0xfffd, 0xfffe, 0xffff] {
        let files = vec![File::new("a", 0, 0, 1), File::new("b\n", number, 0, 3)];
        let error = refused(&Cabinet::of(Folder::stored(b"abc"), files).bytes(), Limits::STANDARD);
        let text = "x: is one of several cabinets: `b\\n` continues in another one";
        assert_eq!((error.code(), error.to_string().as_str()), (Code::CabMultipart, text));
    }
    let split = with_block(Folder::stored(b"abc"), 0, |block| block.size = 0);
    assert_eq!(bad(&one(split, 3))[0].1, Code::CabMultipart);
}

#[test]
fn blocks_that_make_no_sense_are_refused() {
    let check = |folder: Folder, size: u32, text: &str| {
        let bad = bad(&one(folder, size));
        assert_eq!((bad.len(), bad[0].1), (1, Code::NotWellFormed), "{bad:?}");
        assert!(bad[0].2.ends_with(&format!("block 0 of folder 0 {text}")), "{bad:?}");
    };
    let block = |data: Vec<u8>, size| Block { data, size, unchecked: false };
    let folder = |method, block| Folder { method, blocks: vec![block] };
    check(folder(0, block(vec![1; 40_000], 40_000)), 1, "has more than 32768 bytes");
    check(folder(0, block(vec![1; 10], 11)), 1, "has two sizes, but is stored");
    check(with_block(mszip(b"abc"), 0, |block| block.data[0] = b'c'), 1, "does not begin with `CK`");
    check(with_block(mszip(b"abc"), 0, |block| block.data[2] = 0xff), 1, "cannot be inflated");
    check(
        with_block(mszip(b"abc"), 0, |block| block.size = 2),
        1,
        "does not have as many bytes as it states",
    );
    check(
        with_block(mszip(b"abc"), 0, |block| block.size = 4),
        1,
        "does not have as many bytes as it states",
    );
    check(folder(1, block(b"CK".to_vec(), 1)), 1, "does not have as many bytes as it states");
    check(folder(1, block(vec![], 1)), 1, "does not begin with `CK`");
    check(folder(0x0f03, block(vec![0], 1)), 1, "is too short");
    check(folder(0x0f03, block(vec![0, 0x80, 0], 1)), 1, "is too short");
    let damaged = bad(&one(folder(0x0f03, block(vec![0; 20], 1)), 1));
    assert!(damaged[0].2.contains("block 0 of folder 0 is no LZX: "), "{damaged:?}");
    // An empty block is none.
    let mut between = mszip(b"abc");
    between.blocks.insert(0, block(Vec::new(), 0));
    assert_eq!(whole(&one(between, 3))[0].1, b"abc");
}

#[test]
fn tables_that_make_no_sense_are_refused() {
    let check = |bytes: &[u8], text: &str| {
        let error = refused(bytes, Limits::STANDARD);
        assert_eq!((error.code(), error.message()), (Code::NotWellFormed, text));
    };
    let mut version = small().bytes();
    version[25] = 2;
    check(&version, "the cab data is damaged: version 2.3 is not known");
    let file =
        |name: &str, folder| Cabinet::of(Folder::stored(b"a"), vec![File::new(name, folder, 0, 1)]).bytes();
    check(&file("", 0), "the cab data is damaged: a file has no name");
    check(&file(&"n".repeat(256), 0), "the cab data is damaged: a name is too long");
    assert_eq!(whole(&file(&"n".repeat(255), 0)).len(), 1);
    check(&file("a", 1), "the cab data is damaged: a file is in folder 1 of 1");
    // Both folders begin at the same block, or the second one within the first.
    for (at, order) in [(0_u8, Order::FilesFirst), (3, Order::FilesFirst), (0, Order::DataFirst)] {
        let folders = vec![Folder::stored(b"abc"); 2];
        let files = vec![File::new("a", 0, 0, 1), File::new("b", 1, 0, 1)];
        let mut bytes = Cabinet { folders, files, order, ..Cabinet::default() }.bytes();
        bytes[44] = bytes[36] + at;
        let overlap = format!("what begins at byte {} overlaps what is before it", bytes[44]);
        check(&bytes, &format!("the cab data is damaged: {overlap}"));
    }
    // Folders and files begin in the header.
    for at in [16, 36] {
        let mut bytes = small().bytes();
        bytes[at] = 8;
        let error = refused(&bytes, Limits::STANDARD);
        assert!(error.message().contains("what begins at byte 8 overlaps"), "{error}");
    }
}

#[test]
fn many_files_of_the_same_bytes_do_not_take_forever() {
    let began = Instant::now();
    let content = Random(32).content(3 << 20);
    let file = |n: u32| File::new(&n.to_string(), 0, n % 3, (2 << 20) - n % 3);
    let bytes = Cabinet::of(mszip(&content), (0..65_535).map(file).collect()).bytes();
    // Whoever reads everything is over the budget of the bytes that went in.
    let limits = Limits { ratio: 20, ratio_above: 1 << 20, ..Limits::STANDARD };
    let error = refused(&bytes, limits);
    assert_eq!((error.code(), error.message()), (Code::TooLarge, "expands to more than 20 times its size"));
    // Whoever reads nothing expands nothing twice.
    let opened =
        patchstate::container::Opened::from_reader(std::io::Cursor::new(bytes), "x", limits).unwrap();
    let mut members = 0;
    patchstate::container::walk(opened, &mut |_, _| {
        members += 1;
        Ok(())
    })
    .unwrap();
    assert_eq!(members, 65_535);
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

#[test]
fn archives_of_the_same_bytes_have_the_budget_of_the_cabinet() {
    let inner = one(Folder::stored(&vec![7; 1 << 20]), 1 << 20);
    let size = inner.len() as u32;
    let files = (0..1000).map(|n| File::new(&n.to_string(), 0, 0, size)).collect();
    let bytes = Cabinet::of(Folder::stored(&inner), files).bytes();
    let limits = Limits { ratio: 100, ratio_above: 1 << 20, ..Limits::STANDARD };
    let opened =
        patchstate::container::Opened::from_reader(std::io::Cursor::new(bytes), "x", limits).unwrap();
    let mut members = 0;
    // Not what the visitor reads counts, but what is read to get there.
    let walked = patchstate::container::walk(opened, &mut |_, _| {
        members += 1;
        Ok(())
    });
    assert_eq!(walked.unwrap_err().code(), Code::TooLarge);
    assert!((90..120).contains(&members), "{members}");
}

#[test]
fn bombs_are_refused() {
    let zeros = vec![0; 20 << 20];
    let (members, _) = walk_within(&one(mszip(&zeros), 20 << 20), Limits { ratio: 500, ..Limits::STANDARD });
    let error = members[0].1.as_ref().unwrap_err();
    assert_eq!(error.code(), Code::TooLarge);
    // What is skipped counts as well.
    let last = Cabinet::of(mszip(&zeros), vec![File::new("a", 0, (20 << 20) - 1, 1)]).bytes();
    let error = refused(&last, Limits { ratio: 500, ..Limits::STANDARD });
    assert_eq!(error.code(), Code::TooLarge);
}

#[test]
fn sizes_that_are_not_there_take_no_memory_and_no_time() {
    let began = Instant::now();
    let claims = |order| Cabinet {
        order,
        folders: vec![Folder { method: 0x1503, blocks: Vec::new() }; 65_535],
        files: (0..65_535).map(|n| File::new("a", n % 60_000, u32::MAX, u32::MAX)).collect(),
        ..Cabinet::default()
    };
    for order in [Order::FilesFirst, Order::DataFirst] {
        let mut bytes = claims(order).bytes();
        let (members, result) = walk_within(&bytes, Limits { member: u64::MAX, ..Limits::STANDARD });
        result.unwrap();
        assert_eq!(members.len(), 65_535);
        assert!(
            members.iter().all(|(_, read)| read.as_ref().is_err_and(|error| error.code() == Code::CabBounds))
        );
        bytes[8..12].fill(0xff);
        assert_eq!(refused(&bytes, Limits::STANDARD).code(), Code::NotWellFormed);
    }
    let mut backwards = Cabinet { order: Order::DataFirst, ..small() }.bytes();
    let limits = Limits { document: backwards.len() as u64 - 1, ..Limits::STANDARD };
    assert_eq!(refused(&backwards, limits).code(), Code::TooLarge);
    backwards[8..12].fill(0xff);
    assert_eq!(refused(&backwards, Limits::STANDARD).code(), Code::NotWellFormed);
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

#[test]
fn lzx_that_looks_back_too_far_is_no_panic() {
    let blocks = vec![(Kind::Uncompressed, 10), (Kind::Verbatim, 90)];
    let options = lzx::Options { window: 15, blocks, calls: None };
    for offset in [0, 11, 32_768, 32_769, 70_000, u32::MAX - 1, u32::MAX] {
        // The last offsets stand behind the header of the block, which has two words.
        let folder = with_block(Folder::lzx(&[b'a'; 100], &options), 0, |block| {
            block.data[4..8].copy_from_slice(&offset.to_le_bytes());
        });
        let (members, result) = walk_within(&one(folder, 100), Limits::STANDARD);
        assert!(result.is_ok() && members.len() == 1);
    }
}

#[test]
fn whatever_the_bytes_are_nothing_panics() {
    let mut random = Random(33);
    let content = random.content(70_000);
    let cabinet = |folders: Vec<Folder>| Cabinet {
        files: (0..6).map(|n| File::new("a", n % 3, u32::from(n) * 9000, 20_000)).collect(),
        folders: folders.into_iter().map(unchecked).collect(),
        reserve: Some((3, 1, 2)),
        ..Cabinet::default()
    };
    let inner = cabinet(every_method(&content).to_vec()).bytes();
    let outer = cabinet(every_method(&inner[..70_000]).to_vec()).bytes();
    let lzx = cabinet([15, 16, 21].map(|window| Folder::lzx(&content, &all_of_lzx(window))).to_vec()).bytes();
    for bytes in [inner, outer, lzx] {
        for _ in 0..400 {
            let mut changed = bytes.clone();
            for _ in 0..1 + random.below(5) {
                let at = random.below_any(&[300, changed.len()]);
                changed[at] =
                    [random.below(256) as u8, changed[at] ^ (1 << random.below(8)), 0xff][random.below(3)];
            }
            // The outcome does not matter; the other tests say what it must be.
            let _: (Vec<_>, Result<_, Error>) =
                walk_within(&changed, Limits { member: 1 << 20, ..Limits::STANDARD });
        }
    }
}

/// A folder without checksums, so that damage gets further than them.
fn unchecked(mut folder: Folder) -> Folder {
    folder.blocks.iter_mut().for_each(|block| block.unchecked = true);
    folder
}

/// What a visitor sees that reads nothing.
fn unread(bytes: &[u8]) -> Result<usize, Error> {
    let opened = Opened::from_reader(Cursor::new(bytes.to_vec()), "x", Limits::STANDARD)?;
    let mut members = 0;
    walk(opened, &mut |_, _| {
        members += 1;
        Ok(())
    })?;
    Ok(members)
}

#[test]
fn damage_in_what_nobody_reads_is_found_by_its_checksum() {
    let content = Random(7).content(5 * BLOCK);
    for folder in every_method(&content) {
        let files = vec![File::new("a", 0, 0, 10), File::new("b", 0, BLOCK as u32, 4 * BLOCK as u32)];
        let bytes = Cabinet::of(folder.clone(), files.clone()).bytes();
        assert_eq!(unread(&bytes).unwrap(), 2);
        let mut damaged = bytes.clone();
        let last = damaged.len() - 3;
        damaged[last] ^= 1;
        let error = unread(&damaged).unwrap_err();
        assert_eq!(error.code(), Code::CabChecksum);
        assert!(error.to_string().contains("block 4 of folder 0"), "{error}");
        assert!(unread(&bytes[..bytes.len() - 3]).unwrap_err().to_string().contains("cut short"));
        // A block without a checksum says nothing of itself, and is not expanded for that.
        let unchecked = with_block(folder, 4, |block| {
            block.unchecked = true;
            block.data.iter_mut().for_each(|byte| *byte = !*byte);
        });
        assert_eq!(unread(&Cabinet::of(unchecked, files).bytes()).unwrap(), 2);
    }
}
