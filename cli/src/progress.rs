//! Shows on a terminal how far a run is, and nothing anywhere else.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::Talk;

/// Says what is being done, for work whose end is not known.
pub(crate) fn spinner(talk: Talk, doing: &'static str) -> ProgressBar {
    let bar = bar(talk, None);
    bar.set_style(style("{spinner} {msg}"));
    bar.set_message(doing);
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}

/// Counts clients to an end that is known.
pub(crate) fn clients(talk: Talk, count: usize) -> ProgressBar {
    let bar = bar(talk, Some(count as u64));
    bar.set_style(style("{bar:30} {pos} of {len} clients, {per_sec}, {msg} read, {eta} to go"));
    bar
}

fn bar(talk: Talk, length: Option<u64>) -> ProgressBar {
    // A target that is no terminal draws nothing by itself.
    let target = match talk {
        Talk::Normal => ProgressDrawTarget::stderr_with_hz(8),
        Talk::Quiet => ProgressDrawTarget::hidden(),
    };
    ProgressBar::with_draw_target(length, target)
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
