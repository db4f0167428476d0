//! What `explain` shows of rules: each sub-key of a loop, and text that its case decides.

use conformance::sdp::{package, rules};
use patchstate::explain::{Explainer, json, text};
use patchstate::model::options::{Options, Supersedence};

use super::{client, compiled};

/// The proof of the one update of a document, as text and as JSON.
fn proof(document: &str, complete: &str, facts: &str) -> (String, serde_json::Value) {
    let compiled = compiled(document);
    let options = Options { supersedence: Supersedence::Off, ..Options::default() };
    let client = client(complete, facts);
    let explainer = Explainer::new(&compiled.catalogs, &options, &client);
    let proof = explainer.proof(0).unwrap();
    let (mut page, mut object) = (Vec::new(), Vec::new());
    text::write(&proof, &text::Look::PLAIN, &mut page).unwrap();
    json::write(&proof, &mut object).unwrap();
    (String::from_utf8(page).unwrap(), serde_json::from_slice(&object).unwrap())
}

const VALUE: &str = "Value='V' Comparison='EqualTo' Data='Text'";

#[test]
fn a_loop_shows_what_it_asks_of_each_sub_key() {
    let inner = format!(
        "<lar:And><bar:RegSz Key='HKEY_LOOP_TARGET' Subkey='Below' {VALUE}/><bar:RegKeyLoop Key='HKEY_LOOP_TARGET' \
         Subkey='Deep' TrueIf='Any'><bar:RegKeyExists Key='HKEY_LOOP_TARGET' Subkey='End'/></bar:RegKeyLoop></lar:And>"
    );
    let rule = format!(
        "<bar:RegKeyLoop Key='HKEY_LOCAL_MACHINE' Subkey='SOFTWARE\\A' TrueIf='Any'>{inner}</bar:RegKeyLoop>"
    );
    let facts = "<reg key='HKLM\\SOFTWARE\\A\\One\\Below' name='V' type='sz' data='Text'/>\
                 <key key='HKLM\\SOFTWARE\\A\\One\\Deep\\x\\End'/>\
                 <reg key='HKLM\\SOFTWARE\\A\\Two\\Below' name='V' type='sz' data='Other'/>";
    let (page, object) = proof(&package(1, &rules(&rule, "<lar:True/>")), "registry", facts);
    for line in [
        r"Any of the sub-keys of hklm\software\a meet a rule",
        r"at hklm\software\a\one",
        r"at hklm\software\a\two",
        r"registry value hklm\software\a\one\below::v",
        r"Any of the sub-keys of hklm\software\a\one\deep meet a rule",
        r"registry key hklm\software\a\one\deep\x\end",
    ] {
        assert!(page.contains(line), "{line} is not in\n{page}");
    }
    assert!(!page.contains("there may be others"));
    let installed = &object["rules"]["items"][0]["installed"];
    assert_eq!(installed["whole"], true);
    assert_eq!((&installed["operator"], &installed["truth"]), (&"loop".into(), &"true".into()));
    let keys: Vec<_> =
        installed["operands"].as_array().unwrap().iter().map(|one| one["key"].clone()).collect();
    assert_eq!(keys, [r"hklm\software\a\one", r"hklm\software\a\two"]);
    let truths: Vec<_> =
        installed["operands"].as_array().unwrap().iter().map(|one| one["truth"].clone()).collect();
    assert_eq!(truths, ["true", "false"]);
    assert!(object["facts"].as_array().unwrap().len() >= 2, "{object}");
    let (page, _) = proof(&package(1, &rules(&rule, "<lar:True/>")), "", facts);
    assert!(page.contains("there may be others"), "{page}");
}

#[test]
fn text_that_its_case_decides_is_marked() {
    let rule =
        |element: &str| format!("<bar:{element} Key='HKEY_LOCAL_MACHINE' Subkey='SOFTWARE\\A' {VALUE}/>");
    for (element, kind, data, marked) in [
        ("RegSz", "sz", "TEXT", true),
        ("RegSz", "sz", "Text", false),
        ("RegSz", "sz", "Other", false),
        ("RegExpandSz", "expand", "text", true),
        ("RegSz", "dword", "text", false),
    ] {
        let facts = format!("<reg key='HKLM\\SOFTWARE\\A' name='V' type='{kind}' data='{data}'/>");
        let (page, object) = proof(&package(1, &rules(&rule(element), "<lar:True/>")), "registry", &facts);
        assert_eq!(page.contains("case-folded"), marked, "{element} {data}:\n{page}");
        let marks = object["rules"]["items"][0]["installed"]["marks"].as_array().unwrap();
        assert_eq!(!marks.is_empty(), marked, "{element} {data}");
    }
    let (page, _) = proof(&package(1, &rules(&rule("RegSz"), "<lar:True/>")), "registry", "");
    assert!(!page.contains("case-folded"));
}
