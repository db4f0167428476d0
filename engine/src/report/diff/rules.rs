//! The differences of two rules: what only one of them asks, in words.
//!
//! Where a part of a rule stands in its document is no difference.

use std::collections::BTreeMap;

use super::super::table::Value;
use crate::diagnostic::Position;
use crate::model::expr::{Expr, Subject};
use crate::model::options::Checksum;
use crate::model::update::{Collection, Item, ModuleStream, PackageRow, Rule};
use crate::model::words;

/// How many questions of one side are named.
const NAMED: usize = 20;

/// A rule without the places where its parts stand.
fn unplaced(rule: &Rule) -> Rule {
    let mut rule = rule.clone();
    match &mut rule {
        // A number of its file, which says nothing of what is asked.
        Rule::Definition(number) => *number = 0,
        Rule::None => {}
        Rule::Tests { installed, applicable } => {
            unplace(installed);
            unplace(applicable);
        }
        Rule::Items(items) => items.iter_mut().for_each(|item| {
            unplace(&mut item.installed);
            unplace(&mut item.applicable);
            item.superseded.iter_mut().for_each(unplace);
            item.imported.iter_mut().for_each(unplace);
        }),
        Rule::Packages { rows, .. } => rows.iter_mut().for_each(|row| row.position = Position::default()),
    }
    rule
}

fn unplace(expr: &mut Expr) {
    match expr {
        Expr::Constant(_) | Expr::Unread(..) => {}
        Expr::Test { position, .. } => *position = Position::default(),
        Expr::Combine { operands, .. } => operands.iter_mut().for_each(unplace),
        Expr::Not(operand) | Expr::Loop { body: operand, .. } => unplace(operand),
        Expr::Otherwise(first, second) => {
            unplace(first);
            unplace(second);
        }
    }
}

/// What differs of the rules that say which of an update's products a client has.
pub(super) fn presence(old: &[Expr], new: &[Expr]) -> Option<Part> {
    let unplaced = |rules: &[Expr]| -> Vec<Expr> {
        let mut rules = rules.to_vec();
        rules.iter_mut().for_each(unplace);
        rules
    };
    let (old, new) = (unplaced(old), unplaced(new));
    let words = |rules: &[Expr]| rules.iter().flat_map(asked).collect();
    (old != new).then(|| only("presence", words(&old), words(&new)))
}

/// A part of a rule that differs: its name, and what only each of the two asks there.
pub(super) type Part = (&'static str, Value<'static>, Value<'static>);

/// The parts of two rules that differ.
pub(super) fn changed(old: &Rule, new: &Rule) -> Vec<Part> {
    let (old, new) = (unplaced(old), unplaced(new));
    match (&old, &new) {
        (old, new) if old == new => Vec::new(),
        (
            Rule::Tests { installed, applicable },
            Rule::Tests { installed: new_installed, applicable: new_applicable },
        ) => {
            let parts = [("installed", installed, new_installed), ("applicable", applicable, new_applicable)];
            let differing = parts.into_iter().filter(|(_, old, new)| old != new);
            differing.map(|(name, old, new)| only(name, asked(old), asked(new))).collect()
        }
        (
            Rule::Packages { collections, rows },
            Rule::Packages { collections: new_collections, rows: new_rows },
        ) => {
            let words = |rows: &[PackageRow]| rows.iter().map(words::package_row).collect();
            let mut parts = Vec::new();
            if rows != new_rows {
                parts.push(only("rows", words(rows), words(new_rows)));
            }
            if collections != new_collections {
                parts.push(only("collections", gates(collections), gates(new_collections)));
            }
            parts
        }
        (Rule::Items(items), Rule::Items(new_items)) => {
            let words = |items: &[Item]| items.iter().flat_map(Item::rules).flat_map(asked).collect();
            vec![only("items", words(items), words(new_items))]
        }
        (old, new) => vec![("rule", Value::from(kind(old)), Value::from(kind(new)))],
    }
}

fn kind(rule: &Rule) -> &'static str {
    match rule {
        Rule::None => "none",
        Rule::Tests { .. } => "tests",
        Rule::Items(_) => "items",
        Rule::Packages { .. } => "packages",
        Rule::Definition(_) => "definition",
    }
}

/// What the leaves of a rule ask, in words.
pub(super) fn asked(expr: &Expr) -> Vec<String> {
    let mut asked = Vec::new();
    expr.leaves(&mut |subject, question, _| {
        let product = if let Subject::Product(name) = subject { name.as_str() } else { "" };
        asked.push(words::question(subject, question, product, Checksum::Strict));
    });
    asked
}

fn gates(collections: &[Collection]) -> Vec<String> {
    let gate = |collection: &Collection| {
        let module = |one: &ModuleStream| {
            [&*one.name, &one.stream, &one.context, &one.arch].join(":").trim_end_matches(':').to_owned()
        };
        let modules: Vec<_> = collection.modules.iter().map(module).collect();
        format!("{} ({})", collection.name, modules.join(", "))
    };
    collections.iter().map(gate).collect()
}

/// What only one of two lists has; where both ask the same in another form, how much they ask.
pub(super) fn only(name: &'static str, before: Vec<String>, after: Vec<String>) -> Part {
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
    (name, side(-1, sizes[0]), side(1, sizes[1]))
}
