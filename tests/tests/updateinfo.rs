//! Reads the real updateinfo documents and small ones of our own.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use patchstate::catalog::{self, Settings, document, updateinfo};
use patchstate::diagnostic::Code;
use patchstate::error::Result;
use patchstate::model::expr::Expr;
use patchstate::model::options::Profile;
use patchstate::model::reason::Reason;
use patchstate::model::truth::Truth;
use patchstate::model::update::{Catalog, ModuleStream, PackageRow, Reboot, Rule, Update, Urgency};
use patchstate::model::verdict::Answer;
use patchstate::xml::Limits;
use patchstate::xml::cursor::{Cursor, Event};

/// Reads a document, which gives exactly one catalog.
fn read(path: &Path) -> Result<Catalog> {
    let mut catalogs = Vec::new();
    (updateinfo::FORMAT.read)(path, &Settings::default(), &mut |catalog| catalogs.push(catalog));
    assert_eq!(catalogs.len(), 1, "{}", path.display());
    catalogs.remove(0)
}

/// The path of one of our own documents.
fn own(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/updateinfo").join(name)
}

fn rows(update: &Update) -> &[PackageRow] {
    match &update.rule {
        Rule::Packages { rows, .. } => rows,
        Rule::None | Rule::Tests { .. } | Rule::Items(_) | Rule::Definition(_) => &[],
    }
}

/// Reads text as a document in a file.
fn read_text(text: impl AsRef<[u8]>) -> Result<Catalog> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document");
    std::fs::write(&path, text).unwrap();
    read(&path)
}

fn extra<'u>(update: &'u Update, name: &str) -> Option<&'u str> {
    update.extra.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
}

/// What a document holds, counted without the reader.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    updates: usize,
    ids: BTreeSet<String>,
    identities: BTreeSet<(String, String)>,
    rows: usize,
    sources: usize,
    without_epoch: usize,
    names: BTreeSet<String>,
    collections: usize,
    modules: usize,
    kinds: BTreeMap<String, usize>,
    distinct: BTreeSet<[String; 5]>,
}

fn counted(path: &Path) -> Counted {
    let mut cursor = Cursor::new(document::open(path).unwrap(), Limits::default());
    let (mut counted, mut version) = (Counted::default(), String::new());
    loop {
        let Event::Open(tag) = cursor.next().unwrap() else {
            if cursor.depth() == 0 {
                return counted;
            }
            continue;
        };
        let value = |name: &str| tag.attribute(name).unwrap_or_default().into_owned();
        match tag.local() {
            "update" => {
                counted.updates += 1;
                version = value("version");
                *counted.kinds.entry(value("type")).or_default() += 1;
            }
            "collection" => counted.collections += 1,
            "module" => counted.modules += 1,
            "package" => {
                counted.rows += 1;
                counted.sources += usize::from(matches!(value("arch").as_str(), "src" | "nosrc"));
                counted.without_epoch += usize::from(value("epoch").is_empty());
                counted.names.insert(value("name"));
                counted.distinct.insert(["name", "epoch", "version", "release", "arch"].map(value));
            }
            "id" => {
                let id = cursor.text().unwrap().text.trimmed().to_owned();
                counted.ids.insert(id.clone());
                counted.identities.insert((id, version.clone()));
            }
            _ => {}
        }
    }
}

/// Checks a real file: updates, ids, identities, packages, source packages, packages without epoch,
/// names.
fn check_sample(name: &str, expect: [usize; 7]) {
    let Some(path) = conformance::corpora(&format!("updateinfo/{name}")) else { return };
    let counted = counted(&path);
    let [updates, ids, identities, packages, sources, without_epoch, names] = expect;
    let Counted {
        updates: u, ids: i, identities: d, rows: p, sources: s, without_epoch: e, names: n, ..
    } = counted;
    assert_eq!([u, i.len(), d.len(), p, s, e, n.len()], expect, "{name}");

    let catalog = read(&path).unwrap();
    let found: BTreeSet<_> = catalog.updates.iter().map(|update| update.id.as_str()).collect();
    assert_eq!((catalog.updates.len(), found.len()), (identities, identities), "{name}");
    let bulletins: BTreeSet<_> = catalog.updates.iter().map(|update| update.bulletin.as_str()).collect();
    assert_eq!(bulletins.len(), ids, "{name}");
    assert_eq!(catalog.diagnostics.of(Code::UpdateinfoDuplicate), (updates - identities) as u64, "{name}");
    assert_eq!(catalog.diagnostics.of(Code::UpdateinfoSourceRow), sources as u64, "{name}");
    if updates == identities {
        let kept: Vec<_> = catalog.updates.iter().flat_map(rows).collect();
        assert_eq!(kept.len(), packages - sources, "{name}");
        if sources == 0 {
            let found: BTreeSet<_> = kept.iter().map(|row| row.name.as_str()).collect();
            assert_eq!((found.len(), without_epoch.min(1)), (names, without_epoch.min(1)), "{name}");
        }
    }
}

