//! Reads whatever bytes as a document of software distribution packages and compiles what comes out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchstate::catalog::sdp;

fuzz_target!(|bytes: &[u8]| patchstate_fuzz::catalog::read_and_compile(&sdp::FORMAT, bytes));
