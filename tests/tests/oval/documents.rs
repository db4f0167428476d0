//! The documents of `corpora/oval`: what each says, what is wrong with it, and what it gives.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use conformance::oval::{catalog, characteristics, evaluate};
use patchstate::catalog::oval::variables;
use patchstate::diagnostic::Diagnostics;
use patchstate::model::options::Options;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora")
}

/// The findings, a line each: line, code, message.
fn findings(found: &Diagnostics) -> String {
    let mut text = String::new();
    for finding in found.kept() {
        writeln!(text, "{}: {}: {}", finding.position.line, finding.code, finding.message).unwrap();
    }
    text
}

/// Checks what is wrong with a definitions file.
fn check(name: &str, expect: &str) {
    let catalog = catalog(&folder().join("oval").join(name)).unwrap();
    let (found, expect) = (findings(&catalog.diagnostics), expect.trim_start());
    assert!(found == expect, "{name} gives\n{found}");
}

/// Results of the definitions, in document order, and cells of those that are updates, for what was collected.
fn results(name: &str, characteristics: &str, options: &Options) -> (String, String) {
    let text = fs::read_to_string(folder().join(characteristics)).unwrap();
    let (content, results) = evaluate(&folder().join("oval").join(name), &text, options).unwrap();
    let mut given = String::new();
    for (at, answer) in results.definitions.iter().enumerate() {
        let number = content.definitions[at].id.rsplit(':').next().unwrap();
        let cell = results.cells[at];
        let line =
            format!("{number}: {}: {} {}", answer.truth.name(), cell.verdict.name(), cell.reason.name());
        writeln!(given, "{line}").unwrap();
    }
    (given, findings(&results.diagnostics))
}

/// What definitions give for what was collected, and what is found on the way.
fn give(name: &str, characteristics: &str, options: &Options, expect: [&str; 2]) {
    let (given, found) = results(name, characteristics, options);
    let [expected, finding] = expect.map(str::trim_start);
    assert!(given == expected, "{characteristics} gives\n{given}");
    assert!(found == finding, "{characteristics}: found\n{found}");
}

#[test]
fn what_is_wrong_with_definitions_is_told() {
    check("example.xml", "");
    check(
        "names.xml",
        "
21: oval-namespace: its name space names no part of the standard; its name alone counts
17: oval-unknown-part: `criterion/@weight`, 1 times
15: oval-unknown-part: `definition/@priority`, 1 times
13: oval-unknown-part: `oval_definitions/signature_list`, 1 times
25: oval-unknown-part: `tests/probe`, 1 times
21: oval-unknown-part: `variable_test/@weight`, 1 times
23: oval-unknown-part: `variable_test/hint`, 1 times
",
    );
    check(
        "ids.xml",
        "
17: oval-duplicate-id: `oval:org.example:def:1` again
21: oval-duplicate-id: `oval:org.example:def:1` has another content at 13:5
31: oval-duplicate-id: `oval:org.example:tst:1` has another content at 27:5
40: oval-duplicate-id: `oval:org.example:obj:1` again
48: oval-duplicate-id: `oval:org.example:ste:1` has another content at 45:5
54: oval-duplicate-id: `oval:org.example:var:1` has another content at 53:5
",
    );
    check(
        "references.xml",
        "
19: oval-dangling-ref: no definition `oval:org.example:def:404`
15: oval-dangling-ref: no test `oval:org.example:tst:404`
32: oval-dangling-ref: no object `oval:org.example:obj:404`
37: oval-dangling-ref: no state `oval:org.example:ste:404`
48: oval-dangling-ref: no object `oval:org.example:obj:405`
48: oval-dangling-ref: no state `oval:org.example:ste:405`
59: oval-dangling-ref: no variable `oval:org.example:var:404`
65: oval-dangling-ref: no object `oval:org.example:obj:406`
",
    );
    check(
        "circles.xml",
        "
13: oval-definition-cycle: `oval:org.example:def:1` extends itself by way of others
17: oval-definition-cycle: `oval:org.example:def:2` extends itself by way of others
21: oval-definition-cycle: `oval:org.example:def:3` extends itself by way of others
25: oval-definition-cycle: `oval:org.example:def:4` extends itself by way of others
55: oval-variable-cycle: `oval:org.example:var:1` needs its own values
58: oval-variable-cycle: `oval:org.example:var:2` needs its own values
",
    );
    check(
        "words.xml",
        "
13: oval-bad-enum: `class`: `improvement`
19: oval-bad-enum: `operator`: `NAND`
27: oval-bad-enum: `check`: `most`
31: oval-bad-enum: `check_existence`: `some_exist`
31: oval-bad-enum: `state_operator`: `NOT`
35: oval-deprecated-check: `none exist`
47: oval-bad-enum: `datatype`: `text`
47: oval-bad-enum: `operation`: `resembles`
50: oval-bad-enum: `var_check`: `most`
50: oval-bad-enum: `entity_check`: `few`
59: oval-bad-enum: `reverse` is no component
",
    );
    check(
        "dates.xml",
        "
14: oval-bad-date: `issued`: `the day before` is no day
14: oval-bad-date: `updated`: `2026-02-30` is no day
",
    );
    check(
        "patterns.xml",
        "
62: oval-bad-pattern: `oval:org.example:ste:1`: malformed pattern at byte 0: unclosed group
65: oval-bad-pattern: `oval:org.example:ste:2`: unsupported in patterns, at byte 2: a construct in parentheses
68: oval-bad-pattern: `oval:org.example:ste:3`: unsupported in patterns, at byte 0: a look-behind without a fixed width up to 255
",
    );
    for name in ["values.xml", "collected.xml", "external.xml", "epochs.xml"] {
        check(name, "");
    }
}

