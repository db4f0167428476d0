//! Opening an index: header and bounds, whatever its size.
//!
//! `OPEN_UPDATES` changes the size; 300,000 updates make more than 100 MB.

use benches::{say, setting, site};
use criterion::Criterion;
use patchstate::archive::map::Bytes;
use patchstate::error::Result;
use patchstate::index::{Index, View};

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let updates = setting("OPEN_UPDATES", 300_000);
    let bytes = site::compile(site::read(&site::catalog(folder.path(), updates)?)?)?;
    let path = folder.path().join("open.index");
    std::fs::write(&path, &bytes)?;
    say(&format!("open: {updates} updates, index of {:.1} MB", bytes.len() as f64 / 1e6));
    let mut criterion = Criterion::default().sample_size(50);
    let held = Bytes::copy(&bytes);
    criterion.bench_function("open/held", |bencher| bencher.iter(|| View::open(held.as_ref()).is_ok()));
    criterion.bench_function("open/mapped", |bencher| {
        bencher.iter(|| {
            #[allow(unsafe_code, reason = "the file is this bench's own")]
            // SAFETY: the file was written above and nobody changes it.
            let mapped = unsafe { Bytes::map(&path) };
            mapped.and_then(Index::open).is_ok()
        });
    });
    let start = std::time::Instant::now();
    Index::open(held)?.check()?;
    let seconds = start.elapsed().as_secs_f64();
    say(&format!("checksum: {:.1} GB/s", bytes.len() as f64 / 1e9 / seconds));
    Ok(())
}