#[test]
fn the_real_files_have_the_sizes_of_the_table() {
    check_sample("fedora19-updates-2013.updateinfo.xml.gz", [2494, 2413, 2413, 28_717, 3179, 0, 13_028]);
    check_sample("opensuse11.0.updateinfo.xml", [164, 132, 164, 2287, 0, 2287, 734]);
    check_sample("opensuse-delta.updateinfo.xml", [14, 14, 14, 233, 0, 233, 71]);
    check_sample("fedora27-vmaas.updateinfo.xml", [9, 9, 9, 255, 9, 0, 48]);
    check_sample("sle-micro-sample.updateinfo.xml", [2, 2, 2, 2, 0, 0, 2]);
    check_sample("libdnf-advisories.updateinfo.xml", [1, 1, 1, 4, 0, 0, 3]);
    check_sample("createrepo_c-updateinfo_00.xml", [0; 7]);
    check_sample("pulp-assets-pkg-lion.updateinfo.xml", [0; 7]);
    check_sample("createrepo_c-updateinfo_01.xml", [1, 1, 1, 1, 0, 0, 1]);
    check_sample("createrepo_c-updateinfo_ampersand.xml", [1, 1, 1, 1, 0, 0, 1]);
    check_sample("createrepo_c-updateinfo_03.xml", [6, 6, 6, 11, 0, 11, 9]);
    check_sample("pulp-assets.updateinfo.xml", [4, 4, 4, 8, 0, 8, 8]);
    check_sample("pulp-assets-srpm.updateinfo.xml", [2, 2, 2, 3, 3, 3, 3]);
    check_sample("pulp-assets-modularity.updateinfo.xml", [1, 1, 1, 2, 0, 0, 2]);
    check_sample("pulp-assets-pkg-dolphin.updateinfo.xml", [1, 1, 1, 1, 0, 1, 1]);
}

#[test]
fn modules_and_collections_stay_apart() {
    let check = |name: &str, expect: (usize, usize)| {
        let Some(path) = conformance::corpora(&format!("updateinfo/{name}")) else { return };
        let counted = counted(&path);
        assert_eq!((counted.collections, counted.modules), expect, "{name}");
        let catalog = read(&path).unwrap();
        let mut found = (0, 0);
        for update in &catalog.updates {
            let Rule::Packages { collections, .. } = &update.rule else { continue };
            found.0 += collections.len();
            found.1 += collections.iter().map(|collection| collection.modules.len()).sum::<usize>();
        }
        assert_eq!(found, expect, "{name}");
    };
    check("libdnf-advisories.updateinfo.xml", (3, 4));
    check("createrepo_c-updateinfo_03.xml", (7, 3));
}

#[test]
fn fedora_19_is_united_and_without_sources() {
    let Some(path) = conformance::corpora("updateinfo/fedora19-updates-2013.updateinfo.xml.gz") else {
        return;
    };
    let catalog = read(&path).unwrap();
    let rows: Vec<_> = catalog.updates.iter().flat_map(rows).collect();
    let names: BTreeSet<_> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!((rows.len(), names.len()), (24_652, 12_925));
    let counted = counted(&path);
    let kinds =
        |security| [("bugfix", 1413), ("enhancement", 499), ("newpackage", 398), ("security", security)];
    let elements: Vec<_> = counted.kinds.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(elements, kinds(184));
    let mut united: BTreeMap<&str, usize> = BTreeMap::new();
    for update in &catalog.updates {
        *united.entry(&update.kind).or_default() += 1;
    }
    assert_eq!(united.into_iter().collect::<Vec<_>>(), kinds(184 - 81));
    assert_eq!(counted.distinct.len(), 27_726);
    assert_eq!(catalog.source.profile, Some(Profile::Dnf));
    assert!(catalog.updates.iter().all(|update| !update.id.as_str().contains('#')));
    let codes: Vec<_> = catalog.diagnostics.counts().collect();
    assert_eq!(codes, [(Code::UpdateinfoDuplicate, 81), (Code::UpdateinfoSourceRow, 3179)]);
}

