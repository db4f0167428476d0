//! Gives the bytes of a fuzzer to readers that open files.

use std::io::Write;
use std::path::Path;

/// Writes `bytes` to a temporary file while `read` looks at it.
pub fn with_file(bytes: &[u8], read: impl FnOnce(&Path)) {
    let Ok(mut file) = tempfile::NamedTempFile::new() else { return };
    if file.write_all(bytes).and_then(|()| file.flush()).is_ok() {
        read(file.path());
    }
}

/// Reads a document with one catalog reader, and compiles what it gives.
pub fn catalog(name: &str, bytes: &[u8]) {
    let Some(format) = patchstate::catalog::find(name) else { return };
    with_file(bytes, |path| {
        let mut catalogs = Vec::new();
        (format.read)(path, &patchstate::catalog::Settings::default(), &mut |catalog| {
            catalogs.extend(catalog)
        });
        // Two updates of one identity are refused, which is an answer too.
        let _compiled = patchstate::compile::compile(catalogs, Vec::new());
    });
}

/// Reads a document with one inventory reader.
pub fn inventory(name: &str, bytes: &[u8]) {
    use patchstate::inventory::{Excerpt, Found, Look, Settings, find};
    let Some(format) = find(name) else { return };
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let mut inventory = patchstate::model::inventory::Inventory::default();
    let _facts = format.read(Excerpt::from(text), &Settings::default(), &mut inventory);
    if let Ok(Found::Units(units)) = format.units(text, Look::All) {
        std::hint::black_box(units);
    }
}
