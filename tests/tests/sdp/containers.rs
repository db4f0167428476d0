//! Folders, archives and documents of packages.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use conformance::sdp::{self, catalog, id, package, rules};
use patchstate::catalog::{self as formats, Settings};
use patchstate::diagnostic::Code;
use patchstate::error::{Error, Result};
use patchstate::model::update::Catalog;

/// Files by name.
type Files = Vec<(String, Vec<u8>)>;

fn one(number: u32) -> Vec<u8> {
    package(number, &rules("<lar:False/>", "<lar:True/>")).into_bytes()
}

fn files() -> Files {
    let list = format!("{{\"{}\": \"2026-01-01T00:00:00\", \"{}\": \"x\"}}", id(1), id(2));
    vec![
        (
            "catalog.xml".to_owned(),
            catalog(&[one(1), one(2)].map(|one| String::from_utf8(one).unwrap()).concat()).into(),
        ),
        (format!("V2/{}.sdp", id(1)), one(1)),
        (format!("V2/{}.sdp", id(2)), one(2)),
        ("V2/update_manifest.json".to_owned(), list.into()),
        ("V3/a.json".to_owned(), b"{}".to_vec()),
        ("readme.txt".to_owned(), b"text".to_vec()),
    ]
}

fn folder(at: &Path, files: &Files) -> PathBuf {
    let path = at.join("folder");
    for (name, bytes) in files {
        let file = path.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    path
}

fn zip(at: &Path, files: &Files) -> PathBuf {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let path = at.join("a.zip");
    fs::write(&path, zip.finish().unwrap().into_inner()).unwrap();
    path
}

fn cabinet(at: &Path, files: &Files) -> PathBuf {
    let mut builder = cab::CabinetBuilder::new();
    let packed = builder.add_folder(cab::CompressionType::MsZip);
    for (name, _) in files {
        packed.add_file(name.replace('/', "\\"));
    }
    let mut writer = builder.build(Cursor::new(Vec::new())).unwrap();
    while let Some(mut file) = writer.next_file().unwrap() {
        let name = file.file_name().replace('\\', "/");
        let (_, bytes) = files.iter().find(|(known, _)| *known == name).unwrap();
        file.write_all(bytes).unwrap();
    }
    let path = at.join("a.cab");
    fs::write(&path, writer.finish().unwrap().into_inner()).unwrap();
    path
}

fn read(path: &Path, settings: &Settings) -> Result<Catalog> {
    let mut catalogs = Vec::new();
    (formats::sdp::FORMAT.read)(path, settings, &mut |catalog| catalogs.push(catalog));
    assert_eq!(catalogs.len(), 1);
    catalogs.remove(0)
}

/// Reads files of a folder.
fn of(files: Files) -> Result<Catalog> {
    let at = tempfile::tempdir().unwrap();
    read(&folder(at.path(), &files), &Settings { check_duplicates: true, ..Settings::default() })
}

fn found(catalog: &Catalog) -> Vec<(Code, u64)> {
    let rules = [Code::SdpNoInstalledRule, Code::NoInstallableRule];
    catalog.diagnostics.counts().filter(|(code, _)| !rules.contains(code)).collect()
}

#[test]
fn the_same_packages_are_read_of_a_folder_a_zip_and_a_cabinet() {
    let at = tempfile::tempdir().unwrap();
    for path in [folder(at.path(), &files()), zip(at.path(), &files()), cabinet(at.path(), &files())] {
        assert_eq!(formats::recognise(&path).unwrap().name, "sdp", "{}", path.display());
        for check_duplicates in [false, true] {
            let catalog = read(&path, &Settings { check_duplicates, ..Settings::default() }).unwrap();
            let ids: Vec<_> = catalog.updates.iter().map(|update| update.id.to_string()).collect();
            assert_eq!(ids, [id(1), id(2)], "{}", path.display());
            assert_eq!(found(&catalog), [(Code::SdpV3Ignored, 1)]);
            assert!(catalog.updates[0].document().ends_with(".sdp"));
        }
    }
}

#[test]
fn what_the_files_lack_is_taken_from_the_document() {
    let mut files = files();
    files.remove(2);
    let catalog = of(files).unwrap();
    assert_eq!(catalog.updates.len(), 2);
    assert_eq!(catalog.updates[1].document(), "catalog.xml");
    assert_eq!(found(&catalog), [(Code::SdpV3Ignored, 1)]);
}

#[test]
fn a_copy_that_differs_is_told_where_it_is_asked_for() {
    let mut files = files();
    let other = package(1, &rules("<lar:True/>", "<lar:True/>"));
    files[0].1 = catalog(&other.replace("'1.0'", "'1.2'")).into();
    let told = of(files.clone()).unwrap();
    assert_eq!(told.diagnostics.of(Code::SdpCopyDiffers), 1);
    let place = told.diagnostics.kept().iter().find(|found| found.code == Code::SdpCopyDiffers).unwrap();
    assert_eq!((place.file.as_str(), place.message.as_str()), ("catalog.xml", id(1).as_str()));
    // Another version of the format, prefixes and white space are no difference.
    let same =
        String::from_utf8(one(1)).unwrap().replace("'1.0'", "'1.2'").replace("<Properties", "\n <Properties");
    files[0].1 = catalog(&same).into();
    assert_eq!(of(files).unwrap().diagnostics.of(Code::SdpCopyDiffers), 0);
}

#[test]
fn the_list_decides_nothing() {
    let mut files = files();
    files[3].1 = format!("{{\"{}\": \"x\", \"{}\": \"x\"}}", id(1), id(9)).into();
    let catalog = of(files.clone()).unwrap();
    assert_eq!(catalog.updates.len(), 2);
    let [dangling, missing] = [Code::SdpManifestDangling, Code::SdpManifestMissing];
    assert_eq!(found(&catalog), [(dangling, 1), (missing, 1), (Code::SdpV3Ignored, 1)]);
    files[3].1 = b"[]".to_vec();
    let catalog = of(files).unwrap();
    assert_eq!(found(&catalog), [(Code::SdpMalformed, 1), (Code::SdpV3Ignored, 1)]);
}

#[test]
fn of_two_packages_with_one_id_the_later_one_counts() {
    let later = package(1, &rules("<lar:True/>", "")).replace("2026-01-01", "2026-01-02");
    let equal = package(2, "");
    let mut files = files();
    files.push(("V2/x.sdp".to_owned(), later.into_bytes()));
    files.push(("V2/y.sdp".to_owned(), equal.into_bytes()));
    let catalog = of(files).unwrap();
    assert_eq!(catalog.diagnostics.of(Code::SdpDuplicateId), 2);
    assert_eq!(catalog.diagnostics.of(Code::SdpNameDiffers), 2);
    assert_eq!(catalog.updates[0].posted, "2026-01-02");
    assert_ne!(catalog.updates[1].rule, patchstate::model::update::Rule::None);
}

#[test]
fn a_package_that_cannot_be_read_keeps_its_row() {
    let whole = String::from_utf8(one(1)).unwrap();
    let check = |text: &[u8], expect: &str| {
        let catalog = of(vec![("name.sdp".to_owned(), text.to_vec()), ("b.sdp".to_owned(), one(2))]).unwrap();
        assert_eq!(catalog.diagnostics.of(Code::SdpMalformed), 1);
        let ids: Vec<_> = catalog.updates.iter().map(|update| update.id.to_string()).collect();
        assert!(ids.contains(&expect.to_owned()), "{ids:?}");
        assert_eq!(ids.len(), 2);
    };
    check(&whole.as_bytes()[..whole.len() - 30], &id(1));
    check(b"<SoftwareDistributionPackage", "name");
    check(b"", "name");
    check(whole.replace("PackageID", "ID").as_bytes(), "name");
    let deep =
        whole.replace("<lar:True/>", &format!("{}{}", "<lar:Not>".repeat(300), "</lar:Not>".repeat(300)));
    check(deep.as_bytes(), &id(1));
    check(format!("<!DOCTYPE a>{whole}").as_bytes(), "name");
    let large = format!("{whole}<!--{}-->", "x".repeat(32 << 20));
    check(large.as_bytes(), "name");
}

#[test]
fn a_document_of_many_that_cannot_be_read_is_an_error() {
    let at = tempfile::tempdir().unwrap();
    let path = at.path().join("catalog.xml");
    let whole = catalog(std::str::from_utf8(&one(1)).unwrap());
    fs::write(&path, &whole[..whole.len() - 10]).unwrap();
    let error = read(&path, &Settings::default()).unwrap_err();
    assert_eq!(error.code(), Code::NotWellFormed);
    assert!(error.to_string().contains("catalog.xml"), "{error}");
    let zipped =
        zip(at.path(), &vec![("catalog.xml".to_owned(), whole.as_bytes()[..whole.len() - 10].to_vec())]);
    assert_eq!(read(&zipped, &Settings::default()).unwrap_err().code(), Code::NotWellFormed);
}

#[test]
fn what_is_no_package_is_an_error() {
    let check = |error: Error| {
        assert_eq!(error.code(), Code::NotAnSdp);
        assert!(error.to_string().contains("letter") && error.hint().is_some(), "{error}");
    };
    check(of(vec![("letter.sdp".to_owned(), b"<letter/>".to_vec())]).unwrap_err());
    let at = tempfile::tempdir().unwrap();
    let path = at.path().join("letter.sdp");
    fs::write(&path, "<letter/>").unwrap();
    check(read(&path, &Settings::default()).unwrap_err());
    // The right name in no name space is something else too.
    fs::write(&path, "<SoftwareDistributionPackage/>").unwrap();
    assert_eq!(read(&path, &Settings::default()).unwrap_err().code(), Code::NotAnSdp);
}

#[test]
fn what_cannot_be_read_is_left_out_where_that_is_asked_for() {
    let letter = ("letter.sdp".to_owned(), b"<letter/>".to_vec());
    let at = tempfile::tempdir().unwrap();
    let mixed = vec![(format!("{}.sdp", id(1)), one(1)), letter, (format!("{}.sdp", id(2)), one(2))];
    let keep_going = Settings { keep_going: true, ..Settings::default() };
    for path in [folder(at.path(), &mixed), zip(at.path(), &mixed), cabinet(at.path(), &mixed)] {
        assert_eq!(read(&path, &Settings::default()).unwrap_err().code(), Code::NotAnSdp);
        let catalog = read(&path, &keep_going).unwrap();
        assert_eq!((catalog.updates.len(), catalog.diagnostics.of(Code::NotAnSdp)), (2, 1));
        let told = catalog.diagnostics.kept().iter().find(|found| found.code == Code::NotAnSdp).unwrap();
        assert_eq!(told.file, "letter.sdp");
    }
    // A member whose bytes are damaged.
    let path = zip(at.path(), &vec![(format!("{}.sdp", id(1)), one(1)), (format!("{}.sdp", id(2)), one(2))]);
    let mut bytes = fs::read(&path).unwrap();
    bytes[80] ^= 0xff;
    fs::write(&path, &bytes).unwrap();
    assert!(read(&path, &Settings::default()).is_err());
    assert_eq!(read(&path, &keep_going).unwrap().updates.len(), 1);
}

#[test]
fn packages_that_ask_too_much_are_rows_that_are_unknown() {
    let deep = format!("{}<lar:True/>{}", "<lar:Not>".repeat(10_000), "</lar:Not>".repeat(10_000));
    let query = format!("<bar:WmiQuery WqlQuery='{}'/>", "x".repeat(1 << 20));
    for (rule, code) in [(deep, Code::SdpMalformed), (query, Code::AttributeTooLong)] {
        let text = package(1, &rules(&rule, "<lar:True/>"));
        let files = vec![(format!("{}.sdp", id(1)), text.into_bytes()), (format!("{}.sdp", id(2)), one(2))];
        let catalog = of(files).unwrap();
        assert_eq!(catalog.updates.len(), 2);
        let told = catalog.diagnostics.kept();
        let told = told.iter().find(|found| [code, Code::SdpMalformed].contains(&found.code)).unwrap();
        assert_eq!((told.file.as_str(), told.position.offset > 0), (format!("{}.sdp", id(1)).as_str(), true));
    }
}

#[test]
fn document_types_and_instructions_are_refused_by_name() {
    let at = tempfile::tempdir().unwrap();
    let path = at.path().join("a.sdp");
    let refused = [
        [b"<!DOCTYPE a>".to_vec(), one(1)].concat(),
        [b"<?xml version='1.0'?><?a b?>".to_vec(), one(1)].concat(),
        [one(1), b"<?a b?>".to_vec()].concat(),
    ];
    for text in refused {
        fs::write(&path, text).unwrap();
        assert_eq!(read(&path, &Settings::default()).unwrap_err().code(), Code::XmlDtd);
    }
    fs::write(&path, [b"<?xml version='1.0'?>".to_vec(), one(1)].concat()).unwrap();
    assert!(read(&path, &Settings::default()).is_ok());
}

#[test]
fn marks_prefixes_and_zones_are_of_no_matter() {
    let text = String::from_utf8(one(1)).unwrap();
    let marked = format!("\u{feff}{}", text.replace("T00:00:00'", "T00:00:00.5+00:00'"));
    let catalog = of(vec![(format!("{}.sdp", id(1)), marked.into_bytes())]).unwrap();
    assert_eq!((catalog.updates.len(), found(&catalog).len()), (1, 0));
    let prefixed = text.replace("<Properties", "<p:Properties xmlns:p='urn:x'");
    let at = tempfile::tempdir().unwrap();
    let path = at.path().join("a.sdp");
    fs::write(&path, prefixed).unwrap();
    assert_eq!(sdp::read(&path, &Settings::default()).updates.len(), 1);
}
