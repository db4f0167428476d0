//! What `explain` shows of a cell: the answer, what it rests on, and where that stands.

use conformance::compiled::{catalog, cells, index};
use patchstate::diagnostic::Position;
use patchstate::explain::{Because, Explainer, Folded, Proof, Rules, json, text};
use patchstate::model::catalogs::Catalogs;
use patchstate::model::expr::{Comparison, Expr, Operand, OsField, Presence, Question, Subject};
use patchstate::model::fact::{
    Absent, Coverage, Fact, File, FileVersion, Kernel, Kind, Kinds, Module, Os, Package, Product,
    RegistryValue,
};
use patchstate::model::inventory::{Collector, Inventory};
use patchstate::model::options::{Options, RegistryItems, Supersedence};
use patchstate::model::product::{Detection, Level};
use patchstate::model::reason::Reason;
use patchstate::model::supersedence::{Replacement, Source};
use patchstate::model::update::Product as CatalogProduct;
use patchstate::model::update::{Catalog, Collection, ModuleStream, PackageRow, Rule, Update, UpdateId};
use patchstate::model::verdict::{Cell, Verdict};
use patchstate::version::dotted::Version;

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
    let restored: Catalogs = index.view().expect("opens").restore();
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

fn as_json(proof: &Proof<'_>) -> String {
    let mut out = Vec::new();
    json::write(proof, &mut out).expect("writes to memory");
    String::from_utf8(out).expect("is UTF-8")
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

#[test]
fn the_whole_tree() {
    let facts = vec![
        windows(),
        dll("A.dll", [5, 0, 2195, 1500]),
        Product { name: "Windows 2000".into(), sp: Some("sp2".into()), ..Product::default() }.into(),
    ];
    let inventory = inventory(&[Kind::File], facts);
    explained(simple(), Vec::new(), &Options::default(), &inventory, "A", |proof| {
        proof.locate(&mut |name| {
            (name == "ws-1.xml").then(|| "one two\nthree four\nfive six seven\n".to_owned())
        });
        println!("{}", shown(proof, &text::Look::PLAIN));
        println!("{}", as_json(proof));
        panic!();
    });
}
