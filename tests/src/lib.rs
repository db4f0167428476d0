//! What tests, benches and fuzz targets share: the way to the corpora, and the generators' goldens.

use std::path::PathBuf;

pub mod browser;
pub mod bulletins;
pub mod cabinet;
pub mod compiled;
pub mod cvrf;
pub mod damage;
pub mod facts;
pub mod install;
pub mod like;
pub mod lzx;
pub mod matrices;
pub mod oval;
pub mod python;
pub mod random;
pub mod run;
pub mod samples;
pub mod sccm;
pub mod sdp;
pub mod site;
pub mod wesng;

/// The path of `part` below the shared corpora, or `None` after one printed line when it is not there.
///
/// The folder is named by the environment variable `PATCHSTATE_CORPORA`; its default is
/// `../shared/corpora` beside the workspace.
pub fn corpora(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PATCHSTATE_CORPORA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora"),
        PathBuf::from,
    );
    let path = root.join(part);
    if path.exists() {
        return Some(path);
    }
    skipped(&format!("corpora/{part} is not there"));
    None
}

/// Prints the one line that says what a test left out.
#[allow(clippy::print_stderr, reason = "a skipped test must say so")]
pub fn skipped(what: &str) {
    eprintln!("skipped: {what}");
}
