//! Generated fleets: clients that are near copies of a few images, with facts that an index asks for.
//!
//! An image has some of the products (or packages) that the index knows, some of their updates
//! installed, and facts that nothing asks for. A client is an image with a share of its facts changed.

use std::collections::BTreeMap;

use super::random::Random;
use crate::diagnostic::Position;
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::index::probe::tag;
use crate::model::expr::{Data, Presence, Question, Subject};
use crate::model::fact::{
    Fact, File, FileVersion, Hotfix, Kernel, Kind, Kinds, Module, ModuleState, Os, Package, PackageKind,
    Product, RegistryValue, Text, Trait,
};
use crate::model::inventory::{Inventory, Stated};
use crate::model::update::Rule;
use crate::version::dotted::Version;

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Of 100 facts of a client, how many differ from its image.
    pub deviation: u32,
    /// Another seed gives another fleet.
    pub seed: u64,
    /// How many images there are.
    pub images: usize,
    /// About how many facts a client has.
    pub facts: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { deviation: 2, seed: 1, images: 30, facts: 1500 }
    }
}

/// How many products an image has.
const PRODUCTS: usize = 12;
/// Of 1,000 updates of its products, how many an image has installed.
const INSTALLED: u32 = 750;
/// Of 1,000 packages of an image, how many stand at, below and above a version that a row names; the
/// rest are names that no row has.
const PACKAGES: [u32; 3] = [350, 250, 100];

/// A fleet for an index.
///
/// ```
/// use patchstate::archive::map::Bytes;
/// use patchstate::generate::fleet::{Fleet, Settings};
/// use patchstate::index::{self, Index};
///
/// let mut file = std::io::Cursor::new(Vec::new());
/// index::write(&patchstate::compile::compile(vec![], vec![])?.columns, &mut file)?;
/// let index = Index::open(Bytes::copy(&file.into_inner()))?;
/// let fleet = Fleet::new(index.view()?, Settings::default());
/// assert_eq!(fleet.client(7), fleet.client(7));
/// # Ok::<(), patchstate::error::Error>(())
/// ```
#[derive(Debug)]
pub struct Fleet {
    settings: Settings,
    images: Vec<Image>,
}

/// What clients are copied from.
#[derive(Clone, Debug, Default)]
struct Image {
    complete: Kinds,
    facts: Vec<Fact<'static>>,
}

impl Fleet {
    /// Makes the images for an index.
    pub fn new(view: View<'_>, settings: Settings) -> Fleet {
        let columns = view.columns;
        let of_tag = |wanted: u8| -> Vec<u32> {
            let subjects = 0..u32::try_from(view.subjects()).unwrap_or(NONE);
            subjects.filter(|subject| columns.subject_tag.at(*subject as usize) == wanted).collect()
        };
        let (products, packages, modules) = (of_tag(tag::PRODUCT), of_tag(tag::RPM), of_tag(tag::MODULE));
        let image = |number: usize| {
            let mut random = Random::of(settings.seed, number as u64);
            // An index of both kinds has images of both kinds.
            if products.is_empty() || !packages.is_empty() && number % 2 == 1 {
                linux(view, settings, &packages, &modules, &mut random)
            } else {
                windows(view, settings, &products, &mut random)
            }
        };
        Fleet { settings, images: (0..settings.images.max(1)).map(image).collect() }
    }

    /// The id of a client.
    pub fn id(number: usize) -> String {
        format!("client-{number:06}")
    }

    /// Makes one client's inventory.
    pub fn client(&self, number: usize) -> Inventory {
        let image = &self.images[number % self.images.len()];
        let mut random = Random::of(self.settings.seed ^ 0x636c_6965, number as u64);
        let mut inventory = Inventory::new(&Fleet::id(number), image.complete);
        inventory.header.name = Some(Text::Owned(format!("{}.site.example", Fleet::id(number))));
        inventory.header.group = Some(Text::Owned(format!("image-{:02}", number % self.images.len())));
        inventory.header.collected = Some(Text::Borrowed("2026-03-02T08:15:00Z"));
        inventory.header.collector = Some(Text::Borrowed("patchstate generate"));
        inventory.header.serial = Some(1);
        for fact in &image.facts {
            let changed = random.chance(self.settings.deviation.saturating_mul(10));
            let fact = if changed { deviate(fact, &mut random) } else { Some(fact.clone()) };
            let stated = |fact| Stated { fact, document: 0, position: Position::default() };
            inventory.facts.extend(fact.map(stated));
        }
        inventory
    }
}

fn text(text: impl Into<String>) -> Text<'static> {
    Text::Owned(text.into())
}

