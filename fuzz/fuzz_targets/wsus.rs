//! Reads whatever bytes as metadata of Windows updates (a cabinet, a graph, fragments, full documents) and
//! compiles what comes out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchstate::catalog::wsus;

fuzz_target!(|bytes: &[u8]| patchstate_fuzz::catalog::read_and_compile(&wsus::FORMAT, bytes));
