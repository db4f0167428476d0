//! Times of collection, as inventories write them.
//!
//! RFC 3339 is the rule; a time without a zone is kept and marked, and compared as if it were UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Whether a time of collection says its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// It does.
    Stated,
    /// It is the client's own, whatever that is.
    Local,
}

/// Reads a time of collection.
///
/// ```
/// use patchstate::inventory::time::{instant, Zone};
///
/// let (utc, zone) = instant("2026-03-02T09:15:00+01:00").unwrap();
/// assert_eq!((utc.to_string().as_str(), zone), ("2026-03-02T08:15:00Z", Zone::Stated));
/// assert_eq!(instant("2026-03-02T08:15:00").unwrap(), (utc, Zone::Local));
/// assert_eq!(instant("yesterday"), None);
/// ```
pub fn instant(text: &str) -> Option<(Timestamp, Zone)> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some((instant, Zone::Stated));
    }
    let local = text.parse::<DateTime>().ok()?;
    Some((TimeZone::UTC.to_timestamp(local).ok()?, Zone::Local))
}
