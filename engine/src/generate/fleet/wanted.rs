//! What must hold of a client so that a rule does: one way through it.

use crate::generate::random::Random;
use crate::model::expr::{Expr, LoopOf, Operator, Question, Subject};
use crate::model::patches::Patches;
use crate::model::system::System;
use crate::model::truth::Truth;

/// A leaf, and whether it is to hold.
pub(super) type Wanted = (Subject, Question, bool);

/// Collects what must hold so that an expression does, or does not; of several ways one that the system,
/// where it is known, allows.
pub(super) fn collect(
    expr: &Expr,
    holds: bool,
    system: Option<&System>,
    random: &mut Random,
    wanted: &mut Vec<Wanted>,
) {
    match expr {
        Expr::Loop { key, of, body } => {
            let at_one = body.at_sub_key(&format!("{key}\\one"));
            collect(&at_one, (*of == LoopOf::None) != holds, system, random, wanted);
        }
        Expr::Constant(_) | Expr::Unread(..) => {}
        Expr::Test { subject, question, .. } => wanted.push((subject.clone(), question.clone(), holds)),
        Expr::Not(operand) => collect(operand, !holds, system, random, wanted),
        Expr::Otherwise(first, _) => collect(first, holds, system, random, wanted),
        Expr::Combine { operator, operands, .. } if (*operator == Operator::And) == holds => {
            operands.iter().for_each(|operand| collect(operand, holds, system, random, wanted));
        }
        Expr::Combine { operands, .. } => {
            let is_possible = |operand: &&Expr| decided(operand, system) != Some(!holds);
            let possible: Vec<&Expr> = operands.iter().filter(is_possible).collect();
            let one = random.pick(&possible).copied().or_else(|| random.pick(operands));
            if let Some(one) = one {
                collect(one, holds, system, random, wanted);
            }
        }
    }
}

/// Whether an expression holds by the system alone.
pub(super) fn decided(expr: &Expr, system: Option<&System>) -> Option<bool> {
    match expr {
        Expr::Test { subject: Subject::System, question: Question::Applicability(asked), .. } => {
            // Products and their patches are stated later.
            let system = system.filter(|_| asked.patch().is_none())?;
            match system.answer(asked, &Patches::default()).truth {
                Truth::True => Some(true),
                Truth::False => Some(false),
                _ => None,
            }
        }
        Expr::Not(operand) => decided(operand, system).map(|holds| !holds),
        Expr::Combine { operator: operator @ (Operator::And | Operator::Or), operands, .. } => {
            let ends = *operator == Operator::Or;
            let known: Vec<Option<bool>> = operands.iter().map(|operand| decided(operand, system)).collect();
            if known.contains(&Some(ends)) {
                return Some(ends);
            }
            (!known.contains(&None)).then_some(!ends)
        }
        _ => None,
    }
}