/// The image of a Windows client.
fn windows(view: View<'_>, settings: Settings, products: &[u32], random: &mut Random) -> Image {
    let kinds = [Kind::Os, Kind::Product, Kind::File, Kind::Registry, Kind::Hotfix];
    let mut image = Image { complete: kinds.into_iter().collect(), facts: windows_base(view) };
    let mut evidence = BTreeMap::new();
    for _ in 0..PRODUCTS {
        let Some(product) = random.pick(products) else { break };
        let name = view.text(view.columns.subject_text.at(*product as usize));
        let level = level_of(view, *product, random);
        let stated = Product { name: text(name), sp: level.map(text), ..Product::default() };
        image.facts.push(Fact::Product(stated));
        for at in view.columns.subject_anchor_ends(*product as usize) {
            let update = view.columns.anchor_update.at(at) as usize;
            if let Rule::Tests { installed, .. } = view.rule(update) {
                let there = random.chance(INSTALLED);
                installed.leaves(&mut |subject, question, _| state(subject, question, there, &mut evidence));
            }
        }
    }
    image.facts.extend(evidence.into_values());
    let mut number = 0;
    while image.facts.len() < settings.facts {
        image.facts.push(if random.chance(700) {
            other_file(number, random)
        } else {
            other_value(number, random)
        });
        number += 1;
    }
    image
}

/// The operating system and the folders that the index's paths begin with.
fn windows_base(view: View<'_>) -> Vec<Fact<'static>> {
    let os = Os {
        family: text("windows"),
        name: Some(text("Windows Server")),
        version: Some(text("5.0")),
        build: Some(2195),
        arch: Some(text("x86")),
        language: Some(text("en-US")),
        windir: Some(text(r"C:\WINNT")),
        ..Os::default()
    };
    let mut facts = vec![Fact::Os(os)];
    for token in view.columns.token_text.iter() {
        let name = view.text(token.to_native()).trim_matches('%');
        if name != "windir" {
            let value = text(format!(r"C:\Folders\{name}"));
            facts.push(Fact::Trait(Trait {
                group: text("env"),
                name: text(name),
                value,
                ..Trait::default()
            }));
        }
    }
    facts
}

fn level_of<'v>(view: View<'v>, product: u32, random: &mut Random) -> Option<&'v str> {
    let columns = view.columns;
    let product = (columns.subject_name.at(product as usize) as usize).checked_sub(1)?;
    let levels: Vec<usize> = columns.product_level_ends(product).collect();
    random.pick(&levels).map(|level| view.text(columns.product_level.at(*level)))
}

/// States the evidence that a leaf asks for, as an installed or a missing update leaves it.
fn state(subject: &Subject, question: &Question, there: bool, facts: &mut BTreeMap<Subject, Fact<'static>>) {
    let fact = match (subject, question) {
        (Subject::File(path), Question::FileEvidence { presence, version, checksum }) => {
            if *presence == Presence::Removed {
                return;
            }
            let version = version.unwrap_or_default();
            let version = if there { version } else { older(version) };
            let before = match facts.get(subject) {
                Some(Fact::File(File { version: FileVersion::Known(before), .. })) => Some(*before),
                _ => None,
            };
            if before.is_some_and(|before| before > version) {
                return;
            }
            Fact::File(file(path, version, checksum.unwrap_or(0)))
        }
        (Subject::RegistryValue { key, name }, Question::Data(data)) if there => {
            let (kind, data) = match data {
                Data::Any => ("sz", "present".to_owned()),
                Data::Number(number) => ("dword", number.to_string()),
                Data::Text(text) => ("sz", text.clone()),
                Data::AtLeast(version) => ("sz", version.to_string()),
            };
            Fact::RegistryValue(value(key, name, kind, &data))
        }
        (Subject::Hotfix(id), Question::Exists) if there => {
            Fact::Hotfix(Hotfix { id: text(format!("KB{id}")), ..Hotfix::default() })
        }
        _ => return,
    };
    facts.insert(subject.clone(), fact);
}

fn older(version: Version) -> Version {
    let [a, b, c, d] = version.0;
    match d {
        0 => Version([a, b, c.saturating_sub(1), 0]),
        d => Version([a, b, c, d - 1]),
    }
}

fn file(path: &str, version: Version, checksum: u64) -> File<'static> {
    let [.., last] = version.0;
    File {
        path: text(path),
        version: FileVersion::Known(version),
        size: Some(10_000 + u64::from(last) * 16),
        modified: Some(text(format!("2004-03-{:02}T10:{:02}:12Z", 1 + last % 28, last % 60))),
        checksum: Some(checksum),
        language: Some(text("en-US")),
        product: Some(text("Generated Product Component")),
        company: Some(text("Generated Vendor Corporation")),
        ..File::default()
    }
}

fn value(key: &str, name: &str, kind: &str, data: &str) -> RegistryValue<'static> {
    RegistryValue {
        key: text(key),
        name: text(name),
        kind: Some(text(kind)),
        data: Some(text(data)),
        ..RegistryValue::default()
    }
}

fn other_file(number: usize, random: &mut Random) -> Fact<'static> {
    let path = format!(r"C:\WINNT\system32\drivers\filler\module{number:05}.sys");
    let version = Version([5, 0, 2195, random.below(9000) as u32]);
    Fact::File(file(&path, version, random.wide() & 0xffff_ffff))
}

fn other_value(number: usize, random: &mut Random) -> Fact<'static> {
    let key = format!(r"HKLM\SOFTWARE\Generated Vendor\Other Component {number:05}\CurrentVersion");
    Fact::RegistryValue(value(&key, "Path", "sz", &format!(r"C:\Folders\Other\{}", random.below(100_000))))
}

