//! What `explain` shows of a cell: the answer, what it rests on, and where that stands.

use conformance::compiled::{catalog, cells, index};
use patchstate::archive::map::Bytes;
use patchstate::diagnostic::Position;
use patchstate::explain::{Because, Explainer, Folded, Proof, Rules, json, text};
use patchstate::index::Index;
use patchstate::model::catalogs::Catalogs;
use patchstate::model::expr::{Comparison, Data, Expr, Operand, OsField, Presence, Question, Subject};
use patchstate::model::fact::{
    Absent, Coverage, Fact, File, FileVersion, Kernel, Kind, Kinds, Module, Os, Package, Product,
    RegistryValue,
};
use patchstate::model::flag::Flags;
use patchstate::model::inventory::{Collector, Inventory};
use patchstate::model::options::{Checksum, Options, RegistryItems, Supersedence};
use patchstate::model::product::{Detection, Level};
use patchstate::model::reason::Reason;
use patchstate::model::supersedence::{Replacement, Source};
use patchstate::model::update::Product as CatalogProduct;
use patchstate::model::update::{Catalog, Collection, ModuleStream, PackageRow, Rule, Update, UpdateId};
use patchstate::model::verdict::{Cell, Verdict};
use patchstate::render::Palette;
use patchstate::report::diff::indexes;
use patchstate::report::facts;
use patchstate::report::listing::{Listing, Query, View};
use patchstate::version::dotted::Version;
use serde_json::Value;

const SYSTEM: &str = r"%windir%\system32\";

fn at(line: u32) -> Position {
    Position { offset: u64::from(line) * 100, line, column: 3 }
}

fn file(name: &str, version: [u32; 4], line: u32) -> Expr {
    let version = Some(Version(version));
    let question = Question::FileEvidence { presence: Presence::Required, version, checksum: None };
    Expr::test(Subject::File(format!("{SYSTEM}{name}")), question, at(line))
}

fn product(name: &str, levels: &[&str], line: u32) -> Expr {
    let affected = levels.iter().map(|level| (*level).to_owned()).collect();
    Expr::test(Subject::Product(name.to_owned()), Question::Level { affected, fixed: None }, at(line))
}

fn build(number: u64, line: u32) -> Expr {
    let question = Question::Compare(Comparison::Ge, Operand::Number(number));
    Expr::test(Subject::Os(OsField::Build), question, at(line))
}

fn tests(id: &str, installed: Expr, applicable: Expr, line: u32) -> Update {
    let rule = Rule::Tests { installed, applicable };
    Update {
        id: UpdateId::new([id]),
        title: format!("Title of {id}"),
        rule,
        position: at(line),
        ..Update::default()
    }
}

fn replaced(mut update: Update, by: &str, line: u32) -> Update {
    let by = UpdateId::new([by]);
    update.replacements.push(Replacement { by, source: Source::Declared, position: at(line) });
    update
}

fn inventory(complete: &[Kind], facts: Vec<Fact<'static>>) -> Inventory {
    let mut inventory = Inventory::new("WS-1", complete.iter().copied().collect::<Kinds>());
    inventory.documents.push("ws-1.xml".to_owned());
    for (number, fact) in (0u64..).zip(facts) {
        inventory.fact(fact, Position { offset: 10 * number + 4, line: 0, column: 0 });
    }
    inventory
}

fn windows() -> Fact<'static> {
    Os { family: "windows".into(), build: Some(2195), windir: Some(r"C:\WINNT".into()), ..Os::default() }
        .into()
}

fn dll(name: &str, version: [u32; 4]) -> Fact<'static> {
    let path = format!(r"C:\WINNT\System32\{name}").into();
    File { path, version: FileVersion::Known(Version(version)), ..File::default() }.into()
}

