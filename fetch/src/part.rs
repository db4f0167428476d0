//! Turns the pieces of answers into a file that appears whole, and a part that was left behind into the
//! place to go on from.
//!
//! Beside the part stands a note of what it was begun with, and of how many bytes of it certainly reached
//! the disk; only these are built on. Knows nothing of HTTP but that versions have validators. Source of
//! truth: `docs/transfers.md`, "Resuming".

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::Validators;
use crate::answer::is_header;
use crate::error::{Error, Reason};

/// The first line of a note.
const VERSION: &str = "patchstate-part: 1";

/// Bytes of a note at most: a few headers.
const LONGEST_NOTE: u64 = 16 << 10;

/// The version of the file that a part is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The SHA-256 of the address, which itself may be secret.
    pub(crate) address: [u8; 32],
    pub(crate) validators: Validators,
    /// The validator that proves that a range is of the same version, where there is one.
    pub(crate) range: Option<String>,
    /// Bytes of the whole file, where they are known.
    pub(crate) length: Option<u64>,
}

/// Where a file, its part and the note of the part are.
#[derive(Debug)]
pub(crate) struct Part {
    to: PathBuf,
    part: PathBuf,
    note: PathBuf,
    stride: u64,
}

/// A part that is being written at its end.
#[derive(Debug)]
pub(crate) struct Growing {
    pub(crate) origin: Origin,
    file: File,
    hash: Sha256,
    at: u64,
    kept: u64,
}

impl Part {
    /// The part of a file, sent to the disk whenever it grew by `stride` bytes.
    pub(crate) fn of(to: &Path, stride: u64) -> Part {
        let beside = |ending: &str| {
            let mut path = to.as_os_str().to_owned();
            path.push(ending);
            PathBuf::from(path)
        };
        Part { to: to.to_owned(), part: beside(".part"), note: beside(".part.note"), stride: stride.max(1) }
    }

    /// Takes up what an earlier transfer from the same address left, if it can be gone on with.
    pub(crate) fn resume(&self, address: [u8; 32]) -> Result<Option<Growing>, Error> {
        let Some((origin, kept)) = self.read_note() else { return Ok(None) };
        if origin.address != address || origin.range.is_none() || !self.is_file() {
            return Ok(None);
        }
        let mut file = self.opened(OpenOptions::new().read(true).write(true))?;
        let there = file.metadata().map_err(|error| self.failed("read", &error))?.len();
        // At least one byte is asked for: the answer says whether the version is still the same.
        let at = there.min(kept).min(origin.length.map_or(u64::MAX, |length| length.saturating_sub(1)));
        if at == 0 {
            return Ok(None);
        }
        let mut hash = Sha256::new();
        file.set_len(at).map_err(|error| self.failed("shorten", &error))?;
        copy(&mut file, &mut hash).map_err(|error| self.failed("read", &error))?;
        Ok(Some(Growing { origin, file, hash, at, kept: at }))
    }

    /// Begins the part anew.
    pub(crate) fn begin(&self, origin: Origin) -> Result<Growing, Error> {
        // The note first, so that it never stands beside bytes of another version.
        remove(&self.note).map_err(|error| self.failed("replace", &error))?;
        if fs::symlink_metadata(&self.part).is_ok() && !self.is_file() {
            let error = Error::new(Reason::Disk, "is there and is no ordinary file, so it is not replaced");
            return Err(error.of(self.part.display()));
        }
        let file = self.opened(OpenOptions::new().create(true).write(true).truncate(true))?;
        Ok(Growing { origin, file, hash: Sha256::new(), at: 0, kept: 0 })
    }

    /// Removes part and note; what cannot be removed is begun anew by whoever needs it.
    pub(crate) fn remove(&self) {
        let _ = remove(&self.note);
        if self.is_file() {
            let _ = remove(&self.part);
        }
    }

    fn is_file(&self) -> bool {
        fs::symlink_metadata(&self.part).is_ok_and(|known| known.is_file())
    }

    fn opened(&self, options: &OpenOptions) -> Result<File, Error> {
        options.open(&self.part).map_err(|error| self.failed("open", &error))
    }

