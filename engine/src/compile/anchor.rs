//! Anchors: the subjects whose proved absence settles an update without asking anything else.
//!
//! A client then only touches the updates that its facts can reach. What the absence gives, and what
//! anchors that were not collected give, is found by evaluating the rule with everything else left
//! open; where the absence does not settle it, the update has no anchor and is always evaluated.

use crate::index::probe::{self, Key};
use crate::model::applicability::Applicability;
use crate::model::catalogs::Entry;
use crate::model::expr::{self, Expr, Operand, Operator, Question, Reasons, Section, Subject};
use crate::model::fact::Kind;
use crate::model::flag::Flags;
use crate::model::law;
use crate::model::reason::Reason;
use crate::model::truth::{Tally, Truth};
use crate::model::update::{Collection, PackageRow, Rule};
use crate::model::verdict::{Answer, Cell, Verdict};

/// What settles an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchors<'u> {
    /// The subjects, all of one kind, each once.
    pub subjects: Vec<Key<'u>>,
    /// Their kind.
    pub kind: Kind,
    /// The cell where all of them are absent.
    pub absent: Cell,
    /// The cell where none of them was collected; `None` when other things decide then.
    pub not_collected: Option<Cell>,
}

/// Finds the anchors of an update.
pub fn find(entry: &Entry) -> Option<Anchors<'_>> {
    let update = &entry.update;
    if !entry.prerequisites.is_empty() || !entry.children.is_empty() {
        return None;
    }
    match &update.rule {
        Rule::None | Rule::Items(_) | Rule::Definition(_) => None,
        Rule::Packages { collections, rows } => of_packages(collections, rows),
        Rule::Tests { installed, applicable } => {
            let subjects = candidates(applicable)?;
            let kind = subjects.first()?.kind();
            let all_together = subjects.contains(&&Subject::Installer);
            if kind == Kind::Os || all_together || subjects.iter().any(|subject| subject.kind() != kind) {
                return None;
            }
            let settle = |state| {
                let open = Open { anchors: &subjects, state };
                open.cell(installed, applicable).map(|cell| cell.withdrawn(update.flags))
            };
            let harmless = |cell: &Cell| matches!(cell.verdict, Verdict::NotApplicable | Verdict::Unknown);
            let absent = settle(Anchor::Absent).filter(harmless)?;
            let not_collected = settle(Anchor::NotCollected).filter(harmless);
            let subjects = subjects.into_iter().map(probe::key).collect();
            Some(Anchors { subjects, kind, absent, not_collected })
        }
    }
}

/// Packages that are all absent settle an update; ones that were not collected do where some row counts
/// whatever modules are active.
fn of_packages<'u>(collections: &[Collection], rows: &'u [PackageRow]) -> Option<Anchors<'u>> {
    let subjects = distinct(rows.iter().map(|row| probe::package(row.kind, &row.name)).collect());
    let free =
        |row: &PackageRow| collections.get(row.collection as usize).is_none_or(|one| one.modules.is_empty());
    (!subjects.is_empty()).then(|| Anchors {
        subjects,
        kind: Kind::Package,
        absent: Cell::new(Verdict::NotApplicable, Reason::PackageAbsent),
        not_collected: rows.iter().any(free).then_some(Cell::new(Verdict::Unknown, Reason::NotCollected)),
    })
}

/// The subjects whose absence makes an expression False, each once; the smallest such set that is easy
/// to see.
fn candidates(expr: &Expr) -> Option<Vec<&Subject>> {
    match expr {
        Expr::Test { subject, question, .. } => {
            (law::absent(subject, question).truth == Truth::False).then(|| vec![subject])
        }
        Expr::Combine { operator: Operator::And, operands, .. } => {
            operands.iter().filter_map(candidates).min_by_key(Vec::len)
        }
        Expr::Combine { operator: Operator::Or, operands, .. } => {
            let sets: Option<Vec<_>> = operands.iter().map(candidates).collect();
            let union = distinct(sets?.concat());
            (!union.is_empty()).then_some(union)
        }
        Expr::Constant(_)
        | Expr::Unread(..)
        | Expr::Combine { .. }
        | Expr::Not(_)
        | Expr::Loop { .. }
        | Expr::Otherwise(..) => None,
    }
}

