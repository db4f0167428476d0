//! Images of Windows clients: products, the evidence of their updates, and files and registry values
//! that no update asks for.

use std::collections::BTreeMap;

use super::deviation::size;
use super::{Image, Settings, text};
use crate::generate::random::Random;
use crate::index::View;
use crate::index::columns::Column;
use crate::model::expr::{Data, Expr, Presence, Question, Subject};
use crate::model::fact::{Fact, File, FileVersion, Hotfix, Kind, Os, Product, RegistryValue, Trait};
use crate::model::update::Rule;
use crate::version::dotted::Version;

/// How many products an image has.
const PRODUCTS: usize = 12;
/// Of 1,000 updates of its products, how many an image has installed.
const INSTALLED: u32 = 750;
/// Of 1,000 installed updates with other evidence, how many are in the list of hotfixes too.
const LISTED: u32 = 200;
/// Of 1,000 facts that no update asks for, how many are files; the rest are registry values.
pub(super) const FILES: u32 = 900;
/// The Windows folder.
const WINDIR: &str = r"C:\WINNT";

/// Makes an image.
pub(super) fn image(view: View<'_>, settings: Settings, products: &[u32], random: &mut Random) -> Image {
    let kinds = [Kind::Os, Kind::Product, Kind::File, Kind::Registry, Kind::Hotfix];
    let mut image = Image { complete: kinds.into_iter().collect(), facts: base(view) };
    let mut evidence = BTreeMap::new();
    for product in random.choose(products.to_vec(), PRODUCTS) {
        image.facts.push(Fact::Product(stated(view, product, random)));
        for at in view.columns.subject_anchor_ends(product as usize) {
            let update = view.columns.anchor_update.at(at) as usize;
            if let Rule::Tests { installed, .. } = view.rule(update) {
                install(&installed, random, &mut evidence);
            }
        }
    }
    image.facts.extend(evidence.into_values());
    for number in 0..settings.facts.saturating_sub(image.facts.len()) {
        let is_file = random.chance(FILES);
        image.facts.push(if is_file {
            other_file(WINDIR, number, random)
        } else {
            other_value(number, random)
        });
    }
    image
}

/// A product at one of the service packs that updates name.
fn stated(view: View<'_>, subject: u32, random: &mut Random) -> Product<'static> {
    let columns = view.columns;
    let product = (columns.subject_name.at(subject as usize) as usize).checked_sub(1);
    let Some(product) = product else {
        let name = text(view.text(columns.subject_text.at(subject as usize)));
        return Product { name, ..Product::default() };
    };
    let levels: Vec<usize> = columns.product_level_ends(product).collect();
    let level = random.pick(&levels).map(|level| view.text(columns.product_level.at(*level)));
    let name = text(view.text(columns.product_name.at(product)));
    Product { name, sp: level.map(text), ..Product::default() }
}

/// States the evidence of an update, as it or the version before it leaves it.
fn install(installed: &Expr, random: &mut Random, evidence: &mut BTreeMap<Subject, Fact<'static>>) {
    let there = random.chance(INSTALLED);
    let mut has_items = false;
    installed.leaves(&mut |_, question, _| {
        has_items |= matches!(question, Question::Data(_) | Question::FileEvidence { .. });
    });
    let listed = there && (!has_items || random.chance(LISTED));
    installed.leaves(&mut |subject, question, _| {
        let there = if matches!(subject, Subject::Hotfix(_)) { listed } else { there };
        state(subject, question, there, evidence);
    });
}

/// The operating system and the folders that the index's paths begin with.
fn base(view: View<'_>) -> Vec<Fact<'static>> {
    let os = Os {
        family: text("windows"),
        name: Some(text("Windows Server")),
        version: Some(text("5.0")),
        build: Some(2195),
        arch: Some(text("x86")),
        language: Some(text("en-US")),
        windir: Some(text(WINDIR)),
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
        size: Some(size(last)),
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

/// A file below the Windows folder that no update asks for.
pub(super) fn other_file(windir: &str, number: usize, random: &mut Random) -> Fact<'static> {
    let path = format!(r"{windir}\system32\drivers\filler\module{number:05}.sys");
    let version = Version([5, 0, 2195, random.below(9000) as u32]);
    Fact::File(file(&path, version, random.wide() & 0xffff_ffff))
}

/// A registry value that no update asks for.
pub(super) fn other_value(number: usize, random: &mut Random) -> Fact<'static> {
    let key = format!(r"HKLM\SOFTWARE\Generated Vendor\Other Component {number:05}\CurrentVersion");
    Fact::RegistryValue(value(&key, "Path", "sz", &format!(r"C:\Folders\Other\{}", random.below(100_000))))
}
