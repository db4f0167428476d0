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
    /// The installed instances that were looked at.
    pub instances: Vec<Seen<'m>>,
    /// Whether the row's collection counts.
    pub active: Truth,
    /// Whether an instance of the reference set is older: the rows that lists of what is available have.
    pub needed: Truth,
    /// Whether any instance is not older: the rows that lists of what is installed have.
    pub current: Truth,
}

/// An installed instance that a row looked at.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'m> {
    /// Its statement, a number in [`crate::model::inventory::Inventory::facts`].
    pub stated: usize,
    /// The instance.
    pub instance: Instance<'m>,
    /// Whether it equals one that was withdrawn.
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

/// An installed instance of a package, as rows look at it.
#[derive(Clone, Copy, Debug)]
pub struct Instance<'a> {
    /// RPM or Debian.
    pub kind: PackageKind,
    /// Architecture; `None` is unknown.
    pub arch: Option<&'a str>,
    /// Version.
    pub version: &'a str,
    /// Release.
    pub release: Option<&'a str>,
    /// The lowest and the highest epoch it may have.
    pub epochs: [u32; 2],
    /// Whether its epoch was taken from another instance.
    pub lent: bool,
    /// Whether it was built from the source package of the running kernel.
    pub running: bool,
}

/// The version that a row asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Epoch.
    pub epoch: u32,
    /// Version.
    pub version: &'a str,
    /// Release; `None` is not compared.
    pub release: Option<&'a str>,
}

/// How a row is to be compared.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// The profile.
    pub profile: Profile,
    /// Whether the package is installed in several versions on purpose.
    pub install_only: bool,
    /// Whether the running kernel is stated.
    pub kernel_stated: bool,
    /// Whether the row's collection counts.
    pub active: Truth,
}

