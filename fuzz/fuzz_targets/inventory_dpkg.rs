//! Reads any text as an inventory of the format `dpkg`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| patchstate_fuzz::document::inventory("dpkg", bytes));
