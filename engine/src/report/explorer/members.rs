//! Which collections a client is in.

use super::Collection;

/// Of each collection, the ids of its clients, sorted; none where it has all.
pub(super) struct Members<'a>(Vec<Option<Vec<&'a str>>>);

impl<'a> Members<'a> {
    pub(super) fn new(collections: &'a [Collection]) -> Members<'a> {
        let sorted = |clients: &'a Vec<String>| {
            let mut ids: Vec<&str> = clients.iter().map(String::as_str).collect();
            ids.sort_unstable();
            ids
        };
        Members(collections.iter().map(|collection| collection.clients.as_ref().map(sorted)).collect())
    }

    /// The numbers of the collections of a client.
    pub(super) fn of(&self, id: &str) -> impl Iterator<Item = u64> {
        let has =
            move |ids: &Option<Vec<&str>>| ids.as_ref().is_none_or(|ids| ids.binary_search(&id).is_ok());
        self.0.iter().zip(0..).filter(move |(ids, _)| has(ids)).map(|(_, number)| number)
    }
}
