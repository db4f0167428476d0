//! One run: every client of an intake over one index, in parallel, into the rows of a matrix.
//!
//! The rows come out in the order of the clients, whatever the number of threads.

use std::io::{Seek, Write};

use super::batch::Worker;
use super::imports;
use super::in_order::InOrder;
use super::oval::reference::Results;
use super::plan::Plan;
use super::statements::Shared;
use crate::diagnostic::{Code, Diagnostics};
use crate::error::{Error, Result};
use crate::index::columns::Column;
use crate::ingest::{self, Buffer, Intake};
use crate::matrix;
use crate::matrix::row::Row;
use crate::matrix::tables::{Client, Run, Source, Status, Update};
use crate::model::fact::Os;
use crate::model::flag::Flags;
use crate::model::inventory::Marks;
use crate::model::update::{Reboot, Urgency};
use crate::model::verdict::Verdict;

/// What a run gives beside its rows.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Clients whose inventories could be read.
    pub evaluated: u64,
    /// Those of them of which nothing is known that any update asks for.
    pub all_unknown: u64,
    /// How many cells of each verdict there are, by verdict code.
    pub totals: [u64; 4],
    /// Why clients could not be read, in the order of the clients.
    pub errors: Vec<Error>,
    /// What was found in the inventories.
    pub diagnostics: Diagnostics,
    /// Bytes of inventories that were read, expanded.
    pub bytes: u64,
    /// Facts that they state.
    pub facts: u64,
}

/// What the definitions of OVAL say of a client.
#[derive(Debug, Default)]
pub struct ClientResults {
    /// The client's id.
    pub client: String,
    /// Its system.
    pub os: Option<Os<'static>>,
    /// By source; none where it is no definitions file.
    pub sources: Vec<Option<Results>>,
}

/// Takes what the definitions of OVAL say of each client, in the order of the clients.
pub type ResultsReceiver<'r> = dyn FnMut(ClientResults) -> Result<()> + Send + 'r;

/// One client, evaluated or not.
struct Evaluated {
    client: Client,
    row: Row,
    results: ClientResults,
    error: Option<Error>,
    diagnostics: Diagnostics,
    bytes: u64,
}

impl Outcome {
    /// Counts a client and gives its row.
    fn take(&mut self, evaluated: Evaluated, updates: usize) -> (Client, Row, ClientResults) {
        let Evaluated { client, row, results, error, diagnostics, bytes } = evaluated;
        let totals = row.totals();
        for (sum, count) in self.totals.iter_mut().zip(totals) {
            *sum += count;
        }
        if client.status == Status::Evaluated {
            self.evaluated += 1;
            let unknown = totals[usize::from(Verdict::Unknown.code())];
            self.all_unknown += u64::from(unknown == updates as u64);
        }
        self.facts += client.facts;
        self.bytes += bytes;
        self.diagnostics.append(diagnostics);
        self.errors.extend(error);
        (client, row, results)
    }
}

/// Evaluates clients of an intake in the threads of the current pool, and gives their rows to `receiver` in
/// the order of the clients.
///
/// `done` is told the bytes of each client as it is finished. A client that cannot be read has a row of
/// Unknown cells and stands among the errors; the others go on.
///
/// # Errors
///
/// The receiver failed, which ends the run.
pub fn evaluate(
    plan: &Plan<'_>,
    intake: &Intake,
    clients: &[&ingest::Client],
    receiver: impl FnMut(Client, Row) -> Result<()> + Send,
    done: &(dyn Fn(u64) + Sync),
) -> Result<Outcome> {
    evaluate_with(plan, intake, clients, None, receiver, done)
}

/// As [`evaluate`], and gives what the definitions of OVAL say of each client that could be read to `results`.
fn evaluate_with(
    plan: &Plan<'_>,
    intake: &Intake,
    clients: &[&ingest::Client],
    mut results: Option<&mut ResultsReceiver<'_>>,
    mut receiver: impl FnMut(Client, Row) -> Result<()> + Send,
    done: &(dyn Fn(u64) + Sync),
) -> Result<Outcome> {
    let mut outcome = Outcome { diagnostics: intake.diagnostics().clone(), ..Outcome::default() };
    let shared = Shared::new(plan);
    let wants_results = results.is_some();
    let order = InOrder::new(clients.len(), rayon::current_num_threads(), |evaluated| {
        let (client, row, found) = outcome.take(evaluated, plan.updates.len());
        if let Some(results) = results.as_mut().filter(|_| client.status == Status::Evaluated) {
            results(found)?;
        }
        receiver(client, row)
    });
    rayon::broadcast(|_| {
        // Not before there is a client for it, since it takes memory and time to make.
        let mut worker = None;
        order.work(|number| {
            let (worker, buffer) = worker.get_or_insert_with(|| {
                let mut worker = Worker::sharing(&shared);
                worker.slots.want_results(wants_results);
                (worker, Buffer::new())
            });
            let evaluated = evaluate_client(plan, intake, clients[number], worker, buffer);
            done(evaluated.bytes);
            evaluated
        });
    });
    order.finish()?;
    Ok(outcome)
}

/// Evaluates clients of an intake into a matrix, which says that it was made with these options and flags the
/// updates of `ignored` (sorted update numbers).
///
/// # Errors
///
/// Writing fails.
pub fn into_matrix(
    plan: &Plan<'_>,
    intake: &Intake,
    clients: &[&ingest::Client],
    options: String,
    ignored: &[u32],
    out: &mut (impl Write + Seek + Send),
    done: &(dyn Fn(u64) + Sync),
) -> Result<Outcome> {
    into_matrix_and_results(plan, intake, clients, options, ignored, out, None, done)
}

