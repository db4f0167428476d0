//! Makes facts of every element with every attribute, for laws that must hold for all of them.
//!
//! The same dice make the same facts.

use patchstate::model::fact::*;
use patchstate::model::registry::View;
use patchstate::version::dotted::Version;

/// A source of decisions (SplitMix64).
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// The next number below `most`.
    pub fn below(&mut self, most: usize) -> usize {
        (self.next() % most as u64) as usize
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(2) == 0).then(|| make(self))
    }

    /// Text with everything that must be escaped, and characters of every length; never empty.
    fn text(&mut self) -> Text<'static> {
        const PARTS: [&str; 16] = [
            "a", "B7", "&", "<", ">", "\"", "'", "\t", "\n", "\r\n", " ", "&amp;", "é", "日本", "𝄞", "\u{85}",
        ];
        let count = 1 + self.below(6);
        Text::Owned((0..count).map(|_| self.one(&PARTS)).collect())
    }

    fn some_text(&mut self) -> Option<Text<'static>> {
        self.maybe(Self::text)
    }

    fn word(&mut self, of: &[&'static str]) -> Text<'static> {
        Text::Borrowed(self.one(of))
    }

    fn number(&mut self) -> Option<u32> {
        self.maybe(|dice| dice.next() as u32)
    }

    fn hex(&mut self, bytes: usize) -> Option<Text<'static>> {
        self.maybe(|dice| Text::Owned((0..bytes).map(|_| format!("{:02x}", dice.next() as u8)).collect()))
    }

    fn guid(&mut self) -> Text<'static> {
        let (a, b, c) = (self.next() as u32, self.next() as u16, self.next() & 0xFFFF_FFFF_FFFF);
        let bare = format!("{a:08X}-{b:04X}-4D3C-8B7A-{c:012X}");
        Text::Owned(if self.below(2) == 0 { bare } else { format!("{{{bare}}}") })
    }

    fn view(&mut self) -> View {
        self.one(&[View::Native, View::Narrow])
    }
}

/// How many elements there are.
pub const ELEMENTS: usize = 19;

/// A fact of the element with this number.
pub fn fact(element: usize, dice: &mut Dice) -> Fact<'static> {
    match element % ELEMENTS {
        0 => os(dice).into(),
        1 => Kernel { running: dice.text(), source: dice.some_text(), ..Kernel::default() }.into(),
        2 => {
            let (group, name, value) = (dice.text(), dice.text(), dice.some_text().unwrap_or_default());
            Trait { group, name, value, ..Trait::default() }.into()
        }
        3 => file(dice).into(),
        4 => registry_value(dice).into(),
        5 => RegistryKey { key: dice.text(), view: dice.view(), ..RegistryKey::default() }.into(),
        6 => msi(dice).into(),
        7 => {
            let (product, component, version) = (dice.guid(), dice.guid(), dice.some_text());
            MsiPart { product, component, version, ..MsiPart::default() }.into()
        }
        8 => {
            let state = dice.maybe(|dice| dice.word(&["applied", "superseded", "obsoleted", "registered"]));
            Msp { product: dice.guid(), patch: dice.guid(), state, ..Msp::default() }.into()
        }
        9 => {
            let state = dice.one(&[HotfixState::Installed, HotfixState::Pending, HotfixState::Failed]);
            Hotfix { id: dice.text(), installed: dice.some_text(), state, ..Hotfix::default() }.into()
        }
        10 => package(dice).into(),
        11 => module(dice).into(),
        12 => {
            let states =
                ["installed", "staged", "superseded", "install-pending", "uninstall-pending", "other"];
            let state = dice.maybe(|dice| dice.word(&states));
            Cbs { identity: dice.text(), state, ..Cbs::default() }.into()
        }
        13 => wmi(dice).into(),
        14 => product(dice).into(),
        15 => scan_result(dice).into(),
        16 => Tag { name: dice.text(), value: dice.some_text(), ..Tag::default() }.into(),
        17 => {
            let (kind, reference, view) = (Some(dice.one(Kind::ALL)), dice.text(), dice.view());
            Absent { kind, reference, view, ..Absent::default() }.into()
        }
        _ => {
            let kind = Some(dice.one(&[Kind::File, Kind::Registry]));
            Coverage { kind, under: dice.text(), view: dice.view(), ..Coverage::default() }.into()
        }
    }
}

