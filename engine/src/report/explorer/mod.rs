//! The explorer: a site that is read in a browser, without a server and without a network.
//!
//! [`Matrix`]es in, and what only a site knows; out a page, its scripts, and the data in chunks that the page
//! loads when it needs them. Every number is that of a report, found by the same functions. Knows nothing of
//! the place where the files go, and reads no clock. Source of truth: `docs/explorer.md`.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;

use chunk::Chunk;
use codes::Codes;
use grid::Grid;
use overview::Overview;

use crate::error::Result;
use crate::matrix::Matrix;

mod chunk;
mod codes;
mod columns;
mod evidence;
mod grid;
mod map;
mod members;
mod overview;
mod page;
mod rows;
mod tables;
mod values;

/// The version of the form of the data.
const FORMAT: u32 = 1;

/// What a folder that holds an explorer says in the first line of its list of files.
pub const MARK: &str = "patchstate explorer";

/// The page with which a folder is opened.
pub const FIRST: &str = "index.html";

/// What an explorer shows.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use patchstate::matrix::{Matrix, write, tables::Run};
/// use patchstate::report::explorer::Explorer;
///
/// let mut bytes = std::io::Cursor::new(Vec::new());
/// write(&Run::default(), std::iter::empty(), [], &mut bytes)?;
/// let matrix = Matrix::open(bytes.get_ref())?;
///
/// let explorer = Explorer::new("Example", vec![("security", &matrix)]);
/// let mut files = BTreeMap::new();
/// let mut put = |path: &str, bytes: &[u8]| {
///     files.insert(path.to_owned(), bytes.to_vec());
///     Ok(())
/// };
/// explorer.write_files(&mut put, &mut |_clients| ())?;
/// assert!(files.contains_key("index.html") && files.contains_key("data/overview-0.js"));
/// # Ok::<(), patchstate::error::Error>(())
/// ```
#[derive(Debug)]
pub struct Explorer<'a> {
    /// The name of the site.
    pub name: &'a str,
    /// The time from which ages are counted; without one there are none.
    pub now: Option<jiff::Timestamp>,
    /// What was evaluated, each with the feed or whatever else it is called by. No client and update may have
    /// a cell in two of them.
    pub matrices: Vec<(&'a str, &'a Matrix<'a>)>,
    /// The collections of clients.
    pub collections: Vec<Collection>,
    /// What is to be said of clients, by id; they need not be in a matrix.
    pub states: BTreeMap<String, Vec<State>>,
    /// Further shares of something, which the coverage lists first.
    pub coverage: Vec<Share>,
    /// When updates were authorized, by id.
    pub authorized: BTreeMap<String, String>,
    /// What proves cells that are Missing or Unknown.
    pub evidence: Option<Evidence<'a>>,
    /// The command line that proves a cell, without `--client ID --update ID`.
    pub explain: &'a str,
}

/// A collection of clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// Its id.
    pub id: String,
    /// The feed that its clients are evaluated against; empty for all.
    pub feed: String,
    /// What it is for: `production`, `preproduction`.
    pub role: String,
    /// The ids of its clients; `None` for all.
    pub clients: Option<Vec<String>>,
}

/// A share of a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// What it belongs to: the id of a collection.
    pub section: String,
    /// What the part is.
    pub name: String,
    /// The part.
    pub part: u64,
    /// The whole.
    pub whole: u64,
}

/// What is to be said of a client besides its verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// Its inventory is old.
    Stale = 0,
    /// A whole report was asked of it and has not come.
    OpenResync = 1,
    /// A report of it was refused.
    Quarantined = 2,
    /// It is named and no report of it has come.
    NeverSeen = 3,
}

impl State {
    /// All four, in the order of their numbers.
    pub const ALL: [State; 4] = [State::Stale, State::OpenResync, State::Quarantined, State::NeverSeen];

    /// The words for it.
    pub fn name(self) -> &'static str {
        match self {
            State::Stale => "stale",
            State::OpenResync => "open resync",
            State::Quarantined => "in quarantine",
            State::NeverSeen => "never seen",
        }
    }
}

/// What proves cells that are Missing or Unknown, in words.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// Of how many clients: those with most Missing cells that lists show.
    pub clients: usize,
    /// Says what proves cells of a client.
    pub of: &'a Proves<'a>,
}

/// Says what proves cells, given the id of a client and those of all its updates that are Missing or Unknown: a
/// text for each of them, in their order. It is asked once for a client, from several threads.
pub type Proves<'a> = dyn Fn(&str, &[&str]) -> Vec<Option<String>> + Sync + 'a;

impl fmt::Debug for Evidence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence").field("clients", &self.clients).finish_non_exhaustive()
    }
}

/// Takes a file: its path with `/`, and its bytes.
pub type Put<'p> = dyn FnMut(&str, &[u8]) -> Result<()> + 'p;

impl<'a> Explorer<'a> {
    /// An explorer of matrices, of which nothing else is known.
    pub fn new(name: &'a str, matrices: Vec<(&'a str, &'a Matrix<'a>)>) -> Explorer<'a> {
        Explorer {
            name,
            now: None,
            matrices,
            collections: Vec::new(),
            states: BTreeMap::new(),
            coverage: Vec::new(),
            authorized: BTreeMap::new(),
            evidence: None,
            explain: "patchstate explain INDEX INVENTORY",
        }
    }

    /// Writes the files of a folder, [`FIRST`] last; `step` is told of clients whose cells were written.
    ///
    /// # Errors
    ///
    /// Two matrices have a cell of the same client and update, or `put` fails.
    pub fn write_files(&self, put: &mut Put<'_>, step: &mut dyn FnMut(u64)) -> Result<()> {
        self.chunks(&mut |chunk| put(&page::path(&chunk), &chunk.script()), step)?;
        page::files().try_for_each(|(path, bytes)| put(&path, &bytes))
    }

    /// Writes everything as one page.
    ///
    /// # Errors
    ///
    /// As [`Explorer::write_files`], or writing fails.
    pub fn write_page(&self, out: &mut dyn Write, step: &mut dyn FnMut(u64)) -> Result<()> {
        let (before, after) = page::whole();
        out.write_all(before.as_bytes())?;
        self.chunks(&mut |chunk| Ok(out.write_all(&page::element(&chunk))?), step)?;
        Ok(out.write_all(after.as_bytes())?)
    }

    /// How many clients `step` is told of.
    pub fn clients(&self) -> u64 {
        self.matrices.iter().map(|(_, matrix)| matrix.clients.len() as u64).max().unwrap_or(0)
    }

    /// Makes all chunks.
    fn chunks(&self, put: &mut dyn FnMut(Chunk) -> Result<()>, step: &mut dyn FnMut(u64)) -> Result<()> {
        let named = self.collections.iter().flat_map(|it| it.clients.iter().flatten());
        let further = self.states.keys().chain(named).map(String::as_str);
        let matrices: Vec<_> = self.matrices.iter().map(|(_, matrix)| *matrix).collect();
        let codes = Codes::of(&matrices);
        let grid = &Grid::new(&self.matrices, further)?;
        let counts = rows::write(grid, &codes, put, step)?;
        let proved = evidence::write(self, grid, &counts, put)?;
        columns::write(self, grid, &codes, put)?;
        tables::write(self, grid, &codes, &counts, put)?;
        put(map::chunk(grid, &codes, &counts)?)?;
        put(Overview { explorer: self, grid, codes: &codes, counts: &counts, proved: &proved }.chunk()?)
    }
}
