//! Reports and exports: a [`Matrix`] or an index in, rows for people and for programs out.
//!
//! A report is a [`table::Table`] that is printed as text, CSV, JSON or HTML; an export is written as its
//! format wants it. Nothing here knows how a verdict was found, reads a clock, or prints: everything is
//! written into the writer or the folder that the caller gives. Source of truth: `docs/reports.md`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::matrix::Matrix;
use crate::matrix::times::Times;
use crate::model::flag::Flags;
use crate::model::reason::Reason;
use crate::model::verdict::{Cell, Verdict};
pub use client::find as find_client;
use table::Table;

mod client;
mod counts;
mod coverage;
pub(crate) mod csv;
pub mod cves;
pub mod diff;
pub mod explorer;
pub mod facts;
pub mod findings;
mod footer;
mod hfnetchk;
mod html;
pub mod inspect;
mod json;
pub mod listing;
mod matrix;
mod naming;
pub mod oval;
#[cfg(feature = "parquet")]
pub mod parquet;
#[cfg(not(feature = "parquet"))]
#[path = "parquet/absent.rs"]
pub mod parquet;
mod patchstate;
mod products;
pub mod sarif;
mod site;
mod summary;
pub mod table;
pub mod text;
mod update;
pub mod wesng;

/// The reports, in the order in which they are listed.
pub const REPORTS: &[Report] =
    &[summary::REPORT, client::REPORT, update::REPORT, site::REPORT, coverage::REPORT];

/// The exports, in the order in which they are listed.
pub const EXPORTS: &[Export] =
    &[matrix::EXPORT, patchstate::EXPORT, parquet::EXPORT, sarif::EXPORT, hfnetchk::EXPORT];

/// A report: its name, what it says, how its table is made.
#[derive(Debug)]
pub struct Report {
    /// The name used on the command line.
    pub name: &'static str,
    /// What it says, in a few words.
    pub title: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// Makes its table; the text names the client or the update where the report is about one.
    pub table: for<'m> fn(&'m Matrix<'_>, &str, &Options) -> Result<Table<'m>>,
}

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The whole matrix.
    Matrix,
    /// One client, which the text names.
    Client,
    /// One update or several, which the text names.
    Update,
}

/// An export: its name, what it is, how it is written.
#[derive(Debug)]
pub struct Export {
    /// The name used on the command line.
    pub name: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// The forms it has, the usual one first.
    pub forms: &'static [Form],
    /// Writes it.
    pub writer: Writer,
}

/// What writes an export.
#[derive(Clone, Copy, Debug)]
pub enum Writer {
    /// As one document, in one of its forms.
    Document(fn(&Matrix<'_>, Form, &Options, &mut dyn Write) -> Result<()>),
    /// As files of a folder, which is made where it is not there.
    Folder(fn(&Matrix<'_>, &Options, &Path) -> Result<()>),
}

impl Export {
    /// Writes an export that is one document.
    ///
    /// # Errors
    ///
    /// Writing fails, or the export is files of a folder.
    pub fn write(
        &self,
        matrix: &Matrix<'_>,
        form: Form,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<()> {
        match self.writer {
            Writer::Document(write) => write(matrix, form, options, out),
            Writer::Folder(_) => Err(self.has_other_shape("files of a folder")),
        }
    }

    /// Writes an export that is files of a folder, which is made where it is not there.
    ///
    /// # Errors
    ///
    /// Writing fails, or the export is one document.
    pub fn write_folder(&self, matrix: &Matrix<'_>, options: &Options, folder: &Path) -> Result<()> {
        match self.writer {
            Writer::Document(_) => Err(self.has_other_shape("one document")),
            Writer::Folder(write) => write(matrix, options, folder),
        }
    }

    fn has_other_shape(&self, shape: &str) -> Error {
        Error::new(Code::BadValue, format!("the export `{}` is {shape}", self.name))
    }
}

/// The form of what an export writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Lines for people.
    Text,
    /// Comma-separated values as RFC 4180 has them.
    Csv,
    /// Tab-separated values; tab, line breaks and backslash are written `\t`, `\n`, `\r`, `\\`.
    Tsv,
    /// One JSON object a line.
    Ndjson,
    /// Parquet files.
    Parquet,
    /// A SARIF log.
    Sarif,
}

impl Form {
    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Form::Text => "text",
            Form::Csv => "csv",
            Form::Tsv => "tsv",
            Form::Ndjson => "ndjson",
            Form::Parquet => "parquet",
            Form::Sarif => "sarif",
        }
    }
}

/// Finds a report by its name.
///
/// ```
/// let report = patchstate::report::find("summary").expect("is in the list");
/// assert_eq!(report.name, "summary");
/// ```
pub fn find(name: &str) -> Option<&'static Report> {
    REPORTS.iter().find(|report| report.name == name)
}

/// Finds an export by its name.
pub fn find_export(name: &str) -> Option<&'static Export> {
    EXPORTS.iter().find(|export| export.name == name)
}

