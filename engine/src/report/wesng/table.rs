//! The comparison as a table: a row for each machine, class and reason, with the articles of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::class::{Class, Only};
use super::pending::{self, Score};
use super::{Difference, Machine};
use crate::model::reason::Reason;
use crate::model::verdict::Verdict;
use crate::report::table::{Column, Note, Says, Table, Value};

/// The table of machines that were compared, and the scorecard where one was asked for.
pub fn table<'m>(machines: &'m [Machine], scores: Option<&'m [Score]>) -> Table<'m> {
    let columns = vec![
        Column::text("ClientID"),
        Column::data("Filter"),
        Column::text("Only"),
        Column::text("Class"),
        Column::text("Verdict"),
        Column::text("Reason"),
        Column::text("Count"),
        Column::long("Articles"),
    ];
    let mut table = Table::new("wesng-diff", columns);
    for machine in machines {
        let head = [Value::from(&machine.client), machine.filter.as_ref().map_or(Value::Empty, Value::from)];
        let both = machine.both();
        if !both.is_empty() {
            let words = [Value::from("both"), Value::Empty, Value::Verdict(Verdict::Missing), Value::Empty];
            let tail = [Value::Count(both.len() as u64), Value::List(both)];
            table.push(head.iter().cloned().chain(words).chain(tail).collect());
        }
        for (key, articles) in groups(&machine.differences) {
            let tail = [Value::Count(articles.len() as u64), Value::List(articles)];
            table.push(head.iter().cloned().chain(words(key)).chain(tail).collect());
        }
    }
    table.head = sums(machines);
    table.foot = vec![Note { name: "classes", says: Says::Cards(classes(machines)) }];
    if let Some(scores) = scores {
        table.foot.push(Note::advice("what Windows Update still offered, and what is said of it:"));
        table.foot.push(Note { name: "pending", says: Says::Cards(scores.iter().map(card).collect()) });
        table.foot.push(Note::counts("pending totals", pending::totals(scores)));
    }
    table
}

impl Machine {
    /// The articles that both call missing.
    fn both(&self) -> Vec<Cow<'static, str>> {
        let articles = self.missing.iter().map(u32::to_string);
        articles.filter(|article| self.reported.contains(article)).map(Cow::Owned).collect()
    }
}

/// A class, and what the cells of its articles say.
type Key = (Class, Option<(Verdict, Reason)>);

/// The articles of each class and verdict.
fn groups(differences: &[Difference]) -> BTreeMap<Key, Vec<Cow<'_, str>>> {
    let mut groups: BTreeMap<Key, Vec<Cow<'_, str>>> = BTreeMap::new();
    for difference in differences {
        let key = (difference.class, difference.cell);
        groups.entry(key).or_default().push(Cow::Borrowed(&difference.article));
    }
    groups
}

fn words<'m>((class, cell): Key) -> [Value<'m>; 4] {
    [
        Value::from(class.only().name()),
        Value::from(class.name()),
        cell.map_or(Value::Empty, |(verdict, _)| Value::Verdict(verdict)),
        cell.map_or(Value::Empty, |(_, reason)| Value::from(reason.name())),
    ]
}

/// What both say of all machines together.
fn sums<'m>(machines: &[Machine]) -> Vec<Note<'m>> {
    let sum = |of: &dyn Fn(&Machine) -> usize| machines.iter().map(of).sum::<usize>() as u64;
    let of = |only| sum(&|machine| machine.differences.iter().filter(|one| one.class.only() == only).count());
    vec![
        Note::count("machines", machines.len() as u64),
        Note::count("reported by wesng", sum(&|machine| machine.reported.len())),
        Note::count("missing", sum(&|machine| machine.missing.len())),
        Note::count("both", sum(&|machine| machine.both().len())),
        Note::count("only wesng", of(Only::Wesng)),
        Note::count("only patchstate", of(Only::Patchstate)),
    ]
}

/// Every class that occurs, how often and on how many machines, and its sentence.
fn classes<'m>(machines: &[Machine]) -> Vec<Vec<(&'static str, Value<'m>)>> {
    let card = |class: &Class| {
        let of = |machine: &Machine| machine.differences.iter().filter(|one| one.class == *class).count();
        let count: usize = machines.iter().map(of).sum();
        let on = machines.iter().filter(|machine| of(machine) > 0).count();
        (count > 0).then(|| {
            vec![
                ("class", Value::from(class.name())),
                ("only", Value::from(class.only().name())),
                ("articles", Value::Count(count as u64)),
                ("machines", Value::Count(on as u64)),
                ("says", Value::from(class.says())),
            ]
        })
    };
    Class::ALL.iter().filter_map(card).collect()
}

fn card(score: &Score) -> Vec<(&'static str, Value<'_>)> {
    let says = |is: bool| Value::from(if is { "yes" } else { "no" });
    vec![
        ("client", Value::from(&score.client)),
        ("article", Value::Number(score.article.into())),
        ("title", Value::from(&score.title)),
        ("defined", says(score.defined)),
        ("indexed", says(score.cell.is_some())),
        ("verdict", score.cell.map_or(Value::Empty, |cell| Value::Verdict(cell.verdict))),
        ("reason", score.cell.map_or(Value::Empty, |cell| Value::from(cell.reason.name()))),
        ("reported", says(score.reported)),
    ]
}
