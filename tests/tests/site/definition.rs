//! The definition: what a new site has, and every slip with its place.

use patchstate::catalog;
use patchstate::site::Site;
use patchstate::site::definition::{Definition, Expedited, Kind, Role, Template};

use conformance::site::Sample;

/// The definition of a sample site.
fn text() -> String {
    let sample = Sample::defined(|text| text);
    std::fs::read_to_string(sample.path("site.toml")).expect("is there")
}

/// What reading a definition says, where `from` stands as `to`.
fn refused(from: &str, to: &str) -> String {
    let text = text();
    assert!(text.contains(from), "{from}");
    let read = Definition::read("site.toml", &text.replacen(from, to, 1), Expedited::Refused);
    read.map(|_| String::new()).unwrap_or_else(|error| error.to_string())
}

#[test]
fn a_new_site_has_exactly_the_objects_of_its_feeds() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let feed = |id, format| (id, catalog::find(format).expect("is a format"));
    let template = Template {
        name: "Exa\"mple",
        test_client: "TEST01",
        sync_host: "SITESRV",
        feeds: vec![feed("security", "mssecure"), feed("office", "office")],
    };
    Site::init(folder.path(), &template).expect("is made");
    let path = folder.path().join("site.toml");
    let text = std::fs::read_to_string(&path).expect("is there");
    let definition = Definition::read("site.toml", &text, Expedited::Refused).expect("is as it must be");
    assert_eq!(definition.name, "Exa\"mple");
    for feed in ["security", "office"] {
        let roles: Vec<Role> = definition.collections_of(feed).map(|collection| collection.role).collect();
        assert_eq!(roles, [Role::Production, Role::Preproduction, Role::SyncHost]);
        let programs = definition.programs.iter().filter(|program| program.feed == feed);
        let kinds: Vec<Kind> = programs.map(|program| program.kind).collect();
        assert_eq!(kinds, [Kind::Scan, Kind::Expedited, Kind::Sync]);
    }
    assert_eq!((definition.collections.len(), definition.programs.len()), (6, 6));
    assert_eq!(definition.advertisements.len(), 4);
    assert!(definition.warnings.is_empty());
    let again = Site::init(folder.path(), &template).map_err(|error| error.to_string());
    assert!(again.is_err_and(|message| message.contains("is there already")));
    assert_eq!(std::fs::read_to_string(&path).expect("is there"), text, "a second time changes nothing");
}

#[test]
fn d1_every_slip_is_an_error_with_its_place() {
    let cases = [
        ("version = 1", "version = 2", "site.toml:2:11: the definition has version 2"),
        ("version = 1", "", "`version` is missing"),
        ("keep_revisions = 8", "keep_revision = 8", "unknown key `keep_revision`"),
        ("keep_revisions = 8", "keep_revisions = -1", "`keep_revisions` must be a whole number"),
        ("keep_revisions = 8", "keep_revisions = 'x'", "`keep_revisions` must be a whole number"),
        ("code = \"PS1\"", "code = \"ps1\"", "`code` must be three characters"),
        ("format = \"updateinfo\"", "format = \"yum\"", "`yum` is no catalog format"),
        ("source = [\"drop\"]", "source = [\"ftp://a/b\"]", "`ftp` is no scheme"),
        ("source = [\"drop\"]", "source = []", "`source` is missing or empty"),
        ("digest = \"\"", "digest = \"abc\"", "`digest` must be a SHA-256"),
        ("role = \"production\"", "role = \"prod\"", "`role`: there is no `prod`"),
        ("kind = \"scan\"", "kind = \"look\"", "`kind`: there is no `look`"),
        ("id = \"linux-preproduction\"", "id = \"linux-production\"", "there is a second collection"),
        ("feed = \"linux\"", "feed = \"unix\"", "there is no feed `unix`"),
        ("collection = \"linux-sync\"", "collection = \"none\"", "there is no collection `none`"),
        ("program = \"linux/sync\"", "program = \"linux/none\"", "there is no program `linux/none`"),
        ("every_days = 7", "every_days = 0", "`every_days` must be"),
        ("[site]", "[site", "site.toml:"),
    ];
    for (from, to, expected) in cases {
        let message = refused(from, to);
        assert!(message.contains(expected), "{to}: {message}");
        assert!(message.starts_with("site.toml:"), "{to}: {message}");
    }
    let sample = Sample::defined(|text| text.replace("keep_revisions", "kept"));
    assert!(conformance::site::open(sample.folder.path()).is_err(), "no command runs on a bad definition");
    let options = Sample::defined(|text| text.replacen("options = []", "options = [\"--nonsense\"]", 1));
    let error = conformance::site::open(options.folder.path()).expect_err("is no option").to_string();
    assert!(error.contains("options of the scan of feed `linux`: unknown option `--nonsense`"), "{error}");
}

#[test]
fn d2_a_feed_has_one_collection_of_each_role() {
    let message = refused("role = \"preproduction\"", "role = \"production\"");
    assert!(message.contains("has 2 collections of role `production`"), "{message}");
}

#[test]
fn d3_an_expedited_program_is_not_for_production() {
    let text = text().replacen("program = \"linux/scan\"", "program = \"linux/scan-expedited\"", 1);
    let refused = Definition::read("site.toml", &text, Expedited::Refused).expect_err("is refused");
    assert!(refused.to_string().contains("runs an expedited program on a production collection"));
    let allowed = Definition::read("site.toml", &text, Expedited::Allowed).expect("is a warning");
    assert_eq!(allowed.warnings.len(), 1);
}

#[test]
fn d4_ids_have_few_characters_and_names_no_case() {
    for bad in ["Linux-preproduction", "linux preproduction", "", "linux_pre"] {
        let message = refused("id = \"linux-preproduction\"", &format!("id = \"{bad}\""));
        assert!(message.contains("ids are made of a-z, 0-9 and `-`"), "{bad}: {message}");
    }
    let read = Definition::read("site.toml", &text(), Expedited::Refused).expect("is as it must be");
    assert!(read.feed("LINUX").is_some() && read.collection("Linux-Production").is_some());
}

#[test]
fn d5_it_is_plain_toml_in_which_unknown_keys_are_denied() {
    let message = refused("options = []", "options = []\nschedule = 3");
    assert!(message.contains("unknown key `schedule`"), "{message}");
    let comments = text().replace("[site]", "# words\n[site] # more");
    assert!(Definition::read("site.toml", &comments, Expedited::Refused).is_ok());
}

#[test]
fn d6_a_client_may_be_in_several_collections() {
    let sample = Sample::defined(|text| text.replace("clients = [\"*\"]", "clients = [\"TEST*\", \"ws-?\"]"));
    let site = sample.site();
    let members = |name| site.members(site.named_collection(name).expect("is there")).expect("are read");
    let (production, preproduction) = (members("linux-production"), members("linux-preproduction"));
    assert!(production.contains("test01") && preproduction.contains("Test01"));
    assert!(production.contains("WS-7") && !production.contains("WS-77"));
}
