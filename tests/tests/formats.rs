//! The files as `docs/` describes them: the tables of the pages are the program's, and a reader that
//! knows nothing but the pages finds what the library finds.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use conformance::damage::{CHECKSUM, seal};
use conformance::samples;
use patchstate::archive::map::Bytes;
use patchstate::catalog::detection;
use patchstate::compile::compile;
use patchstate::diagnostic::{Code, Diagnostics};
use patchstate::index::columns::{Described, Entries, Values};
use patchstate::index::{self, Index, View, probe};
use patchstate::matrix::Matrix;
use patchstate::matrix::tables::{Client, OldServicePack, Run, Source, Status, Update};
use patchstate::model::fact::Kinds;
use patchstate::model::flag::Flags;
use patchstate::model::inventory::Marks;
use patchstate::model::reason::Reason;
use patchstate::model::update::{Catalog, Product, ProductRow, Reboot, Urgency};
use patchstate::model::verdict::{Cell, Verdict};

/// A disk that is full after some bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let written = bytes.len().min(self.0);
        self.0 -= written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Full {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(0)
    }
}

#[test]
fn a_full_disk_is_an_error_of_the_system_wherever_it_ends() {
    let detections = detection::table(None, &[] as &[&Path], &mut Diagnostics::new()).unwrap();
    let catalog = Catalog { products: vec![Product::default()], ..Catalog::default() };
    let columns = compile(vec![catalog], detections).unwrap().columns;
    let mut whole = io::Cursor::new(Vec::new());
    index::write(&columns, &mut whole).unwrap();
    let length = whole.get_ref().len();
    assert!(Index::open(Bytes::copy(whole.get_ref())).unwrap().check().is_ok());
    for room in (0..length).step_by(97) {
        assert_eq!(index::write(&columns, &mut Full(room)).unwrap_err().code(), Code::Io, "{room}");
    }
}

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// What a page says of the values of a column.
fn values(values: Values) -> String {
    match values {
        Values::Any => "any".to_owned(),
        Values::UpTo(most, None) => format!("0 to {most}"),
        Values::UpTo(most, Some(other)) => format!("0 to {most}, {other}"),
        Values::Of(table) => format!("number in {}", table.name),
        Values::NoneOr(table) => format!("number in {}, or NONE", table.name),
        Values::ZeroOr(table) => format!("1 + number in {}, or 0", table.name),
        Values::Ends(table) => format!("end in {}", table.name),
        Values::Cell => "cell".to_owned(),
        Values::NoneOrCell => "cell, or NONE".to_owned(),
    }
}

fn row(number: usize, column: &Described<'_>) -> String {
    let width = match column.times {
        1 => column.entries.width().to_string(),
        times => format!("{} x {times}", column.entries.width()),
    };
    let (table, name) = (column.table.name, column.name);
    format!("| {number} | {table} | `{name}` | {width} | {} | {} |", values(column.values), column.meaning)
}

#[test]
fn the_page_of_the_index_lists_the_columns() {
    let index = Bytes::copy(&samples::index(8).unwrap());
    let columns = View::open(index.as_ref()).unwrap().columns.described();
    let expected: Vec<String> = columns.iter().enumerate().map(|(at, column)| row(at, column)).collect();
    let page = page("index-format.md");
    let found: Vec<&str> =
        page.lines().filter(|line| line.starts_with("| ") && line.contains("| `")).collect();
    let found: Vec<&str> = found.into_iter().filter(|line| line.as_bytes()[2].is_ascii_digit()).collect();
    assert!(found == expected, "the table of columns should be:\n{}", expected.join("\n"));
}