/// Every document of ours that has something wrong, with what that is.
const HAZARDS: &[(&str, &[(Code, u64)])] = &[
    ("whole.xml", &[]),
    ("single.xml", &[]),
    ("empty.xml", &[]),
    ("flags.xml", &[(Code::UpdateinfoSourceRow, 1)]),
    ("no-rows.xml", &[(Code::UpdateinfoSourceRow, 2)]),
    ("no-id.xml", &[(Code::UpdateinfoNoId, 2)]),
    ("dates.xml", &[(Code::UpdateinfoUnknownPart, 1), (Code::UpdateinfoBadDate, 2)]),
    ("loose-packages.xml", &[(Code::UpdateinfoNoCollection, 1)]),
    (
        "rows.xml",
        &[(Code::UpdateinfoBadEpoch, 2), (Code::UpdateinfoBadRow, 4), (Code::UpdateinfoSourceRow, 2)],
    ),
    ("duplicates.xml", &[(Code::UpdateinfoDuplicate, 2)]),
    ("versions.xml", &[]),
    ("unknown-parts.xml", &[(Code::UpdateinfoUnknownPart, 6)]),
    ("retracted.xml", &[]),
    ("windows-1252.xml", &[(Code::NotUtf8, 1)]),
    ("undecodable.xml", &[(Code::TextUndecodable, 1)]),
    ("repositories/plain", &[]),
    ("repositories/modular", &[(Code::RepomdBase, 1), (Code::RepomdDuplicate, 1)]),
    ("repositories/none", &[(Code::RepomdNoUpdateinfo, 1)]),
];

#[test]
fn hazards_are_found_and_nothing_else() {
    for (name, expect) in HAZARDS {
        let path = own(name);
        assert_eq!(catalog::recognise(&path).unwrap().name, "updateinfo", "{name}");
        let found: Vec<_> = read(&path).unwrap().diagnostics.counts().collect();
        assert_eq!(found, *expect, "{name}");
    }
}

#[test]
fn every_code_of_the_format_is_raised_by_a_document_of_ours() {
    let mut raised: BTreeSet<Code> =
        HAZARDS.iter().flat_map(|(_, codes)| codes.iter().map(|(code, _)| *code)).collect();
    raised.insert(read(&own("repositories/damaged")).unwrap_err().code());
    let ours = |code: &&Code| code.name().starts_with("updateinfo-") || code.name().starts_with("repomd-");
    for code in Code::ALL.iter().filter(ours) {
        assert!(raised.contains(code), "{code}");
    }
}

#[test]
fn everything_that_a_document_says_is_kept() {
    let catalog = read(&own("whole.xml")).unwrap();
    let source = &catalog.source;
    assert_eq!((source.feed.as_str(), source.format.as_str()), ("updateinfo", "updateinfo"));
    assert_eq!((source.language.as_str(), source.profile), ("en", Some(Profile::Dnf)));
    let [update] = catalog.updates.as_slice() else { panic!("{}", catalog.updates.len()) };
    assert_eq!((update.id.as_str(), update.bulletin.as_str()), ("EX-2024-0001", "EX-2024-0001"));
    assert_eq!(update.title, "important: lamp & switch security update");
    assert_eq!(update.summary, "An update for lamp.");
    assert_eq!(update.description, "Fixes two flaws.\nSee the <references>.");
    assert_eq!((update.kind.as_str(), update.urgency), ("security", Some(Urgency::Important)));
    assert_eq!((update.posted.as_str(), update.revised.as_str()), ("2024-01-31", "2024-02-01"));
    assert_eq!((update.reboot, update.retracted), (Reboot::Always, false));
    assert_eq!(update.information, "https://example.org/errata/EX-2024-0001");
    assert!(update.payload.is_empty() && update.articles.is_empty() && update.products.is_empty());
    assert_eq!(update.position.to_string(), "3:3");
    let extra: Vec<_> = update.extra.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let expect = [
        ("from", "security@example.org"),
        ("status", "stable"),
        ("version", "3"),
        ("issued", "2024-01-31 08:09:10"),
        ("updated", "2024-02-01 09:33:20"),
        ("rights", "Copyright Example"),
        ("release", "Example 9"),
        ("pushcount", "2"),
        ("solution", "Install it."),
        ("message", "Switch the lamp off first."),
        ("relogin_suggested", "1"),
    ];
    assert_eq!(extra, expect);
}

