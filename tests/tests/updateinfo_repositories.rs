//! Reads repositories of updateinfo documents: found, checked against their index, never left.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use patchstate::catalog::{self, Settings, Verify, updateinfo};
use patchstate::compile::merge::merge;
use patchstate::diagnostic::Code;
use patchstate::error::Result;
use patchstate::model::update::Catalog;

/// A document of one update.
const UPDATES: &str = "<updates><update version='1'><id>EX-1</id></update></updates>";

/// Reads everything below a path.
fn read_all(path: &Path, settings: &Settings) -> Vec<Result<Catalog>> {
    let mut catalogs = Vec::new();
    (updateinfo::FORMAT.read)(path, settings, &mut |catalog| catalogs.push(catalog));
    catalogs
}

/// Reads a path that gives exactly one catalog.
fn read(path: &Path) -> Result<Catalog> {
    let mut catalogs = read_all(path, &Settings::default());
    assert_eq!(catalogs.len(), 1, "{}", path.display());
    catalogs.remove(0)
}

/// The path of one of our own repositories.
fn own(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpora/updateinfo/repositories").join(name)
}

fn ids(catalog: &Catalog) -> Vec<&str> {
    catalog.updates.iter().map(|update| update.id.as_str()).collect()
}

/// Writes a file and the folders above it.
fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// An index that names one file of updates, with what `fields` say of it.
fn index(location: &str, fields: &str) -> String {
    format!("<repomd><data type='updateinfo'><location href='{location}'/>{fields}</data></repomd>")
}

/// Makes a repository of one update.
fn make(folder: &Path, index: &str) {
    write(&folder.join("repodata/repomd.xml"), index);
    write(&folder.join("repodata/updateinfo.xml"), UPDATES);
}

fn plain(folder: &Path) {
    make(folder, &index("repodata/updateinfo.xml", ""));
}

#[test]
fn a_repository_is_its_folder_its_index_folder_or_its_index() {
    for name in ["plain", "plain/repodata", "plain/repodata/repomd.xml"] {
        let path = own(name);
        assert_eq!(catalog::recognise(&path).unwrap().name, "updateinfo", "{name}");
        let catalog = read(&path).unwrap();
        assert_eq!(ids(&catalog), ["EX-1"], "{name}");
        assert_eq!(catalog.source.revision, "1706688000", "{name}");
        assert!(catalog.source.path.ends_with("plain/repodata/updateinfo.xml"), "{}", catalog.source.path);
    }
}

#[test]
fn a_tree_names_its_repositories() {
    let catalogs = read_all(&own(""), &Settings::default());
    let [damaged, modular, none, plain] = catalogs.as_slice() else { panic!("{}", catalogs.len()) };
    assert_eq!(damaged.as_ref().unwrap_err().code(), Code::RepomdChecksum);
    assert_eq!(ids(modular.as_ref().unwrap()), ["modular/EX-1"]);
    assert_eq!(ids(none.as_ref().unwrap()), [""; 0]);
    assert_eq!(ids(plain.as_ref().unwrap()), ["plain/EX-1"]);

    let root = tempfile::tempdir().unwrap();
    plain_at(root.path(), "9/base");
    let only: Vec<_> = read_all(root.path(), &Settings::default());
    assert_eq!(ids(only[0].as_ref().unwrap()), ["EX-1"]);
    plain_at(root.path(), "9/base/debug");
    plain_at(root.path(), "9/.hidden");
    plain_at(root.path(), "10");
    assert_eq!(catalog::recognise(root.path()).unwrap().name, "updateinfo");
    let read: Vec<_> = read_all(root.path(), &Settings::default());
    let found: Vec<_> = read.iter().flat_map(|one| ids(one.as_ref().unwrap())).collect();
    assert_eq!(found, ["10/EX-1", "9%2Fbase/EX-1"]);
    let merged = merge(read.into_iter().map(Result::unwrap).collect(), Vec::new()).unwrap();
    let documents: Vec<_> = merged.sources.iter().map(|entry| entry.source.path.as_str()).collect();
    assert_eq!(documents, ["10/updateinfo.xml", "9/base/updateinfo.xml"]);
}

