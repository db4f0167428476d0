//! Items of installed packages, and versions of which the epoch is not known.
//!
//! Such a version is compared in every epoch that it may have; only an answer that does not change is given.
//! Source of truth: `docs/oval.md`, "Plain inventories", and `docs/verdicts.md`, "Packages".

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::Evaluation;
use super::super::collection::Collection;
use super::super::comparison::{Manner, Sense};
use super::{Asked, Candidates, Group, Looked, Stated, literal, made, named};
use crate::diagnostic::Code;
use crate::eval::known::State;
use crate::eval::rows::{Lent, epoch_range};
use crate::model::expr::Subject;
use crate::model::fact::{Fact, Kind, Package, PackageKind};
use crate::model::flag::Flags;
use crate::model::oval::characteristics::{Item, Value};
use crate::model::oval::entity::Entity;
use crate::model::oval::object::Object;
use crate::model::oval::value::Datatype;
use crate::model::oval::words::Status;
use crate::model::oval::{Reference, Type};
use crate::model::truth::Truth;
use crate::model::verdict::Answer;

/// What is special about the epoch of a package.
#[derive(Clone, Debug)]
pub(super) enum Epoch {
    /// It was taken from another instance.
    Lent,
    /// It is not known.
    Open {
        kind: PackageKind,
        name: String,
        /// Version and release; without a release that is known nothing can be compared.
        rest: Option<String>,
    },
}

/// The names of packages that a system's release file belongs to.
const RELEASES: [&str; 11] = [
    "redhat",
    "centos",
    "centos-stream",
    "centos-linux",
    "almalinux",
    "rocky",
    "oraclelinux",
    "enterprise",
    "fedora",
    "sl",
    "photon",
];

/// The file that says which release a system is.
const RELEASE_FILE: &str = "/etc/redhat-release";

impl Stated<'_> {
    /// The installed packages of a kind; of those with one key the last.
    fn packages(&self, kind: PackageKind) -> Vec<&Package<'static>> {
        let mut places = BTreeMap::new();
        let mut packages: Vec<&Package<'static>> = Vec::new();
        for entry in &self.inventory.facts {
            let Fact::Package(package) = &entry.fact else { continue };
            let is_installed = package.status.as_deref().is_none_or(|status| status == "installed");
            if package.kind != kind || !is_installed {
                continue;
            }
            let key = (&package.name, &package.arch, package.epoch, &package.version, &package.release);
            match places.get(&key) {
                Some(place) => packages[*place] = package,
                None => {
                    places.insert(key, packages.len());
                    packages.push(package);
                }
            }
        }
        packages
    }

    /// Whether nothing else is installed that an object names.
    fn is_whole(&self, kind: PackageKind, asked: &Asked<'_>) -> bool {
        let is_absent = |name: &str| {
            let subject = Subject::Package(kind, name.to_owned());
            self.known.state(&subject) == State::Absent
        };
        self.is_complete(Kind::Package) || named(asked, "name").and_then(literal).is_some_and(is_absent)
    }

    /// The epoch of a package, and whether another instance lent it.
    fn epoch(&self, package: &Package<'_>, all: &[&Package<'_>]) -> (Option<u32>, bool) {
        let same = all.iter().filter(|other| other.name == package.name);
        let lent = Lent::of(same.map(|other| (other.arch.as_deref(), other.epoch)));
        match (package.epoch, lent.to(package.arch.as_deref())) {
            (Some(epoch), _) => (Some(epoch), false),
            (None, lent) => (lent, lent.is_some()),
        }
    }
}

