//! The proof of one cell: an index's model and one client's inventory in, the whole tree behind a
//! verdict out.
//!
//! [`Explainer`] runs the reference evaluator and gathers for every node what it asked, what came out,
//! which fact answered it, and where both stand; [`text`] and [`json`] write it. Decides nothing itself:
//! every truth and every reason is the evaluator's. Source of truth: `docs/verdicts.md`, "Explain".

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use relation::Relations;

use crate::diagnostic::Position;
use crate::eval::known::{Evidence, State};
use crate::eval::oval::reference::trace as oval;
use crate::eval::reference::{self, Evaluator, Trace};
use crate::model::applicability::answer::registry_value;
use crate::model::applicability::patch::Patch;
use crate::model::applicability::{Applicability, RegSz};
use crate::model::catalogs::{Catalogs, Entry};
use crate::model::expr::{Expr, LoopOf, Operator, Question, Reasons, Subject};
use crate::model::fact::{Fact, Kind};
use crate::model::flag::Flags;
use crate::model::inventory::Inventory;
use crate::model::msi::normal_code;
use crate::model::options::{Checksum, Options, Profile, RegistryItems};
use crate::model::oval::Definition;
use crate::model::registry::at_sub_key;
use crate::model::update::{Rule, Source};
use crate::model::verdict::{Answer, Cell};
use crate::model::words;

mod attributes;
mod definition;
pub mod json;
mod observed;
mod product;
pub mod relation;
mod row;
mod supersedence;
pub mod text;
mod witness;

pub use product::{Detected, Product, Step};
pub use row::{Epoch, Installed, Module, Row};
pub use supersedence::{Folded, Hop, Replacement};
pub use witness::Witness;

/// Explains cells of one client.
///
/// ```
/// use patchstate::explain::{Explainer, text};
/// use patchstate::model::catalogs::{Catalogs, Entry, SourceEntry};
/// use patchstate::model::inventory::Inventory;
/// use patchstate::model::options::Options;
///
/// let entry = Entry { identity: "feed:A-1".to_owned(), ..Entry::default() };
/// let catalogs =
///     Catalogs { sources: vec![SourceEntry::default()], updates: vec![entry], ..Catalogs::default() };
/// let (options, inventory) = (Options::default(), Inventory::default());
/// let explainer = Explainer::new(&catalogs, &options, &inventory);
/// let [update] = catalogs.find_updates("feed:A-1")[..] else { panic!() };
/// let proof = explainer.proof(update).expect("is there");
/// let mut out = Vec::new();
/// text::write(&proof, &text::Look::PLAIN, &mut out).expect("writes to memory");
/// assert!(String::from_utf8_lossy(&out).contains("Unknown, no-evidence"));
/// ```
#[derive(Debug)]
pub struct Explainer<'m> {
    catalogs: &'m Catalogs,
    options: &'m Options,
    inventory: &'m Inventory,
    evaluator: Evaluator<'m>,
}

/// The proof of one cell.
#[derive(Debug)]
pub struct Proof<'m> {
    /// What the client states.
    pub inventory: &'m Inventory,
    /// The update.
    pub entry: &'m Entry,
    /// The catalog it is from.
    pub source: &'m Source,
    /// The cell, supersedence included; its flags are the cell's own.
    pub cell: Cell,
    /// The cell that the rules give, before a withdrawal and before supersedence.
    pub asked: Cell,
    /// The cell before supersedence.
    pub raw: Cell,
    /// What supersedence did.
    pub folded: Folded<'m>,
    /// What was asked, and what came out.
    pub rules: Rules<'m>,
    /// What it needs and consists of.
    pub relations: Relations<'m>,
    /// The products that rules ask for, each once.
    pub products: Vec<Product<'m>>,
    /// The facts that the proof speaks of, by their number in [`Inventory::facts`].
    pub witnesses: BTreeMap<usize, Witness<'m>>,
}

