//! `patchstate compat`: answers as other programs do, to compare with them.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use patchstate::catalog::cvrf::wesng::definitions::{Answer, Definitions};
use patchstate::diagnostic::{Code, Position};
use patchstate::error::{Error, Result};
use patchstate::render::Json;

use super::wesng_diff;
use crate::exit::Exit;
use crate::output::Output;
use patchstate::site::lists::without_comment;

/// Answers as other programs do, for comparison only
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate compat wesng definitions.zip --filter 'Windows Server 2016' --hotfixes installed.txt
  patchstate compat wesng --help")]
pub(crate) struct Args {
    #[command(subcommand)]
    program: Program,
}

#[derive(Debug, Subcommand)]
enum Program {
    /// What wesng 1.06 finds missing on a host, before it leaves out duplicates; one JSON object
    ///
    /// Not a verdict: products are found by a part of their name, and an article counts as replaced
    /// whether or not what replaces it is installed.
    #[command(after_long_help = "\
Examples:
  patchstate compat wesng definitions.zip --filter 'Windows Server 2016' --hotfixes installed.txt
  printf 'KB5036451\\n' | patchstate compat wesng definitions.zip --filter '.NET 8.0' --hotfixes -")]
    Wesng {
        /// The archive of definitions: `CVEs_<date>.csv` and `Custom_<date>.csv`
        #[arg(value_name = "DEFINITIONS.zip")]
        definitions: PathBuf,
        /// A part of the names of the products, letters as they are
        #[arg(long, value_name = "TEXT")]
        filter: String,
        /// The articles that are installed, one a line: digits, after `KB` or not; `#` begins a comment
        #[arg(long, value_name = "FILE")]
        hotfixes: PathBuf,
    },
    /// What wesng and an index say of the same machines: every article that only one of them calls missing,
    /// by why
    ///
    /// Each inventory is compared by itself, as wesng reads one listing at a time. A list of hotfixes that
    /// `systeminfo` prints is never complete, so that what it lacks is Unknown; `--assume-complete hotfix`
    /// takes it as wesng does.
    #[command(after_long_help = "\
Examples:
  patchstate compat wesng-diff definitions.zip msrc.idx hosts/*_systeminfo.txt --assume-complete hotfix

  With what Windows Update still offered one of them, for a program:
      patchstate compat wesng-diff definitions.zip msrc.idx WS-0042.txt --pending updates.txt --format json")]
    WesngDiff(Box<wesng_diff::Args>),
}

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    let (definitions, filter, hotfixes) = match &args.program {
        Program::Wesng { definitions, filter, hotfixes } => (definitions, filter, hotfixes),
        Program::WesngDiff(args) => return wesng_diff::run(args, output),
    };
    let hotfixes = articles(hotfixes)?;
    let definitions = Definitions::load(definitions)?;
    let answer = definitions.answer(filter, &hotfixes);
    output.written(|mut data| write(&answer, &mut data))?;
    Ok(Exit::Done)
}

/// Reads the articles of a list, without `KB`.
fn articles(path: &Path) -> Result<Vec<String>> {
    let mut text = String::new();
    let (name, read) = if path.as_os_str() == "-" {
        ("standard input".into(), std::io::stdin().read_to_string(&mut text).map(|_| ()))
    } else {
        (path.to_string_lossy(), std::fs::read_to_string(path).map(|read| text = read))
    };
    read.map_err(|error| Error::io(name.as_ref(), "read", error))?;
    let mut articles = Vec::new();
    let mut place = Position::START;
    for line in text.split_inclusive('\n') {
        let here = place;
        place = place.after(line.as_bytes());
        let entry = without_comment(line);
        if entry.is_empty() {
            continue;
        }
        let digits = entry.strip_prefix("KB").or_else(|| entry.strip_prefix("kb")).unwrap_or(entry);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let before = &line.as_bytes()[..line.find(entry).unwrap_or_default()];
            let error = Error::new(Code::BadValue, format!("`{entry}` is no number of an article"));
            return Err(error
                .in_file(name)
                .at(here.after(before))
                .with_hint("write `KB5036451` or `5036451`"));
        }
        articles.push(digits.to_owned());
    }
    Ok(articles)
}

/// Writes an answer as one JSON object.
fn write(answer: &Answer<'_>, out: &mut dyn std::io::Write) -> Result<()> {
    let mut json = Json::new(out);
    json.object(|json| {
        json.key("applicable_rows").number(answer.applicable_rows);
        json.key("found_rows").number(answer.found_rows);
        json.key("missing_kbs").array(&answer.missing_kbs, |json, kb| json.text(kb));
        json.key("cves").number(answer.cves);
    });
    json.finish()
}