#[test]
fn references_name_every_vulnerability_once() {
    let catalog = read(&own("whole.xml")).unwrap();
    let references = &catalog.updates[0].references;
    let found: Vec<_> = references.iter().map(|one| (one.kind.as_str(), one.id.as_str())).collect();
    let expect =
        [("bugzilla", "17"), ("self", "EX-2024-0001"), ("cve", "CVE-2024-1000"), ("cve", "CVE-2024-00017")];
    assert_eq!(found, expect);
    assert_eq!(references[0].title, "CVE-2024-00017 lamp: overheats");
    assert_eq!(references[0].address, "https://bugs.example.org/17");
}

#[test]
fn rows_keep_what_is_stated_and_where() {
    let catalog = read(&own("whole.xml")).unwrap();
    let Rule::Packages { collections, rows } = &catalog.updates[0].rule else { panic!() };
    let names: Vec<_> = collections.iter().map(|collection| collection.name.as_str()).collect();
    assert_eq!(names, ["Example 9 Base", "ex9-stream"]);
    let module = |stream: &str, context: &str, arch: &str| ModuleStream {
        name: "switch".into(),
        stream: stream.into(),
        context: context.into(),
        arch: arch.into(),
    };
    assert_eq!(collections[0].modules, []);
    assert_eq!(collections[1].modules, [module("2", "0a1b2c3d", "x86_64"), module("3", "", "")]);
    let line = |row: &PackageRow| {
        let release = row.release.as_deref().unwrap_or("?");
        let PackageRow { name, arch, epoch, version, collection, position, .. } = row;
        format!("{name} {epoch}:{version}-{release} {arch} in {collection} at {position}")
    };
    let expect = [
        "lamp 1:1.2-3.ex9 x86_64 in 0 at 25:9",
        "lamp-doc 0:1.2-3.ex9 noarch in 0 at 30:9",
        "switch 0:2.0~rc1-1 x86_64 in 1 at 35:9",
    ];
    assert_eq!(rows.iter().map(line).collect::<Vec<_>>(), expect);
}

#[test]
fn packages_that_are_hard_to_read_are_read_as_the_format_says() {
    let catalog = read(&own("rows.xml")).unwrap();
    let line = |row: &PackageRow| {
        let release = row.release.as_deref().unwrap_or("none");
        format!("{} {}:{} {release} {:?}", row.name, row.epoch, row.version, row.arch)
    };
    let found: Vec<_> = rows(&catalog.updates[0]).iter().map(line).collect();
    let expect = [
        "missing-epoch 0:1 1 \"x86_64\"",
        "empty-epoch 0:1 1 \"x86_64\"",
        "epoch-in-version 2:1 1 \"x86_64\"",
        "epoch-twice 3:2:1 1 \"x86_64\"",
        "no-release 0:1 none \"x86_64\"",
        "empty-release 0:1 none \"x86_64\"",
        "no-arch 0:1 1 \"\"",
        "empty-arch 0:1 1 \"\"",
    ];
    assert_eq!(found, expect);
    let places: Vec<_> = catalog.diagnostics.kept().iter().map(ToString::to_string).collect();
    assert!(places[0].contains("10:9: warning: updateinfo-bad-epoch: updates/update/pkglist"), "{places:?}");
}

#[test]
fn an_update_without_packages_is_for_no_client() {
    use patchstate::model::expr::Expr;
    use patchstate::model::reason::Reason;
    use patchstate::model::verdict::{Answer, Cell, Verdict};

    let catalog = read(&own("no-rows.xml")).unwrap();
    assert_eq!(catalog.updates.len(), 3);
    for update in &catalog.updates {
        let Rule::Tests { installed: Expr::Constant(installed), applicable: Expr::Constant(applicable) } =
            &update.rule
        else {
            panic!("{:?}", update.rule)
        };
        let cell = Cell::decide(*installed, *applicable, Answer::FALSE);
        assert_eq!(cell, Cell::new(Verdict::NotApplicable, Reason::PackageAbsent));
    }
}

