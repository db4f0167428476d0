//! Catalogs and updates: what readers make of documents and what the compiler takes.
//!
//! Text is kept as the catalog writes it. Source of truth: `docs/adding-a-format.md`.

use std::fmt;

use super::applicability::patch::Patch;
use super::expr::Expr;
use super::fact::PackageKind;
use super::flag::Flags;
use super::install::Install;
use super::options::Profile;
use super::oval::Content;
use super::product::Detection;
use super::supersedence::Replacement;
use crate::diagnostic::{Diagnostics, Position};

/// What one reader made of one document or repository.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalog {
    /// Where it came from.
    pub source: Source,
    /// The updates, in document order.
    pub updates: Vec<Update>,
    /// The products it speaks of.
    pub products: Vec<Product>,
    /// How products are detected, where the format brings a table.
    pub detections: Vec<Detection>,
    /// Default streams of modules: (module, stream).
    pub module_defaults: Vec<(String, String)>,
    /// What it knows of the patches of Windows Installer whose metadata it has.
    pub patches: Vec<Patch>,
    /// Definitions of OVAL that its updates are, and what they ask.
    pub oval: Option<Content>,
    /// Text of the document that belongs to no update and that nothing uses: (name, text).
    pub extra: Vec<(String, String)>,
    /// What is wrong with it.
    pub diagnostics: Diagnostics,
}

/// Where a catalog came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The name space of its updates' identities.
    pub feed: String,
    /// The format's name.
    pub format: String,
    /// The document, as it was called.
    pub path: String,
    /// The path of its repository in a tree of several; empty elsewhere, and in an index, where it is
    /// part of `path`.
    pub repository: String,
    /// SHA-256 of the document's bytes as they were read; where further documents belong to it, that of
    /// its digest and theirs.
    pub sha256: [u8; 32],
    /// The catalog's own revision: version and date.
    pub revision: String,
    /// Language of the feed.
    pub language: String,
    /// How package rows are compared, where the format leaves a choice.
    pub profile: Option<Profile>,
    /// Whether what its updates need and no catalog has is taken as there.
    pub assumes_needed: bool,
    /// What its reader counted, by name.
    pub statistics: Vec<(String, u64)>,
    /// How its documents were read, in a form that is equal where they would be read in the same way: what
    /// was read of them can be taken over then. Empty where nothing ever is.
    pub reading: String,
}

/// A product that a catalog speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    /// Name, trimmed.
    pub name: String,
    /// The service packs it lists, in its order.
    pub available: Vec<String>,
    /// All service packs that the catalog uses with it, each once.
    pub levels: Vec<String>,
    /// The newest service pack.
    pub current: Option<String>,
}

/// The identity of an update below its feed: parts joined by `/`, with `#revision` where a feed holds
/// several.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UpdateId(String);

impl UpdateId {
    /// Joins parts; in each, `%`, `/`, `#` and control characters are percent-encoded.
    ///
    /// ```
    /// use patchstate::model::update::UpdateId;
    ///
    /// let id = UpdateId::new(["MS00-093", "q279328.exe"]);
    /// assert_eq!(id.as_str(), "MS00-093/q279328.exe");
    /// assert_eq!(UpdateId::new(["a/b", "50%"]).with_revision("1").as_str(), "a%2Fb/50%25#1");
    /// ```
    pub fn new<'p>(parts: impl IntoIterator<Item = &'p str>) -> Self {
        let mut text = String::new();
        for (at, part) in parts.into_iter().enumerate() {
            if at > 0 {
                text.push('/');
            }
            encode(part, &mut text);
        }
        UpdateId(text)
    }

    /// Adds a revision.
    #[must_use]
    pub fn with_revision(mut self, revision: &str) -> Self {
        self.0.push('#');
        encode(revision, &mut self.0);
        self
    }

    /// Takes an id that is written in this form already.
    pub fn from_text(text: impl Into<String>) -> Self {
        UpdateId(text.into())
    }

    /// The id without its revision.
    pub fn unrevised(&self) -> &str {
        self.0.split_once('#').map_or(self.0.as_str(), |(id, _)| id)
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UpdateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn encode(part: &str, out: &mut String) {
    for c in part.chars() {
        if matches!(c, '%' | '/' | '#') || c.is_control() {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        } else {
            out.push(c);
        }
    }
}

/// Names an update of the same feed; without a revision, all of them.
pub type UpdateRef = UpdateId;

/// How urgent an update is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Urgency {
    /// Low.
    Low = 1,
    /// Moderate.
    Moderate = 2,
    /// Important.
    Important = 3,
    /// Critical.
    Critical = 4,
}

