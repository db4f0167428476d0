//! Values of native attributes: text to field, and field to text.
//!
//! Each module is one kind of value: `read` says whether the text is such a value, `write` gives `None`
//! where the attribute is left out. A value is checked here, where it enters, and nowhere else.

use std::borrow::Cow;

use crate::model::fact::Text;

/// Any text.
pub(super) mod text {
    use super::{Maybe, Text};

    pub(in super::super) fn read<'a>(field: &mut impl From<Text<'a>>, text: Text<'a>) -> bool {
        *field = text.into();
        true
    }

    pub(in super::super) fn write<'f, 'a: 'f>(field: &'f impl Maybe<'a>) -> Option<Text<'f>> {
        field.maybe().map(Text::Borrowed)
    }
}

/// Declares a kind of text that is checked by a function.
macro_rules! checked {
    ($(#[$doc:meta] $name:ident: $check:expr;)*) => {
        $(
            #[$doc]
            pub(super) mod $name {
                use super::{Text, text};
                pub(in super::super) use text::write;

                pub(in super::super) fn read<'a>(field: &mut impl From<Text<'a>>, value: Text<'a>) -> bool {
                    let check: fn(&str) -> bool = $check;
                    check(&value) && text::read(field, value)
                }
            }
        )*
    };
}

checked! {
    /// Text that is not empty.
    filled: |text| !text.is_empty();
    /// Bytes in hexadecimal.
    digest: |text| text.len() % 2 == 0 && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    /// A GUID, in braces or not.
    guid: super::is_guid;
    /// Families of operating systems.
    family: |text| matches!(text, "windows" | "linux" | "macos" | "other");
    /// Roles of a Windows system.
    product_type: |text| matches!(text, "workstation" | "domain-controller" | "server");
    /// Sizes of a Windows installation.
    installation: |text| matches!(text, "full" | "core" | "nano");
    /// Types of registry values.
    registry_type: |text| matches!(
        text, "sz" | "expand" | "dword" | "qword" | "multi" | "binary" | "none" | "resource" | "other"
    );
    /// States of a Windows Installer patch.
    msp_state: |text| matches!(text, "applied" | "superseded" | "obsoleted" | "registered");
    /// States of a servicing package.
    cbs_state: |text| matches!(
        text, "installed" | "staged" | "superseded" | "install-pending" | "uninstall-pending" | "other"
    );
    /// What another scanner may say.
    scan_state: |text| matches!(text, "installed" | "missing" | "admin" | "error" | "other");
    /// Types of management properties.
    property_type: |text| matches!(text, "string" | "number" | "boolean" | "other");
}

/// Declares an enumeration's words; the first is what a missing attribute means.
macro_rules! words {
    ($(#[$doc:meta] $name:ident $enum:ty { $($word:literal $value:expr;)* })*) => {
        $(
            #[$doc]
            pub(super) mod $name {
                use super::Text;

                const WORDS: &[(&str, $enum)] = &[$(($word, $value),)*];

                pub(in super::super) fn read(field: &mut $enum, text: Text<'_>) -> bool {
                    let Some((_, value)) = WORDS.iter().find(|(word, _)| *word == &*text) else { return false };
                    *field = *value;
                    true
                }

                pub(in super::super) fn write(field: &$enum) -> Option<Text<'static>> {
                    let word = WORDS.iter().skip(1).find(|(_, value)| value == field)?.0;
                    Some(Text::Borrowed(word))
                }
            }
        )*
    };
}

words! {
    /// The views of a registry.
    view crate::model::registry::View {
        "64" crate::model::registry::View::Native;
        "32" crate::model::registry::View::Narrow;
    }
    /// The kinds of packages.
    package_kind crate::model::fact::PackageKind {
        "rpm" crate::model::fact::PackageKind::Rpm;
        "deb" crate::model::fact::PackageKind::Deb;
    }
    /// The states of a hotfix.
    hotfix_state crate::model::fact::HotfixState {
        "installed" crate::model::fact::HotfixState::Installed;
        "pending" crate::model::fact::HotfixState::Pending;
        "failed" crate::model::fact::HotfixState::Failed;
    }
    /// The states of a module stream.
    module_state crate::model::fact::ModuleState {
        "enabled" crate::model::fact::ModuleState::Enabled;
        "default" crate::model::fact::ModuleState::Default;
        "disabled" crate::model::fact::ModuleState::Disabled;
    }
    /// A mark that is not set unless it is given.
    flag bool {
        "false" false;
        "true" true;
        "0" false;
        "1" true;
    }
}

