//! Catalogs made in code, compiled to an index in memory, and evaluated both ways.

use std::collections::BTreeMap;
use std::io::Cursor;

use patchstate::archive::map::Bytes;
use patchstate::compile::compile;
use patchstate::eval::batch::Worker;
use patchstate::eval::plan::Plan;
use patchstate::index::{self, Index};
use patchstate::matrix::row::implied;
use patchstate::model::catalogs::Catalogs;
use patchstate::model::flag::Flags;
use patchstate::model::inventory::Inventory;
use patchstate::model::options::Options;
use patchstate::model::product::Detection;
use patchstate::model::reason::Reason;
use patchstate::model::update::{Catalog, Source, Update};
use patchstate::model::verdict::{Cell, Verdict};

/// A catalog of one feed.
pub fn catalog(feed: &str, updates: Vec<Update>) -> Catalog {
    let source = Source {
        feed: feed.to_owned(),
        format: "test".to_owned(),
        path: format!("{feed}.xml"),
        language: "en".to_owned(),
        ..Source::default()
    };
    Catalog { source, updates, ..Catalog::default() }
}

/// The index of catalogs.
pub fn index(catalogs: Vec<Catalog>, detections: Vec<Detection>) -> Index {
    let compiled = compile(catalogs, detections).expect("compiles");
    let mut file = Cursor::new(Vec::new());
    index::write(&compiled.columns, &mut file).expect("writes to memory");
    Index::open(Bytes::copy(file.get_ref())).expect("opens")
}

/// The model of catalogs as an index gives it back.
pub fn restored(catalogs: Vec<Catalog>, detections: Vec<Detection>) -> Catalogs {
    index(catalogs, detections).view().expect("opens").restore().expect("makes sense")
}

/// The cells of one client by the fast path: (number of the update, cell), in the order of the cells.
pub fn cells(index: &Index, options: &Options, inventory: &Inventory) -> Vec<(usize, Cell)> {
    let plan = Plan::new(index.view().expect("opens"), options, None);
    let mut worker = Worker::new(&plan);
    worker.begin();
    worker.slots.take(inventory);
    let row = worker.finish();
    let exceptions: BTreeMap<u32, (Reason, Flags)> =
        row.exceptions().chunks_exact(8).map(exception).collect();
    let cell = |(place, update): (u32, &u32)| {
        let byte = row.verdicts()[place as usize / 4];
        let verdict = Verdict::from_code(byte >> (place % 4 * 2));
        let cell = match exceptions.get(&place) {
            Some((reason, flags)) => Cell { verdict, reason: *reason, flags: *flags },
            None => implied(verdict, plan.absent(*update), plan.not_collected(*update)),
        };
        (*update as usize, cell)
    };
    (0u32..).zip(&plan.updates).map(cell).collect()
}

fn exception(bytes: &[u8]) -> (u32, (Reason, Flags)) {
    let two = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let place = u32::from(two(0)) | u32::from(two(2)) << 16;
    (place, (Reason::from_number(two(4)).expect("is a reason"), Flags::from_bits(two(6))))
}
