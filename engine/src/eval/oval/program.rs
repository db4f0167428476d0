//! What a definitions file asks, made ready for many clients: tests in the order of their objects, and what each
//! thing is called.
//!
//! Tests that ask the same are one, whatever they are called, and so are definitions: feeds repeat what they ask for
//! every advisory. Made once, shared by all workers, never changed. Reads the index and keeps only what it is asked
//! for most.

use std::ops::Range;

use ahash::HashMap;

use super::criteria::{Flat, Occurring, OfObject};
use crate::compile::definitions::{object_mark, question, state_mark};
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::model::supersedence::components;

/// A definitions file, ready for evaluation.
#[derive(Debug)]
pub(in crate::eval) struct Program {
    pub(super) source: usize,
    /// The numbers of its objects by their ids.
    pub(super) objects: HashMap<Box<[u8]>, u32>,
    /// By object: where its tests end in `tests`, and behind them those of no object.
    test_ends: Vec<u32>,
    /// Its tests, object by object; of those that ask the same the first.
    tests: Vec<u32>,
    pub(super) criteria: Flat,
    /// What operators make of truths.
    pub(super) occurring: Occurring,
    /// Its definitions, each after those that it extends.
    pub(super) order: Vec<u32>,
    /// Whether states name variables, so that what tests say of an item depends on the rest of the client.
    pub(super) names_variables: bool,
    /// The objects that are sets.
    pub(super) sets: Vec<u32>,
}

impl Program {
    /// Makes a source ready, where it is a definitions file.
    pub(in crate::eval) fn new(view: View<'_>, source: usize) -> Option<Program> {
        let columns = view.columns;
        if columns.source_oval.at(source) == 0 {
            return None;
        }
        let (own_objects, own_tests) = (columns.source_object_ends(source), columns.source_test_ends(source));
        let object = |test: u32| match columns.test_object.at(test as usize) {
            NONE => own_objects.len() as u32,
            object => object.saturating_sub(own_objects.start as u32).min(own_objects.len() as u32),
        };
        let first = first_alike(view, source);
        let own = |test: u32| test as usize - own_tests.start;
        let is_first = |test: &u32| first[own(*test)] == *test;
        let mut tests: Vec<u32> = own_tests.clone().map(|test| test as u32).filter(is_first).collect();
        tests.sort_by_key(|test| object(*test));
        let mut test_ends = vec![0u32; own_objects.len() + 1];
        tests.iter().for_each(|test| test_ends[object(*test) as usize] += 1);
        let mut sum = 0;
        for end in &mut test_ends {
            sum += *end;
            *end = sum;
        }
        let mut places = vec![0u32; own_tests.len()];
        for (place, test) in (0u32..).zip(&tests) {
            places[own(*test)] = place;
        }
        for (test, first) in first.iter().enumerate() {
            places[test] = places[own(*first)];
        }
        let marked = |object: &usize| columns.object_marks.at(*object) & object_mark::SET != 0;
        let sets = own_objects.clone().filter(marked).map(|object| (object - own_objects.start) as u32);
        let id = |object: usize| view.text_bytes(columns.object_id.at(object)).into();
        let asked = |test: u32| {
            let place = *places.get((test as usize).checked_sub(own_tests.start)?)?;
            let object = object(*tests.get(place as usize)?);
            let before = object.checked_sub(1).map_or(0, |before| test_ends[before as usize]);
            Some((OfObject { object, place: place - before }, threshold(view, test as usize)))
        };
        let order = order(view, source);
        let criteria = Flat::new(view, source, &order, asked);
        let mut states = columns.source_state_ends(source);
        Some(Program {
            source,
            objects: own_objects.clone().zip(0u32..).map(|(object, number)| (id(object), number)).collect(),
            test_ends,
            criteria,
            occurring: Occurring::new(),
            tests,
            order,
            names_variables: states.any(|at| columns.state_marks.at(at) & state_mark::VARIABLES != 0),
            sets: sets.collect(),
        })
    }

    /// How many objects there are; the tests of none stand behind those of the last.
    pub(super) fn object_count(&self) -> u32 {
        self.test_ends.len() as u32 - 1
    }

    /// The places of the tests of an object.
    #[inline]
    pub(super) fn tests_of(&self, object: u32) -> Range<usize> {
        let end = |at: usize| self.test_ends.get(at).copied().unwrap_or(0) as usize;
        let at = object as usize;
        at.checked_sub(1).map_or(0, end)..end(at)
    }

    /// The tests at places, by number in the index.
    pub(super) fn tests_at(&self, places: Range<usize>) -> &[u32] {
        self.tests.get(places).unwrap_or_default()
    }
}

/// By test of a source: the first one that asks the same.
fn first_alike(view: View<'_>, source: usize) -> Vec<u32> {
    let columns = view.columns;
    let first_state = columns.source_state_ends(source).start;
    let mut states: HashMap<[u32; 4], u32> = HashMap::default();
    let states: Vec<u32> = columns
        .source_state_ends(source)
        .map(|at| {
            let name = [columns.state_schema.at(at), columns.state_name.at(at)];
            let says = [columns.state_text.at(at), columns.state_marks.at(at).into()];
            *states.entry([name[0], name[1], says[0], says[1]]).or_insert(at as u32)
        })
        .collect();
    let state = |state: u32| {
        let own = (state as usize).checked_sub(first_state).filter(|_| state != NONE);
        own.and_then(|own| states.get(own)).copied().unwrap_or(NONE)
    };
    let mut tests: HashMap<Vec<u32>, u32> = HashMap::default();
    let first = |at: usize| {
        let words = [columns.test_check.at(at), columns.test_existence.at(at), columns.test_operator.at(at)];
        let mut key = vec![columns.test_schema.at(at), columns.test_name.at(at), columns.test_object.at(at)];
        key.extend(words.map(u32::from));
        key.push(columns.test_dangling.at(at).into());
        key.extend(columns.test_state_ends(at).map(|one| state(columns.test_state.at(one))));
        *tests.entry(key).or_insert(at as u32)
    };
    columns.source_test_ends(source).map(first).collect()
}

/// Whether a test compares versions by their order, and whether it is about packages.
fn threshold(view: View<'_>, test: usize) -> (bool, bool) {
    let columns = view.columns;
    let states = columns.test_state_ends(test).map(|at| columns.test_state.at(at));
    let mut own = states.filter(|state| *state != NONE);
    let compares = own.any(|state| columns.state_marks.at(state as usize) & state_mark::THRESHOLD != 0);
    (compares, compares && crate::model::oval::is_of_package(view.text(columns.test_name.at(test))))
}

/// The definitions of a source, each after those that it extends.
fn order(view: View<'_>, source: usize) -> Vec<u32> {
    let columns = view.columns;
    let own = columns.source_definition_ends(source);
    let extends = |at: usize| {
        let first = own.start;
        columns.definition_part_ends(first + at).filter_map(move |part| {
            let is_definition = columns.part_question.at(part) == question::DEFINITION;
            let target = columns.part_target.at(part);
            (is_definition && target != NONE).then(|| (target as usize).checked_sub(first)).flatten()
        })
    };
    let within = |at: usize| extends(at).filter(|other| *other < own.len());
    let component = components(own.len(), &within);
    let mut order: Vec<u32> = (0..own.len() as u32).collect();
    order.sort_by_key(|definition| component[*definition as usize]);
    order
}
