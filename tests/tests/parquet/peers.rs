//! DuckDB and pandas read the tables, and what they count is what reports count.

use std::collections::{BTreeMap, BTreeSet};

use conformance::matrices::{Numbers, random, sample};
use conformance::python::{ask, question};
use patchstate::archive::map::Bytes;
use patchstate::matrix::Matrix;
use patchstate::matrix::tables::Status;
use patchstate::model::verdict::Verdict;
use patchstate::report::parquet::{Collection, Member, State, write};
use patchstate::report::table::{Table, Value};
use patchstate::report::{self, Hidden, Options, Verdicts};

use super::{export, folder};

fn table<'m>(matrix: &'m Matrix<'_>, name: &str) -> Table<'m> {
    let options = Options { hidden: Hidden::Listed, ..Options::default() };
    (report::find(name).expect("is a report").table)(matrix, "", &options).expect("makes a table")
}

/// The values of some columns, as data.
fn columns<const N: usize>(table: &Table<'_>, names: &[&str; N]) -> Vec<[String; N]> {
    let place =
        |name: &&str| table.columns.iter().position(|column| column.name == *name).expect("is a column");
    let places = names.each_ref().map(place);
    let row = |row: &Vec<Value<'_>>| places.map(|at| row[at].data().into_owned());
    table.rows.iter().map(row).collect()
}

/// How many rows reports list of a Missing update.
fn listed(matrix: &Matrix<'_>, update: &str) -> usize {
    let at = matrix.updates.iter().position(|known| known.id == update).expect("is there");
    let cells = (0..matrix.clients.len()).map(|client| matrix.cell(client, at));
    let flags = matrix.updates[at].flags;
    cells.filter(|cell| cell.verdict == Verdict::Missing && !(cell.flags | flags).is_hidden()).count()
}

#[test]
fn the_ten_most_missing_updates_are_those_of_the_site() {
    for bytes in [sample(), random(11, 300, 80)] {
        let bytes = Bytes::copy(&bytes);
        let matrix = Matrix::open(bytes.as_ref()).expect("opens");
        let place = folder();
        export(&matrix, &Options::default(), place.path());
        let Some(rows) = ask(place.path(), &question()) else { return };
        let evaluated = matrix.clients.iter().filter(|client| client.status == Status::Evaluated).count();
        let expect = columns(&table(&matrix, "site"), &["Group", "Name", "Title", "Counts"]);
        let top = expect.into_iter().filter(|row| row[0] == "top missing");
        let row = |(place, [_, update, title, missing]): (usize, [String; 4])| {
            let listed = listed(&matrix, &update).to_string();
            vec!["all".to_owned(), place.to_string(), update, title, missing, listed, evaluated.to_string()]
        };
        let expect: Vec<_> = (1..).zip(top).map(row).collect();
        assert!(!expect.is_empty());
        assert_eq!(rows, expect);
    }
}

#[test]
fn counts_are_those_of_the_summary() {
    let bytes = Bytes::copy(&random(12, 400, 70));
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let place = folder();
    export(&matrix, &Options { verdicts: Verdicts::ALL, ..Options::default() }, place.path());
    let query = "
        SELECT count(*) FILTER (verdict_name = 'Missing'), count(*) FILTER (verdict = 3),
               count(*) FILTER (verdict = 0), count(*) FILTER (verdict = 1),
               count(*) FILTER (verdict = 2 AND flags & 1 = 1)
        FROM dim_update JOIN findings USING (update_key) GROUP BY update_key ORDER BY update_key";
    let Some(rows) = ask(place.path(), query) else { return };
    let names = ["Counts", "InstalledCounts", "UnknownCounts", "NotApplicableCounts", "SupersededCounts"];
    assert_eq!(rows, columns(&table(&matrix, "summary"), &names));
}

