//! Sets and filters: section 5.

use conformance::oval::xml::Parts;
use patchstate::model::oval::words::{Flag, SetOperator};

use super::{SIZE_IS_ONE, collect, item, object, result, state, test, word};

/// Columns are first operands, rows second ones.
const UNION: &str = "
    E C I DNE NC NA
E   E E E E   E  E
C   E C I C   I  C
I   E I I I   I  I
DNE E C I DNE I  DNE
NC  E I I I   NC NC
NA  E C I DNE NC NA";

const INTERSECTION: &str = "
    E   C   I   DNE NC  NA
E   E   E   E   DNE E   E
C   E   C   I   DNE NC  C
I   E   I   I   DNE NC  I
DNE DNE DNE DNE DNE DNE DNE
NC  E   NC  NC  DNE NC  NC
NA  E   C   I   DNE NC  NA";

const COMPLEMENT: &str = "
    E C  I  DNE NC NA
E   E E  E  DNE E  E
C   E C  I  DNE NC E
I   E E  E  DNE NC E
DNE E C  I  DNE NC E
NC  E NC NC DNE NC E
NA  E E  E  E   E  E";

fn flag(letters: &str) -> Flag {
    let name = match letters {
        "E" => "error",
        "C" => "complete",
        "I" => "incomplete",
        "DNE" => "does not exist",
        "NC" => "not collected",
        "NA" => "not applicable",
        other => panic!("no flag is `{other}`"),
    };
    Flag::find(name).unwrap()
}

#[test]
fn flags_of_sets_are_those_of_the_page() {
    let tables = [
        (SetOperator::Union, UNION),
        (SetOperator::Intersection, INTERSECTION),
        (SetOperator::Complement, COMPLEMENT),
    ];
    let mut cells = 0;
    for (operator, table) in tables {
        let mut rows = table.trim_start_matches('\n').lines();
        let columns: Vec<Flag> = rows.next().unwrap().split_whitespace().map(flag).collect();
        for row in rows {
            let row: Vec<Flag> = row.split_whitespace().map(flag).collect();
            for (first, expected) in columns.iter().zip(&row[1..]) {
                assert_eq!(operator.flag(*first, row[0]), *expected, "{operator:?} {first:?} {:?}", row[0]);
                cells += 1;
            }
        }
    }
    assert_eq!(cells, 3 * 36);
}

