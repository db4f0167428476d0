//! The kinds of differences, each with a sentence, and how the evidence of a cell gives its kind.

use crate::eval::reference::{Node, Trace};
use crate::model::applicability::Applicability;
use crate::model::expr::{Expr, Operator, Question, Subject};
use crate::model::flag::Flags;
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::{Cell, Verdict};

/// Who alone calls an article missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Only {
    /// wesng reports it, and the update is not Missing.
    Wesng,
    /// The update is Missing, and wesng does not report it.
    Patchstate,
}

impl Only {
    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Only::Wesng => "wesng",
            Only::Patchstate => "patchstate",
        }
    }
}

/// Declares the classes: each with its name, who alone calls the article missing, and a sentence.
macro_rules! classes {
    ($($class:ident $name:literal $only:ident $says:literal;)*) => {
        /// Of which kind a difference is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Class {
            $(#[doc = $says] $class,)*
        }

        impl Class {
            /// All of them, in the order of the page.
            pub const ALL: &'static [Class] = &[$(Class::$class,)*];

            /// The name.
            pub const fn name(self) -> &'static str {
                match self { $(Class::$class => $name,)* }
            }

            /// Who alone calls the article missing.
            pub const fn only(self) -> Only {
                match self { $(Class::$class => Only::$only,)* }
            }

            /// What it says, in a sentence.
            pub const fn says(self) -> &'static str {
                match self { $(Class::$class => $says,)* }
            }
        }
    };
}

classes! {
    NoArticle "no-article" Wesng
        "What wesng reports is no number of an article but a text that stands in its place, such as `Release Notes`, and nothing can be looked for by it.";
    NotInIndex "not-in-index" Wesng
        "The index has no update of the article, because it was compiled from other documents or without products that no table names.";
    EvidenceConflict "evidence-conflict" Wesng
        "The list of the machine says that it is installed and the build says that it is not; it is Installed with the flag build-conflict.";
    ListedOtherwise "listed-otherwise" Wesng
        "The machine lists the article under another number or in another form, which wesng does not compare.";
    ReplacementListed "replacement-listed" Wesng
        "The machine lists an article that replaces it, directly or through others; wesng only knows of it where the list stands at a product that its filter takes.";
    ReplacementInstalled "replacement-installed" Wesng
        "An update that replaces it is proved to be installed by other evidence than the list.";
    BuildCurrent "build-current" Wesng
        "The build of the machine is at or above the one that the article brings, whatever the machine lists.";
    OtherSystem "other-system" Wesng
        "No product of the article is the machine's system: the filter is a part of the name of another one.";
    ComponentAbsent "component-absent" Wesng
        "The article is for a component of the machine's system, and the machine is proved to be without it.";
    SystemNotRecognised "system-not-recognised" Wesng
        "The product table names no such system, so that nothing is decided about it.";
    ComponentNotRecognised "component-not-recognised" Wesng
        "The article is for a component on the machine's system, and no table says how to see whether a machine has it; wesng takes every component for installed.";
    ProductNotRecognised "product-not-recognised" Wesng
        "The article is for a product that no table names.";
    ComponentNotStated "component-not-stated" Wesng
        "The article is for a component, and the inventory does not say whether the machine has it.";
    SystemNotStated "system-not-stated" Wesng
        "The inventory lacks a part of the system that decides, such as whether it is Server Core.";
    ListNotComplete "list-not-complete" Wesng
        "The list of hotfixes is not known to be complete, so that an article that is not on it may be installed.";
    RevisionNotStated "revision-not-stated" Wesng
        "A build would decide, and the inventory does not state the revision of the machine's.";
    OtherRule "other-rule" Wesng
        "The update has another verdict for a reason that is of no other class; the row names it.";
    NoFilter "no-filter" Patchstate
        "wesng has no name for the machine's system and reports nothing.";
    NotInDefinitions "not-in-definitions" Patchstate
        "No row of the definitions is of the article; the index has it from other documents.";
    OtherName "other-name" Patchstate
        "wesng's filter takes no product under which the definitions have the article: it is no part of their names, as where they write `version 21H2` and it asks for `Version 21H2`, or they name a service pack of which it does not speak.";
    ListedAndMissing "listed-and-missing" Patchstate
        "The machine lists the article, which is enough for wesng; the entry is pending or failed, or the build decides otherwise.";
    ReplacementMissing "replacement-missing" Patchstate
        "wesng drops what any row replaces, although what replaces it is Missing too; the row is flagged superseded, and its vulnerabilities stay open.";
    ReplacementNotHere "replacement-not-here" Patchstate
        "wesng drops what any row replaces, although nothing that replaces it is Missing or Installed on the machine.";
}

