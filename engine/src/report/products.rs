//! Which products of an update are those of a client: a join of two tables by equality.
//!
//! The names on both sides are the catalog's, so nothing is interpreted here.

use std::collections::HashMap;

use crate::matrix::tables::Client;
use crate::model::update::ProductRow;

/// A client's products by name.
pub(super) struct Products<'c>(HashMap<&'c str, Vec<&'c [String]>>);

impl<'c> Products<'c> {
    /// Puts the products of a client in order.
    pub(super) fn of(client: &'c Client) -> Self {
        let mut products: HashMap<&str, Vec<&[String]>> = HashMap::new();
        for row in &client.products {
            products.entry(&row.product).or_default().push(&row.levels);
        }
        Products(products)
    }

    /// The rows of an update that are for the client: the product is there, and all service packs at
    /// which the client may be are among the row's.
    ///
    /// A client whose service pack is not known is at none; a row without service packs is for
    /// products that have none.
    pub(super) fn matching<'u>(&self, rows: &'u [ProductRow]) -> impl Iterator<Item = &'u ProductRow> {
        rows.iter().filter(|row| {
            let clients = self.0.get(row.product.as_str()).map(Vec::as_slice).unwrap_or_default();
            clients.iter().any(|levels| is_within(levels, &row.levels))
        })
    }
}

fn is_within(client: &[String], row: &[String]) -> bool {
    if client.is_empty() || row.is_empty() {
        return client.is_empty() && row.is_empty();
    }
    client.iter().all(|level| row.contains(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(product: &str, levels: &[&str]) -> ProductRow {
        ProductRow { product: product.into(), levels: levels.iter().map(|level| (*level).into()).collect() }
    }

    #[test]
    fn rows_match_when_all_levels_of_the_client_do() {
        let check = |client: &[&str], of_row: &[&str], expect: bool| {
            let client = Client { products: vec![row("A", client)], ..Client::default() };
            let rows = [row("A", of_row), row("B", of_row)];
            let found = Products::of(&client).matching(&rows).count();
            assert_eq!(found == 1, expect, "{client:?} {of_row:?}");
        };
        check(&["SP1"], &["Gold", "SP1"], true);
        check(&["SP1", "SP1a"], &["SP1", "SP1a"], true);
        check(&["SP1", "SP1a"], &["SP1"], false);
        check(&[], &["SP1"], false);
        check(&["SP1"], &[], false);
        check(&[], &[], true);
    }
}
