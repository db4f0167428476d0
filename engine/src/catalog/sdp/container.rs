//! Folders and archives of packages: which of their files are what.
//!
//! Names decide what is looked at, never what it is.

use std::path::Path;

/// What a file of a catalog is by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A package of its own.
    Package,
    /// The document that holds all packages.
    Catalog,
    /// The list of packages.
    Manifest,
    /// A file of the third form, which is not read.
    Third,
    /// Anything else.
    Other,
}

/// The role of a file by its path in the folder or archive.
pub(super) fn role(path: &str) -> Role {
    let path = path.replace('\\', "/").to_ascii_lowercase();
    let name = path.rsplit(['/', '!']).next().unwrap_or_default();
    let folder = path.rsplit('/').nth(1).unwrap_or_default();
    match name.rsplit_once('.') {
        _ if folder == "v3" => Role::Third,
        Some((_, "sdp")) => Role::Package,
        _ if name == "update_manifest.json" => Role::Manifest,
        Some((_, "xml")) => Role::Catalog,
        _ => Role::Other,
    }
}

/// The name of a file without its folders and its ending.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\', '!']).next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Whether a folder holds packages.
pub(super) fn is_folder(path: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(path) else { return false };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.into_iter().any(|name| role(&name) == Role::Package || name.eq_ignore_ascii_case("v2"))
}

/// Whether an archive with these members holds packages.
pub(super) fn are_members(members: &[String]) -> bool {
    let roles = || members.iter().map(|member| role(member));
    let others = ["package.xml", "index.xml"];
    let is_other = |member: &String| others.iter().any(|name| member.to_ascii_lowercase().ends_with(name));
    roles().any(|role| role == Role::Package)
        || (roles().any(|role| role == Role::Catalog) && !members.iter().any(is_other))
}