/// Two objects: the first with items `a b c`, the second with `c d`; flags as given, or not collected at all.
fn operands(flags: [Option<&str>; 2]) -> Parts {
    let mut parts = Parts::default();
    state(&mut parts, "s", SIZE_IS_ONE);
    for (id, letter) in [("a", 'T'), ("b", 'F'), ("c", 'T'), ("d", 'F'), ("e", 'E')] {
        item(&mut parts, id, letter);
    }
    for (id, flag, items) in [("first", flags[0], &["a", "b", "c"]), ("second", flags[1], &["c", "d", "c"])] {
        object(&mut parts, id, "<i:name>a</i:name>");
        if let Some(flag) = flag {
            let items = if flag == "complete" { &items[..] } else { &[] };
            collect(&mut parts, id, flag, &items.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
        }
    }
    parts
}

const TWO: &str = "<object_reference>first</object_reference><object_reference>second</object_reference>";

/// The result of a test of a set.
fn check(mut parts: Parts, set: &str, attributes: &str, states: &[&str], expected: &str) {
    object(&mut parts, "set", set);
    test(&mut parts, 0, attributes, "set", states);
    assert_eq!(result(&parts, "test", "t0"), word(expected), "{set} {attributes}");
}

#[test]
fn operators_give_the_items_that_they_should() {
    let complete = || operands([Some("complete"), Some("complete")]);
    let all = "check=\"all\"";
    for (operator, existence, states, expected) in [
        ("UNION", "only_one_exists", &[][..], "F"),
        ("UNION", "at_least_one_exists", &["s"], "F"),
        ("INTERSECTION", "only_one_exists", &[], "T"),
        ("INTERSECTION", "at_least_one_exists", &["s"], "T"),
        ("COMPLEMENT", "only_one_exists", &[], "F"),
        ("COMPLEMENT", "at_least_one_exists", &["s"], "F"),
    ] {
        let set = format!("<set set_operator=\"{operator}\">{TWO}</set>");
        check(complete(), &set, &format!("{all} check_existence=\"{existence}\""), states, expected);
    }
    // Which of the items there are, by how many satisfy the state.
    for (operator, expected) in [("UNION", "F"), ("INTERSECTION", "T"), ("COMPLEMENT", "T")] {
        let set = format!("<set set_operator=\"{operator}\">{TWO}</set>");
        check(complete(), &set, "check=\"only one\"", &["s"], expected);
    }
}

#[test]
fn a_collected_set_is_used_as_it_is() {
    let mut parts = operands([Some("error"), None]);
    collect(&mut parts, "set", "complete", &["a".to_owned()]);
    check(parts, &format!("<set>{TWO}</set>"), "check=\"all\"", &["s"], "T");
}

#[test]
fn an_operand_that_was_not_collected_leaves_the_set_open() {
    let all = "check=\"all\"";
    check(operands([None, None]), &format!("<set>{TWO}</set>"), all, &[], "U");
    check(operands([Some("complete"), None]), &format!("<set>{TWO}</set>"), all, &[], "T");
    let none = "check=\"all\" check_existence=\"none_exist\"";
    check(operands([None, Some("does not exist")]), &format!("<set>{TWO}</set>"), none, &[], "U");
    check(operands([Some("error"), None]), &format!("<set>{TWO}</set>"), all, &[], "E");
}

#[test]
fn filters_come_before_operators() {
    let complete = || operands([Some("complete"), Some("complete")]);
    for (filters, existence, states, expected) in [
        // Without `a` and `c`: `b` and `d` are left.
        ("<filter>s</filter>", "at_least_one_exists", &["s"][..], "F"),
        // Only `a` and `c`.
        ("<filter action=\"include\">s</filter>", "at_least_one_exists", &["s"], "T"),
        ("<filter action=\"include\">s</filter>", "only_one_exists", &[], "F"),
        // Nothing is left, which is to be known.
        ("<filter action=\"include\">s</filter><filter>s</filter>", "none_exist", &["s"], "T"),
        ("<filter action=\"include\">s</filter><filter>s</filter>", "at_least_one_exists", &[], "F"),
    ] {
        let attributes = format!("check=\"all\" check_existence=\"{existence}\"");
        check(complete(), &format!("<set>{TWO}{filters}</set>"), &attributes, states, expected);
    }
    // The complement of what is filtered: `a` alone.
    let set = format!("<set set_operator=\"COMPLEMENT\">{TWO}<filter action=\"include\">s</filter></set>");
    check(complete(), &set, "check=\"all\" check_existence=\"only_one_exists\"", &["s"], "T");
}

#[test]
fn an_item_that_a_filter_cannot_judge_stays_and_leaves_the_set_open() {
    let set = "<set><object_reference>open</object_reference><filter>s</filter></set>";
    for (letter, existence, expected) in [
        ('E', "at_least_one_exists", "T"),
        ('U', "at_least_one_exists", "T"),
        ('V', "at_least_one_exists", "T"),
        ('E', "only_one_exists", "U"),
        ('U', "all_exist", "U"),
        ('T', "only_one_exists", "F"),
        ('F', "only_one_exists", "T"),
    ] {
        let mut parts = operands([None, None]);
        object(&mut parts, "open", "<i:name>a</i:name>");
        item(&mut parts, "x", letter);
        collect(&mut parts, "open", "complete", &["x".to_owned()]);
        check(parts, set, &format!("check=\"all\" check_existence=\"{existence}\""), &[], expected);
    }
}

#[test]
fn sets_stand_in_sets() {
    let inner = format!("<set set_operator=\"INTERSECTION\">{TWO}</set>");
    let set = format!(
        "<set set_operator=\"COMPLEMENT\"><set><object_reference>first</object_reference></set>{inner}</set>"
    );
    let parts = operands([Some("complete"), Some("complete")]);
    check(parts, &set, "check=\"only one\"", &["s"], "T");
}
