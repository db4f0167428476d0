//! One table of all records in the order of clients, written whole beside the old one and swapped.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::record::{NAME, Record, SIZE};
use crate::{Failure, Store, sync_folder};

struct Table {
    folder: PathBuf,
    records: BTreeMap<[u8; NAME], Record>,
}

pub(crate) fn open(folder: &Path) -> Result<Box<dyn Store>, Failure> {
    let bytes = match fs::read(folder.join("table")) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let mut table = Table { folder: folder.to_owned(), records: BTreeMap::new() };
    for bytes in bytes.chunks(SIZE) {
        table.insert(&Record::read(bytes).ok_or("the table ends within a record")?)?;
    }
    Ok(Box::new(table))
}

impl Table {
    fn insert(&mut self, record: &Record) -> Result<(), Failure> {
        self.records.insert(record.name().try_into()?, *record);
        Ok(())
    }
}

impl Store for Table {
    fn put(&mut self, batch: &[Record]) -> Result<(), Failure> {
        batch.iter().try_for_each(|record| self.insert(record))?;
        let new = self.folder.join("table.new");
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&new)?);
        for record in self.records.values() {
            file.write_all(record.bytes())?;
        }
        file.into_inner()?.sync_all()?;
        fs::rename(new, self.folder.join("table"))?;
        Ok(sync_folder(&self.folder)?)
    }

    fn all(&mut self) -> Result<Vec<Record>, Failure> {
        Ok(self.records.values().copied().collect())
    }
}
