//! The definition of correct: evaluates the model slowly and obviously.
//!
//! Every fast variant must equal this on everything. It also keeps the whole tree behind a cell, which
//! `explain` prints. Source of truth: `docs/verdicts.md`.

use std::cell::{Cell as Counter, OnceCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::LazyLock;

use super::known::{Known, State, os_text};
use super::oval;
use super::oval::reference::Results;
use super::rows::{self, Rows};
use crate::model::applicability::{self, Applicability};
use crate::model::catalogs::{Catalogs, Entry};
use crate::model::expr::{self, Expr, Operator, OsField, Question, Reasons, Section, Subject};
use crate::model::fact::Kind;
use crate::model::flag::Flags;
use crate::model::inventory::Inventory;
use crate::model::law::{self, Levels};
use crate::model::options::{Checksum, Detect, Options, RegistryItems, Supersedence};
use crate::model::patches::Patches;
use crate::model::path::BLANK;
use crate::model::product::{Detection, folded};
use crate::model::reason::Reason;
use crate::model::registry::at_sub_key;
use crate::model::supersedence;
use crate::model::truth::Truth;
use crate::model::update::{Rule, Source};
use crate::model::verdict::{Answer, Cell, Verdict};

/// A product of a client: whether it is there, and at which service packs it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductState {
    /// Whether it is there.
    pub state: State,
    /// Its service pack.
    pub levels: Levels,
    /// What the client states of the service pack, or the detection table found.
    pub stated: Option<String>,
    /// The detection that found it; `None` when the client states it.
    pub detection: Option<usize>,
}

/// One node of the tree behind a cell.
#[derive(Clone, Debug)]
pub struct Trace<'m> {
    /// What was asked.
    pub node: Node<'m>,
    /// What came out.
    pub answer: Answer,
    /// The fact that answered a leaf, a number in [`Inventory::facts`].
    pub fact: Option<usize>,
    /// The nodes below.
    pub below: Vec<Trace<'m>>,
}

/// What a node of a trace asks.
#[derive(Clone, Debug)]
pub enum Node<'m> {
    /// A rule or a part of one, in a loop at this sub-key.
    Expr(&'m Expr, Option<Rc<str>>),
    /// A sub-key that a loop goes through.
    SubKey(Rc<str>),
    /// A package row.
    Row(rows::Judged<'m>),
}

/// The tree behind one cell before supersedence.
#[derive(Clone, Debug)]
pub struct Explained<'m> {
    /// The cell of the rules alone.
    pub raw: Cell,
    /// The trees of the rules that were asked: `installed` and `applicable`, or one per package row.
    pub traces: Vec<Trace<'m>>,
}

/// Evaluates one client against all updates.
#[derive(Debug)]
pub struct Evaluator<'m> {
    catalogs: &'m Catalogs,
    options: &'m Options,
    known: Known<'m>,
    products: BTreeMap<String, ProductState>,
    rows: Rows<'m>,
    /// What the catalogs know of patches.
    patches: Patches,
    /// By update: whether it is there and has what it needs.
    satisfied: Vec<OnceCell<Answer>>,
    /// How many more sub-keys of loops the trees of an update may show.
    shown: Counter<usize>,
    /// By update: its cell as a part of a bundle, which several bundles may ask for.
    parts: Vec<OnceCell<Cell>>,
    inventory: &'m Inventory,
    /// By source: what its definitions say.
    definitions: Vec<OnceCell<Results>>,
}

/// The most sub-keys of loops that the trees of one update show.
const SUB_KEYS: usize = 1 << 16;

/// The answer of a clause of what an update needs.
pub(super) fn prerequisite(answer: Answer) -> Answer {
    match answer.truth {
        Truth::False | Truth::NotApplicable => Answer::not(Reason::PrerequisiteFalse),
        _ => answer,
    }
}

/// The cell of a bundle whose parts give one, by whether it has what it needs.
pub(super) fn bundled(parts: Cell, needed: Answer) -> Cell {
    match (needed.truth, parts.verdict) {
        (Truth::True, _) => parts,
        (Truth::False | Truth::NotApplicable, _) => Cell::new(Verdict::NotApplicable, needed.reason),
        (_, Verdict::Installed | Verdict::Missing) => Cell::new(Verdict::Unknown, needed.reason),
        (_, Verdict::Unknown | Verdict::NotApplicable) => parts,
    }
}

