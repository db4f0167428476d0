//! The four answers, and how the truth of an update's rules becomes one of them.
//!
//! One table for every format; knows nothing of how a rule was evaluated. Source of truth:
//! `docs/verdicts.md`.

use std::fmt;

use super::flag::Flags;
use super::reason::Reason;
use super::truth::Truth;

/// The answer about one update on one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Verdict {
    /// The evidence that would decide was not collected, or the rule is not supported.
    Unknown = 0,
    /// Proved: the update is not for this client as it stands.
    NotApplicable = 1,
    /// Proved: the update is for this client and is not there.
    Missing = 2,
    /// Proved: the update, or something that replaces it, is there.
    Installed = 3,
}

impl Verdict {
    /// The four, in the order of their codes.
    pub const ALL: [Verdict; 4] =
        [Verdict::Unknown, Verdict::NotApplicable, Verdict::Missing, Verdict::Installed];

    /// The verdict of the lowest two bits of a stored code.
    pub fn from_code(code: u8) -> Verdict {
        Verdict::ALL[usize::from(code & 3)]
    }

    /// The code, as stored and as state messages use it.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The name that is printed.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Unknown => "Unknown",
            Verdict::NotApplicable => "NotApplicable",
            Verdict::Missing => "Missing",
            Verdict::Installed => "Installed",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a rule, or a part of one, says about a client, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Answer {
    /// The truth of it.
    pub truth: Truth,
    /// The reason that a cell takes over when this decides it.
    pub reason: Reason,
    /// The flags that a cell takes over when this decides it.
    pub flags: Flags,
}

impl Answer {
    /// An answer without flags.
    pub const fn new(truth: Truth, reason: Reason) -> Self {
        Answer { truth, reason, flags: Flags::NONE }
    }

    /// The rule holds and nothing more specific is known.
    pub const TRUE: Answer = Answer::new(Truth::True, Reason::RuleTrue);
    /// The rule does not hold and nothing more specific is known.
    pub const FALSE: Answer = Answer::new(Truth::False, Reason::RuleFalse);
    /// A fact was not collected.
    pub const NOT_COLLECTED: Answer = Answer::new(Truth::Unknown, Reason::NotCollected);
    /// A fact is there without the part that decides.
    pub const PART_NOT_COLLECTED: Answer = Answer::new(Truth::Unknown, Reason::PartNotCollected);
    /// The rule uses something that is not supported.
    pub const UNSUPPORTED: Answer = Answer::new(Truth::Unknown, Reason::UnsupportedRule);
    /// The rule or a value is malformed, in a logic that knows no errors.
    pub const MALFORMED: Answer = Answer::new(Truth::Unknown, Reason::RuleError);
    /// The catalog gives nothing to look at.
    pub const NO_EVIDENCE: Answer = Answer::new(Truth::Unknown, Reason::NoEvidence);
    /// The rule or a value is malformed.
    pub const RULE_ERROR: Answer = Answer::new(Truth::Error, Reason::RuleError);

    /// The answer of which nothing but its truth is known.
    pub const fn from_truth(truth: Truth) -> Self {
        match truth {
            Truth::True => Answer::TRUE,
            Truth::False => Answer::FALSE,
            Truth::Error => Answer::RULE_ERROR,
            Truth::Unknown | Truth::NotEvaluated => Answer::new(truth, Reason::NoEvidence),
            Truth::NotApplicable => Answer::new(truth, Reason::PlatformDiffers),
        }
    }

    /// False for `reason`.
    pub const fn not(reason: Reason) -> Self {
        Answer::new(Truth::False, reason)
    }

    /// The answer as a verdict takes it: False where the question did not arise.
    #[must_use]
    pub fn decided(self) -> Self {
        match self.truth {
            Truth::NotApplicable => Answer { truth: Truth::False, reason: Reason::RuleFalse, ..self },
            _ => self,
        }
    }

    /// True for `reason`.
    pub const fn yes(reason: Reason) -> Self {
        Answer::new(Truth::True, reason)
    }
}

/// One cell of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    /// The answer.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The cell's own flags, without those of its update.
    pub flags: Flags,
}

impl Cell {
    /// A cell without flags.
    pub const fn new(verdict: Verdict, reason: Reason) -> Self {
        Cell { verdict, reason, flags: Flags::NONE }
    }

