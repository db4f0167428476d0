//! Options that several verbs share: the form of what is printed, and what is listed.

use clap::ValueEnum;
use patchstate::matrix::Matrix;
use patchstate::matrix::tables::Update;
use patchstate::model::update::Urgency;
use patchstate::model::verdict::Verdict;
use patchstate::report::{Columns, Hidden, History, Options, Suppress};

/// The form of what is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Text,
    Csv,
    Json,
    Html,
}

/// The form in which findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Findings {
    Text,
    Json,
}

impl From<Findings> for Format {
    fn from(findings: Findings) -> Format {
        match findings {
            Findings::Text => Format::Text,
            Findings::Json => Format::Json,
        }
    }
}

/// Which cells that are Installed are listed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Past {
    #[value(name = "1")]
    Explicit,
    #[value(name = "2")]
    Effective,
    #[value(name = "3")]
    Both,
}

/// Which remarks are left out.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Remarks {
    Notes,
    Warnings,
}

/// What is listed of the clients' cells.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct Listing {
    /// Lists rows that a flag hides, too (superseded, ignored, expired, bundle-child)
    #[arg(long)]
    pub(crate) all: bool,
    /// Lists Installed cells: 1 installed itself, 2 replaced by an installed update, 3 both
    #[arg(long, value_name = "N")]
    pub(crate) history: Option<Past>,
    /// Leaves out `notes` (Unknown without anything to look at) or also `warnings` (newer files)
    #[arg(long, value_name = "REMARKS")]
    pub(crate) suppress: Option<Remarks>,
}

impl Listing {
    /// The engine's options.
    pub(crate) fn options(self) -> Options {
        Options {
            hidden: if self.all { Hidden::Listed } else { Hidden::LeftOut },
            history: match self.history {
                None => History::None,
                Some(Past::Explicit) => History::Explicit,
                Some(Past::Effective) => History::Effective,
                Some(Past::Both) => History::Both,
            },
            suppress: match self.suppress {
                None => Suppress::Nothing,
                Some(Remarks::Notes) => Suppress::Notes,
                Some(Remarks::Warnings) => Suppress::Warnings,
            },
            ..Options::default()
        }
    }
}

/// Which columns there are.
pub(crate) fn columns(wide: bool) -> Columns {
    if wide { Columns::Wide } else { Columns::Usual }
}

/// Reads a time: `2026-03-01T12:00:00Z`, or a date, which is its first moment (UTC).
pub(crate) fn time(text: &str) -> Result<jiff::Timestamp, String> {
    let date = || text.parse::<jiff::civil::Date>().ok().map(|date| date.at(0, 0, 0, 0));
    let whole = text.parse().ok().or_else(|| jiff::tz::Offset::UTC.to_timestamp(date()?).ok());
    whole.ok_or_else(|| "a time is written 2026-03-01T12:00:00Z or 2026-03-01".to_owned())
}

/// The time that was given, or what time it is, to the second.
pub(crate) fn now(given: Option<jiff::Timestamp>) -> jiff::Timestamp {
    given.unwrap_or_else(|| {
        let now = jiff::Timestamp::now();
        jiff::Timestamp::from_second(now.as_second()).unwrap_or(now)
    })
}

/// Which cells make the program end with code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// A Missing update
    Missing,
    /// A Missing update that is critical
    Critical,
    /// A Missing update or an Unknown cell
    Unknown,
}

impl FailOn {
    /// Whether a matrix has such a cell among those that lists show: what a person ignores fails no run.
    pub(crate) fn is_met(self, matrix: &Matrix<'_>) -> bool {
        let counts = |update: &Update, verdict: Verdict| match verdict {
            Verdict::Missing => self != FailOn::Critical || update.urgency == Some(Urgency::Critical),
            Verdict::Unknown => self == FailOn::Unknown,
            Verdict::NotApplicable | Verdict::Installed => false,
        };
        (0..matrix.clients.len()).any(|client| {
            let cells = matrix.updates.iter().zip(matrix.row(client));
            cells
                .filter(|(update, cell)| !(update.flags | cell.flags).is_hidden())
                .any(|(update, cell)| counts(update, cell.verdict))
        })
    }
}
