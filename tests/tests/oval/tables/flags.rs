//! Tests by the flag of their object: section 4.2.

use conformance::oval::rows;
use conformance::oval::xml::Parts;
use patchstate::model::options::Options;

use super::operators::{EXISTENCES, RESULTS, by_table};
use super::{SIZE_IS_ONE, collect, evaluate, first_that_holds, item, multisets, object, state, test, word};

const FLAGS: [&str; 6] =
    ["complete", "incomplete", "does not exist", "error", "not collected", "not applicable"];

const CHECKS: [&str; 4] = ["all", "at least one", "only one", "none satisfy"];

/// Rows by hand: flag, existence, check, items by their letters, result without and with a state.
const ROWS: &str = "
error          | any_exist           | all          |      | E  | E
not collected  | none_exist          | all          |      | U  | U
not applicable | any_exist           | all          | T    | NA | NA
does not exist | none_exist          | all          |      | T  | T
does not exist | any_exist           | all          |      | T  | T
does not exist | at_least_one_exists | none satisfy |      | F  | F
does not exist | all_exist           | all          |      | F  | F
does not exist | only_one_exists     | all          |      | F  | F
complete       | at_least_one_exists | all          | TT   | T  | T
complete       | at_least_one_exists | all          | TF   | T  | F
complete       | at_least_one_exists | at least one | TF   | T  | T
complete       | at_least_one_exists | only one     | TTF  | T  | F
complete       | at_least_one_exists | none satisfy | FF   | T  | T
complete       | at_least_one_exists | all          | Td   | T  | F
complete       | at_least_one_exists | all          | Tr   | T  | E
complete       | at_least_one_exists | all          | Tn   | T  | E
complete       | at_least_one_exists | at least one | nr   | E  | E
complete       | at_least_one_exists | all          | n    | U  | U
complete       | all_exist           | all          | Td   | F  | F
complete       | none_exist          | all          | d    | T  | F
complete       | only_one_exists     | all          | Td   | T  | F
complete       | any_exist           | all          |      | T  | U
complete       | none_exist          | all          |      | T  | U
complete       | at_least_one_exists | all          |      | F  | F
incomplete     | none_exist          | all          | T    | F  | F
incomplete     | none_exist          | all          | d    | U  | U
incomplete     | only_one_exists     | all          | TT   | F  | F
incomplete     | only_one_exists     | all          | T    | U  | U
incomplete     | any_exist           | all          |      | T  | U
incomplete     | at_least_one_exists | all          | T    | T  | U
incomplete     | at_least_one_exists | all          | TF   | T  | F
incomplete     | at_least_one_exists | at least one | TF   | T  | T
incomplete     | at_least_one_exists | none satisfy | TF   | T  | F
incomplete     | at_least_one_exists | none satisfy | FF   | T  | U
incomplete     | all_exist           | all          | T    | U  | U
";

/// Adds a test of an object of its own.
fn add(parts: &mut Parts, number: usize, row: [&str; 4], states: &[&str]) {
    let [flag, existence, check, letters] = row;
    let id = format!("o{number}");
    object(parts, &id, "<i:name>a</i:name>");
    let items: Vec<String> = (0..letters.len()).map(|at| format!("{number}.{at}")).collect();
    items.iter().zip(letters.chars()).for_each(|(id, letter)| item(parts, id, letter));
    collect(parts, &id, flag, &items);
    test(parts, number, &format!("check=\"{check}\" check_existence=\"{existence}\""), &id, states);
}

#[test]
fn rows_by_hand() {
    let (mut parts, mut expected) = (Parts::default(), Vec::new());
    state(&mut parts, "s", SIZE_IS_ONE);
    for row in ROWS.lines().filter(|row| !row.is_empty()) {
        let [flag, existence, check, letters, without, with] =
            row.split('|').map(str::trim).collect::<Vec<_>>()[..]
        else {
            panic!("six columns: {row}")
        };
        for (states, letters_of_result) in [(&[][..], without), (&["s"][..], with)] {
            add(&mut parts, expected.len(), [flag, existence, check, letters], states);
            expected.push((row, letters_of_result));
        }
    }
    compare(&parts, expected.into_iter().map(|(row, letters)| (row.to_owned(), word(letters))));
}

