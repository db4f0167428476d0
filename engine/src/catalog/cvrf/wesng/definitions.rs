//! Holds the definitions of wesng as columns of numbers, and answers as wesng 1.06 does.
//!
//! For comparison only: the answer is not a verdict, and what is wrong with it is on the page. Rows stand
//! by product, and what follows from a filter alone is kept, so that a host costs what it has installed.
//! Source of truth: `docs/wesng.md`, "What wesng answers".

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use ahash::{HashMap, HashSet};

use super::applicable::Applicable;
use super::names::Names;
use super::texts::Texts;
use super::{Entry, read};
use crate::error::Result;

/// How many filters are kept: a site has few, and names of products are not trusted to stay few.
const KEPT: usize = 256;

/// The definitions, loaded once for any number of hosts.
///
/// ```
/// use patchstate::catalog::cvrf::wesng::definitions::Definitions;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("definitions.zip");
/// # let mut archive = zip::ZipWriter::new(std::fs::File::create(&path)?);
/// # let header = "DatePosted,CVE,BulletinKB,Title,AffectedProduct,AffectedComponent,Severity,Impact,Supersedes,Exploits\n";
/// # for (name, rows) in [("CVEs_20240101.csv", "20240101,CVE-2024-1,5000002,,Example 10,,,,5000001,\n20230101,CVE-2023-1,5000001,,Example 10,,,,,\n"), ("Custom_20240101.csv", "")] {
/// #     archive.start_file(name, zip::write::SimpleFileOptions::default())?;
/// #     std::io::Write::write_all(&mut archive, format!("{header}{rows}").as_bytes())?;
/// # }
/// # archive.finish()?;
/// let definitions = Definitions::load(&path)?;
/// let answer = definitions.answer("Example 10", &["4999999"]);
/// assert_eq!((answer.applicable_rows, answer.found_rows, answer.cves), (2, 1, 1));
/// assert_eq!(answer.missing_kbs, ["5000002"]);
/// assert_eq!(definitions.answer("Example 10", &["5000002"]).found_rows, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Definitions {
    pub(super) products: Vec<Product>,
    /// Their names, in the same order.
    pub(super) names: Names,
    /// Articles and what stands in their place, numbered in the order of their bytes.
    pub(super) kbs: Texts,
    /// The article and the vulnerability of each row, the rows of one product side by side.
    pub(super) rows: Vec<[u32; 2]>,
    /// The articles that have a row, in order.
    pub(super) articles: Vec<u32>,
    known: Mutex<HashMap<Box<str>, Arc<Applicable>>>,
}

/// What is said of a product.
#[derive(Debug, Default)]
pub(super) struct Product {
    /// Where its rows begin and end.
    pub(super) rows: (u32, u32),
    /// What the articles of its rows replace, by number.
    pub(super) replaced: Vec<u32>,
    /// Whether one of its rows has a list, which may be one of articles that no other row names.
    pub(super) has_lists: bool,
}

/// What wesng finds for one host, before it leaves out duplicates of Server Core.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer<'d> {
    /// How many rows are of a product that the filter takes.
    pub applicable_rows: u64,
    /// How many of them are of an article that is neither installed nor replaced.
    pub found_rows: u64,
    /// These articles, sorted; the empty text and `Release Notes` are among them.
    pub missing_kbs: Vec<&'d str>,
    /// How many different values of the column `CVE` they have.
    pub cves: u64,
}

impl Definitions {
    /// Reads an archive of definitions.
    ///
    /// # Errors
    ///
    /// As [`read`].
    pub fn load(path: &Path) -> Result<Definitions> {
        let mut draft = Draft::default();
        read(path, &mut |entry| {
            draft.add(entry);
            Ok(())
        })?;
        Ok(draft.finish())
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// What wesng finds on a host whose product is called `filter` and that has these articles.
    ///
    /// A filter takes every product whose name it is a part of; letters are compared as they are.
    pub fn answer<H: AsRef<str>>(&self, filter: &str, hotfixes: &[H]) -> Answer<'_> {
        self.applicable(filter).answer(self, hotfixes)
    }

