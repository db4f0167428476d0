//! Which clients are looked at together: what a site knows of them and a matrix does not.

use std::collections::BTreeSet;

use crate::matrix::Matrix;

/// Clients that are looked at together, for one feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collection {
    /// The name of it.
    pub id: String,
    /// The name space of the updates that it is for.
    pub feed: String,
    /// What it is for, such as `production`; empty where there is no site.
    pub role: String,
    /// The clients that it names, whether or not they were ever seen.
    pub members: Vec<Member>,
}

/// A client that a collection names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub client: String,
    /// How it stands, where a site knows that better than the matrix.
    pub state: Option<State>,
}

/// How a client of a collection stands, which says what it means that it has no finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its inventory was evaluated and is recent: without a finding it has none.
    Ok,
    /// Its inventory was evaluated and is old.
    Stale,
    /// Its inventory could not be read.
    Unreadable,
    /// Its last report is in quarantine.
    Quarantined,
    /// It was asked for a full report that has not come.
    Resync,
    /// Nothing of it was evaluated.
    NeverSeen,
}

impl State {
    /// All of them.
    pub const ALL: [State; 6] =
        [State::Ok, State::Stale, State::Unreadable, State::Quarantined, State::Resync, State::NeverSeen];

    /// The word in the table.
    pub fn name(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Stale => "stale",
            State::Unreadable => "unreadable",
            State::Quarantined => "quarantined",
            State::Resync => "resync",
            State::NeverSeen => "never-seen",
        }
    }
}

/// The one collection that there is without a site: `all`, with every client, for each feed.
pub fn everybody(matrices: &[&Matrix<'_>]) -> Vec<Collection> {
    let of_matrix = |matrix: &&Matrix<'_>| {
        let feeds: BTreeSet<String> = matrix.run.sources.iter().map(|source| source.feed.clone()).collect();
        let member = |client: &str| Member { client: client.to_owned(), state: None };
        let members: Vec<_> = matrix.clients.iter().map(|client| member(&client.id)).collect();
        let collection = move |feed| Collection {
            id: "all".to_owned(),
            feed,
            role: String::new(),
            members: members.clone(),
        };
        feeds.into_iter().map(collection).collect::<Vec<_>>()
    };
    matrices.iter().flat_map(of_matrix).collect()
}
