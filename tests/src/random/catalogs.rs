//! Catalogs: sources, products, updates of every kind, edges between them.

use std::collections::BTreeSet;

use patchstate::diagnostic::{Code, Diagnostics};
use patchstate::model::flag::Flags;
use patchstate::model::options::Profile;
use patchstate::model::supersedence::{self, Replacement};
use patchstate::model::update::{
    Catalog, Product, ProductRow, Reboot, Reference, Rule, Source, Update, UpdateId, Urgency,
};

use super::Choices;
use super::packages;
use super::rules::{Shape, position, tests};
use super::words::*;

/// Name spaces of identities; two sources may share one.
const FEEDS: [&str; 3] = ["a", "b", "a:b"];

/// Draws catalogs that compile together: none gives an identity twice.
pub fn catalogs(choices: &mut Choices<'_>, shape: Shape) -> Vec<Catalog> {
    let mut identities = BTreeSet::new();
    choices.list(3, |choices| catalog(choices, shape, &mut identities))
}

fn catalog(
    choices: &mut Choices<'_>,
    shape: Shape,
    identities: &mut BTreeSet<(String, UpdateId)>,
) -> Catalog {
    let source = source(choices);
    let packages = choices.odds(1, 2);
    let mut updates = choices.list(9, |choices| update(choices, packages, shape));
    updates.retain(|update| identities.insert((source.feed.clone(), update.id.clone())));
    let mut diagnostics = Diagnostics::new();
    diagnostics.count(Code::ValueTrimmed, choices.below(3) as u64);
    Catalog {
        source,
        updates,
        products: choices.list(4, product),
        detections: if choices.odds(1, 4) { super::rules::detections(choices) } else { Vec::new() },
        module_defaults: choices
            .list(2, |choices| (choices.one(&MODULES).to_owned(), choices.one(&STREAMS).to_owned())),
        patches: super::windows::patches(choices),
        diagnostics,
        ..Catalog::default()
    }
}

fn source(choices: &mut Choices<'_>) -> Source {
    Source {
        feed: choices.one(&FEEDS).to_owned(),
        format: choices.one(&["mssecure", "updateinfo"]).to_owned(),
        path: "catalog.xml".to_owned(),
        repository: String::new(),
        sha256: [choices.below(256) as u8; 32],
        revision: choices.one(&["", "1.0 2001-10-04"]).to_owned(),
        language: choices.one(&LANGUAGES).to_owned(),
        profile: choices.one(&[None, Some(Profile::Dnf), Some(Profile::Suse)]),
        assumes_needed: choices.odds(1, 4),
        statistics: choices.list(2, |choices| ("counted".to_owned(), choices.below(9) as u64)),
        reading: choices.one(&["", "in some way"]).to_owned(),
    }
}

fn product(choices: &mut Choices<'_>) -> Product {
    let levels = |choices: &mut Choices<'_>| choices.list(4, |choices| choices.often(4, &LEVELS).to_owned());
    Product {
        name: choices.often(2, &PRODUCTS_STATED).to_owned(),
        available: levels(choices),
        levels: levels(choices),
        current: choices.maybe(|choices| choices.often(4, &LEVELS).to_owned()),
    }
}

/// An id of few, so that edges meet and dangle; some have revisions.
pub fn id(choices: &mut Choices<'_>) -> UpdateId {
    let id = UpdateId::new([choices.one(&["U0", "U1", "U2", "U3", "U4", "U5", "U6", "U7"])]);
    match choices.below(8) {
        6 => id.with_revision("1"),
        7 => id.with_revision("2"),
        _ => id,
    }
}

fn update(choices: &mut Choices<'_>, packages: bool, shape: Shape) -> Update {
    let kind = choices.below(16);
    let rule = match kind {
        0 => Rule::None,
        1 if packages => tests(choices, shape),
        1 => packages::rows(choices),
        _ if packages => packages::rows(choices),
        _ => tests(choices, shape),
    };
    let update = Update {
        id: id(choices),
        rule,
        flags: choices.one(&[Flags::NONE, Flags::NONE, Flags::EXPIRED, Flags::PLACEHOLDER]),
        retracted: choices.odds(1, 8),
        replacements: choices.list(3, |choices| Replacement {
            by: id(choices),
            source: supersedence::Source::Declared,
            position: position(choices),
        }),
        ..texts(choices)
    };
    let Update { detectoid, prerequisites, bundled, replaces, .. } = super::windows::relations(choices);
    Update { detectoid, prerequisites, bundled, replaces, ..update }
}

/// What reports print of an update; one choice decides it all.
fn texts(choices: &mut Choices<'_>) -> Update {
    let number = choices.below(32);
    if number == 0 {
        return Update::default();
    }
    let text = |what: &str| format!("{what} {}", number % 3);
    Update {
        bulletin: text("bulletin"),
        title: text("title"),
        summary: text("summary"),
        description: text("description"),
        kind: "Security".to_owned(),
        urgency: Urgency::from_number(number as u8 % 6),
        articles: (0..number as u32 % 3).map(|article| 100_000 + article).collect(),
        references: vec![Reference { kind: "cve".to_owned(), id: text("CVE"), ..Reference::default() }],
        posted: "2001-10-04".to_owned(),
        revised: text("revised"),
        edition: text("edition"),
        reboot: Reboot::from_number(number as u8 % 3),
        payload: text("http://example.org/payload"),
        information: text("http://example.org/information"),
        products: vec![ProductRow { product: text("product"), levels: vec![text("level")] }],
        installs: vec![crate::samples::install(number as u32); number % 3],
        extra: vec![(text("name"), text("extra"))],
        position: position(choices),
        ..Update::default()
    }
}
