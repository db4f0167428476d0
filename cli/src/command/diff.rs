//! `patchstate diff`: what changed between two indexes, two revisions of a site's catalog, or two matrices.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use patchstate::archive::scratch::Scratch;
use patchstate::diagnostic::Code;
use patchstate::error::Error;
use patchstate::eval::plan::Plan;
use patchstate::eval::run;
use patchstate::index::{Index, View};
use patchstate::ingest;
use patchstate::model::options::Options;
use patchstate::report::Columns;
use patchstate::report::diff::{Diff, Outcome, cells, indexes, matrices};
use patchstate::site::Site;
use patchstate::site::catalogs::{Named, split};

use crate::exit::Exit;
use crate::files::{self, Kind};
use crate::matrices::OfSite;
use crate::output::Output;
use crate::progress::Progress;
use crate::request::{self, Format, time};
use crate::signals;

/// Compares two indexes, two revisions of a catalog, or two matrices; ends with code 1 when they differ
///
/// In a site, FEED@REV is the index that the site would have if that revision of the feed were current, and
/// FEED@current the one with the revision that is. `patchstate site revisions FEED` lists them.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  Which updates came with the new catalog?
      patchstate diff last-week.idx site.idx

  The same between two revisions that a site keeps, and what they mean for its clients:
      patchstate diff security@3 security@current --site /srv/site
      patchstate diff security@3 security@current --site /srv/site --clients

  Which verdicts did this week change, and why?
      patchstate diff monday.matrix friday.matrix --format csv > changed.csv")]
pub(crate) struct Args {
    /// The earlier index or matrix; of a site also FEED@REV
    #[arg(value_name = "A")]
    before: PathBuf,
    /// The later one
    #[arg(value_name = "B")]
    after: PathBuf,
    /// Prints the cells whose verdict changes when the clients that the site keeps are evaluated against both
    #[arg(long, group = "cells")]
    clients: bool,
    /// The same for these inventories: files, folders, archives, or `-` for standard input; may be repeated
    #[arg(long, value_name = "PATH", group = "cells")]
    inventory: Vec<PathBuf>,
    /// Takes revisions and clients from the site in this folder [default: this folder where it is one]
    #[arg(long, value_name = "DIR")]
    site: Option<PathBuf>,
    /// With --clients: only the clients of this collection
    #[arg(long, value_name = "ID", requires = "clients")]
    collection: Option<String>,
    /// With --clients or --inventory: only the cells of this feed of the site; may be repeated
    #[arg(long, value_name = "ID", requires = "cells")]
    feed: Vec<String>,
    /// With --clients: the time from which ages are counted [default: now]
    #[arg(long, value_name = "TIME", value_parser = time, requires = "clients")]
    now: Option<Timestamp>,
    /// The form of what is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Format,
}

