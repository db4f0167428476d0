//! What stands in an index, as tables: for people who wonder, and for comparing catalogs by numbers.
//!
//! Shows columns as they are; what a rule says about a client, `explain` shows.

use std::borrow::Cow;

use super::grouped;
use super::table::{Column, Note, Table, Value};
use crate::index::View;
use crate::index::columns::Column as _;
use crate::model::fact::Kind;
use crate::model::install::Install;
use crate::model::supersedence::Source;
use crate::model::update::Urgency;

/// The views of an index, in the order in which they are listed.
pub const VIEWS: &[Inspection] = &[
    Inspection { name: "overview", title: "how much of everything there is", table: overview },
    Inspection { name: "updates", title: "the updates and the form of their rules", table: updates },
    Inspection { name: "subjects", title: "what rules ask about, and how often", table: subjects },
    Inspection { name: "supersedence", title: "which update replaces which", table: supersedence },
    Inspection { name: "sources", title: "the catalogs, counted", table: sources },
    Inspection { name: "sizes", title: "the columns and their bytes", table: sizes },
];

/// A view of an index: its name, what it shows, how its table is made.
#[derive(Debug)]
pub struct Inspection {
    /// The name used on the command line.
    pub name: &'static str,
    /// What it shows, in a few words.
    pub title: &'static str,
    /// Makes its table.
    pub table: for<'i> fn(View<'i>) -> Table<'i>,
}

/// Finds a view by its name.
///
/// ```
/// assert!(patchstate::report::inspect::find("sizes").is_some());
/// ```
pub fn find(name: &str) -> Option<&'static Inspection> {
    VIEWS.iter().find(|view| view.name == name)
}

fn overview(view: View<'_>) -> Table<'_> {
    let columns = view.columns;
    let mut table = Table::new("overview", vec![Column::text("Name"), Column::text("Count")]);
    let rules = |form: u8| columns.update_rule.iter().filter(|rule| **rule == form).count();
    let counts = [
        ("sources", view.sources()),
        ("updates", view.updates()),
        ("updates with tests", rules(1)),
        ("updates with package rows", rules(2)),
        ("updates with items", rules(3)),
        ("updates with a definition", rules(4)),
        ("updates without a rule", rules(0)),
        ("replacements", columns.edge_by.len()),
        ("sets of prerequisites", columns.prerequisites()),
        ("parts of bundles", columns.children()),
        ("subjects", view.subjects()),
        ("predicates", columns.predicate_subject.len()),
        ("nodes", columns.node_operator.len()),
        ("thresholds", columns.threshold_ends.len()),
        ("package rows", columns.row_subject.len()),
        ("products", columns.product_key.len()),
        ("products that are detected", columns.detection_name.len()),
        ("bytes", bytes(view)),
    ];
    for (name, count) in counts {
        table.push(vec![Value::from(name), Value::Count(count as u64)]);
    }
    table.foot = vec![checksum(view)];
    table
}

fn checksum<'i>(view: View<'_>) -> Note<'i> {
    Note::one("checksum", format!("{:016x}", view.checksum()))
}

/// The bytes of all columns.
fn bytes(view: View<'_>) -> usize {
    view.columns.described().iter().map(|column| column.entries.width() * column.entries.len()).sum()
}

fn updates(view: View<'_>) -> Table<'_> {
    let columns = view.columns;
    let head = vec![
        Column::text("UpdateID"),
        Column::text("Severity"),
        Column::text("DatePosted"),
        Column::text("Rule"),
        Column::text("Anchor"),
        Column::text("ReplacedBy"),
        Column::text("Flags"),
        Column::long("Title"),
        Column::data("Driver"),
    ];
    let mut table = Table::new("updates", head);
    for at in 0..view.updates() {
        let driver = view.installs(at).iter().flat_map(Install::driver).map(driver_word).collect();
        let anchor = match Kind::ALL.get(usize::from(columns.update_anchored.at(at))) {
            Some(kind) => kind.name(),
            None => "always evaluated",
        };
        let urgency = Urgency::from_number(columns.update_urgency.at(at));
        table.push(vec![
            Value::from(view.text(columns.update_identity.at(at))),
            urgency.map_or(Value::Empty, |urgency| Value::from(urgency.name())),
            Value::from(view.text(columns.update_posted.at(at))),
            Value::from(
                ["none", "tests", "packages", "items", "definition"]
                    .get(usize::from(columns.update_rule.at(at)))
                    .copied()
                    .unwrap_or(""),
            ),
            Value::from(anchor),
            Value::Count(columns.update_edge_ends(at).len() as u64),
            Value::from(view.flags(at)),
            Value::from(view.text(columns.update_title.at(at))),
            Value::List(driver),
        ]);
    }
    table
}

/// What is said of a driver, as one word of a list.
fn driver_word((name, text): (&str, &str)) -> Cow<'static, str> {
    Cow::Owned(format!("{name}={text}"))
}

