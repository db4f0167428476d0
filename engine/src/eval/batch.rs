//! Many clients over one index: rows of cells.
//!
//! A client's row begins as what follows when none of its anchors is there; only the updates that its
//! facts reach are evaluated, and only where they differ is anything stored.

use std::collections::HashMap;
use std::sync::Arc;

use super::code::{Decision, Places};
use super::needs::Needs;
use super::network::{Codes, Found};
use super::plan::Plan;
use super::program::Context;
use super::reference::bundled;
use super::slots::Slots;
use super::statements::Shared;
use crate::index::columns::{Column, NONE};
use crate::matrix::row::{self, Row, implied};
use crate::model::expr::{self, Operator, Reasons, Section};
use crate::model::fact::{Kind, Kinds};
use crate::model::flag::Flags;
use crate::model::law;
use crate::model::options::{Checksum, Supersedence};
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::{Answer, Cell, Verdict};

/// What the cells of a client are before its facts are looked at, but which kinds are complete and what its
/// system is to the network. Of the updates of the network they are those of the first client.
#[derive(Debug)]
struct Defaults {
    /// The row of them.
    row: Row,
    /// By update.
    cells: Box<[Cell]>,
    /// Their codes; what has no verdict of its own is Unknown.
    verdicts: Box<[u8]>,
    /// What the parts of the network are: of a client that states nothing the tests, of the first one all.
    codes: Option<[Codes; 2]>,
    /// Updates of the network that are Missing: what replaces them decides about each client.
    missing: Vec<u32>,
}

/// Evaluates the clients of one worker, one after another, in memory that is reused.
#[derive(Debug)]
pub struct Worker<'p> {
    plan: &'p Plan<'p>,
    /// The facts of the client; a reader fills it.
    pub slots: Slots<'p>,
    /// By key.
    defaults: HashMap<Box<[u8]>, Arc<Defaults>, ahash::RandomState>,
    /// The key of the client.
    key: Vec<u8>,
    /// Updates to evaluate, a bit each.
    reached: Vec<u64>,
    verdicts: Vec<u8>,
    cells: Vec<(u32, Cell)>,
    needs: Needs,
    found: Found,
    above: Above,
}

/// The most keys whose defaults a worker remembers.
const REMEMBERED: usize = 64;