/// The cell of a row that finds no package, and of an update that has no row.
pub const NO_PACKAGE: Cell = Cell::new(Verdict::NotApplicable, Reason::PackageAbsent);

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
        let profile = self.profile(source);
        let active = collections
            .get(row.collection as usize)
            .map_or(Truth::True, |one| self.modules.active(&one.modules));
        let (needed, current) = (Truth::False, Truth::False);
        let mut judged = Judged { row, cell: NO_PACKAGE, instances: Vec::new(), active, needed, current };
        if active == Truth::False {
            return judged;
        }
        let key = (row.kind, row.name.clone());
        if !self.installed.contains_key(&key) {
            if self.absent.get(&key).copied().unwrap_or(State::NotCollected) == State::NotCollected {
                judged.cell = Cell::new(Verdict::Unknown, Reason::NotCollected);
                (judged.needed, judged.current) = (Truth::Unknown, Truth::Unknown);
            }
            return judged;
        }
        let (stated, instances): (Vec<usize>, Vec<Instance<'m>>) =
            self.candidates(row, profile).into_iter().unzip();
        let retracted = |instance: &Instance<'_>, epoch| self.is_retracted(row, instance, epoch);
        let seen = |(stated, instance): (usize, &Instance<'m>)| {
            let retracted = retracted(instance, instance.epochs[0]);
            Seen { stated, instance: *instance, retracted }
        };
        judged.instances = stated.into_iter().zip(&instances).map(seen).collect();
        let manner = Manner {
            profile,
            install_only: self.options.is_install_only(&row.name),
            kernel_stated: self.running.is_some(),
            active,
        };
        judged.cell = judge(wanted(row), &instances, manner, &retracted);
        let worlds = worlds(&instances);
        let needed = worlds.each_ref().map(|world| is_needed(wanted(row), world, manner));
        let current = worlds.each_ref().map(|world| is_current(wanted(row), world, &retracted));
        (judged.needed, judged.current) = (everywhere(needed, active), everywhere(current, active));
        judged
    }

    /// The profile by which rows of a source are compared.
    pub fn profile(&self, source: &Source) -> Profile {
        self.options.profile.or(source.profile).unwrap_or(Profile::Dnf)
    }

    /// Whether a module stream that a collection names is active.
    pub fn is_active(&self, module: &ModuleStream) -> Truth {
        self.modules.is_active(module)
    }

    /// The installed instances that a row speaks of, each with the number of its statement.
    fn candidates(&self, row: &PackageRow, profile: Profile) -> Vec<(usize, Instance<'m>)> {
        let packages = self.installed.get(&(row.kind, row.name.clone())).map_or(&[] as &[_], Vec::as_slice);
        let lent = Lent::of(packages.iter().map(|(package, _)| (package.arch.as_deref(), package.epoch)));
        packages
            .iter()
            .filter(|(package, _)| matches_arch(&row.arch, package.arch.as_deref(), profile))
            .map(|(package, stated)| (*stated, self.instance(package, &lent, profile)))
            .collect()
    }

    fn instance(&self, package: &'m Package<'static>, lent: &Lent<'_>, profile: Profile) -> Instance<'m> {
        let (arch, source) = (package.arch.as_deref(), package.source.as_deref());
        let (epochs, lent) = match (package.epoch, lent.to(arch)) {
            (Some(epoch), _) => ([epoch, epoch], false),
            (None, Some(epoch)) => ([epoch, epoch], true),
            (None, None) => (self.epoch_range(package, profile), false),
        };
        let release = package.release.as_deref().filter(|release| !release.is_empty());
        let built =
            |running: &Running<'_>| running.built(&package.name, &package.version, release, arch, source);
        Instance {
            kind: package.kind,
            arch,
            version: &package.version,
            release,
            epochs,
            lent,
            running: self.running.as_ref().is_some_and(built),
        }
    }

    /// The epochs that a package without one may have: those of the rows it could stand against.
    fn epoch_range(&self, package: &Package<'_>, profile: Profile) -> [u32; 2] {
        let (kind, name) = (package.kind, &*package.name);
        let of_name =
            self.epochs.range((kind, name, "")..).take_while(|(key, _)| (key.0, key.1) == (kind, name));
        let of_name = of_name.filter(|(key, _)| matches_arch(key.2, package.arch.as_deref(), profile));
        let epochs = of_name.flat_map(|(_, epochs)| epochs.iter().map(|epoch| (*epoch, *epoch)));
        epoch_range(epochs)
    }

    fn is_retracted(&self, row: &PackageRow, instance: &Instance<'_>, epoch: u32) -> bool {
        let withdrawn = self.retracted.get(&(row.kind, row.name.as_str()));
        withdrawn.is_some_and(|rows| {
            rows.iter().any(|row| {
                instance.arch == Some(row.arch.as_str()) && compare(instance, epoch, wanted(row)).is_eq()
            })
        })
    }
}

fn wanted(row: &PackageRow) -> Wanted<'_> {
    Wanted { epoch: row.epoch, version: &row.version, release: row.release.as_deref() }
}

/// The epochs that a package without one may have, from the lowest and highest ones of rows: one that
/// all share, or anything from 0 up.
pub fn epoch_range(rows: impl Iterator<Item = (u32, u32)>) -> [u32; 2] {
    match rows.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) {
        Some((low, high)) if low == high => [low, high],
        Some((_, high)) => [0, high],
        None => [0, 0],
    }
}

