//! `patchstate report site --html`: matrices as a site for a browser, in a folder or in one file.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use patchstate::archive::folder::Folder;
use patchstate::archive::map::Bytes;
use patchstate::report::explorer::{Evidence, Explorer, FIRST, MARK};
use patchstate::site::Site;

use crate::exit::Exit;
use crate::files;
use crate::matrices::OfSite;
use crate::output::Output;
use crate::progress::Progress;
use crate::proofs::Kept;
use crate::request;

/// Where the site goes.
#[derive(Debug, Default, clap::Args)]
#[group(multiple = false)]
pub(super) struct Place {
    /// Writes a site that a browser opens from disk: totals, coverage, a heat map, clients, updates. An older
    /// one is replaced
    #[arg(long, value_name = "DIR", conflicts_with_all = TABLES)]
    html: Option<PathBuf>,
    /// Writes the same as one file
    #[arg(long, value_name = "FILE", conflicts_with_all = TABLES)]
    html_file: Option<PathBuf>,
}

/// Options of tables that mean nothing here: the site shows everything, and has switches.
const TABLES: [&str; 5] = ["format", "wide", "all", "history", "suppress"];

impl Place {
    /// Whether a site is asked for.
    pub(super) fn is_named(&self) -> bool {
        self.html.is_some() || self.html_file.is_some()
    }
}

/// Writes what files hold.
pub(super) fn of_files(
    paths: &[PathBuf],
    now: Option<jiff::Timestamp>,
    place: &Place,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    check(place)?;
    let bytes: Vec<Bytes> = paths.iter().map(|path| files::open(path)).collect::<Result<_, _>>()?;
    let opened = paths.iter().zip(&bytes).map(|(path, bytes)| files::matrix(path, bytes));
    let matrices: Vec<_> = opened.collect::<Result<_, _>>()?;
    let names: Vec<String> = paths.iter().map(|path| stem(path)).collect();
    let name = names.join(", ");
    let named = names.iter().map(String::as_str).zip(&matrices).collect();
    finish(&Explorer { now, ..Explorer::new(&name, named) }, place, output)
}

/// Writes what a site keeps.
pub(super) fn of_site(
    site: &Site,
    of: &OfSite,
    now: Option<jiff::Timestamp>,
    evidence: Option<NonZeroUsize>,
    place: &Place,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    check(place)?;
    let now = request::now(now);
    let clients = site.store().load()?;
    let views = site.views(&of.feed, of.collection.as_deref())?;
    let mut matrices = Vec::new();
    for view in &views {
        matrices.extend(view.open(site, &clients, now)?.map(|matrix| (view.feed.as_str(), matrix)));
    }
    let named = matrices.iter().map(|(feed, matrix)| (*feed, matrix)).collect();
    let explain = format!("patchstate explain --site {}", site.root().display());
    let mut explorer =
        Explorer { now: Some(now), explain: &explain, ..Explorer::new(&site.definition.name, named) };
    site.describe(&mut explorer, &clients, now)?;
    let Some(most) = evidence else { return finish(&explorer, place, output) };
    let kept = Kept::new(site, &clients, now)?;
    let prove = |client: &str, updates: &[&str]| kept.texts(client, updates);
    explorer.evidence = Some(Evidence { clients: most.get(), of: &prove });
    let exit = finish(&explorer, place, output)?;
    output.failures(&kept.failures());
    Ok(exit)
}

/// Writes the explorer, and says where its first page is.
fn finish(explorer: &Explorer<'_>, place: &Place, output: &mut Output) -> anyhow::Result<Exit> {
    let progress = Progress::clients(explorer.clients(), output);
    let page = write(explorer, place, &progress);
    progress.finish();
    output.message(&format!("{}: open it in a browser", page?.display()));
    Ok(Exit::Done)
}

/// What a matrix is called.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Looks at the place before the work that is done for it.
fn check(place: &Place) -> anyhow::Result<()> {
    if let Some(folder) = &place.html {
        Folder::check(folder, MARK)?;
    }
    if let Some(file) = &place.html_file {
        files::check(file)?;
    }
    Ok(())
}

/// Writes the site; gives the path of its first page.
fn write(explorer: &Explorer<'_>, place: &Place, progress: &Progress) -> anyhow::Result<PathBuf> {
    let mut step = |clients: u64| (0..clients).for_each(|_| progress.step(0));
    if let Some(path) = &place.html {
        let mut folder = files::create_folder(path, MARK)?;
        explorer.write_files(&mut |name, bytes| folder.put(name, bytes), &mut step)?;
        folder.finish()?;
        return Ok(path.join(FIRST));
    }
    let Some(path) = &place.html_file else { anyhow::bail!("no place is named") };
    let mut file = files::create(path)?;
    explorer.write_page(&mut file, &mut step)?;
    file.flush()?;
    file.finish()?;
    Ok(path.clone())
}