/// Each of some things once, in order.
fn distinct<T: Ord>(mut things: Vec<T>) -> Vec<T> {
    things.sort_unstable();
    things.dedup();
    things
}

/// The state that all anchors are tried in.
#[derive(Clone, Copy)]
enum Anchor {
    Absent,
    NotCollected,
}

/// An answer that an expression may have; without reason and flags where they may be any.
type Possible = (Truth, Option<(Reason, Flags)>);

/// The answers that an expression may have.
#[derive(Default)]
struct Possibles {
    /// The truths that it may have for any reason, a bit each.
    open: u8,
    /// The answers whose reason and flags are settled, each once; there is hardly ever a second one.
    settled: Option<Possible>,
    more: Vec<Possible>,
}

impl Possibles {
    /// Any of these truths for any reason.
    fn any(truths: &[Truth]) -> Self {
        truths.iter().map(|truth| (*truth, None)).collect()
    }

    /// One answer.
    fn one(answer: Answer) -> Self {
        [settled(answer)].into_iter().collect()
    }

    fn iter(&self) -> impl Iterator<Item = Possible> + '_ {
        let open = Truth::ALL.into_iter().filter(|truth| self.open & 1 << *truth as u8 != 0);
        open.map(|truth| (truth, None)).chain(self.settled).chain(self.more.iter().copied())
    }
}

impl Extend<Possible> for Possibles {
    fn extend<T: IntoIterator<Item = Possible>>(&mut self, answers: T) {
        for answer in answers {
            match answer.1 {
                None => self.open |= 1 << answer.0 as u8,
                Some(_) if *self.settled.get_or_insert(answer) == answer || self.more.contains(&answer) => {}
                Some(_) => self.more.push(answer),
            }
        }
    }
}

impl FromIterator<Possible> for Possibles {
    fn from_iter<T: IntoIterator<Item = Possible>>(answers: T) -> Self {
        let mut possibles = Possibles::default();
        possibles.extend(answers);
        possibles
    }
}

/// How reasons are chosen where a rule stands.
#[derive(Clone, Copy)]
struct Ranking {
    reasons: Reasons,
    section: Section,
}

/// Evaluation with the anchors in one state and everything else open.
struct Open<'e> {
    /// In order.
    anchors: &'e [&'e Subject],
    state: Anchor,
}

