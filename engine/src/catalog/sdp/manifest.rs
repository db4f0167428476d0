//! The list of packages beside them: their ids with their dates of creation.

use std::collections::BTreeMap;

use serde_json::Value;

use super::package;

/// The most bytes of a list.
pub(super) const MOST: u64 = 64 << 20;

/// Reads a list; `None` where it is none.
pub(super) fn read(bytes: &[u8]) -> Option<BTreeMap<String, String>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let Value::Object(entries) = serde_json::from_slice(bytes).ok()? else { return None };
    let entry = |(id, date): (String, Value)| match date {
        Value::String(date) => Some((package::id(&id), date)),
        _ => None,
    };
    entries.into_iter().map(entry).collect()
}
