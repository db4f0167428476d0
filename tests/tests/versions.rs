//! The orders of versions, over the published vectors of rpm, libsolv and dpkg and as laws.
//!
//! Every vector is checked with the direct comparison and with the keys.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cmp::Ordering;

use conformance::corpora;
use patchstate::version::dotted::Version;
use patchstate::version::evr::{EpochError, Evr};
use patchstate::version::{debian, evr};
use proptest::prelude::*;

/// One published comparison: a line number, two versions and their order.
type Vector = (usize, String, String, Ordering);

fn vectors(file: &str, vector: impl Fn(&str) -> Option<(String, String, Ordering)>) -> Vec<Vector> {
    let Some(path) = corpora(&format!("versions/{file}")) else { return Vec::new() };
    let text = std::fs::read_to_string(path).unwrap();
    let numbered = text.lines().enumerate();
    numbered.filter_map(|(n, line)| vector(line).map(|(a, b, order)| (n + 1, a, b, order))).collect()
}

fn order(text: &str) -> Option<Ordering> {
    match text {
        "<" | "-1" => Some(Ordering::Less),
        "=" | "0" => Some(Ordering::Equal),
        ">" | "1" => Some(Ordering::Greater),
        _ => None,
    }
}

/// Reads `a OP b`.
fn infix(line: &str) -> Option<(String, String, Ordering)> {
    let [a, op, b] = line.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
    Some((a.to_owned(), b.to_owned(), order(op)?))
}

/// Asserts that `file` is absent or has `expected` vectors, all of which `holds` accepts.
fn check(file: &str, vectors: &[Vector], expected: usize, holds: impl Fn(&str, &str) -> Vec<Ordering>) {
    if vectors.is_empty() {
        return;
    }
    assert_eq!(vectors.len(), expected, "{file}");
    for (line, a, b, order) in vectors {
        let found = holds(a, b);
        assert!(found.iter().all(|found| found == order), "{file}:{line}: {a} {order:?} {b}: {found:?}");
        let back = holds(b, a);
        assert!(back.iter().all(|found| *found == order.reverse()), "{file}:{line}: {b} against {a}");
    }
}

fn rpm_key(evr: &Evr<'_>) -> Vec<u8> {
    let mut key = Vec::new();
    evr::write_key(evr.epoch, evr.version, evr.release.unwrap_or_default(), &mut key);
    key
}

fn debian_key(text: &str) -> Vec<u8> {
    let mut key = Vec::new();
    debian::write_key(text, &mut key);
    key
}

/// The order of two versions alone, directly and by key.
fn rpm_versions(a: &str, b: &str) -> Vec<Ordering> {
    let whole = |version| rpm_key(&Evr { epoch: 0, version, release: Some("1") });
    vec![evr::rpmvercmp(a.as_bytes(), b.as_bytes()), whole(a).cmp(&whole(b))]
}

/// The order of two packages, by key only where both have a release or neither has one.
fn rpm_packages(a: &str, b: &str) -> Vec<Ordering> {
    let (a, b) = (Evr::parse(a).unwrap(), Evr::parse(b).unwrap());
    let mut orders = vec![a.compare(&b)];
    if a.is_ranked() == b.is_ranked() {
        orders.push(rpm_key(&a).cmp(&rpm_key(&b)));
    }
    orders
}

fn debian_packages(a: &str, b: &str) -> Vec<Ordering> {
    vec![debian::compare(a, b), debian_key(a).cmp(&debian_key(b))]
}

#[test]
fn rpm_orders_versions_as_its_own_test_says() {
    let file = "rpmvercmp.at";
    let lines = vectors(file, |line| {
        let inner = line.strip_prefix("RPMVERCMP(")?.strip_suffix(")")?;
        let [a, b, result] = inner.split(", ").collect::<Vec<_>>().try_into().ok()?;
        Some((a.to_owned(), b.to_owned(), order(result)?))
    });
    check(file, &lines, 91, rpm_versions);
}