/// What a report or an export lists, and how much of it.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether rows with a flag of [`Flags::HIDDEN`] are listed.
    pub hidden: Hidden,
    /// Which columns there are.
    pub columns: Columns,
    /// Which cells that are Installed are listed.
    pub history: History,
    /// Which remarks are left out.
    pub suppress: Suppress,
    /// The verdicts of `export matrix`.
    pub verdicts: Verdicts,
    /// The time from which ages are counted; without one that of the site, and without a site there are none.
    pub now: Option<jiff::Timestamp>,
    /// What a site knows beside the matrix.
    pub site: SiteFacts,
}

/// What only a site knows of the cells of a matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteFacts {
    /// The feed that the matrix is of; empty where there is no site.
    pub feed: String,
    /// The time that it is, from which ages are counted where [`Options::now`] is not given.
    pub now: Option<jiff::Timestamp>,
    /// When cells became what they are, numbered as the matrix numbers its updates.
    pub times: Times,
    /// By the id of an update: the list that authorizes it, and since when.
    pub authorized: BTreeMap<String, Authorized>,
    /// The lists of updates that clients must have.
    pub baselines: Vec<Baseline>,
}

/// A list of updates that clients must have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Its name.
    pub name: String,
    /// The updates, by their numbers in the matrix, rising.
    pub updates: Vec<usize>,
}

/// That somebody decided that an update is to be installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorized {
    /// The list.
    pub name: String,
    /// When it was decided.
    pub time: String,
}

/// Whether rows with a hidden flag are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hidden {
    /// They are left out and counted.
    #[default]
    LeftOut,
    /// They are listed.
    Listed,
}

/// Which columns a report has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Columns {
    /// The usual ones; as text, only those that people look at.
    #[default]
    Usual,
    /// All of them in every form.
    Wide,
}

/// Which cells that are Installed are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// None.
    #[default]
    None,
    /// Those that are installed themselves.
    Explicit,
    /// Those that something replaces which is installed.
    Effective,
    /// Both.
    Both,
}

impl History {
    /// Whether an Installed cell with this reason is listed.
    fn lists(self, reason: Reason) -> bool {
        match self {
            History::None => false,
            History::Explicit => reason != Reason::ReplacedByInstalled,
            History::Effective => reason == Reason::ReplacedByInstalled,
            History::Both => true,
        }
    }
}

/// Which remarks are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suppress {
    /// None.
    #[default]
    Nothing,
    /// Cells that are Unknown because the catalog gives nothing to look at, or nothing supported.
    Notes,
    /// The same, and the mark of files that are newer than the catalog's.
    Warnings,
}

impl Suppress {
    /// Whether a cell is left out because nothing could have been collected to decide it.
    fn hides_note(self, cell: Cell) -> bool {
        self >= Suppress::Notes && matches!(cell.reason, Reason::NoEvidence | Reason::UnsupportedRule)
    }

