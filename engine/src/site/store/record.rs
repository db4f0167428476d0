//! What a site keeps of one client: which documents its inventory is made of, and what it waits for.

use crate::archive::record::{Reader, Writer};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::inventory::{self, Format};

/// One client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub client: String,
    /// Its documents by stream, the whole inventory first.
    pub documents: Vec<Stored>,
    /// Full reports that are waited for, one of a stream, by stream.
    pub resyncs: Vec<Resync>,
}

/// One document of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// What later reports of the same stream take the place of.
    pub stream: Stream,
    /// The document's format.
    pub format: &'static Format,
    /// Whether it is compressed.
    pub is_packed: bool,
    /// Digest of its bytes, expanded, by which its file is called.
    pub digest: u128,
    /// The name of the last report that it was made of.
    pub report: String,
    /// Digest of that report.
    pub last: u128,
    /// The serial of that report.
    pub serial: Option<u64>,
    /// When what it states was collected.
    pub collected: Option<String>,
    /// Of results of other scanners: which scanner, and the time of each that has one, rising.
    pub results: Vec<(String, Vec<String>)>,
}

/// What later reports take the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    /// The whole inventory.
    Whole,
    /// What reports of one format state, which is no whole inventory.
    Part(&'static str),
    /// Results of other scanners.
    Results,
}

/// That a full report is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resync {
    /// Of which stream.
    pub stream: Stream,
    /// The code of what made it necessary.
    pub reason: String,
    /// When.
    pub time: String,
    /// The serial of the last report that was taken.
    pub last_good: Option<u64>,
}

impl Record {
    /// A client of which nothing is kept.
    pub fn new(client: &str) -> Record {
        Record { client: client.to_owned(), ..Record::default() }
    }

    /// The document of a stream.
    pub fn of(&self, stream: Stream) -> Option<&Stored> {
        self.documents.iter().find(|stored| stored.stream == stream)
    }

    /// Whether it names a document.
    pub(in crate::site) fn names(&self, digest: u128) -> bool {
        self.documents.iter().any(|stored| stored.digest == digest)
    }

    /// The full report that is waited for; where there are several, that which was asked for last.
    pub fn resync(&self) -> Option<&Resync> {
        self.resyncs.iter().max_by_key(|resync| &resync.time)
    }

    /// Whether a full report of a stream is waited for.
    pub fn waits_for(&self, stream: Stream) -> bool {
        self.resyncs.iter().any(|resync| resync.stream == stream)
    }

    /// Waits for a full report, in place of another of its stream.
    pub fn wait(&mut self, resync: Resync) {
        self.resyncs.retain(|other| other.stream != resync.stream);
        self.resyncs.push(resync);
        self.resyncs.sort_by_key(|resync| resync.stream);
    }

    /// Takes note of a full report of a stream; a whole inventory answers for all.
    pub fn answered(&mut self, stream: Stream) {
        self.resyncs.retain(|resync| stream != Stream::Whole && resync.stream != stream);
    }

    /// Puts a document in the place of that of its stream.
    pub fn put(&mut self, stored: Stored) {
        let at = self.documents.partition_point(|other| other.stream < stored.stream);
        match self.documents.get_mut(at).filter(|other| other.stream == stored.stream) {
            Some(other) => *other = stored,
            None => self.documents.insert(at, stored),
        }
    }

    /// When the newest of what is known was collected, as its document states it.
    pub fn collected(&self) -> Option<&str> {
        let facts = self.documents.iter().filter(|stored| stored.stream != Stream::Results);
        facts
            .filter_map(|stored| stored.collected.as_deref())
            .max_by_key(|text| inventory::time::instant(text).map(|(time, _)| time))
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.text(&self.client);
        out.list(&self.documents, |out, stored| stored.write(out));
        out.list(&self.resyncs, |out, resync| {
            resync.stream.write(out);
            out.text(&resync.reason);
            out.text(&resync.time);
            write_number(resync.last_good, out);
        });
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Record> {
        let client = from.text()?.to_owned();
        let documents = from.list(Stored::read)?;
        let resyncs = from.list(|from| {
            Ok(Resync {
                stream: Stream::read(from)?,
                reason: from.text()?.to_owned(),
                time: from.text()?.to_owned(),
                last_good: read_number(from)?,
            })
        })?;
        Ok(Record { client, documents, resyncs })
    }
}

impl Stream {
    fn write(self, out: &mut Writer) {
        out.u8(match self {
            Stream::Whole => 0,
            Stream::Part(_) => 1,
            Stream::Results => 2,
        });
        if let Stream::Part(name) = self {
            out.text(name);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Stream> {
        Ok(match from.u8()? {
            0 => Stream::Whole,
            1 => Stream::Part(read_format(from)?.name),
            2 => Stream::Results,
            _ => return Err(unknown("stream")),
        })
    }
}

impl Stored {
    fn write(&self, out: &mut Writer) {
        self.stream.write(out);
        out.text(self.format.name);
        out.u8(u8::from(self.is_packed));
        out.bytes(&self.digest.to_le_bytes());
        out.text(&self.report);
        out.bytes(&self.last.to_le_bytes());
        write_number(self.serial, out);
        out.text(self.collected.as_deref().unwrap_or(""));
        out.list(&self.results, |out, (scanner, times)| {
            out.text(scanner);
            out.list(times, |out, time| out.text(time));
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Stored> {
        Ok(Stored {
            stream: Stream::read(from)?,
            format: read_format(from)?,
            is_packed: read_flag(from)?,
            digest: read_digest(from)?,
            report: from.text()?.to_owned(),
            last: read_digest(from)?,
            serial: read_number(from)?,
            collected: Some(from.text()?.to_owned()).filter(|collected| !collected.is_empty()),
            results: from.list(|from| {
                let scanner = from.text()?.to_owned();
                Ok((scanner, from.list(|from| from.text().map(str::to_owned))?))
            })?,
        })
    }
}

fn write_number(number: Option<u64>, out: &mut Writer) {
    out.u8(u8::from(number.is_some()));
    number.into_iter().for_each(|number| out.u64(number));
}

fn read_number(from: &mut Reader<'_>) -> Result<Option<u64>> {
    if read_flag(from)? { from.u64().map(Some) } else { Ok(None) }
}

fn read_flag(from: &mut Reader<'_>) -> Result<bool> {
    match from.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(unknown("mark")),
    }
}

fn read_digest(from: &mut Reader<'_>) -> Result<u128> {
    Ok(u128::from_le_bytes(from.bytes(16)?.try_into().unwrap_or_default()))
}

fn read_format(from: &mut Reader<'_>) -> Result<&'static Format> {
    inventory::find(from.text()?).ok_or_else(|| unknown("format"))
}

fn unknown(what: &str) -> Error {
    Error::new(Code::BadTable, format!("a {what} is none that this build knows"))
}