fn subjects(view: View<'_>) -> Table<'_> {
    let columns = view.columns;
    let head = vec![
        Column::text("Kind"),
        Column::long("Subject"),
        Column::text("Predicates"),
        Column::text("Thresholds"),
        Column::text("AnchorOf"),
    ];
    let mut table = Table::new("subjects", head);
    for at in 0..view.subjects() {
        let kind = view.subject(at).map_or("", |subject| subject.kind().name());
        let count = |range: std::ops::Range<usize>| Value::Count(range.len() as u64);
        table.push(vec![
            Value::from(kind),
            Value::from(subject(view, at)),
            count(columns.subject_predicate_ends(at)),
            count(view.thresholds(at)),
            count(columns.subject_anchor_ends(at)),
        ]);
    }
    table
}

/// A subject in words: its text, and the name of a registry value behind its key.
fn subject(view: View<'_>, at: usize) -> String {
    match view.subject(at) {
        Some(crate::model::expr::Subject::RegistryValue { key, name }) => format!("{key}\\{name}"),
        _ => view.text(view.columns.subject_text.at(at)).to_owned(),
    }
}

fn supersedence(view: View<'_>) -> Table<'_> {
    let columns = view.columns;
    let head = ["UpdateID", "ReplacedBy", "Source", "Line", "Column"].map(Column::text);
    let mut table = Table::new("supersedence", head.to_vec());
    for at in 0..view.updates() {
        for edge in columns.update_edge_ends(at) {
            let source = Source::from_number(columns.edge_source.at(edge)).map_or("", Source::name);
            let by = columns.edge_by.at(edge) as usize;
            let place = |number: u32| if number == 0 { Value::Empty } else { Value::Number(number.into()) };
            table.push(vec![
                Value::from(view.text(columns.update_identity.at(at))),
                Value::from(view.text(columns.update_identity.at(by))),
                Value::from(source),
                place(columns.edge_line.at(edge)),
                place(columns.edge_column.at(edge)),
            ]);
        }
    }
    table
}

fn sources(view: View<'_>) -> Table<'_> {
    let mut head =
        vec![Column::text("feed"), Column::text("format"), Column::long("path"), Column::text("revision")];
    head.extend([Column::data("language"), Column::data("sha256"), Column::text("updates")]);
    let counts = ["leaf_predicates", "distinct_predicates", "nodes", "distinct_nodes"];
    let later = ["wql_uses", "wql_distinct", "wql_unparsed", "supersedence_edges", "supersedence_dangling"];
    head.extend(counts.into_iter().chain(later).map(Column::data));
    head.extend([Column::text("diagnostics"), Column::data("statistics")]);
    let mut table = Table::new("sources", head);
    table.foot = (0..view.sources()).filter_map(|at| counted(view, at)).collect();
    (0..view.sources()).for_each(|at| table.push(source(view, at)));
    table
}

fn source(view: View<'_>, at: usize) -> Vec<Value<'_>> {
    let columns = view.columns;
    let (diagnostics, _) = view.source_diagnostics(at);
    let source = view.source(at);
    let updates = columns.update_source.iter().filter(|source| source.to_native() as usize == at).count();
    // What its reader counted of the rules as they are written goes before what is left of them.
    let statistics: Vec<(&str, u64)> = view.statistics(at).collect();
    let written = |name: &str| statistics.iter().find(|(known, _)| *known == name).map(|(_, count)| *count);
    let count =
        |name, which| Value::Count(written(name).unwrap_or_else(|| columns.source_counts.at(at * 6 + which)));
    let queries = |name| Value::Count(written(name).unwrap_or(0));
    let text = |number| Value::from(view.text(number));
    let sha256: String = source.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    vec![
        text(columns.source_feed.at(at)),
        text(columns.source_format.at(at)),
        text(columns.source_path.at(at)),
        text(columns.source_revision.at(at)),
        text(columns.source_language.at(at)),
        Value::from(sha256),
        Value::Count(updates as u64),
        count("leaf_predicates", 0),
        count("distinct_predicates", 1),
        count("nodes", 2),
        count("distinct_nodes", 3),
        queries("wql_uses"),
        queries("wql_distinct"),
        queries("wql_unparsed"),
        count("supersedence_edges", 4),
        count("supersedence_dangling", 5),
        Value::Counts(diagnostics.counts().map(|(code, count)| (code.name(), count)).collect()),
        Value::Counts(statistics),
    ]
}

/// What the reader of a catalog counted, in words.
fn counted<'i>(view: View<'_>, source: usize) -> Option<Note<'i>> {
    let counts: Vec<_> =
        view.statistics(source).map(|(name, count)| format!("{name} {}", grouped(count))).collect();
    let feed = view.text(view.columns.source_feed.at(source));
    (!counts.is_empty()).then(|| Note::advice(format!("{feed}: {}", counts.join(", "))))
}

fn sizes(view: View<'_>) -> Table<'_> {
    let head = vec![
        Column::text("Column"),
        Column::text("Bytes"),
        Column::text("Entries"),
        Column::text("Width"),
        Column::long("Meaning"),
    ];
    let mut table = Table::new("sizes", head);
    for column in view.columns.described() {
        let (width, entries) = (column.entries.width(), column.entries.len());
        let count = |number: usize| Value::Count(number as u64);
        table.push(vec![
            Value::from(column.name),
            count(width * entries),
            count(entries),
            count(width),
            Value::from(column.meaning),
        ]);
    }
    table.foot = vec![
        Note::count("bytes of all columns", bytes(view) as u64),
        Note::counts("sections", view.sections()),
        Note::count("bytes of the file", view.bytes()),
        checksum(view),
    ];
    table
}
