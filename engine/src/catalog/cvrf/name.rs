//! Brings names and other short texts into the form in which they are compared.
//!
//! Knows white space, letter case, and which word parts a component from what it runs on; which names
//! there are, the product table says. Source of truth: `docs/cvrf.md`, "Names of products".

/// The word between a component and the system that it runs on.
const ON: &str = " on ";

/// The distributions whose fixes are packages of their own catalogs.
const LINUX: [&str; 3] = ["cbl mariner ", "cbl-mariner ", "azure linux "];

/// A text with every run of white space one blank, and none at its ends.
///
/// ```
/// use patchstate::catalog::cvrf::name::{normalised, reduced};
/// assert_eq!(reduced("  Windows\n\tServer 2016 "), "Windows Server 2016");
/// assert_eq!(normalised("  Windows\n\tServer 2016 "), "windows server 2016");
/// ```
pub fn reduced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The form in which names of products are compared: reduced, and in lower case.
pub fn normalised(name: &str) -> String {
    reduced(name).to_lowercase()
}

/// The component and the system of a normalised name `X on Y`.
pub fn component(name: &str) -> Option<(&str, &str)> {
    name.rsplit_once(ON)
}

/// Whether a normalised name is one of Microsoft's distributions of Linux, or something on one.
pub(super) fn is_linux(name: &str) -> bool {
    let system = component(name).map_or(name, |(_, system)| system);
    let is_release = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    LINUX.iter().any(|begin| system.strip_prefix(begin).is_some_and(is_release))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_of_one_name_fall_together() {
        let check = |a: &str, b: &str| assert_eq!(normalised(a), normalised(b));
        check("Windows 8.1 for x64-based Systems", "Windows 8.1 for x64-based systems");
        check("Windows Server 2016  ", "Windows Server 2016");
        check("Windows\u{a0}Server\r\n 2016", "Windows Server 2016");
    }

    #[test]
    fn only_the_last_on_parts_a_component() {
        assert_eq!(component("a on b on windows 10"), Some(("a on b", "windows 10")));
        assert_eq!(component("windows 10"), None);
    }

    #[test]
    fn distributions_are_told_from_what_is_named_after_them() {
        for name in ["azure linux 3.0 x64", "cbl mariner 2.0 arm", "azl3 zip 3.0-6 on azure linux 3.0"] {
            assert!(is_linux(name), "{name}");
        }
        for name in ["azure linux guest agent", "windows 10", "cbl mariner", "a on windows 10"] {
            assert!(!is_linux(name), "{name}");
        }
    }
}
