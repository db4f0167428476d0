//! Reads the release table of Windows: which article brought which revision of a build.
//!
//! Optional data beside the documents, which often lack the build. Knows the columns and the order of the
//! lines of a group; which system a product is, the product table says. Source of truth: `docs/cvrf.md`,
//! "Release table".

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::kb::Kb;
use super::row::Edge;
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};

/// The first line.
const HEADER: &str = "os\tbuild\tkind\trevision\tkb";

/// The greatest number of bytes of a table.
const BYTES: u64 = 64 << 20;

/// What a line of the table is a release of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It holds everything of the months before.
    Rollup,
    /// It holds the security fixes of one month.
    SecurityOnly,
}

/// One release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// The last number of the build, for systems that have one.
    pub revision: Option<u32>,
    /// The article; a first release has none.
    pub kb: Option<Kb>,
}

/// The releases of each system, build and kind, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Releases {
    groups: BTreeMap<(String, String, Kind), Vec<Release>>,
    /// The SHA-256 of the table.
    pub sha256: [u8; 32],
}

impl Releases {
    /// Reads a table from a file.
    ///
    /// # Errors
    ///
    /// It cannot be read, or a line is malformed.
    pub fn read(path: &Path) -> Result<Releases> {
        let name = path.to_string_lossy();
        let size = std::fs::metadata(path).map_err(|error| Error::io(path, "open", error))?.len();
        if size > BYTES {
            return Err(Error::new(Code::TooLarge, format!("has more than {BYTES} bytes")).in_file(name));
        }
        let bytes = std::fs::read(path).map_err(|error| Error::io(path, "read", error))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Error::new(Code::NotWellFormed, "is not UTF-8").in_file(name.as_ref()))?;
        Releases::parse(&text).map_err(|error| error.in_file(name))
    }

    /// Reads a table from its text.
    ///
    /// ```
    /// use patchstate::catalog::cvrf::kb::Kb;
    /// use patchstate::catalog::cvrf::releases::Releases;
    ///
    /// let text = "os\tbuild\tkind\trevision\tkb\nWindows 10\t14393\trollup\t5501\t5019964\n";
    /// let releases = Releases::parse(text)?;
    /// let kb = Kb::parse("5019964").expect("is an article");
    /// assert_eq!(releases.revision("Windows 10", "14393", kb), Some(5501));
    /// # Ok::<(), patchstate::error::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A line is malformed.
    pub fn parse(text: &str) -> Result<Releases> {
        let sha256 = Sha256::digest(text.as_bytes()).into();
        let mut releases = Releases { groups: BTreeMap::new(), sha256 };
        let mut place = Position::START;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let here = place;
            place = place.after(line.as_bytes());
            let line = line.strip_suffix('\n').unwrap_or(line);
            let line = line.strip_suffix('\r').unwrap_or(line);
            if number == 0 && line == HEADER {
                continue;
            }
            let read =
                if number == 0 { Err("a first line that does not name the columns") } else { read(line) };
            let (group, release) = read.map_err(|what| {
                let error = Error::new(Code::BadValue, what).at(here);
                error.with_hint("the columns are os, build, kind, revision and kb, with tabs between them")
            })?;
            releases.groups.entry(group).or_default().push(release);
        }
        Ok(releases)
    }

    /// How many groups and how many releases there are.
    pub fn len(&self) -> (usize, usize) {
        (self.groups.len(), self.groups.values().map(Vec::len).sum())
    }

    /// Whether there is no release.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The revision that an article brings to a build of a system; the smaller one where it has two.
    ///
    /// Two systems have the same build and other revisions, so that both are asked for.
    pub fn revision(&self, os: &str, build: &str, kb: Kb) -> Option<u32> {
        let kinds = [Kind::Rollup, Kind::SecurityOnly].into_iter();
        let groups = kinds.filter_map(|kind| self.groups.get(&(os.to_owned(), build.to_owned(), kind)));
        groups.flatten().filter(|release| release.kb == Some(kb)).filter_map(|release| release.revision).min()
    }

    /// That each rollup replaces the one before it.
    pub(super) fn edges(&self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for ((_, _, kind), releases) in &self.groups {
            if *kind != Kind::Rollup {
                continue;
            }
            let mut articles: Vec<Kb> = releases.iter().filter_map(|release| release.kb).collect();
            articles.dedup();
            edges.extend(articles.windows(2).map(|pair| Edge { old: pair[0], new: pair[1] }));
        }
        edges
    }
}

/// Reads a line.
fn read(line: &str) -> std::result::Result<((String, String, Kind), Release), &'static str> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [os, build, kind, revision, kb] = fields.as_slice() else {
        return Err("a line that has not five fields");
    };
    let kind = match *kind {
        "rollup" => Kind::Rollup,
        "securityOnly" => Kind::SecurityOnly,
        _ => return Err("a kind that is neither `rollup` nor `securityOnly`"),
    };
    let revision = match *revision {
        "" => None,
        text if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => return Err("a revision that is no number"),
    };
    let kb = match *kb {
        "" => None,
        text => Some(Kb::parse(text).ok_or("an article that is no number of five to eight digits")?),
    };
    if os.is_empty() {
        return Err("a line without a system");
    }
    Ok((((*os).to_owned(), (*build).to_owned(), kind), Release { revision, kb }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kb(number: &str) -> Kb {
        Kb::parse(number).expect("is an article")
    }

    #[test]
    fn rollups_replace_what_stands_before_them_in_their_group() {
        let lines = [
            "A\t1\trollup\t1\t",
            "A\t1\trollup\t5\t10001",
            "B\t1\trollup\t\t20001",
            "A\t1\tsecurityOnly\t\t30001",
            "A\t1\tsecurityOnly\t\t30002",
            "A\t1\trollup\t7\t10002",
            "A\t1\trollup\t8\t10002",
            "A\t2\trollup\t9\t10001",
        ];
        let releases = Releases::parse(&format!("{HEADER}\n{}\r\n", lines.join("\n"))).expect("is a table");
        assert_eq!(releases.len(), (4, 8));
        assert_eq!(releases.edges(), [Edge { old: kb("10001"), new: kb("10002") }]);
        assert_eq!(releases.revision("A", "1", kb("10002")), Some(7));
        assert_eq!(releases.revision("A", "2", kb("10001")), Some(9));
        assert_eq!(releases.revision("A", "3", kb("10001")), None);
        assert_eq!(releases.revision("B", "1", kb("20001")), None);
    }

    #[test]
    fn malformed_lines_are_told_with_their_number() {
        let check = |text: &str, expect: &str| {
            let said = Releases::parse(text).expect_err("is malformed").to_string();
            assert!(said.starts_with(expect), "{said}");
        };
        check("os\tbuild\n", "1:1: a first line");
        check(&format!("{HEADER}\nA\t1\trollup\t1\n"), "2:1: a line that has not five");
        check(&format!("{HEADER}\nA\t1\trollup\t1\t10001\n\n"), "3:1: a line that has not five");
        check(&format!("{HEADER}\nA\t1\tother\t1\t10001\n"), "2:1: a kind");
        check(&format!("{HEADER}\nA\t1\trollup\tx\t10001\n"), "2:1: a revision");
        check(&format!("{HEADER}\nA\t1\trollup\t1\tKB10001\n"), "2:1: an article");
        check(&format!("{HEADER}\n\t1\trollup\t1\t10001\n"), "2:1: a line without");
    }
}