#[test]
fn equal_identities_are_united_and_versions_are_not() {
    let catalog = read(&own("duplicates.xml")).unwrap();
    let ids: Vec<_> = catalog.updates.iter().map(|update| update.id.as_str()).collect();
    assert_eq!(ids, ["EX-1#1", "EX-1#2", "EX-2"]);
    let united = &catalog.updates[0];
    assert_eq!((united.title.as_str(), united.kind.as_str()), ("first", "bugfix"));
    assert_eq!((united.reboot, extra(united, "relogin_suggested")), (Reboot::Always, Some("1")));
    let references: Vec<_> = united.references.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(references, ["1", "2", "CVE-2024-0002"]);
    let Rule::Packages { collections, rows } = &united.rule else { panic!() };
    let names: Vec<_> = collections.iter().map(|collection| collection.name.as_str()).collect();
    assert_eq!(names, ["ex9", "ex8"]);
    let found: Vec<_> = rows.iter().map(|row| (row.release.as_deref(), row.collection)).collect();
    assert_eq!(found, [(Some("1"), 0), (Some("2"), 0), (Some("1"), 1)]);

    let ids: Vec<_> =
        read(&own("versions.xml")).unwrap().updates.into_iter().map(|update| update.id).collect();
    let ids: Vec<_> = ids.iter().map(|id| id.as_str()).collect();
    assert_eq!(ids, ["lamp%2Fbase#67", "lamp%2Fbase#111", "lamp%2Fbase#", "shade%231"]);
}

#[test]
fn dates_flags_and_status_are_read_in_all_their_forms() {
    let catalog = read(&own("dates.xml")).unwrap();
    let dates: Vec<_> = catalog.updates.iter().map(|update| [&*update.posted, &*update.revised]).collect();
    let expect =
        [["2024-01-31", "2024-02-01"], ["15mangled2", "2024-02-30"], ["", ""], ["", ""], ["1970-01-01", ""]];
    assert_eq!(dates, expect);
    assert_eq!(extra(&catalog.updates[0], "issued"), None);
    assert_eq!(extra(&catalog.updates[0], "updated"), Some("2024-02-01 10:00:00"));

    let catalog = read(&own("flags.xml")).unwrap();
    let set = |update: &Update, name| usize::from(extra(update, name).is_some());
    let flags: Vec<_> = catalog
        .updates
        .iter()
        .map(|one| {
            let reboot = usize::from(one.reboot == Reboot::Always);
            [reboot, set(one, "restart_suggested"), set(one, "relogin_suggested")]
        })
        .collect();
    let expect = [[1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 0, 0], [0, 0, 0], [0, 1, 1], [1, 1, 0]];
    assert_eq!(flags, expect);

    let catalog = read(&own("retracted.xml")).unwrap();
    let retracted: Vec<_> = catalog.updates.iter().map(|update| update.retracted).collect();
    assert_eq!(retracted, [true, false]);
}

#[test]
fn the_profile_follows_the_publisher_unless_one_is_given() {
    let check = |name: &str, given: Option<Profile>, expect: Profile| {
        let settings = Settings { profile: given, ..Settings::default() };
        let mut found = None;
        (updateinfo::FORMAT.read)(&own(name), &settings, &mut |catalog| {
            found = catalog.unwrap().source.profile;
        });
        assert_eq!(found, Some(expect), "{name}");
    };
    check("single.xml", None, Profile::Dnf);
    check("single.xml", Some(Profile::Suse), Profile::Suse);
    check("suse-namespace.xml", None, Profile::Suse);
    check("suse-from.xml", None, Profile::Suse);
    check("suse-type.xml", None, Profile::Suse);
    check("suse-type.xml", Some(Profile::Dnf), Profile::Dnf);
}

#[test]
fn settings_name_the_feed_and_its_language() {
    let settings =
        Settings { feed: Some("lamps".into()), language: Some("de".into()), ..Settings::default() };
    (updateinfo::FORMAT.read)(&own("single.xml"), &settings, &mut |catalog| {
        let source = catalog.unwrap().source;
        assert_eq!((source.feed.as_str(), source.language.as_str()), ("lamps", "de"));
        assert!(source.path.ends_with("single.xml") && source.sha256 != [0; 32]);
    });
}

