//! Package rows, obviously: each row against the list of what is installed.
//!
//! Versions are compared one by one; what is not certain (an epoch, an architecture, a module) is tried
//! both ways, and only an answer that does not change is given. Source of truth: `docs/verdicts.md`,
//! "Packages".

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::known::{Known, State};
use crate::model::catalogs::Catalogs;
use crate::model::expr::Subject;
use crate::model::fact::{Kind, Module, ModuleState, Package, PackageKind};
use crate::model::flag::Flags;
use crate::model::options::{Options, Profile};
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::update::{Collection, ModuleStream, PackageRow, Rule, Source};
use crate::model::verdict::{Cell, Verdict};
use crate::version::debian::Version;
use crate::version::evr::Evr;

/// What a row says about a client.
#[derive(Clone, Debug)]
pub struct Judged<'m> {
    /// The row.
    pub row: &'m PackageRow,
    /// The row's answer as a part of its update.
    pub cell: Cell,
    /// The installed instances that were looked at, as numbers of [`crate::model::inventory::Inventory::facts`].
    pub instances: Vec<usize>,
    /// Whether the row's collection counts.
    pub active: Truth,
    /// Whether an instance equals one that was withdrawn.
    pub retracted: bool,
}

impl Judged<'_> {
    /// The row's answer as truth: True where it is not needed and current.
    pub fn truth(&self) -> Truth {
        match self.cell.verdict {
            Verdict::Installed => Truth::True,
            Verdict::Missing => Truth::False,
            Verdict::NotApplicable => Truth::NotApplicable,
            Verdict::Unknown => Truth::Unknown,
        }
    }
}

/// An installed instance of a package.
#[derive(Clone, Debug)]
struct Instance<'m> {
    package: &'m Package<'static>,
    stated: usize,
    /// The lowest and the highest epoch it may have.
    epochs: [u32; 2],
    /// Whether its epoch was taken from another instance.
    lent: bool,
    /// Whether it was built from the source package of the running kernel.
    running: bool,
}

/// What a row finds in one possible world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Find {
    Needed,
    Current,
    Nothing,
}

/// What all rows of all catalogs together say, and the client's packages.
#[derive(Debug)]
pub struct Rows<'m> {
    options: &'m Options,
    epochs: BTreeMap<(PackageKind, &'m str, &'m str), Vec<u32>>,
    retracted: BTreeMap<(PackageKind, &'m str), Vec<&'m PackageRow>>,
    installed: BTreeMap<(PackageKind, String), Vec<(&'m Package<'static>, usize)>>,
    absent: BTreeMap<(PackageKind, String), State>,
    running: Option<Running<'m>>,
    modules: Modules<'m>,
}

#[derive(Debug)]
struct Running<'m> {
    release: &'m str,
    source: Option<&'m str>,
}

#[derive(Debug)]
struct Modules<'m> {
    stated: BTreeMap<String, Vec<&'m Module<'static>>>,
    defaults: &'m [(String, String)],
    complete: bool,
    absent: BTreeMap<String, bool>,
}

impl<'m> Rows<'m> {
    /// Gathers the epochs and withdrawn packages of all catalogs and the packages of a client.
    pub fn new(catalogs: &'m Catalogs, options: &'m Options, known: &Known<'m>) -> Self {
        let mut rows = Rows {
            options,
            epochs: BTreeMap::new(),
            retracted: BTreeMap::new(),
            installed: BTreeMap::new(),
            absent: BTreeMap::new(),
            running: None,
            modules: Modules::new(catalogs, known),
        };
        for entry in &catalogs.updates {
            let Rule::Packages { rows: listed, collections } = &entry.update.rule else { continue };
            for row in listed {
                let key = (row.kind, row.name.as_str(), row.arch.as_str());
                rows.epochs.entry(key).or_default().push(row.epoch);
                if entry.update.retracted {
                    rows.retracted.entry((row.kind, row.name.as_str())).or_default().push(row);
                }
                let subject = Subject::Package(row.kind, row.name.clone());
                rows.absent.entry((row.kind, row.name.clone())).or_insert_with(|| known.state(&subject));
            }
            for module in collections.iter().flat_map(|collection| &collection.modules) {
                let state = known.state(&Subject::Module(module.name.clone()));
                rows.modules.absent.insert(module.name.clone(), state == State::Absent);
            }
        }
        for (key, found) in &known.packages {
            let packages = found.iter().map(|found| (found.record, found.stated)).collect();
            rows.installed.insert(key.clone(), packages);
        }
        rows.running = known.kernel.map(|kernel| Running {
            release: &kernel.record.running,
            source: kernel.record.source.as_deref(),
        });
        rows
    }

