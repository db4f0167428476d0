//! Compares two updates of one identity, field by field.

use std::borrow::Cow;

use super::rule;
use super::{Rows, Sides};
use crate::diagnostic::Position;
use crate::model::catalogs::Entry;
use crate::model::update::{ProductRow, Reference, Update};
use crate::report::diff::Outcome;
use crate::report::table::Value;

/// Compares two updates, wherever they stand, and adds a row per field that differs.
pub(super) fn compare(before: Entry, after: Entry, rows: &mut Rows<'static>) -> Outcome {
    let identity = after.identity;
    let (before, after) = (placeless(before.update), placeless(after.update));
    if before == after {
        return Outcome::Same;
    }
    let differing = fields(&before).into_iter().zip(fields(&after)).filter(|(a, b)| a != b);
    for ((name, before), (_, after)) in differing {
        rows.push("update", &identity, name, Sides::both(before, after));
    }
    rule::compare(&identity, &before.rule, &after.rule, rows);
    Outcome::Different
}

/// An update without its places in its document; its edges are compared apart.
fn placeless(mut update: Update) -> Update {
    update.position = Position::default();
    update.replacements.clear();
    rule::clear_positions(&mut update.rule);
    update
}

/// The fields of an update but its rule.
fn fields(update: &Update) -> Vec<(&'static str, Value<'static>)> {
    let text = |text: &str| Value::from(text.to_owned());
    let list = |items: Vec<String>| Value::List(items.into_iter().map(Cow::Owned).collect());
    let reference =
        |one: &Reference| [&*one.kind, &one.id, &one.title, &one.address].join(" ").trim().to_owned();
    let product = |row: &ProductRow| format!("{} ({})", row.product, row.levels.join(", "));
    vec![
        ("bulletin", text(&update.bulletin)),
        ("title", text(&update.title)),
        ("summary", text(&update.summary)),
        ("description", text(&update.description)),
        ("type", text(&update.kind)),
        ("severity", update.urgency.map_or(Value::Empty, |urgency| Value::from(urgency.name()))),
        ("articles", list(update.articles.iter().map(u32::to_string).collect())),
        ("references", list(update.references.iter().map(reference).collect())),
        ("posted", text(&update.posted)),
        ("revised", text(&update.revised)),
        ("reboot", Value::from(update.reboot.name())),
        ("payload", text(&update.payload)),
        ("information", text(&update.information)),
        ("products", list(update.products.iter().map(product).collect())),
        ("flags", Value::from(update.flags)),
        ("retracted", Value::from(if update.retracted { "yes" } else { "no" })),
        ("extra", list(update.extra.iter().map(|(name, text)| format!("{name}={text}")).collect())),
    ]
}