fn plain_at(root: &Path, name: &str) {
    plain(&root.join(name));
}

#[test]
fn a_folder_without_repositories_is_not_recognised() {
    let root = tempfile::tempdir().unwrap();
    write(&root.path().join("a/repodata/updateinfo.xml"), UPDATES);
    assert_eq!(catalog::recognise(root.path()).unwrap_err().code(), Code::UnknownCatalog);
    assert_eq!(read(root.path()).unwrap_err().code(), Code::WrongFormat);
}

#[test]
fn default_streams_are_read_beside_the_updates() {
    let catalog = read(&own("modular")).unwrap();
    let expect = [("bulb", "rhel-1.10"), ("switch", "2.0")];
    assert_eq!(catalog.module_defaults, expect.map(|(name, stream)| (name.to_owned(), stream.to_owned())));
    let found: Vec<_> = catalog.diagnostics.kept().iter().map(ToString::to_string).collect();
    assert!(found.iter().all(|line| line.contains("modular/repodata/repomd.xml:")), "{found:?}");

    let root = tempfile::tempdir().unwrap();
    let modules = "<repomd><data type='modules'><location href='m.yaml'/></data></repomd>";
    write(&root.path().join("repodata/repomd.xml"), modules);
    write(&root.path().join("m.yaml"), "{document: modulemd-defaults, data: {module: a, stream: 1}}");
    let catalog = read(root.path()).unwrap();
    assert_eq!(catalog.module_defaults, [("a".to_owned(), "1".to_owned())]);
    assert_eq!(catalog.diagnostics.of(Code::RepomdNoUpdateinfo), 1);
    write(&root.path().join("m.yaml"), "a: [");
    let error = read(root.path()).unwrap_err();
    assert_eq!(error.code(), Code::NotWellFormed);
    assert!(error.to_string().contains("m.yaml:"), "{error}");
    write(&root.path().join("m.yaml"), b"a: \xff");
    assert_eq!(read(root.path()).unwrap_err().code(), Code::NotWellFormed);
}

#[test]
fn what_does_not_fit_its_index_is_refused_unless_that_is_allowed() {
    let sha1 = "0123456789012345678901234567890123456789";
    let check = |fields: &str, words: &str| {
        let root = tempfile::tempdir().unwrap();
        make(root.path(), &index("repodata/updateinfo.xml", fields));
        let error = read(root.path()).unwrap_err();
        assert_eq!(error.code(), Code::RepomdChecksum, "{fields}: {error}");
        assert!(error.to_string().contains(words), "{fields}: {error}");
        let settings = Settings { verify: Verify::Warn, ..Settings::default() };
        let catalog = read_all(root.path(), &settings).remove(0).unwrap();
        assert_eq!(ids(&catalog), ["EX-1"], "{fields}");
        assert_eq!(catalog.diagnostics.counts().collect::<Vec<_>>(), [(Code::RepomdChecksum, 1)], "{fields}");
    };
    let size = UPDATES.len();
    check("<size>7</size>", &format!("the file has {size} bytes, `7` are stated"));
    check("<open-size>7</open-size>", &format!("its content has {size} bytes"));
    check("<size>many</size>", "`many` are stated");
    for kind in ["sha", "sha1", "sha256", "sha512"] {
        check(&format!("<checksum type='{kind}'>{sha1}</checksum>"), "the file has the");
        check(&format!("<open-checksum type='{kind}'>{sha1}</open-checksum>"), "its content has the");
    }
    check("<checksum type='md5'>0123</checksum>", "cannot be computed");

    // The checksum speaks first, whatever a damaged file makes the reader say.
    let root = tempfile::tempdir().unwrap();
    make(root.path(), &index("repodata/updateinfo.xml", "<size>7</size>"));
    write(&root.path().join("repodata/updateinfo.xml"), "\x1f\u{8b}damaged");
    assert_eq!(read(root.path()).unwrap_err().code(), Code::RepomdChecksum);
}

