//! Turns an address into the answer of whoever has the file: asks, and follows redirects.
//!
//! Each request has a connection of its own, whose way is found anew: a redirect may lead to a host with
//! another proxy.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Response;
use ureq::tls::TlsConfig;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::{Agent, Body, Proxy, ProxyProtocol};

use crate::address::{self, Address, Scheme};
use crate::answer::{self, Answer, Asked, Content};
use crate::error::{Error, Reason};
use crate::failure::Failure;
use crate::forward::{Route, forwards};
use crate::{Request, proxy, trust};

/// How many redirects are followed.
const REDIRECTS: usize = 10;

/// Bytes of the head of an answer at most.
const LONGEST_HEAD: usize = 64 << 10;

/// How often it is looked whether the transfer is to end.
const LOOK: Duration = Duration::from_millis(100);

/// Headers of a request, beside those that every one has.
pub(crate) type Headers = Vec<(&'static str, String)>;

/// Asks for one file.
pub(crate) struct Exchange<'r> {
    request: &'r Request<'r>,
    agent: &'r Connection,
}

/// What holds the connection of now.
pub(crate) type Connection = Mutex<Option<Agent>>;

/// Until `ended`, ends the connection when the transfer is cancelled, so that nobody waits for bytes.
pub(crate) fn watch(connection: &Connection, cancelled: &AtomicBool, ended: &Receiver<()>) {
    while ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
        if cancelled.load(Ordering::Relaxed) {
            let agent = connection.lock().unwrap_or_else(PoisonError::into_inner).take();
            agent.into_iter().for_each(Agent::shutdown);
        }
    }
}

impl<'r> Exchange<'r> {
    pub(crate) fn new(request: &'r Request<'r>, agent: &'r Connection) -> Exchange<'r> {
        Exchange { request, agent }
    }

    /// Asks for the file of an address, wherever redirects lead.
    pub(crate) fn ask(
        &self,
        address: &Address,
        asked: &Asked<'_>,
        headers: &Headers,
    ) -> Result<(Content, Response<Body>), Failure> {
        let mut address = address.clone();
        for _ in 0..=REDIRECTS {
            let response = self.once(&address, headers).map_err(|failure| failure.of(&address))?;
            match answer::read(&response, asked).map_err(|failure| failure.of(&address))? {
                Answer::Here(content) => return Ok((content, response)),
                Answer::Elsewhere(location) => {
                    address = followed(&address, &location).map_err(|error| error.of(&address))?;
                }
            }
        }
        let message = format!("leads on and on, more than {REDIRECTS} times");
        Err(Error::new(Reason::Redirect, message).into())
    }

    /// Asks once, on a connection of its own.
    fn once(&self, address: &Address, headers: &Headers) -> Result<Response<Body>, Failure> {
        let proxy = proxy::of(address, &self.request.environment)?;
        let forwarding = proxy.as_ref().filter(|proxy| forwards(proxy, address.scheme()));
        let tls = self.tls(address, proxy.as_ref())?;
        let through = self.config(proxy.clone(), tls.clone());
        let agent = match forwarding {
            Some(proxy) => {
                let route = Route::over(proxy.clone(), self.config(None, tls));
                Agent::with_parts(through, route, DefaultResolver::default())
            }
            None => Agent::new_with_config(through),
        };
        *self.agent.lock().unwrap_or_else(PoisonError::into_inner) = Some(agent.clone());
        let mut request = agent.get(address.written());
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        if let Some(authorization) = address.authorization() {
            request = request.header("authorization", authorization);
        }
        if let Some((proxy, name)) = forwarding.and_then(|proxy| Some((proxy, proxy.username()?))) {
            let password = proxy.password().unwrap_or_default();
            let authorization = address::basic(name.as_bytes(), password.as_bytes());
            request = request.header("proxy-authorization", authorization);
        }
        request.call().map_err(|error| match &proxy {
            Some(proxy) => Failure::of_request(error).through(proxy),
            None => Failure::of_request(error),
        })
    }

    /// What secures the way to an address; the system's certificates are read only where one is shown.
    fn tls(&self, address: &Address, proxy: Option<&Proxy>) -> Result<Option<TlsConfig>, Error> {
        let is_secured = address.scheme() == Scheme::Https
            || proxy.is_some_and(|proxy| proxy.protocol() == ProxyProtocol::Https);
        if is_secured { trust::config(&self.request.environment).map(Some) } else { Ok(None) }
    }

    fn config(&self, proxy: Option<Proxy>, tls: Option<TlsConfig>) -> Config {
        let patience = &self.request.patience;
        let builder = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(proxy)
            .user_agent(concat!("patchstate/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .max_response_header_size(LONGEST_HEAD)
            .max_idle_connections(0)
            .timeout_resolve(Some(patience.connect))
            .timeout_connect(Some(patience.connect))
            .timeout_send_request(Some(patience.silence))
            .timeout_recv_response(Some(patience.silence))
            .timeout_per_read(Some(patience.silence));
        match tls {
            Some(tls) => builder.tls_config(tls).build(),
            None => builder.build(),
        }
    }
}

/// Where a redirect leads, if it is followed.
fn followed(address: &Address, location: &str) -> Result<Address, Error> {
    let refused =
        |what: &str| Error::new(Reason::Redirect, format!("leads to {what}, which is not followed"));
    let next =
        address.join(location).map_err(|_| refused("something that is no `http` or `https` address"))?;
    if address.scheme() == Scheme::Https && next.scheme() == Scheme::Http {
        return Err(refused(&format!("`{next}` without TLS")));
    }
    Ok(next)
}
