//! The Office update database: its document, rules for it, what they prove, and results of its converter.
//!
//! No sample of the real files is public, so that every document was written for this project.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use conformance::run::{compare_rows, open};
use patchstate::catalog::{self, Settings};
use patchstate::compile::compile;
use patchstate::diagnostic::{Code, Diagnostics};
use patchstate::error::Result;
use patchstate::eval::plan::Plan;
use patchstate::eval::run;
use patchstate::ingest::{self, Input, Intake};
use patchstate::inventory;
use patchstate::model::inventory::Inventory;
use patchstate::model::options::Options;
use patchstate::model::update::Catalog;

fn corpora(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/office").join(file)
}

fn read_as(format: &str, path: &Path, rules: &[PathBuf]) -> Result<Catalog> {
    let settings = Settings { office_rules: rules.to_vec(), ..Settings::default() };
    let mut read = Vec::new();
    (catalog::find(format).unwrap().read)(path, &settings, &mut |catalog| read.push(catalog));
    read.pop().unwrap()
}

/// The catalog of a document and of rules, both as text.
fn catalog_of(bundles: &str, rules: &str) -> Result<Catalog> {
    let folder = tempfile::tempdir().unwrap();
    let (document, table) = (folder.path().join("patchdata.xml"), folder.path().join("rules.xml"));
    std::fs::write(&document, format!("<PatchData>{bundles}</PatchData>")).unwrap();
    std::fs::write(&table, format!("<officeRules version='1'>{rules}</officeRules>")).unwrap();
    read_as("office", &document, &[table])
}

fn native(text: &str) -> Inventory {
    let text = format!("<inventory version='1' client='C' {text}</inventory>");
    let mut inventory = Inventory::default();
    let format = inventory::find("native").unwrap();
    format.read(text.as_str().into(), &inventory::Settings::default(), &mut inventory).unwrap();
    inventory
}

/// The cells of a client, by both ways to evaluate: `ID VERDICT REASON FLAGS`.
fn cells(catalog: Catalog, client: &str) -> Vec<String> {
    let compiled = compile(vec![catalog], Vec::new()).unwrap();
    let index = open(&compiled.columns);
    let options = Options::default();
    let plan = Plan::new(index.view().unwrap(), &options, None);
    let cells = compare_rows(&plan, &compiled.catalogs, &options, &native(client));
    let line = |(cell, entry): (&patchstate::model::verdict::Cell, &patchstate::model::catalogs::Entry)| {
        let id = entry.update.id.as_str();
        format!("{id} {} {} {}", cell.verdict, cell.reason, cell.flags).trim_end().to_owned()
    };
    cells.iter().zip(&compiled.catalogs.updates).map(line).collect()
}

const BUNDLE: &str = "<BUNDLE OFFICEVER='2' KB_NUMBER='100001' EXPIRED='False'/>";
const PRODUCT: &str =
    "<product code='{9????407-0000-0000-0000-000000000000}' minVersion='10.0.1000' maxVersion='10.0.3000'/>";
const PATCH: &str = "<patch code='{11111111-2222-3333-4444-555555555555}'/>";
const FILE: &str = r"<fixed file='C:\Office\word.exe' version='10.0.2000.0'/>";

/// The cell of one bundle with these rules.
fn check(rules: &str, client: &str, expect: &str) {
    let attributes = "officeVersion='2' kb='100001'";
    let rules = match rules.strip_prefix('@') {
        Some(rest) => format!("<bundle {attributes} languages='DEU'>{PRODUCT}{rest}</bundle>"),
        None => format!("<bundle {attributes}>{rules}</bundle>"),
    };
    let found = cells(catalog_of(BUNDLE, &rules).unwrap(), client);
    assert_eq!(found, [format!("2/100001/0 {expect}")], "{rules}\n{client}");
}

fn msi(version: &str, more: &str) -> String {
    format!("<msi product='{{91234407-0000-0000-0000-000000000000}}' version='{version}' {more}/>")
}

