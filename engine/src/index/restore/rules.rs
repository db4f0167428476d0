//! Gives the rules of an index back: nodes as expressions, predicates as subjects and questions.
//!
//! Bounded whatever the bytes say: no rule comes back deeper than [`DEPTH`](crate::model::expr::DEPTH),
//! with more than some [`NODES`], or out of proportion to the index; what lies beyond is Unknown.

use std::ops::Range;

use super::position;
use crate::compile::rules::operator;
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::index::nodes::operands;
use crate::index::probe::tag;
use crate::model::applicability::Applicability;
use crate::model::expr::{
    Comparison, Data, Expr, LoopOf, NODES, Operand, Operator, OsField, Presence, Question, Reasons, Subject,
};
use crate::model::fact::PackageKind;
use crate::model::flag::Flags;
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::Answer;
use crate::version::dotted::Version;

/// Restores the rules of one update or detection.
pub(super) struct Rules<'a> {
    view: View<'a>,
    /// Where the tests that are still to come stand.
    leaves: Range<usize>,
    /// How many nodes may still be restored, so that shared nodes of damaged bytes fill no memory.
    left: usize,
}

impl<'a> Rules<'a> {
    pub(super) fn new(view: View<'a>, leaves: Range<usize>) -> Self {
        Rules { view, leaves, left: view.most_written_out().min(2 * NODES) }
    }

    pub(super) fn expr(&mut self, node: u32, depth: usize) -> Expr {
        let columns = self.view.columns;
        let at = node as usize;
        let (a, b) = (columns.node_a.at(at), columns.node_b.at(at));
        let (Some(depth), Some(left)) = (depth.checked_sub(1), self.left.checked_sub(1)) else {
            return Expr::Constant(Answer::UNSUPPORTED);
        };
        self.left = left;
        if at >= columns.nodes() {
            return Expr::Constant(Answer::UNSUPPORTED);
        }
        let operator = match columns.node_operator.at(at) {
            operator::CONSTANT => return Expr::Constant(constant(a, b)),
            operator::TEST => return self.test(a),
            operator::UNREAD => return Expr::Unread(constant(0, b).reason, self.view.text(a).to_owned()),
            operator::NOT => return Expr::Not(Box::new(self.expr(a, depth))),
            operator::LOOP => {
                return Expr::Loop {
                    key: self.view.text(a).to_owned(),
                    of: loop_of(columns.node_reasons.at(at)),
                    body: Box::new(self.expr(b, depth)),
                };
            }
            operator::OTHERWISE => {
                let first = self.expr(a, depth);
                return Expr::Otherwise(Box::new(first), Box::new(self.expr(b, depth)));
            }
            operator::AND => Operator::And,
            operator::OR => Operator::Or,
            operator::ONE => Operator::One,
            operator::EVIDENCE => Operator::Evidence,
            _ => Operator::Xor,
        };
        let reasons = reasons(columns.node_reasons.at(at));
        // An operand's number is less than its node's; what damaged bytes say else is left out.
        let below = operands(columns, at).take_while(|operand| *operand < node);
        Expr::Combine { operator, reasons, operands: below.map(|one| self.expr(one, depth)).collect() }
    }

    fn test(&mut self, predicate: u32) -> Expr {
        let columns = self.view.columns;
        let position = self.leaves.next().map(|leaf| {
            position(columns.leaf_offset.at(leaf), columns.leaf_line.at(leaf), columns.leaf_column.at(leaf))
        });
        let Some((subject, question)) = self.view.predicate(predicate as usize) else {
            return Expr::Constant(Answer::UNSUPPORTED);
        };
        Expr::Test { subject, question, position: position.unwrap_or_default() }
    }
}

/// The answer of a constant node.
pub(crate) fn constant(a: u32, b: u32) -> Answer {
    let reason = Reason::from_number(b as u16).unwrap_or(Reason::NoEvidence);
    let truth = Truth::from_number(a as u8).unwrap_or(Truth::Unknown);
    Answer { truth, reason, flags: Flags::from_bits((b >> 16) as u16) }
}

