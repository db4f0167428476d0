//! One software distribution package, as its document has it.
//!
//! Knows the elements and nothing of what a catalog makes of them; an order of elements is not asked for.

use std::io::BufRead;

use super::installer::{self, Installer};
use crate::catalog::rules::{Rules, Section, metadata};
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::model::expr::Expr;
use crate::model::update::UpdateId;
use crate::xml::cursor::{Cursor, Tag};

/// A package.
#[derive(Debug, Default)]
pub(super) struct Package {
    /// Its id, in lower case without braces.
    pub(super) id: String,
    /// Date of creation, as written.
    pub(super) created: String,
    pub(super) vendor: String,
    /// Whether it is withdrawn.
    pub(super) expired: bool,
    /// `Software`, `Driver` or `Detectoid`.
    pub(super) kind: String,
    pub(super) more_info: Vec<String>,
    pub(super) support: String,
    pub(super) products: Vec<String>,
    /// Language, title and description, in document order.
    pub(super) localized: Vec<[String; 3]>,
    pub(super) classification: String,
    pub(super) severity: String,
    pub(super) bulletin: String,
    pub(super) article: String,
    pub(super) cves: Vec<String>,
    pub(super) rules: Sections,
    pub(super) superseded: Vec<String>,
    pub(super) has_superseded: bool,
    /// Of each clause the ids, any one of which is enough.
    pub(super) prerequisites: Vec<Vec<String>>,
    /// Id and revision; without a revision, any.
    pub(super) bundled: Vec<(String, String)>,
    /// The revision under which it was published; empty for one that was not.
    pub(super) revision: String,
    /// Who published it.
    pub(super) publisher: String,
    /// The categories of products that it was published in.
    pub(super) categories: Vec<String>,
    pub(super) items: Vec<Item>,
    pub(super) position: Position,
}

/// The sections of rules of a package or an item; an empty one is none.
#[derive(Debug, Default)]
pub(super) struct Sections {
    /// Whether there are rules at all.
    pub(super) there: bool,
    pub(super) installed: Option<Expr>,
    pub(super) installable: Option<Expr>,
    pub(super) superseded: Option<Expr>,
    /// Whether there is metadata beside them, of which a catalog knows some for all its packages.
    pub(super) has_metadata: bool,
}

/// What can be installed.
#[derive(Debug, Default)]
pub(super) struct Item {
    pub(super) rules: Sections,
    pub(super) installer: Installer,
}

/// How often each section, whatever it holds, stands in a catalog.
#[derive(Debug, Default)]
pub(super) struct SectionCounts {
    pub(super) installed: u64,
    pub(super) installable: u64,
    pub(super) superseded: u64,
}

/// What reads packages.
pub(super) struct Reader<'r> {
    pub(super) rules: &'r mut Rules,
    pub(super) sections: &'r mut SectionCounts,
}

impl Package {
    /// What names it in its catalog: its id, and its revision where it has one.
    pub(super) fn key(&self) -> UpdateId {
        identity(&self.id, &self.revision)
    }
}

/// The id of an update with a revision, or without one.
pub(super) fn identity(id: &str, revision: &str) -> UpdateId {
    let id = UpdateId::new([id]);
    if revision.is_empty() { id } else { id.with_revision(revision) }
}

/// An id in the form in which packages are named.
pub(super) fn id(text: &str) -> String {
    text.trim().trim_start_matches('{').trim_end_matches('}').to_ascii_lowercase()
}

