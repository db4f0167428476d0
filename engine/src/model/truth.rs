//! Six-valued truth, as OVAL defines it; True, False and Unknown alone are Kleene's logic.
//!
//! Knows the tables and nothing of what is asked. Source: OVAL Language 5.11.2, with zero operands
//! giving Unknown in every table.

/// The truth of a rule about a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Truth {
    /// Proved to hold.
    True = 0,
    /// Proved not to hold.
    False = 1,
    /// The rule or a value is malformed.
    Error = 2,
    /// The evidence was not collected, or the rule is not supported.
    Unknown = 3,
    /// Not looked at.
    NotEvaluated = 4,
    /// The question does not arise; beside other operands it is ignored.
    NotApplicable = 5,
}

impl Truth {
    /// All six, in the order of their numbers.
    pub const ALL: [Truth; 6] =
        [Truth::True, Truth::False, Truth::Error, Truth::Unknown, Truth::NotEvaluated, Truth::NotApplicable];

    /// Finds the truth of a stored number.
    pub fn from_number(number: u8) -> Option<Truth> {
        Truth::ALL.get(usize::from(number)).copied()
    }

    /// The word of the standard.
    pub fn name(self) -> &'static str {
        match self {
            Truth::True => "true",
            Truth::False => "false",
            Truth::Error => "error",
            Truth::Unknown => "unknown",
            Truth::NotEvaluated => "not evaluated",
            Truth::NotApplicable => "not applicable",
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Truth::True } else { Truth::False }
    }
}

impl std::ops::Not for Truth {
    type Output = Truth;

    /// Swaps True and False and leaves the others.
    fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            other => other,
        }
    }
}

/// How often each truth value occurs among operands; the tables depend on nothing else.
///
/// ```
/// use patchstate::model::truth::{Tally, Truth::*};
///
/// let tally: Tally = [True, Unknown, NotApplicable].into_iter().collect();
/// assert_eq!(tally.and(), Unknown);
/// assert_eq!(tally.or(), True);
/// assert_eq!(Tally::default().and(), Unknown);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally([u32; 6]);

impl Tally {
    /// Counts one operand.
    pub fn add(&mut self, truth: Truth) {
        let count = &mut self.0[truth as usize];
        *count = count.saturating_add(1);
    }

    /// How many operands are `truth`.
    pub fn of(&self, truth: Truth) -> u32 {
        self.0[truth as usize]
    }

    fn has(&self, truth: Truth) -> bool {
        self.of(truth) > 0
    }

    /// What no operand, or only inapplicable ones, give.
    fn degenerate(&self) -> Option<Truth> {
        let others = self.0[..5].iter().any(|count| *count > 0);
        match (others, self.has(Truth::NotApplicable)) {
            (true, _) => None,
            (false, true) => Some(Truth::NotApplicable),
            (false, false) => Some(Truth::Unknown),
        }
    }

    /// The first of Error, Unknown and NotEvaluated that occurs.
    fn undecided(&self) -> Option<Truth> {
        [Truth::Error, Truth::Unknown, Truth::NotEvaluated].into_iter().find(|truth| self.has(*truth))
    }

    /// The AND table.
    pub fn and(&self) -> Truth {
        if let Some(truth) = self.degenerate() {
            return truth;
        }
        if self.has(Truth::False) {
            return Truth::False;
        }
        self.undecided().unwrap_or(Truth::True)
    }

    /// The OR table.
    pub fn or(&self) -> Truth {
        if let Some(truth) = self.degenerate() {
            return truth;
        }
        if self.has(Truth::True) {
            return Truth::True;
        }
        self.undecided().unwrap_or(Truth::False)
    }

    /// The ONE table: exactly one operand is True.
    pub fn one(&self) -> Truth {
        if let Some(truth) = self.degenerate() {
            return truth;
        }
        if self.of(Truth::True) >= 2 {
            return Truth::False;
        }
        self.undecided().unwrap_or_else(|| Truth::from(self.of(Truth::True) == 1))
    }

    /// The XOR table: an odd number of operands is True.
    pub fn xor(&self) -> Truth {
        if let Some(truth) = self.degenerate() {
            return truth;
        }
        self.undecided().unwrap_or_else(|| Truth::from(self.of(Truth::True) % 2 == 1))
    }

    /// The `none satisfy` table: no operand is True.
    pub fn none(&self) -> Truth {
        if let Some(truth) = self.degenerate() {
            return truth;
        }
        if self.has(Truth::True) {
            return Truth::False;
        }
        self.undecided().unwrap_or(Truth::True)
    }
}

impl FromIterator<Truth> for Tally {
    fn from_iter<T: IntoIterator<Item = Truth>>(operands: T) -> Self {
        let mut tally = Tally::default();
        operands.into_iter().for_each(|truth| tally.add(truth));
        tally
    }
}
