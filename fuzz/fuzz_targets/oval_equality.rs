//! Evaluates generated definitions of OVAL over generated characteristics both ways.
#![no_main]

use conformance::oval::random::Pair;
use conformance::oval::ways::compare_pair;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(difference) = compare_pair(&Pair::from_bytes(bytes)) {
        panic!("{difference}");
    }
});