/// What an update asked of the client.
#[derive(Debug)]
pub enum Rules<'m> {
    /// Nothing, because it was withdrawn with its packages.
    Retracted,
    /// Nothing, because it is a definition that is not to be used any more.
    Deprecated,
    /// Nothing.
    None,
    /// Is it there, and is it for the client?
    Tests {
        /// Whether it is there.
        installed: Node<'m>,
        /// Whether it is for the client.
        applicable: Node<'m>,
    },
    /// Several parts, each with a cell of its own.
    Items(Vec<Item<'m>>),
    /// A definition of OVAL, and why it has its result; nothing where it asks nothing.
    Definition(&'m Definition, Option<oval::Trace<'m>>),
    /// Packages that must not be older, each row a part of its own.
    Packages {
        /// How rows are compared.
        profile: Profile,
        /// The rows.
        rows: Vec<Row<'m>>,
    },
}

/// A part of an update.
#[derive(Debug)]
pub struct Item<'m> {
    /// Whether it is there.
    pub installed: Node<'m>,
    /// Whether it is for the client.
    pub applicable: Node<'m>,
    /// Whether the client has what replaces it, where the part asks that.
    pub superseded: Option<Node<'m>>,
    /// What another scanner says, where the part asks that.
    pub imported: Option<Node<'m>>,
}

impl<'m> Item<'m> {
    /// The trees of its rules by name.
    pub fn trees(&self) -> impl Iterator<Item = (&'static str, &Node<'m>)> {
        let both = [("installed", &self.installed), ("applicable", &self.applicable)];
        let superseded = self.superseded.iter().map(|node| ("superseded", node));
        let imported = self.imported.iter().map(|node| ("imported", node));
        both.into_iter().chain(superseded).chain(imported)
    }
}

impl<'m> Rules<'m> {
    /// The trees of all rules, by part and name.
    fn trees(&self) -> Vec<(usize, &'static str, &Node<'m>)> {
        match self {
            Rules::Tests { installed, applicable } => {
                vec![(0, "installed", installed), (0, "applicable", applicable)]
            }
            Rules::Items(items) => {
                let items = items.iter().enumerate();
                items.flat_map(|(at, item)| item.trees().map(move |(name, node)| (at, name, node))).collect()
            }
            Rules::Retracted
            | Rules::Deprecated
            | Rules::None
            | Rules::Packages { .. }
            | Rules::Definition(..) => Vec::new(),
        }
    }
}

/// A node of a rule.
#[derive(Debug)]
pub struct Node<'m> {
    /// What came out.
    pub answer: Answer,
    /// What was asked.
    pub ask: Ask<'m>,
    /// The nodes below.
    pub below: Vec<Node<'m>>,
    /// Which of the nodes below gave the reason.
    pub decides: Option<usize>,
}

/// What a node asks.
#[derive(Debug)]
pub enum Ask<'m> {
    /// Nothing: always the same.
    Constant,
    /// A rule at each sub-key of a key.
    Loop(Cow<'m, str>, LoopOf, Others),
    /// The rule of a loop at this sub-key.
    SubKey(String),
    /// Nothing, because this element of the catalog is not asked.
    Unread(&'m str),
    /// A question about a thing.
    Leaf(Box<Leaf<'m>>),
    /// Several nodes together.
    Combine(Operator, Reasons),
    /// The opposite of one node.
    Not,
    /// The first node that is not NotApplicable.
    Otherwise,
}

/// Whether a key may have sub-keys that the client does not state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// It has none.
    None,
    /// There may be any.
    Possible,
}

/// A question about a thing, and what answered it.
#[derive(Debug)]
pub struct Leaf<'m> {
    /// What is asked about.
    pub subject: Cow<'m, Subject>,
    /// What is asked.
    pub question: &'m Question,
    /// The question in plain words.
    pub words: String,
    /// Where in the catalog it stands; `None` where that is not kept.
    pub position: Option<Position>,
    /// What the client says about the thing's existence, and why.
    pub because: Because,
    /// What was observed of the part that is asked, as the client wrote it.
    pub observed: Option<String>,
    /// The facts that speak of it, numbers in [`Inventory::facts`].
    pub facts: Vec<usize>,
    /// Whether text would answer otherwise if upper and lower case counted the other way.
    pub case_folded: bool,
}