impl Open<'_> {
    /// The cell of two rules, where all that is possible gives the same.
    fn cell(&self, installed: &Expr, applicable: &Expr) -> Option<Cell> {
        let installed = self.possible(installed, Section::Installed);
        let applicable = self.possible(applicable, Section::Applicable);
        let mut settled = None;
        for installed in installed.iter() {
            for applicable in applicable.iter() {
                let cell = self.decide(installed, applicable)?;
                if *settled.get_or_insert(cell) != cell {
                    return None;
                }
            }
        }
        settled
    }

    /// The cell of two possible answers, unless it takes a reason and flags that may be any.
    fn decide(&self, installed: Possible, applicable: Possible) -> Option<Cell> {
        let [installed, applicable] = [installed, applicable].map(decided);
        // Two reasons that no rule gives, to see which of the two the cell takes.
        let answer = |(truth, _): Possible, mark| Answer::new(truth, mark);
        let (mark_installed, mark_applicable) = (Reason::InventoryUnreadable, Reason::Declined);
        let cell = Cell::decide(
            answer(installed, mark_installed),
            answer(applicable, mark_applicable),
            Answer::FALSE,
        );
        let (reason, flags) = match cell.reason {
            // One that is Missing has the flags of both rules.
            reason if reason == mark_installed && cell.verdict == Verdict::Missing => {
                let (reason, flags) = installed.1?;
                (reason, flags | applicable.1?.1)
            }
            reason if reason == mark_installed => installed.1?,
            reason if reason == mark_applicable => applicable.1?,
            reason => (reason, cell.flags),
        };
        Some(Cell { verdict: cell.verdict, reason, flags })
    }

    fn possible(&self, expr: &Expr, section: Section) -> Possibles {
        match expr {
            Expr::Constant(answer) => Possibles::one(*answer),
            Expr::Unread(reason, _) => Possibles::one(Answer::new(Truth::Unknown, *reason)),
            Expr::Test { subject, question, .. } => self.leaf(subject, question),
            Expr::Combine { operator: Operator::One | Operator::Xor | Operator::Evidence, .. } => {
                Possibles::any(&Truth::ALL)
            }
            Expr::Combine { operator, reasons, operands } => {
                self.combination(*operator, Ranking { reasons: *reasons, section }, operands)
            }
            Expr::Loop { .. } => Possibles::any(&[Truth::True, Truth::False, Truth::Unknown]),
            Expr::Not(operand) => {
                let negate = |(truth, why): Possible| match why {
                    Some((reason, flags)) => settled(expr::negate(Answer { truth, reason, flags })),
                    None => (!truth, None),
                };
                self.possible(operand, section).iter().map(negate).collect()
            }
            Expr::Otherwise(first, second) => {
                let first = self.possible(first, section);
                let arises = |(truth, _): &Possible| *truth != Truth::NotApplicable;
                let mut possible: Possibles = first.iter().filter(arises).collect();
                if !first.iter().all(|answer| arises(&answer)) {
                    possible.extend(self.possible(second, section).iter());
                }
                possible
            }
        }
    }

    /// The possible answers of an AND or OR; its tables and the choice of its reason are associative.
    fn combination(&self, operator: Operator, ranking: Ranking, operands: &[Expr]) -> Possibles {
        let Some((first, others)) = operands.split_first() else { return Possibles::any(&[Truth::Unknown]) };
        let mut united = self.possible(first, ranking.section);
        for operand in others {
            if united.iter().all(|answer| is_final(operator, ranking, answer)) {
                break;
            }
            let next = self.possible(operand, ranking.section);
            let pairs = united.iter().flat_map(|a| next.iter().map(move |b| pair(operator, ranking, a, b)));
            united = pairs.collect();
        }
        united
    }

    fn leaf(&self, subject: &Subject, question: &Question) -> Possibles {
        // Registry items may be left out by an option, so they stay open.
        if self.anchors.binary_search(&subject).is_ok() && !matches!(question, Question::Data(_)) {
            return Possibles::one(match self.state {
                Anchor::Absent => law::absent(subject, question),
                Anchor::NotCollected => Answer::NOT_COLLECTED,
            });
        }
        use Truth::{Error, False, NotApplicable, True, Unknown};
        let mut possible = Possibles::any(&[True, False, Unknown]);
        let may_not_arise = match question {
            Question::Data(_) | Question::FileEvidence { .. } => true,
            Question::Applicability(asked) => matches!(**asked, Applicability::WindowsRevision(_)),
            _ => false,
        };
        if may_not_arise {
            possible.extend([(NotApplicable, None)]);
        }
        if !fits(subject, question) {
            possible.extend([(Error, None)]);
        }
        possible
    }
}

/// Whether an answer stays that of an AND or OR whatever its further operands are.
fn is_final(operator: Operator, ranking: Ranking, (truth, why): Possible) -> bool {
    let decides = if operator == Operator::And { Truth::False } else { Truth::True };
    truth == decides && why.is_some_and(|(reason, _)| is_heaviest(ranking, truth, reason))
}