#[test]
fn a_document_cut_short_anywhere_is_an_error_with_its_place() {
    for name in ["whole.xml", "duplicates.xml", "rows.xml"] {
        let bytes = std::fs::read(own(name)).unwrap();
        let whole = bytes.trim_ascii_end().len();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        for length in (1..whole).step_by(5) {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let error = read(&path).unwrap_err();
            let position = error.position().unwrap_or_default();
            assert_eq!(error.code(), Code::NotWellFormed, "{name} {length}: {error}");
            assert!(position.line > 0 && position.column > 0, "{name} {length}: {error}");
            assert!(error.to_string().starts_with(&*path.to_string_lossy()), "{name} {length}: {error}");
        }
    }
}

#[test]
fn bytes_that_changed_never_stop_the_program() {
    let bytes = std::fs::read(own("whole.xml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("updateinfo.xml");
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..2000 {
        let mut changed = bytes.clone();
        for _ in 0..3 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let at = (state % changed.len() as u64) as usize;
            changed[at] = b"<>&;\"'/ \0\xff:0=a"[(state >> 40) as usize % 14];
        }
        std::fs::write(&path, &changed).unwrap();
        if let Err(error) = read(&path) {
            assert!(error.file().is_some(), "{error}");
        }
    }
}

#[test]
fn what_is_no_such_document_is_refused() {
    let check = |text: &str, code: Code, words: &str| {
        let error = read_text(text).unwrap_err();
        assert!(error.code() == code && error.to_string().contains(words), "{text}: {error:?}");
    };
    check("<metadata/>", Code::WrongFormat, ":1:1: expected `<updates>`");
    check("", Code::NotWellFormed, "");
    check("<updates><update><id>a & b</id></update></updates>", Code::NotWellFormed, ":1:24");
    check("<updates><update><id>&nbsp;</id></update></updates>", Code::XmlEntity, ":1:22");
    check("<updates/><updates/>", Code::NotWellFormed, ":1:11");
    check("<updates></update>", Code::NotWellFormed, ":1:10");
    let deep = format!("<updates>{}{}</updates>", "<a>".repeat(64), "</a>".repeat(64));
    check(&deep, Code::TooLarge, ":1:199");
    let long = format!("<updates><update><title>{}</title></update></updates>", "x".repeat((16 << 20) + 1));
    assert_eq!(read_text(long).unwrap_err().code(), Code::TooLarge);
    for file in ["rpm_primary.xml", "rpm_primary2.xml", "rpm_filelists.xml", "rpm_other.xml"] {
        let Some(path) = conformance::corpora(&format!("rpm-md/{file}")) else { return };
        assert_eq!(catalog::recognise(&path).unwrap_err().code(), Code::UnknownCatalog, "{file}");
        assert_eq!(read(&path).unwrap_err().code(), Code::WrongFormat, "{file}");
    }
    let other = "<updates xmlns='http://schemas.microsoft.com/msus/2002/12/Update'/>";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("updates.xml");
    std::fs::write(&path, other).unwrap();
    assert_eq!(catalog::recognise(&path).unwrap_err().code(), Code::UnknownCatalog);
}

#[test]
fn an_update_of_which_no_row_can_be_read_is_not_decided() {
    let update = |rows: &str| {
        let text = format!(
            "<updates><update><id>A</id><pkglist><collection>{rows}</collection></pkglist></update></updates>"
        );
        read_text(text).unwrap().updates.remove(0)
    };
    let constant = |truth, reason| {
        let rule = || Expr::Constant(Answer::new(truth, reason));
        Rule::Tests { installed: rule(), applicable: rule() }
    };
    let source = r#"<package name="a" version="1" release="1" arch="src"/>"#;
    let bad = r#"<package name="a" version="1" release="1" arch="x86_64" epoch="x"/>"#;
    let unnamed = r#"<package version="1"/>"#;
    assert_eq!(update(source).rule, constant(Truth::False, Reason::PackageAbsent));
    for rows in [bad, unnamed, &format!("{source}{bad}")] {
        assert_eq!(update(rows).rule, constant(Truth::Unknown, Reason::RuleError), "{rows}");
    }
    let good = r#"<package name="a" version="1" release="1" arch="x86_64"/>"#;
    let Rule::Packages { rows, .. } = update(&format!("{bad}{good}")).rule else { panic!("has a row") };
    assert_eq!(rows.len(), 1);
}
