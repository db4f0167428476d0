//! The `rhel8` workload: Red Hat's definitions over characteristics of a fleet, beside libopenscap in one process
//! and `oscap` as a program.
//!
//! Needs the shared corpora; OpenSCAP is compared with where Debian's `libopenscap-dev` and `openscap-scanner` are
//! there; the results of definitions are compared before the times. The limit is to read every client and compare it
//! with its image. `OVAL_CLIENTS` changes the size, `OVAL_COPIES` the number of copies of the definitions,
//! `OVAL_DEVIATION` how many of 100 packages of a client differ from those of its image.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use benches::{Paired, files, loops, rates, say, setting, site};
use conformance::oval::fleet::{Asked, IMAGES, copies};
use conformance::oval::{catalog, content};
use patchstate::error::Result;
use patchstate::eval::plan::Plan;
use patchstate::eval::run::{self, ClientResults};
use patchstate::ingest::{self, Intake};
use patchstate::model::options::Options;

/// How often each takes its turn.
const PAIRS: usize = 7;

/// How many clients the peers are asked about.
const PEER_CLIENTS: usize = 40;

fn main() -> Result<()> {
    let Some(corpora) = conformance::corpora("oval/vendor/rhel8.xml") else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let definitions = folder.path().join("definitions.xml");
    let text = std::fs::read_to_string(&corpora)?;
    std::fs::write(&definitions, copies(&text, setting("OVAL_COPIES", 1)))?;
    let inbox = folder.path().join("clients");
    std::fs::create_dir(&inbox)?;
    let clients = setting("OVAL_CLIENTS", 10_000);
    let deviation = setting("OVAL_DEVIATION", 2);
    let asked = Asked::of(&content(catalog(&corpora)?));
    let mut bytes = 0;
    for number in 0..clients {
        let text = asked.characteristics(number as u64, deviation);
        bytes += text.len() as u64;
        std::fs::write(inbox.join(format!("host{number:05}.sc.xml")), text)?;
    }
    let begin = Instant::now();
    let index = site::index(&definitions)?;
    say(&format!(
        "compile: {} bytes into an index of {} in {:.2} s",
        std::fs::metadata(&definitions)?.len(),
        index.bytes().len(),
        begin.elapsed().as_secs_f64()
    ));
    let options = Options::default();
    let plan = Plan::new(index.view()?, &options, None);
    let Ok(one) = rayon::ThreadPoolBuilder::new().num_threads(1).build() else { return Ok(()) };
    let all = files(&inbox)?;
    let cells = || one.install(|| evaluate(&plan, &inbox)).expect("the clients are evaluated");
    let limit = || _ = std::hint::black_box(loops::comparing(&all, IMAGES));
    let some: Vec<PathBuf> = all.iter().take(PEER_CLIENTS).cloned().collect();
    let peer = build_peer(folder.path());
    if let Some(peer) = &peer {
        let ours = one.install(|| results(&plan, &some))?;
        let (theirs, _) = run_peer(peer, &definitions, &some, &["-p"]);
        assert_eq!(ours, theirs, "libopenscap and this program differ in results of definitions");
    } else {
        conformance::skipped("libopenscap is not there, so nothing is compared with it");
    }
    // The peer takes its turn among the others, so that it has the same machine.
    let (mut beside_limit, mut beside_peer) = (Paired::default(), Paired::default());
    for _ in 0..PAIRS {
        let one = Paired::run(1, cells, limit);
        beside_limit.push(one.a(), one.b());
        if let Some(peer) = &peer {
            let (_, each) = run_peer(peer, &definitions, &some, &[]);
            beside_peer.push(Duration::from_secs_f64(each * clients as f64), one.a());
        }
    }
    let (number, cells) = (clients as u64, (clients * plan.updates.len()) as u64);
    rates("oval, one thread", beside_limit.a(), bytes, number, cells);
    rates("limit: read, check and compare", beside_limit.b(), bytes, number, cells);
    if peer.is_none() {
        return Ok(());
    }
    let [theirs, ours] = [beside_peer.a(), beside_peer.b()].map(|time| clients as f64 / time.as_secs_f64());
    say(&format!(
        "libopenscap in one process: {theirs:.1} clients/s; this program: {ours:.0}; {:.0} times as many \
         ({:.0} to {:.0}; this program takes {:.1} times as long as the limit)",
        beside_peer.ratio(),
        beside_peer.range().0,
        beside_peer.range().1,
        beside_limit.ratio()
    ));
    program(&definitions, &some, 1.0 / ours);
    Ok(())
}

