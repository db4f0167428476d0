//! Turns the builds that a fix states into numbers that have an order.
//!
//! Knows lists of them; whether one is a build of Windows or of a part of it, the row decides.
//! Source of truth: `docs/cvrf.md`, "Fixed builds".

use std::cmp::Ordering;
use std::fmt;

/// A version of one to four numbers, such as `10.0.14393.5501`.
///
/// The order is that of the numbers; one that is not stated is 0, and of two that are equal by this, the
/// one with fewer numbers comes first.
///
/// ```
/// use patchstate::catalog::cvrf::build::Build;
/// let build = Build::parse("4.8.04584.08").expect("is a build");
/// assert_eq!(build.to_string(), "4.8.4584.8");
/// assert!(build < Build::parse("4.8.4644").expect("is a build"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Build {
    parts: [u32; 4],
    count: u8,
}

impl Build {
    /// Reads one to four numbers with points between them.
    pub fn parse(text: &str) -> Option<Build> {
        let mut build = Build { parts: [0; 4], count: 0 };
        for part in text.split('.') {
            let place = build.parts.get_mut(usize::from(build.count))?;
            if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            *place = part.parse().ok()?;
            build.count += 1;
        }
        Some(build)
    }

    /// The numbers that are stated.
    pub fn parts(&self) -> &[u32] {
        self.parts.get(..usize::from(self.count)).unwrap_or_default()
    }

    /// The same with one number more, where there is room for it.
    pub(super) fn with(mut self, part: u32) -> Option<Build> {
        *self.parts.get_mut(usize::from(self.count))? = part;
        self.count += 1;
        Some(self)
    }
}

impl Ord for Build {
    fn cmp(&self, other: &Build) -> Ordering {
        self.parts.cmp(&other.parts).then(self.count.cmp(&other.count))
    }
}

impl PartialOrd for Build {
    fn partial_cmp(&self, other: &Build) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.parts().iter().map(u32::to_string).collect();
        f.write_str(&parts.join("."))
    }
}

/// The builds of a list, and the members of it that are none.
pub(super) fn list(text: &str) -> (Vec<Build>, Vec<&str>) {
    let (mut found, mut others) = (Vec::new(), Vec::new());
    for part in text.split([';', ',']).map(str::trim).filter(|part| !part.is_empty()) {
        match Build::parse(part) {
            Some(build) => found.push(build),
            None => others.push(part),
        }
    }
    (found, others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_are_numbers_and_nothing_else() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(Build::parse(text).map(|build| build.to_string()).as_deref(), expect, "{text}");
        };
        check("10.0.14393.5501", Some("10.0.14393.5501"));
        check("17.9.3", Some("17.9.3"));
        check("007", Some("7"));
        for text in ["", ".", "1.", ".1", "1.2.3.4.5", "2.4.46-2", "4294967296", "1.a", "1. 2", "+1"] {
            check(text, None);
        }
    }

    #[test]
    fn the_order_is_that_of_the_numbers() {
        let build = |text: &str| Build::parse(text).expect("is a build");
        assert!(build("10.0.19045.4043") < build("10.0.19045.4046"));
        assert!(build("10.0.9.0") < build("10.0.10"));
        assert!(build("1.0") < build("1.0.0"));
        assert_eq!(build("1.0").with(7), Some(build("1.0.7")));
        assert_eq!(build("1.2.3.4").with(5), None);
    }

    #[test]
    fn lists_have_two_separators() {
        let (found, others) = list("3.0.6920.8954; 2.0.50727.8970,1-2;;");
        let found: Vec<String> = found.iter().map(Build::to_string).collect();
        assert_eq!(found, ["3.0.6920.8954", "2.0.50727.8970"]);
        assert_eq!(others, ["1-2"]);
    }
}
