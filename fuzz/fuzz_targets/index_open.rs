//! Opens, verifies, restores and evaluates whatever an index file may hold behind a fitting checksum.
#![no_main]

use std::sync::LazyLock;

use conformance::damage::use_index;
use conformance::samples;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use patchstate::archive::map::Bytes;
use patchstate::index::columns::Entries;
use patchstate::index::{self, View};
use patchstate::model::inventory::Inventory;
use patchstate_fuzz::frame::{Numbers, Sample, mutate};

static SAMPLE: LazyLock<Vec<u8>> = LazyLock::new(|| samples::index(8).expect("the sample is compiled"));
static CLIENTS: LazyLock<[Inventory; 2]> =
    LazyLock::new(|| ["a", "bb"].map(|client| samples::inventory(client, 8)));

/// The columns of an index.
fn numbers(bytes: &[u8]) -> Vec<Numbers> {
    let aligned = Bytes::copy(bytes);
    let Ok(view) = View::open(aligned.as_ref()) else { return Vec::new() };
    let first = aligned.as_ref().as_ptr().addr();
    let columns = view.columns.described().into_iter().map(|column| {
        let start = match column.entries {
            Entries::Narrow(entries) => entries.as_ptr().addr(),
            Entries::Plain(entries) => entries.as_ptr().addr(),
            Entries::Wide(entries) => entries.as_ptr().addr(),
        } - first;
        let width = column.entries.width();
        Numbers { place: start..start + column.entries.len() * width, width }
    });
    columns.filter(|numbers| !numbers.place.is_empty()).collect()
}

fuzz_mutator!(|data: &mut [u8], size: usize, limit: usize, seed: u32| {
    let sample = Sample { kind: index::KIND, bytes: &SAMPLE, numbers };
    mutate(data, size, limit, seed, sample, fuzzer_mutate)
});

fuzz_target!(|bytes: &[u8]| {
    use_index(bytes, &*CLIENTS);
});
