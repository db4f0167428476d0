//! Verdicts by security bulletins, which both evaluations give: lists, builds, products, conflicts.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use conformance::bulletins::{Client, bulletin, cells, fix, read, write};
use conformance::run;
use patchstate::catalog::cvrf::products::Products;
use patchstate::catalog::cvrf::releases::Releases;
use patchstate::catalog::cvrf::{Scope, Tables};
use patchstate::catalog::{self, Settings};
use patchstate::compile::{Compiled, compile};
use patchstate::diagnostic::Code;
use patchstate::eval::plan::Plan;
use patchstate::matrix::Matrix;
use patchstate::model::fact::{HotfixState, Kind};
use patchstate::model::options::{Options, Supersedence};
use patchstate::model::verdict::Verdict;

/// Compiles one text with these tables.
fn compiled(text: &str, bulletins: Tables) -> Compiled {
    conformance::bulletins::compiled(tempfile::tempdir().unwrap().path(), text, bulletins)
}

fn check(compiled: &Compiled, client: &Client, update: &str, expect: &str) {
    check_with(&Options::default(), compiled, client, update, expect);
}

fn check_with(options: &Options, compiled: &Compiled, client: &Client, update: &str, expect: &str) {
    let cells = cells(compiled, options, client);
    assert_eq!(cells.get(update).map(String::as_str), Some(expect), "{update} of {:?}", client.inventory());
}

const SERVER: &str = "Windows Server 2016";

/// One article with a build, which replaces another.
fn with_build() -> Compiled {
    let fixes = fix("5000002", "5000001", "10.0.14393.5501", &[0]) + &fix("5000001", "", "", &[0]);
    compiled(&bulletin(&[SERVER], &fixes), Tables::default())
}

#[test]
fn a_build_decides_and_a_list_is_evidence_beside_it() {
    let compiled = with_build();
    let server = |ubr: u32| Client::server(14393, ubr);
    check(&compiled, &server(5501), "kb/5000002", "Installed build-current");
    check(&compiled, &server(5427), "kb/5000002", "Missing build-older");
    let listed = server(5427).has("KB5000002");
    check(&compiled, &listed, "kb/5000002", "Installed hotfix-listed build-conflict");
    let wins = Options { build_wins: true, ..Options::default() };
    check_with(&wins, &compiled, &listed, "kb/5000002", "Missing build-older");
    let silent = Client::server(14393, None);
    check(&compiled, &silent, "kb/5000002", "Unknown part-not-collected");
    let closed = silent.clone().knows_all(Kind::Hotfix);
    check(&compiled, &closed, "kb/5000002", "Unknown part-not-collected");
    check(&compiled, &silent.has("KB5000002"), "kb/5000002", "Installed hotfix-listed");
    let pending = server(5427).lists("KB5000002", HotfixState::Pending);
    check(&compiled, &pending, "kb/5000002", "Missing build-older reboot-pending");
    let pending = server(5501).lists("KB5000002", HotfixState::Pending);
    check(&compiled, &pending, "kb/5000002", "Installed build-current reboot-pending");
}

#[test]
fn a_list_decides_where_there_is_no_build() {
    let compiled = with_build();
    let server = Client::server(14393, 5427);
    check(&compiled, &server, "kb/5000001", "Unknown not-collected");
    let closed = server.clone().knows_all(Kind::Hotfix);
    check(&compiled, &closed, "kb/5000001", "Missing rule-false superseded");
    let replaced = closed.clone().has("KB5000002");
    check(&compiled, &replaced, "kb/5000001", "Installed replaced-by-installed");
    let off = Options { supersedence: Supersedence::Off, ..Options::default() };
    check_with(&off, &compiled, &replaced, "kb/5000001", "Missing rule-false");
    check(&compiled, &server.has("KB5000001"), "kb/5000001", "Installed hotfix-listed");
    // Listed twice, once as pending: the restart is due.
    let twice = closed.clone().has("KB5000001").lists("KB5000001", HotfixState::Pending);
    check(&compiled, &twice, "kb/5000001", "Missing rule-false superseded;reboot-pending");
    let failed = closed.lists("KB5000001", HotfixState::Failed);
    check(&compiled, &failed, "kb/5000001", "Missing rule-false superseded");
}

