//! The tables by which results, existence and flags are combined.
//!
//! Each is an ordered list of conditions, of which the first that holds decides. Knows counts and nothing of
//! what is counted. Source of truth: `docs/oval.md`, "Tables".

use super::words::{Check, Existence, Flag, Operator, SetOperator, Status};
use crate::model::truth::{Tally, Truth};

impl Operator {
    /// Combines the results of operands.
    pub fn combine(self, operands: &Tally) -> Truth {
        match self {
            Operator::And => operands.and(),
            Operator::Or => operands.or(),
            Operator::One => operands.one(),
            Operator::Xor => operands.xor(),
        }
    }
}

impl Check {
    /// Combines the results of several things of one sort.
    pub fn combine(self, results: &Tally) -> Truth {
        match self {
            Check::All => results.and(),
            Check::AtLeastOne => results.or(),
            Check::OnlyOne => results.one(),
            Check::NoneSatisfy | Check::NoneExist => results.none(),
        }
    }
}

/// How often each status occurs.
///
/// ```
/// use patchstate::model::oval::tables::Presence;
/// use patchstate::model::oval::words::{Existence, Status};
/// use patchstate::model::truth::Truth;
///
/// let presence: Presence = [Status::Exists, Status::Error].into_iter().collect();
/// assert_eq!(Existence::AtLeastOneExists.judge(&presence), Truth::True);
/// assert_eq!(Existence::OnlyOneExists.judge(&presence), Truth::Error);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presence([u32; 4]);

impl Presence {
    /// Counts one more.
    pub fn add(&mut self, status: Status) {
        let count = &mut self.0[usize::from(status.number())];
        *count = count.saturating_add(1);
    }

    /// How many have a status.
    pub fn of(&self, status: Status) -> u32 {
        self.0[usize::from(status.number())]
    }

    fn has(&self, status: Status) -> bool {
        self.of(status) > 0
    }

    /// What is left open where nothing of what is there decides.
    fn open(&self) -> Option<Truth> {
        if self.has(Status::Error) {
            return Some(Truth::Error);
        }
        self.has(Status::NotCollected).then_some(Truth::Unknown)
    }
}

impl FromIterator<Status> for Presence {
    fn from_iter<T: IntoIterator<Item = Status>>(statuses: T) -> Self {
        let mut presence = Presence::default();
        statuses.into_iter().for_each(|status| presence.add(status));
        presence
    }
}

impl Existence {
    /// Whether as many exist as there must be.
    pub fn judge(self, presence: &Presence) -> Truth {
        let exist = presence.of(Status::Exists);
        let decided = match self {
            Existence::AllExist if presence.has(Status::DoesNotExist) => Some(Truth::False),
            Existence::AnyExist if exist == 0 && presence.has(Status::Error) => Some(Truth::Error),
            Existence::AnyExist => Some(Truth::True),
            Existence::AtLeastOneExists if exist >= 1 => Some(Truth::True),
            Existence::NoneExist if exist >= 1 => Some(Truth::False),
            Existence::OnlyOneExists if exist >= 2 => Some(Truth::False),
            _ => None,
        };
        decided.or_else(|| presence.open()).unwrap_or_else(|| {
            Truth::from(match self {
                Existence::AllExist => exist >= 1,
                Existence::OnlyOneExists => exist == 1,
                Existence::NoneExist => true,
                Existence::AnyExist | Existence::AtLeastOneExists => false,
            })
        })
    }
}

impl Flag {
    /// The worst of several, which is what can be said of all of them; of none `complete`.
    pub fn worst(flags: impl Iterator<Item = Flag>) -> Flag {
        let flags: Vec<Flag> = flags.collect();
        let order =
            [Flag::Error, Flag::NotApplicable, Flag::NotCollected, Flag::DoesNotExist, Flag::Incomplete];
        order.into_iter().find(|flag| flags.contains(flag)).unwrap_or(Flag::Complete)
    }
}

impl SetOperator {
    /// The flag of a set of these two operands.
    pub fn flag(self, first: Flag, second: Flag) -> Flag {
        match self {
            SetOperator::Union => union(first, second),
            SetOperator::Intersection => intersection(first, second),
            SetOperator::Complement => complement(first, second),
        }
    }
}

/// The flag of all items of two operands; it does not matter which is the first.
fn union(first: Flag, second: Flag) -> Flag {
    use Flag::{Complete, DoesNotExist, Error, Incomplete, NotApplicable, NotCollected};
    match (first, second) {
        (Error, _) | (_, Error) => Error,
        (NotApplicable, other) | (other, NotApplicable) => other,
        (NotCollected, NotCollected) => NotCollected,
        (Incomplete | NotCollected, _) | (_, Incomplete | NotCollected) => Incomplete,
        (DoesNotExist, DoesNotExist) => DoesNotExist,
        (Complete, _) | (_, Complete) => Complete,
    }
}

/// The flag of the items that both operands have; it does not matter which is the first.
fn intersection(first: Flag, second: Flag) -> Flag {
    use Flag::{Complete, DoesNotExist, Error, Incomplete, NotApplicable, NotCollected};
    match (first, second) {
        (DoesNotExist, _) | (_, DoesNotExist) => DoesNotExist,
        (Error, _) | (_, Error) => Error,
        (NotApplicable, other) | (other, NotApplicable) => other,
        (NotCollected, _) | (_, NotCollected) => NotCollected,
        (Incomplete, _) | (_, Incomplete) => Incomplete,
        (Complete, Complete) => Complete,
    }
}

/// The flag of the items of the first operand that the second one has not.
fn complement(first: Flag, second: Flag) -> Flag {
    use Flag::{Complete, DoesNotExist, Error, Incomplete, NotApplicable, NotCollected};
    match (second, first) {
        (NotApplicable, _) => Error,
        (_, DoesNotExist) => DoesNotExist,
        (_, NotApplicable) | (Error, _) | (_, Error) => Error,
        (_, NotCollected) | (NotCollected, _) => NotCollected,
        (Incomplete, _) => Error,
        (Complete | DoesNotExist, Complete) => Complete,
        (Complete | DoesNotExist, Incomplete) => Incomplete,
    }
}
