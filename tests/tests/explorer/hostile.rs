//! Names of clients and catalogs that would do harm if a page took them for more than text.

use conformance::matrices::{bytes, pack, update};
use patchstate::matrix::Matrix;
use patchstate::matrix::row::Row;
use patchstate::matrix::tables::{Client, OldServicePack, Run, Source, Status, Update};
use patchstate::model::flag::Flags;
use patchstate::model::reason::Reason;
use patchstate::model::update::{ProductRow, Urgency};
use patchstate::model::verdict::{Cell, Verdict};
use patchstate::report::explorer::Explorer;

use crate::{Files, held};

/// Texts that a careless page would run, show as markup, or write backwards.
const TEXTS: [&str; 10] = [
    "</script><script>window.marked = 1</script>",
    "<img src=x onerror=\"window.marked = 2\">",
    "--><svg onload=window.marked=3>",
    "'; window.marked = 4; '",
    "\"); window.marked = 5; (\"",
    "line\u{2028}and\u{2029}line\nand\r\nline",
    "\u{202e}exe.tar\u{202c} \u{1b}[31m \u{0}\u{7f}",
    "javascript:window.marked=6",
    "${window.marked = 7} {{window.marked = 8}} &lt;b&gt; %3Cb%3E #a=b&c=d+e",
    "__proto__",
];

fn hostile(text: &str, at: usize) -> Update {
    let text = || text.to_owned();
    Update {
        summary: text(),
        kind: text(),
        cves: vec![text(), text()],
        products: vec![ProductRow { product: text(), levels: vec![text()] }],
        posted: text(),
        revised: text(),
        urgency: Urgency::ALL.get(at % 5).copied(),
        payload: text(),
        information: if at.is_multiple_of(2) { "javascript:window.marked=9".to_owned() } else { text() },
        flags: if at.is_multiple_of(3) { Flags::EXPIRED } else { Flags::NONE },
        ..update(&format!("{}:{at}", text()), &text(), &text())
    }
}

/// A matrix of such texts everywhere, with cells of every verdict.
pub(crate) fn matrix() -> Vec<u8> {
    let mut updates: Vec<Update> = TEXTS.iter().enumerate().map(|(at, text)| hostile(text, at)).collect();
    updates.sort_by(|a, b| a.id.cmp(&b.id));
    let mut clients: Vec<(Client, Row)> =
        TEXTS.iter().enumerate().map(|(at, text)| client(text, at, &updates)).collect();
    clients.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    let text = || TEXTS[0].to_owned();
    let source = Source { feed: text(), format: text(), revision: text(), language: text(), sha256: [0; 32] };
    let run = Run { options: text(), sources: vec![source], ..Run::default() };
    bytes(&run, &updates, &clients)
}

fn client(text: &str, at: usize, updates: &[Update]) -> (Client, Row) {
    let text = || text.to_owned();
    let cells: Vec<Cell> = (0..updates.len())
        .map(|update| match (update + at) % 4 {
            0 => Cell::new(Verdict::Unknown, Reason::NotCollected),
            1 => Cell::new(Verdict::NotApplicable, Reason::ProductAbsent),
            2 => Cell { flags: Flags::SUPERSEDED, ..Cell::new(Verdict::Missing, Reason::FileOlder) },
            _ => Cell::new(
                if at.is_multiple_of(2) { Verdict::Missing } else { Verdict::Installed },
                Reason::FileNewer,
            ),
        })
        .collect();
    let client = Client {
        id: text(),
        name: text(),
        group: text(),
        collector: text(),
        collected: text(),
        status: if at == 3 { Status::Unreadable } else { Status::Evaluated },
        error: text(),
        products: vec![ProductRow { product: text(), levels: vec![text()] }],
        old_service_packs: vec![OldServicePack { product: text(), current: text() }],
        ..Client::default()
    };
    (client, pack(updates, &cells))
}

#[test]
fn no_text_ends_what_it_stands_in() {
    let bytes = held(&matrix());
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let explorer = Explorer::new(TEXTS[0], vec![(TEXTS[1], &matrix)]);
    let files = Files::of(&explorer).expect("is written");
    for (path, bytes) in files.0.iter().filter(|(path, _)| path.starts_with("data/")) {
        let text = String::from_utf8(bytes.clone()).expect("is UTF-8");
        assert!(!text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{path}");
        let is_letter = |c: char| c.is_ascii_alphanumeric() || "+/=\"(), -;\n".contains(c);
        assert!(path.contains("overview") || text.chars().all(is_letter), "{path}");
    }
}

#[test]
fn every_text_comes_back_as_it_was() {
    let bytes = held(&matrix());
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let files = Files::of(&Explorer::new(TEXTS[0], vec![(TEXTS[1], &matrix)])).expect("is written");
    let ids: Vec<&str> = matrix.clients.iter().map(|client| client.id.as_str()).collect();
    assert_eq!(files.column("clients", "ids"), ids);
    let titles: Vec<&str> = matrix.updates.iter().map(|update| update.title.as_str()).collect();
    assert_eq!(files.column("updates", "titles"), titles);
    let (columns, _) = files.packed("columns-0");
    for (at, update) in matrix.updates.iter().enumerate() {
        assert_eq!(columns["updates"][at]["summary"], update.summary.as_str());
    }
    assert_eq!(files.overview()["name"], TEXTS[0]);
}

#[test]
fn one_file_has_no_element_that_a_text_began() {
    let bytes = held(&matrix());
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let mut page = Vec::new();
    Explorer::new(TEXTS[0], vec![(TEXTS[1], &matrix)]).write_page(&mut page, &mut |_| ()).expect("writes");
    let page = String::from_utf8(page).expect("is UTF-8");
    let files = Files::of(&Explorer::new("", vec![("", &matrix)])).expect("is written");
    let pieces = files.0.keys().filter(|path| path.starts_with("data/")).count();
    assert_eq!(page.matches("<script").count(), pieces + 1, "a piece each, and the code");
    assert_eq!(page.matches("</script>").count(), pieces + 1);
    assert!(!page.contains("<img") && !page.contains("<svg"));
}
