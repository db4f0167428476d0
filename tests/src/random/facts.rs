//! Inventories: facts of every kind in any order, repeated, in any spelling, with parts missing.

use patchstate::diagnostic::Position;
use patchstate::model::fact::*;
use patchstate::model::inventory::{Collector, Inventory};
use patchstate::model::registry::View;

use super::Choices;
use super::words::*;

/// Draws the inventory of the client with this number.
pub fn inventory(number: usize, choices: &mut Choices<'_>) -> Inventory {
    let complete = match choices.below(4) {
        0 => Kinds::NONE,
        1 | 2 => Kinds::ALL,
        _ => Kinds::from_bits((choices.below(256) | choices.below(256) << 8) as u16),
    };
    let mut inventory = Inventory::new(&format!("client{number}"), complete);
    inventory.header.name = choices.odds(1, 8).then(|| "name".into());
    let count = choices.below(32);
    for at in 0..count {
        inventory.fact(fact(choices), Position { offset: at as u64, line: at as u32, column: 1 });
    }
    inventory
}

/// Draws a fact.
pub fn fact(choices: &mut Choices<'_>) -> Fact<'static> {
    match choices.below(43) {
        0..=4 => file(choices).into(),
        5..=7 => registry_value(choices).into(),
        8 => RegistryKey {
            key: choices.often(4, &KEYS_STATED).into(),
            view: view(choices),
            ..RegistryKey::default()
        }
        .into(),
        9..=11 => product(choices).into(),
        12..=16 => package(choices).into(),
        17 | 18 => module(choices).into(),
        19 | 20 => {
            Hotfix { id: choices.often(4, &HOTFIXES).1.into(), state: state(choices), ..Hotfix::default() }
                .into()
        }
        21 | 22 => os(choices).into(),
        23 => kernel(choices).into(),
        24 => msi(choices).into(),
        25 | 26 => folder(choices).into(),
        27 | 28 => absent(choices).into(),
        29 | 30 => coverage(choices).into(),
        31..=40 => super::windows::fact(choices),
        41 => super::windows::os(choices).into(),
        _ => unasked(choices),
    }
}

type Word = Option<Text<'static>>;

fn word(choices: &mut Choices<'_>, of: &[&'static str]) -> Word {
    choices.maybe(|choices| choices.one(of).into())
}

fn view(choices: &mut Choices<'_>) -> View {
    choices.one(&[View::Native, View::Native, View::Narrow])
}

fn state(choices: &mut Choices<'_>) -> HotfixState {
    choices.one(&[HotfixState::Installed, HotfixState::Installed, HotfixState::Failed, HotfixState::Pending])
}

