//! Damaged index and matrix files: refused where the checksum is looked at, harmless where it is not.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use conformance::damage::{CHECKSUM, LENGTH, seal, use_index, use_matrix};
use conformance::run::index_bytes;
use conformance::samples;
use patchstate::archive::map::Bytes;
use patchstate::compile;
use patchstate::diagnostic::Code;
use patchstate::error::{Error, Result};
use patchstate::index::{Index, View};
use patchstate::matrix::Matrix;
use patchstate::model::expr::{Expr, Operator, Reasons};
use patchstate::model::inventory::Inventory;
use patchstate::model::update::Rule;
use patchstate::model::verdict::Answer;

/// Enough updates for something in every column.
const SMALL: u32 = 8;

fn clients(count: u32) -> [Inventory; 2] {
    // One of them is complete.
    ["a", "bb"].map(|client| samples::inventory(client, count))
}

fn check_index(bytes: &[u8]) -> Result<()> {
    Index::open(Bytes::copy(bytes))?.check()
}

fn check_matrix(bytes: &[u8]) -> Result<()> {
    Matrix::open(bytes).map(|_| ())?;
    Matrix::check(bytes)
}

/// Numbers without order, the same on every machine.
fn scattered(count: usize, below: usize) -> impl Iterator<Item = usize> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 8) as usize % below
    })
    .take(count)
}

#[test]
fn the_samples_are_whole_and_have_something_in_every_column() {
    for count in [SMALL, 300] {
        let bytes = samples::index(count).unwrap();
        let index = Index::open(Bytes::copy(&bytes)).unwrap();
        index.check().unwrap();
        index.verify().unwrap();
        let columns = index.view().unwrap().columns.described();
        let empty: Vec<_> =
            columns.iter().filter(|column| column.entries.is_empty()).map(|column| column.name).collect();
        assert!(empty.is_empty(), "{empty:?}");
        assert!(use_index(&bytes, &clients(count)));
    }
    let bytes = samples::matrix(8, 10).unwrap();
    Matrix::check(&bytes).unwrap();
    Matrix::open(&bytes).unwrap().verify().unwrap();
    assert!(use_matrix(&bytes));
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
    let check = |bytes: &[u8], places: &mut dyn Iterator<Item = usize>, open: fn(&[u8]) -> Result<()>| {
        open(bytes).unwrap();
        let mut damaged = bytes.to_vec();
        for at in places {
            damaged[at] ^= 1 << (at % 8);
            let error = open(&damaged).unwrap_err();
            let codes = [Code::BadTable, Code::WrongFormat, Code::WrongVersion];
            assert!(codes.contains(&error.code()), "bit flipped at {at}: {error}");
            damaged[at] = bytes[at];
        }
    };
    let (index, matrix) = (samples::index(SMALL).unwrap(), samples::matrix(5, 7).unwrap());
    check(&index, &mut (0..index.len()), check_index);
    check(&matrix, &mut (0..matrix.len()), check_matrix);
    let (index, matrix) = (samples::index(400).unwrap(), samples::matrix(60, 500).unwrap());
    check(&index, &mut scattered(2000, index.len()), check_index);
    check(&matrix, &mut scattered(2000, matrix.len()), check_matrix);
}

#[test]
fn a_flipped_bit_under_a_fitting_checksum_is_harmless_in_an_index() {
    let clients = clients(SMALL);
    let bytes = samples::index(SMALL).unwrap();
    let mut accepted = 0;
    for at in (0..bytes.len()).filter(|at| !CHECKSUM.contains(at)) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        seal(&mut damaged);
        accepted += usize::from(use_index(&damaged, &clients));
    }
    // What is left can be neither right nor wrong: padding, letters of texts, positions, dates.
    assert!(accepted < bytes.len() / 2, "{accepted} of {} damaged bytes were accepted", bytes.len());
}

#[test]
fn scattered_damage_under_a_fitting_checksum_is_harmless_in_an_index() {
    let clients = clients(64);
    let bytes = samples::index(64).unwrap();
    for (at, value) in scattered(2000, bytes.len()).zip(scattered(3000, 256).skip(1000)) {
        let mut damaged = bytes.clone();
        // A number becomes a very large one as often as another one.
        let last = if value % 3 == 0 { (at + 4).min(bytes.len()) } else { at + 1 };
        damaged[at..last].fill(if value % 3 == 0 { 0xff } else { value as u8 });
        seal(&mut damaged);
        use_index(&damaged, &clients);
    }
}

