//! What a compile takes over from an earlier index.

use super::{Place, shown};

#[test]
fn what_is_unchanged_is_taken_over_from_a_previous_index() {
    let place = Place::new();
    let packages = concat!(env!("CARGO_MANIFEST_DIR"), "/../corpora/sdp/catalog");
    let compile = |words: &str| place.run(&format!("compile {packages} {words}"));
    assert!(compile("-o first.idx").status.success());
    // All of it: nothing is read, and the index is the same.
    let output = compile("--previous first.idx -o second.idx");
    assert!(output.status.success(), "{}", shown(&output));
    let bytes = |name: &str| std::fs::read(place.path(name)).expect("reads");
    assert!(bytes("first.idx") == bytes("second.idx"));
    // In another language nothing is taken over; in place of the index itself it is as well.
    assert!(compile("--language de --previous first.idx -o first.idx").status.success());
    // Some of it: the summary says how much.
    let folder = place.path("changed");
    std::fs::create_dir(&folder).expect("is made");
    let list = ["20", "21", "22", "23"].map(|number| format!("5a3d0000-0000-0000-0000-0000000000{number}"));
    let dated = |id: &String| {
        let file = format!("{packages}/V2/{id}.sdp");
        let text = std::fs::read_to_string(file).expect("reads");
        std::fs::write(folder.join(format!("{id}.sdp")), &text).expect("writes");
        let date = text.split("CreationDate=\"").nth(1).and_then(|rest| rest.split('"').next());
        format!("\"{id}\": \"{}\"", date.expect("has a date"))
    };
    let list = format!("{{{}}}", list.iter().map(dated).collect::<Vec<_>>().join(", "));
    std::fs::write(folder.join("update_manifest.json"), &list).expect("writes");
    assert!(place.run("compile changed -o changed.idx").status.success());
    std::fs::write(folder.join("readme.sdp.txt"), "").expect("writes");
    std::fs::write(folder.join("update_manifest.json"), format!("{list}\n")).expect("writes");
    let output = place.run("compile changed --previous changed.idx -o again.idx");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && told.contains(" taken over)"), "{told}");
    // What is no index is refused, and nothing is written.
    for previous in ["catalog.xml", "none.idx"] {
        let output = compile(&format!("--previous {previous} -o third.idx"));
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("compile once without `--previous`"));
        assert!(!place.path("third.idx").exists());
    }
}
