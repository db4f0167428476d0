//! Reads whatever text as a query and asks it, and compares patterns with a table of all their beginnings.
#![no_main]

use conformance::like;
use libfuzzer_sys::fuzz_target;
use patchstate::model::path::fold_text;
use patchstate::model::wql::{Instance, Pattern, parse};

fuzz_target!(|text: &str| {
    if let Ok(query) = parse(text) {
        let instance = Instance::from_iter([("A", Some(text), None), ("B", Some("5"), Some("number"))]);
        query.holds(&[instance, Instance::default()]);
    }
    let Some((pattern, value)) = text.split_once('\n') else { return };
    let (pattern, value) = (folded(pattern), folded(value));
    let (found, expected) = (Pattern::parse(&pattern), like::matches(&pattern, &value));
    assert_eq!(found.as_ref().map(|found| found.matches(&value)), expected, "{pattern:?}, {value:?}");
    let (Some(found), Some(matches)) = (found, expected) else { return };
    assert!(!matches || found.texts().all(|text| value.contains(text)), "{pattern:?}, {value:?}");
    if let Some(contained) = found.contained() {
        assert_eq!(matches, value.contains(contained), "{pattern:?}, {value:?}");
    }
});

fn folded(text: &str) -> String {
    let mut out = String::new();
    fold_text(text, &mut out);
    out
}
