//! Images of Windows clients: products, stated or to be detected, the evidence of their updates, products
//! of Office, and files and registry values that no update asks for.

use std::collections::BTreeMap;

use super::deviation::size;
use super::office::Office;
use super::{Image, Settings, detected, text};
use crate::generate::random::Random;
use crate::index::View;
use crate::index::columns::Column;
use crate::model::expr::{Data, Expr, Presence, Question, Subject};
use crate::model::fact::{Fact, File, FileVersion, Hotfix, Kind, Os, Product, RegistryValue, Text, Trait};
use crate::model::update::Rule;
use crate::version::dotted::Version;

/// How many products an image has.
const PRODUCTS: usize = 12;
/// Of 1,000 updates of its products, how many an image has installed.
const INSTALLED: u32 = 750;
/// Of 1,000 images, how many do not state the products that can be detected.
const DETECTED: u32 = 125;
/// Of how many updates that name no product an image has evidence.
const WITHOUT_PRODUCT: usize = 200;
/// Of 1,000 installed updates with other evidence, how many are in the list of hotfixes too.
const LISTED: u32 = 200;
/// Of 1,000 facts that no update asks for, how many are files; the rest are registry values.
pub(super) const FILES: u32 = 900;
/// The Windows folder.
const WINDIR: &str = r"C:\WINNT";

/// What an index asks of clients by the products that they have, or without any.
#[derive(Debug)]
pub(super) struct Asked {
    /// The products, by subject.
    pub(super) products: Vec<u32>,
    /// The updates with evidence that no product is named for.
    pub(super) without_product: Vec<u32>,
    pub(super) office: Option<Office>,
}

impl Asked {
    /// Gathers it; `None` where the index asks nothing of the kind.
    pub(super) fn new(view: View<'_>, products: Vec<u32>) -> Option<Asked> {
        let asked =
            Asked { without_product: without_product(view, &products), office: Office::new(view), products };
        let is_any =
            !asked.products.is_empty() || !asked.without_product.is_empty() || asked.office.is_some();
        is_any.then_some(asked)
    }
}

/// The updates that look at evidence and are reached by no product.
fn without_product(view: View<'_>, products: &[u32]) -> Vec<u32> {
    const TESTS: u8 = 1;
    let mut is_reached = vec![false; view.updates()];
    for product in products {
        for at in view.columns.subject_anchor_ends(*product as usize) {
            let update = view.columns.anchor_update.at(at) as usize;
            is_reached.get_mut(update).into_iter().for_each(|reached| *reached = true);
        }
    }
    let has_evidence = |update: &u32| match view.rule(*update as usize) {
        Rule::Tests { installed, .. } => {
            let mut has_any = false;
            installed.leaves(&mut |subject, _, _| has_any |= !matches!(subject, Subject::Product(_)));
            has_any
        }
        Rule::None | Rule::Items(_) | Rule::Packages { .. } | Rule::Definition(_) => false,
    };
    let updates = (0u32..).zip(is_reached).filter(|(_, reached)| !reached).map(|(update, _)| update);
    let with_tests = updates.filter(|update| view.columns.update_rule.at(*update as usize) == TESTS);
    with_tests.filter(has_evidence).collect()
}

/// Makes an image.
pub(super) fn image(view: View<'_>, settings: Settings, asked: &Asked, random: &mut Random) -> Image {
    // Of its own, so that what is drawn besides does not depend on it.
    let mut other = Random::new(random.clone().wide() ^ 0x6465_7465_6374);
    let is_detected = other.chance(DETECTED);
    let kinds = [Kind::Os, Kind::Product, Kind::File, Kind::Registry, Kind::Hotfix];
    let mut image = Image { complete: kinds.into_iter().collect(), facts: base(view), ..Image::default() };
    let mut evidence = BTreeMap::new();
    for product in random.choose(asked.products.clone(), PRODUCTS) {
        let stated = stated(view, product, random);
        image.levels.insert(stated.name.clone(), levels(view, product));
        let seen = if is_detected { detected::facts(view, product, &mut other) } else { None };
        match seen {
            Some(facts) => {
                image.complete.remove(Kind::Product);
                facts.into_iter().for_each(|(subject, fact)| _ = evidence.entry(subject).or_insert(fact));
            }
            None => image.facts.push(Fact::Product(stated)),
        }
        for at in view.columns.subject_anchor_ends(product as usize) {
            let update = view.columns.anchor_update.at(at) as usize;
            if let Rule::Tests { installed, .. } = view.rule(update) {
                install(&installed, random, &mut evidence);
            }
        }
    }
    for update in random.choose(asked.without_product.clone(), WITHOUT_PRODUCT) {
        if let Rule::Tests { installed, .. } = view.rule(update as usize) {
            install(&installed, random, &mut evidence);
        }
    }
    image.facts.extend(evidence.into_values());
    if let Some(office) = &asked.office {
        let (facts, complete) = office.facts(settings.facts.saturating_sub(image.facts.len()).max(1), random);
        image.facts.extend(facts);
        image.complete.extend(complete);
    }
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

/// The service packs that updates name for a product.
fn levels(view: View<'_>, subject: u32) -> Vec<Text<'static>> {
    let columns = view.columns;
    let product = (columns.subject_name.at(subject as usize) as usize).checked_sub(1);
    let levels = product.map(|product| columns.product_level_ends(product)).unwrap_or_default();
    levels.map(|level| text(view.text(columns.product_level.at(level)))).collect()
}

/// A product at one of the service packs that updates name.
fn stated(view: View<'_>, subject: u32, random: &mut Random) -> Product<'static> {
    let columns = view.columns;
    let product = (columns.subject_name.at(subject as usize) as usize).checked_sub(1);
    let Some(product) = product else {
        let name = text(view.text(columns.subject_text.at(subject as usize)));
        return Product { name, ..Product::default() };
    };
    let name = text(view.text(columns.product_name.at(product)));
    Product { name, sp: random.pick(&levels(view, subject)).cloned(), ..Product::default() }
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
            if *presence == Presence::Removed && (there || facts.contains_key(subject)) {
                return;
            }
            let version = version.unwrap_or_default();
            let is_new = there || *presence == Presence::Removed;
            let version = if is_new { version } else { older(version) };
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

pub(super) fn file(path: &str, version: Version, checksum: u64) -> File<'static> {
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
