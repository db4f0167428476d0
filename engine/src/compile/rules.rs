//! Rules as columns: subjects, thresholds, predicates and nodes, each once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::texts::Texts;
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::index::columns::{Columns, NONE};
use crate::index::probe;
use crate::model::catalogs::Catalogs;
use crate::model::expr::{DEPTH, Data, Expr, NODES, Operand, Operator, Question, Reasons, Subject};
use crate::model::fact::PackageKind;
use crate::model::path;
use crate::model::product::folded;
use crate::model::update::{PackageRow, Rule};
use crate::model::verdict::Answer;
use crate::version::{debian, evr};

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
}

/// What is asked of each subject, gathered from all rules.
#[derive(Debug, Default)]
struct Asked {
    questions: BTreeSet<Question>,
    thresholds: BTreeSet<Vec<u8>>,
}

/// Subjects, predicates and nodes while an index is made.
#[derive(Debug, Default)]
pub(super) struct Rules {
    subjects: BTreeMap<(u8, String, String), (u32, Subject)>,
    predicates: HashMap<(u32, Question), u32>,
    thresholds: Vec<Vec<Vec<u8>>>,
    nodes: HashMap<Node, u32>,
    list: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Node {
    Constant(Answer),
    Test(u32),
    Combine(Operator, Reasons, Vec<u32>),
    Not(u32),
    Otherwise(u32, u32),
}

impl Rules {
    /// Gathers and numbers everything that the rules of all updates and detections ask.
    pub(super) fn gather(catalogs: &Catalogs) -> Result<Rules> {
        let mut asked: BTreeMap<Subject, Asked> = BTreeMap::new();
        let mut visit = |subject: &Subject, question: &Question, _: Position| {
            let entry = asked.entry(subject.clone()).or_default();
            entry.questions.insert(question.clone());
            entry.thresholds.extend(threshold(subject, question));
        };
        for entry in &catalogs.updates {
            if let Rule::Tests { installed, applicable } = &entry.update.rule {
                installed.leaves(&mut visit);
                applicable.leaves(&mut visit);
            }
        }
        for detection in &catalogs.detections {
            detection.when.leaves(&mut visit);
            detection
                .levels
                .iter()
                .filter_map(|level| level.test.as_ref())
                .for_each(|test| test.leaves(&mut visit));
        }
        for detection in &catalogs.detections {
            for product in std::iter::once(&detection.name).chain(&detection.inherit) {
                asked.entry(Subject::Product(folded(product))).or_default();
            }
        }
        for entry in &catalogs.updates {
            let Rule::Packages { collections, rows } = &entry.update.rule else { continue };
            for row in rows {
                let subject = Subject::Package(row.kind, row.name.clone());
                asked.entry(subject).or_default().thresholds.extend(row_key(row));
            }
            for module in collections.iter().flat_map(|collection| &collection.modules) {
                asked.entry(Subject::Module(module.name.clone())).or_default();
            }
        }
        Rules::number(asked)
    }

    fn number(asked: BTreeMap<Subject, Asked>) -> Result<Rules> {
        let mut rules = Rules::default();
        let keyed: BTreeMap<_, _> = asked
            .into_iter()
            .map(|(subject, asked)| {
                let (tag, text, name) = probe::key(&subject);
                ((tag, text, name.to_owned()), (subject, asked))
            })
            .collect();
        for (number, (key, (subject, asked))) in keyed.into_iter().enumerate() {
            let number = count(number)?;
            for question in asked.questions {
                let predicate = count(rules.predicates.len())?;
                rules.predicates.insert((number, question), predicate);
            }
            rules.thresholds.push(asked.thresholds.into_iter().collect());
            rules.subjects.insert(key, (number, subject));
        }
        Ok(rules)
    }

    /// The number of a subject.
    pub(super) fn subject(&self, subject: &Subject) -> u32 {
        let (tag, text, name) = probe::key(subject);
        self.subjects.get(&(tag, text, name.to_owned())).map_or(NONE, |(number, _)| *number)
    }

    /// How many subjects there are.
    pub(super) fn len(&self) -> usize {
        self.subjects.len()
    }

    /// The place of a threshold among those of its subject.
    pub(super) fn rank(&self, subject: u32, key: &[u8]) -> u32 {
        let of_subject = self.thresholds.get(subject as usize).map_or(&[] as &[Vec<u8>], Vec::as_slice);
        of_subject.binary_search_by(|known| known.as_slice().cmp(key)).map_or(NONE, |rank| rank as u32)
    }

