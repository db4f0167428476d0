//! What a matrix file gives back of the rows that were written.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use conformance::matrices;
use patchstate::matrix::Matrix;
use patchstate::matrix::tables::{Client, Run};
use patchstate::model::reason::Reason;
use patchstate::model::verdict::{Cell, Verdict};

#[test]
fn exceptions_are_the_same_wherever_they_waited() {
    // More than wait in memory, which is 1 MiB of 8 bytes each.
    const UPDATES: usize = 1000;
    const CLIENTS: usize = 140;
    let updates: Vec<_> = (0..UPDATES).map(|at| matrices::update(&format!("a:{at:04}"), "", "")).collect();
    let reason = |client: usize, update: usize| match (client + update) % 3 {
        0 => Reason::RuleError,
        _ => Reason::RuleFalse,
    };
    let client = |client: usize| {
        let cells: Vec<_> = (0..UPDATES).map(|at| Cell::new(Verdict::Unknown, reason(client, at))).collect();
        let about = Client { id: format!("{client:06}"), ..Client::default() };
        (about, matrices::pack(&updates, &cells))
    };
    let clients: Vec<_> = (0..CLIENTS).map(client).collect();
    let bytes = matrices::bytes(&Run::default(), &updates, &clients);
    let matrix = Matrix::open(&bytes).expect("is one");
    for client in [0, 1, CLIENTS / 2, CLIENTS - 1] {
        let found = matrix.row(client).map(|cell| cell.reason);
        assert!(found.eq((0..UPDATES).map(|at| reason(client, at))), "{client}");
    }
}
