//! Turns texts into numbers of articles of Microsoft's knowledge base.
//!
//! Knows what a number looks like and where one may stand: alone in a description, in a list of what is
//! replaced, in an address. Whatever else stands there is no number and is never made one.
//! Source of truth: `docs/cvrf.md`, "Articles".

use std::fmt;

/// The number of an article: five to eight digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kb(u32);

impl Kb {
    /// Reads a number that is nothing but its digits.
    ///
    /// ```
    /// use patchstate::catalog::cvrf::kb::Kb;
    /// assert_eq!(Kb::parse("5019964").map(Kb::number), Some(5019964));
    /// assert_eq!(Kb::parse("KB5019964"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Kb> {
        let digits = (5..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { text.parse().ok().map(Kb) } else { None }
    }

    /// The number itself.
    pub fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Kb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The break of a line in the HTML of descriptions.
const BREAK: &str = "<br>";

/// Whether a character stands between the members of a list.
fn separates(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | ';')
}

/// The articles that a description consists of; none where anything else stands in it.
pub(super) fn description(text: &str) -> Vec<Kb> {
    let parts = text.split(BREAK).flat_map(|part| part.split("KB")).flat_map(|part| part.split(separates));
    let found: Option<Vec<Kb>> = parts.filter(|part| !part.is_empty()).map(Kb::parse).collect();
    let mut found = found.unwrap_or_default();
    found.sort_unstable();
    found.dedup();
    found
}

/// The articles of a list of what is replaced, and how many of its members are none.
pub(super) fn replaced(text: &str) -> (Vec<Kb>, u64) {
    let (mut found, mut others) = (Vec::new(), 0);
    for part in text.split(separates).filter(|part| !part.is_empty()) {
        match Kb::parse(part) {
            Some(kb) => found.push(kb),
            None => others += 1,
        }
    }
    (found, others)
}

/// The article that the query of an address asks for.
pub(super) fn of_address(address: &str) -> Option<Kb> {
    let (_, query) = address.split_once('?')?;
    query.match_indices("KB").find_map(|(at, mark)| {
        let rest = &query[at + mark.len()..];
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        Kb::parse(&rest[..length])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_articles_or_nothing() {
        let check = |text: &str, expect: &[u32]| {
            let found: Vec<u32> = description(text).into_iter().map(Kb::number).collect();
            assert_eq!(found, expect, "{text}");
        };
        check("5019964", &[5_019_964]);
        check(" KB5019964 ", &[5_019_964]);
        check("4018392<br><br>4022179;4011703, 4011703", &[4_011_703, 4_018_392, 4_022_179]);
        check("KB4018392KB4022179", &[4_018_392, 4_022_179]);
        for text in ["", "KB", "1234", "123456789", "Release Notes", "Click to Run", "5019964 (core)", "x86"]
        {
            check(text, &[]);
        }
        check("50199645019964", &[]);
        check("CBL-Mariner Releases", &[]);
        check("5019964-v2", &[]);
    }

    #[test]
    fn lists_keep_their_numbers_and_count_the_rest() {
        let check = |text: &str, expect: &[u32], others: u64| {
            let (found, count) = replaced(text);
            let found: Vec<u32> = found.into_iter().map(Kb::number).collect();
            assert_eq!((found.as_slice(), count), (expect, others), "{text}");
        };
        check("5017500, 5018858, 5018545", &[5_017_500, 5_018_858, 5_018_545], 0);
        check("4534251\n;None;2.41.0", &[4_534_251], 2);
        check("4018309<br><br>4011703", &[], 1);
        check(" ; ,", &[], 0);
    }

    #[test]
    fn addresses_name_an_article_in_their_query_only() {
        let check = |text: &str, expect: Option<u32>| {
            assert_eq!(of_address(text).map(Kb::number), expect, "{text}");
        };
        check("https://catalog.example/Search.aspx?q=KB5020613", Some(5_020_613));
        check("https://catalog.example/KB5020613", None);
        check("https://catalog.example/?q=KB50206131234", None);
        check("https://catalog.example/?q=KB&x=KB5020613", Some(5_020_613));
    }
}
