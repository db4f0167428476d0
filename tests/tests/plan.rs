//! Plans: after the updates of one are installed nothing that it covers is Missing, and nothing less
//! would do.
//!
//! Each update of these catalogs is there when things of its own are: a hotfix, a file of a version, a
//! registry value, a product, or several of them. Installing one sets these facts, and the client is evaluated
//! again.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::io::Cursor;

use conformance::install::{install, install_update};
use conformance::random::{Choices, bytes_of_seed};
use conformance::run;
use patchstate::compile::{Compiled, compile};
use patchstate::diagnostic::Position;
use patchstate::eval::plan::Plan as Run;
use patchstate::eval::reference::Evaluator;
use patchstate::eval::run::{run_table, update_table};
use patchstate::matrix::{self, Matrix};
use patchstate::model::applicability::Applicability;
use patchstate::model::expr::{Comparison, Expr, Question, Subject};
use patchstate::model::fact::{Fact, File, FileVersion, Hotfix, Kind, Kinds, RegistryValue};
use patchstate::model::flag::Flags;
use patchstate::model::inventory::{Inventory, Stated};
use patchstate::model::options::{Options, Supersedence};
use patchstate::model::update::{Catalog, Clause, Item, Rule, Source, Update, UpdateId};
use patchstate::model::verdict::{Answer, Verdict};
use patchstate::plan::{Because, Plan, Planner};
use patchstate::version::dotted::Version;

/// A catalog, and a client of it.
struct Case {
    compiled: Compiled,
    client: Inventory,
    options: Options,
}

fn id(number: usize) -> UpdateId {
    UpdateId::new([format!("u{number:02}").as_str()])
}

/// The hotfix of an update.
fn article(number: usize) -> u32 {
    900_000 + number as u32
}

/// The kinds of facts that rules here ask for.
const KINDS: [Kind; 4] = [Kind::Hotfix, Kind::File, Kind::Registry, Kind::Msi];

/// What says that an update is there, of a kind.
fn evidence(number: usize, kind: Kind) -> Expr {
    let applicability = |asked| Question::Applicability(Box::new(asked));
    let (subject, question) = match kind {
        Kind::File => {
            let version = Version([2, number as u32, 0, 0]);
            let asked = Applicability::FileVersion(Comparison::Ge, version);
            (Subject::File(format!(r"c:\updates\u{number}.dll")), applicability(asked))
        }
        Kind::Registry => {
            let key = r"hklm\software\updates".to_owned();
            let value = Subject::RegistryValue { key, name: format!("u{number}") };
            (value, applicability(Applicability::RegDword(Comparison::Ge, 2)))
        }
        Kind::Msi => (Subject::Msi(format!("{{0A000000-0000-0000-0000-{number:012}}}")), Question::Exists),
        _ => (Subject::Hotfix(article(number)), Question::Exists),
    };
    Expr::Test { subject, question, position: Position::default() }
}

/// What says that an update is there: something of some kinds, of which all must be, or one.
fn installed(number: usize, choices: &mut Choices<'_>) -> Expr {
    let one = |choices: &mut Choices<'_>| evidence(number, choices.one(&KINDS));
    let several = |choices: &mut Choices<'_>| vec![one(choices), one(choices)];
    match choices.below(4) {
        0 => Expr::all_ranked(several(choices)),
        1 => Expr::any(several(choices)),
        _ => one(choices),
    }
}

fn rule(installed: Expr, applicable: Answer) -> Rule {
    let applicable = Expr::Constant(applicable);
    Rule::Items(vec![Item { installed, applicable, superseded: None, imported: None }])
}

/// What is there of an older version.
fn older(number: usize) -> [Stated; 2] {
    let file = File {
        path: format!(r"C:\Updates\U{number}.dll").into(),
        version: FileVersion::Known(Version([1, 9, 0, 0])),
        ..File::default()
    };
    let value = RegistryValue {
        key: r"HKLM\Software\Updates".into(),
        name: format!("u{number}").into(),
        kind: Some("dword".into()),
        data: Some("1".into()),
        ..RegistryValue::default()
    };
    [file.into(), value.into()].map(|fact| Stated { fact, document: 0, position: Position::default() })
}

fn hotfix(number: usize) -> Stated {
    let fact = Fact::Hotfix(Hotfix { id: format!("KB{}", article(number)).into(), ..Hotfix::default() });
    Stated { fact, document: 0, position: Position::default() }
}

