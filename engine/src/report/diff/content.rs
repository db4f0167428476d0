//! The differences of what indexes hold beside updates: products, how they are detected, default
//! streams of modules, and what sources say of themselves.
//!
//! All of it can change answers without any update changing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::super::table::Value;
use super::rules;
use crate::diagnostic::Position;
use crate::index::View;
use crate::index::columns::Column as _;
use crate::model::options::Profile;
use crate::model::product::Detection;
use crate::model::update::{Product, Source};

/// A difference: the kind of thing, its name and what of it differs, what it was and what it is.
pub(super) type Difference = (&'static str, String, Value<'static>, Value<'static>);

/// All differences beside updates.
pub(super) fn changed(a: View<'_>, b: View<'_>) -> Vec<Difference> {
    let mut found = products(a, b);
    found.extend(detections(a, b));
    found.extend(module_defaults(a, b));
    found.extend(patches(a, b));
    found.extend(sources(a, b));
    found
}

/// The entries of two maps whose values differ, with both values.
fn differing<'m, K: Ord, V: PartialEq>(
    a: &'m BTreeMap<K, V>,
    b: &'m BTreeMap<K, V>,
) -> impl Iterator<Item = (&'m K, Option<&'m V>, Option<&'m V>)> {
    let keys: BTreeSet<&K> = a.keys().chain(b.keys()).collect();
    keys.into_iter().map(|key| (key, a.get(key), b.get(key))).filter(|(_, old, new)| old != new)
}

/// Something that only one side has, or that is another thing in both.
fn sides<T>(
    kind: &'static str,
    name: String,
    old: Option<T>,
    new: Option<T>,
    value: impl Fn(T) -> Value<'static>,
) -> Difference {
    let side = |one: Option<T>| one.map_or(Value::Empty, &value);
    (kind, name, side(old), side(new))
}

fn list(items: &[String]) -> Value<'static> {
    Value::List(items.iter().map(|item| Cow::Owned(item.clone())).collect())
}

/// Compares the products that catalogs speak of, by folded name.
fn products(a: View<'_>, b: View<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    let products = |view: View<'_>| -> BTreeMap<String, Product> {
        let key = |at| view.text(view.columns.product_key.at(at)).to_owned();
        (0..view.columns.product_key.len()).map(|at| (key(at), view.product(at))).collect()
    };
    let (before, after) = (products(a), products(b));
    for (key, before, after) in differing(&before, &after) {
        let name = after.or(before).map_or(key.as_str(), |product| product.name.as_str());
        let (Some(before), Some(after)) = (before, after) else {
            let levels = |product: &Product| list(&product.levels);
            found.push(sides("product", name.to_owned(), before, after, levels));
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
                found.push(("product", format!("{name}: {field}"), before, after));
            }
        }
    }
    found
}

/// Compares the rows of detection tables: the first of a name with the first, and so on.
fn detections(a: View<'_>, b: View<'_>) -> Vec<Difference> {
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
    let difference = |((name, number), old, new): (&(String, usize), Option<&_>, Option<&_>)| {
        let number = if *number == 0 { String::new() } else { format!(": row {}", number + 1) };
        let words = |row: Option<&Detection>| row.map(rule_words).unwrap_or_default();
        let (_, before, after) = rules::only("", words(old), words(new));
        ("detection", format!("{name}{number}"), before, after)
    };
    differing(&before, &after).map(difference).collect()
}

/// What a row of a detection table asks, and what follows.
fn rule_words(row: &Detection) -> Vec<String> {
    let mut words: Vec<_> =
        rules::asked(&row.when).into_iter().map(|asked| format!("there where {asked}")).collect();
    for level in &row.levels {
        let names = level.names.join(" or ");
        match &level.test {
            None => words.push(format!("at {names}")),
            Some(test) => {
                words.extend(rules::asked(test).into_iter().map(|asked| format!("at {names} where {asked}")));
            }
        }
    }
    words.extend(row.inherit.iter().map(|product| format!("at the service pack of {product}")));
    words
}

/// Compares the default streams of modules.
fn module_defaults(a: View<'_>, b: View<'_>) -> Vec<Difference> {
    let defaults = |view: View<'_>| -> BTreeSet<(String, String)> {
        let columns = view.columns;
        let text = |number| view.text(number).to_owned();
        let default = |at| (text(columns.default_module.at(at)), text(columns.default_stream.at(at)));
        (0..columns.default_module.len()).map(default).collect()
    };
    let (before, after) = (defaults(a), defaults(b));
    let difference = |default: &(String, String)| {
        let (module, stream) = default;
        let there = before.contains(default).then_some(stream);
        let here = after.contains(default).then_some(stream);
        sides("module default", module.clone(), there, here, |stream| Value::from(stream.clone()))
    };
    before.symmetric_difference(&after).map(difference).collect()
}

/// Compares what is known of patches of Windows Installer.
fn patches(a: View<'_>, b: View<'_>) -> Vec<Difference> {
    let known = |view: View<'_>| -> BTreeSet<(String, String)> {
        view.patches().map(|patch| (patch.code.clone(), patch.to_text())).collect()
    };
    let (before, after) = (known(a), known(b));
    let difference = |patch: &(String, String)| {
        let (code, text) = patch;
        let there = before.contains(patch).then_some(text);
        let here = after.contains(patch).then_some(text);
        sides("patch metadata", code.clone(), there, here, |text| Value::from(text.clone()))
    };
    before.symmetric_difference(&after).map(difference).collect()
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
fn sources(a: View<'_>, b: View<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    let said_in = |view: View<'_>| {
        let mut feeds: BTreeMap<String, Vec<Said>> = BTreeMap::new();
        for at in 0..view.sources() {
            let source = view.source(at);
            feeds.entry(source.feed.clone()).or_default().push(said(&source));
        }
        feeds.values_mut().for_each(|list| list.sort_unstable());
        feeds
    };
    let (before, after) = (said_in(a), said_in(b));
    for (feed, before, after) in differing(&before, &after) {
        if let (Some([before]), Some([after])) = (before.map(Vec::as_slice), after.map(Vec::as_slice)) {
            let fields = before.iter().zip(after).filter(|(before, after)| before != after);
            for ((name, before), (_, after)) in fields {
                let (before, after) = (Value::from(before.clone()), Value::from(after.clone()));
                found.push(("source", format!("{feed}: {name}"), before, after));
            }
            continue;
        }
        let described = |list: &Vec<Said>| {
            let words =
                |said: &Said| said.each_ref().map(|(_, text)| text.as_str()).join(" ").trim().to_owned();
            Value::List(list.iter().map(|said| Cow::Owned(words(said))).collect())
        };
        found.push(sides("source", feed.clone(), before, after, described));
    }
    found
}
