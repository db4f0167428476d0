//! The envelope of a report: who the client is, which action reports, and the number of the report.

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::inventory::Unit;
use crate::inventory::elements::{Elements, elements, offset};
use crate::inventory::sink::error;
use crate::inventory::time::of_management;
use crate::xml::Roots;

/// What the envelope says.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) client: Option<String>,
    pub(super) name: Option<String>,
    /// The version of the client's program.
    pub(super) version: Option<String>,
    pub(super) content: Option<String>,
    kind: Option<String>,
    date: Option<String>,
    serial: Option<String>,
    action: Option<String>,
    /// Where the details stand.
    pub(super) offset: usize,
}

/// Whether a report says everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Full,
    Delta,
}

impl Header {
    /// Takes the value of an element, named by where it stands in the header.
    fn set(&mut self, path: &str, value: &str) {
        let field = match path {
            "Identification/Machine/ClientID" => &mut self.client,
            "Identification/Machine/NetBIOSName" => &mut self.name,
            "Identification/Machine/ClientVersion" => &mut self.version,
            "ReportDetails/ReportContent" => &mut self.content,
            "ReportDetails/ReportType" => &mut self.kind,
            "ReportDetails/Date" => &mut self.date,
            "ReportDetails/Version" => &mut self.serial,
            "InventoryAction/InventoryActionID" => &mut self.action,
            _ => return,
        };
        *field = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
    }

    /// The number of the action: the last digits of its id, which has no others.
    pub(super) fn action(&self) -> Option<u32> {
        let id = self.action.as_deref()?.trim_start_matches('{').trim_end_matches('}');
        id.strip_prefix("00000000-0000-0000-0000-")?.parse().ok()
    }

    /// Whether the report says everything.
    ///
    /// # Errors
    ///
    /// It does not say; read as the other, facts would be lost or invented.
    pub(super) fn kind(&self) -> Result<Kind> {
        let is = |word: &str| self.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case(word));
        match () {
            () if is("Full") || is("Resync") => Ok(Kind::Full),
            () if is("Delta") => Ok(Kind::Delta),
            () => {
                let kind = self.kind.as_deref().unwrap_or_default();
                let message = format!("`ReportType`: `{kind}` is neither `Full` nor `Delta`");
                Err(error(Code::BadValue, self.offset, message))
            }
        }
    }

    /// The number of the report; what is written where that is none.
    pub(super) fn serial(&self) -> std::result::Result<Option<u64>, &str> {
        let Some(serial) = self.serial.as_deref() else { return Ok(None) };
        let digits = serial.bytes().all(|byte| byte.is_ascii_digit());
        serial.parse().ok().filter(|_| digits).map(Some).ok_or(serial)
    }

    /// The time of the report in RFC 3339; as it is written where it is none.
    pub(super) fn collected(&self) -> Option<String> {
        let date = self.date.as_deref()?;
        Some(of_management(date).unwrap_or_else(|| date.to_owned()))
    }

    /// The inventory that a report of who the client is stands for.
    pub(super) fn identity(self) -> Unit {
        Unit { collected: self.collected(), client: self.client, ..Unit::default() }
    }

    /// The inventory that a report of a stream is.
    pub(super) fn unit(self) -> Unit {
        let (collected, serial, kind) = (self.collected(), self.serial(), self.kind());
        let bad = serial.err().map(|serial| format!("`Version`: `{serial}` is no serial"));
        let (serial, delta) = (serial.ok().flatten(), matches!(kind, Ok(Kind::Delta)));
        let (client, problem) = (self.client, kind.err());
        Unit { client, serial, collected, delta, problem, bad, ..Unit::default() }
    }
}

/// Reads the envelope of a report up to its body.
pub(super) fn read(text: &str) -> Result<Header> {
    let mut header = Header::default();
    let mut document = elements(text, Roots::One);
    let root = document.root()?;
    if root.local() != super::ROOT {
        let message = format!("expected `<{}>`, found `<{}>`", super::ROOT, root.name());
        return Err(error(Code::WrongFormat, offset(&root), message));
    }
    fill(&mut header, &mut document)?;
    if header.content.is_none() {
        let message = "there is no `ReportContent` before the body of the report";
        return Err(Error::new(Code::WrongFormat, message));
    }
    Ok(header)
}

/// What a text shows of an envelope, which may end anywhere.
pub(super) fn seen(text: &str) -> Header {
    let mut header = Header::default();
    let mut document = elements(text, Roots::One);
    if document.root().is_ok() {
        _ = fill(&mut header, &mut document);
    }
    header
}

/// Takes the values of the header, until the body begins or the report ends.
fn fill(header: &mut Header, document: &mut Elements<'_>) -> Result<()> {
    while let Some(tag) = document.child(1)? {
        match tag.local() {
            "ReportHeader" => {}
            "ReportBody" => return Ok(()),
            _ => continue,
        }
        while let Some(tag) = document.child(2)? {
            if tag.local() == "ReportDetails" {
                header.offset = offset(&tag);
            }
            let section = tag.local().to_owned();
            values(header, document, section, 3)?;
        }
    }
    Ok(())
}

/// Takes the values of a section, and of a machine in it.
fn values(header: &mut Header, document: &mut Elements<'_>, section: String, depth: usize) -> Result<()> {
    while let Some(tag) = document.child(depth)? {
        let path = format!("{section}/{}", tag.local());
        if path == "Identification/Machine" {
            values(header, document, path, depth + 1)?;
            continue;
        }
        let value = document.text()?.text.value().to_owned();
        header.set(&path, &value);
    }
    Ok(())
}