#[test]
fn a_product_decides_whether_a_bundle_is_for_a_client() {
    let rules = format!("{PRODUCT}{PATCH}");
    let all = "complete='msi msp file'>";
    check(&rules, all, "NotApplicable msi-product-absent");
    check(&rules, ">", "Unknown not-collected");
    check(&rules, &format!("{all}{}", msi("10.0.999.0", "")), "NotApplicable build-older");
    check(&rules, &format!("{all}{}", msi("10.0.3000.0", "")), "Installed build-current");
    check(&rules, &format!("{all}{}", msi("10.0.1000.9", "")), "Missing msp-absent");
    let unversioned = "<msi product='91234407-0000-0000-0000-000000000000'/>";
    check(&rules, &format!("{all}{unversioned}"), "Unknown part-not-collected");
    let german = format!("@{PATCH}");
    check(
        &german,
        &format!("{all}{}", msi("10.0.2000.0", "language='1033'")),
        "NotApplicable platform-differs",
    );
    check(&german, &format!("{all}{}", msi("10.0.2000.0", "")), "Unknown part-not-collected");
    check(&german, &format!("{all}{}", msi("10.0.2000.0", "language='1031'")), "Missing msp-absent");
    let other = "<msi product='{81234407-0000-0000-0000-000000000000}' version='10.0.2000'/>";
    check(&rules, &format!("{all}{other}"), "NotApplicable msi-product-absent");
    let named = format!("<product name='Word XP'/>{PATCH}");
    check(&named, &format!("{all}{}", msi("1", "name='WORD xp'")), "Missing msp-absent");
    check(&named, &format!("{all}{}", msi("1", "")), "Unknown part-not-collected");
    let family = format!("<product upgradeCode='{{000000000000000000000000000000aa}}'/>{PATCH}");
    let code = "upgrade-code='{00000000-0000-0000-0000-0000000000AA}'";
    check(&family, &format!("{all}{}", msi("1", code)), "Missing msp-absent");
}

#[test]
fn a_patch_or_a_version_proves_a_bundle() {
    let msp = |state: &str| {
        format!(
            "<msp product='{{91234407-0000-0000-0000-000000000000}}' \
             patch='{{11111111-2222-3333-4444-555555555555}}' state='{state}'/>"
        )
    };
    let there = |complete: &str, more: &str| format!("complete='{complete}'>{}{more}", msi("10.0.2000", ""));
    let patch = format!("{PRODUCT}{PATCH}");
    check(&patch, &there("msi msp", &msp("applied")), "Installed rule-true");
    check(&patch, &there("msi msp", &msp("superseded")), "Installed rule-true");
    check(&patch, &there("msi msp", &msp("obsoleted")), "Missing msp-absent");
    check(&patch, &there("msi", ""), "Unknown not-collected");
    let version = format!("{PRODUCT}<fixed productVersion='10.0.2000'/>");
    check(&version, &there("msi", ""), "Installed build-current");
    let later = format!("{PRODUCT}<fixed productVersion='10.0.2001'/>");
    check(&later, &there("msi", ""), "Missing build-older");
    let file = format!("{PRODUCT}{FILE}");
    let word = |version: &str| format!(r"<file path='C:\Office\word.exe' version='{version}'/>");
    check(&file, &there("msi file", &word("10.0.1999.0")), "Missing file-older");
    check(&file, &there("msi file", ""), "Missing file-absent");
    check(&file, &there("msi file", &word("10.0.2000.0")), "Installed rule-true");
    check(&file, &there("msi file", &word("10.0.2000.1")), "Installed file-newer");
    check(&file, &there("msi", ""), "Unknown not-collected");
    let both = format!("{PRODUCT}{PATCH}{FILE}");
    check(&both, &there("msi msp file", ""), "Missing msp-absent");
    check(&both, &there("msi msp", ""), "Unknown not-collected");
    check(&both, &there("msi", &word("10.0.2000.0")), "Installed rule-true");
    check(
        &both,
        &format!("complete='msi msp file'>{}", word("10.0.2000.0")),
        "NotApplicable msi-product-absent",
    );
    check(PRODUCT, &there("msi msp file", ""), "Unknown no-evidence");
}

#[test]
fn an_administrative_image_is_flagged_whatever_the_reason() {
    let admin = msi("10.0.2000", "admin-image='true'");
    let client = format!("complete='msi msp file'>{admin}");
    check(&format!("{PRODUCT}{PATCH}"), &client, "Missing msp-absent admin-image");
    check(&format!("{PRODUCT}{FILE}"), &client, "Missing file-absent admin-image");
}

#[test]
fn of_several_products_the_weakest_counts() {
    let patched = "<msp product='{91234407-0000-0000-0000-000000000000}' \
                   patch='{11111111-2222-3333-4444-555555555555}'/>";
    let two = |second: &str| {
        let second = format!("<msi product='{{99999407-0000-0000-0000-000000000000}}' version='{second}'/>");
        format!("complete='msi msp'>{}{second}{patched}", msi("10.0.2000", ""))
    };
    let rules = format!("{PRODUCT}{PATCH}");
    check(&rules, &two("10.0.2000"), "Missing msp-absent");
    check(&rules, &two("10.0.1"), "Installed rule-true");
    check(&rules, &two("x"), "Unknown part-not-collected");
}

