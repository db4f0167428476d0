//! What a site says of two revisions of its catalog, and of a list of updates that are to be installed.

use conformance::site::{full, updates};
use insta::assert_snapshot;

use super::{Place, shown};

/// A site with two revisions of one feed and two clients, scanned with the second.
fn site() -> Place {
    let place = Place::new();
    let done = |words: &str| {
        let output = place.run(words);
        assert!(output.status.success(), "{words}: {}", shown(&output));
    };
    done("site init site --name Example --test-client TEST01 --feeds linux=updateinfo");
    let next = updates(&[1, 2, 4]).replace("<title>Update 2", "<title>Update two");
    for (name, text) in [("a.xml", updates(&[1, 2, 3])), ("b.xml", next)] {
        std::fs::write(place.path(name), text).expect("writes");
        done(&format!("site sync linux --from {name} --any-host --site site"));
    }
    for (id, packages) in [("A", [("p1", 1), ("p3", 1)]), ("B", [("p1", 1), ("p4", 1)])] {
        std::fs::write(place.path(&format!("site/spool/in/{id}.xml")), full(id, 1, &packages))
            .expect("writes");
    }
    done("site scan --site site --now 2026-03-02");
    std::fs::write(
        place.path("site/lists/authorize/march.toml"),
        "name = \"march\"\ncreated = \"2026-03-02T12:00:00Z\"\ncollection = \"linux-production\"\n\n\
         [[entry]]\nupdate = \"U-1\"\ntime_authorized = \"2026-03-02T12:00:00Z\"\n\
         deadline = \"2026-04-01\"\nnote = \"first the tests\"\n\n\
         [[entry]]\nupdate = \"linux:U-4\"\ntime_authorized = \"2026-03-02T12:00:00Z\"\n\n\
         [[entry]]\nupdate = \"U-9\"\ntime_authorized = \"2026-03-02T12:00:00Z\"\n",
    )
    .expect("writes");
    place
}

#[test]
fn revisions_are_compared_and_so_is_what_they_mean_for_clients() {
    let place = site();
    let temporary = place.path("temporary");
    std::fs::create_dir(&temporary).expect("is made");
    let run = |words: &str| shown(&place.command(words).env("TMPDIR", &temporary).output().expect("runs"));
    for (name, words) in [
        ("diff_revisions", "diff linux@1 linux@current --site site"),
        ("diff_revisions_csv", "diff linux@1 linux@2 --site site --format csv"),
        ("diff_same_revision", "diff linux@2 linux@current --site site"),
        ("diff_clients", "diff linux@1 linux@2 --clients --site site --now 2026-03-02"),
        ("diff_clients_json", "diff linux@1 linux@2 --clients --site site --now 2026-03-02 --format json"),
        ("diff_clients_same", "diff linux@1 linux@1 --clients --site site --quiet"),
        (
            "diff_clients_of_nobody",
            "diff linux@1 linux@2 --clients --site site --collection linux-preproduction",
        ),
        ("error_no_such_revision", "diff linux@1 linux@7 --site site"),
        ("error_no_such_feed", "diff windows@1 linux@1 --site site"),
        ("error_revision_without_site", "diff linux@1 linux@2"),
        ("error_clients_without_site", "diff site.idx other.idx --clients"),
        ("error_clients_of_matrices", "diff fleet.matrix fleet.matrix --inventory site/store"),
        ("error_clients_of_other_feeds", "diff site.idx other.idx --clients --site site"),
    ] {
        assert_snapshot!(name, run(words));
    }
    let here = place.command("diff linux@1 linux@2").current_dir(place.path("site")).output().expect("runs");
    assert_eq!(here.status.code(), Some(1), "this folder is a site");
    assert_eq!(std::fs::read_dir(&temporary).map(Iterator::count).ok(), Some(0), "nothing is left");
}

#[test]
fn inventories_are_compared_without_a_site() {
    let place = site();
    for (index, catalog) in [("one", "a.xml"), ("two", "b.xml")] {
        let words = format!("compile --feed linux={catalog} -o {index}.idx");
        assert!(place.run(&words).status.success(), "{words}");
    }
    std::fs::create_dir(place.path("sent")).expect("is made");
    std::fs::write(place.path("sent/C.xml"), full("C", 1, &[("p4", 1)])).expect("writes");
    assert_snapshot!(
        "diff_inventories",
        shown(&place.run("diff one.idx two.idx --inventory sent --format csv --quiet"))
    );
    let of_site = place.run("diff one.idx linux@2 --inventory sent --format csv --quiet --site site");
    assert_snapshot!("diff_inventories_of_a_site", shown(&of_site));
    std::fs::create_dir(place.path("nothing")).expect("is made");
    let nowhere = place.run("diff one.idx two.idx --inventory sent --feed linux");
    assert_snapshot!("error_feed_without_site", shown(&nowhere));
    assert_snapshot!("error_nothing_compared", shown(&place.run("diff one.idx two.idx --inventory nothing")));
}

#[test]
fn the_plan_of_a_list_says_who_needs_what() {
    let place = site();
    for (name, words) in [
        ("list_plan_text", "export plan march --site site --format text"),
        ("list_plan_json", "export plan march --site site"),
        ("list_plan_csv", "export plan march --site site --format csv"),
        ("list_plan_xml", "export plan march --site site --format xml"),
        ("error_no_such_list", "export plan april --site site"),
        ("error_no_list", "export plan --site site"),
        ("error_list_without_site", "export plan march"),
        ("error_no_matrix_for_plan", "export plan --index site.idx"),
        ("error_matrix_plan_as_xml", "export plan fleet.matrix --index site.idx --format xml"),
    ] {
        assert_snapshot!(name, shown(&place.run(words)));
    }
}
