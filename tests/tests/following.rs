//! What earlier clients stated is compared and not read again: it changes nothing of what anyone says.

use conformance::compiled::{catalog, index};
use conformance::random::documents::documents;
use conformance::random::{Case, Choices, bytes_of_seed};
use conformance::run::{Document, compare_documents, compiled, open};
use patchstate::diagnostic::Position;
use patchstate::eval::batch::Worker;
use patchstate::eval::plan::Plan;
use patchstate::inventory;
use patchstate::model::expr::{Expr, Question, Subject};
use patchstate::model::inventory::{Collector, Followed, Statement, Wording};
use patchstate::model::options::{Checksum, Options};
use patchstate::model::update::{Rule, Update, UpdateId};
use patchstate::model::verdict::Answer;

#[test]
fn a_document_says_the_same_whatever_was_read_before() {
    for seed in 0..40 {
        let case = Case::from_bytes(&bytes_of_seed(seed, 2000));
        let index = open(&compiled(&case).columns);
        let plan = Plan::new(index.view().expect("opens"), &case.options, None);
        for seed in seed * 100..seed * 100 + 25 {
            let documents = documents(&mut Choices::new(&bytes_of_seed(seed, 300)));
            compare_documents(&plan, &documents, 3).unwrap_or_else(|difference| panic!("{difference}"));
        }
    }
}

#[test]
fn folders_that_move_between_clients_move_known_files() {
    // More folders than a worker remembers the lay of; rules name one of them in two forms.
    const FOLDERS: usize = 100;
    let paths = (0..FOLDERS).map(|folder| format!(r"c:\w{folder}\a.dll"));
    let updates = paths.chain([r"%windir%\a.dll".to_owned()]).map(|path| {
        let there = Expr::test(Subject::File(path.clone()), Question::Exists, Position::default());
        let rule = Rule::Tests { installed: there, applicable: Expr::Constant(Answer::TRUE) };
        Update { id: UpdateId::from_text(&path), rule, ..Update::default() }
    });
    let index = index(vec![catalog("a", updates.collect())], Vec::new());
    let documents: Vec<Document> = (0..2 * FOLDERS)
        .map(|client| {
            let windir = format!(r"C:\W{}", client % FOLDERS);
            let files = (0..FOLDERS).map(|folder| format!(r#"<file path="C:\W{folder}\A.dll"/>"#));
            let files: String = files.collect();
            let os = format!(r#"<os family="windows" windir="{windir}"/>"#);
            let head = format!("<inventory version='1' client='{client}' complete='os file'>");
            ("native", format!("{head}{files}{os}</inventory>"))
        })
        .collect();
    for checksum in [Checksum::Off, Checksum::Strict] {
        let options = Options { checksum, ..Options::default() };
        let plan = Plan::new(index.view().expect("opens"), &options, None);
        compare_documents(&plan, &documents, 2).unwrap_or_else(|difference| panic!("{difference}"));
    }
}

#[test]
fn no_more_statements_are_followed_than_asked_for() {
    let index = index(vec![catalog("a", Vec::new())], Vec::new());
    let options = Options::default();
    let plan = Plan::new(index.view().expect("opens"), &options, None);
    let statement = "<file path='a'/>";
    let document = format!("<inventory version='1' client='a'>{statement}</inventory>");
    let mut worker = Worker::new(&plan);
    for _ in 0..2 {
        worker.begin();
        let format = inventory::find("native").expect("is a format");
        let settings = inventory::Settings::default();
        format.read(document.as_str().into(), &settings, &mut worker.slots).expect("is read");
    }
    let wording = Wording::anywhere(b'n', Statement::Tag);
    let text = statement.repeat(5);
    for most in 0..7 {
        let followed = worker.slots.follow(wording, &text, most, Position::default());
        let facts = most.min(5);
        assert_eq!(followed, Followed { bytes: facts as usize * statement.len(), facts });
    }
}