#[test]
fn a_flipped_bit_under_a_fitting_checksum_is_harmless_in_a_matrix() {
    for (clients, updates, places) in [(5, 7, usize::MAX), (12, 90, 2000)] {
        let bytes = samples::matrix(clients, updates).unwrap();
        let all = (0..bytes.len()).filter(|_| places > bytes.len());
        for at in all.chain(scattered(places.min(2000), bytes.len())) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << (at % 8);
            seal(&mut damaged);
            use_matrix(&damaged);
        }
    }
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    let check = |bytes: &[u8], open: fn(&[u8]) -> Result<()>| {
        for length in 0..bytes.len() {
            let error = open(&bytes[..length]).unwrap_err();
            let expected = if length < 8 { Code::WrongFormat } else { Code::BadTable };
            assert_eq!(error.code(), expected, "cut at {length}: {error}");
        }
        let longer = [bytes, b"x"].concat();
        assert_eq!(open(&longer).unwrap_err().code(), Code::BadTable);
    };
    check(&samples::index(SMALL).unwrap(), check_index);
    check(&samples::matrix(5, 7).unwrap(), check_matrix);
}

#[test]
fn a_file_that_is_cut_and_says_so_is_harmless() {
    let clients = clients(SMALL);
    let (index, matrix) = (samples::index(SMALL).unwrap(), samples::matrix(5, 7).unwrap());
    let cut = |bytes: &[u8], length: usize| {
        let mut cut = bytes[..length].to_vec();
        cut[LENGTH].copy_from_slice(&(length as u64).to_le_bytes());
        seal(&mut cut);
        cut
    };
    for length in 64..index.len() {
        assert!(!use_index(&cut(&index, length), &clients), "cut at {length}");
    }
    for length in 64..matrix.len() {
        // A cut in the padding after the last section takes nothing away.
        let padding = matrix.len() - length < 16;
        assert!(padding || !use_matrix(&cut(&matrix, length)), "cut at {length}");
    }
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let check = |error: Error, code: Code, message: &str| {
        assert_eq!((error.code(), error.to_string().as_str()), (code, message));
    };
    let index = samples::index(SMALL).unwrap();
    let matrix = samples::matrix(5, 7).unwrap();
    check(check_index(&matrix).unwrap_err(), Code::WrongFormat, "not a patchstate index");
    check(check_matrix(&index).unwrap_err(), Code::WrongFormat, "not a patchstate matrix");
    check(check_index(b"").unwrap_err(), Code::WrongFormat, "not a patchstate index");

    let mut newer = index.clone();
    newer[8] = 2;
    let error = check_index(&newer).unwrap_err();
    assert_eq!(error.hint(), Some("recompile the catalogs with `patchstate compile`"));
    check(error, Code::WrongVersion, "index has format version 2, this build reads 1");

    let mut other = index.clone();
    other[12..16].reverse();
    check(
        check_index(&other).unwrap_err(),
        Code::BadTable,
        "another byte order or width than this build reads",
    );

    let mut damaged = index.clone();
    damaged[CHECKSUM.start] ^= 1;
    check(check_index(&damaged).unwrap_err(), Code::BadTable, "the checksum does not fit the bytes");
}

#[test]
fn bytes_that_are_not_aligned_are_refused() {
    let index = samples::index(SMALL).unwrap();
    let shifted: Vec<u8> = [&[0; 1], &index[..]].concat();
    let aligned = Bytes::copy(&shifted);
    let error = View::open(&aligned.as_ref()[1..]).unwrap_err();
    assert_eq!(error.code(), Code::BadTable);
    assert_eq!(error.to_string(), "the index stands in memory at no multiple of 16");
    assert!(error.hint().is_some_and(|hint| hint.contains("Bytes")));
}

#[test]
fn counts_of_diagnostics_that_overflow_are_harmless() {
    let catalogs = vec![samples::windows(1), samples::linux(1)];
    let mut columns = compile::compile(catalogs, Vec::new()).unwrap().columns;
    columns.diagnostic_count.fill(u64::MAX);
    columns.source_diagnostic_ends[0] = 2;
    use_index(&index_bytes(&columns), &clients(1));
}

#[test]
fn rules_that_few_nodes_stand_for_are_not_written_out() {
    let twice = |below: Expr| Expr::Combine {
        operator: Operator::And,
        reasons: Reasons::InOrder,
        operands: vec![below.clone(), below],
    };
    let restored = |doublings: usize| {
        let mut catalog = samples::windows(SMALL);
        for update in &mut catalog.updates {
            let installed = (0..doublings).fold(Expr::Constant(Answer::TRUE), |below, _| twice(below));
            update.rule = Rule::Tests { installed, applicable: Expr::Constant(Answer::TRUE) };
        }
        let bytes = index_bytes(&compile::compile(vec![catalog], vec![]).unwrap().columns);
        let index = Index::open(Bytes::copy(&bytes)).unwrap();
        index.verify().unwrap();
        index.view().unwrap().restore().map(|catalogs| catalogs.updates.len())
    };
    assert_eq!(restored(10).unwrap(), SMALL as usize);
    assert_eq!(restored(14).unwrap_err().code(), Code::TooLarge);
}
