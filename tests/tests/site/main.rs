//! What a site does, rule by rule: each test is named after the rule of `docs/site.md` that it holds.

mod catalogs;
mod chains;
mod compare;
mod definition;
mod definitions;
mod expedited;
mod intake;
mod lists;
mod order;
mod plan;
mod quarantine;
mod reports;
mod scan;
mod streams;
