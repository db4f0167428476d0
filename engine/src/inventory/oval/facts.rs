//! Turns items into facts that other catalogs ask for.
//!
//! An item states nothing where its fact would say more than the item does: the checksum of a file would take
//! the place of what else is known of the file, and one instance of a management class would vouch for all.
//! Source of truth: `docs/oval.md`, "Facts".

use crate::model::fact::{
    Fact, File, FileVersion, Kernel, Package, PackageKind, RegistryKey, RegistryValue, Text,
};
use crate::model::oval::characteristics::Item;
use crate::model::oval::words::Status;
use crate::model::registry::View;
use crate::version::dotted::Version;

/// What an item states, if it is there and of a type that states something.
pub(super) fn fact<'i>(item: &'i Item<'_>) -> Option<Fact<'i>> {
    if item.status != Status::Exists {
        return None;
    }
    match item.kind.base() {
        "rpminfo" => package(item, PackageKind::Rpm),
        "dpkginfo" => package(item, PackageKind::Deb),
        "rpmverifyfile" if value(item, "filepath").as_deref() == Some("/etc/redhat-release") => {
            package(item, PackageKind::Rpm)
        }
        "file" => file(item),
        "registry" => registry(item),
        "uname" => value(item, "os_release").map(|running| Kernel { running, ..Kernel::default() }.into()),
        _ => None,
    }
}

/// The first value of a name that is there.
fn value<'i>(item: &'i Item<'_>, name: &str) -> Option<Text<'i>> {
    let found = item.entities.iter().find(|value| value.name == name && value.status == Status::Exists)?;
    Some(Text::Borrowed(found.text.trim())).filter(|_| !found.nil)
}

fn filled<'i>(item: &'i Item<'_>, name: &str) -> Option<Text<'i>> {
    value(item, name).filter(|text| !text.is_empty())
}

fn package<'i>(item: &'i Item<'_>, kind: PackageKind) -> Option<Fact<'i>> {
    let (name, version, release) = (filled(item, "name")?, filled(item, "version")?, filled(item, "release"));
    let epoch = value(item, "epoch").map(|epoch| match &*epoch {
        "(none)" | "" => Some(0),
        number => number.parse().ok(),
    });
    let (version, release) = match (kind, release) {
        (PackageKind::Deb, Some(revision)) => (Text::Owned(format!("{version}-{revision}")), None),
        (_, release) => (version, release),
    };
    let package = Package {
        kind,
        name,
        epoch: epoch.flatten(),
        version,
        release,
        arch: filled(item, "arch"),
        key: filled(item, "signature_keyid"),
        ..Package::default()
    };
    Some(package.into())
}

fn file<'i>(item: &'i Item<'_>) -> Option<Fact<'i>> {
    let is_folder = |kind: Text<'_>| matches!(&*kind, "directory" | "FILE_ATTRIBUTE_DIRECTORY");
    if value(item, "type").is_some_and(is_folder) {
        return None;
    }
    let path = filled(item, "filepath").or_else(|| {
        let (path, name) = (filled(item, "path")?, filled(item, "filename")?);
        let separator = if path.contains('\\') { '\\' } else { '/' };
        let folder = path.trim_end_matches(separator);
        Some(Text::Owned(format!("{folder}{separator}{name}")))
    })?;
    let version = value(item, "version").and_then(|text| Version::parse(&text));
    let mut versions = item.entities.iter().filter(|entity| entity.name == "version");
    let no_resource = versions.any(|entity| entity.status == Status::DoesNotExist);
    let unknown = if no_resource { FileVersion::NoResource } else { FileVersion::NotCollected };
    let time = |name: &str| value(item, name).and_then(|text| time(&text, &item.kind.schema));
    let file = File {
        path,
        version: version.map_or(unknown, FileVersion::Known),
        product_version: filled(item, "product_version"),
        size: value(item, "size").and_then(|size| size.parse().ok()),
        modified: time("m_time").map(Text::Owned),
        checksum: value(item, "ms_checksum").and_then(|checksum| checksum.parse().ok()),
        company: filled(item, "company"),
        product: filled(item, "product_name"),
        language: filled(item, "language"),
        ..File::default()
    };
    Some(file.into())
}

/// A time of a file: on Windows ten-millionths of a second since 1601, elsewhere seconds since 1970.
fn time(text: &str, schema: &str) -> Option<String> {
    let number: i128 = text.parse().ok()?;
    let nanoseconds = match schema {
        "windows" => number.checked_sub(116_444_736_000_000_000)?.checked_mul(100)?,
        _ => number.checked_mul(1_000_000_000)?,
    };
    let time = jiff::Timestamp::from_nanosecond(nanoseconds).ok()?;
    Some(if schema == "windows" { format!("{time:.7}") } else { time.to_string() })
}

fn registry<'i>(item: &'i Item<'_>) -> Option<Fact<'i>> {
    let (hive, key) = (filled(item, "hive")?, filled(item, "key")?);
    let key = Text::Owned(format!("{hive}\\{key}"));
    let view = match value(item, "windows_view").as_deref() {
        Some("32_bit") => View::Narrow,
        _ => View::Native,
    };
    let Some(name) = value(item, "name") else {
        return Some(RegistryKey { key, view, ..RegistryKey::default() }.into());
    };
    let kind = value(item, "type").and_then(|word| {
        let known = [
            ("reg_sz", "sz"),
            ("reg_expand_sz", "expand"),
            ("reg_dword", "dword"),
            ("reg_qword", "qword"),
            ("reg_multi_sz", "multi"),
            ("reg_binary", "binary"),
            ("reg_none", "none"),
            ("reg_full_resource_descriptor", "resource"),
        ];
        known.into_iter().find(|(known, _)| *known == word).map(|(_, kind)| Text::Borrowed(kind))
    });
    let data = data(item, kind.as_deref());
    Some(RegistryValue { key, name, kind, data, view, ..RegistryValue::default() }.into())
}

/// The data of a registry value; the strings of a list with `\0` between them and backslashes doubled.
fn data<'i>(item: &'i Item<'_>, kind: Option<&str>) -> Option<Text<'i>> {
    let values: Vec<_> = item.entities.iter().filter(|entity| entity.name == "value").collect();
    if values.is_empty() || values.iter().any(|value| value.status != Status::Exists) {
        return None;
    }
    if kind == Some("multi") {
        let strings = values.iter().map(|value| value.text.replace('\\', r"\\"));
        return Some(Text::Owned(strings.collect::<Vec<_>>().join(r"\0")));
    }
    let [only] = &values[..] else { return None };
    Some(Text::Borrowed(&*only.text))
}
