//! SQLite: a B-tree in one file and a log beside it, each commit on the disk.

use std::path::Path;

use rusqlite::Connection;

use crate::record::Record;
use crate::{Failure, Store};

struct Sqlite(Connection);

pub(crate) fn open(folder: &Path) -> Result<Box<dyn Store>, Failure> {
    let connection = Connection::open(folder.join("clients.sqlite"))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    let table =
        "create table if not exists clients (name blob primary key, record blob not null) without rowid";
    connection.execute(table, [])?;
    Ok(Box::new(Sqlite(connection)))
}

impl Store for Sqlite {
    fn put(&mut self, batch: &[Record]) -> Result<(), Failure> {
        let transaction = self.0.transaction()?;
        {
            let mut insert = transaction.prepare("insert or replace into clients values (?1, ?2)")?;
            for record in batch {
                insert.execute((record.name(), record.bytes()))?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn all(&mut self) -> Result<Vec<Record>, Failure> {
        let mut select = self.0.prepare("select record from clients order by name")?;
        let mut rows = select.query([])?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            records.push(Record::read(row.get_ref(0)?.as_blob()?).ok_or("a value is no record")?);
        }
        Ok(records)
    }
}
