//! Publications that are damaged: what cannot be read on is an error, or is left out where that is asked
//! for, with the cabinet, the file and the place; the rest means what it meant.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use conformance::cabinet::{Cabinet, File, Folder};
use conformance::run::open;
use patchstate::catalog::{self, Settings};
use patchstate::compile::compile;
use patchstate::diagnostic::Code;
use patchstate::error::Result;
use patchstate::model::reason::Reason;
use patchstate::model::update::{Catalog, Rule};

/// The graph of revisions 1 to 5, of which 4 and 5 are in the second cabinet of fragments.
fn graph() -> String {
    let update = |number: u32| {
        format!(
            "<Update UpdateId='{}' RevisionNumber='1' RevisionId='{number}' DefaultLanguage='en'/>",
            id(number)
        )
    };
    let updates: String = (1..=5).map(update).collect();
    format!(
        "<OfflineSyncPackage xmlns='http://schemas.microsoft.com/msus/2004/02/OfflineSync'><Updates>{updates}\
         </Updates></OfflineSyncPackage>"
    )
}

fn id(number: u32) -> String {
    format!("0a000000-0000-0000-0000-{number:012}")
}

fn fragment(number: u32, rule: &str) -> String {
    format!(
        "<UpdateIdentity UpdateID='{}' RevisionNumber='1'/><Properties UpdateType='Software'/><ApplicabilityRules>\
         <IsInstalled>{rule}</IsInstalled><IsInstallable><True/></IsInstallable></ApplicabilityRules>",
        id(number)
    )
}

/// A cabinet of the fragments of some revisions, each in a folder of its own where that is asked for.
fn shard(numbers: &[u32]) -> Cabinet {
    let texts: Vec<(String, String)> =
        numbers.iter().map(|number| (format!("c\\{number}"), fragment(*number, "<False/>"))).collect();
    let members: Vec<(&str, &[u8])> =
        texts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    Cabinet::stored(&members)
}

/// A publication whose second cabinet of fragments has these bytes.
fn publication(second: &[u8]) -> Vec<u8> {
    let index = "<INDEX VERSION='1'><CABLIST XOR='0'><CAB NAME='package.cab'/>\
                 <CAB NAME='package2.cab' RANGESTART='0'/><CAB NAME='package3.cab' RANGESTART='4'/></CABLIST></INDEX>";
    let graph = graph();
    let inner = Cabinet::stored(&[("package.xml", graph.as_bytes())]).bytes();
    let first = shard(&[1, 2, 3]).bytes();
    Cabinet::stored(&[
        ("index.xml", index.as_bytes()),
        ("package.cab", &inner),
        ("package2.cab", &first),
        ("package3.cab", second),
    ])
    .bytes()
}

fn read(path: &Path, keep_going: bool) -> Result<Catalog> {
    let mut catalogs = Vec::new();
    let settings = Settings { keep_going, ..Settings::default() };
    (catalog::find("wsus").unwrap().read)(path, &settings, &mut |catalog| catalogs.push(catalog));
    catalogs.remove(0)
}

/// The second cabinet in every way in which it may be damaged, with the code of what is met where there is one for it.
fn damaged() -> Vec<(&'static str, Vec<u8>, Option<Code>)> {
    let whole = shard(&[4, 5]);
    let bytes = whole.bytes();
    let changed = {
        let mut bytes = bytes.clone();
        let last = bytes.len() - 5;
        bytes[last] ^= 1;
        bytes
    };
    let larger = |size: u32| {
        let mut cabinet = whole.clone();
        cabinet.files[1].size = size;
        cabinet.bytes()
    };
    let quantum = {
        let mut cabinet = whole.clone();
        cabinet.folders[0].method = 0x1472;
        cabinet.bytes()
    };
    let stored = |text: &[u8]| Folder::stored(text);
    let text = fragment(4, "<False/>");
    let no_folder = {
        let file = File::new("c\\4", 7, 0, text.len() as u32);
        Cabinet::of(stored(text.as_bytes()), vec![file]).bytes()
    };
    // Both folders begin at the same bytes: the second one leads back to what was read.
    let cyclic = {
        let files =
            vec![File::new("c\\4", 0, 0, text.len() as u32), File::new("c\\5", 1, 0, text.len() as u32)];
        let folders = vec![stored(text.as_bytes()), stored(text.as_bytes())];
        let mut bytes = Cabinet { folders, files, ..Cabinet::default() }.bytes();
        let (first, second) = (36, 44);
        let at: [u8; 4] = bytes[first..first + 4].try_into().unwrap();
        bytes[second..second + 4].copy_from_slice(&at);
        bytes
    };
    vec![
        ("another byte", changed, Some(Code::CabChecksum)),
        ("a file beyond its folder", larger(5_000), Some(Code::CabBounds)),
        ("a file of 4 GiB", larger(u32::MAX), Some(Code::CabBounds)),
        ("Quantum", quantum, Some(Code::CabQuantum)),
        ("a folder that is not there", no_folder, None),
        ("folders in a circle", cyclic, None),
        ("cut in the data", bytes[..bytes.len() - 40].to_vec(), None),
        ("cut in the tables", bytes[..50].to_vec(), None),
    ]
}

