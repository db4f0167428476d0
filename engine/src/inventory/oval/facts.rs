//! Turns items into facts that other catalogs ask for.
//!
//! Source of truth: `docs/oval.md`, "Facts".

use crate::error::Result;
use crate::inventory::sink::Sink;
use crate::model::fact::{Fact, File, FileVersion, Kernel, Package, PackageKind, RegistryValue, Text};
use crate::model::inventory::Collector;
use crate::model::oval::characteristics::Item;
use crate::model::oval::words::Status;
use crate::model::registry::View;
use crate::version::dotted::Version;

/// Hands over what an item states, if it is there and of a type that states something.
pub(super) fn state(
    item: &Item<'_>,
    place: usize,
    sink: &mut Sink<'_, '_, dyn Collector + '_>,
) -> Result<()> {
    if item.status != Status::Exists {
        return Ok(());
    }
    let fact = match item.kind.base() {
        "rpminfo" => package(item, PackageKind::Rpm),
        "dpkginfo" => package(item, PackageKind::Deb),
        "file" => file(item),
        "registry" => registry(item),
        "uname" => value(item, "os_release").map(|running| Kernel { running, ..Kernel::default() }.into()),
        _ => None,
    };
    fact.map_or(Ok(()), |fact| sink.fact(fact, place))
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
    let path = filled(item, "filepath").or_else(|| {
        let (path, name) = (filled(item, "path")?, filled(item, "filename")?);
        let separator = if path.contains('\\') { '\\' } else { '/' };
        let folder = path.trim_end_matches(separator);
        Some(Text::Owned(format!("{folder}{separator}{name}")))
    })?;
    let version = value(item, "version").and_then(|text| Version::parse(&text));
    let file = File {
        path,
        version: version.map_or(FileVersion::NotCollected, FileVersion::Known),
        product_version: filled(item, "product_version"),
        size: value(item, "size").and_then(|size| size.parse().ok()),
        company: filled(item, "company"),
        product: filled(item, "product_name"),
        language: filled(item, "language"),
        ..File::default()
    };
    Some(file.into())
}

fn registry<'i>(item: &'i Item<'_>) -> Option<Fact<'i>> {
    let (hive, key, name) = (filled(item, "hive")?, filled(item, "key")?, value(item, "name")?);
    let kind = value(item, "type").and_then(|word| {
        let known = [
            ("reg_sz", "sz"),
            ("reg_expand_sz", "expand"),
            ("reg_dword", "dword"),
            ("reg_qword", "qword"),
            ("reg_multi_sz", "multi"),
            ("reg_binary", "binary"),
            ("reg_none", "none"),
        ];
        known.into_iter().find(|(known, _)| *known == word).map(|(_, kind)| Text::Borrowed(kind))
    });
    let mut data =
        item.entities.iter().filter(|entity| entity.name == "value" && entity.status == Status::Exists);
    // Several values of one entry have a form of their own, which is not told here.
    let only = data.next().filter(|_| data.next().is_none());
    let view = match value(item, "windows_view").as_deref() {
        Some("32_bit") => View::Narrow,
        _ => View::Native,
    };
    let value = RegistryValue {
        key: Text::Owned(format!("{hive}\\{key}")),
        name,
        kind,
        data: only.map(|value| Text::Borrowed(&*value.text)),
        view,
        ..RegistryValue::default()
    };
    Some(value.into())
}