    /// Names the part in a failure. Where there is no room, it makes some: it was not enough anyway.
    fn failed(&self, doing: &str, error: &io::Error) -> Error {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        let failure = Error::new(Reason::Disk, format!("cannot {doing}: {error}")).of(self.part.display());
        if matches!(error.kind(), FileTooLarge | QuotaExceeded | StorageFull) {
            self.remove();
            return failure.with_hint("make room for the whole file; what was there of it is removed");
        }
        failure
    }

    fn read_note(&self) -> Option<(Origin, u64)> {
        let mut text = String::new();
        File::open(&self.note).ok()?.take(LONGEST_NOTE).read_to_string(&mut text).ok()?;
        let mut lines = text.lines();
        lines.next().filter(|line| *line == VERSION)?;
        let mut origin =
            Origin { address: [0; 32], validators: Validators::default(), range: None, length: None };
        let (mut address, mut kept) = (None, None);
        for line in lines {
            let (name, value) = line.split_once(": ").filter(|(_, value)| is_header(value))?;
            let text = || Some(value.to_owned());
            match name {
                "address-sha256" => address = from_hex(value),
                "etag" => origin.validators.etag = text(),
                "last-modified" => origin.validators.last_modified = text(),
                "if-range" => origin.range = text(),
                "length" => origin.length = Some(value.parse().ok()?),
                "kept" => kept = Some(value.parse().ok()?),
                _ => return None,
            }
        }
        origin.address = address?;
        Some((origin, kept?))
    }

    fn write_note(&self, origin: &Origin, kept: u64) -> io::Result<()> {
        let mut text = format!("{VERSION}\naddress-sha256: {}\n", hex(&origin.address));
        let validators = &origin.validators;
        let lines = [
            ("etag", validators.etag.clone()),
            ("last-modified", validators.last_modified.clone()),
            ("if-range", origin.range.clone()),
            ("length", origin.length.map(|length| length.to_string())),
            ("kept", Some(kept.to_string())),
        ];
        for (name, value) in lines {
            // The values are headers, in which there is no line break.
            text.extend(value.map(|value| format!("{name}: {value}\n")));
        }
        let mut new = self.note.clone().into_os_string();
        new.push(".new");
        let mut file = File::create(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &self.note)
    }
}

impl Growing {
    /// Bytes that are there.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// Adds bytes at the end.
    pub(crate) fn write(&mut self, part: &Part, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).map_err(|error| part.failed("write", &error))?;
        self.hash.update(bytes);
        self.at += bytes.len() as u64;
        if self.at - self.kept >= part.stride { self.keep(part) } else { Ok(()) }
    }

    /// Sees to it that what is there can be gone on with, where the version can be told from others.
    pub(crate) fn keep(&mut self, part: &Part) -> Result<(), Error> {
        self.file.sync_data().map_err(|error| part.failed("write", &error))?;
        if self.origin.range.is_some() {
            part.write_note(&self.origin, self.at).map_err(|error| part.failed("note", &error))?;
        }
        self.kept = self.at;
        Ok(())
    }

    /// Puts the whole file in place and gives its SHA-256. With another digest than it must have it is
    /// removed.
    pub(crate) fn finish(&mut self, part: &Part, digest: Option<[u8; 32]>) -> Result<[u8; 32], Error> {
        let found: [u8; 32] = self.hash.clone().finalize().into();
        if let Some(wanted) = digest.filter(|wanted| *wanted != found) {
            part.remove();
            let message = format!("the file has the SHA-256 {} and not {}", hex(&found), hex(&wanted));
            let error = Error::new(Reason::Digest, message);
            return Err(error.with_hint("if the publisher has a new version, configure its `digest`"));
        }
        self.file.sync_all().map_err(|error| part.failed("write", &error))?;
        let placed = fs::rename(&part.part, &part.to).and_then(|()| sync_folder(&part.to));
        placed.map_err(|error| part.failed("put in place", &error))?;
        // A note without its part means nothing; the next transfer replaces it.
        let _ = remove(&part.note);
        Ok(found)
    }
}

