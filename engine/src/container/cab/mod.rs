//! Turns a cabinet into its members, in one pass.
//!
//! Knows the cabinet format: tables first, then folders, each one solid stream of blocks that is
//! expanded once from its start. Folders come in the order of their data, the members of a folder in
//! the order of their places in it, then of the table. Members may share bytes of their folder: what a
//! later member begins with is kept in [`history`] while an earlier one is read, so that nothing is
//! expanded twice. Data of folders may not overlap. What is left of a member is expanded and dropped
//! when a later one is read, and not at all when none is. What follows a cabinet, such as a signature,
//! is ignored. What no member read is compared with its checksums all the same, without expanding it. Does not
//! know what is in a member, and nothing of sets of cabinets but how to tell one.
//! Source of truth: Microsoft's Cabinet Format, MSZIP (MS-MCI) and LZX (MS-PATCH) documents.

mod block;
mod file;
mod folder;
mod header;
mod history;
mod lzx;
mod mszip;
mod source;
pub(super) mod writer;

use std::io::{self, Read};

use super::Kind;
use super::archive::{Stop, Walk, Walked, Within};
use super::compression::explain;
use super::limit::{Budget, larger_than};
use file::File;
use folder::Folder;
use header::{Entry, Header};
use source::{Source, overlap};

/// Gives every member to `walk`.
pub(super) fn walk(content: &mut dyn Read, within: Within<'_>, walk: &mut Walk<'_>) -> Walked {
    let place = walk.place(within.archive);
    let archive = |error| Stop::Archive(explain(error, Kind::Cab, &place));
    let (mut source, header, folders) = open(content, within, walk).map_err(archive)?;
    let files = files_in_order(&mut source, &header, &folders).map_err(archive)?;
    let budget = Budget::new(source.meter(), &walk.limits);
    let mut end = 0;
    for members in files.chunk_by(|a, b| a.folder == b.folder) {
        let (number, entry) = folder_of(members, &folders).map_err(archive)?;
        if entry.blocks > 0 {
            // A temporary file could go back, but to expand the same bytes for many folders is a bomb.
            let at = u64::from(entry.at);
            let ahead = if at < end { Err(overlap(at)) } else { source.go_to(at) };
            ahead.map_err(archive)?;
        }
        let folder = Folder::new(number, entry, header.data_reserve, &place, budget.clone());
        walk_folder(folder, &mut source, members, within, walk)?;
        if entry.blocks > 0 {
            end = source.position();
        }
    }
    source.finish(header.size.into()).map_err(archive)
}

/// Reads what stands before the table of files; the source is one that can go where the data is.
fn open<'c>(
    content: &'c mut dyn Read,
    within: Within<'_>,
    walk: &Walk<'_>,
) -> io::Result<(Source<'c>, Header, Vec<Entry>)> {
    let mut source = Source::new(content);
    let (header, folders) = header::read(&mut source)?;
    if points_backwards(&header, &folders) {
        let (size, most) = (u64::from(header.size), walk.limits.document);
        if size > most {
            return Err(larger_than(most).into());
        }
        source = source.spool(size, |stream| walk.spool(stream, within))?;
    }
    Ok((source, header, folders))
}

/// Reads the table of files and sorts it by place: first that of the folder, then that in the folder.
fn files_in_order(source: &mut Source<'_>, header: &Header, folders: &[Entry]) -> io::Result<Vec<File>> {
    source.go_to(header.files_at.into())?;
    let mut files = file::read(source, header)?;
    files.sort_by_key(|file| {
        let folder = folders.get(usize::from(file.folder));
        (folder.map(|folder| folder.at), file.folder, file.start)
    });
    Ok(files)
}

/// Whether something stands before the place where a reader gets to know of it.
fn points_backwards(header: &Header, folders: &[Entry]) -> bool {
    let before = |folder: &Entry| folder.blocks > 0 && folder.at < header.files_at;
    folders.iter().any(before)
}

/// The folder that members say they stand in.
fn folder_of(members: &[File], folders: &[Entry]) -> io::Result<(u16, Entry)> {
    let number = members.first().map(|file| file.folder).unwrap_or_default();
    let damaged = || {
        let message = format!("a file is in folder {number} of {}", folders.len());
        io::Error::new(io::ErrorKind::InvalidData, message)
    };
    folders.get(usize::from(number)).map(|folder| (number, *folder)).ok_or_else(damaged)
}

/// Shows the members of one folder.
fn walk_folder(
    mut folder: Folder<'_>,
    source: &mut Source<'_>,
    members: &[File],
    within: Within<'_>,
    walk: &mut Walk<'_>,
) -> Walked {
    let starts = members.iter().skip(1).map(|file| u64::from(file.start)).chain([u64::MAX]);
    for (file, next) in members.iter().zip(starts) {
        walk.count()?;
        let label = within.label(&file.name);
        let place = walk.place(&label);
        match folder.member(source, file, next, &place) {
            Ok(mut member) => walk.member(&label, file.size.into(), within.depth, &mut member)?,
            Err(error) => walk.fail(&label, error)?,
        }
        // Once the cabinet is over its budget every member would fail.
        folder.budget().spend(0).map_err(Stop::Archive)?;
    }
    // To expand what nobody wants would take time; to look at it takes none that could be measured.
    folder.check_rest(source).map_err(Stop::Archive)
}
