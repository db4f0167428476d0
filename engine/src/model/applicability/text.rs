//! The text of a leaf: its element with the attributes that say what it asks.
//!
//! An index keeps questions in this form, and people who know the rule language read it. What is
//! written reads back as what it was.

use std::fmt::{self, Display, Write};

use super::bulletin;
use super::read::{self, Given};
use super::{Applicability, DeviceValue, FileExists, Range, RegistryType, Relation, WindowsVersion};
use crate::model::expr::Comparison;
use crate::model::office;

impl Applicability {
    /// Reads the text that [`Display`] writes.
    ///
    /// ```
    /// use patchstate::model::applicability::Applicability;
    ///
    /// let text = r#"RegDword Comparison="GreaterThan" Data="5""#;
    /// assert_eq!(Applicability::from_text(text).unwrap().to_string(), text);
    /// assert_eq!(Applicability::from_text("RegDword Data=\"5\""), None);
    /// ```
    pub fn from_text(text: &str) -> Option<Applicability> {
        let (name, mut rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut given = Given::default();
        while !rest.is_empty() {
            let (attribute, after) = rest.split_once("=\"")?;
            let (value, after) = after.split_once('"')?;
            given.add(attribute, unescaped(value));
            rest = after.strip_prefix(' ').unwrap_or(after);
        }
        if let Some(asked) = office::Asked::read(name, &given) {
            return Some(Applicability::Office(Box::new(asked)));
        }
        bulletin::leaf(name, &given).or_else(|| read::leaf(name, &given).ok())
    }
}

fn unescaped(value: &str) -> String {
    value.replace("&quot;", "\"").replace("&amp;", "&")
}

/// Writes attributes behind the name of an element.
pub(in crate::model) struct Attributes<'f, 'b>(&'f mut fmt::Formatter<'b>);

impl Attributes<'_, '_> {
    pub(in crate::model) fn set(&mut self, name: &str, value: impl Display) -> fmt::Result {
        write!(self.0, " {name}=\"")?;
        for c in value.to_string().chars() {
            match c {
                '"' => self.0.write_str("&quot;")?,
                '&' => self.0.write_str("&amp;")?,
                c => self.0.write_char(c)?,
            }
        }
        self.0.write_char('"')
    }

    pub(in crate::model) fn maybe(&mut self, name: &str, value: Option<impl Display>) -> fmt::Result {
        value.map_or(Ok(()), |value| self.set(name, value))
    }

    fn comparison(&mut self, comparison: Comparison) -> fmt::Result {
        self.set("Comparison", read::comparison_name(comparison))
    }

    fn windows_version(&mut self, asked: &WindowsVersion) -> fmt::Result {
        self.comparison(asked.comparison)?;
        for (name, part) in read::VERSION_PARTS.iter().zip(asked.version) {
            self.maybe(name, part)?;
        }
        self.maybe("BuildNumber", asked.build)?;
        self.maybe("ProductType", asked.product_type)?;
        self.maybe("SuiteMask", asked.suites)?;
        self.maybe("AllSuitesMustBePresent", asked.all_suites.then_some(true))
    }

    fn file(&mut self, asked: &FileExists) -> fmt::Result {
        self.maybe("Version", asked.version)?;
        self.maybe("Created", asked.created)?;
        self.maybe("Modified", asked.modified)?;
        self.maybe("Size", asked.size)?;
        self.maybe("Language", asked.language)
    }

