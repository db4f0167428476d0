//! What wesng and an index say of the same machines: every class of difference, the real machines, and the
//! scorecard of what Windows Update still offered them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use conformance::bulletins::{Client, bulletin, fix, read};
use conformance::wesng::archive;
use patchstate::catalog::cvrf::Tables;
use patchstate::catalog::cvrf::products::Products;
use patchstate::catalog::cvrf::wesng::definitions::Definitions;
use patchstate::catalog::cvrf::wesng::filter::filter;
use patchstate::compile::{Compiled, compile};
use patchstate::diagnostic::Code;
use patchstate::ingest::{Buffer, Intake, Settings};
use patchstate::model::fact::{HotfixState, Kind, Kinds, Os};
use patchstate::model::inventory::Inventory;
use patchstate::model::options::Options;
use patchstate::model::verdict::Verdict;
use patchstate::report::wesng::class::{Class, Only};
use patchstate::report::wesng::pending::{self, Score};
use patchstate::report::wesng::{Comparison, Machine, table};
use serde_json::Value;

const SERVER: &str = "Windows Server 2016";

/// Compiles one text with these tables.
fn compiled(text: &str, bulletins: Tables) -> Compiled {
    conformance::bulletins::compiled(tempfile::tempdir().unwrap().path(), text, bulletins)
}

/// Definitions of these rows: product, article, and what is replaced.
fn definitions(rows: &[[&str; 3]]) -> Definitions {
    let header = "DatePosted,CVE,BulletinKB,Title,AffectedProduct,AffectedComponent,Severity,Impact,Supersedes,Exploits\n";
    let row = |[product, kb, replaces]: &[&str; 3]| {
        format!("20240101,CVE-2024-90001,{kb},,{product},,,,{replaces},\n")
    };
    let table = rows.iter().map(row).fold(header.to_owned(), |table, row| table + &row);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("definitions.zip");
    let members = [("CVEs_20240101.csv", table.as_bytes()), ("Custom_20240101.csv", header.as_bytes())];
    std::fs::write(&path, archive(&members)).unwrap();
    Definitions::load(&path).unwrap()
}

/// An index in which a machine meets every class, and definitions that wesng answers from.
fn everything() -> (Definitions, Compiled) {
    let products = [
        SERVER,
        "Windows Server 2019",
        "Windows Server 2025",
        "Example Part on Windows Server 2016",
        "Other Part on Windows Server 2016",
        "Something",
    ];
    let (build, old) = ("10.0.14393.5501", "10.0.14393.100");
    let mut fixes = fix("5000001", "", "", &[0]) + &fix("5000002", "5000001", "", &[0]);
    fixes += &(fix("5000010", "", build, &[0]) + &fix("5000011", "5000010", "", &[0]));
    fixes += &(fix("5000014", "", "", &[0]) + &fix("5000015", "5000014", "", &[0]));
    fixes += &(fix("5000016", "", "", &[0]) + &fix("5000017", "5000016", old, &[0]));
    fixes += &(fix("5000018", "", "", &[1]) + &fix("5000019", "", "", &[3]) + &fix("5000020", "", "", &[4]));
    fixes += &(fix("5000021", "", "", &[5]) + &fix("5000023", "", "", &[2]) + &fix("5000024", "", "", &[0]));
    fixes += &(fix("5000025", "", "", &[0]) + &fix("5000026", "", "", &[0]) + &fix("5000027", "", "", &[0]));
    fixes += &fix("5000028", "", "", &[1]);
    let alias = fix("5000012", "", "", &[0])
        .replace("</Description>", "</Description><URL>https://x.example/?q=KB5000013</URL>");
    let mut tables = Products::built_in();
    let table = "cvrf-products\t1\ncomponent\tExample Part\tproduct\tPart\t-\t-\n";
    tables.extend(Products::parse(table).unwrap()).unwrap();
    let tables = Tables { products: Some(Arc::new(tables)), ..Tables::default() };
    let compiled = compiled(&bulletin(&products, &(fixes + &alias)), tables);
    let plain = ["01", "02", "10", "12", "14", "16", "17", "18", "19", "20", "21", "26", "27"];
    let plain: Vec<String> = plain.iter().map(|kb| format!("50000{kb}")).collect();
    let mut rows: Vec<[&str; 3]> = plain.iter().map(|kb| [SERVER, kb, ""]).collect();
    rows.extend([
        [SERVER, "5000002", "5000001"],
        [SERVER, "Release Notes", ""],
        [SERVER, "5000090", ""],
        ["Windows Server 2025", "5000023", ""],
        ["windows server 2016", "5000025", ""],
        ["Windows Server 2016 Example", "5000028", "5000027"],
        ["Microsoft Windows XP", "5000022", ""],
        ["Microsoft Windows XP", "5000002", ""],
    ]);
    (definitions(&rows), compiled)
}

