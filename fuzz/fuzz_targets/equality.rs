//! The fast evaluation equals the reference on catalogs and inventories drawn from any bytes.
#![no_main]

use conformance::random::Case;
use conformance::run::compare;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(difference) = compare(&Case::from_bytes(bytes)) {
        panic!("{difference}");
    }
});
