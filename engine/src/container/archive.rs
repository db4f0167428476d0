//! Turns an archive into its members, one after the other.
//!
//! Knows archives in archives, what is said of all members, and how errors are told apart: what is
//! wrong with one member is met when that member is read, what is wrong with the archive ends the walk.

use std::io::{BufReader, Read, Seek, SeekFrom, Write};

use super::content::Content;
use super::limit::{Budget, Failed, Limited, Limits, Meter, larger_than};
use super::{Kind, Opened, Reason, Skipped, cab, printable, tar, zip};
use crate::diagnostic::Code;
use crate::error::{Error, Result};

/// How much of a zip archive that has no file of its own is held in memory.
const SPOOL: usize = 16 << 20;

/// Gives every member of an archive to `visit`, expanded, in the order of the archive; those of a
/// cabinet in the order of their data.
///
/// A member's name is a label, `..` and all; a member of an archive in the archive is called
/// `inner.zip!name`. What is no archive is its own only member, with an empty name. Folders are
/// passed over; links and devices are among the [`Skipped`]. A member that cannot be read (damaged,
/// too large, encrypted, an archive too deep) is given as a reader that fails, so that a visitor
/// that goes on gets the others. A visitor's own error ends the walk.
///
/// ```
/// use patchstate::container::{open, walk};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("clients.tar");
/// # let mut archive = tar::Builder::new(std::fs::File::create(&path)?);
/// # let mut header = tar::Header::new_gnu();
/// # header.set_size(12);
/// # archive.append_data(&mut header, "a.xml", &b"<inventory/>"[..])?;
/// # archive.finish()?;
/// let mut found = Vec::new();
/// walk(open(&path)?, &mut |name, member| {
///     let mut text = String::new();
///     member.read_to_string(&mut text)?;
///     found.push((name.to_owned(), text));
///     Ok(())
/// })?;
/// assert_eq!(found, [("a.xml".to_owned(), "<inventory/>".to_owned())]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The visitor failed, the archive is damaged, or it exceeds the limits as a whole.
pub fn walk(mut opened: Opened, visit: &mut dyn FnMut(&str, &mut dyn Read) -> Result<()>) -> Result<Skipped> {
    let kind = opened.content();
    if !kind.is_archive() {
        let place = opened.place.clone();
        visit("", &mut opened).map_err(|error| error.in_file(place))?;
        return Ok(Skipped::default());
    }
    let Opened { reader, place, limits, file } = opened;
    let length = file.as_ref().and_then(|file| file.metadata().ok()).map(|metadata| metadata.len());
    // Members of a zip archive may overlap, so that only the length of the file says what went in.
    let input = length.map_or_else(|| reader.get_ref().meter(), Meter::of);
    let budget = Budget::new(input, &limits);
    let mut walk = Walk { visit, place, limits, budget, members: 0, skipped: Skipped::default() };
    let within = Within { archive: "", depth: 1 };
    let walked = match (kind, file) {
        (Kind::Zip, Some(file)) => zip::walk(BufReader::new(file), within, &mut walk),
        _ => walk.archive(kind, reader, within),
    };
    match walked {
        Ok(()) => Ok(walk.skipped),
        Err(Stop::Archive(error) | Stop::Limit(error) | Stop::Visitor(error)) => {
            Err(error.in_file(walk.place))
        }
    }
}

/// Why a walk ends early.
pub(super) enum Stop {
    /// The archive cannot be read on.
    Archive(Error),
    /// The outermost archive with all that is in it exceeds a limit.
    Limit(Error),
    /// The visitor wants no more.
    Visitor(Error),
}

/// How a walk, or a part of it, went.
pub(super) type Walked = std::result::Result<(), Stop>;

/// Which archive is walked: the label of it, empty for the outermost, and its depth from 1.
#[derive(Clone, Copy)]
pub(super) struct Within<'a> {
    pub(super) archive: &'a str,
    pub(super) depth: u32,
}

impl Within<'_> {
    /// The label of a member.
    pub(super) fn label(self, name: &str) -> String {
        match self.archive {
            "" => name.to_owned(),
            archive => format!("{archive}!{name}"),
        }
    }
}

