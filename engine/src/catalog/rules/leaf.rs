//! The elements that rules may consist of: their family and every attribute that they have.

use super::family::Family;

/// What is known of an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) family: Family,
    /// The attributes that it may have.
    pub(super) attributes: &'static [&'static str],
}

/// An element of a family with all its attributes; of those that are not supported, nothing is read.
const fn known_as(family: Family, attributes: &'static [&'static str]) -> Option<Known> {
    Some(Known { family, attributes })
}

/// Finds what is known of an element; what is not known is not supported.
pub(super) fn known(name: &str) -> Option<Known> {
    use Family::{Base, Cbs, Logical, Msi, Release};
    match name {
        "And" | "Or" | "Not" | "True" | "False" => known_as(Logical, &[]),
        "WindowsVersion" => known_as(
            Base,
            &[
                "Comparison",
                "MajorVersion",
                "MinorVersion",
                "BuildNumber",
                "ServicePackMajor",
                "ServicePackMinor",
                "AllSuitesMustBePresent",
                "SuiteMask",
                "ProductType",
            ],
        ),
        "Platform" => known_as(Base, &["PlatformID"]),
        "WindowsLanguage" | "MuiLanguageInstalled" => known_as(Base, &["Language"]),
        "MuiInstalled" | "ClusteredOS" => known_as(Base, &[]),
        "SystemMetric" => known_as(Base, &["Comparison", "Index", "Value"]),
        "Processor" => known_as(Base, &["Architecture", "Level", "Revision"]),
        "NumberOfProcessors" => known_as(Base, &["Comparison", "Number"]),
        "LicenseDword" => known_as(Base, &["Value", "Comparison", "Data"]),
        "ProductReleaseInstalled" => known_as(Release, &["Name", "Version"]),
        "ProductReleaseVersion" => known_as(Release, &["Name", "Version", "Comparison"]),
        "CbsPackageInstalledByIdentity" => known_as(Cbs, &["PackageIdentity"]),
        "CbsPackageInstalled" | "CbsPackageInstallable" => known_as(Cbs, &[]),
        "DeviceAttribute" => known_as(Release, &["Name", "Type", "Comparison", "Value"]),
        "RegKeyExists" => known_as(Base, &["Key", "Subkey", "RegType32"]),
        "RegKeyLoop" => known_as(Base, &["Key", "Subkey", "RegType32", "TrueIf"]),
        "RegValueExists" => known_as(Base, &["Key", "Subkey", "RegType32", "Value", "Type"]),
        "RegDword" | "RegSz" | "RegExpandSz" | "RegSzToVersion" => {
            known_as(Base, &["Key", "Subkey", "RegType32", "Value", "Comparison", "Data"])
        }
        "FileExists" => {
            known_as(Base, &["Path", "Csidl", "Version", "Created", "Modified", "Size", "Language"])
        }
        "FileVersion" => known_as(Base, &["Path", "Csidl", "Comparison", "Version"]),
        "FileCreated" => known_as(Base, &["Path", "Csidl", "Comparison", "Created"]),
        "FileModified" => known_as(Base, &["Path", "Csidl", "Comparison", "Modified"]),
        "FileSize" => known_as(Base, &["Path", "Csidl", "Comparison", "Size"]),
        "FileExistsPrependRegSz" => known_as(
            Base,
            &[
                "Key",
                "Subkey",
                "RegType32",
                "Value",
                "Path",
                "Version",
                "Created",
                "Modified",
                "Size",
                "Language",
            ],
        ),
        "FileVersionPrependRegSz" => {
            known_as(Base, &["Key", "Subkey", "RegType32", "Value", "Path", "Comparison", "Version"])
        }
        "FileCreatedPrependRegSz" => {
            known_as(Base, &["Key", "Subkey", "RegType32", "Value", "Path", "Comparison", "Created"])
        }
        "FileModifiedPrependRegSz" => {
            known_as(Base, &["Key", "Subkey", "RegType32", "Value", "Path", "Comparison", "Modified"])
        }
        "FileSizePrependRegSz" => {
            known_as(Base, &["Key", "Subkey", "RegType32", "Value", "Path", "Comparison", "Size"])
        }
        "WmiQuery" => known_as(Base, &["Namespace", "WqlQuery"]),
        "MsiProductInstalled" => known_as(
            Msi,
            &[
                "ProductCode",
                "VersionMin",
                "VersionMax",
                "ExcludeVersionMin",
                "ExcludeVersionMax",
                "Language",
            ],
        ),
        "MsiPatchInstalledForProduct" => known_as(
            Msi,
            &[
                "PatchCode",
                "ProductCode",
                "VersionMin",
                "VersionMax",
                "ExcludeVersionMin",
                "ExcludeVersionMax",
                "Language",
            ],
        ),
        "MsiPatchInstalled"
        | "MsiPatchInstallable"
        | "MsiPatchSuperseded"
        | "MsiApplicationInstalled"
        | "MsiApplicationInstallable" => known_as(Msi, &[]),
        "MsiFeatureInstalledForProduct" => known_as(Msi, &["AllFeaturesRequired", "AllProductsRequired"]),
        "MsiComponentInstalledForProduct" => known_as(Msi, &["AllComponentsRequired", "AllProductsRequired"]),
        _ => None,
    }
}
