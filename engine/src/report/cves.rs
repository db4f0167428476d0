//! `report cves`: which vulnerabilities are open on a client, by the products that each of them is on.
//!
//! A vulnerability is on some of an update's products and not on others, and a matrix holds updates only:
//! this report asks the evaluator which products are there. What is not decided is Unknown and never
//! closed. Source of truth: `docs/reports.md`, "Vulnerabilities".

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::table::{Column, Note, Table, Value};
use crate::catalog::cvrf::name::normalised;
use crate::eval::reference::Evaluator;
use crate::model::catalogs::Catalogs;
use crate::model::inventory::Inventory;
use crate::model::options::Options;
use crate::model::truth::Truth;
use crate::model::update::Reference;
use crate::model::verdict::{Cell, Verdict};

/// How a client stands to a vulnerability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is on a product of the client, of whose updates none is Installed and one is Missing.
    Open,
    /// It may be: a product, or what would fix it there, is Unknown.
    Unknown,
    /// It is on products of the client, and on each of them an update is Installed.
    Fixed,
    /// It is on no product of the client.
    NotApplicable,
}

impl State {
    /// All, the worst first.
    pub const ALL: [State; 4] = [State::Open, State::Unknown, State::Fixed, State::NotApplicable];

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            State::Open => "Open",
            State::Unknown => "Unknown",
            State::Fixed => "Fixed",
            State::NotApplicable => "NotApplicable",
        }
    }

    /// Whether an update with this verdict is a reason of the state.
    fn rests_on(self, verdict: Verdict) -> bool {
        match self {
            State::Open => verdict == Verdict::Missing,
            State::Unknown => matches!(verdict, Verdict::Missing | Verdict::Unknown),
            State::Fixed => verdict == Verdict::Installed,
            State::NotApplicable => false,
        }
    }
}

/// An update that fixes a vulnerability on a product.
#[derive(Clone, Copy, Debug)]
struct Fix {
    /// Its number in [`Catalogs::updates`].
    update: usize,
    /// Which of its products; `None` where its catalog does not tell them apart.
    product: Option<usize>,
}

/// The fixes of each product, by its normalised name, or of each update that tells no products apart.
type Products<'m> = BTreeMap<Cow<'m, str>, Vec<Fix>>;

/// Which vulnerabilities the updates of an index fix, and on what.
#[derive(Debug)]
pub struct Cves<'m> {
    catalogs: &'m Catalogs,
    options: &'m Options,
    fixes: BTreeMap<&'m str, Products<'m>>,
}

/// How a client stands to one vulnerability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing<'m> {
    /// The client's id.
    pub client: String,
    /// The vulnerability.
    pub id: &'m str,
    /// How the client stands to it.
    pub state: State,
    /// The products on which it is so.
    pub products: Vec<&'m str>,
    /// The updates that it rests on: Missing ones of an open vulnerability, Installed ones of a fixed one.
    pub updates: Vec<&'m str>,
}

impl<'m> Cves<'m> {
    /// Gathers what fixes each vulnerability; of `only` where that names any.
    pub fn new(catalogs: &'m Catalogs, options: &'m Options, only: &[String]) -> Self {
        let mut fixes: BTreeMap<&str, Products<'_>> = BTreeMap::new();
        let wanted = |id: &str| only.is_empty() || only.iter().any(|one| one.eq_ignore_ascii_case(id));
        for (update, entry) in
            catalogs.updates.iter().enumerate().filter(|(_, entry)| !entry.update.detectoid)
        {
            if entry.update.retracted && !options.include_retracted {
                continue;
            }
            let names: OnceCell<Vec<String>> = OnceCell::new();
            let products = &entry.update.products;
            for reference in
                entry.update.references.iter().filter(|one| is_vulnerability(one) && wanted(&one.id))
            {
                let place = fixes.entry(&reference.id).or_default();
                let told_apart = reference.products.iter().map(|product| *product as usize);
                let told_apart: Vec<usize> = told_apart
                    .filter(|product| *product < products.len().min(entry.update.presence.len()))
                    .collect();
                for product in &told_apart {
                    let names =
                        names.get_or_init(|| products.iter().map(|row| normalised(&row.product)).collect());
                    let fix = Fix { update, product: Some(*product) };
                    place.entry(Cow::Owned(names[*product].clone())).or_default().push(fix);
                }
                if told_apart.is_empty() {
                    let fix = Fix { update, product: None };
                    place.insert(Cow::Borrowed(&entry.identity), vec![fix]);
                }
            }
        }
        Cves { catalogs, options, fixes }
    }

