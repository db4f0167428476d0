//! Python and the packages that some tests ask: what CI installed, else what the machine has.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder into which `pip install --target` put packages: `PATCHSTATE_PEERS`, or `target/peers`.
fn packages() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/peers");
    std::env::var_os("PATCHSTATE_PEERS").map_or_else(default, PathBuf::from)
}

/// A file that CI put beside the packages, or `None` after one printed line when it is not there.
pub fn file(name: &str) -> Option<PathBuf> {
    let path = packages().join(name);
    if path.exists() {
        return Some(path);
    }
    crate::skipped(&format!("{name} is not there"));
    None
}

/// A script of `tests/peers` with a Python that has these modules, or `None` after one printed line when
/// there is none.
///
/// # Panics
///
/// There is none although `PATCHSTATE_PEERS` says where the modules are.
pub fn script(name: &str, modules: &[&str]) -> Option<Command> {
    let python = || {
        let mut command = Command::new("python3");
        command.env("PYTHONPATH", packages());
        command
    };
    let asked = python().arg("-c").arg(format!("import {}", modules.join(","))).output();
    if asked.is_ok_and(|output| output.status.success()) {
        let mut command = python();
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(name));
        return Some(command);
    }
    let absent = format!("python3 with {} is not there", modules.join(", "));
    assert!(std::env::var_os("PATCHSTATE_PEERS").is_none(), "{absent}, and PATCHSTATE_PEERS says it is");
    crate::skipped(&absent);
    None
}
