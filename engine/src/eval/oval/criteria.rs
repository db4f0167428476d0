//! The criteria of definitions, flat: what an evaluation asks of each part, found out once.

use crate::compile::definitions::{mark, part, question};
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::model::oval::words::{Class, Operator};
use crate::model::truth::{Tally, Truth};

/// A part of criteria.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) asks: Asks,
    pub(super) negate: bool,
    /// Whether it stands below an odd number of negations, its own among them.
    pub(super) odd: bool,
    /// Whether it says for whom the definition is.
    pub(super) says: bool,
}

/// What a part asks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asks {
    /// A test, by its place; one that is a *threshold* compares versions by their order.
    Test { place: u32, threshold: bool, of_package: bool },
    /// Another definition of the source.
    Definition(u32),
    /// What comes of the steps up to that one; no operator where its word is unknown.
    All(Option<Operator>, u32),
}

/// What a definition asks.
#[derive(Clone, Debug)]
pub(super) enum Criteria {
    /// It is on a circle of definitions that extend each other.
    Circular,
    /// Nothing.
    None,
    /// These steps, each before those below it.
    Steps(std::ops::Range<u32>),
}

/// The criteria of the definitions of a source.
#[derive(Debug, Default)]
pub(super) struct Flat {
    /// By definition.
    pub(super) criteria: Vec<Criteria>,
    pub(super) steps: Vec<Step>,
    /// By definition: where the objects of its tests and the definitions that it extends end, each once.
    ends: Vec<(u32, u32)>,
    objects: Vec<u32>,
    extended: Vec<u32>,
}

impl Flat {
    /// Flattens those of a source; `test` gives place, threshold and package of a test by its number in the index,
    /// `object` the object of the test at a place.
    pub(super) fn new(
        view: View<'_>,
        source: usize,
        test: impl Fn(u32) -> Option<(usize, (bool, bool))>,
        object: impl Fn(u32) -> Option<u32>,
    ) -> Flat {
        let columns = view.columns;
        let own = columns.source_definition_ends(source);
        let mut flat = Flat::default();
        for definition in own.clone() {
            let parts = columns.definition_part_ends(definition);
            let is_circular = columns.definition_marks.at(definition) & mark::CIRCULAR != 0;
            let criteria = match (is_circular, parts.is_empty()) {
                (true, _) => Criteria::Circular,
                (false, true) => Criteria::None,
                (false, false) => {
                    let first = flat.steps.len() as u32;
                    // By operator that is open: where its parts end, and whether negations above are odd.
                    let mut open: Vec<(usize, bool)> = Vec::new();
                    for at in parts.clone() {
                        while open.last().is_some_and(|(end, _)| *end <= at) {
                            open.pop();
                        }
                        let above = open.last().is_some_and(|(_, odd)| *odd);
                        let step = step(view, (at, parts.start, first), own.start, above, &test);
                        if let Asks::All(_, end) = step.asks {
                            open.push((parts.start + (end - first) as usize, step.odd));
                        }
                        flat.steps.push(step);
                    }
                    Criteria::Steps(first..flat.steps.len() as u32)
                }
            };
            flat.depends(&criteria, &object);
            flat.criteria.push(criteria);
        }
        flat
    }

    /// Notes what a definition depends on.
    fn depends(&mut self, criteria: &Criteria, object: impl Fn(u32) -> Option<u32>) {
        let (mut objects, mut extended) = (Vec::new(), Vec::new());
        if let Criteria::Steps(steps) = criteria {
            for step in &self.steps[steps.start as usize..steps.end as usize] {
                match step.asks {
                    Asks::Test { place, .. } => objects.extend(object(place)),
                    Asks::Definition(other) => extended.push(other),
                    Asks::All(..) => {}
                }
            }
        }
        for (own, all) in [(&mut objects, &mut self.objects), (&mut extended, &mut self.extended)] {
            own.sort_unstable();
            own.dedup();
            all.append(own);
        }
        self.ends.push((self.objects.len() as u32, self.extended.len() as u32));
    }

    /// The objects of the tests of a definition, and the definitions that it extends: what else it asks is the
    /// same for all clients.
    pub(super) fn needs(&self, definition: u32) -> (&[u32], &[u32]) {
        let end = |at: usize| self.ends[at];
        let at = definition as usize;
        let (first, second) = at.checked_sub(1).map_or((0, 0), end);
        let (objects, extended) = end(at);
        (&self.objects[first as usize..objects as usize], &self.extended[second as usize..extended as usize])
    }
}

/// The step of a part that stands at `at`, where the definition's parts begin at `start` and its steps at `first`.
fn step(
    view: View<'_>,
    (at, start, first): (usize, usize, u32),
    first_definition: usize,
    above: bool,
    test: impl Fn(u32) -> Option<(usize, (bool, bool))>,
) -> Step {
    let columns = view.columns;
    let (marks, target) = (columns.part_marks.at(at), columns.part_target.at(at));
    let negate = marks & part::NEGATE != 0;
    let mut says = marks & part::APPLICABILITY != 0;
    let asks = match columns.part_question.at(at) {
        question::TEST => {
            let found = test(target).filter(|_| target != NONE);
            let (place, (threshold, of_package)) = found.unwrap_or((NONE as usize, (false, false)));
            Asks::Test { place: place as u32, threshold, of_package }
        }
        question::DEFINITION => {
            says |= target != NONE && is_inventory(view, target as usize);
            let own = (target as usize).checked_sub(first_definition).filter(|_| target != NONE);
            Asks::Definition(own.map_or(NONE, |own| own as u32))
        }
        operator => {
            let end = (at + 1).saturating_add(target as usize).min(columns.parts());
            Asks::All(Operator::from_number(operator), first + (end - start) as u32)
        }
    };
    Step { asks, negate, odd: above != negate, says }
}

fn is_inventory(view: View<'_>, definition: usize) -> bool {
    Class::from_number(view.columns.definition_class.at(definition)) == Some(Class::Inventory)
}

/// What an operator makes of operands of which each truth occurs or does not, a bit each.
#[derive(Debug)]
pub(super) struct Occurring([[Truth; 64]; 2]);

impl Occurring {
    pub(super) fn new() -> Occurring {
        let table = |operator: Operator| {
            std::array::from_fn(|set: usize| {
                let occurs = |truth: &Truth| set >> (*truth as u8) & 1 == 1;
                operator.combine(&Truth::ALL.into_iter().filter(occurs).collect::<Tally>())
            })
        };
        Occurring([table(Operator::And), table(Operator::Or)])
    }

    /// What AND makes of them.
    #[inline]
    pub(super) fn and(&self, set: u8) -> Truth {
        self.0[0][usize::from(set & 63)]
    }

    /// What OR makes of them.
    #[inline]
    pub(super) fn or(&self, set: u8) -> Truth {
        self.0[1][usize::from(set & 63)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_and_or_depend_on_nothing_but_what_occurs() {
        let tables = Occurring::new();
        // Each truth up to twice.
        for case in 0..3usize.pow(6) {
            let count = |truth: &Truth| case / 3usize.pow(*truth as u32) % 3;
            let all = Truth::ALL.into_iter().flat_map(|truth| std::iter::repeat_n(truth, count(&truth)));
            let tally: Tally = all.clone().collect();
            let set = all.fold(0, |set, truth| set | 1 << (truth as u8));
            assert_eq!((tables.and(set), tables.or(set)), (tally.and(), tally.or()), "{set:06b}");
        }
    }
}
