//! What `verify` says of an index whose checksum fits and whose contents make no sense.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Cursor;

use conformance::random::{Case, bytes_of_seed};
use conformance::run::{compiled, open};
use conformance::samples;
use patchstate::catalog;
use patchstate::compile;
use patchstate::diagnostic::Code;
use patchstate::eval::batch::Worker;
use patchstate::eval::plan::Plan;
use patchstate::eval::run;
use patchstate::generate::fleet::{self, Fleet};
use patchstate::index::columns::{Columns, NONE};
use patchstate::matrix::tables::Client;
use patchstate::matrix::{self, Matrix};

fn columns() -> Columns {
    let catalogs = vec![samples::windows(8), samples::linux(8)];
    compile::compile(catalogs, vec![samples::detection()]).unwrap().columns
}

/// The columns of updates that need each other and consist of each other.
fn related() -> Columns {
    compile::compile(vec![samples::rules(8)], Vec::new()).unwrap().columns
}

/// The place of the first entry that is `wanted`.
fn find<T: PartialEq>(column: &[T], wanted: T) -> usize {
    column.iter().position(|value| *value == wanted).unwrap()
}

fn check(damage: impl FnOnce(&mut Columns), place: &str) {
    check_of(columns(), damage, place);
}

fn check_of(mut columns: Columns, damage: impl FnOnce(&mut Columns), place: &str) {
    damage(&mut columns);
    let index = open(&columns);
    index.check().unwrap();
    let error = index.verify().unwrap_err();
    assert_eq!(error.code(), Code::BadTable);
    assert!(error.to_string().starts_with(&format!("column {place}: ")), "expected {place}, found: {error}");
    assert!(error.hint().is_some());
}

#[test]
fn what_references_are_about_are_products_of_their_update() {
    let first = |columns: &Columns| (columns.reference_product[0], columns.product_row_name.len() as u32);
    let (own, count) = first(&columns());
    assert!(count > 1);
    check(|columns| columns.reference_product[0] = (own + 1) % count, "`reference_product`, entry 8");
}

#[test]
fn what_the_compiler_makes_is_accepted() {
    open(&columns()).verify().unwrap();
    let empty = compile::compile(Vec::new(), Vec::new()).unwrap().columns;
    open(&empty).verify().unwrap();
}

