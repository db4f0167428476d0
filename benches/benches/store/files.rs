//! A file for each client, in 256 folders; a record is written beside the old one and swapped.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::record::Record;
use crate::{Failure, Store, sync_folder};

struct Files(PathBuf);

pub(crate) fn open(folder: &Path) -> Result<Box<dyn Store>, Failure> {
    for number in 0..256 {
        fs::create_dir_all(folder.join(format!("{number:02x}")))?;
    }
    sync_folder(folder)?;
    Ok(Box::new(Files(folder.to_owned())))
}

impl Files {
    fn folder(&self, record: &Record) -> PathBuf {
        let number = record.name().iter().fold(0u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte));
        self.0.join(format!("{number:02x}"))
    }
}

impl Store for Files {
    fn put(&mut self, batch: &[Record]) -> Result<(), Failure> {
        let mut folders = BTreeSet::new();
        for record in batch {
            let folder = self.folder(record);
            let path = folder.join(std::str::from_utf8(record.name())?);
            let new = path.with_extension("new");
            let mut file = File::create(&new)?;
            file.write_all(record.bytes())?;
            file.sync_all()?;
            fs::rename(new, path)?;
            folders.insert(folder);
        }
        // Each name is durable when its folder is; one wait serves all names of a batch in it.
        Ok(folders.iter().try_for_each(|folder| sync_folder(folder))?)
    }

    fn all(&mut self) -> Result<Vec<Record>, Failure> {
        let mut records = Vec::new();
        for number in 0..256 {
            for entry in fs::read_dir(self.0.join(format!("{number:02x}")))? {
                let path = entry?.path();
                if path.extension().is_some() {
                    // A process that died left it, before it was a record.
                    fs::remove_file(path)?;
                } else {
                    records.push(Record::read(&fs::read(path)?).ok_or("a file is no record")?);
                }
            }
        }
        records.sort_by(|a, b| a.name().cmp(b.name()));
        Ok(records)
    }
}
