//! Reads one remediation: a fix, or advice.
//!
//! Knows its children and its types; what articles and builds are, others know. Source of truth:
//! `docs/cvrf.md`, "Fixes".

use std::io::BufRead;

use super::document::{Remedy, Statement};
use super::reading::{Family, Reader, family};
use super::row::Row;
use super::{build, kb};
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::error::Result;

/// Where remediations stand, as findings call it.
pub(super) const ELEMENT: &str = "Vulnerability/Remediations/Remediation";

/// The type of fixes, in the spelling of the documents and of other forms of the same data.
const FIX: [&str; 3] = ["Vendor Fix", "VendorFix", "2"];

/// The types that are advice.
const ADVICE: [&str; 4] = ["Mitigation", "Workaround", "Release Notes", "Known Issue"];

/// A remediation as it is written, white space reduced.
#[derive(Debug, Default)]
pub(super) struct Remediation {
    pub(super) kind: String,
    pub(super) description: String,
    pub(super) link: String,
    pub(super) supersedes: String,
    pub(super) products: Vec<String>,
    pub(super) files: Vec<(String, String)>,
    restart: String,
    sub_type: String,
    builds: String,
    pub(super) position: Position,
}

impl Remediation {
    /// Whether it is a fix of the vendor's.
    pub(super) fn is_fix(&self) -> bool {
        FIX.contains(&self.kind.as_str())
    }

    /// Whether its type was seen before.
    pub(super) fn is_known(&self) -> bool {
        self.is_fix() || ADVICE.contains(&self.kind.as_str())
    }

    /// The one product of a fix that names none: the empty one.
    pub(super) fn no_product(&self) -> Option<&'static str> {
        self.products.is_empty().then_some("")
    }

    /// Reports what stands in the place of a build and is none.
    pub(super) fn report_builds(&self, findings: &mut Diagnostics) {
        for other in build::list(&self.builds).1 {
            findings.push(Code::CvrfFixedbuild, self.position, ELEMENT, format_args!("`{other}`"));
        }
    }

    /// What it states of a fix.
    pub(super) fn statement(&self) -> Statement<'static> {
        let articles = kb::description(&self.description);
        let builds = build::list(&self.builds).0;
        let alias = kb::of_address(&self.link).filter(|alias| !articles.contains(alias));
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty()).into_iter().collect();
        let row = Row {
            aliases: alias.into_iter().filter(|_| !articles.is_empty()).collect(),
            kinds: given(&self.sub_type),
            restarts: given(&self.restart),
            links: given(&self.link),
            ..Row::default()
        };
        Statement { articles, builds, row, position: self.position, element: ELEMENT, ..Statement::default() }
    }

    /// What is kept of it for people.
    pub(super) fn into_remedy(self) -> Remedy {
        let Remediation { kind, description: text, link, products, files, .. } = self;
        Remedy { kind, text, link, products, files }
    }
}

impl<R: BufRead> Reader<R> {
    /// Reads the `Remediations` whose tag the cursor stands at.
    pub(super) fn remediations(&mut self, to: &mut Vec<Remediation>) -> Result<()> {
        let depth = self.cursor.depth();
        while let Some(part) = self.cursor.child(depth)? {
            if (family(&part), part.local()) == (Family::Vulnerability, "Remediation") {
                let kind = super::name::reduced(&part.attribute("Type").unwrap_or_default());
                let remediation = self.remediation(kind)?;
                to.push(remediation);
            }
        }
        Ok(())
    }

    fn remediation(&mut self, kind: String) -> Result<Remediation> {
        let depth = self.cursor.depth();
        let mut read = Remediation { kind, position: self.cursor.position(), ..Remediation::default() };
        while let Some(part) = self.cursor.child(depth)? {
            match part.local() {
                "Description" => read.description = self.text()?,
                "URL" => read.link = self.text()?,
                "Supercedence" => read.supersedes = self.text()?,
                "ProductID" => {
                    let id = self.text()?;
                    read.products.push(id);
                }
                "AffectedFiles" => self.files(&mut read.files)?,
                "RestartRequired" => read.restart = self.text()?,
                "SubType" => read.sub_type = self.text()?,
                "FixedBuild" => read.builds = self.text()?,
                _ => {}
            }
        }
        Ok(read)
    }

    fn files(&mut self, to: &mut Vec<(String, String)>) -> Result<()> {
        let depth = self.cursor.depth();
        while self.cursor.child(depth)?.is_some() {
            let [name, modified] = self.fields(["FileName", "FileLastModified"])?;
            to.push((name, modified));
        }
        Ok(())
    }
}
