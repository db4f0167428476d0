//! The law of verdicts: what a definition's results mean for the update that it is.
//!
//! OVAL's false means "there" and "not for the client" alike. Knows what was found of a definition and nothing of
//! how. Source of truth: `docs/oval.md`, "Verdicts".

use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::{Cell, Verdict};

/// What was found of a definition. A *threshold* is a test that compares versions by their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its result.
    pub(super) result: Truth,
    /// Its result where a threshold holds as soon as there is anything to compare.
    pub(super) relaxed: Truth,
    /// Whether it has thresholds.
    pub(super) thresholds: bool,
    /// Whether a threshold holds, after its negations.
    pub(super) holds: bool,
    /// Whether such a one is about packages.
    pub(super) holds_of_package: bool,
    /// Whether there is a package that a threshold compares.
    pub(super) present: bool,
    /// Whether a part that says for whom the definition is does not hold.
    pub(super) elsewhere: bool,
}

impl Default for Found {
    fn default() -> Found {
        Found {
            result: Truth::Unknown,
            relaxed: Truth::Unknown,
            thresholds: false,
            holds: false,
            holds_of_package: false,
            present: false,
            elsewhere: false,
        }
    }
}

/// A cell, or the result of which the reason makes one that is Unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decided {
    /// The cell.
    Cell(Cell),
    /// Unknown, for the reason of the result.
    ByResult,
    /// Unknown, for the reason of the relaxed result.
    ByRelaxed,
}

/// What the cell of a definition is; `granted` is its result where every threshold says the best that it could,
/// and every other test of an object of which there is nothing does, too.
pub(super) fn decide(found: &Found, granted: impl FnOnce() -> Truth) -> Decided {
    let cell = |verdict, reason| Decided::Cell(Cell::new(verdict, reason));
    let excluded = matches!(found.relaxed, Truth::False | Truth::NotApplicable);
    let why = || match granted() {
        Truth::False | Truth::NotApplicable => Reason::PlatformDiffers,
        Truth::True | Truth::Error | Truth::Unknown | Truth::NotEvaluated => Reason::PackageAbsent,
    };
    match (found.result, found.thresholds) {
        (Truth::NotApplicable, _) => cell(Verdict::NotApplicable, Reason::PlatformDiffers),
        (Truth::True, false) => cell(Verdict::Missing, Reason::RuleTrue),
        (Truth::False, false) if found.elsewhere => cell(Verdict::NotApplicable, Reason::PlatformDiffers),
        (Truth::False, false) => cell(Verdict::Installed, Reason::RuleFalse),
        (Truth::True, true) if !found.holds => cell(Verdict::NotApplicable, Reason::PlatformDiffers),
        (_, true) if excluded => cell(Verdict::NotApplicable, why()),
        (Truth::True, true) if found.relaxed != Truth::True => Decided::ByRelaxed,
        (Truth::True, true) if found.holds_of_package => cell(Verdict::Missing, Reason::PackageOlder),
        (Truth::True, true) => cell(Verdict::Missing, Reason::RuleTrue),
        (Truth::False, true) if found.relaxed != Truth::True => {
            cell(Verdict::NotApplicable, Reason::RuleFalse)
        }
        (Truth::False, true) if found.present => cell(Verdict::Installed, Reason::PackageCurrent),
        (Truth::False, true) => cell(Verdict::Installed, Reason::RuleFalse),
        (Truth::Error | Truth::Unknown | Truth::NotEvaluated, _) => Decided::ByResult,
    }
}

/// The reason of a cell that is Unknown, from the truth and the reason that make it so.
pub(super) fn undecided(truth: Truth, reason: Reason) -> Reason {
    match truth {
        Truth::Error => Reason::RuleError,
        Truth::Unknown | Truth::NotEvaluated => match reason {
            Reason::NotCollected | Reason::PartNotCollected | Reason::UnsupportedRule => reason,
            _ => Reason::NoEvidence,
        },
        Truth::True | Truth::False | Truth::NotApplicable => Reason::NoEvidence,
    }
}
