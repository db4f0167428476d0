//! What stands below the rows of every report: catalogs, clients, what was left out.

use super::LeftOut;
use super::table::{Note, Says, Value};
use crate::matrix::Matrix;
use crate::matrix::tables::Status;
use crate::model::verdict::Verdict;

/// The catalogs and how many clients were evaluated.
pub(super) fn notes<'m>(matrix: &'m Matrix<'_>) -> Vec<Note<'m>> {
    let sources = matrix.run.sources.iter().map(|source| {
        vec![
            ("feed", Value::from(&source.feed)),
            ("format", Value::from(&source.format)),
            ("revision", Value::from(&source.revision)),
            ("language", Value::from(&source.language)),
        ]
    });
    let mut notes = vec![
        Note { name: "catalogs", says: Says::Records(sources.collect()) },
        Note::count("clients", matrix.clients.len() as u64),
        Note::count("unreadable", unreadable(matrix)),
        Note::count("updates", matrix.updates.len() as u64),
    ];
    if !matrix.run.options.is_empty() {
        notes.push(Note::one("options", &matrix.run.options));
    }
    notes
}

/// How many clients have an inventory that could not be read.
pub(super) fn unreadable(matrix: &Matrix<'_>) -> u64 {
    matrix.clients.iter().filter(|client| client.status == Status::Unreadable).count() as u64
}

/// Totals by verdict, in the order of their codes.
pub(super) fn totals<'m>(totals: [u64; 4]) -> Note<'m> {
    Note::counts("totals", Verdict::ALL.into_iter().map(Verdict::name).zip(totals))
}

/// How many rows were left out because of a flag, and how to see them.
pub(super) fn left_out<'m>(left_out: &LeftOut) -> Vec<Note<'m>> {
    let counts: Vec<_> = left_out.counts().collect();
    let advice = (!counts.is_empty()).then(|| Note::advice("rows with these flags are listed with --all"));
    [Note::counts("hidden", counts)].into_iter().chain(advice).collect()
}
