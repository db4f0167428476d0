//! The explorer in a headless browser: `tests/explorer/check.mjs` looks at it as its readers do.

use conformance::browser::look;
use conformance::matrices::{random, sample};
use patchstate::matrix::Matrix;
use patchstate::report::explorer::{Collection, Evidence, Explorer, Share, State};

use crate::{Files, held, hostile};

/// Writes an explorer into a folder and looks at it.
fn look_at(explorer: &Explorer<'_>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, bytes) in Files::of(explorer).expect("is written").0 {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("is in a folder")).expect("is made");
        std::fs::write(path, bytes).expect("is written");
    }
    look(&folder.path().join("index.html"));
}

/// A proof as `explain` draws it, with lines that are longer than any window and a name without a blank.
fn proof(client: &str, update: &str) -> String {
    let path = format!("C:\\{}.dll", "system".repeat(60));
    format!("client: <b>{client}</b>\nupdate: {update}\n\n└─ false: file {path} is at version 8.1\n")
        + &format!("   │    observed: version 8.0 {}\n", "of a file ".repeat(60))
}

#[test]
fn a_site_with_everything_that_can_be_shown() {
    let bytes = held(&random(11, 300, 150));
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let prove = |client: &str, updates: &[&str]| updates.iter().map(|id| Some(proof(client, id))).collect();
    let mut explorer = Explorer::new("Example", vec![("security", &matrix)]);
    explorer.now = Some("2026-03-01T00:00:00Z".parse().expect("is a time"));
    explorer.evidence = Some(Evidence { clients: 20, of: &prove });
    let clients = matrix.clients.iter().take(40).map(|client| client.id.clone()).collect();
    let of = |id: &str, clients| {
        let [id, feed, role] = [id, "security", "production"].map(str::to_owned);
        Collection { id, feed, role, clients }
    };
    explorer.collections = vec![of("all", None), of("first", Some(clients))];
    let share = |name: &str, part| {
        let [section, name] = ["first", name].map(str::to_owned);
        Share { section, name, part, whole: 41 }
    };
    explorer.coverage = vec![share("clients with inventory", 40), share("clients never seen", 1)];
    explorer.states.insert(matrix.clients[3].id.clone(), vec![State::Stale, State::Quarantined]);
    explorer.states.insert("never".to_owned(), vec![State::NeverSeen]);
    explorer.authorized.insert(matrix.updates[5].id.clone(), "2026-02-01T00:00:00Z".to_owned());
    look_at(&explorer);
}

#[test]
fn names_that_would_do_harm() {
    let bytes = held(&hostile::matrix());
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    look_at(&Explorer::new("</title><script>window.marked = 1</script>", vec![("<i>", &matrix)]));
}

#[test]
fn nothing_at_all() {
    for (clients, updates) in [(0, 0), (0, 3), (3, 0)] {
        let bytes = held(&random(12, clients, updates));
        let matrix = Matrix::open(bytes.as_ref()).expect("opens");
        look_at(&Explorer::new("Example", vec![("security", &matrix)]));
    }
}

#[test]
fn one_file() {
    let bytes = held(&sample());
    let matrix = Matrix::open(bytes.as_ref()).expect("opens");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let page = folder.path().join("one.html");
    let mut file = std::fs::File::create(&page).expect("is made");
    Explorer::new("Example", vec![("security", &matrix)])
        .write_page(&mut file, &mut |_| ())
        .expect("is written");
    look(&page);
}
