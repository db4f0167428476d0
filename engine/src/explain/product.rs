//! The products that rules ask for: what is known of each, and the rows of the detection table behind it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Ask, Because, Explainer, Node, Rules};
use crate::diagnostic::Position;
use crate::eval::known::State;
use crate::model::expr::{Expr, Question, Subject};
use crate::model::fact::Kind;
use crate::model::law::Levels;
use crate::model::options::Detect;
use crate::model::product::{Detection, folded};
use crate::model::truth::Truth;

/// A product that rules ask for.
#[derive(Debug)]
pub struct Product<'m> {
    /// Its name, as catalogs write it.
    pub name: &'m str,
    /// Whether it is there, and why.
    pub because: Because,
    /// The service packs at which it may be; `None` where it is not there.
    pub levels: Option<Levels>,
    /// What the client states of the service pack.
    pub stated: Option<String>,
    /// The statement, a number in [`crate::model::inventory::Inventory::facts`].
    pub fact: Option<usize>,
    /// The rows of the detection table that were asked, up to the one that decided.
    pub detections: Vec<Detected<'m>>,
}

/// A row of the detection table, as the client answered it.
#[derive(Debug)]
pub struct Detected<'m> {
    /// Its number in the table, from 0.
    pub number: usize,
    /// Where it stands in its table.
    pub position: Position,
    /// Whether the product is there.
    pub when: Node<'m>,
    /// The ways to find the service pack that were asked, up to the one that decided.
    pub steps: Vec<Step<'m>>,
    /// The product whose service pack was taken over.
    pub inherited: Option<&'m str>,
}

/// One way to find a service pack.
#[derive(Debug)]
pub struct Step<'m> {
    /// The names that the service pack may have.
    pub names: &'m [String],
    /// What was asked; `None` always holds.
    pub test: Option<Node<'m>>,
}

impl Step<'_> {
    /// Whether it holds.
    pub fn truth(&self) -> Truth {
        self.test.as_ref().map_or(Truth::True, |test| test.answer.truth)
    }
}

impl<'m> Explainer<'m> {
    /// The products that rules ask for, and those that their detection asks for.
    pub(super) fn products(&self, rules: &Rules<'m>) -> Vec<Product<'m>> {
        let mut asked = Asked::default();
        rules.trees().into_iter().for_each(|(_, _, tree)| asked.gather(tree));
        let mut products = Vec::new();
        while let Some(subject) = asked.order.get(products.len()).copied() {
            let product = self.product(subject);
            for detected in &product.detections {
                asked.gather(&detected.when);
                detected
                    .steps
                    .iter()
                    .filter_map(|step| step.test.as_ref())
                    .for_each(|test| asked.gather(test));
            }
            products.push(product);
        }
        products
    }

    fn product(&self, subject: &'m Subject) -> Product<'m> {
        let Subject::Product(key) = subject else { return self.nothing(subject) };
        let state = self.evaluator.products().get(key);
        let there = state.filter(|product| product.state == State::Known);
        Product {
            name: self.product_name(subject),
            because: self.because(subject, &Question::Exists),
            levels: there.map(|product| product.levels.clone()),
            stated: there.and_then(|product| product.stated.clone()),
            fact: self.evaluator.known().named.get(key).map(|(_, stated)| *stated),
            detections: self.detections(key),
        }
    }

    fn nothing(&self, subject: &'m Subject) -> Product<'m> {
        let because = Because::Undeclared(Kind::Product);
        let name = self.product_name(subject);
        Product { name, because, levels: None, stated: None, fact: None, detections: Vec::new() }
    }

    /// The rows of the detection table that were asked for a product.
    fn detections(&self, key: &str) -> Vec<Detected<'m>> {
        let known = self.evaluator.known();
        let run = match self.options.detect {
            Detect::Auto => !known.complete.contains(Kind::Product),
            Detect::Always => true,
            Detect::Never => false,
        };
        if !run || known.named.contains_key(key) {
            return Vec::new();
        }
        let rows = self.catalogs.detections.iter().enumerate().filter(|(_, row)| folded(&row.name) == key);
        let mut detected = Vec::new();
        for (number, row) in rows {
            detected.push(self.detected(number, row));
            let decided = self.evaluator.products().get(key).is_some_and(|one| one.detection == Some(number));
            if decided {
                break;
            }
        }
        detected
    }

    fn test(&self, expr: &'m Expr) -> Node<'m> {
        self.node(self.evaluator.trace_test(expr), self.options.checksum)
    }

    fn detected(&self, number: usize, row: &'m Detection) -> Detected<'m> {
        let when = self.test(&row.when);
        let mut detected =
            Detected { number, position: row.position, when, steps: Vec::new(), inherited: None };
        if detected.when.answer.truth != Truth::True {
            return detected;
        }
        for level in &row.levels {
            let test = level.test.as_ref().map(|test| self.test(test));
            let step = Step { names: &level.names, test };
            let truth = step.truth();
            detected.steps.push(step);
            if !matches!(truth, Truth::False | Truth::NotApplicable) {
                return detected;
            }
        }
        let there = |name: &&String| {
            let product = self.evaluator.products().get(&folded(name));
            product.is_some_and(|product| product.state == State::Known)
        };
        detected.inherited = row.inherit.iter().find(there).map(String::as_str);
        detected
    }
}

/// The products that were asked for, in order.
#[derive(Default)]
struct Asked<'m> {
    order: Vec<&'m Subject>,
    known: BTreeSet<&'m Subject>,
}

impl<'m> Asked<'m> {
    fn gather(&mut self, node: &Node<'m>) {
        if let Ask::Leaf(leaf) = &node.ask
            && let Cow::Borrowed(subject @ Subject::Product(_)) = leaf.subject
            && self.known.insert(subject)
        {
            self.order.push(subject);
        }
        node.below.iter().for_each(|node| self.gather(node));
    }
}
