//! Lines of `rpm -qa`, with a query format or without.
//!
//! The epoch is known only where the line writes it: 0 is not assumed, because a package with an epoch
//! looks the same without it.

use super::Line;
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

/// Reads a line by its form: seven fields, three fields, or the plain name.
pub(super) fn line(text: &str) -> Line<'_> {
    let mut fields = [""; 7];
    let count = match text.contains('\t') {
        true => cut(text.split('\t').map(str::trim), &mut fields),
        false => cut(text.split_ascii_whitespace(), &mut fields),
    };
    let package = match (count, fields) {
        (7, fields) if text.contains('\t') => queried(fields),
        (3, [name, evr, arch, ..]) => three(name, evr, arch),
        (1, [name, ..]) => plain(name),
        _ => None,
    };
    package.map_or(Line::Unreadable, Line::Installed)
}

/// Reads a line of an inventory agent: name, architecture, version with release, and more.
pub(super) fn agent_line(text: &str) -> Line<'_> {
    let mut fields = text.split('\t').map(str::trim);
    let (Some(name), Some(arch), Some(version)) = (fields.next(), fields.next(), fields.next()) else {
        return Line::Unreadable;
    };
    version
        .rsplit_once('-')
        .and_then(|(version, release)| package(name, None, version, release, Some(arch)))
        .map_or(Line::Unreadable, Line::Installed)
}

/// Puts fields into an array and says how many there are.
fn cut<'a, const N: usize>(parts: impl Iterator<Item = &'a str>, fields: &mut [&'a str; N]) -> usize {
    let mut count = 0;
    for part in parts {
        let Some(field) = fields.get_mut(count) else { return N + 1 };
        *field = part;
        count += 1;
    }
    count
}

/// `NAME`, `EPOCHNUM`, `VERSION`, `RELEASE`, `ARCH`, `SOURCERPM`, `SIGPGP:pgpsig`.
fn queried<'a>(
    [name, epoch, version, release, arch, source, signature]: [&'a str; 7],
) -> Option<Package<'a>> {
    let given = |text: &'a str| (!text.is_empty() && text != "(none)").then_some(Text::Borrowed(text));
    let key = signature.rsplit_once("Key ID").map_or("", |(_, key)| key.trim_start_matches([':', ' ']));
    let key = key.split(|c: char| !c.is_ascii_hexdigit()).next().unwrap_or("");
    let package = package(name, Some(number(epoch)?), version, release, Some(arch))?;
    Some(Package { source: given(source), key: given(key), ..package })
}

/// `NAME E:V-R ARCH` or `NAME V-R ARCH`.
fn three<'a>(name: &'a str, evr: &'a str, arch: &'a str) -> Option<Package<'a>> {
    let (version, release) = evr.rsplit_once('-')?;
    let (epoch, version) = epoch(version)?;
    package(name, epoch, version, release, Some(arch))
}

/// `NAME-V-R.ARCH` or `NAME-E:V-R.ARCH`, split from the right; keys have no architecture.
fn plain(text: &str) -> Option<Package<'_>> {
    let (text, arch) = match text.rsplit_once('.') {
        Some((text, arch)) if ARCHES.contains(&arch) => (text, Some(arch)),
        _ if text.starts_with("gpg-pubkey-") => (text, None),
        _ => return None,
    };
    let (text, release) = text.rsplit_once('-')?;
    let (name, version) = text.rsplit_once('-')?;
    let (epoch, version) = epoch(version)?;
    package(name, epoch, version, release, arch)
}

/// Splits `E:V`; without a colon the epoch is not known.
fn epoch(text: &str) -> Option<(Option<u32>, &str)> {
    match text.split_once(':') {
        Some((epoch, version)) => Some((Some(number(epoch)?), version)),
        None => Some((None, text)),
    }
}

/// An epoch; `(none)` is 0.
fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { (text == "(none)").then_some(0) }
}

/// A package whose parts can be such.
fn package<'a>(
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: Line<'_>) -> String {
        let Line::Installed(package) = line else { return "-".into() };
        let epoch = package.epoch.map_or("?".into(), |epoch| epoch.to_string());
        let or = |text: Option<Text<'_>>| text.map_or("?".to_owned(), Text::into_owned);
        let (release, arch) = (or(package.release), or(package.arch));
        let mut shown = format!("{} {epoch}:{}-{release} {arch}", package.name, package.version);
        for more in [package.source, package.key].into_iter().flatten() {
            shown.push(' ');
            shown.push_str(&more);
        }
        shown
    }

    #[test]
    fn every_form_of_a_line() {
        let check = |text: &str, expect: &str| assert_eq!(shown(line(text)), expect, "{text}");
        check("bash 0:5.2.26-3.fc40 x86_64", "bash 0:5.2.26-3.fc40 x86_64");
        check("bash (none):5.2.26-3.fc40 x86_64", "bash 0:5.2.26-3.fc40 x86_64");
        check("bash 5.2.26-3.fc40 x86_64", "bash ?:5.2.26-3.fc40 x86_64");
        check("java-1.8.0-openjdk-1:1.8.0.402-1.el8.i686", "java-1.8.0-openjdk 1:1.8.0.402-1.el8 i686");
        check("java-1.8.0-openjdk-1.8.0.402-1.el8.noarch", "java-1.8.0-openjdk ?:1.8.0.402-1.el8 noarch");
        check("gpg-pubkey-fd431d51-4ae0493b", "gpg-pubkey ?:fd431d51-4ae0493b ?");
        check("gpg-pubkey (none):fd431d51-4ae0493b (none)", "gpg-pubkey 0:fd431d51-4ae0493b (none)");
        check("bash-3.2-33.el5", "-");
        check("bash x:3.2-33 x86_64", "-");
        check("bash 3.2 x86_64", "-");
        check("-3.2-33.noarch", "-");
        check("warning: waiting for lock", "-");
        check(
            "a\t0\t1\t2\tnoarch\ta-1-2.src.rpm\tRSA/SHA256, Tue, Key ID 199e2f91fd431d51",
            "a 0:1-2 noarch a-1-2.src.rpm 199e2f91fd431d51",
        );
        check("a\t(none)\t1\t2\tnoarch\t(none)\t(none)", "a 0:1-2 noarch");
        check("a\t\t1\t2\tnoarch\t(none)\t(none)", "-");
    }

    #[test]
    fn agents_write_no_epoch() {
        let line = agent_line("gjs\tx86_64\t1.32.0-1.mga2\t1332868101\t166167\tMageia.Org\tGjs\tUnspecified");
        assert_eq!(shown(line), "gjs ?:1.32.0-1.mga2 x86_64");
        assert_eq!(shown(agent_line("gjs\tx86_64")), "-");
    }
}
