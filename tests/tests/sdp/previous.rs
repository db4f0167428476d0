//! What an earlier compile read is taken over where it is unchanged, and means what it means when it is read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use conformance::run::{index_bytes, open};
use conformance::sdp::{bundle, catalog, id, item, needs, package, replaces, rules};
use conformance::{corpora, sdp, skipped};
use patchstate::catalog::Settings;
use patchstate::catalog::previous::Previous;
use patchstate::compile::{Compiled, compile};
use patchstate::diagnostic::Code;
use patchstate::model::catalogs::Catalogs;
use patchstate::model::update::TAKEN_OVER;

/// What is called an update that an earlier compile read, so that it can be told from one that is read again.
const EARLIER: &str = "of an earlier compile";

/// Writes packages as files of a folder with a list of them; a date for each.
fn write(folder: &Path, packages: &[(u32, String, &str)]) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    let mut listed = Vec::new();
    for (number, text, date) in packages {
        let text = text.replace("2026-01-01T00:00:00", date);
        std::fs::write(folder.join(format!("{}.sdp", id(*number))), text).unwrap();
        listed.push(format!("\"{}\": \"{date}\"", id(*number)));
    }
    std::fs::write(folder.join("update_manifest.json"), format!("{{{}}}", listed.join(", "))).unwrap();
    folder.to_owned()
}

fn compiled(path: &Path, settings: &Settings) -> Compiled {
    compile(vec![sdp::read(path, settings)], Vec::new()).unwrap()
}

/// What an index gives back of catalogs, as the previous one of another compile.
fn previous(compiled: &Compiled, change: impl FnOnce(&mut Catalogs)) -> Settings {
    let mut catalogs = open(&compiled.columns).view().unwrap().restore().unwrap();
    change(&mut catalogs);
    Settings { previous: Some(Arc::new(Previous::of(catalogs))), ..Settings::default() }
}

/// Calls all updates so that one that is taken over is seen.
fn mark(catalogs: &mut Catalogs) {
    catalogs.updates.iter_mut().for_each(|entry| entry.update.title = EARLIER.to_owned());
}

/// Which packages were taken over of an index with such titles.
fn taken_over(compiled: &Compiled) -> Vec<String> {
    let updates = compiled.catalogs.updates.iter().map(|entry| &entry.update);
    updates.filter(|update| update.title == EARLIER).map(|update| update.id.to_string()).collect()
}

/// The same but for what a reader counts.
fn uncounted(compiled: &Compiled) -> Catalogs {
    let mut catalogs = open(&compiled.columns).view().unwrap().restore().unwrap();
    catalogs.sources.iter_mut().for_each(|source| source.source.statistics.clear());
    catalogs
}

fn version(number: u32) -> String {
    format!("<bar:WindowsVersion Comparison='GreaterThanOrEqualTo' MajorVersion='{number}'/>")
}

/// Packages that replace, need and contain others, one of which is not there yet.
fn packages() -> Vec<(u32, String, &'static str)> {
    const DATE: &str = "2026-01-01T00:00:00";
    let ruled = |number: u32, parts: &str| {
        (number, package(number, &format!("{}{parts}", rules(&version(number), "<lar:True/>"))), DATE)
    };
    vec![
        ruled(1, &replaces(&[2, 9])),
        ruled(2, &format!("{}{}", needs(&[1, 9]), needs(&[]))),
        ruled(3, &item(&rules(&version(7), &version(5)))),
        (4, package(4, &bundle(&[1, 9])), DATE),
        // A rule that is not supported is told each time.
        (5, package(5, &rules("<bar:InstalledOnce/>", "<lar:True/>")), DATE),
    ]
}

#[test]
fn an_unchanged_catalog_is_taken_over_whole() {
    let at = tempfile::tempdir().unwrap();
    let folder = write(&at.path().join("folder"), &packages());
    let document = at.path().join("catalog.xml");
    std::fs::write(
        &document,
        catalog(&packages().iter().map(|(_, text, _)| text.as_str()).collect::<String>()),
    )
    .unwrap();
    for path in [folder, document] {
        let first = compiled(&path, &Settings::default());
        let again = compiled(&path, &previous(&first, |_| {}));
        assert!(index_bytes(&again.columns) == index_bytes(&first.columns), "{}", path.display());
        let all = taken_over(&compiled(&path, &previous(&first, mark)));
        assert_eq!(all, [1, 2, 3, 4, 5].map(id), "{}", path.display());
        // An index made of a previous one serves as well.
        assert_eq!(taken_over(&compiled(&path, &previous(&again, mark))).len(), 5);
    }
}

