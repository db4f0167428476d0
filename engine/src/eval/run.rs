//! One run: every client of an intake over one index, in parallel, into the rows of a matrix.
//!
//! The rows come out in the order of the clients' ids, whatever the number of threads.

use std::sync::Mutex;

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::batch::Worker;
use super::plan::Plan;
use super::statements::Shared;
use crate::diagnostic::{Code, Diagnostics};
use crate::error::Error;
use crate::index::columns::Column;
use crate::ingest::{self, Buffer, Intake};
use crate::matrix::row::Row;
use crate::matrix::tables::{Client, PackedClient, Run, Source, Status, Update, UpdateTable};
use crate::model::flag::Flags;
use crate::model::inventory::Marks;
use crate::model::update::{Reboot, Urgency};

/// What a run gives.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The clients and their cells, in the order of their ids.
    pub rows: Vec<(PackedClient, Row)>,
    /// Why clients could not be read, in the same order.
    pub errors: Vec<Error>,
    /// What was found in the inventories.
    pub diagnostics: Diagnostics,
    /// Bytes of inventories that were read, expanded.
    pub bytes: u64,
    /// Facts that they state.
    pub facts: u64,
}

/// What one client gives beside its row.
struct Evaluated {
    error: Option<Error>,
    diagnostics: Diagnostics,
    bytes: u64,
}

/// Evaluates clients of an intake, in the order given, in the threads of the current pool.
///
/// `done` is told the bytes of each client as it is finished. A client that cannot be read has a row of
/// Unknown cells and stands among the errors; the others go on.
pub fn evaluate(
    plan: &Plan<'_>,
    intake: &Intake,
    clients: &[&ingest::Client],
    done: &(dyn Fn(u64) + Sync),
) -> Outcome {
    let idle = Mutex::new(Vec::new());
    let shared = Shared::new(plan);
    let one = |client: &&ingest::Client| {
        let taken = idle.lock().ok().and_then(|mut idle| idle.pop());
        let (mut worker, mut buffer) = taken.unwrap_or_else(|| (Worker::sharing(&shared), Buffer::new()));
        let (row, evaluated) = evaluate_client(plan, intake, client, &mut worker, &mut buffer);
        if let Ok(mut idle) = idle.lock() {
            idle.push((worker, buffer));
        }
        done(evaluated.bytes);
        (row, evaluated)
    };
    let (rows, evaluated): (Vec<_>, Vec<_>) = clients.par_iter().with_max_len(16).map(one).unzip();
    let facts = rows.iter().map(|(client, _): &(PackedClient, _)| client.facts).sum();
    let diagnostics = intake.diagnostics().clone();
    let mut outcome = Outcome { rows, facts, diagnostics, ..Outcome::default() };
    for evaluated in evaluated {
        outcome.bytes += evaluated.bytes;
        outcome.diagnostics.append(evaluated.diagnostics);
        outcome.errors.extend(evaluated.error);
    }
    outcome
}

fn evaluate_client(
    plan: &Plan<'_>,
    intake: &Intake,
    client: &ingest::Client,
    worker: &mut Worker<'_>,
    buffer: &mut Buffer,
) -> ((PackedClient, Row), Evaluated) {
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
            let client = client_row(&client.id, worker);
            (((&client).into(), row), Evaluated { error: None, diagnostics, bytes: report.bytes })
        }
        Err(error) => {
            diagnostics.count(Code::InventoryUnreadable, 1);
            let (status, message) = (Status::Unreadable, error.to_string());
            let client = Client { id: client.id.clone(), status, error: message, ..Client::default() };
            let row = Row::unreadable(plan.updates.len());
            (((&client).into(), row), Evaluated { error: Some(error), diagnostics, bytes: 0 })
        }
    }
}

/// The row of a client that was evaluated.
fn client_row(id: &str, worker: &Worker<'_>) -> Client {
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
    }
}

/// What the matrix says of the run.
pub fn run_table(plan: &Plan<'_>, options: String) -> Run {
    let view = plan.view;
    let sources = (0..view.sources()).map(|at| {
        let source = view.source(at).source;
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
pub fn update_table(plan: &Plan<'_>, ignored: &[u32]) -> UpdateTable {
    UpdateTable::new(plan.updates.par_iter().map(|update| {
        let mut row = update_row(plan, *update);
        if ignored.binary_search(update).is_ok() {
            row.flags |= Flags::IGNORED;
        }
        row
    }))
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
