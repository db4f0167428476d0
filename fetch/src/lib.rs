//! Turns an address into a file: transfers it over HTTP or HTTPS so that it arrives whole, or everything
//! stays as it was.
//!
//! Knows HTTP, TLS, proxies and the part of a file that is there already; knows nothing of what the bytes
//! mean. Source of truth: RFC 9110 and RFC 9112, and `docs/transfers.md` for what is asked beyond them.
//!
//! ```
//! use std::path::Path;
//!
//! use patchstate_fetch::{Reason, Request, fetch};
//!
//! let request = Request::new("ftp://updates.example/catalog.xml", Path::new("catalog/security/incoming"));
//! let error = fetch(&request).expect_err("is not transferred");
//! assert!(matches!(error.reason(), Reason::Address | Reason::NotBuilt));
//! ```
#![warn(missing_docs)]

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

mod environment;
mod error;

#[cfg(feature = "http")]
mod address;
#[cfg(feature = "http")]
mod answer;
#[cfg(feature = "http")]
mod exchange;
#[cfg(feature = "http")]
mod failure;
#[cfg(feature = "http")]
mod forward;
#[cfg(feature = "http")]
mod part;
#[cfg(feature = "http")]
mod proxy;
#[cfg(feature = "http")]
mod transfer;
#[cfg(feature = "http")]
mod trust;

pub use environment::Environment;
pub use error::{Error, Reason};

/// What is to be transferred, where to, and with how much patience.
#[derive(Clone)]
pub struct Request<'a> {
    /// The address, `http://` or `https://`, with the name and password of a user where the server asks
    /// for them.
    pub address: &'a str,
    /// The file that appears when everything is there. It is streamed to the same name with `.part` at
    /// its end; `.part.note` beside that says what a part was begun with. One transfer at a time may use
    /// them, which is for the caller to see to.
    pub to: &'a Path,
    /// What is known of the file that is there already: if the server has no other one,
    /// the answer is [`Fetched::Unchanged`].
    pub validators: Validators,
    /// Bytes that the file may have at most.
    pub most: u64,
    /// The SHA-256 that the file must have.
    pub digest: Option<[u8; 32]>,
    /// How long to wait for what.
    pub patience: Patience,
    /// The proxies and roots of trust that the surroundings name.
    pub environment: Environment,
    /// Is told the bytes that are there, and of how many where the server says it.
    pub progress: &'a dyn Fn(u64, Option<u64>),
    /// Ends the transfer when it becomes true; the part is left for the next one.
    pub cancelled: &'a AtomicBool,
    /// Waits between two tries; a tenth of a second at most each time.
    pub wait: &'a dyn Fn(Duration),
}

impl std::fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the address, which may hold a password.
        f.debug_struct("Request").field("to", &self.to).field("most", &self.most).finish_non_exhaustive()
    }
}

impl<'a> Request<'a> {
    /// Asks for the whole of `address`, of up to 2 GiB, with the proxies and roots of this process.
    pub fn new(address: &'a str, to: &'a Path) -> Request<'a> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        Request {
            address,
            to,
            validators: Validators::default(),
            most: 2 << 30,
            digest: None,
            patience: Patience::default(),
            environment: Environment::of_process(),
            progress: &|_, _| (),
            cancelled: &NEVER,
            wait: &std::thread::sleep,
        }
    }
}

/// By what a server tells one version of a file from another, as it wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag`, quotes and `W/` included.
    pub etag: Option<String>,
    /// The `Last-Modified`.
    pub last_modified: Option<String>,
}

/// How long to wait for what, and how often to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a name to be resolved, and again for a connection: TCP, the proxy, and TLS.
    pub connect: Duration,
    /// For an answer to begin, and within an answer for the next byte.
    pub silence: Duration,
    /// A stretch in which [`Patience::least`] bytes of the answer must come.
    pub stretch: Duration,
    /// Bytes that must come in each [`Patience::stretch`].
    pub least: u64,
    /// Requests that a transfer may take, those that redirects cause not counted.
    pub tries: u32,
    /// Before the second try; doubled before each further one.
    pub pause: Duration,
    /// The longest pause, also where the server asks for another.
    pub longest: Duration,
    /// Bytes after which a part is sent to the disk and may be built on, whatever happens.
    pub stride: u64,
}

impl Default for Patience {
    /// 30 seconds for a connection, a minute of silence, 1 MiB a minute, 5 tries, pauses of 1 second to
    /// 2 minutes, 16 MiB a stride.
    fn default() -> Patience {
        Patience {
            connect: Duration::from_secs(30),
            silence: Duration::from_secs(60),
            stretch: Duration::from_secs(60),
            least: 1 << 20,
            tries: 5,
            pause: Duration::from_secs(1),
            longest: Duration::from_secs(120),
            stride: 16 << 20,
        }
    }
}

/// What came of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The server has no other file than the one that [`Request::validators`] speak of.
    Unchanged,
    /// The file is in place, and on the disk.
    Complete {
        /// What tells this version from others, for the next request.
        validators: Validators,
        /// Bytes of the file.
        bytes: u64,
        /// Its SHA-256.
        sha256: [u8; 32],
    },
}

/// Transfers the file of a request, and puts it in place by one rename when it is whole.
///
/// A broken transfer is resumed where the server's validators allow it: in this call after a pause,
/// and by later calls for the same address.
///
/// # Errors
///
/// The file could not be had, and [`Request::to`] is as it was; [`Error::reason`] says why. Without the
/// feature `http`: always.
pub fn fetch(request: &Request<'_>) -> Result<Fetched, Error> {
    #[cfg(feature = "http")]
    return transfer::run(request);
    #[cfg(not(feature = "http"))]
    {
        let _ = request;
        let error = Error::new(Reason::NotBuilt, "this program is built without transfers over the network");
        Err(error.with_hint("build it with the feature `fetch`, or put the file into the drop folder"))
    }
}
