//! Files and registry entries about what rules compare them with, whole, in part or proved to be absent.

use super::places::Width;
use super::system::about;
use super::text;
use crate::generate::random::Random;
use crate::model::applicability::{Applicability, FileExists, RegSz, RegistryType, Relation};
use crate::model::expr::{Question, Subject};
use crate::model::fact::{Absent, Fact, File, FileVersion, Kind, RegistryKey, RegistryValue, Text};
use crate::model::instant::Instant;
use crate::version::dotted::Version;

/// Of 1,000 things that rules ask for: stated whole, stated in part, proved to be absent; of the rest
/// nothing is said.
const STATES: [u32; 3] = [780, 50, 60];

/// How much is stated of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stated {
    /// Everything that rules ask for.
    Whole,
    /// That it is there, and some of what rules ask for.
    Partly,
    /// That it is not there.
    Absent,
    /// Nothing.
    Not,
}

impl Stated {
    /// Draws one.
    pub(super) fn draw(random: &mut Random) -> Stated {
        let roll = random.below(1000) as u32;
        let [whole, partly, absent] = STATES;
        match roll {
            roll if roll < whole => Stated::Whole,
            roll if roll < whole + partly => Stated::Partly,
            roll if roll < whole + partly + absent => Stated::Absent,
            _ => Stated::Not,
        }
    }

    /// Keeps what is stated of a part.
    pub(super) fn part<T>(self, part: Option<T>, random: &mut Random) -> Option<T> {
        part.filter(|_| self == Stated::Whole || random.chance(400))
    }
}

/// The leaves of the rule language among questions.
pub(super) fn leaves(questions: &[Question]) -> impl Iterator<Item = &Applicability> {
    questions.iter().filter_map(|question| match question {
        Question::Applicability(asked) => Some(asked.as_ref()),
        _ => None,
    })
}

/// One of what questions compare with.
fn pick<T: Clone>(
    asked: &[Question],
    of: impl Fn(&Applicability) -> Option<T>,
    random: &mut Random,
) -> Option<T> {
    let compared: Vec<T> = leaves(asked).filter_map(of).collect();
    random.pick(&compared).cloned()
}

/// What is stated of a file, a registry value or a key; nothing of other subjects.
pub(super) fn fact(
    subject: &Subject,
    asked: &[Question],
    width: Width,
    random: &mut Random,
) -> Option<Fact<'static>> {
    let stated = Stated::draw(random);
    match (subject, stated) {
        (_, Stated::Not) => None,
        (Subject::File(path), Stated::Absent) => {
            Some(absent(Kind::File, width.path(path), Default::default()))
        }
        (Subject::File(path), _) => Some(Fact::File(file(width.path(path), asked, stated, random))),
        (Subject::RegistryValue { key, name }, Stated::Absent) => {
            let (key, view) = width.key(key);
            Some(absent(Kind::Registry, format!("{key}::{name}"), view))
        }
        (Subject::RegistryValue { key, name }, _) => {
            let (key, view) = width.key(key);
            let (kind, data) = content(asked, random);
            let [kind, data] = match (stated, random.below(2)) {
                (Stated::Partly, 0) => [None, None],
                (Stated::Partly, _) => [Some(kind), None],
                _ => [Some(kind), Some(data)],
            };
            let [key, name] = [text(key), text(name.clone())];
            Some(Fact::RegistryValue(RegistryValue {
                key,
                name,
                kind,
                data,
                view,
                ..RegistryValue::default()
            }))
        }
        (Subject::RegistryKey(key), Stated::Whole | Stated::Partly) => {
            let (key, view) = width.key(key);
            Some(Fact::RegistryKey(RegistryKey { key: text(key), view, ..RegistryKey::default() }))
        }
        _ => None,
    }
}

fn absent(kind: Kind, reference: String, view: crate::model::registry::View) -> Fact<'static> {
    Fact::Absent(Absent { kind: Some(kind), reference: text(reference), view, ..Absent::default() })
}

