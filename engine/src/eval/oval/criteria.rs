//! The criteria of definitions, flat: what an evaluation asks of each part, found out once.

use std::ops::Range;

use ahash::{HashMap, RandomState};

use crate::compile::definitions::{mark, part, question};
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::model::oval::element::DEPTH;
use crate::model::oval::words::{Class, Operator};
use crate::model::truth::{Tally, Truth};

/// A part of criteria.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Step {
    pub(super) asks: Asks,
    pub(super) negate: bool,
    /// Whether it stands below an odd number of negations, its own among them.
    pub(super) odd: bool,
    /// Whether it says for whom the definition is.
    pub(super) says: bool,
}

/// What a part asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Asks {
    /// A test; one that is a *threshold* compares versions by their order.
    Test { test: OfObject, threshold: bool, of_package: bool },
    /// Another definition of the source.
    Definition(u32),
    /// What comes of so many steps behind it; no operator where its word is unknown.
    All(Option<Operator>, u32),
}

/// A test by its object and its place among the tests of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct OfObject {
    pub(super) object: u32,
    pub(super) place: u32,
}

/// What a definition asks.
#[derive(Clone, Debug, Default)]
pub(super) enum Criteria {
    /// It is on a circle of definitions that extend each other.
    Circular,
    /// Nothing.
    #[default]
    None,
    /// The same as another definition, which is evaluated before.
    Same(u32),
    /// These steps, each before those below it.
    Steps(Range<u32>),
}

/// The criteria of the definitions of a source.
#[derive(Debug, Default)]
pub(super) struct Flat {
    /// By definition.
    pub(super) criteria: Vec<Criteria>,
    pub(super) steps: Vec<Step>,
    /// By object: the steps that ask tests of it.
    asking: Vec<Vec<Asking>>,
    /// By definition: those that it extends.
    extended: Vec<Vec<u32>>,
}

/// A step that asks a test: of which definition it is, and the place of the test among those of its object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asking {
    pub(super) definition: u32,
    pub(super) step: u32,
    pub(super) place: u32,
}

impl Flat {
    /// Flattens those of a source, in the `order` in which they are evaluated; `test` gives which test of
    /// which object one is by its number in the index, whether it is a threshold, and whether of a package.
    pub(super) fn new(
        view: View<'_>,
        source: usize,
        order: &[u32],
        test: impl Fn(u32) -> Option<(OfObject, (bool, bool))>,
    ) -> Flat {
        let first = view.columns.source_definition_ends(source).start;
        let mut flat = Flat {
            criteria: vec![Criteria::None; order.len()],
            extended: vec![Vec::new(); order.len()],
            ..Flat::default()
        };
        // By hash: the definitions that ask something, each something else.
        let (mut known, hasher) = (HashMap::<u64, Vec<u32>>::default(), RandomState::new());
        // By definition: whether it came already.
        let mut came = vec![false; order.len()];
        for definition in order {
            let at = first + *definition as usize;
            let place = *definition as usize;
            if view.columns.definition_marks.at(at) & mark::CIRCULAR != 0 {
                flat.criteria[place] = Criteria::Circular;
                came[place] = true;
                continue;
            }
            let steps = flat.steps_of(view, view.columns.definition_part_ends(at), first, &test, &came);
            came[place] = true;
            if steps.is_empty() {
                continue;
            }
            let alike = known.entry(hasher.hash_one(&steps)).or_default();
            flat.criteria[place] = match alike.iter().find(|one| flat.own_steps(**one) == steps) {
                Some(same) => Criteria::Same(*same),
                None => {
                    let begin = flat.steps.len() as u32;
                    flat.steps.extend(&steps);
                    flat.note(*definition, begin, &steps);
                    alike.push(*definition);
                    Criteria::Steps(begin..flat.steps.len() as u32)
                }
            };
        }
        flat.steps.shrink_to_fit();
        flat.asking.iter_mut().for_each(Vec::shrink_to_fit);
        flat
    }