/// The image of a Linux client.
fn linux(
    view: View<'_>,
    settings: Settings,
    packages: &[u32],
    modules: &[u32],
    random: &mut Random,
) -> Image {
    let kinds = [Kind::Os, Kind::Package, Kind::Module];
    let os = Os {
        family: text("linux"),
        name: Some(text("Generated Linux")),
        version: Some(text("1")),
        arch: Some(text("x86_64")),
        ..Os::default()
    };
    let mut image = Image { complete: kinds.into_iter().collect(), facts: vec![Fact::Os(os)] };
    let rows = rows_of(view);
    let mut chosen: Vec<u32> = packages.to_vec();
    for number in 0..settings.facts.saturating_sub(1) {
        let [at, below, above] = PACKAGES;
        let roll = random.below(1000) as u32;
        if roll >= at + below + above || chosen.is_empty() {
            image.facts.push(Fact::Package(package(&format!("other-{number:05}"), 0, "1.0", "1", "x86_64")));
            continue;
        }
        let subject = chosen.swap_remove(random.below(chosen.len()));
        let of_name = rows.get(subject as usize).map_or(&[] as &[u32], Vec::as_slice);
        let Some(row) = random.pick(of_name) else { continue };
        image.facts.push(Fact::Package(at_row(view, *row as usize, roll, at, below)));
    }
    let kernel = image.facts.iter().find_map(|fact| match fact {
        Fact::Package(package) if package.name == "kernel" => {
            let release = package.release.as_deref().unwrap_or("");
            let arch = package.arch.as_deref().unwrap_or("");
            Some(Kernel {
                running: text(format!("{}-{release}.{arch}", package.version)),
                ..Kernel::default()
            })
        }
        _ => None,
    });
    image.facts.extend(kernel.map(Fact::Kernel));
    for module in modules.iter().filter(|_| random.chance(500)) {
        let name = text(view.text(view.columns.subject_text.at(*module as usize)));
        let stream = text(stream_of(view, *module));
        image.facts.push(Fact::Module(Module {
            name,
            stream,
            state: ModuleState::Enabled,
            ..Module::default()
        }));
    }
    image
}

/// The rows of each package subject.
fn rows_of(view: View<'_>) -> Vec<Vec<u32>> {
    let mut rows = vec![Vec::new(); view.subjects()];
    for (row, subject) in (0u32..).zip(view.columns.row_subject.iter()) {
        if let Some(list) = rows.get_mut(subject.to_native() as usize) {
            list.push(row);
        }
    }
    rows
}

fn stream_of(view: View<'_>, module: u32) -> &str {
    let columns = view.columns;
    let of_module = |at: &usize| columns.module_subject.at(*at) == module;
    let found = (0..columns.module_subject.len()).find(of_module);
    found.map_or("1", |at| view.text(columns.module_stream.at(at)))
}

/// The package of a row at, below or above the row's version.
fn at_row(view: View<'_>, row: usize, roll: u32, at: u32, below: u32) -> Package<'static> {
    let row = view.row(row, &(0..0));
    let release = row.release.unwrap_or_default();
    let release = match roll {
        roll if roll < at => release,
        roll if roll < at + below => format!("0~{release}"),
        _ => format!("{release}.1"),
    };
    let arch = if row.arch.is_empty() { "noarch" } else { &row.arch };
    package(&row.name, row.epoch, &row.version, &release, arch)
}

fn package(name: &str, epoch: u32, version: &str, release: &str, arch: &str) -> Package<'static> {
    Package {
        kind: PackageKind::Rpm,
        name: text(name),
        epoch: Some(epoch),
        version: text(version),
        release: Some(text(release)),
        arch: Some(text(arch)),
        source: Some(text(format!("{name}-{version}-{release}.src.rpm"))),
        vendor: Some(text("Generated Vendor")),
        ..Package::default()
    }
}

/// A fact as a client has it that differs from its image; `None` when it is not there at all.
fn deviate(fact: &Fact<'static>, random: &mut Random) -> Option<Fact<'static>> {
    let mut fact = fact.clone();
    match &mut fact {
        Fact::File(file) => {
            let FileVersion::Known(Version([a, b, c, d])) = file.version else { return None };
            let d = if random.chance(500) { d.saturating_add(1) } else { d.saturating_sub(3) };
            file.version = FileVersion::Known(Version([a, b, c, d]));
            file.size = Some(10_000 + u64::from(d) * 16);
        }
        Fact::RegistryValue(_) | Fact::Hotfix(_) if random.chance(500) => return None,
        Fact::RegistryValue(value) => value.data = Some(text(format!("{}", random.below(10_000)))),
        Fact::Package(package) => {
            let release = package.release.as_deref().unwrap_or("");
            let release = if random.chance(500) { format!("{release}.2") } else { format!("0~{release}") };
            package.release = Some(text(release));
        }
        Fact::Product(product) if random.chance(300) => product.sp = None,
        _ => {}
    }
    Some(fact)
}
