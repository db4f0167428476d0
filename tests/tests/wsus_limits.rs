//! The limits of metadata of Windows updates, one test for each: just below it, and beyond it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use patchstate::catalog::{Settings, find};
use patchstate::compile::compile;
use patchstate::diagnostic::Code;
use patchstate::error::Result;
use patchstate::model::expr::Expr;
use patchstate::model::reason::Reason;
use patchstate::model::update::{Catalog, Rule};

/// Reads a folder of these files.
fn read(files: &[(&str, &str)]) -> Result<Catalog> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut catalogs = Vec::new();
    let format = find("wsus").unwrap();
    (format.read)(folder.path(), &Settings::default(), &mut |catalog| catalogs.push(catalog));
    catalogs.remove(0)
}

/// A core fragment with these rules for being installed, and this metadata.
fn core(rules: &str, metadata: &str) -> String {
    format!(
        r#"<UpdateIdentity UpdateID="1" RevisionNumber="1"/><Properties UpdateType="Software"/>
        <ApplicabilityRules><IsInstalled>{rules}</IsInstalled><IsInstallable><True/></IsInstallable>
        <Metadata>{metadata}</Metadata></ApplicabilityRules>"#
    )
}

/// The codes of what is wrong with a fragment, and the reason of its rule where that is one for itself.
fn found(fragment: &str) -> (Vec<Code>, Option<Reason>) {
    let catalog = read(&[("c/1", fragment)]).unwrap();
    let codes = catalog.diagnostics.counts().map(|(code, _)| code).collect();
    let reason = match &catalog.updates[0].rule {
        Rule::Items(items) => match &items[0].installed {
            Expr::Constant(answer) => Some(answer.reason),
            _ => None,
        },
        _ => None,
    };
    (codes, reason)
}

#[test]
fn an_update_has_32_mib_without_metadata() {
    let spaced = |bytes: usize| core(&format!("{}<True/>", " ".repeat(bytes)), "");
    assert_eq!(found(&spaced(15 << 20)), (vec![], Some(Reason::RuleTrue)));
    let comments = format!("<!--{}-->", "x".repeat(3 << 20)).repeat(11);
    let beyond = (vec![Code::DocumentTooLarge], Some(Reason::UnsupportedRule));
    assert_eq!(found(&core(&format!("{comments}<True/>"), "")), beyond);
}

#[test]
fn an_update_has_64_mib_with_metadata() {
    let metadata = |times: usize| {
        let comments = format!("<!--{}-->", "x".repeat(3 << 20)).repeat(times);
        format!(
            "<CbsPackageApplicabilityMetadata><assembly>{comments}</assembly></CbsPackageApplicabilityMetadata>"
        )
    };
    assert_eq!(found(&core("<True/>", &metadata(15))), (vec![], Some(Reason::RuleTrue)));
    let beyond = (vec![Code::DocumentTooLarge], Some(Reason::UnsupportedRule));
    assert_eq!(found(&core("<True/>", &metadata(22))), beyond);
}

#[test]
fn what_follows_large_metadata_is_still_read() {
    let comments = format!("<!--{}-->", "x".repeat(3 << 20)).repeat(13);
    let rules = r#"<ApplicabilityRules><Metadata><CbsPackageApplicabilityMetadata>"#;
    let rest = "</CbsPackageApplicabilityMetadata></Metadata><IsInstalled><False/></IsInstalled>\
        <IsInstallable><True/></IsInstallable></ApplicabilityRules>";
    let head = r#"<UpdateIdentity UpdateID="1" RevisionNumber="1"/><Properties UpdateType="Software"/>"#;
    let fragment = format!("{head}{rules}{comments}{rest}");
    assert_eq!(found(&fragment), (vec![], Some(Reason::RuleFalse)));
}

#[test]
fn the_rules_of_an_update_have_65536_elements() {
    let rules = |count: usize| format!("<And>{}</And>", "<True/>".repeat(count));
    assert_eq!(found(&core(&rules(60_000), "")).0, vec![]);
    let beyond = (vec![Code::DocumentTooLarge], Some(Reason::UnsupportedRule));
    assert_eq!(found(&core(&rules(70_000), "")), beyond);
    // One beside the other, and in several sections.
    assert_eq!(found(&core(&"<True/>".repeat(70_000), "")), beyond);
    let sections = |count: usize| {
        let rules = rules(count);
        let superseded = format!("</IsInstalled><IsSuperseded>{rules}</IsSuperseded><IsInstalled>");
        core(&format!("{rules}{superseded}"), "")
    };
    assert!(!found(&sections(30_000)).0.contains(&Code::DocumentTooLarge));
    assert!(found(&sections(40_000)).0.contains(&Code::DocumentTooLarge));
}

