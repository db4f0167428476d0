//! A headless browser that looks at an explorer as its readers do: `tests/explorer/check.mjs`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::skipped;

/// Finds a program in the folders of the environment.
fn program(names: &[&str]) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

/// Node and a browser, or `None` after one printed line.
fn tools() -> Option<(PathBuf, PathBuf)> {
    let browser = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let browser = browser.or_else(|| program(&["chromium", "chromium-browser", "google-chrome"]));
    let found = program(&["node"]).zip(browser);
    if found.is_none() {
        skipped("the explorer in a browser: node or chromium is not there");
    }
    found
}

/// Looks at a page, where there is a browser.
///
/// # Panics
///
/// Something on the page is not as its readers need it.
pub fn look(page: &Path) {
    let Some((node, browser)) = tools() else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("explorer/check.mjs");
    let output = Command::new(node).arg(script).arg(page).env("CHROMIUM", browser).output().expect("runs");
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
}