#[test]
fn other_systems_are_not_applicable_unless_no_table_names_them() {
    let compiled = with_build();
    check(&compiled, &Client::server(17763, 1), "kb/5000002", "NotApplicable platform-differs");
    let listed = Client::server(17763, 1).has("KB5000002");
    check(&compiled, &listed, "kb/5000002", "Installed hotfix-listed product-conflict");
    // Only that the replacement is listed is no evidence on another system.
    check(&compiled, &listed, "kb/5000001", "NotApplicable platform-differs");
    let other = Client::server(99999, 1);
    check(&compiled, &other, "kb/5000002", "Unknown not-collected");
    check(&compiled, &other.knows_all(Kind::Hotfix), "kb/5000002", "Unknown unsupported-rule");
    let mut linux = Client::server(99999, 1);
    linux.os.family = "linux".into();
    check(&compiled, &linux, "kb/5000002", "NotApplicable platform-differs");
    let mut core = Client::server(14393, 5501);
    core.os.installation = Some("core".into());
    check(&compiled, &core, "kb/5000002", "NotApplicable platform-differs");
    core.os.installation = None;
    check(&compiled, &core, "kb/5000002", "Unknown not-collected");
    let mut client = Client::server(14393, 5501);
    client.os.product_type = Some("workstation".into());
    check(&compiled, &client, "kb/5000002", "NotApplicable platform-differs");
}

#[test]
fn what_most_clients_are_told_is_not_kept_cell_by_cell() {
    let products = [SERVER, "Windows Server 2019", "Something"];
    let fixes = fix("5000001", "", "", &[0])
        + &fix("5000002", "", "10.0.14393.5501", &[0])
        + &fix("5000003", "", "", &[2])
        + &fix("5000005", "", "", &[1]);
    let compiled = compiled(&bulletin(&products, &fixes), Tables::default());
    let index = run::open(&compiled.columns);
    let options = Options::default();
    let plan = Plan::new(index.view().unwrap(), &options, None);
    let kept = |client: &Client| run::rows(&plan, [&client.inventory()])[0].1.exceptions().len();
    // Another system, a product that no table names, a list of which nothing is known.
    let silent = Client::server(17763, 1);
    check(&compiled, &silent, "kb/5000001", "NotApplicable platform-differs");
    check(&compiled, &silent, "kb/5000003", "Unknown not-collected");
    check(&compiled, &silent, "kb/5000005", "Unknown not-collected");
    assert_eq!(kept(&silent), 0);
    // Number, reason and flags of one cell.
    check(
        &compiled,
        &silent.clone().has("KB5000001"),
        "kb/5000001",
        "Installed hotfix-listed product-conflict",
    );
    assert_eq!(kept(&silent.has("KB5000001")), 8);
}

#[test]
fn rows_of_both_installations_need_none() {
    let products = [SERVER, "Windows Server 2016 (Server Core installation)"];
    let compiled =
        compiled(&bulletin(&products, &fix("5000002", "", "10.0.14393.5501", &[0, 1])), Tables::default());
    let mut server = Client::server(14393, 5501);
    server.os.installation = None;
    check(&compiled, &server, "kb/5000002", "Installed build-current");
}

#[test]
fn components_are_decided_by_the_table_that_names_them() {
    let part = "Example Part on Windows Server 2016";
    let text = bulletin(&[part], &fix("5000002", "", "10.0.14393.5501", &[0]));
    let unmapped = compiled(&text, Tables::default());
    check(&unmapped, &Client::server(14393, 5501), "kb/5000002", "Installed build-current");
    check(&unmapped, &Client::server(14393, 5427), "kb/5000002", "Unknown unsupported-rule");
    check(&unmapped, &Client::server(17763, 1), "kb/5000002", "NotApplicable platform-differs");
    let table = "cvrf-products\t1\ncomponent\tExample Part\tproduct\tPart\t-\t-\n";
    let mut products = Products::built_in();
    products.extend(Products::parse(table).unwrap()).unwrap();
    let tables = Tables { products: Some(Arc::new(products)), ..Tables::default() };
    let mapped = compiled(&text, tables);
    let there = Client::server(14393, 5427).product("Part", "1.0");
    check(&mapped, &there, "kb/5000002", "Missing build-older");
    let without = Client::server(14393, 5427).knows_all(Kind::Product);
    check(&mapped, &without, "kb/5000002", "NotApplicable product-absent");
}