    /// Whether the mark of a file that is newer than the catalog's is left out.
    fn hides_mark(self, cell: Cell) -> bool {
        self >= Suppress::Warnings && cell.verdict == Verdict::Installed && cell.reason == Reason::FileNewer
    }
}

/// A set of verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdicts(u8);

impl Verdicts {
    /// All four.
    pub const ALL: Verdicts = Verdicts(0b1111);

    /// Whether `verdict` is in the set.
    pub fn contains(self, verdict: Verdict) -> bool {
        self.0 & 1 << verdict.code() != 0
    }

    /// Reads `all`, or names of verdicts in any case, separated by commas.
    ///
    /// # Errors
    ///
    /// A name is no verdict.
    ///
    /// ```
    /// use patchstate::model::verdict::Verdict;
    /// use patchstate::report::Verdicts;
    ///
    /// let set = Verdicts::parse("missing,Installed").expect("both are verdicts");
    /// assert!(set.contains(Verdict::Missing) && !set.contains(Verdict::Unknown));
    /// ```
    pub fn parse(text: &str) -> Result<Verdicts> {
        if text.eq_ignore_ascii_case("all") {
            return Ok(Verdicts::ALL);
        }
        text.split(',').map(str::trim).try_fold(Verdicts(0), |set, name| {
            let named = |verdict: &Verdict| verdict.name().eq_ignore_ascii_case(name);
            let verdict = Verdict::ALL.into_iter().find(named).ok_or_else(|| {
                Error::new(Code::BadValue, format!("`{name}` is no verdict"))
                    .with_hint("the verdicts are Unknown, NotApplicable, Missing, Installed; or `all`")
            })?;
            Ok(Verdicts(set.0 | 1 << verdict.code()))
        })
    }
}

impl Default for Verdicts {
    /// What has to be looked after: Missing and Unknown.
    fn default() -> Self {
        Verdicts(1 << Verdict::Missing.code() | 1 << Verdict::Unknown.code())
    }
}

/// The name of the program and its version, as reports state what made them.
const AGENT: &str = concat!("patchstate ", env!("CARGO_PKG_VERSION"));

/// A share of a whole with both numbers, rounded to a tenth of a percent.
///
/// ```
/// assert_eq!(patchstate::report::share(130_000, 180_000), "72.2 % (130,000 of 180,000)");
/// assert_eq!(patchstate::report::share(0, 0), "0 of 0");
/// ```
pub fn share(part: u64, whole: u64) -> String {
    let (shown_part, shown_whole) = (grouped(part), grouped(whole));
    if whole == 0 {
        return format!("{shown_part} of {shown_whole}");
    }
    let tenths = (u128::from(part) * 2000 + u128::from(whole)) / (u128::from(whole) * 2);
    format!("{}.{} % ({shown_part} of {shown_whole})", tenths / 10, tenths % 10)
}

/// A number with a comma before every third digit.
///
/// ```
/// assert_eq!(patchstate::report::grouped(1_234_567), "1,234,567");
/// ```
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// All flags of a cell: its own and those of its update.
fn flags_of(matrix: &Matrix<'_>, update: usize, cell: Cell) -> Flags {
    matrix.updates.get(update).map_or(cell.flags, |update| update.flags | cell.flags)
}

/// How many rows were left out, per flag.
#[derive(Clone, Debug, Default)]
struct LeftOut([u64; Flags::ALL.len()]);

impl LeftOut {
    /// Counts a row with these flags if it is to be left out, and says whether it is.
    fn leaves_out(&mut self, flags: Flags, hidden: Hidden) -> bool {
        if hidden == Hidden::Listed || !flags.is_hidden() {
            return false;
        }
        for (count, (flag, ..)) in self.0.iter_mut().zip(Flags::ALL) {
            *count += u64::from(flag.is_hidden() && flags.contains(*flag));
        }
        true
    }

    /// The flags for which rows were left out, with their numbers.
    fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let named = self.0.iter().zip(Flags::ALL).map(|(count, (_, name, _))| (*name, *count));
        named.filter(|(_, count)| *count > 0)
    }
}
