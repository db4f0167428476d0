//! Turns what the environment says into the proxy of one address, or none.
//!
//! A proxy that cannot be understood is an error: going without it would pass by what it is there for.
//! Source of truth: what curl does with the same variables; `docs/transfers.md`, "Proxies".

use std::net::IpAddr;

use ureq::Proxy;

use crate::address::{Address, Scheme};
use crate::environment::Environment;
use crate::error::{Error, Reason};

/// The proxy that an address is asked through.
pub(crate) fn of(address: &Address, environment: &Environment) -> Result<Option<Proxy>, Error> {
    let own = match address.scheme() {
        Scheme::Http => &environment.http_proxy,
        Scheme::Https => &environment.https_proxy,
    };
    let Some(proxy) = own.as_ref().or(environment.all_proxy.as_ref()) else { return Ok(None) };
    let direct = environment.no_proxy.as_deref().unwrap_or_default();
    if direct.split(',').any(|entry| matches(entry.trim(), address)) {
        return Ok(None);
    }
    // The value may hold a password.
    let refused = |_| {
        let error = Error::new(Reason::Proxy, "the proxy that the environment names is no address of one");
        let name = format!("{}_proxy", address.scheme().name());
        error.with_hint(format!("set `{name}` or `all_proxy` to `http://HOST:PORT`, or clear it"))
    };
    Proxy::new(proxy.trim()).map(Some).map_err(refused)
}

/// Whether an entry of hosts that need no proxy means the host of an address: `*`, a name with all names
/// below it, an address, or a network as `10.0.0.0/8`; with a port, that one only.
fn matches(entry: &str, address: &Address) -> bool {
    let host = address.host().trim_end_matches('.');
    if let (Ok(ip), Some((network, bits))) = (host.parse::<IpAddr>(), entry.split_once('/')) {
        return contains(network, bits, ip);
    }
    let (entry, port) = match entry.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => (name, port.parse().ok()),
        _ => (entry, None),
    };
    let name = entry.trim_start_matches('[').trim_end_matches(']').trim_start_matches("*.");
    let name = name.trim_matches('.').to_ascii_lowercase();
    let below = host.strip_suffix(&name).is_some_and(|head| head.is_empty() || head.ends_with('.'));
    let named = name == "*" || (!name.is_empty() && below);
    named && port.is_none_or(|port: u16| port == address.port())
}

/// Whether an address is in a network.
fn contains(network: &str, bits: &str, ip: IpAddr) -> bool {
    let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>()) else { return false };
    let (network, ip, width) = match (network, ip) {
        (IpAddr::V4(network), IpAddr::V4(ip)) => {
            (u128::from(network.to_bits()), u128::from(ip.to_bits()), 32)
        }
        (IpAddr::V6(network), IpAddr::V6(ip)) => (network.to_bits(), ip.to_bits(), 128),
        _ => return false,
    };
    let Some(free) = u32::checked_sub(width, bits) else { return false };
    (network ^ ip).checked_shr(free).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(no_proxy: &str) -> Environment {
        Environment {
            https_proxy: Some("http://jo:hush@proxy.example:3128".into()),
            all_proxy: Some("socks5h://other.example".into()),
            no_proxy: Some(no_proxy.into()),
            ..Environment::default()
        }
    }

    fn proxy(address: &str, no_proxy: &str) -> Option<String> {
        let address = Address::parse(address).expect("is an address");
        let proxy = of(&address, &environment(no_proxy)).expect("is a proxy");
        proxy.map(|proxy| format!("{} {}", proxy.host(), proxy.port()))
    }

    #[test]
    fn a_scheme_has_its_own_proxy_or_that_of_all() {
        assert_eq!(proxy("https://a/", "").as_deref(), Some("proxy.example 3128"));
        assert_eq!(proxy("http://a/", "").as_deref(), Some("other.example 1080"));
        let none = of(&Address::parse("http://a").expect("is one"), &Environment::default());
        assert_eq!(none.expect("is no error"), None);
    }

    #[test]
    fn hosts_that_need_no_proxy() {
        for (address, entries, direct) in [
            ("https://a.example/", "*", true),
            ("https://a.example/", "x, EXAMPLE", true),
            ("https://a.example/", ".example", true),
            ("https://a.example/", "*.example", true),
            ("https://a.example/", "b.example,ample", false),
            ("https://a.example/", ",", false),
            ("https://a.example:81/", "a.example:81", true),
            ("https://a.example:81/", "a.example:82", false),
            ("https://a.example./", "a.example", true),
            ("https://10.1.2.3/", "10.0.0.0/8", true),
            ("https://11.1.2.3/", "10.0.0.0/8", false),
            ("https://11.1.2.3/", "0.0.0.0/0", true),
            ("https://11.1.2.3/", "11.1.2.3/33", false),
            ("https://10.1.2.3/", "10.1.2.3", true),
            ("https://[fd00::1]/", "fd00::/8", true),
            ("https://[fd00::1]:81/", "[fd00::1]:81", true),
            ("https://[fd00::1]/", "fd00::1", true),
            ("https://[fd00::1]/", "10.0.0.0/8", false),
        ] {
            assert_eq!(proxy(address, entries).is_none(), direct, "{address} {entries}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_an_error_that_does_not_repeat_it() {
        let address = Address::parse("http://a/").expect("is one");
        for value in ["gopher://jo:hush@a", "http://", "jo:hush@/x y", "http://jo:%ff@a"] {
            let environment = Environment { http_proxy: Some(value.into()), ..Environment::default() };
            let error = of(&address, &environment).expect_err(value);
            assert_eq!(error.reason(), Reason::Proxy, "{value}");
            assert!(!format!("{error} {:?}", error.hint()).contains("hush"), "{error}");
        }
    }
}
