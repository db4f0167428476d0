//! Metadata of Windows updates in documents: many full ones of which one is too large, what is said of
//! drivers, and what an earlier compile read.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use conformance::run::{index_bytes, open};
use patchstate::catalog::previous::Previous;
use patchstate::catalog::{Settings, find};
use patchstate::compile::compile;
use patchstate::diagnostic::{Code, Diagnostic};
use patchstate::error::Result;
use patchstate::explain::{Explainer, json, text};
use patchstate::generate::publication::{self, Settings as Publication};
use patchstate::model::expr::Expr;
use patchstate::model::inventory::Inventory;
use patchstate::model::options::Options;
use patchstate::model::reason::Reason;
use patchstate::model::update::{Catalog, Rule, Update};
use patchstate::report::inspect;
use patchstate::report::table::Value;

fn read_with(path: &Path, settings: &Settings) -> Result<Catalog> {
    let mut catalogs = Vec::new();
    (find("wsus").unwrap().read)(path, settings, &mut |catalog| catalogs.push(catalog));
    catalogs.remove(0)
}

fn read(document: &str) -> Result<Catalog> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("updates.xml");
    std::fs::write(&path, document).unwrap();
    read_with(&path, &Settings::default())
}

/// A full update with something inside of its rules.
fn full(number: u32, inside: &str) -> String {
    format!(
        "<Update><UpdateIdentity UpdateID='{number}' RevisionNumber='1'/><Properties UpdateType='Software'/>\
         <ApplicabilityRules><IsInstalled>{inside}<l:False/></IsInstalled><IsInstallable><l:True/></IsInstallable>\
         </ApplicabilityRules></Update>"
    )
}

fn document(updates: &[String]) -> String {
    format!(
        "<Updates xmlns='http://schemas.microsoft.com/msus/2002/12/Update' \
         xmlns:l='http://schemas.microsoft.com/msus/2002/12/LogicalApplicabilityRules'>\n{}</Updates>",
        updates.join("\n")
    )
}

/// The reason of the rule that says that an update is there.
fn reason(update: &Update) -> Reason {
    match &update.rule {
        Rule::Items(items) => match &items[0].installed {
            Expr::Constant(answer) => answer.reason,
            _ => panic!("{} has a rule of another form", update.id),
        },
        _ => panic!("{} has no item", update.id),
    }
}

fn told(catalog: &Catalog) -> Vec<&Diagnostic> {
    catalog.diagnostics.kept().iter().filter(|found| found.code == Code::DocumentTooLarge).collect()
}

/// More than is read of one update, in comments, in elements, and in text.
fn too_much() -> [String; 3] {
    let long = "x".repeat(3 << 20);
    [
        format!("<!--{long}-->").repeat(11),
        "<l:True/>".repeat(70_000),
        format!("<l:True>{}</l:True>", " ".repeat(15 << 20)).repeat(3),
    ]
}

#[test]
fn of_many_documents_one_that_is_too_large_is_unknown_and_the_others_are_read() {
    for much in too_much() {
        let text = document(&[full(1, ""), full(2, &much), full(3, ""), full(4, &much), full(5, "")]);
        let catalog = read(&text).unwrap();
        let ids: Vec<_> = catalog.updates.iter().map(|update| update.id.unrevised()).collect();
        assert_eq!(ids, ["1", "2", "3", "4", "5"]);
        let reasons: Vec<_> = catalog.updates.iter().map(reason).collect();
        let (read, unread) = (Reason::RuleFalse, Reason::UnsupportedRule);
        assert_eq!(reasons, [read, unread, read, unread, read]);
        let told = told(&catalog);
        // Each stands on a line of its own.
        assert_eq!(told.iter().map(|one| one.position.line).collect::<Vec<_>>(), [3, 5]);
        assert!(told[0].message.contains("`2`") && told[1].message.contains("`4`"), "{told:?}");
        compile(vec![catalog], Vec::new()).unwrap();
    }
}

#[test]
fn of_fragments_one_after_another_one_that_is_too_large_is_unknown() {
    let fragments = |number: u32, inside: &str| {
        format!(
            "<UpdateIdentity UpdateID='{number}' RevisionNumber='1'/>\n<Properties UpdateType='Software'/>\
             <ApplicabilityRules><IsInstalled>{inside}<False/></IsInstalled></ApplicabilityRules>"
        )
    };
    let much = format!("<!--{}-->", "x".repeat(3 << 20)).repeat(11);
    let between = format!("{}{much}", fragments(3, ""));
    for text in [
        [fragments(1, ""), fragments(2, &much), fragments(3, "")].concat(),
        [fragments(2, &much), fragments(3, ""), fragments(1, "")].concat(),
        [fragments(1, ""), fragments(3, ""), fragments(2, &much)].concat(),
        // Too much behind what is read of an update is too much as well.
        [fragments(1, ""), between.replace("'3'", "'2'"), fragments(3, "")].concat(),
    ] {
        let catalog = read(&text).unwrap();
        assert_eq!((catalog.updates.len(), told(&catalog).len()), (3, 1));
        for update in &catalog.updates {
            let expected =
                if update.id.unrevised() == "2" { Reason::UnsupportedRule } else { Reason::RuleFalse };
            assert_eq!(reason(update), expected, "{}", update.id);
        }
    }
}

