//! Transfers from servers on this machine that answer well, badly, slowly, differently or not at all.
#![cfg(feature = "http")]

mod certificates;
mod documentation;
mod proxies;
mod refusals;
mod resuming;
mod server;
mod site;
mod transfers;
mod trust;
