//! Generated pairs, evaluated by OpenSCAP 1.3.7 and by ours: only known differences are allowed.
//!
//! Tests are compared one by one; results of definitions must follow from OpenSCAP's own results of tests.
//! The evaluator in `peer` knows what may differ. Says so, and tests nothing, where `oscap` is not installed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use conformance::oval::random::Pair;
use conformance::oval::xml::{Parts, variables_file};
use conformance::oval::{Rows, catalog, characteristics, content, oscap, rows};
use conformance::random::{Choices, bytes_of_seed};
use patchstate::eval::oval::reference;
use patchstate::model::options::Options;
use patchstate::model::oval::{Content, Criteria, Question, Reference, Test};
use patchstate::model::truth::Truth;

use crate::peer::{Difference, Peer};

/// How many pairs are compared, and how many of them stand in one document.
const PAIRS: (usize, usize) = (5000, 100);

/// The most bytes that a pair is drawn from.
const BYTES: usize = 3000;

/// What was found so far.
#[derive(Debug, Default)]
struct Found {
    /// How often each result of a test occurred.
    words: BTreeMap<&'static str, usize>,
    tests: usize,
    definitions: usize,
    /// How often each known difference occurred, with an example.
    known: BTreeMap<String, (usize, String)>,
    unexplained: Vec<String>,
}

#[test]
fn generated_pairs_give_what_openscap_says() {
    if !oscap::is_installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut found = Found::default();
    for batch in 0..PAIRS.0 / PAIRS.1 {
        let (mut parts, mut variables) = (Parts::default(), Vec::new());
        for number in 0..PAIRS.1 {
            let bytes = bytes_of_seed((batch * PAIRS.1 + number) as u64, BYTES);
            let pair = Pair::draw(&mut Choices::new(&bytes), number);
            parts.append(&pair.parts);
            variables.extend(pair.variables);
        }
        compare(folder.path(), batch, &parts, &variables, &mut found);
    }
    println!(
        "{} pairs, {} definitions, {} tests: {:?}",
        PAIRS.0, found.definitions, found.tests, found.words
    );
    for difference in Difference::ALL {
        let of = |(names, _): &(&String, _)| names.split(' ').any(|name| name == format!("{difference:?}"));
        let count: usize = found.known.iter().filter(of).map(|(_, (count, _))| count).sum();
        println!("{count:6} {difference:?} {}", difference.what());
    }
    for (names, (count, example)) in found.known.iter().filter(|(names, _)| names.contains(' ')) {
        println!("{count:6} {names}: {}", example.split('\n').next().unwrap());
    }
    let shown = found.unexplained[..found.unexplained.len().min(10)].join("\n\n");
    assert!(found.unexplained.is_empty(), "{} unexplained:\n{shown}", found.unexplained.len());
    let rare = found.words.values().filter(|count| **count < 10).count();
    assert_eq!((found.words.len(), rare), (6, 0), "every result occurs");
    let differing: usize = found.known.values().map(|(count, _)| count).sum();
    assert!(differing * 4 < found.tests, "{differing} of {} tests differ", found.tests);
}

