//! What one run over an index needs to know before the first client: columns, options, orders.
//!
//! Made once, shared by all workers, never changed.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::below::BelowNames;
use super::code::Code;
use super::imports;
use super::loops::Loops;
use super::names::{FileNames, Names};
use super::network::Network;
use super::oval::{Contents, Program};
use super::packages::NOARCH;
use super::queries::Queries;
use super::slots::question;
use super::system::Named;
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::index::probe::tag;
use crate::model::applicability::Applicability;
use crate::model::expr::{OsField, Question};
use crate::model::fact::{Kind, Kinds};
use crate::model::options::{Options, Profile, Supersedence};
use crate::model::oval::Content;
use crate::model::patches::Patches;
use crate::model::reason::Reason;
use crate::model::registry;
use crate::model::supersedence::{Source, components};
use crate::model::verdict::{Cell, Verdict};

/// An index made ready for evaluation under certain options.
#[derive(Debug)]
pub struct Plan<'i> {
    /// The index.
    pub view: View<'i>,
    /// The options.
    pub options: &'i Options,
    /// The updates that have cells, in the order of the cells.
    pub updates: Vec<u32>,
    /// The cell of each update of the index, or NONE.
    pub place: Vec<u32>,
    /// Updates without an anchor: always evaluated.
    pub(super) always: Vec<u32>,
    /// Of them those that are evaluated only where a rule of theirs has another answer in the network than
    /// where nothing is stated; sorted.
    pub(super) networked: Vec<u32>,
    /// By set of prerequisites: updates whose cell is known where that set is not there.
    pub(super) gated: Vec<Vec<u32>>,
    /// Per kind: updates that are evaluated where the kind is not complete.
    pub(super) uncollected: Vec<Vec<u32>>,
    /// Subjects that are attributes of the operating system.
    pub(super) os: Vec<(u32, OsField)>,
    /// Whether any rule asks for a file by a path without token.
    pub(super) asks_bare_paths: bool,
    /// The names of the files that rules ask for, those in folders that registry values name among them.
    pub(super) file_names: FileNames,
    /// The names of the registry values that rules ask for.
    pub(super) value_names: Names,
    /// Whether rules ask for more of a file than its version and checksum.
    pub(super) asks_file_details: bool,
    /// Whether any rule asks for registry keys themselves.
    pub(super) asks_keys: bool,
    /// Whether anything is asked of the 32-bit view of the registry, which small systems have as their own.
    pub(super) asks_narrow: bool,
    /// All products of Windows Installer together, where any rule asks for them.
    pub(super) installer: Option<usize>,
    /// The articles that another scanner is asked for.
    pub(super) articles: BTreeSet<u32>,
    /// Whether any rule asks for products of Windows Installer.
    pub(super) asks_installer: bool,
    /// The operating system as a whole, where any rule asks for it.
    pub(super) system: Option<usize>,
    /// By predicate: what it asks, where it is a leaf of the Windows rule language.
    asked: Vec<Option<Box<Applicability>>>,
    /// What is asked of management classes.
    pub(super) queries: Queries,
    /// The rules of ranked reasons that are asked of every client.
    pub(super) network: Network,
    /// The registry keys that rules go through.
    pub(super) loops: Loops,
    /// The files that are asked for in folders that registry values name.
    pub(super) below: BelowNames,
    /// The names that the system is asked for.
    pub(super) named: Named,
    /// What the catalogs know of patches.
    pub(super) patches: Patches,
    /// By source: what its definitions ask, made ready; none where it is no definitions file.
    pub(super) programs: Vec<Option<Program>>,
    /// By source: the same as the model has it, once it was needed.
    contents: Contents,
    /// The bundles, each after those that it contains.
    pub(super) bundles: Vec<u32>,
    /// Per source: the profile of its rows.
    pub(super) profiles: Vec<Profile>,
    /// Per source: its language.
    pub(super) languages: Vec<&'i str>,
    /// Package subjects installed in several versions on purpose, sorted.
    pub(super) install_only: Vec<u32>,
    /// The arch `noarch`, one of no row where none has it; the empty one is 0.
    pub(super) noarch: u32,
    /// The rules.
    pub(super) code: Code,
    /// How replacements are followed.
    pub(super) replacements: Replacements,
}

