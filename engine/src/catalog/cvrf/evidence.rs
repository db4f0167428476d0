//! Turns the rows of a fix into what each product can be decided by.
//!
//! A fixed build is one of the system, which a client's own build is compared with, or one of a component.
//! Knows the tables; knows nothing of clients. Source of truth: `docs/cvrf.md`, "Fixed builds".

use std::collections::{BTreeMap, BTreeSet};

use super::build::Build;
use super::feed::Feed;
use super::kb::Kb;
use super::products::{Products, System, Target};
use super::releases::Releases;
use super::row::{Fix, Key};
use crate::diagnostic::{Code, Diagnostics, Position};

/// Where the build of a system was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A document states it.
    Document,
    /// The release table has it.
    ReleaseTable,
}

/// What a fix can be decided by on one product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence<'t> {
    /// What the product is.
    pub target: Target<'t>,
    /// The build of the system from which on it is fixed.
    pub system: Option<(Build, Source)>,
    /// Builds of the component.
    pub components: BTreeSet<Build>,
    /// Numbers under which the machine may list the package.
    pub aliases: BTreeSet<Kb>,
}

/// What a fix can be decided by, by the normalised names of its products.
pub fn of<'f, 't>(
    (key, fix): (&Key, &'f Fix),
    products: &'t Products,
    releases: Option<&Releases>,
    findings: &mut Diagnostics,
) -> BTreeMap<&'f str, Evidence<'t>> {
    let mut found: BTreeMap<&str, (BTreeSet<Build>, BTreeSet<Kb>)> = BTreeMap::new();
    for ((product, _), row) in &fix.rows {
        let (builds, aliases) = found.entry(product).or_default();
        builds.extend(&row.builds);
        aliases.extend(&row.aliases);
    }
    let evidence = |(product, (builds, aliases)): (&'f str, (BTreeSet<Build>, BTreeSet<Kb>))| {
        let target = products.target(product);
        let of_system = |build: &&Build| target.system().is_some_and(|system| is_of(system, build));
        let systems: BTreeSet<Build> = builds.iter().filter(of_system).copied().collect();
        if systems.len() > 1 {
            let all: Vec<String> = systems.iter().map(Build::to_string).collect();
            let message = format!("`{key}` on `{product}`: {}", all.join(", "));
            findings.push(Code::CvrfFixedbuildConflict, Position::default(), "", message);
        }
        let stated = systems.last().map(|build| (*build, Source::Document));
        let listed = || Some((of_release(key, target, releases?)?, Source::ReleaseTable));
        let components = builds.difference(&systems).copied().collect();
        (product, Evidence { target, system: stated.or_else(listed), components, aliases })
    };
    found.into_iter().map(evidence).collect()
}

/// Whether a build is one of this system: it has four numbers, and the first three are the system's.
fn is_of(system: &System, build: &Build) -> bool {
    build.parts().len() == 4 && build.parts().starts_with(system.version.parts())
}

/// The build that the release table has for an article on a system.
fn of_release(key: &Key, target: Target<'_>, releases: &Releases) -> Option<Build> {
    let (Key::Kb(kb), Target::System(system)) = (key, target) else { return None };
    let build = system.version.parts().last()?.to_string();
    let revision = releases.revision(system.release.as_deref()?, &build, *kb)?;
    system.version.with(revision)
}

/// Reports the products that no table names, each with the number of updates that it occurs in.
pub fn report_unmapped(feed: &mut Feed, products: &Products) {
    let mut unmapped: BTreeMap<&str, u64> = BTreeMap::new();
    for fix in feed.fixes.values() {
        let names: BTreeSet<&str> = fix.rows.keys().map(|(product, _)| product.as_str()).collect();
        for name in names {
            if matches!(products.target(name), Target::Unmapped(_)) {
                *unmapped.entry(name).or_default() += 1;
            }
        }
    }
    for (name, count) in unmapped {
        let message = format_args!("`{name}` in {count} updates");
        feed.diagnostics.push(Code::CvrfProductUnmapped, Position::default(), "", message);
    }
}
