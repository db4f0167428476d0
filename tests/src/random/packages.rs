//! Package rows and module gates, as updateinfo has them.

use patchstate::model::fact::PackageKind;
use patchstate::model::update::{Collection, ModuleStream, PackageRow, Rule};

use super::Choices;
use super::rules::position;
use super::words::*;

/// Draws an update's package rows.
pub fn rows(choices: &mut Choices<'_>) -> Rule {
    let collections: Vec<Collection> = choices.list(2, |choices| Collection {
        name: choices.one(&["one", "two"]).to_owned(),
        modules: choices.list(2, module),
    });
    // One beyond the end: a row of no collection always counts.
    let most = collections.len() + 1;
    let rows =
        choices.list(3, |choices| PackageRow { collection: choices.below(most) as u32, ..row(choices) });
    Rule::Packages { collections, rows }
}

fn row(choices: &mut Choices<'_>) -> PackageRow {
    PackageRow {
        kind: if choices.odds(1, 8) { PackageKind::Deb } else { PackageKind::Rpm },
        name: choices.often(2, &PACKAGES).to_owned(),
        arch: choices.often(1, &ARCHES).to_owned(),
        epoch: if choices.odds(1, 3) { choices.one(&EPOCHS) } else { 0 },
        version: choices.often(5, &PACKAGE_VERSIONS).to_owned(),
        release: if choices.odds(1, 8) { None } else { Some(choices.one(&RELEASES).to_owned()) },
        collection: 0,
        position: position(choices),
    }
}

fn module(choices: &mut Choices<'_>) -> ModuleStream {
    ModuleStream {
        name: choices.often(1, &MODULES).to_owned(),
        stream: choices.often(2, &STREAMS).to_owned(),
        context: choices.one(&CONTEXTS).to_owned(),
        arch: choices.one(&["", "x86_64", "noarch"]).to_owned(),
    }
}
