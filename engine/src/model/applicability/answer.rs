//! What leaves about registry values and files mean: one observation against one expectation.
//!
//! What is asked of the operating system, of Windows Installer and of management classes stands beside
//! their facts, because those answer with more than one of them.

use super::read::folded;
use super::{Applicability, FileExists, RegSz};
use crate::model::expr::Comparison;
use crate::model::fact::{self, FileVersion};
use crate::model::instant::Instant;
use crate::model::reason::Reason;
use crate::model::registry;
use crate::model::truth::{Tally, Truth};
use crate::model::verdict::Answer;

/// The answer of a leaf about a registry value that is there, of the type and with the data that the
/// client states.
pub fn registry_value(asked: &Applicability, kind: Option<&str>, data: Option<&str>) -> Answer {
    let wanted = match asked {
        Applicability::RegValueExists(wanted) => {
            return match kind {
                None => Answer::PART_NOT_COLLECTED,
                Some(kind) if kind == wanted.stated() => Answer::TRUE,
                Some(_) => Answer::not(Reason::RegistryDiffers),
            };
        }
        Applicability::RegDword(..) => "dword",
        Applicability::RegSz(RegSz { expands: true, .. }) => "expand",
        Applicability::RegSz(_) | Applicability::RegSzToVersion(..) => "sz",
        _ => return Answer::MALFORMED,
    };
    let Some(kind) = kind else { return Answer::PART_NOT_COLLECTED };
    if kind != wanted {
        return Answer::MALFORMED;
    }
    let Some(data) = data else { return Answer::PART_NOT_COLLECTED };
    let holds = match asked {
        Applicability::RegDword(comparison, rule) => {
            registry::number(data).map(|number| comparison.holds(number.cmp(&u64::from(*rule))))
        }
        Applicability::RegSz(asked) => Some(text_holds(asked, data)),
        Applicability::RegSzToVersion(comparison, rule) => {
            super::read::version(data).map(|version| comparison.holds(version.cmp(rule)))
        }
        _ => None,
    };
    match holds {
        Some(true) => Answer::TRUE,
        Some(false) => Answer::not(Reason::RegistryDiffers),
        None => Answer::MALFORMED,
    }
}

fn text_holds(asked: &RegSz, data: &str) -> bool {
    if asked.exact {
        return asked.relation.holds(data, &asked.data);
    }
    asked.relation.holds(&folded(data), &folded(&asked.data))
}

/// The file below the folder that a registry value of this type and data names; else the answer of every
/// leaf about it.
///
/// # Errors
///
/// The value names no folder that is known.
pub fn file_below(path: &str, kind: Option<&str>, data: Option<&str>) -> Result<String, Answer> {
    match (kind, data) {
        (Some("sz" | "expand"), Some(data)) if data.contains('%') => Err(Answer::PART_NOT_COLLECTED),
        (Some("sz" | "expand"), Some(data)) => {
            let joined = [data.trim_end_matches('\\'), path.trim_start_matches('\\')].join("\\");
            Ok(crate::model::path::normal(&joined))
        }
        (Some("sz" | "expand"), None) | (None, _) => Err(Answer::PART_NOT_COLLECTED),
        (Some(_), _) => Err(Answer::MALFORMED),
    }
}

/// What is compared of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Version.
    pub version: FileVersion,
    /// Size in bytes.
    pub size: Option<u64>,
    /// Time of creation; an error where what is stated is none.
    pub created: Option<Result<Instant, Malformed>>,
    /// Time of the last change; likewise.
    pub modified: Option<Result<Instant, Malformed>>,
    /// Language number.
    pub language: Option<u32>,
}

/// A stated value that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl File {
    /// What is compared of a file that a client states.
    pub fn of(stated: &fact::File<'_>) -> File {
        let instant =
            |text: &Option<fact::Text<'_>>| text.as_deref().map(|text| Instant::parse(text).ok_or(Malformed));
        File {
            version: stated.version,
            size: stated.size,
            created: instant(&stated.created),
            modified: instant(&stated.modified),
            language: stated.language.as_deref().and_then(|text| text.trim().parse().ok()),
        }
    }

    /// The answer of a leaf about a file that is there.
    pub fn answer(&self, asked: &Applicability) -> Answer {
        match asked {
            Applicability::FileVersion(comparison, rule) => match self.version {
                FileVersion::NotCollected => Answer::PART_NOT_COLLECTED,
                FileVersion::NoResource => Answer::not(Reason::FileOlder),
                FileVersion::Known(version) => compared(version.cmp(rule), *comparison),
            },
            Applicability::FileCreated(comparison, rule) => instant(self.created, *comparison, rule),
            Applicability::FileModified(comparison, rule) => instant(self.modified, *comparison, rule),
            Applicability::FileSize(comparison, rule) => match self.size {
                None => Answer::PART_NOT_COLLECTED,
                Some(size) => compared(size.cmp(rule), *comparison),
            },
            Applicability::FileExists(asked) => self.is(asked),
            _ => Answer::MALFORMED,
        }
    }

    /// Whether everything that is given is equal.
    fn is(&self, asked: &FileExists) -> Answer {
        let mut tally = Tally::default();
        tally.add(Truth::True);
        if let Some(rule) = asked.version {
            tally.add(match self.version {
                FileVersion::NotCollected => Truth::Unknown,
                FileVersion::NoResource => Truth::False,
                FileVersion::Known(version) => Truth::from(version == rule),
            });
        }
        for (rule, observed) in [(asked.created, self.created), (asked.modified, self.modified)] {
            let Some(rule) = rule else { continue };
            tally.add(match observed {
                None => Truth::Unknown,
                Some(Err(Malformed)) => return Answer::MALFORMED,
                Some(Ok(observed)) => Truth::from(observed == rule),
            });
        }
        equal(asked.size, self.size, &mut tally);
        equal(asked.language, self.language, &mut tally);
        match tally.and() {
            Truth::True => Answer::TRUE,
            Truth::False => Answer::FALSE,
            _ => Answer::PART_NOT_COLLECTED,
        }
    }
}

fn equal<T: PartialEq>(rule: Option<T>, observed: Option<T>, tally: &mut Tally) {
    if let Some(rule) = rule {
        tally.add(observed.map_or(Truth::Unknown, |observed| Truth::from(observed == rule)));
    }
}

fn instant(observed: Option<Result<Instant, Malformed>>, comparison: Comparison, rule: &Instant) -> Answer {
    match observed {
        None => Answer::PART_NOT_COLLECTED,
        Some(Err(Malformed)) => Answer::MALFORMED,
        Some(Ok(observed)) => compared(observed.cmp(rule), comparison),
    }
}

fn compared(order: std::cmp::Ordering, comparison: Comparison) -> Answer {
    match (comparison.holds(order), order) {
        (true, _) => Answer::TRUE,
        (false, std::cmp::Ordering::Less) => Answer::not(Reason::FileOlder),
        (false, _) => Answer::not(Reason::FileNewer),
    }
}