/// An update that may replace, need and contain others of so many.
fn update(number: usize, count: usize, choices: &mut Choices<'_>) -> Update {
    let some = |choices: &mut Choices<'_>, odds: usize, most: usize| -> Vec<UpdateId> {
        if !choices.odds(odds, 8) {
            Vec::new()
        } else {
            choices.list(most, |choices| id(choices.below(count)))
        }
    };
    let applicable =
        choices.one(&[Answer::TRUE, Answer::TRUE, Answer::TRUE, Answer::FALSE, Answer::NO_EVIDENCE]);
    let bundled = some(choices, 2, 3);
    let has_rule = bundled.is_empty() || choices.odds(1, 4);
    let clauses = some(choices, 1, 2).into_iter();
    Update {
        id: id(number),
        replaces: some(choices, 4, 3),
        prerequisites: clauses
            .map(|one| Clause { any_of: vec![one], position: Position::default() })
            .collect(),
        bundled,
        flags: choices.one(&[Flags::NONE, Flags::NONE, Flags::NONE, Flags::BUNDLE_CHILD]),
        rule: if has_rule { rule(installed(number, choices), applicable) } else { Rule::None },
        ..Update::default()
    }
}

impl Case {
    fn draw(choices: &mut Choices<'_>) -> Case {
        let count = 1 + choices.below(8);
        let updates = (0..count).map(|number| update(number, count, choices)).collect();
        let source = Source { feed: "f".to_owned(), format: "sdp".to_owned(), ..Source::default() };
        let compiled = compile(vec![Catalog { source, updates, ..Catalog::default() }], Vec::new()).unwrap();
        let mut client = Inventory::new("c", Kinds::from_iter(KINDS));
        client.facts.extend((0..count).filter(|_| choices.odds(1, 3)).flat_map(older));
        for entry in &compiled.catalogs.updates {
            if choices.odds(1, 5) {
                install_update(&entry.update.rule, &mut client);
            }
        }
        let supersedence = choices.one(&[Supersedence::On, Supersedence::On, Supersedence::Off]);
        Case { compiled, client, options: Options { supersedence, ..Options::default() } }
    }

    /// The plan of the client, by way of an index and a matrix.
    fn plan(&self) -> Plan {
        let index = run::open(&self.compiled.columns);
        let view = index.view().unwrap();
        let plan = Run::new(view, &self.options, None);
        let rows = run::rows(&plan, [&self.client]);
        let options = match self.options.supersedence {
            Supersedence::Off => "--supersedence off",
            _ => "",
        };
        let mut bytes = Cursor::new(Vec::new());
        matrix::write(&run_table(&plan, options.to_owned()), update_table(&plan, &[]), &rows, &mut bytes)
            .unwrap();
        let bytes = bytes.into_inner();
        let matrix = Matrix::open(&bytes).unwrap();
        Planner::new(&matrix, view).unwrap().worker().plan(0)
    }

    /// The client after updates were installed: of a bundle what is Missing of it.
    fn after(&self, installed: &[usize]) -> Inventory {
        let mut after = self.client.clone();
        let evaluator = Evaluator::new(&self.compiled.catalogs, &self.options, &self.client);
        installed.iter().for_each(|update| self.install(*update, &evaluator, &mut after));
        after
    }

    fn install(&self, update: usize, evaluator: &Evaluator<'_>, into: &mut Inventory) {
        let updates = &self.compiled.catalogs.updates;
        if let Rule::Items(items) = &updates[update].update.rule {
            assert!(items.iter().all(|item| install(&item.installed, into)), "can be installed");
        }
        for child in updates[update].children.iter().flatten() {
            if evaluator.raw(&updates[*child as usize]).verdict == Verdict::Missing {
                self.install(*child as usize, evaluator, into);
            }
        }
    }

    /// The updates that are Missing on a client, but for parts of bundles.
    fn missing(&self, client: &Inventory) -> BTreeSet<usize> {
        let cells = run::reference(&self.compiled.catalogs, &self.options, client);
        let is_missing = |at: &usize| {
            let flags = self.compiled.catalogs.updates[*at].update.flags | cells[*at].flags;
            cells[*at].verdict == Verdict::Missing && !flags.contains(Flags::BUNDLE_CHILD)
        };
        (0..cells.len()).filter(is_missing).collect()
    }

    /// Whether nothing of these is Missing after updates were installed.
    fn does(&self, installed: &[usize], covered: &BTreeSet<usize>) -> bool {
        self.missing(&self.after(installed)).is_disjoint(covered)
    }
}

/// Every choice of these updates that has fewer than so many.
fn fewer(updates: &[usize], than: usize) -> impl Iterator<Item = Vec<usize>> + '_ {
    let chosen =
        |bits: u32| (0..updates.len()).filter(move |at| bits >> at & 1 == 1).map(|at| updates[at]).collect();
    (0..1u32 << updates.len()).filter(move |bits| (bits.count_ones() as usize) < than).map(chosen)
}

