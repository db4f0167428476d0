//! What a list of installed articles, a build and the products of an update prove together.
//!
//! The five operands of [`super::expr::Operator::Evidence`] have places: whether the article itself is
//! listed, whether it is under another number, whether what replaces it is, whether the build has reached
//! the one that contains it, and whether the update is for the client. Both evaluators weigh them here.
//! Source of truth: `docs/cvrf.md`, "Verdicts".

use super::flag::Flags;
use super::options::{Options, Supersedence};
use super::reason::Reason;
use super::truth::Truth;
use super::verdict::Answer;

/// How many operands there are.
pub const PARTS: usize = 5;

/// The place of the operand that says whether the update is for the client.
pub const APPLICABLE: usize = 4;

/// An operand that says nothing.
pub const NOTHING: Answer = Answer::new(Truth::NotApplicable, Reason::NoEvidence);

/// How evidence is weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weighing {
    /// Whether what replaces an article proves it.
    pub replacements: bool,
    /// Whether a build that is too old outweighs a list.
    pub build_wins: bool,
}

impl Default for Weighing {
    fn default() -> Self {
        Weighing { replacements: true, build_wins: false }
    }
}

impl From<&Options> for Weighing {
    fn from(options: &Options) -> Self {
        Weighing { replacements: options.supersedence != Supersedence::Off, build_wins: options.build_wins }
    }
}

/// Whether the two operands leave nothing for the others to say: the client is none that the update is for,
/// and does not list it.
pub fn is_settled(listed: Answer, applicable: Answer) -> bool {
    listed.truth != Truth::True && applicable.decided().truth == Truth::False
}

/// The answer of the operands, in their places.
///
/// ```
/// use patchstate::model::evidence::{NOTHING, Weighing, weigh};
/// use patchstate::model::reason::Reason;
/// use patchstate::model::verdict::Answer;
///
/// let older = Answer::not(Reason::BuildOlder);
/// let unlisted = [Answer::NOT_COLLECTED, NOTHING, NOTHING, older, Answer::TRUE];
/// assert_eq!(weigh(unlisted, Weighing::default()), older);
/// ```
pub fn weigh([listed, alias, replaced, build, applicable]: [Answer; PARTS], how: Weighing) -> Answer {
    let pending = Flags::from_bits(listed.flags.bits() & Flags::REBOOT_PENDING.bits());
    if is_settled(listed, applicable) {
        return Answer::not(applicable.decided().reason);
    }
    let applies = applicable.decided().truth != Truth::False;
    let replaced = if how.replacements { replaced } else { NOTHING };
    let found = [listed, alias, Answer { reason: Reason::ReplacedByInstalled, ..replaced }];
    let found = found.into_iter().find(|found| found.truth == Truth::True);
    match found {
        Some(found) if !applies => Answer { flags: found.flags | Flags::PRODUCT_CONFLICT, ..found },
        Some(_) if build.truth == Truth::False && how.build_wins => build,
        Some(found) if build.truth == Truth::False => {
            Answer { flags: found.flags | pending | Flags::BUILD_CONFLICT, ..found }
        }
        Some(found) => Answer { flags: found.flags | pending, ..found },
        None => {
            let found = match build.truth {
                Truth::NotApplicable => unlisted(listed, alias, replaced),
                _ => build,
            };
            Answer { flags: found.flags | pending, ..found }
        }
    }
}

/// What lists say that do not have the article: nothing less than all of them proves its absence.
fn unlisted(listed: Answer, alias: Answer, replaced: Answer) -> Answer {
    let is_open = |answer: &Answer| !matches!(answer.truth, Truth::False | Truth::NotApplicable);
    let answer = [listed, alias, replaced].into_iter().find(is_open).unwrap_or(listed);
    answer.decided()
}

#[cfg(test)]
mod tests {
    use super::*;

    const YES: Answer = Answer::yes(Reason::HotfixListed);
    const NO: Answer = Answer::FALSE;
    const OPEN: Answer = Answer::NOT_COLLECTED;
    const OLD: Answer = Answer::not(Reason::BuildOlder);
    const NEW: Answer = Answer::yes(Reason::BuildCurrent);
    const HERE: Answer = Answer::TRUE;
    const ELSEWHERE: Answer = Answer::not(Reason::PlatformDiffers);

    fn check(parts: [Answer; PARTS], truth: Truth, reason: Reason, flags: Flags) {
        let found = weigh(parts, Weighing::default());
        assert_eq!(found, Answer { truth, reason, flags }, "{parts:?}");
    }

    #[test]
    fn the_table_of_lists_and_builds_holds() {
        use Truth::{False, True, Unknown};
        let part = Answer::PART_NOT_COLLECTED;
        check([YES, NOTHING, NO, NEW, HERE], True, Reason::HotfixListed, Flags::NONE);
        check([NO, YES, NO, NEW, HERE], True, Reason::HotfixListed, Flags::NONE);
        check([NO, NO, YES, NOTHING, HERE], True, Reason::ReplacedByInstalled, Flags::NONE);
        check([OPEN, NOTHING, OPEN, NEW, HERE], True, Reason::BuildCurrent, Flags::NONE);
        check([OPEN, NOTHING, OPEN, OLD, HERE], False, Reason::BuildOlder, Flags::NONE);
        check([NO, NOTHING, NO, NOTHING, HERE], False, Reason::RuleFalse, Flags::NONE);
        check([NO, NOTHING, NO, part, HERE], Unknown, Reason::PartNotCollected, Flags::NONE);
        check([OPEN, NOTHING, NOTHING, part, HERE], Unknown, Reason::PartNotCollected, Flags::NONE);
        check([OPEN, NOTHING, NOTHING, NOTHING, HERE], Unknown, Reason::NotCollected, Flags::NONE);
        check([NO, NOTHING, OPEN, NOTHING, HERE], Unknown, Reason::NotCollected, Flags::NONE);
    }

    #[test]
    fn conflicts_are_flagged_and_never_silent() {
        use Truth::{False, True};
        check([YES, NOTHING, NO, OLD, HERE], True, Reason::HotfixListed, Flags::BUILD_CONFLICT);
        check([NO, NOTHING, YES, OLD, HERE], True, Reason::ReplacedByInstalled, Flags::BUILD_CONFLICT);
        check([YES, NOTHING, NO, OLD, ELSEWHERE], True, Reason::HotfixListed, Flags::PRODUCT_CONFLICT);
        check([NO, YES, YES, NEW, ELSEWHERE], False, Reason::PlatformDiffers, Flags::NONE);
        let pending = Answer { flags: Flags::REBOOT_PENDING, ..NO };
        check([pending, NOTHING, NO, OLD, HERE], False, Reason::BuildOlder, Flags::REBOOT_PENDING);
        check([pending, NOTHING, NO, NEW, HERE], True, Reason::BuildCurrent, Flags::REBOOT_PENDING);
        let wins = Weighing { build_wins: true, ..Weighing::default() };
        assert_eq!(weigh([YES, NOTHING, NO, OLD, HERE], wins), OLD);
        let alone = Weighing { replacements: false, ..Weighing::default() };
        assert_eq!(weigh([NO, NOTHING, YES, NOTHING, HERE], alone), NO);
    }
}
