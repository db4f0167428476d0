//! The plan of an authorization list: who needs what, from where, and what a person should know beside it.

use std::fs;

use conformance::site::{Sample, updates};
use patchstate::diagnostic::Code;
use patchstate::report::table::Form;
use patchstate::site::plan::{Planned, write_xml};

const CATALOG: &str = include_str!("../../../corpora/mssecure/plain.xml");

/// A client with Windows 2000 Professional and `spoolss.dll` of a version; of one without a version nothing is
/// known of files.
fn client(id: &str, version: Option<&str>) -> String {
    let complete = version.map_or("registry hotfix product", |_| "file registry hotfix product");
    let file = version
        .map(|version| format!("<file path=\"C:\\WINNT\\system32\\spoolss.dll\" version=\"{version}\"/>\n"));
    format!(
        "<inventory version=\"1\" client=\"{id}\" serial=\"1\" collected=\"2026-03-02T08:00:00Z\" \
         complete=\"{complete}\">\n<os family=\"windows\" version=\"5.0\" windir=\"C:\\WINNT\"/>\n\
         <product name=\"Windows 2000 Professional\" sp=\"Windows 2000 Service Pack 1\"/>\n{}</inventory>\n",
        file.unwrap_or_default()
    )
}

/// A site that was scanned: A lacks everything, B nothing.
fn sample() -> Sample {
    let sample = Sample::of_feeds(&[("security", "mssecure")], |text| text);
    sample.drop_catalog_of("security", "a.xml", CATALOG);
    sample.sync().expect("is fetched");
    sample.send("A.xml", &client("A", Some("5.0.2195.1")));
    sample.send("B.xml", &client("B", Some("5.0.2195.4000")));
    sample.scan();
    sample
}

/// Writes the list `march` of these entries.
fn list(sample: &Sample, entries: &[&str]) {
    let mut text =
        "name = \"march\"\ncreated = \"2026-03-02T12:00:00Z\"\ncollection = \"security-production\"\n"
            .to_owned();
    for entry in entries {
        text.push_str(&format!("\n[[entry]]\ntime_authorized = \"2026-03-01T00:00:00Z\"\n{entry}\n"));
    }
    fs::write(sample.path("lists/authorize/march.toml"), text).expect("is written");
}

fn planned(sample: &Sample) -> Planned {
    sample.site().planned("march", sample.desk.now).expect("is planned")
}

/// Each update with its clients, and how many are unknown and left out.
fn who(planned: &Planned) -> Vec<(&str, Vec<&str>, u64, u64)> {
    let mut found = Vec::new();
    for wanted in &planned.updates {
        let clients = wanted.clients.iter().map(String::as_str).collect();
        found.push((wanted.update.id.as_str(), clients, wanted.unknown, wanted.left_out));
    }
    found
}

const FIRST: &str = "security:XX01-001/q300001_w2k.exe";
const NEWER: &str = "security:XX01-002/q300003_w2k.exe";