#[test]
fn elements_are_nested_256_deep() {
    let deep = |depth: usize| {
        let (open, close) = ("<a>".repeat(depth), "</a>".repeat(depth));
        core(
            "<True/>",
            &format!("<CbsPackageApplicabilityMetadata>{open}{close}</CbsPackageApplicabilityMetadata>"),
        )
    };
    assert_eq!(found(&deep(200)).0, vec![]);
    assert_eq!(found(&deep(300)), (vec![Code::FragmentMalformed], Some(Reason::RuleError)));
}

#[test]
fn rules_are_nested_60_deep() {
    let deep = |depth: usize| format!("{}<True/>{}", "<Not>".repeat(depth), "</Not>".repeat(depth));
    assert_eq!(found(&core(&deep(50), "")).0, vec![]);
    assert_eq!(found(&core(&deep(70), "")).0, vec![Code::RuleTooDeep]);
}

#[test]
fn a_value_has_64_kib() {
    let query = |bytes: usize| {
        core(
            &format!(
                r#"<b.RegSz Key="HKEY_LOCAL_MACHINE" Subkey="a" Value="b" Comparison="EqualTo" Data="{}"/>"#,
                "x".repeat(bytes)
            ),
            "",
        )
    };
    assert_eq!(found(&query(60_000)).0, vec![]);
    assert_eq!(found(&query(70_000)).0, vec![Code::AttributeTooLong]);
}

#[test]
fn a_revision_of_the_graph_has_4_mib() {
    let graph = |bytes: usize| {
        let update = |id: usize| {
            let long = " ".repeat(bytes);
            format!(r#"<Update UpdateId="{id}" RevisionId="{id}" RevisionNumber="1">{long}</Update>"#)
        };
        let updates: String = (1..5).map(update).collect();
        format!("<OfflineSyncPackage><Updates>{updates}</Updates></OfflineSyncPackage>")
    };
    assert_eq!(read(&[("package.xml", &graph(3 << 20))]).unwrap().updates.len(), 4);
    let error = read(&[("package.xml", &graph(5 << 20))]).unwrap_err();
    assert_eq!(error.code(), Code::UpdateTooLarge);
}

#[test]
fn bundles_are_nested_32_deep() {
    let count = |most: u32| {
        let bundle = |number: u32| {
            format!(
                r#"<UpdateIdentity UpdateID="{number}" RevisionNumber="1"/><Properties UpdateType="Software"/>
                <Relationships><BundledUpdates><UpdateIdentity UpdateID="{}" RevisionNumber="1"/></BundledUpdates>
                </Relationships>"#,
                number + 1
            )
        };
        let files: Vec<(String, String)> =
            (1..=most).map(|number| (format!("c/{number}"), bundle(number))).collect();
        let files: Vec<(&str, &str)> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let compiled = compile(vec![read(&files).unwrap()], Vec::new()).unwrap();
        compiled.catalogs.sources[0].diagnostics.of(Code::BundleTooDeep)
    };
    assert_eq!(count(30), 0);
    assert_eq!(count(40), 1);
}

#[test]
fn a_document_type_is_refused() {
    let fragment = format!("<!DOCTYPE a [<!ENTITY b 'c'>]>{}", core("<True/>", ""));
    assert_eq!(found(&fragment), (vec![Code::FragmentMalformed], Some(Reason::RuleError)));
    let graph = "<!DOCTYPE a><OfflineSyncPackage><Updates/></OfflineSyncPackage>";
    assert_eq!(read(&[("package.xml", graph)]).unwrap_err().code(), Code::XmlDtd);
}

#[test]
fn bytes_without_meaning_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let mut fragment = core("<True/>", "").into_bytes();
    fragment.extend(b"<ExtendedProperties><SupportUrl>\xe9t\xe9</SupportUrl></ExtendedProperties>");
    std::fs::create_dir(folder.path().join("c")).unwrap();
    std::fs::write(folder.path().join("c/1"), fragment).unwrap();
    let mut found = 0;
    (find("wsus").unwrap().read)(folder.path(), &Settings::default(), &mut |catalog| {
        found += catalog.unwrap().diagnostics.of(Code::NotUtf8);
    });
    assert_eq!(found, 1);
}

#[test]
fn the_digest_of_a_folder_takes_the_content_of_its_cabinets() {
    use conformance::cabinet::Cabinet;
    let digest = |rule: &str| {
        let folder = tempfile::tempdir().unwrap();
        let fragment = core(rule, "");
        let bytes = Cabinet::stored(&[("c\\1", fragment.as_bytes())]).bytes();
        std::fs::write(folder.path().join("package2.cab"), bytes).unwrap();
        let mut digests = Vec::new();
        (find("wsus").unwrap().read)(folder.path(), &Settings::default(), &mut |catalog| {
            digests.push(catalog.unwrap().source.sha256);
        });
        digests.remove(0)
    };
    assert_eq!(digest("<True/>"), digest("<True/>"));
    assert_ne!(digest("<True/>"), digest("<Not><True/></Not>"));
}
