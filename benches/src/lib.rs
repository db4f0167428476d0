//! What the benches share: paired timing, the reference loops, and generated data on disk.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mimalloc::MiMalloc;

pub mod loops;
pub mod site;

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The times of two things done in turn, A B A B, so that a machine whose speed drifts drifts for both.
#[derive(Clone, Debug, Default)]
pub struct Paired {
    a: Vec<Duration>,
    b: Vec<Duration>,
}

impl Paired {
    /// Times `pairs` pairs after one warm-up of each.
    pub fn run(pairs: usize, mut a: impl FnMut(), mut b: impl FnMut()) -> Paired {
        a();
        b();
        let mut times = Paired::default();
        let time = |work: &mut dyn FnMut()| {
            let start = Instant::now();
            work();
            start.elapsed()
        };
        for _ in 0..pairs {
            times.push(time(&mut a), time(&mut b));
        }
        times
    }

    /// Adds the times of a pair.
    pub fn push(&mut self, a: Duration, b: Duration) {
        self.a.push(a);
        self.b.push(b);
    }

    /// The median time of A.
    pub fn a(&self) -> Duration {
        median(self.a.clone())
    }

    /// The median time of B.
    pub fn b(&self) -> Duration {
        median(self.b.clone())
    }

    /// The median over the pairs of A's time divided by B's.
    pub fn ratio(&self) -> f64 {
        let ratios = self.ratios();
        let (low, high) = middle(&ratios).unwrap_or((f64::NAN, f64::NAN));
        low.midpoint(high)
    }

    /// The least and the greatest of A's time divided by B's.
    pub fn range(&self) -> (f64, f64) {
        let ratios = self.ratios();
        ratios.first().copied().zip(ratios.last().copied()).unwrap_or((f64::NAN, f64::NAN))
    }

    /// By pair A's time divided by B's, rising.
    fn ratios(&self) -> Vec<f64> {
        let mut ratios: Vec<f64> =
            self.a.iter().zip(&self.b).map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()).collect();
        ratios.sort_by(f64::total_cmp);
        ratios
    }
}

/// The median time; zero where there are no times.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    middle(&times).map_or(Duration::ZERO, |(low, high)| (low + high) / 2)
}

/// The two in the middle, which are one where there is an odd number.
fn middle<T: Copy>(sorted: &[T]) -> Option<(T, T)> {
    let last = sorted.len().checked_sub(1)?;
    Some((sorted[last / 2], sorted[sorted.len() / 2]))
}

/// Prints a line of a bench.
#[allow(clippy::print_stdout, reason = "figures are what a bench is for")]
pub fn say(line: &str) {
    println!("{line}");
}

/// Prints what a time means for bytes, clients and cells.
pub fn rates(name: &str, time: Duration, bytes: u64, clients: u64, cells: u64) {
    let seconds = time.as_secs_f64();
    say(&format!(
        "{name}: {:.3} s, {:.0} MB/s, {:.0} clients/s, {:.1} million cells/s, {:.1} us a client, {:.0} KB a client",
        seconds,
        bytes as f64 / 1e6 / seconds,
        clients as f64 / seconds,
        cells as f64 / 1e6 / seconds,
        seconds * 1e6 / clients as f64,
        bytes as f64 / 1e3 / clients as f64,
    ));
}

/// A number from the environment, for larger or smaller runs than the default.
pub fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The files of a folder, sorted.
///
/// # Errors
///
/// The folder cannot be listed.
pub fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}
