//! The tables of a matrix file: what was run, the updates, the clients.

use std::borrow::Cow;

use crate::archive::record::{Reader, Writer};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::fact::Kinds;
use crate::model::flag::Flags;
use crate::model::inventory::Marks;
use crate::model::reason::Reason;
use crate::model::update::{ProductRow, Reboot, Urgency};
use crate::model::verdict::{Cell, Verdict};

/// What was evaluated, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The checksum of the index, which identifies it.
    pub index: u64,
    /// The options that change answers, as they would be written on a command line.
    pub options: String,
    /// The sources of the index.
    pub sources: Vec<Source>,
    /// Updates that were withdrawn with their packages and have no cells.
    pub retracted: u32,
}

/// A catalog of the index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Name space of its updates.
    pub feed: String,
    /// Format.
    pub format: String,
    /// The catalog's own revision.
    pub revision: String,
    /// Language.
    pub language: String,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

/// A column of the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Full identity: `FEED:ID`, with `#revision` where a feed holds several.
    pub id: String,
    /// Its source, a number in [`Run::sources`].
    pub source: u32,
    /// The bulletin, advisory or article it is known by.
    pub bulletin: String,
    /// Title.
    pub title: String,
    /// Summary.
    pub summary: String,
    /// The catalog's word for its type.
    pub kind: String,
    /// How urgent.
    pub urgency: Option<Urgency>,
    /// Article numbers, its own first.
    pub articles: Vec<u32>,
    /// Vulnerabilities.
    pub cves: Vec<String>,
    /// Products and service packs that it is for.
    pub products: Vec<ProductRow>,
    /// Date of publication.
    pub posted: String,
    /// Date of the last revision.
    pub revised: String,
    /// Whether a restart is needed.
    pub reboot: Reboot,
    /// Address of the download.
    pub payload: String,
    /// Address of the description.
    pub information: String,
    /// Flags of every cell.
    pub flags: Flags,
    /// The cell that the proved absence of its anchors gives.
    pub absent: Cell,
    /// The cell that anchors that were not collected give.
    pub not_collected: Cell,
}

/// What became of a client's inventory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Evaluated.
    #[default]
    Evaluated = 0,
    /// It could not be read; all cells are Unknown.
    Unreadable = 1,
}

/// A row of the matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// Unique id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Display group.
    pub group: String,
    /// Program that collected the inventory.
    pub collector: String,
    /// Time of collection.
    pub collected: String,
    /// What became of the inventory.
    pub status: Status,
    /// Why it could not be read; empty when it could.
    pub error: String,
    /// Kinds that were complete.
    pub complete: Kinds,
    /// Marks of the inventory.
    pub marks: Marks,
    /// How many facts it states.
    pub facts: u64,
    /// The products that are there and the service packs that each may be at, as catalogs name them.
    pub products: Vec<ProductRow>,
    /// Those of them whose service pack is older than the current one.
    pub old_service_packs: Vec<OldServicePack>,
    /// Numbers of the languages of the products of Office that are there, rising; none where none states its
    /// own. They decide which variants of an update a plan names.
    pub languages: Vec<u32>,
    /// Flags of every cell.
    pub flags: Flags,
    /// Identifies what a site kept of the client when it was evaluated; 0 is no site.
    pub inventory: u64,
}

/// A client as the table of clients holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed<'a>(Cow<'a, [u8]>);

impl Packed<'_> {
    pub(super) fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

/// An entry of the table of clients of which only what tells whether the row may be kept was read.
#[derive(Clone, Copy, Debug)]
pub struct Glance<'a> {
    /// As of [`Client`].
    pub id: &'a str,
    /// As of [`Client`].
    pub flags: Flags,
    /// As of [`Client`].
    pub inventory: u64,
    entry: &'a [u8],
}

/// Bytes of the flags and the inventory, with which an entry of the table of clients ends.
const TAIL: usize = 2 + 8;

/// A product of a client whose service pack is older than the current one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OldServicePack {
    /// Name of the product.
    pub product: String,
    /// The current service pack, as the catalog names it.
    pub current: String,
}

