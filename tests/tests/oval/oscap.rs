//! Generated pairs, evaluated by OpenSCAP 1.3.7 and by ours: only known differences are allowed.
//!
//! Tests are compared one by one; results of definitions must follow from OpenSCAP's own results of tests.
//! `differences` knows what may differ. Says so, and tests nothing, where `oscap` is not installed.

use std::collections::BTreeMap;
use std::path::Path;

use conformance::oval::random::Pair;
use conformance::oval::xml::{Parts, variables_file};
use conformance::oval::{Rows, catalog, characteristics, content, oscap, rows};
use conformance::random::{Choices, bytes_of_seed};
use patchstate::eval::oval::reference;
use patchstate::model::options::Options;
use patchstate::model::oval::{Content, Criteria, Question};
use patchstate::model::truth::Truth;

use crate::differences::Client;

/// How many pairs are compared, and how many of them stand in one document.
const PAIRS: (usize, usize) = (6000, 100);

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
    known: BTreeMap<&'static str, (usize, String)>,
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
    for (name, (count, example)) in &found.known {
        println!("{count:6} {name}; {example}");
    }
    let shown = found.unexplained[..found.unexplained.len().min(10)].join("\n\n");
    assert!(found.unexplained.is_empty(), "{} unexplained:\n{shown}", found.unexplained.len());
    let rare = found.words.values().filter(|count| **count < 100).count();
    assert_eq!((found.words.len(), rare), (6, 0), "every result occurs often");
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
    let client = Client::new(&content, &inventory.characteristics);
    for test in &content.tests {
        let key = ("test", test.id.clone());
        let (own, other) = (ours[&key], theirs.get(&key).copied().unwrap_or("missing"));
        found.tests += 1;
        *found.words.entry(own).or_default() += 1;
        if own == other {
            continue;
        }
        let told =
            || format!("batch {batch}, ours {own}, theirs {other}: {}", shown(parts, &client, &test.id));
        match client.difference(test, own, other) {
            Some(name) => found.known.entry(name).or_insert_with(|| (0, told())).0 += 1,
            None => found.unexplained.push(told()),
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

/// The parts of documents that a test needs.
fn shown(parts: &Parts, client: &Client<'_>, test: &str) -> String {
    let names = client.named_by(test);
    let sections =
        [&parts.tests, &parts.objects, &parts.states, &parts.variables, &parts.collected, &parts.items];
    let lines = sections.into_iter().flat_map(|section| section.lines());
    let needed = lines.filter(|line| names.iter().any(|id| line.contains(&format!(" id=\"{id}\""))));
    needed.map(|line| format!("\n  {line}")).collect()
}
