//! Makes leaves of the attributes of their elements, by the lexical rules of the rule language.
//!
//! A value that breaks its rule is refused by name and never guessed. Elements whose attributes only
//! name a subject ask [`super::super::expr::Question::Exists`] and are not here.

use super::patch::Patch;
use super::{
    Applicability, DeviceAttribute, DeviceValue, FileExists, Processor, Range, RegSz, RegistryType, Relation,
    WindowsVersion, bulletin,
};
use crate::model::expr::Comparison;
use crate::model::instant::Instant;
use crate::model::msi;
use crate::model::path::fold_text;
use crate::model::servicing::Identity;
use crate::version::dotted::Version;

/// The attributes of `WindowsVersion` that are compared in this order.
pub(super) const VERSION_PARTS: [&str; 4] =
    ["MajorVersion", "MinorVersion", "ServicePackMajor", "ServicePackMinor"];

/// The attribute of ours that makes upper and lower case differ in text; no document has it.
pub(super) const EXACT: &str = "case-exact";

/// The words of comparisons.
const COMPARISONS: [(Comparison, &str); 5] = [
    (Comparison::Lt, "LessThan"),
    (Comparison::Le, "LessThanOrEqualTo"),
    (Comparison::Eq, "EqualTo"),
    (Comparison::Ge, "GreaterThanOrEqualTo"),
    (Comparison::Gt, "GreaterThan"),
];

/// The attributes of an element, each once.
#[derive(Clone, Debug, Default)]
pub struct Given(Vec<(String, String)>);

impl Given {
    /// Adds an attribute.
    pub fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All attributes, in document order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of an attribute that must be there.
    ///
    /// # Errors
    ///
    /// It is not.
    pub fn required(&self, name: &'static str) -> Result<&str, Refused> {
        self.get(name).ok_or(Refused::Missing(name))
    }

    /// The value of a flag that is off unless it is given.
    ///
    /// # Errors
    ///
    /// It is no word of a flag.
    pub fn flag(&self, name: &'static str) -> Result<bool, Refused> {
        let Some(text) = self.get(name) else { return Ok(false) };
        let is_one_of = |words: [&str; 3]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
        match (is_one_of(["true", "1", "yes"]), is_one_of(["false", "0", "no"])) {
            (true, _) => Ok(true),
            (_, true) => Ok(false),
            _ => Err(Refused::Value(name, text.to_owned())),
        }
    }