impl View<'_> {
    /// Restores a predicate: its subject and its question.
    pub fn predicate(&self, at: usize) -> Option<(Subject, Question)> {
        let columns = self.columns;
        if at >= columns.predicate_subject.len() {
            return None;
        }
        let number = columns.predicate_subject.at(at) as usize;
        let subject = self.subject(number)?;
        let (a, b, c, d) = (
            columns.predicate_a.at(at),
            columns.predicate_b.at(at),
            columns.predicate_c.at(at),
            columns.predicate_d.at(at),
        );
        let wide = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
        let question = match columns.predicate_question.at(at) {
            0 => Question::Exists,
            1 => {
                let comparison = Comparison::ALL.get((a & 0xff) as usize)?.0;
                let operand = match a >> 8 & 0xff {
                    0 => Operand::Version(Version::parse(self.text(c))?),
                    1 => Operand::Number(wide(b, c)),
                    _ => Operand::Text(self.owned(b)),
                };
                Question::Compare(comparison, operand)
            }
            2 => Question::Data(match a {
                0 => Data::Any,
                1 => Data::Number(wide(b, c)),
                2 => Data::Text(self.owned(b)),
                _ => Data::AtLeast(Version::parse(self.text(b))?),
            }),
            3 => Question::FileEvidence {
                presence: presence(a),
                version: (b != NONE).then(|| self.file_threshold(number, b)).flatten(),
                checksum: (a >> 8 & 1 == 1).then(|| wide(c, d)),
            },
            5 => Question::Applicability(Box::new(Applicability::from_text(self.text(a))?)),
            _ => Question::Level {
                affected: (a as usize..(b as usize).min(columns.levels()))
                    .map(|level| self.owned(columns.level_text.at(level)))
                    .collect(),
                fixed: (c != NONE).then(|| self.owned(c)),
            },
        };
        Some((subject, question))
    }

    fn file_threshold(&self, subject: usize, rank: u32) -> Option<Version> {
        let key: &[u8; 16] =
            self.threshold(self.thresholds(subject).start + rank as usize).try_into().ok()?;
        let part = |at: usize| u32::from_be_bytes([key[at], key[at + 1], key[at + 2], key[at + 3]]);
        Some(Version([part(0), part(4), part(8), part(12)]))
    }

    /// Restores a subject.
    pub fn subject(&self, at: usize) -> Option<Subject> {
        let columns = self.columns;
        let text = self.text(columns.subject_text.at(at));
        Some(match columns.subject_tag.at(at) {
            tag::OS => Subject::Os(OsField::find(text)?),
            tag::FILE => Subject::File(text.to_owned()),
            tag::REGISTRY_VALUE => {
                Subject::RegistryValue { key: text.to_owned(), name: self.owned(columns.subject_name.at(at)) }
            }
            tag::REGISTRY_KEY => Subject::RegistryKey(text.to_owned()),
            tag::MSI => Subject::Msi(text.to_owned()),
            tag::HOTFIX => Subject::Hotfix(text.parse().ok()?),
            tag::PRODUCT => Subject::Product(text.to_owned()),
            tag::RPM => Subject::Package(PackageKind::Rpm, text.to_owned()),
            tag::DEB => Subject::Package(PackageKind::Deb, text.to_owned()),
            tag::MODULE => Subject::Module(text.to_owned()),
            tag::SYSTEM => Subject::System,
            tag::INSTALLER => Subject::Installer,
            tag::WMI => Subject::Wmi(text.to_owned()),
            _ => return None,
        })
    }
}

/// For how many sub-keys the rule of a stored loop must hold.
pub(crate) fn loop_of(number: u8) -> LoopOf {
    LoopOf::ALL.get(usize::from(number)).map_or(LoopOf::None, |(of, _)| *of)
}

/// Where the reason of a stored combination comes from.
pub(crate) fn reasons(number: u8) -> Reasons {
    match number {
        1 => Reasons::Strongest,
        2 => Reasons::Ranked,
        _ => Reasons::InOrder,
    }
}

/// The presence that a stored parameter asks for.
pub(crate) fn presence(parameter: u32) -> Presence {
    match parameter & 0xff {
        0 => Presence::Required,
        1 => Presence::Optional,
        _ => Presence::Removed,
    }
}
