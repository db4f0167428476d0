//! What a single question means: one observation against one expectation.
//!
//! Both evaluators answer leaves with these functions. Source of truth: `docs/verdicts.md`.

use std::cmp::Ordering;

use crate::model::applicability::Applicability;
use crate::model::expr::{Comparison, Data, Operand, Presence, Question, Subject};
use crate::model::fact::{FileVersion, HotfixState};
use crate::model::flag::Flags;
use crate::model::options::Checksum;
use crate::model::path::trimmed;
use crate::model::product::folded;
use crate::model::reason::Reason;
use crate::model::registry;
use crate::model::service_pack::{self, Name};
use crate::model::truth::Truth;
use crate::model::verdict::Answer;
use crate::version::dotted::Version;

/// The answer about a thing that is proved to be absent.
pub fn absent(subject: &Subject, question: &Question) -> Answer {
    match question {
        Question::FileEvidence { presence, .. } => return absent_file(*presence),
        // The folder that the value would name holds no file.
        Question::Applicability(asked) if matches!(**asked, Applicability::Below(..)) => {
            return Answer::not(Reason::FileAbsent);
        }
        _ => {}
    }
    Answer::not(match subject {
        Subject::File(_) => Reason::FileAbsent,
        Subject::RegistryValue { .. } | Subject::RegistryKey(_) => Reason::RegistryMissing,
        Subject::Msi(_) | Subject::Installer => Reason::MsiProductAbsent,
        Subject::Product(_) => Reason::ProductAbsent,
        Subject::Package(..) => Reason::PackageAbsent,
        Subject::Os(_) | Subject::Hotfix(_) | Subject::Module(_) | Subject::System | Subject::Wmi(_) => {
            Reason::RuleFalse
        }
    })
}

/// The answer of file evidence about a file that is proved to be absent.
pub fn absent_file(presence: Presence) -> Answer {
    match presence {
        Presence::Required => Answer::not(Reason::FileAbsent),
        Presence::Optional => Answer::new(Truth::NotApplicable, Reason::NoEvidence),
        Presence::Removed => Answer::TRUE,
    }
}

/// Whether a hotfix counts as there.
pub fn hotfix(state: HotfixState) -> Answer {
    match state {
        HotfixState::Installed => Answer::yes(Reason::HotfixListed),
        HotfixState::Failed => Answer::FALSE,
        HotfixState::Pending => Answer { flags: Flags::REBOOT_PENDING, ..Answer::FALSE },
    }
}

/// The answer of file evidence about a file that is there.
///
/// `order` is how the file's version stands to the expected one, `None` when it was not collected;
/// without an expected version presence decides, and then the checksum.
pub fn file(
    presence: Presence,
    order: Option<Ordering>,
    expected: Option<u64>,
    observed: Option<u64>,
    policy: Checksum,
) -> Answer {
    if presence == Presence::Removed {
        return Answer::FALSE;
    }
    match order {
        None => Answer::PART_NOT_COLLECTED,
        Some(Ordering::Less) => Answer::not(Reason::FileOlder),
        Some(Ordering::Greater) => Answer::yes(Reason::FileNewer),
        Some(Ordering::Equal) => checksum(expected, observed, policy),
    }
}

fn checksum(expected: Option<u64>, observed: Option<u64>, policy: Checksum) -> Answer {
    let Some(expected) = expected.filter(|_| policy != Checksum::Off) else { return Answer::TRUE };
    match (observed, policy) {
        (None, _) => Answer::PART_NOT_COLLECTED,
        (Some(observed), _) if observed == expected => Answer::TRUE,
        (Some(_), Checksum::Strict) => Answer::not(Reason::FileChecksum),
        (Some(_), _) => Answer::new(Truth::Unknown, Reason::FileChecksum),
    }
}