    /// How many vulnerabilities there are.
    pub fn len(&self) -> usize {
        self.fixes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.fixes.is_empty()
    }

    /// How a client stands to each vulnerability, in the order of their ids.
    pub fn of(&self, inventory: &Inventory) -> Vec<Standing<'m>> {
        let evaluator = Evaluator::new(self.catalogs, self.options, inventory);
        let client = Client { catalogs: self.catalogs, cells: evaluator.evaluate(), evaluator };
        let standing =
            |(id, products): (&&'m str, &Products<'m>)| client.standing(id, products, inventory.client());
        self.fixes.iter().map(standing).collect()
    }
}

/// Whether a reference is a vulnerability, or an advisory that stands for some.
fn is_vulnerability(reference: &Reference) -> bool {
    reference.kind.eq_ignore_ascii_case("cve")
        || reference.kind == "advisory" && reference.id.starts_with("ADV")
}

/// What is known of a client.
struct Client<'c, 'm> {
    catalogs: &'m Catalogs,
    cells: Vec<Cell>,
    evaluator: Evaluator<'c>,
}

impl<'m> Client<'_, 'm> {
    fn standing(&self, id: &'m str, products: &Products<'m>, client: &str) -> Standing<'m> {
        let states: Vec<(State, &[Fix])> =
            products.values().map(|fixes| (self.state(fixes), fixes.as_slice())).collect();
        let state = states.iter().map(|(state, _)| *state).min().unwrap_or(State::NotApplicable);
        let (mut names, mut updates) = (Vec::new(), Vec::new());
        for fix in states.iter().filter(|(one, _)| *one == state).flat_map(|(_, fixes)| *fixes) {
            if state.rests_on(self.cells[fix.update].verdict) {
                let entry = &self.catalogs.updates[fix.update];
                names.extend(fix.product.map(|product| entry.update.products[product].product.as_str()));
                updates.push(entry.identity.as_str());
            }
        }
        for list in [&mut names, &mut updates] {
            list.sort_unstable();
            list.dedup();
        }
        Standing { client: client.to_owned(), id, state, products: names, updates }
    }

    /// How the client stands to a vulnerability on one product.
    fn state(&self, fixes: &[Fix]) -> State {
        let has = |verdict: Verdict| fixes.iter().any(|fix| self.cells[fix.update].verdict == verdict);
        // Most updates are not for a client: only of others it is asked whether the product is there.
        if !has(Verdict::Installed) && !has(Verdict::Missing) && !has(Verdict::Unknown) {
            return State::NotApplicable;
        }
        match self.presence(fixes) {
            Truth::False | Truth::NotApplicable => State::NotApplicable,
            _ if has(Verdict::Installed) => State::Fixed,
            Truth::True if has(Verdict::Missing) => State::Open,
            _ => State::Unknown,
        }
    }

    /// Whether a product is there: some of the updates may ask for less of it than others.
    fn presence(&self, fixes: &[Fix]) -> Truth {
        let truth = |fix: &Fix| {
            let update = &self.catalogs.updates[fix.update].update;
            let rule = fix.product.and_then(|product| update.presence.get(product));
            // Without a rule for it, the cell alone says whether the update is for the client.
            rule.map_or(Truth::True, |rule| self.evaluator.trace_test(rule).answer.truth)
        };
        let truths: Vec<Truth> = fixes.iter().map(truth).collect();
        let any = |wanted: Truth| truths.contains(&wanted);
        match (any(Truth::True), any(Truth::Unknown) || any(Truth::Error)) {
            (true, _) => Truth::True,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::False,
        }
    }
}

/// Standings as a table: those of `states`, with the totals of all of them.
pub fn table<'m>(standings: &'m [Standing<'m>], states: &[State]) -> Table<'m> {
    let columns = vec![
        Column::text("ClientID"),
        Column::text("Vulnerability"),
        Column::text("State"),
        Column::long("UpdateIDs"),
        Column::long("Products"),
    ];
    let mut table = Table::new("cves", columns);
    for standing in standings.iter().filter(|one| states.contains(&one.state)) {
        table.push(vec![
            Value::from(&standing.client),
            Value::from(standing.id),
            Value::from(standing.state.name()),
            standing.updates.iter().copied().collect(),
            standing.products.iter().copied().collect(),
        ]);
    }
    let count = |state: State| standings.iter().filter(|one| one.state == state).count() as u64;
    table.foot = vec![Note::counts("totals", State::ALL.map(|state| (state.name(), count(state))))];
    table
}
