//! Package rows: the threshold, the installed instances, what is known of epochs, and the modules.

use std::cmp::Ordering;

use super::{Because, Explainer};
use crate::eval::rows::{Judged, Seen, Wanted, compare};
use crate::model::expr::{Question, Subject};
use crate::model::options::Profile;
use crate::model::truth::Truth;
use crate::model::update::{Collection, ModuleStream};

/// A package row, as the client answered it.
#[derive(Debug)]
pub struct Row<'m> {
    /// The row and its answer.
    pub judged: Judged<'m>,
    /// What the client says about packages of the name.
    pub because: Because,
    /// The collection it belongs to.
    pub collection: Option<&'m Collection>,
    /// The modules of the collection; none where it always counts.
    pub modules: Vec<Module<'m>>,
    /// The installed instances that it speaks of.
    pub installed: Vec<Installed<'m>>,
}

/// A module that makes a row count.
#[derive(Debug)]
pub struct Module<'m> {
    /// The stream that the catalog names.
    pub wanted: &'m ModuleStream,
    /// Whether it is active.
    pub active: Truth,
    /// What the client says about modules of the name.
    pub because: Because,
    /// The streams of that name, numbers in [`crate::model::inventory::Inventory::facts`].
    pub facts: Vec<usize>,
}

/// An installed instance of a package.
#[derive(Debug)]
pub struct Installed<'m> {
    /// The instance.
    pub seen: Seen<'m>,
    /// What is known of its epoch.
    pub epoch: Epoch,
    /// How it stands to the row's version with the lowest and the highest epoch it may have.
    pub order: [Ordering; 2],
    /// Whether it can make the row needed: not where a newer instance stands beside it.
    pub counts: bool,
}

/// What is known of an installed package's epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Epoch {
    /// The client states it.
    Stated,
    /// Another instance of the same name and architecture has it.
    Lent,
    /// Every row that the package could stand against has it.
    Shared,
    /// It may be any from the lowest to the highest.
    Between,
}

impl Epoch {
    /// The word that is printed.
    pub fn name(self) -> &'static str {
        match self {
            Epoch::Stated => "stated",
            Epoch::Lent => "lent",
            Epoch::Shared => "shared",
            Epoch::Between => "between",
        }
    }
}

impl<'m> Explainer<'m> {
    pub(super) fn row(&self, judged: Judged<'m>, collections: &'m [Collection], profile: Profile) -> Row<'m> {
        let row = judged.row;
        let collection = collections.get(row.collection as usize);
        let modules = collection.map_or(&[] as &[_], |collection| collection.modules.as_slice());
        let counts = counting(&judged.instances, profile);
        let wanted = Wanted { epoch: row.epoch, version: &row.version, release: row.release.as_deref() };
        let installed = judged.instances.iter().zip(counts).map(|(seen, counts)| Installed {
            seen: *seen,
            epoch: self.epoch(seen),
            order: seen.instance.epochs.map(|epoch| compare(&seen.instance, epoch, wanted)),
            counts,
        });
        Row {
            because: self.because(&Subject::Package(row.kind, row.name.clone()), &Question::Exists),
            collection,
            modules: modules.iter().map(|module| self.module(module)).collect(),
            installed: installed.collect(),
            judged,
        }
    }

    fn epoch(&self, seen: &Seen<'_>) -> Epoch {
        let fact = self.inventory.facts.get(seen.stated).map(|stated| &stated.fact);
        let stated =
            matches!(fact, Some(crate::model::fact::Fact::Package(package)) if package.epoch.is_some());
        let [low, high] = seen.instance.epochs;
        match (stated, seen.instance.lent) {
            (true, _) => Epoch::Stated,
            (false, true) => Epoch::Lent,
            (false, false) if low == high => Epoch::Shared,
            (false, false) => Epoch::Between,
        }
    }

    fn module(&self, wanted: &'m ModuleStream) -> Module<'m> {
        let stated = self.evaluator.known().modules.get(&wanted.name);
        Module {
            wanted,
            active: self.evaluator.rows().is_active(wanted),
            because: self.because(&Subject::Module(wanted.name.clone()), &Question::Exists),
            facts: stated.into_iter().flatten().map(|found| found.stated).collect(),
        }
    }
}

/// Which instances can make a row needed in some possible world.
fn counting(instances: &[Seen<'_>], profile: Profile) -> Vec<bool> {
    if profile == Profile::Suse {
        return vec![true; instances.len()];
    }
    let mut counts: Vec<bool> = instances.iter().map(|seen| seen.instance.running).collect();
    for world in 0..4 {
        let (epoch, unknown_arch) = (world & 1, world & 2 != 0);
        let possible =
            instances.iter().enumerate().filter(|(_, seen)| unknown_arch || seen.instance.arch.is_some());
        let newest = possible.max_by(|(_, a), (_, b)| {
            let (a, b) = (&a.instance, &b.instance);
            let other = Wanted { epoch: b.epochs[epoch], version: b.version, release: b.release };
            compare(a, a.epochs[epoch], other)
        });
        if let Some((newest, _)) = newest {
            counts[newest] = true;
        }
    }
    counts
}