#[test]
fn rpm_orders_packages_but_for_those_without_release() {
    let file = "redhat-versions.txt";
    let mut lines = vectors(file, infix);
    if lines.is_empty() {
        return;
    }
    // There these are older than any release; here they are equal to it.
    let exceptions = [(111, "1", "1-1"), (112, "1", "1-0"), (113, "1", "1-"), (136, "1", "1-")];
    for (line, a, b) in exceptions {
        let vector = lines.iter_mut().find(|vector| vector.0 == line).unwrap();
        assert_eq!(*vector, (line, a.to_owned(), b.to_owned(), Ordering::Less));
        vector.3 = Ordering::Equal;
    }
    check(file, &lines, 165, rpm_packages);
}

#[test]
fn libsolv_orders_carets_alike() {
    let file = "libsolv-caret.t";
    let asked = vectors(file, |line| {
        let (a, b) = line.strip_prefix("evrcmp ")?.split_once(' ')?;
        Some((a.to_owned(), b.to_owned(), Ordering::Equal))
    });
    let answered = vectors(file, |line| infix(line.strip_prefix("#>job noop provides ")?));
    assert_eq!(asked.len(), answered.len());
    for ((_, a, b, _), answer) in asked.iter().zip(&answered) {
        assert_eq!((a, b), (&answer.1, &answer.2));
    }
    check(file, &answered, 32, |a, b| [rpm_versions(a, b), rpm_packages(a, b)].concat());
}

#[test]
fn dpkg_orders_versions_as_its_own_test_says() {
    let file = "Dpkg_Version.t";
    let lines = vectors(file, |line| {
        // The program before the data has no line of this form.
        let [a, b, result] = line.split(' ').collect::<Vec<_>>().try_into().ok()?;
        Some((a.to_owned(), b.to_owned(), order(result)?))
    });
    check(file, &lines, 43, debian_packages);
}

#[test]
fn dpkg_orders_the_published_examples() {
    check("debian-versions.txt", &vectors("debian-versions.txt", infix), 30, debian_packages);
}

#[test]
fn dpkg_orders_the_history_of_an_archive() {
    let file = "debian-versions-generated.txt";
    check(file, &vectors(file, infix), 14_442, debian_packages);
}

#[test]
fn an_evr_is_split_as_rpm_splits_it() {
    let evr = |epoch, version, release| Ok(Evr { epoch, version, release });
    let check = |text, expect| assert_eq!(Evr::parse(text), expect, "{text}");
    check("1.0", evr(0, "1.0", None));
    check("1.0-", evr(0, "1.0", None));
    check("04:2-1-3", evr(4, "2-1", Some("3")));
    check(":2-1", evr(0, "2", Some("1")));
    check("a:1-b:2", evr(0, "a:1", Some("b:2")));
    check("+1:2", evr(0, "+1:2", None));
    check("1:2:3", evr(1, "2:3", None));
    check("", evr(0, "", None));
    check("4294967295:1", evr(u32::MAX, "1", None));
    check("4294967296:1", Err(EpochError));
    for (text, expect) in [("", Ok(0)), ("007", Ok(7)), ("+1", Err(EpochError)), ("(none)", Err(EpochError))]
    {
        assert_eq!(evr::parse_epoch(text), expect, "{text}");
    }
}

#[test]
fn a_debian_version_is_split_at_its_first_colon_and_last_hyphen() {
    let check = |text, epoch, upstream, revision| {
        let version = debian::Version { epoch, upstream, revision };
        assert_eq!(debian::Version::parse(text), version, "{text}");
    };
    check("1:2.0-3-4", 1, "2.0-3", "4");
    check("2.0", 0, "2.0", "");
    check("2:1:0", 2, "1:0", "");
    check("a:1-2", 0, "a:1", "2");
    check("99999999999:1", u32::MAX, "1", "");
}

#[test]
fn a_file_version_is_one_to_four_numbers() {
    let check = |text, expect: Option<[u32; 4]>, leading: Option<[u32; 4]>| {
        assert_eq!(Version::parse(text), expect.map(Version), "{text}");
        assert_eq!(Version::parse_leading(text), leading.map(Version), "{text}, leading");
    };
    let both = |text, expect| check(text, expect, expect);
    both("5.1.2600.2180", Some([5, 1, 2600, 2180]));
    both(" 5,1\t", Some([5, 1, 0, 0]));
    both("6", Some([6, 0, 0, 0]));
    both("4294967295.0", Some([u32::MAX, 0, 0, 0]));
    for text in
        ["", "na", ".", "1.", ".1", "1..2", "1.2.3.4.5", "4294967296", "+1", "1.-2", "5, 1", "\u{661}"]
    {
        both(text, None);
    }
    check("10.0.17134.1 (WinBuild.160101.0800)", None, Some([10, 0, 17134, 1]));
    for text in ["1.2beta", "1.2.3.4.5 (x)", "5 , 1", "5 . 1", "1 2", "1. (x)", "v1 (x)"] {
        check(text, None, None);
    }
}

