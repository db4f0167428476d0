//! Reads whatever bytes as a definitions file of OVAL and compiles what comes out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchstate::catalog::oval;

fuzz_target!(|bytes: &[u8]| patchstate_fuzz::catalog::read_and_compile(&oval::FORMAT, bytes));