/// Compiles, restores and explains; what is explained is what both evaluators say.
fn explained(
    catalogs: Vec<Catalog>,
    detections: Vec<Detection>,
    options: &Options,
    inventory: &Inventory,
    id: &str,
    check: impl FnOnce(&mut Proof<'_>),
) {
    let index = index(catalogs, detections);
    let restored: Catalogs = index.view().expect("opens").restore().expect("makes sense");
    let explainer = Explainer::new(&restored, options, inventory);
    let [update] = restored.find_updates(id)[..] else { panic!("`{id}` is not one update") };
    let mut proof = explainer.proof(update).expect("is there");
    for (number, cell) in cells(&index, options, inventory) {
        assert_eq!(explainer.proof(number).expect("is there").cell, cell, "{number}");
    }
    check(&mut proof);
}

fn shown(proof: &Proof<'_>, look: &text::Look) -> String {
    let mut out = Vec::new();
    text::write(proof, look, &mut out).expect("writes to memory");
    String::from_utf8(out).expect("is UTF-8")
}

fn as_json(proof: &Proof<'_>) -> Value {
    let mut out = Vec::new();
    json::write(proof, &mut out).expect("writes to memory");
    serde_json::from_slice(&out).expect("is JSON")
}

fn simple() -> Vec<Catalog> {
    let older = tests(
        "A",
        Expr::all(vec![build(2195, 11), file("a.dll", [5, 0, 2195, 1600], 12)]),
        Expr::any(vec![product("windows 2000", &["SP1", "SP2"], 13), build(9999, 14)]),
        10,
    );
    let newer = tests("B", file("a.dll", [5, 0, 2195, 1700], 21), build(2000, 22), 20);
    let products = vec![CatalogProduct {
        name: "Windows 2000".to_owned(),
        levels: vec!["SP1".to_owned(), "SP2".to_owned()],
        ..CatalogProduct::default()
    }];
    vec![Catalog { products, ..catalog("feed", vec![replaced(older, "B", 15), newer]) }]
}

/// A client with `a.dll` of a version and Windows 2000 at a service pack.
fn client(version: [u32; 4], level: &'static str) -> Inventory {
    let product = Product { name: "Windows 2000".into(), sp: Some(level.into()), ..Product::default() };
    inventory(&[Kind::File], vec![windows(), dll("A.dll", version), product.into()])
}

fn lacks(text: &str, words: &str) {
    assert!(!text.contains(words), "`{words}` stands in:\n{text}");
}

fn has(text: &str, words: &str) {
    assert!(text.contains(words), "`{words}` is missing in:\n{text}");
}

const TREE: &str = r#"client:       WS-1
update:       feed:A
title:        Title of A
catalog:      feed.xml:10:3 (test)
cell:         Missing, file-older: a file is older than the rule's version, or has no version resource
flag:         superseded: a replacement is Missing too

how it came about
rules:        Missing, file-older
supersedence: Missing, file-older; feed:B replaces it and is Missing too
  Missing, file-older: feed:B
    feed:A is replaced by feed:B, declared at feed.xml:15:3

installed
false (file-older): all of these
├─ true (rule-true): operating system build is 2195 or greater
│    observed: 2195
│    stated: os family="windows" build="2195" windir="C:\WINNT" at ws-1.xml:1:5
│    asked at feed.xml:11:3
└─ false (file-older): file %windir%\system32\a.dll is at version 5.0.2195.1600 or later (decides)
     observed: version 5.0.2195.1500
     stated: file path="C:\WINNT\System32\A.dll" version="5.0.2195.1500" at ws-1.xml:2:7
     asked at feed.xml:12:3

applicable
true (rule-true): any of these
├─ true (rule-true): product Windows 2000 is at one of: SP1, SP2 (decides)
│    observed: service pack `sp2`
│    stated: product name="Windows 2000" sp="sp2" at ws-1.xml:3:6
│    asked at feed.xml:13:3
└─ false (platform-differs): operating system build is 9999 or greater
     observed: 2195
     stated: os family="windows" build="2195" windir="C:\WINNT" at ws-1.xml:1:5
     asked at feed.xml:14:3
"#;

#[test]
fn a_cell_is_shown_with_everything_it_rests_on() {
    let client = client([5, 0, 2195, 1500], "sp2");
    explained(simple(), Vec::new(), &Options::default(), &client, "A", |proof| {
        let text = "one two\nthree four\nfive six seven\n";
        proof.locate(&mut |name| (name == "ws-1.xml").then(|| text.into()));
        assert_eq!(shown(proof, &text::Look::PLAIN), TREE);
        let ascii = text::Look { strokes: text::Strokes::Ascii, ..text::Look::PLAIN };
        let ascii = shown(proof, &ascii);
        has(&ascii, "|- true (rule-true): operating system");
        has(&ascii, "`- false (file-older): file %windir%");
        assert!(ascii.is_ascii());
    });
}

#[test]
fn colours_come_from_the_palette_alone() {
    let palette = Palette { missing: "<missing>", installed: "<installed>", reset: "</>", ..Palette::PLAIN };
    explained(simple(), Vec::new(), &Options::default(), &client([5, 0, 2195, 1500], "sp2"), "A", |proof| {
        let colored = shown(proof, &text::Look { palette, ..text::Look::PLAIN });
        has(&colored, "cell:         <missing>Missing</>, file-older");
        has(&colored, "├─ <installed>true</> (rule-true)");
        let plain =
            ["<missing>", "<installed>", "</>"].iter().fold(colored, |text, mark| text.replace(mark, ""));
        assert_eq!(plain, shown(proof, &text::Look::PLAIN));
    });
}

#[test]
fn the_json_has_the_same_under_stable_names() {
    let client = client([5, 0, 2195, 1500], "sp2");
    explained(simple(), Vec::new(), &Options::default(), &client, "A", |proof| {
        let json = as_json(proof);
        let text =
            |pointer: &str| json.pointer(pointer).unwrap_or_else(|| panic!("{pointer} in {json:#}")).clone();
        assert_eq!(text("/report"), "explain");
        assert_eq!(text("/version"), 1);
        assert_eq!(text("/client"), "WS-1");
        assert_eq!(text("/update/id"), "feed:A");
        assert_eq!(text("/update/position/line"), 10);
        assert_eq!(text("/cell/verdict"), "Missing");
        assert_eq!(text("/cell/flags/0"), "superseded");
        assert_eq!(text("/before_supersedence/flags").as_array().map(Vec::len), Some(0));
        assert_eq!(text("/supersedence/by"), "feed:B");
        assert_eq!(text("/supersedence/replacements/0/path/0/position/line"), 15);
        let leaf = "/rules/installed/operands/1";
        assert_eq!(text("/rules/installed/decided_by"), 1);
        assert_eq!(text(&format!("{leaf}/subject/path")), r"%windir%\system32\a.dll");
        assert_eq!(text(&format!("{leaf}/question/version")), "5.0.2195.1600");
        assert_eq!(text(&format!("{leaf}/state")), "known");
        assert_eq!(text(&format!("{leaf}/because/name")), "stated");
        assert_eq!(text(&format!("{leaf}/observed")), "version 5.0.2195.1500");
        assert_eq!(text(&format!("{leaf}/facts/0")), 1);
        assert_eq!(text(&format!("{leaf}/position/line")), 12);
        assert_eq!(text("/facts/1/attributes/path"), r"C:\WINNT\System32\A.dll");
        assert_eq!(text("/facts/1/document"), "ws-1.xml");
        assert_eq!(text("/facts/1/position/byte"), 14);
        assert_eq!(text("/products/0/name"), "Windows 2000");
    });
}

#[test]
fn what_supersedence_did_is_said() {
    let check = |version, options: &Options, id: &str, cell: Cell, words: &str| {
        let client = client(version, "SP1");
        explained(simple(), Vec::new(), options, &client, id, |proof| {
            assert_eq!((proof.cell.verdict, proof.cell.reason), (cell.verdict, cell.reason));
            has(&shown(proof, &text::Look::PLAIN), words);
        });
    };
    let options = Options::default();
    let missing = Cell::new(Verdict::Missing, Reason::FileOlder);
    let off = Options { supersedence: Supersedence::Off, ..Options::default() };
    check([5, 0, 2195, 1500], &off, "A", missing, "supersedence: switched off");
    check([5, 0, 2195, 1500], &options, "B", missing, "supersedence: nothing replaces the update");
    let newer = Cell::new(Verdict::Installed, Reason::FileNewer);
    check(
        [5, 0, 2195, 1650],
        &options,
        "A",
        newer,
        "supersedence: not asked: it changes only what is Missing",
    );
}

#[test]
fn an_installed_replacement_is_named_with_the_way_to_it() {
    let rule = |name: &str, line| file(name, [2, 0, 0, 0], line);
    let updates = vec![
        replaced(tests("A", rule("a.dll", 1), build(1, 1), 1), "B", 5),
        replaced(tests("B", rule("b.dll", 2), build(9999, 2), 2), "C", 6),
        tests("C", rule("c.dll", 3), build(1, 3), 3),
    ];
    let client = inventory(&[Kind::File], vec![windows(), dll("c.dll", [2, 0, 0, 0])]);
    explained(vec![catalog("feed", updates)], Vec::new(), &Options::default(), &client, "A", |proof| {
        assert_eq!(proof.raw, Cell::new(Verdict::Missing, Reason::FileAbsent));
        assert_eq!(proof.cell, Cell::new(Verdict::Installed, Reason::ReplacedByInstalled));
        let Folded::Asked { replacements, by: Some(1) } = &proof.folded else { panic!("{:?}", proof.folded) };
        let path: Vec<_> =
            replacements[1].path.iter().map(|hop| (&*hop.from.identity, &*hop.by.identity)).collect();
        assert_eq!(path, [("feed:A", "feed:B"), ("feed:B", "feed:C")]);
        let text = shown(proof, &text::Look::PLAIN);
        has(&text, "supersedence: Installed, replaced-by-installed; feed:C replaces it and is Installed");
        has(&text, "    feed:B is replaced by feed:C, declared at feed.xml:6:3");
        has(&text, "absent: the inventory is complete for file");
    });
}

#[test]
fn an_update_withdrawn_by_its_publisher_is_said_to_be() {
    let update =
        Update { flags: Flags::EXPIRED, ..tests("A", file("a.dll", [2, 0, 0, 0], 1), build(1, 1), 1) };
    let client = inventory(&[Kind::File], vec![windows()]);
    explained(vec![catalog("feed", vec![update])], Vec::new(), &Options::default(), &client, "A", |proof| {
        assert_eq!(proof.asked, Cell::new(Verdict::Missing, Reason::FileAbsent));
        assert_eq!(proof.cell, Cell::new(Verdict::NotApplicable, Reason::Declined));
        has(&shown(proof, &text::Look::PLAIN), "withdrawn:    NotApplicable, declined; feed:A is withdrawn");
    });
}

/// Why a file counts as absent or not collected.
fn why(complete: &[Kind], facts: Vec<Fact<'static>>, path: &str, expect: Because, words: &str) {
    let question = Question::Exists;
    let leaf = Expr::test(Subject::File(path.to_owned()), question, at(1));
    let client = inventory(complete, facts);
    let catalogs = vec![catalog("feed", vec![tests("A", leaf, build(1, 1), 1)])];
    explained(catalogs, Vec::new(), &Options::default(), &client, "A", |proof| {
        let Rules::Tests { installed, .. } = &proof.rules else { panic!("{:?}", proof.rules) };
        let patchstate::explain::Ask::Leaf(leaf) = &installed.ask else { panic!("{installed:?}") };
        assert_eq!(leaf.because, expect);
        has(&shown(proof, &text::Look::PLAIN), words);
        as_json(proof);
    });
}

#[test]
fn absence_says_what_it_rests_on() {
    let path = r"%windir%\system32\a.dll";
    let absent = || {
        let reference = r"C:\WINNT\system32\a.dll".into();
        Fact::from(Absent { kind: Some(Kind::File), reference, ..Absent::default() })
    };
    let covered =
        || Fact::from(Coverage { kind: Some(Kind::File), under: r"C:\WINNT".into(), ..Coverage::default() });
    let complete = Because::Complete(Kind::File);
    why(&[Kind::File], vec![windows()], path, complete, "absent: the inventory is complete for file");
    why(
        &[],
        vec![windows(), absent()],
        path,
        Because::ProvedAbsent(1),
        r#"absent: proved by absent kind="file" ref="C:\WINNT\system32\a.dll" at ws-1.xml:byte 14"#,
    );
    why(
        &[],
        vec![windows(), covered()],
        path,
        Because::Covered { under: "%windir%".to_owned(), stated: 1 },
        r#"absent: everything below %windir% is stated, by coverage kind="file" under="C:\WINNT""#,
    );
    why(
        &[],
        vec![windows()],
        path,
        Because::Undeclared(Kind::File),
        "not collected: not stated, and file is not declared complete for it",
    );
    why(
        &[Kind::File],
        vec![windows()],
        r"%exchsrvr%\bin\a.dll",
        Because::TokenUnknown("%exchsrvr%".to_owned()),
        "not collected: where %exchsrvr% is, the client does not say",
    );
}

#[test]
fn registry_items_and_checksums_that_an_option_leaves_out_are_said_to_be() {
    let value = Subject::RegistryValue { key: r"hklm\software\a".to_owned(), name: "b".to_owned() };
    let item = Expr::test(value, Question::Data(Data::Number(1)), at(1));
    let question = Question::FileEvidence { presence: Presence::Required, version: None, checksum: Some(77) };
    let file = Expr::test(Subject::File(format!("{SYSTEM}a.dll")), question, at(2));
    let catalogs = || {
        vec![catalog("feed", vec![tests("A", Expr::all(vec![item.clone(), file.clone()]), build(1, 3), 1)])]
    };
    let value = RegistryValue {
        key: r"HKLM\Software\A".into(),
        name: "B".into(),
        data: Some("2".into()),
        ..RegistryValue::default()
    };
    let client = inventory(&[], vec![windows(), dll("a.dll", [1, 0, 0, 0]), value.into()]);
    explained(catalogs(), Vec::new(), &Options::default(), &client, "A", |proof| {
        let text = shown(proof, &text::Look::PLAIN);
        has(&text, r"false (registry-differs): registry value hklm\software\a::b has the data 1 (decides)");
        has(&text, "observed: data `2`");
        has(&text, "a.dll is there (checksums are not compared)");
    });
    let options =
        Options { registry: RegistryItems::Ignored, checksum: Checksum::Strict, ..Options::default() };
    explained(catalogs(), Vec::new(), &options, &client, "A", |proof| {
        let text = shown(proof, &text::Look::PLAIN);
        has(&text, "not looked at: registry items are left out");
        has(&text, "a.dll is there with checksum 77");
        has(&text, "checksum not collected");
    });
}

fn detection(name: &str, when: Expr, levels: Vec<Level>, inherit: &[&str], line: u32) -> Detection {
    let inherit = inherit.iter().map(|name| (*name).to_owned()).collect();
    Detection {
        name: name.to_owned(),
        when,
        levels,
        inherit,
        position: Position { offset: 0, line, column: 5 },
        table: String::new(),
    }
}

#[test]
fn detected_products_show_the_rows_of_the_table() {
    let products = ["Windows 2000", "Windows NT 4.0", "IIS"].map(|name| CatalogProduct {
        name: name.to_owned(),
        levels: vec!["SP1".to_owned()],
        ..CatalogProduct::default()
    });
    let rule = Expr::any(vec![
        product("windows nt 4.0", &["SP1"], 1),
        product("iis", &["SP1"], 2),
        product("unheard of", &["SP1"], 3),
    ]);
    let update = tests("A", Expr::all(vec![rule.clone(), file("a.dll", [9, 0, 0, 0], 4)]), rule, 1);
    let catalogs = vec![Catalog { products: products.to_vec(), ..catalog("feed", vec![update]) }];
    let sp1 = Level { names: vec!["SP1".to_owned()], test: Some(build(2000, 0)) };
    let present =
        Expr::test(Subject::Product("windows 2000".to_owned()), Question::Exists, Position::default());
    let table = vec![
        detection("Windows 2000", build(2195, 0), vec![sp1], &[], 11),
        detection("Windows NT 4.0", build(9999, 0), Vec::new(), &[], 12),
        detection("IIS", present, Vec::new(), &["Windows 2000"], 13),
    ];
    let client = inventory(&[Kind::File], vec![windows()]);
    explained(catalogs, table, &Options::default(), &client, "A", |proof| {
        let names: Vec<_> =
            proof.products.iter().map(|product| (product.name, product.because.clone())).collect();
        let expected = [
            ("Windows NT 4.0", Because::RuledOut(1)),
            ("IIS", Because::Detected(2)),
            ("unheard of", Because::Undeclared(Kind::Product)),
            ("Windows 2000", Because::Detected(0)),
        ];
        assert_eq!(names, expected);
        let text = shown(proof, &text::Look::PLAIN);
        has(&text, "absent: ruled out by row 2 of the product table");
        has(
            &text,
            "  row 3 (product table:13:5): is it there?\n    true (rule-true): product Windows 2000 is there",
        );
        has(&text, "  its service pack is that of Windows 2000");
        has(&text, "  is it at SP1?\n    true (rule-true): operating system build is 2000 or greater");
        has(&text, "observed: service pack sp1");
        let json = as_json(proof);
        assert_eq!(json.pointer("/products/1/detections/0/inherited").expect("is there"), "Windows 2000");
    });
}

fn row(name: &str, arch: &str, epoch: u32, version: &str, collection: u32) -> PackageRow {
    let release = Some("1".to_owned());
    let [name, arch, version] = [name, arch, version].map(str::to_owned);
    PackageRow { name, arch, epoch, version, release, collection, position: at(7), ..PackageRow::default() }
}

fn package(
    name: &'static str,
    epoch: Option<u32>,
    version: &'static str,
    arch: Option<&'static str>,
) -> Fact<'static> {
    let (name, version, arch) = (name.into(), version.into(), arch.map(Into::into));
    Package { name, epoch, version, release: Some("1".into()), arch, ..Package::default() }.into()
}

