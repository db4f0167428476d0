//! What the leaves of Windows applicability rules ask: one value for each element of the rule language.
//!
//! Readers make them of attributes ([`read`]), an index keeps them as the text of their element
//! ([`text`]), and [`answer`] and its neighbours say what each means. Which thing of a client a leaf is
//! about is its [`super::expr::Subject`]; nothing of that is repeated here.
//! Source of truth: `docs/rules.md`.

use std::sync::Arc;

use self::bulletin::{WindowsProduct, WindowsRevision};
use super::expr::Comparison;
use super::instant::Instant;
use super::office;
use super::servicing::Identity;
use crate::version::dotted::Version;
use patch::Patch;

pub mod answer;
pub mod bulletin;
pub mod patch;
pub mod read;
pub mod text;

/// What a leaf asks of its subject, by the name of its element.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// `WindowsVersion`
    WindowsVersion(WindowsVersion),
    /// `WindowsProduct`, of ours: a system that a security bulletin names.
    WindowsProduct(WindowsProduct),
    /// `WindowsProductPossible`, of ours: the same, and holds unless it is proved to be another one.
    WindowsProductPossible(WindowsProduct),
    /// `WindowsOther`, of ours: a system of Windows that is none of these.
    WindowsOther(Arc<[WindowsProduct]>),
    /// `WindowsRevision`, of ours: a revision of a system's build.
    WindowsRevision(WindowsRevision),
    /// `Platform`, of which only Windows is known.
    Platform,
    /// `WindowsLanguage`: the language of a system without further interface languages.
    WindowsLanguage(String),
    /// `MuiInstalled`
    MuiInstalled,
    /// `MuiLanguageInstalled`
    MuiLanguageInstalled(String),
    /// `SystemMetric`: index, and what its value is compared with.
    SystemMetric(i32, Comparison, i64),
    /// `Processor`
    Processor(Processor),
    /// `NumberOfProcessors`
    NumberOfProcessors(Comparison, u32),
    /// `ClusteredOS`
    ClusteredOs,
    /// `LicenseDword`: name of a licensing policy, and what its value is compared with.
    LicenseDword(String, Comparison, u32),
    /// `DeviceAttribute`
    DeviceAttribute(DeviceAttribute),
    /// `ProductReleaseInstalled`: name of a release, folded, and its version.
    ProductReleaseInstalled(String, Version),
    /// `ProductReleaseVersion`: name of a release, folded, and what its version is compared with.
    ProductReleaseVersion(String, Comparison, Version),
    /// `CbsPackageInstalledByIdentity`
    CbsPackageInstalledByIdentity(Identity),
    /// `CbsPackageInstalled` with the identity of its metadata.
    CbsPackageInstalled(Identity),
    /// `CbsPackageInstallable` with the identity of its metadata, that of a cumulative update.
    CbsPackageInstallable(Identity),
    /// `RegValueExists` with a type.
    RegValueExists(RegistryType),
    /// `RegDword`
    RegDword(Comparison, u32),
    /// `RegSz` or `RegExpandSz`
    RegSz(RegSz),
    /// `RegSzToVersion`
    RegSzToVersion(Comparison, Version),
    /// `FileExists` with attributes that must be equal.
    FileExists(FileExists),
    /// `FileVersion`
    FileVersion(Comparison, Version),
    /// `FileCreated`
    FileCreated(Comparison, Instant),
    /// `FileModified`
    FileModified(Comparison, Instant),
    /// `FileSize`
    FileSize(Comparison, u64),
    /// A leaf about a file in the folder that a registry value names: `FileVersionPrependRegSz` and its
    /// like. The path below that folder, and what is asked of the file; none is whether it is there.
    Below(String, Option<Box<Applicability>>),
    /// `WmiQuery`: the text of the query.
    WmiQuery(String),
    /// `MsiProductInstalled` with a range or a language.
    MsiProductInstalled(Range),
    /// One feature of `MsiFeatureInstalledForProduct`, folded.
    MsiFeature(String),
    /// One component of `MsiComponentInstalledForProduct`, in normal form.
    MsiComponent(String),
    /// `MsiPatchInstalledForProduct`: a patch, in normal form, of a product in a range.
    MsiPatch(String, Range),
    /// `MsiPatchInstalled` with what the metadata says of the products that the patch is for.
    MsiPatchInstalled(Box<Patch>),
    /// `MsiPatchInstallable`, likewise.
    MsiPatchInstallable(Box<Patch>),
    /// `MsiPatchSuperseded` with what the metadata says of products and of families.
    MsiPatchSuperseded(Box<Patch>),
    /// What the metadata of a patch says of it, which catalogs keep; nothing is asked by it.
    MsiPatchMetadata(Box<Patch>),
    /// What rules about Office ask of all products together.
    Office(Box<office::Asked>),
}