/// Judges a row against the installed instances that it speaks of.
///
/// Every world in which the uncertain could be is tried: the lowest and the highest epochs, with and
/// without the instances whose arch is unknown. `retracted` tells whether an instance of an epoch equals
/// a package that was withdrawn.
pub fn judge(
    wanted: Wanted<'_>,
    instances: &[Instance<'_>],
    manner: Manner,
    retracted: &dyn Fn(&Instance<'_>, u32) -> bool,
) -> Cell {
    let finds = worlds(instances).map(|world| find_in(wanted, &world, manner, retracted));
    let certain = finds.iter().all(|find| *find == finds[0]);
    let somewhere = finds.iter().any(|find| *find != Find::Nothing);
    let mut cell = match finds[0] {
        _ if somewhere && manner.active != Truth::True => Cell::new(Verdict::Unknown, Reason::NotCollected),
        _ if !certain => Cell::new(Verdict::Unknown, Reason::PartNotCollected),
        Find::Needed => Cell::new(Verdict::Missing, Reason::PackageOlder),
        Find::Current => Cell::new(Verdict::Installed, Reason::PackageCurrent),
        Find::Nothing => NO_PACKAGE,
    };
    if somewhere && instances.iter().any(|instance| instance.lent) {
        cell.flags |= Flags::EPOCH_LENT;
    }
    if somewhere && manner.profile == Profile::Dnf && manner.install_only && !manner.kernel_stated {
        cell.flags |= Flags::RUNNING_KERNEL_NOT_COLLECTED;
    }
    cell
}

/// The installed instances as they could be, each of one certain epoch.
type World<'w, 'a> = Vec<(&'w Instance<'a>, u32)>;

/// Every world in which the uncertain could be.
fn worlds<'w, 'a>(instances: &'w [Instance<'a>]) -> [World<'w, 'a>; 4] {
    std::array::from_fn(|number| {
        let (epoch, unknown_arch) = (number & 1, number & 2 != 0);
        instances
            .iter()
            .filter(|instance| unknown_arch || instance.arch.is_some())
            .map(|instance| (instance, instance.epochs[epoch]))
            .collect()
    })
}

/// Whether something holds in all worlds, in none, or only in some.
fn everywhere(worlds: [bool; 4], active: Truth) -> Truth {
    if !worlds.contains(&true) {
        return Truth::False;
    }
    let certain = active == Truth::True && !worlds.contains(&false);
    if certain { Truth::True } else { Truth::Unknown }
}

/// What a row finds in one world.
fn find_in(
    wanted: Wanted<'_>,
    world: &World<'_, '_>,
    manner: Manner,
    retracted: &dyn Fn(&Instance<'_>, u32) -> bool,
) -> Find {
    match is_needed(wanted, world, manner) {
        true => Find::Needed,
        false if is_current(wanted, world, retracted) => Find::Current,
        false => Find::Nothing,
    }
}

/// Whether a row is needed in one world.
fn is_needed(wanted: Wanted<'_>, world: &World<'_, '_>, manner: Manner) -> bool {
    let order = |(instance, epoch): &(&Instance<'_>, u32)| compare(instance, *epoch, wanted);
    let older = |one: &(&Instance<'_>, u32)| order(one).is_lt();
    match manner.profile {
        Profile::Dnf => {
            let newest = world.iter().max_by(|a, b| compare_instances(a, b));
            newest.is_some_and(older) || world.iter().any(|one| one.0.running && older(one))
        }
        Profile::Suse if manner.install_only => {
            world.iter().any(older) && !world.iter().any(|one| order(one).is_ge())
        }
        Profile::Suse => world.iter().any(older),
    }
}

/// Whether some instance is not older than a row in one world.
fn is_current(
    wanted: Wanted<'_>,
    world: &World<'_, '_>,
    retracted: &dyn Fn(&Instance<'_>, u32) -> bool,
) -> bool {
    world.iter().any(|(instance, epoch)| match compare(instance, *epoch, wanted) {
        Ordering::Less => false,
        Ordering::Equal => !retracted(instance, *epoch),
        Ordering::Greater => true,
    })
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

/// The epochs that packages of one name lend to others of their arch that state none.
#[derive(Debug)]
pub struct Lent<'a>(BTreeMap<&'a str, Option<u32>>);

impl<'a> Lent<'a> {
    /// What packages of one name lend, each given by its arch and its epoch.
    pub fn of(packages: impl Iterator<Item = (Option<&'a str>, Option<u32>)>) -> Self {
        let mut lent = BTreeMap::new();
        for (arch, epoch) in packages.filter_map(|(arch, epoch)| Some((arch?, epoch?))) {
            let agreed = lent.entry(arch).or_insert(Some(epoch));
            *agreed = agreed.filter(|agreed| *agreed == epoch);
        }
        Lent(lent)
    }

    /// The epoch on which all of an arch agree that state one.
    pub fn to(&self, arch: Option<&str>) -> Option<u32> {
        self.0.get(arch?).copied().flatten()
    }
}

/// The order of an installed instance of a certain epoch against a row.
pub fn compare(instance: &Instance<'_>, epoch: u32, wanted: Wanted<'_>) -> Ordering {
    match instance.kind {
        PackageKind::Rpm => {
            let installed = Evr { epoch, version: instance.version, release: instance.release };
            installed.compare(&Evr { epoch: wanted.epoch, version: wanted.version, release: wanted.release })
        }
        PackageKind::Deb => Version::of_epoch(epoch, instance.version)
            .compare(&Version::of_epoch(wanted.epoch, wanted.version)),
    }
}

/// The order of two installed instances, each of a certain epoch.
fn compare_instances(a: &(&Instance<'_>, u32), b: &(&Instance<'_>, u32)) -> Ordering {
    let other = Wanted { epoch: b.1, version: b.0.version, release: b.0.release };
    compare(a.0, a.1, other)
}

/// The running kernel.
#[derive(Clone, Copy, Debug)]
pub struct Running<'m> {
    /// What `uname -r` prints.
    pub release: &'m str,
    /// The source package it was built from.
    pub source: Option<&'m str>,
}

impl Running<'_> {
    /// Whether a package was built from the source package of the running kernel.
    ///
    /// Where a source is not recorded, a kernel package of the running version and release counts.
    pub fn built(
        &self,
        name: &str,
        version: &str,
        release: Option<&str>,
        arch: Option<&str>,
        source: Option<&str>,
    ) -> bool {
        if let (Some(source), Some(running)) = (source, self.source) {
            return base(source) == base(running);
        }
        let rest = self.release.strip_prefix(version);
        let rest = match release {
            Some(release) => {
                rest.and_then(|rest| rest.strip_prefix('-')).and_then(|rest| rest.strip_prefix(release))
            }
            None => rest,
        };
        let Some(rest) = rest.filter(|_| name.starts_with("kernel")) else { return false };
        rest.is_empty() || rest.strip_prefix('.').is_some_and(|rest| Some(rest) == arch)
    }
}

/// The name, version and release of a source package.
fn base(source: &str) -> &str {
    let name = source.strip_suffix(".rpm").unwrap_or(source);
    name.strip_suffix(".src").or(name.strip_suffix(".nosrc")).unwrap_or(name)
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

/// Whether an installed instance of a certain epoch has exactly the version of a row.
pub fn is_same(instance: &Instance<'_>, epoch: u32, wanted: Wanted<'_>) -> bool {
    compare(instance, epoch, wanted).is_eq()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_lent_where_all_others_of_the_arch_agree() {
        let one = |number: usize| {
            ([None, Some("a"), Some("b")][number % 3], [None, Some(0), Some(1)][number / 3 % 3])
        };
        for number in 0..9usize.pow(4) {
            let packages: Vec<_> = (0..4).map(|at| one(number / 9usize.pow(at))).collect();
            let lent = Lent::of(packages.iter().copied());
            for wanted in [None, Some("a"), Some("b"), Some("c")] {
                let same = packages.iter().filter(|(arch, _)| wanted.is_some() && *arch == wanted);
                let mut stated: Vec<u32> = same.filter_map(|(_, epoch)| *epoch).collect();
                stated.dedup();
                let agreed = (stated.len() == 1).then(|| stated[0]);
                assert_eq!(lent.to(wanted), agreed, "{wanted:?} of {packages:?}");
            }
        }
    }
}
