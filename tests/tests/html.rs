//! Pages of HTML are whole and hold what the table says, whatever clients and catalogs are called.

use conformance::matrices::{random, sample};
use patchstate::archive::map::Bytes;
use patchstate::matrix::Matrix;
use patchstate::report::table::{Form, Place, Table};
use patchstate::report::{Columns, Hidden, History, Options, REPORTS, Subject};

fn page(table: &Table<'_>, columns: Columns) -> String {
    let mut out = Vec::new();
    table.write(&Form::Html(columns), &mut out).expect("writes to memory");
    String::from_utf8(out).expect("is UTF-8")
}

/// The tags of a page with their attributes, in order; text must hold none of the characters of markup.
fn tags(page: &str) -> Vec<&str> {
    let (_, body) = page.split_once("</style>").expect("has a style");
    let mut tags = Vec::new();
    let mut rest = body;
    while let Some((text, after)) = rest.split_once('<') {
        assert!(!text.contains('>') && !text.contains('"'), "markup in {text}");
        let (tag, after) = after.split_once('>').expect("a tag ends");
        tags.push(tag);
        rest = after;
    }
    tags
}

/// Each tag that is opened is closed where it should be.
fn assert_balanced(tags: &[&str]) {
    let mut open = vec!["html", "head"];
    for tag in tags {
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None => open.push(tag.split(' ').next().unwrap_or_default()),
        }
    }
    assert!(open.is_empty(), "{open:?} is not closed");
}

fn check(table: &Table<'_>, columns: Columns) {
    let page = page(table, columns);
    let tags = tags(&page);
    assert_balanced(&tags);
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
    for loads in ["<script", "<img", "<link", "src=", "href=", "url(", "@import", "onload="] {
        assert!(!page.contains(loads), "{loads} in a page");
    }
    let count = |start: &str| tags.iter().filter(|tag| tag.starts_with(start)).count();
    if table.rows.is_empty() {
        return assert_eq!(count("table"), 0);
    }
    assert_eq!(count("caption"), 1);
    let headings = count("th scope=\"col\"");
    let most = table.columns.iter().filter(|column| columns == Columns::Wide || column.place != Place::Data);
    assert!(headings > 0 && headings <= most.count());
    assert_eq!(count("tr"), table.rows.len() + 1);
    assert_eq!(count("th scope=\"row\""), table.rows.len(), "each row has a name");
    assert_eq!(count("td") + table.rows.len(), table.rows.len() * headings);
}

#[test]
fn every_report_is_a_whole_page() {
    let mut matrices = vec![sample()];
    matrices.extend((0..6).map(|seed| random(seed, 12, 15)));
    for bytes in matrices {
        let bytes = Bytes::copy(&bytes);
        let matrix = Matrix::open(bytes.as_ref()).expect("opens");
        let options = Options { hidden: Hidden::Listed, history: History::Both, ..Options::default() };
        for report in REPORTS {
            let subjects: Vec<&str> = match report.subject {
                Subject::Matrix => vec![""],
                Subject::Client => matrix.clients.iter().map(|client| client.id.as_str()).collect(),
                Subject::Update => matrix.updates.iter().map(|update| update.id.as_str()).collect(),
            };
            for subject in subjects {
                for columns in [Columns::Usual, Columns::Wide] {
                    let options = Options { columns, ..options.clone() };
                    check(&(report.table)(&matrix, subject, &options).expect("makes a table"), columns);
                }
            }
        }
    }
}

#[test]
fn a_verdict_is_a_word_beside_its_colour() {
    let bytes = Bytes::copy(&sample());
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let report = patchstate::report::find("client").expect("is a report");
    let options = Options { history: History::Both, ..Options::default() };
    let table = (report.table)(&matrix, "WS-002", &options).expect("makes a table");
    let page = page(&table, Columns::Usual);
    assert!(page.contains("<h1>client WS-002</h1>"));
    for (class, word) in [("unknown", "Unknown"), ("installed", "Installed")] {
        let mark = page.split_once(&format!("<span class=\"verdict {class}\">")).expect("has the verdict").1;
        let (mark, rest) = mark.split_once("</span>").expect("ends");
        assert!(mark.starts_with("<span aria-hidden=\"true\">"));
        assert!(rest.starts_with(&format!(" {word}</span>")));
    }
}
