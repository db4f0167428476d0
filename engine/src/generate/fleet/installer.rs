//! Products of Windows Installer about the versions that rules name, with features, components and
//! patches.

use std::collections::BTreeSet;

use super::evidence::{Stated, leaves, near};
use super::system::about;
use super::text;
use crate::generate::random::Random;
use crate::model::applicability::{Applicability, Range};
use crate::model::expr::Question;
use crate::model::fact::{Absent, Fact, Kind, Msi, MsiPart, Msp};

/// The states of patches.
const STATES: [&str; 4] = ["applied", "superseded", "obsoleted", "registered"];

/// What is stated of a product.
pub(super) fn facts(code: &str, asked: &[Question], random: &mut Random) -> Vec<Fact<'static>> {
    let stated = Stated::draw(random);
    match stated {
        Stated::Not => return Vec::new(),
        Stated::Absent => return vec![absent(Kind::Msi, code.to_owned())],
        Stated::Whole | Stated::Partly => {}
    }
    let mut facts = vec![Fact::Msi(product(code, asked, stated, random))];
    let (mut components, mut patches) = (BTreeSet::new(), BTreeSet::new());
    for leaf in leaves(asked) {
        match leaf {
            Applicability::MsiComponent(component) => _ = components.insert(component),
            Applicability::MsiPatch(patch, _) => _ = patches.insert(patch),
            _ => {}
        }
    }
    let parts = components.into_iter().filter(|_| random.chance(500)).map(|component| {
        Fact::MsiPart(MsiPart {
            product: text(code),
            component: text(component.clone()),
            ..MsiPart::default()
        })
    });
    facts.extend(parts);
    for patch in patches {
        facts.extend(match random.below(5) {
            0 => Some(absent(Kind::Msp, format!("{code}::{patch}"))),
            1 => None,
            _ => {
                let state = Some(text(STATES[random.below(STATES.len())])).filter(|_| random.chance(500));
                let [product, patch] = [text(code), text(patch.clone())];
                Some(Fact::Msp(Msp { product, patch, state, ..Msp::default() }))
            }
        });
    }
    facts
}

fn product(code: &str, asked: &[Question], stated: Stated, random: &mut Random) -> Msi<'static> {
    let ranges: Vec<&Range> = leaves(asked).filter_map(range).collect();
    let bounds: Vec<_> = ranges.iter().flat_map(|range| [range.least, range.most]).flatten().collect();
    let version = random.pick(&bounds).map(|(version, _)| near(*version, random).to_string());
    let version = version.unwrap_or_else(|| "1.0.0".to_owned());
    let languages: Vec<u32> = ranges.iter().filter_map(|range| range.language).collect();
    let language = random.pick(&languages).map_or(1033, |language| about((*language).into(), random) as u32);
    let feature = |leaf: &Applicability| match leaf {
        Applicability::MsiFeature(name) => Some(name.clone()),
        _ => None,
    };
    let features: BTreeSet<String> = leaves(asked).filter_map(feature).collect();
    let features = features
        .into_iter()
        .filter(|_| random.chance(600))
        .fold(String::new(), |list, name| list + &name + " ");
    Msi {
        product: text(code),
        version: stated.part(Some(text(version)), random),
        language: stated.part(Some(language), random),
        features: stated.part(Some(text(features.trim_end().to_owned())), random),
        name: Some(text("Generated Product")),
        ..Msi::default()
    }
}

fn range(leaf: &Applicability) -> Option<&Range> {
    match leaf {
        Applicability::MsiProductInstalled(range) | Applicability::MsiPatch(_, range) => Some(range),
        _ => None,
    }
}

fn absent(kind: Kind, reference: String) -> Fact<'static> {
    Fact::Absent(Absent { kind: Some(kind), reference: text(reference), ..Absent::default() })
}