impl Evaluation<'_> {
    pub(super) fn rpm_packages<'o>(&self, stated: &Stated<'_>, asked: &Asked<'o>) -> Candidates<'o> {
        let items = stated.group(Group::Rpm, || {
            let all = stated.packages(PackageKind::Rpm);
            all.iter().map(|package| self.add_package(stated, package, &all, "rpminfo")).collect()
        });
        let whole = stated.is_whole(PackageKind::Rpm, asked);
        Candidates { items, left: asked.entities.iter().collect(), whole }
    }

    pub(super) fn deb_packages<'o>(&self, stated: &Stated<'_>, asked: &Asked<'o>) -> Candidates<'o> {
        let items = stated.group(Group::Deb, || {
            let all = stated.packages(PackageKind::Deb);
            all.iter().map(|package| self.add_package(stated, package, &all, "dpkginfo")).collect()
        });
        let whole = stated.is_whole(PackageKind::Deb, asked);
        Candidates { items, left: asked.entities.iter().collect(), whole }
    }

    /// The package that the file belongs to that says which release the system is.
    pub(super) fn release_file<'o>(&self, stated: &Stated<'_>, asked: &Asked<'o>) -> Looked<'o> {
        if named(asked, "filepath").and_then(literal) != Some(RELEASE_FILE) {
            return Err(Collection::unsupported());
        }
        let all = stated.packages(PackageKind::Rpm);
        let is_release = |name: &str| {
            let mut vendors = RELEASES.iter().filter_map(|vendor| name.strip_prefix(vendor));
            vendors.any(|rest| rest.starts_with("-release"))
        };
        let owner = all.iter().find(|package| is_release(&package.name));
        let items = owner.map(|package| self.add_package(stated, package, &all, "rpmverifyfile"));
        // An empty text asks for nothing.
        let left = asked.entities.iter();
        let left = left.filter(|entity| entity.variable.is_some() || !entity.value.is_empty()).collect();
        Ok(Candidates { items: items.into_iter().collect(), left, whole: stated.is_complete(Kind::Package) })
    }

    fn add_package(
        &self,
        stated: &Stated<'_>,
        package: &Package<'_>,
        all: &[&Package<'_>],
        base: &str,
    ) -> usize {
        let (epoch, is_lent) = stated.epoch(package, all);
        let number = self.items.add_new(item(package, epoch, base));
        let special = match epoch {
            Some(_) => is_lent.then_some(Epoch::Lent),
            None => {
                let rest = version(package);
                Some(Epoch::Open { kind: package.kind, name: package.name.to_string(), rest })
            }
        };
        if let Some(special) = special {
            stated.epochs.borrow_mut().insert(number, special);
        }
        number
    }

    /// What an entity says of the values of its name in an item that may be a package.
    pub(in super::super) fn of_package(
        &self,
        entity: &Entity,
        item: usize,
        values: &[&Value<'_>],
        manner: Manner,
    ) -> Answer {
        let is_version = matches!(manner.sense, Sense::Package(_));
        let special =
            self.items.stated.as_ref().and_then(|stated| stated.epochs.borrow().get(&item).cloned());
        match special {
            Some(Epoch::Lent) if is_version || matches!(&*entity.name, "epoch" | "extended_name") => {
                let answer = self.entity(entity, values, manner);
                Answer { flags: answer.flags | Flags::EPOCH_LENT, ..answer }
            }
            Some(Epoch::Open { kind, name, rest: Some(rest) }) if is_version => {
                match self.epochs(kind, &name) {
                    Some(range) => self.in_every_epoch(entity, &rest, range, manner),
                    None => self.entity(entity, values, manner),
                }
            }
            Some(Epoch::Lent | Epoch::Open { .. }) | None => self.entity(entity, values, manner),
        }
    }

    /// What an entity says of a version, whichever epoch of a range it has.
    fn in_every_epoch(&self, entity: &Entity, rest: &str, range: [u32; 2], manner: Manner) -> Answer {
        let has_order = entity.datatype.is_some_and(is_of_package);
        if !has_order && range[0] != range[1] {
            return Answer::PART_NOT_COLLECTED;
        }
        // Between the ends only that of the state itself could be another answer.
        let own = epoch_of(&entity.value).filter(|own| (range[0]..=range[1]).contains(own));
        let epochs = range.into_iter().chain(own);
        let answers: Vec<Answer> = epochs
            .map(|epoch| {
                let version = made::text("evr", format!("{epoch}:{rest}"));
                self.entity(entity, &[&version], manner)
            })
            .collect();
        let is_one = answers.iter().all(|answer| answer.truth == answers[0].truth);
        if is_one { answers[0] } else { Answer::PART_NOT_COLLECTED }
    }

    /// The epochs that a package of which it is not known may have, from those that states ask for; `None`
    /// where they do not say.
    fn epochs(&self, kind: PackageKind, name: &str) -> Option<[u32; 2]> {
        let mut epochs = Vec::new();
        for test in self.content.tests.iter().filter(|test| is_about(&test.kind, kind)) {
            let Reference::To(object) = test.object else { continue };
            if self.may_name(object, name) {
                for state in test.states.iter().flatten() {
                    epochs.extend(self.epochs_of_state(*state)?);
                }
            }
        }
        for (number, object) in self.content.objects.iter().enumerate() {
            let filters = object.content.names().1;
            if filters.is_empty() || !is_about(&object.kind, kind) || !self.may_name(number as u32, name) {
                continue;
            }
            for (state, _) in self
                .content
                .states
                .iter()
                .enumerate()
                .filter(|(_, state)| filters.contains(&state.id.as_str()))
            {
                epochs.extend(self.epochs_of_state(state as u32)?);
            }
        }
        if epochs.is_empty() {
            return None;
        }
        Some(epoch_range(epochs.into_iter().map(|epoch| (epoch, epoch))))
    }

    /// The epochs of the versions that a state asks for; `None` where a variable says them.
    fn epochs_of_state(&self, state: u32) -> Option<Vec<u32>> {
        let entities = self.content.states[state as usize].content.entities.iter();
        let versions = entities.filter(|entity| entity.name == "evr");
        let compared = versions.filter(|entity| entity.datatype.is_some_and(is_of_package));
        compared
            .map(|entity| if entity.variable.is_some() { None } else { epoch_of(&entity.value) })
            .collect()
    }

    /// Whether an object may be about packages of a name.
    fn may_name(&self, object: u32, name: &str) -> bool {
        let Object::Items { entities, .. } = &self.content.objects[object as usize].content else {
            return true;
        };
        entities.iter().filter(|entity| entity.name == "name" && super::constrains(entity)).all(|entity| {
            match (entity.variable.is_some(), entity.datatype, entity.operation) {
                (false, Some(datatype), Some(operation)) => {
                    self.against(datatype, operation, &entity.value, name).truth != Truth::False
                }
                _ => true,
            }
        })
    }

    /// A version that a state asks for, of epoch 0 where it has none.
    pub(in super::super) fn with_epoch<'v>(&self, state: u32, version: &'v str) -> Cow<'v, str> {
        if has_epoch(version) || version.trim().is_empty() {
            return Cow::Borrowed(version);
        }
        let is_news =
            self.items.stated.as_ref().is_some_and(|stated| stated.without_epoch.borrow_mut().insert(state));
        if is_news {
            let id = &self.content.states[state as usize].id;
            self.note(Code::OvalEvrNoEpoch, &format!("`{id}`: `{}`", version.trim()));
        }
        Cow::Owned(format!("0:{}", version.trim()))
    }
}

