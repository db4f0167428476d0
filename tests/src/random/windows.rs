//! What the Windows rule language asks, and what clients state of it: leaves by the text of their
//! elements, facts in any order and with parts missing.

use patchstate::model::applicability::Applicability;
use patchstate::model::applicability::patch::Patch;
use patchstate::model::expr::{Expr, LoopOf, Question, Subject};
use patchstate::model::fact::*;
use patchstate::model::reason::Reason;
use patchstate::model::update::{Clause, Item, Update};

use super::Choices;
use super::catalogs::id;
use super::rules::{position, wild};
use super::words::{CODES, CODES_STATED, FILES, KEYS, LANGUAGES, VALUES};

/// What is asked of the system.
const SYSTEM: [&str; 28] = [
    r#"WindowsProduct Product="7601/client/9/-""#,
    r#"WindowsProduct Product="7601/server/-/core""#,
    r#"WindowsProductPossible Product="7601/client/-/full""#,
    r#"WindowsOther Than="7601/client/9/- 7600/server/-/core""#,
    r#"WindowsRevision Product="7601/client/-/-" Revision="5""#,
    r#"WindowsRevision Product="7601/server/9/full" Revision="0" From="release-table""#,
    r#"WindowsVersion Comparison="EqualTo" MajorVersion="6" MinorVersion="1""#,
    r#"WindowsVersion Comparison="GreaterThanOrEqualTo" MajorVersion="5" MinorVersion="0" ServicePackMajor="1""#,
    r#"WindowsVersion Comparison="LessThan" BuildNumber="7601" ProductType="1""#,
    r#"WindowsVersion Comparison="EqualTo" SuiteMask="3" AllSuitesMustBePresent="true""#,
    r#"Platform PlatformID="Windows""#,
    r#"WindowsLanguage Language="en""#,
    "MuiInstalled",
    r#"MuiLanguageInstalled Language="de-de""#,
    r#"SystemMetric Comparison="GreaterThan" Index="86" Value="0""#,
    r#"Processor Architecture="9""#,
    r#"Processor Architecture="0" Level="6""#,
    r#"NumberOfProcessors Comparison="GreaterThanOrEqualTo" Number="2""#,
    "ClusteredOS",
    r#"LicenseDword Value="Kernel-X" Comparison="EqualTo" Data="1""#,
    r#"DeviceAttribute Name="osversion" Comparison="GreaterThan" Type="Version" Value="6.1.7601.5""#,
    r#"DeviceAttribute Name="ring" Comparison="EqualTo" Type="String" Value="fast""#,
    r#"MsiPatchInstalled PatchCode="{0A000000-0000-0000-0000-0000000000D0}" TargetProduct="listed" TargetProductCode="{0A000000-0000-0000-0000-00000000000B};{0C000000-0000-0000-0000-00000000000D}""#,
    r#"MsiPatchInstalled PatchCode="{0A000000-0000-0000-0000-0000000000D9}" FallbackPatchCode="{0A000000-0000-0000-0000-0000000000D0}" TargetProduct="product={0A000000-0000-0000-0000-00000000000B},version=LessThan:2.0.0.0:Major,language=1033;language=0""#,
    r#"MsiPatchInstallable PatchCode="{0A000000-0000-0000-0000-0000000000D0}" TargetProduct="upgrade={0A000000-0000-0000-0000-0000000000E0}""#,
    r#"MsiPatchInstallable PatchCode="{0A000000-0000-0000-0000-0000000000D1}" TargetProduct="product={0A000000-0000-0000-0000-00000000000B},version=EqualTo:1.0.0.0:MajorMinor""#,
    r#"MsiPatchSuperseded PatchCode="{0A000000-0000-0000-0000-0000000000D0}" TargetProduct="product={0A000000-0000-0000-0000-00000000000B}" SequenceData="F|1.0.0.0|1""#,
    r#"MsiPatchSuperseded PatchCode="{0A000000-0000-0000-0000-0000000000D2}" TargetProduct="language=1033" SequenceData="F|1.0.0.0|0|{0C000000-0000-0000-0000-00000000000D}""#,
];

/// What catalogs know of patches.
const PATCHES: [&str; 4] = [
    r#"MsiPatchMetadata PatchCode="{0A000000-0000-0000-0000-0000000000D0}" SequenceData="F|1.0.0.0|1""#,
    r#"MsiPatchMetadata PatchCode="{0A000000-0000-0000-0000-0000000000D1}" FallbackPatchCode="{0A000000-0000-0000-0000-0000000000D9}" SequenceData="F|2.0.0.0|1""#,
    r#"MsiPatchMetadata PatchCode="{0A000000-0000-0000-0000-0000000000D1}" ObsoletedPatch="{0A000000-0000-0000-0000-0000000000D2}""#,
    r#"MsiPatchMetadata PatchCode="{0A000000-0000-0000-0000-0000000000D3}" SequenceData="F|2.0.0.0|1|{0A000000-0000-0000-0000-00000000000B}""#,
];

