//! Lines of `dpkg-query -W`.
//!
//! A Debian version writes its epoch whenever it is not 0, so the epoch is always known.

use super::Line;
use crate::inventory::nevra::{deb as package, is_deb_name as is_name, without_arch};

/// Reads a line of four fields (name, version, architecture, state) or of two (name, version).
pub(super) fn line(text: &str) -> Line<'_> {
    let mut fields = text.split('\t').map(str::trim);
    let (first, second) = (fields.next().unwrap_or(""), fields.next());
    let Some(version) = second else {
        let mut words = first.split_ascii_whitespace();
        return match (words.next(), words.next(), words.next()) {
            (Some(name), Some(version), None) => two(name, version),
            _ => Line::Unreadable,
        };
    };
    match (fields.next(), fields.next(), fields.next()) {
        (Some(arch), Some(state), None) => four(first, version, arch, state),
        (None, ..) => two(first, version),
        _ => Line::Unreadable,
    }
}

/// Reads a line of an inventory agent: name, architecture, version, size, section, and perhaps the state.
pub(super) fn agent_line(text: &str) -> Line<'_> {
    let fields: [&str; 6] = {
        let mut fields = text.split('\t').map(str::trim);
        std::array::from_fn(|_| fields.next().unwrap_or(""))
    };
    let [name, arch, version, _, _, state] = fields;
    match state.split_ascii_whitespace().next_back() {
        None | Some("installed") => {
            package(name, version, Some(arch)).map_or(Line::Unreadable, Line::Installed)
        }
        Some(_) => Line::NotInstalled,
    }
}

/// A line with the state as `dpkg -l` abbreviates it: wanted, found, and perhaps an error.
fn four<'a>(name: &'a str, version: &'a str, arch: &'a str, state: &'a str) -> Line<'a> {
    let abbreviated = (2..=3).contains(&state.len()) && state.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !abbreviated || !is_name(without_arch(name)) {
        return Line::Unreadable;
    }
    if !state.starts_with("ii") && !state.starts_with("hi") {
        return Line::NotInstalled;
    }
    package(name, version, Some(arch)).map_or(Line::Unreadable, Line::Installed)
}

/// A line without architecture and state; a package that is only known to dpkg has no version.
fn two<'a>(name: &'a str, version: &'a str) -> Line<'a> {
    if version.is_empty() && is_name(without_arch(name)) {
        return Line::NotInstalled;
    }
    let versioned = version.starts_with(|first: char| first.is_ascii_digit());
    let package = package(name, version, None).filter(|_| versioned);
    package.map_or(Line::Unreadable, Line::Installed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fact::Text;

    fn shown(line: Line<'_>) -> String {
        match line {
            Line::Installed(package) => {
                let (name, version) = (package.name, package.version);
                let (epoch, arch) = (package.epoch.unwrap(), package.arch.unwrap_or(Text::Borrowed("?")));
                format!("{name} {epoch}:{version} {arch}")
            }
            Line::NotInstalled => "not installed".into(),
            Line::Unreadable => "-".into(),
        }
    }

    #[test]
    fn every_form_of_a_line() {
        let check = |text: &str, expect: &str| assert_eq!(shown(line(text)), expect, "{text}");
        check("libc6:amd64\t2.36-9+deb12u4\tamd64\tii ", "libc6 0:2.36-9+deb12u4 amd64");
        check("vim\t2:9.0.1378-2\tamd64\thi ", "vim 2:9.0.1378-2 amd64");
        check("vlc\t3.0.20-0+deb12u1\tamd64\trc ", "not installed");
        check("gone\t\tamd64\tun ", "not installed");
        check("vim\t2:9.0.1378-2", "vim 2:9.0.1378-2 ?");
        check("vim 2:9.0.1378-2", "vim 2:9.0.1378-2 ?");
        check("gone\t", "not installed");
        check("vim x:9.0.1378-2", "-");
        check("Dear all", "-");
        check("vim\t1\tamd64\tinstalled", "-");
        check("vim\t1\tamd64\tii\tmore", "-");
        check("vim\t\tamd64\tii", "-");
    }

    #[test]
    fn agents_may_write_the_state() {
        let check = |text: &str, expect: &str| assert_eq!(shown(agent_line(text)), expect, "{text}");
        check("at\tamd64\t3.1.12-1\t220\tadmin", "at 0:3.1.12-1 amd64");
        check("at\tamd64\t3.1.12-1\t\tadmin\tinstall ok installed", "at 0:3.1.12-1 amd64");
        check("at\tamd64\t3.1.12-1\t220\tadmin\tdeinstall ok config-files", "not installed");
        check("at\tamd64", "-");
    }
}