/// Whether a test or an object is about packages of a kind.
fn is_about(test: &Type<'_>, kind: PackageKind) -> bool {
    match kind {
        PackageKind::Rpm => test.base() == "rpminfo",
        PackageKind::Deb => test.base() == "dpkginfo",
    }
}

/// Whether values of a type have the order of packages.
fn is_of_package(datatype: Datatype) -> bool {
    matches!(datatype, Datatype::EvrString | Datatype::DebianEvrString)
}

fn has_epoch(version: &str) -> bool {
    let epoch = version.trim().split_once(':').map(|(epoch, _)| epoch);
    epoch.is_some_and(|epoch| epoch == "(none)" || epoch.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The epoch of a version, 0 where it has none; `None` where it is no number of 32 bits.
fn epoch_of(version: &str) -> Option<u32> {
    match version.trim().split_once(':') {
        Some((epoch, _)) if has_epoch(version) && epoch != "(none)" && !epoch.is_empty() => {
            epoch.parse().ok()
        }
        _ => Some(0),
    }
}

/// Version and release of a package as they stand behind its epoch.
fn version(package: &Package<'_>) -> Option<String> {
    match (package.kind, &package.release) {
        (PackageKind::Deb, _) => Some(package.version.to_string()),
        (PackageKind::Rpm, Some(release)) => Some(format!("{}-{release}", package.version)),
        (PackageKind::Rpm, None) => None,
    }
}

fn item(package: &Package<'_>, epoch: Option<u32>, base: &str) -> Item<'static> {
    let (upstream, release) = match package.kind {
        PackageKind::Rpm => (&*package.version, package.release.as_deref()),
        PackageKind::Deb => match package.version.rsplit_once('-') {
            Some((upstream, revision)) => (upstream, Some(revision)),
            None => (&*package.version, Some("")),
        },
    };
    let datatype = match package.kind {
        PackageKind::Rpm => Datatype::EvrString,
        PackageKind::Deb => Datatype::DebianEvrString,
    };
    let evr = epoch.zip(version(package)).map(|(epoch, rest)| format!("{epoch}:{rest}"));
    let mut entities = vec![
        made::text("name", &*package.name),
        made::maybe_text("arch", package.arch.as_deref()),
        made::maybe_text("epoch", epoch.map(|epoch| epoch.to_string())),
        made::maybe_text("release", release),
        made::text("version", upstream),
    ];
    match base {
        "rpmverifyfile" => entities.push(made::text("filepath", RELEASE_FILE)),
        "rpminfo" => {
            let full = evr.as_ref().zip(package.arch.as_ref());
            let full = full.map(|(evr, arch)| format!("{}-{evr}.{arch}", package.name));
            let key = package.key.as_deref().map(str::to_ascii_lowercase);
            entities.push(made::maybe("evr", datatype, evr));
            entities.push(made::maybe_text("signature_keyid", key));
            entities.push(made::maybe_text("extended_name", full));
            entities.push(made::of_status("filepath", Status::NotCollected));
        }
        _ => entities.push(made::maybe("evr", datatype, evr)),
    }
    made::item("linux", base, entities)
}