#[test]
fn what_the_compiler_makes_of_generated_catalogs_is_accepted() {
    for seed in 0..1000 {
        let compiled = compiled(&Case::from_bytes(&bytes_of_seed(seed, 2400)));
        open(&compiled.columns).verify().unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
}

#[test]
fn columns_of_a_table_are_of_one_length() {
    check(|columns| _ = columns.update_title.pop(), "`update_title`, entry 15");
    check(|columns| columns.node_b.push(0), "`node_b`, entry 57");
    check(|columns| _ = columns.source_sha256.pop(), "`source_sha256`, entry 63");
    check(|columns| columns.source_counts.truncate(6), "`source_counts`, entry 6");
}

#[test]
fn parts_end_in_order_and_where_the_other_table_ends() {
    check(|columns| columns.update_article_ends[12] = 0, "`update_article_ends`, entry 12");
    check(|columns| columns.update_row_ends[4] = 99, "`update_row_ends`, entry 4");
    check(|columns| columns.article.push(1), "`update_article_ends`, entry 16");
    check(|columns| columns.text_ends[2] += 1000, "`text_ends`, entry 2");
    check(|columns| columns.threshold_bytes.push(1), "`threshold_ends`, entry 13");
}

#[test]
fn numbers_are_in_range() {
    check(|columns| columns.update_source[1] = 2, "`update_source`, entry 1");
    check(|columns| columns.update_title[2] = 4000, "`update_title`, entry 2");
    check(|columns| columns.update_installed[15] = 5000, "`update_installed`, entry 15");
    check(|columns| columns.edge_by[0] = 16, "`edge_by`, entry 0");
    check(|columns| columns.row_release[0] = 5000, "`row_release`, entry 0");
    check(|columns| columns.detection_when[0] = NONE, "`detection_when`, entry 0");
    check(|columns| columns.source_profile[0] = 2, "`source_profile`, entry 0");
    check(|columns| columns.update_urgency[9] = 5, "`update_urgency`, entry 9");
    check(|columns| columns.update_flags[9] = 0x1_0000, "`update_flags`, entry 9");
    check(|columns| columns.node_operator[0] = 11, "`node_operator`, entry 0");
}

#[test]
fn cells_have_a_reason_that_fits() {
    // Missing, file-older; Installed, package-absent; no reason of this number.
    check(|columns| columns.update_absent[8] = 2 | 21 << 8, "`update_absent`, entry 8");
    check(|columns| columns.update_absent[8] = 3 | 42 << 8, "`update_absent`, entry 8");
    check(|columns| columns.update_not_collected[8] = 99 << 8, "`update_not_collected`, entry 8");
    check(|columns| columns.update_absent[8] = 4 | 42 << 8, "`update_absent`, entry 8");
}

#[test]
fn text_is_text() {
    let letter = find(&columns().text_bytes, 0xc3);
    check(|columns| columns.text_bytes[letter] = 0xff, "`text_ends`, entry 30");
    check(|columns| columns.text_ends[0] = 1, "`text_ends`, entry 0");
}

#[test]
fn what_is_sorted_is_sorted() {
    check(|columns| columns.update_identity.swap(3, 4), "`update_identity`, entry 4");
    check(|columns| columns.update_identity[4] = columns.update_identity[3], "`update_identity`, entry 4");
    check(|columns| columns.subject_text.swap(2, 3), "`subject_tag`, entry 3");
    check(|columns| columns.arch_text.swap(1, 2), "`arch_text`, entry 2");
    check(|columns| columns.default_stream[1] = columns.default_stream[0], "`default_module`, entry 1");
    check(|columns| columns.threshold_bytes[0..32].rotate_left(16), "`subject_threshold_ends`, entry 2");
    check(|columns| columns.product_name[0] = 0, "`product_key`, entry 0");
}

#[test]
fn things_are_what_is_said_of_them() {
    check(|columns| columns.update_source[0] = 0, "`update_source`, entry 0");
    check(|columns| columns.diagnostic_code[1] = 0, "`diagnostic_code`, entry 1");
    check(|columns| columns.source_counts[3] = 1000, "`source_counts`, entry 0");
    check(|columns| columns.source_counts[0] += 1, "`source_counts`, entry 0");
    check(|columns| columns.subject_text[0] = 0, "`subject_text`, entry 0");
    check(|columns| columns.subject_name[0] = 1, "`subject_name`, entry 0");
    check(|columns| columns.update_rule[0] = 0, "`update_rule`, entry 0");
    check(|columns| columns.edge_by[1] = 9, "`edge_by`, entry 9");
    check(|columns| columns.token_first[0] += 1, "`token_text`, entry 0");
    check(|columns| columns.token_end[0] += 1, "`token_text`, entry 0");
    check(
        |columns| {
            columns.token_text.clear();
            columns.token_first.clear();
            columns.token_end.clear();
        },
        "`token_end`, entry 0",
    );
    check(|columns| columns.detection_subject[0] -= 1, "`detection_subject`, entry 0");
    check(|columns| columns.predicate_subject[1] += 1, "`subject_predicate_ends`, entry 0");
}

#[test]
fn subjects_are_found() {
    check(
        |columns| {
            let place = find(&columns.probe.iter().map(|place| *place as u32).collect::<Vec<_>>(), 3);
            columns.probe[place] = 0;
        },
        "`probe`, entry 2",
    );
    check(
        |columns| {
            let empty = find(&columns.probe, 0);
            columns.probe[empty] = 1;
        },
        "`probe`, entry 18",
    );
    check(|columns| columns.probe.push(0), "`probe`, entry 0");
}

#[test]
fn rules_are_walked_to_their_end() {
    let and = find(&columns().node_operator, 2);
    check(
        |columns| {
            let start = columns.node_a[and] as usize;
            columns.operand[start] = and as u32;
        },
        "`node_a`, entry 4",
    );
    check(|columns| columns.node_b[and] += 1, "`node_a`, entry 4");
    check(|columns| columns.operand.push(0), "`operand`, entry 56");
    check(|columns| columns.node_reasons[0] = 1, "`node_a`, entry 0");
    check(
        |columns| columns.update_applicable[8] = columns.update_installed[8],
        "`update_leaf_ends`, entry 8",
    );
    let constant = find(&columns().node_operator, 0);
    check(|columns| columns.node_b[constant] = 9, "`node_a`, entry 39");
    check(|columns| columns.node_a[constant] = 6, "`node_a`, entry 39");
}

#[test]
fn a_rule_that_stands_for_too_much_is_refused() {
    // Each node stands twice for the one before it.
    let doubled = |columns: &mut Columns, count: u32| {
        for _ in 0..count {
            let (node, start) = (columns.node_operator.len() as u32, columns.operand.len() as u32);
            columns.operand.extend([node - 1; 2]);
            columns.node_operator.push(3);
            columns.node_reasons.push(0);
            columns.node_a.push(start);
            columns.node_b.push(start + 2);
        }
    };
    check(|columns| doubled(columns, 25), "`node_operator`, entry 75");
    check(
        |columns| {
            for _ in 0..64 {
                columns.node_a.push(columns.node_operator.len() as u32 - 1);
                columns.node_operator.push(6);
                columns.node_reasons.push(0);
                columns.node_b.push(0);
            }
        },
        "`node_operator`, entry 119",
    );
    // Nobody walks it, also where nobody asked `verify`.
    let mut columns = columns();
    doubled(&mut columns, 60);
    let last = columns.node_operator.len() as u32 - 1;
    columns.update_installed[8] = last;
    columns.detection_when[0] = last;
    let index = open(&columns);
    assert!(!conformance::damage::use_index(index.bytes(), &[samples::inventory("a", 8)]));
}

#[test]
fn questions_have_their_parameters() {
    let questions = columns().predicate_question;
    for question in 0..5 {
        let at = find(&questions, question);
        let place = format!("`predicate_a`, entry {at}");
        check(|columns| columns.predicate_a[at] ^= 0x40_0000, &place);
        if question != 3 {
            check(|columns| columns.predicate_d[at] ^= 0x40_0000, &place);
        }
    }
    check(|columns| columns.level_text.push(0), "`level_text`, entry 4");
    let evidence = find(&questions, 3);
    check(|columns| columns.predicate_b[evidence] = 77, &format!("`predicate_a`, entry {evidence}"));
}

#[test]
fn anchors_are_those_of_their_updates() {
    check(|columns| columns.update_anchored[0] = 255, "`update_absent`, entry 0");
    check(|columns| columns.update_anchored[0] = 1, "`anchor_update`, entry 4");
    check(|columns| columns.anchor_update.swap(0, 1), "`anchor_update`, entry 1");
    check(
        |columns| {
            columns.anchor_update.remove(1);
            columns.subject_anchor_ends.iter_mut().filter(|end| **end > 1).for_each(|end| *end -= 1);
        },
        "`update_anchored`, entry 10",
    );
}

#[test]
fn what_updates_need_and_consist_of_is_in_order_and_ends() {
    let check = |damage: &dyn Fn(&mut Columns), place: &str| check_of(related(), damage, place);
    let columns = related();
    let number = |name: &str| {
        let index = open(&columns);
        index.view().unwrap().find_update(&format!("rul:{name}")).unwrap()
    };
    let (bundle, detectoid, first) = (number("B"), number("D"), number("R0"));
    assert_eq!((bundle, detectoid, first), (0, 1, 2));
    open(&columns).verify().unwrap();
    let two = find(&columns.clause_target_ends, columns.target.len() as u32);
    check(&|columns| columns.target.reverse(), &format!("`target`, entry {two}"));
    check(&|columns| columns.target[0] = 99, "`target`, entry 0");
    check(&|columns| columns.child.swap(0, 1), "`child`, entry 0");
    check(&|columns| columns.prerequisite_clause_ends.push(2), "`prerequisite_clause_ends`, entry 2");
    // What is needed needs what it is needed for.
    check(
        &|columns| columns.update_prerequisite[detectoid] = columns.update_prerequisite[first],
        "`prerequisite_clause_ends`, entry 0",
    );
    check(&|columns| columns.child[0] = bundle as u32, "`update_child_ends`, entry 0");
}

#[test]
fn what_is_known_of_patches_is_in_order_and_as_it_is_written() {
    let twice = |columns: &mut Columns| columns.patch_text[1] = columns.patch_text[0];
    check_of(related(), twice, "`patch_text`, entry 1");
    check_of(related(), |columns| columns.patch_text[0] = 0, "`patch_text`, entry 0");
}

#[test]
fn a_chain_is_as_long_as_compilers_make_it() {
    // Each update needs the next one, and contains it, so many times.
    let chain = |needs: u32, contains: u32| {
        let mut columns = compile::compile(vec![samples::rules(80)], Vec::new()).unwrap().columns;
        let all = 0..columns.update_identity.len() as u32;
        columns.target = all.clone().map(|at| if at < needs { at + 1 } else { NONE }).collect();
        columns.clause_target_ends = all.clone().map(|at| at + 1).collect();
        columns.prerequisite_clause_ends = columns.clause_target_ends.clone();
        columns.update_prerequisite = all.clone().map(|at| if at < needs { at } else { NONE }).collect();
        columns.child = (1..=contains).collect();
        columns.update_child_ends = all.map(|at| (at + 1).min(contains)).collect();
        columns
    };
    open(&chain(64, 32)).verify().unwrap();
    check_of(chain(65, 32), |_| {}, "`prerequisite_clause_ends`, entry 0");
    check_of(chain(64, 33), |_| {}, "`update_child_ends`, entry 0");
}

#[test]
fn parts_are_those_of_updates_that_have_any() {
    let check = |damage: &dyn Fn(&mut Columns), place: &str| check_of(related(), damage, place);
    check(&|columns| columns.update_rule[2] = 0, "`update_rule`, entry 2");
    check(&|columns| columns.update_rule[0] = 3, "`update_rule`, entry 0");
    check(&|columns| columns.update_installed[2] = 0, "`update_rule`, entry 2");
    check(&|columns| columns.item_installed[0] = NONE, "`item_installed`, entry 0");
    check(&|columns| columns.update_leaf_ends[1] = 1, "`update_leaf_ends`, entry 1");
    let unread = find(&related().node_operator, 8);
    let place = format!("`node_a`, entry {unread}");
    check(&|columns| columns.node_a[unread] = 99_999, &place);
    check(&|columns| columns.node_b[unread] |= 1 << 16, &place);
    let asked = find(&related().predicate_question, 5);
    let place = format!("`predicate_a`, entry {asked}");
    check(&|columns| columns.predicate_a[asked] = 0, &place);
    check(&|columns| columns.predicate_b[asked] = 1, &place);
}

#[test]
fn rows_agree_with_what_is_kept_of_all_rows() {
    check(|columns| columns.row_subject[0] = 0, "`row_subject`, entry 0");
    check(|columns| columns.row_rank[0] ^= 1, "`row_rank`, entry 0");
    check(|columns| columns.row_version[0] = 0, "`row_rank`, entry 0");
    check(|columns| columns.row_collection[0] = 2, "`row_collection`, entry 0");
    check(|columns| columns.group_high[0] += 1, "`group_arch`, entry 0");
    check(|columns| columns.retracted_row[0] = 0, "`retracted_row`, entry 1");
    check(|columns| columns.update_retracted[0] = 1, "`retracted_row`, entry 0");
    check(|columns| columns.update_retracted[1] = 0, "`retracted_row`, entry 2");
    check(|columns| columns.row_epoch[0] = 5, "`row_rank`, entry 0");
    check(|columns| columns.module_subject[0] = 0, "`module_subject`, entry 0");
    check(|columns| columns.gate_module_ends[0] = 0, "`gate_module_ends`, entry 0");
}

#[test]
fn the_indexes_of_real_catalogs_and_the_matrices_over_them_are_accepted() {
    let check = |part: &str| {
        let Some(path) = conformance::corpora(part) else { return };
        let mut catalogs = Vec::new();
        let format = catalog::recognise(&path).unwrap();
        (format.read)(&path, &catalog::Settings::default(), &mut |read| catalogs.push(read.unwrap()));
        let index = open(&compile::compile(catalogs, vec![samples::detection()]).unwrap().columns);
        index.verify().unwrap();
        let view = index.view().unwrap();
        let fleet = Fleet::new(view, fleet::Settings { images: 10, ..fleet::Settings::default() });
        for options in conformance::damage::options() {
            let plan = Plan::new(view, &options, None);
            let mut worker = Worker::new(&plan);
            let rows: Vec<_> = (0..20)
                .map(|number| {
                    worker.begin();
                    worker.slots.take(&fleet.client(number));
                    (Client { id: format!("c{number:02}"), ..Client::default() }, worker.finish())
                })
                .collect();
            let mut out = Cursor::new(Vec::new());
            let run = run::run_table(&plan, String::new());
            matrix::write(&run, run::update_table(&plan, &[]), &rows, &mut out).unwrap();
            Matrix::open(&out.into_inner()).unwrap().verify().unwrap();
        }
    };
    check("mssecure/mssecure-1.0.1.148-2001-10-04.xml");
    check("updateinfo/fedora27-vmaas.updateinfo.xml");
    check("updateinfo/opensuse-delta.updateinfo.xml");
    check("updateinfo/libdnf-advisories.updateinfo.xml");
}
