//! The nodes of all rules as columns: equal expressions are one node.

use super::count;
use super::numbers::{Number, Numbers};
use crate::error::Result;
use crate::index::columns::Columns;
use crate::model::expr::{LoopOf, Operator, Reasons};
use crate::model::reason::Reason;
use crate::model::verdict::Answer;

/// Numbers of node operators, as stored.
pub(crate) mod operator {
    pub(crate) const CONSTANT: u8 = 0;
    pub(crate) const TEST: u8 = 1;
    pub(crate) const AND: u8 = 2;
    pub(crate) const OR: u8 = 3;
    pub(crate) const ONE: u8 = 4;
    pub(crate) const XOR: u8 = 5;
    pub(crate) const NOT: u8 = 6;
    pub(crate) const OTHERWISE: u8 = 7;
    pub(crate) const UNREAD: u8 = 8;
    pub(crate) const LOOP: u8 = 9;
    pub(crate) const EVIDENCE: u8 = 10;
}

/// Nodes while an index is made, in the form in which they are stored.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    numbers: Numbers,
    operator: Vec<u8>,
    reasons: Vec<u8>,
    a: Vec<u32>,
    b: Vec<u32>,
    operands: Vec<u32>,
}

impl Nodes {
    pub(super) fn constant(&mut self, answer: Answer) -> Result<u32> {
        let reason = u32::from(answer.reason.number()) | u32::from(answer.flags.bits()) << 16;
        self.node(operator::CONSTANT, answer.truth as u32, reason)
    }

    /// A part that is not asked, whose element is this text.
    pub(super) fn unread(&mut self, reason: Reason, text: u32) -> Result<u32> {
        self.node(operator::UNREAD, text, u32::from(reason.number()))
    }

    pub(super) fn test(&mut self, predicate: u32) -> Result<u32> {
        self.node(operator::TEST, predicate, 0)
    }

    pub(super) fn not(&mut self, operand: u32) -> Result<u32> {
        self.node(operator::NOT, operand, 0)
    }

    /// A rule that is asked of each sub-key of the key with this text.
    pub(super) fn go_through(&mut self, of: LoopOf, key: u32, body: u32) -> Result<u32> {
        let (operator, of) = (operator::LOOP, of as u8);
        let number = self.numbers.add(&(operator, of, key, body), |number| {
            let at = number as usize;
            (self.operator[at], self.reasons[at], self.a[at], self.b[at]) == (operator, of, key, body)
        });
        if let Number::New(_) = number {
            self.push(operator, of, key, body);
        }
        known(number)
    }

    pub(super) fn otherwise(&mut self, first: u32, second: u32) -> Result<u32> {
        self.node(operator::OTHERWISE, first, second)
    }

    pub(super) fn combine(&mut self, operator: Operator, reasons: Reasons, operands: &[u32]) -> Result<u32> {
        let operator = match operator {
            Operator::And => operator::AND,
            Operator::Or => operator::OR,
            Operator::One => operator::ONE,
            Operator::Xor => operator::XOR,
            Operator::Evidence => operator::EVIDENCE,
        };
        let reasons = reasons as u8;
        let number = self.numbers.add(&(operator, reasons, operands), |number| {
            let at = number as usize;
            self.operator[at] == operator
                && self.reasons[at] == reasons
                && self.operands[self.a[at] as usize..self.b[at] as usize] == *operands
        });
        if let Number::New(_) = number {
            let start = count(self.operands.len())?;
            self.operands.extend_from_slice(operands);
            self.push(operator, reasons, start, count(self.operands.len())?);
        }
        known(number)
    }

    /// The node of anything but a combination.
    fn node(&mut self, operator: u8, a: u32, b: u32) -> Result<u32> {
        let number = self.numbers.add(&(operator, a, b), |number| {
            let at = number as usize;
            self.operator[at] == operator && self.a[at] == a && self.b[at] == b
        });
        if let Number::New(_) = number {
            self.push(operator, 0, a, b);
        }
        known(number)
    }

    fn push(&mut self, operator: u8, reasons: u8, a: u32, b: u32) {
        self.operator.push(operator);
        self.reasons.push(reasons);
        self.a.push(a);
        self.b.push(b);
    }

    /// Gives the predicates of all tests the numbers that are given by place.
    pub(super) fn renumber(&mut self, predicates: &[u32]) {
        let tests = self.a.iter_mut().zip(&self.operator).filter(|(_, code)| **code == operator::TEST);
        tests.for_each(|(predicate, _)| *predicate = predicates[*predicate as usize]);
        // What is hashed of tests is no longer what they are.
        self.numbers = Numbers::default();
    }

    /// Moves the nodes into their columns.
    pub(super) fn finish(self, columns: &mut Columns) {
        columns.node_operator = self.operator;
        columns.node_reasons = self.reasons;
        columns.node_a = self.a;
        columns.node_b = self.b;
        columns.operand = self.operands;
    }
}

fn known(number: Number) -> Result<u32> {
    let (Number::Known(number) | Number::New(number)) = number;
    count(number as usize)
}