#[test]
fn every_finding_is_its_cell_in_the_order_that_the_file_states() {
    let bytes = Bytes::copy(&random(13, 90, 40));
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let place = folder();
    export(&matrix, &Options::default(), place.path());
    let query = "SELECT update_key, client_key, verdict, reason, feed, reason_name, flags, flag_names, hidden FROM findings";
    let Some(rows) = ask(place.path(), query) else { return };
    let mut expect = Vec::new();
    for (update, known) in matrix.updates.iter().enumerate() {
        for client in 0..matrix.clients.len() {
            let cell = matrix.cell(client, update);
            if !Verdicts::default().contains(cell.verdict) {
                continue;
            }
            let flags = cell.flags | known.flags;
            let hidden = if flags.is_hidden() { "True" } else { "False" };
            let numbers = [update, client, cell.verdict.code().into(), cell.reason.number().into()];
            let mut row: Vec<_> = numbers.iter().map(ToString::to_string).collect();
            row.push(matrix.run.sources[known.source as usize].feed.clone());
            row.extend([cell.reason.name().to_owned(), flags.bits().to_string(), flags.to_string()]);
            row.push(hidden.to_owned());
            expect.push(row);
        }
    }
    assert!(expect.len() > 100);
    assert_eq!(rows, expect);
}

/// Two collections of one feed and one of the other, with clients that nobody has seen.
fn collections(matrix: &Matrix<'_>) -> Vec<Collection> {
    let mut numbers = Numbers::new(3);
    let mut members = |share: usize| -> Vec<Member> {
        let known = matrix.clients.iter().map(|client| client.id.clone());
        let mut ids: Vec<_> = known.filter(|_| numbers.below(10) < share).collect();
        ids.extend(["000 never".to_owned(), "zzz never".to_owned()]);
        ids.into_iter().map(|client| Member { client, state: None }).collect()
    };
    let collection = |id: &str, feed: &str, members: Vec<Member>| Collection {
        id: id.to_owned(),
        feed: feed.to_owned(),
        role: "production".to_owned(),
        members,
    };
    let mut found = vec![
        collection("most", "one", members(8)),
        collection("few", "one", members(2)),
        collection("others", "two", members(5)),
        collection("nobody", "three", members(5)),
    ];
    found[0].members[0].state = Some(State::Stale);
    found
}

#[test]
fn each_collection_has_ten_of_its_own() {
    let bytes = Bytes::copy(&random(14, 200, 90));
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let (place, collections) = (folder(), collections(&matrix));
    write(&[&matrix], &collections, &Options::default(), place.path()).expect("writes");
    let Some(rows) = ask(place.path(), &question()) else { return };
    let rows: Vec<_> = rows.iter().map(|row| [&row[0], &row[2], &row[5]].map(Clone::clone)).collect();
    let mut sorted: Vec<_> = collections.iter().collect();
    sorted.sort_by_key(|collection| &collection.id);
    let mut expect = Vec::new();
    for collection in sorted {
        let clients: Vec<_> =
            collection.members.iter().filter_map(|member| matrix.client(&member.client)).collect();
        let mut counted: Vec<(usize, usize)> = Vec::new();
        for (at, update) in matrix.updates.iter().enumerate() {
            let of_feed = matrix.run.sources[update.source as usize].feed == collection.feed;
            let listed = |client: &&usize| {
                let cell = matrix.cell(**client, at);
                cell.verdict == Verdict::Missing && !(cell.flags | update.flags).is_hidden()
            };
            let count = clients.iter().filter(listed).count();
            if of_feed && count > 0 {
                counted.push((count, at));
            }
        }
        counted.sort_by_key(|(count, at)| (usize::MAX - count, *at));
        let row = |(count, at): &(usize, usize)| {
            [collection.id.clone(), matrix.updates[*at].id.clone(), count.to_string()]
        };
        expect.extend(counted.iter().take(10).map(row));
    }
    assert_eq!(expect.iter().filter(|row| row[0] == "few").count(), 10);
    assert_eq!(rows, expect);
}