#[test]
fn parts_that_every_installation_has_are_named_by_the_built_in_table() {
    let parts = [
        "Internet Explorer 11 on Windows Server 2012 R2",
        "Internet Explorer 11 on Windows Server 2012",
        "Microsoft XML Core Services 3.0 on Windows Server 2012 R2 (Server Core installation)",
        "Microsoft XML Core Services 3.0",
        "Microsoft Edge (Chromium-based)",
    ];
    let fixes = fix("5000001", "", "", &[0])
        + &fix("5000002", "", "", &[1])
        + &fix("5000003", "", "", &[2])
        + &fix("5000004", "", "", &[3])
        + &fix("Release Notes", "", "97.0.1072.55", &[4]);
    let compiled = compiled(&bulletin(&parts, &fixes), Tables::default());
    let server = |build| Client::server(build, None).knows_all(Kind::Hotfix);
    check(&compiled, &server(9600), "kb/5000001", "Missing rule-false");
    check(&compiled, &server(9200), "kb/5000001", "NotApplicable platform-differs");
    // That system came with an older one.
    check(&compiled, &server(9200), "kb/5000002", "Unknown unsupported-rule");
    let mut core = server(9600);
    core.os.installation = Some("core".into());
    check(&compiled, &core, "kb/5000003", "Missing rule-false");
    check(&compiled, &core, "kb/5000001", "NotApplicable platform-differs");
    // Without a system it is not known which machines an article is for.
    check(&compiled, &server(9600), "kb/5000004", "Unknown unsupported-rule");
    let browser = "build/microsoft edge (chromium-based)/97.0.1072.55";
    let there = server(9600).product("Microsoft Edge", "97.0.1072.55");
    check(&compiled, &there, browser, "Installed build-current");
}

#[test]
fn builds_of_products_without_an_article_are_decided_by_their_version() {
    let text = bulletin(&["Example Browser"], &fix("Release Notes", "", "108.0.1462.83", &[0]));
    let table = "cvrf-products\t1\ncomponent\tExample Browser\tproduct\tBrowser\t-\t-\n";
    let update = "build/example browser/108.0.1462.83";
    check(&compiled(&text, Tables::default()), &Client::server(14393, 1), update, "Unknown unsupported-rule");
    let tables = Tables { products: Some(Arc::new(Products::parse(table).unwrap())), ..Tables::default() };
    let compiled = compiled(&text, tables);
    let server = Client::server(14393, 1);
    check(&compiled, &server.clone().product("Browser", "109.0"), update, "Installed build-current");
    check(&compiled, &server.clone().product("Browser", "108.0.1462.82"), update, "Missing build-older");
    check(&compiled, &server.clone().knows_all(Kind::Product), update, "NotApplicable product-absent");
    check(&compiled, &server, update, "Unknown not-collected");
}

#[test]
fn chains_pass_through_articles_without_rows_and_cycles_end() {
    let fixes = fix("5000003", "5000002", "", &[0])
        + &fix("5000001", "5000009", "", &[0])
        + &fix("5000009", "5000003", "", &[0])
        + &fix("5000004", "", "", &[0]);
    let compiled = compiled(&bulletin(&[SERVER], &fixes), Tables::default());
    let links: Vec<&str> = compiled
        .catalogs
        .updates
        .iter()
        .filter(|entry| entry.update.detectoid)
        .map(|entry| entry.update.id.as_str())
        .collect();
    assert_eq!(links, ["kb/5000002"]);
    let server = Client::server(14393, 1).knows_all(Kind::Hotfix).has("KB5000001");
    check(&compiled, &server, "kb/5000003", "Installed replaced-by-installed");
    check(&compiled, &server, "kb/5000009", "Installed replaced-by-installed");
    check(&compiled, &server, "kb/5000004", "Missing rule-false");
    assert!(!cells(&compiled, &Options::default(), &server).contains_key("kb/5000002"));
}