#[test]
fn a_test_that_asks_for_nothing_refuses_its_file() {
    let error = catalog(&folder().join("oval/no-object.xml")).unwrap_err();
    assert_eq!(
        error.to_string().rsplit_once("no-object.xml:").unwrap().1,
        "19:5: `oval:org.example:tst:1` names no object"
    );
}

#[test]
fn a_collected_object_without_a_flag_refuses_its_client() {
    let text = fs::read_to_string(folder().join("oval/collected.no-flag.sc.xml")).unwrap();
    let error = characteristics(&text).unwrap_err();
    assert_eq!(error.message(), "an object without `id` or without `flag`");
    assert!(error.position().is_some());
}

/// OpenSCAP 1.3.7 gives the same results.
#[test]
fn the_example_shows_every_verdict() {
    let given = "
1: true: Missing rule-true
2: false: Installed rule-false
10: true: Missing package-older
11: false: Installed package-current
12: false: NotApplicable package-absent
13: false: NotApplicable platform-differs
14: unknown: Unknown not-collected
15: true: Missing package-older
";
    give("example.xml", "inventory/oval-sc.xml", &Options::default(), [given, ""]);
}

#[test]
fn what_is_collected_is_looked_at() {
    let given = "
1: unknown: Unknown not-collected
2: unknown: Unknown not-collected
3: false: Installed rule-false
4: error: Unknown rule-error
5: unknown: Unknown not-collected
";
    let found = "
0: sc-duplicate-object: `oval:org.example:obj:1`
0: sc-dangling-item: `oval:org.example:obj:2` refers to item `99`
0: sc-complete-without-items: `oval:org.example:obj:3`
";
    give("collected.xml", "oval/collected.sc.xml", &Options::default(), [given, found]);
}

#[test]
fn values_that_cannot_be_compared_are_errors() {
    let given = "
1: error: Unknown rule-error
2: error: Unknown rule-error
3: error: Unknown rule-error
4: error: Unknown rule-error
5: false: Installed rule-false
";
    let found = r"
0: oval-bad-pattern: (
0: oval-bad-pattern: ^a(?R)b$
0: oval-bad-pattern: (?<=a+)b
0: oval-pattern-limit: ^(?:(a+)+)+\1z$
";
    give("patterns.xml", "oval/patterns.sc.xml", &Options::default(), [given, found]);
    let given = "
1: error: Unknown rule-error
2: error: Unknown rule-error
3: error: Unknown rule-error
";
    let found = "
0: oval-too-many-values: more combinations of values than the limit
0: oval-int-range: 9999999999999999999999999999999999999999
";
    give("values.xml", "oval/values.sc.xml", &Options::default(), [given, found]);
}

#[test]
fn external_variables_have_the_values_that_are_given() {
    let without = "
1: error: Unknown rule-error
2: error: Unknown rule-error
";
    give("external.xml", "oval/external.sc.xml", &Options::default(), [without, ""]);
    let mut options = Options::default();
    let path = folder().join("oval/external.variables.xml");
    let mut found = Diagnostics::new();
    variables::read(&path, &mut options.variables, &mut found).unwrap();
    assert_eq!(findings(&found), "");
    let with = "
1: true: Missing rule-true
2: true: Missing rule-true
";
    give("external.xml", "oval/external.sc.xml", &options, [with, ""]);
    variables::read(&path, &mut options.variables, &mut found).unwrap();
    assert_eq!(findings(&found).lines().count(), 2, "values in place of values");
}
