//! Damaged files, and everything that the library does with the bytes of one.
//!
//! A damaged file whose checksum fits again is what a hostile or mistaken writer makes: nothing that is
//! done with it may panic, go on without end or fill the memory.

use std::hash::Hasher;
use std::ops::Range;

use patchstate::archive::map::Bytes;
use patchstate::eval::batch::Worker;
use patchstate::eval::plan::Plan;
use patchstate::eval::run;
use patchstate::index::{Index, View};
use patchstate::matrix::kept::Kept;
use patchstate::matrix::{Matrix, tables};
use patchstate::model::flag::Flags;
use patchstate::model::inventory::Inventory;
use patchstate::model::options::{
    Checksum, Detect, Options, Profile, RegistryItems, Signature, Supersedence,
};
use patchstate::model::oval::variable::Variables;
use patchstate::model::verdict::Cell;
use twox_hash::XxHash3_64;

/// Where a file keeps its own length.
pub const LENGTH: Range<usize> = 24..32;
/// Where a file keeps its checksum.
pub const CHECKSUM: Range<usize> = 32..40;

/// Makes the checksum of a file fit its bytes, as `docs/index-format.md` says.
pub fn seal(bytes: &mut [u8]) {
    let Some(sections) = bytes.get(20..24).and_then(|count| count.try_into().ok()) else { return };
    let end = 64 + 24 * u64::from(u32::from_le_bytes(sections));
    let head = usize::try_from(end).ok().filter(|end| *end <= bytes.len()).unwrap_or(bytes.len());
    if head < CHECKSUM.end {
        return;
    }
    let mut sum = XxHash3_64::new();
    sum.write(&bytes[head..]);
    sum.write(&bytes[..CHECKSUM.start]);
    sum.write(&[0; 8]);
    sum.write(&bytes[CHECKSUM.end..head]);
    bytes[CHECKSUM].copy_from_slice(&sum.finish().to_le_bytes());
}

/// Options under which everything that may be asked of an index is asked.
pub fn options() -> [Options; 2] {
    let all = Options {
        build_wins: true,
        supersedence: Supersedence::Evr,
        checksum: Checksum::Strict,
        registry: RegistryItems::Read,
        detect: Detect::Always,
        profile: Some(Profile::Suse),
        install_only: vec!["p0".to_owned()],
        include_retracted: true,
        include_deprecated: true,
        now: Some(0),
        variables: Variables::default(),
        signature: Signature::Require,
    };
    [Options::default(), all]
}

/// Does everything with the bytes of an index that the library can; says whether `verify` accepts them.
pub fn use_index(bytes: &[u8], clients: &[Inventory]) -> bool {
    let Ok(index) = Index::open(Bytes::copy(bytes)) else { return false };
    let Ok(view) = index.view() else { return false };
    match view.restore() {
        Ok(catalogs) => assert_eq!(catalogs.updates.len(), view.updates()),
        // What makes no sense as a whole is still looked at one by one.
        Err(_) => {
            for at in 0..view.updates().min(8) {
                view.find_update(&view.entry(at).identity);
                view.source_entry(at);
                view.product(at);
                view.detection(at);
            }
        }
    }
    for options in options() {
        evaluate(view, &options, clients);
    }
    index.verify().is_ok()
}

/// Evaluates clients over an index.
pub fn evaluate(view: View<'_>, options: &Options, clients: &[Inventory]) {
    let plan = Plan::new(view, options, None);
    run::run_table(&plan, String::new());
    run::update_table(&plan, &[]).for_each(drop);
    let mut worker = Worker::new(&plan);
    for client in clients {
        worker.begin();
        worker.slots.take(client);
        worker.slots.product_rows();
        worker.finish();
    }
}

/// Does everything with the bytes of a matrix that the library can; says whether `verify` accepts them.
pub fn use_matrix(bytes: &[u8]) -> bool {
    let Ok(matrix) = Matrix::open(bytes) else { return false };
    let (clients, updates) = (matrix.clients.len(), matrix.updates.len());
    matrix.totals();
    for client in (0..clients.min(64)).chain([clients, usize::MAX]) {
        let row: Vec<Cell> = matrix.row(client).collect();
        for (update, cell) in row.iter().enumerate().take(64) {
            std::hint::black_box((cell, matrix.cell(client, update)));
        }
        matrix.cell(client, updates);
        matrix.cell(client, usize::MAX);
        matrix.totals_of(client);
    }
    for update in matrix.updates.iter().take(64) {
        matrix.find_updates(&update.id);
    }
    for client in matrix.clients.iter().take(64) {
        matrix.client(&client.id);
    }
    keep_rows(bytes, &matrix);
    matrix.verify().is_ok()
}

/// Compares what keeps rows of a matrix with what reads all of it.
fn keep_rows(bytes: &[u8], matrix: &Matrix<'_>) {
    let kept = Kept::open(bytes).unwrap_or_else(|error| panic!("who reads less refuses: {error}"));
    assert_eq!((&kept.run, kept.totals()), (&matrix.run, matrix.totals()));
    assert!(kept.updates.iter().copied().eq(matrix.updates.iter().map(|update| update.flags)));
    assert_eq!(kept.clients.len(), matrix.clients.len());
    for (at, client) in matrix.clients.iter().enumerate().take(64) {
        let glance = &kept.clients[at];
        assert_eq!(
            (glance.id, glance.flags, glance.inventory),
            (&*client.id, client.flags, client.inventory)
        );
        assert_eq!(kept.row(at), matrix.stored_row(at));
        for flags in [client.flags, Flags::STALE] {
            assert_eq!(glance.packed(flags), tables::Client { flags, ..client.clone() }.pack());
        }
        assert_eq!(kept.client(&client.id), matrix.client(&client.id));
    }
}
