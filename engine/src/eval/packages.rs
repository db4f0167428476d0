//! Package rows over slots: integer comparisons where everything is certain.
//!
//! An installed version is turned into its place among the index's thresholds once; a row is then one
//! comparison. Where an epoch, an architecture or a release is missing, or a package was withdrawn or
//! belongs to the running kernel, the row is judged as [`super::rows`] does.

use std::cell::LazyCell;

use super::known::{State, is_installed};
use super::plan::Plan;
use super::rows::{self, Instance, Lent, Manner, Running, Wanted, matches_arch, streams_match};
use super::slots::Slots;
use super::statements::Meaning;
use crate::index::columns::{Column, NONE};
use crate::index::probe::tag;
use crate::model::fact::{self, Kind, PackageKind};
use crate::model::options::Profile;
use crate::model::reason::Reason;
use crate::model::truth::{Tally, Truth};
use crate::model::update::ModuleStream;
use crate::model::verdict::{Cell, Verdict};
use crate::version::{debian, evr};

/// An arch that no row has.
const OTHER: u32 = NONE - 1;
/// The arch `noarch` where no row has it.
pub(super) const NOARCH: u32 = NONE - 2;
/// An arch that the client does not state.
const UNKNOWN: u32 = NONE;

/// A span of the arena.
type Span = (u32, u32);

/// An installed package whose name some row has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Installed {
    subject: u32,
    arch: u32,
    epoch: Option<u32>,
    /// Its place among the thresholds of its subject; NONE where it is not certain.
    code: u32,
    texts: Texts,
}

/// Where the texts of an installed package are.
#[derive(Clone, Copy, Debug)]
enum Texts {
    /// In the arena.
    Read { version: Span, release: Option<Span>, arch: Option<Span>, source: Option<Span> },
    /// With its statement.
    Known(u32),
}

/// A package that earlier clients stated in the same words.
#[derive(Debug)]
pub(super) struct KnownPackage {
    subject: u32,
    arch: u32,
    epoch: Option<u32>,
    code: u32,
    version: Box<str>,
    release: Option<Box<str>>,
    arch_text: Option<Box<str>>,
    source: Option<Box<str>>,
}

impl KnownPackage {
    /// What is installed, with the texts that state it.
    pub(super) fn new(installed: &Installed, stated: &fact::Package<'_>) -> KnownPackage {
        let Installed { subject, arch, epoch, code, .. } = *installed;
        let text = |text: Option<&str>| text.map(Box::from);
        KnownPackage {
            subject,
            arch,
            epoch,
            code,
            version: (*stated.version).into(),
            release: text(release(stated)),
            arch_text: text(stated.arch.as_deref()),
            source: text(stated.source.as_deref()),
        }
    }

    /// Bytes of its texts.
    pub(super) fn bytes(&self) -> usize {
        let others = [&self.release, &self.arch_text, &self.source];
        self.version.len() + others.into_iter().flatten().map(|text| text.len()).sum::<usize>()
    }
}

/// The packages of one subject, and whether all about them is certain.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    start: u32,
    end: u32,
    certain: bool,
}

/// The installed packages of a client that rows speak of.
#[derive(Debug)]
pub(super) struct Instances {
    list: Vec<Installed>,
    arena: String,
    /// The group of each subject, valid where the subject is known.
    groups: Vec<Group>,
    /// Per gate: whether its rows count; `None` until asked.
    gates: Vec<Option<Truth>>,
    key: Vec<u8>,
}

impl Instances {
    pub(super) fn new(subjects: usize) -> Self {
        Instances {
            list: Vec::new(),
            arena: String::new(),
            groups: vec![Group::default(); subjects],
            gates: Vec::new(),
            key: Vec::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.arena.clear();
        self.gates.clear();
    }

    fn text(&self, span: Span) -> &str {
        self.arena.get(span.0 as usize..span.1 as usize).unwrap_or("")
    }

    fn keep(&mut self, text: &str) -> Span {
        let start = self.arena.len() as u32;
        self.arena.push_str(text);
        (start, self.arena.len() as u32)
    }
}

impl Slots<'_> {
    /// Takes an installed package; gives what it is to the index, if rows speak of it.
    pub(super) fn package(&mut self, stated: &fact::Package<'_>) -> Option<Installed> {
        let subject = self.package_subject(stated)?;
        // The arena is bounded by the facts of a client; beyond 4 GiB a package is not taken.
        if self.packages.arena.len() > u32::MAX as usize / 2 {
            return None;
        }
        self.exists(subject as usize);
        let (arch, code) = self.place(subject, stated);
        let packages = &mut self.packages;
        let texts = Texts::Read {
            version: packages.keep(&stated.version),
            release: release(stated).map(|text| packages.keep(text)),
            arch: stated.arch.as_deref().map(|text| packages.keep(text)),
            source: stated.source.as_deref().map(|text| packages.keep(text)),
        };
        let installed = Installed { subject, arch, epoch: stated.epoch, code, texts };
        packages.list.push(installed);
        Some(installed)
    }

