//! Reads documents of several clients one after the other, and each alone: they say the same.
#![no_main]

use std::sync::LazyLock;

use conformance::random::documents::documents;
use conformance::random::{Case, Choices, bytes_of_seed};
use conformance::run::{compare_documents, compiled, open};
use libfuzzer_sys::fuzz_target;
use patchstate::eval::plan::Plan;
use patchstate::index::Index;

/// Catalogs that the documents are read for.
static INDEXES: LazyLock<Vec<(Case, Index)>> = LazyLock::new(|| {
    let case = |seed| Case::from_bytes(&bytes_of_seed(seed, 2000));
    (0..16).map(case).map(|case| (case.clone(), open(&compiled(&case).columns))).collect()
});

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices::new(bytes);
    let (case, index) = &INDEXES[choices.below(16)];
    let plan = Plan::new(index.view().expect("opens"), &case.options, None);
    if let Err(difference) = compare_documents(&plan, &documents(&mut choices), 3) {
        panic!("{difference}");
    }
});
