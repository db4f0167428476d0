//! Items of registry keys and their values, in the view and below the hive that an object names.

use super::super::Evaluation;
use super::super::collection::Collection;
use super::{Asked, Candidates, Group, Looked, Stated, behaviors, literal, made, named};
use crate::eval::known::State;
use crate::model::expr::Subject;
use crate::model::fact::{Kind, RegistryValue};
use crate::model::oval::characteristics::Value;
use crate::model::oval::entity::Entity;
use crate::model::oval::value::Datatype;
use crate::model::oval::words::Status;
use crate::model::path;
use crate::model::registry::{View, is_narrow, normal_key, number};

/// The key that the 32-bit view has in place of another, and that one.
const NARROW: (&str, &str) = (r"hklm\software\wow6432node", r"hklm\software");

impl Evaluation<'_> {
    /// The values of keys, or, where the name says that it has none, the keys themselves.
    pub(super) fn registry<'o>(&self, stated: &Stated<'_>, asked: &Asked<'o>) -> Looked<'o> {
        let hive = named(asked, "hive").and_then(any_case).ok_or_else(Collection::unsupported)?;
        let view = asked.view.unwrap_or(View::Native);
        let of_keys = named(asked, "name").is_some_and(|entity| entity.nil);
        if named(asked, "key").is_some_and(|entity| entity.nil) {
            return Err(Collection::unsupported());
        }
        let below = normal_key(hive, View::Native);
        let items = if of_keys {
            stated.group(Group::Keys(below.clone(), view), || self.add_keys(stated, hive, &below, view))
        } else {
            stated.group(Group::Values(below.clone(), view), || self.add_values(stated, hive, &below, view))
        };
        let whole = self.is_whole_registry(stated, asked, hive, view);
        let left = asked.entities.iter().filter(|entity| entity.name != "hive").collect();
        Ok(Candidates { items, left, whole })
    }

    /// Whether there is nothing but what is stated among what an object names.
    fn is_whole_registry(&self, stated: &Stated<'_>, asked: &Asked<'_>, hive: &str, view: View) -> bool {
        let view = if stated.wide { view } else { View::Native };
        let key = named(asked, "key").and_then(any_case);
        let key = key.map(|key| normal_key(&format!("{hive}\\{key}"), view));
        let subject = match (key, named(asked, "name")) {
            (Some(key), Some(name)) if name.nil => Some(Subject::RegistryKey(key)),
            (Some(key), Some(name)) => any_case(name).map(|name| {
                let mut folded = String::new();
                path::fold_text(name, &mut folded);
                Subject::RegistryValue { key, name: folded }
            }),
            _ => None,
        };
        let is_known = |subject| stated.known.state(&subject) != State::NotCollected;
        subject.map_or(stated.is_complete(Kind::Registry), is_known)
    }

    fn add_values(&self, stated: &Stated<'_>, hive: &str, below: &str, view: View) -> Vec<usize> {
        let values = stated.known.values.iter().filter_map(|((key, _), found)| {
            let rest = in_view(key, below, view, stated.wide)?;
            let value = found.record;
            let mut entities = place(hive, &as_written(&value.key, &rest), view);
            entities.push(made::text("name", &*value.name));
            entities.extend(data(value));
            Some(self.items.add_new(made::item("windows", "registry", entities)))
        });
        values.collect()
    }

    fn add_keys(&self, stated: &Stated<'_>, hive: &str, below: &str, view: View) -> Vec<usize> {
        let keys = stated.known.keys.keys().filter_map(|key| {
            let rest = in_view(key, below, view, stated.wide)?;
            Some(self.items.add_new(made::item("windows", "registry", place(hive, &rest, view))))
        });
        keys.collect()
    }
}

/// The text of an entity that is found in any case.
fn any_case(entity: &Entity) -> Option<&str> {
    use crate::model::oval::value::Operation::CaseInsensitiveEquals;
    match entity.operation {
        Some(CaseInsensitiveEquals) if entity.variable.is_none() && !entity.nil => Some(&entity.value),
        _ => literal(entity),
    }
}

/// Where a key stands below a hive, seen in a view; `None` where it is not seen there.
fn in_view(key: &str, hive: &str, view: View, wide: bool) -> Option<String> {
    let seen = match (view, is_narrow(key)) {
        // A system of 32 bits has one view, in which every key is stated too.
        (_, true) if !wide => return None,
        (View::Narrow, true) => key.replacen(NARROW.0, NARROW.1, 1),
        (View::Narrow, false) if wide && is_at_or_below(key, NARROW.1) => return None,
        _ => key.to_owned(),
    };
    is_at_or_below(&seen, hive).then(|| seen[hive.len()..].trim_start_matches('\\').to_owned())
}

fn is_at_or_below(key: &str, above: &str) -> bool {
    key.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
}

/// A key in the letters in which it was stated.
fn as_written(stated: &str, normal: &str) -> String {
    let count = normal.split('\\').count();
    let parts: Vec<&str> = stated.split(['\\', '/']).filter(|part| !part.is_empty()).collect();
    let written = parts[parts.len().saturating_sub(count)..].join("\\");
    if path::folds_to(&written, normal) { written } else { normal.to_owned() }
}

/// The entities that say where something stands.
fn place(hive: &str, key: &str, view: View) -> Vec<Value<'static>> {
    vec![
        made::text("hive", hive.to_ascii_uppercase()),
        made::text("key", key),
        made::of_status("last_write_time", Status::NotCollected),
        made::text("windows_view", behaviors::view_name(view)),
    ]
}

/// The entities of the data of a value.
fn data(value: &RegistryValue<'_>) -> Vec<Value<'static>> {
    let known = [
        ("sz", "reg_sz"),
        ("expand", "reg_expand_sz"),
        ("dword", "reg_dword"),
        ("qword", "reg_qword"),
        ("multi", "reg_multi_sz"),
        ("binary", "reg_binary"),
        ("none", "reg_none"),
    ];
    let kind = value.kind.as_deref();
    let word = known.into_iter().find(|(own, _)| kind == Some(*own)).map(|(_, word)| word);
    let mut entities = vec![made::maybe_text("type", word)];
    let text = value.data.as_deref();
    match (kind, text) {
        (Some("dword" | "qword"), Some(text)) => {
            entities.push(made::maybe("value", Datatype::Int, number(text).map(|number| number.to_string())));
        }
        (Some("binary"), Some(text)) => {
            entities.push(made::value("value", Datatype::Binary, text.to_ascii_lowercase()));
        }
        (Some("multi"), Some(text)) => {
            entities.extend(strings(text).into_iter().map(|one| made::text("value", one)));
        }
        (_, text) => entities.push(made::maybe_text("value", text)),
    }
    entities
}

/// The strings of a list, which stand with `\0` between them and backslashes doubled.
fn strings(text: &str) -> Vec<String> {
    let mut strings = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let next = characters.peek().copied();
        match (c, next) {
            ('\\', Some('0')) => strings.push(String::new()),
            ('\\', Some('\\')) => strings.iter_mut().last().into_iter().for_each(|one| one.push('\\')),
            (c, _) => {
                strings.iter_mut().last().into_iter().for_each(|one| one.push(c));
                continue;
            }
        }
        characters.next();
    }
    strings
}