    /// Takes a package whose statement is a known one.
    #[inline]
    pub(super) fn take_known_package(&mut self, entry: u32) {
        let Meaning::Package(known) = self.statements.meaning(entry) else { return };
        let KnownPackage { subject, arch, epoch, code, .. } = **known;
        self.exists(subject as usize);
        self.packages.list.push(Installed { subject, arch, epoch, code, texts: Texts::Known(entry) });
    }

    /// The subject of an installed package.
    pub(super) fn package_subject(&self, stated: &fact::Package<'_>) -> Option<u32> {
        let tag = if stated.kind == PackageKind::Deb { tag::DEB } else { tag::RPM };
        let found = || self.plan.view.find(tag, stated.name.as_bytes(), &[]);
        is_installed(stated).then(found).flatten().map(|subject| subject as u32)
    }

    /// The arch of a package as a number, and its place among the thresholds of its subject; NONE where
    /// something of it is not certain.
    fn place(&mut self, subject: u32, stated: &fact::Package<'_>) -> (u32, u32) {
        let arch = stated.arch.as_deref().map_or(UNKNOWN, |arch| arch_number(self.plan, arch));
        let Some(epoch) = stated.epoch.filter(|_| arch != UNKNOWN) else { return (arch, NONE) };
        let key = &mut self.packages.key;
        key.clear();
        match (stated.kind, release(stated)) {
            (PackageKind::Rpm, Some(release)) => evr::write_key(epoch, &stated.version, release, key),
            (PackageKind::Rpm, None) => return (arch, NONE),
            (PackageKind::Deb, _) => debian::Version::of_epoch(epoch, &stated.version).write_key(key),
        }
        let code = if key.is_empty() { NONE } else { self.plan.view.code(subject as usize, key) };
        (arch, code)
    }

    /// Sorts the packages into groups.
    pub(super) fn finish_packages(&mut self) {
        let plan = self.plan;
        self.packages.gates.resize(plan.view.columns.gate_module_ends.len(), None);
        let mut list = std::mem::take(&mut self.packages.list);
        list.sort_by_key(|installed| installed.subject);
        let mut start = 0;
        while start < list.len() {
            let subject = list[start].subject;
            let end = start + list[start..].iter().take_while(|one| one.subject == subject).count();
            let certain = list[start..end].iter().all(|one| self.is_certain(one)) && self.is_plain(subject);
            let group = Group { start: start as u32, end: end as u32, certain };
            self.packages.groups[subject as usize] = group;
            start = end;
        }
        self.packages.list = list;
    }

    /// Whether all about a package is certain.
    fn is_certain(&self, one: &Installed) -> bool {
        one.code != NONE && !self.running().is_some_and(|running| self.is_running(one, running))
    }

    fn version(&self, one: &Installed) -> &str {
        match one.texts {
            Texts::Read { version, .. } => self.packages.text(version),
            Texts::Known(entry) => self.statement(entry).map_or("", |known| &known.version),
        }
    }

    fn release(&self, one: &Installed) -> Option<&str> {
        match one.texts {
            Texts::Read { release, .. } => release.map(|span| self.packages.text(span)),
            Texts::Known(entry) => self.statement(entry)?.release.as_deref(),
        }
    }

    fn arch(&self, one: &Installed) -> Option<&str> {
        match one.texts {
            Texts::Read { arch, .. } => arch.map(|span| self.packages.text(span)),
            Texts::Known(entry) => self.statement(entry)?.arch_text.as_deref(),
        }
    }

    fn source(&self, one: &Installed) -> Option<&str> {
        match one.texts {
            Texts::Read { source, .. } => source.map(|span| self.packages.text(span)),
            Texts::Known(entry) => self.statement(entry)?.source.as_deref(),
        }
    }

    fn statement(&self, entry: u32) -> Option<&KnownPackage> {
        match self.statements.meaning(entry) {
            Meaning::Package(known) => Some(known),
            _ => None,
        }
    }

    /// Whether no package of this name was withdrawn.
    fn is_plain(&self, subject: u32) -> bool {
        self.plan.view.columns.subject_retracted_ends(subject as usize).is_empty()
    }

