//! Questions in plain words, for people who read why a cell is what it is.
//!
//! The words are no contract; what programs read has names of its own.

use super::expr::{Comparison, Data, Operand, Presence, Question, Subject};
use super::fact::PackageKind;
use super::options::Checksum;
use super::update::PackageRow;
use crate::version::dotted::Version;

/// A question about a thing; `product` is the name of a product as catalogs write it.
///
/// ```
/// use patchstate::model::expr::{Question, Subject};
/// use patchstate::model::options::Checksum;
/// use patchstate::model::words::question;
///
/// let words = question(&Subject::Hotfix(12345), &Question::Exists, "", Checksum::Off);
/// assert_eq!(words, "hotfix KB12345 is listed");
/// ```
pub fn question(subject: &Subject, question: &Question, product: &str, policy: Checksum) -> String {
    let what = thing(subject, product);
    match question {
        Question::Exists => format!("{what} {}", presence(subject)),
        Question::Compare(comparison, operand) => {
            format!("{what} {}", compared(subject, *comparison, operand))
        }
        Question::Data(data) => format!("{what} {}", holds(data)),
        Question::FileEvidence { presence, version, checksum } => {
            format!("{what} {}", evidence(*presence, *version, *checksum, policy))
        }
        Question::Applicability(asked) if asked.patch().is_some() => {
            format!("Windows Installer meets <{asked}>")
        }
        Question::Applicability(asked) => format!("{what} meets <{asked}>"),
        Question::Level { affected, fixed } => {
            let mut words = match affected.as_slice() {
                [] => format!("{what} is at a service pack that the catalog does not name"),
                [one] => format!("{what} is at {one}"),
                several => format!("{what} is at one of: {}", several.join(", ")),
            };
            if let Some(fixed) = fixed {
                words.push_str(&format!(" ({fixed} contains the update)"));
            }
            words
        }
    }
}

/// The thing that a question is about.
fn thing(subject: &Subject, product: &str) -> String {
    match subject {
        Subject::Os(field) => format!("operating system {}", field.name()),
        Subject::File(path) => format!("file {path}"),
        Subject::RegistryValue { key, name } if name.is_empty() => format!("registry value {key} (default)"),
        Subject::RegistryValue { key, name } => format!("registry value {key}::{name}"),
        Subject::RegistryKey(key) => format!("registry key {key}"),
        Subject::Msi(code) => format!("Windows Installer product {code}"),
        Subject::Hotfix(number) => format!("hotfix KB{number}"),
        Subject::Product(_) => format!("product {product}"),
        Subject::Package(_, name) => format!("package {name}"),
        Subject::Module(name) => format!("module {name}"),
        Subject::System => "the operating system".to_owned(),
        Subject::Installer => "what is stated of Windows Installer".to_owned(),
        Subject::Wmi(class) => format!("management class {class}"),
    }
}

fn presence(subject: &Subject) -> &'static str {
    match subject {
        Subject::Os(_) | Subject::System | Subject::Installer => "is stated",
        Subject::Wmi(_) => "has an instance",
        Subject::Hotfix(_) => "is listed",
        Subject::Msi(_) | Subject::Package(..) => "is installed",
        Subject::File(_)
        | Subject::RegistryValue { .. }
        | Subject::RegistryKey(_)
        | Subject::Product(_)
        | Subject::Module(_) => "is there",
    }
}

fn compared(subject: &Subject, comparison: Comparison, operand: &Operand) -> String {
    let whose = match subject {
        Subject::RegistryValue { .. } => "has data that ",
        _ => "",
    };
    match operand {
        Operand::Version(version) if whose.is_empty() => match comparison {
            Comparison::Eq => format!("is at version {version}"),
            Comparison::Ne => format!("is at another version than {version}"),
            Comparison::Ge => format!("is at version {version} or later"),
            Comparison::Gt => format!("is later than version {version}"),
            Comparison::Le => format!("is at version {version} or earlier"),
            Comparison::Lt => format!("is earlier than version {version}"),
            Comparison::Contains => format!("contains version {version}"),
        },
        Operand::Version(version) => format!("{whose}{}", relation(comparison, &version.to_string())),
        Operand::Number(number) => format!("{whose}{}", relation(comparison, &number.to_string())),
        Operand::Text(text) => format!("{whose}{}", relation(comparison, &format!("`{text}`"))),
    }
}

