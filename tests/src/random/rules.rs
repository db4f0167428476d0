//! Rules, and the tables that detect products.
//!
//! Real rules have the shape that MSSecure's have, wild ones any shape at all, also ones that no reader
//! makes: questions that do not fit their subjects, flags on constants, every operator.

use patchstate::diagnostic::Position;
use patchstate::model::expr::{
    Comparison, Data, Expr, Operand, Operator, Presence, Question, Reasons, Subject,
};
use patchstate::model::fact::PackageKind;
use patchstate::model::flag::Flags;
use patchstate::model::product::{Detection, Level, folded};
use patchstate::model::reason::Reason;
use patchstate::model::truth::Truth;
use patchstate::model::update::Rule;
use patchstate::model::verdict::Answer;

use super::Choices;
use super::words::*;

/// Draws a place in a document.
pub fn position(choices: &mut Choices<'_>) -> Position {
    let line = choices.below(200) as u32;
    Position { offset: u64::from(line) * 40, line, column: line % 7 }
}

/// Which rules are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Those that readers make.
    #[default]
    Real,
    /// Any.
    Wild,
}

/// Draws the rules of an update.
pub fn tests(choices: &mut Choices<'_>, shape: Shape) -> Rule {
    if shape == Shape::Wild && choices.odds(1, 4) {
        return Rule::Items(super::windows::items(choices));
    }
    if shape == Shape::Wild && choices.odds(3, 4) {
        let installed = wild(choices, 3);
        let applicable = if choices.odds(1, 4) { half_settled(choices) } else { wild(choices, 3) };
        return Rule::Tests { installed, applicable };
    }
    let applicable = applicability(choices);
    let installed = Expr::all(vec![applicable.clone(), evidence(choices)]);
    Rule::Tests { installed, applicable }
}

/// Products and service packs that an update is for, as MSSecure has them.
fn applicability(choices: &mut Choices<'_>) -> Expr {
    let count = 1 + choices.below(3);
    let operands = (0..count).map(|_| {
        if choices.odds(1, 16) {
            return Expr::Constant(Answer::UNSUPPORTED);
        }
        Expr::test(product(choices), level(choices), position(choices))
    });
    let operands = operands.collect();
    Expr::Combine { operator: Operator::Or, reasons: Reasons::Strongest, operands }
}

/// Registry and file items, and a hotfix where none of them decides, as MSSecure has them.
fn evidence(choices: &mut Choices<'_>) -> Expr {
    let mut items = choices.list(2, |choices| {
        Expr::test(registry_value(choices), Question::Data(data(choices)), position(choices))
    });
    items.extend(choices.list(3, |choices| {
        if choices.odds(1, 8) {
            return Expr::Constant(Answer::new(Truth::NotApplicable, Reason::UnsupportedRule));
        }
        Expr::test(file(choices), file_evidence(choices), position(choices))
    }));
    let mut fallback = Expr::Constant(Answer::new(Truth::Unknown, Reason::NoEvidence));
    if choices.odds(1, 2) {
        let hotfix = Expr::test(hotfix(choices), Question::Exists, position(choices));
        fallback = Expr::any(vec![fallback, hotfix]);
    }
    if items.is_empty() {
        return fallback;
    }
    Expr::Otherwise(Box::new(Expr::all(items)), Box::new(fallback))
}

/// A leaf beside a constant: settled by one of them in some states of the leaf, by the other in others.
fn half_settled(choices: &mut Choices<'_>) -> Expr {
    let operands = vec![leaf(choices), Expr::Constant(constant(choices))];
    if choices.odds(3, 4) { Expr::all(operands) } else { Expr::any(operands) }
}

/// Any rule, at most `depth` levels above its leaves.
pub fn wild(choices: &mut Choices<'_>, depth: usize) -> Expr {
    if depth > 0 && choices.odds(1, 12) {
        return super::windows::go_through(choices, depth);
    }
    let kinds = if depth == 0 { 5 } else { 12 };
    match choices.below(kinds) {
        0..=3 => leaf(choices),
        4 => Expr::Constant(constant(choices)),
        5 | 6 => Expr::Not(Box::new(wild(choices, depth - 1))),
        7 => {
            let first = wild(choices, depth - 1);
            Expr::Otherwise(Box::new(first), Box::new(wild(choices, depth - 1)))
        }
        _ => Expr::Combine {
            operator: choices.one(&[
                Operator::And,
                Operator::And,
                Operator::Or,
                Operator::Or,
                Operator::One,
                Operator::Xor,
                Operator::Evidence,
                Operator::Evidence,
            ]),
            reasons: choices.one(&[Reasons::InOrder, Reasons::Strongest, Reasons::Ranked]),
            operands: choices.list(6, |choices| wild(choices, depth - 1)),
        },
    }
}

fn leaf(choices: &mut Choices<'_>) -> Expr {
    if choices.odds(1, 3) {
        return super::windows::leaf(choices);
    }
    let subject = subject(choices);
    let question = if choices.odds(1, 6) { question(choices) } else { question_of(&subject, choices) };
    Expr::test(subject, question, position(choices))
}