fn packages(id: &str, collections: Vec<Collection>, rows: Vec<PackageRow>) -> Update {
    Update { id: UpdateId::new([id]), rule: Rule::Packages { collections, rows }, ..Update::default() }
}

fn module(name: &str, stream: &str) -> ModuleStream {
    ModuleStream { name: name.to_owned(), stream: stream.to_owned(), ..ModuleStream::default() }
}

#[test]
fn package_rows_show_thresholds_instances_epochs_and_modules() {
    let collections = vec![
        Collection { name: "plain".to_owned(), modules: Vec::new() },
        Collection { name: "gated".to_owned(), modules: vec![module("nodejs", "8"), module("perl", "5")] },
    ];
    let rows = vec![
        row("current", "x86_64", 0, "1", 0),
        row("lent", "x86_64", 1, "2", 0),
        row("between", "x86_64", 0, "2", 0),
        row("between", "x86_64", 3, "2", 0),
        row("shared", "x86_64", 4, "2", 0),
        row("unknown-arch", "x86_64", 0, "2", 0),
        row("gated", "x86_64", 0, "2", 1),
        row("absent", "x86_64", 0, "2", 0),
        row("other-arch", "i686", 0, "2", 0),
        row("kernel", "x86_64", 0, "3", 0),
    ];
    let withdrawn =
        Update { retracted: true, ..packages("W", vec![], vec![row("current", "x86_64", 0, "1", 0)]) };
    let facts = vec![
        package("current", Some(0), "1", Some("x86_64")),
        package("lent", None, "1", Some("x86_64")),
        package("lent", Some(1), "3", Some("x86_64")),
        package("between", None, "2", Some("x86_64")),
        package("shared", None, "1", Some("x86_64")),
        package("unknown-arch", Some(0), "1", None),
        package("gated", Some(0), "1", Some("x86_64")),
        package("other-arch", Some(0), "1", Some("x86_64")),
        package("kernel", Some(0), "1", Some("x86_64")),
        package("kernel", Some(0), "3", Some("x86_64")),
        Kernel { running: "1-1.x86_64".into(), ..Kernel::default() }.into(),
        Module { name: "nodejs".into(), stream: "6".into(), ..Module::default() }.into(),
    ];
    let client = inventory(&[Kind::Package], facts);
    let catalogs = vec![catalog("feed", vec![packages("A", collections, rows), withdrawn])];
    let index = index(catalogs, Vec::new());
    let restored = index.view().expect("opens").restore().expect("makes sense");
    let options = Options::default();
    let explainer = Explainer::new(&restored, &options, &client);
    let [update] = restored.find_updates("A")[..] else { panic!("A is not one update") };
    let proof = explainer.proof(update).expect("is there");
    assert!(cells(&index, &options, &client).contains(&(update, proof.cell)));
    let text = shown(&proof, &text::Look::PLAIN);
    has(&text, "package rows, compared as dnf does");
    has(
        &text,
        "NotApplicable, package-absent: package current for x86_64 is at 0:1-1 or later\n  asked at feed.xml:7:3",
    );
    has(
        &text,
        "installed, the same; retracted: equal to a package that was withdrawn: pkg type=\"rpm\" name=\"current\"",
    );
    has(
        &text,
        "installed, older; epoch not stated, 1 taken from another instance; a newer one beside it counts",
    );
    has(&text, "installed, the same or newer; epoch not stated, anything from 0 to 3");
    has(&text, "installed, older or the same; epoch not stated, anything from 0 to 3");
    has(&text, "installed, older; epoch not stated, 4 because every row has it");
    has(&text, "Unknown, part-not-collected: package unknown-arch for x86_64");
    has(&text, "installed, older; architecture not stated");
    has(&text, "  counts where a module of `gated` is active: unknown");
    has(&text, "    nodejs:8: false, stated: module name=\"nodejs\" stream=\"6\" state=\"enabled\"");
    has(&text, "    perl:5: unknown, not collected: not stated, and module is not declared complete for it");
    has(&text, "  absent: the inventory is complete for package");
    has(&text, "  installed, but for no architecture that the row speaks of");
    has(&text, "installed, older; built with the running kernel");
    has(&text, "running kernel: kernel running=\"1-1.x86_64\"");
    let json = as_json(&proof);
    let kinds: Vec<_> =
        json["rules"]["rows"].as_array().expect("has rows").iter().map(|row| &row["verdict"]).collect();
    assert_eq!(kinds.len(), 10);
    assert_eq!(json["rules"]["rows"][1]["installed"][0]["epoch"], "lent");
    assert_eq!(json["rules"]["rows"][2]["installed"][0]["epochs"], serde_json::json!([0, 3]));
    assert_eq!(json["rules"]["rows"][6]["modules"][1]["state"], "not-collected");
    assert_eq!(json["rules"]["rows"][9]["installed"][0]["running"], true);
}