/// As [`into_matrix`], and gives what the definitions of OVAL say of each client that could be read to
/// `results`.
///
/// # Errors
///
/// Writing or `results` fails.
#[allow(clippy::too_many_arguments, reason = "it is the other one with one thing more")]
pub fn into_matrix_and_results(
    plan: &Plan<'_>,
    intake: &Intake,
    clients: &[&ingest::Client],
    options: String,
    ignored: &[u32],
    out: &mut (impl Write + Seek + Send),
    results: Option<&mut ResultsReceiver<'_>>,
    done: &(dyn Fn(u64) + Sync),
) -> Result<Outcome> {
    let about = run_table(plan, options);
    let mut matrix = matrix::Writer::new(&about, update_table(plan, ignored), out)?;
    let push = |client: Client, row: Row| matrix.push(&client, &row);
    let outcome = evaluate_with(plan, intake, clients, results, push, done)?;
    matrix.finish()?;
    Ok(outcome)
}

fn evaluate_client(
    plan: &Plan<'_>,
    intake: &Intake,
    client: &ingest::Client,
    worker: &mut Worker<'_>,
    buffer: &mut Buffer,
) -> Evaluated {
    worker.begin();
    let read = intake.read(client, buffer, &mut worker.slots);
    let mut diagnostics = Diagnostics::new();
    for finding in client.findings() {
        diagnostics.push(finding.code, finding.position, &finding.element, finding.message.clone());
    }
    match read {
        Ok(report) => {
            let row = worker.finish();
            diagnostics.append(std::mem::take(&mut worker.slots.diagnostics));
            imports::findings(plan, &worker.slots, &client.id, &row, &mut diagnostics);
            let results = worker.slots.take_results(&client.id);
            let client = client_row(&client.id, worker);
            Evaluated { client, row, results, error: None, diagnostics, bytes: report.bytes }
        }
        Err(error) => {
            diagnostics.count(Code::InventoryUnreadable, 1);
            let (status, message) = (Status::Unreadable, error.to_string());
            let client = Client { id: client.id.clone(), status, error: message, ..Client::default() };
            let row = Row::unreadable(plan.updates.len());
            let results = ClientResults::default();
            Evaluated { client, row, results, error: Some(error), diagnostics, bytes: 0 }
        }
    }
}

/// The row of a client that was evaluated.
pub fn client_row(id: &str, worker: &Worker<'_>) -> Client {
    let slots = &worker.slots;
    let header = &slots.header;
    let text = |text: &Option<crate::model::fact::Text<'_>>| text.as_deref().unwrap_or("").to_owned();
    Client {
        id: id.to_owned(),
        name: text(&header.name),
        group: text(&header.group),
        collector: text(&header.collector),
        collected: text(&header.collected),
        status: Status::Evaluated,
        error: String::new(),
        complete: header.complete,
        marks: Marks::from_bits(slots.marks.bits()),
        facts: slots.facts,
        products: slots.product_rows(),
        old_service_packs: slots.old_service_packs(),
        languages: slots.office_languages(),
        ..Client::default()
    }
}

/// What the matrix says of the run.
pub fn run_table(plan: &Plan<'_>, options: String) -> Run {
    let view = plan.view;
    let sources = (0..view.sources()).map(|at| {
        let source = view.source(at);
        Source {
            feed: source.feed,
            format: source.format,
            revision: source.revision,
            language: source.language,
            sha256: source.sha256,
        }
    });
    let retracted = view.columns.update_retracted.iter().filter(|retracted| **retracted != 0).count();
    let retracted = if plan.options.include_retracted { 0 } else { retracted };
    let retracted = u32::try_from(retracted).unwrap_or(u32::MAX);
    Run { index: view.checksum(), options, sources: sources.collect(), retracted }
}

/// The columns of the matrix: every update that has cells; `ignored` (sorted update numbers) are flagged.
pub fn update_table<'p>(
    plan: &'p Plan<'_>,
    ignored: &'p [u32],
) -> impl ExactSizeIterator<Item = Update> + use<'p> {
    plan.updates.iter().map(|update| {
        let mut row = update_row(plan, *update);
        if ignored.binary_search(update).is_ok() {
            row.flags |= Flags::IGNORED;
        }
        row
    })
}

fn update_row(plan: &Plan<'_>, update: u32) -> Update {
    let (view, at) = (plan.view, update as usize);
    let columns = view.columns;
    let text = |number: u32| view.text(number).to_owned();
    let references = columns.update_reference_ends(at);
    let cves =
        references.filter(|one| view.text(columns.reference_kind.at(*one)).eq_ignore_ascii_case("cve"));
    let mut cves: Vec<String> = cves.map(|one| text(columns.reference_id.at(one))).collect();
    cves.sort_unstable();
    cves.dedup();
    Update {
        id: text(columns.update_identity.at(at)),
        source: columns.update_source.at(at),
        bulletin: text(columns.update_bulletin.at(at)),
        title: text(columns.update_title.at(at)),
        summary: text(columns.update_summary.at(at)),
        kind: text(columns.update_kind.at(at)),
        urgency: Urgency::from_number(columns.update_urgency.at(at)),
        articles: columns.update_article_ends(at).map(|one| columns.article.at(one)).collect(),
        cves,
        products: view.product_rows(at),
        posted: text(columns.update_posted.at(at)),
        revised: text(columns.update_revised.at(at)),
        reboot: Reboot::from_number(columns.update_reboot.at(at)),
        payload: text(columns.update_payload.at(at)),
        information: text(columns.update_information.at(at)),
        flags: view.flags(at),
        absent: plan.absent(update),
        not_collected: plan.not_collected(update),
    }
}
