//! What only a site knows: collections, states, authorizations, evidence.

use std::collections::BTreeMap;

use conformance::matrices::sample;
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
fn evidence_is_asked_for_what_is_missing_or_unknown() {
    let bytes = held(&sample());
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let evidence = |client: &str, update: &str| (client != "BAD-001").then(|| format!("{client} <{update}>"));
    let mut explorer = Explorer::new("Example", vec![("security", &matrix)]);
    explorer.evidence = Some(Evidence(&evidence));
    explorer.authorized =
        BTreeMap::from([("mssecure:MS01-022/q296441.exe".to_owned(), "2026-02-01T00:00:00Z".to_owned())]);
    let files = Files::of(&explorer).expect("is written");
    let (rows, _) = files.packed("rows-0");
    for (at, client) in matrix.clients.iter().enumerate() {
        let is_open = |verdict| matches!(verdict, Verdict::Missing | Verdict::Unknown);
        let open = matrix.row(at).enumerate().filter(|(_, cell)| is_open(cell.verdict));
        let expect: Vec<_> = open
            .filter(|_| client.id != "BAD-001")
            .map(
                |(at, _)| json!({"update": at, "text": format!("{} <{}>", client.id, matrix.updates[at].id)}),
            )
            .collect();
        assert_eq!(rows["evidence"][at], json!(expect), "{}", client.id);
    }
    assert_eq!(files.column("updates", "authorized"), [0, 0, 0, 1, 0, 0]);
    let (columns, _) = files.packed("columns-0");
    assert_eq!(columns["updates"][3]["authorized"], "2026-02-01T00:00:00Z");
    assert_eq!(files.overview()["evidence"], true);
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
