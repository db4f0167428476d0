//! What only a site knows: collections, states, authorizations, evidence.

use std::collections::BTreeMap;
use std::sync::Mutex;

use conformance::matrices::{random, sample};
use patchstate::matrix::Matrix;
use patchstate::model::verdict::Verdict;
use patchstate::report::explorer::{Collection, Evidence, Explorer, Share, State};
use serde_json::json;

use crate::{Files, held, numbers};

fn collection(id: &str, clients: Option<&[&str]>) -> Collection {
    let clients = clients.map(|clients| clients.iter().map(|id| (*id).to_owned()).collect());
    Collection { id: id.to_owned(), feed: "mssecure".to_owned(), role: "production".to_owned(), clients }
}

#[test]
fn collections_and_states_name_clients_that_no_matrix_has() {
    let bytes = held(&sample());
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let mut explorer = Explorer::new("Example", vec![("security", &matrix)]);
    explorer.collections =
        vec![collection("all", None), collection("desks", Some(&["WS-002", "WS-001", "WS-404"]))];
    explorer.states = BTreeMap::from([
        ("WS-405".to_owned(), vec![State::NeverSeen]),
        ("WS-001".to_owned(), vec![State::Stale, State::OpenResync]),
    ]);
    explorer.coverage =
        vec![Share { section: "desks".to_owned(), name: "with inventory".to_owned(), part: 2, whole: 3 }];
    let files = Files::of(&explorer).expect("is written");
    let overview = files.overview();
    let ids = files.column("clients", "ids");
    assert_eq!(ids, ["BAD-001", "LX-001", "WS-001", "WS-002", "WS-404", "WS-405"]);
    assert_eq!(files.column("clients", "standing"), [2, 1, 1, 2, 0, 0]);
    assert_eq!(files.column("clients", "states"), [0, 0, 3, 0, 0, 8]);
    let members = files.column("clients", "collections");
    assert_eq!(members, [json!([0]), json!([0]), json!([0, 1]), json!([0, 1]), json!([0, 1]), json!([0])]);
    assert_eq!(numbers(&overview["collections"][0]["standing"]), [2, 2, 2, 0]);
    assert_eq!(numbers(&overview["collections"][1]["standing"]), [1, 1, 1, 0]);
    assert_eq!(overview["collections"][1]["named"], json!([3]));
    let states: Vec<_> = (0..4).map(|at| overview["states"][at]["clients"].as_u64()).collect();
    assert_eq!(states, [1, 1, 0, 1].map(Some));
    assert_eq!(
        overview["shares"][0],
        json!({"section": "desks", "name": "with inventory", "part": 2, "whole": 3})
    );
    assert_eq!(numbers(&overview["totals"]), matrix.totals());
    assert!(files.cells("rows")[4 * 6..].iter().all(Option::is_none));
}

#[test]
fn evidence_is_asked_once_for_all_that_is_missing_or_unknown() {
    let bytes = held(&sample());
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let asked = Mutex::new(Vec::new());
    let prove = |client: &str, updates: &[&str]| {
        asked.lock().expect("nobody panicked").push(client.to_owned());
        updates.iter().map(|id| (client != "BAD-001").then(|| format!("{client} <{id}>"))).collect()
    };
    let mut explorer = Explorer::new("Example", vec![("security", &matrix)]);
    explorer.evidence = Some(Evidence { clients: usize::MAX, of: &prove });
    explorer.authorized =
        BTreeMap::from([("mssecure:MS01-022/q296441.exe".to_owned(), "2026-02-01T00:00:00Z".to_owned())]);
    let files = Files::of(&explorer).expect("is written");
    let is_open = |verdict| matches!(verdict, Verdict::Missing | Verdict::Unknown);
    let open_of = |at: usize| matrix.row(at).enumerate().filter(|(_, cell)| is_open(cell.verdict));
    let proved = numbers(&files.overview()["evidence"]);
    for (number, client) in proved.iter().enumerate() {
        let at = *client as usize;
        let id = &matrix.clients[at].id;
        let text = |update: usize| format!("{id} <{}>", matrix.updates[update].id);
        let proofs = open_of(at).filter(|_| id != "BAD-001");
        let proofs = proofs.map(|(update, _)| json!({"update": update, "text": text(update)}));
        let (evidence, _) = files.packed(&format!("evidence-{number}"));
        assert_eq!(evidence, json!({"proofs": proofs.collect::<Vec<_>>()}), "{id}");
    }
    let mut asked = asked.into_inner().expect("nobody panicked");
    asked.sort();
    let open = (0..matrix.clients.len()).filter(|at| open_of(*at).next().is_some());
    assert_eq!(asked, open.map(|at| matrix.clients[at].id.clone()).collect::<Vec<_>>());
    assert_eq!(asked.len(), proved.len());
    assert_eq!(files.column("updates", "authorized"), [0, 0, 0, 1, 0, 0]);
    let (columns, _) = files.packed("columns-0");
    assert_eq!(columns["updates"][3]["authorized"], "2026-02-01T00:00:00Z");
}

#[test]
fn evidence_is_asked_for_those_first_that_need_most() {
    let bytes = held(&random(5, 30, 20));
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let prove = |_: &str, updates: &[&str]| vec![None; updates.len()];
    let mut explorer = Explorer::new("Example", vec![("security", &matrix)]);
    let mut proved = |clients| {
        explorer.evidence = Some(Evidence { clients, of: &prove });
        let files = Files::of(&explorer).expect("is written");
        let listed = numbers(&files.column("clients", "listed").into());
        let proved = numbers(&files.overview()["evidence"]);
        (0..clients)
            .for_each(|at| assert_eq!(files.packed(&format!("evidence-{at}")).0, json!({"proofs": []})));
        assert!(!files.0.contains_key(&format!("data/evidence-{clients}.js")));
        let all = |at: usize| listed.iter().filter(|count| **count > listed[at]).count();
        assert!(proved.iter().all(|at| all(*at as usize) < clients), "{proved:?} of {listed:?}");
        proved
    };
    let three = proved(3);
    assert_eq!((three.len(), &proved(7)[..3]), (3, &three[..]));
}

#[test]
fn what_is_done_is_told() {
    let bytes = held(&sample());
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let explorer = Explorer::new("Example", vec![("security", &matrix)]);
    let mut done = 0;
    explorer.write_files(&mut |_, _| Ok(()), &mut |clients| done += clients).expect("is written");
    assert_eq!(done, explorer.clients());
}
