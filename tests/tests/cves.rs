//! Which vulnerabilities are open on clients: by the products that each is on, and whatever is superseded.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use conformance::bulletins::{Client, bulletins, fix, read};
use conformance::run;
use patchstate::catalog::cvrf::Tables;
use patchstate::compile::{Compiled, compile};
use patchstate::model::catalogs::Catalogs;
use patchstate::model::fact::Kind;
use patchstate::model::options::Options;
use patchstate::model::truth::Truth;
use patchstate::model::update::{Reference, Update};
use patchstate::model::verdict::Verdict;
use patchstate::report::cves::{Cves, State};

const SERVER: &str = "Windows Server 2016";

fn compiled(products: &[&str], vulnerabilities: &[(&str, String)]) -> Compiled {
    let text = bulletins(products, vulnerabilities);
    conformance::bulletins::compiled(tempfile::tempdir().unwrap().path(), &text, Tables::default())
}

/// What an index gives back: the report reads that.
fn restored(compiled: &Compiled) -> Catalogs {
    let index = run::open(&compiled.columns);
    index.verify().unwrap();
    index.view().unwrap().restore().unwrap()
}

/// The vulnerabilities of a client as `id state: updates | products`.
fn standings(catalogs: &Catalogs, client: &Client) -> Vec<String> {
    let options = Options::default();
    let cves = Cves::new(catalogs, &options, &[]);
    let shown = cves.of(&client.inventory()).into_iter().map(|one| {
        let text = format!(
            "{} {}: {} | {}",
            &one.id[4..],
            one.state.name(),
            one.updates.join(" "),
            one.products.join(", ")
        );
        text.trim_end_matches([' ', '|', ':']).to_owned()
    });
    shown.collect()
}

fn server(build: u32) -> Client {
    Client::server(build, None).knows_all(Kind::Hotfix)
}

#[test]
fn a_vulnerability_is_open_on_the_products_that_it_is_on_and_no_other() {
    let products = [SERVER, "Windows Server 2019", "Example Part on Windows Server 2016"];
    let catalogs = restored(&compiled(
        &products,
        &[
            ("CVE-2024-90001", fix("5000001", "", "", &[0, 1])),
            // The same article fixes it on one of its products only.
            ("CVE-2024-90002", fix("5000001", "", "", &[1])),
            ("CVE-2024-90003", fix("5000001", "", "", &[2])),
        ],
    ));
    let found = standings(&catalogs, &server(14393));
    assert_eq!(
        found,
        [
            "2024-90001 Open: cvrf:kb/5000001 | Windows Server 2016",
            "2024-90002 NotApplicable",
            "2024-90003 Unknown: cvrf:kb/5000001 | Example Part on Windows Server 2016",
        ]
    );
    assert_eq!(
        standings(&catalogs, &server(17763))[1],
        "2024-90002 Open: cvrf:kb/5000001 | Windows Server 2019"
    );
    let fixed = standings(&catalogs, &server(14393).has("KB5000001"));
    assert_eq!(fixed[0], "2024-90001 Fixed: cvrf:kb/5000001 | Windows Server 2016");
    assert_eq!(fixed[1], "2024-90002 NotApplicable");
    // Nothing is known of a list that is not complete.
    let open = standings(&catalogs, &Client::server(14393, None));
    assert_eq!(open[0], "2024-90001 Unknown: cvrf:kb/5000001 | Windows Server 2016");
    let mut half = server(14393);
    half.os.installation = None;
    assert_eq!(standings(&catalogs, &half)[0], "2024-90001 Unknown: cvrf:kb/5000001 | Windows Server 2016");
}

#[test]
fn a_vulnerability_stays_open_when_what_fixes_it_is_replaced_by_what_is_missing_too() {
    let catalogs = restored(&compiled(
        &[SERVER],
        &[
            ("CVE-2024-90001", fix("5000001", "", "", &[0])),
            ("CVE-2024-90002", fix("5000002", "5000001", "", &[0])),
        ],
    ));
    let found = standings(&catalogs, &server(14393));
    assert_eq!(
        found,
        [
            "2024-90001 Open: cvrf:kb/5000001 | Windows Server 2016",
            "2024-90002 Open: cvrf:kb/5000002 | Windows Server 2016",
        ]
    );
    let found = standings(&catalogs, &server(14393).has("KB5000002"));
    assert!(found.iter().all(|one| one.contains(" Fixed: ")), "{found:?}");
}

#[test]
fn one_of_several_fixes_of_a_product_is_enough_there_and_not_elsewhere() {
    let products = [SERVER, "Internet Explorer 11 on Windows Server 2016"];
    let either = fix("5000001", "", "", &[0]) + &fix("5000002", "", "", &[0]);
    let apart = fix("5000001", "", "", &[0]) + &fix("5000003", "", "", &[1]);
    let catalogs = restored(&compiled(&products, &[("CVE-2024-90001", either), ("CVE-2024-90002", apart)]));
    let found = standings(&catalogs, &server(14393).has("KB5000001"));
    assert_eq!(
        found,
        [
            "2024-90001 Fixed: cvrf:kb/5000001 | Windows Server 2016",
            "2024-90002 Open: cvrf:kb/5000003 | Internet Explorer 11 on Windows Server 2016",
        ]
    );
}

