//! Reads whatever bytes as `updateinfo.xml` and compiles what comes out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchstate::catalog::updateinfo;

fuzz_target!(|bytes: &[u8]| patchstate_fuzz::catalog::read_and_compile(&updateinfo::FORMAT, bytes));
