//! `patchstate compile`: catalogs in, one index out.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use patchstate::catalog::previous::Previous;
use patchstate::compile::compile;
use patchstate::diagnostic::{Code, Diagnostics, Severity};
use patchstate::error::Error;
use patchstate::index;
use patchstate::model::catalogs::{Catalogs, Entry};
use patchstate::model::update::TAKEN_OVER;
use patchstate::report::{Columns, findings, grouped};

use crate::catalogs::{self, Codes, Reading};
use crate::exit::Exit;
use crate::files;
use crate::output::Output;
use crate::request::Findings;

/// Compiles catalogs into one index
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate compile mssecure.xml -o site.idx

  Several feeds, each a name space of its own:
      patchstate compile --feed security=mssecure.xml --feed fedora=repo/ -o site.idx

  A catalog of packages came again; only those that changed are read:
      patchstate compile vendor.cab --previous site.idx -o site.idx")]
pub(crate) struct Args {
    #[command(flatten)]
    reading: Reading,
    /// The index; what stood there is replaced when everything went well
    #[arg(long, short, value_name = "INDEX")]
    output: PathBuf,
    /// Refuses where this code was raised (a name, or an alias such as MSS022); may be repeated
    #[arg(long, value_name = "CODE", value_parser = catalogs::codes)]
    deny: Vec<Codes>,
    /// Leaves out a catalog, cabinet or package that cannot be read, and ends with code 1
    #[arg(long)]
    keep_going: bool,
    /// Takes over from an earlier index what is unchanged since, instead of reading it again
    #[arg(long, value_name = "INDEX")]
    previous: Option<PathBuf>,
    /// The form of the findings; `json` lists each on standard output
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: Findings,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let start = Instant::now();
    files::check(&args.output)?;
    let mut found = Diagnostics::new();
    let detections = args.reading.detections(&mut found)?;
    let previous = args.previous.as_deref().map(previous).transpose()?;
    let mut read = args.reading.read(args.keep_going, previous, |_| {});
    if !args.keep_going
        && let Some(failure) = read.failures.drain(..).next()
    {
        return Err(failure.into());
    }
    if read.catalogs.is_empty()
        && let Some(failure) = read.failures.drain(..).next()
    {
        return Err(failure.into());
    }
    let compiled = compile(read.catalogs, detections)?;
    compiled.catalogs.sources.iter().for_each(|source| found.append(source.diagnostics.clone()));
    if args.format == Findings::Json {
        output.table(&findings::list(&found), args.format.into(), Columns::Usual)?;
    }
    if args.format == Findings::Text {
        say(&found, output);
    }
    let denied = catalogs::denied(&args.deny, &found);
    if let Some(code) = denied.first() {
        anyhow::bail!("`{code}` is denied and was raised {} times; nothing was written", found.of(*code));
    }
    let mut file = files::create(&args.output)?;
    index::write(&compiled.columns, &mut file)?;
    file.flush()?;
    file.finish()?;
    for failure in &read.failures {
        output.warning(&format!("left out: {failure}"));
    }
    summary(args, &compiled.catalogs, &found, read.bytes, start, output)?;
    // The process ends with this; giving the memory of every text back before would be a tenth of its time.
    std::mem::forget(compiled);
    let is_whole = read.failures.is_empty() && !(args.keep_going && catalogs::left_out(&found));
    Ok(if is_whole { Exit::Done } else { Exit::Findings })
}

/// What an earlier compile read.
fn previous(path: &Path) -> patchstate::error::Result<Previous> {
    let unusable = |error: Error| error.with_hint("compile once without `--previous`");
    files::catalogs(path).map(Previous::of).map_err(unusable)
}

/// Says what was found in the catalogs, with the first places of each code, and how often. A person at a
/// terminal sees few; a file gets more.
fn say(found: &Diagnostics, output: &mut Output) {
    let (most, of_each) = if output.talks_to_terminal() { (20, 3) } else { (usize::MAX, 20) };
    let mut counted: BTreeMap<Code, usize> = BTreeMap::new();
    let first = found.kept().iter().filter(|finding| {
        let count = counted.entry(finding.code).or_default();
        *count += 1;
        *count <= of_each
    });
    let shown: Vec<_> = first.take(most).collect();
    shown.iter().for_each(|finding| output.message(&finding.to_string()));
    let all: u64 = found.counts().map(|(_, count)| count).sum();
    let more = all - shown.len() as u64;
    if more > 0 {
        output.message(&format!("and {} more; `patchstate lint` lists them", grouped(more)));
    }
    for (code, count) in found.counts() {
        output.message(&format!("{}: {code} x {}", code.severity(), grouped(count)));
    }
}

/// Says what was compiled, on standard error.
fn summary(
    args: &Args,
    catalogs: &Catalogs,
    found: &Diagnostics,
    bytes: u64,
    start: Instant,
    output: &mut Output,
) -> anyhow::Result<()> {
    for (at, source) in catalogs.sources.iter().enumerate() {
        let of_source = |entry: &&Entry| entry.source as usize == at;
        let updates = catalogs.updates.iter().filter(of_source).count() as u64;
        let about = &source.source;
        let taken_over = about.statistics.iter().find(|(name, _)| name == TAKEN_OVER);
        let taken_over = taken_over.map(|(_, count)| format!(", {} taken over", grouped(*count)));
        output.message(&format!(
            "{}: {} updates ({}{})",
            about.feed,
            grouped(updates),
            [about.format.as_str(), &about.revision].join(" ").trim_end(),
            taken_over.unwrap_or_default()
        ));
    }
    let count = |severity: Severity| {
        let of = found.counts().filter(|(code, _)| code.severity() == severity);
        grouped(of.map(|(_, count)| count).sum())
    };
    let (warnings, notes) = (count(Severity::Warning), count(Severity::Note));
    output.message(&format!("findings: {warnings} warnings, {notes} notes"));
    let size = std::fs::metadata(&args.output)?.len();
    output.message(&format!(
        "{}: {} bytes from {} in {:.2} s",
        args.output.display(),
        grouped(size),
        grouped(bytes),
        start.elapsed().as_secs_f64()
    ));
    Ok(())
}
