//! Operators, `negate`, `check` and `check_existence`: sections 3.1 to 3.4.

use patchstate::model::oval::tables::Presence;
use patchstate::model::oval::words::{Check, Existence, Operator, Status};
use patchstate::model::truth::Truth;

use super::{first_that_holds, multisets, word};

/// Operators and checks, with what the page says of each.
pub(super) const RESULTS: [(&str, &str); 9] = [
    ("AND", "all NA -> NA; any F -> F; any E -> E; any U -> U; any NE -> NE; else T"),
    ("OR", "all NA -> NA; any T -> T; any E -> E; any U -> U; any NE -> NE; else F"),
    ("ONE", "all NA -> NA; T >= 2 -> F; any E -> E; any U -> U; any NE -> NE; T = 1 -> T; else F"),
    ("XOR", "all NA -> NA; any E -> E; any U -> U; any NE -> NE; T odd -> T; else F"),
    ("all", "all NA -> NA; any F -> F; any E -> E; any U -> U; any NE -> NE; else T"),
    ("at least one", "all NA -> NA; any T -> T; any E -> E; any U -> U; any NE -> NE; else F"),
    ("only one", "all NA -> NA; T >= 2 -> F; any E -> E; any U -> U; any NE -> NE; T = 1 -> T; else F"),
    ("none satisfy", "all NA -> NA; any T -> F; any E -> E; any U -> U; any NE -> NE; else T"),
    ("none exist", "all NA -> NA; any T -> F; any E -> E; any U -> U; any NE -> NE; else T"),
];

/// Existence checks, with what the page says of each.
pub(super) const EXISTENCES: [(&str, &str); 5] = [
    ("all_exist", "DE >= 1 -> F; ER >= 1 -> E; NC >= 1 -> U; EX >= 1 -> T; else F"),
    ("any_exist", "EX = 0 and ER >= 1 -> E; else T"),
    ("at_least_one_exists", "EX >= 1 -> T; ER >= 1 -> E; NC >= 1 -> U; else F"),
    ("none_exist", "EX >= 1 -> F; ER >= 1 -> E; NC >= 1 -> U; else T"),
    ("only_one_exists", "EX >= 2 -> F; ER >= 1 -> E; NC >= 1 -> U; EX = 1 -> T; else F"),
];

/// The letters of results.
const LETTERS: [&str; 6] = ["T", "F", "E", "U", "NE", "NA"];

/// The letters of statuses.
const STATUSES: [(&str, Status); 4] = [
    ("EX", Status::Exists),
    ("DE", Status::DoesNotExist),
    ("ER", Status::Error),
    ("NC", Status::NotCollected),
];

/// What a table of results gives for operands.
pub(super) fn by_table(table: &str, operands: &[&'static str]) -> &'static str {
    let count = |letters: &str| operands.iter().filter(|operand| **operand == letters).count();
    if operands.is_empty() { word("U") } else { word(first_that_holds(table, &count, operands.len())) }
}

fn truth(letters: &str) -> Truth {
    Truth::ALL.into_iter().find(|truth| truth.name() == word(letters)).unwrap()
}

fn combine(name: &str, operands: &[&str]) -> Truth {
    let tally = operands.iter().map(|letters| truth(letters)).collect();
    match Operator::find(name) {
        Some(operator) => operator.combine(&tally),
        None => Check::find(name).unwrap().combine(&tally),
    }
}

fn judge(name: &str, statuses: impl IntoIterator<Item = Status>) -> Truth {
    Existence::find(name).unwrap().judge(&statuses.into_iter().collect::<Presence>())
}

#[test]
fn operators_and_checks_are_those_of_the_page() {
    let lists = multisets(&LETTERS, 4);
    assert_eq!(lists.len(), 210);
    for (name, table) in RESULTS {
        for operands in &lists {
            let found = combine(name, operands).name();
            assert_eq!(found, by_table(table, operands), "{name} {operands:?}");
        }
    }
    assert_eq!(RESULTS.len(), Operator::ALL.len() + Check::ALL.len());
}

#[test]
fn negation_turns_only_what_is_known_around() {
    for (from, to) in [("T", "F"), ("F", "T"), ("E", "E"), ("U", "U"), ("NE", "NE"), ("NA", "NA")] {
        assert_eq!(!truth(from), truth(to), "{from}");
    }
}

#[test]
fn existence_is_that_of_the_page_for_all_counts_up_to_three() {
    for (name, table) in EXISTENCES {
        for number in 0..4usize.pow(4) {
            let counts = [number % 4, number / 4 % 4, number / 16 % 4, number / 64];
            let count =
                |letters: &str| counts[STATUSES.iter().position(|(name, _)| *name == letters).unwrap()];
            let statuses =
                STATUSES.into_iter().zip(counts).flat_map(|((_, status), count)| vec![status; count]);
            let expected = word(first_that_holds(table, &count, counts.iter().sum()));
            assert_eq!(judge(name, statuses).name(), expected, "{name} {counts:?}");
        }
    }
    assert_eq!(EXISTENCES.len(), Existence::ALL.len());
}

/// The result that all ways agree on to decide what is open; Unknown where they do not.
fn agreed<T: Copy + PartialEq>(
    operands: &[T],
    open: T,
    decided: [T; 2],
    judge: &dyn Fn(&[T]) -> Truth,
) -> Truth {
    let Some(at) = operands.iter().position(|operand| *operand == open) else { return judge(operands) };
    let [first, second] = decided.map(|value| {
        let mut operands = operands.to_vec();
        operands[at] = value;
        agreed(&operands, open, decided, judge)
    });
    if first == second { first } else { Truth::Unknown }
}

#[test]
fn what_is_unknown_counts_as_either() {
    for operands in multisets(&["T", "F", "U"], 4).iter().filter(|operands| !operands.is_empty()) {
        for (name, _) in RESULTS {
            let agreed = agreed(operands, "U", ["T", "F"], &|operands| combine(name, operands));
            // Whether two are True is not asked once one more may be.
            assert_eq!(combine(name, operands), agreed, "{name} {operands:?}");
        }
    }
    let [exists, missing, open] = [Status::Exists, Status::DoesNotExist, Status::NotCollected];
    for statuses in multisets(&[exists, missing, open], 4).iter().filter(|list| !list.is_empty()) {
        for (name, _) in EXISTENCES {
            let judge = |statuses: &[Status]| judge(name, statuses.iter().copied());
            let agreed = agreed(statuses, open, [exists, missing], &judge);
            assert_eq!(judge(statuses), agreed, "{name} {statuses:?}");
        }
    }
}