    /// Forgets what follows from the filters so far; the next host of each takes longer.
    pub fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The rows of a product.
    pub(super) fn rows_of(&self, product: &Product) -> &[[u32; 2]] {
        &self.rows[product.rows.0 as usize..product.rows.1 as usize]
    }

    /// Whether any row has this in the place of its article.
    pub fn defines(&self, kb: &str) -> bool {
        self.kbs.find(kb).is_some_and(|number| self.has_rows(number))
    }

    /// Whether any row is of an article, by its number.
    pub(super) fn has_rows(&self, kb: u32) -> bool {
        self.articles.binary_search(&kb).is_ok()
    }

    /// What follows from a filter alone.
    fn applicable(&self, filter: &str) -> Arc<Applicable> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(filter) {
            return Arc::clone(known);
        }
        // Two threads may do this for one filter, which is better than that all wait for one.
        let made = Arc::new(Applicable::new(self, filter));
        let mut known = lock();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(filter.into(), Arc::clone(&made));
        made
    }
}

/// Definitions that are being read.
#[derive(Debug, Default)]
struct Draft {
    products: Texts,
    kbs: Texts,
    cves: Texts,
    lists: Texts,
    /// Product, article and vulnerability of each row, in the order of the tables.
    rows: Vec<[u32; 3]>,
    /// Product and list, each pair once.
    replaced: Vec<(u32, u32)>,
    known: HashSet<(u32, u32)>,
}

impl Draft {
    fn add(&mut self, entry: &Entry<'_>) {
        let product = self.products.number(entry.product);
        self.rows.push([product, self.kbs.number(entry.kb), self.cves.number(entry.cve)]);
        if !entry.supersedes.is_empty() {
            let pair = (product, self.lists.number(entry.supersedes));
            if self.known.insert(pair) {
                self.replaced.push(pair);
            }
        }
    }

    fn finish(mut self) -> Definitions {
        let lists: Vec<Vec<u32>> = (0..)
            .take(self.lists.len())
            .map(|list| self.lists.text(list).split(';').map(|token| self.kbs.number(token)).collect())
            .collect();
        let ranks = self.kbs.sort();
        let mut products: Vec<Product> = Vec::new();
        products.resize_with(self.products.len(), Product::default);
        let mut names = Names::default();
        (0..).take(self.products.len()).for_each(|number| names.push(self.products.text(number)));
        for (product, list) in self.replaced {
            let product = &mut products[product as usize];
            product.has_lists = true;
            product.replaced.extend(lists[list as usize].iter().map(|kb| ranks[*kb as usize]));
        }
        for product in &mut products {
            product.replaced.sort_unstable();
            product.replaced.dedup();
        }
        let rows = by_product(&self.rows, &ranks, &mut products);
        let mut articles: Vec<u32> = rows.iter().map(|[kb, _]| *kb).collect();
        articles.sort_unstable();
        articles.dedup();
        Definitions { products, names, kbs: self.kbs, rows, articles, known: Mutex::default() }
    }
}

/// Puts the rows of each product side by side, and tells each product where its own are.
fn by_product(rows: &[[u32; 3]], ranks: &[u32], products: &mut [Product]) -> Vec<[u32; 2]> {
    for [product, ..] in rows {
        products[*product as usize].rows.1 += 1;
    }
    let mut at = 0;
    for product in products.iter_mut() {
        let count = product.rows.1;
        product.rows = (at, at);
        at += count;
    }
    let mut placed = vec![[0; 2]; rows.len()];
    for [product, kb, cve] in rows {
        let end = &mut products[*product as usize].rows.1;
        placed[*end as usize] = [ranks[*kb as usize], *cve];
        *end += 1;
    }
    for product in products.iter() {
        placed[product.rows.0 as usize..product.rows.1 as usize].sort_unstable();
    }
    placed
}
