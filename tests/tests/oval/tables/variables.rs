//! Flags and values of variables: section 7.

use conformance::oval::xml::Parts;

use super::{collect, item, object, result, state, test, word};

/// The result of `var_check` over the values of a variable `v`, each compared with the item's text.
fn check(variable: &str, text: &str, check: &str, parts: Parts, expected: &str) {
    let mut parts = parts;
    parts.variables.push_str(variable);
    parts.items.push_str(&format!(
        r#"<i:environmentvariable_item id="own"><i:text>{text}</i:text></i:environmentvariable_item>"#
    ));
    object(&mut parts, "own", "<i:name>a</i:name>");
    collect(&mut parts, "own", "complete", &["own".to_owned()]);
    state(&mut parts, "own", &format!(r#"<i:text var_ref="v" var_check="{check}"/>"#));
    test(&mut parts, 0, "check=\"all\"", "own", &["own"]);
    assert_eq!(result(&parts, "test", "t0"), word(expected), "{variable} {text}");
}

fn local(component: &str) -> String {
    format!(
        r#"<local_variable id="v" version="1" datatype="string" comment="c">{component}</local_variable>"#
    )
}

fn literal(text: &str) -> String {
    format!("<literal_component>{text}</literal_component>")
}

/// An object with a flag of each sort, an item with values and one without.
fn objects() -> Parts {
    let mut parts = Parts::default();
    item(&mut parts, "values", 'T');
    parts.items.push_str(
        r#"<i:environmentvariable_item id="empty"><i:other>o</i:other></i:environmentvariable_item>"#,
    );
    for (id, flag, items) in [
        ("E", "error", &["values"][..]),
        ("C", "complete", &["values"]),
        ("I", "incomplete", &["values"]),
        ("DNE", "does not exist", &[]),
        ("NC", "not collected", &["values"]),
        ("NA", "not applicable", &["values"]),
        ("none", "complete", &[]),
        ("without", "complete", &["empty"]),
    ] {
        object(&mut parts, id, "<i:name>a</i:name>");
        collect(&mut parts, id, flag, &items.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
    }
    object(&mut parts, "absent", "<i:name>a</i:name>");
    parts
}

fn component(object: &str) -> String {
    format!(r#"<object_component object_ref="{object}" item_field="size"/>"#)
}

#[test]
fn flags_of_objects_decide_whether_there_are_values() {
    for (object, expected) in [
        ("E", "E"),
        ("C", "T"),
        ("I", "T"),
        ("DNE", "E"),
        ("NC", "E"),
        ("NA", "E"),
        ("none", "E"),
        ("without", "E"),
        ("absent", "E"),
    ] {
        check(&local(&component(object)), "1", "all", objects(), expected);
    }
}

#[test]
fn functions_need_values_of_every_component() {
    for first in ["C", "I"] {
        for (second, expected) in
            [("C", "T"), ("I", "T"), ("E", "E"), ("DNE", "E"), ("NC", "E"), ("NA", "E"), ("absent", "E")]
        {
            let both = format!("<concat>{}{}</concat>", component(first), component(second));
            check(&local(&both), "11", "all", objects(), expected);
        }
    }
    // Not even how many there are is known.
    check(&local(&format!("<count>{}</count>", component("NC"))), "0", "all", objects(), "E");
}

#[test]
fn several_values_are_combined_with_the_last_changing_fastest() {
    let list = |from: [&str; 2]| {
        let values = from.map(literal).concat();
        format!("<unique>{values}</unique>")
    };
    let product = format!("<concat>{}{}</concat>", list(["a", "b"]), list(["x", "y"]));
    for text in ["ax", "ay", "bx", "by"] {
        check(&local(&product), text, "only one", Parts::default(), "T");
    }
    for text in ["xa", "a", "axy", ""] {
        check(&local(&product), text, "at least one", Parts::default(), "F");
    }
    let count = format!("<count>{product}</count>");
    check(&local(&count), "4", "all", Parts::default(), "T");
    // The order shows in what is left of equal values.
    let begin = format!("<begin character=\"a\">{}</begin>", list(["a", "b"]));
    check(&local(&begin), "ab", "only one", Parts::default(), "T");
}

#[test]
fn constants_must_fit_their_datatype() {
    let constant = |datatype: &str, values: [&str; 2]| {
        let values = values.map(|value| format!("<value>{value}</value>")).concat();
        format!(
            r#"<constant_variable id="v" version="1" datatype="{datatype}" comment="c">{values}</constant_variable>"#
        )
    };
    check(&constant("string", ["1", "2"]), "1", "at least one", Parts::default(), "T");
    check(&constant("int", ["1", "2"]), "01", "at least one", Parts::default(), "T");
    check(&constant("int", ["1", "x"]), "1", "at least one", Parts::default(), "E");
}

#[test]
fn external_values_come_from_the_caller_or_the_objects_and_must_be_possible() {
    let external = |possible: &str| {
        format!(
            r#"<external_variable id="v" version="1" datatype="int" comment="c">{possible}</external_variable>"#
        )
    };
    let collected = || {
        let mut parts = Parts::default();
        parts.collected.push_str(
            r#"<object id="x" version="1" flag="does not exist"><variable_value variable_id="v">7</variable_value></object>"#,
        );
        parts
    };
    let range = r#"<possible_value hint="h">1</possible_value><possible_restriction hint="h"><restriction operation="greater than">5</restriction><restriction operation="less than">9</restriction></possible_restriction>"#;
    check(&external(""), "7", "all", Parts::default(), "E");
    check(&external(""), "7", "all", collected(), "T");
    check(&external(range), "7", "all", collected(), "T");
    check(&external("<possible_value hint=\"h\">1</possible_value>"), "7", "all", collected(), "E");
}
