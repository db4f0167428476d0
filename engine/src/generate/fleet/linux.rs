//! Images of Linux clients: packages about the versions that rows name, and modules.

use super::{Image, Settings, text};
use crate::generate::random::Random;
use crate::index::View;
use crate::index::columns::Column;
use crate::model::fact::{Fact, Kernel, Kind, Module, ModuleState, Os, Package, PackageKind};

/// Of 1,000 packages of an image, how many stand at, below and above a version that a row names; the
/// rest are names that no row has.
const PACKAGES: [u32; 3] = [350, 250, 100];

/// Makes an image.
pub(super) fn image(
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
    let mut facts = vec![Fact::Os(os)];
    facts.extend(installed(view, settings.facts.saturating_sub(1), packages, random).map(Fact::Package));
    facts.extend(running(&facts).map(Fact::Kernel));
    facts.extend(modules.iter().filter(|_| random.chance(500)).map(|module| {
        let name = text(view.text(view.columns.subject_text.at(*module as usize)));
        let stream = text(stream_of(view, *module));
        Fact::Module(Module { name, stream, state: ModuleState::Enabled, ..Module::default() })
    }));
    Image { complete: kinds.into_iter().collect(), facts, ..Image::default() }
}

/// So many packages, those that rows name and others.
fn installed<'v>(
    view: View<'v>,
    count: usize,
    packages: &[u32],
    random: &'v mut Random,
) -> impl Iterator<Item = Package<'static>> + use<'v> {
    let rows = rows_of(view);
    let mut packages = random.choose(packages.to_vec(), usize::MAX);
    let [at, below, above] = PACKAGES;
    (0..count).map(move |number| {
        let roll = random.below(1000) as u32;
        let subject = packages.pop_if(|_| roll < at + below + above);
        let rows = subject.and_then(|subject| rows.get(subject as usize));
        match rows.and_then(|rows| random.pick(rows)) {
            Some(row) => at_row(view, *row as usize, roll, at, below),
            None => package(&format!("other-{number:05}"), 0, "1.0", "1", "x86_64"),
        }
    })
}

/// The kernel that runs, where one is installed.
fn running(facts: &[Fact<'_>]) -> Option<Kernel<'static>> {
    facts.iter().find_map(|fact| match fact {
        Fact::Package(package) if package.name == "kernel" => {
            let release = package.release.as_deref().unwrap_or("");
            let arch = package.arch.as_deref().unwrap_or("");
            let running = text(format!("{}-{release}.{arch}", package.version));
            Some(Kernel { running, ..Kernel::default() })
        }
        _ => None,
    })
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