    /// The node of a whole rule, which belongs to `owner`.
    pub(super) fn root(&mut self, rule: &Expr, owner: &str) -> Result<u32> {
        let (depth, nodes) = rule.extent();
        if depth > DEPTH || nodes > NODES {
            let message = format!("the rule of `{owner}` has {nodes} nodes and is {depth} deep");
            return Err(Error::new(Code::TooLarge, message)
                .with_hint(format!("the limits are {NODES} nodes and a depth of {DEPTH}")));
        }
        self.node(rule)
    }

    /// The node of an expression; equal expressions are one node.
    pub(super) fn node(&mut self, expr: &Expr) -> Result<u32> {
        let node = match expr {
            Expr::Constant(answer) => Node::Constant(*answer),
            Expr::Test { subject, question, .. } => {
                let subject = self.subject(subject);
                Node::Test(self.predicates.get(&(subject, question.clone())).copied().unwrap_or(NONE))
            }
            Expr::Combine { operator, reasons, operands } => {
                let operands: Result<Vec<u32>> = operands.iter().map(|operand| self.node(operand)).collect();
                Node::Combine(*operator, *reasons, operands?)
            }
            Expr::Not(operand) => Node::Not(self.node(operand)?),
            Expr::Otherwise(first, second) => Node::Otherwise(self.node(first)?, self.node(second)?),
        };
        if let Some(number) = self.nodes.get(&node) {
            return Ok(*number);
        }
        let number = count(self.list.len())?;
        self.nodes.insert(node.clone(), number);
        self.list.push(node);
        Ok(number)
    }

    /// Writes the columns of subjects, thresholds, predicates and nodes.
    pub(super) fn write(self, catalogs: &Catalogs, texts: &mut Texts, columns: &mut Columns) -> Result<()> {
        self.write_subjects(catalogs, texts, columns)?;
        self.write_predicates(texts, columns)?;
        for node in &self.list {
            write_node(node, columns)?;
        }
        Ok(())
    }

    fn write_subjects(&self, catalogs: &Catalogs, texts: &mut Texts, columns: &mut Columns) -> Result<()> {
        let products: HashMap<&str, u32> = catalogs.products.keys().map(String::as_str).zip(1u32..).collect();
        let mut hashes = Vec::with_capacity(self.subjects.len());
        for ((tag, text, name), (number, subject)) in &self.subjects {
            columns.subject_tag.push(*tag);
            columns.subject_text.push(texts.number(text));
            columns.subject_name.push(match subject {
                Subject::Product(folded) => products.get(folded.as_str()).copied().unwrap_or(0),
                _ => texts.number(name),
            });
            hashes.push(probe::hash(*tag, text.as_bytes(), name.as_bytes()));
            for key in &self.thresholds[*number as usize] {
                columns.threshold_bytes.extend(key);
                columns.threshold_ends.push(columns.threshold_bytes.len() as u64);
            }
            columns.subject_threshold_ends.push(count(columns.threshold_ends.len())?);
            write_token(subject, *number, texts, columns);
        }
        columns.probe = probe::table(hashes.into_iter());
        Ok(())
    }

    fn write_predicates(&self, texts: &mut Texts, columns: &mut Columns) -> Result<()> {
        let mut predicates: Vec<_> =
            self.predicates.iter().map(|((subject, question), at)| (*at, *subject, question)).collect();
        predicates.sort_unstable_by_key(|(at, ..)| *at);
        let mut end = 0;
        for subject in 0..count(self.subjects.len())? {
            while predicates.get(end).is_some_and(|(_, of, _)| *of == subject) {
                end += 1;
            }
            columns.subject_predicate_ends.push(count(end)?);
        }
        for (_, subject, question) in predicates {
            let (code, parameters) = self.parameters(subject, question, texts, columns)?;
            columns.predicate_subject.push(subject);
            columns.predicate_question.push(code);
            columns.predicate_a.push(parameters[0]);
            columns.predicate_b.push(parameters[1]);
            columns.predicate_c.push(parameters[2]);
            columns.predicate_d.push(parameters[3]);
        }
        Ok(())
    }