fn file(path: String, asked: &[Question], stated: Stated, random: &mut Random) -> File<'static> {
    let version = pick(asked, version, random).map(|version| near(version, random));
    let size = pick(asked, size, random).map(|size| about(size, random));
    let created = pick(asked, created, random).map(|time| instant(time, random));
    let modified = pick(asked, modified, random).map(|time| instant(time, random));
    let language = pick(asked, language, random).map(|number| text(about(number.into(), random).to_string()));
    let version = match stated.part(version, random) {
        Some(_) if random.chance(30) => FileVersion::NoResource,
        Some(version) => FileVersion::Known(version),
        None => FileVersion::NotCollected,
    };
    File {
        path: text(path),
        version,
        size: stated.part(size, random),
        created: stated.part(created, random),
        modified: stated.part(modified, random),
        language: stated.part(language, random),
        company: Some(text("Generated Vendor Corporation")),
        ..File::default()
    }
}

fn exists(asked: &Applicability) -> Option<&FileExists> {
    match asked {
        Applicability::FileExists(asked) => Some(asked),
        _ => None,
    }
}

fn version(asked: &Applicability) -> Option<Version> {
    match asked {
        Applicability::FileVersion(_, version) => Some(*version),
        asked => exists(asked)?.version,
    }
}

fn size(asked: &Applicability) -> Option<u64> {
    match asked {
        Applicability::FileSize(_, size) => Some(*size),
        asked => exists(asked)?.size,
    }
}

fn created(asked: &Applicability) -> Option<Instant> {
    match asked {
        Applicability::FileCreated(_, time) => Some(*time),
        asked => exists(asked)?.created,
    }
}

fn modified(asked: &Applicability) -> Option<Instant> {
    match asked {
        Applicability::FileModified(_, time) => Some(*time),
        asked => exists(asked)?.modified,
    }
}

fn language(asked: &Applicability) -> Option<u32> {
    exists(asked)?.language
}

/// A version at another one, above or below it, in its last or in an earlier part.
pub(super) fn near(Version(parts): Version, random: &mut Random) -> Version {
    let mut parts = parts;
    let at = if random.chance(700) { 3 } else { random.below(3) };
    match random.below(10) {
        0..=4 => {}
        5 | 6 => parts[at] = parts[at].saturating_add(1),
        _ => match parts.iter().rposition(|part| *part > 0) {
            Some(last) => parts[last] -= 1,
            None => parts[3] = 1,
        },
    }
    Version(parts)
}

/// A time at another one, long before or long after it.
fn instant(time: Instant, random: &mut Random) -> Text<'static> {
    match random.below(4) {
        0 => text("2001-10-25T08:00:00Z"),
        1 => text("2035-01-01T00:00:00.5Z"),
        _ => text(time.to_string()),
    }
}

/// Type and data of a value about what questions compare it with, now and then of another type.
fn content(asked: &[Question], random: &mut Random) -> (Text<'static>, Text<'static>) {
    let asked: Vec<&Applicability> = leaves(asked).collect();
    let (kind, data) = match random.pick(&asked) {
        Some(Applicability::RegDword(_, number)) => ("dword", about((*number).into(), random).to_string()),
        Some(Applicability::RegSz(asked)) => {
            let kind = if asked.expands { "expand" } else { "sz" };
            (kind, text_about(asked, random))
        }
        Some(Applicability::RegSzToVersion(_, version)) => match random.chance(900) {
            true => ("sz", near(*version, random).to_string()),
            false => ("sz", "no version".to_owned()),
        },
        Some(Applicability::RegValueExists(kind)) => (kind.stated(), "1".to_owned()),
        _ => ("sz", "present".to_owned()),
    };
    let kind = match random.below(30) {
        0 => RegistryType::ALL[random.below(RegistryType::ALL.len())].2,
        _ => kind,
    };
    (text(kind), text(data))
}

/// A text that stands in a relation to another one, or does not.
fn text_about(asked: &RegSz, random: &mut Random) -> String {
    let data = &asked.data;
    match (asked.relation, random.below(5)) {
        (_, 0) => format!("x{data}x"),
        (_, 1) => "other".to_owned(),
        (_, 2) => data.to_uppercase(),
        (Relation::BeginsWith, _) => format!("{data} and more"),
        (Relation::EndsWith, _) => format!("more and {data}"),
        (Relation::Contains, _) => format!("more, {data}, and more"),
        (Relation::EqualTo, _) => data.clone(),
    }
}
