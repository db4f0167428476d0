//! Reads whatever bytes as a cabinet, and what cabinets are in it.
//!
//! Checksums are put right by none of the mutations, but a block that states none is not checked.
#![no_main]

use std::io::{self, Cursor, Read};

use libfuzzer_sys::fuzz_target;
use patchstate::container::{Limits, Opened, walk};

/// Small enough that a bomb is met soon, and deep enough for cabinets in cabinets.
const LIMITS: Limits =
    Limits { document: 1 << 20, member: 1 << 20, members: 1000, depth: 3, ratio: 100, ratio_above: 1 << 20 };

/// Reads all members, or of each as many bytes as its number says.
fn read(bytes: &[u8], part: Option<u64>) {
    let Ok(opened) = Opened::from_reader(Cursor::new(bytes.to_vec()), "x", LIMITS) else { return };
    let mut number = 0;
    let walked = walk(opened, &mut |_, member| {
        number += 1;
        let most = part.map_or(u64::MAX, |part| number * part % 1000);
        // A member that fails does not end the walk.
        let _ = io::copy(&mut member.take(most), &mut io::sink());
        Ok(())
    });
    std::hint::black_box(walked.is_ok());
}

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let cabinet = [b"MSCF", rest].concat();
    read(&cabinet, None);
    read(&cabinet, Some(u64::from(*first)));
});