/// Evaluates all clients of a folder for their cells.
fn evaluate(plan: &Plan<'_>, inbox: &Path) -> Result<()> {
    let intake = Intake::scan(&[inbox.into()], ingest::Settings::default())?;
    let clients: Vec<_> = intake.clients().iter().collect();
    run::evaluate(plan, &intake, &clients, |_, _| Ok(()), &|_| {}).map(|_| ())
}

/// The results of definitions: by client and definition.
fn results(plan: &Plan<'_>, files: &[PathBuf]) -> Result<BTreeMap<(String, String), String>> {
    let inputs: Vec<ingest::Input> = files.iter().cloned().map(Into::into).collect();
    let intake = Intake::scan(&inputs, ingest::Settings::default())?;
    let clients: Vec<_> = intake.clients().iter().collect();
    let content = plan.view.content(0).expect("a definitions file has content");
    let mut found = BTreeMap::new();
    let mut take = |results: ClientResults| {
        for (definition, answer) in
            content.definitions.iter().zip(&results.sources[0].as_ref().expect("all").definitions)
        {
            found.insert((results.client.clone(), definition.id.clone()), answer.truth.name().to_owned());
        }
        Ok(())
    };
    let mut matrix = std::io::Cursor::new(Vec::new());
    let taken: &mut run::ResultsReceiver<'_> = &mut take;
    run::into_matrix_and_results(
        plan,
        &intake,
        &clients,
        String::new(),
        &[],
        &mut matrix,
        Some(taken),
        &|_| {},
    )?;
    Ok(found)
}

/// Builds the peer, where its library is there.
fn build_peer(folder: &Path) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/oval_batch.c");
    let program = folder.join("oval_batch");
    let mut compiler = Command::new("cc");
    compiler.args(["-O2", "-I/usr/include/openscap", "-o"]).arg(&program).arg(source).arg("-lopenscap");
    compiler.output().ok().filter(|output| output.status.success()).map(|_| program)
}

/// Runs the peer: the results of definitions, and the seconds of a client.
fn run_peer(
    program: &Path,
    definitions: &Path,
    files: &[PathBuf],
    options: &[&str],
) -> (BTreeMap<(String, String), String>, f64) {
    let output = Command::new(program).args(options).arg(definitions).args(files).output();
    let output = output.expect("the peer runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "the peer fails: {said}");
    let row = |line: &str| {
        let [file, id, result] = line.split('\t').collect::<Vec<_>>()[..] else { return None };
        let client = Path::new(file).file_name()?.to_string_lossy().trim_end_matches(".sc.xml").to_owned();
        Some(((client, id.to_owned()), result.to_owned()))
    };
    let rows = String::from_utf8_lossy(&output.stdout).lines().filter_map(row).collect();
    let rate = said.rsplit(": ").next().and_then(|rate| rate.split(' ').next()?.parse::<f64>().ok());
    (rows, 1.0 / rate.unwrap_or(f64::NAN))
}

/// Times `oscap` as a program for each client, where it is there.
fn program(definitions: &Path, files: &[PathBuf], each: f64) {
    let run = |file: &PathBuf| {
        let mut oscap = Command::new("oscap");
        oscap.args(["oval", "analyse", "--skip-valid", "--results", "/dev/null"]).arg(definitions).arg(file);
        oscap.output().is_ok_and(|output| output.status.success())
    };
    let begin = Instant::now();
    let some = &files[..files.len().min(5)];
    if !some.iter().all(run) {
        return conformance::skipped("oscap is not there, so nothing is compared with it");
    }
    let theirs = begin.elapsed().as_secs_f64() / some.len() as f64;
    say(&format!(
        "oscap, a process for each client: {theirs:.2} s a client; {:.0} times as long",
        theirs / each
    ));
}