impl Reader<'_> {
    /// Reads the package at whose tag the cursor stands into `package`, so that its id is there even
    /// where what follows cannot be read.
    ///
    /// # Errors
    ///
    /// It is not well-formed, exceeds a limit, or lacks what every package has.
    pub(super) fn read<R: BufRead>(&mut self, cursor: &mut Cursor<R>, package: &mut Package) -> Result<()> {
        let depth = cursor.depth();
        package.position = cursor.position();
        self.rules.begin_update();
        while let Some(tag) = cursor.child(depth)? {
            match tag.local() {
                "Properties" => properties(&tag, package)?,
                "LocalizedProperties" => {}
                "UpdateSpecificData" => {
                    package.classification = attribute(&tag, "UpdateClassification");
                    package.severity = attribute(&tag, "MsrcSeverity");
                }
                "ApplicationSpecificData" => package.classification = "Applications".to_owned(),
                _ => {}
            }
            let name = tag.local().to_owned();
            self.part(cursor, &name, package)?;
        }
        if package.id.is_empty() {
            let message = "the package has no `PackageID`";
            return Err(Error::new(Code::SdpMalformed, message).at(package.position));
        }
        Ok(())
    }

    fn part<R: BufRead>(&mut self, cursor: &mut Cursor<R>, name: &str, package: &mut Package) -> Result<()> {
        match name {
            "Properties" => each_text(cursor, |name, text| match name {
                "MoreInfoUrl" => package.more_info.push(text),
                "SupportUrl" => package.support = text,
                "ProductName" => package.products.push(text),
                _ => {}
            }),
            "LocalizedProperties" => {
                package.localized.push(localized(cursor)?);
                Ok(())
            }
            "UpdateSpecificData" | "ApplicationSpecificData" => each_text(cursor, |name, text| match name {
                "SecurityBulletinID" => package.bulletin = text,
                "KBArticleID" => package.article = text,
                "CveID" => package.cves.push(text),
                _ => {}
            }),
            name if is_section(name) => {
                let section = self.section(cursor, name)?;
                self.convert(name, &section, &mut package.rules);
                Ok(())
            }
            "SupersededPackages" => {
                package.has_superseded = true;
                ids(cursor, &mut package.superseded)
            }
            "Prerequisites" => prerequisites(cursor, &mut package.prerequisites),
            "BundledPackages" => {
                let mut bundled = Vec::new();
                ids(cursor, &mut bundled)?;
                package.bundled.extend(bundled.into_iter().map(|id| (id, String::new())));
                Ok(())
            }
            "InstallableItem" => {
                let item = self.item(cursor)?;
                package.items.push(item);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn section<R: BufRead>(&mut self, cursor: &mut Cursor<R>, name: &str) -> Result<Section> {
        *match name {
            "IsInstalled" => &mut self.sections.installed,
            "IsInstallable" => &mut self.sections.installable,
            _ => &mut self.sections.superseded,
        } += 1;
        self.rules.elements(cursor)
    }

    fn convert(&mut self, name: &str, section: &Section, of: &mut Sections) {
        of.there = true;
        let rule = self.rules.convert(section);
        let section = match name {
            "IsInstalled" => &mut of.installed,
            "IsInstallable" => &mut of.installable,
            _ => &mut of.superseded,
        };
        *section = match (section.take(), rule) {
            (Some(before), Some(rule)) => Some(Expr::all_ranked(vec![before, rule])),
            (before, rule) => rule.or(before),
        };
    }

    /// Reads the rules of an item, which may speak of the metadata behind them.
    fn applicability<R: BufRead>(&mut self, cursor: &mut Cursor<R>, rules: &mut Sections) -> Result<()> {
        let depth = cursor.depth();
        let mut sections = Vec::new();
        self.rules.installer = metadata::Installer::default();
        while let Some(tag) = cursor.child(depth)? {
            match tag.local() {
                "Metadata" => {
                    rules.has_metadata = true;
                    metadata::read(cursor, self.rules)?;
                }
                name if is_section(name) => {
                    let name = name.to_owned();
                    sections.push((self.section(cursor, &name)?, name));
                }
                _ => {}
            }
        }
        for (section, name) in &sections {
            self.convert(name, section, rules);
        }
        Ok(())
    }

    fn item<R: BufRead>(&mut self, cursor: &mut Cursor<R>) -> Result<Item> {
        let depth = cursor.depth();
        let mut item = Item::default();
        while let Some(tag) = cursor.child(depth)? {
            if tag.local() == "ApplicabilityRules" {
                item.rules.there = true;
                self.applicability(cursor, &mut item.rules)?;
                item.installer.install.attributes.append(&mut self.rules.driver);
            } else {
                let part = (tag.local().to_owned(), installer::attributes(&tag));
                installer::part(cursor, part, &mut item.installer, &mut self.rules.findings)?;
            }
        }
        Ok(item)
    }
}

/// Whether an element is a section of rules.
fn is_section(name: &str) -> bool {
    matches!(name, "IsInstallable" | "IsInstalled" | "IsSuperseded")
}

fn properties(tag: &Tag<'_>, package: &mut Package) -> Result<()> {
    package.id = id(&attribute(tag, "PackageID"));
    package.created = attribute(tag, "CreationDate").trim().to_owned();
    package.vendor = attribute(tag, "VendorName");
    package.expired = attribute(tag, "PublicationState").trim() == "Expired";
    package.kind = attribute(tag, "UpdateType");
    if package.id.is_empty() {
        return Err(Error::new(Code::SdpMalformed, "`Properties` has no `PackageID`").at(tag.position()));
    }
    Ok(())
}

/// The value of an attribute; empty when it is not there.
pub(super) fn attribute(tag: &Tag<'_>, name: &str) -> String {
    tag.attribute(name).unwrap_or_default().into_owned()
}

/// Hands over the name and the text of each element below the one at whose tag the cursor stands.
fn each_text<R: BufRead>(cursor: &mut Cursor<R>, mut take: impl FnMut(&str, String)) -> Result<()> {
    let depth = cursor.depth();
    while let Some(tag) = cursor.child(depth)? {
        let name = tag.local().to_owned();
        take(&name, cursor.text()?.text.trimmed().to_owned());
    }
    Ok(())
}

/// Language, title and description.
fn localized<R: BufRead>(cursor: &mut Cursor<R>) -> Result<[String; 3]> {
    let mut localized = [const { String::new() }; 3];
    each_text(cursor, |name, text| {
        let place = ["Language", "Title", "Description"].iter().position(|known| *known == name);
        place.into_iter().for_each(|place| localized[place] = text.clone());
    })?;
    Ok(localized)
}

fn ids<R: BufRead>(cursor: &mut Cursor<R>, into: &mut Vec<String>) -> Result<()> {
    each_text(cursor, |name, text| {
        if name == "PackageID" {
            into.push(id(&text));
        }
    })
}

fn prerequisites<R: BufRead>(cursor: &mut Cursor<R>, into: &mut Vec<Vec<String>>) -> Result<()> {
    let depth = cursor.depth();
    while let Some(tag) = cursor.child(depth)? {
        if tag.local() == "AtLeastOne" {
            let mut clause = Vec::new();
            ids(cursor, &mut clause)?;
            into.push(clause);
        }
    }
    Ok(())
}