/// Patches as clients write them.
const PATCHES_STATED: [&str; 5] = [
    "{0a000000-0000-0000-0000-0000000000d0}",
    "{0A000000-0000-0000-0000-0000000000D1}",
    "0A000000-0000-0000-0000-0000000000D3",
    "{0A000000-0000-0000-0000-0000000000D9}",
    "x",
];

/// Draws what a catalog knows of patches.
pub fn patches(choices: &mut Choices<'_>) -> Vec<Patch> {
    choices.list(2, |choices| Patch::from_text(choices.one(&PATCHES)).expect("is metadata"))
}

const REGISTRY: [&str; 11] = [
    r#"FileVersionPrependRegSz Path="a.dll" Comparison="GreaterThanOrEqualTo" Version="5.0.2195.1600""#,
    r#"FileExistsPrependRegSz Path="system32\a.dll""#,
    r#"FileExistsPrependRegSz Path="\b.dll" Size="7""#,
    r#"FileSizePrependRegSz Path="d\d.dll" Comparison="EqualTo" Size="7""#,
    r#"RegDword Comparison="GreaterThan" Data="1""#,
    r#"RegSz Comparison="EqualTo" Data="Value""#,
    r#"RegSz Comparison="Contains" Data="Al" case-exact="true""#,
    r#"RegExpandSz Comparison="BeginsWith" Data="%v""#,
    r#"RegSzToVersion Comparison="GreaterThanOrEqualTo" Data="6.3.0.0""#,
    r#"RegValueExists Type="REG_DWORD""#,
    r#"RegValueExists Type="REG_SZ""#,
];

const OF_FILES: [&str; 7] = [
    r#"FileVersion Comparison="GreaterThanOrEqualTo" Version="5.0.2195.1600""#,
    r#"FileVersion Comparison="LessThan" Version="6.0.0.0""#,
    r#"FileExists Version="5.0.2195.1600" Size="7""#,
    r#"FileExists Language="1033""#,
    r#"FileSize Comparison="EqualTo" Size="7""#,
    r#"FileModified Comparison="LessThan" Modified="2020-01-01T00:00:00Z""#,
    r#"FileCreated Comparison="EqualTo" Created="2019-01-01T00:00:00Z""#,
];

/// What is asked of the classes of [`CLASSES`].
const QUERIES: [&str; 10] = [
    "select * from C where A like '%va_ue%'",
    "select * from C where A like '%x%' or A like 'Val%' or A = 'other'",
    "select * from C where not (A like '%x%') and B >= '2'",
    "select * from C where B is null or N > 3",
    "select * from C",
    "select * from C where T = true",
    "select * from C where N = 'seven'",
    "select * from C where A >= 'v' and A < 'v~'",
    "select * from C where [",
    "select * from C where A like '%[x-z]' or A like '[a-d]%'",
];

const CLASSES: [&str; 3] = [r"root\cimv2:c", r"root\cimv2:d", r"root\other:c"];

const PRODUCTS: [&str; 5] = [
    r#"MsiProductInstalled VersionMin="1.0.0.0" ExcludeVersionMin="true" VersionMax="2.0.0.0""#,
    r#"MsiProductInstalled Language="1033""#,
    r#"MsiFeature Feature="main""#,
    r#"MsiComponent Component="{0A000000-0000-0000-0000-0000000000C0}""#,
    r#"MsiPatchInstalledForProduct PatchCode="{0A000000-0000-0000-0000-0000000000D0}" VersionMin="1.0.0.0""#,
];

/// What rules about Office ask of all products together.
const OFFICE: [&str; 9] = [
    r#"OfficeInstalled Product="1" Code="{0A000000-0000-0000-0000-00000000000?}" VersionMin="1.0.0.0" VersionMax="2.0.0.0" Patch="{0A000000-0000-0000-0000-0000000000D0}""#,
    r#"OfficeInstalled Product="1" UpgradeCode="{0F000000-0000-0000-0000-00000000000?}" Product="2" Code="{0?000000-0000-0000-0000-00000000000D}" Version="1.0.0.0" Files="true""#,
    r#"OfficeInstalled Product="1" Name="office" VersionMax="1.5.0.0""#,
    r#"OfficeApplicable Product="1" Code="{0?000000-0000-0000-0000-0000000000??}" VersionMin="1.0.0.0" VersionMax="2.0.0.0" Language="1033""#,
    r#"OfficeApplicable Product="1" Name="office" UpgradeCode="{0F000000-0000-0000-0000-000000000001}" Patch="{0A000000-0000-0000-0000-0000000000D0}""#,
    r#"OfficeProductThere Product="1" Code="{0C000000-0000-0000-0000-00000000000D}" Product="2" Name="office""#,
    r#"OfficeScanResult Article="300001""#,
    r#"OfficeScanResult Article="300002" Limited="true" Product="1" Code="{0A000000-0000-0000-0000-00000000000B}""#,
    r#"OfficeScanResult Article="300001" Limited="true" Product="1" Name="office""#,
];