impl<'p> Worker<'p> {
    /// Makes a worker that learns of its own clients only.
    pub fn new(plan: &'p Plan<'p>) -> Worker<'p> {
        Worker::sharing(&Shared::new(plan))
    }

    /// Makes a worker that learns of the clients of all workers that share the same.
    pub fn sharing(shared: &Arc<Shared<'p>>) -> Worker<'p> {
        let plan = shared.plan;
        let count = plan.view.updates();
        Worker {
            plan,
            slots: Slots::new(shared),
            defaults: HashMap::default(),
            key: Vec::new(),
            reached: vec![0; count.div_ceil(64)],
            verdicts: vec![0; count],
            cells: Vec::new(),
            needs: Needs::default(),
            found: Found::default(),
            above: Above::default(),
        }
    }

    /// Begins the next client; facts go to [`Worker::slots`] until [`Worker::finish`].
    pub fn begin(&mut self) {
        self.slots.begin();
    }

    /// Evaluates the client whose facts were taken.
    pub fn finish(&mut self) -> Row {
        self.slots.finish();
        self.evaluate_slots()
    }

    /// Evaluates the client whose slots are finished.
    pub fn evaluate_slots(&mut self) -> Row {
        let defaults = self.defaults();
        self.reach(self.slots.complete_kinds());
        self.needs.begin(self.plan);
        self.reach_by_needs();
        self.reach_by_network(&defaults);
        self.slots.evaluate_definitions();
        self.evaluate();
        self.evaluate_bundles(&defaults);
        self.fold();
        self.row(&defaults)
    }

    /// The defaults of the client.
    fn defaults(&mut self) -> Arc<Defaults> {
        self.plan.network.write_key(&self.slots, &mut self.key);
        if let Some(defaults) = self.defaults.get(self.key.as_slice()) {
            return Arc::clone(defaults);
        }
        if self.defaults.len() >= REMEMBERED {
            self.defaults.clear();
        }
        let defaults = Arc::new(self.make_defaults());
        self.defaults.insert(self.key.as_slice().into(), Arc::clone(&defaults));
        defaults
    }

    /// Marks the updates that the client's facts reach.
    fn reach(&mut self, complete: Kinds) {
        let columns = self.plan.view.columns;
        self.reached.fill(0);
        let reached = &mut self.reached;
        let mut mark = |update: u32| {
            if let Some(word) = reached.get_mut(update as usize / 64) {
                *word |= 1 << (update % 64);
            }
        };
        for subject in &self.slots.touched {
            let subject = *subject as usize;
            columns.subject_anchor_ends(subject).for_each(|at| mark(columns.anchor_update.at(at)));
        }
        self.plan.always.iter().for_each(|update| mark(*update));
        for kind in Kind::ALL.iter().filter(|kind| !complete.contains(**kind)) {
            self.plan.uncollected[*kind as usize].iter().for_each(|update| mark(*update));
        }
    }

    /// Marks the updates of the network of which a rule has another answer than for the first client.
    fn reach_by_network(&mut self, defaults: &Defaults) {
        self.verdicts.copy_from_slice(&defaults.verdicts);
        let reached = &mut self.reached;
        let is_found = match &defaults.codes {
            Some([defaults, first]) => self.found.find(&self.slots, defaults, first, reached),
            None => self.found.leave(),
        };
        let updates = if is_found { &defaults.missing } else { &self.plan.networked };
        updates.iter().for_each(|update| reached[*update as usize / 64] |= 1 << (update % 64));
    }

    /// Marks the updates whose prerequisites are there, or may be.
    fn reach_by_needs(&mut self) {
        let plan = self.plan;
        for (set, updates) in (0u32..).zip(&plan.gated) {
            if updates.is_empty() || self.needs.of(set, plan, &self.slots, 0).truth == Truth::False {
                continue;
            }
            for update in updates {
                self.reached[*update as usize / 64] |= 1 << (update % 64);
            }
        }
    }

    /// Evaluates the rules of the updates that were reached, in order.
    fn evaluate(&mut self) {
        self.cells.clear();
        for word in 0..self.reached.len() {
            let mut bits = self.reached[word];
            while bits != 0 {
                let update = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                if update < self.verdicts.len() && self.plan.gives_verdict(update as u32) {
                    let cell = self.cell(update);
                    self.verdicts[update] = cell.verdict.code();
                    self.cells.push((update as u32, cell));
                }
            }
        }
    }

    /// The cell of an update by its rules alone.
    fn cell(&mut self, update: usize) -> Cell {
        let Some(decision) = self.plan.code.decision(update) else { return Cell::NO_EVIDENCE };
        let cell = match decision.rule {
            1 | 3 => {
                let needed = self.needed(decision.needs);
                let items = self.plan.code.items(decision).iter();
                let cells = items.map(|item| self.item(item, decision, needed));
                Cell::of_parts(cells).unwrap_or(Cell::NO_EVIDENCE)
            }
            2 => self.slots.packages_cell(update),
            4 => self.slots.definition_cell(update, decision.source as usize),
            _ => Cell::NO_EVIDENCE,
        };
        cell.withdrawn(decision.flags)
    }

    /// The cell of one part of an update that needs something, or nothing.
    fn item(&self, item: &Places, decision: &Decision, needed: Option<Answer>) -> Cell {
        let checksums = self.checksums_count(decision.source as usize);
        if let Some([installed, applicable]) = self.shared(item, decision) {
            let context = Context { known: applicable, ..Context::new(checksums, Section::Installed) };
            let superseded = match item.superseded {
                NONE => Answer::FALSE,
                rule => self.slots.run(rule, context),
            };
            let cell = Cell::decide(installed, applicable, superseded);
            return self.imported(cell, item, checksums).withdrawn(decision.flags);
        }
        let context = Context::new(checksums, Section::Applicable);
        let applicable = match needed {
            // What nothing else could outweigh.
            Some(needed) if needed.truth == Truth::False => needed,
            _ => self.slots.run(item.applicable, context),
        };
        let gate = |section, answer| match needed {
            Some(needed) => expr::combine(Operator::And, Reasons::Ranked, section, &[needed, answer]),
            None => answer,
        };
        let gated = gate(Section::Applicable, applicable);
        let context = Context { known: applicable, section: Section::Installed, ..context };
        // A part that is proved not to be for the client is Installed or not applicable.
        let installed = gate(
            Section::Installed,
            match needed {
                Some(needed) if needed.truth == Truth::False => needed,
                _ => self.slots.run(item.installed, context),
            },
        );
        let superseded = match item.superseded {
            NONE => Answer::FALSE,
            rule => self.slots.run(rule, context),
        };
        let cell = Cell::decide(installed, gated, superseded);
        self.imported(cell, item, checksums).withdrawn(decision.flags)
    }

    /// The cell of a part that may take another scanner's word where its rules leave it Unknown.
    #[inline]
    fn imported(&self, cell: Cell, item: &Places, checksums: bool) -> Cell {
        if item.imported == NONE || cell.verdict != Verdict::Unknown {
            return cell;
        }
        cell.or_imported(self.slots.run(item.imported, Context::new(checksums, Section::Installed)))
    }

    /// The answers of the rules of a part, where they were found together with those of all others.
    #[inline]
    fn shared(&self, item: &Places, decision: &Decision) -> Option<[Answer; 2]> {
        let network = &self.plan.network;
        let has = network.has(item.installed_node) && network.has(item.applicable_node);
        if decision.rule != 3 || decision.needs != NONE || !has {
            return None;
        }
        let installed = self.found.answer(network, Section::Installed, item.installed_node)?;
        Some([installed, self.found.answer(network, Section::Applicable, item.applicable_node)?])
    }

    /// Whether what updates with these prerequisites need is there; `None` where that is nothing.
    fn needed(&mut self, number: u32) -> Option<Answer> {
        (number != NONE).then(|| self.needs.of(number, self.plan, &self.slots, 0))
    }

    /// Gives bundles the cells that their parts make, each after those that it contains.
    fn evaluate_bundles(&mut self, defaults: &Defaults) {
        let plan = self.plan;
        for bundle in &plan.bundles {
            if self.reached[*bundle as usize / 64] >> (*bundle % 64) & 1 == 0 {
                continue;
            }
            let Ok(at) = self.cells.binary_search_by_key(bundle, |(update, _)| *update) else { continue };
            let Some(decision) = plan.code.decision(*bundle as usize) else { continue };
            let own = (decision.rule != 0).then_some(self.cells[at].1);
            let of_child = |child: Option<u32>| match child {
                Some(child) => self.cell_of(child, defaults),
                None => Cell::NO_EVIDENCE,
            };
            let parts = Cell::of_parts(plan.view.children(*bundle as usize).map(of_child).chain(own));
            let needed = self.needed(decision.needs).unwrap_or(Answer::TRUE);
            let cell = bundled(parts.unwrap_or(Cell::NO_EVIDENCE), needed).withdrawn(decision.flags);
            self.cells[at].1 = cell;
            self.verdicts[*bundle as usize] = cell.verdict.code();
        }
    }

    /// The cell of an update by its rules alone, reached or not.
    fn cell_of(&self, update: u32, defaults: &Defaults) -> Cell {
        match self.cells.binary_search_by_key(&update, |(update, _)| *update) {
            Ok(at) => self.cells[at].1,
            Err(_) if self.plan.gives_verdict(update) => defaults.cells[update as usize],
            Err(_) => Cell::NO_EVIDENCE,
        }
    }

    /// Makes the defaults of clients with the key of this one.
    fn make_defaults(&mut self) -> Defaults {
        let (plan, complete) = (self.plan, self.slots.complete_kinds());
        let count = plan.view.updates();
        let mut cells: Box<[Cell]> = (0..count as u32).map(|update| plan.default(update, complete)).collect();
        let codes = plan.network.defaults(&self.slots).map(|defaults| {
            let first = self.found.learn(&self.slots, &defaults);
            for update in &plan.networked {
                cells[*update as usize] = self.cell(*update as usize);
            }
            [defaults, first]
        });
        Defaults::new(plan, cells, codes)
    }

    /// Whether checksums count: not for a client in another language than the feed's.
    fn checksums_count(&self, source: usize) -> bool {
        if self.plan.options.checksum == Checksum::Off {
            return true;
        }
        let language = self.plan.languages.get(source).copied().unwrap_or("");
        !law::other_language(language, self.slots.language())
    }

    /// Folds supersedence into the cells that are Missing.
    fn fold(&mut self) {
        if self.plan.options.supersedence == Supersedence::Off {
            return;
        }
        self.above.begin(self.plan);
        for at in 0..self.cells.len() {
            let (update, cell) = self.cells[at];
            if cell.verdict != Verdict::Missing {
                continue;
            }
            let found = self.above.of(update, self.plan, &self.verdicts);
            if found & INSTALLED != 0 {
                self.cells[at].1 = Cell::new(Verdict::Installed, Reason::ReplacedByInstalled);
            } else if found & MISSING != 0 {
                self.cells[at].1.flags |= Flags::SUPERSEDED;
            }
        }
    }

    /// Packs the cells.
    fn row(&self, defaults: &Defaults) -> Row {
        let plan = self.plan;
        let cells = self.cells.iter().filter_map(|(update, cell)| {
            let at = *update as usize;
            let place = plan.place.get(at).copied().filter(|place| *place != NONE)?;
            (defaults.cells[at] != *cell).then(|| (place, *cell, is_odd(plan, *update, *cell)))
        });
        Row::like(&defaults.row, cells)
    }
}

