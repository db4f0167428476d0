//! Reads Microsoft's monthly security documents, and what others made of them.
//!
//! [`reading`] reads a document of CVRF 1.1: `product_tree`, `vulnerability` and `remediation` its parts,
//! `kb`, `build`, `name` and `date` its values. [`wesng`] reads the flattened form of the wesng project.
//! Both give a [`document::Document`] of [`row`]s, and [`feed`] unites documents. [`products`] says which
//! system or component a name is, and [`releases`] which build an article brings; [`evidence`] is what a
//! row can be decided by then. Nothing here makes a rule or looks at a client. Source of truth:
//! `docs/cvrf.md`.

pub mod build;
mod date;
pub mod document;
pub mod evidence;
pub mod feed;
pub mod kb;
pub mod name;
mod product_tree;
pub mod products;
pub mod reading;
pub mod releases;
mod remediation;
pub mod row;
mod vulnerability;
pub mod wesng;
