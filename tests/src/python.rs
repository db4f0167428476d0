//! Python and the packages that some tests ask: what CI installed, else what the machine has.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

/// The question of `docs/parquet.md`: the ten most missing updates of each collection.
///
/// # Panics
///
/// The page asks nothing.
pub fn question() -> String {
    let page = include_str!("../../docs/parquet.md");
    let (_, rest) = page.split_once("```sql\n").expect("the page has a query");
    rest.split_once("```").expect("the block ends").0.to_owned()
}

/// What DuckDB answers about the Parquet tables of a folder, after pandas has read the same; `None` where
/// they are not there.
///
/// # Panics
///
/// The two read other things, or cannot answer.
pub fn ask(folder: &Path, query: &str) -> Option<Vec<Vec<String>>> {
    let mut command = script("tables.py", &["duckdb", "pandas", "pyarrow"])?;
    command.arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("runs");
    child.stdin.take().expect("is piped").write_all(query.as_bytes()).expect("is read");
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("is UTF-8");
    Some(text.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect())
}
