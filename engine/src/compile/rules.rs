//! Rules as columns: one walk over all of them gathers subjects, thresholds, predicates and nodes.

use std::borrow::Cow;

use super::anchor;
use super::count;
use super::layout::pack;
use super::nodes::Nodes;
pub(crate) use super::nodes::operator;
use super::numbers::Number;
use super::predicates::Predicates;
use super::subjects::Subjects;
use super::tally::Tally;
use super::texts::Texts;
use super::thresholds::Thresholds;
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::index::columns::{Columns, NONE};
use crate::index::probe::{self, Key};
use crate::model::applicability::Applicability;
use crate::model::catalogs::{Catalogs, Entry};
use crate::model::expr::{DEPTH, Expr, NODES, Operand, Question, Subject};
use crate::model::fact::PackageKind;
use crate::model::product::{Detection, folded};
use crate::model::reason::Reason;
use crate::model::update::{Collection, Item, PackageRow, Rule, Update};
use crate::model::verdict::{Cell, Verdict};
use crate::version::{debian, evr};

/// Everything that the rules of all updates and detections ask.
#[derive(Debug)]
pub(super) struct Rules<'c> {
    subjects: Subjects<'c>,
    predicates: Predicates<'c>,
    thresholds: Thresholds,
    nodes: Nodes,
    /// The subjects that are anchors, each with the number of its update.
    anchors: Vec<(u32, u32)>,
    /// The roots of every detection: the one that detects it, and those of its levels.
    pub(super) detections: Vec<(u32, Vec<u32>)>,
    /// Per source: tests, different ones, nodes, different nodes.
    pub(super) counts: Vec<[u64; 4]>,
}

impl<'c> Rules<'c> {
    /// Gathers and numbers everything, and writes what each update has of it.
    pub(super) fn gather(
        catalogs: &'c Catalogs,
        texts: &mut Texts,
        columns: &mut Columns,
    ) -> Result<Rules<'c>> {
        let mut walk = Walk::new(catalogs.sources.len(), texts, columns);
        for (number, entry) in (0u32..).zip(&catalogs.updates) {
            walk.source = Some(entry.source);
            walk.update(number, entry)?;
        }
        walk.source = None;
        let detections: Result<_> = catalogs.detections.iter().map(|one| walk.detection(one)).collect();
        let Walk { mut subjects, mut predicates, mut thresholds, mut nodes, mut anchors, tally, .. } = walk;
        let numbers = subjects.sort();
        thresholds.sort(numbers)?;
        nodes.renumber(&predicates.sort(numbers));
        anchors.iter_mut().for_each(|(subject, _)| *subject = numbers[*subject as usize]);
        anchors.sort_unstable();
        let counts = tally.counts();
        Ok(Rules { subjects, predicates, thresholds, nodes, anchors, detections: detections?, counts })
    }

    /// The number of a subject; NONE where no rule asks about it.
    pub(super) fn subject(&self, key: &Key<'_>) -> u32 {
        self.subjects.number(key)
    }

    /// How many subjects there are.
    pub(super) fn len(&self) -> usize {
        self.subjects.len()
    }

    /// The place of a threshold among those of its subject.
    pub(super) fn rank(&self, subject: u32, key: &[u8]) -> u32 {
        self.thresholds.rank(subject, key)
    }

    /// Writes the columns of subjects, thresholds, predicates and nodes.
    pub(super) fn write(self, catalogs: &Catalogs, texts: &mut Texts, columns: &mut Columns) -> Result<()> {
        self.subjects.write(catalogs, texts, columns);
        let mut end = 0;
        for subject in 0..count(self.len())? {
            end += self.anchors[end..].iter().take_while(|(of, _)| *of == subject).count();
            columns.subject_anchor_ends.push(count(end)?);
        }
        columns.anchor_update.extend(self.anchors.iter().map(|(_, update)| *update));
        self.predicates.write(self.subjects.len(), &self.thresholds, texts, columns)?;
        self.thresholds.finish(columns);
        self.nodes.finish(columns);
        Ok(())
    }
}

/// The walk over all rules.
struct Walk<'c, 'o> {
    texts: &'o mut Texts,
    columns: &'o mut Columns,
    subjects: Subjects<'c>,
    predicates: Predicates<'c>,
    thresholds: Thresholds,
    nodes: Nodes,
    anchors: Vec<(u32, u32)>,
    tally: Tally,
    /// The source of the rule that is walked; none for a detection.
    source: Option<u32>,
    /// Operands of the combinations that are being walked.
    operands: Vec<u32>,
    /// The key of a package row.
    key: Vec<u8>,
}

impl<'c, 'o> Walk<'c, 'o> {
    fn new(sources: usize, texts: &'o mut Texts, columns: &'o mut Columns) -> Self {
        Walk {
            texts,
            columns,
            subjects: Subjects::default(),
            predicates: Predicates::default(),
            thresholds: Thresholds::default(),
            nodes: Nodes::default(),
            anchors: Vec::new(),
            tally: Tally::new(sources),
            source: None,
            operands: Vec::new(),
            key: Vec::new(),
        }
    }