/// A truth that may be missing.
pub(super) mod boolean {
    use super::{Text, flag};

    pub(in super::super) fn read(field: &mut Option<bool>, text: Text<'_>) -> bool {
        let mut value = false;
        *field = flag::read(&mut value, text).then_some(value);
        field.is_some()
    }

    pub(in super::super) fn write(field: &Option<bool>) -> Option<Text<'static>> {
        field.map(|value| Text::Borrowed(if value { "true" } else { "false" }))
    }
}

/// A decimal number.
pub(super) mod number {
    use super::Text;
    use std::fmt::Display;
    use std::str::FromStr;

    pub(in super::super) fn read<N: FromStr>(field: &mut Option<N>, text: Text<'_>) -> bool {
        // The standard parser takes a plus sign, which the schema does not.
        *field = if text.starts_with('+') { None } else { text.parse().ok() };
        field.is_some()
    }

    pub(in super::super) fn write<N: Display>(field: &Option<N>) -> Option<Text<'static>> {
        field.as_ref().map(|number| Text::Owned(number.to_string()))
    }
}

/// A checksum: decimal, or hexadecimal after `0x`.
pub(super) mod checksum {
    use super::Text;

    pub(in super::super) fn read(field: &mut Option<u64>, text: Text<'_>) -> bool {
        *field = crate::model::registry::number(&text);
        field.is_some()
    }

    pub(in super::super) fn write(field: &Option<u64>) -> Option<Text<'static>> {
        field.map(|number| Text::Owned(format!("0x{number:08X}")))
    }
}

/// The version of a file; `none` is the proof that it has none.
pub(super) mod file_version {
    use super::Text;
    use crate::model::fact::FileVersion;
    use crate::version::dotted::Version;

    pub(in super::super) fn read(field: &mut FileVersion, text: Text<'_>) -> bool {
        *field = match &*text {
            "none" => FileVersion::NoResource,
            text => Version::parse_leading(text).map_or(FileVersion::NotCollected, FileVersion::Known),
        };
        *field != FileVersion::NotCollected
    }

    pub(in super::super) fn write(field: &FileVersion) -> Option<Text<'static>> {
        match field {
            FileVersion::NotCollected => None,
            FileVersion::NoResource => Some(Text::Borrowed("none")),
            FileVersion::Known(version) => Some(Text::Owned(version.to_string())),
        }
    }
}

/// A kind of fact.
pub(super) mod kind {
    use super::Text;
    use crate::model::fact::Kind;

    pub(in super::super) fn read(field: &mut Option<Kind>, text: Text<'_>) -> bool {
        *field = Kind::find(&text);
        field.is_some()
    }

    pub(in super::super) fn write(field: &Option<Kind>) -> Option<Text<'static>> {
        field.map(|kind| Text::Borrowed(kind.name()))
    }
}

/// A kind of fact that has subtrees.
pub(super) mod covered_kind {
    use super::{Text, kind};
    use crate::model::fact::Kind;
    pub(in super::super) use kind::write;

    pub(in super::super) fn read(field: &mut Option<Kind>, text: Text<'_>) -> bool {
        kind::read(field, text) && matches!(field, Some(Kind::File | Kind::Registry))
    }
}

/// Text that may be missing.
pub(super) trait Maybe<'a> {
    /// The text, where there is one.
    fn maybe(&self) -> Option<&str>;
}

impl<'a> Maybe<'a> for Cow<'a, str> {
    fn maybe(&self) -> Option<&str> {
        Some(self)
    }
}

impl<'a> Maybe<'a> for Option<Cow<'a, str>> {
    fn maybe(&self) -> Option<&str> {
        self.as_deref()
    }
}

/// Whether a text is a GUID, in braces or not.
fn is_guid(text: &str) -> bool {
    let bytes = match text.as_bytes() {
        [b'{', inner @ .., b'}'] => inner,
        bytes => bytes,
    };
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
