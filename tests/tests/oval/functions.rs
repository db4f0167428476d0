//! Computes the functions in OVAL files of others that say what comes out. Skipped without the files.

use std::fs;

use patchstate::model::oval::function::{TimeFormat, glob_to_regex, seconds, time_difference};

fn read(path: &str) -> Option<String> {
    Some(fs::read_to_string(conformance::corpora(&format!("oval/{path}"))?).unwrap())
}

/// The texts between two others, in order.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    text.split(from).skip(1).filter_map(|rest| rest.split_once(to)).map(|(found, _)| found).collect()
}

#[test]
fn globs_are_those_of_the_corpus() {
    let Some(text) = read("openscap-unittests/test_glob_to_regex.xml") else { return };
    let expected = between(&text, "<value>", "</value>");
    let mut compared = 0;
    for variable in between(&text, "<local_variable ", "</local_variable>") {
        let number: usize = between(variable, "id=\"oval:x:var:", "\"")[0].parse().unwrap();
        let glob = between(variable, "<literal_component datatype=\"string\">", "<")[0];
        let regex = glob_to_regex(glob, variable.contains("glob_noescape=\"true\""));
        match number {
            // Their brackets are not closed.
            101.. => assert!(regex.is_err(), "{glob}"),
            _ => assert_eq!(regex.as_deref(), Ok(expected[number - 1]), "{glob}"),
        }
        compared += 1;
    }
    assert_eq!(compared, 22);
}

#[test]
fn differences_of_times_are_those_of_the_corpus() {
    let Some(text) = read("mitre-conformance/oval-def_time_difference_function.xml") else { return };
    let Some(results) = read("mitre-conformance/oscap-1.3.7-results.tsv") else { return };
    let find = |kind: &str, id: &str, end: &str| {
        let (_, rest) = text.split_once(&format!("<{kind} id=\"{id}\"")).unwrap();
        rest.split_once(end).unwrap().0
    };
    let (mut agreed, mut others) = (0, Vec::new());
    for row in results.lines().filter(|row| row.starts_with("oval-def_time_difference_function\ttest")) {
        let columns: Vec<&str> = row.split('\t').collect();
        let test = find("variable_test", columns[2], "</variable_test>");
        let object = find("variable_object", between(test, "object_ref=\"", "\"")[0], "</variable_object>");
        let state = find("variable_state", between(test, "state_ref=\"", "\"")[0], "</variable_state>");
        let variable = find(
            "local_variable",
            between(object, ">oval", "<").first().map(|id| format!("oval{id}")).unwrap().as_str(),
            "</local_variable>",
        );
        let values = between(variable, "<literal_component>", "<");
        // One value is taken from the clock, several from objects: those are the evaluator's.
        let [first, second] = values[..] else { continue };
        let format =
            |name: &str| TimeFormat::find(between(variable, &format!("{name}=\""), "\"")[0]).unwrap();
        let difference = seconds(first, format("format_1"))
            .and_then(|first| Ok(time_difference(first, seconds(second, format("format_2"))?)));
        let expected = state.split_once("<value>").unwrap().1.split_once('<').unwrap().0;
        if difference.is_ok_and(|difference| difference.to_string() == expected) {
            agreed += 1;
        } else {
            assert_eq!(columns[3], "false", "{first} {second} {expected}");
            others.push(format!("{first} - {second} = {difference:?}, not {expected}"));
        }
    }
    println!("{agreed} agree; {others:#?}");
    assert!(agreed >= 14);
}
