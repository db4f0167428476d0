//! Files that share bytes of their folder: each has its own range, however they lie.

use std::io::Cursor;

use conformance::cabinet::{Cabinet, File, Folder};
use patchstate::container::{Limits, Opened, walk};

use crate::{Random, every_method, whole};

/// Walks a cabinet of these ranges and compares each member with its range.
fn check(content: &[u8], folder: Folder, ranges: &[(usize, usize)]) {
    let file = |(at, (start, size)): (usize, &(usize, usize))| {
        File::new(&at.to_string(), 0, *start as u32, *size as u32)
    };
    let files = ranges.iter().enumerate().map(file).collect();
    let found = whole(&Cabinet::of(folder, files).bytes());
    let mut order: Vec<usize> = (0..ranges.len()).collect();
    order.sort_by_key(|at| ranges[*at].0);
    assert_eq!(found.len(), order.len());
    for ((name, bytes), at) in found.iter().zip(order) {
        let (start, size) = ranges[at];
        assert_eq!(name, &at.to_string());
        assert!(bytes == &content[start..start + size], "{name}: {start} and {size}");
    }
}

#[test]
fn files_may_share_bytes() {
    let content = Random(21).content(200_000);
    let ranges: [&[(usize, usize)]; 7] = [
        &[(0, 200_000), (0, 200_000), (0, 200_000)],
        &[(0, 200_000), (10, 10), (32_768, 32_768), (199_999, 1)],
        &[(0, 100_000), (50_000, 100_000), (100_000, 100_000)],
        &[(0, 70_000), (70_000, 10), (60_000, 100_000), (80_000, 5), (159_999, 40_001)],
        &[(0, 32_768), (32_767, 2), (32_768, 32_768), (65_535, 2)],
        &[(10, 5), (0, 0), (12, 0), (12, 100_000), (13, 1), (40_000, 3)],
        &[(100_000, 100_000), (0, 150_000), (149_999, 2), (120_000, 1)],
    ];
    for ranges in ranges {
        for folder in every_method(&content) {
            check(&content, folder, ranges);
        }
    }
}

#[test]
fn files_may_share_more_bytes_than_are_held_in_memory() {
    let content = Random(22).content(5 << 20);
    let size = content.len();
    let ranges = [(0, size), (100, size - 100), (3 << 20, 2 << 20), (size - 1, 1), (1 << 20, 3 << 20)];
    check(&content, Folder::stored(&content), &ranges);
}

#[test]
fn files_may_share_bytes_in_any_way() {
    let mut random = Random(23);
    let content = random.content(150_000);
    let folders = every_method(&content);
    for round in 0..60 {
        let ranges: Vec<_> = (0..1 + random.below(12))
            .map(|_| {
                let start = random.below(content.len());
                (start, random.below_any(&[10, 40_000, 150_000]).min(content.len() - start))
            })
            .collect();
        check(&content, folders[round % 3].clone(), &ranges);
    }
}

#[test]
fn what_a_visitor_left_is_there_for_the_next_file() {
    let mut random = Random(24);
    let content = random.content(150_000);
    for folder in every_method(&content) {
        let starts: Vec<_> = (0..40).map(|_| random.below(100_000)).collect();
        let files =
            starts.iter().map(|start| File::new(&start.to_string(), 0, *start as u32, 50_000)).collect();
        let bytes = Cabinet::of(folder, files).bytes();
        let opened = Opened::from_reader(Cursor::new(bytes), "x", Limits::STANDARD).unwrap();
        walk(opened, &mut |name, member| {
            let start: usize = name.parse().unwrap();
            let mut bytes = vec![0; random.below(50_000)];
            member.read_exact(&mut bytes)?;
            assert!(bytes == content[start..start + bytes.len()], "{name}");
            Ok(())
        })
        .unwrap();
    }
}
