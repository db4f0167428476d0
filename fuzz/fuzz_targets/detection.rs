//! Reads whatever bytes as a product detection table.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchstate::catalog::detection;

fuzz_target!(|bytes: &[u8]| patchstate_fuzz::catalog::in_file(bytes, |path| _ = detection::read(path)));
