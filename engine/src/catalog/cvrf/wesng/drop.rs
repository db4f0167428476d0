//! Says why an article is not among those that wesng reports: no row of it, one that is listed, or a list.
//!
//! For comparison only. Source of truth: `docs/wesng.md`, "What wesng answers".

use super::applicable::products;
use super::definitions::Definitions;

/// Why wesng does not report an article of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// No row of the definitions is of the article.
    NotDefined,
    /// No row of a product that the filter takes is of the article.
    OtherProduct,
    /// The host lists it, and wesng takes that as it is.
    Listed,
    /// A row of a product that the filter takes says that it is replaced.
    Replaced,
}

/// What follows from a filter for articles that wesng does not report.
#[derive(Debug)]
pub struct Drops<'d> {
    definitions: &'d Definitions,
    /// The articles of rows that the filter takes, in order.
    applicable: Vec<u32>,
    /// What their lists name, in order.
    replaced: Vec<u32>,
}

impl<'d> Drops<'d> {
    /// Finds the rows that a filter takes; without a filter there are none.
    pub fn new(definitions: &'d Definitions, filter: Option<&str>) -> Drops<'d> {
        let products = filter.map(|filter| products(definitions, filter)).unwrap_or_default();
        let rows = products.iter().flat_map(|product| definitions.rows_of(product));
        let mut applicable: Vec<u32> = rows.map(|[kb, _]| *kb).collect();
        let mut replaced: Vec<u32> = products.iter().flat_map(|product| &product.replaced).copied().collect();
        for list in [&mut applicable, &mut replaced] {
            list.sort_unstable();
            list.dedup();
        }
        Drops { definitions, applicable, replaced }
    }

    /// Why an article is not reported on a host that has these; `None` where it is.
    pub fn of<H: AsRef<str>>(&self, kb: &str, hotfixes: &[H]) -> Option<Dropped> {
        let number = self.definitions.kbs.find(kb);
        let Some(number) = number.filter(|number| self.definitions.has_rows(*number)) else {
            return Some(Dropped::NotDefined);
        };
        let is_in = |list: &[u32]| list.binary_search(&number).is_ok();
        if !is_in(&self.applicable) {
            return Some(Dropped::OtherProduct);
        }
        if hotfixes.iter().any(|hotfix| hotfix.as_ref() == kb) {
            return Some(Dropped::Listed);
        }
        is_in(&self.replaced).then_some(Dropped::Replaced)
    }
}