/// Compares the results of all tests.
fn compare(parts: &Parts, expected: impl Iterator<Item = (String, &'static str)>) {
    let (content, results) = evaluate(parts, &Options::default());
    let found = rows(&content, &results);
    for (number, (row, expected)) in expected.enumerate() {
        for key in [("test", format!("t{number}")), ("definition", format!("d{number}"))] {
            assert_eq!(found[&key], expected, "{row}");
        }
    }
}

/// What rules 2 to 7 give, read from the page once more.
fn by_rules(row: [&str; 4], has_state: bool) -> &'static str {
    let [flag, existence, check, items] = row;
    let table = |name: &str, tables: &[(&str, &'static str)]| {
        tables.iter().find(|(known, _)| *known == name).map(|(_, table)| *table).unwrap()
    };
    let count = |letters: &str| {
        let of = |which: &str| items.chars().filter(|item| which.contains(*item)).count();
        match letters {
            "EX" => of("TFEUV"),
            "DE" => of("d"),
            "ER" => of("r"),
            "NC" => of("n"),
            other => panic!("no status is `{other}`"),
        }
    };
    let by_check = || {
        let letters = |item| match item {
            'T' => "T",
            'F' | 'd' => "F",
            'E' | 'r' | 'n' => "E",
            'U' => "U",
            _ => "NE",
        };
        by_table(table(check, &RESULTS), &items.chars().map(letters).collect::<Vec<_>>())
    };
    let exists = first_that_holds(table(existence, &EXISTENCES), &count, items.len());
    match flag {
        "error" => "error",
        "not collected" => "unknown",
        "not applicable" => "not applicable",
        "does not exist" if ["none_exist", "any_exist"].contains(&existence) => "true",
        "does not exist" => "false",
        "complete" if exists != "T" => word(exists),
        "complete" if !has_state => "true",
        "complete" => by_check(),
        _ if existence == "none_exist" && count("EX") >= 1 => "false",
        _ if existence == "only_one_exists" && count("EX") > 1 => "false",
        _ if existence == "any_exist" || existence == "at_least_one_exists" && count("EX") >= 1 => {
            match (has_state, by_check()) {
                (false, _) => "true",
                (true, "false") => "false",
                (true, "true") if check == "at least one" => "true",
                (true, _) => "unknown",
            }
        }
        _ => "unknown",
    }
}

#[test]
fn every_flag_with_every_existence_check_and_items() {
    let lists = multisets(&['T', 'F', 'E', 'U', 'V', 'd', 'r', 'n'], 2);
    let lists: Vec<String> = lists.into_iter().map(|list| list.into_iter().collect()).collect();
    for flag in FLAGS {
        let (mut parts, mut expected) = (Parts::default(), Vec::new());
        state(&mut parts, "s", SIZE_IS_ONE);
        for (existence, _) in EXISTENCES {
            for (check, letters) in
                CHECKS.iter().flat_map(|check| lists.iter().map(move |list| (check, list)))
            {
                for states in [&[][..], &["s"]] {
                    let row = [flag, existence, check, letters];
                    add(&mut parts, expected.len(), row, states);
                    expected.push((format!("{row:?} {states:?}"), by_rules(row, !states.is_empty())));
                }
            }
        }
        assert_eq!(expected.len(), 5 * 4 * 45 * 2);
        compare(&parts, expected.into_iter());
    }
}

#[test]
fn a_test_of_what_was_not_collected_is_unknown() {
    let mut parts = Parts::default();
    object(&mut parts, "o", "<i:name>a</i:name>");
    test(&mut parts, 0, "check=\"all\" check_existence=\"any_exist\"", "o", &[]);
    assert_eq!(super::result(&parts, "test", "t0"), "unknown");
}

#[test]
fn states_are_combined_by_their_operators() {
    let mut parts = Parts::default();
    let entity = |value: &str| format!(r#"<i:size datatype="int">{value}</i:size>"#);
    state(&mut parts, "yes", &entity("1"));
    state(&mut parts, "no", &entity("2"));
    state(&mut parts, "empty", "");
    for (number, (operator, states, expected)) in [
        ("AND", &["yes", "no"][..], "F"),
        ("OR", &["yes", "no"], "T"),
        ("ONE", &["yes", "yes"], "F"),
        ("XOR", &["yes", "no", "no"], "T"),
        ("AND", &["empty"], "U"),
        ("OR", &["empty", "yes"], "T"),
        ("AND", &["empty", "no"], "F"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("o{number}");
        object(&mut parts, &id, "<i:name>a</i:name>");
        item(&mut parts, &number.to_string(), 'T');
        collect(&mut parts, &id, "complete", &[number.to_string()]);
        test(&mut parts, number, &format!("check=\"all\" state_operator=\"{operator}\""), &id, states);
        let found = super::result(&parts, "test", &format!("t{number}"));
        assert_eq!(found, word(expected), "{operator} {states:?}");
    }
}