#[test]
fn who_has_no_finding_is_not_taken_for_clean() {
    let bytes = Bytes::copy(&random(15, 60, 10));
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let (place, collections) = (folder(), collections(&matrix));
    write(&[&matrix], &collections, &Options::default(), place.path()).expect("writes");
    let query = "
        SELECT s.collection, status, count(*), count(d.client_key),
               count(*) FILTER (NOT EXISTS (FROM findings AS f WHERE f.client_key = s.client_key))
        FROM client_state AS s LEFT JOIN dim_client AS d USING (client_key, client_id)
        GROUP BY s.collection, status ORDER BY s.collection, status";
    let Some(rows) = ask(place.path(), query) else { return };
    let mut expect: BTreeMap<(String, &str), (usize, usize)> = BTreeMap::new();
    for collection in &collections {
        for member in &collection.members {
            let client = matrix.client(&member.client);
            let of_feed = client.filter(|_| collection.feed != "three");
            let state = match (member.state, of_feed.map(|at| matrix.clients[at].status)) {
                (Some(state), _) => state,
                (None, None) => State::NeverSeen,
                (None, Some(Status::Unreadable)) => State::Unreadable,
                (None, Some(Status::Evaluated)) => State::Ok,
            };
            let silent = client.is_none_or(|client| {
                matrix.row(client).all(|cell| !Verdicts::default().contains(cell.verdict))
            });
            let counts = expect.entry((collection.id.clone(), state.name())).or_default();
            counts.0 += 1;
            counts.1 += usize::from(silent);
        }
    }
    let expect: Vec<Vec<String>> = expect
        .into_iter()
        .map(|((collection, state), (all, silent))| {
            vec![collection, state.to_owned(), all.to_string(), all.to_string(), silent.to_string()]
        })
        .collect();
    assert!(expect.iter().any(|row| row[1] == "stale") && expect.iter().any(|row| row[1] == "unreadable"));
    assert_eq!(rows, expect);
}

#[test]
fn several_matrices_share_their_clients() {
    let bytes = [sample(), random(16, 30, 12)].map(|bytes| Bytes::copy(&bytes));
    let matrices = bytes.each_ref().map(|bytes| Matrix::open(bytes.as_ref()).expect("opens"));
    let matrices = [&matrices[0], &matrices[1]];
    let place = folder();
    let everybody = report::parquet::everybody(&matrices);
    write(&matrices, &everybody, &Options::default(), place.path()).expect("writes");
    let query = "
        SELECT feed, (SELECT count(*) FROM dim_client), count(DISTINCT client_key), count(*)
        FROM findings JOIN client_state USING (client_key, feed)
        WHERE verdict = 2 GROUP BY feed ORDER BY feed";
    let Some(rows) = ask(place.path(), query) else { return };
    let mut expect: BTreeMap<&str, (BTreeSet<&str>, usize)> = BTreeMap::new();
    for matrix in matrices {
        for (at, client) in matrix.clients.iter().enumerate() {
            let missing = matrix
                .updates
                .iter()
                .zip(matrix.row(at))
                .filter(|(_, cell)| cell.verdict == Verdict::Missing);
            for (update, _) in missing {
                let feed = matrix.run.sources[update.source as usize].feed.as_str();
                let (clients, count) = expect.entry(feed).or_default();
                clients.insert(&client.id);
                *count += 1;
            }
        }
    }
    let clients = matrices.map(|matrix| matrix.clients.len()).iter().sum::<usize>().to_string();
    let row = |(feed, (found, count)): (&str, (BTreeSet<&str>, usize))| {
        vec![feed.to_owned(), clients.clone(), found.len().to_string(), count.to_string()]
    };
    assert_eq!(rows, expect.into_iter().map(row).collect::<Vec<_>>());
    assert_eq!(rows.len(), 4);
}

#[test]
fn tables_without_rows_are_read() {
    let bytes = Bytes::copy(&random(1, 0, 3));
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let place = folder();
    export(&matrix, &Options::default(), place.path());
    let query = "SELECT (SELECT count(*) FROM findings), (SELECT count(*) FROM client_state), count(*) FROM dim_update";
    let Some(rows) = ask(place.path(), query) else { return };
    assert_eq!(rows, [["0", "0", "3"]]);
}
