//! Hotfix ids: the number of the knowledge base article that a hotfix is named after.
//!
//! Source of truth: `docs/inventories.md`, "Normal forms".

/// Reads a hotfix id as the tools of an operating system write it.
///
/// ```
/// use patchstate::model::hotfix::id;
///
/// assert_eq!(id("KB893803v2 - Update"), Some(893803));
/// assert_eq!(id("Q147222"), Some(147222));
/// assert_eq!(id("KB952069_WM9"), Some(952069));
/// assert_eq!(id("943729"), Some(943729));
/// assert_eq!(id("File 1"), None);
/// assert_eq!(id("KB2862"), None);
/// ```
pub fn id(text: &str) -> Option<u32> {
    let text = text.trim_start();
    let prefix =
        |prefix: &str| text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    let text = if prefix("KB") {
        &text[2..]
    } else if prefix("Q") {
        &text[1..]
    } else {
        text
    };
    let text = text.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if !(5..=7).contains(&digits) {
        return None;
    }
    let rest = &text[digits..];
    let version = rest.get(..1).is_some_and(|head| head.eq_ignore_ascii_case("v"));
    let counted = if version { rest[1..].bytes().take_while(u8::is_ascii_digit).count() } else { 0 };
    let rest = if counted > 0 { &rest[1 + counted..] } else { rest };
    let ended = rest.is_empty() || rest.starts_with(['-', '_', ' ', '(']);
    if ended { text[..digits].parse().ok() } else { None }
}
