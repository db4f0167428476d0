//! Reads the catalogs that a command line names, each by its content or as it is told.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use patchstate::catalog::cvrf::releases::Releases;
use patchstate::catalog::cvrf::{self, products};
use patchstate::catalog::previous::Previous;
use patchstate::catalog::{self, Format, Settings, Verify, detection};
use patchstate::diagnostic::{Code, Diagnostics, Severity};
use patchstate::error::Error;
use patchstate::model::options::Profile;
use patchstate::model::product::Detection;
use patchstate::model::update::Catalog;

/// Which catalogs are read, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Reading {
    /// The catalogs: documents or repositories, compressed or not, of any mix of formats
    #[arg(value_name = "CATALOG", required_unless_present = "feed")]
    paths: Vec<PathBuf>,
    /// Reads every catalog as this format instead of by its content
    #[arg(long, value_name = "NAME", value_parser = format)]
    input_format: Option<&'static Format>,
    /// Reads the catalog PATH as feed ID, the name space of its updates; may be repeated
    #[arg(long, value_name = "ID=PATH", value_parser = feed)]
    feed: Vec<(String, PathBuf)>,
    /// The language of a feed, or of all; may be repeated [default: en]
    #[arg(long, value_name = "[FEED=]LANG", value_parser = language)]
    language: Vec<(Option<String>, String)>,
    /// How package rows are compared: as dnf or as zypper does
    #[arg(long, value_name = "PROFILE", value_parser = profile)]
    profile: Option<Profile>,
    /// Rules for the updates of an Office update database; may be repeated
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
    /// Takes a product table in place of the built-in one of its kind; may be repeated
    #[arg(long, value_name = "FILE")]
    products: Vec<PathBuf>,
    /// Adds a product table; may be repeated
    #[arg(long, value_name = "FILE")]
    products_add: Vec<PathBuf>,
    /// Of security bulletins: whether updates are left out of which no table names a product
    #[arg(long, value_name = "WHICH", value_enum, default_value_t = Products::All)]
    product_scope: Products,
    /// Completes security bulletins from a table of the releases of Windows
    #[arg(long, value_name = "FILE")]
    release_table: Option<PathBuf>,
    /// Warns where a checksum of a repository does not fit, instead of refusing it
    #[arg(long)]
    no_verify: bool,
    /// What an update that others need is to them where no catalog has it
    #[arg(long, value_name = "TRUTH", value_enum, default_value_t = Dangling::Unknown)]
    dangling_prerequisites: Dangling,
    /// Whether upper and lower case differ where rules compare text of the registry
    #[arg(long, value_name = "HOW", value_enum, default_value_t = TextCase::Fold)]
    regsz_case: TextCase,
    /// Compares what a catalog has twice: packages in files of their own and in one document
    #[arg(long)]
    check_duplicates: bool,
}

/// What an update is that others need and no catalog has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Dangling {
    /// Whether it is there is not known.
    Unknown,
    /// It is there: for work on a part of a catalog.
    True,
}

/// Which updates of security bulletins there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Products {
    /// All.
    All,
    /// Those that have a product that a table names.
    Mapped,
}

/// Whether upper and lower case differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum TextCase {
    /// They do not.
    Fold,
    /// They do.
    Exact,
}

/// What became of the documents.
#[derive(Debug, Default)]
pub(crate) struct Read {
    /// What could be read.
    pub(crate) catalogs: Vec<Catalog>,
    /// What could not.
    pub(crate) failures: Vec<Error>,
    /// Bytes of the documents, as they are stored.
    pub(crate) bytes: u64,
    /// Whether parts that cannot be read are left out.
    keep_going: bool,
    /// What an earlier compile read.
    previous: Option<Arc<Previous>>,
}

