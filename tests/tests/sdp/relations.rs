//! What packages need, contain and replace.

use std::path::Path;

use conformance::sdp::{self, bundle, catalog, id, needs, package, replaces, rules, special};
use patchstate::catalog::Settings;
use patchstate::compile::{Compiled, compile};
use patchstate::diagnostic::Code;

use super::{COMPLETE, cells, client, compiled, raised, words};

const YES: &str = "<lar:True/>";
const NO: &str = "<lar:False/>";
const OPEN: &str = "<bar:Memory/>";

/// The cells of packages, in the order of their numbers.
fn of(packages: &[String]) -> Vec<String> {
    of_compiled(&compiled(&catalog(&packages.concat())))
}

fn of_compiled(compiled: &Compiled) -> Vec<String> {
    cells(compiled, &client(COMPLETE, "")).into_iter().map(|(_, cell)| words(cell)).collect()
}

#[test]
fn what_an_update_needs_is_a_part_of_both_rules() {
    let target = |rule: &str| package(1, &rules(rule, YES));
    let update = |installed: &str| package(2, &format!("{}{}", needs(&[1]), rules(installed, YES)));
    let check = |target: String, installed: &str, expect: &str| {
        assert_eq!(of(&[target, update(installed)])[1], expect);
    };
    check(target(YES), NO, "Missing rule-false");
    check(target(YES), YES, "Installed rule-true");
    check(target(NO), NO, "NotApplicable prerequisite-false");
    check(target(NO), YES, "NotApplicable prerequisite-false");
    check(target(OPEN), YES, "Unknown unsupported-rule");
}

#[test]
fn of_each_clause_one_is_enough_and_has_itself_what_it_needs() {
    let no = package(1, &rules(NO, YES));
    let yes = package(2, &rules(YES, YES));
    let gated = package(3, &format!("{}{}", needs(&[1]), rules(YES, YES)));
    let either = package(4, &format!("{}{}", needs(&[1, 2]), rules(NO, YES)));
    let both = package(5, &format!("{}{}{}", needs(&[1]), needs(&[2]), rules(NO, YES)));
    let behind = package(6, &format!("{}{}", needs(&[3]), rules(NO, YES)));
    let found = of(&[no, yes, gated, either, both, behind]);
    assert_eq!(
        found[3..],
        ["Missing rule-false", "NotApplicable prerequisite-false", "NotApplicable prerequisite-false"]
    );
}

#[test]
fn a_detectoid_is_needed_and_has_no_cell() {
    let detectoid = special(1, "UpdateType='Detectoid'", &rules(YES, ""));
    let update = package(2, &format!("{}{}", needs(&[1]), rules(NO, YES)));
    let compiled = compiled(&catalog(&[detectoid, update].concat()));
    assert_eq!(of_compiled(&compiled), ["Missing rule-false"]);
    assert_eq!(raised(&compiled, Code::NoInstallableRule), 0);
}

#[test]
fn what_no_catalog_has_is_unknown_but_for_classifications() {
    let dangling = package(1, &format!("{}{}", needs(&[9]), rules(YES, YES)));
    let compiled = compiled(&catalog(&dangling));
    assert_eq!(of_compiled(&compiled), ["Unknown no-evidence"]);
    assert_eq!(raised(&compiled, Code::DanglingPrerequisite), 1);
    let category = "<Prerequisites><AtLeastOne><PackageID>0FA1201D-4330-4FA8-8AE9-B877473B6441</PackageID>\
                    </AtLeastOne></Prerequisites>";
    assert_eq!(of(&[package(1, &format!("{category}{}", rules(NO, YES)))]), ["Missing rule-false"]);
}

#[test]
fn updates_that_need_each_other_are_never_there() {
    let one = |number: u32, other: u32| package(number, &format!("{}{}", needs(&[other]), rules(YES, YES)));
    let compiled = compiled(&catalog(&[one(1, 2), one(2, 1)].concat()));
    assert_eq!(of_compiled(&compiled), ["NotApplicable prerequisite-false"; 2]);
    assert_eq!(raised(&compiled, Code::PrerequisiteCycle), 2);
}

