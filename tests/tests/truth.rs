//! The laws of truth, on every list of up to four operands.

use patchstate::model::expr::{Operator, Reasons, Section, combine, negate};
use patchstate::model::flag::Flags;
use patchstate::model::reason::Reason;
use patchstate::model::truth::{Tally, Truth};
use patchstate::model::verdict::Answer;

use Truth::{Error, False, NotApplicable, NotEvaluated, True, Unknown};

type Table = fn(&Tally) -> Truth;

const TABLES: [Table; 5] = [Tally::and, Tally::or, Tally::one, Tally::xor, Tally::none];

/// Every list of up to `most` of some values.
fn lists<T: Copy>(of: &[T], most: usize) -> Vec<Vec<T>> {
    let mut all: Vec<Vec<T>> = vec![Vec::new()];
    let mut longest = all.clone();
    for _ in 0..most {
        let longer = |list: &Vec<T>| {
            let list = list.clone();
            of.iter().map(move |value| [list.as_slice(), &[*value]].concat())
        };
        longest = longest.iter().flat_map(longer).collect();
        all.extend(longest.iter().cloned());
    }
    all
}

fn tally(operands: &[Truth]) -> Tally {
    operands.iter().copied().collect()
}

/// How true a value of Kleene's logic is.
fn degree(truth: Truth) -> u8 {
    match truth {
        False => 0,
        Unknown => 1,
        True => 2,
        Error | NotEvaluated | NotApplicable => panic!("{truth:?} is no value of three"),
    }
}

#[test]
fn three_values_are_those_of_kleene() {
    for operands in lists(&[False, Unknown, True], 4).iter().filter(|operands| !operands.is_empty()) {
        let degrees = || operands.iter().copied().map(degree);
        assert_eq!(Some(degree(tally(operands).and())), degrees().min(), "and {operands:?}");
        assert_eq!(Some(degree(tally(operands).or())), degrees().max(), "or {operands:?}");
    }
}

#[test]
fn no_operand_is_unknown_and_inapplicable_ones_stay_so() {
    for table in TABLES {
        assert_eq!(table(&Tally::default()), Unknown);
        for count in 1..=4 {
            assert_eq!(table(&tally(&vec![NotApplicable; count])), NotApplicable);
        }
    }
}

#[test]
fn an_inapplicable_operand_is_ignored_beside_others() {
    for operands in lists(&Truth::ALL, 3) {
        if operands.iter().all(|truth| *truth == NotApplicable) {
            continue;
        }
        let more = [operands.as_slice(), &[NotApplicable]].concat();
        for table in TABLES {
            assert_eq!(table(&tally(&more)), table(&tally(&operands)), "{operands:?}");
        }
    }
}

#[test]
fn the_order_of_operands_changes_nothing() {
    for operands in lists(&Truth::ALL, 4) {
        let mut sorted = operands.clone();
        sorted.sort_unstable();
        for table in TABLES {
            assert_eq!(table(&tally(&operands)), table(&tally(&sorted)), "{operands:?}");
        }
    }
}

#[test]
fn de_morgan_holds_for_all_six() {
    for operands in lists(&Truth::ALL, 4) {
        let negated: Vec<Truth> = operands.iter().map(|truth| !*truth).collect();
        assert_eq!(!tally(&operands).and(), tally(&negated).or(), "{operands:?}");
        assert_eq!(!tally(&operands).or(), tally(&negated).and(), "{operands:?}");
        assert_eq!(!tally(&operands).or(), tally(&operands).none(), "{operands:?}");
    }
}

#[test]
fn one_and_xor_count_what_is_true() {
    for operands in lists(&[True, False], 4).iter().filter(|operands| !operands.is_empty()) {
        let count = operands.iter().filter(|truth| **truth == True).count();
        assert_eq!(tally(operands).one(), Truth::from(count == 1), "{operands:?}");
        assert_eq!(tally(operands).xor(), Truth::from(count % 2 == 1), "{operands:?}");
    }
    // Two that are True decide ONE whatever the others are; nothing decides XOR but all of them.
    for open in [Error, Unknown, NotEvaluated] {
        assert_eq!(tally(&[True, True, open]).one(), False);
        assert_eq!(tally(&[True, open]).one(), open);
        assert_eq!(tally(&[True, True, open]).xor(), open);
    }
}

#[test]
fn an_error_comes_before_unknown_before_not_evaluated() {
    for table in TABLES {
        assert_eq!(table(&tally(&[NotEvaluated, Unknown, Error, NotApplicable])), Error);
        assert_eq!(table(&tally(&[NotEvaluated, Unknown, NotApplicable])), Unknown);
        assert_eq!(table(&tally(&[NotEvaluated, NotApplicable])), NotEvaluated);
    }
}

/// Answers of every truth, with every weight that a reason may have.
fn answers() -> Vec<Answer> {
    let answer = |(truth, reason)| Answer::new(truth, reason);
    [
        (True, Reason::RuleTrue),
        (True, Reason::HotfixListed),
        (True, Reason::FileNewer),
        (False, Reason::FileOlder),
        (False, Reason::ServicePackOutOfRange),
        (False, Reason::FixedInServicePack),
        (Error, Reason::RuleError),
        (Unknown, Reason::NotCollected),
        (NotEvaluated, Reason::UnsupportedRule),
        (NotApplicable, Reason::NoEvidence),
    ]
    .map(answer)
    .to_vec()
}

/// Every list of answers, each operand with a flag of its own, so that it shows which one was taken.
fn marked() -> impl Iterator<Item = Vec<Answer>> {
    lists(&answers(), 4).into_iter().filter(|list| !list.is_empty()).map(|mut list| {
        for (at, answer) in list.iter_mut().enumerate() {
            answer.flags = Flags::from_bits(1 << at);
        }
        list
    })
}

#[test]
fn and_and_or_combine_two_by_two_what_they_combine_at_once() {
    for list in marked() {
        for operator in [Operator::And, Operator::Or] {
            for (reasons, section) in [
                (Reasons::InOrder, Section::Installed),
                (Reasons::Strongest, Section::Installed),
                (Reasons::Ranked, Section::Installed),
                (Reasons::Ranked, Section::Applicable),
            ] {
                let whole = combine(operator, reasons, section, &list);
                let pair = |a, b| combine(operator, reasons, section, &[a, b]);
                assert_eq!(list.iter().copied().reduce(pair), Some(whole), "{operator:?} {list:?}");
                let backwards = list.iter().copied().rev().reduce(|b, a| pair(a, b));
                assert_eq!(backwards, Some(whole), "{operator:?} {list:?}");
            }
        }
    }
}

#[test]
fn a_combination_takes_its_reason_from_an_operand_of_its_truth() {
    for list in marked() {
        for operator in [Operator::And, Operator::Or, Operator::One, Operator::Xor] {
            let answer = combine(operator, Reasons::InOrder, Section::Installed, &list);
            let same: Vec<&Answer> = list.iter().filter(|one| one.truth == answer.truth).collect();
            let taken = same.iter().any(|one| one.reason == answer.reason);
            assert!(taken || same.is_empty(), "{operator:?} {list:?}");
        }
    }
}

#[test]
fn the_opposite_of_the_opposite_has_the_same_truth() {
    for answer in answers() {
        assert_eq!(negate(negate(answer)).truth, answer.truth);
        assert_eq!(negate(answer).truth, !answer.truth);
    }
}