#[test]
fn a_retracted_update_asked_nothing() {
    let withdrawn = Update { retracted: true, ..packages("W", vec![], vec![row("a", "x86_64", 0, "1", 0)]) };
    let none = Update { id: UpdateId::new(["N"]), ..Update::default() };
    let index = index(vec![catalog("feed", vec![withdrawn, none])], Vec::new());
    let restored = index.view().expect("opens").restore().expect("makes sense");
    let (options, client) = (Options::default(), inventory(&[], Vec::new()));
    let explainer = Explainer::new(&restored, &options, &client);
    let said = |id: &str| {
        shown(&explainer.proof(restored.find_updates(id)[0]).expect("is there"), &text::Look::PLAIN)
    };
    has(&said("W"), "Unknown, no-evidence; withdrawn with its packages, so nothing was asked");
    has(&said("feed:N"), "Unknown, no-evidence; the update has no rule");
    assert!(explainer.proof(2).is_none());
}

/// A rule of `wide` operands, each of them a chain of `deep` nodes.
fn large(wide: u32, deep: usize) -> Expr {
    let chain = |line: u32| {
        let leaf = file(&format!("f{line:04}.dll"), [1, 0, 0, 0], line);
        (0..deep).fold(leaf, |below, _| Expr::all(vec![below, build(1, line)]))
    };
    Expr::any((1..=wide).map(chain).collect())
}

