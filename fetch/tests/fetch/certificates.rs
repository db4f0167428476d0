//! Certificates of an authority of our own, good ones and bad ones, and a server that shows them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::server::{Asked, Server, Stream};

impl Server {
    /// Listens with TLS.
    pub(crate) fn secured(
        config: ServerConfig,
        handler: impl Fn(usize, &Asked, &mut dyn Stream) -> io::Result<()> + Send + Sync + 'static,
    ) -> Server {
        let config = Arc::new(config);
        let wrap = move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
            Ok(Box::new(StreamOwned::new(connection, stream)) as Box<dyn Stream>)
        };
        Server::wrapped("https", wrap, handler)
    }
}

/// Who gives certificates to servers.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// When a certificate is valid.
#[derive(Clone, Copy)]
pub(crate) enum Validity {
    Now,
    Past,
    Future,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Authority {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key"));
        Authority(issuer.expect("a certificate"))
    }

    /// Writes its certificate into a folder, to be trusted.
    pub(crate) fn file(&self, folder: &Path) -> PathBuf {
        let path = folder.join("authority.pem");
        fs::write(&path, self.0.pem()).expect("is written");
        path
    }

    /// What a server of a name shows.
    pub(crate) fn server(&self, name: &str, validity: Validity) -> ServerConfig {
        let key = KeyPair::generate().expect("a key");
        let certificate = params(name, validity).signed_by(&key, &self.0).expect("is signed");
        config(certificate.der().clone(), &key)
    }
}

/// What a server shows that nobody gave a certificate to.
pub(crate) fn self_signed(name: &str) -> ServerConfig {
    let key = KeyPair::generate().expect("a key");
    let certificate = params(name, Validity::Now).self_signed(&key).expect("is signed");
    config(certificate.der().clone(), &key)
}

fn params(name: &str, validity: Validity) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("is a name");
    params.distinguished_name.push(DnType::CommonName, name);
    let (from, to) = match validity {
        Validity::Now => (2000, 4000),
        Validity::Past => (2000, 2001),
        Validity::Future => (3000, 4000),
    };
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
    params
}

fn config(certificate: CertificateDer<'static>, key: &KeyPair) -> ServerConfig {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("is a key");
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("are known")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("fit together")
}
