//! What is left out of catalogs that cannot be read whole.

use super::{Place, shown};

#[test]
fn a_catalog_that_cannot_be_read_is_left_out_where_that_is_asked_for() {
    let place = Place::new();
    let output = place.run("compile catalog.xml fleet.matrix --keep-going -o new.idx");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        std::fs::read(place.path("new.idx")).expect("reads"),
        std::fs::read(place.path("site.idx")).expect("reads")
    );
    assert_eq!(place.run("compile catalog.xml fleet.matrix -o other-new.idx").status.code(), Some(2));
    assert_eq!(place.run("compile fleet.matrix --keep-going -o other-new.idx").status.code(), Some(2));
    assert!(!place.path("other-new.idx").exists());
    // Of a folder of packages, the one that is none.
    std::fs::create_dir(place.path("packages")).expect("makes a folder");
    let package = concat!(env!("CARGO_MANIFEST_DIR"), "/../corpora/sdp/expired.sdp");
    std::fs::copy(package, place.path("packages/one.sdp")).expect("copies");
    std::fs::write(place.path("packages/letter.sdp"), "<letter/>").expect("writes");
    assert_eq!(place.run("compile packages --input-format sdp -o packages.idx").status.code(), Some(2));
    assert!(!place.path("packages.idx").exists());
    let output = place.run("compile packages --input-format sdp --keep-going -o packages.idx");
    assert_eq!(output.status.code(), Some(1));
    assert!(place.path("packages.idx").exists());
    assert!(String::from_utf8_lossy(&output.stderr).contains("letter.sdp"));
    // `lint` likewise.
    assert_eq!(place.run("lint packages --input-format sdp").status.code(), Some(2));
    let output = place.run("lint packages --input-format sdp --keep-going");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("letter.sdp"));
    let output = place.run("lint catalog.xml fleet.matrix --keep-going");
    assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
    assert_eq!(place.run("lint fleet.matrix --keep-going").status.code(), Some(2));
    assert_eq!(place.run("lint catalog.xml --keep-going").status.code(), Some(0));
}