fn file(choices: &mut Choices<'_>) -> File<'static> {
    File {
        path: choices.often(6, &PATHS).into(),
        version: match choices.below(6) {
            0 => FileVersion::NotCollected,
            1 => FileVersion::NoResource,
            _ => FileVersion::Known(choices.often(2, &VERSIONS)),
        },
        checksum: if choices.odds(1, 4) { None } else { Some(choices.often(2, &[1, 2, u64::MAX])) },
        size: choices.odds(1, 4).then(|| choices.one(&[7, 8])),
        modified: choices.odds(1, 4).then(|| choices.one(&["2019-01-01T00:00:00", "x"]).into()),
        created: choices.odds(1, 4).then(|| choices.one(&["2019-01-01T00:00:00Z", "x"]).into()),
        language: choices.odds(1, 4).then(|| choices.one(&["1033", "en"]).into()),
        ..File::default()
    }
}

fn registry_value(choices: &mut Choices<'_>) -> RegistryValue<'static> {
    RegistryValue {
        key: choices.often(4, &KEYS_STATED).into(),
        name: choices.often(1, &VALUES_STATED).into(),
        data: match choices.below(6) {
            0 => None,
            1 | 2 => Some(choices.often(5, &FOLDERS).into()),
            _ => Some(choices.one(&DATA).into()),
        },
        view: view(choices),
        kind: choices.maybe(|choices| choices.one(&["sz", "dword", "expand", "binary"]).into()),
        ..RegistryValue::default()
    }
}

fn product(choices: &mut Choices<'_>) -> Product<'static> {
    let sp = if choices.odds(1, 6) { None } else { Some(choices.often(4, &LEVELS_STATED).into()) };
    Product { name: choices.often(4, &PRODUCTS_STATED).into(), sp, ..Product::default() }
}

fn package(choices: &mut Choices<'_>) -> Package<'static> {
    Package {
        kind: if choices.odds(1, 8) { PackageKind::Deb } else { PackageKind::Rpm },
        name: choices.often(2, &PACKAGES).into(),
        epoch: match choices.below(4) {
            0 => None,
            1 => Some(choices.one(&EPOCHS)),
            _ => Some(0),
        },
        version: choices.often(5, &PACKAGE_VERSIONS).into(),
        release: if choices.odds(1, 6) { None } else { Some(choices.one(&RELEASES).into()) },
        arch: if choices.odds(1, 6) { None } else { Some(choices.often(1, &ARCHES).into()) },
        source: choices.odds(1, 3).then(|| choices.one(&SOURCES).into()),
        status: choices.odds(1, 6).then(|| choices.one(&["installed", "config-files"]).into()),
        ..Package::default()
    }
}

fn module(choices: &mut Choices<'_>) -> Module<'static> {
    Module {
        name: choices.often(1, &MODULES).into(),
        stream: choices.often(2, &STREAMS).into(),
        context: word(choices, &CONTEXTS),
        arch: word(choices, &["x86_64", "noarch", ""]),
        state: choices.one(&[ModuleState::Enabled, ModuleState::Default, ModuleState::Disabled]),
        ..Module::default()
    }
}

fn os(choices: &mut Choices<'_>) -> Os<'static> {
    Os {
        family: choices.one(&["windows", "windows", "Windows", "linux", ""]).into(),
        version: word(choices, &["5.0", "6.1.7601", "x"]),
        build: choices.maybe(|choices| choices.one(&[2195, 1, 7601])),
        sp: word(choices, &["1", "Service Pack 1"]),
        arch: word(choices, &["x86", "x64", "i386", " X86-based PC", "arm64"]),
        language: word(choices, &LANGUAGES),
        windir: word(choices, &[r"C:\WINDOWS", r"D:\WINNT\", r"C:\WINNT", "%windir%", "/opt", ""]),
        reboot_pending: choices.maybe(|choices| choices.odds(1, 2)),
        ..Os::default()
    }
}

fn kernel(choices: &mut Choices<'_>) -> Kernel<'static> {
    Kernel { running: choices.one(&RUNNING).into(), source: word(choices, &SOURCES), ..Kernel::default() }
}

fn msi(choices: &mut Choices<'_>) -> Msi<'static> {
    let version = word(choices, &["1.0", " 2.0.0.0", "x", ""]);
    Msi {
        product: choices.one(&CODES_STATED).into(),
        version,
        language: choices.maybe(|choices| choices.one(&[1033, 0])),
        features: choices.maybe(|choices| choices.one(&["Main Other", ""]).into()),
        upgrade_code: word(
            choices,
            &[
                "{0A000000-0000-0000-0000-0000000000e0}",
                "{0F000000-0000-0000-0000-000000000001}",
                "0f000000-0000-0000-0000-000000000002",
                "x",
            ],
        ),
        name: word(choices, &["Office", "Other"]),
        admin_image: choices.maybe(|choices| choices.odds(1, 2)),
        ..Msi::default()
    }
}

fn folder(choices: &mut Choices<'_>) -> Trait<'static> {
    let (group, name) = match choices.below(3) {
        0 => ("folder", choices.one(&["36", "37", "38", "41", "42", "43", "44", "99", "x"])),
        1 => ("mui", "en-US"),
        _ => ("env", choices.one(&VARIABLES)),
    };
    Trait {
        group: group.into(),
        name: name.into(),
        value: choices.often(5, &FOLDERS).into(),
        ..Trait::default()
    }
}

fn absent(choices: &mut Choices<'_>) -> Absent<'static> {
    let kind = choices.one(Kind::ALL);
    let reference = match kind {
        Kind::File => choices.often(6, &PATHS).to_owned(),
        Kind::Registry if choices.odds(1, 2) => choices.often(4, &KEYS_STATED).to_owned(),
        Kind::Registry => format!("{}::{}", choices.often(4, &KEYS_STATED), choices.often(1, &VALUES_STATED)),
        Kind::Hotfix => choices.often(4, &HOTFIXES).1.to_owned(),
        Kind::Package => choices.often(2, &PACKAGES).to_owned(),
        Kind::Module => choices.often(1, &MODULES).to_owned(),
        Kind::Msi => choices.one(&CODES_STATED).to_owned(),
        Kind::Product => choices.often(4, &PRODUCTS_STATED).to_owned(),
        Kind::Os | Kind::Msp | Kind::Cbs | Kind::Wmi => choices.one(&DATA).to_owned(),
    };
    let kind = if choices.odds(1, 16) { None } else { Some(kind) };
    Absent { kind, reference: reference.into(), view: view(choices), ..Absent::default() }
}

fn coverage(choices: &mut Choices<'_>) -> Coverage<'static> {
    let kind = match choices.below(8) {
        0..=2 => Some(Kind::File),
        3..=5 => Some(Kind::Registry),
        6 => None,
        _ => Some(choices.one(Kind::ALL)),
    };
    let under = match kind {
        Some(Kind::Registry) if choices.odds(7, 8) => choices.often(4, &KEYS_STATED),
        _ => choices.often(5, &FOLDERS),
    };
    Coverage { kind, under: under.into(), view: view(choices), ..Coverage::default() }
}

/// Facts that no rule asks about.
fn unasked(choices: &mut Choices<'_>) -> Fact<'static> {
    match choices.below(6) {
        0 => Tag { name: "tag".into(), ..Tag::default() }.into(),
        1 => Msp { product: CODES[0].into(), patch: CODES[1].into(), ..Msp::default() }.into(),
        2 => MsiPart { product: CODES[0].into(), component: CODES[1].into(), ..MsiPart::default() }.into(),
        3 => Cbs { identity: "Package~1~amd64~~1.0".into(), ..Cbs::default() }.into(),
        4 => Wmi { class: "Win32_Process".into(), ..Wmi::default() }.into(),
        _ => ScanResult { scanner: "other".into(), reference: "KB1".into(), ..ScanResult::default() }.into(),
    }
}
