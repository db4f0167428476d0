//! TLS: certificates that are trusted, and those that are not.

use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::thread;

use patchstate_fetch::{Environment, Reason};

use crate::certificates::{Authority, Validity, self_signed};
use crate::server::{Server, answer, head, say_nothing};
use crate::site::{Site, numbers};

fn server(config: rustls::ServerConfig) -> Server {
    Server::secured(config, |_, _, out| out.write_all(&answer("200 OK", &[], &numbers(100_000))))
}

/// The environment of a process with these variables.
fn environment(name: &'static str, value: &std::path::Path) -> Environment {
    Environment::of(&|asked| (asked == name).then(|| value.into()))
}

#[test]
fn a_certificate_of_an_authority_that_the_environment_names() {
    let (authority, site) = (Authority::new("Ours"), Site::new());
    let folder = tempfile::tempdir().expect("a folder");
    let file = authority.file(folder.path());
    let server = server(authority.server("127.0.0.1", Validity::Now));
    for environment in [environment("SSL_CERT_FILE", &file), environment("SSL_CERT_DIR", folder.path())] {
        site.complete(&server.url("/"), |request| request.environment = environment);
        assert_eq!(site.file(), Some(numbers(100_000)));
    }
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_name_is_asked_for_by_name() {
    let (authority, site) = (Authority::new("Ours"), Site::new());
    let folder = tempfile::tempdir().expect("a folder");
    let file = authority.file(folder.path());
    let server = server(authority.server("localhost", Validity::Now));
    let address = format!("https://localhost:{}/", server.port());
    site.complete(&address, |request| request.environment = environment("SSL_CERT_FILE", &file));
}

#[test]
fn certificates_that_are_not_trusted() {
    let (authority, other) = (Authority::new("Ours"), Authority::new("Theirs"));
    let folder = tempfile::tempdir().expect("a folder");
    let file = authority.file(folder.path());
    for (config, says) in [
        (self_signed("127.0.0.1"), "comes from nobody whom this system trusts"),
        (other.server("127.0.0.1", Validity::Now), "comes from nobody whom this system trusts"),
        (authority.server("127.0.0.1", Validity::Past), "the certificate has expired"),
        (authority.server("127.0.0.1", Validity::Future), "the certificate is not valid yet"),
        (authority.server("127.0.0.2", Validity::Now), "for another name"),
        (authority.server("updates.example", Validity::Now), "for another name"),
    ] {
        let (server, site) = (server(config), Site::new());
        let trusting = environment("SSL_CERT_FILE", &file);
        let error = site.fetch(&server.url("/"), |request| request.environment = trusting).expect_err(says);
        assert_eq!(error.reason(), Reason::Untrusted, "{error}");
        assert!(error.to_string().contains(says) && error.hint().is_some(), "{error}");
        assert!(server.asked().is_empty() && site.names().is_empty(), "{says}");
    }
}

#[test]
fn the_systems_own_authorities_do_not_know_ours() {
    let (server, site) = (server(Authority::new("Ours").server("127.0.0.1", Validity::Now)), Site::new());
    let error = site.fetch(&server.url("/"), |_| ()).expect_err("is not trusted");
    assert_eq!(error.reason(), Reason::Untrusted, "{error}");
}

#[test]
fn nobody_is_trusted_where_no_certificate_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().join("empty.pem");
    fs::write(&empty, "no certificate").expect("is written");
    let (server, site) = (server(self_signed("127.0.0.1")), Site::new());
    for file in [empty, folder.path().join("nowhere.pem")] {
        let trusting = environment("SSL_CERT_FILE", &file);
        let error = site.fetch(&server.url("/"), |request| request.environment = trusting).expect_err("none");
        assert_eq!(error.reason(), Reason::Untrusted);
        assert!(error.to_string().contains("no certificate to trust was found"), "{error}");
    }
}

#[test]
fn a_server_without_tls_is_no_secure_one() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = format!("https://{}/", listener.local_addr().expect("has an address"));
    let serving = thread::spawn(move || -> io::Result<()> {
        let (mut client, _) = listener.accept()?;
        client.read_exact(&mut [0; 64])?;
        client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")?;
        say_nothing(&mut client)
    });
    let (site, folder) = (Site::new(), tempfile::tempdir().expect("a folder"));
    let trusting = environment("SSL_CERT_FILE", &Authority::new("Ours").file(folder.path()));
    let error = site.fetch(&address, |request| request.environment = trusting).expect_err("speaks no TLS");
    assert_eq!(error.reason(), Reason::Untrusted, "{error}");
    assert!(error.to_string().contains("no secure connection: "), "{error}");
    serving.join().expect("does not panic").expect("is asked");
}

#[test]
fn redirects_may_lead_into_tls_but_not_out_of_it() {
    let authority = Authority::new("Ours");
    let folder = tempfile::tempdir().expect("a folder");
    let file = authority.file(folder.path());
    let plain = Server::always(answer("200 OK", &[], b"plain"));
    let out_of = format!("{}?token=hush", plain.url("/"));
    let secured = Server::secured(authority.server("127.0.0.1", Validity::Now), move |_, asked, out| {
        out.write_all(&match asked.line.as_str() {
            "GET /out HTTP/1.1" => answer("302 Found", &[("Location", &out_of)], b""),
            _ => answer("200 OK", &[], b"secured"),
        })
    });
    let location = secured.url("/");
    let into = Server::start(move |_, _, out| out.write_all(&head("302 Found", &[("Location", &location)])));
    let (site, trusting) = (Site::new(), environment("SSL_CERT_FILE", &file));
    site.complete(&into.url("/"), |request| request.environment = trusting.clone());
    assert_eq!(site.file().as_deref(), Some(&b"secured"[..]));
    let error = site.fetch(&secured.url("/out"), |request| request.environment = trusting);
    let error = error.expect_err("is not followed");
    assert_eq!(error.reason(), Reason::Redirect);
    let says = format!("/out: leads to `{}?...` without TLS, which is not followed", plain.url("/"));
    assert!(error.to_string().ends_with(&says), "{error}");
    assert!(plain.asked().is_empty());
}

/// Without the message that ends TLS the end of the connection could be anybody's doing.
#[test]
fn an_end_that_is_not_the_servers_is_no_end_of_the_file() {
    let authority = Authority::new("Ours");
    let folder = tempfile::tempdir().expect("a folder");
    let file = authority.file(folder.path());
    let server = Server::secured(authority.server("127.0.0.1", Validity::Now), |_, _, out| {
        out.write_all(&head("200 OK", &[("Content-Length", "10")]))?;
        out.write_all(b"hello")
    });
    let (site, trusting) = (Site::new(), environment("SSL_CERT_FILE", &file));
    let error = site.fetch(&server.url("/"), |request| request.environment = trusting);
    assert_eq!(error.expect_err("breaks off").reason(), Reason::Broken);
}
