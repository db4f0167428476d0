//! Service pack names: their order, and their short forms.
//!
//! Catalogs name service packs freely (`Windows 2000 Service Pack 2`, `Office 2000 SR-1a`); a name is
//! split into the stem of its series and a rank. Source of truth: `docs/verdicts.md`, "Products".

use std::cmp::Ordering;

use super::product::folded;

/// The place of a service pack in its series: number, point number, letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank {
    number: u32,
    point: u32,
    letter: u8,
}

/// A service pack's name, split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    stem: String,
    rank: Rank,
}

impl Name {
    /// Splits a name; `None` when it has no rank.
    ///
    /// ```
    /// use patchstate::model::service_pack::Name;
    ///
    /// let parse = |text| Name::parse(text).expect("has a rank");
    /// assert!(parse("Windows NT4 Service Pack 6").rank() < parse("Windows NT4 Service Pack 6a").rank());
    /// assert!(parse("Office 2000 SR-1").same_series(&parse("Office2000 Gold")));
    /// assert!(Name::parse("Release Candidate").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Name> {
        let folded = folded(text);
        let name = match folded.strip_suffix(')').and_then(|head| head.rfind('(')) {
            Some(open) => folded[..open].trim_end(),
            None => folded.as_str(),
        };
        if let Some(stem) = name.strip_suffix("gold") {
            return Some(Name { stem: squeezed(stem), rank: Rank { number: 0, point: 0, letter: 0 } });
        }
        let starts = name.char_indices().map(|(at, _)| at);
        starts.into_iter().find_map(|at| {
            let rank = rank_of(&name[at..])?;
            Some(Name { stem: squeezed(&name[..at]), rank })
        })
    }

    /// The place in the series.
    pub fn rank(&self) -> Rank {
        self.rank
    }

    /// Whether both belong to one series.
    pub fn same_series(&self, other: &Name) -> bool {
        self.stem == other.stem
    }

    /// Whether the name is a short form, without the name of a series.
    pub fn is_short(&self) -> bool {
        self.stem.is_empty()
    }

    /// The order of two levels of one series.
    pub fn compare(&self, other: &Name) -> Option<Ordering> {
        self.same_series(other).then(|| self.rank.cmp(&other.rank))
    }
}

/// Removes the blanks of a stem, which catalogs set freely.
fn squeezed(stem: &str) -> String {
    stem.chars().filter(|c| *c != ' ').collect()
}

/// Reads `service pack 6a`, `sp6a`, `sr-1`, `sr 2.5`, each up to the end or a `/`.
fn rank_of(text: &str) -> Option<Rank> {
    let rest = ["service pack", "sp", "sr"].iter().find_map(|word| text.strip_prefix(word))?;
    let rest = rest.strip_prefix([' ', '-']).unwrap_or(rest);
    let (number, rest) = leading_number(rest)?;
    let (point, rest) = match rest.strip_prefix('.') {
        Some(rest) => leading_number(rest)?,
        None => (0, rest),
    };
    let letter = rest.bytes().next().filter(u8::is_ascii_lowercase);
    let rest = if letter.is_some() { &rest[1..] } else { rest };
    let ended = rest.is_empty() || rest.starts_with('/');
    ended.then(|| Rank { number, point, letter: letter.map_or(0, |letter| letter - b'a' + 1) })
}

fn leading_number(text: &str) -> Option<(u32, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// Whether a client at level `host` has reached level `fixed` of the same product.
///
/// `available` are the product's levels in the catalog's order; they decide only where one of the
/// names has no rank.
pub fn reached(host: &str, fixed: &str, available: &[impl AsRef<str>]) -> bool {
    if folded(host) == folded(fixed) {
        return true;
    }
    if let (Some(host), Some(fixed)) = (Name::parse(host), Name::parse(fixed)) {
        return host.compare(&fixed).is_some_and(Ordering::is_ge);
    }
    let place = |name: &str| available.iter().position(|known| folded(known.as_ref()) == folded(name));
    matches!((place(host), place(fixed)), (Some(host), Some(fixed)) if host >= fixed)
}

/// Whether level `host` of a product comes before level `current`; levels that cannot be compared do not.
///
/// ```
/// use patchstate::model::service_pack::is_older;
///
/// let none: [&str; 0] = [];
/// assert!(is_older("Windows 2000 Gold", "Windows 2000 Service Pack 2", &none));
/// assert!(!is_older("Windows 95 SP1", "Windows 98 SP2", &none));
/// ```
pub fn is_older(host: &str, current: &str, available: &[impl AsRef<str>]) -> bool {
    reached(current, host, available) && !reached(host, current, available)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_rank_as_their_series_does() {
        let check = |low: &str, high: &str| {
            assert!(reached(high, low, &[] as &[&str]), "{high} has reached {low}");
            assert!(!reached(low, high, &[] as &[&str]), "{low} has not reached {high}");
        };
        check("Windows NT4 Service Pack 6", "Windows NT4 Service Pack 6a");
        check("Office 97 SR 2.1", "Office 97 SR-2.5");
        check("Office 97 SR 2.1", "Office 97 SR-2.1b");
        check("Office 97 SR-2b", "Office 97 SR 2.1");
        check("Windows 2000 Gold", "Windows 2000 Service Pack 1");
        check("SQL Server 7.0 SP2", "SQL Server 7.0 SP3 (Desktop)");
        assert!(!reached("Windows 98 SP1", "Windows 95 SP1", &[] as &[&str]));
        assert!(reached("b", "a", &["a", "b"]) && !reached("a", "b", &["a", "b"]));
        assert!(is_older("a", "b", &["a", "b"]) && !is_older("b", "a", &["a", "b"]));
        assert!(!is_older("a", "b", &["b"]) && !is_older("A  1", "a 1", &["a 1"]));
    }

    #[test]
    fn short_forms_have_no_stem() {
        for text in ["gold", "sp4", "SP6a", "sr1", "Service Pack 3"] {
            assert!(Name::parse(text).is_some_and(|name| name.is_short()), "{text}");
        }
        assert!(Name::parse("Windows 2000 Gold").is_some_and(|name| !name.is_short()));
    }
}