/// Draws a leaf, now and then of a subject that it does not fit, or one that is not asked.
pub fn leaf(choices: &mut Choices<'_>) -> Expr {
    if choices.odds(1, 12) {
        let reason = choices.one(&[Reason::UnsupportedRule, Reason::RuleError, Reason::NotCollected]);
        return Expr::Unread(reason, choices.one(&["Memory Comparison=\"EqualTo\"", ""]).to_owned());
    }
    let drawn = choices.below(6);
    let subject = match drawn {
        0 => Subject::System,
        1 if choices.odds(1, 6) => Subject::RegistryKey(choices.one(&BELOW).to_owned()),
        1 => Subject::RegistryValue {
            key: if choices.odds(1, 3) { choices.one(&BELOW) } else { choices.often(2, &KEYS) }.to_owned(),
            name: choices.often(1, &VALUES).to_owned(),
        },
        2 => Subject::File(choices.often(3, &FILES).to_owned()),
        3 => Subject::Wmi(choices.often(1, &CLASSES).to_owned()),
        4 => Subject::Msi(choices.one(&CODES).to_owned()),
        _ => Subject::Installer,
    };
    let asked = if choices.odds(1, 24) { choices.below(6) } else { drawn };
    let text = match asked {
        0 => choices.one(&SYSTEM).to_owned(),
        1 => choices.one(&REGISTRY).to_owned(),
        2 => choices.one(&OF_FILES).to_owned(),
        3 => format!("WmiQuery WqlQuery=\"{}\"", choices.one(&QUERIES)),
        4 => choices.one(&PRODUCTS).to_owned(),
        _ => choices.one(&OFFICE).to_owned(),
    };
    let asked = Applicability::from_text(&text).unwrap_or_else(|| panic!("{text} is a leaf"));
    let question = if choices.odds(1, 12) { Question::Exists } else { ask(asked) };
    Expr::test(subject, question, position(choices))
}

/// Keys below the sub-key that a loop is at.
const BELOW: [&str; 3] = ["%loop%", r"%loop%\b", r"%loop%\b\c"];

/// Draws a loop, now and then one in another's place.
pub fn go_through(choices: &mut Choices<'_>, depth: usize) -> Expr {
    let key = match choices.below(6) {
        0 => choices.one(&BELOW),
        1 => "hklm",
        2 => r"hklm\software",
        _ => choices.often(2, &KEYS),
    };
    let of = choices.one(&LoopOf::ALL).0;
    Expr::Loop { key: key.to_owned(), of, body: Box::new(wild(choices, depth - 1)) }
}

fn ask(asked: Applicability) -> Question {
    Question::Applicability(Box::new(asked))
}

/// Draws the parts of an update.
pub fn items(choices: &mut Choices<'_>) -> Vec<Item> {
    let mut items = choices.list(2, item);
    items.push(item(choices));
    items
}

fn item(choices: &mut Choices<'_>) -> Item {
    Item {
        installed: wild(choices, 2),
        applicable: wild(choices, 2),
        superseded: choices.odds(1, 4).then(|| wild(choices, 1)),
        imported: choices.odds(1, 4).then(|| wild(choices, 1)),
    }
}

/// Draws what an update needs, consists of and replaces.
pub fn relations(choices: &mut Choices<'_>) -> Update {
    if choices.odds(1, 2) {
        return Update::default();
    }
    Update {
        detectoid: choices.odds(1, 4),
        prerequisites: choices
            .list(2, |choices| Clause { any_of: choices.list(3, id), position: position(choices) }),
        bundled: if choices.odds(1, 4) { choices.list(3, id) } else { Vec::new() },
        replaces: choices.list(2, id),
        ..Update::default()
    }
}

