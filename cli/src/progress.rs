//! A progress bar on standard error: on a terminal only, and never with `--quiet`.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::Output;

/// Progress over a known number of clients.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Begins a bar over `clients`; invisible where nobody would see it.
    pub(crate) fn clients(clients: u64, output: &Output) -> Progress {
        let target =
            if output.shows_progress() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(clients), target);
        let template = "{bar:30} {pos}/{len} clients, {per_sec}, {eta} left {msg}";
        // A template that does not parse would be a mistake in this line; the default bar serves then.
        bar.set_style(
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.enable_steady_tick(Duration::from_millis(200));
        Progress(bar)
    }

    /// Counts a client.
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        self.0.finish_and_clear();
    }
}