/// Versions as packagers and vandals write them.
fn version() -> impl Strategy<Value = String> {
    "[0-2]{0,3}([~^._+:0129abAZé\u{ff}\u{0} -]|[0-9]{1,3}|[a-c]{1,2}){0,8}"
}

/// Runs of digits around the lengths at which keys count in another way.
fn long_number() -> impl Strategy<Value = String> {
    (prop_oneof![0..3_usize, 237..243_usize, 254..258_usize], "[01]", "[~^.a]?[0-9]?")
        .prop_map(|(length, first, rest)| format!("{first}{}{rest}", "7".repeat(length)))
}

fn any_version() -> impl Strategy<Value = String> {
    prop_oneof![8 => version(), 1 => long_number()]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20_000) })]

    #[test]
    fn rpm_keys_are_in_the_order_of_versions(a in any_version(), b in any_version()) {
        let [direct, by_key] = rpm_versions(&a, &b)[..] else { unreachable!() };
        prop_assert_eq!(direct, by_key);
        prop_assert_eq!(evr::rpmvercmp(b.as_bytes(), a.as_bytes()), direct.reverse());
    }

    #[test]
    fn rpm_keys_are_in_the_order_of_packages(
        (a, b) in ([0_u32..3, 0..3], [version(), version()], ["[0-2a.~^]{1,4}", "[0-2a.~^]{1,4}"])
            .prop_map(|([e, f], [v, w], [r, s])| ((e, v, r), (f, w, s)))
    ) {
        let (a, b) = (
            Evr { epoch: a.0, version: &a.1, release: Some(&a.2) },
            Evr { epoch: b.0, version: &b.1, release: Some(&b.2) },
        );
        prop_assert_eq!(a.compare(&b), rpm_key(&a).cmp(&rpm_key(&b)));
        prop_assert_eq!(b.compare(&a), a.compare(&b).reverse());
    }

    #[test]
    fn rpm_order_is_transitive(mut all in [version(), version(), version()]) {
        all.sort_by(|a, b| evr::rpmvercmp(a.as_bytes(), b.as_bytes()));
        let [low, _, high] = &all;
        prop_assert!(evr::rpmvercmp(low.as_bytes(), high.as_bytes()).is_le());
        prop_assert!(rpm_versions(low, high)[1].is_le());
    }

    #[test]
    fn debian_keys_are_in_the_order_of_versions(a in any_version(), b in any_version()) {
        let [direct, by_key] = debian_packages(&a, &b)[..] else { unreachable!() };
        prop_assert_eq!(direct, by_key);
        prop_assert_eq!(debian::compare(&b, &a), direct.reverse());
    }

    #[test]
    fn debian_order_is_transitive(mut all in [version(), version(), version()]) {
        all.sort_by(|a, b| debian::compare(a, b));
        let [low, _, high] = &all;
        prop_assert!(debian::compare(low, high).is_le());
        prop_assert!(debian_key(low) <= debian_key(high));
    }

    #[test]
    fn no_key_begins_another(a in any_version(), b in any_version()) {
        let (x, y) = (debian_key(&a), debian_key(&b));
        prop_assert!(x == y || !y.starts_with(&x));
        let key = |version| rpm_key(&Evr { epoch: 0, version, release: Some("1") });
        let (x, y) = (key(&a), key(&b));
        prop_assert!(x == y || !y.starts_with(&x));
    }

    #[test]
    fn file_versions_print_parse_and_sort_alike(a in any::<[u32; 4]>(), b in any::<[u32; 4]>()) {
        let (a, b) = (Version(a), Version(b));
        prop_assert_eq!(Version::parse(&a.to_string()), Some(a));
        prop_assert_eq!(a.cmp(&b), a.key().cmp(&b.key()));
    }
}