#[test]
fn what_the_converter_said_counts_where_nothing_else_is_known() {
    let bundles = "<BUNDLE OFFICEVER='2' KB_NUMBER='1' EXPIRED='False'/>\
                   <BUNDLE OFFICEVER='3' KB_NUMBER='2' EXPIRED='True'/>";
    let result = |article: u32, state: &str, expired: bool| {
        format!(
            "><scan-result scanner='office-convert' ref='KB{}' state='{state}' expired='{expired}'/>",
            100_000 + article
        )
    };
    let bundles = bundles.replace("KB_NUMBER='1'", "KB_NUMBER='100001'").replace("'2' EXP", "'100002' EXP");
    let check = |client: &str, expect: [&str; 2]| {
        let found = cells(catalog_of(&bundles, "").unwrap(), client);
        assert_eq!(
            found,
            ["2/100001/0 ", "3/100002/0 "]
                .into_iter()
                .zip(expect)
                .map(|(a, b)| a.to_owned() + b)
                .collect::<Vec<_>>(),
            "{client}"
        );
    };
    let unknown = "Unknown unsupported-rule";
    check(">", [unknown, unknown]);
    check(&result(1, "installed", false), ["Installed rule-true imported", unknown]);
    check(&result(1, "admin", false), ["Missing rule-false imported;admin-image", unknown]);
    check(&result(1, "error", false), ["Unknown rule-error imported", unknown]);
    check(&result(1, "missing", false), ["Missing rule-false imported", unknown]);
    check(&result(1, "other", false), ["Unknown unsupported-rule imported", unknown]);
    check(&result(1, "missing", true), ["NotApplicable declined", unknown]);
    check(&result(2, "missing", false), [unknown, "NotApplicable declined"]);
    check(&result(2, "installed", true), [unknown, "Installed rule-true imported"]);
}

#[test]
fn the_current_bundle_of_an_article_answers_in_either_order() {
    let live = "<BUNDLE OFFICEVER='3' KB_NUMBER='100003' EXPIRED='False'/>";
    let expired = live.replace("False", "True");
    let client = "><scan-result scanner='office-convert' ref='100003' state='missing'/>";
    let of = |bundles: String| {
        let catalog = catalog_of(&bundles, "").unwrap();
        assert_eq!(catalog.diagnostics.of(Code::LiveAndExpiredShareKb), 1);
        cells(catalog, client)
    };
    let (missing, unknown) = ("Missing rule-false imported", "Unknown unsupported-rule");
    assert_eq!(
        of(format!("{live}{expired}")),
        [format!("3/100003/0 {missing}"), format!("3/100003/1 {unknown}")]
    );
    assert_eq!(
        of(format!("{expired}{live}")),
        [format!("3/100003/0 {unknown}"), format!("3/100003/1 {missing}")]
    );
}

#[test]
fn one_article_of_several_versions_is_for_products_that_match() {
    let bundles = "<BUNDLE OFFICEVER='2' KB_NUMBER='100001'/><BUNDLE OFFICEVER='3' KB_NUMBER='100001'/>";
    let rules = format!("<bundle officeVersion='2' kb='100001'>{PRODUCT}{PATCH}</bundle>");
    let result = "<scan-result scanner='office-convert' ref='100001' state='installed'/>";
    let of = |client: String| cells(catalog_of(bundles, &rules).unwrap(), &client);
    let (found, unknown) = ("Installed rule-true imported", "Unknown unsupported-rule");
    assert_eq!(of(format!(">{result}")), [format!("2/100001/0 {found}"), format!("3/100001/0 {found}")]);
    let with = format!(">{}{result}", msi("10.0.2000", ""));
    assert_eq!(of(with), [format!("2/100001/0 {found}"), format!("3/100001/0 {unknown}")]);
}

#[test]
fn the_document_is_read_whatever_stands_around_its_bundles() {
    let catalog = read_as("office", &corpora("patchdata.xml"), &[corpora("rules.xml")]).unwrap();
    let ids: Vec<_> = catalog.updates.iter().map(|update| update.id.as_str()).collect();
    let expected = [
        "2/100001/0",
        "2/100002/0",
        "3/100003/0",
        "3/100003/1",
        "1/100004/0",
        "9/-/0",
        "3/100005/0",
        "4/100005/0",
    ];
    assert_eq!(ids, expected);
    let first = &catalog.updates[0];
    assert_eq!(first.title, "A patch of a word processor");
    assert_eq!(first.payload, "https://example.org/100001-enu.exe");
    let german = ("address DEU".to_owned(), "https://example.org/100001-deu.exe".to_owned());
    assert!(first.extra.contains(&german), "{:?}", first.extra);
    assert_eq!(catalog.updates[2].payload, "", "an address with a blank is none");
    assert_eq!(catalog.updates[5].title, "(Office (OFFICEVER 9))");
    let found = |code| catalog.diagnostics.of(code);
    for (code, times) in [
        (Code::UnknownElement, 5),
        (Code::BadExpiredValue, 1),
        (Code::UnknownOfficever, 1),
        (Code::KbNumberMissing, 1),
        (Code::DownloadAddressInvalid, 2),
        (Code::UnknownLangname, 2),
        (Code::DuplicateLocal, 1),
        (Code::BundleWithoutLocal, 1),
        (Code::RuleWithoutBundle, 1),
        (Code::BundleWithoutRules, 5),
    ] {
        assert_eq!(found(code), times, "{code}");
    }
}

