//! The `fedora` workload: thousand-package hosts against the Fedora 19 catalog, beside C libsolv in batch.
//!
//! Needs the shared corpora; libsolv is compared with where Debian's `libsolv-dev libsolvext-dev` are
//! there. The answers are compared before the times. `FEDORA_HOSTS` changes the size.

use std::path::{Path, PathBuf};
use std::process::Command;

use benches::{Paired, rates, say, setting, site};
use patchstate::error::Result;
use patchstate::eval::plan::Plan;
use patchstate::eval::run;
use patchstate::generate::random::Random;
use patchstate::ingest::{self, Intake};
use patchstate::matrix::row::Row;
use patchstate::matrix::tables::Client;
use patchstate::model::options::{Options, Profile};
use patchstate::model::verdict::Verdict;

fn main() -> Result<()> {
    let Some(corpora) = conformance::corpora("updateinfo") else { return Ok(()) };
    let catalog = corpora.join("fedora19-updates-2013.updateinfo.xml.gz");
    let folder = tempfile::tempdir()?;
    let inbox = folder.path().join("hosts");
    std::fs::create_dir(&inbox)?;
    let hosts = setting("FEDORA_HOSTS", 200);
    let bytes = write_hosts(&corpora.join("host1/host1.inv"), &inbox, hosts)?;
    let index = site::index(&catalog)?;
    let options = Options { profile: Some(Profile::Suse), ..Options::default() };
    let plan = Plan::new(index.view()?, &options, None);
    let run = || -> Result<Vec<(String, usize)>> {
        let intake = Intake::scan(&[inbox.as_path().into()], ingest::Settings::default())?;
        let clients: Vec<_> = intake.clients().iter().collect();
        let mut needed = Vec::new();
        let receiver = |client: Client, row: Row| {
            needed.push((client.id, row.totals()[usize::from(Verdict::Missing.code())] as usize));
            Ok(())
        };
        run::evaluate(&plan, &intake, &clients, receiver, &|_| {})?;
        Ok(needed)
    };
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let Ok(one) = one else { return Ok(()) };
    let ours = one.install(run)?;
    let Some(peer) = build_peer(folder.path()) else {
        conformance::skipped("libsolv is not there, so nothing is compared with it");
        return Ok(());
    };
    for method in ["direct", "library"] {
        let (answers, seconds) = run_peer(&peer, method, &catalog, &inbox);
        assert_eq!(answers, ours, "libsolv ({method}) and this program differ in what is needed");
        let paired = Paired::run(9, || _ = one.install(run), || {});
        let ours_each = paired.a().as_secs_f64() / hosts as f64;
        rates("fedora, one thread", paired.a(), bytes, hosts as u64, (hosts * plan.updates.len()) as u64);
        say(&format!(
            "libsolv ({method}): {:.2} ms a host; this program: {:.3} ms a host, reading included; {:.0} times faster",
            seconds * 1e3,
            ours_each * 1e3,
            seconds / ours_each
        ));
    }
    Ok(())
}

/// Writes the recorded host and mutations of it: versions lowered and raised, packages left out.
fn write_hosts(host: &Path, inbox: &Path, hosts: usize) -> Result<u64> {
    let text = std::fs::read_to_string(host)?;
    let mut written = 0;
    for number in 0..hosts {
        let mut random = Random::of(1, number as u64);
        let mut lines = String::new();
        for line in text.lines() {
            let changed = number > 0 && random.chance(100);
            match (changed, random.below(3)) {
                (false, _) => lines.push_str(line),
                (true, 0) => continue,
                (true, 1) => lines.push_str(&line.replacen(":", ":0.", 1)),
                (true, _) => lines.push_str(&line.replacen(":", ":9", 1)),
            }
            lines.push('\n');
        }
        std::fs::write(inbox.join(format!("host{number:04}.inv")), &lines)?;
        written += lines.len() as u64;
    }
    Ok(written)
}

/// Builds the peer, where its library is there.
fn build_peer(folder: &Path) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/solv_batch.c");
    let program = folder.join("solv_batch");
    let mut compiler = Command::new("cc");
    compiler.args(["-O2", "-o"]).arg(&program).arg(source).args(["-lsolv", "-lsolvext"]);
    compiler.output().ok().filter(|output| output.status.success()).map(|_| program)
}

/// Runs the peer: how many updates each host needs, and the median seconds of a host.
fn run_peer(program: &Path, method: &str, catalog: &Path, inbox: &Path) -> (Vec<(String, usize)>, f64) {
    let output =
        Command::new(program).args(["--method", method, "--repeat", "9"]).arg(catalog).arg(inbox).output();
    let Ok(output) = output else { panic!("the peer does not run") };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "the peer fails: {said}");
    let mut answers: Vec<(String, usize)> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| {
            let (host, rest) = line.split_once(' ')?;
            let needed = rest.strip_prefix("needed=")?.split(' ').next()?.parse().ok()?;
            Some((host.trim_end_matches(".inv").to_owned(), needed))
        })
        .collect();
    answers.sort();
    let median = said.lines().rev().find_map(|line| line.strip_prefix("median seconds="));
    let seconds = median.and_then(|text| text.split(' ').next()?.parse().ok());
    (answers, seconds.unwrap_or(f64::NAN))
}
