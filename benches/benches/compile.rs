//! Compiling: catalog bytes in, index out, beside the loop over the same bytes that no reader avoids.
//!
//! `COMPILE_UPDATES` changes the size.

use benches::{Paired, loops, say, setting, site};
use patchstate::error::Result;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let updates = setting("COMPILE_UPDATES", 20_000);
    let path = site::catalog(folder.path(), updates)?;
    let bytes = std::fs::metadata(&path)?.len();
    let files = [path.clone()];
    let mut size = 0;
    let run = || site::read(&path).and_then(site::compile).map_or(0, |index| index.len());
    let paired = Paired::run(9, || size = run(), || _ = loops::attributes(&files));
    assert!(size > 0, "the catalog does not compile");
    let rate = |time: std::time::Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    say(&format!(
        "compile: {updates} updates, {:.1} MB of XML, index of {:.1} MB",
        bytes as f64 / 1e6,
        size as f64 / 1e6
    ));
    say(&format!("compile: {:.3} s, {:.0} MB/s", paired.a().as_secs_f64(), rate(paired.a())));
    say(&format!("loop L: {:.0} MB/s; ratio to loop L: {:.2}", rate(paired.b()), paired.ratio()));
    let read = Paired::run(9, || _ = site::read(&path), || _ = loops::attributes(&files));
    say(&format!("reading alone: {:.0} MB/s; ratio to loop L: {:.2}", rate(read.a()), read.ratio()));
    Ok(())
}
