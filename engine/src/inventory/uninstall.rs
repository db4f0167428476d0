//! Turns an entry of the list of what can be removed from a Windows system into products and hotfixes.
//!
//! Knows what names and titles of entries mean, whichever tool wrote them down, and nothing of how any of
//! them does. Source of truth: `docs/inventories.md`, "Registry exports".

use crate::error::Result;
use crate::model::fact::{Fact, Hotfix, Msi, Product, Text};
use crate::model::hotfix;

const ABOVE: &str = r"\currentversion\uninstall\";

/// An entry of the list of what can be removed.
#[derive(Debug, Default)]
pub(super) struct Entry<'a> {
    /// The name of its key.
    pub(super) key: Text<'a>,
    /// What people see.
    pub(super) name: Option<Text<'a>>,
    pub(super) version: Option<Text<'a>>,
    pub(super) publisher: Option<Text<'a>>,
    pub(super) arch: Option<Text<'a>>,
    pub(super) language: Option<u32>,
}

impl<'a> Entry<'a> {
    /// The entry that a registry key stands for, if it is one.
    pub(super) fn of(key: &'a str) -> Option<Self> {
        let start = key.rfind('\\')? + 1;
        let above = key[..start].len().checked_sub(ABOVE.len()).and_then(|at| key[..start].get(at..))?;
        let is = above.eq_ignore_ascii_case(ABOVE);
        is.then(|| Entry { key: key[start..].into(), ..Entry::default() })
    }

    /// Takes a value of the registry key.
    pub(super) fn take(&mut self, name: &str, data: Option<&Text<'a>>) {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match data {
            Some(data) if is("DisplayName") => self.name = Some(data.clone()),
            Some(data) if is("DisplayVersion") => self.version = Some(data.clone()),
            Some(data) if is("Publisher") => self.publisher = Some(data.clone()),
            Some(data) if is("Language") => self.language = data.parse().ok(),
            Some(_) | None => {}
        }
    }

    /// Gives every fact that it states to `give`.
    pub(super) fn facts(&self, mut give: impl FnMut(Fact<'_>) -> Result<()>) -> Result<()> {
        let Entry { key, name, version, publisher, arch, language } = self;
        let lent = |text: &'_ Option<Text<'a>>| text.clone();
        if is_product_code(key) {
            let (product, name, version) = (Text::Borrowed(&**key), lent(name), lent(version));
            give(Msi { product, name, version, language: *language, ..Msi::default() }.into())?;
        }
        if let Some(id) = hotfix_of_key(key) {
            give(Hotfix { id: id.into(), ..Hotfix::default() }.into())?;
        }
        if let Some(name) = name.clone().filter(|name| !name.trim().is_empty()) {
            let (version, publisher, arch) = (lent(version), lent(publisher), lent(arch));
            give(Product { name, version, publisher, arch, ..Product::default() }.into())?;
        }
        Ok(())
    }
}

/// Whether a text is a product code of Windows Installer in braces.
pub(super) fn is_product_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is = |(at, byte): (usize, &u8)| match at {
        0 => *byte == b'{',
        9 | 14 | 19 | 24 => *byte == b'-',
        37 => *byte == b'}',
        _ => byte.is_ascii_hexdigit(),
    };
    bytes.len() == 38 && bytes.iter().enumerate().all(is)
}

/// Product and patch of an entry of a patch, `{product}_…_{patch}`.
pub(super) fn patch_of_key(key: &str) -> Option<(&str, &str)> {
    let (product, rest) = key.split_at_checked(38)?;
    let patch = rest.get(rest.len().checked_sub(39)?..)?.strip_prefix('_')?;
    (rest.starts_with('_') && is_product_code(product) && is_product_code(patch)).then_some((product, patch))
}

/// The id that a key begins with: `KB2378111_WM9` and `KB932471.T301_380ToU433_380` are hotfixes.
pub(super) fn hotfix_of_key(key: &str) -> Option<&str> {
    let prefix = ["KB", "Q"]
        .into_iter()
        .find(|prefix| key.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)))?;
    let digits = key[prefix.len()..].bytes().take_while(u8::is_ascii_digit).count();
    (5..=7).contains(&digits).then(|| &key[..prefix.len() + digits])
}

/// The id that a title names in brackets: `Update for Microsoft Office (KB2553140)`.
pub(super) fn hotfix_in_title(title: &str) -> Option<&str> {
    let bracketed = title.split('(').skip(1).filter_map(|part| part.split_once(')')).map(|(id, _)| id);
    bracketed.into_iter().find(|id| id.starts_with(['K', 'k']) && hotfix::id(id).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_right_below_uninstall_are_entries() {
        let check = |key: &str, expect: Option<&str>| {
            assert_eq!(Entry::of(key).as_ref().map(|entry| &*entry.key), expect, "{key}");
        };
        let above = r"HKLM\Software\Wow6432Node\Microsoft\Windows\CurrentVersion\UNINSTALL";
        check(above, None);
        check(&format!(r"{above}\KB1"), Some("KB1"));
        check(&format!(r"{above}\KB1\Sub"), None);
        check(r"Uninstall\a", None);
    }

    #[test]
    fn ids_and_product_codes() {
        let ids = ["KB2378111_WM9", "q147222", "KB932471.T301", "KB1234", "KB12345678", "Kubuntu"];
        let found = ids.map(hotfix_of_key);
        assert_eq!(found, [Some("KB2378111"), Some("q147222"), Some("KB932471"), None, None, None]);
        let code = "{532C05E1-7376-1014-987E-E28031843670}";
        assert!(is_product_code(code));
        assert!(!is_product_code(&format!("{code}.KB2162169")) && !is_product_code("Git_is1"));
        let check = |key: &str, is: bool| {
            assert_eq!(patch_of_key(key), is.then_some((code, code)), "{key}");
        };
        check(&format!("{code}_Office14.SingleImage_{code}"), true);
        check(&format!("{code}_{code}"), true);
        check(&format!("{code}{code}"), false);
        check(&format!("{code}é{code}"), false);
        check(code, false);
        check("", false);
    }

    #[test]
    fn titles_name_ids_in_brackets() {
        let check = |title: &str, expect: Option<&str>| assert_eq!(hotfix_in_title(title), expect, "{title}");
        check("Update for Microsoft Office 2010 (KB2553140) 64-Bit Edition", Some("KB2553140"));
        check("Tool (x64) (kb5034763)", Some("kb5034763"));
        check("Update KB2553140", None);
        check("Release (20240101)", None);
    }
}