impl Defaults {
    fn new(plan: &Plan<'_>, cells: Box<[Cell]>, codes: Option<[Codes; 2]>) -> Defaults {
        let count = cells.len();
        let mut verdicts = vec![Verdict::Unknown.code(); count].into_boxed_slice();
        let mut packed = vec![0u8; row::width(plan.updates.len())].into_boxed_slice();
        let mut odd = Vec::new();
        for (update, cell) in (0u32..).zip(&cells) {
            let place = plan.place[update as usize];
            // A withdrawn update replaces nothing.
            if plan.gives_verdict(update) {
                verdicts[update as usize] = cell.verdict.code();
            }
            if place != NONE {
                row::set(&mut packed, place as usize, cell.verdict);
                if is_odd(plan, update, *cell) {
                    odd.push((place, *cell));
                }
            }
        }
        let row = Row::new(packed, plan.updates.len(), odd.into_iter());
        let is_missing = |update: &u32| cells[*update as usize].verdict == Verdict::Missing;
        let missing = plan.networked.iter().copied().filter(is_missing).collect();
        Defaults { row, cells, verdicts, codes, missing }
    }
}

/// Whether a cell is not the one that the matrix implies from its verdict.
#[inline]
fn is_odd(plan: &Plan<'_>, update: u32, cell: Cell) -> bool {
    implied(cell.verdict, plan.absent(update), plan.not_collected(update)) != cell
}

