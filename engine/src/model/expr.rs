//! Rules: what an update asks of a client.
//!
//! A leaf asks one [`Subject`] one [`Question`]; combinations follow the tables of
//! [`super::truth`]. Every leaf keeps where in the catalog it stands, for `explain`. Formats build
//! these trees; nothing here knows how they are evaluated.

use super::applicability::Applicability;
use super::evidence::{self, Weighing};
use super::fact::{Kind, PackageKind};
use super::reason::Reason;
use super::truth::Truth;
use super::verdict::Answer;
use crate::diagnostic::Position;
use crate::version::dotted::Version;

/// The greatest depth of a rule; a reader makes what lies deeper Unknown.
pub const DEPTH: usize = 64;

/// The most nodes of a rule; no rule of a real catalog comes near it.
pub const NODES: usize = 1 << 20;

/// An attribute of the operating system that a rule may ask for, named as in inventories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum OsField {
    /// `family`
    Family,
    /// `name`
    Name,
    /// `version`
    Version,
    /// `build`
    Build,
    /// `ubr`
    Ubr,
    /// `sp`
    Sp,
    /// `sp-minor`
    SpMinor,
    /// `arch`
    Arch,
    /// `edition`
    Edition,
    /// `sku`
    Sku,
    /// `product-type`
    ProductType,
    /// `suite`
    Suite,
    /// `installation`
    Installation,
    /// `language`
    Language,
    /// `codepage`
    Codepage,
    /// `windir`
    Windir,
    /// `reboot-pending`
    RebootPending,
}

impl OsField {
    /// Every field with its name in inventories.
    pub const ALL: [(OsField, &'static str); 17] = [
        (OsField::Family, "family"),
        (OsField::Name, "name"),
        (OsField::Version, "version"),
        (OsField::Build, "build"),
        (OsField::Ubr, "ubr"),
        (OsField::Sp, "sp"),
        (OsField::SpMinor, "sp-minor"),
        (OsField::Arch, "arch"),
        (OsField::Edition, "edition"),
        (OsField::Sku, "sku"),
        (OsField::ProductType, "product-type"),
        (OsField::Suite, "suite"),
        (OsField::Installation, "installation"),
        (OsField::Language, "language"),
        (OsField::Codepage, "codepage"),
        (OsField::Windir, "windir"),
        (OsField::RebootPending, "reboot-pending"),
    ];

    /// Finds a field by its name.
    pub fn find(name: &str) -> Option<OsField> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(field, _)| *field)
    }

    /// The name in inventories.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// The thing a leaf asks about, in the normal form in which facts are compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An attribute of the operating system.
    Os(OsField),
    /// A file, by normal path.
    File(String),
    /// A registry value, by normal key and folded name.
    RegistryValue {
        /// Normal key.
        key: String,
        /// Folded value name; empty is the default value.
        name: String,
    },
    /// A registry key, by normal key.
    RegistryKey(String),
    /// A Windows Installer product, by code in upper case with braces.
    Msi(String),
    /// A hotfix, by number.
    Hotfix(u32),
    /// A product, by folded name.
    Product(String),
    /// A package, by name.
    Package(PackageKind, String),
    /// A module, by name.
    Module(String),
    /// The operating system as a whole.
    System,
    /// A management class, by the key of [`super::wql::class_key`].
    Wmi(String),
    /// All products of Windows Installer together.
    Installer,
}

impl Subject {
    /// The kind of fact that decides about it.
    pub fn kind(&self) -> Kind {
        match self {
            Subject::Os(_) | Subject::System => Kind::Os,
            Subject::File(_) => Kind::File,
            Subject::RegistryValue { .. } | Subject::RegistryKey(_) => Kind::Registry,
            Subject::Msi(_) | Subject::Installer => Kind::Msi,
            Subject::Hotfix(_) => Kind::Hotfix,
            Subject::Product(_) => Kind::Product,
            Subject::Package(..) => Kind::Package,
            Subject::Module(_) => Kind::Module,
            Subject::Wmi(_) => Kind::Wmi,
        }
    }
}

