//! `patchstate site watch`: scans as reports arrive, until it is told to stop.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use notify::{RecursiveMode, Watcher};
use patchstate::diagnostic::Code;
use patchstate::error::Error;
use patchstate::site::Site;
use patchstate::site::catalogs::Current;
use patchstate::site::host::Host;
use patchstate::site::log::Event;
use patchstate::site::scan::Request;

use super::Place;
use super::scan::Limits;
use crate::exit::Exit;
use crate::host::{Log, Machine};
use crate::output::Output;
use crate::request::time;
use crate::signals;

/// Takes what clients send as it arrives, and evaluates it, until it is told to stop
///
/// SIGTERM or Ctrl-C lets it finish what it has begun; a second one ends it at once, and nothing is lost by
/// that either. It ends with code 1 where something was put into quarantine.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  patchstate site watch --site /srv/site

  For a log that programs read:
      patchstate site watch --site /srv/site --log json 2>> /var/log/patchstate.jsonl")]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// Looks at least this often, also where the file system tells of new files
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    interval: NonZeroUsize,
    /// What is said on standard error of what happens
    #[arg(long, value_name = "WHAT", default_value = "text")]
    log: Log,
    #[command(flatten)]
    limits: Limits,
    /// How many threads [default: as many as there are processors]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// The time from which ages are counted, all the while [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    now: Option<Timestamp>,
}

/// After how long what only grows older is looked at again.
const AGES: Duration = Duration::from_secs(600);

/// How long it must be quiet before what arrived is taken, and how long that is waited for at most.
const QUIET: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(500));

pub(crate) fn run(args: &Args, output: &mut Output) -> anyhow::Result<Exit> {
    signals::stop_gently();
    let site = args.place.open(output)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.map_or(0, usize::from)).build()?;
    let mut arrivals = Arrivals::of(site.path("spool/in"));
    let tell = |event: fn(&'static str, Timestamp) -> Event, name| {
        let machine = Machine::new(args.now, args.log, output);
        machine.tell(&event(name, machine.now()).text("site", &site.root().to_string_lossy()));
    };
    tell(Event::note, if arrivals.is_told() { "watching" } else { "polling" });
    let interval = Duration::from_secs(args.interval.get() as u64);
    let (mut seen, mut quarantined, mut last) = (None, 0, None::<Instant>);
    while !signals::is_stopping() {
        let (state, mut wait) = (state(&site)?, interval);
        let is_due = last.is_none_or(|last| last.elapsed() >= AGES);
        if state.waits || is_due || seen != Some(state.current.clone()) {
            let machine = Machine::new(args.now, args.log, output);
            let request = Request { collection: None, all: false, most: args.limits.most() };
            match arrivals.without(|| pool.install(|| site.scan(&request, &machine))) {
                Ok(scanned) => {
                    quarantined += scanned.intake.quarantined;
                    if site.has_reports()? {
                        // It came meanwhile, and nobody told of it.
                        wait = QUIET.0;
                    }
                }
                Err(error) => failed(&error, &machine)?,
            }
            (seen, last) = (Some(state.current), Some(Instant::now()));
        }
        arrivals.wait(wait);
    }
    tell(Event::note, "stopped");
    Ok(if quarantined > 0 { Exit::Findings } else { Exit::Done })
}

/// Tells of a scan that failed; what may pass by itself is tried again.
fn failed(error: &Error, machine: &Machine) -> anyhow::Result<()> {
    machine.tell(&Event::warning("scan-failed", machine.now()).text("message", &error.to_string()));
    // A full disk may be emptied, and another scan ends; a damaged file stays one.
    if error.is_io() || error.code() == Code::SiteLocked { Ok(()) } else { Err(error.clone().into()) }
}

/// What decides whether there is anything to do.
struct State {
    waits: bool,
    current: Option<Current>,
}

fn state(site: &Site) -> patchstate::error::Result<State> {
    Ok(State { waits: site.has_reports()?, current: site.current()? })
}

fn listen(watcher: &mut impl Watcher, folder: &Path) -> notify::Result<()> {
    watcher.watch(folder, RecursiveMode::NonRecursive)
}

/// What tells of reports that arrive.
struct Arrivals {
    folder: PathBuf,
    /// Kept, because it tells only as long as it is there.
    watcher: Option<notify::RecommendedWatcher>,
    told: Receiver<()>,
}

impl Arrivals {
    /// Watches a folder, where the file system can tell of new files.
    fn of(folder: PathBuf) -> Arrivals {
        let (tell, told) = mpsc::channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| event.kind.is_create() || event.kind.is_modify()) {
                // Whoever waited may be gone, which ends the program.
                let _ = tell.send(());
            }
        });
        let watching = watcher.and_then(|mut watcher| {
            listen(&mut watcher, &folder)?;
            Ok(watcher)
        });
        Arrivals { folder, watcher: watching.ok(), told }
    }

    /// Does what takes reports out of the folder without being told of each of them.
    fn without<T>(&mut self, work: impl FnOnce() -> T) -> T {
        if let Some(watcher) = &mut self.watcher {
            // Being told of too much only takes time.
            let _ = watcher.unwatch(&self.folder);
        }
        let done = work();
        if self.watcher.as_mut().is_some_and(|watcher| listen(watcher, &self.folder).is_err()) {
            self.watcher = None;
        }
        done
    }

    fn is_told(&self) -> bool {
        self.watcher.is_some()
    }

    /// Waits until something arrived and it is quiet again, until it is time, or until it is to stop.
    fn wait(&self, interval: Duration) {
        let start = Instant::now();
        while !signals::is_stopping() {
            let left = interval.saturating_sub(start.elapsed());
            // A signal wakes nobody who waits here.
            match self.told.recv_timeout(left.min(Duration::from_millis(200))) {
                Ok(()) => break,
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    std::thread::sleep(left.min(Duration::from_millis(200)))
                }
            }
        }
        let arrived = Instant::now();
        while arrived.elapsed() < QUIET.1 && self.told.recv_timeout(QUIET.0).is_ok() {}
    }
}
