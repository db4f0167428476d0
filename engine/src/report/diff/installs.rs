//! The differences of how an update is installed: of each part what changed, in words.

use std::borrow::Cow;

use super::super::table::Value;
use super::rules::Part;
use crate::model::install::{File, Install};

/// How many words of one side are named.
const NAMED: usize = 20;

/// A part of how an update is installed: its name, and the words for it.
type Described = (&'static str, fn(&Install) -> Vec<String>);

/// The parts of how an update is installed.
const PARTS: [Described; 6] = [
    ("installer", installer),
    ("command line", command),
    ("return codes", codes),
    ("behavior", behavior),
    ("files", files),
    ("installer data", data),
];

/// The parts that differ, with what only one of the two says.
pub(super) fn changed(old: &[Install], new: &[Install]) -> Vec<Part> {
    if old == new {
        return Vec::new();
    }
    let part = |(name, words): &Described| {
        let all = |installs: &[Install]| installs.iter().map(words).collect::<Vec<_>>();
        let (old, new) = (all(old), all(new));
        (old != new).then(|| (*name, side(&old, &new), side(&new, &old)))
    };
    PARTS.iter().filter_map(part).collect()
}

/// What only one side says, install by install; all of it where both say the same in another order.
fn side(own: &[Vec<String>], other: &[Vec<String>]) -> Value<'static> {
    let words = |(at, words): (usize, &Vec<String>)| {
        let others = other.get(at).map_or(&[][..], Vec::as_slice);
        let is_reordered = words != others
            && words.iter().all(|word| others.contains(word))
            && others.iter().all(|word| words.contains(word));
        let only = words.iter().filter(|word| is_reordered || !others.contains(word));
        only.cloned().map(Cow::Owned).collect::<Vec<Cow<'static, str>>>()
    };
    let mut named: Vec<_> = own.iter().enumerate().flat_map(words).collect();
    let more = named.len().saturating_sub(NAMED);
    named.truncate(NAMED);
    named.extend((more > 0).then(|| format!("{more} more").into()));
    Value::List(named)
}

/// Words for texts that are there.
fn said<'t>(texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> Vec<String> {
    let there = texts.into_iter().filter(|(_, text)| !text.is_empty());
    there.map(|(name, text)| format!("{name} {text}")).collect()
}

fn installer(install: &Install) -> Vec<String> {
    said([("variant", install.variant.as_str()), ("handler", &install.handler)])
}

fn command(install: &Install) -> Vec<String> {
    said([("program", install.program.as_str()), ("arguments", &install.arguments)])
}

fn codes(install: &Install) -> Vec<String> {
    let restart = |reboots: bool| if reboots { " with a restart" } else { "" };
    let code = |code: &crate::model::install::ReturnCode| {
        let description = if code.description.is_empty() { "" } else { ": " };
        let restart = restart(code.reboots);
        format!("{} {}{restart}{description}{}", code.code, code.result, code.description)
    };
    let other = format!("others {}{}", install.result, restart(install.behavior.reboots_otherwise));
    let is_said = !install.result.is_empty() || install.behavior.reboots_otherwise;
    install.codes.iter().map(code).chain(is_said.then_some(other)).collect()
}

fn behavior(install: &Install) -> Vec<String> {
    let behavior = &install.behavior;
    let marks = [
        (behavior.asks, "may ask a person"),
        (behavior.needs_network, "needs a network"),
        (behavior.uninstalls, "can be uninstalled"),
    ];
    let words = [format!("restart {}", behavior.reboot.name()), format!("impact {}", behavior.impact.name())];
    words
        .into_iter()
        .chain(marks.into_iter().filter(|(set, _)| *set).map(|(_, word)| word.to_owned()))
        .collect()
}

fn files(install: &Install) -> Vec<String> {
    let file = |file: &File| {
        let digests = file.digests.iter().map(|(algorithm, text)| (algorithm.as_str(), text.as_str()));
        let texts = [
            ("", file.name.as_str()),
            ("from", &file.address),
            ("bytes", &file.size),
            ("changed", &file.modified),
        ];
        said(texts.into_iter().chain(digests)).join(" ").trim_start().to_owned()
    };
    install.files.iter().map(file).collect()
}

fn data(install: &Install) -> Vec<String> {
    install.attributes.iter().map(|(name, text)| format!("{name} {text}").trim_end().to_owned()).collect()
}
