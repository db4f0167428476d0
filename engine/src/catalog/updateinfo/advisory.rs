//! Turns the document `updateinfo.xml` into updates.
//!
//! Knows the elements of the format by their local names and nothing of repositories. An element that
//! the format does not name is skipped and counted; a document that is not well-formed gives nothing
//! at all. Source of truth: `docs/updateinfo.md`, "Reading".

use std::borrow::Cow;
use std::io::BufRead;

use super::date;
use super::findings::{Findings, shown};
use super::identity::{Advisories, Advisory};
use super::suggestion::Suggestion;
use crate::catalog::document;
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::options::Profile;
use crate::model::update::{Reference, Update, Urgency};
use crate::xml::Limits;
use crate::xml::cursor::{Cursor, Event, Tag};

/// The name space of the catalogs of openSUSE 11.
const NOVELL: &str = "http://novell.com/package/metadata/suse/updateinfo";

/// What a document says.
#[derive(Debug)]
pub(super) struct Feed {
    /// The updates, in document order.
    pub(super) advisories: Advisories,
    /// The profile that its publisher's own tools have.
    pub(super) profile: Profile,
    /// What is wrong with it.
    pub(super) findings: Findings,
}

/// Reads a document to its end.
///
/// # Errors
///
/// It is not well-formed, is no such document, exceeds a limit, or cannot be read.
pub(super) fn read(reader: impl BufRead) -> Result<Feed> {
    let feed =
        Feed { advisories: Advisories::default(), profile: Profile::Dnf, findings: Findings::default() };
    let mut reader = Reader { cursor: Cursor::new(reader, Limits::default()), feed };
    reader.document()?;
    document::report_decoding(&mut reader.cursor, &mut reader.feed.findings.diagnostics);
    Ok(reader.feed)
}

/// A document that is being read.
pub(super) struct Reader<R> {
    pub(super) cursor: Cursor<R>,
    pub(super) feed: Feed,
}

/// The value of an attribute; empty when it is not there.
pub(super) fn value<'t>(tag: &Tag<'t>, name: &str) -> Cow<'t, str> {
    tag.attribute(name).unwrap_or_default()
}

impl<R: BufRead> Reader<R> {
    fn document(&mut self) -> Result<()> {
        let root = self.cursor.root()?;
        if root.namespace() == Some(NOVELL) {
            self.feed.profile = Profile::Suse;
        }
        match root.local() {
            "updates" => self.updates()?,
            "update" => {
                let advisory = begin(&root);
                self.update(advisory)?;
            }
            other => {
                let message = format!("expected `<updates>` or `<update>`, found `<{}>`", shown(other));
                return Err(Error::new(Code::WrongFormat, message).at(root.position()));
            }
        }
        while !matches!(self.cursor.next()?, Event::End) {}
        Ok(())
    }

    fn updates(&mut self) -> Result<()> {
        while let Some(part) = self.cursor.child(1)? {
            if part.local() == "update" {
                let advisory = begin(&part);
                self.update(advisory)?;
            } else {
                self.unknown();
            }
        }
        Ok(())
    }

    /// Counts the element at which the cursor stands as one that the format does not name.
    pub(super) fn unknown(&mut self) {
        self.feed.findings.unknown(self.cursor.path(), self.cursor.position());
    }

    /// Reads the update whose tag the cursor stands at.
    fn update(&mut self, mut advisory: Advisory) -> Result<()> {
        self.recognise_publisher(&advisory.update);
        let depth = self.cursor.depth();
        while let Some(part) = self.cursor.child(depth)? {
            match part.local() {
                "id" => keep_first(&mut advisory.id, self.cursor.text()?.text.trimmed()),
                "title" => self.text(&mut advisory.update.title)?,
                "summary" => self.text(&mut advisory.update.summary)?,
                "description" => self.text(&mut advisory.update.description)?,
                "solution" | "message" | "rights" | "release" | "pushcount" => {
                    let name = part.local().to_owned();
                    self.extra(name, &mut advisory.update)?;
                }
                "severity" => self.severity(&mut advisory.update)?,
                "issued" | "updated" => {
                    let (name, date) = (part.local().to_owned(), value(&part, "date").into_owned());
                    self.date(name, date, &mut advisory.update)?;
                }
                "references" => self.references(&mut advisory.update.references)?,
                "pkglist" => self.packages(&mut advisory)?,
                other => {
                    let flag = Suggestion::find(other);
                    self.suggestion(flag, &mut advisory.suggested)?;
                }
            }
        }
        if advisory.id.is_empty() {
            let (position, element) = (advisory.update.position, self.cursor.path());
            self.feed.findings.push(Code::UpdateinfoNoId, position, element, "");
        } else {
            self.feed.advisories.push(advisory);
        }
        Ok(())
    }

