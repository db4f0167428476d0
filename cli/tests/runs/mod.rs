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