#[test]
fn the_release_table_gives_builds_and_says_so() {
    let text = bulletin(&[SERVER], &(fix("5000001", "", "", &[0]) + &fix("5000002", "", "", &[0])));
    let table = "os\tbuild\tkind\trevision\tkb\nWindows Server 2016\t14393\trollup\t10\t5000001\n\
                 Windows Server 2016\t14393\trollup\t20\t5000002\n";
    let releases = Some(Arc::new(Releases::parse(table).unwrap()));
    let compiled = compiled(&text, Tables { releases, ..Tables::default() });
    let server = Client::server(14393, 10);
    check(&compiled, &server, "kb/5000001", "Installed build-current");
    check(&compiled, &server, "kb/5000002", "Missing build-older");
    let update = &compiled.catalogs.updates[0].update;
    assert!(update.extra.iter().any(|(name, digest)| name == "release-table" && digest.len() == 64));
    assert_eq!(compiled.catalogs.updates[0].replaced_by[0].source.name(), "release-table");
}

#[test]
fn months_of_a_folder_are_one_catalog_whatever_stands_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let month = |fixes: String| bulletin(&[SERVER], &fixes);
    let one = write(folder.path(), "2024-Jan", &month(fix("5000002", "5000001", "", &[0])));
    let two = write(folder.path(), "2024-Feb.xml", &month(fix("5000002", "", "10.0.14393.5501", &[0])));
    write(folder.path(), "updates", "a list of months");
    let [catalog] = <[_; 1]>::try_from(read(folder.path(), Tables::default())).unwrap();
    assert_eq!(catalog.updates.len(), 2);
    // The same named one by one.
    let format = catalog::recognise(&one).unwrap();
    let mut catalogs = Vec::new();
    catalog::read(format, &[&two, &one], &Settings::default(), &mut |_, read| catalogs.push(read.unwrap()));
    assert_eq!(catalogs.len(), 1);
    assert_eq!((&catalogs[0].updates, catalogs[0].source.sha256), (&catalog.updates, catalog.source.sha256));
    // A month that is cut off is an error, and the others are read.
    write(folder.path(), "2024-Mar.xml", "<c:cvrfdoc xmlns:c='http://www.icasi.org/CVRF/schema/cvrf/1.1'>");
    let (mut read, mut failed) = (0, 0);
    (format.read)(folder.path(), &Settings::default(), &mut |catalog| match catalog {
        Ok(_) => read += 1,
        Err(_) => failed += 1,
    });
    assert_eq!((read, failed), (1, 1));
}

#[test]
fn updates_without_a_product_that_a_table_names_may_be_left_out() {
    let text = bulletin(
        &[SERVER, "Example"],
        &(fix("5000001", "", "", &[0]) + &fix("5000002", "5000001", "", &[1])),
    );
    let tables = Tables { scope: Scope::Mapped, ..Tables::default() };
    let compiled = compiled(&text, tables);
    let names = cells(&compiled, &Options::default(), &Client::server(14393, 1));
    assert_eq!(names.keys().collect::<Vec<_>>(), ["kb/5000001"]);
    let statistics = &compiled.catalogs.sources[0].source.statistics;
    assert!(statistics.contains(&("left-out-unmapped".to_owned(), 1)));
    let server = Client::server(14393, 1).has("KB5000002");
    check(&compiled, &server, "kb/5000001", "Installed replaced-by-installed");
}

/// A real document as the converter gives it back.
fn real(name: &str) -> Option<Compiled> {
    real_with(name, Tables::default())
}

/// The same with these tables.
fn real_with(name: &str, tables: Tables) -> Option<Compiled> {
    let path = conformance::corpora("cvrf/vuls-data-update/extract-testdata/fixtures")?.join(name);
    let bytes = std::fs::read(path).unwrap();
    let text = conformance::cvrf::document(&serde_json::from_slice(&bytes).unwrap());
    Some(compiled(&text, tables))
}