#[test]
fn compression_is_seen_by_content_and_not_by_name() {
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let root = tempfile::tempdir().unwrap();
    let name = "repodata/updateinfo.xml.zst";
    let stored = gzip(UPDATES.as_bytes());
    let sizes = format!("<size>{}</size><open-size>{}</open-size>", stored.len(), UPDATES.len());
    write(&root.path().join("repodata/repomd.xml"), gzip(index(name, &sizes).as_bytes()));
    write(&root.path().join(name), &stored);
    assert_eq!(ids(&read(root.path()).unwrap()), ["EX-1"]);
    assert_eq!(ids(&read(&root.path().join(name)).unwrap()), ["EX-1"]);
    for length in 1..stored.len() {
        write(&root.path().join("cut"), &stored[..length]);
        read(&root.path().join("cut")).unwrap_err();
    }
}

#[test]
fn a_location_never_leads_out_of_the_repository() {
    let outside = tempfile::tempdir().unwrap();
    write(&outside.path().join("updateinfo.xml"), UPDATES);
    let check = |location: &str, words: &str| {
        let root = tempfile::tempdir().unwrap();
        make(&root.path().join("a"), &index(location, ""));
        write(&root.path().join("updateinfo.xml"), UPDATES);
        let error = read(&root.path().join("a")).unwrap_err();
        assert_eq!(error.code(), Code::BadReference, "{location}: {error}");
        assert!(error.to_string().contains(words), "{location}: {error}");
        assert!(error.to_string().contains("repomd.xml:1:9"), "{location}: {error}");
    };
    check("../updateinfo.xml", "leads out of the repository");
    check("repodata/../../updateinfo.xml", "leads out of the repository");
    check(&outside.path().join("updateinfo.xml").to_string_lossy(), "is absolute");
    check("file:///etc/passwd", "is absolute");
    check("https://example.org/updateinfo.xml", "is absolute");
    check("", "names no file");
    check("repodata", "is no regular file");

    let root = tempfile::tempdir().unwrap();
    make(root.path(), &index("repodata/none.xml", ""));
    let error = read(root.path()).unwrap_err();
    assert!(error.is_io() && error.to_string().contains("none.xml"), "{error}");
    make(root.path(), "<repomd><data type='updateinfo'/></repomd>");
    assert_eq!(read(root.path()).unwrap_err().code(), Code::BadReference);
    make(root.path(), "<repodata/>");
    assert_eq!(read(root.path()).unwrap_err().code(), Code::WrongFormat);
}

