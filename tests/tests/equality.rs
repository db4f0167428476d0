//! The fast evaluation equals the reference on everything, and the index keeps everything.
//!
//! The cases are small and many; the first law alone is held on ten thousand in every run of the tests.

use std::iter::once;

use conformance::random::{Case, Choices, bytes_of_seed, facts};
use conformance::run::{self, compiled, index_bytes, matrix_bytes, open};
use patchstate::compile::compile;
use patchstate::diagnostic::{Diagnostics, Position};
use patchstate::eval::batch::Worker;
use patchstate::eval::plan::Plan;
use patchstate::matrix::row::Row;
use patchstate::matrix::tables::Client;
use patchstate::model::catalogs::Catalogs;
use patchstate::model::expr::Expr;
use patchstate::model::fact::Kinds;
use patchstate::model::inventory::Inventory;
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, proptest};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Bytes of a case; half of them are long enough for several full catalogs.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..2400)
}

proptest! {
    #![proptest_config(config(10_000))]

    #[test]
    fn every_cell_is_the_one_of_the_reference(bytes in bytes()) {
        let compared = run::compare(&Case::from_bytes(&bytes));
        prop_assert!(compared.is_ok(), "{}", compared.unwrap_err());
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn an_index_gives_back_what_was_compiled(bytes in bytes()) {
        let compiled = compiled(&Case::from_bytes(&bytes));
        let index = open(&compiled.columns);
        prop_assert!(index.check().is_ok());
        let verified = index.verify();
        prop_assert!(verified.is_ok(), "{}", verified.unwrap_err());
        let restored = index.view().expect("opens").restore().expect("makes sense");
        prop_assert_eq!(restored, kept(compiled.catalogs));
    }

    #[test]
    fn the_same_catalogs_give_the_same_index(bytes in bytes()) {
        let case = Case::from_bytes(&bytes);
        prop_assert_eq!(index_bytes(&compiled(&case).columns), index_bytes(&compiled(&case).columns));
    }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn neither_order_nor_threads_change_a_matrix(bytes in bytes(), seed in any::<u64>()) {
        let case = Case { inventories: fleet(seed, 40), ..Case::from_bytes(&bytes) };
        let index = open(&compiled(&case).columns);
        let view = index.view().expect("opens");
        let chosen = case.chosen(view.updates());
        let plan = Plan::new(view, &case.options, chosen.as_deref());
        let expected = matrix_bytes(&plan, &run::rows(&plan, &case.inventories));
        let mut backwards = run::rows(&plan, case.inventories.iter().rev());
        backwards.reverse();
        prop_assert!(matrix_bytes(&plan, &backwards) == expected, "another order gives another matrix");
        for threads in [1, 2, 8] {
            let rows = in_threads(threads, &plan, &case.inventories);
            prop_assert!(matrix_bytes(&plan, &rows) == expected, "{threads} threads give another matrix");
        }
    }
}

/// What an index keeps of catalogs.
fn kept(mut catalogs: Catalogs) -> Catalogs {
    for source in &mut catalogs.sources {
        let mut counts = Diagnostics::new();
        source.diagnostics.counts().for_each(|(code, times)| counts.count(code, times));
        source.diagnostics = counts;
    }
    for entry in &mut catalogs.updates {
        // Where an update is named is kept for edges only.
        let update = &mut entry.update;
        update.replacements.iter_mut().for_each(|one| one.position = Position::default());
        let position = update.position;
        update.prerequisites.iter_mut().for_each(|clause| clause.position = position);
    }
    for detection in &mut catalogs.detections {
        detection.position.offset = 0;
        let tests = detection.levels.iter_mut().filter_map(|level| level.test.as_mut());
        once(&mut detection.when).chain(tests).for_each(forget_positions);
    }
    catalogs
}

fn forget_positions(expr: &mut Expr) {
    match expr {
        Expr::Constant(_) | Expr::Unread(..) => {}
        Expr::Test { position, .. } => *position = Position::default(),
        Expr::Combine { operands, .. } => operands.iter_mut().for_each(forget_positions),
        Expr::Not(operand) | Expr::Loop { body: operand, .. } => forget_positions(operand),
        Expr::Otherwise(first, second) => {
            forget_positions(first);
            forget_positions(second);
        }
    }
}

/// Many clients.
fn fleet(seed: u64, clients: usize) -> Vec<Inventory> {
    let bytes = bytes_of_seed(seed, clients * 100);
    let mut choices = Choices::new(&bytes);
    (0..clients).map(|number| facts::inventory(number, &mut choices)).collect()
}

fn in_threads(threads: usize, plan: &Plan<'_>, inventories: &[Inventory]) -> Vec<(Client, Row)> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
    let one = |worker: &mut Worker<'_>, inventory: &Inventory| {
        (run::client(inventory), run::row(worker, inventory))
    };
    pool.install(|| inventories.par_iter().map_init(|| Worker::new(plan), one).collect())
}

#[test]
fn a_worker_forgets_defaults_and_keeps_nothing_of_a_client() {
    let mut inventories = fleet(7, 300);
    for (bits, inventory) in (0u16..).zip(&mut inventories) {
        // More sets of complete kinds than a worker remembers.
        inventory.header.complete = Kinds::from_bits(bits.wrapping_mul(37));
        inventory.header.client = format!("client{bits:03}").into();
    }
    for seed in 0..20 {
        let case = Case::from_bytes(&bytes_of_seed(seed, 2000));
        let case = Case { inventories: inventories.clone(), ..case };
        run::compare(&case).unwrap_or_else(|difference| panic!("{difference}"));
    }
}

#[test]
fn nothing_at_all_evaluates_to_nothing() {
    let case = Case { inventories: fleet(1, 3), ..Case::default() };
    run::compare(&case).unwrap_or_else(|difference| panic!("{difference}"));
    let compiled = compile(Vec::new(), Vec::new()).expect("compiles");
    assert_eq!(
        open(&compiled.columns).view().expect("opens").restore().expect("makes sense"),
        Catalogs::default()
    );
}
