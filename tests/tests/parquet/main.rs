//! Parquet tables say what the matrix says, to DuckDB and pandas, and are written whole or not at all.
#![cfg(feature = "parquet")]

use std::path::Path;

use conformance::matrices::{random, sample};
use patchstate::archive::map::Bytes;
use patchstate::matrix::Matrix;
use patchstate::report::parquet::names;
use patchstate::report::{Options, Verdicts, find_export};

mod peers;

/// Writes the tables of a matrix as `export parquet` does.
fn export(matrix: &Matrix<'_>, options: &Options, folder: &Path) {
    let export = find_export("parquet").expect("is an export");
    export.write_folder(matrix, options, folder).expect("writes");
}

/// The bytes of each table.
fn tables(folder: &Path) -> Vec<Vec<u8>> {
    names()
        .map(|(table, _)| std::fs::read(folder.join(format!("{table}.parquet"))).expect("is there"))
        .collect()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("has a folder")
}

#[test]
fn the_same_matrix_gives_the_same_bytes_and_nothing_but_the_tables() {
    let bytes = Bytes::copy(&random(5, 700, 300));
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let (one, other) = (folder(), folder());
    let options = Options { verdicts: Verdicts::ALL, ..Options::default() };
    // The folder is made, and what stands in it is replaced.
    let inner = one.path().join("a/b");
    export(&matrix, &Options::default(), &inner);
    let fewer = tables(&inner);
    export(&matrix, &options, &inner);
    export(&matrix, &options, other.path());
    let found = tables(&inner);
    assert!(found == tables(other.path()));
    assert!(found[0] == fewer[0] && found[1].len() > fewer[1].len());
    let entries = std::fs::read_dir(&inner).expect("can be listed");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("can be listed").file_name()).collect();
    files.sort();
    assert_eq!(
        files,
        ["client_state.parquet", "dim_client.parquet", "dim_update.parquet", "findings.parquet"]
    );
    assert!(found.iter().all(|bytes| bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1")));
}

#[test]
fn a_table_that_cannot_be_written_leaves_all_as_they_were() {
    let (before, after) = (Bytes::copy(&sample()), Bytes::copy(&random(1, 20, 20)));
    let before = Matrix::open(before.as_ref()).expect("opens");
    let after = Matrix::open(after.as_ref()).expect("opens");
    let place = folder();
    export(&before, &Options::default(), place.path());
    // The last of the four is in the way.
    let blocked = place.path().join("dim_client.parquet");
    std::fs::remove_file(&blocked).expect("is there");
    std::fs::create_dir(&blocked).expect("is made");
    let first = std::fs::read(place.path().join("findings.parquet")).expect("is there");
    let found =
        find_export("parquet").expect("is an export").write_folder(&after, &Options::default(), place.path());
    let error = found.expect_err("a folder is no file to be replaced");
    assert!(error.file().is_some_and(|file| file.ends_with("dim_client.parquet")), "{error}");
    assert!(first == std::fs::read(place.path().join("findings.parquet")).expect("is there"));
    assert_eq!(std::fs::read_dir(place.path()).expect("can be listed").count(), 4);
}

#[test]
fn a_matrix_without_clients_has_tables_without_rows() {
    let bytes = Bytes::copy(&random(1, 0, 3));
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let place = folder();
    export(&matrix, &Options::default(), place.path());
    assert!(tables(place.path()).iter().all(|bytes| bytes.ends_with(b"PAR1")));
}
