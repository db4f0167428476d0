//! What an index shows of itself: facts it asks, sources, sizes, and what another one says otherwise.

use std::collections::BTreeMap;

use conformance::compiled::{catalog, index};
use patchstate::diagnostic::{Code, Position};
use patchstate::index::Index;
use patchstate::model::expr::{Comparison, Data, Expr, Operand, OsField, Presence, Question, Subject};
use patchstate::model::install::Install;
use patchstate::model::options::Profile;
use patchstate::model::product::{Detection, Level};
use patchstate::model::supersedence::{Replacement, Source};
use patchstate::model::update::{
    Catalog, Clause, Collection, ModuleStream, PackageRow, Product, ProductRow, Reboot, Reference, Rule,
    Update, UpdateId, Urgency,
};
use patchstate::report::diff::{Outcome, indexes};
use patchstate::report::table::{Form, Table};
use patchstate::report::{facts, inspect};
use patchstate::version::dotted::Version;
use serde_json::Value;

fn at(line: u32) -> Position {
    Position { offset: u64::from(line), line, column: 1 }
}

fn leaf(subject: Subject, question: Question) -> Expr {
    Expr::test(subject, question, at(3))
}

fn file(version: u32, checksum: Option<u64>) -> Expr {
    let version = Some(Version([version, 0, 0, 0]));
    let question = Question::FileEvidence { presence: Presence::Required, version, checksum };
    leaf(Subject::File(r"%windir%\a.dll".to_owned()), question)
}

fn level(name: &str) -> Expr {
    let question = Question::Level { affected: vec!["SP1".to_owned()], fixed: None };
    leaf(Subject::Product(name.to_owned()), question)
}

fn tests(id: &str, installed: Expr, applicable: Expr) -> Update {
    let rule = Rule::Tests { installed, applicable };
    Update {
        id: UpdateId::new([id]),
        title: format!("Title of {id}"),
        rule,
        position: at(1),
        ..Update::default()
    }
}

fn replaced(mut update: Update, by: &str) -> Update {
    let by = UpdateId::new([by]);
    update.replacements.push(Replacement { by, source: Source::Declared, position: at(9) });
    update
}

fn row(name: &str, version: &str) -> PackageRow {
    let [name, version, arch] = [name, version, "x86_64"].map(str::to_owned);
    PackageRow {
        name,
        arch,
        version,
        release: Some("1".to_owned()),
        position: at(5),
        ..PackageRow::default()
    }
}

fn packages(id: &str, modules: Vec<ModuleStream>, rows: Vec<PackageRow>) -> Update {
    let collections = vec![Collection { name: "all".to_owned(), modules }];
    Update { id: UpdateId::new([id]), rule: Rule::Packages { collections, rows }, ..Update::default() }
}

fn module(name: &str) -> ModuleStream {
    ModuleStream { name: name.to_owned(), stream: "1".to_owned(), ..ModuleStream::default() }
}

/// A catalog of tests and one of packages.
fn catalogs() -> Vec<Catalog> {
    let value = Subject::RegistryValue { key: r"hklm\software\a".to_owned(), name: "b".to_owned() };
    let build = Question::Compare(Comparison::Ge, Operand::Number(2195));
    let first = tests(
        "A",
        Expr::all(vec![file(2, Some(7)), leaf(value, Question::Data(Data::Number(1)))]),
        Expr::any(vec![level("windows 2000"), leaf(Subject::Os(OsField::Build), build)]),
    );
    let second = tests("B", file(3, None), leaf(Subject::Hotfix(12345), Question::Exists));
    let product =
        Product { name: "Windows 2000".to_owned(), levels: vec!["SP1".to_owned()], ..Product::default() };
    let mut tests = Catalog { products: vec![product], ..catalog("ms", vec![replaced(first, "B"), second]) };
    tests.diagnostics.push(Code::FileWithoutVersion, at(2), "", "");
    tests.diagnostics.push(Code::FileWithoutVersion, at(4), "", "");
    let rows = packages("P", vec![module("perl")], vec![row("kernel", "5"), row("perl", "1")]);
    vec![
        tests,
        Catalog { module_defaults: vec![("perl".to_owned(), "1".to_owned())], ..catalog("os", vec![rows]) },
    ]
}

fn printed(table: &Table<'_>, form: &Form) -> String {
    let mut out = Vec::new();
    table.write(form, &mut out).expect("writes to memory");
    String::from_utf8(out).expect("is UTF-8")
}

