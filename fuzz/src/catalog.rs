//! Catalog documents: bytes in a file, because readers take the way to a document and not its bytes.

use std::io::{Seek, Write};
use std::path::Path;
use std::sync::{LazyLock, Mutex};

use conformance::run::open;
use patchstate::catalog::{Format, Settings};
use patchstate::compile::compile;
use tempfile::NamedTempFile;

static FILE: LazyLock<Mutex<NamedTempFile>> =
    LazyLock::new(|| Mutex::new(NamedTempFile::new().expect("a temporary file is made")));

/// Puts bytes in a file and hands over its path.
pub fn in_file(bytes: &[u8], use_it: impl FnOnce(&Path)) {
    let mut file = FILE.lock().expect("nobody else has it");
    file.rewind().and_then(|()| file.as_file_mut().set_len(0)).expect("the file is emptied");
    file.write_all(bytes).and_then(|()| file.flush()).expect("the file is written");
    use_it(file.path());
}

/// Reads a document and compiles what it gives; whatever can be compiled is an index that makes sense.
pub fn read_and_compile(format: &Format, bytes: &[u8]) {
    in_file(bytes, |path| {
        let mut catalogs = Vec::new();
        (format.read)(path, &Settings::default(), &mut |catalog| catalogs.extend(catalog));
        if let Ok(compiled) = compile(catalogs, Vec::new()) {
            open(&compiled.columns).verify().expect("what was compiled makes sense");
        }
    });
}
