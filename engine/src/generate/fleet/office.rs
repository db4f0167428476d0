//! Products of Office about what rules for its updates compare, with their patches and files, and now and
//! then the results of another scanner.
//!
//! Rules name products by pattern, so that one product is what several rules mean: it has the digits that
//! those which agree with each other name, and any where none does.

use std::collections::BTreeMap;

use super::evidence::{Stated, near};
use super::text;
use super::windows::file;
use crate::generate::random::Random;
use crate::index::View;
use crate::index::columns::Column;
use crate::model::applicability::Applicability;
use crate::model::expr::{Question, Subject};
use crate::model::fact::{Fact, Kind, Kinds, Msi, Msp, ScanResult};
use crate::model::office::client::{Client, SCANNER};
use crate::model::office::{Asked, Evidence, Wanted};
use crate::model::truth::Truth;
use crate::model::update::{Item, Rule};
use crate::version::dotted::Version;

/// The formats whose updates these are.
const FORMATS: [&str; 2] = ["office", "office-rules"];
/// The most products that a client has.
const PRODUCTS: usize = 3;
/// Of 1,000 clients, how many have none.
const WITHOUT: u32 = 100;
/// Of 1,000 kinds, how many are complete.
const COMPLETE: u32 = 850;
/// Of 1,000 updates that patches prove, how many have one installed.
const PATCHED: u32 = 500;
/// Of 1,000 products, how many come from an administrative image.
const IMAGES: u32 = 100;
/// Languages of products that rules need not name.
const OTHER_LANGUAGES: [u32; 3] = [1033, 1033, 1036];
/// Of 1,000 clients, how many another scanner looked at; of 1,000 articles, of how many it said something.
const SCANNED: [u32; 2] = [330, 600];
/// What the scanner said, by how many of 100 articles it said so of.
const STATES: [(&str, u32); 5] =
    [("installed", 40), ("missing", 35), ("admin", 5), ("error", 10), ("other", 10)];

/// What an update is known by.
#[derive(Debug)]
struct Bundle {
    evidence: Evidence,
    /// The files that prove it.
    files: Vec<(String, Version)>,
}

/// What the updates of Office in an index ask.
#[derive(Debug)]
pub(super) struct Office {
    /// The updates, by number.
    updates: Vec<u32>,
    bundles: Vec<Bundle>,
    /// The articles of which another scanner may say something.
    articles: Vec<u32>,
}

impl Office {
    /// Gathers what they ask; `None` where an index has none.
    pub(super) fn new(view: View<'_>) -> Option<Office> {
        let is_office = |source: usize| FORMATS.contains(&view.source(source).format.as_str());
        let sources: Vec<bool> = (0..view.sources()).map(is_office).collect();
        let of_office = |update: &u32| {
            let source = view.columns.update_source.at(*update as usize) as usize;
            sources.get(source).copied().unwrap_or(false)
        };
        let count = u32::try_from(view.updates()).unwrap_or(0);
        let updates: Vec<u32> = (0..count).filter(of_office).collect();
        let mut office = Office { updates, bundles: Vec::new(), articles: Vec::new() };
        for update in &office.updates {
            let Rule::Items(items) = view.rule(*update as usize) else { continue };
            for item in items {
                office.bundles.extend(Bundle::of(&item));
                office.articles.extend(article(&item));
            }
        }
        office.articles.sort_unstable();
        office.articles.dedup();
        (!office.updates.is_empty()).then_some(office)
    }

    /// Whether an update is one of them.
    pub(super) fn has(&self, update: u32) -> bool {
        self.updates.binary_search(&update).is_ok()
    }