/// An ordering or a textual relation between an observed value and the rule's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Greater or equal.
    Ge,
    /// Greater.
    Gt,
    /// Less or equal.
    Le,
    /// Less.
    Lt,
    /// The observed text contains the rule's.
    Contains,
}

impl Comparison {
    /// Every relation with its name in product tables.
    pub const ALL: [(Comparison, &'static str); 7] = [
        (Comparison::Eq, "eq"),
        (Comparison::Ne, "ne"),
        (Comparison::Ge, "ge"),
        (Comparison::Gt, "gt"),
        (Comparison::Le, "le"),
        (Comparison::Lt, "lt"),
        (Comparison::Contains, "contains"),
    ];

    /// Finds a relation by its name.
    pub fn find(name: &str) -> Option<Comparison> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(comparison, _)| *comparison)
    }

    /// The name in product tables.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// Whether an observed value that stands in `order` to the rule's satisfies it; `Contains` never does.
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Eq => order.is_eq(),
            Comparison::Ne => order.is_ne(),
            Comparison::Ge => order.is_ge(),
            Comparison::Gt => order.is_gt(),
            Comparison::Le => order.is_le(),
            Comparison::Lt => order.is_lt(),
            Comparison::Contains => false,
        }
    }
}

/// The value that a rule compares with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operand {
    /// A dotted version.
    Version(Version),
    /// A number.
    Number(u64),
    /// Text, folded and trimmed.
    Text(String),
}

/// The data that a registry value must have to be evidence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Data {
    /// Any.
    Any,
    /// This number.
    Number(u64),
    /// This text, folded and trimmed.
    Text(String),
    /// This version or a later one.
    AtLeast(Version),
}

/// Whether a file must be there to be evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Presence {
    /// An absent file is evidence against.
    Required,
    /// An absent file is no evidence.
    Optional,
    /// The file must be absent.
    Removed,
}

/// What a leaf asks of its subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// Is it there?
    Exists,
    /// How does its value (version, data, attribute) compare?
    Compare(Comparison, Operand),
    /// Does a registry value have this data?
    Data(Data),
    /// Is a file at this version or a later one?
    FileEvidence {
        /// Whether it must be there.
        presence: Presence,
        /// The version it must have at least.
        version: Option<Version>,
        /// The checksum it must have at exactly this version; asked only under a checksum policy.
        checksum: Option<u64>,
    },
    /// Is a product at one of these service packs?
    Level {
        /// The service packs that the update is for, as written.
        affected: Vec<String>,
        /// The service pack that contains the update, as written.
        fixed: Option<String>,
    },
    /// What a leaf of the Windows rule language asks.
    Applicability(Box<Applicability>),
}

/// How operands are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Operator {
    /// All.
    And,
    /// Any.
    Or,
    /// Exactly one.
    One,
    /// An odd number.
    Xor,
    /// What lists of articles and a build prove; each operand has its place, as [`super::evidence`] says.
    Evidence,
}

/// Which operand gives the reason of a combination, among those that have its truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Reasons {
    /// The first one; of True ones, the first with `file-newer`, else the first that says more than
    /// `rule-true`.
    InOrder,
    /// The strongest reason: a service pack that contains the update, before one that it is not for,
    /// before an absent product, before all others; of equal ones the first.
    Strongest,
    /// The one that says most to whoever reads a cell of this section, whatever the order of operands.
    Ranked,
}

/// Which of an update's rules an expression stands in: what is worth saying of it differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// The rule that says that it is there: its reason is that of a Missing cell.
    Installed,
    /// The rule that says that it is for the client: its reason is that of a NotApplicable cell.
    Applicable,
}

