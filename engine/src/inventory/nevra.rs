//! Takes the names that package managers give installed packages apart: name, epoch, version, release and
//! architecture.
//!
//! Knows how such names are made and nothing of the documents that hold them. The epoch of an rpm is known
//! only where it is written: 0 is not assumed, because a package with an epoch looks the same without it. A
//! Debian version writes its epoch whenever it is not 0. Source of truth: `docs/inventories.md`, "Package
//! lists".

use crate::model::fact::{Package, PackageKind, Text};

/// Architectures that a name in the plain form may end with.
///
/// Without a list, `bash-3.2-33.el5` of an old `rpm -qa` would have the architecture `el5`.
const ARCHES: &[&str] = &[
    "noarch",
    "x86_64",
    "aarch64",
    "i386",
    "i486",
    "i586",
    "i686",
    "athlon",
    "geode",
    "pentium3",
    "pentium4",
    "x86_64_v2",
    "x86_64_v3",
    "x86_64_v4",
    "amd64",
    "ia32e",
    "ia64",
    "ppc",
    "ppc64",
    "ppc64le",
    "ppc64p7",
    "s390",
    "s390x",
    "armv3l",
    "armv4b",
    "armv4l",
    "armv4tl",
    "armv5tel",
    "armv5tejl",
    "armv6l",
    "armv6hl",
    "armv7l",
    "armv7hl",
    "armv7hnl",
    "armv8l",
    "riscv32",
    "riscv64",
    "loongarch64",
    "alpha",
    "alphaev5",
    "alphaev56",
    "alphaev6",
    "alphaev67",
    "sparc",
    "sparcv8",
    "sparcv9",
    "sparcv9v",
    "sparc64",
    "sparc64v",
    "mips",
    "mipsel",
    "mips64",
    "mips64el",
    "mipsr6",
    "mipsr6el",
    "mips64r6",
    "mips64r6el",
    "m68k",
    "sh3",
    "sh4",
    "sh4a",
    "hppa",
    "parisc",
    "src",
    "nosrc",
    "(none)",
];

/// `NAME-V-R.ARCH` or `NAME-E:V-R.ARCH`, split from the right; keys have no architecture.
pub(super) fn plain(text: &str) -> Option<Package<'_>> {
    let (text, arch) = match text.rsplit_once('.') {
        Some((text, arch)) if ARCHES.contains(&arch) => (text, Some(arch)),
        _ if text.starts_with("gpg-pubkey-") => (text, None),
        _ => return None,
    };
    let (text, release) = text.rsplit_once('-')?;
    let (name, version) = text.rsplit_once('-')?;
    let (epoch, version) = epoch(version)?;
    rpm(name, epoch, version, release, arch)
}

/// Splits `E:V`; without a colon the epoch is not known.
fn epoch(text: &str) -> Option<(Option<u32>, &str)> {
    match text.split_once(':') {
        Some((epoch, version)) => Some((Some(number(epoch)?), version)),
        None => Some((None, text)),
    }
}

/// An epoch; `(none)` is 0.
pub(super) fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { (text == "(none)").then_some(0) }
}

/// Splits `E:V-R` or `V-R` at the last dash; without a colon the epoch is not known.
pub(super) fn version_release(text: &str) -> Option<(Option<u32>, &str, &str)> {
    let (version, release) = text.rsplit_once('-')?;
    let (epoch, version) = epoch(version)?;
    Some((epoch, version, release))
}

/// An rpm whose parts can be such.
pub(super) fn rpm<'a>(
    name: &'a str,
    epoch: Option<u32>,
    version: &'a str,
    release: &'a str,
    arch: Option<&'a str>,
) -> Option<Package<'a>> {
    let part = |text: &str| !text.is_empty() && !text.contains(['-', ':', '/', ' ']);
    let word = |text: &str| !text.is_empty() && !text.contains([':', '/', ' ']);
    if !word(name) || !part(version) || !part(release) || arch.is_some_and(|arch| !word(arch)) {
        return None;
    }
    let kind = PackageKind::Rpm;
    let (name, version) = (Text::Borrowed(name), Text::Borrowed(version));
    let (release, arch) = (Some(Text::Borrowed(release)), arch.map(Text::Borrowed));
    Some(Package { kind, name, epoch, version, release, arch, ..Package::default() })
}

/// The name without the architecture that `${binary:Package}` appends.
pub(super) fn without_arch(name: &str) -> &str {
    name.split_once(':').map_or(name, |(name, _)| name)
}

/// Whether a text can be the name of a Debian package.
pub(super) fn is_deb_name(name: &str) -> bool {
    let byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_');
    name.starts_with(|first: char| first.is_ascii_alphanumeric()) && name.bytes().all(byte)
}

/// A Debian package whose parts can be such.
pub(super) fn deb<'a>(name: &'a str, version: &'a str, arch: Option<&'a str>) -> Option<Package<'a>> {
    let name = without_arch(name);
    let (epoch, version) = match version.split_once(':') {
        Some((epoch, version)) => (epoch.parse().ok()?, version),
        None => (0, version),
    };
    let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-' | b'~' | b':');
    if !is_deb_name(name)
        || version.is_empty()
        || !version.bytes().all(part)
        || arch.is_some_and(|arch| !is_deb_name(arch))
    {
        return None;
    }
    let (name, version, arch) = (Text::Borrowed(name), Text::Borrowed(version), arch.map(Text::Borrowed));
    Some(Package { kind: PackageKind::Deb, name, epoch: Some(epoch), version, arch, ..Package::default() })
}
