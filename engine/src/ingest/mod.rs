//! The way from files to clients: documents in, one inventory per client out.
//!
//! [`Intake::scan`] looks at the names and the heads of documents once and brings them together by
//! client; [`Intake::read`] then reads any client at any time, from any thread. Knows where documents
//! lie and which of them count; what stands in them is the matter of [`crate::inventory`]. Source of
//! truth: `docs/inventories.md`, "Common rules".

mod aged;
mod budget;
mod document;
mod grouping;
mod inspect;
mod report;
mod single;
mod sources;
mod spool;

use crate::diagnostic::{Code, Diagnostics, Position};
use crate::error::{Error, Result};
use crate::inventory::{self, Excerpt, Format, MAX_FACTS};
use crate::model::fact::Kinds;
use crate::model::inventory::Collector;

pub use aged::is_aged;
pub use budget::{Budget, Share};
pub use document::{Buffer, Document, MAX_DOCUMENT, client_stem};
pub use grouping::Client;
pub use report::{Import, Imported, Tally};
pub use single::{Kept, Report};
pub use sources::Input;

use aged::Aged;
use document::Store;

/// What the person who evaluates decides about the input.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The format of every document; decided by the content unless one is given.
    pub format: Option<&'static Format>,
    /// The encoding of text that does not say its own.
    pub encoding: Option<String>,
    /// The id of what names no client; otherwise the name of its file is.
    pub client: Option<String>,
    /// Kinds that are complete whatever the documents vouch for.
    pub assume_complete: Kinds,
    /// What the readers are told.
    pub reading: inventory::Settings,
    /// How many bytes of documents may be held at a time.
    pub budget: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            format: None,
            encoding: None,
            client: None,
            assume_complete: Kinds::NONE,
            reading: inventory::Settings::default(),
            budget: 256 << 20,
        }
    }
}

/// Every client of the inputs, and what is needed to read each.
///
/// ```
/// use patchstate::ingest::{Buffer, Intake, Settings};
/// use patchstate::model::inventory::Inventory;
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("web-01.rpm"), "bash 0:5.2.26-3.fc40 x86_64\n")?;
/// let intake = Intake::scan(&[folder.path().into()], Settings::default())?;
/// let [client] = intake.clients() else { panic!() };
///
/// let mut inventory = Inventory::default();
/// let report = intake.read(client, &mut Buffer::new(), &mut inventory)?;
/// assert_eq!((client.id.as_str(), report.facts), ("web-01", 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Intake {
    settings: Settings,
    documents: Vec<Document>,
    clients: Vec<Client>,
    diagnostics: Diagnostics,
    store: Store,
}

/// What was read of one client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientReport {
    /// Bytes of documents, expanded.
    pub bytes: u64,
    /// Documents, or parts of documents.
    pub documents: u32,
    /// Facts.
    pub facts: u32,
}

/// One piece of a client's inventory, ready to be read.
#[derive(Debug)]
pub struct Loaded<'a> {
    /// The number of its document in [`Intake::documents`].
    pub document: usize,
    /// What the document is called in messages.
    pub name: &'a str,
    /// The document's format.
    pub format: &'static Format,
    /// The text.
    pub excerpt: Excerpt<'a>,
    /// The bytes as they were read, expanded.
    pub bytes: &'a [u8],
    /// The name of the document's encoding.
    pub encoding: &'static str,
    /// In how many places bytes had no meaning in that encoding.
    pub undecodable: u64,
}

impl Intake {
    /// Looks at all inputs and finds their clients.
    ///
    /// A document that cannot be read is one client with a [`Client::problem`]; inputs without any
    /// document give no clients.
    ///
    /// # Errors
    ///
    /// An input is not there, a folder cannot be listed, or a temporary file cannot be written.
    pub fn scan(inputs: &[Input], settings: Settings) -> Result<Self> {
        inspect::scan(inputs, settings)
    }

    /// The clients, in the order of the bytes of their ids.
    pub fn clients(&self) -> &[Client] {
        &self.clients
    }

    /// Finds a client by its id.
    pub fn client(&self, id: &str) -> Option<&Client> {
        self.clients.binary_search_by(|client| client.id.as_str().cmp(id)).ok().map(|at| &self.clients[at])
    }

    /// The documents that were found.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// What was passed over.
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }

    /// What was decided about the input.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Reads one client's inventory into `out`: the whole one first, then its parts.
    ///
    /// # Errors
    ///
    /// The client cannot be read; the message names file, member and position. `out` then holds an
    /// unknown part of the inventory, and none of it counts.
    pub fn read<C: Collector>(
        &self,
        client: &Client,
        buffer: &mut Buffer,
        out: &mut C,
    ) -> Result<ClientReport> {
        let report = self.pieces(client, buffer, out, |_| {})?;
        // Last, so that no document can withdraw it.
        out.complete(self.settings.assume_complete);
        Ok(report)
    }

    /// Reads every piece of one client's inventory, and shows each to `note` before.
    ///
    /// # Errors
    ///
    /// As [`Intake::read`].
    pub fn pieces<C: Collector>(
        &self,
        client: &Client,
        buffer: &mut Buffer,
        out: &mut C,
        mut note: impl FnMut(&Loaded<'_>),
    ) -> Result<ClientReport> {
        let mut report = ClientReport::default();
        self.visit(client, buffer, |loaded| {
            self.documents[loaded.document].verify(loaded.bytes)?;
            note(&loaded);
            out.document(loaded.name);
            if loaded.undecodable > 0 {
                let message = format!("{} places that are not {}", loaded.undecodable, loaded.encoding);
                out.diagnostic(Code::TextUndecodable, Position::default(), &message);
            }
            report.bytes += loaded.bytes.len() as u64;
            report.documents += 1;
            let reading = &self.settings.reading;
            report.facts += match self.documents[loaded.document].since {
                None => loaded.format.read(loaded.excerpt, reading, out)?,
                Some(since) => {
                    let mut aged = Aged { inner: &mut *out, since };
                    let mut aged: &mut dyn Collector = &mut aged;
                    loaded.format.read(loaded.excerpt, reading, &mut aged)?
                }
            };
            if report.facts > MAX_FACTS {
                let message = format!("more than {MAX_FACTS} facts of one client");
                return Err(Error::new(Code::TooLarge, message));
            }
            Ok(())
        })?;
        Ok(report)
    }

    /// Gives every piece of a client's inventory to `visit`: the whole one first, then the parts.
    ///
    /// A share of the budget is held meanwhile, so that `visit` must not read another client.
    ///
    /// # Errors
    ///
    /// A piece cannot be read, or `visit` failed; the message names file and member.
    pub fn visit(
        &self,
        client: &Client,
        buffer: &mut Buffer,
        mut visit: impl FnMut(Loaded<'_>) -> Result<()>,
    ) -> Result<()> {
        if let Some(problem) = &client.problem {
            return Err(problem.clone());
        }
        for piece in &client.pieces {
            let document = &self.documents[piece.document];
            self.piece(piece, document, buffer, &mut visit).map_err(|error| error.in_file(&document.name))?;
        }
        Ok(())
    }
}