#[test]
fn a_base_beside_the_index_is_followed_and_one_elsewhere_is_not() {
    let location = |base: &str, href: &str| {
        let location = format!("<location xml:base='{base}' href='{href}'/>");
        format!("<repomd><data type='updateinfo'>{location}</data></repomd>")
    };
    let check = |base: &str, href: &str, codes: &[(Code, u64)]| {
        let root = tempfile::tempdir().unwrap();
        make(root.path(), &location(base, href));
        let catalog = read(root.path()).unwrap();
        assert_eq!(ids(&catalog), ["EX-1"], "{base}");
        assert_eq!(catalog.diagnostics.counts().collect::<Vec<_>>(), codes, "{base}");
    };
    check("repodata", "updateinfo.xml", &[]);
    check("./repodata/", "updateinfo.xml", &[]);
    check("https://example.org/9", "repodata/updateinfo.xml", &[(Code::RepomdBase, 1)]);
    check("/srv/9", "repodata/updateinfo.xml", &[(Code::RepomdBase, 1)]);
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_not_followed_out() {
    use std::os::unix::fs::symlink;

    let outside = tempfile::tempdir().unwrap();
    plain(outside.path());

    // A file inside is read through a link, one outside is not.
    let root = tempfile::tempdir().unwrap();
    make(root.path(), &index("link.xml", ""));
    symlink(root.path().join("repodata/updateinfo.xml"), root.path().join("link.xml")).unwrap();
    assert_eq!(ids(&read(root.path()).unwrap()), ["EX-1"]);
    fs::remove_file(root.path().join("link.xml")).unwrap();
    symlink(outside.path().join("repodata/updateinfo.xml"), root.path().join("link.xml")).unwrap();
    let error = read(root.path()).unwrap_err();
    assert!(error.code() == Code::BadReference && error.to_string().contains("symbolic link"), "{error}");

    // In a tree, what is linked twice is read once, and what lies outside is spoken of.
    let root = tempfile::tempdir().unwrap();
    plain_at(root.path(), "9.1");
    plain_at(root.path(), "9.2");
    symlink(root.path().join("9.2"), root.path().join("9")).unwrap();
    symlink(root.path(), root.path().join("9.2/loop")).unwrap();
    symlink("/", root.path().join("elsewhere")).unwrap();
    let found = read_all(root.path(), &Settings::default());
    let found: Vec<_> = found.iter().flat_map(|one| ids(one.as_ref().unwrap())).collect();
    assert_eq!(found, ["9.1/EX-1", "9.2/EX-1"]);
    symlink(outside.path(), root.path().join("8")).unwrap();
    let found = read_all(root.path(), &Settings::default());
    assert_eq!(found.len(), 3);
    assert_eq!(found[0].as_ref().unwrap_err().code(), Code::BadReference);
    let given = root.path().join("9");
    assert_eq!(ids(&read(&given).unwrap()), ["EX-1"], "what is given may be a link");
}

#[test]
fn the_digest_covers_the_modules() {
    let root = tempfile::tempdir().unwrap();
    let digest = |modules: Option<&str>| {
        let part = modules.map_or("", |_| "<data type='modules'><location href='m.yaml'/></data>");
        let index = index("repodata/updateinfo.xml", "").replace("</repomd>", &format!("{part}</repomd>"));
        make(root.path(), &index);
        write(&root.path().join("m.yaml"), modules.unwrap_or_default());
        read(root.path()).unwrap().source.sha256
    };
    let alone = read(&root_document(root.path())).unwrap().source.sha256;
    let digests = [digest(None), digest(Some("a: 1")), digest(Some("a: 2"))];
    assert_eq!(digests[0], alone);
    assert_eq!(digests.iter().collect::<BTreeSet<_>>().len(), 3);
}

fn root_document(root: &Path) -> PathBuf {
    let path = root.join("repodata/updateinfo.xml");
    write(&path, UPDATES);
    path
}

/// The repositories of the recorded scenarios, as a tree.
#[test]
fn the_repositories_of_the_scenarios_are_read() {
    let Some(path) = conformance::corpora("updateinfo/ci-dnf-stack/fixtures/specs") else { return };
    let root = tempfile::tempdir().unwrap();
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let mut parts = String::new();
        for (kind, file) in [("updateinfo", "updateinfo.xml"), ("modules", "modules.yaml")] {
            let Ok(bytes) = fs::read(entry.path().join(file)) else { continue };
            write(&root.path().join(&name).join(file), bytes);
            parts += &format!("<data type='{kind}'><location href='{file}'/></data>");
        }
        let index = format!("<repomd>{parts}</repomd>");
        write(&root.path().join(&name).join("repodata/repomd.xml"), index);
        names.insert(name);
    }
    // Of the scenarios' repositories `dnf-ci-fedora` alone has no updates and no folder.
    let used = [
        "dnf-ci-fedora-updates",
        "dnf-ci-fedora-updates-testing",
        "dnf-ci-fedora-modular",
        "dnf-ci-fedora-modular-updates",
        "dnf-ci-multicontext-modular-advisory",
        "security-upgrade",
    ];
    assert!(used.iter().all(|name| names.contains(*name)), "{names:?}");

    let found = read_all(root.path(), &Settings::default());
    assert_eq!(found.len(), names.len());
    for (name, found) in names.iter().zip(&found) {
        let catalog = found.as_ref().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(ids(catalog).iter().all(|id| id.starts_with(&format!("{name}/"))), "{name}");
        let streams = catalog.module_defaults.iter().map(|(module, stream)| format!("{module}:{stream}"));
        if name == "dnf-ci-multicontext-modular-advisory" {
            assert_eq!(streams.collect::<Vec<_>>(), ["perl:5.26", "perl-DBI:master"]);
            assert_eq!(catalog.updates.len(), 1);
        }
    }
}