impl Urgency {
    /// All four, lowest first.
    pub const ALL: [Urgency; 4] = [Urgency::Low, Urgency::Moderate, Urgency::Important, Urgency::Critical];

    /// The word that is printed.
    pub fn name(self) -> &'static str {
        match self {
            Urgency::Low => "Low",
            Urgency::Moderate => "Moderate",
            Urgency::Important => "Important",
            Urgency::Critical => "Critical",
        }
    }

    /// Finds an urgency by its word, in any case.
    pub fn find(text: &str) -> Option<Urgency> {
        Self::ALL.into_iter().find(|urgency| urgency.name().eq_ignore_ascii_case(text.trim()))
    }

    /// Finds the urgency of a stored number.
    pub fn from_number(number: u8) -> Option<Urgency> {
        Self::ALL.into_iter().find(|urgency| *urgency as u8 == number)
    }
}

/// Whether installing an update takes a restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Reboot {
    /// It may.
    #[default]
    Possible = 0,
    /// It never does.
    Never = 1,
    /// It always does.
    Always = 2,
}

impl Reboot {
    /// The word that is printed.
    pub fn name(self) -> &'static str {
        match self {
            Reboot::Possible => "Possible",
            Reboot::Never => "Never",
            Reboot::Always => "Always",
        }
    }

    /// The value of a stored number; an unknown one is `Possible`.
    pub fn from_number(number: u8) -> Reboot {
        match number {
            1 => Reboot::Never,
            2 => Reboot::Always,
            _ => Reboot::Possible,
        }
    }
}

/// Something an update refers to: a bug, a vulnerability, a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reference {
    /// `cve`, `bugzilla`, `self`, or the catalog's word.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its address.
    pub address: String,
    /// Which of the update's products it is about, numbers in [`Update::products`], rising; none where the
    /// catalog does not say it.
    pub products: Vec<u32>,
}

/// A product and the service packs of it that an update is for, as reports print them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductRow {
    /// Name of the product.
    pub product: String,
    /// Names of the service packs.
    pub levels: Vec<String>,
}

/// The name under which [`Update::extra`] says in which file of its catalog an update stands, where that
/// has several.
pub const DOCUMENT: &str = "document";

/// The name under which [`Source::statistics`] says how many updates were taken over from an earlier index
/// and not read.
pub const TAKEN_OVER: &str = "taken_over";

