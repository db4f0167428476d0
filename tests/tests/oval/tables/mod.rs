//! The tables of `docs/oval.md`, row by row: each is written here as text, and read anew.

mod findings;
mod flags;
mod limits;
mod operators;
mod sets;
mod variables;

use conformance::oval::xml::Parts;
use conformance::oval::{catalog, characteristics, content, rows};
use patchstate::eval::oval::reference::{self, Results};
use patchstate::model::options::Options;
use patchstate::model::oval::Content;
use patchstate::model::update::Catalog;

/// The catalog that a definitions file is.
fn read(text: &str) -> patchstate::error::Result<Catalog> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("oval.xml");
    std::fs::write(&path, text).unwrap();
    assert_eq!(patchstate::catalog::recognise(&path)?.name, "oval");
    catalog(&path)
}

/// Evaluates the parts of a pair.
fn evaluate(parts: &Parts, options: &Options) -> (Content, Results) {
    let content = content(read(&parts.definitions_file()).unwrap());
    let inventory = characteristics(&parts.characteristics()).unwrap();
    let results = reference::evaluate(&content, &inventory, options);
    (content, results)
}

/// The result of one thing of a pair, in the words of the standard.
fn result(parts: &Parts, sort: &'static str, id: &str) -> &'static str {
    let (content, results) = evaluate(parts, &Options::default());
    rows(&content, &results)[&(sort, id.to_owned())]
}

/// Adds an object that was collected, with its items.
fn collect(parts: &mut Parts, id: &str, flag: &str, items: &[String]) {
    let reference = |item: &String| format!(r#"<reference item_ref="{item}"/>"#);
    let references: String = items.iter().map(reference).collect();
    parts
        .collected
        .push_str(&format!(r#"<object id="{id}" version="1" flag="{flag}">{references}</object>"#));
}

/// Adds an object of no entities that matter.
fn object(parts: &mut Parts, id: &str, content: &str) {
    parts.objects.push_str(&format!(
        r#"<i:environmentvariable_object id="{id}" version="1">{content}</i:environmentvariable_object>"#
    ));
}

/// Adds a state.
fn state(parts: &mut Parts, id: &str, entities: &str) {
    parts.states.push_str(&format!(
        r#"<i:environmentvariable_state id="{id}" version="1">{entities}</i:environmentvariable_state>"#
    ));
}

/// Adds a test, and a definition of the same number that asks it.
fn test(parts: &mut Parts, number: usize, attributes: &str, object: &str, states: &[&str]) {
    let states: String = states.iter().map(|id| format!(r#"<i:state state_ref="{id}"/>"#)).collect();
    parts.tests.push_str(&format!(
        r#"<i:environmentvariable_test id="t{number}" version="1" {attributes}><i:object object_ref="{object}"/>{states}</i:environmentvariable_test>"#
    ));
    parts.definition(
        &format!("d{number}"),
        &format!(r#"<criteria><criterion test_ref="t{number}"/></criteria>"#),
    );
}

/// Adds an item by a letter: how its `size` compares with that of `SIZE_IS_ONE`, or its status.
fn item(parts: &mut Parts, id: &str, letter: char) {
    let (status, size) = match letter {
        'T' => ("exists", r#"<i:size datatype="int">1</i:size>"#),
        'F' => ("exists", r#"<i:size datatype="int">2</i:size>"#),
        'E' => ("exists", r#"<i:size datatype="int">x</i:size>"#),
        'U' => ("exists", r#"<i:size datatype="int" status="not collected"/>"#),
        'V' => ("exists", r#"<i:size datatype="int" xsi:nil="true"/>"#),
        'd' => ("does not exist", ""),
        'r' => ("error", ""),
        'n' => ("not collected", ""),
        other => panic!("no item is `{other}`"),
    };
    parts.items.push_str(&format!(
        r#"<i:environmentvariable_item id="{id}" status="{status}">{size}</i:environmentvariable_item>"#
    ));
}

/// The entity that tells items apart.
const SIZE_IS_ONE: &str = r#"<i:size datatype="int">1</i:size>"#;

/// The word of a result by its letters on the page.
fn word(letters: &str) -> &'static str {
    match letters {
        "T" => "true",
        "F" => "false",
        "E" => "error",
        "U" => "unknown",
        "NE" => "not evaluated",
        "NA" => "not applicable",
        other => panic!("no result is `{other}`"),
    }
}

/// Every list of up to `most` of some values, in which their order does not matter.
fn multisets<T: Copy>(of: &[T], most: usize) -> Vec<Vec<T>> {
    let mut all = vec![Vec::new()];
    for (number, value) in of.iter().enumerate().take(if most == 0 { 0 } else { of.len() }) {
        let rest = multisets(&of[number..], most - 1);
        all.extend(rest.into_iter().map(|mut list| {
            list.insert(0, *value);
            list
        }));
    }
    all
}

/// What the first line of an ordered table gives that holds of counts: `any F -> F; T >= 2 -> F; else T`.
fn first_that_holds<'t>(table: &'t str, count: &dyn Fn(&str) -> usize, total: usize) -> &'t str {
    for line in table.split(';').map(str::trim) {
        let Some((condition, result)) = line.split_once(" -> ") else {
            return line.strip_prefix("else ").unwrap_or_else(|| panic!("no line of a table: {line}"));
        };
        let holds = condition.split(" and ").all(|part| match part.split(' ').collect::<Vec<_>>()[..] {
            ["all", what] => total > 0 && count(what) == total,
            ["any", what] => count(what) > 0,
            [what, "odd"] => count(what) % 2 == 1,
            [what, "=", number] => count(what) == number.parse::<usize>().unwrap(),
            [what, ">=", number] => count(what) >= number.parse::<usize>().unwrap(),
            _ => panic!("no condition: {part}"),
        });
        if holds {
            return result;
        }
    }
    panic!("no line holds: {table}")
}
