//! Opens, verifies and reads whatever a matrix file may hold behind a fitting checksum.
#![no_main]

use std::sync::LazyLock;

use conformance::damage::use_matrix;
use conformance::samples;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use patchstate::archive::Archive;
use patchstate::matrix::{self, Matrix};
use patchstate_fuzz::frame::{Numbers, Sample, mutate};

static SAMPLE: LazyLock<Vec<u8>> = LazyLock::new(|| samples::matrix(5, 9).expect("the sample is written"));

/// The sections of a matrix, taken for numbers of every width: its records have them anywhere.
fn numbers(bytes: &[u8]) -> Vec<Numbers> {
    let Ok(archive) = Archive::open(matrix::KIND, bytes) else { return Vec::new() };
    let first = bytes.as_ptr().addr();
    let sections = archive.sections().filter_map(|(id, _)| archive.section(id).ok());
    let places = sections.filter(|section| section.len() >= 8).map(|section| {
        let start = section.as_ptr().addr() - first;
        start..start + section.len()
    });
    // A matrix whose records are read no more is changed without knowing them.
    if Matrix::open(bytes).is_err() {
        return Vec::new();
    }
    places.flat_map(|place| [1, 2, 4, 8].map(|width| Numbers { place: place.clone(), width })).collect()
}

fuzz_mutator!(|data: &mut [u8], size: usize, limit: usize, seed: u32| {
    let sample = Sample { kind: matrix::KIND, bytes: &SAMPLE, numbers };
    mutate(data, size, limit, seed, sample, fuzzer_mutate)
});

fuzz_target!(|bytes: &[u8]| {
    use_matrix(bytes);
});
