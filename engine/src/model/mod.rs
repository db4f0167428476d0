//! The field's nouns and laws: updates, rules, facts, truth, verdicts.
//!
//! Readers produce these types and the evaluator consumes them; nothing here knows a document format,
//! a file layout or how speed is made. Source of truth: `docs/verdicts.md`.

pub mod applicability;
pub mod catalogs;
pub mod delta;
pub mod evidence;
pub mod expr;
pub mod fact;
pub mod flag;
pub mod hotfix;
pub mod install;
pub mod installer;
pub mod instant;
pub mod inventory;
pub mod key;
pub mod law;
pub mod msi;
pub mod number;
pub mod office;
pub mod options;
pub mod oval;
pub mod patches;
pub mod path;
pub mod product;
pub mod reason;
pub mod registry;
pub mod service_pack;
pub mod servicing;
pub mod supersedence;
pub mod system;
pub mod truth;
pub mod update;
pub mod verdict;
pub mod words;
pub mod wql;