    /// What a client states, and of which kinds everything; about so many facts at most.
    pub(super) fn facts(&self, most: usize, random: &mut Random) -> (Vec<Fact<'static>>, Kinds) {
        let kinds = [Kind::Msi, Kind::Msp].into_iter().filter(|_| random.chance(COMPLETE)).collect();
        let mut facts: BTreeMap<String, Fact<'static>> = BTreeMap::new();
        let count = if random.chance(WITHOUT) { 0 } else { random.between(1, PRODUCTS) };
        for _ in 0..count {
            self.product(random, &mut facts);
        }
        let mut facts: Vec<Fact<'static>> = facts.into_values().collect();
        facts.truncate(most);
        if random.chance(SCANNED[0]) {
            let said = self.articles.iter().filter(|_| random.chance(SCANNED[1])).copied();
            let said: Vec<u32> = said.take(most.saturating_sub(facts.len())).collect();
            facts.extend(said.into_iter().map(|article| result(article, random)));
        }
        (facts, kinds)
    }

    /// States a product that some rule means, and what is asked about it.
    fn product(&self, random: &mut Random, facts: &mut BTreeMap<String, Fact<'static>>) {
        let Some(bundle) = random.pick(&self.bundles) else { return };
        let Some(wanted) = random.pick(&bundle.evidence.products) else { return };
        let mut product = self.meant(wanted, random);
        let (code, bundles) = (product.product.to_string(), self.of(&product));
        if facts.contains_key(&code) {
            return;
        }
        let stated = Stated::draw(random);
        if matches!(stated, Stated::Absent | Stated::Not) {
            return;
        }
        let bounds = bundles.iter().flat_map(|bundle| {
            let bounds = bundle.evidence.products.iter().flat_map(|wanted| [wanted.least, wanted.most]);
            bounds.flatten().chain(bundle.evidence.versions.iter().copied())
        });
        let bounds: Vec<Version> = bounds.collect();
        let version = random.pick(&bounds).map_or(Version([1, 0, 0, 0]), |bound| near(*bound, random));
        let languages: Vec<u32> =
            bundles.iter().flat_map(|bundle| bundle.evidence.languages.iter().copied()).collect();
        let language = random.pick(&languages).filter(|_| random.chance(700)).copied();
        let language = language.unwrap_or_else(|| OTHER_LANGUAGES[random.below(OTHER_LANGUAGES.len())]);
        product.version = stated.part(Some(text(version.to_string())), random);
        product.language = stated.part(Some(language), random);
        product.admin_image = random.chance(IMAGES).then_some(true);
        facts.insert(code.clone(), Fact::Msi(product));
        for bundle in bundles {
            bundle.state(&code, random, facts);
        }
    }

    /// A product that rules mean by these words, without its version.
    fn meant(&self, wanted: &Wanted, random: &mut Random) -> Msi<'static> {
        let mut parts = [wanted.code.clone(), wanted.upgrade_code.clone()];
        let mut name = wanted.name.clone();
        let all: Vec<&Wanted> = self.bundles.iter().flat_map(|bundle| &bundle.evidence.products).collect();
        for other in random.choose(all, usize::MAX) {
            let others = [&other.code, &other.upgrade_code];
            let joined: Vec<_> = parts
                .iter()
                .zip(others)
                .map(|(own, other)| joined(own.as_deref(), other.as_deref()))
                .collect();
            let names_agree = name.is_none() || other.name.is_none() || name == other.name;
            if let ([Some(code), Some(upgrade)], true) = (joined.as_slice(), names_agree) {
                // Words without a code in common are of another product.
                if other.code.is_some() && wanted.code.is_some() {
                    parts = [code.clone(), upgrade.clone()];
                    name = name.or_else(|| other.name.clone());
                }
            }
        }
        let [code, upgrade] = parts;
        let name = name.unwrap_or_else(|| "Generated Product".to_owned());
        // What no rule names depends on what one does, so that one product is not there twice.
        let words = name.bytes().chain(upgrade.iter().flat_map(|code| code.bytes()));
        let mut own =
            Random::new(words.fold(0, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(byte.into())));
        let product = match &code {
            Some(pattern) => filled(pattern, random),
            None => filled(ANY, &mut own),
        };
        let upgrade = filled(upgrade.as_deref().unwrap_or(ANY), &mut own);
        Msi {
            product: text(product),
            upgrade_code: random.chance(900).then(|| text(upgrade)),
            name: Some(text(name)),
            ..Msi::default()
        }
    }

    /// The updates that mean a product.
    fn of(&self, product: &Msi<'_>) -> Vec<&Bundle> {
        let mut client = Client::new(Kinds::ALL);
        client.take(product, 0);
        let means = |bundle: &&Bundle| {
            client.answer(&Asked::There(bundle.evidence.products.clone())).truth == Truth::True
        };
        self.bundles.iter().filter(means).collect()
    }
}

