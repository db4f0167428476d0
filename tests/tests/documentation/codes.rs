//! Codes, reasons, flags, marks and the laws of truth: the pages are the program's, both ways.

use std::collections::BTreeSet;

use patchstate::diagnostic::Code;
use patchstate::model::fact::Kind;
use patchstate::model::flag::Flags;
use patchstate::model::inventory::Marks;
use patchstate::model::options::Profile;
use patchstate::model::reason::Reason;
use patchstate::model::truth::{Tally, Truth};
use patchstate::model::verdict::{Answer, Cell, Verdict};

use crate::page::{Page, word};

/// Compares what a page says with what the program says.
fn same(page: &[Vec<String>], program: Vec<Vec<String>>) {
    let (page, program): (BTreeSet<_>, BTreeSet<_>) =
        (page.iter().cloned().collect(), program.into_iter().collect());
    let only = |a: &BTreeSet<Vec<String>>, b: &BTreeSet<Vec<String>>| -> String {
        a.difference(b).map(|row| format!("  | {} |\n", row.join(" | "))).collect()
    };
    assert!(
        page == program,
        "only on the page:\n{}only in the program:\n{}",
        only(&page, &program),
        only(&program, &page)
    );
}

fn coded(name: &str) -> String {
    format!("`{name}`")
}

#[test]
fn the_page_has_every_code_with_alias_severity_and_sentence() {
    let rows = Page::of_docs("diagnostics.md").rows(&["code", "alias", "severity", "says"]);
    let of = |code: &Code| {
        let alias = code.alias().map(coded).unwrap_or_default();
        vec![coded(code.name()), alias, code.severity().name().to_owned(), code.description().to_owned()]
    };
    same(&rows, Code::ALL.iter().map(of).collect());
    assert_eq!(rows.len(), Code::ALL.len(), "a code stands twice");
}

#[test]
fn aliases_of_mssecure_stand_for_their_codes() {
    let rows = Page::of_docs("mssecure.md").rows(&["alias", "code", "what is done"]);
    let rows: Vec<_> = rows.into_iter().map(|row| row[..2].to_vec()).collect();
    let aliased = Code::ALL.iter().filter_map(|code| Some((code.alias()?, code)));
    let aliased = aliased.filter(|(alias, _)| alias.starts_with("MSS"));
    same(&rows, aliased.map(|(alias, code)| vec![coded(alias), coded(code.name())]).collect());
}

fn letter(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Unknown => "U",
        Verdict::NotApplicable => "N",
        Verdict::Missing => "M",
        Verdict::Installed => "I",
    }
}

#[test]
fn the_page_has_every_verdict_with_code_and_letter() {
    let rows = Page::of_docs("verdicts.md").rows(&["code", "verdict", "letter", "means"]);
    let rows: Vec<_> = rows.into_iter().map(|row| row[..3].to_vec()).collect();
    let of = |verdict: Verdict| {
        vec![verdict.code().to_string(), coded(verdict.name()), letter(verdict).to_owned()]
    };
    same(&rows, Verdict::ALL.into_iter().map(of).collect());
}

#[test]
fn the_page_has_every_reason_with_number_verdicts_and_sentence() {
    let rows = Page::of_docs("verdicts.md").rows(&["no", "reason", "with", "says"]);
    let of = |reason: &Reason| {
        let letters: Vec<_> = reason.verdicts().iter().map(|verdict| letter(*verdict)).collect();
        vec![
            reason.number().to_string(),
            coded(reason.name()),
            letters.join(" "),
            reason.description().to_owned(),
        ]
    };
    same(&rows, Reason::ALL.iter().map(of).collect());
}