/// What `WindowsVersion` compares.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowsVersion {
    /// How versions and builds are compared.
    pub comparison: Comparison,
    /// Major and minor version, major and minor service pack; those given are compared in this order.
    pub version: [Option<u32>; 4],
    /// Build, compared alone.
    pub build: Option<u32>,
    /// Product type, which must be equal.
    pub product_type: Option<u32>,
    /// Suites.
    pub suites: Option<u32>,
    /// Whether all of the suites must be there.
    pub all_suites: bool,
}

/// What `Processor` compares; everything must be equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Processor {
    /// Native architecture, as Windows numbers them.
    pub architecture: u32,
    /// Level.
    pub level: Option<u32>,
    /// Revision.
    pub revision: Option<u32>,
}

/// What `DeviceAttribute` compares.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceAttribute {
    /// Name, folded.
    pub name: String,
    /// How.
    pub comparison: Comparison,
    /// With what.
    pub value: DeviceValue,
}

/// The value of a device attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceValue {
    /// Text, folded.
    Text(String),
    /// A version.
    Version(Version),
}

/// What `RegSz` and `RegExpandSz` compare.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegSz {
    /// Whether the value is of the type that holds variables.
    pub expands: bool,
    /// Whether upper and lower case differ.
    pub exact: bool,
    /// How.
    pub relation: Relation,
    /// With what, as written.
    pub data: String,
}

/// How two texts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// They are equal.
    EqualTo,
    /// The observed one begins with the other.
    BeginsWith,
    /// The observed one contains the other.
    Contains,
    /// The observed one ends with the other.
    EndsWith,
}

impl Relation {
    /// Every relation with its word in rules.
    pub const ALL: [(Relation, &'static str); 4] = [
        (Relation::EqualTo, "EqualTo"),
        (Relation::BeginsWith, "BeginsWith"),
        (Relation::Contains, "Contains"),
        (Relation::EndsWith, "EndsWith"),
    ];

    /// Whether an observed text stands so to the rule's.
    pub fn holds(self, observed: &str, rule: &str) -> bool {
        match self {
            Relation::EqualTo => observed == rule,
            Relation::BeginsWith => observed.starts_with(rule),
            Relation::Contains => observed.contains(rule),
            Relation::EndsWith => observed.ends_with(rule),
        }
    }
}

/// The type of a registry value, as rules name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegistryType {
    /// Bytes.
    Binary,
    /// A number of 32 bits.
    Dword,
    /// Text with variables.
    ExpandSz,
    /// Several texts.
    MultiSz,
    /// A number of 64 bits.
    Qword,
    /// Text.
    Sz,
    /// A hardware resource.
    Resource,
}

impl RegistryType {
    /// Every type with its word in rules and the one in inventories.
    pub const ALL: [(RegistryType, &'static str, &'static str); 7] = [
        (RegistryType::Binary, "REG_BINARY", "binary"),
        (RegistryType::Dword, "REG_DWORD", "dword"),
        (RegistryType::ExpandSz, "REG_EXPAND_SZ", "expand"),
        (RegistryType::MultiSz, "REG_MULTI_SZ", "multi"),
        (RegistryType::Qword, "REG_QWORD", "qword"),
        (RegistryType::Sz, "REG_SZ", "sz"),
        (RegistryType::Resource, "REG_FULL_RESOURCE_DESCRIPTOR", "resource"),
    ];

    /// The word of inventories.
    pub fn stated(self) -> &'static str {
        Self::ALL.iter().find(|(known, ..)| *known == self).map_or("", |(_, _, stated)| stated)
    }
}

impl Applicability {
    /// Whether it asks for more of a file than its version.
    pub fn asks_file_details(&self) -> bool {
        match self {
            Applicability::FileCreated(..)
            | Applicability::FileModified(..)
            | Applicability::FileSize(..) => true,
            Applicability::FileExists(asked) => {
                let FileExists { version: _, created, modified, size, language } = asked;
                created.is_some() || modified.is_some() || size.is_some() || language.is_some()
            }
            Applicability::Below(_, asked) => asked.as_ref().is_some_and(|asked| asked.asks_file_details()),
            _ => false,
        }
    }
}

/// What `FileExists` compares; everything given must be equal.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileExists {
    /// Version.
    pub version: Option<Version>,
    /// Time of creation.
    pub created: Option<Instant>,
    /// Time of the last change.
    pub modified: Option<Instant>,
    /// Size in bytes.
    pub size: Option<u64>,
    /// Language number.
    pub language: Option<u32>,
}

/// Which versions and which language of a product are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    /// The lowest version, and whether it is left out.
    pub least: Option<(Version, bool)>,
    /// The highest version, and whether it is left out.
    pub most: Option<(Version, bool)>,
    /// Language number.
    pub language: Option<u32>,
}

impl Range {
    /// Whether every version and language is meant.
    pub fn is_open(&self) -> bool {
        *self == Range::default()
    }
}