    /// Judges one row.
    pub fn judge(&self, row: &'m PackageRow, collections: &'m [Collection], source: &Source) -> Judged<'m> {
        let profile = self.options.profile.or(source.profile).unwrap_or(Profile::Dnf);
        let nothing = Cell::new(Verdict::NotApplicable, Reason::PackageAbsent);
        let active = collections
            .get(row.collection as usize)
            .map_or(Truth::True, |one| self.modules.active(&one.modules));
        let mut judged = Judged { row, cell: nothing, instances: Vec::new(), active, retracted: false };
        if active == Truth::False {
            return judged;
        }
        let key = (row.kind, row.name.clone());
        if !self.installed.contains_key(&key) {
            if self.absent.get(&key).copied().unwrap_or(State::NotCollected) == State::NotCollected {
                judged.cell = Cell::new(Verdict::Unknown, Reason::NotCollected);
            }
            return judged;
        }
        let instances = self.candidates(row, profile);
        judged.instances = instances.iter().map(|instance| instance.stated).collect();
        judged.retracted =
            instances.iter().any(|instance| self.is_retracted(instance.package, instance.epochs[0]));
        judged.cell = self.cell(row, &instances, profile, active);
        judged
    }

    fn cell(&self, row: &PackageRow, instances: &[Instance<'_>], profile: Profile, active: Truth) -> Cell {
        let mut finds = Vec::new();
        for epoch in [0, 1] {
            for unknown_arch in [false, true] {
                let world: Vec<_> = instances
                    .iter()
                    .filter(|instance| unknown_arch || instance.package.arch.is_some())
                    .map(|instance| (instance, instance.epochs[epoch]))
                    .collect();
                finds.push(self.find(row, &world, profile));
            }
        }
        let first = finds[0];
        let certain = finds.iter().all(|find| *find == first);
        let somewhere = finds.iter().any(|find| *find != Find::Nothing);
        let mut cell = match first {
            _ if somewhere && active != Truth::True => Cell::new(Verdict::Unknown, Reason::NotCollected),
            _ if !certain => Cell::new(Verdict::Unknown, Reason::PartNotCollected),
            Find::Needed => Cell::new(Verdict::Missing, Reason::PackageOlder),
            Find::Current => Cell::new(Verdict::Installed, Reason::PackageCurrent),
            Find::Nothing => Cell::new(Verdict::NotApplicable, Reason::PackageAbsent),
        };
        if somewhere && instances.iter().any(|instance| instance.lent) {
            cell.flags |= Flags::EPOCH_LENT;
        }
        let install_only = profile == Profile::Dnf && self.options.is_install_only(&row.name);
        if somewhere && install_only && self.running.is_none() {
            cell.flags |= Flags::RUNNING_KERNEL_NOT_COLLECTED;
        }
        cell
    }

    /// What a row finds where each instance has one certain epoch.
    fn find(&self, row: &PackageRow, world: &[(&Instance<'_>, u32)], profile: Profile) -> Find {
        let order = |(instance, epoch): &(&Instance<'_>, u32)| compare(instance.package, *epoch, row);
        let older = |one: &(&Instance<'_>, u32)| order(one).is_lt();
        let current = |one: &(&Instance<'_>, u32)| match order(one) {
            Ordering::Less => false,
            Ordering::Equal => !self.is_retracted(one.0.package, one.1),
            Ordering::Greater => true,
        };
        let needed = match profile {
            Profile::Dnf => {
                let newest = world.iter().max_by(|a, b| compare_instances(a, b));
                newest.is_some_and(&older) || world.iter().any(|one| one.0.running && older(one))
            }
            Profile::Suse if self.options.is_install_only(&row.name) => {
                world.iter().any(older) && !world.iter().any(|one| order(one).is_ge())
            }
            Profile::Suse => world.iter().any(older),
        };
        match needed {
            true => Find::Needed,
            false if world.iter().any(current) => Find::Current,
            false => Find::Nothing,
        }
    }

    /// The installed instances that a row speaks of.
    fn candidates(&self, row: &PackageRow, profile: Profile) -> Vec<Instance<'m>> {
        let packages = self.installed.get(&(row.kind, row.name.clone())).map_or(&[] as &[_], Vec::as_slice);
        packages
            .iter()
            .filter(|(package, _)| matches_arch(&row.arch, package.arch.as_deref(), profile))
            .map(|(package, stated)| self.instance(package, *stated, packages, profile))
            .collect()
    }

    fn instance(
        &self,
        package: &'m Package<'static>,
        stated: usize,
        all: &[(&Package<'static>, usize)],
        profile: Profile,
    ) -> Instance<'m> {
        let (epochs, lent) = match package.epoch {
            Some(epoch) => ([epoch, epoch], false),
            None => match lent_epoch(package, all) {
                Some(epoch) => ([epoch, epoch], true),
                None => (self.epoch_range(package, profile), false),
            },
        };
        let running = self.running.as_ref().is_some_and(|running| running.built(package));
        Instance { package, stated, epochs, lent, running }
    }

    /// The epochs that a package without one may have: those of the rows it could stand against.
    fn epoch_range(&self, package: &Package<'_>, profile: Profile) -> [u32; 2] {
        let of_name = self.epochs.iter().filter(|((kind, name, arch), _)| {
            *kind == package.kind
                && *name == package.name
                && matches_arch(arch, package.arch.as_deref(), profile)
        });
        let epochs: Vec<u32> = of_name.flat_map(|(_, epochs)| epochs.iter().copied()).collect();
        match (epochs.iter().min(), epochs.iter().max()) {
            (Some(low), Some(high)) if low == high => [*low, *high],
            (_, Some(high)) => [0, *high],
            _ => [0, 0],
        }
    }

    fn is_retracted(&self, package: &Package<'_>, epoch: u32) -> bool {
        let rows = self.retracted.get(&(package.kind, package.name.as_ref()));
        rows.is_some_and(|rows| {
            rows.iter().any(|row| {
                package.arch.as_deref() == Some(row.arch.as_str()) && compare(package, epoch, row).is_eq()
            })
        })
    }
}

/// Whether a package of arch `installed` (`None`: unknown) is one that a row for `wanted` speaks of.
pub fn matches_arch(wanted: &str, installed: Option<&str>, profile: Profile) -> bool {
    let Some(installed) = installed else { return true };
    match profile {
        Profile::Dnf if wanted.is_empty() => installed == "noarch",
        Profile::Dnf => wanted == installed,
        Profile::Suse => {
            wanted.is_empty() || wanted == "noarch" || installed == "noarch" || wanted == installed
        }
    }
}

/// The epoch that other instances of the same name and arch agree on.
fn lent_epoch(package: &Package<'_>, all: &[(&Package<'static>, usize)]) -> Option<u32> {
    let same = all.iter().filter(|(other, _)| other.arch == package.arch && package.arch.is_some());
    let mut known = same.filter_map(|(other, _)| other.epoch);
    let first = known.next()?;
    known.all(|epoch| epoch == first).then_some(first)
}

/// The order of an installed package of a certain epoch against a row.
fn compare(package: &Package<'_>, epoch: u32, row: &PackageRow) -> Ordering {
    match row.kind {
        PackageKind::Rpm => {
            let installed = Evr { epoch, version: &package.version, release: package.release.as_deref() };
            installed.compare(&Evr {
                epoch: row.epoch,
                version: &row.version,
                release: row.release.as_deref(),
            })
        }
        PackageKind::Deb => {
            Version::of_epoch(epoch, &package.version).compare(&Version::of_epoch(row.epoch, &row.version))
        }
    }
}

/// The order of two installed instances, each of a certain epoch.
fn compare_instances(a: &(&Instance<'_>, u32), b: &(&Instance<'_>, u32)) -> Ordering {
    let (left, right) = (a.0.package, b.0.package);
    if left.kind == PackageKind::Deb {
        return Version::of_epoch(a.1, &left.version).compare(&Version::of_epoch(b.1, &right.version));
    }
    let left = Evr { epoch: a.1, version: &left.version, release: left.release.as_deref() };
    left.compare(&Evr { epoch: b.1, version: &right.version, release: right.release.as_deref() })
}

impl Running<'_> {
    /// Whether a package was built from the source package of the running kernel.
    ///
    /// Where a source is not recorded, a kernel package of the running version and release counts.
    fn built(&self, package: &Package<'_>) -> bool {
        let base = |source: &str| -> String {
            let name = source.strip_suffix(".rpm").unwrap_or(source);
            name.strip_suffix(".src").or(name.strip_suffix(".nosrc")).unwrap_or(name).to_owned()
        };
        if let (Some(source), Some(running)) = (package.source.as_deref(), self.source) {
            return base(source) == base(running);
        }
        let version = match package.release.as_deref() {
            Some(release) => format!("{}-{release}", package.version),
            None => package.version.to_string(),
        };
        let arch = package.arch.as_deref().unwrap_or("");
        let runs = self.release == version || self.release.strip_suffix(arch) == Some(&format!("{version}."));
        package.name.starts_with("kernel") && runs
    }
}

impl<'m> Modules<'m> {
    fn new(catalogs: &'m Catalogs, known: &Known<'m>) -> Self {
        let stated = known
            .modules
            .iter()
            .map(|(name, found)| (name.clone(), found.iter().map(|found| found.record).collect()));
        Modules {
            stated: stated.collect(),
            defaults: &catalogs.module_defaults,
            complete: known.complete.contains(Kind::Module),
            absent: BTreeMap::new(),
        }
    }

    /// Whether the rows of a collection with these modules count.
    fn active(&self, modules: &[ModuleStream]) -> Truth {
        if modules.is_empty() {
            return Truth::True;
        }
        let answers = modules.iter().map(|module| self.is_active(module));
        answers.collect::<crate::model::truth::Tally>().or()
    }

    fn is_active(&self, module: &ModuleStream) -> Truth {
        if let Some(stated) = self.stated.get(&module.name) {
            return Truth::from(stated.iter().any(|fact| streams_match(module, fact)));
        }
        if self.complete {
            let default = (module.name.clone(), module.stream.clone());
            return Truth::from(self.defaults.binary_search(&default).is_ok());
        }
        match self.absent.get(&module.name) {
            Some(true) => Truth::False,
            _ => Truth::Unknown,
        }
    }
}

/// Whether a stated module stream activates what a catalog names; a part that one side lacks is not
/// compared.
pub fn streams_match(module: &ModuleStream, fact: &Module<'_>) -> bool {
    let same = |wanted: &str, stated: Option<&str>| {
        wanted.is_empty() || stated.is_none_or(|stated| stated.is_empty() || stated == wanted)
    };
    fact.state != ModuleState::Disabled
        && fact.stream == module.stream
        && same(&module.context, fact.context.as_deref())
        && same(&module.arch, fact.arch.as_deref())
}
