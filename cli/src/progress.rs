//! A progress bar on standard error: on a terminal only, and never with `--quiet`.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::output::Output;

/// Progress over a known number of clients.
pub(crate) struct Progress {
    bar: ProgressBar,
    bytes: Arc<AtomicU64>,
}

impl Progress {
    /// Begins a bar over `clients`; invisible where nobody would see it.
    pub(crate) fn clients(clients: u64, output: &Output) -> Progress {
        let target =
            if output.shows_progress() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(clients), target);
        let bytes = Arc::new(AtomicU64::new(0));
        bar.set_style(style(Arc::clone(&bytes)));
        bar.enable_steady_tick(Duration::from_millis(200));
        Progress { bar, bytes }
    }

    /// Counts on more clients.
    pub(crate) fn expect(&self, clients: u64) {
        self.bar.inc_length(clients);
    }

    /// Counts a client, of whom there were so many bytes.
    pub(crate) fn step(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.bar.inc(1);
    }

    /// Lets something be written that is to stand above the bar.
    pub(crate) fn beside(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

fn style(bytes: Arc<AtomicU64>) -> ProgressStyle {
    let template = "{bar:20} {pos}/{len} clients, {volume}, {speed}/s, {eta} left";
    // A template that does not parse would be a mistake in this line; the default bar serves then.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    // Text goes to a buffer, which takes everything.
    let volume = move |_: &ProgressState, out: &mut dyn Write| {
        let _ = write!(out, "{}", HumanBytes(bytes.load(Ordering::Relaxed)));
    };
    let speed = |state: &ProgressState, out: &mut dyn Write| {
        let _ = write!(out, "{:.0}", state.per_sec());
    };
    style.with_key("volume", volume).with_key("speed", speed)
}
