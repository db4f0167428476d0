//! A full disk: the run ends with an error that names a file, what was there stays, and the next run that has
//! room ends as if nothing had been in its way.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use conformance::site::{contents, delta, differing, full, updates};

use super::{NOW, code, copy, program, run, said, send, site};

/// What is kept and what is made of it.
const KEPT: [&str; 3] = ["store", "matrix", "spool/resync"];

/// Runs the program where no file may have more than so many KiB. What it is refused beyond them stands for
/// what a full disk refuses.
fn limited(kib: u64, words: &[&str]) -> Output {
    let mut command = Command::new("bash");
    command.args(["-c", "trap '' XFSZ; ulimit -f \"$1\"; shift; exec \"$@\"", "bash", &kib.to_string()]);
    command.arg(env!("CARGO_BIN_EXE_patchstate")).args(words);
    command.output().expect("there is a `bash`")
}

/// A report with many packages, of which `p1` and `p2` are asked for.
fn large(serial: u64) -> String {
    let names: Vec<String> = (1..60).map(|number| format!("p{number}")).collect();
    full("L", serial, &names.iter().map(|name| (name.as_str(), 1)).collect::<Vec<_>>())
}

/// A site at which a scan has something to do in every place: clients come, change, and leave gaps.
fn prepared(folder: &Path) -> std::path::PathBuf {
    let site = site(folder);
    let name = site.to_string_lossy().into_owned();
    // So many updates that the matrix is larger than the table of clients.
    fs::write(site.join("catalog/linux/drop/u.xml"), updates(&[1, 2, 3, 4, 5, 6, 7, 8, 9]))
        .expect("is written");
    assert_eq!(code(&["site", "sync", "--site", &name, "--now", NOW]), Some(0));
    send(&site, "before.xml", &full("C000", 1, &[("p1", 1)]));
    assert_eq!(code(&["site", "scan", "--site", &name, "--now", NOW]), Some(0));
    for number in 0..120 {
        send(&site, &format!("{number}.xml"), &full(&format!("C{number:03}"), 2, &[("p1", number % 3)]));
    }
    send(&site, "L1.xml", &large(1));
    send(&site, "L2.xml", &delta("L", 2, &[("p1", 2)], &[("p1", 1)]));
    send(&site, "gap.xml", &delta("C007", 9, &[("p2", 1)], &[]));
    site
}

/// Where a scan ends that has room.
fn calm(prepared: &Path, folder: &Path) -> std::path::PathBuf {
    let site = copy(prepared, folder);
    assert_eq!(code(&["site", "scan", "--site", &site.to_string_lossy(), "--now", NOW]), Some(1), "a gap");
    site
}

/// Holds that an interrupted scan left each part of a site as it was or as it was to be.
fn check_between(site: &Path, before: &Path, after: &Path, what: &str) {
    for part in ["store/clients", "matrix/linux.matrix", "matrix/linux.times"] {
        let read = |site: &Path| fs::read(site.join(part)).expect("is there");
        let found = read(site);
        assert!(found == read(before) || found == read(after), "{what}: {part}");
    }
    let reports = contents(site, &["spool/in", "spool/work", "spool/done", "spool/bad"]);
    let reports = reports.keys().filter(|name| !name.ends_with(".reason.toml")).count();
    assert_eq!(reports, 124, "{what}: no report is lost");
    let left = contents(site, &KEPT);
    let left: Vec<_> = left.keys().filter(|name| name.contains(".patchstate-")).collect();
    assert!(left.is_empty(), "{what}: {left:?}");
}

#[test]
fn a_scan_on_a_full_disk_can_be_done_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let prepared = prepared(folder.path());
    let calm = calm(&prepared, &folder.path().join("calm"));
    let size = |name: &str| fs::metadata(calm.join(name)).expect("is there").len();
    let (clients, matrix) = (size("store/clients"), size("matrix/linux.matrix"));
    assert!(matrix / 1024 * 1024 >= clients, "{matrix}, {clients}: there is a limit between them");
    let mut refused = 0;
    // Too little for a lock, a document, the table of clients, the matrix, and nothing.
    for kib in [0, 2, clients / 2048, matrix / 1024, 1 << 10] {
        let site = copy(&prepared, &folder.path().join(kib.to_string()));
        let name = site.to_string_lossy().into_owned();
        let scan = ["site", "scan", "--site", &name, "--now", NOW];
        let output = limited(kib, &scan);
        if output.status.code() != Some(1) {
            refused += 1;
            assert_eq!(output.status.code(), Some(2), "{kib}: {}", said(&output));
            let is_clear = said(&output).contains("File too large") && said(&output).contains(&name);
            assert!(is_clear && output.stdout.is_empty(), "{kib}: {}", said(&output));
            check_between(&site, &prepared, &calm, &kib.to_string());
            assert!(code(&scan).is_some_and(|code| code <= 1), "{kib}: there is room again");
        }
        let differ = differing(&contents(&site, &KEPT), &contents(&calm, &KEPT));
        assert!(differ.is_empty(), "{kib}: {differ:?}");
    }
    assert_eq!(refused, 4, "and one had room");
}

