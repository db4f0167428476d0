//! Inventory readers: documents of clients in, facts out.
//!
//! Each format is one file or folder here and one row of [`FORMATS`]; a reader knows its documents and
//! nothing of where they lie, how they are evaluated, or of the other readers. What a document is, its
//! content decides, never its name. Source of truth: `docs/inventories.md`.

use std::ops::Range;

use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::model::fact::Kinds;
use crate::model::inventory::Collector;

mod clixml;
mod elements;
mod glpi;
mod json;
mod lines;
mod management;
mod mif;
pub mod native;
mod ndjson;
mod nevra;
mod office;
mod osquery;
mod oval;
mod packages;
mod qfe;
mod reg;
mod sccm;
mod sink;
mod stretches;
mod systeminfo;
pub mod time;
mod uninstall;
mod vmaas;

/// Every inventory format that can be read, in the order in which they are tried.
pub const FORMATS: &[Format] = &[
    native::FORMAT,
    glpi::XML,
    glpi::JSON,
    sccm::HARDWARE,
    sccm::SOFTWARE,
    sccm::DISCOVERY,
    mif::FORMAT,
    clixml::FORMAT,
    osquery::FORMAT,
    vmaas::FORMAT,
    oval::FORMAT,
    systeminfo::FORMAT,
    qfe::FORMAT,
    reg::FORMAT,
    packages::RPM,
    packages::DPKG,
    packages::AGENT_RPM,
    packages::AGENT_DPKG,
    office::FORMAT,
];

/// How many facts one client may state.
pub const MAX_FACTS: u32 = 2_000_000;

/// How many bytes one value may have.
pub const MAX_TEXT: usize = 1 << 20;

/// How many bytes may stand before the first inventory of a document that holds several.
pub const MAX_HEAD: usize = 1 << 20;

/// An inventory format: its name, how it is recognised, what it can vouch for, how it is read.
#[derive(Debug)]
pub struct Format {
    /// The name used by options and reports.
    pub name: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Whether a document that begins with this text is of this format.
    pub recognises: fn(&str) -> bool,
    /// Whether a document states all that is known of a client.
    pub scope: Scope,
    /// The kinds that a document may have completely.
    pub vouches: Kinds,
    /// Finds the inventories of a document; see [`Format::units`].
    find: fn(&str, Look) -> Result<Found>,
    /// The encoding that consoles wrote such a document in; see [`Format::code_page`].
    code_page: fn(&[u8]) -> Option<&'static str>,
    /// Reads one inventory; see [`Format::read`].
    read: fn(Excerpt<'_>, &Settings, &mut dyn Collector) -> Result<u32>,
}

impl PartialEq for Format {
    /// No two formats have one name.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Format {}

/// Whether a document is the whole inventory of its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// It replaces whatever else is known.
    Whole,
    /// It is merged with the other documents of its client.
    Part,
}

/// How much of a document is looked at to find its inventories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Its beginning.
    Beginning,
    /// All of it.
    All,
}

/// What was found of a document's inventories.
#[derive(Debug)]
pub enum Found {
    /// The beginning does not tell; the document is needed to its end.
    NeedsAll,
    /// Every inventory of the document, in document order.
    Units(Vec<Unit>),
}

/// One client's inventory, or a part of it, within a document.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// The client's id; `None` where the document gives none.
    pub client: Option<String>,
    /// Grows with every inventory of the client.
    pub serial: Option<u64>,
    /// Time of collection.
    pub collected: Option<String>,
    /// Whether it only changes an earlier inventory.
    pub delta: bool,
    /// The serial that a delta applies to; `None` is the one before its own.
    pub base: Option<u64>,
    /// Where it stands; `None` where it is the whole document.
    pub place: Option<Place>,
    /// Why it cannot be read, where its head shows that already. A code that is no error says that it is no
    /// inventory, so that no client is to be made of it.
    pub problem: Option<Error>,
    /// What in its head has not the form that it must have; it is read all the same.
    pub bad: Option<String>,
}

/// Where an inventory stands in a document that holds several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What stands before the first inventory and speaks of all of them.
    pub head: Range<usize>,
    /// The bytes of this one.
    pub body: Range<usize>,
    /// Where the body begins.
    pub start: Position,
}

/// One inventory's text, cut out of its document.
#[derive(Clone, Copy, Debug)]
pub struct Excerpt<'a> {
    /// What stands before the first inventory and speaks of all of them; often empty.
    pub head: &'a str,
    /// The text of this inventory.
    pub text: &'a str,
    /// Where it begins in the document.
    pub start: Position,
    /// When the document was written, in RFC 3339, where its format says nothing of that
    /// ([`Format::lacks_time`]) and the file system does.
    pub written: Option<&'a str>,
}

