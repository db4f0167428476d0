//! Evaluates generated catalogs and clients both ways, over real files.
#![no_main]

use conformance::random::Case;
use conformance::run;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let case = Case::from_bytes(bytes);
    if let Err(difference) = run::compare(&case) {
        panic!("{difference}");
    }
    run::open(&run::compiled(&case).columns).verify().expect("what was compiled makes sense");
});