fn os(dice: &mut Dice) -> Os<'static> {
    Os {
        family: dice.word(&["windows", "linux", "macos", "other"]),
        name: dice.some_text(),
        version: dice.some_text(),
        build: dice.number(),
        ubr: dice.number(),
        sp: dice.some_text(),
        sp_minor: dice.number(),
        arch: dice.some_text(),
        edition: dice.some_text(),
        sku: dice.number(),
        product_type: dice.maybe(|dice| dice.word(&["workstation", "domain-controller", "server"])),
        suite: dice.number(),
        installation: dice.maybe(|dice| dice.word(&["full", "core", "nano"])),
        language: dice.some_text(),
        codepage: dice.number(),
        windir: dice.some_text(),
        reboot_pending: dice.maybe(|dice| dice.below(2) == 0),
        ..Os::default()
    }
}

fn file(dice: &mut Dice) -> File<'static> {
    let version = Version([dice.next() as u32, dice.below(9) as u32, 0, dice.next() as u32]);
    File {
        path: dice.text(),
        version: dice.one(&[FileVersion::NotCollected, FileVersion::NoResource, FileVersion::Known(version)]),
        product_version: dice.some_text(),
        size: dice.maybe(Dice::next),
        modified: dice.some_text(),
        created: dice.some_text(),
        checksum: dice.maybe(Dice::next),
        md5: dice.hex(16),
        sha1: dice.hex(20),
        sha256: dice.hex(32),
        language: dice.some_text(),
        product: dice.some_text(),
        company: dice.some_text(),
        ..File::default()
    }
}

fn registry_value(dice: &mut Dice) -> RegistryValue<'static> {
    let types = ["sz", "expand", "dword", "qword", "multi", "binary", "none", "resource", "other"];
    RegistryValue {
        key: dice.text(),
        name: dice.some_text().unwrap_or_default(),
        kind: dice.maybe(|dice| dice.word(&types)),
        data: dice.some_text(),
        view: dice.view(),
        ..RegistryValue::default()
    }
}

fn msi(dice: &mut Dice) -> Msi<'static> {
    Msi {
        product: dice.guid(),
        version: dice.some_text(),
        upgrade_code: dice.maybe(Dice::guid),
        language: dice.number(),
        name: dice.some_text(),
        features: dice.some_text(),
        admin_image: dice.maybe(|dice| dice.below(2) == 0),
        ..Msi::default()
    }
}

fn package(dice: &mut Dice) -> Package<'static> {
    Package {
        kind: dice.one(&[PackageKind::Rpm, PackageKind::Deb]),
        name: dice.text(),
        epoch: dice.number(),
        version: dice.text(),
        release: dice.some_text(),
        arch: dice.some_text(),
        source: dice.some_text(),
        vendor: dice.some_text(),
        key: dice.hex(8),
        status: dice.some_text(),
        ..Package::default()
    }
}

fn module(dice: &mut Dice) -> Module<'static> {
    Module {
        name: dice.text(),
        stream: dice.text(),
        version: dice.some_text(),
        context: dice.some_text(),
        arch: dice.some_text(),
        state: dice.one(&[ModuleState::Enabled, ModuleState::Default, ModuleState::Disabled]),
        ..Module::default()
    }
}

fn wmi(dice: &mut Dice) -> Wmi<'static> {
    let count = dice.below(4);
    let types = ["string", "number", "boolean", "other"];
    let property = |dice: &mut Dice| Property {
        name: dice.text(),
        value: dice.some_text(),
        kind: dice.maybe(|dice| dice.word(&types)),
    };
    Wmi {
        class: dice.text(),
        namespace: dice.some_text(),
        key: dice.some_text(),
        properties: (0..count).map(|_| property(dice)).collect(),
        ..Wmi::default()
    }
}

fn product(dice: &mut Dice) -> Product<'static> {
    Product {
        name: dice.text(),
        version: dice.some_text(),
        publisher: dice.some_text(),
        sp: dice.some_text(),
        arch: dice.some_text(),
        language: dice.some_text(),
        id: dice.some_text(),
        ..Product::default()
    }
}

fn scan_result(dice: &mut Dice) -> ScanResult<'static> {
    ScanResult {
        scanner: dice.text(),
        reference: dice.text(),
        state: dice.word(&["installed", "missing", "admin", "error", "other"]),
        expired: dice.below(2) == 0,
        time: dice.some_text(),
        ..ScanResult::default()
    }
}
