//! The exit codes: a contract with scripts. Source of truth: `docs/command-line.md`, "Exit codes".

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Done, with findings.
    Findings = 1,
    /// Refused: usage, or a bad document; nothing was written.
    Refused = 2,
    /// Nothing was evaluated: no inventory could be read.
    Nothing = 3,
    /// Done, but some inventories were unreadable or all Unknown.
    Partial = 4,
    /// A catalog is older than the one that is current.
    OlderCatalog = 5,
    /// Another run is at work.
    Locked = 6,
    /// Another host fetches catalogs.
    NotSyncHost = 7,
    /// A file is still being written.
    StillBeingWritten = 8,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