/// Whether a question can be asked of a subject; one that cannot is an error where the thing is there.
fn fits(subject: &Subject, question: &Question) -> bool {
    match (subject, question) {
        (_, Question::Exists | Question::Applicability(_))
        | (Subject::File(_), Question::FileEvidence { .. } | Question::Compare(_, Operand::Version(_)))
        | (Subject::RegistryValue { .. }, Question::Data(_) | Question::Compare(..))
        | (Subject::Os(_) | Subject::Msi(_), Question::Compare(..))
        | (Subject::Product(_), Question::Level { .. }) => true,
        (
            _,
            Question::FileEvidence { .. }
            | Question::Compare(..)
            | Question::Data(_)
            | Question::Level { .. },
        ) => false,
    }
}

/// The one answer that an expression has.
fn settled(answer: Answer) -> Possible {
    (answer.truth, Some((answer.reason, answer.flags)))
}

/// What a verdict takes a possible answer as.
fn decided((truth, why): Possible) -> Possible {
    match why {
        Some((reason, flags)) => settled(Answer { truth, reason, flags }.decided()),
        None => (Answer::new(truth, Reason::RuleFalse).decided().truth, None),
    }
}

/// The combination of two possible answers.
fn pair(operator: Operator, ranking: Ranking, a: Possible, b: Possible) -> Possible {
    let tally: Tally = [a.0, b.0].into_iter().collect();
    let truth = if operator == Operator::And { tally.and() } else { tally.or() };
    let why = match (a.0 == truth, b.0 == truth) {
        // All operands of an AND that holds give their flags.
        (true, true) if operator == Operator::And && truth == Truth::True => match (a.1, b.1) {
            (Some(a), Some(b)) => {
                stronger(ranking, truth, Some(a), Some(b)).map(|(reason, _)| (reason, a.1 | b.1))
            }
            _ => None,
        },
        (true, true) => stronger(ranking, truth, a.1, b.1),
        (true, false) => a.1,
        (false, _) => b.1,
    };
    (truth, why)
}

/// The reason that wins of two of equal truth, with its flags; `None` where that is open.
fn stronger(
    ranking: Ranking,
    truth: Truth,
    a: Option<(Reason, Flags)>,
    b: Option<(Reason, Flags)>,
) -> Option<(Reason, Flags)> {
    let weight = |reason| ranking.reasons.weight(ranking.section, truth, reason);
    match (a, b) {
        (Some(a), Some(b)) => Some(if weight(a.0) >= weight(b.0) { a } else { b }),
        (Some(a), None) if is_heaviest(ranking, truth, a.0) => Some(a),
        _ => None,
    }
}

/// Whether no reason outweighs this one.
fn is_heaviest(ranking: Ranking, truth: Truth, reason: Reason) -> bool {
    let weight = |reason| ranking.reasons.weight(ranking.section, truth, reason);
    Reason::ALL.iter().all(|other| weight(*other) <= weight(reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Position;
    use crate::model::update::Update;

    fn product(name: &str) -> Expr {
        let question = Question::Level { affected: vec!["Gold".to_owned()], fixed: None };
        Expr::test(Subject::Product(name.to_owned()), question, Position::default())
    }

    fn entry(rule: Rule) -> Entry {
        Entry { update: Update { rule, ..Update::default() }, ..Entry::default() }
    }

    fn file(path: &str) -> Expr {
        Expr::test(Subject::File(path.to_owned()), Question::Exists, Position::default())
    }

    #[test]
    fn products_anchor_a_rule_whatever_its_evidence() {
        let applicable = Expr::any(vec![product("a"), product("b")]);
        let installed = Expr::all(vec![applicable.clone(), file("x")]);
        let entry = entry(Rule::Tests { installed, applicable });
        let anchors = find(&entry).expect("has anchors");
        assert_eq!(anchors.subjects.len(), 2);
        assert_eq!(anchors.absent, Cell::new(Verdict::NotApplicable, Reason::ProductAbsent));
        assert_eq!(anchors.not_collected, Some(Cell::new(Verdict::Unknown, Reason::NotCollected)));
    }

    #[test]
    fn evidence_that_may_hold_alone_has_no_anchor() {
        let rule = Rule::Tests { installed: file("x"), applicable: product("a") };
        assert_eq!(find(&entry(rule)), None);
    }
}