/// The reasons of a cell that is Missing, the one that says most first.
const MISSING: [Reason; 16] = [
    Reason::FileOlder,
    Reason::BuildOlder,
    Reason::PackageOlder,
    Reason::FileChecksum,
    Reason::FileNewer,
    Reason::FileAbsent,
    Reason::RegistryMissing,
    Reason::RegistryDiffers,
    Reason::MspAbsent,
    Reason::MsiProductAbsent,
    Reason::PackageAbsent,
    Reason::ProductAbsent,
    Reason::PlatformDiffers,
    Reason::PrerequisiteFalse,
    Reason::BuildCurrent,
    Reason::RuleFalse,
];

/// The reasons of a cell that is NotApplicable, the one that says most first.
const NOT_APPLICABLE: [Reason; 16] = [
    Reason::PrerequisiteFalse,
    Reason::PlatformDiffers,
    Reason::ProductAbsent,
    Reason::MsiProductAbsent,
    Reason::PackageAbsent,
    Reason::MspAbsent,
    Reason::RegistryMissing,
    Reason::RegistryDiffers,
    Reason::FileAbsent,
    Reason::FileNewer,
    Reason::FileOlder,
    Reason::PackageOlder,
    Reason::BuildOlder,
    Reason::FileChecksum,
    Reason::BuildCurrent,
    Reason::RuleFalse,
];

/// The reasons of a cell that is Unknown, the one that says most first.
const UNKNOWN: [Reason; 5] = [
    Reason::NotCollected,
    Reason::PartNotCollected,
    Reason::NoEvidence,
    Reason::UnsupportedRule,
    Reason::RuleError,
];

/// The weight of the reason that says most of a rule that is False.
pub const MOST_RANKED: u8 = MISSING.len() as u8;

/// The weight of a reason in a list that begins with the one that says most; 0 where it is not listed.
fn rank(listed: &[Reason], reason: Reason) -> u8 {
    listed.iter().rev().zip(1u8..).find(|(known, _)| **known == reason).map_or(0, |(_, weight)| weight)
}

impl Reasons {
    /// The weight of a reason among operands of equal truth; the greatest wins, then the first.
    pub fn weight(self, section: Section, truth: Truth, reason: Reason) -> u8 {
        match (self, truth, reason) {
            (Reasons::Ranked, Truth::True, _) => 0,
            (Reasons::Ranked, Truth::False | Truth::NotApplicable, _) => match section {
                Section::Installed => rank(&MISSING, reason),
                Section::Applicable => rank(&NOT_APPLICABLE, reason),
            },
            (Reasons::Ranked, ..) => rank(&UNKNOWN, reason),
            (Reasons::InOrder, Truth::True, Reason::RuleTrue) => 0,
            (Reasons::InOrder, Truth::True, Reason::FileNewer) => 2,
            (Reasons::InOrder, Truth::True, _) => 1,
            (Reasons::Strongest, Truth::False, Reason::FixedInServicePack) => 3,
            (Reasons::Strongest, Truth::False, Reason::ServicePackOutOfRange) => 2,
            (Reasons::Strongest, Truth::False, Reason::ProductAbsent) => 1,
            _ => 0,
        }
    }
}

/// A rule or a part of one.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Always the same.
    Constant(Answer),
    /// A part that is not asked, for this reason, as its document has it: Unknown.
    Unread(Reason, String),
    /// A leaf.
    Test {
        /// What is asked about.
        subject: Subject,
        /// What is asked.
        question: Question,
        /// Where in the catalog it stands.
        position: Position,
    },
    /// Several operands; none at all are Unknown.
    Combine {
        /// The table.
        operator: Operator,
        /// Where the reason comes from.
        reasons: Reasons,
        /// The operands, in document order.
        operands: Vec<Expr>,
    },
    /// The opposite.
    Not(Box<Expr>),
    /// The first, unless it is NotApplicable: then the second.
    Otherwise(Box<Expr>, Box<Expr>),
    /// A rule that is asked of each sub-key of a registry key, in place of [`super::registry::LOOP`].
    Loop {
        /// The key, in normal form.
        key: String,
        /// For how many sub-keys it must hold.
        of: LoopOf,
        /// The rule.
        body: Box<Expr>,
    },
}