/// Sends a new name to the disk.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Folders cannot be opened here; the system sees to its names itself.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Hashes a file from its beginning to its end, where it is left.
fn copy(file: &mut File, hash: &mut Sha256) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => hash.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The digest of an address.
pub(crate) fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn hex(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut digest = [0; 32];
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        let validators = Validators { etag: Some("\"1: a\"".into()), last_modified: None };
        Origin { address: digest("a"), range: validators.etag.clone(), validators, length: Some(10) }
    }

    fn left(folder: &Path) -> Part {
        let part = Part::of(&folder.join("incoming"), 4);
        let mut growing = part.begin(origin()).expect("begins");
        growing.write(&part, b"0123").expect("is written");
        growing.write(&part, b"45").expect("is written");
        part
    }

    #[test]
    fn what_reached_the_disk_is_gone_on_with() {
        let folder = tempfile::tempdir().expect("a folder");
        let part = left(folder.path());
        let mut growing = part.resume(digest("a")).expect("can be read").expect("is there");
        // The last two bytes may be anything after a loss of power.
        assert_eq!((growing.at(), &growing.origin), (4, &origin()));
        growing.write(&part, b"456789").expect("is written");
        assert_eq!(growing.finish(&part, None).expect("is put in place"), digest("0123456789"));
        assert_eq!(fs::read(folder.path().join("incoming")).expect("is there"), b"0123456789");
        assert_eq!(fs::read_dir(folder.path()).expect("can be listed").count(), 1);
    }

    #[test]
    fn a_whole_part_is_asked_for_its_last_byte() {
        let folder = tempfile::tempdir().expect("a folder");
        let part = left(folder.path());
        part.write_note(&origin(), 10).expect("is written");
        fs::write(&part.part, b"0123456789 and more").expect("is written");
        let growing = part.resume(digest("a")).expect("can be read").expect("is there");
        assert_eq!(growing.at(), 9);
    }

    #[test]
    fn what_is_not_certain_is_not_gone_on_with() {
        let folder = tempfile::tempdir().expect("a folder");
        let part = left(folder.path());
        assert!(part.resume(digest("b")).expect("can be read").is_none(), "another address");
        let note = fs::read_to_string(&part.note).expect("is there");
        let without = |start: &str| -> String {
            note.lines().filter(|line| !line.starts_with(start)).map(|line| format!("{line}\n")).collect()
        };
        let others = [
            String::new(),
            without("patchstate-part"),
            without("address-sha256"),
            without("if-range"),
            without("kept"),
            note.replace("kept: 4", "kept: 0"),
            note.replace("kept: 4", "kept: -4"),
            note.replace("length: 10", "length: 0"),
            note.replace("part: 1", "part: 2"),
            note.replace("address-sha256: ", "address-sha256: é"),
            format!("{note}more: 1\n"),
            note.replace("etag: ", "etag: \u{7f}"),
            format!("{note}\n"),
        ];
        for other in others {
            assert_ne!(other, note);
            fs::write(&part.note, &other).expect("is written");
            assert!(part.resume(digest("a")).expect("can be read").is_none(), "{other}");
        }
        fs::write(&part.note, &note).expect("is written");
        assert!(part.resume(digest("a")).expect("can be read").is_some(), "the note itself");
        fs::remove_file(&part.part).expect("is removed");
        assert!(part.resume(digest("a")).expect("can be read").is_none(), "no part");
    }

    #[test]
    fn a_part_that_cannot_be_told_from_others_has_no_note() {
        let folder = tempfile::tempdir().expect("a folder");
        let part = left(folder.path());
        let mut growing = part.begin(Origin { range: None, ..origin() }).expect("begins");
        growing.write(&part, b"0123").expect("is written");
        assert!(part.part.exists() && !part.note.exists());
    }

    #[test]
    fn where_there_is_no_room_the_part_makes_some() {
        let folder = tempfile::tempdir().expect("a folder");
        let part = left(folder.path());
        let error = part.failed("write", &io::ErrorKind::StorageFull.into());
        assert!(error.hint().is_some_and(|hint| hint.contains("make room")), "{error}");
        assert_eq!(fs::read_dir(folder.path()).expect("can be listed").count(), 0);
    }

    #[test]
    fn what_is_no_file_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let part = Part::of(&folder.path().join("incoming"), 4);
        fs::create_dir(&part.part).expect("is made");
        let error = part.begin(origin()).expect_err("is a folder");
        assert_eq!(error.reason(), Reason::Disk);
        part.remove();
        assert!(part.part.is_dir());
    }
}
