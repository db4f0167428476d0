//! Product detection tables: the one that is built in, how others change it, and every mistake.

use std::path::{Path, PathBuf};

use patchstate::catalog::detection::{built_in, read, table};
use patchstate::compile::merge::merge;
use patchstate::diagnostic::{Code, Diagnostics};
use patchstate::eval::known::State;
use patchstate::eval::reference::Evaluator;
use patchstate::model::expr::{Comparison, Expr, Operand, OsField, Question, Subject};
use patchstate::model::fact::{Fact, File, FileVersion, Kind, Kinds, Os, RegistryValue};
use patchstate::model::inventory::{Collector, Inventory};
use patchstate::model::law::Levels;
use patchstate::model::options::Options;
use patchstate::model::product::Detection;
use patchstate::model::update::{Catalog, Product};
use patchstate::version::dotted::Version;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().expect("a temporary folder"))
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).expect("the folder is ours");
        path
    }
}

fn whole(entries: &str) -> String {
    format!("<productDetection version=\"1\">\n{entries}\n</productDetection>")
}

fn entry(name: &str, test: &str) -> String {
    format!("<product name=\"{name}\"><when>{test}</when></product>\n")
}

fn names(table: &[Detection]) -> Vec<&str> {
    table.iter().map(|detection| detection.name.as_str()).collect()
}

#[test]
fn the_built_in_table_has_its_products_and_levels() {
    let shape: Vec<(String, usize, usize)> =
        built_in().into_iter().map(|entry| (entry.name, entry.levels.len(), entry.inherit.len())).collect();
    let expect = [
        ("Windows NT Workstation 4.0", 5, 0),
        ("Windows 2000 Professional", 3, 0),
        ("Windows 2000 Advanced Server", 3, 0),
        ("Internet Information Services 5.0", 0, 4),
        ("Internet Explorer 5.01", 3, 0),
        ("SQL Server 7.0", 4, 0),
        ("Exchange Server 5.5", 5, 0),
        ("Outlook 2000", 3, 0),
    ];
    assert_eq!(shape, expect.map(|(name, levels, inherit)| (name.to_owned(), levels, inherit)));
}

#[test]
fn the_real_catalog_knows_every_name_of_the_built_in_table() {
    use patchstate::catalog::{Settings, mssecure};
    let Some(path) = conformance::corpora("mssecure/mssecure-1.0.1.148-2001-10-04.xml") else { return };
    let catalog = mssecure::read(&path, &Settings::default()).expect("the real file is read");
    for entry in built_in() {
        let Some(product) = catalog.products.iter().find(|product| product.name == entry.name) else {
            panic!("{} is not in the catalog", entry.name);
        };
        for level in entry.levels.iter().flat_map(|level| &level.names) {
            // No patch is for it: whoever had it was told to take 6a.
            let is_known = product.levels.contains(level) || level == "Windows NT4 Service Pack 6";
            assert!(is_known, "{level} of {}", entry.name);
        }
        let known = |name: &String| catalog.products.iter().any(|product| product.name == *name);
        assert!(entry.inherit.iter().all(known), "{:?}", entry.inherit);
    }
}

const NT: &str = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion";
const OPTIONS: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions";

/// What the built-in table finds on a client with these registry values and no others.
fn found(values: &[(&str, &str, &str)], files: &[(&str, &str)]) -> Vec<(String, Levels)> {
    let table = built_in();
    let products = table.iter().map(|entry| Product { name: entry.name.clone(), ..Product::default() });
    let catalog = Catalog { products: products.collect(), ..Catalog::default() };
    let all = merge(vec![catalog], table).expect("one catalog has no conflicts");
    let complete: Kinds = [Kind::Registry, Kind::File].into_iter().collect();
    let mut inventory = Inventory::new("client", complete);
    let mut fact = |fact: Fact<'_>| inventory.fact(fact, Default::default());
    fact(Fact::Os(Os { family: "windows".into(), ..Os::default() }));
    for (key, name, data) in values {
        let (key, name, data) = ((*key).into(), (*name).into(), Some((*data).into()));
        fact(Fact::RegistryValue(RegistryValue { key, name, data, ..RegistryValue::default() }));
    }
    for (path, version) in files {
        let version = Version::parse(version).map_or(FileVersion::NoResource, FileVersion::Known);
        fact(Fact::File(File { path: (*path).into(), version, ..File::default() }));
    }
    let options = Options::default();
    let evaluator = Evaluator::new(&all, &options, &inventory);
    let there = evaluator.products().iter().filter(|(_, product)| product.state == State::Known);
    there.map(|(name, product)| (name.clone(), product.levels.clone())).collect()
}

