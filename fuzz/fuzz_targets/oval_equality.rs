//! Evaluates generated definitions of OVAL over generated characteristics both ways, and reads those after others.
#![no_main]

use conformance::oval::catalog_of;
use conformance::oval::random::Pair;
use conformance::oval::ways::{compare_following, compare_pair, in_other_numbers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let pair = Pair::from_bytes(bytes);
    let documents = in_other_numbers(&pair.parts.characteristics());
    let found = compare_pair(&pair)
        .and_then(|_| compare_following(catalog_of(&pair.parts.definitions_file()), &documents));
    if let Err(difference) = found {
        panic!("{difference}");
    }
});