/// For how many sub-keys a rule must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum LoopOf {
    /// For some.
    Any,
    /// For all, of which there is one at least.
    All,
    /// For none.
    None,
}

impl LoopOf {
    /// Every one with its word in rules.
    pub const ALL: [(LoopOf, &'static str); 3] =
        [(LoopOf::Any, "Any"), (LoopOf::All, "All"), (LoopOf::None, "None")];

    /// The answer of a loop, of the truths at the sub-keys; `whole` says that there are no others.
    pub fn answer(self, truths: impl IntoIterator<Item = Truth>, whole: bool) -> Answer {
        let unknown = (!whole).then_some(Truth::Unknown);
        let mut truths = truths.into_iter().chain(unknown).peekable();
        let truth = match (self, truths.peek()) {
            (LoopOf::Any | LoopOf::All, None) => Truth::False,
            (LoopOf::None, None) => Truth::True,
            (LoopOf::Any, Some(_)) => truths.collect::<super::truth::Tally>().or(),
            (LoopOf::All, Some(_)) => truths.collect::<super::truth::Tally>().and(),
            (LoopOf::None, Some(_)) => !truths.collect::<super::truth::Tally>().or(),
        };
        match truth {
            Truth::True => Answer::TRUE,
            Truth::False | Truth::NotApplicable => Answer::FALSE,
            Truth::Error | Truth::Unknown | Truth::NotEvaluated => Answer::NOT_COLLECTED,
        }
    }
}

impl Expr {
    /// A leaf.
    pub fn test(subject: Subject, question: Question, position: Position) -> Expr {
        Expr::Test { subject, question, position }
    }

    /// All of `operands`, the reason from the first that decides.
    pub fn all(operands: Vec<Expr>) -> Expr {
        Expr::Combine { operator: Operator::And, reasons: Reasons::InOrder, operands }
    }

    /// Any of `operands`, the reason from the first that decides.
    pub fn any(operands: Vec<Expr>) -> Expr {
        Expr::Combine { operator: Operator::Or, reasons: Reasons::InOrder, operands }
    }

    /// All of `operands`, the reason the one that says most; one alone is itself.
    pub fn all_ranked(mut operands: Vec<Expr>) -> Expr {
        match operands.pop() {
            Some(only) if operands.is_empty() => only,
            last => {
                operands.extend(last);
                Expr::Combine { operator: Operator::And, reasons: Reasons::Ranked, operands }
            }
        }
    }

    /// How deep the rule is and how many nodes it has.
    ///
    /// ```
    /// use patchstate::model::expr::Expr;
    /// use patchstate::model::verdict::Answer;
    ///
    /// let yes = || Expr::Constant(Answer::TRUE);
    /// assert_eq!(Expr::all(vec![yes(), Expr::Not(Box::new(yes()))]).extent(), (3, 4));
    /// ```
    pub fn extent(&self) -> (usize, usize) {
        let below: &mut dyn Iterator<Item = &Expr> = match self {
            Expr::Constant(_) | Expr::Unread(..) | Expr::Test { .. } => &mut std::iter::empty(),
            Expr::Combine { operands, .. } => &mut operands.iter(),
            Expr::Not(operand) | Expr::Loop { body: operand, .. } => &mut std::iter::once(&**operand),
            Expr::Otherwise(first, second) => &mut [&**first, &**second].into_iter(),
        };
        below
            .map(Expr::extent)
            .fold((1, 1), |(depth, nodes), below| (depth.max(below.0 + 1), nodes + below.1))
    }

    /// Visits every leaf, in document order.
    pub fn leaves(&self, visit: &mut dyn FnMut(&Subject, &Question, Position)) {
        match self {
            Expr::Constant(_) | Expr::Unread(..) => {}
            Expr::Test { subject, question, position } => visit(subject, question, *position),
            Expr::Combine { operands, .. } => operands.iter().for_each(|operand| operand.leaves(visit)),
            Expr::Not(operand) | Expr::Loop { body: operand, .. } => operand.leaves(visit),
            Expr::Otherwise(first, second) => {
                first.leaves(visit);
                second.leaves(visit);
            }
        }
    }
}

impl Expr {
    /// The rule of a loop as it is asked of one sub-key; the rules of loops in it stay as they are.
    pub fn at_sub_key(&self, sub_key: &str) -> Expr {
        let at = |expr: &Expr| expr.at_sub_key(sub_key);
        match self {
            Expr::Constant(_) | Expr::Unread(..) => self.clone(),
            Expr::Test { subject, question, position } => {
                Expr::test(subject.at_sub_key(sub_key), question.clone(), *position)
            }
            Expr::Combine { operator, reasons, operands } => Expr::Combine {
                operator: *operator,
                reasons: *reasons,
                operands: operands.iter().map(at).collect(),
            },
            Expr::Not(operand) => Expr::Not(Box::new(at(operand))),
            Expr::Otherwise(first, second) => Expr::Otherwise(Box::new(at(first)), Box::new(at(second))),
            Expr::Loop { key, of, body } => Expr::Loop {
                key: super::registry::at_sub_key(key, sub_key).unwrap_or_else(|| key.clone()),
                of: *of,
                body: body.clone(),
            },
        }
    }
}

impl Subject {
    /// The subject that is meant at a sub-key of a loop.
    pub fn at_sub_key(&self, sub_key: &str) -> Subject {
        let at = |key: &String| super::registry::at_sub_key(key, sub_key);
        match self {
            Subject::RegistryKey(key) => at(key).map(Subject::RegistryKey),
            Subject::RegistryValue { key, name } => {
                at(key).map(|key| Subject::RegistryValue { key, name: name.clone() })
            }
            _ => None,
        }
        .unwrap_or_else(|| self.clone())
    }
}

/// Combines the answers of operands by a table, with the reason and the flags of those that decide.
///
/// True of AND takes the flags of all its operands; everything else those of the operand whose reason
/// it takes.
pub fn combine(operator: Operator, reasons: Reasons, section: Section, answers: &[Answer]) -> Answer {
    let tally: super::truth::Tally = answers.iter().map(|answer| answer.truth).collect();
    let truth = match operator {
        Operator::And => tally.and(),
        Operator::Or => tally.or(),
        Operator::One => tally.one(),
        Operator::Xor => tally.xor(),
        Operator::Evidence => return evidence(answers, Weighing::default()),
    };
    let mut best: Option<Answer> = None;
    for answer in answers.iter().filter(|answer| answer.truth == truth) {
        let weight = |answer: Answer| reasons.weight(section, truth, answer.reason);
        best = match best {
            Some(best) if weight(best) >= weight(*answer) => Some(best),
            _ => Some(*answer),
        };
    }
    let Some(mut best) = best else { return fallback(truth) };
    if operator == Operator::And && truth == Truth::True {
        for answer in answers.iter().filter(|answer| answer.truth == truth) {
            best.flags |= answer.flags;
        }
    }
    best
}

/// Weighs the operands of [`Operator::Evidence`]; one that is not there says nothing.
pub fn evidence(answers: &[Answer], how: Weighing) -> Answer {
    let part = |place: usize| answers.get(place).copied().unwrap_or(evidence::NOTHING);
    evidence::weigh(std::array::from_fn(part), how)
}

/// The answer of a combination that none of its operands gives, such as ONE over two that are True.
fn fallback(truth: Truth) -> Answer {
    let reason = match truth {
        Truth::True => Reason::RuleTrue,
        Truth::False | Truth::NotApplicable => Reason::RuleFalse,
        Truth::Error => Reason::RuleError,
        Truth::Unknown | Truth::NotEvaluated => Reason::NoEvidence,
    };
    Answer::new(truth, reason)
}

/// The opposite of an answer.
pub fn negate(answer: Answer) -> Answer {
    let reason = match answer.truth {
        Truth::True => Reason::RuleFalse,
        Truth::False => Reason::RuleTrue,
        _ => answer.reason,
    };
    Answer { truth: !answer.truth, reason, flags: answer.flags }
}