/// A server that wesng names and of which the list of hotfixes is complete.
fn server() -> Client {
    let mut server = Client::server(14393, 5427).knows_all(Kind::Hotfix);
    server.os.version = Some("10.0.14393".into());
    server
}

/// The classes by article, each article in one.
fn classes(machine: &Machine) -> BTreeMap<String, Class> {
    let found: BTreeMap<_, _> =
        machine.differences.iter().map(|one| (one.article.clone(), one.class)).collect();
    assert_eq!(found.len(), machine.differences.len(), "an article is in two classes");
    found
}

/// What both agree on and where they differ is everything that either says.
fn assert_complete(machine: &Machine) {
    let of = |only| machine.differences.iter().filter(|one| one.class.only() == only).count();
    let missing: BTreeSet<String> = machine.missing.iter().map(u32::to_string).collect();
    let both = machine.reported.intersection(&missing).count();
    assert_eq!(both + of(Only::Wesng), machine.reported.len(), "{}", machine.client);
    assert_eq!(both + of(Only::Patchstate), missing.len(), "{}", machine.client);
}

#[test]
fn every_class_is_met_and_follows_from_its_evidence() {
    let (definitions, compiled) = everything();
    let options = Options::default();
    let comparison = Comparison::new(&definitions, &compiled.catalogs, &options);
    let mut met = BTreeSet::new();
    let mut check = |client: &Client, expect: &[(&str, Class)]| {
        let machine = comparison.machine(&client.inventory());
        assert_complete(&machine);
        let found = classes(&machine);
        for (article, class) in expect {
            assert_eq!(found.get(*article), Some(class), "{article} of {found:?}");
        }
        met.extend(found.into_values());
    };
    let full =
        server().has("KB5000011").has("KB5000013").has("KB5000015").lists("KB5000026", HotfixState::Pending);
    check(
        &full.clone().knows_all(Kind::Product),
        &[
            ("Release Notes", Class::NoArticle),
            ("5000090", Class::NotInIndex),
            ("5000010", Class::EvidenceConflict),
            ("5000012", Class::ListedOtherwise),
            ("5000014", Class::ReplacementListed),
            ("5000016", Class::ReplacementInstalled),
            ("5000017", Class::BuildCurrent),
            ("5000018", Class::OtherSystem),
            ("5000019", Class::ComponentAbsent),
            ("5000020", Class::ComponentNotRecognised),
            ("5000021", Class::ProductNotRecognised),
            ("5000024", Class::NotInDefinitions),
            ("5000025", Class::OtherName),
            ("5000026", Class::ListedAndMissing),
            ("5000001", Class::ReplacementMissing),
            ("5000027", Class::ReplacementNotHere),
        ],
    );
    check(&full, &[("5000019", Class::ComponentNotStated)]);
    check(&full.product("Part", "1.0"), &[]);
    // Both call these missing.
    let plain = comparison.machine(&server().inventory());
    assert!(["5000002", "5000010", "5000014"].iter().all(|kb| !classes(&plain).contains_key(*kb)));
    let mut open = server();
    open.os.installation = None;
    check(&open, &[("5000002", Class::SystemNotStated), ("5000020", Class::ComponentNotRecognised)]);
    let mut silent = Client::server(14393, None);
    silent.os.version = Some("10.0.14393".into());
    check(&silent, &[("5000002", Class::ListNotComplete), ("5000017", Class::RevisionNotStated)]);
    let expect = [("5000017", Class::RevisionNotStated), ("5000010", Class::RevisionNotStated)];
    check(&silent.knows_all(Kind::Hotfix), &expect);
    let mut old = Client::server(2600, None).knows_all(Kind::Hotfix);
    (old.os.version, old.os.arch) = (Some("5.1.2600".into()), Some("x86".into()));
    old.os.product_type = Some("workstation".into());
    check(&old, &[("5000002", Class::SystemNotRecognised), ("5000022", Class::NotInIndex)]);
    let mut newest = Client::server(26100, 1).knows_all(Kind::Hotfix);
    newest.os.version = Some("10.0.26100".into());
    check(&newest, &[("5000023", Class::NoFilter)]);
    // No rule of an index of these formats gives what is left.
    let never: Vec<&Class> = Class::ALL.iter().filter(|class| !met.contains(*class)).collect();
    assert_eq!(never, [&Class::OtherRule]);
    let names: BTreeSet<&str> = Class::ALL.iter().map(|class| class.name()).collect();
    assert_eq!(names.len(), Class::ALL.len());
    assert!(Class::ALL.iter().all(|class| class.says().ends_with('.')));
}