#[test]
fn s7_1_a_plan_says_who_needs_what_and_from_where() {
    let sample = sample();
    list(
        &sample,
        &[
            "update = \"Q300003\"\ndeadline = \"2026-04-01\"\nnote = \"a <b> & \\\"c\\\"\"",
            &format!("update = \"{NEWER}\"\nnote = \"the first entry counts\""),
        ],
    );
    let planned = planned(&sample);
    assert_eq!(who(&planned), [(NEWER, vec!["A"], 0, 0)]);
    assert_eq!((planned.clients, &planned.unmatched, &planned.unlisted), (2, &vec![], &vec![]));
    let mut out = Vec::new();
    planned.table().write(&Form::Csv, &mut out).expect("writes to memory");
    assert_eq!(
        String::from_utf8_lossy(&out),
        "update,title,bulletin,articles,restart,addresses,information,entry,time_authorized,deadline,note,\
         client_count,unknown_count,left_out_count,clients\r\n\
         security:XX01-002/q300003_w2k.exe,And again,XX01-002,300003,maybe,ftp://patches.example/q300001_w2k.exe,\
         http://bulletins.example/security,Q300003,2026-03-01T00:00:00Z,2026-04-01,\"a <b> & \"\"c\"\"\",1,0,0,A\r\n"
    );
    out.clear();
    planned.table().write(&Form::Json, &mut out).expect("writes to memory");
    let json: serde_json::Value = serde_json::from_slice(&out).expect("is JSON");
    assert_eq!((&json["report"], &json["list"]), (&"authorization".into(), &"march".into()));
    assert_eq!(json["rows"][0]["addresses"], serde_json::json!(["ftp://patches.example/q300001_w2k.exe"]));
    assert_eq!(json["rows"][0]["clients"], serde_json::json!(["A"]));
    out.clear();
    write_xml(&planned, &mut out).expect("writes to memory");
    assert_eq!(
        String::from_utf8_lossy(&out),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <PatchAuthorize Version=\"1\" Name=\"march\" Created=\"2026-03-02T12:00:00Z\" \
         Collection=\"security-production\" ClientCount=\"2\">\n  \
         <Update UpdateID=\"security:XX01-002/q300003_w2k.exe\" Title=\"And again\" BulletinID=\"XX01-002\" \
         InfoPath=\"http://bulletins.example/security\" Restart=\"maybe\" \
         TimeAuthorized=\"2026-03-01T00:00:00Z\" Deadline=\"2026-04-01\" Note=\"a &lt;b&gt; &amp; &quot;c&quot;\" \
         ClientCount=\"1\" UnknownCount=\"0\" LeftOutCount=\"0\">\n    \
         <QNumber Number=\"300003\"/>\n    \
         <Address Path=\"ftp://patches.example/q300001_w2k.exe\"/>\n    \
         <Client ClientID=\"A\"/>\n  </Update>\n</PatchAuthorize>\n"
    );
}

#[test]
fn s7_1_what_another_update_of_the_list_replaces_is_needed_by_nobody() {
    let sample = sample();
    list(&sample, &[&format!("update = \"{FIRST}\"")]);
    let alone = planned(&sample);
    assert_eq!(who(&alone), [(FIRST, vec!["A"], 0, 0)], "the other one is not to be installed");
    assert_eq!(alone.unlisted, [(FIRST.to_owned(), NEWER.to_owned())]);
    list(&sample, &["update = \"XX01-001\"", "update = \"KB300003\""]);
    let both = planned(&sample);
    let of = |id: &str| who(&both).into_iter().find(|(update, ..)| *update == id).expect("is listed");
    assert_eq!(of(FIRST), (FIRST, vec![], 0, 1));
    assert_eq!(of(NEWER), (NEWER, vec!["A"], 0, 0));
    assert!(both.unlisted.is_empty(), "entries are compared by what they name");
    fs::write(sample.path("lists/ignore/known.txt"), format!("{NEWER}\n")).expect("is written");
    sample.scan();
    let ignored = planned(&sample);
    let of = |id: &str| who(&ignored).into_iter().find(|(update, ..)| *update == id).expect("is listed");
    assert_eq!(of(NEWER), (NEWER, vec![], 0, 1));
    assert_eq!(of(FIRST), (FIRST, vec!["A"], 0, 0), "what is ignored covers nothing");
}

#[test]
fn s7_1_of_updates_that_replace_each_other_one_is_needed() {
    let sample = Sample::of_feeds(&[("security", "mssecure")], |text| text);
    let back = "<SupercededBy SBID=\"2\"><SupercededBulletins><SupercededBulletin BulletinID=\"XX01-001\">\
                <SupercededPatches><SupercededPatch PatchName=\"q300001_w2k.exe\"/></SupercededPatches>\
                </SupercededBulletin></SupercededBulletins></SupercededBy></SupercededBys>";
    let circle = CATALOG.replace("</SupercededBys>", back).replace(
        "q300003_w2k.exe\" PatchLocationID=\"2\" SBID=\"\"",
        "q300003_w2k.exe\" PatchLocationID=\"2\" SBID=\"2\"",
    );
    sample.drop_catalog_of("security", "a.xml", &circle);
    sample.sync().expect("is fetched");
    sample.send("A.xml", &client("A", Some("5.0.2195.1")));
    sample.scan();
    list(&sample, &[&format!("update = \"{FIRST}\""), &format!("update = \"{NEWER}\"")]);
    let planned = planned(&sample);
    assert!(
        sample.cells().iter().filter(|cell| cell.ends_with("superseded")).count() >= 2,
        "{:?}",
        sample.cells()
    );
    assert_eq!(who(&planned), [(FIRST, vec!["A"], 0, 0), (NEWER, vec![], 0, 1)]);
}