/// The version that a file is compared as; a file without a version resource is the lowest.
pub fn file_version(version: FileVersion) -> Option<Version> {
    match version {
        FileVersion::NotCollected => None,
        FileVersion::NoResource => Some(Version::default()),
        FileVersion::Known(version) => Some(version),
    }
}

/// The answer about the data of a registry value that is there.
pub fn registry_data(expected: &Data, observed: Option<&str>) -> Answer {
    if *expected == Data::Any {
        return Answer::TRUE;
    }
    let Some(observed) = observed else { return Answer::PART_NOT_COLLECTED };
    let fits = match expected {
        Data::Any => true,
        Data::Number(expected) => registry::number(observed) == Some(*expected),
        Data::Text(expected) => folded(observed) == *expected,
        Data::AtLeast(expected) => Version::parse(observed).is_some_and(|observed| observed >= *expected),
    };
    if fits { Answer::TRUE } else { Answer::not(Reason::RegistryDiffers) }
}

/// Compares an observed text with an operand; `false_reason` is the reason where it does not hold.
///
/// Text that is no version or no number where one is compared does not hold.
pub fn compare(comparison: Comparison, operand: &Operand, observed: &str, false_reason: Reason) -> Answer {
    let holds = match operand {
        Operand::Version(expected) => {
            Version::parse(observed).is_some_and(|observed| comparison.holds(observed.cmp(expected)))
        }
        Operand::Number(expected) => {
            registry::number(observed).is_some_and(|observed| comparison.holds(observed.cmp(expected)))
        }
        Operand::Text(expected) => text_holds(comparison, expected, observed),
    };
    if holds { Answer::TRUE } else { Answer::not(false_reason) }
}

/// Compares text without case; two numbers compare as numbers, so that `0x1` equals `1`.
fn text_holds(comparison: Comparison, expected: &str, observed: &str) -> bool {
    if comparison == Comparison::Contains {
        return folded(observed).contains(expected);
    }
    let order = match (registry::number(expected), registry::number(observed)) {
        (Some(expected), Some(observed)) => observed.cmp(&expected),
        _ => folded(trimmed(observed)).as_str().cmp(expected),
    };
    comparison.holds(order)
}

/// Compares a file's version with an operand.
pub fn compare_file(comparison: Comparison, operand: &Operand, observed: FileVersion) -> Answer {
    let Some(observed) = file_version(observed) else { return Answer::PART_NOT_COLLECTED };
    let Operand::Version(expected) = operand else { return Answer::RULE_ERROR };
    let order = observed.cmp(expected);
    match (comparison.holds(order), order) {
        (true, _) => Answer::TRUE,
        (false, Ordering::Less) => Answer::not(Reason::FileOlder),
        (false, _) => Answer::not(Reason::FileNewer),
    }
}

/// The service packs that a client's statement may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Levels {
    /// The client did not say.
    Unstated,
    /// Each of these is possible; never empty.
    Candidates(Vec<String>),
    /// A short form that no service pack of the product has.
    NoCandidate,
}

/// Resolves what a client says of a product's service pack against those the catalogs use.
///
/// A full name means itself; a short form (`sp4`) means every level of the product with that rank.
pub fn levels(stated: Option<&str>, known: &[String]) -> Levels {
    let Some(stated) = stated else { return Levels::Unstated };
    let wanted = folded(stated);
    if known.iter().any(|level| folded(level) == wanted) {
        return Levels::Candidates(vec![wanted]);
    }
    let Some(short) = Name::parse(stated).filter(Name::is_short) else {
        return Levels::Candidates(vec![wanted]);
    };
    let same_rank = |level: &&String| Name::parse(level).is_some_and(|name| name.rank() == short.rank());
    let mut candidates: Vec<String> = known.iter().filter(same_rank).map(|level| folded(level)).collect();
    candidates.sort_unstable();
    candidates.dedup();
    if candidates.is_empty() { Levels::NoCandidate } else { Levels::Candidates(candidates) }
}