fn compare(
    folder: &Path,
    batch: usize,
    parts: &Parts,
    variables: &[(String, String, Vec<String>)],
    found: &mut Found,
) {
    let text = parts.characteristics();
    let theirs = oscap::analyse(folder, &parts.definitions_file(), &text, &variables_file(variables));
    let theirs = theirs.unwrap_or_else(|error| panic!("batch {batch}: {error}"));
    let content = content(catalog(&folder.join(oscap::DEFINITIONS)).unwrap());
    let inventory = characteristics(&text).unwrap();
    let mut options = Options::default();
    for (id, _, values) in variables {
        options.variables.set(id, values.clone());
    }
    let results = reference::evaluate(&content, &inventory, &options);
    let ours = rows(&content, &results);
    let mut peer = Peer::new(&content, &inventory.characteristics, &options);
    for test in &content.tests {
        let key = ("test", test.id.clone());
        let (own, other) = (ours[&key], theirs.get(&key).copied().unwrap_or("missing"));
        found.tests += 1;
        *found.words.entry(own).or_default() += 1;
        let own_again = peer.test_with(test, BTreeSet::new()).name();
        let told = || {
            let shown = shown(parts, &content, test);
            format!("batch {batch}, ours {own}, theirs {other}, once more {own_again}: {shown}")
        };
        if own_again != own {
            found.unexplained.push(told());
        } else if let Some(known) = explanation(&mut peer, test, other) {
            if own != other {
                found.known.entry(known).or_insert_with(|| (0, told())).0 += 1;
            }
        } else {
            found.unexplained.push(told());
        }
    }
    for definition in &content.definitions {
        found.definitions += 1;
        let key = ("definition", definition.id.clone());
        let theirs_of = theirs.get(&key).copied().unwrap_or("missing");
        let follows = follow(&content, &theirs, definition.criteria.as_ref().unwrap()).name();
        let same = content.tests.iter().all(|test| {
            let key = ("test", test.id.clone());
            ours[&key] == theirs.get(&key).copied().unwrap_or("missing")
        });
        if follows != theirs_of || same && ours[&key] != theirs_of {
            let told = format!("batch {batch}, {}: {theirs_of}, follows {follows}", definition.id);
            found.unexplained.push(told);
        }
    }
}

/// What follows for criteria from results of tests.
fn follow(content: &Content, theirs: &Rows, criteria: &Criteria) -> Truth {
    let truth = match &criteria.question {
        Question::All(operator, parts) => {
            let parts = parts.iter().map(|part| follow(content, theirs, part));
            operator.unwrap().combine(&parts.collect())
        }
        Question::Test(number) => {
            let test = &content.tests[number.unwrap() as usize];
            let word = theirs.get(&("test", test.id.clone())).copied().unwrap_or("missing");
            Truth::ALL.into_iter().find(|truth| truth.name() == word).unwrap_or(Truth::Unknown)
        }
        Question::Definition(number) => {
            let definition = &content.definitions[number.unwrap() as usize];
            follow(content, theirs, definition.criteria.as_ref().unwrap())
        }
    };
    if criteria.negate { !truth } else { truth }
}

/// The differences that make OpenSCAP's result, where they do: those without any of which it is another.
fn explanation(peer: &mut Peer<'_>, test: &Test, theirs: &str) -> Option<String> {
    let mut all: BTreeSet<Difference> = Difference::ALL.iter().copied().collect();
    if peer.test_with(test, all.clone()).name() != theirs {
        return None;
    }
    for difference in Difference::ALL {
        let fewer: BTreeSet<Difference> = all.iter().copied().filter(|one| one != difference).collect();
        if peer.test_with(test, fewer.clone()).name() == theirs {
            all = fewer;
        }
    }
    Some(all.iter().map(|difference| format!("{difference:?}")).collect::<Vec<_>>().join(" "))
}

/// The parts of documents that a test is about.
fn shown(parts: &Parts, content: &Content, test: &Test) -> String {
    let Reference::To(object) = test.object else { panic!("{} has an object", test.id) };
    let object = &content.objects[object as usize].id;
    let number = |id: &str| id.rsplit(':').next().unwrap().parse::<usize>().unwrap() / 100;
    let is_near = |line: &str| {
        let id = line.split("id=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        number(id) == number(object)
    };
    let is_needed = |line: &&str| {
        is_near(line) && (!line.contains("_test ") || line.contains(&format!("id=\"{}\"", test.id)))
    };
    let sections =
        [&parts.tests, &parts.objects, &parts.states, &parts.variables, &parts.collected, &parts.items];
    let lines = sections.into_iter().flat_map(|section| section.lines());
    lines.filter(is_needed).map(|line| format!("\n  {line}")).collect()
}
