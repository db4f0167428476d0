//! Turns text into an address that can be asked for, and a redirect's location into the next one.
//!
//! Knows `http` and `https` only. Source of truth: RFC 3986, sections 3 and 5.2; RFC 9110, section 4.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use ureq::http::Uri;

use crate::error::{Error, Reason};

/// Bytes of an address at most.
const LONGEST: usize = 8 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

impl Scheme {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    pub(crate) fn port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

/// The address of a file. Shown, it has neither user nor query, which may be secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address {
    scheme: Scheme,
    /// The host, and the port where one is named.
    authority: String,
    /// Name and password, as the header has them.
    authorization: Option<String>,
    /// Path and query.
    target: String,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.path())?;
        if self.target.contains('?') { f.write_str("?...") } else { Ok(()) }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Address {
    /// Reads an address, of which a fragment is left out.
    pub(crate) fn parse(text: &str) -> Result<Address, Error> {
        // The text itself is not named: nothing is known yet of where a password may stand in it.
        let refused = |what: &str| Err(Error::new(Reason::Address, what));
        if text.len() > LONGEST {
            return refused("the address has more than 8,192 bytes");
        }
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return refused("an address must begin with `https://` or `http://`"),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (user, authority) = match authority.rsplit_once('@') {
            Some((user, authority)) => (Some(user), authority),
            None => (None, authority),
        };
        let target = target.split('#').next().unwrap_or_default();
        let slash = if target.starts_with('/') { "" } else { "/" };
        let address = Address {
            scheme,
            authority: authority.to_ascii_lowercase(),
            authorization: user.map(decoded),
            target: format!("{slash}{target}"),
        };
        if address.host().is_empty() || !address.has_port() || address.written().parse::<Uri>().is_err() {
            let error = Error::new(Reason::Address, "the address has a host, port or character that is none");
            return Err(
                error.with_hint("write other letters than ASCII as `xn--` in hosts and as `%XX` in paths")
            );
        }
        Ok(address)
    }

    /// The address that `location` means here. What it says of a user is not listened to; the user of
    /// this address goes along where host, port and scheme stay.
    pub(crate) fn join(&self, location: &str) -> Result<Address, Error> {
        let location = location.split('#').next().unwrap_or_default();
        let scheme = location.split(['/', '?']).next().unwrap_or_default();
        let text = if scheme.contains(':') {
            location.to_owned()
        } else if location.starts_with("//") {
            format!("{}:{location}", self.scheme.name())
        } else if location.starts_with('/') {
            format!("{}{location}", self.origin())
        } else if location.is_empty() {
            self.written()
        } else if location.starts_with('?') {
            format!("{}{}{location}", self.origin(), self.path())
        } else {
            let folder = self.path().rfind('/').map_or("/", |last| &self.path()[..=last]);
            format!("{}{folder}{location}", self.origin())
        };
        let mut joined = Address::parse(&text)?;
        joined.target = without_dots(&joined.target);
        joined.authorization = self.authorization.clone().filter(|_| self.origin() == joined.origin());
        Ok(joined)
    }

    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host, in lower case, without the brackets of an IPv6 address.
    pub(crate) fn host(&self) -> &str {
        let host = match self.authority.strip_prefix('[') {
            Some(rest) => return rest.split(']').next().unwrap_or_default(),
            None => self.authority.split(':').next(),
        };
        host.unwrap_or_default()
    }

    pub(crate) fn port(&self) -> u16 {
        self.named_port().and_then(|port| port.parse().ok()).unwrap_or(self.scheme.port())
    }

    /// The port as the address has it.
    fn named_port(&self) -> Option<&str> {
        let after = self.authority.rsplit(']').next().unwrap_or_default();
        after.split_once(':').map(|(_, port)| port)
    }

    /// Whether the port, if there is one, is a number.
    fn has_port(&self) -> bool {
        self.named_port().is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", self.scheme.name(), self.authority)
    }

    /// What is asked for, without a user.
    pub(crate) fn written(&self) -> String {
        format!("{}{}", self.origin(), self.target)
    }

    /// The header `Authorization`, where the address names a user.
    pub(crate) fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// The credentials of `name:password` as an address has them.
fn decoded(user: &str) -> String {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let (name, password) = (percent_decode_str(name), percent_decode_str(password));
    basic(&name.collect::<Vec<_>>(), &password.collect::<Vec<_>>())
}

/// Credentials as headers have them.
pub(crate) fn basic(name: &[u8], password: &[u8]) -> String {
    format!("Basic {}", BASE64_STANDARD.encode([name, b":", password].concat()))
}

/// A path without `.` and `..`; its query stays.
fn without_dots(target: &str) -> String {
    let end = target.find('?').unwrap_or(target.len());
    let (path, query) = target.split_at(end);
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => _ = kept.pop(),
            _ => kept.push(segment),
        }
    }
    let ends_in_folder = ["/.", "/.."].iter().any(|end| path.ends_with(end));
    let slash = if ends_in_folder && !kept.is_empty() { "/" } else { "" };
    format!("/{}{slash}{query}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Address {
        Address::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn addresses_are_split() {
        let address = parse("HTTPS://jo:s%20e%40cret@Updates.Example:8443/a/b.xml?sig=1#part");
        assert_eq!(address.written(), "https://updates.example:8443/a/b.xml?sig=1");
        assert_eq!((address.host(), address.port()), ("updates.example", 8443));
        assert_eq!(address.authorization(), Some("Basic am86cyBlQGNyZXQ="));
        assert_eq!(address.to_string(), "https://updates.example:8443/a/b.xml?...");
        assert_eq!(parse("http://[::1]:81").written(), "http://[::1]:81/");
        assert_eq!((parse("http://[::1]:81").host(), parse("http://[::1]:81").port()), ("::1", 81));
        assert_eq!((parse("http://a?b").port(), parse("https://a").port()), (80, 443));
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        let long = format!("http://a/{}", "b".repeat(LONGEST));
        for text in [
            "",
            "a",
            "ftp://jo:hush@a/",
            "http://",
            "http://jo:hush@",
            "http://a b/",
            "http://a:port/",
            "http://ä/",
            "http://a/\r\nhush",
            &long,
        ] {
            let error = Address::parse(text).expect_err(text);
            assert_eq!(error.reason(), Reason::Address, "{text}");
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }

    #[test]
    fn locations_are_resolved() {
        let base = parse("http://jo:x@a/b/c/d;p?q");
        for (location, expect) in [
            ("g", "http://a/b/c/g"),
            ("./g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y#s", "http://a/b/c/g?y"),
            ("", "http://a/b/c/d;p?q"),
            ("..", "http://a/b/"),
            ("../../g", "http://a/g"),
            ("../../../../g", "http://a/g"),
            ("g?y=./x", "http://a/b/c/g?y=./x"),
            ("https://z/y/../x", "https://z/x"),
            ("http://jo:y@a/z", "http://a/z"),
        ] {
            let joined = base.join(location).unwrap_or_else(|error| panic!("{location}: {error}"));
            assert_eq!(joined.written(), expect, "{location}");
            let same = joined.origin() == base.origin();
            assert_eq!(joined.authorization(), base.authorization().filter(|_| same), "{location}");
        }
        assert!(base.join("file:///etc/passwd").is_err());
        assert!(base.join("javascript:alert(1)").is_err());
    }
}
