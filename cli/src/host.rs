//! What the program gives a site: the clock, the name of the machine, and a log on standard error.

use std::io::{self, Write};
use std::time::Duration;

use clap::ValueEnum;
use jiff::Timestamp;
use patchstate::diagnostic::Code;
use patchstate::error::{Error, Result};
use patchstate::site::catalogs::{Fetched, Transfer, Validators};
use patchstate::site::host::Host;
use patchstate::site::log::{Event, Weight};

use crate::output::Output;
use crate::progress::Progress;
use crate::request;
use crate::signals;

/// What is said of what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Log {
    /// What somebody should look at, in words
    Warnings,
    /// Everything, in words
    Text,
    /// Everything, an object of JSON a line
    Json,
    /// Nothing
    None,
}

/// The machine that the program runs on.
pub(crate) struct Machine {
    now: Timestamp,
    log: Log,
    progress: Progress,
}

impl Machine {
    /// A machine at a time, or now.
    pub(crate) fn new(now: Option<Timestamp>, log: Log, output: &Output) -> Self {
        Machine { now: request::now(now), log, progress: Progress::clients(0, output) }
    }
}

/// The name of this machine.
pub(crate) fn name() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

impl Host for Machine {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn name(&self) -> String {
        name()
    }

    fn tell(&self, event: &Event) {
        let line = match self.log {
            Log::None => return,
            Log::Warnings if event.weight < Weight::Warning => return,
            Log::Json => event.json(),
            Log::Text | Log::Warnings => {
                let weight = if event.weight == Weight::Warning { "warning: " } else { "" };
                patchstate::report::text::clean(format!("{weight}{}", event.words()).into()).into_owned()
            }
        };
        // Where standard error cannot be written there is nowhere to say so.
        self.progress.beside(|| drop(writeln!(io::stderr().lock(), "{line}")));
    }

    fn expect(&self, clients: u64) {
        self.progress.expect(clients);
    }

    fn is_stopping(&self) -> bool {
        signals::is_stopping()
    }

    fn evaluated(&self, bytes: u64) {
        self.progress.step(bytes);
    }

    fn settle(&self) {
        std::thread::sleep(Duration::from_secs(1));
    }

    fn fetch(&self, transfer: &Transfer<'_>) -> Result<Fetched> {
        let validators = patchstate_fetch::Validators {
            etag: transfer.validators.etag.clone(),
            last_modified: transfer.validators.last_modified.clone(),
        };
        let request = patchstate_fetch::Request {
            validators,
            most: transfer.most,
            digest: transfer.digest,
            ..patchstate_fetch::Request::new(transfer.address, transfer.to)
        };
        match patchstate_fetch::fetch(&request) {
            Ok(patchstate_fetch::Fetched::Unchanged) => Ok(Fetched::Unchanged),
            Ok(patchstate_fetch::Fetched::Complete { validators, .. }) => Ok(Fetched::Complete(Validators {
                etag: validators.etag,
                last_modified: validators.last_modified,
            })),
            Err(error) => {
                let failed = Error::new(Code::Io, error.to_string());
                Err(match error.hint() {
                    Some(hint) => failed.with_hint(hint),
                    None => failed,
                })
            }
        }
    }
}
