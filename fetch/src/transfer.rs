//! Turns a request into a file: tries, receives, waits and tries again, as long as that is worth it.
//!
//! Source of truth: `docs/transfers.md`, "Tries" and "Resuming".

use std::io::{self, Read};
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use ureq::Body;

use crate::address::Address;
use crate::answer::{Asked, Content, is_header};
use crate::error::{Error, Reason};
use crate::exchange::{self, Connection, Exchange, Headers};
use crate::failure::Failure;
use crate::part::{self, Growing, Origin, Part};
use crate::{Fetched, Patience, Request, Validators};

/// The longest that is waited without a look at whether the transfer is to end.
const LOOK: Duration = Duration::from_millis(100);

/// Transfers the file of a request.
pub(crate) fn run(request: &Request<'_>) -> Result<Fetched, Error> {
    let address = Address::parse(request.address)?;
    let connection = Connection::default();
    let (running, ended) = mpsc::channel();
    thread::scope(|scope| {
        let (watched, cancelled) = (&connection, request.cancelled);
        let watch = move || exchange::watch(watched, cancelled, &ended);
        // Without a thread the end is noticed when the next bytes come.
        let _watching = thread::Builder::new().spawn_scoped(scope, watch).ok();
        let exchange = Exchange::new(request, &connection);
        let part = Part::of(request.to, request.patience.stride);
        let result = Transfer { request, address: &address, exchange, part }.run();
        drop(running);
        result.map_err(|error| error.of(&address))
    })
}

struct Transfer<'t> {
    request: &'t Request<'t>,
    address: &'t Address,
    exchange: Exchange<'t>,
    part: Part,
}

