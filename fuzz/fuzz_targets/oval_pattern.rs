//! Translates whatever text as a pattern of OVAL and looks for it in another; both ways to ask agree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use patchstate::model::oval::pattern::Pattern;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (pattern, text) = text.split_once('\n').unwrap_or((&text, ""));
    let Ok(pattern) = Pattern::new(pattern) else { return };
    let (Ok(matches), Ok(found)) = (pattern.is_match(text), pattern.nth(text, 1)) else { return };
    assert_eq!(matches, found.is_some());
    let Some(groups) = found else { return };
    let whole = groups.first().copied().flatten().expect("a match has a text");
    assert!(text.contains(whole));
    assert_eq!(pattern.first_group(text), Ok(Some(groups.get(1).copied().flatten().unwrap_or(""))));
});