impl Bundle {
    fn of(item: &Item) -> Option<Bundle> {
        let (mut evidence, mut files) = (None, Vec::new());
        item.installed.leaves(&mut |subject, question, _| match (subject, question) {
            (Subject::Installer, Question::Applicability(asked)) => {
                if let Some(Asked::Installed(asked)) = office(asked) {
                    evidence = Some(asked.clone());
                }
            }
            (Subject::File(path), Question::FileEvidence { version: Some(version), .. }) => {
                files.push((path.clone(), *version));
            }
            _ => {}
        });
        Some(Bundle { evidence: evidence?, files })
    }

    /// States whether its patches are there, and its files.
    fn state(&self, product: &str, random: &mut Random, facts: &mut BTreeMap<String, Fact<'static>>) {
        let patch = random.pick(&self.evidence.patches).filter(|_| random.chance(PATCHED));
        if let Some(patch) = patch {
            let state = ["applied", "applied", "applied", "superseded", "obsoleted"][random.below(5)];
            let stated = Msp {
                product: text(product),
                patch: text(patch.clone()),
                state: Some(text(state)),
                ..Msp::default()
            };
            facts.insert(format!("{product}{patch}"), Fact::Msp(stated));
        }
        for (path, version) in &self.files {
            if random.chance(800) {
                facts.insert(path.clone(), Fact::File(file(path, near(*version, random), 0)));
            }
        }
    }
}

/// The digits of a product whose code no rule names.
const ANY: &str = "{????????-????-????-????-????????????}";

/// A pattern that means what both do; `None` where no code is meant by both.
fn joined(one: Option<&str>, other: Option<&str>) -> Option<Option<String>> {
    let (Some(one), Some(other)) = (one, other) else { return Some(one.or(other).map(str::to_owned)) };
    let digit = |(own, other): (char, char)| match (own, other) {
        ('?', other) => Some(other),
        (own, '?') => Some(own),
        (own, other) => (own == other).then_some(own),
    };
    one.chars().zip(other.chars()).map(digit).collect::<Option<String>>().map(Some)
}

/// A code that a pattern means.
fn filled(pattern: &str, random: &mut Random) -> String {
    let mut digit = |c: char| match c {
        '?' => char::from_digit(random.below(16) as u32, 16).unwrap_or('0').to_ascii_uppercase(),
        digit => digit,
    };
    pattern.chars().map(&mut digit).collect()
}

fn office(asked: &Applicability) -> Option<&Asked> {
    match asked {
        Applicability::Office(asked) => Some(asked),
        _ => None,
    }
}

/// The article by which a part is known to another scanner.
fn article(item: &Item) -> Option<u32> {
    let mut article = None;
    item.imported.as_ref()?.leaves(&mut |_, question, _| {
        if let Question::Applicability(asked) = question
            && let Some(Asked::Scan(number, _)) = office(asked)
        {
            article = Some(*number);
        }
    });
    article
}

fn result(article: u32, random: &mut Random) -> Fact<'static> {
    let mut roll = random.below(100) as u32;
    let state = STATES.iter().find(|(_, share)| {
        let is_it = roll < *share;
        roll = roll.saturating_sub(*share);
        is_it
    });
    Fact::ScanResult(ScanResult {
        scanner: text(SCANNER),
        reference: text(format!("KB{article}")),
        state: text(state.map_or("other", |(word, _)| word)),
        ..ScanResult::default()
    })
}