/// The built-in table with lines of components.
fn with_components(lines: &str) -> Tables {
    let mut products = Products::built_in();
    products.extend(Products::parse(&format!("cvrf-products\t1\n{lines}")).unwrap()).unwrap();
    Tables { products: Some(Arc::new(products)), ..Tables::default() }
}

/// A client of this build, which is no server.
fn workstation(build: u32, ubr: impl Into<Option<u32>>) -> Client {
    let mut client = Client::server(build, ubr);
    client.os.product_type = Some("workstation".into());
    client
}

#[test]
fn a_real_component_that_a_table_names_is_decided_by_the_build_of_its_system() {
    let part = "microsoft .net framework 3.5 and 4.6.2/4.7/4.7.1/4.7.2";
    let lines = format!("component\t{part}\tproduct\tFramework\t4.6\t4.8\n");
    let Some(compiled) = real_with("2022-Nov/2022/CVE-2022-41064.json", with_components(&lines)) else {
        return;
    };
    let (update, server) = ("kb/5019964", Client::server(14393, 5427));
    check(&compiled, &server.clone().product("Framework", "4.7.1"), update, "Missing build-older");
    // A version beyond the bounds is another product.
    check(&compiled, &server.clone().product("Framework", "4.8"), update, "NotApplicable product-absent");
    check(&compiled, &server, update, "Unknown not-collected");
    check(&compiled, &server.knows_all(Kind::Product), update, "NotApplicable product-absent");
    let patched = Client::server(14393, 5501).product("Framework", "4.7.1");
    check(&compiled, &patched, update, "Installed build-current");
}

#[test]
fn a_real_article_of_one_system_is_for_no_other() {
    let Some(compiled) = real("2018-Jun/2018/CVE-2018-8234.json") else { return };
    let (update, client) = ("kb/4284819", workstation(16299, None));
    check(&compiled, &client, update, "Unknown not-collected");
    check(&compiled, &client.clone().knows_all(Kind::Hotfix), update, "Missing rule-false");
    check(&compiled, &client.clone().has("KB4284819"), update, "Installed hotfix-listed");
    // What it replaces is no evidence of it.
    check(&compiled, &client.clone().has("KB4103727").knows_all(Kind::Hotfix), update, "Missing rule-false");
    let mut small = client.knows_all(Kind::Hotfix);
    small.os.arch = Some("x86".into());
    check(&compiled, &small, update, "NotApplicable platform-differs");
    check(&compiled, &workstation(17134, None), update, "NotApplicable platform-differs");
}

#[test]
fn real_aliases_are_evidence_on_the_systems_of_their_rows() {
    let Some(compiled) = real("2023-Jun/2023/CVE-2023-29326.json") else { return };
    // The documents call the package by another number than the one that a machine lists.
    let server = |build| Client::server(build, None);
    for (update, alias, build) in [("kb/5027536", "KB5027124", 17763), ("kb/5027543", "KB5027139", 6002)] {
        check(&compiled, &server(build).has(alias), update, "Installed hotfix-listed");
        check(&compiled, &server(9600).has(alias), update, "NotApplicable platform-differs");
        // Without it nothing is known, since no table names the component.
        check(&compiled, &server(build).knows_all(Kind::Hotfix), update, "Unknown unsupported-rule");
    }
    let own = server(9600).has("KB5027536");
    check(&compiled, &own, "kb/5027536", "Installed hotfix-listed product-conflict");
}

#[test]
fn a_real_build_without_an_article_is_decided_by_the_version_of_its_product() {
    let name = "2023-Jan/2023/CVE-2023-21796.json";
    let update = "build/microsoft edge (chromium-based) extended stable/108.0.1462.83";
    let Some(unmapped) = real(name) else { return };
    // The fact does not say of which channel a browser is.
    let client = || workstation(19045, None);
    let newer = client().product("Microsoft Edge", "109.0.1518.49");
    check(&unmapped, &newer, update, "Unknown unsupported-rule");
    let line = "component\tMicrosoft Edge (Chromium-based) Extended Stable\tproduct\tMicrosoft Edge\t-\t-\n";
    let Some(mapped) = real_with(name, with_components(line)) else { return };
    check(&mapped, &newer, update, "Installed build-current");
    let older = client().product("Microsoft Edge", "108.0.1462.54");
    check(&mapped, &older, update, "Missing build-older");
    check(&mapped, &client().knows_all(Kind::Product), update, "NotApplicable product-absent");
    check(&mapped, &client(), update, "Unknown not-collected");
}

