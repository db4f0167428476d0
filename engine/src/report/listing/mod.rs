//! `report list`: the package rows of one client, line by line, as `dnf updateinfo list` prints them.
//!
//! The one report that asks the evaluator, because it speaks of rows and a matrix holds updates only.
//! What is not decided is never listed; it is counted. Source of truth: `docs/reports.md`, "List".

use std::collections::BTreeSet;
use std::io::Write;

use super::table::{Column, Note, Table, Value};
use crate::error::Result;
use crate::eval::known::Known;
use crate::eval::rows::Rows;
use crate::model::catalogs::{Catalogs, Entry};
use crate::model::inventory::Inventory;
use crate::model::options::{Options, Profile};
use crate::model::truth::Truth;
use crate::model::update::{PackageRow, Rule, Update, Urgency};

mod info;
mod print;
mod query;

pub use query::{Form, Naming, Query, View};

/// A row that is listed.
#[derive(Clone, Copy, Debug)]
struct Hit<'m> {
    entry: &'m Entry,
    row: &'m PackageRow,
    profile: Profile,
    /// Whether what it asks for is installed.
    installed: bool,
}

impl<'m> Hit<'m> {
    fn update(&self) -> &'m Update {
        &self.entry.update
    }

    /// The id by which people know the update; with its version where an id has several.
    fn id(&self) -> String {
        let update = self.update();
        let name = if update.bulletin.is_empty() { update.id.unrevised() } else { &update.bulletin };
        match update.id.as_str().split_once('#') {
            Some((_, revision)) => format!("{name}-{revision}"),
            None => name.to_owned(),
        }
    }

    /// The package as `name-[epoch:]version-release.arch`.
    fn package(&self) -> String {
        let PackageRow { name, epoch, version, release, arch, .. } = self.row;
        let mut text = format!("{name}-");
        if *epoch > 0 {
            text.push_str(&format!("{epoch}:"));
        }
        text.push_str(version);
        release.iter().for_each(|release| text.push_str(&format!("-{release}")));
        match (arch.is_empty(), self.profile) {
            (false, _) => text.push_str(&format!(".{arch}")),
            (true, Profile::Dnf) => text.push_str(".noarch"),
            (true, Profile::Suse) => {}
        }
        text
    }

    /// The type, or of a security update how severe it is.
    fn label(&self) -> String {
        let update = self.update();
        if update.kind != SECURITY {
            return update.kind.clone();
        }
        format!("{}/Sec.", update.urgency.map_or("Unknown", Urgency::name))
    }

    /// When it was last changed.
    fn date(&self) -> &'m str {
        let update = self.update();
        if update.revised.is_empty() { &update.posted } else { &update.revised }
    }
}

/// The type of a security update.
const SECURITY: &str = "security";

/// The rows of one client that a query names.
///
/// ```
/// use patchstate::model::catalogs::Catalogs;
/// use patchstate::model::inventory::Inventory;
/// use patchstate::model::options::Options;
/// use patchstate::report::listing::{Listing, Query};
///
/// let (catalogs, options) = (Catalogs::default(), Options::default());
/// let inventory = Inventory::default();
/// let query = Query::default();
/// let listing = Listing::new(&catalogs, &options, &inventory, &query);
/// let mut out = Vec::new();
/// listing.write(&mut out).expect("writes to memory");
/// assert!(out.is_empty());
/// ```
#[derive(Debug)]
pub struct Listing<'m> {
    query: &'m Query,
    hits: Vec<Hit<'m>>,
    undecided: u64,
}

impl<'m> Listing<'m> {
    /// Judges the rows of the updates that the query names.
    pub fn new(
        catalogs: &'m Catalogs,
        options: &'m Options,
        inventory: &'m Inventory,
        query: &'m Query,
    ) -> Self {
        let known = Known::new(inventory);
        let judge = Rows::new(catalogs, options, &known);
        let mut listing = Listing { query, hits: Vec::new(), undecided: 0 };
        for entry in &catalogs.updates {
            let Rule::Packages { collections, rows } = &entry.update.rule else { continue };
            let gives_verdict = options.include_retracted || !entry.update.retracted;
            if !gives_verdict || !query.names(&entry.update) {
                continue;
            }
            let source = &catalogs.sources[entry.source as usize].source;
            let profile = judge.profile(source);
            for row in rows {
                let judged = judge.judge(row, collections, source);
                listing.take(entry, row, profile, [judged.needed, judged.current]);
            }
        }
        listing
    }

    fn take(&mut self, entry: &'m Entry, row: &'m PackageRow, profile: Profile, found: [Truth; 2]) {
        let [needed, current] = found;
        let wanted = match self.query.view {
            View::Available => needed,
            View::Installed => current,
            View::All if needed == Truth::True || current == Truth::True => Truth::True,
            View::All if needed == Truth::Unknown || current == Truth::Unknown => Truth::Unknown,
            View::All => Truth::False,
        };
        let installed = match self.query.view {
            View::Available => false,
            View::Installed => true,
            View::All => current == Truth::True,
        };
        match wanted {
            Truth::True => self.hits.push(Hit { entry, row, profile, installed }),
            Truth::Unknown => self.undecided += 1,
            Truth::False | Truth::Error | Truth::NotEvaluated | Truth::NotApplicable => {}
        }
    }

    /// How many rows could not be decided, so that they may be missing from the list.
    pub fn undecided(&self) -> u64 {
        self.undecided
    }

    /// How many different updates are listed.
    pub fn updates(&self) -> usize {
        self.hits.iter().map(Hit::id).collect::<BTreeSet<_>>().len()
    }

    /// Writes the lines in the form that the query asks for.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn write(&self, out: &mut dyn Write) -> Result<()> {
        let text = match self.query.form {
            Form::List => print::list(&self.lines(), self.query.view),
            Form::Summary => print::summary(&self.hits, self.query.view),
            Form::Info => info::print(&self.hits, self.query.view),
        };
        out.write_all(text.as_bytes())?;
        Ok(())
    }

    /// The lines as a table: `id,type,package,installed`.
    pub fn table(&self) -> Table<'static> {
        let columns = ["id", "type", "package", "installed"].map(Column::text);
        let mut table = Table::new("list", columns.to_vec());
        for line in self.lines() {
            let installed = Value::from(if line.installed { "yes" } else { "no" });
            let [id, label, package] = [line.id, line.label, line.package].map(Value::from);
            table.push(vec![id, label, package, installed]);
        }
        table.foot = vec![
            Note::count("updates", self.updates() as u64),
            Note::count("undecided rows", self.undecided),
        ];
        table
    }

    /// The lines in the order in which they are printed; equal ones of several catalogs once.
    fn lines(&self) -> BTreeSet<Line> {
        let mut lines = BTreeSet::new();
        for hit in &self.hits {
            let (package, label, installed) = (hit.package(), hit.label(), hit.installed);
            for id in self.query.ids_of(hit.update(), || hit.id()) {
                let (package, label, date) = (package.clone(), label.clone(), hit.date().to_owned());
                lines.insert(Line { package, installed, date, id, label });
            }
        }
        lines
    }
}

/// A line of a list; lines are sorted by their fields in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    package: String,
    installed: bool,
    date: String,
    id: String,
    label: String,
}
