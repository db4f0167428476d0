//! Compares two rules: what only one of them asks, in words.

use std::collections::BTreeMap;

use super::{Rows, Sides};
use crate::diagnostic::Position;
use crate::model::expr::{Expr, Subject};
use crate::model::options::Checksum;
use crate::model::update::{Collection, Rule};
use crate::model::words;
use crate::report::table::Value;

/// How many questions of one side are named.
const NAMED: usize = 20;

/// Forgets where the parts of a rule stand.
pub(super) fn clear_positions(rule: &mut Rule) {
    match rule {
        Rule::None => {}
        Rule::Tests { installed, applicable } => {
            clear(installed);
            clear(applicable);
        }
        Rule::Packages { rows, .. } => rows.iter_mut().for_each(|row| row.position = Position::default()),
    }
}

fn clear(expr: &mut Expr) {
    match expr {
        Expr::Constant(_) => {}
        Expr::Test { position, .. } => *position = Position::default(),
        Expr::Combine { operands, .. } => operands.iter_mut().for_each(clear),
        Expr::Not(operand) => clear(operand),
        Expr::Otherwise(first, second) => {
            clear(first);
            clear(second);
        }
    }
}

/// Adds a row for each part of the rules that differs; both are without positions.
pub(super) fn compare(identity: &str, before: &Rule, after: &Rule, rows: &mut Rows<'static>) {
    let mut differ = |field: &'static str, before: Vec<String>, after: Vec<String>| {
        let (before, after) = only(before, after);
        rows.push("update", identity, field, Sides::both(before, after));
    };
    match (before, after) {
        (before, after) if before == after => {}
        (
            Rule::Tests { installed, applicable },
            Rule::Tests { installed: later_installed, applicable: later_applicable },
        ) => {
            if installed != later_installed {
                differ("installed", asked(installed), asked(later_installed));
            }
            if applicable != later_applicable {
                differ("applicable", asked(applicable), asked(later_applicable));
            }
        }
        (
            Rule::Packages { collections, rows },
            Rule::Packages { collections: later_collections, rows: later_rows },
        ) => {
            if rows != later_rows {
                let words = |rows: &[_]| rows.iter().map(words::package_row).collect();
                differ("rows", words(rows), words(later_rows));
            }
            if collections != later_collections {
                differ("collections", gates(collections), gates(later_collections));
            }
        }
        (before, after) => {
            let kinds = Sides::both(Value::from(kind(before)), Value::from(kind(after)));
            rows.push("update", identity, "rule", kinds);
        }
    }
}

fn kind(rule: &Rule) -> &'static str {
    match rule {
        Rule::None => "none",
        Rule::Tests { .. } => "tests",
        Rule::Packages { .. } => "packages",
    }
}

/// What the leaves of a rule ask, in words.
fn asked(expr: &Expr) -> Vec<String> {
    let mut asked = Vec::new();
    expr.leaves(&mut |subject, question, _| {
        let product = if let Subject::Product(name) = subject { name.as_str() } else { "" };
        asked.push(words::question(subject, question, product, Checksum::Strict));
    });
    asked
}

fn gates(collections: &[Collection]) -> Vec<String> {
    let gate = |collection: &Collection| {
        let module = |one: &crate::model::update::ModuleStream| {
            [&*one.name, &one.stream, &one.context, &one.arch].join(":").trim_end_matches(':').to_owned()
        };
        let modules: Vec<_> = collection.modules.iter().map(module).collect();
        format!("{} ({})", collection.name, modules.join(", "))
    };
    collections.iter().map(gate).collect()
}

/// What only one of two lists has; where both ask the same in another form, how much they ask.
fn only(before: Vec<String>, after: Vec<String>) -> (Value<'static>, Value<'static>) {
    let sizes = [before.len(), after.len()];
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    before.into_iter().for_each(|words| *counts.entry(words).or_default() -= 1);
    after.into_iter().for_each(|words| *counts.entry(words).or_default() += 1);
    let side = |sign: i64, size: usize| {
        let only: Vec<_> =
            counts.iter().filter(|(_, count)| *count * sign > 0).map(|(words, _)| words).collect();
        if counts.values().all(|count| *count == 0) {
            return Value::from(format!("{size} questions in another form"));
        }
        let mut named: Vec<_> = only.iter().take(NAMED).map(|words| (*words).clone().into()).collect();
        if only.len() > NAMED {
            named.push(format!("{} more", only.len() - NAMED).into());
        }
        Value::List(named)
    };
    (side(-1, sizes[0]), side(1, sizes[1]))
}