impl<'m> Evaluator<'m> {
    /// Prepares a client's facts: normal forms, detected products, resolved service packs.
    pub fn new(catalogs: &'m Catalogs, options: &'m Options, inventory: &'m Inventory) -> Self {
        let known = Known::new(inventory);
        let rows = Rows::new(catalogs, options, &known);
        let satisfied = vec![OnceCell::new(); catalogs.updates.len()];
        let parts = vec![OnceCell::new(); catalogs.updates.len()];
        let definitions = vec![OnceCell::new(); catalogs.sources.len()];
        let products = BTreeMap::new();
        let patches = Patches::new(catalogs.patches.iter().cloned());
        let mut evaluator = Evaluator {
            catalogs,
            options,
            inventory,
            definitions,
            known,
            products,
            rows,
            patches,
            satisfied,
            shown: Counter::new(0),
            parts,
        };
        evaluator.state_products();
        evaluator.detect_products();
        evaluator
    }

    /// The products of the client by folded name: those stated and those a table speaks of.
    pub fn products(&self) -> &BTreeMap<String, ProductState> {
        &self.products
    }

    /// The package rows and modules.
    pub fn rows(&self) -> &Rows<'m> {
        &self.rows
    }

    /// The facts in normal form.
    pub fn known(&self) -> &Known<'m> {
        &self.known
    }

    fn state_products(&mut self) {
        for (name, (stated, _)) in &self.known.named {
            let levels = self.levels(name, stated.as_deref());
            let product =
                ProductState { state: State::Known, levels, stated: stated.clone(), detection: None };
            self.products.insert(name.clone(), product);
        }
    }

    fn levels(&self, name: &str, stated: Option<&str>) -> Levels {
        let known = self.catalogs.products.get(name).map_or(&[] as &[String], |product| &product.levels);
        law::levels(stated, known)
    }

    /// Runs the detection tables, unless the client's products are complete.
    fn detect_products(&mut self) {
        let run = match self.options.detect {
            Detect::Auto => !self.known.complete.contains(Kind::Product),
            Detect::Always => true,
            Detect::Never => false,
        };
        if !run {
            return;
        }
        for (number, detection) in self.catalogs.detections.iter().enumerate() {
            let name = folded(&detection.name);
            if self.products.contains_key(&name) {
                continue;
            }
            let (state, stated) = match self.test(&detection.when).truth {
                Truth::True => (State::Known, self.detect_level(detection)),
                Truth::False | Truth::NotApplicable => (State::Absent, Levels::Unstated),
                Truth::Error | Truth::Unknown | Truth::NotEvaluated => continue,
            };
            let product = ProductState { state, levels: stated, stated: None, detection: Some(number) };
            self.products.insert(name, product);
        }
    }

    /// Finds the service pack of a detected product.
    fn detect_level(&self, detection: &Detection) -> Levels {
        for level in &detection.levels {
            match level.test.as_ref().map_or(Truth::True, |test| self.test(test).truth) {
                Truth::True => {
                    let mut names: Vec<String> = level.names.iter().map(|name| folded(name)).collect();
                    names.sort_unstable();
                    names.dedup();
                    return Levels::Candidates(names);
                }
                Truth::False | Truth::NotApplicable => {}
                Truth::Error | Truth::Unknown | Truth::NotEvaluated => return Levels::Unstated,
            }
        }
        let inherited = detection.inherit.iter().find_map(|name| {
            let product = self.products.get(&folded(name))?;
            (product.state == State::Known).then(|| product.levels.clone())
        });
        inherited.unwrap_or(Levels::Unstated)
    }

    /// Evaluates all updates, supersedence included, in the order of [`Catalogs::updates`].
    pub fn evaluate(&self) -> Vec<Cell> {
        let raw: Vec<Cell> = self.catalogs.updates.iter().map(|entry| self.raw(entry)).collect();
        (0..raw.len()).map(|update| self.fold(&raw, update)).collect()
    }

    /// The cell of an update by its rules alone.
    pub fn raw(&self, entry: &'m Entry) -> Cell {
        self.explain(entry).raw
    }

    /// The cell of an update by its rules alone, with the trees behind it.
    pub fn explain(&self, entry: &'m Entry) -> Explained<'m> {
        let is_left_out = entry.update.detectoid
            || entry.update.retracted && !self.options.include_retracted
            || self.is_deprecated(entry) && !self.options.include_deprecated;
        if is_left_out {
            return Explained { raw: Cell::NO_EVIDENCE, traces: Vec::new() };
        }
        self.shown.set(SUB_KEYS);
        let (cell, traces) = match &entry.update.rule {
            Rule::None => (None, Vec::new()),
            Rule::Tests { installed, applicable } => {
                let (cell, traces) = self.item(entry, [installed, applicable], None, None);
                (Some(cell), traces)
            }
            Rule::Items(items) => {
                let mut traces = Vec::new();
                let mut cells = Vec::new();
                for item in items {
                    let (cell, below) = self.item(
                        entry,
                        [&item.installed, &item.applicable],
                        item.superseded.as_ref(),
                        item.imported.as_ref(),
                    );
                    cells.push(cell);
                    traces.extend(below);
                }
                (Cell::of_parts(cells), traces)
            }
            Rule::Definition(number) => {
                let cells = self.definitions(entry.source as usize).map(|results| &results.cells);
                (cells.and_then(|cells| cells.get(*number as usize)).copied(), Vec::new())
            }
            Rule::Packages { collections, rows } => {
                let source = self.source(entry);
                let judged: Vec<_> =
                    rows.iter().map(|row| self.rows.judge(row, collections, source)).collect();
                let cell = Cell::of_parts(judged.iter().map(|row| row.cell)).unwrap_or(rows::NO_PACKAGE);
                let row = |judged: rows::Judged<'m>| Trace {
                    answer: Answer {
                        truth: judged.truth(),
                        reason: judged.cell.reason,
                        flags: judged.cell.flags,
                    },
                    fact: judged.instances.first().map(|seen| seen.stated),
                    node: Node::Row(judged),
                    below: Vec::new(),
                };
                (Some(cell), judged.into_iter().map(row).collect())
            }
        };
        let cell = cell.map(|cell| cell.withdrawn(entry.update.flags));
        let cell = if entry.children.is_empty() { cell } else { Some(self.bundle(entry, cell)) };
        let cell = cell.unwrap_or(Cell::NO_EVIDENCE);
        Explained { raw: cell.withdrawn(entry.update.flags), traces }
    }

    /// What the definitions of a source say about the client; `None` where it has none.
    pub fn definitions(&self, source: usize) -> Option<&Results> {
        let content = self.catalogs.sources.get(source)?.oval.as_ref()?;
        let results = self.definitions.get(source)?;
        Some(results.get_or_init(|| oval::reference::evaluate(content, self.inventory, self.options)))
    }

    /// Whether an update is a definition that is not to be used any more.
    fn is_deprecated(&self, entry: &Entry) -> bool {
        let Rule::Definition(number) = entry.update.rule else { return false };
        let content =
            self.catalogs.sources.get(entry.source as usize).and_then(|source| source.oval.as_ref());
        let definition = content.and_then(|content| content.definitions.get(number as usize));
        definition.is_some_and(|definition| definition.deprecated)
    }

    /// The cell of one part of an update, with the trees behind it.
    fn item(
        &self,
        entry: &'m Entry,
        [installed, applicable]: [&'m Expr; 2],
        superseded: Option<&'m Expr>,
        imported: Option<&'m Expr>,
    ) -> (Cell, Vec<Trace<'m>>) {
        let mut traces = vec![
            self.trace(installed, entry, Section::Installed),
            self.trace(applicable, entry, Section::Applicable),
        ];
        traces.extend(superseded.map(|rule| self.trace(rule, entry, Section::Installed)));
        let needed = (!entry.prerequisites.is_empty()).then(|| self.needed(entry));
        let gated = |section, answer| match needed {
            Some(needed) => expr::combine(Operator::And, Reasons::Ranked, section, &[needed, answer]),
            None => answer,
        };
        let cell = Cell::decide(
            gated(Section::Installed, traces[0].answer),
            gated(Section::Applicable, traces[1].answer),
            traces.get(2).map_or(Answer::FALSE, |trace| trace.answer),
        );
        let imported = imported.map(|rule| self.trace(rule, entry, Section::Installed));
        let cell = imported.as_ref().map_or(cell, |trace| cell.or_imported(trace.answer));
        traces.extend(imported);
        (cell.withdrawn(entry.update.flags), traces)
    }

    /// Whether what an update needs is there.
    pub fn needed(&self, entry: &Entry) -> Answer {
        let clause = |targets: &Vec<Option<u32>>| {
            let answers: Vec<_> = targets
                .iter()
                .map(|target| target.map_or(Answer::NO_EVIDENCE, |target| self.satisfied(target as usize)))
                .chain([Answer::FALSE])
                .collect();
            let answer = expr::combine(Operator::Or, Reasons::Ranked, Section::Applicable, &answers);
            prerequisite(answer)
        };
        let clauses: Vec<_> = entry.prerequisites.iter().map(clause).chain([Answer::TRUE]).collect();
        expr::combine(Operator::And, Reasons::Ranked, Section::Applicable, &clauses)
    }

    /// Whether an update that another needs is there, and itself has what it needs.
    pub(crate) fn satisfied(&self, update: usize) -> Answer {
        let Some(entry) = self.catalogs.updates.get(update) else { return Answer::NO_EVIDENCE };
        *self.satisfied[update].get_or_init(|| {
            let under = |rule| self.answer(rule, self.checksum(entry), Section::Installed).0;
            let installed = match &entry.update.rule {
                Rule::Tests { installed, .. } => under(installed),
                Rule::Items(items) => {
                    let answers: Vec<_> = items.iter().map(|item| under(&item.installed)).collect();
                    expr::combine(Operator::Or, Reasons::Ranked, Section::Installed, &answers)
                }
                Rule::None | Rule::Packages { .. } | Rule::Definition(_) => Answer::NO_EVIDENCE,
            };
            let answers = [self.needed(entry), installed];
            expr::combine(Operator::And, Reasons::Ranked, Section::Applicable, &answers)
        })
    }

    /// The cell of a bundle: that of its parts, its own rules among them, where it has what it needs.
    fn bundle(&self, entry: &'m Entry, own: Option<Cell>) -> Cell {
        let of_child = |child: &Option<u32>| {
            let number = child.map(|child| child as usize);
            let Some((part, child)) =
                number.and_then(|number| self.parts.get(number).zip(self.catalogs.updates.get(number)))
            else {
                return Cell::NO_EVIDENCE;
            };
            *part.get_or_init(|| self.raw(child))
        };
        let cells = entry.children.iter().map(of_child).chain(own);
        let cell = Cell::of_parts(cells).unwrap_or(Cell::NO_EVIDENCE);
        bundled(cell, self.needed(entry))
    }

    /// The source of an update; one that says nothing where the number is none, as in damaged bytes.
    fn source(&self, entry: &Entry) -> &'m Source {
        static NOTHING: LazyLock<Source> = LazyLock::new(Source::default);
        self.catalogs.sources.get(entry.source as usize).map_or(&NOTHING, |entry| &entry.source)
    }

    /// Folds supersedence into the cell of one update.
    pub fn fold(&self, raw: &[Cell], update: usize) -> Cell {
        let cell = raw[update];
        if cell.verdict != Verdict::Missing || self.options.supersedence == Supersedence::Off {
            return cell;
        }
        let replacements = self.replacements(update);
        let any = |verdict: Verdict| replacements.iter().any(|by| raw[*by].verdict == verdict);
        if any(Verdict::Installed) {
            Cell::new(Verdict::Installed, Reason::ReplacedByInstalled)
        } else if any(Verdict::Missing) {
            Cell { flags: cell.flags | Flags::SUPERSEDED, ..cell }
        } else {
            cell
        }
    }

    /// All updates that replace one, directly or through others; never itself.
    pub fn replacements(&self, update: usize) -> Vec<usize> {
        let mut seen = std::collections::BTreeSet::from([update]);
        let mut todo = vec![update];
        while let Some(at) = todo.pop() {
            for edge in self.catalogs.updates[at].replaced_by.iter().filter(|edge| self.follows(edge.source))
            {
                if seen.insert(edge.by as usize) {
                    todo.push(edge.by as usize);
                }
            }
        }
        seen.remove(&update);
        seen.into_iter().collect()
    }

    /// Whether edges of this source count.
    pub fn follows(&self, source: supersedence::Source) -> bool {
        source != supersedence::Source::Versions || self.options.supersedence == Supersedence::Evr
    }

    /// The tree of an expression that belongs to no update (a detection table's).
    pub fn trace_test(&self, expr: &'m Expr) -> Trace<'m> {
        self.shown.set(SUB_KEYS);
        self.trace_under(expr, None, self.options.checksum, Section::Installed)
    }

    /// The answer of an expression that belongs to no update (a detection table's).
    fn test(&self, expr: &Expr) -> Answer {
        self.answer(expr, self.options.checksum, Section::Installed).0
    }

    fn trace(&self, expr: &'m Expr, entry: &'m Entry, section: Section) -> Trace<'m> {
        self.trace_under(expr, None, self.checksum(entry), section)
    }

    /// What a checksum says in the rules of an update: nothing for a client in another language than
    /// the feed's.
    pub fn checksum(&self, entry: &Entry) -> Checksum {
        let source = self.source(entry);
        let language = self.known.os.and_then(|os| os.record.language.as_deref());
        let other = law::other_language(&source.language, language);
        if other { Checksum::Off } else { self.options.checksum }
    }

    /// The tree of an expression; in a loop as it is asked of the sub-key `at`.
    fn trace_under(
        &self,
        expr: &'m Expr,
        at: Option<&Rc<str>>,
        policy: Checksum,
        section: Section,
    ) -> Trace<'m> {
        let trace = |expr: &'m Expr| self.trace_under(expr, at, policy, section);
        let below: Vec<Trace<'m>> = match expr {
            Expr::Constant(_) | Expr::Unread(..) | Expr::Test { .. } => Vec::new(),
            Expr::Loop { key, body, .. } => {
                let key = at.and_then(|at| at_sub_key(key, at)).unwrap_or_else(|| key.clone());
                let sub_keys = self.known.sub_keys(&key);
                sub_keys.map_while(|sub_key| self.trace_at(sub_key, body, policy, section)).collect()
            }
            Expr::Combine { operands, .. } => operands.iter().map(trace).collect(),
            Expr::Not(operand) => vec![trace(operand)],
            Expr::Otherwise(a, b) => vec![trace(a), trace(b)],
        };
        let (answer, fact) = match at {
            Some(at) => self.answer(&expr.at_sub_key(at), policy, section),
            None => self.answer(expr, policy, section),
        };
        Trace { node: Node::Expr(expr, at.cloned()), answer, fact, below }
    }

    /// The tree of the rule of a loop at a sub-key; `None` where there are too many.
    fn trace_at(
        &self,
        sub_key: &str,
        body: &'m Expr,
        policy: Checksum,
        section: Section,
    ) -> Option<Trace<'m>> {
        self.shown.set(self.shown.get().checked_sub(1)?);
        let at: Rc<str> = sub_key.into();
        let below = self.trace_under(body, Some(&at), policy, section);
        let fact = self.known.keys.get(sub_key).copied();
        Some(Trace { node: Node::SubKey(at), answer: below.answer, fact, below: vec![below] })
    }

    /// The answer of an expression, and the fact behind a leaf.
    fn answer(&self, expr: &Expr, policy: Checksum, section: Section) -> (Answer, Option<usize>) {
        let answer = |expr: &Expr| self.answer(expr, policy, section).0;
        match expr {
            Expr::Constant(answer) => (*answer, None),
            Expr::Unread(reason, _) => (Answer::new(Truth::Unknown, *reason), None),
            Expr::Test { subject, question, .. } => self.leaf(subject, question, policy),
            Expr::Combine { operator: Operator::Evidence, operands, .. } => {
                let answers: Vec<_> = operands.iter().map(answer).collect();
                (expr::evidence(&answers, self.options.into()), None)
            }
            Expr::Combine { operator, reasons, operands } => {
                let answers: Vec<_> = operands.iter().map(answer).collect();
                (expr::combine(*operator, *reasons, section, &answers), None)
            }
            Expr::Not(operand) => (expr::negate(answer(operand)), None),
            Expr::Loop { key, of, body } => {
                let at = |sub_key: &String| answer(&body.at_sub_key(sub_key)).truth;
                (self.known.go_through(key, *of, at), self.known.keys.get(key).copied())
            }
            Expr::Otherwise(first, second) => match answer(first) {
                Answer { truth: Truth::NotApplicable, .. } => (answer(second), None),
                answer => (answer, None),
            },
        }
    }

    fn leaf(&self, subject: &Subject, question: &Question, policy: Checksum) -> (Answer, Option<usize>) {
        let item = matches!(question, Question::Data(_));
        if item && self.options.registry == RegistryItems::Ignored {
            return (Answer::new(Truth::NotApplicable, Reason::NoEvidence), None);
        }
        if let (Subject::System, Question::Applicability(asked)) = (subject, question) {
            return (self.known.system.answer(asked, &self.patches), self.fact(subject));
        }
        if let (Subject::Installer, Question::Applicability(asked)) = (subject, question) {
            return match asked.as_ref() {
                Applicability::Office(asked) => {
                    (self.known.office.answer(asked), self.known.office.witness(asked))
                }
                _ => (Answer::MALFORMED, None),
            };
        }
        let (state, fact) = match subject {
            Subject::Product(name) => match self.products.get(name) {
                Some(product) => (product.state, self.known.named.get(name).map(|(_, stated)| *stated)),
                None => (self.known.state(subject), None),
            },
            _ => (self.known.state(subject), self.fact(subject)),
        };
        let answer = match state {
            State::NotCollected => Answer::NOT_COLLECTED,
            State::Absent => law::absent(subject, question),
            State::Known => self.there(subject, question, policy),
        };
        (answer, fact)
    }

    fn fact(&self, subject: &Subject) -> Option<usize> {
        match subject {
            Subject::Os(_) | Subject::System => self.known.os.map(|os| os.stated),
            Subject::File(path) => self.known.file(path).map(|file| file.stated),
            Subject::RegistryValue { key, name } => {
                self.known.values.get(&(key.clone(), name.clone())).map(|value| value.stated)
            }
            Subject::RegistryKey(key) => self.known.keys.get(key).copied(),
            Subject::Msi(code) => self.known.products.get(code).map(|msi| msi.stated),
            Subject::Hotfix(id) => self.known.hotfixes.get(id).map(|(_, stated)| *stated),
            Subject::Wmi(class) => self.known.instances.get(class)?.1.first().copied(),
            _ => None,
        }
    }

    /// The answer about a thing that is there.
    fn there(&self, subject: &Subject, question: &Question, policy: Checksum) -> Answer {
        match (subject, question) {
            (Subject::Product(name), Question::Level { affected, fixed }) => {
                let Some(product) = self.products.get(name) else { return Answer::NOT_COLLECTED };
                let available = self.catalogs.products.get(name).map_or(&[] as &[String], |p| &p.available);
                law::level(&product.levels, affected, fixed.as_deref(), available)
            }
            (Subject::Hotfix(id), Question::Exists) => {
                self.known.hotfixes.get(id).map_or(Answer::FALSE, |(state, _)| law::hotfix(*state))
            }
            (_, Question::Exists) => Answer::TRUE,
            (_, Question::Applicability(asked)) => self.applicability(subject, asked),
            (Subject::File(path), _) => self.file(path, question, policy),
            (Subject::RegistryValue { key, name }, _) => {
                let value = self.known.values.get(&(key.clone(), name.clone()));
                let data = value.and_then(|value| value.record.data.as_deref());
                match (question, data) {
                    (Question::Data(expected), _) => law::registry_data(expected, data),
                    (Question::Compare(..), None) => Answer::PART_NOT_COLLECTED,
                    (Question::Compare(comparison, operand), Some(data)) => {
                        law::compare(*comparison, operand, data, Reason::RegistryDiffers)
                    }
                    _ => Answer::RULE_ERROR,
                }
            }
            (Subject::Os(field), Question::Compare(comparison, operand)) => {
                let text = self.known.os.and_then(|os| os_text(os.record, *field));
                text.map_or(Answer::NOT_COLLECTED, |text| {
                    law::compare(*comparison, operand, text.trim_matches(BLANK), Reason::PlatformDiffers)
                })
            }
            (Subject::Msi(code), Question::Compare(comparison, operand)) => {
                let version = self.known.products.get(code).and_then(|msi| msi.record.version.as_deref());
                version.map_or(Answer::PART_NOT_COLLECTED, |version| {
                    law::compare(*comparison, operand, version, Reason::RuleFalse)
                })
            }
            _ => Answer::RULE_ERROR,
        }
    }

    /// The answer of a leaf of the Windows rule language about a thing that is there.
    fn applicability(&self, subject: &Subject, asked: &Applicability) -> Answer {
        match subject {
            Subject::File(path) => self.known.file(path).map_or(Answer::NOT_COLLECTED, |file| {
                applicability::answer::File::of(file.record).answer(asked)
            }),
            Subject::RegistryValue { key, name } => {
                let value = self.known.values.get(&(key.clone(), name.clone()));
                value.map_or(Answer::NOT_COLLECTED, |value| {
                    let (kind, data) = (value.record.kind.as_deref(), value.record.data.as_deref());
                    if let Applicability::Below(path, asked) = asked {
                        return self.file_below(path, asked.as_deref(), kind, data);
                    }
                    applicability::answer::registry_value(asked, kind, data)
                })
            }
            Subject::Msi(code) => self
                .known
                .system
                .installer
                .products
                .get(code)
                .map_or(Answer::NOT_COLLECTED, |product| product.answer(asked)),
            Subject::Wmi(class) => self
                .known
                .instances
                .get(class)
                .map_or(Answer::NOT_COLLECTED, |(instances, _)| super::queries::answer(asked, instances)),
            _ => Answer::MALFORMED,
        }
    }

    /// The answer of a leaf about a file below the folder that a registry value names.
    fn file_below(
        &self,
        path: &str,
        asked: Option<&Applicability>,
        kind: Option<&str>,
        data: Option<&str>,
    ) -> Answer {
        let path = match applicability::answer::file_below(path, kind, data) {
            Ok(path) => path,
            Err(answer) => return answer,
        };
        match self.known.state(&Subject::File(path.clone())) {
            _ if self.known.is_folder(&path) => Answer::NOT_COLLECTED,
            State::NotCollected => Answer::NOT_COLLECTED,
            State::Absent => Answer::not(Reason::FileAbsent),
            State::Known => match (asked, self.known.file(&path)) {
                (None, _) => Answer::TRUE,
                (Some(asked), Some(file)) => applicability::answer::File::of(file.record).answer(asked),
                (Some(_), None) => Answer::NOT_COLLECTED,
            },
        }
    }

    fn file(&self, path: &str, question: &Question, policy: Checksum) -> Answer {
        let Some(file) = self.known.file(path) else { return Answer::NOT_COLLECTED };
        let record = file.record;
        match question {
            Question::FileEvidence { presence, version, checksum } => {
                let order = match version {
                    None => Some(std::cmp::Ordering::Equal),
                    Some(expected) => law::file_version(record.version).map(|found| found.cmp(expected)),
                };
                let answer = law::file(*presence, order, *checksum, record.checksum, policy);
                self.after_restart(answer)
            }
            Question::Compare(comparison, operand) => law::compare_file(*comparison, operand, record.version),
            _ => Answer::RULE_ERROR,
        }
    }

    /// Flags evidence of a file that holds while a restart is due.
    fn after_restart(&self, answer: Answer) -> Answer {
        let pending = self
            .known
            .os
            .and_then(|os| os_text(os.record, OsField::RebootPending))
            .is_some_and(|pending| pending == "true");
        if pending && answer.truth == Truth::True {
            return Answer { flags: answer.flags | Flags::REBOOT_PENDING, ..answer };
        }
        answer
    }
}