#[test]
fn systems_are_named_as_wesng_names_them() {
    let os = |version: &'static str, sp: &'static str, arch: &'static str, kind: &'static str| Os {
        version: Some(version.into()),
        sp: Some(sp.into()),
        arch: Some(arch.into()),
        product_type: Some(kind.into()),
        ..Os::default()
    };
    let check = |os: Os<'static>, expect: Option<&str>| assert_eq!(filter(&os).as_deref(), expect, "{os:?}");
    let client = "workstation";
    check(os("5.1.2600", "3", "x86", client), Some("Microsoft Windows XP Service Pack 3"));
    check(os("5.2.3790", "2", "x64", "server"), Some("Microsoft Windows Server 2003 x64 Edition"));
    check(os("6.0.6001", "1", "x64", client), Some("Windows Vista x64 Edition Service Pack 1"));
    check(os("6.0.6002", "2", "x86", "server"), Some("Windows Server 2008 for 32-bit Systems"));
    check(os("6.2.9200", "0", "x86", client), Some("Windows 8 for 32-bit Systems"));
    check(os("6.2.9200", "0", "x64", "server"), Some("Windows Server 2012"));
    check(os("6.3.9600", "0", "x64", client), Some("Windows 8.1 for x64-based Systems"));
    check(os("10.0.10240", "0", "x64", client), Some("Windows 10 Version 1507 for x64-based Systems"));
    // A build between two takes the name of the one before it; the words for ARM are in no name of a product.
    check(os("10.0.19046", "0", "arm64", client), Some("Windows 10 Version 22H2 for ARM64 Systems"));
    check(os("10.0.22000", "0", "x64", client), Some("Windows 11 Version 21H2 for x64-based Systems"));
    check(os("10.0.20348", "0", "x64", "domain-controller"), Some("Windows Server 2022"));
    for (version, arch, kind) in [
        ("10.0.26100", "x64", "server"),
        ("10.0.9999", "x64", client),
        ("6.1.7601", "ia64", "server"),
        ("5.0.2195", "x86", client),
        ("6", "x86", client),
        ("x.y.z", "x86", client),
    ] {
        check(os(version, "0", arch, kind), None);
    }
}

#[test]
fn lists_of_what_is_pending_are_read_or_refused_with_their_line() {
    let utf_16: Vec<u8> = "\u{feff}KB5000001, KB5000002: two\r\n\r\n: none\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let offers = pending::read(&utf_16).unwrap();
    let shown: Vec<_> =
        offers.iter().map(|offer| (offer.articles.as_slice(), offer.title.as_str())).collect();
    assert_eq!(shown, [(&[5_000_001, 5_000_002][..], "two"), (&[][..], "none")]);
    let check = |text: &str, expect: &str| {
        let error = pending::read(text.as_bytes()).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), (Code::BadValue, expect));
    };
    check("KB5000001: x\nKB5000002\n", "2:1: `KB5000002` has no colon between articles and title");
    check("KBx: y\n", "1:1: `KBx` is no number of an article");
    assert_eq!(pending::read(&vec![b'\n'; (16 << 20) + 1]).unwrap_err().code(), Code::TooLarge);
}

#[test]
fn the_table_says_the_same_in_every_form() {
    let (definitions, compiled) = everything();
    let options = Options::default();
    let comparison = Comparison::new(&definitions, &compiled.catalogs, &options);
    let machines = [comparison.machine(&server().inventory())];
    let scores = comparison
        .score(&machines[0], &pending::read(b"KB5000002: a\nKB5000001: b\nKB5999999: c\n").unwrap());
    let mut out = Vec::new();
    let table = table(&machines, Some(&scores));
    table.write(&patchstate::report::table::Form::Json, &mut out).unwrap();
    let json: Value = serde_json::from_slice(&out).unwrap();
    let sum = |only: &str| -> u64 {
        let rows = json["rows"].as_array().unwrap().iter().filter(|row| row["Only"] == only);
        rows.map(|row| {
            assert_eq!(row["Articles"].as_array().unwrap().len() as u64, row["Count"].as_u64().unwrap());
            row["Count"].as_u64().unwrap()
        })
        .sum()
    };
    for only in ["both", "wesng", "patchstate"] {
        let key = if only == "both" { only.to_owned() } else { format!("only_{only}") };
        assert!(sum(only) > 0 && json[key].as_u64() == Some(sum(only)), "{only}");
    }
    let of =
        |score: &Score| (score.article, score.defined, score.cell.map(|cell| cell.verdict), score.reported);
    let missing = Some(Verdict::Missing);
    let expect = [
        (5_000_002, true, missing, true),
        (5_000_001, true, missing, false),
        (5_999_999, false, None, false),
    ];
    assert_eq!(scores.iter().map(of).collect::<Vec<_>>(), expect);
    let totals = &json["pending_totals"];
    assert_eq!(
        (&totals["offered"], &totals["in no definitions"], &totals["Missing"]),
        (&3.into(), &1.into(), &2.into())
    );
}