#[test]
fn a_bundle_is_what_it_consists_of() {
    let part =
        |number: u32, installed: &str, applicable: &str| package(number, &rules(installed, applicable));
    let parts = [part(1, NO, YES), part(2, YES, YES), part(3, NO, NO), part(4, OPEN, YES)];
    let check = |numbers: &[u32], expect: &str| {
        let bundle = package(9, &bundle(numbers));
        assert_eq!(of(&[parts.concat(), bundle])[4], expect, "{numbers:?}");
    };
    check(&[1, 2, 3, 4], "Missing rule-false");
    check(&[2, 3, 4], "Unknown unsupported-rule");
    check(&[2, 3], "Installed rule-true");
    check(&[3], "NotApplicable rule-false");
    check(&[2, 8], "Unknown no-evidence");
}

#[test]
fn the_rules_of_a_bundle_are_one_more_part_and_what_it_needs_goes_before() {
    let part = package(1, &rules(YES, YES));
    let own = package(2, &format!("{}{}", bundle(&[1]), rules(NO, YES)));
    let compiled = compiled(&catalog(&[part.clone(), own].concat()));
    assert_eq!(of_compiled(&compiled)[1], "Missing rule-false");
    assert_eq!(raised(&compiled, Code::BundleWithRules), 1);
    let gate = |rule: &str| package(3, &rules(rule, YES));
    let gated = package(4, &format!("{}{}", needs(&[3]), bundle(&[1])));
    let check = |rule: &str, expect: &str| {
        assert_eq!(of(&[part.clone(), gate(rule), gated.clone()])[2], expect);
    };
    check(YES, "Installed rule-true");
    check(NO, "NotApplicable prerequisite-false");
    check(OPEN, "Unknown unsupported-rule");
}

#[test]
fn chains_and_bundles_are_cut_where_they_are_too_deep() {
    let chain = |number: u32| package(number, &format!("{}{}", needs(&[number + 1]), rules(YES, YES)));
    let mut packages: Vec<_> = (0..80).map(chain).collect();
    packages.push(package(80, &rules(YES, YES)));
    let chained = compiled(&catalog(&packages.concat()));
    assert_eq!(raised(&chained, Code::RuleTooDeep), 1);
    let found = of_compiled(&chained);
    assert_eq!((found[80].as_str(), found[20].as_str()), ("Installed rule-true", "Installed rule-true"));
    assert_eq!(found[0], "Unknown no-evidence");
    let mut packages: Vec<_> = (0..40).map(|number| package(number, &bundle(&[number + 1]))).collect();
    packages.push(package(40, &rules(YES, YES)));
    let nested = compiled(&catalog(&packages.concat()));
    assert_eq!(raised(&nested, Code::BundleTooDeep), 1);
    assert_eq!(of_compiled(&nested)[0], "Unknown no-evidence");
}

#[test]
fn replacements_that_are_not_there_are_counted_and_told_with_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |number: u32, parts: &str| {
        let path = folder.path().join(format!("{}.sdp", id(number)));
        std::fs::write(path, package(number, parts)).unwrap();
    };
    write(1, &format!("{}{}", replaces(&[1, 2, 7, 8]), rules(YES, YES)));
    write(2, &rules(NO, YES));
    let compiled = read(folder.path());
    let source = &compiled.catalogs.sources[0];
    assert_eq!((source.edges, source.dangling), (4, 2));
    assert_eq!(raised(&compiled, Code::SupersedenceSelf), 1);
    let dangling = source.diagnostics.kept().iter().find(|found| found.code == Code::DanglingSupersedes);
    assert_eq!(dangling.unwrap().file, format!("{}.sdp", id(1)));
    assert_eq!(compiled.catalogs.updates[1].replaced_by.len(), 1);
}

fn read(path: &Path) -> Compiled {
    compile(vec![sdp::read(path, &Settings::default())], Vec::new()).unwrap()
}

#[test]
fn a_published_package_has_its_revision_in_its_identity() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/sdp/published");
    let compiled = read(&corpora);
    let identities: Vec<_> = compiled.catalogs.updates.iter().map(|entry| entry.identity.as_str()).collect();
    let id = |number: u32| format!("sdp:5a3d0000-0000-0000-0000-{number:012x}");
    assert_eq!(identities, [format!("{}#200", id(0x30)), format!("{}#100", id(0x31))]);
    assert_eq!(compiled.catalogs.updates[1].children, [Some(0)]);
    assert_eq!(raised(&compiled, Code::BundleRevisionMismatch), 1);
    let extra = &compiled.catalogs.updates[0].update.extra;
    for name in ["publisher", "category", "document"] {
        assert!(extra.iter().any(|(known, _)| known == name), "{name}: {extra:?}");
    }
}