/// Why a thing counts as there, as absent, or as not collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// The client states it.
    Stated,
    /// A row of the detection table found it.
    Detected(usize),
    /// A row of the detection table ruled it out.
    RuledOut(usize),
    /// A statement proves its absence.
    ProvedAbsent(usize),
    /// Everything below a folder or a key is stated, and it is not.
    Covered {
        /// The folder or key, in normal form.
        under: String,
        /// The statement, a number in [`Inventory::facts`].
        stated: usize,
    },
    /// Its kind is complete, and it is not there.
    Complete(Kind),
    /// Its kind is complete, but the client does not say where this folder is.
    TokenUnknown(String),
    /// Nothing is declared about it.
    Undeclared(Kind),
    /// Registry items are left out by an option.
    Ignored,
}

impl Because {
    /// What it says about the existence of the thing; `None` where it was not looked at.
    pub fn state(&self) -> Option<State> {
        match self {
            Because::Stated | Because::Detected(_) => Some(State::Known),
            Because::RuledOut(_)
            | Because::ProvedAbsent(_)
            | Because::Covered { .. }
            | Because::Complete(_) => Some(State::Absent),
            Because::TokenUnknown(_) | Because::Undeclared(_) => Some(State::NotCollected),
            Because::Ignored => None,
        }
    }

    /// The statement it rests on, a number in [`Inventory::facts`].
    fn fact(&self) -> Option<usize> {
        match self {
            Because::ProvedAbsent(stated) | Because::Covered { stated, .. } => Some(*stated),
            _ => None,
        }
    }
}

/// The patch that a question is about with its metadata, and whether all others of a product count too.
fn patch(question: &Question) -> Option<(&Patch, bool)> {
    let Question::Applicability(leaf) = question else { return None };
    leaf.patch().map(|patch| (patch, matches!(**leaf, Applicability::MsiPatchSuperseded(_))))
}

impl Proof<'_> {
    /// All flags of the cell: its own and those of its update.
    pub fn flags(&self) -> Flags {
        self.cell.flags | self.entry.update.flags
    }
}

impl<'m> Explainer<'m> {
    /// Prepares a client's facts.
    pub fn new(catalogs: &'m Catalogs, options: &'m Options, inventory: &'m Inventory) -> Self {
        let evaluator = Evaluator::new(catalogs, options, inventory);
        Explainer { catalogs, options, inventory, evaluator }
    }

