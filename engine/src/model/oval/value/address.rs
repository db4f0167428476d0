//! Reads IPv4 and IPv6 addresses with the length of their prefix.

// That of `core` is an address and nothing that opens a socket.
use core::net::Ipv6Addr;

use super::{Fault, Operation};

/// A network, or an address as the network of one address; the bits outside the prefix are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    /// The address, from the highest bit down, whatever its width.
    bits: u128,
    prefix: u32,
}

impl Network {
    /// Reads `a.b.c.d`, alone or with `/length` or `/netmask`.
    pub(super) fn parse_ipv4(text: &str) -> Result<Network, Fault> {
        let (address, prefix) = split_prefix(text);
        let address = ipv4(address)?;
        let prefix = match prefix {
            None => 32,
            Some(mask) if mask.contains('.') => prefix_of_mask(ipv4(mask)?)?,
            Some(length) => prefix_length(length, 32)?,
        };
        Ok(Network::new(u128::from(address) << 96, prefix))
    }

    /// Reads an address of RFC 4291, alone or with `/length`.
    pub(super) fn parse_ipv6(text: &str) -> Result<Network, Fault> {
        let (address, prefix) = split_prefix(text);
        let address: Ipv6Addr = address.parse().map_err(|_| Fault::NotOfType)?;
        let prefix = prefix.map_or(Ok(128), |length| prefix_length(length, 128))?;
        Ok(Network::new(address.to_bits(), prefix))
    }

    fn new(bits: u128, prefix: u32) -> Network {
        Network { bits: bits & mask(prefix), prefix }
    }

    /// Whether every address of the network is one of `other`.
    fn is_within(&self, other: &Network) -> bool {
        self.prefix >= other.prefix && self.bits & mask(other.prefix) == other.bits
    }

    /// Compares with the network of a state.
    pub(super) fn compare(&self, operation: Operation, state: &Network) -> Result<bool, Fault> {
        if operation == Operation::SubsetOf {
            return Ok(self.is_within(state));
        }
        if operation == Operation::SupersetOf {
            return Ok(state.is_within(self));
        }
        // Networks of different lengths are unequal, and that is all that can be said of them.
        if self.prefix != state.prefix {
            return if operation.is_ordering() {
                Err(Fault::PrefixLengths)
            } else {
                Ok(operation.holds(None))
            };
        }
        Ok(operation.holds(Some(self.bits.cmp(&state.bits))))
    }
}

/// The bits of a prefix.
fn mask(prefix: u32) -> u128 {
    u128::MAX.checked_shl(128 - prefix).unwrap_or(0)
}

fn split_prefix(text: &str) -> (&str, Option<&str>) {
    text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)))
}

/// Reads four numbers of one to three digits; leading zeros do not make them octal.
fn ipv4(text: &str) -> Result<u32, Fault> {
    let mut address = 0;
    let mut count = 0;
    for part in text.split('.') {
        let number =
            Some(part).filter(|part| part.len() <= 3).and_then(decimal).filter(|number| *number <= 255);
        address = (address << 8) | number.ok_or(Fault::NotOfType)?;
        count += 1;
        if count > 4 {
            return Err(Fault::NotOfType);
        }
    }
    if count == 4 { Ok(address) } else { Err(Fault::NotOfType) }
}

/// The length of the prefix that a netmask stands for; its ones come before its zeros.
fn prefix_of_mask(mask: u32) -> Result<u32, Fault> {
    if mask.leading_ones() == mask.count_ones() { Ok(mask.leading_ones()) } else { Err(Fault::NotOfType) }
}

fn prefix_length(text: &str, greatest: u32) -> Result<u32, Fault> {
    decimal(text).filter(|length| *length <= greatest).ok_or(Fault::NotOfType)
}

/// Reads decimal digits without a sign.
fn decimal(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_many_forms() {
        for text in ["1.2.3.4", "01.002.3.4", "1.2.3.4/32", "1.2.3.4/032", "1.2.3.4/255.255.255.255"] {
            assert_eq!(Network::parse_ipv4(text), Network::parse_ipv4("1.2.3.4"), "{text}");
        }
        for text in ["1.2.3.4/24", "1.2.3.99/24", "1.2.3.0/255.255.255.0"] {
            assert_eq!(Network::parse_ipv4(text), Network::parse_ipv4("1.2.3.0/24"), "{text}");
        }
        for text in ["::1", "0:0::1", "::1/128", "::0.0.0.1"] {
            assert_eq!(Network::parse_ipv6(text), Network::parse_ipv6("::1"), "{text}");
        }
        assert_eq!(Network::parse_ipv6("ABCD::1/16"), Network::parse_ipv6("abcd::/16"));
        assert_eq!(Network::parse_ipv4("9.9.9.9/0"), Network::parse_ipv4("0.0.0.0/0.0.0.0"));
    }

    #[test]
    fn what_is_no_address_is_a_fault() {
        let ipv4 = ["", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/255.0.255.0"];
        let more = [
            "1.2.3.4/+8",
            "1.2.3.4/8x",
            "0x1.2.3.4",
            "+1.2.3.4",
            "1..2.3",
            "0001.2.3.4",
            "1.2.3.4/8/8",
            "::1",
        ];
        for text in ipv4.into_iter().chain(more) {
            assert_eq!(Network::parse_ipv4(text), Err(Fault::NotOfType), "{text}");
        }
        for text in
            ["", "1.2.3.4", "::1/129", "::1/", "1::2::3", "fe80::1%eth0", "::1/ffff::", "::1/-1", "00001::"]
        {
            assert_eq!(Network::parse_ipv6(text), Err(Fault::NotOfType), "{text}");
        }
    }
}