    fn update(&mut self, number: u32, entry: &'c Entry) -> Result<()> {
        let update = &entry.update;
        let (rule, installed, applicable) = match &update.rule {
            Rule::None => (0, NONE, NONE),
            Rule::Tests { installed, applicable } => {
                let owner = update.id.as_str();
                (1, self.root(installed, owner)?, self.root(applicable, owner)?)
            }
            Rule::Items(items) => {
                self.items(items, update.id.as_str())?;
                (3, NONE, NONE)
            }
            Rule::Packages { collections, rows } => {
                self.packages(collections, rows)?;
                (2, NONE, NONE)
            }
            Rule::Definition(_) => (4, NONE, NONE),
        };
        self.presence(update)?;
        self.columns.update_rule.push(rule);
        self.columns.update_installed.push(installed);
        self.columns.update_applicable.push(applicable);
        self.columns.update_item_ends.push(count(self.columns.item_installed.len())?);
        self.columns.update_leaf_ends.push(count(self.columns.leaf_offset.len())?);
        self.anchors(number, entry)
    }

    /// Keeps of each product of an update which rule says whether the client has it: a part of the update's
    /// own, whose tests have their places there.
    fn presence(&mut self, update: &'c Update) -> Result<()> {
        let source = self.source.take();
        for product in 0..update.products.len() {
            let rule = update.presence.get(product);
            let node = rule.map_or(Ok(NONE), |rule| self.root(rule, update.id.as_str()))?;
            self.columns.product_row_node.push(node);
        }
        self.source = source;
        Ok(())
    }

    /// Keeps which subjects are anchors of an update, and what their absence gives.
    fn anchors(&mut self, number: u32, entry: &'c Entry) -> Result<()> {
        let (mut kind, mut absent, mut not_collected) = unanchored(entry);
        if let Some(anchors) = anchor::find(entry) {
            (kind, absent, not_collected) = (anchors.kind as u8, anchors.absent, anchors.not_collected);
            for subject in anchors.subjects {
                self.anchors.push((self.subjects.mention(subject)?, number));
            }
        }
        self.columns.update_anchored.push(kind);
        self.columns.update_absent.push(pack(absent));
        self.columns.update_not_collected.push(not_collected.map_or(NONE, pack));
        Ok(())
    }

    fn items(&mut self, items: &'c [Item], owner: &str) -> Result<()> {
        for item in items {
            let [installed, applicable] =
                [&item.installed, &item.applicable].map(|rule| self.root(rule, owner));
            self.columns.item_installed.push(installed?);
            self.columns.item_applicable.push(applicable?);
            let superseded = item.superseded.as_ref().map_or(Ok(NONE), |rule| self.root(rule, owner));
            self.columns.item_superseded.push(superseded?);
            let imported = item.imported.as_ref().map_or(Ok(NONE), |rule| self.root(rule, owner));
            self.columns.item_imported.push(imported?);
        }
        Ok(())
    }

    /// The node of a whole rule, which belongs to `owner`.
    fn root(&mut self, rule: &'c Expr, owner: &str) -> Result<u32> {
        let (depth, nodes) = rule.extent();
        if depth > DEPTH || nodes > NODES {
            let message = format!("the rule of `{owner}` has {nodes} nodes and is {depth} deep");
            return Err(Error::new(Code::TooLarge, message)
                .with_hint(format!("the limits are {NODES} nodes and a depth of {DEPTH}")));
        }
        self.node(rule)
    }

    fn node(&mut self, expr: &'c Expr) -> Result<u32> {
        let number = match expr {
            Expr::Constant(answer) => self.nodes.constant(*answer),
            Expr::Unread(reason, element) => {
                let text = self.texts.number(element);
                self.nodes.unread(*reason, text)
            }
            Expr::Test { subject, question, position } => {
                // Where the leaves of an update's rule stand, which shared nodes cannot keep.
                if self.source.is_some() {
                    self.columns.leaf_offset.push(position.offset);
                    self.columns.leaf_line.push(position.line);
                    self.columns.leaf_column.push(position.column);
                }
                self.test(subject, question)
            }
            Expr::Combine { operator, reasons, operands } => {
                let start = self.operands.len();
                for operand in operands {
                    let operand = self.node(operand)?;
                    self.operands.push(operand);
                }
                let number = self.nodes.combine(*operator, *reasons, &self.operands[start..]);
                self.operands.truncate(start);
                number
            }
            Expr::Not(operand) => {
                let operand = self.node(operand)?;
                self.nodes.not(operand)
            }
            Expr::Loop { key, of, body } => {
                let body = self.node(body)?;
                let key = self.texts.number(key);
                self.nodes.go_through(*of, key, body)
            }
            Expr::Otherwise(first, second) => {
                let (first, second) = (self.node(first)?, self.node(second)?);
                self.nodes.otherwise(first, second)
            }
        }?;
        if let Some(source) = self.source {
            self.tally.visit(source, number, matches!(expr, Expr::Test { .. }));
        }
        Ok(number)
    }

