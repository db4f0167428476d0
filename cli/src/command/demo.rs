//! `patchstate demo`: a small site from nothing: catalog, fleet, index, matrix, report.
//!
//! Every step is a command line that anybody can type, and is printed before it runs.

use std::path::{Path, PathBuf};

use clap::Parser;
use patchstate::diagnostic::Code;
use patchstate::error::Error;
use patchstate::model::verdict::Verdict;
use patchstate::report::explorer::FIRST;

use crate::exit::Exit;
use crate::files;
use crate::output::Output;

/// Makes a small site, evaluates it, reports, and says what to type next
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate demo
  patchstate demo /tmp/site")]
pub(crate) struct Args {
    /// The folder for it; must not be there, or be empty
    #[arg(value_name = "DIR", default_value = "patchstate-demo")]
    folder: PathBuf,
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let folder = &args.folder;
    make_empty(folder)?;
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let [catalog, index, inbox, matrix, explorer] =
        ["catalog.xml", "site.idx", "inbox", "site.matrix", "explorer"].map(path);
    let mut step = |about: &str, words: &[&str]| step(about, words, output);
    step(
        "A catalog of 400 updates that nobody published, in the MSSecure format",
        &["generate", "catalog", "--updates", "400", "--seed", "1", "-o", &catalog],
    )?;
    step(
        "Compiled into an index, which is what clients are evaluated against",
        &["compile", &catalog, "-o", &index],
    )?;
    step(
        "Inventories of 50 clients that nobody owns",
        &["generate", "fleet", "--for", &index, "--clients", "50", "--seed", "1", "-o", &inbox],
    )?;
    step("Every client against every update", &["evaluate", &index, &inbox, "-o", &matrix])?;
    step("What most clients need", &["report", "site", &matrix])?;
    let Some((client, update)) = missing(Path::new(&matrix))? else { return Ok(Exit::Done) };
    let explain = ["explain", &index, &inbox, "--client", &client, "--update", &update];
    step("Why an update is missing on a client", &explain)?;
    step("All of it, to look around in", &["report", "site", &matrix, "--html", &explorer])?;
    let next = [
        &["report", "client", &client, &matrix] as &[&str],
        &["report", "update", &update, &matrix],
        &["export", "matrix", &matrix, "--format", "ndjson"],
        &["inspect", &index],
        &["facts", &index],
        &["--help"],
    ];
    output.finish()?;
    output.message("");
    output.message("Now try:");
    next.iter().for_each(|words| output.message(&format!("  {}", line(words))));
    output.message("");
    output.message("And open in a browser:");
    output.message(&format!("  {}", address(&Path::new(&explorer).join(FIRST))));
    Ok(Exit::Done)
}

/// The address of a file, as a browser takes it.
fn address(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut address = "file://".to_owned();
    for byte in whole.to_string_lossy().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                address.push(byte.into())
            }
            byte => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address
}

/// Makes a folder, or takes one in which nothing is.
fn make_empty(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, "create", error))?;
    let mut entries = std::fs::read_dir(folder).map_err(|error| Error::io(folder, "list", error))?;
    if entries.next().is_some() {
        return Err(Error::new(Code::BadValue, "the folder is not empty")
            .in_file(folder.to_string_lossy())
            .with_hint("name another one, or remove it")
            .into());
    }
    Ok(())
}

/// Says what a command line is for, prints it, and runs it.
fn step(about: &str, words: &[&str], output: &mut Output) -> anyhow::Result<()> {
    output.finish()?;
    output.message("");
    output.message(&format!("# {about}"));
    output.message(&format!("$ {}", line(words)));
    let line = std::iter::once("patchstate").chain(words.iter().copied());
    crate::Cli::try_parse_from(line)?.command.run(output)?;
    Ok(())
}

/// A command line as it is typed into a shell, with the program as it was called.
fn line(words: &[&str]) -> String {
    let program = std::env::args().next().unwrap_or_else(|| "patchstate".to_owned());
    let plain = |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=".contains(c));
    let quoted =
        std::iter::once(program.as_str()).chain(words.iter().copied()).map(|word| match plain(word) {
            true => word.to_owned(),
            false => format!("'{}'", word.replace('\'', r"'\''")),
        });
    quoted.collect::<Vec<_>>().join(" ")
}

/// A client and an update that it lacks.
fn missing(matrix: &Path) -> anyhow::Result<Option<(String, String)>> {
    let bytes = files::open(matrix)?;
    let opened = files::matrix(matrix, &bytes)?;
    let missing = |client: usize| opened.row(client).position(|cell| cell.verdict == Verdict::Missing);
    let found = (0..opened.clients.len()).find_map(|client| Some((client, missing(client)?)));
    Ok(found.map(|(client, update)| (opened.clients[client].id.clone(), opened.updates[update].id.clone())))
}
