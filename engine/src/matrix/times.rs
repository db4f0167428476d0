//! When cells became what they are: a file beside a matrix that is made again and again.
//!
//! Of a cell that was Missing once it says when that was first seen, and when it was first Installed after
//! that. Times are seconds since 1970. The byte contract is `docs/matrix-format.md`, "Times".

use std::collections::BTreeMap;
use std::io::{Seek, Write};

use super::row;
use crate::archive::record::{Reader, Writer};
use crate::archive::{self, Archive, FileKind};
use crate::error::Result;
use crate::model::verdict::Verdict;

/// The kind of file that it is.
pub const KIND: FileKind = FileKind {
    magic: *b"PSTIMES\0",
    version: 1,
    name: "file of times",
    renew: "remove it; times are then counted from the next scan",
};

/// The sections of the file.
mod section {
    pub(super) const ALL: [u32; 2] = [UPDATES, CLIENTS];
    pub(super) const UPDATES: u32 = 1;
    pub(super) const CLIENTS: u32 = 2;
}

/// When the cells of a matrix became what they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Ids of updates, rising.
    updates: Vec<String>,
    /// By client: its cells that were Missing once, by rising update.
    clients: BTreeMap<String, Vec<Time>>,
}

/// When a cell became what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// The number of the update.
    update: u32,
    /// When it was first Missing, in seconds since 1970.
    pub detected: i64,
    /// When it was first Installed after that; it is not while it is Missing.
    pub applied: Option<i64>,
}

impl Times {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// The bytes are no such file, or damaged.
    pub fn open(bytes: &[u8]) -> Result<Times> {
        let archive = Archive::open(KIND, bytes)?;
        archive.check()?;
        let mut from = Reader::new(archive.section(section::UPDATES)?);
        let updates = from.list(|from| from.text().map(str::to_owned))?;
        let mut from = Reader::new(archive.section(section::CLIENTS)?);
        let clients = from.list(|from| Ok((from.text()?.to_owned(), from.list(Time::read)?)))?;
        Ok(Times { updates, clients: clients.into_iter().collect() })
    }

    /// Writes the file.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn write<W: Write + Seek>(&self, out: W) -> Result<W> {
        let mut file = archive::Writer::new(KIND, &section::ALL, out)?;
        let mut record = Writer::new();
        record.list(&self.updates, |out, update| out.text(update));
        file.section(section::UPDATES)?;
        file.write_all(record.as_slice())?;
        record.clear();
        record.u32(u32::try_from(self.clients.len()).unwrap_or(u32::MAX));
        for (client, times) in &self.clients {
            record.text(client);
            record.list(times, |out, time| time.write(out));
        }
        file.section(section::CLIENTS)?;
        file.write_all(record.as_slice())?;
        file.finish().map(|(_, out)| out)
    }

    /// The same times for a matrix of updates with these ids, which rise: those of others are lost.
    pub fn of_updates<'u>(self, ids: impl Iterator<Item = &'u str>) -> Times {
        let ids: Vec<&str> = ids.collect();
        if self.updates == ids {
            return self;
        }
        let place = |id: &String| ids.binary_search(&id.as_str()).ok();
        let places: Vec<Option<u32>> =
            self.updates.iter().map(|id| place(id).and_then(|place| u32::try_from(place).ok())).collect();
        let moved = |time: Time| {
            let update = places.get(time.update as usize).copied().flatten()?;
            Some(Time { update, ..time })
        };
        let clients = self
            .clients
            .into_iter()
            .map(|(client, times)| (client, times.into_iter().filter_map(moved).collect::<Vec<_>>()));
        let clients = clients.filter(|(_, times)| !times.is_empty()).collect();
        Times { updates: ids.into_iter().map(str::to_owned).collect(), clients }
    }

    /// Takes the packed verdicts of a client that was evaluated at a time; its updates are those of
    /// [`Times::of_updates`].
    pub fn take(&mut self, client: &str, verdicts: &[u8], now: i64) {
        self.put(client, self.next(client, verdicts, now));
    }

    /// What [`Times::take`] makes of the times of a client.
    pub fn next(&self, client: &str, verdicts: &[u8], now: i64) -> Vec<Time> {
        let before = self.clients.get(client).map_or(&[][..], Vec::as_slice);
        let mut known = before.iter().copied().peekable();
        let settle = |time: Time| match row::get(verdicts, time.update as usize) {
            Verdict::Installed => Time { applied: time.applied.or(Some(now)), ..time },
            Verdict::Missing | Verdict::NotApplicable | Verdict::Unknown => time,
        };
        let mut times = Vec::with_capacity(known.len());
        for update in row::all(verdicts, self.updates.len(), Verdict::Missing) {
            times.extend(std::iter::from_fn(|| known.next_if(|time| time.update < update)).map(settle));
            let detected = known.next_if(|time| time.update == update).map_or(now, |time| time.detected);
            times.push(Time { update, detected, applied: None });
        }
        times.extend(known.map(settle));
        times
    }

    /// Puts the times of a client in the place of those before.
    pub fn put(&mut self, client: &str, times: Vec<Time>) {
        if times.is_empty() {
            self.clients.remove(client);
        } else {
            self.clients.insert(client.to_owned(), times);
        }
    }

    /// Forgets the clients that are not to be kept.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.clients.retain(|client, _| keep(client));
    }

    /// The times of a client's cell, where it was Missing once; `update` is a number of [`Times::of_updates`].
    pub fn of(&self, client: &str, update: usize) -> Option<Time> {
        let times = self.clients.get(client)?;
        let at = times.binary_search_by(|time| (time.update as usize).cmp(&update)).ok()?;
        times.get(at).copied()
    }
}