fn json(table: &Table<'_>) -> Value {
    serde_json::from_str(&printed(table, &Form::Json)).expect("is JSON")
}

/// The rows of a table as CSV, without header and notes.
fn rows(table: &Table<'_>) -> Vec<String> {
    let text = printed(table, &Form::Csv);
    text.lines().skip(1).filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

fn shown(index: &Index, view: &str) -> Value {
    let view = inspect::find(view).expect("is a view");
    json(&(view.table)(index.view().expect("opens")))
}

#[test]
fn the_collection_list_names_every_thing_that_is_asked() {
    let index = index(catalogs(), Vec::new());
    let table = facts::table(index.view().expect("opens"));
    let expected = [
        "os,%windir%,,value,",
        "os,arch,,value,",
        "os,build,,value,1",
        "os,kernel,,value,",
        "os,language,,value,",
        "os,reboot-pending,,value,",
        r"file,%windir%\a.dll,,existence;version;checksum,2",
        r"registry,hklm\software\a,b,existence;data,1",
        "hotfix,KB12345,,existence,1",
        "package,kernel,rpm,version,",
        "package,perl,rpm,version,",
        "module,perl,,streams,",
        "product,Windows 2000,,existence;levels,1",
    ];
    assert_eq!(rows(&table), expected);
    let json = json(&table);
    assert_eq!(json["report"], "facts");
    assert_eq!(
        json["kinds"],
        serde_json::json!({"os": 6, "file": 1, "registry": 1, "hotfix": 1, "package": 2, "module": 1, "product": 1})
    );
    assert_eq!(json["rows"][6]["parts"], serde_json::json!(["existence", "version", "checksum"]));
}

#[test]
fn sources_have_the_keys_that_other_tools_read() {
    let shown = shown(&index(catalogs(), Vec::new()), "sources");
    let row = shown["rows"][0].as_object().expect("is an object");
    for (key, expected) in [
        ("format", Value::from("test")),
        ("path", "ms.xml".into()),
        ("sha256", "0".repeat(64).into()),
        ("updates", 2.into()),
        ("leaf_predicates", 6.into()),
        ("distinct_predicates", 6.into()),
        ("nodes", 8.into()),
        ("distinct_nodes", 8.into()),
        ("wql_uses", 0.into()),
        ("wql_distinct", 0.into()),
        ("wql_unparsed", 0.into()),
        ("supersedence_edges", 1.into()),
        ("supersedence_dangling", 0.into()),
        ("diagnostics", serde_json::json!({"file-without-version": 2})),
    ] {
        assert_eq!(row.get(key), Some(&expected), "{key}");
    }
}

#[test]
fn sizes_account_for_every_byte_of_columns_and_sections() {
    let index = index(catalogs(), Vec::new());
    let shown = shown(&index, "sizes");
    let bytes = |row: &Value| row["Bytes"].as_u64().expect("is a number");
    let columns: u64 = shown["rows"].as_array().expect("has rows").iter().map(bytes).sum();
    assert_eq!(shown["bytes_of_all_columns"], columns);
    let sections = shown["sections"].as_object().expect("is an object");
    let section = |name: &str| sections[name].as_u64().expect("is a number");
    assert!(section("columns") > columns);
    assert_eq!((section("digests"), section("hash")), (64, 16));
    assert_eq!(shown["bytes_of_the_file"], index.bytes().len());
}

/// The rows in which a changed index differs.
fn differ(after: Vec<Catalog>, detections: [Vec<Detection>; 2]) -> Vec<String> {
    let [old, new] = detections;
    let (before, after) = (index(catalogs(), old), index(after, new));
    let (a, b) = (before.view().expect("opens"), after.view().expect("opens"));
    let diff = indexes(a, b);
    let expected = if diff.table.rows.is_empty() { Outcome::Same } else { Outcome::Different };
    assert_eq!(diff.outcome, expected);
    assert_eq!(indexes(b, a).outcome, expected);
    rows(&diff.table)
}

fn changed(change: impl FnOnce(&mut Vec<Catalog>)) -> Vec<String> {
    let mut after = catalogs();
    change(&mut after);
    differ(after, [Vec::new(), Vec::new()])
}

/// The rule of an update.
fn rule(update: &mut Update) -> (&mut Expr, &mut Expr) {
    match &mut update.rule {
        Rule::Tests { installed, applicable } => (installed, applicable),
        Rule::None | Rule::Items(_) | Rule::Packages { .. } | Rule::Definition(_) => panic!("has no tests"),
    }
}

fn package_rows(update: &mut Update) -> (&mut Vec<Collection>, &mut Vec<PackageRow>) {
    match &mut update.rule {
        Rule::Packages { collections, rows } => (collections, rows),
        Rule::None | Rule::Tests { .. } | Rule::Items(_) | Rule::Definition(_) => panic!("has no rows"),
    }
}

#[test]
fn places_and_digests_are_no_difference() {
    let none: [&str; 0] = [];
    assert_eq!(changed(|_| {}), none);
    let moved = changed(|catalogs| {
        catalogs[0].source.sha256 = [9; 32];
        catalogs[0].source.path = "elsewhere.xml".to_owned();
        catalogs[0].updates[1].position = at(77);
        *rule(&mut catalogs[0].updates[1]).0 = match file(3, None) {
            Expr::Test { subject, question, .. } => Expr::test(subject, question, at(88)),
            other => other,
        };
        package_rows(&mut catalogs[1].updates[0]).1[0].position = at(99);
    });
    assert_eq!(moved, none);
}

#[test]
fn updates_that_came_went_or_changed_are_named() {
    let came = changed(|catalogs| catalogs[1].updates.push(packages("Q", Vec::new(), Vec::new())));
    assert_eq!(came, ["added,os:Q,,,"]);
    let went = changed(|catalogs| _ = catalogs[0].updates.remove(1));
    assert_eq!(
        went,
        [
            "removed,ms:B,,Title of B,",
            "replacement removed,ms:A,replaced by,ms:B,",
            "diagnostic,,ms supersedence-target-unresolved,0,1",
        ]
    );
    let fields = changed(|catalogs| {
        let update = &mut catalogs[0].updates[0];
        update.title = "Other".to_owned();
        update.urgency = Some(Urgency::Low);
        update.description = "long".to_owned();
        update.extra.push(("a".to_owned(), "b".to_owned()));
    });
    assert_eq!(
        fields,
        [
            "changed,ms:A,title,Title of A,Other",
            "changed,ms:A,severity,,Low",
            "changed,ms:A,description,,",
            "changed,ms:A,other text,,",
        ]
    );
}

#[test]
fn how_an_update_is_installed_is_compared() {
    use conformance::samples::install;
    let catalogs = || {
        let mut catalogs = catalogs();
        catalogs[0].updates[0].installs = vec![install(1), install(2)];
        catalogs
    };
    let changed = |change: &dyn Fn(&mut Install)| {
        let (before, mut after) = (catalogs(), catalogs());
        change(&mut after[0].updates[0].installs[1]);
        let (before, after) = (index(before, Vec::new()), index(after, Vec::new()));
        let diff = indexes(before.view().expect("opens"), after.view().expect("opens"));
        assert_eq!(diff.outcome == Outcome::Same, diff.table.rows.is_empty());
        rows(&diff.table)
    };
    assert_eq!(changed(&|_| {}), [""; 0]);
    for (change, expected) in [
        (
            Box::new(|install: &mut Install| install.arguments = "/q".to_owned())
                as Box<dyn Fn(&mut Install)>,
            "changed,ms:A,command line,arguments /quiet,arguments /q",
        ),
        (Box::new(|install| install.variant.clear()), "changed,ms:A,installer,variant DEU,"),
        (
            Box::new(|install| install.handler = "X".to_owned()),
            "changed,ms:A,installer,handler CommandLineInstallation,handler X",
        ),
        (
            Box::new(|install| install.codes[1].reboots = false),
            "changed,ms:A,return codes,-3 Succeeded with a restart: Done,-3 Succeeded: Done",
        ),
        (
            Box::new(|install| install.codes.swap(0, 1)),
            "changed,ms:A,return codes,0 Succeeded: Done;-3 Succeeded with a restart: Done;others Failed with a restart,-3 Succeeded with a restart: Done;0 Succeeded: Done;others Failed with a restart",
        ),
        (
            Box::new(|install| install.result = "Succeeded".to_owned()),
            "changed,ms:A,return codes,others Failed with a restart,others Succeeded with a restart",
        ),
        (
            Box::new(|install| install.behavior.reboot = Reboot::Never),
            "changed,ms:A,behavior,restart Always,restart Never",
        ),
        (Box::new(|install| install.behavior.needs_network = true), "changed,ms:A,behavior,,needs a network"),
        (
            Box::new(|install| install.files[0].size = "7".to_owned()),
            "changed,ms:A,files,update2.exe from https://example.org/2 bytes 1000 changed 2026-01-01T00:00:00 SHA1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=,update2.exe from https://example.org/2 bytes 7 changed 2026-01-01T00:00:00 SHA1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
        ),
        (
            Box::new(|install| install.attributes[0].1 = "fr".to_owned()),
            "changed,ms:A,installer data,Language de,Language fr",
        ),
    ] {
        assert_eq!(changed(&*change), [expected]);
    }
}

#[test]
fn rules_say_what_only_one_side_asks() {
    let leaves = changed(|catalogs| *rule(&mut catalogs[0].updates[1]).0 = file(4, None));
    let asks = |version| format!(r"file %windir%\a.dll is at version {version}.0.0.0 or later");
    assert_eq!(leaves, [format!("changed,ms:B,installed,{},{}", asks(3), asks(4))]);
    let form = changed(|catalogs| {
        let (_, applicable) = rule(&mut catalogs[0].updates[0]);
        let Expr::Combine { operands, .. } = applicable else { panic!("is no combination") };
        *applicable = Expr::all(operands.clone());
    });
    assert_eq!(form, ["changed,ms:A,applicable,2 questions in another form,2 questions in another form"]);
    let rows = changed(|catalogs| {
        let (collections, rows) = package_rows(&mut catalogs[1].updates[0]);
        rows[0].version = "6".to_owned();
        collections[0].modules.clear();
    });
    assert_eq!(
        rows,
        [
            "changed,os:P,rows,package kernel for x86_64 is at 0:5-1 or later,package kernel for x86_64 is at 0:6-1 or later",
            "changed,os:P,collections,all (perl:1),all ()",
        ]
    );
    let kind = changed(|catalogs| catalogs[1].updates[0].rule = Rule::None);
    assert_eq!(kind[0], "changed,os:P,rule,packages,none");
    let many = changed(|catalogs| {
        let leaves = (10..60).map(|version| file(version, None)).collect();
        *rule(&mut catalogs[0].updates[1]).0 = Expr::any(leaves);
    });
    assert!(many[0].ends_with(";30 more"), "{many:?}");
}

#[test]
fn what_updates_need_consist_of_and_refer_to_is_compared() {
    let clause = |any_of: &[&str], line| Clause {
        any_of: any_of.iter().map(|id| UpdateId::new([*id])).collect(),
        position: at(line),
    };
    let reference = |title: &str, products: Vec<u32>| Reference {
        kind: "cve".to_owned(),
        id: "CVE-2026-0001".to_owned(),
        title: title.to_owned(),
        products,
        ..Reference::default()
    };
    let catalogs = || {
        let mut catalogs = catalogs();
        let update = &mut catalogs[0].updates[0];
        update.prerequisites = vec![clause(&["B"], 4), clause(&["C", "B"], 5)];
        update.references = vec![reference("one", vec![0])];
        update.products = ["x", "y"]
            .map(|product| ProductRow { product: product.to_owned(), ..ProductRow::default() })
            .to_vec();
        update.presence = vec![level("x"), level("y")];
        catalogs[0].updates.push(tests("C", file(9, None), level("x")));
        catalogs
    };
    let changed = |change: &dyn Fn(&mut Update)| {
        let (before, mut after) = (catalogs(), catalogs());
        change(&mut after[0].updates[0]);
        let (before, after) = (index(before, Vec::new()), index(after, Vec::new()));
        let diff = indexes(before.view().expect("opens"), after.view().expect("opens"));
        assert_eq!(diff.outcome == Outcome::Same, diff.table.rows.is_empty());
        rows(&diff.table)
    };
    assert_eq!(changed(&|_| {}), [""; 0]);
    let moved = changed(&|update| {
        update.prerequisites.reverse();
        update.prerequisites[0].any_of.reverse();
        update.prerequisites[1].position = at(99);
    });
    assert_eq!(moved, [""; 0], "order and place are no difference");
    for (change, expected) in [
        (
            Box::new(|update: &mut Update| _ = update.prerequisites.remove(0)) as Box<dyn Fn(&mut Update)>,
            "changed,ms:A,needs,ms:B,",
        ),
        (Box::new(|update| _ = update.prerequisites[1].any_of.remove(0)), "changed,ms:A,needs,ms:B or ms:C,"),
        (Box::new(|update| update.bundled.push(UpdateId::new(["C"]))), "changed,ms:A,bundle of,,ms:C"),
        (
            Box::new(|update| update.references[0].title = "two".to_owned()),
            "changed,ms:A,references,cve CVE-2026-0001 one x,cve CVE-2026-0001 two x",
        ),
        (
            Box::new(|update| update.references[0].products = vec![0, 1]),
            "changed,ms:A,references,cve CVE-2026-0001 one x,\"cve CVE-2026-0001 one x, y\"",
        ),
        (
            Box::new(|update| update.references[0].id = "CVE-2026-0002".to_owned()),
            "changed,ms:A,references,CVE-2026-0001,CVE-2026-0002",
        ),
        (
            Box::new(|update| update.presence.swap(0, 1)),
            "changed,ms:A,presence,2 questions in another form,2 questions in another form",
        ),
        (Box::new(|update| update.edition = "2026-01-02".to_owned()), "changed,ms:A,edition,,2026-01-02"),
    ] {
        assert_eq!(changed(&*change), [expected]);
    }
}

#[test]
fn replacements_are_told_apart_by_who_says_so() {
    let edge = changed(|catalogs| {
        catalogs[0].updates[0].replacements.clear();
        let newer = packages("Q", Vec::new(), vec![row("kernel", "6"), row("perl", "2")]);
        catalogs[1].updates.push(newer);
    });
    assert_eq!(
        edge,
        [
            "added,os:Q,,,",
            "replacement removed,ms:A,replaced by,ms:B,",
            "replacement added,os:P,replaced by versions,,os:Q",
        ]
    );
}

#[test]
fn what_stands_beside_updates_is_compared_too() {
    let beside = changed(|catalogs| {
        catalogs[0].products[0].levels.push("SP2".to_owned());
        catalogs[0].source.language = "de".to_owned();
        catalogs[0].diagnostics.push(Code::FileWithoutVersion, at(2), "", "");
        catalogs[0].diagnostics.push(Code::UnknownElement, at(2), "", "");
        catalogs[1].source.profile = Some(Profile::Suse);
        catalogs[1].module_defaults[0].1 = "2".to_owned();
    });
    let mut expected = vec![
        "product,,Windows 2000: levels,SP1,SP1;SP2",
        "module default,,perl,1,",
        "module default,,perl,,2",
        "source,,ms: language,en,de",
        "source,,os: profile,,suse",
        "diagnostic,,ms file-without-version,2,3",
        "diagnostic,,ms unknown-element,0,1",
    ];
    let mut found = beside;
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn rows_of_the_product_table_are_compared() {
    let build = |number| {
        leaf(Subject::Os(OsField::Build), Question::Compare(Comparison::Ge, Operand::Number(number)))
    };
    let row = |number, line| Detection {
        name: "Windows 2000".to_owned(),
        when: build(number),
        levels: vec![Level { names: vec!["SP1".to_owned()], test: None }],
        inherit: Vec::new(),
        position: at(line),
        table: String::new(),
    };
    let none: [&str; 0] = [];
    assert_eq!(differ(catalogs(), [vec![row(1, 1)], vec![row(1, 2)]]), none);
    let asks = |number| format!("there where operating system build is {number} or greater");
    assert_eq!(
        differ(catalogs(), [vec![row(1, 1)], vec![row(2, 1), row(3, 2)]]),
        [
            format!("detection,,Windows 2000,{},{}", asks(1), asks(2)),
            format!("detection,,Windows 2000: row 2,,at SP1;{}", asks(3)),
        ]
    );
}

#[test]
fn every_view_is_named_once() {
    let mut names: BTreeMap<&str, u32> = BTreeMap::new();
    inspect::VIEWS.iter().for_each(|view| *names.entry(view.name).or_default() += 1);
    for name in ["updates", "subjects", "supersedence", "sources", "sizes"] {
        assert_eq!(names.get(name), Some(&1), "{name}");
    }
    let index = index(catalogs(), Vec::new());
    for view in inspect::VIEWS {
        assert!(shown(&index, view.name)["rows"].is_array(), "{}", view.name);
    }
}