/// What a cell rests on.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'t, 'm> {
    /// The cell.
    pub cell: Cell,
    /// The cell before supersedence.
    pub raw: Cell,
    /// The trees of the rules: whether it is there, and whether it is for the machine.
    pub traces: &'t [Trace<'m>],
}

impl Evidence<'_, '_> {
    /// The class of an article that wesng reports and whose update is not Missing.
    pub fn class(&self) -> Class {
        match (self.cell.verdict, self.cell.reason) {
            (Verdict::Installed, _) if self.cell.flags.contains(Flags::BUILD_CONFLICT) => {
                Class::EvidenceConflict
            }
            (Verdict::Installed, _) if self.raw.verdict != Verdict::Installed => Class::ReplacementInstalled,
            (Verdict::Installed, Reason::HotfixListed) => Class::ListedOtherwise,
            (Verdict::Installed, Reason::ReplacedByInstalled) => Class::ReplacementListed,
            (Verdict::Installed, Reason::BuildCurrent) => Class::BuildCurrent,
            (Verdict::NotApplicable, Reason::PlatformDiffers) => Class::OtherSystem,
            (Verdict::NotApplicable, Reason::ProductAbsent) => Class::ComponentAbsent,
            (Verdict::Unknown, reason) => self.unknown(reason),
            _ => Class::OtherRule,
        }
    }

    /// Whether the product or the evidence is open; a product first, since a list would not decide then.
    fn unknown(&self, reason: Reason) -> Class {
        let Some(applicable) = self.traces.get(1) else { return Class::OtherRule };
        if let Some(class) = open(applicable, Place::Alone) {
            return class;
        }
        match reason {
            Reason::NotCollected => Class::ListNotComplete,
            Reason::PartNotCollected => Class::RevisionNotStated,
            _ => Class::OtherRule,
        }
    }
}

/// Where a part of a rule stands.
#[derive(Clone, Copy)]
enum Place {
    Alone,
    /// Together with what it is on.
    OnSystem,
}

/// Why it is open whether an update is for the machine; of several reasons the one that more facts would
/// not change.
fn open(trace: &Trace<'_>, place: Place) -> Option<Class> {
    if trace.answer.truth != Truth::Unknown {
        return None;
    }
    let Node::Expr(expr, _) = trace.node else { return None };
    match expr {
        Expr::Constant(_) => Some(match place {
            Place::Alone => Class::ProductNotRecognised,
            Place::OnSystem => Class::ComponentNotRecognised,
        }),
        Expr::Test { subject, question, .. } => Some(match (subject, question) {
            (Subject::System, Question::Applicability(asked)) => match **asked {
                Applicability::WindowsOther(_) => Class::SystemNotRecognised,
                Applicability::WindowsProduct(_) => Class::SystemNotStated,
                _ => Class::ComponentNotStated,
            },
            _ => Class::ComponentNotStated,
        }),
        Expr::Combine { operator, .. } => {
            let place = if *operator == Operator::And { Place::OnSystem } else { place };
            trace.below.iter().filter_map(|trace| open(trace, place)).min()
        }
        Expr::Unread(..) | Expr::Not(_) | Expr::Loop { .. } | Expr::Otherwise(..) => Some(Class::OtherRule),
    }
}
