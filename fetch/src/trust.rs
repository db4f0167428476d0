//! Turns the system's certificates into the roots that TLS trusts, and failures of TLS into words.
//!
//! Verification itself is that of `rustls`; there is no way to leave it out.

use std::sync::Arc;

use rustls::{CertificateError, Error as TlsError};
use rustls_native_certs::{CertificateResult, load_certs_from_paths, load_native_certs};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use crate::environment::Environment;
use crate::error::{Error, Reason};

/// What connections are secured with.
pub(crate) fn config(environment: &Environment) -> Result<TlsConfig, Error> {
    let found = roots(environment);
    if found.certs.is_empty() {
        let why = found.errors.first().map(|error| format!(": {error}")).unwrap_or_default();
        let error = Error::new(Reason::Untrusted, format!("no certificate to trust was found{why}"));
        return Err(
            error.with_hint("install the system's `ca-certificates`, or name a file in SSL_CERT_FILE")
        );
    }
    let roots: Vec<_> = found.certs.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
    Ok(TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::new_with_certs(&roots))
        .build())
}

/// The certificates that the environment names, or else the system's.
fn roots(environment: &Environment) -> CertificateResult {
    let (file, folders) = (&environment.certificate_file, &environment.certificate_folders);
    if file.is_none() && folders.is_empty() {
        return load_native_certs();
    }
    let mut all = load_certs_from_paths(file.as_deref(), None);
    for folder in folders {
        let more = load_certs_from_paths(None, Some(folder));
        all.certs.extend(more.certs);
        all.errors.extend(more.errors);
    }
    all
}

/// Says why no secure connection came about.
pub(crate) fn refused(error: &TlsError) -> Error {
    let said = |message: String, hint: &str| Error::new(Reason::Untrusted, message).with_hint(hint);
    let TlsError::InvalidCertificate(why) = error else {
        return Error::new(Reason::Untrusted, format!("no secure connection: {error}"));
    };
    match why {
        CertificateError::UnknownIssuer => said(
            "the certificate comes from nobody whom this system trusts".to_owned(),
            "add the certificate of its issuer to the system's, or name a file of certificates in SSL_CERT_FILE",
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => said(
            "the certificate has expired".to_owned(),
            "look at this system's clock; else the server needs a new one",
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            said("the certificate is not valid yet".to_owned(), "look at this system's clock")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => said(
            "the certificate is for another name than that of the address".to_owned(),
            "ask for the name that is in the certificate",
        ),
        other => Error::new(Reason::Untrusted, format!("the certificate is refused: {other}")),
    }
}