#[test]
fn large_trees_are_bounded_as_text_and_whole_as_json() {
    let client = inventory(&[Kind::File], vec![windows(), dll("f0999.dll", [1, 0, 0, 0])]);
    let catalogs = vec![catalog("feed", vec![tests("A", large(1000, 1), build(1, 1), 1)])];
    explained(catalogs, Vec::new(), &Options::default(), &client, "A", |proof| {
        let text = shown(proof, &text::Look::PLAIN);
        assert!(text.lines().count() < 200, "{}", text.lines().count());
        has(&text, "f0999.dll is at version 1.0.0.0 or later (decides)");
        has(&text, "└─ … 988 more left out, with 1976 below: 988 false");
        let all = shown(proof, &text::Look { bounds: text::Bounds::NONE, ..text::Look::PLAIN });
        lacks(&all, "left out");
        assert!(all.lines().count() > 8000);
        let operands = &as_json(proof)["rules"]["installed"]["operands"];
        assert_eq!(operands.as_array().map(Vec::len), Some(1000));
    });
    let catalogs = vec![catalog("feed", vec![tests("A", large(1, 50), build(1, 1), 1)])];
    explained(catalogs, Vec::new(), &Options::default(), &client, "A", |proof| {
        let text = shown(proof, &text::Look::PLAIN);
        has(&text, "… 2 more left out, with 68 below: 1 true, 1 false");
        let mut node = &as_json(proof)["rules"]["installed"];
        let mut depth = 0;
        while let Some(below) = node.pointer("/operands/0") {
            (node, depth) = (below, depth + 1);
        }
        assert_eq!(depth, 51);
    });
}