impl<'i> Plan<'i> {
    /// The updates that have cells, rising; `baseline` (sorted update numbers) restricts them.
    pub fn updates(view: View<'_>, options: &Options, baseline: Option<&[u32]>) -> Vec<u32> {
        let is_wanted = |update: &u32| baseline.is_none_or(|baseline| baseline.binary_search(update).is_ok());
        let has_cell = |update: &u32| is_wanted(update) && gives_verdict(view, options, *update);
        (0..u32::try_from(view.updates()).unwrap_or(NONE)).filter(has_cell).collect()
    }

    /// Makes an index ready; `baseline` (sorted update numbers) restricts which updates have cells.
    pub fn new(view: View<'i>, options: &'i Options, baseline: Option<&[u32]>) -> Plan<'i> {
        let columns = view.columns;
        let count = u32::try_from(view.updates()).unwrap_or(NONE);
        let gives_verdict = |update: u32| gives_verdict(view, options, update);
        let updates = Plan::updates(view, options, baseline);
        let rules: Vec<(u32, [u32; 2])> = (0..count)
            .filter(|update| gives_verdict(*update))
            .flat_map(|update| shared(view, update).into_iter().map(move |roots| (update, roots)))
            .collect();
        let network = Network::new(view, &rules);
        let asked: Vec<_> = (0..columns.predicates()).map(|at| applicability(view, at)).collect();
        let named = Named::of(asked.iter().flatten().map(AsRef::as_ref));
        let mut place = vec![NONE; count as usize];
        for (at, update) in (0u32..).zip(&updates) {
            place[*update as usize] = at;
        }
        let anchored = |update: u32| columns.update_anchored.at(update as usize);
        let code = Code::new(view);
        let unanchored = (0..count).filter(|update| gives_verdict(*update) && anchored(*update) == u8::MAX);
        let (always, gated) = divide(view, &code, unanchored);
        let (networked, always) =
            always.into_iter().partition(|update| is_networked(view, &network, *update));
        let of_kind = |kind: &Kind| -> Vec<u32> {
            let open = |update: &u32| {
                let at = *update as usize;
                gives_verdict(*update)
                    && anchored(*update) == *kind as u8
                    && columns.update_not_collected.at(at) == NONE
            };
            (0..count).filter(open).collect()
        };
        let subjects_of = |wanted: &[u8]| -> Vec<u32> {
            let of_tag = |subject: &u32| wanted.contains(&columns.subject_tag.at(*subject as usize));
            (0..u32::try_from(view.subjects()).unwrap_or(NONE)).filter(of_tag).collect()
        };
        let name = |subject: u32| view.text(columns.subject_text.at(subject as usize));
        let own_profile = |at: usize| Profile::ALL.get(usize::from(columns.source_profile.at(at))).copied();
        let arch = |wanted: &str| {
            (0..columns.arch_text.len()).find(|at| view.text(columns.arch_text.at(*at)) == wanted)
        };
        let loops = Loops::new(view);
        let below = BelowNames::of(asked.iter().flatten().map(AsRef::as_ref));
        let files = subjects_of(&[tag::FILE]);
        let values = subjects_of(&[tag::REGISTRY_VALUE]);
        let value_name = |subject: &u32| view.text(columns.subject_name.at(*subject as usize));
        let value_names = Names::of(values.iter().map(value_name));
        let files = files.iter().map(|subject| view.text(columns.subject_text.at(*subject as usize)));
        let file_names = FileNames::of(files.chain(below.iter()));
        Plan {
            view,
            options,
            updates,
            place,
            always,
            networked,
            gated,
            uncollected: Kind::ALL.iter().map(of_kind).collect(),
            os: subjects_of(&[tag::OS])
                .into_iter()
                .filter_map(|subject| Some((subject, OsField::find(name(subject))?)))
                .collect(),
            asks_bare_paths: subjects_of(&[tag::FILE]).iter().any(|subject| !name(*subject).starts_with('%')),
            file_names,
            value_names,
            asks_file_details: asked.iter().flatten().any(|asked| asked.asks_file_details()),
            asks_installer: !subjects_of(&[tag::MSI, tag::INSTALLER]).is_empty() || named.asks_patches(),
            patches: Patches::new(view.patches()),
            programs: (0..view.sources()).map(|source| Program::new(view, source)).collect(),
            contents: (0..view.sources()).map(|_| OnceLock::new()).collect(),
            installer: view.find(tag::INSTALLER, &[], &[]),
            articles: asked.iter().flatten().filter_map(|asked| imports::article(asked)).collect(),
            system: view.find(tag::SYSTEM, &[], &[]),
            queries: Queries::new(view, |at| asked.get(at).and_then(|asked| asked.as_deref())),
            bundles: bundles(view),
            network,
            below,
            named,
            asked,
            asks_keys: !subjects_of(&[tag::REGISTRY_KEY]).is_empty(),
            asks_narrow: subjects_of(&[tag::REGISTRY_VALUE, tag::REGISTRY_KEY])
                .into_iter()
                .any(|subject| registry::is_narrow(name(subject)))
                || loops.asks_narrow(),
            loops,
            profiles: (0..view.sources())
                .map(|at| options.profile.or(own_profile(at)).unwrap_or(Profile::Dnf))
                .collect(),
            languages: (0..view.sources()).map(|at| view.text(columns.source_language.at(at))).collect(),
            install_only: subjects_of(&[tag::RPM, tag::DEB])
                .into_iter()
                .filter(|subject| options.is_install_only(name(*subject)))
                .collect(),
            noarch: arch("noarch").map_or(NOARCH, |arch| arch as u32),
            code,
            replacements: Replacements::new(view, options),
        }
    }

    /// The cell of an update where nothing of its anchors is known, by whether their kind is complete; not of
    /// one of the network.
    pub(super) fn default(&self, update: u32, complete: Kinds) -> Cell {
        let columns = self.view.columns;
        let at = update as usize;
        let absent = self.absent(update);
        match Kind::ALL.get(usize::from(columns.update_anchored.at(at))) {
            Some(kind) if complete.contains(*kind) => absent,
            Some(_) => self.not_collected(update),
            None => absent,
        }
    }

    /// What a predicate asks, where it is a leaf of the Windows rule language.
    pub(super) fn applicability(&self, predicate: usize) -> Option<&Applicability> {
        self.asked.get(predicate)?.as_deref()
    }

    /// What the definitions of a source ask.
    pub(super) fn content(&self, source: usize) -> Option<&Content> {
        self.contents.get(source)?.get_or_init(|| self.view.content(source)).as_ref()
    }

    /// Whether an update has a verdict of its own.
    pub(super) fn gives_verdict(&self, update: u32) -> bool {
        gives_verdict(self.view, self.options, update)
    }

    /// The cell of an update whose anchors were not collected; no evidence where other things decide.
    pub fn not_collected(&self, update: u32) -> Cell {
        self.code.decision(update as usize).map_or(Cell::NO_EVIDENCE, |known| known.not_collected)
    }

    /// The cell of an update whose anchors are absent.
    pub fn absent(&self, update: u32) -> Cell {
        self.code.decision(update as usize).map_or(Cell::NO_EVIDENCE, |known| known.absent)
    }
}

