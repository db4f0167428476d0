//! Makes an update of a package.

use super::package::{Package, Sections, identity};
use crate::diagnostic::{Code, Diagnostics};
use crate::model::expr::Expr;
use crate::model::flag::Flags;
use crate::model::install::{self, Install};
use crate::model::update::{self, Clause, ProductRow, Reboot, Reference, Rule, Update, UpdateId, Urgency};
use crate::model::verdict::Answer;

/// The classifications that the format names.
const CLASSIFICATIONS: [&str; 10] = [
    "Updates",
    "Critical Updates",
    "Security Updates",
    "Feature Packs",
    "Update Rollups",
    "Service Packs",
    "Tools",
    "Drivers",
    "Hotfixes",
    "Applications",
];

/// The lengths that the format allows: of a vendor's name, a title and a description.
const LENGTHS: [usize; 3] = [200, 200, 1_500];

/// Makes an update of a package; what is odd about it is reported.
pub(super) fn update(mut package: Package, language: &str, findings: &mut Diagnostics) -> Update {
    report(&package, findings);
    let localized = package.localized.iter().find(|[known, ..]| known.eq_ignore_ascii_case(language));
    let [_, title, description] =
        localized.or(package.localized.first()).cloned().unwrap_or([const { String::new() }; 3]);
    let clause = |ids: &Vec<String>| Clause {
        any_of: ids.iter().map(|id| UpdateId::new([id.as_str()])).collect(),
        position: package.position,
    };
    let id = |text: &String| UpdateId::new([text.as_str()]);
    Update {
        id: package.key(),
        bulletin: first([&package.bulletin, &package.article]),
        title,
        description,
        kind: package.classification.clone(),
        urgency: Urgency::find(&package.severity),
        references: references(&package),
        posted: package.created.get(..10).unwrap_or(&package.created).to_owned(),
        reboot: reboot(&package),
        payload: first(
            package.items.iter().flat_map(|item| &item.installer.install.files).map(|file| &file.address),
        ),
        information: first(&package.more_info),
        products: package.products.iter().map(|name| product(name)).collect(),
        flags: if package.expired { Flags::EXPIRED } else { Flags::NONE },
        detectoid: package.kind.trim() == "Detectoid",
        prerequisites: package.prerequisites.iter().map(clause).collect(),
        bundled: package.bundled.iter().map(|(id, revision)| identity(id, revision)).collect(),
        replaces: package.superseded.iter().map(id).collect(),
        extra: extra(&package),
        installs: installs(&mut package),
        position: package.position,
        rule: rule(package, findings),
        ..Update::default()
    }
}

/// The first text that says something.
fn first<'t>(texts: impl IntoIterator<Item = &'t String>) -> String {
    texts.into_iter().find(|text| !text.is_empty()).cloned().unwrap_or_default()
}

/// The update of a package that cannot be read: there, and Unknown.
pub(super) fn malformed(package: &Package, name: &str) -> Update {
    let id = if package.id.is_empty() { name } else { &package.id };
    let unread = || Expr::Constant(Answer::MALFORMED);
    Update {
        id: UpdateId::new([id]),
        position: package.position,
        rule: Rule::Tests { installed: unread(), applicable: unread() },
        ..Update::default()
    }
}

fn report(package: &Package, findings: &mut Diagnostics) {
    let mut find = |code, element: &str, message: &str| {
        findings.push(code, package.position, element, format_args!("`{}`{message}", package.id));
    };
    if package.created.is_empty() {
        find(Code::SdpNoDate, "Properties", "");
    }
    if !CLASSIFICATIONS.contains(&package.classification.as_str()) {
        find(Code::SdpClassification, "UpdateSpecificData", &format!(": `{}`", package.classification));
    }
    let localized = package.localized.iter();
    let texts = localized.flat_map(|[_, title, description]| [(1, title), (2, description)]);
    for (which, text) in texts.chain([(0, &package.vendor)]) {
        let length = text.chars().count();
        if length > LENGTHS[which] {
            find(Code::SdpTooLong, "LocalizedProperties", &format!(": a text of {length} characters"));
        }
    }
    if !package.bundled.is_empty() && (!package.items.is_empty() || package.rules.there) {
        find(Code::BundleWithRules, "BundledPackages", "");
    }
}

fn references(package: &Package) -> Vec<Reference> {
    let cves = package.cves.iter().map(|cve| ("cve", cve));
    let vendor = [("vendor", &package.article)].into_iter().filter(|(_, id)| !id.is_empty());
    let reference = |(kind, id): (&str, &String)| Reference {
        kind: kind.to_owned(),
        id: id.clone(),
        ..Reference::default()
    };
    cves.chain(vendor).map(reference).collect()
}

fn product(name: &str) -> ProductRow {
    ProductRow { product: name.to_owned(), levels: Vec::new() }
}

/// What all items say of restarts, where they agree.
fn reboot(package: &Package) -> Reboot {
    install::together(package.items.iter().map(|item| item.installer.install.behavior.reboot))
        .unwrap_or_default()
}

/// How the items are installed, those left out that say nothing of it.
fn installs(package: &mut Package) -> Vec<Install> {
    let taken = package.items.iter_mut().map(|item| std::mem::take(&mut item.installer.install));
    let mut installs: Vec<Install> = taken.filter(|install| *install != Install::default()).collect();
    if package.kind.trim() == "Driver" {
        installs.iter_mut().for_each(|install| install.handler = "WindowsDriver".to_owned());
    }
    installs
}

fn extra(package: &Package) -> Vec<(String, String)> {
    let mut extra = vec![("vendor".to_owned(), package.vendor.clone())];
    extra.push(("support".to_owned(), package.support.clone()));
    extra.push(("publisher".to_owned(), package.publisher.clone()));
    extra.extend(package.categories.iter().map(|category| ("category".to_owned(), category.clone())));
    extra.retain(|(_, text)| !text.is_empty());
    extra
}

fn rule(package: Package, findings: &mut Diagnostics) -> Rule {
    let Package { id, rules, items, bundled, position, kind, .. } = package;
    if items.is_empty() && !rules.there {
        // A bundle alone is what it consists of.
        return Rule::None;
    }
    let is_listed = kind.trim() != "Detectoid" && bundled.is_empty();
    let mut find = |code| findings.push(code, position, "InstallableItem", format_args!("`{id}`"));
    let no_rules = Sections::default();
    let own: Vec<&Sections> =
        if items.is_empty() { vec![&no_rules] } else { items.iter().map(|item| &item.rules).collect() };
    let mut made = Vec::with_capacity(own.len());
    for item in own {
        if item.there && item.installable.is_none() && rules.installable.is_some() {
            find(Code::SdpItemInstallableAbsent);
        }
        if item.installable.is_none() && rules.installable.is_none() && is_listed {
            find(Code::NoInstallableRule);
        }
        if item.installed.is_none() && rules.installed.is_none() && is_listed {
            find(Code::SdpNoInstalledRule);
        }
        made.push(update::Item {
            installed: both(&rules.installed, &item.installed),
            applicable: both(&rules.installable, &item.installable),
            superseded: item.superseded.clone(),
            imported: None,
        });
    }
    Rule::Items(made)
}

/// The rule of a package and the one of an item: both, the one there is, or never.
fn both(package: &Option<Expr>, item: &Option<Expr>) -> Expr {
    let rules: Vec<Expr> = package.iter().chain(item).cloned().collect();
    if rules.is_empty() { Expr::Constant(Answer::FALSE) } else { Expr::all_ranked(rules) }
}