#[test]
fn the_page_has_every_flag_with_bit_and_sentence() {
    let rows = Page::of_docs("verdicts.md").rows(&["bit", "flag", "lists", "says"]);
    let of = |(flag, name, text): &(Flags, &str, &str)| {
        let lists = if flag.is_hidden() { "hidden" } else { "shown" };
        vec![flag.bits().trailing_zeros().to_string(), coded(name), lists.to_owned(), (*text).to_owned()]
    };
    same(&rows, Flags::ALL.iter().map(of).collect());
}

#[test]
fn the_page_has_every_mark_and_every_kind() {
    let page = Page::of_docs("inventories.md");
    let first = |rows: Vec<Vec<String>>| rows.into_iter().map(|row| row[..1].to_vec()).collect::<Vec<_>>();
    let marks = Marks::from_bits(u8::MAX).names().map(|name| vec![coded(name)]);
    same(&first(page.rows(&["mark", "means"])), marks.collect());
    let kinds = Kind::ALL.iter().map(|kind| vec![coded(kind.name())]);
    same(&first(page.rows(&["kind", "facts", "may be asked by"])), kinds.collect());
}

#[test]
fn the_page_has_both_profiles() {
    let rows = Page::of_docs("verdicts.md").rows(&["profile", "needed", "current"]);
    let names: Vec<_> = rows.iter().map(|row| word(&row[0])).collect();
    assert_eq!(names, Profile::ALL.map(Profile::name));
}

fn truth(cell: &str) -> Truth {
    match cell {
        "True" => Truth::True,
        "False" => Truth::False,
        "Unknown" => Truth::Unknown,
        other => panic!("`{other}` is no truth of the page"),
    }
}

#[test]
fn the_truth_table_is_that_of_the_model() {
    let rows = Page::of_docs("verdicts.md").rows(&["a", "b", "AND", "OR", "ONE", "XOR", "NONE"]);
    assert_eq!(rows.len(), 6, "every pair of three truths, in one order");
    for row in rows {
        let cells: Vec<_> = row.iter().map(|cell| truth(cell)).collect();
        let tally: Tally = cells[..2].iter().copied().collect();
        let found = [tally.and(), tally.or(), tally.one(), tally.xor(), tally.none()];
        assert_eq!(cells[2..], found, "{row:?}");
    }
}

#[test]
fn the_verdict_table_is_that_of_the_model() {
    let header = ["installed", "applicable", "superseded", "verdict", "reason from"];
    let rows = Page::of_docs("verdicts.md").rows(&header);
    let three = [Truth::True, Truth::False, Truth::Unknown];
    let marks = [Reason::HotfixListed, Reason::PlatformDiffers, Reason::RuleError];
    for installed in three {
        for applicable in three {
            for superseded in three {
                let given = [installed, applicable, superseded];
                let fits = |row: &&Vec<String>| {
                    row.iter().zip(given).all(|(cell, given)| cell == "any" || truth(cell) == given)
                };
                let row = rows.iter().find(fits).unwrap_or_else(|| panic!("no row for {given:?}"));
                let [a, b, c] = [0, 1, 2].map(|at| Answer::new(given[at], marks[at]));
                let cell = Cell::decide(a, b, c);
                let reason = match header.iter().position(|name| *name == row[4]) {
                    Some(at) => marks[at].name(),
                    None => word(&row[4]),
                };
                assert_eq!((cell.verdict.name(), cell.reason.name()), (row[3].as_str(), reason), "{given:?}");
            }
        }
    }
}

#[test]
fn the_golden_table_is_that_of_its_test() {
    let golden = Page::read(&crate::page::root().join("tests/tests/mssecure_golden.rs")).text;
    let tables = Page::of_docs("mssecure.md").tables();
    let rows = tables.iter().find(|table| table.section == "Golden tables").map(|table| &table.rows);
    for row in rows.expect("the table is there") {
        let [_, _, alone, after, superseded] = row.as_slice() else { panic!("{row:?}") };
        let numbers = format!("[{alone}], [{after}, {superseded}]");
        assert!(golden.contains(&numbers), "the test does not have {numbers}");
    }
}
