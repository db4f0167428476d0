//! Whether a system is one that a security bulletin names, and whether its build has reached another.

use super::{System, differs, lexicographic};
use crate::model::applicability::bulletin::{Installation, Role, WindowsProduct, WindowsRevision};
use crate::model::expr::Comparison;
use crate::model::reason::Reason;
use crate::model::truth::{Tally, Truth};
use crate::model::verdict::Answer;

impl System {
    /// Whether it is the system; everything given must be equal.
    pub(super) fn windows_product(&self, asked: &WindowsProduct) -> Answer {
        differs(Some(self.is_product(asked)))
    }

    /// Whether it may be the system.
    pub(super) fn windows_product_possible(&self, asked: &WindowsProduct) -> Answer {
        differs(Some(Truth::from(self.is_product(asked) != Truth::False)))
    }

    /// Whether it is Windows and none of the systems that are known: that is not decided, but never nothing.
    pub(super) fn windows_other(&self, known: &[WindowsProduct]) -> Answer {
        let is_one = |product: &WindowsProduct| self.is_product(product) != Truth::False;
        if self.windows == Some(false) || known.is_empty() || known.iter().any(is_one) {
            return Answer::not(Reason::PlatformDiffers);
        }
        Answer::UNSUPPORTED
    }

    /// Whether it has reached a revision; the question does not arise on another system.
    pub(super) fn windows_revision(&self, asked: &WindowsRevision) -> Answer {
        match (self.is_product(&asked.product), self.ubr) {
            (Truth::False, _) => Answer::new(Truth::NotApplicable, Reason::PlatformDiffers),
            (Truth::True, Some(ubr)) if ubr >= asked.revision => Answer::yes(Reason::BuildCurrent),
            (Truth::True, Some(_)) => Answer::not(Reason::BuildOlder),
            (Truth::True, None) => Answer::PART_NOT_COLLECTED,
            _ => Answer::NOT_COLLECTED,
        }
    }

    fn is_product(&self, asked: &WindowsProduct) -> Truth {
        let equal = |rule: u32, observed: Option<u32>| lexicographic(Comparison::Eq, [(rule, observed)]);
        let mut tally = Tally::default();
        if self.windows == Some(false) {
            return Truth::False;
        }
        tally.add(equal(asked.build, self.build));
        tally.add(
            self.product_type
                .map_or(Truth::Unknown, |kind| Truth::from((kind == 1) == (asked.role == Role::Client))),
        );
        if let Some(architecture) = asked.architecture {
            tally.add(equal(architecture, self.architecture));
        }
        if let Some(installation) = asked.installation {
            let core = self.installation.as_deref().map(|observed| observed == "core");
            let wanted = installation == Installation::Core;
            tally.add(core.map_or(Truth::Unknown, |core| Truth::from(core == wanted)));
        }
        tally.and()
    }
}