impl Transfer<'_> {
    fn run(&self) -> Result<Fetched, Error> {
        let patience = &self.request.patience;
        let mut growing = self.part.resume(part::digest(&self.address.written()))?;
        let mut pause = patience.pause.min(patience.longest);
        let mut tried = 0;
        loop {
            tried += 1;
            let failure = match self.attempt(&mut growing) {
                Ok(fetched) => return Ok(fetched),
                Err(failure) => failure,
            };
            self.go_on()?;
            let (error, wanted) = match failure {
                Failure::Final(error) => return Err(error),
                Failure::Again(error) => {
                    growing = None;
                    self.part.remove();
                    (error, Duration::ZERO)
                }
                Failure::Passing(error, wanted) => (error, wanted.unwrap_or(Duration::ZERO).max(pause)),
            };
            if wanted > patience.longest {
                let hint = format!("the server asks to be left alone for {} seconds", wanted.as_secs());
                return Err(error.with_hint(hint));
            }
            if tried >= patience.tries {
                return Err(given_up(error, tried, growing.as_ref()));
            }
            self.wait(wanted)?;
            pause = pause.saturating_mul(2).min(patience.longest);
        }
    }

    /// One request, and its answer to the end.
    fn attempt(&self, growing: &mut Option<Growing>) -> Result<Fetched, Failure> {
        self.go_on()?;
        // What cannot be told from other versions is begun anew.
        let kept = growing.as_ref().filter(|part| part.origin.range.is_some() && part.at() > 0);
        let from = kept.map(|part| (part.at(), &part.origin));
        let (headers, asked) = self.asked(from);
        let (content, response) = self.exchange.ask(self.address, &asked, &headers)?;
        let (part, total) = match content {
            Content::Whole { validators, range, length } => {
                self.bound(length)?;
                let address = part::digest(&self.address.written());
                let origin = Origin { address, validators, range, length };
                (growing.insert(self.part.begin(origin)?), length)
            }
            Content::Rest(total) => {
                self.bound(Some(total))?;
                let Some(part) = growing.as_mut() else { return Err(Failure::again("there is no part")) };
                (part, Some(total))
            }
            Content::Unchanged => {
                self.part.remove();
                return Ok(Fetched::Unchanged);
            }
        };
        part.origin.length = total;
        if let Err(failure) = self.receive(response.into_body(), part, total) {
            if matches!(failure, Failure::Passing(..)) {
                part.keep(&self.part)?;
            }
            return Err(failure);
        }
        let sha256 = part.finish(&self.part, self.request.digest)?;
        Ok(Fetched::Complete { validators: part.origin.validators.clone(), bytes: part.at(), sha256 })
    }

    /// What a request says of the version that is known, and of the part that is there.
    fn asked<'a>(&self, from: Option<(u64, &'a Origin)>) -> (Headers, Asked<'a>) {
        // Whoever kept them for us may have kept something else.
        let kept = |value: &Option<String>| value.clone().filter(|value| is_header(value));
        let Validators { etag, last_modified } = &self.request.validators;
        let known = Validators { etag: kept(etag), last_modified: kept(last_modified) };
        let range = from.and_then(|(at, origin)| Some((format!("bytes={at}-"), origin.range.clone()?)));
        let (range, if_range) = range.unzip();
        let is_conditional = known != Validators::default();
        let all = [
            ("if-none-match", known.etag),
            ("if-modified-since", known.last_modified),
            ("range", range),
            ("if-range", if_range),
        ];
        let headers: Headers = all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        (headers, Asked { is_conditional, from, has_digest: self.request.digest.is_some() })
    }

    /// Receives the bytes of an answer to its end, which must be that of the file.
    fn receive(&self, body: Body, part: &mut Growing, total: Option<u64>) -> Result<(), Failure> {
        let mut reader = body.into_reader();
        let mut buffer = vec![0; 1 << 16];
        let mut pace = Pace::new(self.request.patience);
        (self.request.progress)(part.at(), total);
        loop {
            let read = match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Failure::of_body(error)),
            };
            if let Err(error) = self.bound(Some(part.at() + read as u64)) {
                self.part.remove();
                return Err(error.into());
            }
            part.write(&self.part, &buffer[..read])?;
            (self.request.progress)(part.at(), total);
            pace.count(read as u64)?;
            if self.is_cancelled() {
                break;
            }
        }
        match total {
            // An end from outside may look like the end of the file.
            _ if self.is_cancelled() => Err(Failure::passing(Reason::Cancelled, "cancelled")),
            Some(total) if part.at() > total => Err(Failure::again("more bytes came than the file has")),
            Some(total) if part.at() < total => {
                let message = format!("the transfer broke off after {} of {total} bytes", part.at());
                Err(Failure::passing(Reason::Broken, message))
            }
            _ => Ok(()),
        }
    }

    fn bound(&self, bytes: Option<u64>) -> Result<(), Error> {
        let most = self.request.most;
        match bytes.filter(|bytes| *bytes > most) {
            None => Ok(()),
            Some(_) => {
                let error = Error::new(Reason::TooLarge, format!("the file has more than {most} bytes"));
                Err(error.with_hint("if it is the right one, raise `max_download_mib`"))
            }
        }
    }

    fn is_cancelled(&self) -> bool {
        self.request.cancelled.load(Ordering::Relaxed)
    }

    fn go_on(&self) -> Result<(), Error> {
        if !self.is_cancelled() {
            return Ok(());
        }
        let error = Error::new(Reason::Cancelled, "the transfer was ended");
        Err(error.with_hint("what is there is kept; the next transfer goes on from it if the server can"))
    }

    fn wait(&self, pause: Duration) -> Result<(), Error> {
        let mut left = pause;
        while !left.is_zero() {
            self.go_on()?;
            let step = left.min(LOOK);
            (self.request.wait)(step);
            left -= step;
        }
        Ok(())
    }
}

/// Says how often it was tried, and what is left.
fn given_up(error: Error, tried: u32, growing: Option<&Growing>) -> Error {
    let error = error.after(tried);
    match growing.filter(|part| part.origin.range.is_some() && part.at() > 0) {
        None => error,
        Some(part) => {
            error.with_hint(format!("{} bytes are kept; the next transfer goes on from there", part.at()))
        }
    }
}

/// Holds an answer to the speed that it must have.
struct Pace {
    patience: Patience,
    since: Instant,
    bytes: u64,
}

impl Pace {
    fn new(patience: Patience) -> Pace {
        Pace { patience, since: Instant::now(), bytes: 0 }
    }

    fn count(&mut self, bytes: u64) -> Result<(), Failure> {
        self.bytes += bytes;
        if self.since.elapsed() < self.patience.stretch {
            return Ok(());
        }
        if self.bytes < self.patience.least {
            let (bytes, seconds) = (self.bytes, self.since.elapsed().as_secs_f64());
            let message = format!("too slow: {bytes} bytes in {seconds:.0} seconds");
            return Err(Failure::passing(Reason::Slow, message));
        }
        (self.since, self.bytes) = (Instant::now(), 0);
        Ok(())
    }
}
