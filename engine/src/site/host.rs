//! What a site is given by whoever runs it: the time, a network, and somebody who listens.

use jiff::Timestamp;

use super::catalogs::{Fetched, Transfer};
use super::log::Event;
use crate::diagnostic::Code;
use crate::error::{Error, Result};

/// Whoever runs a site.
///
/// ```
/// use patchstate::site::host::Host;
///
/// struct Noon;
///
/// impl Host for Noon {
///     fn now(&self) -> jiff::Timestamp {
///         jiff::Timestamp::from_second(1_772_452_800).expect("is a time")
///     }
/// }
/// assert_eq!(Noon.now().to_string(), "2026-03-02T12:00:00Z");
/// ```
pub trait Host: Sync {
    /// The time that it is. It is the same all through one run.
    fn now(&self) -> Timestamp;

    /// The name of the machine.
    fn name(&self) -> String {
        String::new()
    }

    /// Takes something that happened.
    fn tell(&self, _event: &Event) {}

    /// Takes how many more clients are to be read.
    fn expect(&self, _clients: u64) {}

    /// Takes the bytes of a client that was read.
    fn evaluated(&self, _bytes: u64) {}

    /// Whether no more is to be begun than has been.
    fn is_stopping(&self) -> bool {
        false
    }

    /// Waits a second, so that a file that is still being written shows it.
    fn settle(&self) {}

    /// Fetches an address.
    ///
    /// # Errors
    ///
    /// It cannot be fetched, or not here.
    fn fetch(&self, transfer: &Transfer<'_>) -> Result<Fetched> {
        let error = Error::new(Code::Io, "addresses are not fetched here").in_file(transfer.address);
        Err(error.with_hint("put the catalog into the feed's folder `drop`"))
    }
}