#[test]
fn rules_alone_make_updates() {
    let catalog = read_as("office-rules", &corpora("rules.xml"), &[]).unwrap();
    let ids: Vec<_> = catalog.updates.iter().map(|update| update.id.as_str()).collect();
    assert_eq!(ids, ["1/999999/0", "2/100001/0", "2/100002/0", "3/100005/0"]);
    assert_eq!(catalog::recognise(&corpora("rules.xml")).unwrap().name, "office-rules");
}

#[test]
fn mistakes_in_rules_are_errors_with_their_place() {
    let bundle = "officeVersion='2' kb='1'";
    let check = |rules: &str, expect: &str| {
        let error = catalog_of(BUNDLE, rules).unwrap_err().to_string();
        assert!(error.contains(expect) && error.contains("rules.xml:1:"), "{rules}: {error}");
    };
    check(&format!("<bundle {bundle} x='1'/>"), "no attribute `x`");
    check("<bundle kb='1'/>", "needs");
    check("<bundle officeVersion='5' kb='1'><product name='a'/></bundle>", "1, 2, 3 or 4");
    check(&format!("<bundle {bundle}><product/></bundle>"), "needs `code`");
    check(&format!("<bundle {bundle}><product code='1'/></bundle>"), "is no code");
    check(&format!("<bundle {bundle}><product name='a' minVersion='x'/></bundle>"), "is no version");
    check(&format!("<bundle {bundle}><other/></bundle>"), "has no place");
    check(&format!("<bundle {bundle} languages='XYZ'><product name='a'/></bundle>"), "abbreviation");
    let patch = "<patch code='{1111111?-2222-3333-4444-555555555555}'/>";
    check(&format!("<bundle {bundle}><product name='a'/>{patch}</bundle>"), "no `?`");
    let twice = format!("<bundle {bundle}><product name='a'/></bundle>");
    check(&format!("{twice}{twice}"), "already");
}

#[test]
fn a_program_is_read_where_it_carries_a_cabinet() {
    use conformance::cabinet::{Cabinet, File, Folder};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Invcif.exe");
    let text = format!("<PatchData>{BUNDLE}</PatchData>");
    let others = "x".repeat(10);
    let data = format!("{text}{others}");
    let files = vec![
        File::new("PatchData.XML", 0, 0, text.len() as u32),
        File::new(r"CIFS\PUIDS.CIF", 0, text.len() as u32, others.len() as u32),
    ];
    let cabinet = Cabinet::of(Folder::stored(data.as_bytes()), files).bytes();
    std::fs::write(&path, [b"MZ and MSCF, which is none", cabinet.as_slice()].concat()).unwrap();
    assert_eq!(catalog::recognise(&path).unwrap().name, "office");
    let catalog = read_as("office", &path, &[]).unwrap();
    assert_eq!(catalog.updates.len(), 1);
    assert_eq!(catalog.diagnostics.of(Code::OfficeFileSkipped), 1);
    std::fs::write(&path, b"MZ alone").unwrap();
    let error = read_as("office", &path, &[]).unwrap_err();
    assert_eq!((error.code(), error.hint()), (Code::WrongFormat, Some("unpack it with /T /C first")));
    let unknown = catalog::recognise(&path).unwrap_err();
    assert_eq!(unknown.code(), Code::UnknownCatalog);
    assert!(unknown.hint().unwrap().contains("/T /C"), "{unknown}");
    let other = Cabinet::of(Folder::stored(b"x"), vec![File::new("Inventory.exe", 0, 0, 1)]).bytes();
    std::fs::write(&path, [b"MZ", other.as_slice()].concat()).unwrap();
    assert_eq!(catalog::recognise(&path).unwrap_err().code(), Code::UnknownCatalog);
}

