//! What a key below `Uninstall` says of products and hotfixes.

use super::Sink;
use crate::error::Result;
use crate::model::fact::{Hotfix, Msi, Product, Text};
use crate::model::inventory::Collector;

const ABOVE: &str = r"\currentversion\uninstall\";

/// An entry of the list of what can be removed.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// The name of its key.
    key: &'a str,
    name: Option<Text<'a>>,
    version: Option<Text<'a>>,
    publisher: Option<Text<'a>>,
    language: Option<u32>,
}

impl<'a> Entry<'a> {
    /// The entry that a key stands for, if it is one.
    pub(super) fn of(key: &'a str) -> Option<Self> {
        let start = key.rfind('\\')? + 1;
        let above = key[..start].len().checked_sub(ABOVE.len()).and_then(|at| key[..start].get(at..))?;
        let is = above.eq_ignore_ascii_case(ABOVE);
        let (name, version, publisher, language) = (None, None, None, None);
        is.then(|| Entry { key: &key[start..], name, version, publisher, language })
    }

    /// Takes a value of the key.
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

    /// Hands over what it states.
    pub(super) fn state<C: Collector + ?Sized>(
        self,
        sink: &mut Sink<'_, '_, C>,
        offset: usize,
    ) -> Result<()> {
        let Entry { key, name, version, publisher, language } = self;
        if is_guid(key) {
            let (name, version) = (name.clone(), version.clone());
            let product = Text::Borrowed(key);
            sink.fact(Msi { product, name, version, language, ..Msi::default() }.into(), offset)?;
        }
        if let Some(id) = hotfix(key) {
            sink.fact(Hotfix { id: id.into(), ..Hotfix::default() }.into(), offset)?;
        }
        if let Some(name) = name.filter(|name| !name.trim().is_empty()) {
            sink.fact(Product { name, version, publisher, ..Product::default() }.into(), offset)?;
        }
        Ok(())
    }
}

/// Whether a key is named by a product code.
fn is_guid(key: &str) -> bool {
    let bytes = key.as_bytes();
    let is = |(at, byte): (usize, &u8)| match at {
        0 => *byte == b'{',
        9 | 14 | 19 | 24 => *byte == b'-',
        37 => *byte == b'}',
        _ => byte.is_ascii_hexdigit(),
    };
    bytes.len() == 38 && bytes.iter().enumerate().all(is)
}

/// The id that a key begins with: `KB2378111_WM9` and `KB932471.T301_380ToU433_380` are hotfixes.
fn hotfix(key: &str) -> Option<&str> {
    let prefix = ["KB", "Q"]
        .into_iter()
        .find(|prefix| key.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)))?;
    let digits = key[prefix.len()..].bytes().take_while(u8::is_ascii_digit).count();
    (5..=7).contains(&digits).then(|| &key[..prefix.len() + digits])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_right_below_uninstall_are_entries() {
        let check = |key: &str, expect: Option<&str>| {
            assert_eq!(Entry::of(key).map(|entry| entry.key), expect, "{key}");
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
        assert_eq!(ids.map(hotfix), [Some("KB2378111"), Some("q147222"), Some("KB932471"), None, None, None]);
        assert!(is_guid("{532C05E1-7376-1014-987E-E28031843670}"));
        assert!(!is_guid("{532C05E1-7376-1014-987E-E28031843670}.KB2162169") && !is_guid("Git_is1"));
    }
}
