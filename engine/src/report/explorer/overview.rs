//! The first chunk: what the first view shows, and what the others need to find their chunks.
//!
//! Every number is one that `report site` or `report coverage` gives, found by the same functions. Source of
//! truth: `docs/explorer.md`, "Files".

use std::collections::BTreeMap;

use super::chunk::Chunk;
use super::codes::Codes;
use super::grid::Grid;
use super::members::Members;
use super::{Explorer, FORMAT, State, columns, rows, tables};
use crate::error::Result;
use crate::matrix::Matrix;
use crate::matrix::tables::Update;
use crate::model::flag::Flags;
use crate::model::reason::Reason;
use crate::model::verdict::Verdict;
use crate::render::Json;
use crate::report::counts::Counts;
use crate::report::site::{self, Key, Standing, grouped, most_needed};
use crate::report::table::Value;
use crate::report::{AGENT, Options, coverage, footer, naming};

/// How many clients and updates the lists of the most needed have.
const TOP: usize = 10;

/// What the overview is made of.
pub(super) struct Overview<'e, 'a> {
    pub(super) explorer: &'e Explorer<'a>,
    pub(super) grid: &'e Grid<'a>,
    pub(super) codes: &'e Codes,
    /// Of each client.
    pub(super) counts: &'e [Counts],
    /// The clients whose cells are proved, in the order of their chunks of evidence.
    pub(super) proved: &'e [usize],
}

impl Overview<'_, '_> {
    /// Makes the chunk.
    pub(super) fn chunk(&self) -> Result<Chunk> {
        let mut covered = Vec::new();
        for matrix in &self.grid.matrices {
            covered.push((coverage::REPORT.table)(matrix, "", &Options::default())?.rows);
        }
        Chunk::object("overview", 0, |json| {
            self.site(json);
            self.layout(json);
            words(json);
            self.groups(json);
            self.most(json);
            self.collections(json);
            json.key("coverage").array(&covered, |json, rows| {
                json.array(rows, |json, row| share(row, json));
            });
            json.key("shares").array(&self.explorer.coverage, |json, share| {
                json.object(|json| {
                    json.key("section").text(&share.section);
                    json.key("name").text(&share.name);
                    json.key("part").number(share.part);
                    json.key("whole").number(share.whole);
                });
            });
        })
    }

    /// The site as a whole.
    fn site(&self, json: &mut Json<'_>) {
        json.key("format").number(FORMAT);
        json.key("agent").text(AGENT);
        json.key("name").text(self.explorer.name);
        json.key("now").maybe(self.explorer.now.map(|now| now.to_string()).as_deref());
        json.key("explain").text(self.explorer.explain);
        json.key("evidence").array(self.proved, |json, client| json.number(*client as u64));
        json.key("authorizations").truth(!self.explorer.authorized.is_empty());
        json.key("matrices").array(&self.explorer.matrices, |json, (feed, matrix)| {
            json.object(|json| about(feed, matrix, json));
        });
        let totals = self.grid.matrices.iter().fold([0u64; 4], |mut sums, matrix| {
            sums.iter_mut().zip(matrix.totals()).for_each(|(sum, count)| *sum += count);
            sums
        });
        json.key("totals").array(totals, |json, count| json.number(count));
        json.key("standing").array(self.standing(|_| true), |json, count| json.number(count));
        let states = |state: State| {
            self.explorer.states.values().filter(|states| states.contains(&state)).count() as u64
        };
        json.key("states").array(State::ALL, |json, state| {
            json.object(|json| {
                json.key("name").text(state.name());
                json.key("clients").number(states(state));
            });
        });
    }

    /// How many of some clients stand how: not evaluated, and the three of the report.
    fn standing(&self, is_one: impl Fn(&str) -> bool) -> [u64; 4] {
        let mut standing = [0; 4];
        let clients = self.grid.clients.iter().zip(self.counts);
        for (client, counts) in clients.filter(|(client, _)| is_one(client.id)) {
            let place = if client.parts.is_empty() { 0 } else { 1 + Standing::of(counts.verdicts) as usize };
            standing[place] += 1;
        }
        standing
    }

    /// How much of everything there is, and how much of it a chunk holds.
    fn layout(&self, json: &mut Json<'_>) {
        let sizes = [
            ("clients", self.grid.clients.len()),
            ("updates", self.grid.updates.len()),
            ("table", tables::LENGTH),
            ("rows", rows::length(self.grid, self.codes)),
            ("columns", columns::length(self.grid, self.codes)),
            ("width", self.codes.width()),
        ];
        json.key("layout").object(|json| {
            for (name, size) in sizes {
                json.key(name).number(size as u64);
            }
        });
    }

