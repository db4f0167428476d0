//! Images of Windows clients for indexes of applicability rules: machines of one kind, with what the
//! rules that are for them ask.
//!
//! An image begins with one update: which system and which machine it is for, by one way through its
//! rules and what it needs. The updates that this does not rule out, and a few others, say what else to
//! state. Where updates need products, an image has those of its first update and few others.

use std::collections::{BTreeMap, BTreeSet};

use super::found::Found;
use super::instances::{self, Class};
use super::office::Office;
use super::places::{WINDIR, Width};
use super::wanted::{self, Wanted};
use super::windows::{FILES, other_file, other_value};
use super::{Image, Settings, evidence, installer, patches, system};
use crate::eval::batch::Worker;
use crate::eval::plan::Plan;
use crate::generate::random::Random;
use crate::index::View;
use crate::index::columns::Column;
use crate::matrix::row::{self, Row};
use crate::model::applicability::Applicability;
use crate::model::applicability::patch::Patch;
use crate::model::expr::{Question, Subject};
use crate::model::fact::{Fact, Kind, Kinds};
use crate::model::inventory::Inventory;
use crate::model::options::{Options, Supersedence};
use crate::model::reason::Reason;
use crate::model::update::{Item, Rule};
use crate::model::verdict::Verdict;
use crate::model::wql::{Query, parse};

/// The kinds that decide about rules.
const KINDS: [Kind; 6] = [Kind::Os, Kind::File, Kind::Registry, Kind::Msi, Kind::Msp, Kind::Wmi];
/// Of 1,000 images, how many have every kind complete.
const COMPLETE: u32 = 600;
/// Of 1,000 kinds of the other images, how many are complete.
const COMPLETE_KINDS: u32 = 600;
/// Of 1,000 classes that say which machine it is, how many say something that the update is not for.
const OTHER_MACHINE: u32 = 40;
/// How many updates that may not be for a client say what it states besides.
const OTHER_UPDATES: usize = 20;
/// The most updates that say what a client states.
const MOST_UPDATES: usize = 500;
/// How many updates are looked at for one whose needs say which system it is for.
const FIRST_UPDATES: usize = 8;

/// How what is asked of a client is turned into facts: raw results, without replacements.
pub(super) fn options() -> Options {
    Options { supersedence: Supersedence::Off, ..Options::default() }
}

/// What the rules of an index ask.
#[derive(Debug)]
pub(super) struct Rules<'v> {
    pub(super) view: View<'v>,
    plan: Plan<'v>,
    /// The updates with rules.
    updates: Vec<u32>,
    /// The leaves about the system.
    system: Vec<Applicability>,
    /// What the catalogs know of patches.
    patches: Vec<Patch>,
    classes: BTreeMap<String, Class>,
}

