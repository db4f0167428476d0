//! Product names in the form in which they are compared, and the rules that detect products.
//!
//! A catalog may say what it is for without saying how to see it on a client; a detection table says
//! that from other facts. Source of truth: `docs/verdicts.md`, "Products".

use super::expr::Expr;
use super::path::fold_text;
use crate::diagnostic::Position;

/// Appends the form in which product and service pack names are compared: no case, single blanks.
///
/// ```
/// use patchstate::model::product::folded;
/// assert_eq!(folded("  Windows  2000\tServer "), "windows 2000 server");
/// ```
pub fn write_folded(name: &str, out: &mut String) {
    for (at, word) in name.split_whitespace().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        fold_text(word, out);
    }
}

/// The form in which product and service pack names are compared.
pub fn folded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    write_folded(name, &mut out);
    out
}

/// How one product is detected from other facts of a client.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// The product's name as the catalogs write it.
    pub name: String,
    /// Holds where the product is there.
    pub when: Expr,
    /// How its service pack is found; empty and without `inherit`, it stays unstated.
    pub levels: Vec<Level>,
    /// Products whose service pack it takes over: the first of them that is there.
    pub inherit: Vec<String>,
    /// Where the entry stands in its table.
    pub position: Position,
    /// The table, as it was called; empty in an index.
    pub table: String,
}

/// One way to find a product's service pack: the first whose test is True gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// The names that the service pack may have.
    pub names: Vec<String>,
    /// Holds where the product is at this level; `None` always holds.
    pub test: Option<Expr>,
}
