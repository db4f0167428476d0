//! `inspect sizes`: the bytes of an index by section and column; they add up to the file.

use super::View;
use crate::error::Result;
use crate::index::{COLUMNS, Index};
use crate::report::share;
use crate::report::table::{Column, Note, Table, Value};

pub(super) const VIEW: View = View { name: "sizes", title: "the bytes of every section and column", table };

/// A line of the table.
struct Size {
    section: &'static str,
    column: &'static str,
    width: u64,
    entries: u64,
    bytes: u64,
}

fn table(index: &Index) -> Result<Table<'_>> {
    let total = index.bytes().len() as u64;
    let mut sizes = columns(index)?;
    let mut frame = total;
    for (section, bytes) in index.sections()? {
        frame = frame.saturating_sub(bytes);
        if section == COLUMNS {
            let known: u64 = sizes.iter().map(|size| size.bytes).sum();
            sizes.push(whole(section, "(where columns begin)", bytes.saturating_sub(known)));
        } else {
            sizes.push(whole(section, "", bytes));
        }
    }
    sizes.push(whole("(header)", "", frame));
    sizes.sort_by(|a, b| {
        b.bytes.cmp(&a.bytes).then_with(|| (a.section, a.column).cmp(&(b.section, b.column)))
    });
    let mut table = Table::new(
        VIEW.name,
        vec![
            Column::text("section"),
            Column::text("column"),
            Column::text("width"),
            Column::text("entries"),
            Column::text("bytes"),
            Column::text("share"),
        ],
    );
    for size in sizes {
        let count = |count: u64| if size.width == 0 { Value::Empty } else { Value::Count(count) };
        table.push(vec![
            Value::from(size.section),
            Value::from(size.column),
            count(size.width),
            count(size.entries),
            Value::Count(size.bytes),
            Value::from(percent(size.bytes, total)),
        ]);
    }
    table.foot = vec![Note::count("bytes", total)];
    Ok(table)
}

fn columns(index: &Index) -> Result<Vec<Size>> {
    let table = index.view()?.columns.table();
    let size = |(column, width, entries, _): (&'static str, usize, usize, &str)| Size {
        section: COLUMNS,
        column,
        width: width as u64,
        entries: entries as u64,
        bytes: (width * entries) as u64,
    };
    Ok(table.into_iter().map(size).collect())
}

fn whole(section: &'static str, column: &'static str, bytes: u64) -> Size {
    Size { section, column, width: 0, entries: 0, bytes }
}

/// A share without its two numbers, which stand in the columns beside it.
fn percent(bytes: u64, total: u64) -> String {
    let share = share(bytes, total);
    share.split_once(" (").map_or(share.as_str(), |(percent, _)| percent).to_owned()
}