impl Run {
    pub(super) fn write(&self, out: &mut Writer) {
        out.u64(self.index);
        out.text(&self.options);
        out.u32(self.retracted);
        out.list(&self.sources, |out, source| source.write(out));
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Run> {
        let index = from.u64()?;
        let options = from.text()?.to_owned();
        let retracted = from.u32()?;
        Ok(Run { index, options, retracted, sources: from.list(Source::read)? })
    }
}

impl Source {
    fn write(&self, out: &mut Writer) {
        [&self.feed, &self.format, &self.revision, &self.language]
            .into_iter()
            .for_each(|text| out.text(text));
        out.bytes(&self.sha256);
    }

    fn read(from: &mut Reader<'_>) -> Result<Source> {
        let mut text = || from.text().map(str::to_owned);
        let (feed, format, revision, language) = (text()?, text()?, text()?, text()?);
        let sha256 = from.bytes(32)?.try_into().unwrap_or_default();
        Ok(Source { feed, format, revision, language, sha256 })
    }
}

impl Update {
    pub(super) fn write(&self, out: &mut Writer) {
        let texts = [
            &self.id,
            &self.bulletin,
            &self.title,
            &self.summary,
            &self.kind,
            &self.posted,
            &self.revised,
            &self.payload,
            &self.information,
        ];
        texts.into_iter().for_each(|text| out.text(text));
        out.u32(self.source);
        out.u8(self.urgency.map_or(0, |urgency| urgency as u8));
        out.u8(self.reboot as u8);
        out.u16(self.flags.bits());
        out.list(&self.articles, |out, article| out.u32(*article));
        out.list(&self.cves, |out, cve| out.text(cve));
        write_products(&self.products, out);
        write_cell(self.absent, out);
        write_cell(self.not_collected, out);
    }

    /// Passes over an entry, and takes its flags.
    pub(super) fn glance(from: &mut Reader<'_>) -> Result<Flags> {
        (0..9).try_for_each(|_| from.skip_text())?;
        from.bytes(4 + 1 + 1)?;
        let flags = Flags::from_bits(from.u16()?);
        from.skip_list(|from| from.u32().map(|_| ()))?;
        from.skip_list(Reader::skip_text)?;
        skip_products(from)?;
        from.bytes(2 * CELL)?;
        Ok(flags)
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Update> {
        let mut text = || from.text().map(str::to_owned);
        let (id, bulletin, title, summary, kind) = (text()?, text()?, text()?, text()?, text()?);
        let (posted, revised, payload, information) = (text()?, text()?, text()?, text()?);
        Ok(Update {
            id,
            bulletin,
            title,
            summary,
            kind,
            posted,
            revised,
            payload,
            information,
            source: from.u32()?,
            urgency: read_urgency(from)?,
            reboot: read_reboot(from)?,
            flags: Flags::from_bits(from.u16()?),
            articles: from.list(Reader::u32)?,
            cves: from.list(|from| from.text().map(str::to_owned))?,
            products: read_products(from)?,
            absent: read_cell(from)?,
            not_collected: read_cell(from)?,
        })
    }
}

impl Client {
    /// Writes the client as the table of clients holds it.
    pub fn pack(&self) -> Packed<'static> {
        let mut out = Writer::new();
        self.write(&mut out);
        Packed(Cow::Owned(out.as_slice().to_vec()))
    }

    /// Finds where an entry ends, and takes of it what tells whether the row may be kept.
    pub(super) fn glance<'a>(from: &mut Reader<'a>) -> Result<Glance<'a>> {
        let entry = from.rest();
        let id = from.text()?;
        (0..5).try_for_each(|_| from.skip_text())?;
        from.bytes(1 + 1 + 2 + 8)?;
        skip_products(from)?;
        from.skip_list(|from| from.skip_text().and_then(|()| from.skip_text()))?;
        from.skip_list(|from| from.u32().map(|_| ()))?;
        let (flags, inventory) = (Flags::from_bits(from.u16()?), from.u64()?);
        Ok(Glance { id, flags, inventory, entry: &entry[..entry.len() - from.rest().len()] })
    }

    pub(super) fn write(&self, out: &mut Writer) {
        let texts = [&self.id, &self.name, &self.group, &self.collector, &self.collected, &self.error];
        texts.into_iter().for_each(|text| out.text(text));
        out.u8(self.status as u8);
        out.u8(self.marks.bits());
        out.u16(self.complete.bits());
        out.u64(self.facts);
        write_products(&self.products, out);
        out.list(&self.old_service_packs, |out, old| {
            out.text(&old.product);
            out.text(&old.current);
        });
        out.list(&self.languages, |out, language| out.u32(*language));
        out.u16(self.flags.bits());
        out.u64(self.inventory);
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Client> {
        let mut text = || from.text().map(str::to_owned);
        let (id, name, group) = (text()?, text()?, text()?);
        let (collector, collected, error) = (text()?, text()?, text()?);
        Ok(Client {
            id,
            name,
            group,
            collector,
            collected,
            error,
            status: read_status(from)?,
            marks: read_marks(from)?,
            complete: read_kinds(from)?,
            facts: from.u64()?,
            products: read_products(from)?,
            old_service_packs: from.list(OldServicePack::read)?,
            languages: from.list(Reader::u32)?,
            flags: Flags::from_bits(from.u16()?),
            inventory: from.u64()?,
        })
    }
}