#[test]
fn what_a_client_states_does_not_steer_a_terminal() {
    let path = "C:\\WINNT\\System32\\a.dll\u{1b}[31m\u{202e}";
    let long = Product { name: "x".repeat(5000).into(), sp: Some("\u{7}".into()), ..Product::default() };
    let file = Fact::from(File { path: path.into(), ..File::default() });
    let client = inventory(&[Kind::File], vec![windows(), file, long.into()]);
    let asked =
        Expr::test(Subject::File(format!("{SYSTEM}a.dll\u{1b}[31m\u{202e}")), Question::Exists, at(1));
    let product = product(&"x".repeat(5000), &["SP1"], 2);
    let catalogs = vec![catalog("feed", vec![tests("A", asked, product, 1)])];
    explained(catalogs, Vec::new(), &Options::default(), &client, "A", |proof| {
        let text = shown(proof, &text::Look::PLAIN);
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{text}");
        assert!(text.lines().all(|line| line.chars().count() < 1000));
    });
}

#[test]
fn a_damaged_index_is_explained_where_it_makes_sense() {
    let rows = packages("P", Vec::new(), vec![row("a", "x86_64", 0, "1", 0)]);
    let catalogs = vec![simple().remove(0), catalog("os", vec![rows])];
    let bytes =
        index(catalogs, vec![detection("Windows 2000", build(2195, 0), Vec::new(), &[], 1)]).bytes().to_vec();
    let client = inventory(&[Kind::File], vec![windows(), dll("a.dll", [1, 0, 0, 0])]);
    let options = Options::default();
    let mut explained = 0;
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0xff;
        let Ok(index) = Index::open(Bytes::copy(&damaged)) else { continue };
        let view = index.view().expect("opens");
        indexes(view, view);
        facts::table(view);
        let Ok(restored) = view.restore() else { continue };
        explained += 1;
        let explainer = Explainer::new(&restored, &options, &client);
        for update in 0..restored.updates.len() {
            let proof = explainer.proof(update).expect("is there");
            shown(&proof, &text::Look::PLAIN);
        }
        let query = Query { view: View::All, ..Query::default() };
        Listing::new(&restored, &options, &client, &query).write(&mut Vec::new()).expect("writes to memory");
    }
    assert!(explained > 0, "some bytes may be anything");
}
