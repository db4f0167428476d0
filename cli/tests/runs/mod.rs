//! What a run gives, however it is divided.

use super::{Place, shown};

#[test]
fn threads_and_parts_change_nothing() {
    let place = Place::new();
    place.run("generate catalog --updates 300 -o large.xml");
    place.run("compile large.xml -o large.idx");
    assert!(place.run("generate fleet --for large.idx --clients 40 -o fleet").status.success());
    let matrix = |words: &str| {
        let output = place.run(&format!("evaluate large.idx fleet -o new.matrix {words}"));
        assert!(output.status.success(), "{}", shown(&output));
        std::fs::read(place.path("new.matrix")).expect("reads")
    };
    let whole = matrix("--threads 1");
    assert!(whole == matrix("--threads 8"), "the number of threads changes no byte");
    let lines = |words: &str| {
        matrix(words);
        let text = place.run("export matrix new.matrix --format tsv --verdict all").stdout;
        String::from_utf8(text).expect("is UTF-8").lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut parts: Vec<String> =
        ["1/3", "2/3", "3/3"].iter().flat_map(|part| lines(&format!("--shard {part}"))).collect();
    let mut all = lines("");
    parts.sort();
    all.sort();
    assert!(parts == all, "all parts together are everything");
    assert!(place.run("convert fleet -o one.xml").status.success());
    assert!(place.run("evaluate large.idx one.xml -o one.matrix").status.success());
    assert!(std::fs::read(place.path("one.matrix")).expect("reads") == whole, "nor does a conversion");
}

#[test]
fn results_of_another_scanner_that_rules_contradict_are_named() {
    let place = Place::new();
    let office = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/office");
    let (document, rules) = (office.join("patchdata.xml"), office.join("rules.xml"));
    place.run(&format!("compile {} --rules {} -o office.idx", document.display(), rules.display()));
    let patches = "<r><INSTALLED><PATCH KB_NUMBER='100005'/><PATCH KB_NUMBER='777777'/></INSTALLED></r>";
    std::fs::create_dir(place.path("scanned")).expect("is made");
    std::fs::write(place.path("scanned/WS.xml"), patches).expect("writes");
    place.run("convert --input-format office-convert scanned/WS.xml -o scanned/WS.xml");
    let stated = std::fs::read_to_string(place.path("scanned/WS.xml")).expect("reads");
    let product = "<msi product='{90110407-0000-0000-0000-000000000003}' version='1'/></inventory>";
    let whole = stated.replace("client=", "complete='msi msp file' client=").replace("</inventory>", product);
    std::fs::write(place.path("scanned/WS.xml"), whole).expect("writes");
    let output = place.run("evaluate office.idx scanned -o office.matrix");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    for line in [
        "warning: import-disagrees: `office:3/100005/0` of client `WS` is Missing; the other scanner: Installed",
        "note: import-without-bundle x 1 (",
        "warning: import-disagrees x 1 (",
    ] {
        assert!(said.contains(line), "no `{line}`:\n{said}");
    }
}
