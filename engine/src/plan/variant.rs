//! Which variants of an update a client needs, by the languages of its products of Office.
//!
//! Only updates of Office say of which product's language a variant is; what other updates have is all
//! listed, because a matrix does not say which language a client has.

use super::Part;
use crate::catalog::office::{self, language};
use crate::index::View;
use crate::index::columns::Column;

/// What is installed of an update on a client whose products are in these languages.
pub(super) fn part(view: View<'_>, update: u32, languages: &[u32]) -> Part {
    let mut part = Part { update, installs: view.installs(update as usize), without_variant: Vec::new() };
    let kind = view.text(view.columns.update_kind.at(update as usize));
    let named = part.installs.iter().map(|install| install.variant.clone());
    let named: Vec<String> = named.filter(|name| !name.is_empty()).collect();
    if kind != office::KIND || languages.is_empty() || named.is_empty() {
        return part;
    }
    let names: Vec<&str> = named.iter().map(String::as_str).collect();
    let mut kept = Vec::new();
    for number in languages {
        match language::variant(&names, *number) {
            Some(name) => kept.push(name),
            None => part
                .without_variant
                .push(language::name(*number).map_or_else(|| number.to_string(), str::to_owned)),
        }
    }
    part.installs.retain(|install| install.variant.is_empty() || kept.contains(&install.variant.as_str()));
    part
}