#[test]
fn hostile_documents_are_refused_or_read() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    assert!(catalog_of(&deep, "").is_err());
    assert!(catalog_of("<BUNDLE", "").is_err());
    let nested = format!("{}{}", "<BUNDLE>".repeat(20), "</BUNDLE>".repeat(20));
    assert_eq!(catalog_of(&nested, "").unwrap().updates.len(), 20);
    let names: String = (0..5000).map(|number| format!("<n{number}/>")).collect();
    assert_eq!(catalog_of(&names, "").unwrap().diagnostics.of(Code::UnknownElement), 5001);
    assert!(catalog_of("<BUNDLE KB_NUMBER='99999999999999999999'/>", "").is_ok());
}

fn converted(text: &str, missing: &[&str]) -> Vec<(String, String, Diagnostics)> {
    let format = inventory::find("office-convert").unwrap();
    let found = format.units(text, inventory::Look::All).unwrap();
    let inventory::Found::Units(units) = found else { panic!("all of it was given") };
    let settings = inventory::Settings {
        missing_elements: missing.iter().map(|name| (*name).to_owned()).collect(),
        ..inventory::Settings::default()
    };
    let read = |unit: inventory::Unit| {
        let body = unit.place.map_or(text, |place| &text[place.body]);
        let mut inventory = Inventory::default();
        format.read(body.into(), &settings, &mut inventory).unwrap();
        let facts = inventory.facts.iter().map(|stated| match &stated.fact {
            patchstate::model::fact::Fact::ScanResult(result) => {
                format!(
                    "{} {}{} ",
                    result.reference,
                    result.state,
                    if result.expired { " expired" } else { "" }
                )
            }
            other => panic!("{other:?}"),
        });
        (
            unit.client.unwrap_or_default(),
            facts.collect::<String>().trim_end().to_owned(),
            inventory.diagnostics,
        )
    };
    units.into_iter().map(read).collect()
}

#[test]
fn results_of_the_converter_are_facts_of_computers() {
    let path = corpora("../inventory/results.office-convert");
    let text = std::fs::read_to_string(path).unwrap();
    let found = converted(&text, &[]);
    let facts =
        "100001 installed 100002 admin 100003 error 100004 missing expired 100005 other 777777 installed";
    assert_eq!((found[0].0.as_str(), found[0].1.as_str()), ("WS-1", facts));
    assert_eq!((found[1].0.as_str(), found[1].1.as_str()), ("WS-2", "100001 other"));
    assert_eq!(found[0].2.of(Code::UnknownImportState), 1);
    assert_eq!(converted(&text, &["todo"])[1].1, "100001 missing");
    let nameless = "<r><INSTALLED><PATCH KB_NUMBER='100001'/></INSTALLED>\
                    <MISSING><PATCH KB_NUMBER='Q100001'/></MISSING></r>";
    assert_eq!(converted(nameless, &[])[0].1, "100001 missing");
    let format = inventory::find("office-convert").unwrap();
    for (text, place) in [("<r/>", "byte 0"), ("<r>\n<PATCH>", "2:")] {
        let error = format.units(text, inventory::Look::All).unwrap_err();
        assert_eq!(error.code(), Code::ImportUnreadable, "{error}");
        assert!(error.to_string().starts_with(place), "{error}");
    }
    assert!(inventory::recognise(nameless).is_err());
}

#[test]
fn entries_that_give_no_result_are_counted() {
    let text = "<r><INSTALLED><PATCH KB_NUMBER='12'/><PATCH KB_NUMBER='12345678'/><PATCH KB_NUMBER='?'/>\
                <PATCH/><PATCH KB_NUMBER='KB0012345'/></INSTALLED></r>";
    let [(_, facts, found)] = converted(text, &[]).try_into().unwrap();
    assert_eq!(facts, "12345 installed");
    assert_eq!((found.of(Code::InventoryBadValue), found.of(Code::EntryWithoutFact)), (3, 1));
    let first = &found.kept()[0];
    assert_eq!((first.position.line, first.position.column), (1, 15), "{first}");
    assert!(first.message.contains("`12`"), "{first}");
}

/// What is found when a client is evaluated.
fn found(catalog: Option<Catalog>, client: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("<inventory version='1' client='C' {client}</inventory>");
    std::fs::write(folder.path().join("c.xml"), text).unwrap();
    let compiled = compile(catalog.into_iter().collect(), Vec::new()).unwrap();
    let index = open(&compiled.columns);
    let options = Options::default();
    let plan = Plan::new(index.view().unwrap(), &options, None);
    let intake = Intake::scan(&[Input::from(folder.path())], ingest::Settings::default()).unwrap();
    let clients: Vec<_> = intake.clients().iter().collect();
    let outcome = run::evaluate(&plan, &intake, &clients, |_, _| Ok(()), &|_| {}).unwrap();
    outcome.diagnostics.kept().iter().map(|one| format!("{} {}", one.code, one.message)).collect()
}

