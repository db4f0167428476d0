//! Definitions of wesng for tests: archives of our own fixture, and an obvious program that answers.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// One row: product, article, vulnerability, and what is replaced.
pub type Row = (String, String, String, String);

/// An archive of these members.
pub fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, SimpleFileOptions::default()).expect("begins a member");
        writer.write_all(content).expect("writes to memory");
    }
    writer.finish().expect("ends the archive").into_inner()
}

/// Writes the archive of the fixture into a folder.
pub fn fixture(folder: &Path) -> PathBuf {
    let table = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/wesng").join(name);
        std::fs::read(path).expect("the fixture is there")
    };
    let names = ["CVEs_20240110.csv", "Custom_20240110.csv"];
    let [vendor, custom] = names.map(table);
    let version = b"Any version will do.";
    let members = [(names[0], &vendor[..]), (names[1], &custom), ("Version_0.94.txt", version)];
    let path = folder.join("definitions.zip");
    std::fs::write(&path, archive(&members)).expect("writes the archive");
    path
}

/// What wesng answers, as slowly and as plainly as it can be said: rows of the filter, rows that are left,
/// their articles, and how many vulnerabilities these have.
pub fn answer(rows: &[Row], filter: &str, hotfixes: &[&str]) -> (u64, u64, Vec<String>, u64) {
    let pack = format!("{filter} Service Pack");
    let takes =
        |row: &&Row| row.0.contains(filter) && (filter.contains("Service Pack") || !row.0.contains(&pack));
    let applicable: Vec<&Row> = rows.iter().filter(takes).collect();
    let mut lists: Vec<&str> = hotfixes.to_vec();
    lists.extend(applicable.iter().map(|row| row.3.as_str()).filter(|list| !list.is_empty()));
    let joined = lists.join(";");
    let dropped: BTreeSet<&str> = joined.split(';').collect();
    let found: Vec<_> = applicable.iter().filter(|row| !dropped.contains(row.1.as_str())).collect();
    let articles: BTreeSet<&String> = found.iter().map(|row| &row.1).collect();
    let vulnerabilities: BTreeSet<&String> = found.iter().map(|row| &row.2).collect();
    let articles = articles.into_iter().cloned().collect();
    (applicable.len() as u64, found.len() as u64, articles, vulnerabilities.len() as u64)
}