impl Reading {
    /// Reads every catalog; `each` is told the path of the next one before it is read.
    pub(crate) fn read(
        &self,
        keep_going: bool,
        previous: Option<Previous>,
        mut each: impl FnMut(&Path),
    ) -> Read {
        let mut read = Read { keep_going, previous: previous.map(Arc::new), ..Read::default() };
        let bulletins = match self.bulletins() {
            Ok(bulletins) => bulletins,
            Err(error) => {
                read.failures.push(error);
                return read;
            }
        };
        let unnamed = self.paths.iter().map(|path| (None, path));
        let named = self.feed.iter().map(|(feed, path)| (Some(feed.as_str()), path));
        let mut groups: Vec<(Option<&str>, &'static Format, Vec<&Path>)> = Vec::new();
        for (feed, path) in unnamed.chain(named) {
            read.bytes += size(path);
            let format = match self.input_format.map_or_else(|| catalog::recognise(path), Ok) {
                Ok(format) => format,
                Err(error) => {
                    read.failures.push(error.in_file(path.to_string_lossy()));
                    continue;
                }
            };
            let same = |group: &&mut (Option<&str>, &'static Format, Vec<&Path>)| {
                group.0 == feed && group.1.name == format.name
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.2.push(path),
                None => groups.push((feed, format, vec![path])),
            }
        }
        for (feed, format, paths) in groups {
            paths.iter().for_each(|path| each(path));
            self.read_group(feed, format, &paths, bulletins.clone(), &mut read);
        }
        read
    }

    /// The tables that security bulletins are read with.
    fn bulletins(&self) -> patchstate::error::Result<cvrf::Tables> {
        let is_table = |path: &&PathBuf| products::Products::is_table(path);
        let mut tables = cvrf::Tables {
            releases: match &self.release_table {
                None => None,
                Some(path) => Some(Arc::new(Releases::read(path)?)),
            },
            scope: match self.product_scope {
                Products::All => cvrf::Scope::All,
                Products::Mapped => cvrf::Scope::Mapped,
            },
            ..cvrf::Tables::default()
        };
        let own: Vec<_> = self.products.iter().filter(is_table).collect();
        let added: Vec<_> = self.products_add.iter().filter(is_table).collect();
        only_one(&own)?;
        if own.is_empty() && added.is_empty() {
            return Ok(tables);
        }
        let mut products = match own.first() {
            None => products::Products::built_in(),
            Some(path) => products::Products::read(path)?,
        };
        for path in added {
            let more = products::Products::read(path)?;
            products.extend(more).map_err(|error| error.in_file(path.to_string_lossy()))?;
        }
        tables.products = Some(Arc::new(products));
        Ok(tables)
    }

    /// Reads inputs of one format and one feed.
    fn read_group(
        &self,
        feed: Option<&str>,
        format: &Format,
        paths: &[&Path],
        bulletins: cvrf::Tables,
        read: &mut Read,
    ) {
        let settings = Settings {
            feed: feed.map(str::to_owned),
            language: self.language_of(feed.unwrap_or(format.name)),
            profile: self.profile,
            verify: if self.no_verify { Verify::Warn } else { Verify::Refuse },
            exact_text: self.regsz_case == TextCase::Exact,
            check_duplicates: self.check_duplicates,
            keep_going: read.keep_going,
            previous: read.previous.clone(),
            office_rules: self.rules.clone(),
            bulletins,
        };
        let assumes_needed = self.dangling_prerequisites == Dangling::True;
        catalog::read(format, paths, &settings, &mut |path, catalog| match catalog {
            Ok(mut catalog) => {
                catalog.source.assumes_needed = assumes_needed;
                read.catalogs.push(catalog);
            }
            Err(error) => read.failures.push(error.in_file(path.to_string_lossy())),
        });
    }

    /// The language given for a feed, else the one given for all.
    fn language_of(&self, feed: &str) -> Option<String> {
        let of = |wanted: Option<&str>| {
            self.language
                .iter()
                .rev()
                .find(|(feed, _)| feed.as_deref() == wanted)
                .map(|(_, language)| language)
        };
        of(Some(feed)).or_else(|| of(None)).cloned()
    }

    /// The product tables that detect what catalogs speak of.
    pub(crate) fn detections(
        &self,
        diagnostics: &mut Diagnostics,
    ) -> patchstate::error::Result<Vec<Detection>> {
        let detects = |path: &&PathBuf| !products::Products::is_table(path);
        let own: Vec<_> = self.products.iter().filter(detects).collect();
        only_one(&own)?;
        let added: Vec<PathBuf> = self.products_add.iter().filter(detects).cloned().collect();
        detection::table(own.first().map(|path| path.as_path()), &added, diagnostics)
    }
}

/// Refuses a second table of one kind, of which one stands in place of the other.
fn only_one(tables: &[&PathBuf]) -> patchstate::error::Result<()> {
    let [_, second, ..] = tables else { return Ok(()) };
    let error = Error::new(Code::BadValue, "is a second product table of its kind");
    Err(error.in_file(second.to_string_lossy()).with_hint("add it with `--products-add`"))
}

/// The bytes of a file, or of the files below a folder.
fn size(path: &Path) -> u64 {
    let Ok(about) = std::fs::metadata(path) else { return 0 };
    if !about.is_dir() {
        return about.len();
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()))
        .map(|entry| size(&entry.path()))
        .sum()
}

fn format(name: &str) -> Result<&'static Format, String> {
    catalog::find(name).ok_or_else(|| {
        let names: Vec<_> = catalog::FORMATS.iter().map(|format| format.name).collect();
        format!("the catalog formats are {}", names.join(", "))
    })
}

fn feed(text: &str) -> Result<(String, PathBuf), String> {
    let named = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match text.split_once('=') {
        Some((id, path)) if !id.is_empty() && id.chars().all(named) && !path.is_empty() => {
            Ok((id.to_owned(), path.into()))
        }
        _ => Err("a feed is written ID=PATH, the id of letters a-z, digits and `-`".to_owned()),
    }
}

fn language(text: &str) -> Result<(Option<String>, String), String> {
    match text.split_once('=') {
        Some((feed, language)) if !language.is_empty() => Ok((Some(feed.to_owned()), language.to_owned())),
        None if !text.is_empty() => Ok((None, text.to_owned())),
        _ => Err("a language is written de, or FEED=de".to_owned()),
    }
}

/// Whether parts of catalogs were left out that could not be read.
pub(crate) fn left_out(found: &Diagnostics) -> bool {
    let is_left_out = |code: Code| code.severity() == Severity::Error || code == Code::ShardLost;
    found.counts().any(|(code, count)| count > 0 && is_left_out(code))
}

/// Reads the name of a profile.
pub(crate) fn profile(name: &str) -> Result<Profile, String> {
    let known = Profile::ALL.into_iter().find(|profile| profile.name() == name);
    known.ok_or_else(|| "the profiles are dnf and suse".to_owned())
}

/// Reads the name or the alias of diagnostics.
pub(crate) fn codes(text: &str) -> Result<Codes, String> {
    match Code::find(text) {
        codes if codes.is_empty() => Err("no such code; docs/diagnostics.md lists them".to_owned()),
        codes => Ok(Codes(codes)),
    }
}

/// The diagnostics that a name or an alias stands for.
#[derive(Clone, Debug)]
pub(crate) struct Codes(Vec<Code>);

/// The denied codes that were raised.
pub(crate) fn denied(codes: &[Codes], found: &Diagnostics) -> Vec<Code> {
    let raised = |code: &Code| found.of(*code) > 0;
    codes.iter().flat_map(|codes| codes.0.iter().copied()).filter(raised).collect()
}
