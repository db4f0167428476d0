//! Proxies that the environment names: forwarding, tunnels, users, and hosts that need none.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use patchstate_fetch::{Environment, Reason};

use crate::certificates::{Authority, Validity};
use crate::server::{Server, Stream, answer};
use crate::site::{Site, numbers};

/// The environment of a process with these variables.
fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::of(&|asked| variables.iter().find(|(name, _)| *name == asked).map(|(_, value)| value.into()))
}

/// A tunnel of one exchange: the client's bytes until its request is there, then the server's to their end.
fn tunnel(out: &mut dyn Stream, authority: &str) -> io::Result<()> {
    let mut server = TcpStream::connect(authority)?;
    out.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    out.flush()?;
    let mut buffer = vec![0; 1 << 16];
    server.set_nonblocking(false)?;
    server.set_read_timeout(Some(std::time::Duration::from_millis(20)))?;
    // One direction after the other, as TLS takes turns; whoever has nothing to say is waited for shortly.
    loop {
        loop {
            match server.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => out.write_all(&buffer[..read])?,
                Err(_) => break,
            }
        }
        match out.read(&mut buffer)? {
            0 => return server.shutdown(Shutdown::Both),
            read => server.write_all(&buffer[..read])?,
        }
    }
}

#[test]
fn an_http_address_is_forwarded() {
    let proxy = Server::always(answer("200 OK", &[], b"through the proxy"));
    let site = Site::new();
    let url = format!("http://jo:p%40ss@{}", proxy.authority());
    for name in ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"] {
        let environment = environment(&[(name, &url), ("HTTPS_PROXY", "http://nobody.invalid")]);
        site.complete("http://updates.invalid:81/a?b", |request| request.environment = environment);
        assert_eq!(site.file().as_deref(), Some(&b"through the proxy"[..]));
    }
    assert_eq!(proxy.asked().len(), 4);
    for asked in proxy.asked() {
        assert_eq!(asked.line, "GET http://updates.invalid:81/a?b HTTP/1.1");
        assert_eq!(asked.header("host"), Some("updates.invalid:81"));
        assert_eq!(asked.header("proxy-authorization"), Some("Basic am86cEBzcw=="));
        assert_eq!(asked.header("authorization"), None);
    }
}

#[test]
fn an_https_address_has_a_tunnel_that_the_proxy_does_not_see_into() {
    let authority = Authority::new("Ours");
    let folder = tempfile::tempdir().expect("a folder");
    let file = authority.file(folder.path());
    let server = Server::secured(authority.server("localhost", Validity::Now), |_, _, out| {
        out.write_all(&answer("200 OK", &[], &numbers(100_000)))
    });
    let there = server.authority();
    let proxy = Server::start(move |_, _, out| tunnel(out, &there));
    let site = Site::new();
    let environment = environment(&[
        ("https_proxy", &format!("jo:hush@{}", proxy.authority())),
        ("HTTP_PROXY", "http://nobody.invalid"),
        ("SSL_CERT_FILE", &file.to_string_lossy()),
    ]);
    site.complete("https://localhost:444/", |request| request.environment = environment);
    assert_eq!(site.file(), Some(numbers(100_000)));
    let asked = &proxy.asked()[0];
    assert_eq!(asked.line, "CONNECT localhost:444 HTTP/1.1");
    assert_eq!(asked.header("proxy-authorization"), Some("Basic am86aHVzaA=="));
    assert_eq!(server.asked()[0].header("proxy-authorization"), None);
}

#[test]
fn hosts_that_need_no_proxy_are_asked_directly() {
    let proxy = Server::always(answer("200 OK", &[], b"through the proxy"));
    let server = Server::always(answer("200 OK", &[], b"directly"));
    let (site, url) = (Site::new(), format!("http://{}", proxy.authority()));
    for entries in ["127.0.0.0/8", "localhost, 127.0.0.1", "*"] {
        let environment = environment(&[("HTTP_PROXY", &url), ("NO_PROXY", entries)]);
        site.complete(&server.url("/"), |request| request.environment = environment);
        assert_eq!(site.file().as_deref(), Some(&b"directly"[..]), "{entries}");
    }
    // In a gateway program anybody who asks it something decides about this variable.
    let environment = environment(&[("HTTP_PROXY", &url), ("REQUEST_METHOD", "GET")]);
    site.complete(&server.url("/"), |request| request.environment = environment);
    assert!(proxy.asked().is_empty());
}

#[test]
fn a_redirect_is_followed_with_the_proxy_of_its_own_host() {
    let server = Server::always(answer("200 OK", &[], b"directly"));
    let location = server.url("/");
    let proxy =
        Server::start(move |_, _, out| out.write_all(&answer("302 Found", &[("Location", &location)], b"")));
    let environment =
        environment(&[("HTTP_PROXY", &format!("http://{}", proxy.authority())), ("NO_PROXY", "127.0.0.1")]);
    let site = Site::new();
    site.complete("http://updates.invalid/", |request| request.environment = environment);
    assert_eq!((proxy.asked().len(), site.file().as_deref()), (1, Some(&b"directly"[..])));
}

#[test]
fn proxies_that_do_not_help() {
    let closed =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("is free");
    let refusing = Server::always(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n".to_vec());
    let refuses = format!("http://jo:hush@{}", refusing.authority());
    let closed = format!("http://jo:hush@{closed}");
    for (proxy, address, reason) in [
        (closed.as_str(), "http://updates.invalid/", Reason::Offline),
        (&closed, "https://updates.invalid/", Reason::Offline),
        (&refuses, "http://updates.invalid/", Reason::Proxy),
        (&refuses, "https://updates.invalid/", Reason::Proxy),
        ("gopher://jo:hush@proxy", "http://updates.invalid/", Reason::Proxy),
    ] {
        let site = Site::new();
        let environment = environment(&[("ALL_PROXY", proxy)]);
        let error =
            site.fetch(address, |request| request.environment = environment).expect_err("does not help");
        assert_eq!(error.reason(), reason, "{proxy} {error}");
        assert!(error.hint().is_some_and(|hint| !format!("{error} {hint}").contains("hush")), "{error}");
    }
}

#[test]
fn a_socks_proxy_resolves_names_itself() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let proxy = format!("socks5h://{}", listener.local_addr().expect("has an address"));
    let serving = thread::spawn(move || -> io::Result<Vec<u8>> {
        let (mut client, _) = listener.accept()?;
        let mut head = [0; 2];
        client.read_exact(&mut head)?;
        client.read_exact(&mut vec![0; head[1].into()])?;
        client.write_all(&[5, 0])?;
        let mut wanted = [0; 5];
        client.read_exact(&mut wanted)?;
        let mut host = vec![0; wanted[4].into()];
        client.read_exact(&mut host)?;
        client.read_exact(&mut [0; 2])?;
        client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
        crate::server::read_head(&mut client)?;
        client.write_all(&answer("200 OK", &[], b"through the proxy"))?;
        Ok(host)
    });
    let (site, environment) = (Site::new(), environment(&[("ALL_PROXY", &proxy)]));
    site.complete("http://updates.invalid/", |request| request.environment = environment);
    assert_eq!(serving.join().expect("does not panic").expect("is answered"), b"updates.invalid");
}