    /// The steps of a definition, where it has its own.
    fn own_steps(&self, definition: u32) -> &[Step] {
        match &self.criteria[definition as usize] {
            Criteria::Steps(steps) => &self.steps[steps.start as usize..steps.end as usize],
            Criteria::Circular | Criteria::None | Criteria::Same(_) => &[],
        }
    }

    /// The steps of a definition that has these parts.
    fn steps_of(
        &self,
        view: View<'_>,
        parts: Range<usize>,
        first_definition: usize,
        test: impl Fn(u32) -> Option<(OfObject, (bool, bool))>,
        came: &[bool],
    ) -> Vec<Step> {
        // By operator that is open: where its parts end, and whether negations above are odd.
        let mut open: Vec<(usize, bool)> = Vec::new();
        let mut steps = Vec::with_capacity(parts.len());
        for at in parts.clone() {
            while open.last().is_some_and(|(end, _)| *end <= at) {
                open.pop();
            }
            // No reader makes such, so that the index is damaged.
            if open.len() > DEPTH {
                return Vec::new();
            }
            let (end, above) = open.last().copied().unwrap_or((parts.end, false));
            let mut step = step(view, at, first_definition, above, &test);
            match &mut step.asks {
                Asks::All(_, below) => {
                    *below = (*below).min((end - at - 1) as u32);
                    open.push((at + 1 + *below as usize, step.odd));
                }
                // Of definitions that are the same one is asked. One that does not come before is on a circle that a
                // damaged index says nothing of.
                Asks::Definition(other) => {
                    *other = match self.criteria.get(*other as usize) {
                        Some(Criteria::Same(same)) => *same,
                        Some(_) if came[*other as usize] => *other,
                        _ => NONE,
                    };
                }
                Asks::Test { .. } => {}
            }
            steps.push(step);
        }
        steps
    }

    /// Notes what the steps of a definition, from `begin` on, depend on: what else they ask is the same for all clients.
    fn note(&mut self, definition: u32, begin: u32, steps: &[Step]) {
        for (number, step) in (begin..).zip(steps) {
            match step.asks {
                Asks::Test { test: OfObject { object: NONE, .. }, .. } => {}
                Asks::Test { test, .. } => {
                    let object = test.object as usize;
                    if self.asking.len() <= object {
                        self.asking.resize(object + 1, Vec::new());
                    }
                    self.asking[object].push(Asking { definition, step: number, place: test.place });
                }
                Asks::Definition(other) => self.extended[definition as usize].push(other),
                Asks::All(..) => {}
            }
        }
    }

    /// The steps that ask tests of an object.
    pub(super) fn asking(&self, object: u32) -> &[Asking] {
        self.asking.get(object as usize).map_or(&[], Vec::as_slice)
    }

    /// The definitions that one extends.
    pub(super) fn extended(&self, definition: u32) -> &[u32] {
        &self.extended[definition as usize]
    }
}

/// The step of a part.
fn step(
    view: View<'_>,
    at: usize,
    first_definition: usize,
    above: bool,
    test: impl Fn(u32) -> Option<(OfObject, (bool, bool))>,
) -> Step {
    let columns = view.columns;
    let (marks, target) = (columns.part_marks.at(at), columns.part_target.at(at));
    let negate = marks & part::NEGATE != 0;
    let mut says = marks & part::APPLICABILITY != 0;
    let asks = match columns.part_question.at(at) {
        question::TEST => {
            let found = test(target).filter(|_| target != NONE);
            let none = OfObject { object: NONE, place: NONE };
            let (test, (threshold, of_package)) = found.unwrap_or((none, (false, false)));
            Asks::Test { test, threshold, of_package }
        }
        question::DEFINITION => {
            says |= target != NONE && is_inventory(view, target as usize);
            let own = (target as usize).checked_sub(first_definition).filter(|_| target != NONE);
            Asks::Definition(own.map_or(NONE, |own| own as u32))
        }
        operator => Asks::All(Operator::from_number(operator), target),
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