/// What is compared.
enum Side<'a> {
    /// A file.
    File(&'a Path),
    /// A revision, as it was named.
    Revision(&'a str, Named),
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let names = [&args.before, &args.after].map(|path| revision(path));
    let asks_site =
        args.clients || args.site.is_some() || !args.feed.is_empty() || names.iter().any(Option::is_some);
    let site = if asks_site { open(args, &names)? } else { None };
    let before = side(&args.before, names[0], site.as_ref())?;
    let after = side(&args.after, names[1], site.as_ref())?;
    let asks_cells = args.clients || !args.inventory.is_empty();
    if let (Side::File(before), Side::File(after), false) = (&before, &after, asks_cells) {
        return two_files(before, after, args, output);
    }
    if let (Side::Revision(a, before), Side::Revision(b, after)) = (&before, &after)
        && before.feed != after.feed
    {
        let message = format!("`{a}` and `{b}` are of two feeds");
        let error = Error::new(Code::BadValue, message);
        return Err(error.with_hint("compare two revisions of one feed").into());
    }
    signals::leave_nothing_behind();
    let scratch = Scratch::new()?;
    let indexes_of = [
        index(&before, site.as_ref(), &scratch.path("before.idx"))?,
        index(&after, site.as_ref(), &scratch.path("after.idx"))?,
    ];
    let views = [indexes_of[0].view()?, indexes_of[1].view()?];
    if !asks_cells {
        return finish(indexes(views[0], views[1]), args.format, output);
    }
    let feeds = match &site {
        Some(site) => feeds(args, site, [&before, &after], views)?.into_iter().map(Some).collect(),
        None => vec![None],
    };
    Clients { args, site: site.as_ref(), views, scratch: &scratch }.compare(&feeds, output)
}

/// Opens the site of which revisions or clients are wanted.
fn open(args: &Args, names: &[Option<(&str, &str)>]) -> anyhow::Result<Option<Site>> {
    let of = OfSite { site: args.site.clone(), collection: None, feed: Vec::new() };
    if let Some(site) = of.open()? {
        return Ok(Some(site));
    }
    let (mut wanted, mut hint) =
        ("`--feed` is of a site, and this folder is none".to_owned(), "name the site with `--site DIR`");
    if let Some((feed, revision)) = names.iter().flatten().next() {
        wanted = format!("there is no file `{feed}@{revision}`, and this folder is no site");
    } else if args.clients {
        wanted = "`--clients` is of a site, and this folder is none".to_owned();
        hint = "name the site with `--site DIR`, or inventories with `--inventory PATH`";
    }
    Err(Error::new(Code::BadValue, wanted).with_hint(hint).into())
}

/// The feed and the revision that an argument names, where no file is called so.
fn revision(path: &Path) -> Option<(&str, &str)> {
    let named = split(path.to_str()?)?;
    (!path.exists()).then_some(named)
}

fn side<'a>(
    path: &'a Path,
    name: Option<(&str, &str)>,
    site: Option<&Site>,
) -> patchstate::error::Result<Side<'a>> {
    let (Some((feed, revision)), Some(site), Some(text)) = (name, site, path.to_str()) else {
        return Ok(Side::File(path));
    };
    Ok(Side::Revision(text, site.named_revision(feed, revision)?))
}

/// Compares two files of one kind.
fn two_files(before: &Path, after: &Path, args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    match (kind(before)?, kind(after)?) {
        (Kind::Index, Kind::Index) => {
            let (before, after) = (files::index(before)?, files::index(after)?);
            finish(indexes(before.view()?, after.view()?), args.format, output)
        }
        (Kind::Matrix, Kind::Matrix) => {
            let bytes = [files::open(before)?, files::open(after)?];
            let before = files::matrix(before, &bytes[0])?;
            let after = files::matrix(after, &bytes[1])?;
            finish(matrices(&before, &after), args.format, output)
        }
        (Kind::Index, Kind::Matrix) | (Kind::Matrix, Kind::Index) => {
            let message = "an index and a matrix cannot be compared";
            Err(Error::new(Code::WrongFormat, message).in_file(after.to_string_lossy()).into())
        }
    }
}

/// What a file says it is.
fn kind(path: &Path) -> patchstate::error::Result<Kind> {
    files::kind(path, &files::open(path)?)
}

/// The index of a side; that of a revision is made at `to`.
fn index(side: &Side<'_>, site: Option<&Site>, to: &Path) -> patchstate::error::Result<Index> {
    match (side, site) {
        (Side::Revision(_, named), Some(site)) => {
            site.compile_with(*named, to)?;
            files::index(to)
        }
        (Side::Revision(name, _), None) => files::index(Path::new(name)),
        (Side::File(path), _) => match kind(path)? {
            Kind::Index => files::index(path),
            Kind::Matrix => {
                let error =
                    Error::new(Code::WrongFormat, "is a matrix, and catalogs are compared by indexes");
                Err(error.in_file(path.to_string_lossy()).with_hint("name the index that it was made of"))
            }
        },
    }
}

