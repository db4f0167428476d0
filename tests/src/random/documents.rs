//! Documents of several clients that say nearly the same, right or wrong, in every inventory format.
//!
//! For the law that what earlier clients stated changes nothing of what a document says.

use super::Choices;
use crate::run::Document;

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
    "\u{c}",
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

/// Draws documents, of which some say again what others do.
pub fn documents(choices: &mut Choices<'_>) -> Vec<Document> {
    let mut drawn = Vec::new();
    for _ in 0..2 + choices.below(6) {
        let document = if choices.odds(1, 3) { list(choices) } else { native(choices) };
        drawn.push(document);
    }
    drawn
}

/// A native document of some statements, with something between two of them and one left out.
fn native(choices: &mut Choices<'_>) -> Document {
    let (open, close) = choices.often(1, HEADS);
    let (strange, left_out) = (choices.below(2 * STATEMENTS.len()), choices.below(2 * STATEMENTS.len()));
    let mut document = String::from(open);
    for (at, statement) in STATEMENTS.iter().enumerate() {
        document.push_str(if at == strange { choices.one(BETWEEN) } else { "\n  " });
        if at != left_out {
            document.push_str(statement);
        }
    }
    document.push_str(close);
    if choices.odds(1, 8) {
        document.truncate(document.len() - choices.below(256).min(document.len()));
    }
    ("native", document)
}

/// A package list of some of the lines, in a format that they are right in or not.
fn list(choices: &mut Choices<'_>) -> Document {
    let format = choices.one(&["rpm", "dpkg", "agent-rpm", "agent-dpkg"]);
    let lines = choices.list(17, |choices| {
        let end = if choices.odds(1, 7) { "\r\n" } else { "\n" };
        [choices.one(LINES), end].concat()
    });
    let mut list = lines.concat();
    if choices.odds(1, 3) {
        list.pop();
    }
    (format, list)
}
