//! The `msrc` workload: real machines and changed ones against the definitions of wesng, beside wesng.
//!
//! Needs the shared corpora; wesng is compared with where the package is installed for `python3`. Both load
//! the definitions once, and the answers are compared before the times. `MSRC_CHANGED` says how many changed
//! machines there are for each real one.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use benches::{Paired, say, setting};
use patchstate::catalog::cvrf::wesng::definitions::{Answer, Definitions};
use patchstate::diagnostic::Code;
use patchstate::error::{Error, Result};
use patchstate::generate::random::Random;
use serde_json::Value;

/// How often the whole fleet is answered for one time that is taken.
const ROUNDS: usize = 200;

/// A host as wesng sees it.
struct Host {
    name: String,
    filter: String,
    articles: Vec<String>,
}

/// An answer as it is compared: rows of the filter, rows that are found, vulnerabilities, articles.
type Found = (u64, u64, u64, Vec<String>);

/// What wesng answers, and what it takes.
struct Peer {
    answers: Vec<Found>,
    seconds: Vec<f64>,
    said: String,
}

fn main() -> Result<()> {
    let Some(corpora) = conformance::corpora("wesng") else { return Ok(()) };
    let archive = corpora.join("definitions.zip");
    let before = peak();
    let start = Instant::now();
    let definitions = Definitions::load(&archive)?;
    let loaded = start.elapsed().as_secs_f64();
    let hosts = hosts(&definitions, &corpora.join("wesng_1.06_expected.json"))?;
    let ours: Vec<Found> = hosts.iter().map(|host| found(&answer(&definitions, host))).collect();
    say(&format!(
        "msrc: {} rows, {} hosts; loaded in {loaded:.2} s; peak memory {:.1} MB, {:.1} MB before",
        definitions.rows(),
        hosts.len(),
        peak() / 1e6,
        before / 1e6
    ));
    let (warm, cold) = times(&definitions, &hosts);
    let folder = tempfile::tempdir()?;
    let Some(peer) = peer(&archive, &hosts, folder.path())? else {
        conformance::skipped("wesng is not there (`pip install wesng`), so nothing is compared with it");
        return Ok(());
    };
    for (host, (ours, theirs)) in hosts.iter().zip(ours.iter().zip(&peer.answers)) {
        assert_eq!(ours, theirs, "wesng and this program differ on {}", host.name);
    }
    assert_eq!(peer.answers.len(), hosts.len(), "wesng did not answer for every host");
    compare(peer, warm, cold);
    Ok(())
}

/// Seconds a host: where its filter was seen before, and where it is new.
fn times(definitions: &Definitions, hosts: &[Host]) -> (f64, f64) {
    let known = || {
        for host in std::iter::repeat_n(hosts, ROUNDS).flatten() {
            std::hint::black_box(answer(definitions, host));
        }
    };
    let new = || {
        for host in hosts {
            definitions.forget();
            std::hint::black_box(answer(definitions, host));
        }
    };
    let paired = Paired::run(9, known, new);
    let each = hosts.len() as f64;
    let (warm, cold) = (paired.a().as_secs_f64() / each / ROUNDS as f64, paired.b().as_secs_f64() / each);
    say(&format!("this program: {:.2} us a host; {:.1} us where its filter is new", warm * 1e6, cold * 1e6));
    (warm, cold)
}

/// Prints what both take.
fn compare(mut peer: Peer, warm: f64, cold: f64) {
    let mean = peer.seconds.iter().sum::<f64>() / peer.seconds.len() as f64;
    peer.seconds.sort_by(f64::total_cmp);
    let middle = peer.seconds[peer.seconds.len() / 2];
    let last = peer.seconds.last().copied().unwrap_or_default();
    say(&format!(
        "wesng: {:.0} ms of the processor a host; median {:.0} ms, longest {:.0} ms; {}",
        mean * 1e3,
        middle * 1e3,
        last * 1e3,
        peer.said
    ));
    say(&format!("times faster: {:.0}; where the filter is new: {:.0}", mean / warm, mean / cold));
}

fn answer<'d>(definitions: &'d Definitions, host: &Host) -> Answer<'d> {
    definitions.answer(&host.filter, &host.articles)
}

fn found(answer: &Answer<'_>) -> Found {
    let articles = answer.missing_kbs.iter().map(|kb| (*kb).to_owned()).collect();
    (answer.applicable_rows, answer.found_rows, answer.cves, articles)
}

/// The recorded machines, and changed ones: articles taken away, and missing ones added.
fn hosts(definitions: &Definitions, recorded: &Path) -> Result<Vec<Host>> {
    let recorded: Value = serde_json::from_slice(&std::fs::read(recorded)?).map_err(foreign)?;
    let texts = |value: &Value| -> Vec<String> {
        let items = value.as_array().into_iter().flatten();
        items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
    };
    let clients = recorded["clients"].as_object().into_iter().flatten();
    let mut hosts = Vec::new();
    for (number, (name, client)) in clients.filter(|(_, client)| client["error"].is_null()).enumerate() {
        let filter = client["productfilter"].as_str().unwrap_or_default().to_owned();
        let real = Host { name: name.clone(), filter, articles: texts(&client["hotfixes"]) };
        for change in 0..setting("MSRC_CHANGED", 1) {
            let mut random = Random::of(change as u64, number as u64);
            let missing = answer(definitions, &real).missing_kbs;
            let digits = |kb: &&str| !kb.is_empty() && kb.bytes().all(|byte| byte.is_ascii_digit());
            let added = missing.into_iter().filter(digits).map(str::to_owned);
            let mut articles: Vec<String> = real.articles.iter().cloned().chain(added).collect();
            articles.retain(|_| random.chance(700));
            hosts.push(Host { name: format!("{name} {change}"), filter: real.filter.clone(), articles });
        }
        hosts.push(real);
    }
    Ok(hosts)
}

fn foreign(error: serde_json::Error) -> Error {
    Error::new(Code::BadValue, error.to_string())
}

/// Runs wesng over the hosts, where it is installed.
fn peer(archive: &Path, hosts: &[Host], folder: &Path) -> Result<Option<Peer>> {
    let list = folder.join("hosts.tsv");
    let line = |host: &Host| format!("{}\t{}\t{}\n", host.name, host.filter, host.articles.join(";"));
    std::fs::write(&list, hosts.iter().map(line).collect::<String>())?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/wesng_batch.py");
    let Ok(output) = Command::new("python3").arg(script).arg(archive).arg(&list).output() else {
        return Ok(None);
    };
    if output.status.code() == Some(3) {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    assert!(output.status.success(), "the peer fails: {said}");
    let mut peer = Peer { answers: Vec::new(), seconds: Vec::new(), said };
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [_, applicable, found, cves, seconds, missing] = fields.as_slice() else {
            return Err(Error::new(Code::BadValue, "the peer answers in another form"));
        };
        let number = |text: &str| text.parse().unwrap_or(u64::MAX);
        let missing = serde_json::from_str(missing).map_err(foreign)?;
        peer.answers.push((number(applicable), number(found), number(cves), missing));
        peer.seconds.push(seconds.parse().unwrap_or(f64::NAN));
    }
    Ok(Some(peer))
}

/// The greatest number of bytes of memory that this process had so far; 0 where the system does not say.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
    number.unwrap_or(0.0) * 1024.0
}