    /// The stored form of a question, as the layout page gives it.
    fn parameters(
        &self,
        subject: u32,
        question: &Question,
        texts: &mut Texts,
        columns: &mut Columns,
    ) -> Result<(u8, [u32; 4])> {
        let wide = |value: u64| (value as u32, (value >> 32) as u32);
        Ok(match question {
            Question::Exists => (0, [0; 4]),
            Question::Compare(comparison, operand) => {
                let a = *comparison as u32;
                match operand {
                    Operand::Version(version) => {
                        (1, [a, self.rank(subject, &version.key()), texts.number(&version.to_string()), 0])
                    }
                    Operand::Number(value) => (1, [a | 1 << 8, wide(*value).0, wide(*value).1, 0]),
                    Operand::Text(text) => (1, [a | 2 << 8, texts.number(text), 0, 0]),
                }
            }
            Question::Data(Data::Any) => (2, [0; 4]),
            Question::Data(Data::Number(value)) => (2, [1, wide(*value).0, wide(*value).1, 0]),
            Question::Data(Data::Text(text)) => (2, [2, texts.number(text), 0, 0]),
            Question::Data(Data::AtLeast(version)) => (2, [3, texts.number(&version.to_string()), 0, 0]),
            Question::FileEvidence { presence, version, checksum } => {
                let rank = version.map_or(NONE, |version| self.rank(subject, &version.key()));
                let has = u32::from(checksum.is_some()) << 8;
                let (low, high) = wide(checksum.unwrap_or(0));
                (3, [*presence as u32 | has, rank, low, high])
            }
            Question::Level { affected, fixed } => {
                let start = count(columns.level_text.len())?;
                for level in affected {
                    columns.level_text.push(texts.number(level));
                }
                let end = count(columns.level_text.len())?;
                (4, [start, end, fixed.as_ref().map_or(NONE, |fixed| texts.number(fixed)), 0])
            }
        })
    }
}

/// Keeps which subjects lie below a path token; they stand together because subjects are sorted.
fn write_token(subject: &Subject, number: u32, texts: &mut Texts, columns: &mut Columns) {
    let Subject::File(file) = subject else { return };
    let Some(token) = path::token(file) else { return };
    let token = texts.number(token);
    if columns.token_text.last() != Some(&token) {
        columns.token_text.push(token);
        columns.token_first.push(number);
        columns.token_end.push(number);
    }
    if let Some(end) = columns.token_end.last_mut() {
        *end = number + 1;
    }
}

fn write_node(node: &Node, columns: &mut Columns) -> Result<()> {
    let (operator, reasons, a, b) = match node {
        Node::Constant(answer) => {
            let reason = u32::from(answer.reason.number()) | u32::from(answer.flags.bits()) << 16;
            (operator::CONSTANT, 0, answer.truth as u32, reason)
        }
        Node::Test(predicate) => (operator::TEST, 0, *predicate, 0),
        Node::Combine(combined, reasons, operands) => {
            let start = count(columns.operand.len())?;
            columns.operand.extend(operands);
            let number = match combined {
                Operator::And => operator::AND,
                Operator::Or => operator::OR,
                Operator::One => operator::ONE,
                Operator::Xor => operator::XOR,
            };
            (number, *reasons as u8, start, count(columns.operand.len())?)
        }
        Node::Not(operand) => (operator::NOT, 0, *operand, 0),
        Node::Otherwise(first, second) => (operator::OTHERWISE, 0, *first, *second),
    };
    columns.node_operator.push(operator);
    columns.node_reasons.push(reasons);
    columns.node_a.push(a);
    columns.node_b.push(b);
    Ok(())
}

/// The threshold that a question about a file compares with; file evidence of anything else, which is an
/// error to ask, keeps its version there too.
fn threshold(subject: &Subject, question: &Question) -> Option<Vec<u8>> {
    match (subject, question) {
        (_, Question::FileEvidence { version: Some(version), .. })
        | (Subject::File(_), Question::Compare(_, Operand::Version(version))) => Some(version.key().to_vec()),
        _ => None,
    }
}

/// The threshold of a package row; `None` when its version cannot be ranked.
pub(crate) fn row_key(row: &PackageRow) -> Option<Vec<u8>> {
    let mut key = Vec::new();
    match row.kind {
        PackageKind::Rpm => {
            let release = row.release.as_deref().filter(|release| !release.is_empty())?;
            evr::write_key(row.epoch, &row.version, release, &mut key);
        }
        PackageKind::Deb => debian::Version::of_epoch(row.epoch, &row.version).write_key(&mut key),
    }
    Some(key)
}

/// A number that fits the columns.
pub(super) fn count(number: usize) -> Result<u32> {
    u32::try_from(number)
        .ok()
        .filter(|number| *number < NONE)
        .ok_or_else(|| Error::new(Code::TooLarge, "more than 4 billion entries in a column"))
}