fn result(state: &str, more: &str) -> String {
    format!("<scan-result scanner='office-convert' ref='KB100001' state='{state}' {more}/>")
}

#[test]
fn results_that_rules_contradict_are_told() {
    let rules = format!("<bundle officeVersion='2' kb='100001'>{PRODUCT}{PATCH}</bundle>");
    let check = |client: &str, expect: &[&str]| {
        let found = found(Some(catalog_of(BUNDLE, &rules).unwrap()), client);
        assert_eq!(found, expect, "{client}");
    };
    let there = |more: &str| format!("complete='msi msp file'>{}{more}", msi("10.0.2000", ""));
    let told = |own: &str, said: &str| {
        let update = "`office:2/100001/0` of client `C`";
        format!("import-disagrees {update} is {own}; the other scanner: {said}")
    };
    check(&there(&result("installed", "")), &[&told("Missing", "Installed")]);
    check(&there(&result("missing", "")), &[]);
    check(&there(&result("admin", "")), &[]);
    check(&there(&result("error", "")), &[]);
    check(&there(&result("other", "")), &[]);
    check(&there(&result("missing", "expired='true'")), &[]);
    let patched = "<msp product='{91234407-0000-0000-0000-000000000000}' \
                   patch='{11111111-2222-3333-4444-555555555555}'/>";
    check(&there(&format!("{patched}{}", result("missing", ""))), &[&told("Installed", "Missing")]);
    check(&there(&format!("{patched}{}", result("installed", ""))), &[]);
    let none = format!("complete='msi msp file'>{}", result("missing", ""));
    check(&none, &[&told("NotApplicable", "Missing")]);
    // What the rules leave open, the result decides.
    check(&format!(">{}", result("missing", "")), &[]);
    // Another scanner is not this one.
    check(&there(&result("installed", "").replace("office-convert", "other")), &[]);
}

#[test]
fn replacements_and_withdrawals_are_no_contradiction() {
    let bundles = "<BUNDLE OFFICEVER='2' KB_NUMBER='100001' EXPIRED='True'/>";
    let rules = format!("<bundle officeVersion='2' kb='100001'>{PRODUCT}{PATCH}</bundle>");
    let there =
        |state: &str| format!("complete='msi msp file'>{}{}", msi("10.0.2000", ""), result(state, ""));
    let of = |state: &str| found(Some(catalog_of(bundles, &rules).unwrap()), &there(state));
    assert_eq!(of("missing"), [""; 0]);
    assert_eq!(of("installed").len(), 1);
    let bundles = format!("{BUNDLE}<BUNDLE OFFICEVER='2' KB_NUMBER='100002'/>");
    let rules = format!(
        "<bundle officeVersion='2' kb='100001'>{PRODUCT}{PATCH}<replacedBy officeVersion='2' kb='100002'/>\
         </bundle><bundle officeVersion='2' kb='100002'>{PRODUCT}<fixed productVersion='10.0.1'/></bundle>"
    );
    let of = |state: &str| found(Some(catalog_of(&bundles, &rules).unwrap()), &there(state));
    assert_eq!(of("missing"), [""; 0]);
    assert_eq!(of("installed").len(), 1);
}

#[test]
fn results_for_no_bundle_are_told_and_change_nothing() {
    let none = |article: u32| format!("import-without-bundle KB{article} of client `C`");
    let client =
        format!(">{}", result("installed", "").replace("100001", "777777") + &result("installed", ""));
    assert_eq!(found(Some(catalog_of(BUNDLE, "").unwrap()), &client), [none(777_777)]);
    // Nor has an index without Office any bundle.
    assert_eq!(found(None, &client), [none(100_001), none(777_777)]);
}