    /// The proof of the cell of an update, a number in [`Catalogs::updates`]; `None` beyond its end.
    pub fn proof(&self, update: usize) -> Option<Proof<'m>> {
        let entry = self.catalogs.updates.get(update)?;
        let reference::Explained { raw, traces } = self.evaluator.explain(entry);
        let (cell, folded) = self.fold(update, raw);
        let mut proof = Proof {
            inventory: self.inventory,
            entry,
            source: self.source(entry),
            cell,
            asked: raw,
            raw,
            folded,
            rules: Rules::None,
            relations: self.relations(entry),
            products: Vec::new(),
            witnesses: BTreeMap::new(),
        };
        proof.rules = self.rules(entry, traces, &mut proof.asked);
        proof.products = self.products(&proof.rules);
        proof.witnesses = self.witnesses(&proof);
        Some(proof)
    }

    fn source(&self, entry: &Entry) -> &'m Source {
        &self.catalogs.sources[entry.source as usize].source
    }

    fn rules(&self, entry: &'m Entry, traces: Vec<Trace<'m>>, asked: &mut Cell) -> Rules<'m> {
        if entry.update.retracted && !self.options.include_retracted {
            return Rules::Retracted;
        }
        match &entry.update.rule {
            Rule::None => Rules::None,
            Rule::Definition(number) => {
                let content = self.catalogs.sources[entry.source as usize].oval.as_ref();
                let definition = content.and_then(|content| content.definitions.get(*number as usize));
                let (Some(content), Some(definition)) = (content, definition) else { return Rules::None };
                if definition.deprecated && !self.options.include_deprecated {
                    return Rules::Deprecated;
                }
                Rules::Definition(definition, oval::trace(content, self.inventory, self.options, *number))
            }
            Rule::Tests { .. } => {
                let policy = self.evaluator.checksum(entry);
                let mut nodes = traces.into_iter().map(|trace| self.node(trace, policy));
                let (Some(installed), Some(applicable)) = (nodes.next(), nodes.next()) else {
                    return Rules::None;
                };
                *asked = Cell::decide(installed.answer, applicable.answer, Answer::FALSE);
                Rules::Tests { installed, applicable }
            }
            Rule::Items(items) => {
                let policy = self.evaluator.checksum(entry);
                let mut nodes = traces.into_iter().map(|trace| self.node(trace, policy));
                let mut parts = Vec::with_capacity(items.len());
                for item in items {
                    let (Some(installed), Some(applicable)) = (nodes.next(), nodes.next()) else { break };
                    let superseded = item.superseded.as_ref().and_then(|_| nodes.next());
                    let imported = item.imported.as_ref().and_then(|_| nodes.next());
                    parts.push(Item { installed, applicable, superseded, imported });
                }
                Rules::Items(parts)
            }
            Rule::Packages { collections, .. } => {
                let profile = self.evaluator.rows().profile(self.source(entry));
                let rows: Vec<_> = traces
                    .into_iter()
                    .filter_map(|trace| match trace.node {
                        reference::Node::Row(judged) => Some(self.row(judged, collections, profile)),
                        reference::Node::Expr(..) | reference::Node::SubKey(_) => None,
                    })
                    .collect();
                let parts = Cell::of_parts(rows.iter().map(|row| row.judged.cell));
                *asked = parts.unwrap_or(Cell::NO_EVIDENCE);
                Rules::Packages { profile, rows }
            }
        }
    }

    fn node(&self, trace: Trace<'m>, policy: Checksum) -> Node<'m> {
        let answer = trace.answer;
        let ask = match trace.node {
            reference::Node::Expr(expr, at) => self.ask(expr, at.as_deref(), trace.fact, policy),
            reference::Node::SubKey(key) => Ask::SubKey(key.as_ref().to_owned()),
            reference::Node::Row(_) => Ask::Constant,
        };
        let below: Vec<_> = trace.below.into_iter().map(|trace| self.node(trace, policy)).collect();
        let decides = below.iter().position(|node| {
            let same = node.answer.truth == answer.truth && node.answer.reason == answer.reason;
            same && below.len() > 1
        });
        Node { answer, ask, below, decides }
    }

    /// What a node asks; in a loop as it is asked of the sub-key `at`.
    fn ask(&self, expr: &'m Expr, at: Option<&str>, fact: Option<usize>, policy: Checksum) -> Ask<'m> {
        match expr {
            Expr::Constant(_) => Ask::Constant,
            Expr::Unread(_, element) => Ask::Unread(element),
            Expr::Combine { operator, reasons, .. } => Ask::Combine(*operator, *reasons),
            Expr::Not(_) => Ask::Not,
            Expr::Loop { key, of, .. } => {
                let below = at.and_then(|at| at_sub_key(key, at));
                let key = below.map_or(Cow::Borrowed(key.as_str()), Cow::Owned);
                let all = self.evaluator.known().has_all_sub_keys(&key);
                Ask::Loop(key, *of, if all { Others::None } else { Others::Possible })
            }
            Expr::Otherwise(..) => Ask::Otherwise,
            Expr::Test { subject, question, position } => {
                let subject = match at.map(|at| subject.at_sub_key(at)) {
                    Some(below) if below != *subject => Cow::Owned(below),
                    _ => Cow::Borrowed(subject),
                };
                let leaf = self.leaf(subject, question, fact, policy);
                let position = Some(*position).filter(|position| *position != Position::default());
                Ask::Leaf(Box::new(Leaf { position, ..leaf }))
            }
        }
    }

    fn leaf(
        &self,
        subject: Cow<'m, Subject>,
        question: &'m Question,
        fact: Option<usize>,
        policy: Checksum,
    ) -> Leaf<'m> {
        let because = self.because(&subject, question);
        let fact = fact.filter(|_| patch(question).is_none());
        let mut facts: Vec<usize> = fact.into_iter().chain(because.fact()).collect();
        facts.extend(self.patched(question));
        if let Subject::Package(kind, name) = &*subject {
            let found = self.evaluator.known().packages.get(&(*kind, name.clone()));
            facts.extend(found.into_iter().flatten().map(|found| found.stated));
        }
        let observed = match because.state() {
            Some(State::Known) => self.observed(&subject, question, fact, policy),
            _ => None,
        };
        let words = words::question(&subject, question, self.product_name(&subject), policy);
        let case_folded = self.is_case_folded(&subject, question);
        Leaf { subject, question, words, position: None, because, observed, facts, case_folded }
    }

    /// Whether text of the registry would answer otherwise if upper and lower case counted the other way.
    fn is_case_folded(&self, subject: &Subject, question: &Question) -> bool {
        let (Subject::RegistryValue { key, name }, Question::Applicability(asked)) = (subject, question)
        else {
            return false;
        };
        let Applicability::RegSz(asked) = &**asked else { return false };
        let Some(value) = self.evaluator.known().values.get(&(key.clone(), name.clone())) else {
            return false;
        };
        let answer = |exact| {
            let asked = Applicability::RegSz(RegSz { exact, ..asked.clone() });
            registry_value(&asked, value.record.kind.as_deref(), value.record.data.as_deref())
        };
        answer(false) != answer(true)
    }

    /// The products that the patch of a leaf may be for, and those of their patches that count for it.
    fn patched(&self, question: &Question) -> Vec<usize> {
        let Some((patch, replaced)) = patch(question) else { return Vec::new() };
        let installer = &self.evaluator.known().system.installer;
        let targets: BTreeSet<&str> = installer.targets(patch).collect();
        let is_about = |fact: &Fact<'_>| match fact {
            Fact::Msi(stated) => targets.contains(normal_code(&stated.product).as_str()),
            Fact::Msp(stated) if targets.contains(normal_code(&stated.product).as_str()) => {
                replaced || patch.codes().any(|code| *code == normal_code(&stated.patch))
            }
            _ => false,
        };
        let facts = self.inventory.facts.iter().enumerate();
        facts.filter(|(_, stated)| is_about(&stated.fact)).map(|(number, _)| number).collect()
    }

    /// What the client says about the existence of a thing, and why.
    fn because(&self, subject: &Subject, question: &Question) -> Because {
        if matches!(question, Question::Data(_)) && self.options.registry == RegistryItems::Ignored {
            return Because::Ignored;
        }
        if let Subject::Product(name) = subject
            && let Some(product) = self.evaluator.products().get(name)
            && let Some(detection) = product.detection
        {
            return match product.state {
                State::Known => Because::Detected(detection),
                State::Absent | State::NotCollected => Because::RuledOut(detection),
            };
        }
        match self.evaluator.known().evidence(subject) {
            Evidence::Stated => Because::Stated,
            Evidence::ProvedAbsent(stated) => Because::ProvedAbsent(stated),
            Evidence::Covered { under, stated } => Because::Covered { under: under.to_owned(), stated },
            Evidence::Complete(kind) => Because::Complete(kind),
            Evidence::TokenUnknown(token) => Because::TokenUnknown(token.to_owned()),
            Evidence::Undeclared => Because::Undeclared(subject.kind()),
        }
    }

    /// What was observed of the part that a question asks.
    fn observed(
        &self,
        subject: &Subject,
        question: &Question,
        fact: Option<usize>,
        policy: Checksum,
    ) -> Option<String> {
        if let Subject::Product(name) = subject {
            return self.evaluator.products().get(name).map(observed::levels);
        }
        let fact = fact.and_then(|fact| self.inventory.facts.get(fact));
        observed::observed(subject, question, &fact?.fact, policy)
    }

    /// A product's name as catalogs write it.
    fn product_name<'s>(&self, subject: &'s Subject) -> &'s str
    where
        'm: 's,
    {
        let Subject::Product(name) = subject else { return "" };
        self.catalogs.products.get(name).map_or(name.as_str(), |product| product.name.as_str())
    }
}
