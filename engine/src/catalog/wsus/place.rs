//! Which file of a cabinet or folder is what, by its name there.

use std::path::Path;

/// A file of the metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The list of cabinets.
    Index,
    /// The graph of all revisions.
    Graph,
    /// The core fragment of a revision.
    Core(u64),
    /// The extended fragment of a revision.
    Extended(u64),
    /// The texts of a revision in a language.
    Localized(String, u64),
    /// Licences and shared files, which nothing uses.
    Unused,
    /// Anything else.
    Other,
}

/// What a file is, by its path; the cabinet it stands in is what stands before a `!`.
pub(super) fn of(path: &str) -> Place {
    let path = path.rsplit('!').next().unwrap_or(path).replace('\\', "/");
    let mut parts = path.rsplit('/');
    let leaf = parts.next().unwrap_or_default();
    let folder = parts.next().unwrap_or_default().to_ascii_lowercase();
    let above = parts.next().unwrap_or_default();
    let number = leaf.parse::<u64>().ok();
    match (folder.as_str(), number) {
        ("c", Some(number)) => Place::Core(number),
        ("x", Some(number)) => Place::Extended(number),
        (language, Some(number)) if above.eq_ignore_ascii_case("l") => {
            Place::Localized(language.to_owned(), number)
        }
        ("e" | "files", _) => Place::Unused,
        _ if leaf.eq_ignore_ascii_case("index.xml") => Place::Index,
        _ if leaf.eq_ignore_ascii_case("package.xml") => Place::Graph,
        _ => Place::Other,
    }
}

/// Whether a folder holds metadata of updates.
pub(super) fn is_folder(path: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(path) else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        matches!(name.as_str(), "index.xml" | "package.xml" | "package.cab")
            || is_folder && matches!(name.as_str(), "c" | "x" | "package")
    })
}

/// Whether an archive with these members holds metadata of updates.
pub(super) fn are_members(members: &[String]) -> bool {
    members.iter().any(|member| matches!(of(member), Place::Graph | Place::Core(_) | Place::Extended(_)))
}
