//! The plan of an authorization list: where each of its updates comes from, whether it takes a restart, and
//! which clients need it.
//!
//! Nothing is installed and nothing fetched. Source of truth: `docs/plan.md`, "The plan of a list".

mod xml;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Site;
use super::authorize::{Authorization, Entry};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::index::View;
use crate::index::columns::Column;
use crate::matrix::Matrix;
use crate::matrix::tables::Update;
use crate::model::flag::Flags;
use crate::model::install;
use crate::model::update::Reboot;
use crate::model::verdict::{Cell, Verdict};
use crate::plan::restart;
use crate::report::table::{self, Note, Table, Value};

pub use xml::write as write_xml;

/// What a list comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Planned {
    /// The list.
    pub list: Authorization,
    /// The clients of its collection that were evaluated.
    pub clients: u64,
    /// Its updates, by identity.
    pub updates: Vec<Wanted>,
    /// Entries that name no update.
    pub unmatched: Vec<String>,
    /// Updates of it that others replace which are not in it, each with one of those.
    pub unlisted: Vec<(String, String)>,
}

/// An update of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// What the matrix says of it.
    pub update: Update,
    /// The entry that names it.
    pub entry: Entry,
    /// Whether a restart follows.
    pub restart: Reboot,
    /// Where what is installed comes from: its own addresses, of a bundle those of its parts.
    pub addresses: Vec<String>,
    /// The clients that need it, by id.
    pub clients: Vec<String>,
    /// Of how many clients it is not known.
    pub unknown: u64,
    /// On how many clients it is Missing and not needed: another update of the list replaces it there, or it
    /// is ignored or withdrawn.
    pub left_out: u64,
}

/// The columns of the table.
const COLUMNS: [table::Column; 15] = [
    table::Column::text("update"),
    table::Column::long("title"),
    table::Column::data("bulletin"),
    table::Column::text("articles"),
    table::Column::text("restart"),
    table::Column::data("addresses"),
    table::Column::data("information"),
    table::Column::data("entry"),
    table::Column::text("time_authorized").headed("authorized"),
    table::Column::text("deadline"),
    table::Column::long("note"),
    table::Column::text("client_count").headed("clients"),
    table::Column::text("unknown_count").headed("unknown"),
    table::Column::text("left_out_count").headed("left out"),
    table::Column::data("clients").headed("client list"),
];

impl Planned {
    /// The plan as a table: a row for each update.
    pub fn table(&self) -> Table<'_> {
        let mut table = Table::new("authorization", COLUMNS.to_vec());
        table.head = vec![
            Note::one("list", &self.list.name),
            Note::one("created", &self.list.created),
            Note::one("collection", &self.list.collection),
        ];
        for wanted in &self.updates {
            let Wanted { update, entry, .. } = wanted;
            let maybe = |text: &'_ Option<String>| text.clone().map_or(Value::Empty, Value::from);
            table.push(vec![
                Value::from(&update.id),
                Value::from(&update.title),
                Value::from(&update.bulletin),
                Value::List(update.articles.iter().map(|article| article.to_string().into()).collect()),
                Value::from(restart(wanted.restart)),
                wanted.addresses.iter().map(String::as_str).collect(),
                Value::from(&update.information),
                Value::from(&entry.update),
                Value::from(&entry.time),
                maybe(&entry.deadline),
                maybe(&entry.note),
                Value::Count(wanted.clients.len() as u64),
                Value::Count(wanted.unknown),
                Value::Count(wanted.left_out),
                wanted.clients.iter().map(String::as_str).collect(),
            ]);
        }
        table.foot = vec![Note::count("clients evaluated", self.clients)];
        table
    }
}

impl Site {
    /// Makes the plan of a list, for the clients of its collection.
    ///
    /// # Errors
    ///
    /// There is no such list or collection, nothing was scanned yet, or not since the catalogs changed.
    pub fn planned(&self, name: &str, now: Timestamp) -> Result<Planned> {
        let list = self.authorization(name)?;
        let collection = self.named_collection(&list.collection)?;
        let members = self.members(collection)?;
        let index = self.index()?;
        let views = self.views(&[], None)?;
        let clients = self.store().load()?;
        let mut planned = Planned { unlisted: self.unlisted(&list)?, ..Planned::default() };
        let mut named = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut is_scanned = false;
        for view in &views {
            let (Some(mut matrix), Some(index)) = (view.open(self, &clients, now)?, &index) else { continue };
            is_scanned = true;
            matrix.retain(|client| members.contains(&client.id));
            seen.extend(matrix.clients.iter().map(|client| client.id.clone()));
            let entries = entries(&list, &matrix, &mut named);
            if entries.is_empty() {
                continue;
            }
            let index = index.view()?;
            if matrix.run.index != index.checksum() {
                let error =
                    Error::new(Code::BadReference, "was made of other catalogs than the current ones");
                let path = self.matrix_path(&view.feed);
                return Err(error
                    .in_file(path.to_string_lossy())
                    .with_hint("`patchstate site scan` evaluates the clients again"));
            }
            planned.updates.extend(wanted(&matrix, index, &entries));
        }
        if !is_scanned {
            let error = Error::new(Code::BadReference, "the site has no matrix yet");
            return Err(error
                .in_file(self.root().to_string_lossy())
                .with_hint("`patchstate site scan` makes them"));
        }
        let unmatched = (0..list.entries.len()).filter(|entry| !named.contains(entry));
        planned.unmatched = unmatched.map(|entry| list.entries[entry].update.clone()).collect();
        planned.updates.sort_by(|one, other| one.update.id.cmp(&other.update.id));
        planned.clients = seen.len() as u64;
        planned.list = list;
        Ok(planned)
    }
}