#[test]
fn s7_1_entries_that_name_nothing_are_told_and_unknown_is_counted() {
    let sample = sample();
    sample.send("C.xml", &client("C", None));
    sample.scan();
    list(&sample, &["update = \"Q999999\"", &format!("update = \"{NEWER}\"")]);
    let planned = planned(&sample);
    assert_eq!(planned.unmatched, ["Q999999"]);
    assert_eq!(who(&planned), [(NEWER, vec!["A"], 1, 0)]);
}

#[test]
fn s7_1_a_plan_is_of_the_clients_of_the_collection() {
    let sample = sample();
    sample.send("T.xml", &client("TEST01", Some("5.0.2195.1")));
    sample.scan();
    list(&sample, &[&format!("update = \"{NEWER}\"")]);
    assert_eq!(who(&planned(&sample)), [(NEWER, vec!["A", "TEST01"], 0, 0)]);
    let path = sample.path("lists/authorize/march.toml");
    let text = fs::read_to_string(&path).expect("is there");
    fs::write(&path, text.replace("security-production", "security-preproduction")).expect("is written");
    let planned = planned(&sample);
    assert_eq!((who(&planned), planned.clients), (vec![(NEWER, vec!["TEST01"], 0, 0)], 1));
}

#[test]
fn s7_1_a_list_may_name_updates_of_several_feeds() {
    let sample = Sample::of_feeds(&[("security", "mssecure"), ("linux", "updateinfo")], |text| text);
    sample.drop_catalog_of("security", "a.xml", CATALOG);
    sample.drop_catalog_of("linux", "u.xml", &updates(&[1]));
    sample.sync().expect("is fetched");
    sample.send("A.xml", &client("A", Some("5.0.2195.1")));
    sample.send("B.xml", &conformance::site::full("B", 1, &[("p1", 1)]));
    sample.scan();
    list(&sample, &["update = \"U-1\"", &format!("update = \"{NEWER}\"")]);
    let planned = planned(&sample);
    let ids: Vec<&str> = planned.updates.iter().map(|wanted| wanted.update.id.as_str()).collect();
    assert_eq!((ids, planned.unmatched.len(), planned.clients), (vec!["linux:U-1", NEWER], 0, 2));
    assert_eq!(planned.updates[0].clients, ["B"]);
}

#[test]
fn s7_1_what_keeps_a_plan_from_being_made_is_named() {
    let sample = sample();
    let refused = |name: &str| {
        let error = sample.site().planned(name, sample.desk.now).expect_err("is refused");
        format!("{error}; {}", error.hint().unwrap_or_default())
    };
    let none = refused("march");
    assert!(none.contains("lists/authorize: there is no list `march`; `patchstate site authorize"), "{none}");
    list(&sample, &[&format!("update = \"{NEWER}\"")]);
    for name in ["", "../march", "March", "april"] {
        let other = refused(name);
        assert!(other.ends_with(&format!("there is no list `{name}`; there are: march")), "{other}");
    }
    sample.drop_catalog_of("security", "b.xml", &CATALOG.replace("And again", "And once more"));
    fs::remove_file(sample.path("catalog/security/drop/a.xml")).expect("was there");
    sample.sync().expect("is fetched");
    let error = sample.site().planned("march", sample.desk.now).expect_err("was not scanned since");
    assert_eq!(error.code(), Code::BadReference);
    assert!(error.hint().is_some_and(|hint| hint.contains("site scan")), "{error}");
    sample.scan();
    assert_eq!(planned(&sample).updates[0].update.title, "And once more");
    let path = sample.path("lists/authorize/march.toml");
    fs::write(&path, "name = \"march\"\ncreated = \"x\"\ncollection = \"none\"\n").expect("is written");
    assert!(refused("march").starts_with("there is no collection `none`; there are:"));
    fs::write(&path, "name = \"march\"\n[[entry]\n").expect("is written");
    let damaged = refused("march");
    assert!(damaged.contains("march.toml:2:"), "{damaged}");
    let new = Sample::of_feeds(&[("security", "mssecure")], |text| text);
    list(&new, &[]);
    let error = new.site().planned("march", new.desk.now).expect_err("nothing was scanned").to_string();
    assert!(error.ends_with("the site has no matrix yet"), "{error}");
}
