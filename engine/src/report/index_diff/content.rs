//! Compares what indexes hold beside updates: products, their detection, module defaults, sources,
//! diagnostics.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{Rows, Sides, differing};
use crate::diagnostic::Position;
use crate::index::View;
use crate::index::columns::Column as _;
use crate::model::options::Profile;
use crate::model::product::Detection;
use crate::model::update::{Product, Source};
use crate::report::table::Value;

fn list(items: &[String]) -> Value<'static> {
    Value::List(items.iter().map(|item| Cow::Owned(item.clone())).collect())
}

/// Compares the products that catalogs speak of, by folded name.
pub(super) fn products(a: View<'_>, b: View<'_>, rows: &mut Rows<'static>) {
    let products = |view: View<'_>| -> BTreeMap<String, Product> {
        let key = |at| view.text(view.columns.product_key.at(at)).to_owned();
        (0..view.columns.product_key.len()).map(|at| (key(at), view.product(at))).collect()
    };
    let (before, after) = (products(a), products(b));
    for (key, before, after) in differing(&before, &after) {
        let name = after.or(before).map_or(key.as_str(), |product| product.name.as_str());
        let (Some(before), Some(after)) = (before, after) else {
            let levels = |product: &Product| list(&product.levels);
            rows.push("product", name, "", Sides::of(before, after, levels));
            continue;
        };
        let text = |text: Option<&str>| Value::from(text.unwrap_or("").to_owned());
        for (field, before, after) in [
            ("name", Value::from(before.name.clone()), Value::from(after.name.clone())),
            ("available", list(&before.available), list(&after.available)),
            ("levels", list(&before.levels), list(&after.levels)),
            ("current", text(before.current.as_deref()), text(after.current.as_deref())),
        ] {
            if before != after {
                rows.push("product", name, field, Sides::both(before, after));
            }
        }
    }
}

/// Compares the rows of detection tables: the first of a name with the first, and so on.
pub(super) fn detections(a: View<'_>, b: View<'_>, rows: &mut Rows<'static>) {
    let detections = |view: View<'_>| {
        let mut places: BTreeMap<(String, usize), Detection> = BTreeMap::new();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for at in 0..view.columns.detection_name.len() {
            let row = Detection { position: Position::default(), ..view.detection(at) };
            let number = seen.entry(row.name.clone()).or_default();
            places.insert((row.name.clone(), *number), row);
            *number += 1;
        }
        places
    };
    let (before, after) = (detections(a), detections(b));
    for ((name, number), before, after) in differing(&before, &after) {
        let levels = |row: &Detection| {
            let names = row.levels.iter().map(|level| Cow::Owned(level.names.join(" or ")));
            Value::List(names.collect())
        };
        let field = if *number == 0 { String::new() } else { format!("row {}", number + 1) };
        rows.push("detection", name, field, Sides::of(before, after, levels));
    }
}

/// Compares the default streams of modules.
pub(super) fn module_defaults(a: View<'_>, b: View<'_>, rows: &mut Rows<'static>) {
    let defaults = |view: View<'_>| -> BTreeSet<(String, String)> {
        let columns = view.columns;
        let text = |number| view.text(number).to_owned();
        let default = |at| (text(columns.default_module.at(at)), text(columns.default_stream.at(at)));
        (0..columns.default_module.len()).map(default).collect()
    };
    let (before, after) = (defaults(a), defaults(b));
    for default @ (module, stream) in before.symmetric_difference(&after) {
        let there = before.contains(default).then_some(stream);
        let here = after.contains(default).then_some(stream);
        rows.push("module-default", module, "", Sides::of(there, here, |stream| Value::from(stream.clone())));
    }
}

/// What a source says of itself that an answer could need or a person asks for.
type Said = [(&'static str, String); 4];

fn said(source: &Source) -> Said {
    [
        ("format", source.format.clone()),
        ("revision", source.revision.clone()),
        ("language", source.language.clone()),
        ("profile", source.profile.map_or("", Profile::name).to_owned()),
    ]
}

/// Compares sources by feed; a feed of several sources as a set.
pub(super) fn sources(a: View<'_>, b: View<'_>, rows: &mut Rows<'static>) {
    let sources = |view: View<'_>| {
        let mut feeds: BTreeMap<String, Vec<Said>> = BTreeMap::new();
        for at in 0..view.sources() {
            let source = view.source(at).source;
            feeds.entry(source.feed.clone()).or_default().push(said(&source));
        }
        feeds.values_mut().for_each(|list| list.sort_unstable());
        feeds
    };
    let (before, after) = (sources(a), sources(b));
    for (feed, before, after) in differing(&before, &after) {
        if let (Some([before]), Some([after])) = (before.map(Vec::as_slice), after.map(Vec::as_slice)) {
            let fields = before.iter().zip(after).filter(|(before, after)| before != after);
            for ((name, before), (_, after)) in fields {
                let sides = Sides::both(Value::from(before.clone()), Value::from(after.clone()));
                rows.push("source", feed, *name, sides);
            }
            continue;
        }
        let described = |list: &Vec<Said>| {
            let words =
                |said: &Said| said.each_ref().map(|(_, text)| text.as_str()).join(" ").trim().to_owned();
            Value::List(list.iter().map(|said| Cow::Owned(words(said))).collect())
        };
        rows.push("source", feed, "", Sides::of(before, after, described));
    }
}

/// Compares how often each diagnostic was raised, per feed.
pub(super) fn diagnostics(a: View<'_>, b: View<'_>, rows: &mut Rows<'static>) {
    let diagnostics = |view: View<'_>| {
        let mut counts: BTreeMap<(String, &'static str), u64> = BTreeMap::new();
        for at in 0..view.sources() {
            let entry = view.source(at);
            for (code, count) in entry.diagnostics.counts() {
                *counts.entry((entry.source.feed.clone(), code.name())).or_default() += count;
            }
        }
        counts
    };
    let (before, after) = (diagnostics(a), diagnostics(b));
    for ((feed, code), before, after) in differing(&before, &after) {
        rows.push("diagnostic", feed, *code, Sides::of(before, after, |count| Value::Count(*count)));
    }
}