fn number(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

/// Finds the section `id` as the page says.
fn section(file: &[u8], id: u32) -> std::ops::Range<usize> {
    let count = u32::from_le_bytes(file[20..24].try_into().unwrap()) as usize;
    let mut entries = file[64..].chunks_exact(24).take(count);
    let entry = entries.find(|entry| entry[..4] == id.to_le_bytes()).unwrap();
    let (start, length) = (number(entry, 8) as usize, number(entry, 16) as usize);
    start..start + length
}

#[test]
fn a_reader_made_from_the_page_finds_the_columns() {
    let file = samples::index(8).unwrap();
    let section = section(&file, 1);
    let index = Bytes::copy(&file);
    let columns = View::open(index.as_ref()).unwrap().columns.described();
    let root = section.end - 16 * columns.len();
    for (number_of, column) in columns.iter().enumerate() {
        let at = root + 16 * number_of;
        let start = (at as i64 + number(&file, at) as i64) as usize;
        let length = number(&file, at + 8) as usize;
        assert_eq!(length, column.entries.len(), "{}", column.name);
        let width = column.entries.width();
        let bytes = &file[start..start + length * width];
        let found: Vec<u64> = bytes
            .chunks_exact(width)
            .map(|entry| entry.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
            .collect();
        assert!(column.entries.iter().eq(found), "{}", column.name);
        assert!(matches!(column.entries, Entries::Narrow(_) | Entries::Plain(_) | Entries::Wide(_)));
    }
}

#[test]
fn the_hash_is_the_one_of_the_page() {
    let page = page("index-format.md");
    assert!(page.contains(&format!("{:#018x}", probe::SEED)) && probe::HASH == 1);
    // The example of the page.
    let hash = probe::hash(probe::tag::RPM, b"bash", b"");
    assert!(page.contains(&format!("{hash:#018x}")), "the page should name {hash:#018x}");
}

/// Reads the records of a matrix in the order in which the page lists their fields.
struct Records<'a>(&'a [u8]);

impl<'a> Records<'a> {
    fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (head, rest) = self.0.split_at(count);
        self.0 = rest;
        head
    }

    fn number(&mut self, width: usize) -> u64 {
        self.bytes(width).iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
    }

    fn text(&mut self) -> String {
        let count = self.number(4) as usize;
        String::from_utf8(self.bytes(count).to_vec()).unwrap()
    }

    fn texts<const N: usize>(&mut self) -> [String; N] {
        std::array::from_fn(|_| self.text())
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.number(4)).map(|_| item(self)).collect()
    }

    fn products(&mut self) -> Vec<ProductRow> {
        self.list(|from| ProductRow { product: from.text(), levels: from.list(Records::text) })
    }

    fn cell(&mut self) -> Cell {
        let (verdict, reason, flags) = (self.number(1), self.number(2), self.number(2));
        Cell {
            verdict: Verdict::ALL[verdict as usize],
            reason: Reason::from_number(reason as u16).unwrap(),
            flags: Flags::from_bits(flags as u16),
        }
    }

    fn run(&mut self) -> Run {
        let (index, options, retracted) = (self.number(8), self.text(), self.number(4) as u32);
        let sources = self.list(|from| {
            let [feed, format, revision, language] = from.texts();
            Source { feed, format, revision, language, sha256: from.bytes(32).try_into().unwrap() }
        });
        Run { index, options, sources, retracted }
    }

    fn update(&mut self) -> Update {
        let [id, bulletin, title, summary, kind, posted, revised, payload, information] = self.texts();
        Update {
            id,
            bulletin,
            title,
            summary,
            kind,
            posted,
            revised,
            payload,
            information,
            source: self.number(4) as u32,
            urgency: Urgency::from_number(self.number(1) as u8),
            reboot: Reboot::from_number(self.number(1) as u8),
            flags: Flags::from_bits(self.number(2) as u16),
            articles: self.list(|from| from.number(4) as u32),
            cves: self.list(Records::text),
            products: self.products(),
            absent: self.cell(),
            not_collected: self.cell(),
        }
    }

    fn client(&mut self) -> Client {
        let [id, name, group, collector, collected, error] = self.texts();
        Client {
            id,
            name,
            group,
            collector,
            collected,
            error,
            status: [Status::Evaluated, Status::Unreadable][self.number(1) as usize],
            marks: Marks::from_bits(self.number(1) as u8),
            complete: Kinds::from_bits(self.number(2) as u16),
            facts: self.number(8),
            products: self.products(),
            old_service_packs: self
                .list(|from| OldServicePack { product: from.text(), current: from.text() }),
            languages: self.list(|from| from.number(4) as u32),
            flags: Flags::from_bits(self.number(2) as u16),
            inventory: self.number(8),
        }
    }
}

/// The cell of a client and an update, by the words of the page.
fn cell(file: &[u8], at: (usize, usize), updates: &[Update], clients: &[Client]) -> Cell {
    let cell = stored_cell(file, at, updates, clients);
    Cell { flags: cell.flags | clients[at.0].flags, ..cell }
}

fn stored_cell(file: &[u8], at: (usize, usize), updates: &[Update], clients: &[Client]) -> Cell {
    let (client, update) = at;
    let width = updates.len().div_ceil(4);
    let byte = file[section(file, 3)][client * width + update / 4];
    let verdict = Verdict::ALL[usize::from(byte >> (update % 4 * 2) & 3)];
    let ends = &file[section(file, 5)];
    let start = if client == 0 { 0 } else { number(ends, (client - 1) * 8) as usize };
    let mut exceptions = file[section(file, 6)][start * 8..number(ends, client * 8) as usize * 8].chunks(8);
    if let Some(found) = exceptions.find(|exception| exception[..4] == (update as u32).to_le_bytes()) {
        let mut found = Records(&found[4..]);
        let reason = Reason::from_number(found.number(2) as u16).unwrap();
        return Cell { verdict, reason, flags: Flags::from_bits(found.number(2) as u16) };
    }
    let (absent, not_collected) = (updates[update].absent, updates[update].not_collected);
    match clients[client].status {
        Status::Unreadable => Cell::UNREADABLE,
        Status::Evaluated if absent.verdict == verdict => absent,
        Status::Evaluated => Cell { verdict, ..not_collected },
    }
}

#[test]
fn the_checksum_is_that_of_the_sections_and_then_of_the_header() {
    for file in [samples::index(8).unwrap(), samples::matrix(9, 13).unwrap()] {
        let mut sealed = file.clone();
        sealed[CHECKSUM].fill(0);
        seal(&mut sealed);
        assert!(sealed == file);
    }
}

#[test]
fn a_reader_made_from_the_page_finds_the_cells() {
    let file = samples::matrix(9, 13).unwrap();
    let matrix = Matrix::open(&file).unwrap();
    let records = |id| Records(&file[section(&file, id)]);
    assert_eq!(records(1).run(), matrix.run);
    let updates = records(2).list(Records::update);
    let clients = records(4).list(Records::client);
    assert_eq!((&updates, &clients), (&matrix.updates, &matrix.clients));
    for client in 0..clients.len() {
        let cells: Vec<Cell> =
            (0..updates.len()).map(|update| cell(&file, (client, update), &updates, &clients)).collect();
        assert!(matrix.row(client).eq(cells), "client {client}");
    }
}
