//! redb: a B-tree of copied pages in one file.

use std::path::Path;

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use crate::record::Record;
use crate::{Failure, Store};

const CLIENTS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("clients");

struct Redb(Database);

pub(crate) fn open(folder: &Path) -> Result<Box<dyn Store>, Failure> {
    Ok(Box::new(Redb(Database::create(folder.join("clients.redb"))?)))
}

impl Store for Redb {
    fn put(&mut self, batch: &[Record]) -> Result<(), Failure> {
        let transaction = self.0.begin_write()?;
        {
            let mut table = transaction.open_table(CLIENTS)?;
            for record in batch {
                table.insert(record.name(), record.bytes())?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn all(&mut self) -> Result<Vec<Record>, Failure> {
        let table = match self.0.begin_read()?.open_table(CLIENTS) {
            Ok(table) => table,
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let mut records = Vec::new();
        for entry in table.iter()? {
            records.push(Record::read(entry?.1.value()).ok_or("a value is no record")?);
        }
        Ok(records)
    }
}