/// Some update above is Installed.
const INSTALLED: u8 = 1;
/// Some update above is Missing.
const MISSING: u8 = 2;

/// What stands above each component of replacements, found once per client.
#[derive(Debug, Default)]
struct Above {
    now: u32,
    stamps: Vec<u32>,
    found: Vec<u8>,
    todo: Vec<(u32, bool)>,
}

impl Above {
    fn begin(&mut self, plan: &Plan<'_>) {
        let components = plan.replacements.member_ends.len();
        self.now = self.now.wrapping_add(1);
        if self.now == 0 || self.stamps.len() != components {
            self.stamps = vec![0; components];
            self.found = vec![0; components];
            self.now = 1;
        }
    }

    /// What the verdicts of all updates that replace one say.
    fn of(&mut self, update: u32, plan: &Plan<'_>, verdicts: &[u8]) -> u8 {
        let replacements = &plan.replacements;
        let component = replacements.component[update as usize];
        let members = replacements.members_of(component);
        if members.len() == 1 && replacements.above_of(component).is_empty() {
            return 0;
        }
        let mut found = self.above(component, plan, verdicts);
        for member in members.iter().filter(|member| **member != update) {
            found |= says(verdicts[*member as usize]);
        }
        found
    }

    /// What the members of all components above one say; depth first, with a stack of its own.
    fn above(&mut self, component: u32, plan: &Plan<'_>, verdicts: &[u8]) -> u8 {
        let replacements = &plan.replacements;
        self.todo.push((component, false));
        while let Some((at, entered)) = self.todo.pop() {
            let known = self.stamps[at as usize] == self.now;
            if known {
                continue;
            }
            if !entered {
                self.todo.push((at, true));
                self.todo.extend(replacements.above_of(at).iter().map(|above| (*above, false)));
                continue;
            }
            let mut found = 0;
            for above in replacements.above_of(at) {
                found |= self.found[*above as usize];
                for member in replacements.members_of(*above) {
                    found |= says(verdicts[*member as usize]);
                }
            }
            self.stamps[at as usize] = self.now;
            self.found[at as usize] = found;
        }
        self.found[component as usize]
    }
}

fn says(verdict: u8) -> u8 {
    match Verdict::from_code(verdict) {
        Verdict::Installed => INSTALLED,
        Verdict::Missing => MISSING,
        Verdict::Unknown | Verdict::NotApplicable => 0,
    }
}