#[test]
fn a_sync_on_a_full_disk_can_be_done_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = site(folder.path());
    let name = site.to_string_lossy().into_owned();
    let state = || contents(&site, &["index", "catalog", "store", "matrix"]);
    fs::write(site.join("catalog/linux/drop/u.xml"), updates(&[1, 2, 3, 4, 5, 6, 7])).expect("is written");
    let (before, mut refused) = (state(), 0);
    for kib in [0, 2, 4, 8, 1 << 10] {
        let output = limited(kib, &["site", "sync", "--site", &name, "--now", NOW]);
        if output.status.success() {
            continue;
        }
        refused += 1;
        assert_eq!(output.status.code(), Some(2), "{kib}: {}", said(&output));
        assert!(
            said(&output).contains("File too large") && said(&output).contains(&name),
            "{kib}: {}",
            said(&output)
        );
        let differ = differing(&state(), &before);
        assert!(differ.is_empty(), "{kib}: {differ:?}");
    }
    assert!((3..5).contains(&refused), "{refused} were refused, and one had room");
    let revisions = run(&["site", "revisions", "linux", "--site", &name]);
    assert_eq!(
        String::from_utf8_lossy(&revisions.stdout).lines().filter(|line| line.contains("u.xml")).count(),
        2
    );
}

#[test]
#[cfg(target_os = "linux")]
fn what_is_printed_on_a_full_disk_is_an_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = site(folder.path());
    for words in [&["site", "due"][..], &["site", "revisions", "linux"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("is there");
        let mut command = program();
        command.args(words).args(["--site", &site.to_string_lossy()]).stdout(full).stderr(Stdio::piped());
        let output = command.output().expect("the program starts");
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(said(&output).contains("No space left on device"), "{words:?}: {}", said(&output));
    }
}

/// Fills a small disk up to so many pages of 4 KiB, scans, frees it, and scans again.
#[cfg(target_os = "linux")]
const ON_A_SMALL_DISK: &str = r#"
trap 'exit 99' ERR
mount -t tmpfs -o size=8m none "$2" || exit 77
for pages in 0 2 4 8 9 10 12 64; do
    cp -a "$3" "$2/site"
    dd if=/dev/zero of="$2/filler" bs=4k 2> /dev/null || true
    truncate -s -$((pages * 4096)) "$2/filler"
    ended=0
    "$1" site scan --site "$2/site" --now "$5" 2> "$4/said-$pages" || ended=$?
    echo "$pages $ended"
    mkdir "$4/$pages"
    cp -a "$2/site" "$4/$pages"
    rm "$2/filler"
    "$1" site scan --site "$2/site" --now "$5" 2> /dev/null || [ $? = 1 ]
    mkdir "$4/$pages-again"
    mv "$2/site" "$4/$pages-again"
done
"#;

#[test]
#[cfg(target_os = "linux")]
fn a_scan_on_a_disk_that_is_really_full_can_be_done_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let prepared = prepared(folder.path());
    let calm = calm(&prepared, &folder.path().join("calm"));
    let path = |name: &str| folder.path().join(name);
    ["disk", "out"].iter().for_each(|name| fs::create_dir(path(name)).expect("is made"));
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "bash", "-c", ON_A_SMALL_DISK, "bash"]);
    command.arg(env!("CARGO_BIN_EXE_patchstate")).arg(path("disk")).arg(&prepared).arg(path("out")).arg(NOW);
    let output = match command.output() {
        Ok(output) if output.status.success() => output,
        other => {
            let is_known = other.as_ref().map_or(true, |output| matches!(output.status.code(), Some(1 | 77)));
            assert!(is_known, "{other:?}");
            return conformance::skipped("no disk can be mounted here");
        }
    };
    let mut refused = 0;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let (pages, ended) = line.split_once(' ').expect("two numbers");
        let said = fs::read_to_string(path("out").join(format!("said-{pages}"))).expect("is there");
        if ended == "2" {
            refused += 1;
            assert!(
                said.contains("No space left on device") && said.contains("disk/site/"),
                "{pages}: {said}"
            );
            check_between(&path("out").join(pages).join("site"), &prepared, &calm, pages);
        } else {
            assert_eq!(ended, "1", "{pages}: {said}");
        }
        let again = path("out").join(format!("{pages}-again")).join("site");
        let differ = differing(&contents(&again, &KEPT), &contents(&calm, &KEPT));
        assert!(differ.is_empty(), "{pages}: {differ:?}");
    }
    assert!(refused > 4, "{refused} were refused");
}
