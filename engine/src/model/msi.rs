//! Codes of Windows Installer, in the form in which catalogs and clients are compared.
//!
//! Source of truth: `docs/inventories.md`, "Normal forms".

/// Appends the normal form of a product code to `out`: upper case, with braces.
///
/// ```
/// use patchstate::model::msi::normal_code;
///
/// let normal = "{0A000000-0000-0000-0000-00000000000B}";
/// assert_eq!(normal_code(normal), normal);
/// assert_eq!(normal_code(" 0a000000-0000-0000-0000-00000000000b"), normal);
/// ```
pub fn write_normal_code(code: &str, out: &mut String) {
    let code = code.trim_matches(super::path::BLANK).trim_start_matches('{').trim_end_matches('}');
    out.push('{');
    out.extend(code.chars().flat_map(char::to_uppercase));
    out.push('}');
}

/// The normal form of a product code.
pub fn normal_code(code: &str) -> String {
    let mut out = String::with_capacity(code.len() + 2);
    write_normal_code(code, &mut out);
    out
}