#[test]
fn what_is_not_well_formed_is_an_error_all_the_same() {
    let text = document(&[full(1, ""), full(2, "<l:True>"), full(3, "")]);
    assert_eq!(read(&text).unwrap_err().code(), Code::NotWellFormed);
    // A tag or a text that is too long has no end that could be found.
    for long in [format!("<l:True a='{}'/>", "x".repeat(5 << 20)), " ".repeat(17 << 20)] {
        let text = document(&[full(1, ""), full(2, &long), full(3, "")]);
        assert_eq!(read(&text).unwrap_err().code(), Code::TooLarge);
    }
    // Also where it stands in what is passed over.
    let much = format!("<!--{}-->", "x".repeat(3 << 20)).repeat(11);
    let text = document(&[full(1, ""), full(2, &format!("{much}<l:True>")), full(3, "")]);
    assert_eq!(read(&text).unwrap_err().code(), Code::NotWellFormed);
}

#[test]
fn what_is_said_of_a_driver_is_kept_and_shown() {
    let fragment = "<UpdateIdentity UpdateID='1' RevisionNumber='1'/><Properties UpdateType='Driver'/>\
        <ApplicabilityRules><IsInstalled><d.WindowsDriverInstalled/></IsInstalled><IsInstallable>\
        <d.WindowsDriverInstallable/></IsInstallable><Metadata><d.WindowsDriverMetaData \
        HardwareID='PCI\\VEN_8086&amp;DEV_1' DriverVerVersion='1.2.3.4' Class='Video' Company='A'>\
        <CompatibleProvider>B</CompatibleProvider></d.WindowsDriverMetaData></Metadata></ApplicabilityRules>";
    let catalog = read(fragment).unwrap();
    assert_eq!(catalog.diagnostics.of(Code::MetadataIgnored), 0);
    // Rules about drivers are not supported.
    assert_eq!(catalog.diagnostics.of(Code::RuleUnsupported), 2);
    let expected = [
        ("HardwareID", r"PCI\VEN_8086&DEV_1"),
        ("DriverVerVersion", "1.2.3.4"),
        ("Class", "Video"),
        ("Company", "A"),
        ("CompatibleProvider", "B"),
    ];
    assert_eq!(catalog.updates[0].installs[0].driver().collect::<Vec<_>>(), expected);
    let compiled = compile(vec![catalog], Vec::new()).unwrap();
    let index = open(&compiled.columns);
    let view = index.view().unwrap();
    let table = (inspect::find("updates").unwrap().table)(view);
    let Some(Value::List(words)) = table.rows[0].last() else { panic!("{:?}", table.rows) };
    assert_eq!(words[0], r"HardwareID=PCI\VEN_8086&DEV_1");
    let (catalogs, client, options) = (view.restore().unwrap(), Inventory::default(), Options::default());
    let proof = Explainer::new(&catalogs, &options, &client).proof(0).unwrap();
    let (mut as_text, mut as_json) = (Vec::new(), Vec::new());
    text::write(&proof, &text::Look::PLAIN, &mut as_text).unwrap();
    json::write(&proof, &mut as_json).unwrap();
    let as_text = String::from_utf8(as_text).unwrap();
    assert!(
        as_text.contains(r"driver:       HardwareID PCI\VEN_8086&DEV_1; DriverVerVersion 1.2.3.4"),
        "{as_text}"
    );
    let as_json: serde_json::Value = serde_json::from_slice(&as_json).unwrap();
    assert_eq!(as_json["update"]["driver"][2], serde_json::json!({"name": "Class", "text": "Video"}));
}

#[test]
fn an_unchanged_publication_is_taken_over_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("updates.cab");
    let write = |seed: u64| {
        let settings = Publication { updates: 300, shards: 2, seed, manifest: 20_000 };
        publication::write(&settings, std::fs::File::create(&path).unwrap()).unwrap();
    };
    write(1);
    let first = compile(vec![read_with(&path, &Settings::default()).unwrap()], Vec::new()).unwrap();
    let previous = |mark: bool| {
        let mut catalogs = open(&first.columns).view().unwrap().restore().unwrap();
        if mark {
            catalogs.updates[0].update.title = "taken over".to_owned();
        }
        Settings { previous: Some(Arc::new(Previous::of(catalogs))), ..Settings::default() }
    };
    let again = compile(vec![read_with(&path, &previous(false)).unwrap()], Vec::new()).unwrap();
    assert!(index_bytes(&again.columns) == index_bytes(&first.columns));
    let is_taken_over = |settings: &Settings| {
        let updates = read_with(&path, settings).unwrap().updates;
        updates.iter().any(|update| update.title == "taken over")
    };
    assert!(is_taken_over(&previous(true)));
    assert!(!is_taken_over(&Settings { language: Some("de".to_owned()), ..previous(true) }));
    write(2);
    assert!(!is_taken_over(&previous(true)));
}
