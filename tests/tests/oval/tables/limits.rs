//! Hostile content ends soon, and what cannot be decided is Unknown or Error, never an answer.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use conformance::oval::rows;
use conformance::oval::xml::Parts;
use patchstate::diagnostic::Code;
use patchstate::model::options::Options;

use super::{SIZE_IS_ONE, collect, evaluate, item, object, state, test};

/// Far above what is needed without optimization on a machine that is shared.
const PATIENCE: Duration = Duration::from_secs(20);

/// A test of one item, of which the state compares `size` with a variable.
fn by_variable(variables: &str) -> Parts {
    let mut parts = Parts::default();
    object(&mut parts, "o", "<i:name>a</i:name>");
    item(&mut parts, "1", 'T');
    collect(&mut parts, "o", "complete", &["1".to_owned()]);
    state(&mut parts, "s", r#"<i:size datatype="int" var_ref="v0"/>"#);
    test(&mut parts, 0, "check=\"all\"", "o", &["s"]);
    parts.variables.push_str(variables);
    parts
}

fn local(id: &str, datatype: &str, component: &str) -> String {
    format!(
        r#"<local_variable id="{id}" version="1" datatype="{datatype}" comment="c">{component}</local_variable>"#
    )
}

/// Evaluates, in time, and gives the result of one definition and how often a code was found.
fn ends(parts: &Parts, id: &str, code: Code) -> (&'static str, u64) {
    let start = Instant::now();
    let content = super::read(&parts.definitions_file()).unwrap();
    let read = content.diagnostics.of(code);
    let (content, results) = evaluate(parts, &Options::default());
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    (rows(&content, &results)[&("definition", id.to_owned())], read + results.diagnostics.of(code))
}

#[test]
fn a_product_of_millions_of_values_is_an_error() {
    let values: String = (0..40).map(|number| format!("<value>{number}</value>")).collect();
    let many = format!(
        r#"<constant_variable id="many" version="1" datatype="string" comment="c">{values}</constant_variable>"#
    );
    let component = r#"<variable_component var_ref="many"/>"#.repeat(8);
    let parts = by_variable(&(many + &local("v0", "string", &format!("<concat>{component}</concat>"))));
    let (word, found) = ends(&parts, "d0", Code::OvalTooManyValues);
    assert_eq!((word, found > 0), ("error", true));
}

#[test]
fn a_long_chain_of_variables_has_the_value_at_its_end() {
    const LENGTH: usize = 10_000;
    let mut variables = String::new();
    for number in 0..LENGTH {
        let next = format!(r#"<variable_component var_ref="v{}"/>"#, number + 1);
        variables += &local(&format!("v{number}"), "int", &next);
    }
    variables +=
        &local(&format!("v{LENGTH}"), "int", "<literal_component datatype=\"int\">1</literal_component>");
    assert_eq!(ends(&by_variable(&variables), "d0", Code::OvalVariableCycle), ("true", 0));
}

#[test]
fn circular_variables_are_an_error() {
    let next = |id: &str| format!(r#"<variable_component var_ref="{id}"/>"#);
    let circle = local("v0", "int", &next("v1")) + &local("v1", "int", &next("v0"));
    assert_eq!(ends(&by_variable(&circle), "d0", Code::OvalVariableCycle), ("error", 2));
    assert_eq!(
        ends(&by_variable(&local("v0", "int", &next("v0"))), "d0", Code::OvalVariableCycle),
        ("error", 1)
    );
}

#[test]
fn a_long_chain_of_definitions_has_the_result_at_its_end() {
    const LENGTH: usize = 10_000;
    let mut parts =
        by_variable(&local("v0", "int", "<literal_component datatype=\"int\">1</literal_component>"));
    for number in 1..=LENGTH {
        let extend = format!(r#"<criteria><extend_definition definition_ref="d{}"/></criteria>"#, number - 1);
        parts.definition(&format!("d{number}"), &extend);
    }
    assert_eq!(ends(&parts, &format!("d{LENGTH}"), Code::OvalDefinitionCycle), ("true", 0));
}

#[test]
fn circular_definitions_are_an_error() {
    let mut parts = Parts::default();
    for (id, other) in [("a", "b"), ("b", "c"), ("c", "b"), ("self", "self")] {
        let criteria = format!(r#"<criteria><extend_definition definition_ref="{other}"/></criteria>"#);
        parts.definition(id, &criteria);
    }
    for id in ["a", "b", "c", "self"] {
        assert_eq!(ends(&parts, id, Code::OvalDefinitionCycle), ("error", 3), "{id}");
    }
}

#[test]
fn a_pattern_that_takes_for_ever_is_an_error_or_answered() {
    let mut parts = Parts::default();
    object(&mut parts, "o", "<i:name>a</i:name>");
    let text = "a".repeat(100_000) + "!";
    let _ = write!(
        parts.items,
        r#"<i:environmentvariable_item id="1"><i:text>{text}</i:text></i:environmentvariable_item>"#
    );
    collect(&mut parts, "o", "complete", &["1".to_owned()]);
    let patterns = [("(a+)+$", "false"), (r"(a+)+\1$", "error")];
    for (number, (pattern, _)) in patterns.into_iter().enumerate() {
        let id = format!("s{number}");
        state(&mut parts, &id, &format!(r#"<i:text operation="pattern match">{pattern}</i:text>"#));
        test(&mut parts, number, "check=\"all\"", "o", &[&id]);
    }
    for (number, (pattern, expected)) in patterns.into_iter().enumerate() {
        assert_eq!(ends(&parts, &format!("d{number}"), Code::OvalPatternLimit), (expected, 1), "{pattern}");
    }
}

#[test]
fn dangling_references_of_every_sort_are_errors() {
    let mut parts = Parts::default();
    object(&mut parts, "o", "<i:name>a</i:name>");
    item(&mut parts, "1", 'T');
    collect(&mut parts, "o", "complete", &["1".to_owned()]);
    state(&mut parts, "variable", r#"<i:size datatype="int" var_ref="gone"/>"#);
    test(&mut parts, 0, "check=\"all\"", "gone", &[]);
    test(&mut parts, 1, "check=\"all\"", "o", &["gone"]);
    test(&mut parts, 2, "check=\"all\"", "o", &["variable"]);
    parts.definition("d3", r#"<criteria><criterion test_ref="gone"/></criteria>"#);
    parts.definition("d4", r#"<criteria><extend_definition definition_ref="gone"/></criteria>"#);
    for id in ["d0", "d1", "d2", "d3", "d4"] {
        assert_eq!(ends(&parts, id, Code::OvalDanglingRef), ("error", 5), "{id}");
    }
}

#[test]
fn characteristics_of_other_content_leave_all_unknown() {
    let mut own = Parts::default();
    state(&mut own, "s", SIZE_IS_ONE);
    for (number, existence) in
        ["all_exist", "any_exist", "at_least_one_exists", "none_exist", "only_one_exists"].iter().enumerate()
    {
        let id = format!("o{number}");
        object(&mut own, &id, "<i:name>a</i:name>");
        test(&mut own, number, &format!("check=\"all\" check_existence=\"{existence}\""), &id, &["s"]);
    }
    collect(&mut own, "other", "complete", &["1".to_owned()]);
    item(&mut own, "1", 'T');
    let (content, results) = evaluate(&own, &Options::default());
    let all = rows(&content, &results);
    assert_eq!(all.len(), 10);
    assert!(all.values().all(|word| *word == "unknown"), "{all:?}");
}
