//! Comparing catalogs: what another revision says otherwise, and what that means for the clients that are kept.

use std::fs;
use std::path::Path;

use conformance::site::{Sample, full, updates};
use patchstate::archive::map::Bytes;
use patchstate::archive::scratch::Scratch;
use patchstate::eval::run;
use patchstate::index::Index;
use patchstate::matrix::Matrix;
use patchstate::report::diff::{Diff, Outcome, cells, indexes};
use patchstate::report::table::Form;
use patchstate::site::Site;
use patchstate::site::catalogs::{Named, split};

/// A site with two revisions: the second has another title of update 2, not 3, and 4.
fn sample() -> Sample {
    let sample = Sample::new();
    sample.send("A.xml", &full("A", 1, &[("p1", 1), ("p2", 1), ("p3", 1), ("p4", 2)]));
    sample.send("B.xml", &full("B", 1, &[("p1", 2), ("p4", 1)]));
    sample.scan();
    let next = updates(&[1, 2, 4])
        .replace("<title>Update 2", "<title>Update two")
        .replace("'p1' version='2'", "'p1' version='3'");
    sample.drop_catalog("next.xml", &next);
    // The newest file counts, and this one may have come in the same moment.
    let newer = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
    let file = fs::File::options().write(true).open(sample.path("catalog/linux/drop/next.xml"));
    file.and_then(|file| file.set_modified(newer)).expect("has a time");
    sample.sync().expect("is fetched");
    sample
}

fn index(site: &Site, named: Named, to: &Path) -> Index {
    site.compile_with(named, to).expect("is compiled");
    Index::open(Bytes::read(to).expect("is there")).expect("is whole")
}

/// The rows of a comparison as CSV, without the header.
fn rows(found: &Diff<'_>) -> Vec<String> {
    let expected = if found.table.rows.is_empty() { Outcome::Same } else { Outcome::Different };
    assert_eq!(found.outcome, expected);
    let mut out = Vec::new();
    found.table.write(&Form::Csv, &mut out).expect("writes to memory");
    String::from_utf8(out).expect("is text").lines().skip(1).map(str::to_owned).collect()
}

/// What differs between two revisions.
fn differ(site: &Site, names: [&str; 2]) -> Vec<String> {
    let scratch = Scratch::new().expect("can be made");
    let made = names.map(|name| {
        let (feed, revision) = split(name).expect("names a revision");
        let named = site.named_revision(feed, revision).expect("is kept");
        index(site, named, &scratch.path(&format!("{revision}.idx")))
    });
    let [before, after] = made.each_ref().map(|index| index.view().expect("opens"));
    rows(&indexes(before, after))
}

/// What becomes of the cells of a collection's clients.
fn cells_of(sample: &Sample, revisions: [u64; 2], collection: Option<&str>) -> Vec<String> {
    let site = sample.site();
    let scratch = Scratch::new().expect("can be made");
    let matrices = revisions.map(|revision| {
        let index = index(&site, Named { feed: 0, revision }, &scratch.path(&format!("{revision}.idx")));
        let (plan, words) = site.plan_of(index.view().expect("opens"), 0);
        let intake = site.kept_for(0, collection, sample.desk.now).expect("can be read");
        let clients: Vec<_> = intake.clients().iter().collect();
        let mut file = std::io::Cursor::new(Vec::new());
        run::into_matrix(&plan, &intake, &clients, words.to_owned(), &[], &mut file, &|_| ())
            .expect("is written");
        Bytes::copy(file.get_ref())
    });
    let [before, after] = matrices.each_ref().map(|bytes| Matrix::open(bytes.as_ref()).expect("is whole"));
    rows(&cells(&before, &after))
}

#[test]
fn s6_5_revisions_are_compared_by_what_they_say() {
    let sample = sample();
    let site = sample.site();
    let before = (sample.files("index"), site.current().expect("is whole"));
    assert_eq!(
        differ(&site, ["linux@1", "linux@2"]),
        [
            "changed,linux:U-1,rows,package p1 for noarch is at 0:2-1 or later,package p1 for noarch is at 0:3-1 or later",
            "changed,linux:U-2,title,Update 2,Update two",
            "removed,linux:U-3,,Update 3,",
            "added,linux:U-4,,,Update 4",
        ]
    );
    assert_eq!(differ(&site, ["linux@2", "LINUX@current"]), [""; 0], "it is that one");
    assert_eq!(
        (sample.files("index"), site.current().expect("is whole")),
        before,
        "nothing of the site changed"
    );
    site.rollback("linux", Some(1), &sample.desk).expect("is kept");
    assert_eq!(differ(&site, ["linux@1", "linux@current"]), [""; 0]);
}

