//! Compares generated values by OpenSCAP 1.3.7 and by ours, and allows the known differences only.
//!
//! Says so, and tests nothing, where `oscap` is not installed. `listed` has the values.

use std::collections::BTreeMap;
use std::path::Path;

use conformance::oval::oscap;
use conformance::oval::xml::{Parts, escape};
use patchstate::generate::random::Random;
use patchstate::model::oval::value::{Comparand, Datatype, Operation, fits};

mod listed;

use listed::values;

/// Generated pairs for each datatype and operation, beside those of the list with itself.
const GENERATED: usize = 300;

struct Case {
    datatype: Datatype,
    operation: Operation,
    item: String,
    state: String,
}

/// How often each known difference occurred, with an example.
type Known = BTreeMap<&'static str, (usize, String)>;

#[test]
fn values_compare_as_in_openscap() {
    if !oscap::is_installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (mut known, mut compared, mut unknown) = (Known::new(), 0, Vec::new());
    for datatype in Datatype::ALL.into_iter().filter(|datatype| *datatype != Datatype::Record) {
        let cases = cases(datatype);
        compared += cases.len();
        compare(folder.path(), &cases, &mut known, &mut unknown);
    }
    println!("{compared} comparisons");
    for (reason, (count, example)) in &known {
        println!("{count:6} {reason}; {example}");
    }
    let shown = unknown[..unknown.len().min(40)].join("\n");
    assert!(unknown.is_empty(), "{} unexplained:\n{shown}", unknown.len());
    assert!(compared > 10_000, "{compared} comparisons");
}

fn compare(folder: &Path, cases: &[Case], known: &mut Known, unknown: &mut Vec<String>) {
    let parts = document(cases);
    let results = oscap::analyse(folder, &parts.definitions_file(), &parts.characteristics(), "").unwrap();
    for (number, case) in (1..).zip(cases) {
        let theirs = results[&("test", format!("oval:x:tst:{number}"))];
        let ours = match Comparand::new(case.datatype, case.operation, &case.state).compare(&case.item) {
            Ok(true) => "true",
            Ok(false) => "false",
            Err(_) => "error",
        };
        let (operation, datatype) = (case.operation.name(), case.datatype.name());
        let told = format!("`{}` {operation} `{}`: ours {ours}, theirs {theirs}", case.item, case.state);
        match difference(case, ours, theirs) {
            _ if ours == theirs => {}
            Some(reason) => known.entry(reason).or_insert((0, told)).0 += 1,
            None => unknown.push(format!("{datatype}: {told}")),
        }
    }
}

/// Documents with one test of each case.
fn document(cases: &[Case]) -> Parts {
    let mut parts = Parts::default();
    for (number, case) in (1..).zip(cases) {
        let (datatype, operation) = (case.datatype.name(), case.operation.name());
        let (item, state) = (escape(&case.item), escape(&case.state));
        let criteria = format!(r#"<criteria><criterion test_ref="oval:x:tst:{number}"/></criteria>"#);
        parts.definition(&format!("oval:x:def:{number}"), &criteria);
        parts.tests.push_str(&format!(
            r#"<i:environmentvariable_test id="oval:x:tst:{number}" version="1" check="all" comment="."><i:object object_ref="oval:x:obj:{number}"/><i:state state_ref="oval:x:ste:{number}"/></i:environmentvariable_test>"#
        ));
        parts.objects.push_str(&format!(
            r#"<i:environmentvariable_object id="oval:x:obj:{number}" version="1"><i:name>x</i:name></i:environmentvariable_object>"#
        ));
        parts.states.push_str(&format!(
            r#"<i:environmentvariable_state id="oval:x:ste:{number}" version="1"><i:value datatype="{datatype}" operation="{operation}">{state}</i:value></i:environmentvariable_state>"#
        ));
        parts.collected.push_str(&format!(
            r#"<object id="oval:x:obj:{number}" version="1" flag="complete"><reference item_ref="{number}"/></object>"#
        ));
        parts.items.push_str(&format!(
            r#"<i:environmentvariable_item id="{number}" status="exists"><i:name>x</i:name><i:value datatype="{datatype}">{item}</i:value></i:environmentvariable_item>"#
        ));
    }
    parts
}

/// Why the results of a case may differ.
fn difference(case: &Case, ours: &str, theirs: &str) -> Option<&'static str> {
    let values = [case.item.as_str(), case.state.as_str()];
    let any = |test: fn(&str) -> bool| values.iter().any(|value| test(value));
    let unread = ours == "error" && values.iter().any(|value| !fits(case.datatype, value));
    match case.datatype {
        Datatype::Boolean if any(|value| !matches!(value, "true" | "false" | "0" | "1")) => {
            Some("D6 boolean text")
        }
        Datatype::IosVersion | Datatype::FilesetRevision if theirs == "not evaluated" => {
            Some("D8 not evaluated there")
        }
        Datatype::Int if any(|value| value.len() > 18) && theirs == "error" => Some("D9 int beyond 64 bit"),
        Datatype::EvrString if any(|value| value.starts_with("(none):")) => Some("D10 `(none):`"),
        Datatype::Version if any(|value| digits(value) > 9) => Some("D11 version field beyond 32 bit"),
        Datatype::Ipv4Address if theirs == "error" && any(has_leading_zero) => {
            Some("N1 leading zeros of IPv4: error there")
        }
        Datatype::Ipv4Address
            if any(|value| value.trim_end_matches('0').ends_with('/') && !value.ends_with('/')) =>
        {
            Some("N2 IPv4 `/0` is /32 there")
        }
        Datatype::Ipv4Address | Datatype::Ipv6Address if unread && any(|value| value.contains('/')) => {
            Some("N3 prefix or mask that is none: read there, error here")
        }
        Datatype::Ipv4Address | Datatype::Ipv6Address
            if matches!(case.operation, Operation::Equals | Operation::NotEqual)
                && any(|value| value.contains('/')) =>
        {
            Some("D7 host bits")
        }
        Datatype::Float if theirs == "error" => Some("N6 float below the normal range: error there"),
        Datatype::Float if any(|value| value == "NaN") && !unread => Some("N4 NaN is less than all there"),
        Datatype::Float if unread => Some("N5 float that is none of XML Schema: read there"),
        Datatype::Binary if unread => Some("N7 binary that is no bytes: compared as text there"),
        Datatype::Version if any(has_empty_field) => Some("N10 version with an empty field: skips there"),
        Datatype::Version if any(|value| !value.is_ascii()) => Some("N8 version split at bytes there"),
        Datatype::DebianEvrString if any(|value| !value.is_ascii()) => {
            Some("N9 Debian order of bytes above 127")
        }
        _ => None,
    }
}