#[test]
fn a_damaged_cabinet_is_an_error_or_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wsusscn2.cab");
    for (what, second, code) in damaged() {
        std::fs::write(&path, publication(&second)).unwrap();
        let error = read(&path, false).unwrap_err();
        assert!(error.to_string().contains("package3.cab"), "{what}: {error}");
        assert!(code.is_none_or(|code| code == error.code()), "{what}: {:?} {error}", error.code());
        let catalog = read(&path, true).unwrap_or_else(|error| panic!("{what}: {error}"));
        let lost = catalog.diagnostics.of(Code::ShardLost);
        assert!((1..=2).contains(&lost), "{what}: {lost}");
        let told = catalog.diagnostics.kept().iter().find(|found| found.code == Code::ShardLost).unwrap();
        assert_eq!(told.file, "package3.cab");
        let unknown = |number: u32| {
            let update = catalog.updates.iter().find(|update| update.id.unrevised() == id(number)).unwrap();
            update.rule == Rule::None
        };
        assert_eq!([1, 2, 3].map(unknown), [false; 3], "{what}");
        assert_eq!([4, 5].map(unknown).iter().filter(|unknown| **unknown).count() as u64, lost, "{what}");
        let compiled = compile(vec![catalog], Vec::new()).unwrap();
        open(&compiled.columns).verify().unwrap();
    }
}

#[test]
fn without_the_graph_nothing_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wsusscn2.cab");
    let graph = graph();
    let mut inner = Cabinet::stored(&[("package.xml", graph.as_bytes())]).bytes();
    let last = inner.len() - 5;
    inner[last] ^= 1;
    let first = shard(&[1]).bytes();
    std::fs::write(&path, Cabinet::stored(&[("package.cab", &inner), ("package2.cab", &first)]).bytes())
        .unwrap();
    assert_eq!(read(&path, true).unwrap_err().code(), Code::CabChecksum);
}

#[test]
fn a_damaged_cabinet_of_a_folder_is_left_out_too() {
    let folder = tempfile::tempdir().unwrap();
    let graph = graph();
    std::fs::write(folder.path().join("index.xml"), "<INDEX VERSION='1'/>").unwrap();
    std::fs::write(
        folder.path().join("package.cab"),
        Cabinet::stored(&[("package.xml", graph.as_bytes())]).bytes(),
    )
    .unwrap();
    std::fs::write(folder.path().join("package2.cab"), shard(&[1, 2, 3]).bytes()).unwrap();
    let cut = shard(&[4, 5]).bytes();
    std::fs::write(folder.path().join("package3.cab"), &cut[..cut.len() - 40]).unwrap();
    assert!(read(folder.path(), false).unwrap_err().to_string().contains("package3.cab"));
    let catalog = read(folder.path(), true).unwrap();
    assert!(catalog.diagnostics.of(Code::ShardLost) >= 1);
}

#[test]
fn fragments_that_ask_too_much_leave_their_update_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wsusscn2.cab");
    let deep = |depth: usize| format!("{}<True/>{}", "<Not>".repeat(depth), "</Not>".repeat(depth));
    let query = |length: usize| {
        format!("<b.WmiQuery WqlQuery='select * from C where A = \"{}\"'/>", "x".repeat(length))
    };
    for (what, rule, code, reason) in [
        ("10,000 rules in each other", deep(10_000), Code::FragmentMalformed, Reason::RuleError),
        ("100 rules in each other", deep(100), Code::RuleTooDeep, Reason::UnsupportedRule),
        ("a query of 1 MB", query(1 << 20), Code::AttributeTooLong, Reason::UnsupportedRule),
        ("a document type", String::new(), Code::FragmentMalformed, Reason::RuleError),
    ] {
        let mut text = fragment(4, &rule);
        if rule.is_empty() {
            text = format!("<!DOCTYPE a>{text}");
        }
        let second =
            Cabinet::stored(&[("c\\4", text.as_bytes()), ("c\\5", fragment(5, "<False/>").as_bytes())]);
        std::fs::write(&path, publication(&second.bytes())).unwrap();
        let catalog = read(&path, false).unwrap_or_else(|error| panic!("{what}: {error}"));
        let raised = [code, Code::FragmentMalformed, Code::AttributeTooLong];
        let told = catalog.diagnostics.kept().iter().find(|found| raised.contains(&found.code));
        let told = told.unwrap_or_else(|| panic!("{what}: {:?}", catalog.diagnostics));
        assert_eq!(told.file, "package3.cab!c/4".replace('/', "\\"), "{what}");
        assert!(told.position.offset > 0 || rule.is_empty(), "{what}: {told}");
        let compiled = compile(vec![catalog], Vec::new()).unwrap();
        open(&compiled.columns).verify().unwrap();
        let client = patchstate::model::inventory::Inventory::new("c", patchstate::model::fact::Kinds::ALL);
        let cells = conformance::run::reference(&compiled.catalogs, &Default::default(), &client);
        assert!([reason, Reason::RuleError].contains(&cells[3].reason), "{what}: {:?}", cells[3]);
        assert_eq!(cells[4].reason, Reason::RuleFalse, "{what}: the next one is read");
    }
}