impl<'a> Glance<'a> {
    /// The client as the table of clients holds it, with these flags of every cell.
    pub fn packed(&self, flags: Flags) -> Packed<'a> {
        let mut entry = Cow::Borrowed(self.entry);
        if let Some(at) = self.entry.len().checked_sub(TAIL).filter(|_| self.flags != flags) {
            entry.to_mut()[at..at + 2].copy_from_slice(&flags.bits().to_le_bytes());
        }
        Packed(entry)
    }
}

impl OldServicePack {
    fn read(from: &mut Reader<'_>) -> Result<OldServicePack> {
        Ok(OldServicePack { product: from.text()?.to_owned(), current: from.text()?.to_owned() })
    }
}

fn write_products(products: &[ProductRow], out: &mut Writer) {
    out.list(products, |out, row| {
        out.text(&row.product);
        out.list(&row.levels, |out, level| out.text(level));
    });
}

fn read_products(from: &mut Reader<'_>) -> Result<Vec<ProductRow>> {
    from.list(|from| {
        let product = from.text()?.to_owned();
        Ok(ProductRow { product, levels: from.list(|from| from.text().map(str::to_owned))? })
    })
}

fn skip_products(from: &mut Reader<'_>) -> Result<()> {
    from.skip_list(|from| from.skip_text().and_then(|()| from.skip_list(Reader::skip_text)))
}

/// Bytes of a cell.
const CELL: usize = 1 + 2 + 2;

fn write_cell(cell: Cell, out: &mut Writer) {
    out.u8(cell.verdict.code());
    out.u16(cell.reason.number());
    out.u16(cell.flags.bits());
}

fn read_cell(from: &mut Reader<'_>) -> Result<Cell> {
    let verdict = from.u8()?;
    let verdict = Verdict::ALL.into_iter().find(|known| known.code() == verdict);
    let verdict = verdict.ok_or_else(|| unknown("verdict"))?;
    let reason = Reason::from_number(from.u16()?).ok_or_else(|| unknown("reason"))?;
    Ok(Cell { verdict, reason, flags: Flags::from_bits(from.u16()?) })
}

fn read_urgency(from: &mut Reader<'_>) -> Result<Option<Urgency>> {
    match from.u8()? {
        0 => Ok(None),
        number => Urgency::from_number(number).map(Some).ok_or_else(|| unknown("urgency")),
    }
}

fn read_reboot(from: &mut Reader<'_>) -> Result<Reboot> {
    let number = from.u8()?;
    Some(Reboot::from_number(number)).filter(|known| *known as u8 == number).ok_or_else(|| unknown("reboot"))
}

fn read_status(from: &mut Reader<'_>) -> Result<Status> {
    match from.u8()? {
        0 => Ok(Status::Evaluated),
        1 => Ok(Status::Unreadable),
        _ => Err(unknown("status")),
    }
}

fn read_marks(from: &mut Reader<'_>) -> Result<Marks> {
    let bits = from.u8()?;
    Some(Marks::from_bits(bits)).filter(|known| known.bits() == bits).ok_or_else(|| unknown("mark"))
}

fn read_kinds(from: &mut Reader<'_>) -> Result<Kinds> {
    let bits = from.u16()?;
    Some(Kinds::from_bits(bits)).filter(|known| known.bits() == bits).ok_or_else(|| unknown("kind"))
}

fn unknown(what: &str) -> Error {
    Error::new(Code::BadTable, format!("a {what} has an unknown number"))
}
