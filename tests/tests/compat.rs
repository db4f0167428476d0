//! Files of the current format versions, as they were once written: this build still reads them, and
//! still writes the same bytes.
//!
//! A test that fails here has found a change of a format. Where the change is meant, the version of the
//! format rises, the page in `docs/` says so, and a new file is written beside the old one:
//! `PATCHSTATE_WRITE=1 cargo test -p conformance --test compat`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use conformance::damage::evaluate;
use conformance::samples;
use patchstate::archive::map::Bytes;
use patchstate::index::{self, Index};
use patchstate::matrix::{self, Matrix};
use patchstate::model::expr::Subject;
use patchstate::model::options::Options;
use patchstate::model::update::Rule;

fn path(name: &str, version: u32, extension: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/compat");
    folder.join(format!("{name}-{version}.{extension}"))
}

fn current() -> [(PathBuf, Vec<u8>); 2] {
    [
        (path("index", index::KIND.version, "psi"), samples::index(8).unwrap()),
        (path("matrix", matrix::KIND.version, "psm"), samples::matrix(5, 9).unwrap()),
    ]
}

#[test]
fn the_same_things_are_still_written_as_the_same_bytes() {
    for (path, bytes) in current() {
        if std::env::var_os("PATCHSTATE_WRITE").is_some() && !path.exists() {
            std::fs::write(&path, &bytes).unwrap();
        }
        let kept = std::fs::read(&path).unwrap();
        let differs = kept.iter().zip(&bytes).position(|(kept, now)| kept != now);
        let length = (kept.len(), bytes.len());
        assert!(kept == bytes, "{}: differs at {differs:?}, of lengths {length:?}", path.display());
    }
}

#[test]
fn an_index_of_version_1_is_read() {
    let index = Index::open(Bytes::read(&path("index", 1, "psi")).unwrap()).unwrap();
    index.check().unwrap();
    index.verify().unwrap();
    let view = index.view().unwrap();
    assert_eq!((view.updates(), view.subjects(), view.sources()), (34, 19, 4));
    let update = view.find_update("win:W3").unwrap();
    assert_eq!(
        view.find_subject(&Subject::Hotfix(300_004)).map(|at| view.subject(at)),
        Some(Some(Subject::Hotfix(300_004)))
    );
    let entry = view.entry(update);
    assert_eq!((entry.update.title.as_str(), entry.update.summary.as_str()), ("Title", "Ünicode"));
    assert_eq!(entry.update.articles, [300_003]);
    assert_eq!(entry.replaced_by[0].by as usize, view.find_update("win:W4").unwrap());
    let Rule::Packages { rows, .. } = view.rule(view.find_update("lin:L2").unwrap()) else {
        panic!("a rule of packages");
    };
    assert_eq!((rows[0].name.as_str(), rows[0].version.as_str()), ("p1", "1.2"));
    let part = view.entry(view.find_update("rul:R5").unwrap());
    let Rule::Items(items) = &part.update.rule else { panic!("a rule of items") };
    assert_eq!((items.len(), items[0].superseded.is_some()), (2, true));
    let detectoid = view.find_update("rul:D").unwrap() as u32;
    assert_eq!(part.prerequisites, [vec![Some(detectoid)]]);
    assert_eq!(view.children(view.find_update("rul:B").unwrap()).last(), Some(None));
    let definition = view.entry(view.find_update("def:s:def:4").unwrap());
    assert_eq!(
        (definition.update.title.as_str(), &definition.update.rule),
        ("Package 4", &Rule::Definition(4))
    );
    let content = view.content(3).unwrap();
    assert_eq!((content.definitions.len(), content.tests.len(), content.variables.len()), (9, 9, 9));
    assert_eq!(view.statistics(2).collect::<Vec<_>>(), [("packages", 3)]);
    evaluate(view, &Options::default(), &[samples::inventory("bb", 8)]);
}

#[test]
fn a_matrix_of_version_1_is_read() {
    let bytes = std::fs::read(path("matrix", 1, "psm")).unwrap();
    Matrix::check(&bytes).unwrap();
    let matrix = Matrix::open(&bytes).unwrap();
    matrix.verify().unwrap();
    assert_eq!((matrix.clients.len(), matrix.updates.len()), (5, 9));
    assert_eq!(matrix.run.options, "--supersedence off");
    assert_eq!(matrix.totals(), [19, 9, 9, 8]);
    let cells: Vec<String> =
        matrix.row(1).map(|cell| format!("{} {} {}", cell.verdict, cell.reason, cell.flags)).collect();
    assert_eq!(
        cells[..4],
        [
            "NotApplicable product-absent ",
            "Missing file-older superseded",
            "Installed hotfix-listed ",
            "Unknown not-collected "
        ]
    );
    assert!(matrix.row(3).all(|cell| cell == patchstate::model::verdict::Cell::UNREADABLE));
}