/// Draws a fact that the rule language asks about.
pub fn fact(choices: &mut Choices<'_>) -> Fact<'static> {
    match choices.below(7) {
        0 | 1 => instance(choices).into(),
        6 => result(choices).into(),
        2 => stated_trait(choices).into(),
        3 => Msp {
            product: choices.one(&CODES_STATED).into(),
            patch: choices.one(&PATCHES_STATED).into(),
            state: choices
                .maybe(|choices| choices.one(&["applied", "superseded", "obsoleted", "registered"]).into()),
            ..Msp::default()
        }
        .into(),
        4 => MsiPart {
            product: choices.one(&CODES_STATED).into(),
            component: choices.one(&["0A000000-0000-0000-0000-0000000000C0", "{1}"]).into(),
            ..MsiPart::default()
        }
        .into(),
        _ => absent(choices).into(),
    }
}

fn result(choices: &mut Choices<'_>) -> ScanResult<'static> {
    ScanResult {
        scanner: choices.one(&["office-convert", "office-convert", "office-convert", "other"]).into(),
        reference: choices.one(&["300001", "KB300002", "x"]).into(),
        state: choices.one(&["installed", "missing", "admin", "error", "other", ""]).into(),
        expired: choices.odds(1, 3),
        ..ScanResult::default()
    }
}

fn instance(choices: &mut Choices<'_>) -> Wmi<'static> {
    let property = |choices: &mut Choices<'_>| {
        let (name, values, kinds): (_, &[&'static str], &[&'static str]) = match choices.below(4) {
            0 => ("A", &["value", "x", "VALUE 2", "other", ""], &["string"]),
            1 => ("b", &["2", "10", "null"], &["string", "number"]),
            2 => ("N", &["4", "-1.5", "seven"], &["number", "number", "string", "other"]),
            _ => ("T", &["TRUE", "false", "1", "x"], &["boolean", "string"]),
        };
        Property {
            name: name.into(),
            value: if choices.odds(1, 6) { None } else { Some(choices.one(values).into()) },
            kind: choices.maybe(|choices| choices.one(kinds).into()),
        }
    };
    Wmi {
        class: choices.one(&["C", "c", "D"]).into(),
        namespace: choices.odds(1, 4).then(|| choices.one(&["ROOT/cimv2", r"root\other"]).into()),
        properties: choices.list(5, property),
        ..Wmi::default()
    }
}

fn stated_trait(choices: &mut Choices<'_>) -> Trait<'static> {
    let (group, name, value) = choices.one(&[
        ("mui", "de-DE", "installed"),
        ("mui", "fr-FR", "no"),
        ("metric", "86", "1"),
        ("metric", "86", "x"),
        ("processor", "level", "6"),
        ("processor", "count", "4"),
        ("cluster", "member", "true"),
        ("cluster", "member", "false"),
        ("license", "kernel-x", "1"),
        ("device", "Ring", "Fast"),
        ("device", "OSVersion", "1.0"),
    ]);
    Trait { group: group.into(), name: name.into(), value: value.into(), ..Trait::default() }
}

fn absent(choices: &mut Choices<'_>) -> Absent<'static> {
    let (kind, reference) = choices.one(&[
        (Kind::Wmi, r"root\cimv2:C"),
        (Kind::Wmi, "d"),
        (Kind::Os, "mui"),
        (Kind::Os, "MUI:de-DE"),
        (Kind::Os, "device:ring"),
        (Kind::Msp, "{0A000000-0000-0000-0000-00000000000B}::{0A000000-0000-0000-0000-0000000000D0}"),
        (Kind::Msi, "{0C000000-0000-0000-0000-00000000000D}"),
    ]);
    Absent { kind: Some(kind), reference: reference.into(), ..Absent::default() }
}

/// Draws the operating system as the rule language asks about it.
pub fn os(choices: &mut Choices<'_>) -> Os<'static> {
    Os {
        family: choices.one(&["windows", "windows", "linux"]).into(),
        version: choices.maybe(|choices| choices.one(&["6.1", "6.1.7601", "10.0.22000.5", "5", "x"]).into()),
        build: choices.maybe(|choices| choices.one(&[7600, 7601])),
        ubr: choices.maybe(|choices| choices.one(&[4, 5, 6])),
        sp: choices.maybe(|choices| choices.one(&["1", "Service Pack 2", "none"]).into()),
        sp_minor: choices.maybe(|_| 0),
        arch: choices.maybe(|choices| choices.one(&["x86", "x64", "arm64"]).into()),
        sku: choices.maybe(|_| 48),
        product_type: choices.maybe(|choices| choices.one(&["workstation", "server"]).into()),
        suite: choices.maybe(|choices| choices.one(&[1, 3, 256])),
        language: choices.maybe(|choices| choices.one(&LANGUAGES).into()),
        ..Os::default()
    }
}
