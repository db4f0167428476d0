//! Reads the sources and holds the house: floors, first lines, `unsafe`, and what is kept out.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors of the engine, lowest first; a module uses its own floor and lower ones.
const FLOORS: [&[&str]; 6] = [
    &["archive", "container", "diagnostic", "error", "version", "xml"],
    &["model", "render"],
    &["catalog", "inventory"],
    &["compile", "index"],
    &["eval", "ingest", "matrix"],
    &["explain", "generate", "plan", "render", "report", "site"],
];

/// The readers of catalogs and inventories.
const READERS: [&str; 17] = [
    "mssecure",
    "updateinfo",
    "wsus",
    "sdp",
    "cvrf",
    "oval",
    "native",
    "packages",
    "glpi",
    "sccm",
    "mif",
    "vmaas",
    "clixml",
    "osquery",
    "systeminfo",
    "qfe",
    "reg",
];

/// The only files that may hold `unsafe`.
const UNSAFE: [&str; 4] =
    ["engine/src/archive/map.rs", "cli/src/files.rs", "benches/benches/open.rs", "benches/benches/watch.rs"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("can be listed").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in ["engine/src", "fetch", "cli/src", "cli/tests", "tests", "benches"] {
        sources(&root().join(part), &mut found);
    }
    assert!(found.len() > 50, "the sources are not where they should be");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("can be read");
        let name = path.strip_prefix(root()).expect("is below the root").to_string_lossy().into_owned();
        (name, text)
    };
    found.into_iter().map(read).collect()
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|modules| modules.contains(&module))
}

/// The code of a file without its comments and without its tests.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or("");
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The modules of the engine that code names as `crate::module`, with the rest of the path.
fn uses(code: &str) -> Vec<&str> {
    let starts = code.match_indices("crate::").map(|(at, found)| &code[at + found.len()..]);
    starts
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && !"_:".contains(c)).next().unwrap_or(""))
        .collect()
}

#[test]
fn every_module_uses_its_own_floor_and_lower_ones() {
    let mut wrong = Vec::new();
    for (name, text) in all_sources() {
        let Some(path) = name.strip_prefix("engine/src/") else { continue };
        let own = path.split(['/', '.']).next().unwrap_or("");
        if own == "lib" {
            continue;
        }
        let Some(own_floor) = floor(own) else {
            wrong.push(format!("{name}: module `{own}` stands on no floor"));
            continue;
        };
        for used in uses(&code(&text)) {
            let module = used.split("::").next().unwrap_or("");
            if floor(module).is_some_and(|floor| floor > own_floor) {
                wrong.push(format!("{name}: uses `{used}` of a higher floor"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn readers_do_not_use_each_other() {
    let mut wrong = Vec::new();
    for (name, text) in all_sources() {
        for floor in ["catalog", "inventory"] {
            let Some(path) = name.strip_prefix(&format!("engine/src/{floor}/")) else { continue };
            let own = path.split(['/', '.']).next().unwrap_or("");
            for reader in READERS {
                let other = format!("crate::{floor}::{reader}");
                if own != reader && own != "mod" && code(&text).contains(&other) {
                    wrong.push(format!("{name}: uses `{other}`"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_first_what_it_is() {
    let silent: Vec<_> = all_sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(name, _)| name)
        .collect();
    assert!(silent.is_empty(), "no `//!` in the first line of: {}", silent.join(", "));
}

#[test]
fn unsafe_stands_in_few_places() {
    let word = ["un", "safe "].concat();
    let holds: Vec<_> = all_sources()
        .into_iter()
        .filter(|(name, text)| code(text).contains(&word) && !UNSAFE.contains(&name.as_str()))
        .map(|(name, _)| name)
        .collect();
    assert!(holds.is_empty(), "{word}in: {}", holds.join(", "));
}

#[test]
fn the_engine_opens_no_socket() {
    let words = ["std::net", "TcpStream", "TcpListener", "UdpSocket", "os::unix::net", "ureq", "rustls"];
    let talks = |text: &str| words.iter().any(|word| text.contains(word));
    let holds: Vec<_> = all_sources()
        .into_iter()
        .filter(|(name, text)| name.starts_with("engine/") && talks(&code(text)))
        .map(|(name, _)| name)
        .collect();
    assert!(holds.is_empty(), "the network is for `fetch`, not for: {}", holds.join(", "));
    let manifest = fs::read_to_string(root().join("engine/Cargo.toml")).expect("can be read");
    assert!(!talks(&manifest) && !manifest.contains("patchstate-fetch"), "the engine needs no network");
}

#[test]
fn quick_xml_has_one_user() {
    let users: Vec<_> = all_sources()
        .into_iter()
        .filter(|(name, text)| {
            code(text).contains(&["quick", "_xml"].concat())
                && !name.starts_with("engine/src/xml")
                && !name.starts_with("benches/")
                && !name.starts_with("tests/")
        })
        .map(|(name, _)| name)
        .collect();
    assert!(users.is_empty(), "quick-xml is used by: {}", users.join(", "));
}

#[test]
fn files_are_short_enough_to_read() {
    let long: Vec<_> = all_sources()
        .into_iter()
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|(_, lines)| *lines > 700)
        .map(|(name, lines)| format!("{name} ({lines} lines)"))
        .collect();
    assert!(long.is_empty(), "{}", long.join(", "));
}
