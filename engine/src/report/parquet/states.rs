//! `client_state`: a row for each client that a collection names, and what is known of it.

use std::collections::BTreeMap;

use super::collection::{Collection, Member, State};
use super::file::{Column, Holds, Table, Value};
use super::keys::Keys;
use crate::archive::output::Output;
use crate::error::Result;
use crate::matrix::Matrix;
use crate::matrix::tables::{Client, Status};

pub(super) const COLUMNS: &[Column] = &[
    ("collection", Holds::Text),
    ("feed", Holds::Text),
    ("role", Holds::Text),
    ("client_key", Holds::Int),
    ("client_id", Holds::Text),
    ("status", Holds::Text),
    ("collected", Holds::Text),
    ("error", Holds::Text),
];

/// Fills the table, by collection, feed and client.
pub(super) fn write(
    matrices: &[&Matrix<'_>],
    collections: &[Collection],
    keys: &Keys<'_>,
    table: &mut Table<Output>,
) -> Result<()> {
    let mut sorted: Vec<&Collection> = collections.iter().collect();
    sorted.sort_by_key(|collection| (&collection.id, &collection.feed));
    for collection in sorted {
        let of_feed =
            |matrix: &&&Matrix<'_>| matrix.run.sources.iter().any(|source| source.feed == collection.feed);
        let matrix = matrices.iter().find(of_feed);
        let head = [&collection.id, &collection.feed, &collection.role].map(Value::text);
        let members: BTreeMap<&str, &Member> =
            collection.members.iter().map(|member| (member.client.as_str(), member)).collect();
        for (id, member) in members {
            let client = matrix.and_then(|matrix| matrix.clients.get(matrix.client(id)?));
            let [name, feed, role] = head.clone();
            let state = member.state.unwrap_or_else(|| state(client));
            table.push([
                name,
                feed,
                role,
                Value::Int(keys.client(id)?),
                Value::text(id),
                Value::text(state.name()),
                Value::text(client.map_or("", |client| &client.collected)),
                Value::text(client.map_or("", |client| &client.error)),
            ])?;
        }
    }
    Ok(())
}

/// How a client stands by what the matrix says of it.
fn state(client: Option<&Client>) -> State {
    match client.map(|client| client.status) {
        None => State::NeverSeen,
        Some(Status::Evaluated) => State::Ok,
        Some(Status::Unreadable) => State::Unreadable,
    }
}