fn at(names: &[&str]) -> Levels {
    Levels::Candidates(names.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn clients_are_seen_by_the_built_in_table() {
    let check = |values: &[(&str, &str, &str)], files: &[(&str, &str)], expect: &[(&str, Levels)]| {
        let expect: Vec<_> =
            expect.iter().map(|(name, levels)| ((*name).to_owned(), levels.clone())).collect();
        assert_eq!(found(values, files), expect);
    };
    let professional = [(NT, "CurrentVersion", "5.0"), (OPTIONS, "ProductType", "WinNT")];
    check(&professional, &[], &[("windows 2000 professional", at(&["windows 2000 gold"]))]);
    let with_server = [
        (NT, "CurrentVersion", "5.0"),
        (NT, "CSDVersion", "Service Pack 2"),
        (OPTIONS, "ProductType", "ServerNT"),
        (OPTIONS, "ProductSuite", r"Enterprise\0Terminal Server"),
        (r"HKLM\SOFTWARE\Microsoft\InetStp", "MajorVersion", "0x5"),
    ];
    check(
        &with_server,
        &[],
        &[
            ("internet information services 5.0", at(&["windows 2000 service pack 2"])),
            ("windows 2000 advanced server", at(&["windows 2000 service pack 2"])),
        ],
    );
    let nt = [
        (NT, "CurrentVersion", "4.0"),
        (NT, "CSDVersion", "Service Pack 6"),
        (OPTIONS, "ProductType", "WinNT"),
    ];
    check(&nt, &[], &[("windows nt workstation 4.0", at(&["windows nt4 service pack 6"]))]);
    let key = format!(r"{NT}\Hotfix\Q246009");
    let with_6a = [nt[0], nt[1], nt[2], (&key, "Installed", "1")];
    check(&with_6a, &[], &[("windows nt workstation 4.0", at(&["windows nt4 service pack 6a"]))]);
    let sql = r"HKLM\SOFTWARE\Microsoft\MSSQLServer\MSSQLServer\CurrentVersion";
    check(
        &[(sql, "CurrentVersion", "7.00.623"), (sql, "CSDVersion", "7.00.842")],
        &[],
        &[("sql server 7.0", at(&["sql server 7.0 sp2"]))],
    );
    let explorer = |version| [(r"HKLM\SOFTWARE\Microsoft\Internet Explorer", "Version", version)];
    check(
        &explorer("5.00.3103.1000"),
        &[],
        &[("internet explorer 5.01", at(&["internet explorer 5.01 sp1"]))],
    );
    check(&explorer("5.50.4134.0100"), &[], &[]);
    check(
        &[],
        &[(r"%ProgramFiles%\Microsoft Office\Office\OUTLOOK.EXE", "9.0.0.3821")],
        &[("outlook 2000", at(&["office 2000 sr-1", "office 2000 sr-1a"]))],
    );
    check(
        &[],
        &[(r"%ExchSrvr%\bin\store.exe", "5.5.2653.23")],
        &[("exchange server 5.5", at(&["exchange server 5.5 sp4"]))],
    );
}

#[test]
fn tests_become_expressions() {
    let folder = Folder::new();
    let check = |test: &str, subject: Subject, question: Question| {
        let table = read(&folder.file("table.xml", &whole(&entry("a", test)))).expect("it is a table");
        match &table[0].when {
            Expr::Test { subject: found, question: asked, position } => {
                assert_eq!((found, asked), (&subject, &question), "{test}");
                assert_eq!(position.line, 2);
            }
            other => panic!("{test}: {other:?}"),
        }
    };
    let compare = |comparison, operand| Question::Compare(comparison, operand);
    let version = |text: &str| Operand::Version(Version::parse(text).expect("a version"));
    let text = |text: &str| Operand::Text(text.to_owned());
    let value = || Subject::RegistryValue { key: r"hklm\a".to_owned(), name: "v".to_owned() };
    check(
        "<os field='product-type' op='eq' value='Server'/>",
        Subject::Os(OsField::ProductType),
        compare(Comparison::Eq, text("server")),
    );
    check(
        "<os field='build' op='ge' value='2195'/>",
        Subject::Os(OsField::Build),
        compare(Comparison::Ge, Operand::Number(2195)),
    );
    check(
        "<os field='version' op='lt' value='5.1'/>",
        Subject::Os(OsField::Version),
        compare(Comparison::Lt, version("5.1")),
    );
    check("<registry key='HKEY_LOCAL_MACHINE/A/' value='V'/>", value(), Question::Exists);
    check(
        "<registry key='HKLM\\A' value='V' op='contains' data=' 7.00. '/>",
        value(),
        compare(Comparison::Contains, text("7.00.")),
    );
    check(
        "<registry key='HKLM\\A' value='V' op='ne' data='0x10'/>",
        value(),
        compare(Comparison::Ne, text("0x10")),
    );
    check(
        "<registry key='HKLM\\A' value='V' op='gt' data='0x10'/>",
        value(),
        compare(Comparison::Gt, Operand::Number(16)),
    );
    let path = Subject::File(r"%windir%\a.dll".to_owned());
    check("<file path='%SystemRoot%\\A.dll'/>", path.clone(), Question::Exists);
    check(
        "<file path='%SystemRoot%\\A.dll' op='le' version='6'/>",
        path,
        compare(Comparison::Le, version("6")),
    );
    let code = "{90110409-6000-11D3-8CFE-0150048383C9}";
    check(
        "<msi product='90110409-6000-11d3-8cfe-0150048383c9'/>",
        Subject::Msi(code.to_owned()),
        Question::Exists,
    );
    check("<hotfix id='Q246009'/>", Subject::Hotfix(246_009), Question::Exists);
    check("<product name=' Windows  98 '/>", Subject::Product("windows 98".to_owned()), Question::Exists);
}

#[test]
fn mistakes_are_errors_with_their_place() {
    let folder = Folder::new();
    let check_code = |text: &str, code: Code, place: &str, words: &str| {
        let error = read(&folder.file("table.xml", text)).expect_err("it is refused");
        let shown = error.to_string();
        let found = shown.split_once("table.xml:").map_or("", |(_, rest)| rest);
        assert!(error.code() == code && found.starts_with(place) && found.contains(words), "{text}: {shown}");
    };
    let check = |entries: &str, place: &str, words: &str| {
        check_code(&whole(entries), Code::BadTable, place, words);
    };
    let os = "<os field='build' op='ge' value='1'/>";
    check("<thing/>", "2:1: ", "`<product>`");
    check("<product name='a'/>", "2:1: ", "`when`");
    check(&format!("<product><when>{os}</when></product>"), "2:1: ", "`name`");
    check("<product name='a'><when/></product>", "2:19: ", "exactly one");
    check(&format!("<product name='a'><when>{os}{os}</when></product>"), "2:19: ", "exactly one");
    check(&entry("a", "<guess/>"), "2:25: ", "`guess` is no test");
    check(&entry("a", "<all/>"), "2:25: ", "at least one");
    check(&entry("a", &format!("<not>{os}{os}</not>")), "2:25: ", "exactly one");
    check(&entry("a", "<os field='colour' op='eq' value='1'/>"), "2:25: ", "`colour`");
    check(&entry("a", "<os field='build' value='1'/>"), "2:25: ", "`op`");
    check(&entry("a", "<os field='build' op='like' value='1'/>"), "2:25: ", "`like`");
    check(&entry("a", "<os field='build' op='ge' value='new'/>"), "2:25: ", "neither a number nor a version");
    check(&entry("a", "<os field='build' op='ge'/>"), "2:25: ", "`value`");
    check(&entry("a", "<os field='build' op='ge' value='1' x='2'/>"), "2:25: ", "`x`");
    check(&entry("a", "<registry key='HKLM\\A'/>"), "2:25: ", "`value`");
    check(&entry("a", "<registry key='HKLM\\A' value='' data='1'/>"), "2:25: ", "without `op`");
    check(&entry("a", "<file path='a' op='contains' version='1'/>"), "2:25: ", "`contains`");
    check(&entry("a", "<file path='a' op='ge' version='new'/>"), "2:25: ", "no version");
    check(&entry("a", "<hotfix id='later'/>"), "2:25: ", "`later`");
    check(&entry("a", &format!("<product name='b'>{os}</product>")), "2:43: ", "no place");
    check(&entry("a", "text"), "2:19: ", "holds text");
    check(&(entry("a", os) + &entry(" A ", os)), "3:1: ", "already");
    let with = |service_pack: &str| format!("<product name='a'><when>{os}</when>{service_pack}</product>");
    check(&with("<level/>"), "2:69: ", "`<servicePack>`");
    check(&with("<servicePack><level/></servicePack>"), "2:82: ", "`names`");
    check(&with("<servicePack><level names=' ; '/></servicePack>"), "2:82: ", "names nothing");
    check(&with(&format!("<servicePack><level names='x'>{os}{os}</level></servicePack>")), "2:", "no place");
    check(
        &with("<servicePack><inherit products='b'/><level names='x'/></servicePack>"),
        "2:82: ",
        "`<level>`",
    );
    check_code("<products/>", Code::WrongFormat, "1:1: ", "productDetection");
    check_code("<productDetection version='2'/>", Code::WrongVersion, "1:1: ", "version 1");
    check_code("<productDetection/>", Code::BadTable, "1:1: ", "`version`");
    check_code("<productDetection version='1'>", Code::NotWellFormed, "1:31: ", "");
    check_code("", Code::NotWellFormed, "1:1: ", "");
    let deep = entry("a", &format!("{}{os}{}", "<not>".repeat(100), "</not>".repeat(100)));
    check_code(&whole(&deep), Code::TooLarge, "2:", "");
}

#[test]
fn tables_replace_and_extend_each_other() {
    let folder = Folder::new();
    let os = "<os field='build' op='ge' value='1'/>";
    let base = folder.file("base.xml", &whole(&(entry("A", os) + &entry("B", "<product name='C'/>"))));
    let add = folder.file("add.xml", &whole(&(entry(" b", os) + &entry("C", "<product name='a'/>"))));
    let more = folder.file("more.xml", &whole(&entry("A", "<product name='D'/>")));
    let mut diagnostics = Diagnostics::new();
    let check = |base: Option<&Path>, add: &[&PathBuf], expect: &[&str], diagnostics: &mut Diagnostics| {
        let found = table(base, add, diagnostics).expect("they are tables");
        assert_eq!(names(&found), expect);
    };
    check(Some(&base), &[], &["A", "B"], &mut diagnostics);
    assert!(diagnostics.is_empty());
    check(Some(&base), &[&add], &["A", "b", "C"], &mut diagnostics);
    assert_eq!(diagnostics.of(Code::ProductEntryReplaced), 1);
    let noted = diagnostics.kept()[0].to_string();
    let place = format!("{}:2:1: note: product-entry-replaced", add.display());
    assert!(noted.starts_with(&place) && noted.contains("base.xml:3:1"), "{noted}");
    check(Some(&base), &[&add, &more], &["A", "b", "C"], &mut diagnostics);
    let built: Vec<String> = built_in().into_iter().map(|entry| entry.name).collect();
    let built: Vec<&str> = built.iter().map(String::as_str).collect();
    check(None, &[&more], &[built.as_slice(), &["A"]].concat(), &mut diagnostics);
    check(None, &[], &built, &mut diagnostics);
}

#[test]
fn entries_stand_after_those_they_refer_to() {
    let folder = Folder::new();
    let os = "<os field='build' op='ge' value='1'/>";
    let heir = format!(
        "<product name='heir'><when>{os}</when><servicePack><inherit products='x;last'/></servicePack></product>"
    );
    let level = format!(
        "<product name='level'><when>{os}</when>\
         <servicePack><level names='1'><product name='HEIR'/></level></servicePack></product>"
    );
    let order = entry("needs", "<any><product name='last'/><product name='stated'/></any>") + &level + &heir;
    let ordered = read(&folder.file("table.xml", &whole(&(order + &entry("last", os))))).expect("no circle");
    assert_eq!(names(&ordered), ["last", "needs", "heir", "level"]);
    let check = |entries: &str, place: &str, words: &[&str]| {
        let error = read(&folder.file("table.xml", &whole(entries))).expect_err("it is a circle").to_string();
        let found = error.split_once("table.xml:").map_or("", |(_, rest)| rest);
        assert!(found.starts_with(place) && words.iter().all(|word| found.contains(word)), "{error}");
    };
    check(&entry("a", "<product name='A'/>"), "2:1: ", &["`a`", "itself"]);
    check(
        &(entry("a", "<product name='b'/>") + &entry("b", "<not><product name='a'/></not>")),
        "",
        &["`a`", "`b`", "circle"],
    );
    check(
        &(entry("a", "<product name='b'/>")
            + &entry("b", "<product name='c'/>")
            + &entry("c", "<product name='b'/>")),
        "",
        &["`b`", "`c`"],
    );
}
