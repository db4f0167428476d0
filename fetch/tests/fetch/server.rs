//! A server on loopback that does with each request what its test says.
//!
//! The tests of the program use this file as well, so it knows nothing of transfers and nothing of TLS.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// A request: its first line and its headers, with names in lower case.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    headers: Vec<(String, String)>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// The connection to a client.
pub(crate) trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

/// What is done with a request, of which so many came before.
type Handler = dyn Fn(usize, &Asked, &mut dyn Stream) -> io::Result<()> + Send + Sync;

/// What a connection becomes before its first request.
type Wrap = dyn Fn(TcpStream) -> io::Result<Box<dyn Stream>> + Send + Sync;

pub(crate) struct Server {
    address: SocketAddr,
    scheme: &'static str,
    asked: Arc<Mutex<Vec<Asked>>>,
    ends: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens without TLS.
    pub(crate) fn start(
        handler: impl Fn(usize, &Asked, &mut dyn Stream) -> io::Result<()> + Send + Sync + 'static,
    ) -> Server {
        Server::wrapped("http", |stream| Ok(Box::new(stream)), handler)
    }

    /// Answers everything with the same bytes.
    pub(crate) fn always(answer: Vec<u8>) -> Server {
        Server::start(move |_, _, out| out.write_all(&answer))
    }

    /// Answers each request with the next bytes, and further ones with the last.
    pub(crate) fn in_turn(answers: Vec<Vec<u8>>) -> Server {
        Server::start(move |nth, _, out| out.write_all(&answers[nth.min(answers.len() - 1)]))
    }

    /// Listens with connections that become something else first, at addresses of a scheme.
    pub(crate) fn wrapped(
        scheme: &'static str,
        wrap: impl Fn(TcpStream) -> io::Result<Box<dyn Stream>> + Send + Sync + 'static,
        handler: impl Fn(usize, &Asked, &mut dyn Stream) -> io::Result<()> + Send + Sync + 'static,
    ) -> Server {
        let (wrap, handler): (Arc<Wrap>, Arc<Handler>) = (Arc::new(wrap), Arc::new(handler));
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        let address = listener.local_addr().expect("has an address");
        let (asked, ends) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (known, ended) = (Arc::clone(&asked), Arc::clone(&ends));
        let listening = thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (wrap, known, handler) = (Arc::clone(&wrap), Arc::clone(&known), Arc::clone(&handler));
                // What a test makes a connection fail with is seen by the other side.
                thread::spawn(move || drop(serve(stream, &*wrap, &known, &*handler)));
            }
        });
        Server { address, scheme, asked, ends, listening: Some(listening) }
    }

    /// The address of a file of this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.authority())
    }

    pub(crate) fn authority(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// What it was asked, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no handler panicked").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        // Wakes the listener, which ends then.
        drop(TcpStream::connect(self.address));
        self.listening.take().map(JoinHandle::join);
    }
}

fn serve(stream: TcpStream, wrap: &Wrap, known: &Mutex<Vec<Asked>>, handler: &Handler) -> io::Result<()> {
    let mut stream = wrap(stream)?;
    let asked = read_head(&mut *stream)?;
    let nth = {
        let mut known = known.lock().expect("no handler panicked");
        known.push(asked.clone());
        known.len() - 1
    };
    handler(nth, &asked, &mut *stream)?;
    stream.flush()
}

/// Reads the head of a request, and nothing behind it.
pub(crate) fn read_head(stream: &mut dyn Stream) -> io::Result<Asked> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let line = lines.next().unwrap_or_default().to_owned();
    let header =
        |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    Ok(Asked { line, headers: lines.filter_map(header).collect() })
}

/// Waits until the client goes away.
pub(crate) fn say_nothing(stream: &mut dyn Stream) -> io::Result<()> {
    io::copy(stream, &mut io::sink()).map(|_| ())
}

/// An answer with its length.
pub(crate) fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let length = body.len().to_string();
    let mut all = headers.to_vec();
    if !headers.iter().any(|(name, _)| *name == "Content-Length") {
        all.push(("Content-Length", &length));
    }
    head(status, &all).into_iter().chain(body.iter().copied()).collect()
}

/// The head of an answer.
pub(crate) fn head(status: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\n{lines}\r\n").into_bytes()
}