#[test]
fn a_real_article_with_a_build_gives_the_verdicts_that_are_expected() {
    let Some(compiled) = real("2022-Nov/2022/CVE-2022-41064.json") else { return };
    let update = "kb/5019964";
    let server = |ubr| Client::server(14393, ubr);
    check(&compiled, &server(5501), update, "Installed build-current");
    check(&compiled, &server(5427), update, "Unknown unsupported-rule");
    check(&compiled, &server(5427).has("KB5019964"), update, "Installed hotfix-listed build-conflict");
    check(&compiled, &Client::server(17763, 1), update, "NotApplicable platform-differs");
    let mut alias = Client::server(19044, 1).has("KB5020613");
    alias.os.product_type = Some("workstation".into());
    let found = cells(&compiled, &Options::default(), &alias);
    assert!(found.values().any(|cell| cell == "Installed hotfix-listed"), "{found:?}");
}

#[test]
fn a_real_article_without_a_build_gives_the_verdicts_that_are_expected() {
    let part = "cvrf/vuls-data-update/fetch-testdata/fixtures/happy/cvrf";
    let Some(folder) = conformance::corpora(part) else { return };
    let compiled = compile(read(&folder, Tables::default()), Vec::new()).unwrap();
    let builds =
        compiled.catalogs.updates.iter().filter(|entry| entry.update.id.as_str().starts_with("build/"));
    assert_eq!((builds.count(), compiled.catalogs.updates.len()), (4, 10));
    let (update, server) = ("kb/3135456", Client::server(9600, None));
    check(&compiled, &server.clone().knows_all(Kind::Hotfix), update, "Missing rule-false");
    check(&compiled, &server, update, "Unknown not-collected");
    check(&compiled, &server.has("KB3135456"), update, "Installed hotfix-listed");
    let mut client = Client::server(10240, 1);
    client.os.product_type = Some("workstation".into());
    check(&compiled, &client, update, "NotApplicable platform-differs");
}

#[test]
fn the_real_definitions_compile_in_default_mode() {
    let Some(path) = conformance::corpora("wesng/definitions.zip") else { return };
    let [catalog] = <[_; 1]>::try_from(read(&path, Tables::default())).unwrap();
    let statistics: BTreeMap<String, u64> = catalog.source.statistics.iter().cloned().collect();
    let of = |name: &str| statistics[name];
    assert_eq!(of("vendor-fix-pairs"), 608_900);
    let ends = of("vendor-fix-rows") + of("vendor-fix-no-evidence") + of("vendor-fix-linux");
    assert_eq!((ends, catalog.source.format.as_str()), (608_900, "wesng"));
    assert_eq!(catalog.updates.iter().filter(|update| !update.detectoid).count(), 7_589);
    assert_eq!(catalog.updates.iter().filter(|update| update.detectoid).count(), 462);
    let is_noise = |update: &&patchstate::model::update::Update| update.id.as_str().contains("release");
    assert_eq!(catalog.updates.iter().filter(is_noise).count(), 0);
    let compiled = compile(vec![catalog], Vec::new()).unwrap();
    assert_eq!(compiled.catalogs.sources[0].diagnostics.of(Code::SupersedenceSelf), 6);
    // Which a wesng filter would call clean: its feed writes the name in another case.
    let mut client = Client::server(22000, 1).knows_all(Kind::Hotfix);
    client.os.product_type = Some("workstation".into());
    let index = run::open(&compiled.columns);
    let options = Options::default();
    let plan = Plan::new(index.view().unwrap(), &options, None);
    let bytes = run::matrix_bytes(&plan, &run::rows(&plan, [&client.inventory()]));
    let missing = Matrix::open(&bytes).unwrap().totals()[usize::from(Verdict::Missing.code())];
    assert_eq!(missing, 41);
}