#[test]
fn an_article_means_its_current_bundle() {
    let live = "<BUNDLE OFFICEVER='3' KB_NUMBER='100003'/>";
    let expired = "<BUNDLE OFFICEVER='3' KB_NUMBER='100003' EXPIRED='True'/>";
    let others = "<BUNDLE OFFICEVER='2' KB_NUMBER='100003' EXPIRED='True'/>\
                  <BUNDLE OFFICEVER='4' KB_NUMBER='100004' EXPIRED='True'/>";
    for (bundles, current) in
        [(format!("{live}{expired}{others}"), 0), (format!("{expired}{live}{others}"), 1)]
    {
        let compiled = compile(vec![catalog_of(&bundles, "").unwrap()], Vec::new()).unwrap();
        let index = open(&compiled.columns);
        let (view, options) = (index.view().unwrap(), Options::default());
        let plan = Plan::new(view, &options, None);
        let bytes = conformance::run::matrix_bytes(&plan, &[]);
        let matrix = patchstate::matrix::Matrix::open(&bytes).unwrap();
        let check = |text: &str, expect: &[&str]| {
            let of_view = view.find_named(text).into_iter();
            let of_view = of_view.map(|at| compiled.catalogs.updates[at as usize].identity.as_str());
            assert_eq!(of_view.collect::<Vec<_>>(), expect, "{text}");
            let of_matrix = matrix.find_updates(text).into_iter().map(|at| matrix.updates[at].id.as_str());
            assert_eq!(of_matrix.collect::<Vec<_>>(), expect, "{text}");
            let of_model = compiled.catalogs.find_updates(text).into_iter();
            let of_model = of_model.map(|at| compiled.catalogs.updates[at].identity.as_str());
            assert_eq!(of_model.collect::<Vec<_>>(), expect, "{text}");
        };
        let live = format!("office:3/100003/{current}");
        check("KB100003", &["office:2/100003/0", &live]);
        check("100004", &["office:4/100004/0"]);
        check("office:3/100003/0", &["office:3/100003/0"]);
        check("3/100003/1", &["office:3/100003/1"]);
    }
}

/// The plan of a client, as lines `PART VARIANT ADDRESS NOTE`.
fn planned(catalog: Catalog, client: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("c.xml"),
        format!("<inventory version='1' client='C' {client}</inventory>"),
    )
    .unwrap();
    let compiled = compile(vec![catalog], Vec::new()).unwrap();
    let index = open(&compiled.columns);
    let (view, options) = (index.view().unwrap(), Options::default());
    let plan = Plan::new(view, &options, None);
    let intake = Intake::scan(&[Input::from(folder.path())], ingest::Settings::default()).unwrap();
    let clients: Vec<_> = intake.clients().iter().collect();
    let mut file = std::io::Cursor::new(Vec::new());
    let about = run::run_table(&plan, String::new());
    let mut writer =
        patchstate::matrix::Writer::new(&about, run::update_table(&plan, &[]), &mut file).unwrap();
    let row = |client, row| writer.push(&client, &row);
    run::evaluate(&plan, &intake, &clients, row, &|_| {}).unwrap();
    writer.finish().unwrap();
    let bytes = file.into_inner();
    let matrix = patchstate::matrix::Matrix::open(&bytes).unwrap();
    matrix.verify().unwrap();
    let planner = patchstate::plan::Planner::new(&matrix, view).unwrap();
    let mut out = Vec::new();
    patchstate::plan::write(&planner, [0], patchstate::plan::Form::Csv, &mut out).unwrap();
    let mut reader = csv::Reader::from_reader(out.as_slice());
    let column = |name: &str, reader: &mut csv::Reader<&[u8]>| {
        reader.headers().unwrap().iter().position(|header| header == name).unwrap()
    };
    let columns = ["part", "variant", "address", "note"].map(|name| column(name, &mut reader));
    let line = |record: csv::Result<csv::StringRecord>| {
        let record = record.unwrap();
        columns.map(|at| record[at].to_owned()).join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    reader.records().map(line).collect()
}

