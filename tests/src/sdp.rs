//! Software distribution packages for tests, written part by part.

use std::path::Path;

use patchstate::catalog::{self, Settings};
use patchstate::model::update::Catalog;

/// The name spaces that packages are in.
const NAMESPACES: &str = concat!(
    r#" xmlns="http://schemas.microsoft.com/wsus/2005/04/CorporatePublishing/SoftwareDistributionPackage.xsd""#,
    r#" xmlns:lar="http://schemas.microsoft.com/wsus/2005/04/CorporatePublishing/LogicalApplicabilityRules.xsd""#,
    r#" xmlns:bar="http://schemas.microsoft.com/wsus/2005/04/CorporatePublishing/BaseApplicabilityRules.xsd""#,
    r#" xmlns:mar="http://schemas.microsoft.com/wsus/2005/04/CorporatePublishing/MsiApplicabilityRules.xsd""#,
);

/// The id of a package by number.
pub fn id(number: u32) -> String {
    format!("00000000-0000-0000-0000-{number:012x}")
}

/// A package of some parts.
pub fn package(number: u32, parts: &str) -> String {
    special(number, "", parts)
}

/// A package with further attributes of its properties.
pub fn special(number: u32, properties: &str, parts: &str) -> String {
    format!(
        "<SoftwareDistributionPackage SchemaVersion='1.0'{NAMESPACES}>\
         <Properties PackageID='{}' CreationDate='2026-01-01T00:00:00' {properties}/>\
         <LocalizedProperties><Language>en</Language><Title>T</Title></LocalizedProperties>\
         <UpdateSpecificData UpdateClassification='Updates'/>{parts}</SoftwareDistributionPackage>",
        id(number)
    )
}

/// Both rules of a package: installed, applicable; an empty one is left out.
pub fn rules(installed: &str, applicable: &str) -> String {
    let section = |name: &str, rule: &str| match rule {
        "" => String::new(),
        rule => format!("<{name}>{rule}</{name}>"),
    };
    format!("{}{}", section("IsInstallable", applicable), section("IsInstalled", installed))
}

/// An item with these sections of rules.
pub fn item(sections: &str) -> String {
    let rules = match sections {
        "" => String::new(),
        sections => format!("<ApplicabilityRules>{sections}</ApplicabilityRules>"),
    };
    format!("<InstallableItem ID='{}'>{rules}</InstallableItem>", id(0xffff))
}

fn ids(numbers: &[u32]) -> String {
    numbers.iter().map(|number| format!("<PackageID>{}</PackageID>", id(*number))).collect()
}

/// A bundle of packages.
pub fn bundle(numbers: &[u32]) -> String {
    format!("<BundledPackages>{}</BundledPackages>", ids(numbers))
}

/// What a package needs: one of these.
pub fn needs(numbers: &[u32]) -> String {
    format!("<Prerequisites><AtLeastOne>{}</AtLeastOne></Prerequisites>", ids(numbers))
}

/// The packages that a package replaces.
pub fn replaces(numbers: &[u32]) -> String {
    format!("<SupersededPackages>{}</SupersededPackages>", ids(numbers))
}

/// A document of many packages.
pub fn catalog(packages: &str) -> String {
    format!(
        "<c:SystemsManagementCatalog xmlns:c=\"http://schemas.microsoft.com/sms/2005/04/CorporatePublishing/\
         SystemsManagementCatalog.xsd\">{packages}</c:SystemsManagementCatalog>"
    )
}

/// Reads a catalog, which can be read.
pub fn read(path: &Path, settings: &Settings) -> Catalog {
    let mut catalogs = Vec::new();
    (catalog::sdp::FORMAT.read)(path, settings, &mut |catalog| catalogs.push(catalog));
    catalogs.pop().expect("a catalog is given").expect("the catalog can be read")
}