#[test]
fn updates_that_tell_no_products_apart_stand_for_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("updateinfo.xml");
    let update = |id: &str, name: &str| {
        format!(
            "<update type='security'><id>{id}</id><references><reference type='cve' id='CVE-2024-90001'/>\
             <reference type='bugzilla' id='1'/></references><pkglist><collection><package name='{name}' \
             version='2' release='1' epoch='0' arch='x86_64'/></collection></pkglist></update>"
        )
    };
    std::fs::write(&path, format!("<updates>{}{}</updates>", update("A-1", "a"), update("A-2", "b")))
        .unwrap();
    let catalogs = restored(&compile(read(&path, Tables::default()), Vec::new()).unwrap());
    let options = Options::default();
    let cves = Cves::new(&catalogs, &options, &["cve-2024-90001".to_owned()]);
    assert_eq!(cves.len(), 1);
    let check = |packages: &[(&str, &str)], expect: State, updates: &[&str]| {
        let mut lines = String::new();
        packages.iter().for_each(|(name, version)| lines += &format!("{name} 0:{version}-1 x86_64\n"));
        let host = folder.path().join("host.rpm");
        std::fs::write(&host, lines).unwrap();
        let intake = patchstate::ingest::Intake::scan(&[host.into()], Default::default()).unwrap();
        let mut inventory = patchstate::model::inventory::Inventory::default();
        let mut buffer = patchstate::ingest::Buffer::new();
        intake.read(&intake.clients()[0], &mut buffer, &mut inventory).unwrap();
        let [found] = <[_; 1]>::try_from(cves.of(&inventory)).unwrap();
        assert_eq!((found.state, found.updates.as_slice()), (expect, updates), "{packages:?}");
    };
    check(&[("a", "1"), ("b", "2")], State::Open, &["updateinfo:A-1"]);
    check(&[("a", "2"), ("b", "2")], State::Fixed, &["updateinfo:A-1", "updateinfo:A-2"]);
    check(&[("c", "1")], State::NotApplicable, &[]);
}

#[test]
fn an_index_keeps_on_which_products_a_vulnerability_is() {
    let products = [SERVER, "Windows Server 2019", "Something"];
    let made = compiled(
        &products,
        &[("CVE-2024-90001", fix("5000001", "", "", &[0, 2])), ("ADV240001", fix("5000001", "", "", &[1]))],
    );
    let kept = restored(&made);
    let update = |catalogs: &Catalogs| -> Update { catalogs.updates[0].update.clone() };
    let (made, kept) = (update(&made.catalogs), update(&kept));
    let on = |update: &Update| -> Vec<(String, Vec<u32>)> {
        let of = |one: &Reference| (one.id.clone(), one.products.clone());
        update.references.iter().map(of).collect()
    };
    // By name: Something, Windows Server 2016, Windows Server 2019.
    let expect = [("ADV240001".to_owned(), vec![2]), ("CVE-2024-90001".to_owned(), vec![0, 1])];
    assert_eq!((on(&made), on(&kept)), (expect.to_vec(), expect.to_vec()));
    assert_eq!((made.presence.len(), &made.presence), (3, &kept.presence));
}

/// What is said of each client agrees with its cells: an open vulnerability has a Missing update that is for a
/// product that is there, and none of that product is Installed.
#[test]
fn real_definitions_give_standings_that_follow_from_the_cells() {
    let Some(path) = conformance::corpora("wesng/definitions.zip") else { return };
    let compiled = compile(read(&path, Tables::default()), Vec::new()).unwrap();
    let catalogs = &compiled.catalogs;
    let options = Options::default();
    let cves = Cves::new(catalogs, &options, &[]);
    let inventory = server(14393).has("KB5005573").inventory();
    let evaluator = patchstate::eval::reference::Evaluator::new(catalogs, &options, &inventory);
    let cells = evaluator.evaluate();
    let mut counts = std::collections::BTreeMap::new();
    for standing in cves.of(&inventory) {
        *counts.entry(standing.state.name()).or_insert(0) += 1;
        for update in &standing.updates {
            let number = catalogs.find(update).unwrap();
            let entry = &catalogs.updates[number].update;
            let named = entry.references.iter().find(|one| one.id == standing.id).unwrap();
            let there = named.products.iter().map(|product| {
                let rule = &entry.presence[*product as usize];
                evaluator.trace_test(rule).answer.truth
            });
            let truths: Vec<Truth> = there.collect();
            let verdict = cells[number].verdict;
            match standing.state {
                State::Open => {
                    assert!(verdict == Verdict::Missing && truths.contains(&Truth::True), "{standing:?}")
                }
                State::Fixed => assert_eq!(verdict, Verdict::Installed, "{standing:?}"),
                State::Unknown => {
                    assert!(matches!(verdict, Verdict::Missing | Verdict::Unknown), "{standing:?}");
                }
                State::NotApplicable => panic!("{standing:?}"),
            }
        }
    }
    assert_eq!(counts.values().sum::<usize>(), cves.len());
    assert!(
        ["Open", "Fixed", "Unknown", "NotApplicable"].iter().all(|state| counts[state] > 100),
        "{counts:?}"
    );
}