/// Whether a number of an address begins with a zero that it could do without.
fn has_leading_zero(address: &str) -> bool {
    address.split(['.', '/']).any(|part| part.len() > 1 && part.starts_with('0'))
}

/// Whether a version has two separators in a row, or begins or ends with one.
fn has_empty_field(version: &str) -> bool {
    version.split(|character: char| !character.is_ascii_digit()).any(str::is_empty)
}

/// The longest run of digits.
fn digits(text: &str) -> usize {
    text.split(|character: char| !character.is_ascii_digit()).map(str::len).max().unwrap_or(0)
}

/// Every pair of the listed values, and generated ones, under every operation.
fn cases(datatype: Datatype) -> Vec<Case> {
    let (listed, alphabet) = values(datatype);
    let mut random = Random::of(1, datatype as u64);
    let mut cases = Vec::new();
    for operation in Operation::ALL {
        // OpenSCAP aborts on these.
        let is_address = matches!(datatype, Datatype::Ipv4Address | Datatype::Ipv6Address);
        if is_address && !datatype.allows(operation) {
            continue;
        }
        let mut add = |item: &str, state: &str| {
            cases.push(Case { datatype, operation, item: item.to_owned(), state: state.to_owned() });
        };
        // One pair is enough where nothing is compared.
        let listed = if datatype.allows(operation) { listed } else { &listed[..1] };
        listed.iter().for_each(|item| listed.iter().for_each(|state| add(item, state)));
        for _ in 0..if datatype.allows(operation) { GENERATED } else { 0 } {
            let item = value(&mut random, listed, alphabet);
            let state = if random.below(3) == 0 {
                change(&mut random, &item, alphabet)
            } else {
                value(&mut random, listed, alphabet)
            };
            // A pattern from random characters is for the matcher's own tests.
            if operation != Operation::PatternMatch
                && !is_avoided(datatype, &item)
                && !is_avoided(datatype, &state)
            {
                add(&item, &state);
            }
        }
    }
    cases
}

/// Whether OpenSCAP does not compare a value: it dies of an absent one, and of a prefix longer than an
/// address.
fn is_avoided(datatype: Datatype, value: &str) -> bool {
    let prefix = value.split_once('/').map_or("", |(_, prefix)| prefix);
    let prefix = prefix.split(|character: char| !character.is_ascii_digit()).next().unwrap_or_default();
    match datatype {
        // It reads text that is all white space as absent.
        Datatype::String => !value.is_empty() && value.trim().is_empty(),
        Datatype::Ipv6Address => value.is_empty() || prefix.parse::<u32>().is_ok_and(|prefix| prefix > 128),
        _ => value.is_empty(),
    }
}

/// A value: a listed one with a change, or one of random characters.
fn value(random: &mut Random, listed: &[&str], alphabet: &[&str]) -> String {
    // Random characters are seldom an address.
    if alphabet.contains(&"/") || alphabet.contains(&"::") || random.below(4) == 0 {
        let value = listed[random.below(listed.len())];
        return change(random, value, alphabet);
    }
    (0..1 + random.below(6)).map(|_| alphabet[random.below(alphabet.len())]).collect()
}

/// The value with one character more or less.
fn change(random: &mut Random, value: &str, alphabet: &[&str]) -> String {
    let mut characters: Vec<String> = value.chars().map(String::from).collect();
    let at = random.below(characters.len() + 1);
    match random.below(3) {
        0 if at < characters.len() => drop(characters.remove(at)),
        _ => characters.insert(at, alphabet[random.below(alphabet.len())].to_owned()),
    }
    characters.concat()
}
