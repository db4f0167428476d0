//! A feed of OVAL definitions: what was collected on a client is kept with it, and evaluated again with the next
//! revision.

use std::fs;
use std::path::Path;

use conformance::site::Sample;
use patchstate::site::catalogs::Synced;

/// A document of the project's own corpora.
fn own(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora");
    fs::read_to_string(root.join(name)).expect("is there")
}

#[test]
fn characteristics_are_scanned_kept_and_evaluated_again() {
    let sample = Sample::of_feeds(&[("linux", "oval")], |text| text);
    let definitions = own("oval/example.xml");
    sample.drop_catalog("definitions.xml", &definitions);
    assert_eq!(sample.sync().map(|fed| fed[0].result).ok(), Some(Synced::Revision(1)));
    let first = own("inventory/oval-sc.xml");
    let second = first.replace("web-01", "web-02").replace("5.2.26-3.ex9", "5.2.26-9.ex9");
    assert_ne!(first.replace("web-01", "web-02"), second, "it has another version of a package");
    sample.send("first.xml", &first);
    sample.send("second.xml", &second);
    assert_eq!(sample.scan().evaluated, 2);
    let cells = sample.cells();
    let of = |cells: &[String], client: &str, definition: u32| {
        let begin = format!("{client}.example.org linux:oval:org.example:def:{definition} ");
        let found = cells.iter().find_map(|line| line.strip_prefix(&begin));
        found.unwrap_or_else(|| panic!("{begin}: {cells:#?}")).to_owned()
    };
    assert_eq!(of(&cells, "web-01", 10), "Missing package-older");
    assert_eq!(of(&cells, "web-02", 10), "Installed package-current");
    // The next revision asks for a version that none of them has.
    sample.drop_catalog("definitions.xml", &definitions.replace("5.2.26-4.ex9", "5.2.27-1.ex9"));
    assert_eq!(sample.sync().map(|fed| fed[0].result).ok(), Some(Synced::Revision(2)));
    assert_eq!(sample.scan().evaluated, 2);
    let again = sample.cells();
    assert_eq!(of(&again, "web-02", 10), "Missing package-older");
    let others = |cells: &[String]| -> Vec<String> {
        cells.iter().filter(|line| !line.contains(":def:10 ")).cloned().collect()
    };
    assert_eq!(others(&cells), others(&again));
}
