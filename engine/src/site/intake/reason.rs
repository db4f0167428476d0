//! Why a report lies in quarantine: a small file beside it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::site::toml::{Document, quoted, read_file};
use crate::site::{file_names, write_file};

/// What is said of a report that is broken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reason {
    /// The name of the report in quarantine.
    pub file: String,
    /// The stable code.
    pub code: String,
    /// What is wrong, for people.
    pub message: String,
    /// Where in the report, where that is known.
    pub line: u64,
    /// The column beside it, in bytes.
    pub column: u64,
    /// Whose report it is, where that is known.
    pub client: Option<String>,
    /// Its serial.
    pub serial: Option<u64>,
    /// The serial that it applies to, of a delta.
    pub base: Option<u64>,
    /// The format whose reports count for themselves, where it is one of those.
    pub stream: Option<String>,
    /// When it was put there.
    pub time: String,
}

/// What follows the name of the report.
const ENDING: &str = ".reason.toml";

impl Reason {
    /// The reason that an error is, at a time.
    pub(super) fn of(error: &Error, now: Timestamp) -> Reason {
        let place = error.position().unwrap_or_default();
        Reason {
            code: code(error.code()).name().to_owned(),
            message: error.message().to_owned(),
            line: place.line.into(),
            column: place.column.into(),
            time: now.to_string(),
            ..Reason::default()
        }
    }

    /// Writes it beside the report.
    pub(super) fn write(&self, report: &Path) -> Result<()> {
        let mut text = String::new();
        let mut line = |key: &str, value: String| text.push_str(&format!("{key} = {value}\n"));
        line("file", quoted(&self.file));
        line("code", quoted(&self.code));
        line("message", quoted(&self.message));
        line("line", self.line.to_string());
        line("column", self.column.to_string());
        self.client.iter().for_each(|client| line("client", quoted(client)));
        self.serial.iter().for_each(|serial| line("serial", quoted(&serial.to_string())));
        self.base.iter().for_each(|base| line("base", quoted(&base.to_string())));
        self.stream.iter().for_each(|stream| line("stream", quoted(stream)));
        line("time", quoted(&self.time));
        write_file(&beside(report), &text)
    }

    fn read(path: &Path) -> Result<Reason> {
        let text = read_file(path)?;
        let name = path.to_string_lossy();
        let mut table = Document::new(&name, &text).read()?;
        let mut maybe = |key: &str| -> Result<Option<String>> { Ok(table.text(key)?.map(|text| text.value)) };
        let (client, serial, base) = (maybe("client")?, maybe("serial")?, maybe("base")?);
        let stream = maybe("stream")?;
        let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
        let reason = Reason {
            client,
            stream,
            serial: number(serial),
            base: number(base),
            file: table.required("file")?.value,
            code: table.required("code")?.value,
            message: table.required("message")?.value,
            line: table.number("line")?.map_or(0, |line| line.value),
            column: table.number("column")?.map_or(0, |column| column.value),
            time: table.required("time")?.value,
        };
        table.finish()?;
        Ok(reason)
    }

    /// What the report waits for, where it is one that is tried again when another one was taken.
    pub(super) fn waiting(&self) -> Option<Waiting> {
        let waits = [Code::SerialGap, Code::DeltaWithoutFull].iter().any(|code| code.name() == self.code);
        let serial = self.serial.filter(|_| waits)?;
        let base = self.base.unwrap_or(serial.saturating_sub(1));
        Some(Waiting { stream: self.stream.clone(), serial, base })
    }
}

/// A report that waits for another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    /// The format whose reports count for themselves, where it is one of those.
    pub(super) stream: Option<String>,
    pub(super) serial: u64,
    /// The serial of the report that it applies to.
    pub(super) base: u64,
}

impl Waiting {
    /// Whether its turn never comes, whatever of the others is taken: they stand by rising serials, and the
    /// last report that was taken has this one.
    pub(super) fn leaves_gap<'w>(waiting: impl Iterator<Item = &'w Waiting>, last: u64) -> bool {
        let mut last = last;
        for next in waiting {
            if next.serial > last && next.base != last {
                return true;
            }
            last = last.max(next.serial);
        }
        false
    }
}

/// The file that says why.
pub(super) fn beside(report: &Path) -> PathBuf {
    let mut name = report.file_name().unwrap_or_default().to_owned();
    if name.len() + ENDING.len() > 255 {
        // The name itself leaves no room for more.
        name = format!("{:016x}", twox_hash::XxHash3_64::oneshot(name.as_encoded_bytes())).into();
    }
    name.push(ENDING);
    report.with_file_name(name)
}

/// The reports in quarantine, each with the reason; of one that has none only the name is known.
pub(super) fn list(folder: &Path) -> Result<Vec<(PathBuf, Reason)>> {
    let names = file_names(folder)?;
    let is_reason = |name: &OsStr| name.as_encoded_bytes().ends_with(ENDING.as_bytes());
    let reports = names.into_iter().filter(|name| !is_reason(name)).map(|name| {
        let path = folder.join(&name);
        let unknown = Reason { file: name.to_string_lossy().into_owned(), ..Reason::default() };
        let reason = Reason::read(&beside(&path)).unwrap_or(unknown);
        (path, reason)
    });
    Ok(reports.collect())
}

/// Reasons of reports that are not there.
pub(super) fn strays(folder: &Path) -> Result<Vec<PathBuf>> {
    let names = file_names(folder)?;
    let (reasons, reports): (Vec<_>, Vec<_>) =
        names.into_iter().partition(|name| name.as_encoded_bytes().ends_with(ENDING.as_bytes()));
    let wanted: BTreeSet<PathBuf> = reports.iter().map(|name| beside(&folder.join(name))).collect();
    let reasons = reasons.into_iter().map(|name| folder.join(name));
    Ok(reasons.filter(|path| !wanted.contains(path)).collect())
}

/// The code of the table that stands for an error.
fn code(code: Code) -> Code {
    match code {
        Code::InventoryUnknownFormat
        | Code::NoClientId
        | Code::BadValue
        | Code::TooLarge
        | Code::DeltaWithoutFull
        | Code::SerialGap
        | Code::SerialConflict
        | Code::ClockAhead
        | Code::ImportUnreadable => code,
        Code::WrongFormat | Code::WrongVersion | Code::GlpiNotInventory => Code::InventoryUnknownFormat,
        _ => Code::NotWellFormed,
    }
}

/// Whether a full report is asked for when one is broken in this way.
pub(super) fn asks_again(reason: &str) -> bool {
    let codes = [
        Code::NotWellFormed,
        Code::BadValue,
        Code::TooLarge,
        Code::DeltaWithoutFull,
        Code::SerialGap,
        Code::SerialConflict,
    ];
    codes.iter().any(|code| code.name() == reason)
}
