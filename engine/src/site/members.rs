//! Who is in a collection: names with `*` and `?`, and files of names.
//!
//! Names are compared without case. A collection chooses who is looked at and never what is said of them.

use std::collections::BTreeSet;

use super::Site;
use super::definition::{Collection, Pattern};
use super::toml::read_file;
use crate::error::Result;

/// Who is in a collection.
#[derive(Clone, Debug, Default)]
pub struct Members {
    included: Names,
    excluded: Names,
}

/// Names, and patterns of some.
#[derive(Clone, Debug, Default)]
struct Names {
    /// In lower case.
    exact: BTreeSet<String>,
    globs: Vec<String>,
}

impl Names {
    fn add(&mut self, name: &str) {
        let name = name.to_lowercase();
        if name.contains(['*', '?']) {
            self.globs.push(name);
        } else {
            self.exact.insert(name);
        }
    }

    fn contains(&self, folded: &str) -> bool {
        self.exact.contains(folded) || self.globs.iter().any(|glob| matches(glob, folded))
    }
}

impl Members {
    /// Whether a client is in the collection.
    pub fn contains(&self, client: &str) -> bool {
        let folded = client.to_lowercase();
        self.included.contains(&folded) && !self.excluded.contains(&folded)
    }

    /// The clients that are named one by one, in lower case, so that one of which nothing was ever seen can be
    /// told.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        self.included.exact.iter().map(String::as_str).filter(|name| !self.excluded.contains(name))
    }

    /// Whether it takes in clients that are not named one by one.
    pub fn is_open(&self) -> bool {
        !self.included.globs.is_empty()
    }
}

impl Site {
    /// Who is in a collection.
    ///
    /// # Errors
    ///
    /// A file that it names cannot be read.
    pub fn members(&self, collection: &Collection) -> Result<Members> {
        Ok(Members { included: self.names(&collection.clients)?, excluded: self.names(&collection.exclude)? })
    }

    fn names(&self, patterns: &[Pattern]) -> Result<Names> {
        let mut names = Names::default();
        for pattern in patterns {
            match pattern {
                Pattern::Glob(glob) => names.add(glob),
                Pattern::File(file) => {
                    let text = read_file(&self.path(file))?;
                    let lines = text.trim_start_matches('\u{FEFF}').lines().map(str::trim);
                    lines
                        .filter(|line| !line.is_empty() && !line.starts_with('#'))
                        .for_each(|line| names.add(line));
                }
            }
        }
        Ok(names)
    }
}

/// Whether a name fits a pattern, in time that grows with the product of their lengths at most.
fn matches(glob: &str, name: &str) -> bool {
    let (glob, name): (Vec<char>, Vec<char>) = (glob.chars().collect(), name.chars().collect());
    let (mut at, mut place) = (0, 0);
    // The last `*`, and how much of the name it took.
    let mut star = None;
    while place < name.len() {
        match glob.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
            }
            Some('?') => (at, place) = (at + 1, place + 1),
            Some(c) if *c == name[place] => (at, place) = (at + 1, place + 1),
            Some(_) | None => {
                let Some((before, taken)) = star else { return false };
                star = Some((before, taken + 1));
                (at, place) = (before + 1, taken + 1);
            }
        }
    }
    glob[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_fit_whole_names() {
        let fits = [
            ("*", ""),
            ("*", "ws-1"),
            ("ws-?", "ws-1"),
            ("*a*b*", "xaxbx"),
            ("ws-*1", "ws-1-1"),
            ("ä?", "äö"),
        ];
        let others = [("?", ""), ("ws", "ws-1"), ("ws-?", "ws-12"), ("*a*b", "xbxa"), ("", "x")];
        assert!(fits.iter().all(|(glob, name)| matches(glob, name)), "{fits:?}");
        assert!(!others.iter().any(|(glob, name)| matches(glob, name)), "{others:?}");
        assert!(!matches(&"*a".repeat(500), &"a".repeat(499)));
    }
}
