//! What a site is: its feeds, collections, packages and advertisements, as `site.toml` states them.
//!
//! Knows the words of the file and what they mean; reads no other file and runs nothing. Source of truth:
//! `docs/site.md`, "Definition".

mod read;
mod template;

use crate::catalog::Format;
pub use template::Template;
pub(super) use template::write;

/// The version of `site.toml` that this build reads.
pub const VERSION: u64 = 1;

/// A site as it is defined.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Three letters or digits, a label.
    pub code: String,
    /// Days after which an inventory is old.
    pub max_inventory_age_days: u64,
    /// Days after which results of other scanners count no more.
    pub patch_age_days: u64,
    /// How many revisions of a catalog are kept; 0 is all.
    pub keep_revisions: u64,
    /// The catalogs.
    pub feeds: Vec<Feed>,
    /// Which clients are looked at, by feed and role.
    pub collections: Vec<Collection>,
    /// The programs.
    pub programs: Vec<Program>,
    /// What is to be run how often.
    pub advertisements: Vec<Advertisement>,
    /// What is odd and no error.
    pub warnings: Vec<String>,
}

/// A catalog that comes again and again.
#[derive(Clone, Debug)]
pub struct Feed {
    /// Name space of its updates.
    pub id: String,
    /// The tool that it stands for: base name of its collections.
    pub tool: String,
    /// Its format.
    pub format: &'static Format,
    /// Where it comes from, in the order in which that is tried.
    pub sources: Vec<Source>,
    /// Language.
    pub language: String,
    /// Files of rules that go with a catalog of Office updates.
    pub rules: Vec<String>,
    /// Product tables to add.
    pub products: Vec<String>,
    /// SHA-256 that a transfer must have.
    pub digest: Option<[u8; 32]>,
    /// The greatest transfer, in MiB.
    pub max_download_mib: u64,
}

/// Where a catalog comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The feed's own folder, filled by hand.
    Drop,
    /// A file, or a folder of which the newest file counts.
    Path(String),
    /// An address.
    Address(String),
}

/// Clients that are looked at together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// Its name.
    pub id: String,
    /// The feed that its clients are evaluated against.
    pub feed: String,
    /// What it is for.
    pub role: Role,
    /// Who is in it.
    pub clients: Vec<Pattern>,
    /// Who of them is not.
    pub exclude: Vec<Pattern>,
}

/// Names clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// An id, in which `*` is any text and `?` one character.
    Glob(String),
    /// A file of ids, one a line.
    File(String),
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident $word:literal)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every one, in the order of the documentation.
            pub const ALL: &[$name] = &[$($name::$variant,)*];

            /// The word of the definition.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }
        }
    };
}

words! {
    /// What a collection is for.
    Role {
        /// All clients.
        Production "production"
        /// Those that updates are tried on.
        Preproduction "preproduction"
        /// The host that fetches catalogs.
        SyncHost "sync-host"
    }
}

words! {
    /// What a program does.
    Kind {
        /// Takes inventories and evaluates.
        Scan "scan"
        /// The same for a few clients at once, ahead of all others.
        Expedited "expedited"
        /// Fetches a catalog.
        Sync "sync"
    }
}

/// Something that can be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// `PACKAGE/PROGRAM`.
    pub id: String,
    /// The feed of its package.
    pub feed: String,
    /// What it does.
    pub kind: Kind,
    /// Options of evaluation, as on a command line.
    pub options: Vec<String>,
}

/// That a program is to be run for a collection, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advertisement {
    /// Its name.
    pub id: String,
    /// The program, `PACKAGE/PROGRAM`.
    pub program: String,
    /// The collection.
    pub collection: String,
    /// Days from one run to the next.
    pub every_days: u64,
}

/// What makes a definition be read otherwise than it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expedited {
    /// An expedited program for a production collection is an error.
    #[default]
    Refused,
    /// It is a warning.
    Allowed,
}

impl Definition {
    /// Finds a feed; names are compared without case.
    pub fn feed(&self, id: &str) -> Option<&Feed> {
        self.feeds.iter().find(|feed| feed.id.eq_ignore_ascii_case(id))
    }

    /// Finds a collection.
    pub fn collection(&self, id: &str) -> Option<&Collection> {
        self.collections.iter().find(|collection| collection.id.eq_ignore_ascii_case(id))
    }

    /// The collections of a feed.
    pub fn collections_of<'d>(&'d self, feed: &'d str) -> impl Iterator<Item = &'d Collection> {
        self.collections.iter().filter(move |collection| collection.feed == feed)
    }

    /// The options of a feed's program of a kind; none where it has no such program.
    pub fn options_of(&self, feed: &str, kind: Kind) -> &[String] {
        let program = self.programs.iter().find(|program| program.feed == feed && program.kind == kind);
        program.map_or(&[], |program| program.options.as_slice())
    }
}
