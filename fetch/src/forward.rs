//! Turns requests for `http` addresses into the form that a proxy forwards: with the whole address in
//! their first line.
//!
//! The client makes a tunnel for every address. Proxies allow tunnels to the port of `https`, and most to
//! no other, so that without this no `http` address could be had behind them. Source of truth: RFC 9112,
//! section 3.2.2.

use std::io::{Read, Write};

use ureq::config::Config;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, LazyBuffers, NextTimeout, Transport,
    TransportAdapter,
};
use ureq::{Error, Proxy, ProxyProtocol};

use crate::address::Scheme;

/// Whether a proxy forwards requests of a scheme, and makes no tunnel for them.
pub(crate) fn forwards(proxy: &Proxy, scheme: Scheme) -> bool {
    scheme == Scheme::Http && matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https)
}

/// Connects to proxies that forward; everything else is left to the client.
#[derive(Debug)]
pub(crate) struct Route {
    proxy: Proxy,
    /// How the proxy itself is reached: without one.
    direct: Config,
    client: DefaultConnector,
}

impl Route {
    pub(crate) fn over(proxy: Proxy, direct: Config) -> Route {
        Route { proxy, direct, client: DefaultConnector::new() }
    }
}

impl Connector<()> for Route {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        if details.config.proxy().is_none() {
            return self.client.connect(details, chained);
        }
        let uri = self.proxy.uri();
        let to_proxy = ConnectionDetails {
            uri,
            addrs: details.resolver.resolve(uri, &self.direct, details.timeout)?,
            config: &self.direct,
            request_level: details.request_level,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        let proxy = (details.run_connector)(&to_proxy)?;
        let authority = details.uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
        let size = self.direct.input_buffer_size();
        Ok(Some(Box::new(Forwarded {
            origin: Some(format!("http://{authority}")),
            proxy: TransportAdapter::new(proxy, details.current_time.clone()),
            buffers: LazyBuffers::new(size, self.direct.output_buffer_size()),
        })))
    }
}

/// A connection to a proxy, for one request.
struct Forwarded {
    /// What is to stand before the path in the first line, until it was sent.
    origin: Option<String>,
    proxy: TransportAdapter,
    buffers: LazyBuffers,
}

impl std::fmt::Debug for Forwarded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Forwarded").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Transport for Forwarded {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.proxy.set_timeout(timeout);
        let mut output = &self.buffers.output()[..amount];
        if let (Some(origin), Some(target)) = (&self.origin, output.strip_prefix(b"GET ")) {
            self.proxy.write_all(format!("GET {origin}").as_bytes())?;
            output = target;
            self.origin = None;
        }
        Ok(self.proxy.write_all(output)?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.proxy.set_timeout(timeout);
        let read = self.proxy.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    fn is_open(&mut self) -> bool {
        self.proxy.get_mut().is_open()
    }
}
