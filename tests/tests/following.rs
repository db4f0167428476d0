//! What earlier clients stated is compared and not read again: it changes nothing of what anyone says.

use conformance::compiled::{catalog, index};
use conformance::random::{Case, bytes_of_seed};
use conformance::run::{Document, compare_documents, compiled, open};
use patchstate::diagnostic::Position;
use patchstate::eval::plan::Plan;
use patchstate::model::expr::{Expr, Question, Subject};
use patchstate::model::options::{Checksum, Options};
use patchstate::model::update::{Rule, Update, UpdateId};
use patchstate::model::verdict::Answer;

/// Statements as native documents have them, about things that rules of random catalogs ask for.
const STATEMENTS: &[&str] = &[
    r#"<os family="windows" version="5.0" build="2195" arch="x86" windir="C:\WINNT"/>"#,
    r#"<file path="C:\WINNT\system32\a.dll" version="5.0.2195.1" checksum="0x1"/>"#,
    r#"<file path="%windir%\system32\a.dll" version="5.0.2195.2"/>"#,
    r#"<file path='%windir%\b.dll' version='none'/>"#,
    r#"<reg key="HKLM\Software\A" name="v" type="dword" data="1"/>"#,
    r#"<reg key="HKLM\Software\A" name="v" type="dword" data="1" view="32"/>"#,
    r#"<hotfix id="KB200017"/>"#,
    r#"<hotfix id="KB200017" state="pending"/>"#,
    r#"<product name="A" sp="Gold"/>"#,
    r#"<pkg name="bash" version="5.2" release="3" arch="x86_64"/>"#,
    r#"<trait group="env" name="windir" value="D:\W"/>"#,
];

/// What may stand between statements, right or wrong.
const BETWEEN: &[&str] = &[
    "\n  ",
    "",
    "<!-- a > b -->",
    "text",
    "&amp;",
    "&unknown;",
    "<![CDATA[<file path='x'/>]]>",
    "<x><file path='%windir%\\b.dll' version='none'/></x>",
    "<file path='%windir%\\b.dll' version='none'></file>",
    "<file path='%windir%\\b.dll' version='none' unknown='1'/>",
    "<file path='%windir%\\b.dll' version='none' op='del'/>",
    "<file path='%windir%\\b.dll' version=''/>",
    "<p:file xmlns:p='urn:patchstate:inventory:1' path='%windir%\\b.dll'/>",
    "<file xmlns='urn:other' path='%windir%\\b.dll'/>",
    "</inventory><inventory>",
    "<",
];

/// Heads of documents: all kinds complete, none, of another name space, and within several.
const HEADS: &[(&str, &str)] = &[
    ("<inventory version='1' client='a' complete='os file registry hotfix product'>", "</inventory>"),
    ("<inventory version='1' client='a'>", "</inventory>"),
    ("<i:inventory xmlns:i='urn:patchstate:inventory:1' version='1' client='a'>", "</i:inventory>"),
    (
        "<i:inventory xmlns='urn:other' xmlns:i='urn:patchstate:inventory:1' version='1' client='a'>",
        "</i:inventory>",
    ),
    ("<inventory version='1' client='a' mode='delta'>", "</inventory>"),
];

/// A document of some statements, with something between two of them and one left out.
fn written(seed: u64) -> Document {
    let bytes = bytes_of_seed(seed, 8);
    let pick = |at: usize, of: usize| usize::from(bytes[at]) % of;
    let head = if bytes[0] % 4 == 0 { pick(1, HEADS.len()) } else { 0 };
    let (open, close) = HEADS[head];
    let (strange, left_out) = (pick(2, STATEMENTS.len() * 2), pick(3, STATEMENTS.len() * 2));
    let mut document = String::from(open);
    for (at, statement) in STATEMENTS.iter().enumerate() {
        document.push_str(if at == strange { BETWEEN[pick(4, BETWEEN.len())] } else { "\n  " });
        if at != left_out {
            document.push_str(statement);
        }
    }
    document.push_str(close);
    if bytes[5] % 8 == 0 {
        let end = (0..=pick(6, 256) % document.len()).rev().find(|end| document.is_char_boundary(*end));
        document.truncate(document.len() - end.unwrap_or(0));
    }
    ("native", document)
}

/// Lines of package lists, right or wrong in one format or the other; some are right in several and then
/// state other packages.
const LINES: &[&str] = &[
    "bash 0:1.0-2 x86_64",
    "bash 0:1.0-2 x86_64_v2",
    "bash 1.0-2 x86_64",
    " bash 1:1.0-1 noarch",
    "bash-0:1.0-3.x86_64",
    "bash\t0\t1.0\t2\tx86_64\t(none)\t(none)",
    "\tbash\t0\t1.0\t2\tx86_64\t(none)\t(none)",
    "bash\tx86_64\t1.0-2\t1\t2",
    "bash\t1.0-2\tamd64\tii ",
    "bash\t1.0-2\tamd64\trc ",
    "kernel 0:1.0-2 x86_64",
    "module perl:5 enabled",
    "# kernel: 1.0-2.x86_64",
    "# os-name: Linux",
    "",
    "no package",
    "<bash 0:1.0-2 x86_64",
];

/// A package list of some of the lines, which ends anywhere.
fn list(seed: u64) -> Document {
    let bytes = bytes_of_seed(seed, 20);
    let format = ["rpm", "dpkg", "agent-rpm", "agent-dpkg"][usize::from(bytes[0]) % 4];
    let mut list = String::new();
    for byte in &bytes[2..2 + usize::from(bytes[1]) % 18] {
        list.push_str(LINES[usize::from(*byte) % LINES.len()]);
        list.push_str(if byte % 7 == 0 { "\r\n" } else { "\n" });
    }
    if bytes[1] % 3 == 0 {
        list.pop();
    }
    (format, list)
}

#[test]
fn a_document_says_the_same_whatever_was_read_before() {
    for seed in 0..40 {
        let case = Case::from_bytes(&bytes_of_seed(seed, 2000));
        let index = open(&compiled(&case).columns);
        let documents = (seed * 100..seed * 100 + 60).flat_map(|seed| [written(seed), list(seed)]);
        let documents: Vec<Document> = documents.collect();
        let plan = Plan::new(index.view().expect("opens"), &case.options, None);
        compare_documents(&plan, &documents, 3).unwrap_or_else(|difference| panic!("{difference}"));
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