fn gives_verdict(view: View<'_>, options: &Options, update: u32) -> bool {
    let at = update as usize;
    let withdrawn = view.columns.update_retracted.at(at) != 0 && !options.include_retracted;
    let deprecated = view.is_deprecated(at) && !options.include_deprecated;
    !withdrawn && !deprecated && view.columns.update_detectoid.at(at) == 0
}

/// Divides the updates without an anchor: those that are always evaluated, and by set of prerequisites those
/// that need not be where it is not there, because their cell then is the one that stands for them anyway.
fn divide(view: View<'_>, code: &Code, updates: impl Iterator<Item = u32>) -> (Vec<u32>, Vec<Vec<u32>>) {
    let gated = Cell::new(Verdict::NotApplicable, Reason::PrerequisiteFalse);
    let (mut always, mut sets) = (Vec::new(), vec![Vec::new(); view.columns.prerequisites()]);
    for update in updates {
        let set = code.decision(update as usize).and_then(|decision| {
            let has_parts = !view.columns.update_child_ends(update as usize).is_empty();
            let is_decided = has_parts || decision.rule != 2 && !code.items(decision).is_empty();
            // Elsewhere the default cell of an update without an anchor is its absent one.
            let set = sets.get_mut(decision.needs as usize)?;
            (is_decided && decision.absent == gated).then_some(set)
        });
        match set {
            Some(set) => set.push(update),
            None => always.push(update),
        }
    }
    (always, sets)
}

/// The roots of the rules of an update that is asked of every client: that it is there, that it is for it.
fn shared(view: View<'_>, update: u32) -> Vec<[u32; 2]> {
    let (columns, at) = (view.columns, update as usize);
    if columns.update_prerequisite.at(at) != NONE || columns.update_rule.at(at) != 3 {
        return Vec::new();
    }
    let roots = |item| [columns.item_installed.at(item), columns.item_applicable.at(item)];
    columns.update_item_ends(at).map(roots).collect()
}

