//! Cabinets that others write, and others' reading of ours.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use conformance::cabinet::{Cabinet, File, Folder, Order};
use conformance::lzx::{self, Kind};
use patchstate::container::{open, walk};

use crate::{Random, mszip, whole};

/// Whether a program is there, or a line that it is not.
fn has(program: &str) -> bool {
    let run = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if run.is_err() {
        conformance::skipped(&format!("{program} is not there"));
    }
    run.is_ok()
}

#[test]
fn what_the_crate_writes_is_read() {
    let mut random = Random(41);
    let contents: Vec<Vec<u8>> = [0, 1, 32_768, 100_000, 32_767].map(|size| random.content(size)).to_vec();
    let mut builder = cab::CabinetBuilder::new();
    for method in [cab::CompressionType::None, cab::CompressionType::MsZip] {
        let folder = builder.add_folder(method);
        (0..contents.len()).for_each(|at| _ = folder.add_file(format!("{method:?}\\\u{fc}{at}")));
    }
    let mut writer = builder.build(std::io::Cursor::new(Vec::new())).unwrap();
    let mut order = contents.iter().cycle();
    while let Some(mut file) = writer.next_file().unwrap() {
        file.write_all(order.next().unwrap()).unwrap();
    }
    let found = whole(&writer.finish().unwrap().into_inner());
    let expect = ["None", "MsZip"].into_iter().flat_map(|method| {
        contents
            .iter()
            .enumerate()
            .map(move |(at, content)| (format!("{method}\\\u{fc}{at}"), content.clone()))
    });
    assert!(found == expect.collect::<Vec<_>>());
}

#[test]
fn what_gcab_writes_is_read() {
    if !has("gcab") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random(42);
    let contents = [10, 50_000, 0, 200_000].map(|size| random.content(size));
    for (at, content) in contents.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{at}.txt")), content).unwrap();
    }
    for options in [&["-c", "-n"][..], &["-c", "-z", "-n"]] {
        let mut run = Command::new("gcab");
        run.args(options).arg("a.cab").args(["0.txt", "1.txt", "2.txt", "3.txt"]);
        assert!(run.current_dir(folder.path()).status().unwrap().success());
        let found: Vec<_> = whole(&std::fs::read(folder.path().join("a.cab")).unwrap());
        assert!(found.iter().map(|(_, content)| content).eq(&contents), "{options:?}");
    }
}

/// Everything that `cabextract` finds in a cabinet, by name.
fn extracted(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.cab");
    std::fs::write(&path, bytes).unwrap();
    let out = folder.path().join("out");
    let run = Command::new("cabextract").arg("-q").arg("-d").arg(&out).arg(&path).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(&out).unwrap() {
        let entry = entry.unwrap();
        found.insert(entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap());
    }
    found
}

/// A cabinet without order: folders of every method, files that may overlap.
fn any_cabinet(random: &mut Random) -> Cabinet {
    let mut files = Vec::new();
    let count = 1 + random.below(3) as u16;
    let folder = |number: u16| {
        let size = 1 + random.below_any(&[50, 3000, 40_000, 300_000]);
        let content = random.content(size);
        let mut at = 0;
        while at < size && files.len() < 200 {
            let start = if random.below(5) == 0 { random.below(size) } else { at };
            let length = (1 + random.below(size / 2 + 10)).min(size - start);
            files.push(File::new(&format!("f{}", files.len()), number, start as u32, length as u32));
            at = at.max(start + length);
        }
        match random.below(4) {
            0 => Folder::stored(&content),
            1 => mszip(&content),
            _ => Folder::lzx(&content, &any_lzx(random)),
        }
    };
    let folders = (0..count).map(folder).collect();
    // That program takes the table of files to stand behind that of the folders, always.
    let order = [Order::FilesFirst, Order::FoldersReversed][random.below(2)];
    let reserve = (random.below(3) == 0).then(|| (random.below(100) as u16, random.below(9) as u8, 0));
    Cabinet { folders, files, order, reserve, ..Cabinet::default() }
}

fn any_lzx(random: &mut Random) -> lzx::Options {
    let kinds = [Kind::Verbatim, Kind::Aligned, Kind::Uncompressed];
    // Much smaller ones have so many trees that a block of the cabinet is greater than it may be.
    let block = |_| (kinds[random.below(3)], 300 + random.below_any(&[100, 5000, 100_000]));
    let blocks = (0..5).map(block).collect();
    let calls = [None, Some(12_000_000), Some(100_000)][random.below(3)];
    lzx::Options { window: 15 + random.below(7) as u32, blocks, calls }
}

#[test]
fn cabextract_finds_the_same() {
    if !has("cabextract") {
        return;
    }
    let mut random = Random(43);
    for round in 0..60 {
        let bytes = any_cabinet(&mut random).bytes();
        let ours: BTreeMap<_, _> = whole(&bytes).into_iter().collect();
        let theirs = extracted(&bytes);
        assert!(ours.keys().eq(theirs.keys()), "round {round}");
        let differ: Vec<_> = ours.iter().filter(|(name, content)| theirs[*name] != **content).collect();
        assert!(
            differ.is_empty(),
            "round {round}: {:?}",
            differ.iter().map(|(name, _)| name).collect::<Vec<_>>()
        );
    }
}

/// The files below a folder, with `\` between names as in cabinets.
fn files_below(folder: &Path, before: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{before}{}", path.file_name().unwrap().to_str().unwrap());
        match path.is_dir() {
            true => files_below(&path, &format!("{name}\\"), found),
            false => _ = found.insert(name, std::fs::read(&path).unwrap()),
        }
    }
}

#[test]
fn the_cabinet_of_the_corpora_is_read_whole() {
    let Some(folder) = conformance::corpora("wsus/wsusscn2") else { return };
    let mut found = BTreeMap::new();
    let mut order = Vec::new();
    walk(open(folder.join("vuls_fixture_wsusscn2.cab")).unwrap(), &mut |name, member| {
        let mut content = Vec::new();
        member.read_to_end(&mut content)?;
        order.push(name.split('!').next().unwrap().to_owned());
        found.insert(name.replace(".cab!", "\\").replace('/', "\\"), content);
        Ok(())
    })
    .unwrap();
    let counts = ["index.xml", "package.cab", "package2.cab", "package3.cab"]
        .map(|name| order.iter().filter(|other| *other == name).count());
    assert_eq!(counts, [1, 1, 8, 3]);
    assert!(order.is_sorted());
    let mut extracted = BTreeMap::new();
    files_below(&folder.join("extracted"), "", &mut extracted);
    extracted.retain(|name, _| !name.ends_with(".cab"));
    assert!(found == extracted, "{:?} and {:?}", found.keys(), extracted.keys());
}