/// The feeds whose cells are compared: of revisions that of the revision, else all that the indexes have.
fn feeds(
    args: &Args,
    site: &Site,
    sides: [&Side<'_>; 2],
    views: [View<'_>; 2],
) -> anyhow::Result<Vec<usize>> {
    let is_in =
        |feed: &str| views.iter().any(|view| (0..view.sources()).any(|at| view.source(at).feed == feed));
    let revision = sides.iter().find_map(|side| match side {
        Side::Revision(_, named) => Some(named.feed),
        Side::File(_) => None,
    });
    let collection = args.collection.as_deref().map(|name| site.named_collection(name)).transpose()?;
    let mut found = site.named_feeds(&args.feed)?;
    if args.feed.is_empty()
        && let Some(revision) = revision
    {
        found = vec![revision];
    }
    found.retain(|feed| {
        let id = &site.definition.feeds[*feed].id;
        is_in(id) && collection.is_none_or(|collection| collection.feed == *id)
    });
    if found.is_empty() {
        let error = Error::new(Code::BadValue, "the indexes have no updates of the feeds that are asked for");
        let ids: Vec<_> = site.definition.feeds.iter().map(|feed| feed.id.as_str()).collect();
        return Err(error.with_hint(format!("feeds of the site: {}", ids.join(", "))).into());
    }
    Ok(found)
}

/// Clients that are evaluated against two indexes.
struct Clients<'a> {
    args: &'a Args,
    site: Option<&'a Site>,
    views: [View<'a>; 2],
    scratch: &'a Scratch,
}

impl Clients<'_> {
    /// Prints the cells that change, feed by feed; without a site, of all updates.
    fn compare(&self, feeds: &[Option<usize>], output: &mut Output) -> anyhow::Result<Exit> {
        let given = match self.args.inventory.as_slice() {
            [] => None,
            paths => {
                let inputs: Vec<ingest::Input> = paths.iter().cloned().map(Into::into).collect();
                Some(ingest::Intake::scan(&inputs, ingest::Settings::default())?)
            }
        };
        let now = request::now(self.args.now);
        let (mut exit, mut printed) = (Exit::Nothing, 0);
        for feed in feeds {
            let kept = match (&given, self.site, feed) {
                (None, Some(site), Some(feed)) => {
                    Some(site.kept_for(*feed, self.args.collection.as_deref(), now)?)
                }
                _ => None,
            };
            let Some(intake) = given.as_ref().or(kept.as_ref()) else { continue };
            let paths =
                ["before", "after"].map(|name| self.scratch.path(&format!("{name}.{printed}.matrix")));
            let before = self.evaluate(self.views[0], *feed, intake, &paths[0], output)?;
            let after = self.evaluate(self.views[1], *feed, intake, &paths[1], output)?;
            output.failures(&before.errors);
            if before.evaluated + after.evaluated == 0 {
                continue;
            }
            let bytes = [files::open(&paths[0])?, files::open(&paths[1])?];
            let before = files::matrix(&paths[0], &bytes[0])?;
            let after = files::matrix(&paths[1], &bytes[1])?;
            let found = cells(&before, &after);
            output.tables(&found.table, self.args.format, Columns::Usual, printed)?;
            printed += 1;
            exit = match (exit, found.outcome) {
                (Exit::Findings, _) | (_, Outcome::Different) => Exit::Findings,
                (_, Outcome::Same) => Exit::Done,
            };
        }
        if exit == Exit::Nothing {
            let why = if given.is_some() { "no inventory could be read" } else { "no inventory is kept" };
            output.failure(&format!("nothing was evaluated: {why}"));
        }
        Ok(exit)
    }

    /// Evaluates the clients against an index, as a scan of the feed does.
    fn evaluate(
        &self,
        view: View<'_>,
        feed: Option<usize>,
        intake: &ingest::Intake,
        to: &Path,
        output: &Output,
    ) -> anyhow::Result<run::Outcome> {
        let usual = Options::default();
        let (plan, words, ignored) = match (self.site, feed) {
            (Some(site), Some(feed)) => {
                let (plan, words) = site.plan_of(view, feed);
                (plan, words.to_owned(), site.ignored(view)?)
            }
            _ => (Plan::new(view, &usual, None), String::new(), Vec::new()),
        };
        let clients: Vec<_> = intake.clients().iter().collect();
        let progress = Progress::clients(clients.len() as u64, output);
        let mut file = files::create(to)?;
        let done = |bytes| progress.step(bytes);
        let outcome = run::into_matrix(&plan, intake, &clients, words, &ignored, &mut file, &done);
        progress.finish();
        let outcome = outcome?;
        file.finish_unsynced()?;
        Ok(outcome)
    }
}

fn finish(found: Diff<'_>, format: Format, output: &mut Output) -> anyhow::Result<Exit> {
    output.table(&found.table, format, Columns::Usual)?;
    Ok(match found.outcome {
        Outcome::Same => Exit::Done,
        Outcome::Different => Exit::Findings,
    })
}
