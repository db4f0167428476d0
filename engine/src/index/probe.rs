//! The hash table of subjects: from a fact's normal form to the subject that rules ask about.
//!
//! The hash is fixed by the format (XXH3 of 64 bits with a fixed seed), because it is stored. Only the
//! compiler inserts; a client that knows the seed can make its own look-ups collide with nothing but
//! what the catalogs hold, and each is bounded by the table.

use std::borrow::Cow;

use twox_hash::XxHash3_64;

use super::View;
use super::columns::Column;
use crate::model::expr::Subject;
use crate::model::fact::PackageKind;

/// The number of the hash.
pub const HASH: u32 = 1;
/// The seed of the hash.
pub const SEED: u64 = 0x7061_7463_6873_7461;

/// Tags of subjects, as stored; the order of the subjects of an index follows them.
pub mod tag {
    /// An attribute of the operating system.
    pub const OS: u8 = 1;
    /// A file.
    pub const FILE: u8 = 2;
    /// A registry value.
    pub const REGISTRY_VALUE: u8 = 3;
    /// A registry key.
    pub const REGISTRY_KEY: u8 = 4;
    /// A Windows Installer product.
    pub const MSI: u8 = 5;
    /// A hotfix.
    pub const HOTFIX: u8 = 6;
    /// A product.
    pub const PRODUCT: u8 = 7;
    /// An RPM package.
    pub const RPM: u8 = 8;
    /// A Debian package.
    pub const DEB: u8 = 9;
    /// A module.
    pub const MODULE: u8 = 10;
    /// The operating system as a whole.
    pub const SYSTEM: u8 = 11;
    /// A management class.
    pub const WMI: u8 = 12;
    /// All products of Windows Installer together.
    pub const INSTALLER: u8 = 13;
}

/// What a subject is called in an index: its tag, text and second text.
pub type Key<'s> = (u8, Cow<'s, str>, &'s str);

/// What a subject is called in an index.
pub fn key(subject: &Subject) -> Key<'_> {
    let (tag, text, name) = match subject {
        Subject::Os(field) => (tag::OS, field.name(), ""),
        Subject::File(path) => (tag::FILE, path.as_str(), ""),
        Subject::RegistryValue { key, name } => (tag::REGISTRY_VALUE, key.as_str(), name.as_str()),
        Subject::RegistryKey(key) => (tag::REGISTRY_KEY, key.as_str(), ""),
        Subject::Msi(code) => (tag::MSI, code.as_str(), ""),
        Subject::Hotfix(id) => return (tag::HOTFIX, Cow::Owned(id.to_string()), ""),
        Subject::Product(name) => (tag::PRODUCT, name.as_str(), ""),
        Subject::Package(kind, name) => return package(*kind, name),
        Subject::Module(name) => return module(name),
        Subject::System => (tag::SYSTEM, "", ""),
        Subject::Installer => (tag::INSTALLER, "", ""),
        Subject::Wmi(class) => (tag::WMI, class.as_str(), ""),
    };
    (tag, Cow::Borrowed(text), name)
}

/// What a package is called in an index.
pub fn package(kind: PackageKind, name: &str) -> Key<'_> {
    let tag = match kind {
        PackageKind::Rpm => tag::RPM,
        PackageKind::Deb => tag::DEB,
    };
    (tag, Cow::Borrowed(name), "")
}

/// What a module is called in an index.
pub fn module(name: &str) -> Key<'_> {
    (tag::MODULE, Cow::Borrowed(name), "")
}

/// The hash of a subject: of its text, then of its second text where it has one.
#[inline]
pub fn hash(tag: u8, text: &[u8], name: &[u8]) -> u64 {
    let first = XxHash3_64::oneshot_with_seed(SEED ^ u64::from(tag), text);
    if name.is_empty() { first } else { XxHash3_64::oneshot_with_seed(first, name) }
}

/// Lays out the table for subjects whose hashes are given in order.
pub fn table(hashes: impl ExactSizeIterator<Item = u64>) -> Vec<u64> {
    let size = (hashes.len() * 2).next_power_of_two().max(2);
    let mut table = vec![0u64; size];
    for (subject, hash) in hashes.enumerate() {
        let mut at = hash as usize & (size - 1);
        while table[at] != 0 {
            at = (at + 1) & (size - 1);
        }
        table[at] = hash & 0xffff_ffff_0000_0000 | (subject as u64 + 1);
    }
    table
}

impl View<'_> {
    /// Finds a subject by tag and normal form.
    #[inline]
    pub fn find(&self, tag: u8, text: &[u8], name: &[u8]) -> Option<usize> {
        let table = &self.columns.probe;
        let mask = table.len().checked_sub(1)?;
        let hash = hash(tag, text, name);
        let mut at = hash as usize & mask;
        // INVARIANT: bounded by the table, also when no place of it is empty.
        for _ in 0..=mask {
            let entry = table.at(at);
            if entry == 0 {
                return None;
            }
            if (entry ^ hash) >> 32 == 0 {
                let subject = (entry as u32).wrapping_sub(1) as usize;
                if self.is_subject(subject, tag, text, name) {
                    return Some(subject);
                }
            }
            at = (at + 1) & mask;
        }
        None
    }

    #[inline]
    fn is_subject(&self, subject: usize, tag: u8, text: &[u8], name: &[u8]) -> bool {
        let columns = self.columns;
        columns.subject_tag.at(subject) == tag
            && self.text_bytes(columns.subject_text.at(subject)) == text
            && (tag != self::tag::REGISTRY_VALUE || self.text_bytes(columns.subject_name.at(subject)) == name)
    }

    /// The subjects of a tag whose text is `under` or begins with it and a separator.
    pub(crate) fn at_or_below(&self, tag: u8, under: &str) -> impl Iterator<Item = usize> + use<> {
        let exact = self.range(tag, |text| text < under.as_bytes(), |text| text <= under.as_bytes());
        let below = |separator: char| {
            let prefix = format!("{under}{separator}").into_bytes();
            let within = |text: &[u8]| text < prefix.as_slice() || text.starts_with(&prefix);
            self.range(tag, |text| text < prefix.as_slice(), within)
        };
        exact.chain(below('\\')).chain(below('/'))
    }

    /// The subjects of a tag between two bounds on their text, which the order of subjects keeps together.
    fn range(
        &self,
        tag: u8,
        before: impl Fn(&[u8]) -> bool,
        within: impl Fn(&[u8]) -> bool,
    ) -> std::ops::Range<usize> {
        let bound = |less: &dyn Fn(&[u8]) -> bool| {
            let (mut low, mut high) = (0, self.subjects());
            while low < high {
                let middle = low + (high - low) / 2;
                let found = self.columns.subject_tag.at(middle);
                let text = self.text_bytes(self.columns.subject_text.at(middle));
                if found < tag || found == tag && less(text) { low = middle + 1 } else { high = middle }
            }
            low
        };
        let start = bound(&before);
        start..bound(&within).max(start)
    }

    /// Finds a subject of the model.
    pub fn find_subject(&self, subject: &Subject) -> Option<usize> {
        let (tag, text, name) = key(subject);
        self.find(tag, text.as_bytes(), name.as_bytes())
    }
}