impl<'v> Rules<'v> {
    /// Gathers what the rules of an index ask, those about `office` excepted; `None` where it has none.
    pub(super) fn new(view: View<'v>, options: &'v Options, office: Option<&Office>) -> Option<Rules<'v>> {
        const ITEMS: u8 = 3;
        let count = u32::try_from(view.updates()).ok()?;
        let has_rules = |update: &u32| {
            let at = *update as usize;
            view.columns.update_rule.at(at) == ITEMS && view.columns.update_detectoid.at(at) == 0
        };
        let is_other = |update: &u32| office.is_none_or(|office| !office.has(*update));
        let updates: Vec<u32> = (0..count).filter(has_rules).filter(is_other).collect();
        if updates.is_empty() {
            return None;
        }
        let mut rules = Rules {
            view,
            plan: Plan::new(view, options, None),
            updates,
            system: Vec::new(),
            patches: view.patches().collect(),
            classes: BTreeMap::new(),
        };
        for at in 0..view.columns.predicates() {
            match view.predicate(at) {
                Some((Subject::System, Question::Applicability(asked))) => rules.system.push(*asked),
                Some((Subject::Wmi(key), question)) => {
                    let class = rules.classes.entry(key).or_default();
                    query(&question).into_iter().for_each(|query| class.take(query));
                }
                _ => {}
            }
        }
        Some(rules)
    }

    /// Makes an image.
    pub(super) fn image(&self, settings: Settings, random: &mut Random) -> Image {
        let complete = complete(random);
        let Machine { drawn, facts: machine, wanted } = self.machine(complete, random);
        let width = Width::of(drawn.os.arch.as_deref().unwrap_or("x64"));
        let tokens = self.view.columns.token_text.iter();
        let tokens: Vec<&str> = tokens.map(|token| self.view.text(token.to_native())).collect();
        let system = drawn.system(complete);
        let mut facts: Vec<Fact<'static>> = drawn.facts().collect();
        facts.extend(width.facts(tokens.into_iter()));
        facts.extend(machine);
        let mut open = self.open(&facts, complete);
        let mut found = Found::default();
        if self.has_needs() {
            found = self.found(&open, &wanted, &system, random);
            let stated = facts.iter().cloned().chain(found.facts(width, random)).collect::<Vec<_>>();
            open = self.with_needs(&stated, open);
        }
        let asked = self.asked(open, random);
        facts.extend(self.evidence(&asked, &found, width, settings.facts, random));
        for number in 0..settings.facts.saturating_sub(facts.len()) {
            let is_file = random.chance(FILES);
            facts.push(if is_file {
                other_file(WINDIR, number, random)
            } else {
                other_value(number, random)
            });
        }
        Image { complete, facts, ..Image::default() }
    }

    /// Whether updates of the index need others.
    fn has_needs(&self) -> bool {
        self.view.columns.prerequisites() > 0
    }

    /// An update, and what must hold so that it is for a client.
    fn first(&self, random: &mut Random) -> (Option<Item>, Vec<Wanted>) {
        let update = random.pick(&self.updates).copied().unwrap_or(0);
        let Rule::Items(items) = self.view.rule(update as usize) else { return Default::default() };
        let item = random.pick(&items).cloned();
        let mut wanted = Vec::new();
        if let Some(item) = &item {
            wanted::collect(&item.applicable, true, None, random, &mut wanted);
        }
        if self.has_needs() {
            self.needs(update, None, random, &mut wanted);
        }
        (item, wanted)
    }

    /// A system, and the classes that say which machine it is, that some update is for.
    fn machine(&self, complete: Kinds, random: &mut Random) -> Machine {
        let (mut item, mut wanted) = self.first(random);
        for _ in 1..FIRST_UPDATES {
            if !self.has_needs() || wanted.iter().any(|wanted| about_system(wanted).is_some()) {
                break;
            }
            (item, wanted) = self.first(random);
        }
        let of_system: Vec<system::Wanted> = wanted.iter().filter_map(about_system).collect();
        let drawn = system::draw(&self.system, &of_system, complete, random);
        // What must hold so that the update is for it, whether or not it is there.
        let needed = wanted.clone();
        if let Some(item) = item {
            let system = drawn.system(complete);
            wanted::collect(&item.installed, true, Some(&system), random, &mut wanted);
        }
        let facts = self.classes.iter().filter(|(key, _)| instances::is_single(key));
        let facts = facts.flat_map(|(key, class)| self.single(key, class, &wanted, random)).collect();
        Machine { drawn, facts, wanted: needed }
    }

    /// The instance of a class that a machine has one of.
    fn single(&self, key: &str, class: &Class, wanted: &[Wanted], random: &mut Random) -> Vec<Fact<'static>> {
        let mut queries: Vec<(Query, bool)> =
            wanted.iter().filter_map(|wanted| about_class(wanted, key)).collect();
        if queries.is_empty() {
            queries.extend(random.pick(&class.queries).map(|query| (query.clone(), true)));
        }
        if random.chance(OTHER_MACHINE) {
            queries.clear();
        }
        instances::single(key, class, &queries, random)
    }

    /// The updates with rules that facts do not rule out, where only the system is known to be complete.
    fn open(&self, facts: &[Fact<'static>], complete: Kinds) -> Vec<u32> {
        let known: Kinds = [Kind::Os].into_iter().filter(|kind| complete.contains(*kind)).collect();
        let row = self.row(facts, known);
        let is_open = |place: &usize| row::get(row.verdicts(), *place) != Verdict::NotApplicable;
        let open = (0..self.plan.updates.len()).filter(is_open).map(|place| self.plan.updates[place]);
        open.filter(|update| self.updates.binary_search(update).is_ok()).collect()
    }

    /// Those of some updates whose needs these facts meet, where there is nothing else.
    fn with_needs(&self, facts: &[Fact<'static>], updates: Vec<u32>) -> Vec<u32> {
        let row = self.row(facts, KINDS.into_iter().collect());
        let stored: BTreeMap<u32, Reason> = row.stored().map(|(place, reason, _)| (place, reason)).collect();
        let reason = |place: usize| {
            let (verdict, update) = (row::get(row.verdicts(), place), self.plan.updates[place]);
            let default =
                || row::implied(verdict, self.plan.absent(update), self.plan.not_collected(update)).reason;
            stored.get(&(place as u32)).copied().unwrap_or_else(default)
        };
        let has_needs = |update: &u32| match self.plan.updates.binary_search(update) {
            Ok(place) => reason(place) != Reason::PrerequisiteFalse,
            Err(_) => false,
        };
        updates.into_iter().filter(has_needs).collect()
    }

    /// The cells of a client that states these facts.
    fn row(&self, facts: &[Fact<'static>], complete: Kinds) -> Row {
        let mut inventory = Inventory::new("image", complete);
        inventory.facts.extend(facts.iter().cloned().map(super::stated));
        let mut worker = Worker::new(&self.plan);
        worker.begin();
        worker.slots.take(&inventory);
        worker.finish()
    }

    /// What is asked of a client by the updates that may be for it, and by some others that need nothing.
    fn asked(&self, open: Vec<u32>, random: &mut Random) -> BTreeMap<Subject, Vec<Question>> {
        let mut chosen: BTreeSet<u32> = random.choose(open, MOST_UPDATES).into_iter().collect();
        let others = random.choose(self.updates.clone(), OTHER_UPDATES).into_iter();
        chosen.extend(others.filter(|update| self.view.prerequisites(*update as usize).is_empty()));
        let mut asked: BTreeMap<Subject, BTreeSet<Question>> = BTreeMap::new();
        for update in chosen {
            let Rule::Items(items) = self.view.rule(update as usize) else { continue };
            for rule in items.iter().flat_map(Item::rules) {
                rule.leaves(&mut |subject, question, _| {
                    asked.entry(subject.clone()).or_default().insert(question.clone());
                });
            }
        }
        asked.into_iter().map(|(subject, questions)| (subject, questions.into_iter().collect())).collect()
    }

    /// What is stated of what is asked, about as many facts as a client may have; that by which products are
    /// found first.
    fn evidence(
        &self,
        asked: &BTreeMap<Subject, Vec<Question>>,
        found: &Found,
        width: Width,
        most: usize,
        random: &mut Random,
    ) -> Vec<Fact<'static>> {
        let mut facts = found.facts_about(asked, width, random);
        let mut asked = random.choose(asked.iter().collect(), usize::MAX);
        asked.sort_by_key(|(subject, _)| !matches!(subject, Subject::Wmi(_)));
        for (subject, questions) in asked {
            match subject {
                subject if found.has(subject) => {}
                Subject::Wmi(key) if instances::is_single(key) => {}
                Subject::Wmi(key) => {
                    let Some(class) = self.classes.get(key) else { continue };
                    facts.extend(several(key, class, questions, random));
                }
                Subject::System if patches::are_asked(questions) => {
                    facts.extend(patches::facts(questions, &self.patches, random))
                }
                Subject::Msi(code) => facts.extend(installer::facts(code, questions, random)),
                _ => facts.extend(evidence::fact(subject, questions, width, random)),
            }
            if facts.len() >= most.max(1) {
                break;
            }
        }
        once(facts)
    }
}

/// A machine that an update is for.
struct Machine {
    drawn: system::Drawn,
    /// The classes that say which machine it is.
    facts: Vec<Fact<'static>>,
    /// What must hold so that the update is for a client.
    wanted: Vec<Wanted>,
}

/// The kinds of which an image states everything.
fn complete(random: &mut Random) -> Kinds {
    match random.chance(COMPLETE) {
        true => KINDS.into_iter().collect(),
        false => KINDS.into_iter().filter(|_| random.chance(COMPLETE_KINDS)).collect(),
    }
}

/// What is wanted of the system.
fn about_system((subject, question, holds): &Wanted) -> Option<system::Wanted> {
    match (subject, question) {
        (Subject::System, Question::Applicability(asked)) => {
            asked.patch().is_none().then(|| (asked.as_ref().clone(), *holds))
        }
        _ => None,
    }
}

/// What is wanted of a class.
fn about_class((subject, question, holds): &Wanted, key: &str) -> Option<(Query, bool)> {
    match (subject, question) {
        (Subject::Wmi(own), question) if own == key => query(question).map(|query| (query, *holds)),
        _ => None,
    }
}

/// The query that a question is.
fn query(question: &Question) -> Option<Query> {
    match question {
        Question::Applicability(asked) => match asked.as_ref() {
            Applicability::WmiQuery(text) => parse(text).ok(),
            _ => None,
        },
        _ => None,
    }
}

/// The instances of a class that clients have several of, or none.
fn several(key: &str, class: &Class, questions: &[Question], random: &mut Random) -> Vec<Fact<'static>> {
    let queries: Vec<Query> = questions.iter().filter_map(query).collect();
    match random.below(20) {
        0 => Vec::new(),
        1 => vec![instances::absent(key)],
        _ => instances::several(key, class, &queries, random),
    }
}

/// Leaves out products that are stated twice, and files that clients of 32 bits would state twice: rules
/// know them by two folders.
fn once(facts: Vec<Fact<'static>>) -> Vec<Fact<'static>> {
    let mut paths = BTreeSet::new();
    let is_first = |fact: &Fact<'static>| match fact {
        Fact::File(file) => paths.insert(file.path.to_lowercase()),
        Fact::Msi(product) => paths.insert(product.product.to_lowercase()),
        Fact::Absent(absent) if absent.kind == Some(Kind::File) => {
            paths.insert(absent.reference.to_lowercase())
        }
        _ => true,
    };
    facts.into_iter().filter(is_first).collect()
}
