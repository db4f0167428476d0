//! Reads any bytes as a catalog of the format `updateinfo` and compiles what they give.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| patchstate_fuzz::document::catalog("updateinfo", bytes));
