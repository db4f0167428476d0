//! Reads whatever bytes as a document of Microsoft's, and as a table of the definitions of wesng, and compiles
//! what comes out.
#![no_main]

use conformance::wesng::archive;
use libfuzzer_sys::fuzz_target;
use patchstate::catalog::cvrf;

/// The columns of a table, with which every row is read.
const HEADER: &[u8] =
    b"DatePosted,CVE,BulletinKB,Title,AffectedProduct,AffectedComponent,Severity,Impact,Supersedes,Exploits\n";

fuzz_target!(|bytes: &[u8]| {
    patchstate_fuzz::catalog::read_and_compile(&cvrf::FORMAT, bytes);
    let table = [HEADER, bytes].concat();
    let members: [(&str, &[u8]); 2] = [("CVEs_20240101.csv", &table), ("Custom_20240101.csv", HEADER)];
    patchstate_fuzz::catalog::read_and_compile(&cvrf::WESNG, &archive(&members));
});