/// Whether a product's service pack, whichever of several it is, is older than its current one.
///
/// One that is unstated or that no catalog uses is not compared.
pub fn is_old(levels: &Levels, current: &str, available: &[String]) -> bool {
    let Levels::Candidates(candidates) = levels else { return false };
    !candidates.is_empty() && candidates.iter().all(|level| service_pack::is_older(level, current, available))
}

/// The answer about a product that is there, at one of several possible levels.
///
/// `affected` and `fixed` are names as catalogs write them; `available` is the product's own order.
pub fn level(levels: &Levels, affected: &[String], fixed: Option<&str>, available: &[String]) -> Answer {
    match levels {
        Levels::Unstated if affected.is_empty() => Answer::UNSUPPORTED,
        Levels::Unstated => Answer::PART_NOT_COLLECTED,
        Levels::NoCandidate if affected.is_empty() => Answer::UNSUPPORTED,
        Levels::NoCandidate => Answer::not(Reason::ServicePackOutOfRange),
        Levels::Candidates(candidates) => {
            let mut answers = candidates.iter().map(|level| at_level(level, affected, fixed, available));
            let first = answers.next().unwrap_or(Answer::PART_NOT_COLLECTED);
            if answers.all(|answer| answer == first) { first } else { Answer::PART_NOT_COLLECTED }
        }
    }
}

/// The answer at one certain level.
fn at_level(level: &str, affected: &[String], fixed: Option<&str>, available: &[String]) -> Answer {
    if affected.iter().any(|name| folded(name) == level) {
        return Answer::TRUE;
    }
    if fixed.is_some_and(|fixed| service_pack::reached(level, fixed, available)) {
        return Answer::not(Reason::FixedInServicePack);
    }
    if affected.is_empty() { Answer::UNSUPPORTED } else { Answer::not(Reason::ServicePackOutOfRange) }
}

/// Whether a client's language is another one than a feed's; a language that is not stated is not.
///
/// ```
/// use patchstate::model::law::other_language;
/// assert!(!other_language("en", Some("en-US")));
/// assert!(!other_language("en", Some("1033")));
/// assert!(other_language("en", Some("de-DE")));
/// assert!(!other_language("en", None));
/// ```
pub fn other_language(feed: &str, client: Option<&str>) -> bool {
    let Some(client) = client.map(trimmed).filter(|client| !client.is_empty()) else {
        return false;
    };
    let tag = match client.parse::<u32>() {
        Ok(number) => primary_language(number).unwrap_or(client),
        Err(_) => client,
    };
    let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
    primary(feed) != primary(tag)
}

/// The language of a Windows language number: its lowest ten bits.
pub(super) fn primary_language(number: u32) -> Option<&'static str> {
    const LANGUAGES: [(u32, &str); 36] = [
        (0x01, "ar"),
        (0x02, "bg"),
        (0x03, "ca"),
        (0x04, "zh"),
        (0x05, "cs"),
        (0x06, "da"),
        (0x07, "de"),
        (0x08, "el"),
        (0x09, "en"),
        (0x0a, "es"),
        (0x0b, "fi"),
        (0x0c, "fr"),
        (0x0d, "he"),
        (0x0e, "hu"),
        (0x0f, "is"),
        (0x10, "it"),
        (0x11, "ja"),
        (0x12, "ko"),
        (0x13, "nl"),
        (0x14, "no"),
        (0x15, "pl"),
        (0x16, "pt"),
        (0x18, "ro"),
        (0x19, "ru"),
        (0x1a, "hr"),
        (0x1b, "sk"),
        (0x1d, "sv"),
        (0x1e, "th"),
        (0x1f, "tr"),
        (0x20, "ur"),
        (0x21, "id"),
        (0x22, "uk"),
        (0x24, "sl"),
        (0x25, "et"),
        (0x26, "lv"),
        (0x27, "lt"),
    ];
    LANGUAGES.iter().find(|(known, _)| *known == number & 0x3ff).map(|(_, tag)| *tag)
}