/// A question that readers ask of a subject.
fn question_of(subject: &Subject, choices: &mut Choices<'_>) -> Question {
    match (subject, choices.below(4)) {
        (Subject::Product(_), _) => level(choices),
        (_, 0) => Question::Exists,
        (Subject::File(_), 1) => Question::Compare(comparison(choices), version_operand(choices)),
        (Subject::File(_), _) => file_evidence(choices),
        (Subject::RegistryValue { .. }, 1 | 2) => Question::Data(data(choices)),
        (Subject::Os(_) | Subject::RegistryValue { .. } | Subject::Msi(_), _) => {
            Question::Compare(comparison(choices), operand(choices))
        }
        _ => Question::Exists,
    }
}

fn constant(choices: &mut Choices<'_>) -> Answer {
    let truth = choices.often(2, &Truth::ALL);
    let reason = match truth {
        Truth::True => choices.one(&[Reason::RuleTrue, Reason::FileNewer, Reason::BuildCurrent]),
        Truth::False => choices.one(&[
            Reason::RuleFalse,
            Reason::FixedInServicePack,
            Reason::ServicePackOutOfRange,
            Reason::ProductAbsent,
        ]),
        Truth::Error => Reason::RuleError,
        _ => choices.one(&[Reason::NoEvidence, Reason::UnsupportedRule]),
    };
    let flags = choices.one(&[Flags::NONE, Flags::NONE, Flags::BUILD_CONFLICT, Flags::REBOOT_PENDING]);
    Answer { truth, reason, flags }
}

fn subject(choices: &mut Choices<'_>) -> Subject {
    match choices.below(12) {
        0..=2 => file(choices),
        3 | 4 => registry_value(choices),
        5 => Subject::RegistryKey(choices.often(2, &KEYS).to_owned()),
        6 | 7 => product(choices),
        8 => hotfix(choices),
        9 => Subject::Os(choices.one(&OS_FIELDS)),
        10 => Subject::Msi(choices.one(&CODES).to_owned()),
        _ if choices.odds(1, 2) => Subject::Module(choices.one(&MODULES).to_owned()),
        _ => Subject::Package(
            choices.one(&[PackageKind::Rpm, PackageKind::Deb]),
            choices.often(2, &PACKAGES).to_owned(),
        ),
    }
}

fn file(choices: &mut Choices<'_>) -> Subject {
    Subject::File(choices.often(3, &FILES).to_owned())
}

fn registry_value(choices: &mut Choices<'_>) -> Subject {
    Subject::RegistryValue {
        key: choices.often(2, &KEYS).to_owned(),
        name: choices.often(1, &VALUES).to_owned(),
    }
}

fn product(choices: &mut Choices<'_>) -> Subject {
    Subject::Product(folded(choices.often(2, &PRODUCTS)))
}

fn hotfix(choices: &mut Choices<'_>) -> Subject {
    Subject::Hotfix(choices.often(2, &HOTFIXES).0)
}

/// Any question, whatever its subject; only of files is a version kept.
fn question(choices: &mut Choices<'_>) -> Question {
    match choices.below(5) {
        0 => Question::Exists,
        1 => Question::Compare(comparison(choices), operand(choices)),
        2 => Question::Data(data(choices)),
        3 => Question::FileEvidence { presence: Presence::Removed, version: None, checksum: Some(1) },
        _ => level(choices),
    }
}

fn comparison(choices: &mut Choices<'_>) -> Comparison {
    choices.one(&Comparison::ALL).0
}

fn version_operand(choices: &mut Choices<'_>) -> Operand {
    Operand::Version(choices.often(3, &VERSIONS))
}

fn operand(choices: &mut Choices<'_>) -> Operand {
    match choices.below(3) {
        0 => version_operand(choices),
        1 => Operand::Number(choices.one(&[1, 0, 2, 2195, u64::MAX])),
        _ => Operand::Text(choices.one(&TEXTS).to_owned()),
    }
}

fn data(choices: &mut Choices<'_>) -> Data {
    match choices.below(4) {
        0 => Data::Any,
        1 => Data::Number(choices.one(&[1, 2, u64::MAX])),
        2 => Data::Text(choices.one(&TEXTS).to_owned()),
        _ => Data::AtLeast(choices.often(3, &VERSIONS)),
    }
}

fn file_evidence(choices: &mut Choices<'_>) -> Question {
    Question::FileEvidence {
        presence: choices.one(&[
            Presence::Required,
            Presence::Required,
            Presence::Optional,
            Presence::Removed,
        ]),
        version: if choices.odds(1, 4) { None } else { Some(choices.often(2, &VERSIONS)) },
        checksum: choices.maybe(|choices| choices.often(2, &[1, 2, u64::MAX])),
    }
}

fn level(choices: &mut Choices<'_>) -> Question {
    Question::Level {
        affected: choices.list(3, |choices| choices.often(3, &LEVELS).to_owned()),
        fixed: choices.maybe(|choices| choices.often(3, &LEVELS).to_owned()),
    }
}

/// Draws how products are detected.
pub fn detections(choices: &mut Choices<'_>) -> Vec<Detection> {
    choices.list(4, |choices| Detection {
        name: choices.often(2, &PRODUCTS_STATED).to_owned(),
        when: wild(choices, 1),
        levels: choices.list(2, |choices| Level {
            names: choices.list(2, |choices| choices.often(3, &LEVELS).to_owned()),
            test: choices.maybe(|choices| wild(choices, 1)),
        }),
        inherit: choices.list(2, |choices| choices.often(2, &PRODUCTS).to_owned()),
        position: position(choices),
        table: String::new(),
    })
}
