//! The `hp` workload: generated clients against a vendor's catalog of 1,829 packages.
//!
//! Needs the shared corpora. Cells are compared with those of the reference evaluator before the times:
//! evaluation alone, which begins when a reader has made a client's facts and remembers no statement of other
//! clients, beside its limit, and its two halves; the same over facts that were made long before and wait in
//! memory; and the whole way from the folder beside loop L. `HP_CLIENTS`, `HP_DEVIATION` and `HP_ROUNDS`
//! change the size.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use benches::{Paired, files, loops, rates, say, setting, site};
use patchstate::error::Result;
use patchstate::eval::batch::Worker;
use patchstate::eval::plan::Plan;
use patchstate::eval::reference::Evaluator;
use patchstate::generate::fleet::{Fleet, Settings};
use patchstate::index::Index;
use patchstate::inventory::{self, native};
use patchstate::matrix::row;
use patchstate::model::inventory::Inventory;
use patchstate::model::options::{Options, Supersedence};

/// What the evaluation of a client may take, in microseconds.
const LIMIT: f64 = 100.0;
/// How many clients are compared with the reference.
const COMPARED: usize = 10;

fn main() -> Result<()> {
    let Some(corpora) = conformance::corpora("sdp") else { return Ok(()) };
    let index = site::index(&corpora.join("scup_catalog/HpCatalogForSms.latest_V2.zip"))?;
    let (clients, rounds) = (setting("HP_CLIENTS", 500), setting("HP_ROUNDS", 9));
    let deviation = u32::try_from(setting("HP_DEVIATION", 2)).unwrap_or(2);
    let settings = Settings { deviation, ..Settings::default() };
    let options = Options { supersedence: Supersedence::Off, ..Options::default() };
    let plan = Plan::new(index.view()?, &options, None);
    let fleet = Fleet::new(index.view()?, settings);
    let inventories: Vec<Inventory> = (0..clients).map(|number| fleet.client(number)).collect();
    compare(&index, &plan, &options, &inventories[..COMPARED.min(clients)])?;

    let documents: Vec<String> = inventories.iter().map(document).collect::<Result<_>>()?;
    evaluation("evaluation alone", &plan, documents.iter().map(|document| parsed(document)), rounds);
    evaluation("of facts that wait in memory", &plan, inventories.iter().map(Cow::Borrowed), rounds);
    let folder = tempfile::tempdir()?;
    let bytes = site::fleet(&index, folder.path(), clients, settings)?;
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let Ok(one) = one else { return Ok(()) };
    let inputs = files(folder.path())?;
    let run = || one.install(|| site::end_to_end(&plan, folder.path()));
    let paired = Paired::run(rounds, run, || _ = loops::attributes(&inputs));
    let cells = (clients * plan.updates.len()) as u64;
    rates("end to end, one thread", paired.a(), bytes, clients as u64, cells);
    rates("loop L (events and attributes)", paired.b(), bytes, clients as u64, cells);
    say(&format!("ratio to loop L: {:.2}", paired.ratio()));
    Ok(())
}

/// Holds that the reference gives the same verdicts.
fn compare(index: &Index, plan: &Plan<'_>, options: &Options, inventories: &[Inventory]) -> Result<()> {
    let catalogs = index.view()?.restore()?;
    let mut counts = [0u64; 4];
    for inventory in inventories {
        let row = take(&mut Worker::new(plan), inventory).finish();
        let reference = Evaluator::new(&catalogs, options, inventory).evaluate();
        for (place, update) in plan.updates.iter().enumerate() {
            let verdict = row::get(row.verdicts(), place);
            assert_eq!(
                verdict,
                reference[*update as usize].verdict,
                "{}: update {update}",
                inventory.client()
            );
            counts[usize::from(verdict.code())] += 1;
        }
    }
    let [unknown, not_applicable, missing, installed] = counts;
    say(&format!(
        "hp: {} packages; {} clients as the reference has them: {installed} installed, {missing} missing, \
         {not_applicable} not applicable, {unknown} unknown",
        plan.updates.len(),
        inventories.len()
    ));
    Ok(())
}

/// Hands the facts of a client over.
fn take<'w, 'p>(worker: &'w mut Worker<'p>, inventory: &Inventory) -> &'w mut Worker<'p> {
    worker.begin();
    worker.slots.take(inventory);
    worker
}

/// The document of a client.
fn document(inventory: &Inventory) -> Result<String> {
    let mut document = Vec::new();
    native::write(inventory, &mut document)?;
    Ok(String::from_utf8_lossy(&document).into_owned())
}

/// The facts of a document, as near to the processor as a reader leaves them.
fn parsed(document: &str) -> Cow<'static, Inventory> {
    let mut inventory = Inventory::default();
    let read = native::read(document.into(), &inventory::Settings::default(), &mut inventory);
    assert!(read.is_ok(), "what was written can be read");
    Cow::Owned(inventory)
}

/// Evaluation alone, from facts to a row, and how it divides into facts to answers and answers to a row;
/// making the facts is not timed.
fn evaluation<'i>(
    what: &str,
    plan: &Plan<'_>,
    clients: impl Iterator<Item = Cow<'i, Inventory>> + Clone,
    rounds: usize,
) {
    let mut worker = Worker::new(plan);
    let mut halves = Vec::new();
    let (mut count, mut facts) = (0, 0);
    for _ in 0..=rounds {
        let (mut whole, mut answers) = (Duration::ZERO, Duration::ZERO);
        (count, facts) = (0, 0);
        for inventory in clients.clone() {
            let begun = Instant::now();
            take(&mut worker, &inventory).slots.finish();
            answers += begun.elapsed();
            std::hint::black_box(worker.evaluate_slots());
            whole += begun.elapsed();
            (count, facts) = (count + 1, facts + inventory.facts.len());
        }
        halves.push([whole, answers]);
    }
    // The first round makes the memory ready.
    halves.remove(0);
    halves.sort();
    let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(count);
    let [whole, answers] = halves[halves.len() / 2].map(each);
    say(&format!(
        "{what}, one thread: {whole:.1} us a client ({answers:.1} from {} facts to answers, {:.1} from answers \
         to a row); limit {LIMIT:.0} us: {}",
        facts / count as usize,
        whole - answers,
        if whole <= LIMIT { "held" } else { "exceeded" }
    ));
}
