//! What plans look like.

use insta::assert_snapshot;

use super::{Place, shown};

#[test]
fn plans_say_what_to_install_and_how() {
    let place = Place::new();
    let packages = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/sdp/package.sdp");
    place.run(&format!("compile {} -o q.idx", packages.display()));
    let client = |id: &str| {
        format!("<inventory version='1' client='{id}' complete='file'><os family='windows'/></inventory>")
    };
    std::fs::create_dir(place.path("plans")).expect("is made");
    std::fs::write(place.path("plans/a.xml"), client("a")).expect("writes");
    std::fs::write(place.path("plans/b.xml"), client("b")).expect("writes");
    place.run("evaluate q.idx plans -o q.matrix");
    for (name, words) in [
        ("plan_json", "export plan a q.matrix --index q.idx"),
        ("plan_csv", "export plan q.matrix --index q.idx --format csv"),
        ("plan_text", "export plan q.matrix --index q.idx --format text"),
        ("plan_of_nobody", "export plan nobody q.matrix --index q.idx"),
        ("plan_of_another_index", "export plan q.matrix --index site.idx"),
    ] {
        assert_snapshot!(name, shown(&place.run(words)));
    }
}