#[test]
fn plans_name_the_variant_of_the_language_of_a_product() {
    let rules = format!("<bundle officeVersion='2' kb='100001'>{PRODUCT}{PATCH}</bundle>");
    let bundle = |inner: &str| format!("<BUNDLE OFFICEVER='2' KB_NUMBER='100001'>{inner}</BUNDLE>");
    let local = |name: &str| {
        format!("<LOCAL LANGNAME='{name}'><DLBINARY>https://example.org/{name}.exe</DLBINARY></LOCAL>")
    };
    let check = |bundle: &str, products: &str, expect: &[&str]| {
        let catalog = catalog_of(bundle, &rules).unwrap();
        let found = planned(catalog, &format!("complete='msi msp file'>{products}"));
        let expect: Vec<_> =
            expect.iter().map(|line| format!("office:2/100001/0 {line}").trim().to_owned()).collect();
        assert_eq!(found, expect, "{bundle}\n{products}");
    };
    let of = |language: u32| msi("10.0.2000", &format!("language='{language}'"));
    let [enu, deu] = ["ENU https://example.org/ENU.exe", "DEU https://example.org/DEU.exe"];
    let both = bundle(&(local("ENU") + &local("DEU")));
    check(&both, &of(1031), &[deu]);
    check(&both, &of(1033), &[enu]);
    check(&both, &of(1036), &["no variant for FRA"]);
    check(&both, &of(4242), &["no variant for 4242"]);
    check(&both, &msi("10.0.2000", ""), &[enu, deu]);
    // What is for any language was listed as English.
    check(&bundle(&local("ENU")), &of(1031), &[enu]);
    check(&bundle(&local("DEU")), &of(1033), &["no variant for ENU"]);
    let second =
        "<msi product='{99999407-0000-0000-0000-000000000000}' version='10.0.2000' language='1036'/>";
    check(&both, &(of(1031) + second), &["no variant for FRA", deu]);
    // The language of a product that no rule means says nothing.
    let other = "<msi product='{00000000-0000-0000-0000-000000000001}' version='1' language='1036'/>";
    check(&both, &(of(1031) + other), &[deu]);
    // Of two variants for one language the first counts.
    let twice = bundle(&(local("DEU") + &local("DEU").replace("org/DEU", "org/second")));
    check(&twice, &of(1031), &[deu]);
    let neutral = "<DLBINARY>https://example.org/all.exe</DLBINARY>";
    check(&bundle(neutral), &of(1031), &["https://example.org/all.exe"]);
    check(&bundle(&(local("DEU") + neutral)), &of(1031), &["https://example.org/all.exe", deu]);
    let bad = "<LOCAL LANGNAME='DEU'><DLBINARY>no address</DLBINARY></LOCAL>";
    check(&bundle(bad), &of(1031), &["DEU the catalog gives no address"]);
    check(&bundle("<LOCAL LANGNAME='DEU'/>"), &of(1031), &["DEU the catalog names no file"]);
    check(&bundle(""), &of(1031), &["the catalog does not say how it is installed"]);
}

#[test]
fn results_are_as_old_as_their_file() {
    use std::time::{Duration, SystemTime};
    let folder = tempfile::tempdir().unwrap();
    let computer =
        |name: &str| format!("<C NAME='{name}'><INSTALLED><PATCH KB_NUMBER='100001'/></INSTALLED></C>");
    let (one, several) = (folder.path().join("one"), folder.path().join("several"));
    std::fs::write(&one, "<r><INSTALLED><PATCH KB_NUMBER='100001'/></INSTALLED></r>").unwrap();
    std::fs::write(&several, format!("<r>{}{}</r>", computer("A"), computer("B"))).unwrap();
    for (path, seconds) in [(&one, 1_000_000_000), (&several, 1_100_000_000)] {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(seconds * 1000 + 250);
        std::fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    }
    let settings = ingest::Settings { format: inventory::find("office-convert"), ..Default::default() };
    let intake = Intake::scan(&[Input::from(folder.path())], settings).unwrap();
    let time = |client: &ingest::Client| {
        let mut inventory = Inventory::default();
        intake.read(client, &mut ingest::Buffer::new(), &mut inventory).unwrap();
        let [stated] = &inventory.facts[..] else { panic!("{inventory:?}") };
        let patchstate::model::fact::Fact::ScanResult(result) = &stated.fact else { panic!("{stated:?}") };
        format!("{} {}", client.id, result.time.as_deref().unwrap_or("no time"))
    };
    let times: Vec<_> = intake.clients().iter().map(time).collect();
    assert_eq!(times, ["A 2004-11-09T11:33:20Z", "B 2004-11-09T11:33:20Z", "one 2001-09-09T01:46:40Z"]);
}

#[test]
fn an_address_belongs_to_the_nearest_variant_around_it() {
    let text = "<BUNDLE OFFICEVER='two' KB_NUMBER='none' EXPIRED='perhaps'>\
                <LOCAL LANGNAME='ENU'><LOCAL LANGNAME='DEU'><DLBINARY>http://example.org/de</DLBINARY></LOCAL>\
                <DLBINARY>http://example.org/en</DLBINARY><BUNDLE KB_NUMBER='100001'>\
                <DLBINARY>http://example.org/inner</DLBINARY></BUNDLE></LOCAL></BUNDLE>";
    let catalog = catalog_of(text, "").unwrap();
    let has = |update: usize, name: &str, text: &str| {
        let extra = &catalog.updates[update].extra;
        assert!(extra.contains(&(name.to_owned(), text.to_owned())), "{name}: {extra:?}");
    };
    has(0, "address DEU", "http://example.org/de");
    has(0, "address ENU", "http://example.org/en");
    has(1, "address", "http://example.org/inner");
    // What says nothing that is known is kept as text.
    has(0, "OFFICEVER", "two");
    has(0, "KB_NUMBER", "none");
    has(0, "EXPIRED", "perhaps");
}