    fn recognise_publisher(&mut self, update: &Update) {
        let from = update.extra.iter().find(|(name, _)| name == "from");
        let suse = from.is_some_and(|(_, from)| from.to_ascii_lowercase().contains("suse"));
        if suse || matches!(update.kind.as_str(), "recommended" | "optional") {
            self.feed.profile = Profile::Suse;
        }
    }

    /// Reads the text of the element that the cursor stands at, unless there is one already.
    fn text(&mut self, to: &mut String) -> Result<()> {
        let content = self.cursor.text()?;
        keep_first(to, content.text.value());
        Ok(())
    }

    /// Reads text that no rule uses.
    fn extra(&mut self, name: String, update: &mut Update) -> Result<()> {
        let content = self.cursor.text()?;
        keep_extra(name, content.text.value(), update);
        Ok(())
    }

    fn severity(&mut self, update: &mut Update) -> Result<()> {
        let content = self.cursor.text()?;
        let text = content.text.trimmed();
        match Urgency::find(text) {
            Some(urgency) => update.urgency = update.urgency.or(Some(urgency)),
            None if text.eq_ignore_ascii_case("none") => {}
            None => keep_extra("severity".to_owned(), text, update),
        }
        Ok(())
    }

    /// Reads a date, which stands in an attribute or is the text of the element `name`.
    fn date(&mut self, name: String, attribute: String, update: &mut Update) -> Result<()> {
        let position = self.cursor.position();
        let content = self.cursor.text()?;
        let text = Some(attribute.trim()).filter(|text| !text.is_empty());
        let text = text.unwrap_or(content.text.trimmed()).to_owned();
        let to = if name == "issued" { &mut update.posted } else { &mut update.revised };
        if text.is_empty() || !to.is_empty() {
            return Ok(());
        }
        match date::read(&text) {
            Some(moment) => {
                *to = moment.day;
                keep_extra(name, moment.second.as_deref().unwrap_or_default(), update);
            }
            None => {
                let message = format!("`{}` is no date", shown(&text));
                *to = text;
                self.feed.findings.push(Code::UpdateinfoBadDate, position, self.cursor.path(), message);
            }
        }
        Ok(())
    }

    fn references(&mut self, references: &mut Vec<Reference>) -> Result<()> {
        let depth = self.cursor.depth();
        while let Some(part) = self.cursor.child(depth)? {
            if part.local() == "reference" {
                references.push(Reference {
                    kind: value(&part, "type").into_owned(),
                    id: value(&part, "id").into_owned(),
                    title: value(&part, "title").into_owned(),
                    address: value(&part, "href").into_owned(),
                    ..Reference::default()
                });
            } else {
                self.unknown();
            }
        }
        Ok(())
    }
}

/// An update with what its tag says.
fn begin(tag: &Tag<'_>) -> Advisory {
    let status = value(tag, "status");
    let mut update = Update {
        kind: value(tag, "type").into_owned(),
        retracted: status.trim().eq_ignore_ascii_case("retracted"),
        position: tag.position(),
        ..Update::default()
    };
    for name in ["from", "status", "version"] {
        keep_extra(name.to_owned(), &value(tag, name), &mut update);
    }
    Advisory::new(value(tag, "version").into_owned(), update)
}

fn keep_first(to: &mut String, text: &str) {
    if to.is_empty() {
        text.clone_into(to);
    }
}

/// Keeps text that says something, under a name that has none yet.
fn keep_extra(name: String, text: &str, update: &mut Update) {
    let is_there = update.extra.iter().any(|(known, _)| *known == name);
    if !text.trim().is_empty() && !is_there {
        update.extra.push((name, text.to_owned()));
    }
}