    /// The cell of an update that gives nothing to look at.
    pub const NO_EVIDENCE: Cell = Cell::new(Verdict::Unknown, Reason::NoEvidence);
    /// The cell of a client whose inventory could not be read.
    pub const UNREADABLE: Cell = Cell::new(Verdict::Unknown, Reason::InventoryUnreadable);

    fn of(verdict: Verdict, answer: Answer) -> Self {
        Cell { verdict, reason: answer.reason, flags: answer.flags }
    }

    /// Forms the cell of an update from the truth of its rules.
    ///
    /// Error and NotEvaluated count as Unknown, the truth value NotApplicable as False, with the reason
    /// of that: why a question did not arise is no reason of a proof. The reason is the one of the rule
    /// that decides: of `installed` where the update is Installed or Missing, of
    /// `applicable` where it is NotApplicable, of the first that is undecided where it is Unknown.
    ///
    /// ```
    /// use patchstate::model::reason::Reason;
    /// use patchstate::model::verdict::{Answer, Cell, Verdict};
    ///
    /// let cell = Cell::decide(Answer::not(Reason::FileOlder), Answer::TRUE, Answer::FALSE);
    /// assert_eq!(cell, Cell::new(Verdict::Missing, Reason::FileOlder));
    /// ```
    pub fn decide(installed: Answer, applicable: Answer, superseded: Answer) -> Cell {
        use Truth::{False, True, Unknown};
        let three = |truth| match truth {
            Truth::True => True,
            Truth::False | Truth::NotApplicable => False,
            Truth::Error | Truth::Unknown | Truth::NotEvaluated => Unknown,
        };
        let [installed, applicable] = [installed, applicable].map(Answer::decided);
        match (three(installed.truth), three(applicable.truth), three(superseded.truth)) {
            (True, ..) => Cell::of(Verdict::Installed, installed),
            (_, False, _) => Cell::of(Verdict::NotApplicable, applicable),
            (Unknown, ..) => Cell::of(Verdict::Unknown, installed),
            (_, _, True) => Cell::new(Verdict::NotApplicable, Reason::SupersededOnClient),
            (_, True, False) => {
                Cell { flags: installed.flags | applicable.flags, ..Cell::of(Verdict::Missing, installed) }
            }
            (_, True, _) => Cell::of(Verdict::Unknown, superseded),
            (_, _, _) => Cell::of(Verdict::Unknown, applicable),
        }
    }

    /// The cell of a part of which another scanner says this: its word counts where the cell is Unknown.
    #[must_use]
    pub fn or_imported(self, imported: Answer) -> Cell {
        match (self.verdict, imported.truth) {
            (Verdict::Installed | Verdict::Missing | Verdict::NotApplicable, _)
            | (_, Truth::NotApplicable | Truth::NotEvaluated) => self,
            (Verdict::Unknown, Truth::True) => Cell::of(Verdict::Installed, imported),
            (Verdict::Unknown, Truth::False) => match imported.reason {
                Reason::Declined => Cell::of(Verdict::NotApplicable, imported),
                _ => Cell::of(Verdict::Missing, imported),
            },
            (Verdict::Unknown, Truth::Error | Truth::Unknown) => Cell::of(Verdict::Unknown, imported),
        }
    }

    /// The cell of an update with these flags of its own: one withdrawn by its publisher is never
    /// Missing.
    #[must_use]
    pub fn withdrawn(self, update: Flags) -> Cell {
        if self.verdict == Verdict::Missing && update.contains(Flags::EXPIRED) {
            return Cell::new(Verdict::NotApplicable, Reason::Declined);
        }
        self
    }

    /// Forms the cell of an update of several parts: Missing before Unknown before Installed before
    /// NotApplicable, each with the reason of its first part. `None` when there is no part.
    pub fn of_parts(parts: impl IntoIterator<Item = Cell>) -> Option<Cell> {
        let weight = |cell: &Cell| match cell.verdict {
            Verdict::Missing => 3,
            Verdict::Unknown => 2,
            Verdict::Installed => 1,
            Verdict::NotApplicable => 0,
        };
        parts.into_iter().reduce(|best, part| if weight(&part) > weight(&best) { part } else { best })
    }
}