    /// A value that must be there and read as something.
    fn read<T>(&self, name: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<T, Refused> {
        let text = self.required(name)?;
        read(text.trim()).ok_or_else(|| Refused::Value(name, text.to_owned()))
    }

    /// A value that may be there and must then read as something.
    fn maybe<T>(&self, name: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Refused> {
        if self.get(name).is_some() { self.read(name, read).map(Some) } else { Ok(None) }
    }

    fn comparison(&self) -> Result<Comparison, Refused> {
        self.read("Comparison", comparison)
    }
}

/// Why an element cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// An attribute that must be there is not.
    Missing(&'static str),
    /// An attribute has a value that breaks its lexical rule.
    Value(&'static str, String),
    /// It asks nothing at all.
    Nothing,
    /// It asks something that is not supported.
    Unsupported,
}

/// Reads the word of a comparison, in any case.
pub fn comparison(text: &str) -> Option<Comparison> {
    let named = COMPARISONS.iter().find(|(_, name)| name.eq_ignore_ascii_case(text));
    named.map(|(comparison, _)| *comparison)
}

/// The word of a comparison.
pub(super) fn comparison_name(comparison: Comparison) -> &'static str {
    COMPARISONS.iter().find(|(known, _)| *known == comparison).map_or("", |(_, name)| name)
}

/// Reads a version of one to four decimal parts.
///
/// ```
/// use patchstate::model::applicability::read::version;
///
/// assert_eq!(version(" 16.0.10336.00000 ").unwrap().to_string(), "16.0.10336.0");
/// assert_eq!(version("6,3"), None);
/// assert_eq!(version("1.2.3.4.5"), None);
/// ```
pub fn version(text: &str) -> Option<Version> {
    let written = |c: char| c.is_ascii_digit() || c == '.';
    let text = text.trim();
    text.chars().all(written).then(|| Version::parse(text)).flatten()
}

fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// A number of at most 16 bits.
fn short(text: &str) -> Option<u32> {
    text.parse::<u16>().ok().map(u32::from)
}

/// Makes a leaf of an element.
///
/// # Errors
///
/// An attribute is missing or malformed, or nothing of the kind is asked.
pub fn leaf(name: &str, given: &Given) -> Result<Applicability, Refused> {
    Ok(match name {
        "WindowsVersion" => Applicability::WindowsVersion(windows_version(given)?),
        "Platform" => match given.required("PlatformID")?.trim() {
            windows if windows.eq_ignore_ascii_case("windows") => Applicability::Platform,
            _ => return Err(Refused::Unsupported),
        },
        "WindowsLanguage" => Applicability::WindowsLanguage(language(given)?),
        "MuiInstalled" => Applicability::MuiInstalled,
        "MuiLanguageInstalled" => Applicability::MuiLanguageInstalled(language(given)?),
        "SystemMetric" => Applicability::SystemMetric(
            given.read("Index", number)?,
            given.comparison()?,
            given.read("Value", number::<i32>)?.into(),
        ),
        "Processor" => Applicability::Processor(Processor {
            architecture: given.read("Architecture", short)?,
            level: given.maybe("Level", short)?,
            revision: given.maybe("Revision", short)?,
        }),
        "NumberOfProcessors" => {
            Applicability::NumberOfProcessors(given.comparison()?, given.read("Number", number)?)
        }
        "ClusteredOS" => Applicability::ClusteredOs,
        "LicenseDword" => Applicability::LicenseDword(
            given.required("Value")?.to_owned(),
            given.comparison()?,
            given.read("Data", number)?,
        ),
        "DeviceAttribute" => Applicability::DeviceAttribute(device_attribute(given)?),
        name if name.starts_with("ProductRelease") => release(name, given)?,
        name if name.starts_with("Cbs") => servicing(name, given)?,
        "WmiQuery" => Applicability::WmiQuery(given.required("WqlQuery")?.to_owned()),
        name if name.starts_with("Reg") => registry(name, given)?,
        name if name.ends_with(PREPENDED) => below(name, given)?,
        name if name.starts_with("File") => file(name, given)?,
        name => installer(name, given)?,
    })
}

fn release(name: &str, given: &Given) -> Result<Applicability, Refused> {
    let of = folded(given.required("Name")?.trim());
    Ok(match name {
        "ProductReleaseInstalled" => {
            Applicability::ProductReleaseInstalled(of, given.read("Version", version)?)
        }
        "ProductReleaseVersion" => {
            Applicability::ProductReleaseVersion(of, given.comparison()?, given.read("Version", version)?)
        }
        _ => return Err(Refused::Unsupported),
    })
}

fn servicing(name: &str, given: &Given) -> Result<Applicability, Refused> {
    let identity = given.read("PackageIdentity", Identity::parse)?;
    Ok(match name {
        "CbsPackageInstalledByIdentity" => Applicability::CbsPackageInstalledByIdentity(identity),
        "CbsPackageInstalled" => Applicability::CbsPackageInstalled(identity),
        // For whom another package is, its metadata says in a form that is not kept.
        "CbsPackageInstallable" if identity.rollup().is_some() => {
            Applicability::CbsPackageInstallable(identity)
        }
        _ => return Err(Refused::Unsupported),
    })
}

fn language(given: &Given) -> Result<String, Refused> {
    let text = given.required("Language")?.trim();
    let is_tag = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_tag.then(|| text.to_ascii_lowercase()).ok_or_else(|| Refused::Value("Language", text.to_owned()))
}

fn windows_version(given: &Given) -> Result<WindowsVersion, Refused> {
    let mut asked = WindowsVersion {
        comparison: given.maybe("Comparison", comparison)?.unwrap_or(Comparison::Eq),
        version: [None; 4],
        build: given.maybe("BuildNumber", number)?,
        product_type: given.maybe("ProductType", short)?,
        suites: given.maybe("SuiteMask", short)?,
        all_suites: given.flag("AllSuitesMustBePresent")?,
    };
    for (at, name) in VERSION_PARTS.into_iter().enumerate() {
        // Service packs are numbers of 16 bits.
        asked.version[at] = given.maybe(name, if at < 2 { number } else { short })?;
    }
    let tests = [asked.build, asked.product_type, asked.suites];
    if asked.version.iter().chain(&tests).all(Option::is_none) {
        return Err(Refused::Nothing);
    }
    asked.all_suites &= asked.suites.is_some();
    Ok(asked)
}

fn device_attribute(given: &Given) -> Result<DeviceAttribute, Refused> {
    let comparison = given.comparison()?;
    let value = match given.required("Type")?.trim() {
        "Version" => DeviceValue::Version(given.read("Value", version)?),
        "String" if comparison == Comparison::Eq => DeviceValue::Text(folded(given.required("Value")?)),
        _ => return Err(Refused::Unsupported),
    };
    Ok(DeviceAttribute { name: folded(given.required("Name")?.trim()), comparison, value })
}

pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_text(text, &mut out);
    out
}

fn registry(name: &str, given: &Given) -> Result<Applicability, Refused> {
    let named = |text: &str| Relation::ALL.iter().find(|(_, name)| name.eq_ignore_ascii_case(text));
    let types = |text: &str| RegistryType::ALL.iter().find(|(_, name, _)| *name == text);
    Ok(match name {
        "RegValueExists" => {
            Applicability::RegValueExists(given.read("Type", |text| types(text).map(|(kind, ..)| *kind))?)
        }
        "RegDword" => Applicability::RegDword(given.comparison()?, given.read("Data", number)?),
        "RegSz" | "RegExpandSz" => Applicability::RegSz(RegSz {
            expands: name == "RegExpandSz",
            exact: given.flag(EXACT)?,
            relation: given.read("Comparison", |text| named(text).map(|(relation, _)| *relation))?,
            data: given.required("Data")?.to_owned(),
        }),
        "RegSzToVersion" => Applicability::RegSzToVersion(given.comparison()?, given.read("Data", version)?),
        _ => return Err(Refused::Unsupported),
    })
}

/// How the names of leaves about files below a folder end that a registry value names.
pub(crate) const PREPENDED: &str = "PrependRegSz";

fn below(name: &str, given: &Given) -> Result<Applicability, Refused> {
    let path = given.required("Path")?.to_owned();
    let asked = match file(name.trim_end_matches(PREPENDED), given)? {
        Applicability::FileExists(asked) if asked == FileExists::default() => None,
        asked => Some(Box::new(asked)),
    };
    Ok(Applicability::Below(path, asked))
}

fn file(name: &str, given: &Given) -> Result<Applicability, Refused> {
    let size = |text: &str| number::<u64>(text).filter(|size| i64::try_from(*size).is_ok());
    Ok(match name {
        "FileExists" => Applicability::FileExists(FileExists {
            version: given.maybe("Version", version)?,
            created: given.maybe("Created", Instant::parse)?,
            modified: given.maybe("Modified", Instant::parse)?,
            size: given.maybe("Size", size)?,
            language: given.maybe("Language", short)?,
        }),
        "FileVersion" => Applicability::FileVersion(given.comparison()?, given.read("Version", version)?),
        "FileCreated" => {
            Applicability::FileCreated(given.comparison()?, given.read("Created", Instant::parse)?)
        }
        "FileModified" => {
            Applicability::FileModified(given.comparison()?, given.read("Modified", Instant::parse)?)
        }
        "FileSize" => Applicability::FileSize(given.comparison()?, given.read("Size", size)?),
        _ => return Err(Refused::Unsupported),
    })
}

fn installer(name: &str, given: &Given) -> Result<Applicability, Refused> {
    Ok(match name {
        "MsiProductInstalled" => Applicability::MsiProductInstalled(range(given)?),
        "MsiFeature" => Applicability::MsiFeature(folded(given.required("Feature")?)),
        "MsiComponent" => Applicability::MsiComponent(given.read("Component", msi::code)?),
        "MsiPatchInstalledForProduct" => {
            Applicability::MsiPatch(given.read("PatchCode", msi::code)?, range(given)?)
        }
        "MsiPatchInstalled" => Applicability::MsiPatchInstalled(patch(given)?),
        "MsiPatchInstallable" => Applicability::MsiPatchInstallable(patch(given)?),
        "MsiPatchSuperseded" => Applicability::MsiPatchSuperseded(patch(given)?),
        "MsiPatchMetadata" => Applicability::MsiPatchMetadata(patch(given)?),
        _ => return Err(Refused::Unsupported),
    })
}

fn patch(given: &Given) -> Result<Box<Patch>, Refused> {
    Patch::read(given).map(Box::new)
}

fn range(given: &Given) -> Result<Range, Refused> {
    // A bound may be left out only where there is one; real rules leave out bounds that they lack.
    let (without_least, without_most) = (given.flag("ExcludeVersionMin")?, given.flag("ExcludeVersionMax")?);
    Ok(Range {
        least: given.maybe("VersionMin", version)?.map(|version| (version, without_least)),
        most: given.maybe("VersionMax", version)?.map(|version| (version, without_most)),
        language: given.maybe("Language", number)?,
    })
}

impl Applicability {
    /// The name under which [`leaf`] reads it.
    pub fn name(&self) -> &'static str {
        match self {
            Applicability::WindowsVersion(_) => "WindowsVersion",
            Applicability::WindowsProduct(_) => bulletin::PRODUCT,
            Applicability::WindowsProductPossible(_) => bulletin::POSSIBLE,
            Applicability::WindowsOther(_) => bulletin::OTHER,
            Applicability::WindowsRevision(_) => bulletin::REVISION,
            Applicability::Platform => "Platform",
            Applicability::WindowsLanguage(_) => "WindowsLanguage",
            Applicability::MuiInstalled => "MuiInstalled",
            Applicability::MuiLanguageInstalled(_) => "MuiLanguageInstalled",
            Applicability::SystemMetric(..) => "SystemMetric",
            Applicability::Processor(_) => "Processor",
            Applicability::NumberOfProcessors(..) => "NumberOfProcessors",
            Applicability::ClusteredOs => "ClusteredOS",
            Applicability::LicenseDword(..) => "LicenseDword",
            Applicability::DeviceAttribute(_) => "DeviceAttribute",
            Applicability::ProductReleaseInstalled(..) => "ProductReleaseInstalled",
            Applicability::ProductReleaseVersion(..) => "ProductReleaseVersion",
            Applicability::CbsPackageInstalledByIdentity(_) => "CbsPackageInstalledByIdentity",
            Applicability::CbsPackageInstalled(_) => "CbsPackageInstalled",
            Applicability::CbsPackageInstallable(_) => "CbsPackageInstallable",
            Applicability::RegValueExists(_) => "RegValueExists",
            Applicability::RegDword(..) => "RegDword",
            Applicability::RegSz(RegSz { expands: true, .. }) => "RegExpandSz",
            Applicability::RegSz(_) => "RegSz",
            Applicability::RegSzToVersion(..) => "RegSzToVersion",
            Applicability::FileExists(_) => "FileExists",
            Applicability::FileVersion(..) => "FileVersion",
            Applicability::FileCreated(..) => "FileCreated",
            Applicability::FileModified(..) => "FileModified",
            Applicability::FileSize(..) => "FileSize",
            Applicability::Below(_, asked) => match asked.as_deref() {
                Some(Applicability::FileVersion(..)) => "FileVersionPrependRegSz",
                Some(Applicability::FileCreated(..)) => "FileCreatedPrependRegSz",
                Some(Applicability::FileModified(..)) => "FileModifiedPrependRegSz",
                Some(Applicability::FileSize(..)) => "FileSizePrependRegSz",
                _ => "FileExistsPrependRegSz",
            },
            Applicability::WmiQuery(_) => "WmiQuery",
            Applicability::MsiProductInstalled(_) => "MsiProductInstalled",
            Applicability::MsiFeature(_) => "MsiFeature",
            Applicability::MsiComponent(_) => "MsiComponent",
            Applicability::MsiPatch(..) => "MsiPatchInstalledForProduct",
            Applicability::MsiPatchInstalled(_) => "MsiPatchInstalled",
            Applicability::MsiPatchInstallable(_) => "MsiPatchInstallable",
            Applicability::MsiPatchSuperseded(_) => "MsiPatchSuperseded",
            Applicability::MsiPatchMetadata(_) => "MsiPatchMetadata",
            Applicability::Office(asked) => asked.name(),
        }
    }
}