    fn test(&mut self, subject: &'c Subject, question: &'c Question) -> Result<u32> {
        let place = self.subjects.mention(probe::key(subject))?;
        match self.predicates.ask(place, question) {
            Number::Known(predicate) => self.nodes.test(predicate),
            Number::New(predicate) => {
                if let Some(key) = threshold(subject, question) {
                    self.thresholds.add(place, &key);
                }
                self.nodes.test(predicate)
            }
        }
    }

    fn detection(&mut self, detection: &'c Detection) -> Result<(u32, Vec<u32>)> {
        let owner = detection.name.as_str();
        let when = self.root(&detection.when, owner)?;
        let level = |test: Option<&'c Expr>| test.map_or(Ok(NONE), |test| self.root(test, owner));
        let levels: Result<_> = detection.levels.iter().map(|one| one.test.as_ref()).map(level).collect();
        for product in std::iter::once(&detection.name).chain(&detection.inherit) {
            self.subjects.mention(product_key(product))?;
        }
        Ok((when, levels?))
    }

    fn packages(&mut self, collections: &'c [Collection], rows: &'c [PackageRow]) -> Result<()> {
        for row in rows {
            let place = self.subjects.mention(probe::package(row.kind, &row.name))?;
            self.key.clear();
            if write_row_key(row, &mut self.key) {
                self.thresholds.add(place, &self.key);
            }
        }
        for module in collections.iter().flat_map(|collection| &collection.modules) {
            self.subjects.mention(probe::module(&module.name))?;
        }
        Ok(())
    }
}

/// What stands for the anchors of an update that has none: no kind, and the cells that its verdicts mean
/// most often, which a matrix then need not keep.
fn unanchored(entry: &Entry) -> (u8, Cell, Option<Cell>) {
    if let Rule::Definition(_) = entry.update.rule {
        let absent = Cell::new(Verdict::NotApplicable, Reason::PackageAbsent);
        return (u8::MAX, absent, Some(Cell::new(Verdict::Unknown, Reason::NotCollected)));
    }
    let is_ruled = matches!(entry.update.rule, Rule::Items(_)) || !entry.children.is_empty();
    if !is_ruled {
        return (u8::MAX, Cell::NO_EVIDENCE, Some(Cell::NO_EVIDENCE));
    }
    let applicable = match &entry.update.rule {
        Rule::Items(items) => items.first().map(|item| &item.applicable),
        Rule::None | Rule::Tests { .. } | Rule::Packages { .. } | Rule::Definition(_) => None,
    };
    let reason = match entry.prerequisites.is_empty() {
        false => Reason::PrerequisiteFalse,
        true if applicable.is_some_and(asks_for_system) => Reason::PlatformDiffers,
        true => Reason::RuleFalse,
    };
    let absent = Cell::new(Verdict::NotApplicable, reason);
    (u8::MAX, absent, Some(Cell::new(Verdict::Unknown, Reason::NotCollected)))
}

/// Whether it asks for a system as security bulletins name them: most clients are another one.
fn asks_for_system(rule: &Expr) -> bool {
    match rule {
        Expr::Combine { operands, .. } => operands.iter().any(asks_for_system),
        Expr::Test { question: Question::Applicability(asked), .. } => {
            matches!(**asked, Applicability::WindowsProduct(_))
        }
        _ => false,
    }
}

/// The key of the product that a detection names.
pub(super) fn product_key(name: &str) -> Key<'static> {
    (probe::tag::PRODUCT, Cow::Owned(folded(name)), "")
}

/// The threshold that a question about a file compares with.
fn threshold(subject: &Subject, question: &Question) -> Option<[u8; 16]> {
    let Subject::File(_) = subject else { return None };
    match question {
        Question::FileEvidence { version: Some(version), .. }
        | Question::Compare(_, Operand::Version(version)) => Some(version.key()),
        _ => None,
    }
}

/// The threshold of a package row; `None` when its version cannot be ranked.
pub(crate) fn row_key(row: &PackageRow) -> Option<Vec<u8>> {
    let mut key = Vec::new();
    write_row_key(row, &mut key).then_some(key)
}

/// Appends the threshold of a package row; says whether its version can be ranked.
pub(super) fn write_row_key(row: &PackageRow, key: &mut Vec<u8>) -> bool {
    match row.kind {
        PackageKind::Rpm => {
            let release = row.release.as_deref().filter(|release| !release.is_empty());
            release.map(|release| evr::write_key(row.epoch, &row.version, release, key)).is_some()
        }
        PackageKind::Deb => {
            debian::Version::of_epoch(row.epoch, &row.version).write_key(key);
            true
        }
    }
}
