//! Products of Windows Installer that the metadata of patches means, with patches that are there, that
//! replace them, and that no catalog knows.

use super::evidence::{Stated, leaves, near};
use super::text;
use crate::generate::random::Random;
use crate::model::applicability::patch::{Patch, Target, TargetVersion};
use crate::model::expr::{Comparison, Question};
use crate::model::fact::{Fact, Msi, Msp};
use crate::version::dotted::Version;

/// Of 1,000 products, how many have a patch that no catalog knows.
const FOREIGN: u32 = 100;
/// A patch that no catalog knows.
const UNKNOWN: &str = "{0F000000-0000-0000-0000-0000000000FF}";
/// A product that a patch may be for whose metadata names none.
const ANY: &str = "{0F000000-0000-0000-0000-000000000001}";

/// Whether any leaf asks about a patch.
pub(super) fn are_asked(asked: &[Question]) -> bool {
    leaves(asked).any(|leaf| leaf.patch().is_some())
}

/// What is stated of the products and patches that leaves about patches ask for; `known` is what the
/// catalogs know of patches.
pub(super) fn facts(asked: &[Question], known: &[Patch], random: &mut Random) -> Vec<Fact<'static>> {
    let mut patches: Vec<&Patch> = leaves(asked).filter_map(|leaf| leaf.patch()).collect();
    patches.dedup_by_key(|patch| &patch.code);
    let mut facts = Vec::new();
    for patch in patches {
        let stated = Stated::draw(random);
        let target = random.pick(&patch.targets);
        let (Some(target), Stated::Whole | Stated::Partly) = (target, stated) else { continue };
        let code = target.product.as_ref().or_else(|| random.pick(&patch.listed));
        let code = code.map_or(ANY, String::as_str);
        facts.push(Fact::Msi(product(code, target, stated, random)));
        facts.extend(registered(code, patch, known, random));
    }
    facts
}

fn product(code: &str, target: &Target, stated: Stated, random: &mut Random) -> Msi<'static> {
    let version = target.version.map_or(Version([1, 0, 0, 0]), |asked| version(asked, random));
    Msi {
        product: text(code.to_owned()),
        version: stated.part(Some(text(version.to_string())), random),
        language: stated.part(Some(target.language.unwrap_or(1033)), random),
        upgrade_code: stated.part(target.upgrade.clone().map(text), random),
        name: Some(text("Generated Product")),
        ..Msi::default()
    }
}

/// A version that compares so, or one near it.
fn version(asked: TargetVersion, random: &mut Random) -> Version {
    let mut version = asked.version;
    let last = asked.parts.clamp(1, 4) - 1;
    match asked.comparison {
        Comparison::Lt if version.0[last] > 0 => version.0[last] -= 1,
        Comparison::Gt => version.0[last] = version.0[last].saturating_add(1),
        _ => {}
    }
    if random.chance(800) { version } else { near(version, random) }
}

/// The patches that a product has: the one that is asked for, one that replaces it, one of elsewhere.
fn registered(code: &str, patch: &Patch, known: &[Patch], random: &mut Random) -> Vec<Fact<'static>> {
    let mut codes: Vec<String> = Vec::new();
    if random.chance(400) {
        let own: Vec<&String> = patch.codes().collect();
        codes.extend(random.pick(&own).map(|code| (*code).clone()));
    }
    let replacing: Vec<&Patch> = known.iter().filter(|other| other.replaces(patch)).collect();
    if random.chance(300) {
        codes.extend(random.pick(&replacing).map(|other| other.code.clone()));
    }
    codes.extend(random.chance(FOREIGN).then(|| UNKNOWN.to_owned()));
    let fact = |patch: String| {
        let state = if random.chance(900) { "applied" } else { "obsoleted" };
        let [product, patch] = [text(code.to_owned()), text(patch)];
        Fact::Msp(Msp { product, patch, state: Some(text(state)), ..Msp::default() })
    };
    codes.into_iter().map(fact).collect()
}