impl<'a> From<&'a str> for Excerpt<'a> {
    /// The whole document.
    fn from(text: &'a str) -> Self {
        Excerpt { head: "", text, start: Position::START, written: None }
    }
}

/// What the person who evaluates decides about inventories.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What a delta inventory means.
    pub deltas: Deltas,
    /// Further names of elements below which results of Office stand as not there.
    pub missing_elements: Vec<String>,
}

/// What a delta inventory means to who reads it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deltas {
    /// An error, because the state that it changes is not at hand.
    #[default]
    Refuse,
    /// An inventory of which no kind is complete.
    AsFull,
    /// A delta: what it withdraws is handed over as removals.
    Take,
}

impl Format {
    /// Whether documents do not say when what they state was found, so that the time of the file stands for
    /// it.
    pub fn lacks_time(&self) -> bool {
        self.name == office::FORMAT.name
    }

    /// Whether its documents are a stream of a client: numbered by [`Unit::serial`], whole or deltas of the one
    /// before. A whole one replaces what its stream brought before, and of several the highest serial counts.
    ///
    /// The documents of other formats have no serials: one that is whole ([`Format::scope`]) replaces everything
    /// else, and a part the part of the same format before it.
    pub fn is_stream(&self) -> bool {
        self.name == native::FORMAT.name || sccm::is_stream(self.name)
    }

    /// Finds the inventories of a document, so that each can be read on its own.
    ///
    /// With [`Look::Beginning`], `text` may end anywhere; a format that must see more answers
    /// [`Found::NeedsAll`]. With [`Look::All`] it never does.
    ///
    /// ```
    /// use patchstate::inventory::{find, Found, Look};
    ///
    /// let text = r#"<inventory version="1" client="WS-1" serial="7"><os family="linux""#;
    /// let found = find("native").unwrap().units(text, Look::Beginning).unwrap();
    /// let Found::Units(units) = found else { panic!() };
    /// assert_eq!((units[0].client.as_deref(), units[0].serial), (Some("WS-1"), Some(7)));
    /// ```
    ///
    /// # Errors
    ///
    /// The document is not of this format. What is wrong with one inventory of several is the
    /// [`Unit::problem`] of that one.
    pub fn units(&self, text: &str, look: Look) -> Result<Found> {
        (self.find)(text, look)
    }

    /// The label of the encoding that text of this format is in where nothing else tells; `None` is the
    /// encoding of all others. `bytes` are the document or its beginning.
    pub fn code_page(&self, bytes: &[u8]) -> Option<&'static str> {
        (self.code_page)(bytes)
    }

    /// Reads one inventory into `out` and says how many facts it states.
    ///
    /// The native format is compiled for the collector given; the others call it through a table.
    ///
    /// ```
    /// use patchstate::inventory::{find, Settings};
    /// use patchstate::model::inventory::Inventory;
    ///
    /// let mut inventory = Inventory::default();
    /// let text = "# client: web-01\nbash 0:5.2.26-3.fc40 x86_64\n";
    /// let facts = find("rpm").unwrap().read(text.into(), &Settings::default(), &mut inventory).unwrap();
    /// assert_eq!((inventory.client(), facts), ("web-01", 1));
    /// ```
    ///
    /// # Errors
    ///
    /// The inventory cannot be read, or exceeds a limit; `out` then holds an unknown part of it.
    #[inline]
    pub fn read<C: Collector>(&self, excerpt: Excerpt<'_>, settings: &Settings, out: &mut C) -> Result<u32> {
        if self.name == native::FORMAT.name {
            return native::read(excerpt, settings, out);
        }
        (self.read)(excerpt, settings, out)
    }
}

/// Finds a format by its name.
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Finds the format of a document by the text it begins with.
///
/// ```
/// use patchstate::inventory::recognise;
///
/// assert_eq!(recognise("openssl\t3.0.15-1~deb12u1\tamd64\tii \n").unwrap().name, "dpkg");
/// assert!(recognise("Dear all,\n").is_err());
/// ```
///
/// # Errors
///
/// No format recognises it; the message shows its first bytes.
pub fn recognise(head: &str) -> Result<&'static Format> {
    FORMATS.iter().find(|format| (format.recognises)(head)).ok_or_else(|| {
        let begins: String = head.chars().take(32).flat_map(char::escape_default).collect();
        let names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
        Error::new(
            Code::InventoryUnknownFormat,
            format!("no inventory reader recognises it; it begins with `{begins}`"),
        )
        .with_hint(format!("readable formats: {}; force one with `--input-format`", names.join(", ")))
    })
}