/// Whether nothing decides about an update but rules in the network.
fn is_networked(view: View<'_>, network: &Network, update: u32) -> bool {
    let (columns, at) = (view.columns, update as usize);
    let in_network = |item: usize| {
        network.has(columns.item_installed.at(item))
            && network.has(columns.item_applicable.at(item))
            && columns.item_superseded.at(item) == NONE
            && columns.item_imported.at(item) == NONE
    };
    !shared(view, update).is_empty()
        && columns.update_item_ends(at).all(in_network)
        && columns.update_child_ends(at).is_empty()
}

/// What a predicate asks, where it is a leaf of the Windows rule language.
fn applicability(view: View<'_>, predicate: usize) -> Option<Box<Applicability>> {
    if view.columns.predicate_question.at(predicate) != question::APPLICABILITY {
        return None;
    }
    match view.predicate(predicate) {
        Some((_, Question::Applicability(asked))) => Some(asked),
        _ => None,
    }
}

/// The bundles of an index, each after those that it contains.
fn bundles(view: View<'_>) -> Vec<u32> {
    let children = |update: usize| view.children(update).flatten().map(|child| child as usize);
    if view.columns.children() == 0 {
        return Vec::new();
    }
    // Components are numbered from those that lead nowhere else.
    let component = components(view.updates(), &children);
    let is_bundle = |update: &u32| !view.columns.update_child_ends(*update as usize).is_empty();
    let mut bundles: Vec<u32> = (0..view.updates() as u32).filter(is_bundle).collect();
    bundles.sort_by_key(|update| component[*update as usize]);
    bundles
}

/// Updates and their replacements, with those that replace each other in a cycle as one component.
#[derive(Debug, Default)]
pub(super) struct Replacements {
    /// The component of each update.
    pub(super) component: Vec<u32>,
    /// Where the members of each component end in `members`.
    pub(super) member_ends: Vec<u32>,
    /// The updates, component by component.
    pub(super) members: Vec<u32>,
    /// Where the replacing components of each component end in `above`.
    pub(super) above_ends: Vec<u32>,
    /// The components that directly replace each component.
    pub(super) above: Vec<u32>,
}

impl Replacements {
    fn new(view: View<'_>, options: &Options) -> Replacements {
        if options.supersedence == Supersedence::Off {
            return Replacements::default();
        }
        let columns = view.columns;
        let count = view.updates();
        let followed = |edge: usize| {
            options.supersedence == Supersedence::Evr
                || columns.edge_source.at(edge) != Source::Versions as u8
        };
        let edges = |update: usize| {
            let edges = columns.update_edge_ends(update).filter(|edge| followed(*edge));
            edges.map(|edge| columns.edge_by.at(edge) as usize).filter(|by| *by < count)
        };
        let component = components(count, &edges);
        let mut order: Vec<u32> = (0..count as u32).collect();
        order.sort_by_key(|update| component[*update as usize]);
        let mut made = Replacements { component, members: order, ..Replacements::default() };
        made.list_components(&edges);
        made
    }

    fn list_components<I: Iterator<Item = usize>>(&mut self, edges: &dyn Fn(usize) -> I) {
        let mut start = 0;
        while start < self.members.len() {
            let own = self.component[self.members[start] as usize];
            let same = |update: &u32| self.component[*update as usize] == own;
            let end = start + self.members[start..].iter().take_while(|update| same(update)).count();
            let mut above: Vec<u32> = self.members[start..end]
                .iter()
                .flat_map(|update| edges(*update as usize))
                .map(|by| self.component[by])
                .filter(|component| *component != own)
                .collect();
            above.sort_unstable();
            above.dedup();
            self.above.extend(above);
            self.above_ends.push(self.above.len() as u32);
            self.member_ends.push(end as u32);
            start = end;
        }
    }

    pub(super) fn members_of(&self, component: u32) -> &[u32] {
        slice(&self.members, &self.member_ends, component)
    }

    pub(super) fn above_of(&self, component: u32) -> &[u32] {
        slice(&self.above, &self.above_ends, component)
    }
}

fn slice<'s>(all: &'s [u32], ends: &[u32], at: u32) -> &'s [u32] {
    let end = |at: usize| ends.get(at).copied().unwrap_or(0) as usize;
    let start = (at as usize).checked_sub(1).map_or(0, end);
    all.get(start..end(at as usize)).unwrap_or_default()
}