/// A walk through an archive and the archives in it.
pub(super) struct Walk<'v> {
    visit: &'v mut dyn FnMut(&str, &mut dyn Read) -> Result<()>,
    place: String,
    pub(super) limits: Limits,
    budget: Budget,
    members: u64,
    skipped: Skipped,
}

impl Walk<'_> {
    /// What errors call the thing with this label.
    pub(super) fn place(&self, label: &str) -> String {
        match label {
            "" => self.place.clone(),
            label => format!("{}!{}", self.place, printable(label)),
        }
    }

    /// Counts a member before anything is done with it.
    pub(super) fn count(&mut self) -> Walked {
        self.members += 1;
        if self.members <= self.limits.members {
            return Ok(());
        }
        let message = format!("has more than {} members, which is the limit", self.limits.members);
        Err(Stop::Limit(Error::new(Code::TooLarge, message).with_hint("split it")))
    }

    /// Notes a member that is not read.
    pub(super) fn skip(&mut self, label: &str, reason: Reason) {
        self.skipped.push(label, reason);
    }

    /// Shows the visitor a member that cannot be read.
    pub(super) fn fail(&mut self, label: &str, error: Error) -> Walked {
        let place = self.place(label);
        let mut failed = Failed(error.in_file(&place));
        (self.visit)(label, &mut failed).map_err(|error| Stop::Visitor(error.in_file(place)))
    }

    /// Shows the visitor a member of `size` bytes, or what is in it.
    pub(super) fn member(&mut self, label: &str, size: u64, depth: u32, source: &mut dyn Read) -> Walked {
        if size > self.limits.member {
            return self.fail(label, larger_than(self.limits.member));
        }
        let place = self.place(label);
        let content = match Content::new(source, &place, self.limits.member, &self.limits) {
            Ok(content) => content,
            Err(error) => return self.fail(label, error),
        };
        let kind = content.kind();
        if kind.is_archive() {
            return self.inner(kind, content, Within { archive: label, depth: depth + 1 });
        }
        let mut limited = Limited::new(content, &place, self.limits.member, self.budget.clone());
        (self.visit)(label, &mut limited).map_err(|error| Stop::Visitor(error.in_file(place)))?;
        // Once the whole is over its budget every member would fail.
        self.budget.spend(0).map_err(Stop::Limit)
    }

    /// Walks an archive in an archive; what is wrong with it is wrong with one member.
    fn inner(&mut self, kind: Kind, content: impl Read, within: Within<'_>) -> Walked {
        if within.depth > self.limits.depth {
            let message =
                format!("is an archive at depth {}; the limit is {}", within.depth, self.limits.depth);
            let code = if kind == Kind::Cab { Code::CabNesting } else { Code::TooLarge };
            let error = Error::new(code, message).with_hint("unpack the outer archive first");
            return self.fail(within.archive, error);
        }
        match self.archive(kind, content, within) {
            Err(Stop::Archive(error)) => self.fail(within.archive, error),
            other => other,
        }
    }

    /// Walks an archive that is a stream.
    fn archive(&mut self, kind: Kind, mut content: impl Read, within: Within<'_>) -> Walked {
        match kind {
            Kind::Zip => {
                let spooled = self.spool(&mut content, within).map_err(Stop::Archive)?;
                zip::walk(spooled, within, self)
            }
            Kind::Cab => cab::walk(&mut content, within, self),
            Kind::Tar | Kind::Plain | Kind::Gzip | Kind::Zstd | Kind::Xz | Kind::Bzip2 => {
                tar::walk(&mut content, within, self)
            }
        }
    }

    /// Puts a stream where it can be read in any order: in memory, or in a file without a name.
    pub(super) fn spool(
        &self,
        content: &mut dyn Read,
        within: Within<'_>,
    ) -> Result<impl Read + Seek + use<>> {
        let place = self.place(within.archive);
        let failed = |error: std::io::Error| match error.downcast::<Error>() {
            Ok(ours) => ours,
            Err(error) => Error::io(&place, "unpack into a temporary file", error),
        };
        let mut spool = tempfile::spooled_tempfile(SPOOL);
        std::io::copy(content, &mut spool).map_err(failed)?;
        spool.flush().map_err(failed)?;
        spool.seek(SeekFrom::Start(0)).map_err(failed)?;
        Ok(BufReader::new(spool))
    }
}