fn relation(comparison: Comparison, operand: &str) -> String {
    match comparison {
        Comparison::Eq => format!("is {operand}"),
        Comparison::Ne => format!("is not {operand}"),
        Comparison::Ge => format!("is {operand} or greater"),
        Comparison::Gt => format!("is greater than {operand}"),
        Comparison::Le => format!("is {operand} or less"),
        Comparison::Lt => format!("is less than {operand}"),
        Comparison::Contains => format!("contains {operand}"),
    }
}

fn holds(data: &Data) -> String {
    match data {
        Data::Any => "is there, whatever its data".to_owned(),
        Data::Number(number) => format!("has the data {number}"),
        Data::Text(text) => format!("has the data `{text}`"),
        Data::AtLeast(version) => format!("has the version {version} or later as data"),
    }
}

fn evidence(presence: Presence, version: Option<Version>, checksum: Option<u64>, policy: Checksum) -> String {
    if presence == Presence::Removed {
        return "is not there".to_owned();
    }
    let mut words = match version {
        Some(version) => format!("is at version {version} or later"),
        None => "is there".to_owned(),
    };
    match (version, checksum) {
        (_, Some(_)) if policy == Checksum::Off => words.push_str(" (checksums are not compared)"),
        (Some(_), Some(checksum)) => {
            words.push_str(&format!(" (with checksum {checksum} at exactly that version)"));
        }
        (None, Some(checksum)) => words.push_str(&format!(" with checksum {checksum}")),
        (_, None) => {}
    }
    if presence == Presence::Optional {
        words.push_str(", where it is there");
    }
    words
}

/// What a package row asks.
pub fn package_row(row: &PackageRow) -> String {
    let version = match (row.kind, &row.release) {
        (PackageKind::Rpm, Some(release)) => format!("{}:{}-{release}", row.epoch, row.version),
        (PackageKind::Rpm, None) => format!("{}:{} of any release", row.epoch, row.version),
        (PackageKind::Deb, _) => format!("{}:{}", row.epoch, row.version),
    };
    let arch = if row.arch.is_empty() { "no stated architecture" } else { &row.arch };
    format!("package {} for {arch} is at {version} or later", row.name)
}

#[cfg(test)]
mod tests {
    use super::super::expr::OsField;
    use super::*;

    #[test]
    fn questions_read_as_sentences() {
        let version = Version([5, 0, 2195, 1600]);
        let file = || Subject::File(r"%windir%\system32\a.dll".to_owned());
        let value = |name: &str| Subject::RegistryValue { key: r"hklm\a".to_owned(), name: name.to_owned() };
        let check = |subject: Subject, asked: Question, expect: &str| {
            assert_eq!(question(&subject, &asked, "Windows 2000", Checksum::Strict), expect);
        };
        let evidence = |presence, version, checksum| Question::FileEvidence { presence, version, checksum };
        check(
            file(),
            evidence(Presence::Required, Some(version), None),
            r"file %windir%\system32\a.dll is at version 5.0.2195.1600 or later",
        );
        check(
            file(),
            evidence(Presence::Optional, None, Some(7)),
            r"file %windir%\system32\a.dll is there with checksum 7, where it is there",
        );
        check(file(), evidence(Presence::Removed, None, None), r"file %windir%\system32\a.dll is not there");
        check(
            file(),
            Question::Compare(Comparison::Lt, Operand::Version(version)),
            r"file %windir%\system32\a.dll is earlier than version 5.0.2195.1600",
        );
        check(value(""), Question::Data(Data::Number(1)), r"registry value hklm\a (default) has the data 1");
        check(
            value("b"),
            Question::Compare(Comparison::Ge, Operand::Number(2)),
            r"registry value hklm\a::b has data that is 2 or greater",
        );
        check(
            Subject::Os(OsField::Build),
            Question::Compare(Comparison::Ge, Operand::Number(2195)),
            "operating system build is 2195 or greater",
        );
        check(Subject::Hotfix(12345), Question::Exists, "hotfix KB12345 is listed");
        let level = |affected: &[&str], fixed: Option<&str>| Question::Level {
            affected: affected.iter().map(|name| (*name).to_owned()).collect(),
            fixed: fixed.map(str::to_owned),
        };
        let product = || Subject::Product("windows 2000".to_owned());
        check(
            product(),
            level(&["SP1"], Some("SP2")),
            "product Windows 2000 is at SP1 (SP2 contains the update)",
        );
        check(product(), level(&["SP1", "SP2"], None), "product Windows 2000 is at one of: SP1, SP2");
    }
}