    fn running(&self) -> Option<Running<'_>> {
        let kernel = self.kernel.as_ref()?;
        Some(Running { release: &kernel.running, source: kernel.source.as_deref() })
    }

    fn is_running(&self, one: &Installed, running: Running<'_>) -> bool {
        let name = self.plan.view.text(self.plan.view.columns.subject_text.at(one.subject as usize));
        running.built(name, self.version(one), self.release(one), self.arch(one), self.source(one))
    }

    /// The cell of an update that consists of package rows.
    pub(super) fn packages_cell(&mut self, update: usize) -> Cell {
        let columns = self.plan.view.columns;
        let profile = self.profile(update);
        let complete = self.complete_kinds().contains(Kind::Package);
        let mut best: Option<Cell> = None;
        for row in columns.update_row_ends(update) {
            // Most rows of a catalog are of packages that a client does not have.
            if complete && !self.is_touched(columns.row_subject.at(row)) {
                best.get_or_insert(rows::NO_PACKAGE);
                continue;
            }
            let cell = self.row(row, profile);
            best = Cell::of_parts(best.into_iter().chain([cell]));
            if cell.verdict == Verdict::Missing {
                break;
            }
        }
        best.unwrap_or(rows::NO_PACKAGE)
    }

    fn profile(&self, update: usize) -> Profile {
        let source = self.plan.view.columns.update_source.at(update) as usize;
        self.plan.profiles.get(source).copied().unwrap_or(Profile::Dnf)
    }

    /// The answer of one row as a part of its update.
    fn row(&mut self, row: usize, profile: Profile) -> Cell {
        let columns = self.plan.view.columns;
        let subject = columns.row_subject.at(row) as usize;
        let active = self.collection(columns.row_collection.at(row) as usize);
        if active == Truth::False {
            return rows::NO_PACKAGE;
        }
        match self.state(subject) {
            State::Absent => return rows::NO_PACKAGE,
            State::NotCollected => return Cell::new(Verdict::Unknown, Reason::NotCollected),
            State::Known => {}
        }
        let group = self.packages.groups.get(subject).copied().unwrap_or_default();
        let rank = columns.row_rank.at(row);
        let install_only = self.plan.install_only.binary_search(&(subject as u32)).is_ok();
        if !group.certain || rank == NONE || install_only {
            return self.judge(row, profile, active, install_only);
        }
        let wanted = columns.row_arch.at(row);
        let instances = self.packages.list.get(group.start as usize..group.end as usize).unwrap_or_default();
        let codes = instances
            .iter()
            .filter(|one| same_arch(wanted, one.arch, self.plan.noarch, profile))
            .map(|one| one.code);
        let threshold = rank.saturating_mul(2).saturating_add(1);
        let Some(code) = (if profile == Profile::Dnf { codes.max() } else { codes.min() }) else {
            return rows::NO_PACKAGE;
        };
        match (active, code < threshold) {
            (Truth::True, true) => Cell::new(Verdict::Missing, Reason::PackageOlder),
            (Truth::True, false) => Cell::new(Verdict::Installed, Reason::PackageCurrent),
            _ => Cell::new(Verdict::Unknown, Reason::NotCollected),
        }
    }

    /// Judges a row in every possible world.
    fn judge(&self, row: usize, profile: Profile, active: Truth, install_only: bool) -> Cell {
        let columns = self.plan.view.columns;
        let subject = columns.row_subject.at(row) as usize;
        let wanted_arch = self.plan.view.text(columns.arch_text.at(columns.row_arch.at(row) as usize));
        let group = self.packages.groups.get(subject).copied().unwrap_or_default();
        let all = self.packages.list.get(group.start as usize..group.end as usize).unwrap_or_default();
        let lent = LazyCell::new(|| Lent::of(all.iter().map(|one| (self.arch(one), one.epoch))));
        let instances: Vec<Instance<'_>> = all
            .iter()
            .filter(|one| matches_arch(wanted_arch, self.arch(one), profile))
            .map(|one| self.instance(one, |arch| lent.to(arch), profile))
            .collect();
        let manner = Manner { profile, install_only, kernel_stated: self.kernel.is_some(), active };
        rows::judge(self.wanted(row), &instances, manner, &|instance, epoch| {
            self.is_retracted(subject, instance, epoch)
        })
    }

    fn wanted(&self, row: usize) -> Wanted<'_> {
        let (view, columns) = (self.plan.view, self.plan.view.columns);
        let release = columns.row_release.at(row).checked_sub(1);
        Wanted {
            epoch: columns.row_epoch.at(row),
            version: view.text(columns.row_version.at(row)),
            release: release.map(|release| view.text(release)),
        }
    }

    /// A package as rows look at it; `lent` is asked only where an epoch is missing.
    fn instance(
        &self,
        one: &Installed,
        lent: impl Fn(Option<&str>) -> Option<u32>,
        profile: Profile,
    ) -> Instance<'_> {
        let arch = self.arch(one);
        let (epochs, lent) = match one.epoch {
            Some(epoch) => ([epoch, epoch], false),
            None => match lent(arch) {
                Some(epoch) => ([epoch, epoch], true),
                None => (self.epoch_range(one.subject as usize, arch, profile), false),
            },
        };
        let deb = self.plan.view.columns.subject_tag.at(one.subject as usize) == tag::DEB;
        Instance {
            kind: if deb { PackageKind::Deb } else { PackageKind::Rpm },
            arch,
            version: self.version(one),
            release: self.release(one),
            epochs,
            lent,
            running: self.running().is_some_and(|running| self.is_running(one, running)),
        }
    }

    fn epoch_range(&self, subject: usize, arch: Option<&str>, profile: Profile) -> [u32; 2] {
        let (view, columns) = (self.plan.view, self.plan.view.columns);
        let groups = columns.subject_group_ends(subject).filter(|group| {
            let of_rows = view.text(columns.arch_text.at(columns.group_arch.at(*group) as usize));
            matches_arch(of_rows, arch, profile)
        });
        rows::epoch_range(groups.map(|group| (columns.group_low.at(group), columns.group_high.at(group))))
    }

    fn is_retracted(&self, subject: usize, instance: &Instance<'_>, epoch: u32) -> bool {
        let (view, columns) = (self.plan.view, self.plan.view.columns);
        columns.subject_retracted_ends(subject).any(|at| {
            let row = columns.retracted_row.at(at) as usize;
            let arch = view.text(columns.arch_text.at(columns.row_arch.at(row) as usize));
            instance.arch == Some(arch) && rows::is_same(instance, epoch, self.wanted(row))
        })
    }

    /// Whether the rows of a collection count.
    fn collection(&mut self, collection: usize) -> Truth {
        let gate =
            self.plan.view.columns.collection_gate.get(collection).map_or(NONE, |gate| gate.to_native());
        let Some(known) = self.packages.gates.get(gate as usize).copied() else { return Truth::True };
        known.unwrap_or_else(|| {
            let truth = self.gate(gate as usize);
            self.packages.gates[gate as usize] = Some(truth);
            truth
        })
    }

    fn gate(&self, gate: usize) -> Truth {
        let modules = self.plan.view.columns.gate_module_ends(gate);
        modules.map(|module| self.is_active(module)).collect::<Tally>().or()
    }

    fn is_active(&self, module: usize) -> Truth {
        let (view, columns) = (self.plan.view, self.plan.view.columns);
        let subject = columns.module_subject.at(module) as usize;
        let name = view.text(columns.subject_text.at(subject));
        let stream = view.text(columns.module_stream.at(module));
        match self.state(subject) {
            State::Known => {
                let wanted = ModuleStream {
                    name: name.to_owned(),
                    stream: stream.to_owned(),
                    context: view.text(columns.module_context.at(module)).to_owned(),
                    arch: view.text(columns.module_arch.at(module)).to_owned(),
                };
                Truth::from(self.modules.iter().any(|fact| fact.name == name && streams_match(&wanted, fact)))
            }
            State::Absent if self.complete_kinds().contains(Kind::Module) => {
                let is_default = |at: usize| {
                    view.text(columns.default_module.at(at)) == name
                        && view.text(columns.default_stream.at(at)) == stream
                };
                Truth::from((0..columns.default_module.len()).any(is_default))
            }
            State::Absent => Truth::False,
            State::NotCollected => Truth::Unknown,
        }
    }
}

/// The release of a package; an empty one is none.
fn release<'f>(stated: &'f fact::Package<'_>) -> Option<&'f str> {
    stated.release.as_deref().filter(|release| !release.is_empty())
}

fn arch_number(plan: &Plan<'_>, arch: &str) -> u32 {
    if arch == "noarch" {
        return plan.noarch;
    }
    let arches = &plan.view.columns.arch_text;
    let found = (0..arches.len()).find(|at| plan.view.text_bytes(arches.at(*at)) == arch.as_bytes());
    found.map_or(OTHER, |found| found as u32)
}

/// Whether an installed arch is one that a row speaks of; both are known.
fn same_arch(wanted: u32, installed: u32, noarch: u32, profile: Profile) -> bool {
    match profile {
        Profile::Dnf if wanted == 0 => installed == noarch,
        Profile::Dnf => wanted == installed,
        Profile::Suse => wanted == 0 || wanted == noarch || installed == noarch || wanted == installed,
    }
}