#[test]
fn s6_5_cells_change_where_the_catalog_does() {
    let sample = sample();
    let before = sample.cells();
    assert_eq!(
        cells_of(&sample, [1, 2], None),
        [
            "A,linux:U-3,Missing,absent,package-older",
            "B,linux:U-1,Installed,Missing,package-current;package-older",
            "B,linux:U-4,absent,Missing,package-older",
        ]
    );
    assert_eq!(
        cells_of(&sample, [2, 1], Some("linux-production"))[0],
        "A,linux:U-3,absent,Missing,package-older"
    );
    assert_eq!(cells_of(&sample, [1, 2], Some("linux-preproduction")), [""; 0], "its client is not kept");
    assert_eq!(cells_of(&sample, [2, 2], None), [""; 0]);
    assert_eq!(sample.cells(), before, "nothing of the site changed");
    assert!(sample.site().kept_for(0, Some("none"), sample.desk.now).is_err());
}

#[test]
fn s6_5_other_feeds_stay_as_they_are() {
    let sample = Sample::of_feeds(&[("one", "updateinfo"), ("two", "updateinfo")], |text| text);
    for feed in ["one", "two"] {
        sample.drop_catalog_of(feed, "u.xml", &updates(&[1]));
    }
    sample.sync().expect("is fetched");
    sample.drop_catalog_of("two", "v.xml", &updates(&[1, 2]));
    fs::remove_file(sample.path("catalog/two/drop/u.xml")).expect("was there");
    sample.sync().expect("is fetched");
    let site = sample.site();
    assert_eq!(differ(&site, ["two@1", "two@2"]), ["added,two:U-2,,,Update 2"]);
    assert_eq!(differ(&site, ["one@1", "one@current"]), [""; 0]);
}

/// Every id of a document that only counts within it, made another one.
fn renumbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let is_raw = |name: &str| {
        let ids = [
            "LocationID",
            "ProductID",
            "ServicePackID",
            "FixedInSP",
            "ChangeID",
            "ProductVersionID",
            "CommentID",
            "SBID",
        ];
        ids.iter().any(|id| name.ends_with(id))
    };
    while let Some(at) = rest.find("=\"") {
        let (before, value) = (&rest[..at], &rest[at + 2..]);
        let end = value.find('"').expect("is well-formed");
        let name = before.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        out.push_str(&rest[..at + 2]);
        match value[..end].parse::<u32>() {
            Ok(number) if number > 0 && is_raw(name) => out.push_str(&(number + 700).to_string()),
            _ => out.push_str(&value[..end]),
        }
        rest = &value[end..];
    }
    out + rest
}

#[test]
fn s6_5_ids_that_count_within_a_document_join_nothing() {
    let sample = Sample::of_feeds(&[("security", "mssecure")], |text| text);
    let text = include_str!("../../../corpora/mssecure/plain.xml");
    let other = renumbered(text);
    assert!(other.contains("ProductID=\"705\" FixedInSP=\"703\"") && !other.contains("ProductID=\"5\""));
    sample.drop_catalog_of("security", "a.xml", text);
    sample.sync().expect("is fetched");
    fs::remove_file(sample.path("catalog/security/drop/a.xml")).expect("was there");
    sample.drop_catalog_of("security", "b.xml", &other);
    sample.sync().expect("is fetched");
    assert_eq!(differ(&sample.site(), ["security@1", "security@2"]), [""; 0]);
}

#[test]
fn s6_5_what_is_not_there_is_named() {
    let sample = sample();
    let site = sample.site();
    let refused = |feed: &str, revision: &str| {
        let error = site.named_revision(feed, revision).expect_err("is not there");
        format!("{error}; {}", error.hint().unwrap_or_default())
    };
    assert_eq!(refused("none", "1"), "there is no feed `none`; there are: linux");
    let lists = "`patchstate site revisions linux` lists them";
    assert_eq!(refused("linux", "9"), format!("feed `linux` has no revision 9; {lists}"));
    assert_eq!(refused("linux", "last"), format!("feed `linux` has no revision `last`; {lists}"));
    assert_eq!(refused("linux", ""), format!("feed `linux` has no revision ``; {lists}"));
    let empty = Sample::defined(|text| text);
    let error = empty.site().named_revision("linux", "current").expect_err("nothing came yet");
    assert_eq!(error.to_string(), "feed `linux` has no current revision");
    assert_eq!(split("linux@1"), Some(("linux", "1")));
    for text in ["linux", "@1", "a/linux@1", "a.idx@1", "ü@1"] {
        assert_eq!(split(text), None, "{text}");
    }
}

#[test]
fn s6_5_a_damaged_revision_is_named_and_changes_nothing() {
    let sample = sample();
    let site = sample.site();
    let scratch = Scratch::new().expect("can be made");
    let named = site.named_revision("linux", "1").expect("is kept");
    let path = sample.path("catalog/linux/rev/000001/updateinfo.xml");
    fs::write(&path, "<updates><update>").expect("is written");
    let error = site.compile_with(named, &scratch.path("a.idx")).expect_err("is cut short");
    assert!(error.to_string().contains("000001/updateinfo.xml:1:"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("site revisions linux")), "{error}");
    assert!(!scratch.path("a.idx").exists());
    fs::write(sample.path("catalog/linux/rev/000001/meta.toml"), "file = 3\n").expect("is written");
    let error = site.named_revision("linux", "2").expect_err("is damaged").to_string();
    assert!(error.contains("000001/meta.toml:1:"), "{error}");
}