/// The real machines of the corpora, each listing by itself, as wesng reads them.
fn listings(folder: &Path, complete: Kinds) -> Vec<(String, Inventory)> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder.join("validation")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_string_lossy().contains("_systeminfo"));
    paths.sort();
    let read = |path: &PathBuf| {
        let settings = Settings { assume_complete: complete, ..Settings::default() };
        let intake = Intake::scan(&[path.clone().into()], settings).unwrap();
        let [client] = intake.clients() else { panic!("{path:?}") };
        let mut inventory = Inventory::default();
        intake.read(client, &mut Buffer::new(), &mut inventory).unwrap();
        (path.file_name().unwrap().to_string_lossy().into_owned(), inventory)
    };
    paths.iter().map(read).collect()
}

/// How many articles are in each class, over all machines.
fn totals(machines: &[Machine]) -> BTreeMap<&'static str, usize> {
    let mut totals = BTreeMap::new();
    for difference in machines.iter().flat_map(|machine| &machine.differences) {
        *totals.entry(difference.class.name()).or_default() += 1;
    }
    totals
}

/// On the real machines the answers of wesng are the recorded ones, though filter and list are taken from
/// the listings; and the differences are those of the page.
#[test]
fn real_machines_differ_as_the_page_says() {
    let Some(folder) = conformance::corpora("wesng") else { return };
    let path = folder.join("definitions.zip");
    let definitions = Definitions::load(&path).unwrap();
    let compiled = compile(read(&path, Tables::default()), Vec::new()).unwrap();
    let options = Options::default();
    let comparison = Comparison::new(&definitions, &compiled.catalogs, &options);
    let text = std::fs::read(folder.join("wesng_1.06_expected.json")).unwrap();
    let expected: Value = serde_json::from_slice(&text).unwrap();
    let mut machines = BTreeMap::new();
    for (name, inventory) in listings(&folder, [Kind::Hotfix].into_iter().collect()) {
        let machine = comparison.machine(&inventory);
        let recorded = &expected["clients"][&name];
        let kbs =
            recorded["missing_kbs"].as_array().unwrap().iter().map(|kb| kb.as_str().unwrap().to_owned());
        assert_eq!(machine.filter.as_deref(), recorded["productfilter"].as_str(), "{name}");
        assert_eq!(machine.reported, kbs.collect(), "{name}");
        assert_complete(&machine);
        machines.insert(name, machine);
    }
    assert_eq!(machines.len(), 33);
    let all: Vec<Machine> = machines.values().cloned().collect();
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/wesng.md")).unwrap();
    for (class, count) in totals(&all) {
        let row = format!("| `{class}` | {} |", patchstate::report::grouped(count as u64));
        assert!(page.contains(&row), "the page lacks `{row}`; all are {:?}", totals(&all));
    }
    // What Windows Update still offered two of them stands in no definitions.
    let mut scores = Vec::new();
    for (name, list) in [
        (
            "10_1803_x64_proforworkstations_en-us_A_20190305_systeminfo.txt",
            "10_1803_x64_proforworkstations_en-us_A_20190305_updates.txt",
        ),
        ("srv_2012r2_u1_systeminfo.txt", "srv_2012r2_u1_updates_optional.txt"),
    ] {
        let offers = pending::read(&std::fs::read(folder.join("validation").join(list)).unwrap()).unwrap();
        scores.extend(comparison.score(&machines[name], &offers));
    }
    let articles: Vec<u32> = scores.iter().map(|score| score.article).collect();
    assert_eq!(articles, [4_100_347, 2_267_602, 4_489_893]);
    assert!(scores.iter().all(|score| !score.defined && !score.reported && score.cell.is_none()));
    // Where nothing is known of the list, nothing is Missing.
    for (name, inventory) in listings(&folder, Kinds::NONE).into_iter().step_by(9) {
        let machine = comparison.machine(&inventory);
        assert_eq!((machine.missing.len(), &machine.reported), (0, &machines[&name].reported), "{name}");
    }
}
