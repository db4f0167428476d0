//! Lines of `rpm -qa`, with a query format or without.
//!
//! The epoch is known only where the line writes it: 0 is not assumed, because a package with an epoch
//! looks the same without it.

use super::Line;
use crate::inventory::nevra::{self, number, rpm as package, version_release};
use crate::model::fact::{Package, Text};

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
        (1, [name, ..]) => nevra::plain(name),
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
    let (epoch, version, release) = version_release(evr)?;
    package(name, epoch, version, release, Some(arch))
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
