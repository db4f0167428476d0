//! Several matrices together: parts of the clients, or other feeds of the same.

use conformance::matrices::{bytes, pack, random, sample, update};
use patchstate::matrix::Matrix;
use patchstate::matrix::tables::{Client, Run};
use patchstate::model::reason::Reason;
use patchstate::model::verdict::{Cell, Verdict};
use patchstate::report::explorer::Explorer;

use crate::{Files, held, made, numbers, some};

#[test]
fn parts_of_the_clients_are_the_whole() {
    let whole = held(&random(1, 40, 30));
    let whole = Matrix::open(whole.as_ref()).expect("opens");
    let (odd, even) = (held(&some(&whole, |at| at % 2 == 1)), held(&some(&whole, |at| at % 2 == 0)));
    let parts = [&odd, &even].map(|part| Matrix::open(part.as_ref()).expect("opens"));
    let of_parts = Explorer::new("Example", parts.iter().map(|part| ("part", part)).collect());
    let of_parts = Files::of(&of_parts).expect("is written");
    let of_whole = Files::of(&Explorer::new("Example", vec![("whole", &whole)])).expect("is written");
    for kind in ["rows", "columns", "map"] {
        assert_eq!(of_parts.cells(kind), of_whole.cells(kind), "{kind}");
    }
    for key in ["totals", "standing", "groups", "top", "worst", "layout"] {
        assert_eq!(of_parts.overview()[key], of_whole.overview()[key], "{key}");
    }
    assert_eq!(of_parts.column("updates", "verdicts"), of_whole.column("updates", "verdicts"));
}

#[test]
fn a_client_that_was_not_evaluated_against_an_update_has_no_cell() {
    let first = held(&sample());
    let (missing, installed) =
        (Cell::new(Verdict::Missing, Reason::FileOlder), Cell::new(Verdict::Installed, Reason::HotfixListed));
    let updates = [update("office:1", "", "Of another feed")];
    let client = |id: &str| Client { id: id.to_owned(), ..Client::default() };
    let clients =
        [(client("WS-001"), pack(&updates, &[missing])), (client("WS-900"), pack(&updates, &[installed]))];
    let second = held(&bytes(&Run::default(), &updates, &clients));
    let parts = [&first, &second].map(|part| Matrix::open(part.as_ref()).expect("opens"));
    let explorer = Explorer::new("Example", vec![("security", &parts[0]), ("office", &parts[1])]);
    let files = Files::of(&explorer).expect("is written");
    assert_eq!(files.column("clients", "ids"), ["BAD-001", "LX-001", "WS-001", "WS-002", "WS-900"]);
    let cells = files.cells("rows");
    let at = |client: usize, update: usize| cells[client * 7 + update];
    let ids = files.column("updates", "ids");
    let office = ids.iter().position(|id| id == "office:1").expect("is there");
    assert_eq!(at(2, office).map(|cell| cell[0]), Some(2));
    assert_eq!(at(4, office).map(|cell| cell[0]), Some(3));
    assert_eq!([at(0, office), at(1, office), at(3, office)], [None; 3]);
    assert_eq!((0..7).filter(|update| at(4, *update).is_some()).count(), 1);
    let totals = numbers(&files.overview()["totals"]);
    let sums: Vec<u64> = parts[0].totals().iter().zip(parts[1].totals()).map(|(a, b)| a + b).collect();
    assert_eq!(totals, sums);
    assert_eq!(totals.iter().sum::<u64>(), 4 * 6 + 2);
}

#[test]
fn two_cells_in_one_place_are_refused() {
    let updates = [update("one:1", "", "")];
    let cell = Cell::new(Verdict::Missing, Reason::FileOlder);
    let client = |id: &str| (Client { id: id.to_owned(), ..Client::default() }, pack(&updates, &[cell]));
    let first = held(&made(&updates, &[client("A"), client("B")]));
    let second = held(&made(&updates, &[client("B"), client("C")]));
    let parts = [&first, &second].map(|part| Matrix::open(part.as_ref()).expect("opens"));
    let explorer = Explorer::new("Example", vec![("first", &parts[0]), ("second", &parts[1])]);
    let error = Files::of(&explorer).map(|_| ()).expect_err("is refused");
    assert_eq!(error.to_string(), "`first` and `second` both have client `B` with update `one:1`");
}
