//! Turns a filter into everything of an answer that does not depend on the host.
//!
//! What is left for a host is to find which of the articles that are not replaced it has. Knows nothing
//! of how definitions are read. Source of truth: `docs/wesng.md`, "What wesng answers".

use memchr::memmem::Finder;

use super::definitions::{Answer, Definitions, Product};

/// The words by which a product with a service pack is told from the same without one.
const SERVICE_PACK: &str = "Service Pack";

/// What follows from a filter alone.
#[derive(Debug, Default)]
pub(super) struct Applicable {
    /// How many rows the filter takes.
    rows: u64,
    /// Whether one of them has a list of what it replaces.
    has_lists: bool,
    /// The articles of these rows that no row of them replaces, in ascending order.
    kbs: Vec<u32>,
    /// How many rows each of them has.
    counts: Vec<u32>,
    /// Where the vulnerabilities of each of them end in `cves`.
    ends: Vec<u32>,
    /// The vulnerabilities of each article, each once, numbered from 0.
    cves: Vec<u32>,
    /// How many of the articles have each vulnerability.
    holders: Vec<u32>,
}

impl Applicable {
    /// Finds the rows that the filter takes, and what they replace.
    pub(super) fn new(definitions: &Definitions, filter: &str) -> Applicable {
        let products = products(definitions, filter);
        let mut replaced = vec![false; definitions.kbs.len()];
        for kb in products.iter().flat_map(|product| &product.replaced) {
            replaced[*kb as usize] = true;
        }
        let rows = products.iter().flat_map(|product| definitions.rows_of(product));
        let left = rows.filter(|[kb, _]| !replaced[*kb as usize]);
        let mut left: Vec<[u32; 2]> = left.copied().collect();
        // The rows of each product are sorted, which only the stable order makes use of.
        left.sort();
        let mut applicable = Applicable {
            rows: products.iter().map(|product| u64::from(product.rows.1 - product.rows.0)).sum(),
            has_lists: products.iter().any(|product| product.has_lists),
            ..Applicable::default()
        };
        for rows in left.chunk_by(|a, b| a[0] == b[0]) {
            applicable.push(rows);
        }
        applicable.number_vulnerabilities();
        applicable
    }

    /// Adds the rows of one article, which are sorted.
    fn push(&mut self, rows: &[[u32; 2]]) {
        self.kbs.push(rows[0][0]);
        self.counts.push(rows.len() as u32);
        self.cves.extend(rows.chunk_by(|a, b| a == b).map(|same| same[0][1]));
        self.ends.push(self.cves.len() as u32);
    }

    /// Numbers the vulnerabilities from 0 and counts the articles of each.
    fn number_vulnerabilities(&mut self) {
        let mut all = self.cves.clone();
        all.sort_unstable();
        for same in all.chunk_by(|a, b| a == b) {
            self.holders.push(same.len() as u32);
        }
        all.dedup();
        for cve in &mut self.cves {
            *cve = all.binary_search(cve).unwrap_or_default() as u32;
        }
    }

    /// What is left on a host that has these articles.
    pub(super) fn answer<'d, H: AsRef<str>>(
        &self,
        definitions: &'d Definitions,
        hotfixes: &[H],
    ) -> Answer<'d> {
        let place = |kb: &str| self.kbs.binary_search(&definitions.kbs.find(kb)?).ok();
        // An empty list is still split by wesng, which gives one empty text.
        let nothing = (hotfixes.is_empty() && !self.has_lists).then_some("");
        let given = hotfixes.iter().flat_map(|hotfix| hotfix.as_ref().split(';')).chain(nothing);
        let mut installed: Vec<usize> = given.filter_map(place).collect();
        installed.sort_unstable();
        installed.dedup();
        let all: u64 = self.counts.iter().map(|count| u64::from(*count)).sum();
        let gone: u64 = installed.iter().map(|place| u64::from(self.counts[*place])).sum();
        let mut missing_kbs = Vec::with_capacity(self.kbs.len() - installed.len());
        let mut from = 0;
        for to in installed.iter().copied().chain([self.kbs.len()]) {
            missing_kbs.extend(self.kbs[from..to].iter().map(|kb| definitions.kbs.text(*kb)));
            from = to + 1;
        }
        Answer {
            applicable_rows: self.rows,
            found_rows: all - gone,
            missing_kbs,
            cves: self.holders.len() as u64 - self.vulnerabilities_of(&installed),
        }
    }

    /// How many vulnerabilities only these articles have.
    fn vulnerabilities_of(&self, places: &[usize]) -> u64 {
        if places.is_empty() {
            return 0;
        }
        let mut left = self.holders.clone();
        let mut gone = 0;
        for place in places {
            let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
            for cve in &self.cves[start as usize..self.ends[*place] as usize] {
                let holders = &mut left[*cve as usize];
                *holders -= 1;
                gone += u64::from(*holders == 0);
            }
        }
        gone
    }
}

/// The products that a filter takes: it is a part of their names, and no service pack follows it unless it
/// speaks of one itself.
pub(super) fn products<'d>(definitions: &'d Definitions, filter: &str) -> Vec<&'d Product> {
    let with_pack = format!("{filter} {SERVICE_PACK}");
    let pack = (!filter.contains(SERVICE_PACK)).then(|| Finder::new(&with_pack));
    let is_bare = |name: &str| pack.as_ref().is_none_or(|pack| pack.find(name.as_bytes()).is_none());
    let named = definitions.names.holding(filter).into_iter();
    named
        .filter(|product| is_bare(definitions.names.name(*product)))
        .map(|p| &definitions.products[p])
        .collect()
}
