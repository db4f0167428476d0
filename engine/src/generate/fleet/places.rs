//! Where a Windows client keeps what rules name by tokens: its folders, and the view of its registry.

use super::text;
use crate::model::fact::{Fact, Trait};
use crate::model::registry::View;

/// The Windows folder.
pub(super) const WINDIR: &str = r"C:\Windows";

/// A folder by its number: its token, and where clients of 64 and of 32 bits have it.
struct Folder {
    number: u32,
    token: &'static str,
    wide: &'static str,
    narrow: &'static str,
}

/// A folder that is the same for both.
const fn same(number: u32, token: &'static str, path: &'static str) -> Folder {
    Folder { number, token, wide: path, narrow: path }
}

/// A folder that only clients of 64 bits have beside another.
const fn beside(number: u32, token: &'static str, wide: &'static str, narrow: &'static str) -> Folder {
    Folder { number, token, wide, narrow }
}

/// The folders that rules name, those in others first.
const FOLDERS: [Folder; 8] = [
    beside(41, r"%windir%\syswow64", r"C:\Windows\SysWOW64", r"C:\Windows\System32"),
    same(37, r"%windir%\system32", r"C:\Windows\System32"),
    same(36, "%windir%", WINDIR),
    beside(
        44,
        "%commonprogramfiles(x86)%",
        r"C:\Program Files (x86)\Common Files",
        r"C:\Program Files\Common Files",
    ),
    same(43, "%commonprogramfiles%", r"C:\Program Files\Common Files"),
    beside(42, "%programfiles(x86)%", r"C:\Program Files (x86)", r"C:\Program Files"),
    same(38, "%programfiles%", r"C:\Program Files"),
    same(35, "%programdata%", r"C:\ProgramData"),
];

/// How wide the words of a client's processor are, which decides where its folders are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// 64 bits.
    Wide,
    /// 32 bits.
    Narrow,
}

impl Width {
    /// The width of an architecture, as inventories name it.
    pub(super) fn of(arch: &str) -> Width {
        if arch == "x86" { Width::Narrow } else { Width::Wide }
    }

    fn folder(self, folder: &Folder) -> &'static str {
        match self {
            Width::Wide => folder.wide,
            Width::Narrow => folder.narrow,
        }
    }

    /// The facts that state where the folders are: those by number, and by name those that have none.
    pub(super) fn facts<'t>(self, tokens: impl Iterator<Item = &'t str>) -> Vec<Fact<'static>> {
        let of_number = FOLDERS
            .iter()
            .map(|folder| ("folder", folder.number.to_string(), self.folder(folder).to_owned()));
        let is_other = |token: &&str| FOLDERS.iter().all(|folder| folder.token != *token);
        let of_name = tokens.filter(is_other).map(|token| {
            let name = token.trim_matches('%').to_owned();
            let path = other_folder(&name);
            ("env", name, path)
        });
        let mut stated: Vec<_> = of_number.chain(of_name).collect();
        stated.sort();
        let fact = |(group, name, value): (&'static str, String, String)| {
            Fact::Trait(Trait {
                group: text(group),
                name: text(name),
                value: text(value),
                ..Trait::default()
            })
        };
        stated.into_iter().map(fact).collect()
    }

    /// Where a client has what a rule names by a normal path.
    pub(super) fn path(self, normal: &str) -> String {
        for folder in &FOLDERS {
            if let Some(rest) = normal.strip_prefix(folder.token).filter(|rest| rest.starts_with('\\')) {
                return format!("{}{rest}", self.folder(folder));
            }
        }
        match crate::model::path::token(normal) {
            Some(token) => normal.replacen(token, &other_folder(token.trim_matches('%')), 1),
            None => normal.to_owned(),
        }
    }

    /// The key of a client that a rule names by a normal key, and the view that it stands in.
    pub(super) fn key(self, normal: &str) -> (String, View) {
        const NODE: &str = r"hklm\software\wow6432node";
        match normal.strip_prefix(NODE).filter(|rest| rest.is_empty() || rest.starts_with('\\')) {
            Some(rest) => (format!(r"HKLM\SOFTWARE{rest}"), View::Narrow),
            None => (normal.replacen("hklm", "HKLM", 1), View::Native),
        }
    }
}

fn other_folder(name: &str) -> String {
    format!(r"C:\Folders\{name}")
}