    /// The groups of `report site`.
    fn groups(&self, json: &mut Json<'_>) {
        let updates = || self.grid.updates.iter().map(|column| (column.update, &column.counts));
        let mut feeds: BTreeMap<Key<'_>, Counts> = BTreeMap::new();
        for column in &self.grid.updates {
            let key = (0, tables::feed(self.grid, column).into());
            feeds.entry(key).or_default().add(&column.counts);
        }
        json.key("groups").object(|json| {
            group("feed", &feeds, json);
            let severity = |update: &Update| site::severity(update.urgency);
            group("severity", &grouped(updates(), severity), json);
            if let Some(now) = self.explorer.now {
                group("age", &grouped(updates(), |update| site::age(&update.posted, now)), json);
            }
        });
    }

    /// The updates that most clients need, and the clients that need most.
    fn most(&self, json: &mut Json<'_>) {
        let of_updates: Vec<Counts> = self.grid.updates.iter().map(|column| column.counts).collect();
        json.key("top").array(most_needed(&of_updates, TOP), |json, at| {
            let update = self.grid.updates[at].update;
            let name = naming::short_id(update);
            let (severity, _) = site::severity(update.urgency);
            line(&update.id, &name, &update.title, severity, &of_updates[at], json);
        });
        json.key("worst").array(most_needed(self.counts, TOP), |json, at| {
            let row = &self.grid.clients[at];
            let name = self.grid.client(row).map_or("", |client| client.name.as_str());
            line(row.id, row.id, name, 0, &self.counts[at], json);
        });
    }

    fn collections(&self, json: &mut Json<'_>) {
        let members = Members::new(&self.explorer.collections);
        json.key("collections").array(self.explorer.collections.iter().zip(0..), |json, (it, number)| {
            json.object(|json| {
                json.key("id").text(&it.id);
                json.key("feed").text(&it.feed);
                json.key("role").text(&it.role);
                let named = it.clients.as_ref().map(|clients| clients.len() as u64);
                json.key("named").array(named, |json, named| json.number(named));
                let standing = self.standing(|id| members.of(id).any(|of| of == number));
                json.key("standing").array(standing, |json, count| json.number(count));
            });
        });
    }
}

/// A matrix: what it was made of, and how large it is.
fn about(feed: &str, matrix: &Matrix<'_>, json: &mut Json<'_>) {
    json.key("feed").text(feed);
    json.key("index").text(&format!("{:016x}", matrix.run.index));
    json.key("options").text(&matrix.run.options);
    json.key("clients").number(matrix.clients.len() as u64);
    json.key("unreadable").number(footer::unreadable(matrix));
    json.key("updates").number(matrix.updates.len() as u64);
    json.key("totals").array(matrix.totals(), |json, count| json.number(count));
    json.key("catalogs").array(&matrix.run.sources, |json, source| {
        json.object(|json| {
            json.key("feed").text(&source.feed);
            json.key("format").text(&source.format);
            json.key("revision").text(&source.revision);
            json.key("language").text(&source.language);
        });
    });
}

/// The words for the numbers of cells.
fn words(json: &mut Json<'_>) {
    json.key("verdicts").array(Verdict::ALL, |json, verdict| json.text(verdict.name()));
    json.key("reasons").array(Reason::ALL, |json, reason| {
        json.object(|json| {
            json.key("number").number(reason.number());
            json.key("name").text(reason.name());
            json.key("says").text(reason.description());
        });
    });
    json.key("flags").array(Flags::ALL, |json, (flag, name, says)| {
        json.object(|json| {
            json.key("name").text(name);
            json.key("says").text(says);
            json.key("hidden").truth(flag.is_hidden());
        });
    });
}

fn group(name: &str, groups: &BTreeMap<Key<'_>, Counts>, json: &mut Json<'_>) {
    json.key(name).array(groups, |json, ((rank, name), counts)| {
        json.object(|json| {
            json.key("rank").number(*rank as u64);
            json.key("name").text(name);
            json.key("verdicts").array(counts.verdicts, |json, count| json.number(count));
            json.key("listed").number(counts.listed);
        });
    });
}

/// A client or an update of the lists of the most needed.
fn line(id: &str, name: &str, title: &str, severity: usize, counts: &Counts, json: &mut Json<'_>) {
    json.object(|json| {
        json.key("id").text(id);
        json.key("name").text(name);
        json.key("title").text(title);
        json.key("severity").number(severity as u64);
        json.key("verdicts").array(counts.verdicts, |json, count| json.number(count));
        json.key("listed").number(counts.listed);
    });
}

/// A row of `report coverage`: section, name, count, of.
fn share(row: &[Value<'_>], json: &mut Json<'_>) {
    json.array(row.iter().take(4), |json, value| super::values::value(value, json));
}