#[test]
fn of_a_changed_catalog_the_packages_of_another_date_are_read() {
    let at = tempfile::tempdir().unwrap();
    let folder = write(&at.path().join("old"), &packages());
    let first = compiled(&folder, &Settings::default());
    let mut changed = packages();
    changed[1].1 = package(2, &rules(&version(3), "<lar:True/>"));
    changed[1].2 = "2026-02-01T00:00:00";
    // What others named all the time is there now.
    changed.push((9, package(9, &rules(&version(9), "<lar:True/>")), "2026-02-01T00:00:00"));
    let folder = write(&at.path().join("new"), &changed);
    let whole = compiled(&folder, &Settings::default());
    let partly = compiled(&folder, &previous(&first, |_| {}));
    assert_eq!(uncounted(&partly), uncounted(&whole));
    assert_eq!(taken_over(&compiled(&folder, &previous(&first, mark))), [1, 3, 4].map(id));
    let statistics = &partly.catalogs.sources[0].source.statistics;
    assert!(
        statistics.contains(&(TAKEN_OVER.to_owned(), 3)) && statistics.contains(&("packages".to_owned(), 6))
    );
    let found = |compiled: &Compiled| compiled.catalogs.sources[0].diagnostics.of(Code::RuleUnsupported);
    assert_eq!((found(&whole), found(&partly)), (1, 1));
    // Package 1 replaces 9, and 4 contains it.
    let nine = partly.catalogs.find(&format!("sdp:{}", id(9))).unwrap();
    assert_eq!(partly.catalogs.updates[nine].replaced_by.len(), 1);
    // Taking over from an index that was made so gives the same again.
    let third = compiled(&folder, &previous(&partly, |_| {}));
    assert!(index_bytes(&third.columns) == index_bytes(&partly.columns));
    // A package that went away is not taken over.
    changed.remove(0);
    let folder = write(&at.path().join("fewer"), &changed);
    let fewer = compiled(&folder, &previous(&partly, |_| {}));
    assert_eq!(uncounted(&fewer), uncounted(&compiled(&folder, &Settings::default())));
}

#[test]
fn what_would_be_read_in_another_way_is_read() {
    let at = tempfile::tempdir().unwrap();
    let folder = write(&at.path().join("folder"), &packages());
    let first = compiled(&folder, &Settings::default());
    let earlier = previous(&first, mark);
    let others = [
        Settings { language: Some("de".to_owned()), ..earlier.clone() },
        Settings { feed: Some("other".to_owned()), ..earlier.clone() },
        Settings { exact_text: true, ..earlier.clone() },
        Settings { check_duplicates: true, ..earlier.clone() },
    ];
    for settings in others {
        assert_eq!(taken_over(&compiled(&folder, &settings)), [""; 0], "{settings:?}");
    }
    // Another version of the reader.
    let older = previous(&first, |catalogs| {
        mark(catalogs);
        catalogs.sources[0].source.reading.push('0');
    });
    assert_eq!(taken_over(&compiled(&folder, &older)), [""; 0]);
    // A list that does not say, or is none.
    std::fs::write(folder.join("update_manifest.json"), "{").unwrap();
    assert_eq!(taken_over(&compiled(&folder, &earlier)), [""; 0]);
}

#[test]
fn a_package_that_could_not_be_read_is_read_again() {
    let at = tempfile::tempdir().unwrap();
    let mut packages = packages();
    let short = packages[0].1.len() - 10;
    packages[0].1.truncate(short);
    let folder = write(&at.path().join("folder"), &packages);
    let first = compiled(&folder, &Settings::default());
    std::fs::write(folder.join("more.xml"), "<x/>").unwrap();
    let again = sdp::read(&folder, &previous(&first, mark));
    let malformed = again.updates.iter().find(|update| update.id.as_str() == id(1)).unwrap();
    assert_eq!((malformed.title.as_str(), again.diagnostics.of(Code::SdpMalformed)), ("", 1));
}

#[test]
fn of_a_real_catalog_half_of_which_changed_the_rest_is_taken_over() {
    let Some(corpora) = corpora("sdp") else { return skipped("a catalog of packages that came again") };
    let at = tempfile::tempdir().unwrap();
    let path = corpora.join("scup_catalog/HpCatalogForSms.latest_V2.zip");
    let first = compiled(&path, &Settings::default());
    // The same files in a folder, with another date for every second one.
    let opened = patchstate::container::open(&path).unwrap();
    let mut number = 0;
    patchstate::container::walk(opened, &mut |name, member| {
        let mut text = String::new();
        std::io::Read::read_to_string(member, &mut text)?;
        if name.ends_with("update_manifest.json") {
            let lines = text.split_inclusive(',').map(|line| {
                number += 1;
                if number % 2 == 0 { line.replacen("\":\"2", "\":\"1", 1) } else { line.to_owned() }
            });
            text = lines.collect();
        }
        let file = at.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        Ok(std::fs::write(file, text)?)
    })
    .unwrap();
    let partly = compiled(at.path(), &previous(&first, |_| {}));
    let (_, taken_over) = &partly.catalogs.sources[0].source.statistics[1];
    assert!((500..1_000).contains(taken_over), "{taken_over}");
    let mut catalogs = [uncounted(&first), uncounted(&partly)];
    for source in catalogs.iter_mut().flat_map(|catalogs| &mut catalogs.sources) {
        (source.source.path, source.source.sha256) = Default::default();
    }
    assert!(catalogs[0] == catalogs[1]);
}