#[test]
fn after_a_plan_nothing_is_missing_and_nothing_less_would_do() {
    let (mut proved, mut saved, mut bundles) = (0, 0, 0);
    for seed in 0..3_000 {
        let bytes = bytes_of_seed(seed, 400);
        let case = Case::draw(&mut Choices::new(&bytes));
        let plan = case.plan();
        let steps: Vec<usize> = plan.steps.iter().map(|step| step.update as usize).collect();
        let missing = case.missing(&case.client);
        assert_eq!(plan.missing, missing.len() as u64, "seed {seed}");
        let covered: BTreeSet<usize> = plan
            .steps
            .iter()
            .flat_map(|step| step.covers.iter().map(|(update, _)| *update).chain([step.update]))
            .map(|update| update as usize)
            .collect();
        assert_eq!(covered, missing, "seed {seed}");
        let has_bundles = case.compiled.catalogs.updates.iter().any(|entry| !entry.children.is_empty());
        if !plan.then.is_empty() && has_bundles {
            // A part of a bundle that was not for the client may be afterwards, and the bundle with it.
            continue;
        }
        assert!(case.does(&steps, &missing), "seed {seed}: {steps:?} is not enough");
        // What waits may be there already and replace something; of a bundle with rules of its own a matrix does not say whether these are Missing or its parts.
        let doubtful = !plan.then.is_empty()
            || case
                .compiled
                .catalogs
                .updates
                .iter()
                .any(|entry| !entry.children.is_empty() && entry.update.rule != Rule::None);
        for others in fewer(&steps, if doubtful { 0 } else { steps.len() }) {
            assert!(!case.does(&others, &missing), "seed {seed}: {others:?} of {steps:?} would do");
        }
        if plan.is_smallest {
            let all: Vec<usize> = missing.iter().copied().collect();
            for others in fewer(&all, steps.len()) {
                assert!(!case.does(&others, &missing), "seed {seed}: {others:?} would do, and not {steps:?}");
            }
            proved += 1;
        }
        saved += usize::from(steps.len() < missing.len());
        bundles += usize::from(plan.steps.iter().any(|step| step.parts.len() > 1));
    }
    assert!(proved > 1_500 && saved > 300 && bundles > 50, "{proved} {saved} {bundles}");
}

/// A case of updates that are Missing on an empty client.
fn case(updates: Vec<Update>) -> Case {
    let source = Source { feed: "f".to_owned(), format: "sdp".to_owned(), ..Source::default() };
    let compiled = compile(vec![Catalog { source, updates, ..Catalog::default() }], Vec::new()).unwrap();
    let client = Inventory::new("c", Kinds::from_iter(KINDS));
    Case { compiled, client, options: Options::default() }
}

fn plain(number: usize) -> Update {
    let rule = rule(evidence(number, Kind::Hotfix), Answer::TRUE);
    Update { id: id(number), rule, ..Update::default() }
}

#[test]
fn what_is_replaced_is_covered_by_the_last_of_a_chain_and_one_of_a_circle_is_enough() {
    let replacing = |number: usize, others: &[usize]| Update {
        replaces: others.iter().map(|other| id(*other)).collect(),
        ..plain(number)
    };
    let chain = case(vec![plain(0), replacing(1, &[0]), replacing(2, &[1])]).plan();
    let steps: Vec<u32> = chain.steps.iter().map(|step| step.update).collect();
    assert_eq!(steps, [2]);
    assert_eq!(chain.steps[0].covers, [(0, Because::Replaced), (1, Because::Replaced)]);
    assert!(chain.is_smallest);
    let circle = case(vec![replacing(0, &[1]), replacing(1, &[0])]).plan();
    assert_eq!((circle.steps.len(), circle.steps[0].update), (1, 0));
}

#[test]
fn a_bundle_is_installed_by_what_is_missing_of_it_and_covers_bundles_of_the_same() {
    let part = |number: usize| Update { flags: Flags::BUNDLE_CHILD, ..plain(number) };
    let bundle = |number: usize, parts: &[usize]| Update {
        id: id(number),
        bundled: parts.iter().map(|part| id(*part)).collect(),
        ..Update::default()
    };
    let mut case = case(vec![part(0), part(1), part(2), bundle(3, &[0, 1, 2]), bundle(4, &[1])]);
    case.client.facts.push(hotfix(2));
    let plan = case.plan();
    let step = &plan.steps[0];
    assert_eq!((plan.steps.len(), step.update), (1, 3));
    assert_eq!(step.parts.iter().map(|part| part.update).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(step.covers, [(4, Because::Part)]);
    assert_eq!((plan.missing, plan.left_out), (2, [0, 0, 2]));
}

#[test]
fn what_waits_for_something_that_is_installed_is_named_and_not_planned() {
    let waiting = Update {
        prerequisites: vec![Clause { any_of: vec![id(0)], position: Position::default() }],
        ..plain(1)
    };
    let plan = case(vec![plain(0), waiting]).plan();
    assert_eq!((plan.steps.len(), plan.then.as_slice()), (1, &[1][..]));
}

#[test]
fn a_matrix_of_another_index_is_refused() {
    let (one, other) = (case(vec![plain(0)]), case(vec![plain(1)]));
    let index = run::open(&one.compiled.columns);
    let plan = Run::new(index.view().unwrap(), &one.options, None);
    let bytes = run::matrix_bytes(&plan, &run::rows(&plan, [&one.client]));
    let matrix = Matrix::open(&bytes).unwrap();
    let index = run::open(&other.compiled.columns);
    assert!(Planner::new(&matrix, index.view().unwrap()).is_err());
}