/// One update of a catalog.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// Identity below the feed.
    pub id: UpdateId,
    /// The bulletin, advisory or article it is known by.
    pub bulletin: String,
    /// Title.
    pub title: String,
    /// Summary.
    pub summary: String,
    /// Longer text.
    pub description: String,
    /// The catalog's word for its type: `Security`, `bugfix`.
    pub kind: String,
    /// How urgent.
    pub urgency: Option<Urgency>,
    /// Knowledge base article numbers, the update's own first.
    pub articles: Vec<u32>,
    /// What it refers to, vulnerabilities among them.
    pub references: Vec<Reference>,
    /// Date of publication, `YYYY-MM-DD` where it could be read.
    pub posted: String,
    /// Date of the last revision.
    pub revised: String,
    /// What says, where it is given again, that the document of the update is the one that was read: its
    /// date of creation. Empty where the document must be read again.
    pub edition: String,
    /// Whether a restart is needed.
    pub reboot: Reboot,
    /// Address of the download.
    pub payload: String,
    /// Address of the description.
    pub information: String,
    /// Products it is for.
    pub products: Vec<ProductRow>,
    /// Of each of these, whether the client has it; empty where the catalog does not tell them apart.
    pub presence: Vec<Expr>,
    /// Flags of every cell of it.
    pub flags: Flags,
    /// Withdrawn together with its packages: it gives no verdict of its own.
    pub retracted: bool,
    /// A detectoid or a category: it says what a client is, for others that need it, and has no cell.
    pub detectoid: bool,
    /// What it needs: of each clause one that is there and itself has what it needs.
    pub prerequisites: Vec<Clause>,
    /// The updates that it is a bundle of, any revision where none is given.
    pub bundled: Vec<UpdateRef>,
    /// Updates that replace it.
    pub replacements: Vec<Replacement>,
    /// Updates that it replaces, all revisions where none is given.
    pub replaces: Vec<UpdateRef>,
    /// What it asks of a client.
    pub rule: Rule,
    /// How it is installed: all of these, and of those for a language one.
    pub installs: Vec<Install>,
    /// Text of the catalog that nothing uses: (name, text).
    pub extra: Vec<(String, String)>,
    /// Where it stands.
    pub position: Position,
}

/// What an update asks of a client.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Rule {
    /// Nothing: Unknown, `no-evidence`.
    #[default]
    None,
    /// Is it there, and is it for the client?
    Tests {
        /// Holds where it is there.
        installed: Expr,
        /// Holds where it is for the client.
        applicable: Expr,
    },
    /// Several parts, each with a verdict of its own.
    Items(Vec<Item>),
    /// A definition of OVAL, a number in the content of its catalog.
    Definition(u32),
    /// Packages that must not be older than a version, each row a part of its own.
    Packages {
        /// The collections that rows belong to.
        collections: Vec<Collection>,
        /// The rows, in document order.
        rows: Vec<PackageRow>,
    },
}

/// An installable part of an update.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Holds where it is there.
    pub installed: Expr,
    /// Holds where it is for the client.
    pub applicable: Expr,
    /// Holds where the client has something that replaces it; none never does.
    pub superseded: Option<Expr>,
    /// What another scanner says, where its word counts as long as the rules leave it Unknown.
    pub imported: Option<Expr>,
}

impl Update {
    /// The file of its catalog in which it stands; empty where the catalog is one document.
    pub fn document(&self) -> &str {
        self.extra.iter().find(|(name, _)| name == DOCUMENT).map_or("", |(_, file)| file)
    }
}

impl Item {
    /// Its rules that there are, in the order in which they are kept.
    pub fn rules(&self) -> impl Iterator<Item = &Expr> {
        [&self.installed, &self.applicable].into_iter().chain(&self.superseded).chain(&self.imported)
    }
}

/// A part of what an update needs: any one of some updates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clause {
    /// The updates, any revision where none is given.
    pub any_of: Vec<UpdateRef>,
    /// Where it stands.
    pub position: Position,
}

/// Rows of packages that count only where one of these modules is active; without modules, always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Collection {
    /// Display name.
    pub name: String,
    /// The modules, any of which activates the rows.
    pub modules: Vec<ModuleStream>,
}

/// A module stream as a catalog names it; empty fields are not compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleStream {
    /// Name.
    pub name: String,
    /// Stream.
    pub stream: String,
    /// Context.
    pub context: String,
    /// Architecture.
    pub arch: String,
}

/// A package that must not be older than a version where it is installed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PackageRow {
    /// RPM or Debian.
    pub kind: PackageKind,
    /// Name.
    pub name: String,
    /// Architecture; empty when not stated.
    pub arch: String,
    /// Epoch.
    pub epoch: u32,
    /// Version.
    pub version: String,
    /// Release; `None` is not compared.
    pub release: Option<String>,
    /// Index into the rule's collections.
    pub collection: u32,
    /// Where it stands.
    pub position: Position,
}