impl Time {
    fn write(&self, out: &mut Writer) {
        out.u32(self.update);
        out.u64(self.detected.cast_unsigned());
        out.u8(u8::from(self.applied.is_some()));
        self.applied.iter().for_each(|applied| out.u64(applied.cast_unsigned()));
    }

    fn read(from: &mut Reader<'_>) -> Result<Time> {
        let (update, detected) = (from.u32()?, from.u64()?.cast_signed());
        let applied = if from.u8()? == 0 { None } else { Some(from.u64()?.cast_signed()) };
        Ok(Time { update, detected, applied })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(verdicts: &[Verdict]) -> Vec<u8> {
        let mut packed = vec![0; row::width(verdicts.len())];
        verdicts.iter().enumerate().for_each(|(at, verdict)| row::set(&mut packed, at, *verdict));
        packed
    }

    #[test]
    fn a_cell_is_detected_once_and_applied_after_it() {
        let mut times = Times::default().of_updates(["a", "b", "c"].into_iter());
        times.take("ws", &packed(&[Verdict::Missing, Verdict::Installed, Verdict::Missing]), 10);
        times.take("ws", &packed(&[Verdict::Installed, Verdict::Installed, Verdict::Missing]), 20);
        times.take("ws", &packed(&[Verdict::Installed, Verdict::Unknown, Verdict::Unknown]), 30);
        let of = |times: &Times, update| times.of("ws", update).map(|time| (time.detected, time.applied));
        assert_eq!(
            [0, 1, 2].map(|update| of(&times, update)),
            [Some((10, Some(20))), None, Some((10, None))]
        );
        times.take("ws", &packed(&[Verdict::Missing, Verdict::Missing, Verdict::Installed]), 40);
        let expected = [Some((10, None)), Some((40, None)), Some((10, Some(40)))];
        assert_eq!([0, 1, 2].map(|update| of(&times, update)), expected);

        let file = times.write(std::io::Cursor::new(Vec::new())).expect("writes to memory").into_inner();
        assert_eq!(Times::open(&file).expect("is whole"), times);
        let moved = times.of_updates(["aa", "b", "bb", "c"].into_iter());
        assert_eq!([1, 3].map(|update| of(&moved, update)), [Some((40, None)), Some((10, Some(40)))]);
        assert_eq!([0, 2].map(|update| of(&moved, update)), [None, None]);
    }
}