/// The updates of a matrix that a list names, each with the first entry that does; notes these entries.
fn entries<'l>(
    list: &'l Authorization,
    matrix: &Matrix<'_>,
    named: &mut BTreeSet<usize>,
) -> BTreeMap<usize, &'l Entry> {
    let mut entries = BTreeMap::new();
    for (number, entry) in list.entries.iter().enumerate() {
        for update in matrix.find_updates(&entry.update) {
            named.insert(number);
            entries.entry(update).or_insert(entry);
        }
    }
    entries
}

/// The updates with the clients that need them.
fn wanted(matrix: &Matrix<'_>, view: View<'_>, entries: &BTreeMap<usize, &Entry>) -> Vec<Wanted> {
    let number = |place: usize| view.find_update(&matrix.updates[place].id);
    let numbers: BTreeMap<usize, usize> =
        entries.keys().filter_map(|place| Some((number(*place)?, *place))).collect();
    let replacing = replacing(view, &numbers);
    let of_entry = |(place, entry): (&usize, &&Entry)| {
        let parts = number(*place).map(|update| parts(view, update)).unwrap_or_default();
        let wanted = Wanted {
            update: matrix.updates[*place].clone(),
            entry: (*entry).clone(),
            restart: together(view, &parts),
            addresses: addresses(view, &parts),
            clients: Vec::new(),
            unknown: 0,
            left_out: 0,
        };
        (*place, wanted)
    };
    let mut all: Vec<(usize, Wanted)> = entries.iter().map(of_entry).collect();
    for client in 0..matrix.clients.len() {
        count(matrix, client, &replacing, &mut all);
    }
    all.into_iter().map(|(_, wanted)| wanted).collect()
}

/// Takes what a client needs of updates, each with its place in the matrix.
fn count(
    matrix: &Matrix<'_>,
    client: usize,
    replacing: &BTreeMap<usize, BTreeSet<usize>>,
    all: &mut [(usize, Wanted)],
) {
    let row: Vec<Cell> = matrix.row(client).collect();
    let flags = |place: usize| matrix.updates[place].flags | row[place].flags;
    let is_missing = |place: usize| row[place].verdict == Verdict::Missing;
    let is_hidden =
        |place: usize| flags(place).contains(Flags::IGNORED) || flags(place).contains(Flags::EXPIRED);
    let is_installed = |place: usize| is_missing(place) && !is_hidden(place);
    for (place, wanted) in all {
        let mut others = replacing.get(place).into_iter().flatten();
        let is_covered =
            flags(*place).contains(Flags::SUPERSEDED) && others.any(|other| is_installed(*other));
        wanted.unknown += u64::from(row[*place].verdict == Verdict::Unknown);
        if is_installed(*place) && !is_covered {
            wanted.clients.push(matrix.clients[client].id.clone());
        } else {
            wanted.left_out += u64::from(is_missing(*place));
        }
    }
}

/// By place, the places of the others among these updates, by number, that replace each. Of those that replace
/// each other the first replaces the rest, so that one of them is installed.
fn replacing(view: View<'_>, numbers: &BTreeMap<usize, usize>) -> BTreeMap<usize, BTreeSet<usize>> {
    let all: BTreeMap<usize, BTreeSet<usize>> =
        numbers.iter().map(|(update, place)| (*place, replacements(view, *update, numbers))).collect();
    let is_first = |place: usize, other: usize| {
        other < place || all.get(&other).is_none_or(|back| !back.contains(&place))
    };
    let kept = all.iter().map(|(place, others)| {
        (*place, others.iter().copied().filter(|other| is_first(*place, *other)).collect())
    });
    kept.collect()
}

/// What is installed of an update: itself, and of a bundle its parts.
fn parts(view: View<'_>, update: usize) -> Vec<usize> {
    let (mut parts, mut seen, mut open) = (Vec::new(), BTreeSet::new(), vec![update]);
    while let Some(update) = open.pop() {
        if !seen.insert(update) {
            continue;
        }
        let children: Vec<usize> = view.children(update).flatten().map(|child| child as usize).collect();
        if children.is_empty() || view.columns.update_rule.at(update) != 0 {
            parts.push(update);
        }
        open.extend(children.into_iter().rev());
    }
    parts
}

/// Whether a restart follows when all of these are installed.
fn together(view: View<'_>, parts: &[usize]) -> Reboot {
    let stated = |part: usize| Reboot::from_number(view.columns.update_reboot.at(part));
    let each = parts.iter().map(|part| install::restart(&view.installs(*part)).unwrap_or(stated(*part)));
    install::after_all(each).unwrap_or_default()
}

/// Where these come from, each address once.
fn addresses(view: View<'_>, parts: &[usize]) -> Vec<String> {
    let mut addresses: Vec<String> = Vec::new();
    for part in parts {
        let own = view.text(view.columns.update_payload.at(*part)).to_owned();
        let files = view.installs(*part).into_iter().flat_map(|install| install.files);
        for address in std::iter::once(own).chain(files.map(|file| file.address)) {
            if !address.is_empty() && !addresses.contains(&address) {
                addresses.push(address);
            }
        }
    }
    addresses
}

/// The places of the listed updates that replace one, directly or through others.
fn replacements(view: View<'_>, update: usize, listed: &BTreeMap<usize, usize>) -> BTreeSet<usize> {
    let (mut found, mut seen, mut open) = (BTreeSet::new(), BTreeSet::from([update]), vec![update]);
    while let Some(update) = open.pop() {
        for by in view.edges(update).map(|edge| edge.by as usize) {
            if seen.insert(by) {
                found.extend(listed.get(&by).copied());
                open.push(by);
            }
        }
    }
    found
}