    fn range(&mut self, asked: &Range) -> fmt::Result {
        self.maybe("VersionMin", asked.least.map(|(version, _)| version))?;
        self.maybe("ExcludeVersionMin", asked.least.and_then(|(_, left_out)| left_out.then_some(true)))?;
        self.maybe("VersionMax", asked.most.map(|(version, _)| version))?;
        self.maybe("ExcludeVersionMax", asked.most.and_then(|(_, left_out)| left_out.then_some(true)))?;
        self.maybe("Language", asked.language)
    }
}

impl Display for Applicability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        let mut out = Attributes(f);
        match self {
            Applicability::WindowsVersion(asked) => out.windows_version(asked),
            Applicability::WindowsProduct(asked) | Applicability::WindowsProductPossible(asked) => {
                out.set("Product", asked)
            }
            Applicability::WindowsOther(known) => out.set("Than", bulletin::list(known)),
            Applicability::WindowsRevision(asked) => {
                out.set("Product", asked.product)?;
                out.set("Revision", asked.revision)?;
                out.maybe("From", asked.by_table.then_some("release-table"))
            }
            Applicability::Platform => out.set("PlatformID", "Windows"),
            Applicability::WindowsLanguage(language) | Applicability::MuiLanguageInstalled(language) => {
                out.set("Language", language)
            }
            Applicability::MuiInstalled | Applicability::ClusteredOs => Ok(()),
            Applicability::SystemMetric(index, comparison, value) => {
                out.comparison(*comparison)?;
                out.set("Index", index)?;
                out.set("Value", value)
            }
            Applicability::Processor(asked) => {
                out.set("Architecture", asked.architecture)?;
                out.maybe("Level", asked.level)?;
                out.maybe("Revision", asked.revision)
            }
            Applicability::NumberOfProcessors(comparison, number) => {
                out.comparison(*comparison)?;
                out.set("Number", number)
            }
            Applicability::LicenseDword(name, comparison, data) => {
                out.set("Value", name)?;
                out.comparison(*comparison)?;
                out.set("Data", data)
            }
            Applicability::DeviceAttribute(asked) => {
                out.set("Name", &asked.name)?;
                out.comparison(asked.comparison)?;
                let (kind, value) = match &asked.value {
                    DeviceValue::Text(text) => ("String", text.clone()),
                    DeviceValue::Version(version) => ("Version", version.to_string()),
                };
                out.set("Type", kind)?;
                out.set("Value", value)
            }
            Applicability::ProductReleaseInstalled(name, version) => {
                out.set("Name", name)?;
                out.set("Version", version)
            }
            Applicability::ProductReleaseVersion(name, comparison, version) => {
                out.set("Name", name)?;
                out.comparison(*comparison)?;
                out.set("Version", version)
            }
            Applicability::CbsPackageInstalledByIdentity(identity)
            | Applicability::CbsPackageInstalled(identity)
            | Applicability::CbsPackageInstallable(identity) => out.set("PackageIdentity", identity),
            Applicability::RegValueExists(kind) => out.set("Type", type_name(*kind)),
            Applicability::RegDword(comparison, data) => {
                out.comparison(*comparison)?;
                out.set("Data", data)
            }
            Applicability::RegSz(asked) => {
                out.set("Comparison", relation_name(asked.relation))?;
                out.set("Data", &asked.data)?;
                out.maybe(read::EXACT, asked.exact.then_some(true))
            }
            Applicability::RegSzToVersion(comparison, version) => {
                out.comparison(*comparison)?;
                out.set("Data", version)
            }
            Applicability::FileExists(asked) => out.file(asked),
            Applicability::FileVersion(comparison, version) => {
                out.comparison(*comparison)?;
                out.set("Version", version)
            }
            Applicability::FileCreated(comparison, instant) => {
                out.comparison(*comparison)?;
                out.set("Created", instant)
            }
            Applicability::FileModified(comparison, instant) => {
                out.comparison(*comparison)?;
                out.set("Modified", instant)
            }
            Applicability::FileSize(comparison, size) => {
                out.comparison(*comparison)?;
                out.set("Size", size)
            }
            Applicability::Below(path, asked) => {
                out.set("Path", path)?;
                match asked {
                    Some(asked) => out.0.write_str(asked.to_string().trim_start_matches(asked.name())),
                    None => Ok(()),
                }
            }
            Applicability::WmiQuery(query) => out.set("WqlQuery", query),
            Applicability::MsiProductInstalled(range) => out.range(range),
            Applicability::MsiFeature(name) => out.set("Feature", name),
            Applicability::MsiComponent(code) => out.set("Component", code),
            Applicability::MsiPatch(patch, range) => {
                out.set("PatchCode", patch)?;
                out.range(range)
            }
            Applicability::MsiPatchInstalled(patch)
            | Applicability::MsiPatchInstallable(patch)
            | Applicability::MsiPatchSuperseded(patch)
            | Applicability::MsiPatchMetadata(patch) => {
                patch.attributes().into_iter().try_for_each(|(name, value)| out.maybe(name, value))
            }
            Applicability::Office(asked) => asked.write(&mut out),
        }
    }
}

fn type_name(kind: RegistryType) -> &'static str {
    RegistryType::ALL.iter().find(|(known, ..)| *known == kind).map_or("", |(_, name, _)| name)
}

fn relation_name(relation: Relation) -> &'static str {
    Relation::ALL.iter().find(|(known, _)| *known == relation).map_or("", |(_, name)| name)
}
