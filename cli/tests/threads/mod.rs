//! A site is the same, byte by byte, whatever the number of threads: what is kept, what is made of it, and
//! everything that is exported.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use conformance::site::{contents, delta, full, full_at, updates};

use super::{NOW, founded, program, said, send};

/// What is written to standard output.
const PRINTED: [&str; 10] = [
    "export matrix --verdict all",
    "export matrix --verdict all --format tsv",
    "export matrix --format ndjson",
    "export patchstate --all",
    "export sarif",
    "export hfnetchk",
    "report summary --format csv --all --wide --now 2026-03-02T12:00:00Z",
    "report site --format json --now 2026-03-02T12:00:00Z",
    "report coverage --format csv --now 2026-03-02T12:00:00Z",
    "report client C013 --format html --now 2026-03-02T12:00:00Z",
];

/// Makes a site of the same reports in the same order, on so many threads; gives all that it holds and says.
fn made(folder: &Path, threads: &str) -> BTreeMap<String, Vec<u8>> {
    let site = founded(folder, &["linux"]);
    let run = |words: &str, code: i32| {
        let mut command = program();
        command.args(words.split(' ')).current_dir(&site).env("RAYON_NUM_THREADS", threads);
        let output = command.output().expect("the program starts");
        assert_eq!(output.status.code(), Some(code), "{words}: {}", said(&output));
        output.stdout
    };
    fs::write(site.join("catalog/linux/drop/u.xml"), updates(&[1, 2, 3, 4, 5, 6, 7, 8, 9]))
        .expect("is written");
    run(&format!("site sync --now {NOW}"), 0);
    for round in 1..3 {
        for client in 0..150u32 {
            let (id, hour) = (format!("C{client:03}"), client % 10);
            let packages = [("p1", client % 3), ("p2", client % 2 + 1), ("p9", 1), ("p5", round)];
            let report = match (round, client % 7) {
                (2, 0..4) => delta(&id, 2, &[("p3", client % 3)], &[("p9", 1)]),
                (2, 4) => delta(&id, 7, &[("p3", 1)], &[]),
                (2, 5) => full(&id, 2, &packages).replace("</inventory>", "<"),
                _ => full_at(&id, round.into(), &format!("2026-03-02T0{hour}:00:00Z"), &packages),
            };
            send(&site, &format!("{client}-{round}.xml"), &report);
        }
        run(&format!("site scan --threads {threads} --now {NOW}"), i32::from(round == 2));
    }
    let mut all = contents(&site, &["store", "matrix", "index", "catalog/linux/rev", "spool"]);
    for words in PRINTED {
        all.insert(words.to_owned(), run(words, 0));
    }
    run(&format!("report site --html explorer --now {NOW}"), 0);
    all.extend(contents(&site, &["explorer"]));
    if cfg!(feature = "parquet") {
        run("export parquet --verdict all -o tables", 0);
        all.extend(contents(&site, &["tables"]));
    }
    all
}

#[test]
fn everything_is_the_same_on_any_number_of_threads() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = |name: &str, threads: &str| {
        let folder = folder.path().join(name);
        fs::create_dir(&folder).expect("is made");
        made(&folder, threads)
    };
    let (one, eight) = (made("one", "1"), made("eight", "8"));
    let differ = conformance::site::differing(&one, &eight);
    assert!(differ.is_empty(), "{differ:?}");
    assert!(one.len() > 300 && PRINTED.iter().all(|words| one[*words].len() > 100));
}
