//! The types of objects that facts can answer.

use crate::model::oval::Type;

/// A type of objects that facts can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    Rpm,
    Deb,
    ReleaseFile,
    TextFile,
    Family,
    Uname,
    Registry,
    WindowsFile,
    UnixFile,
    /// Of Windows or of another system, which is not said.
    File,
    FileHash,
    Management,
    /// The same as `Management`, of one property.
    OldManagement,
    Variable,
}

/// The types, each with the part of the standard that it belongs to.
const SORTS: [(&str, &str, Sort); 13] = [
    ("linux", "rpminfo", Sort::Rpm),
    ("linux", "dpkginfo", Sort::Deb),
    ("linux", "rpmverifyfile", Sort::ReleaseFile),
    ("independent", "textfilecontent54", Sort::TextFile),
    ("independent", "family", Sort::Family),
    ("unix", "uname", Sort::Uname),
    ("windows", "registry", Sort::Registry),
    ("windows", "file", Sort::WindowsFile),
    ("unix", "file", Sort::UnixFile),
    ("independent", "filehash58", Sort::FileHash),
    ("windows", "wmi57", Sort::Management),
    ("windows", "wmi", Sort::OldManagement),
    ("independent", "variable", Sort::Variable),
];

/// The other parts of the standard.
const OTHERS: [&str; 18] = [
    "aix",
    "android",
    "apache",
    "apple_ios",
    "asa",
    "catos",
    "esx",
    "freebsd",
    "hpux",
    "ios",
    "iosxe",
    "junos",
    "macos",
    "netconf",
    "netscreen",
    "pixos",
    "sharepoint",
    "solaris",
];

impl Sort {
    /// Finds the type of an object; where its part of the standard is not known its name decides.
    pub(super) fn of(kind: &Type<'_>) -> Option<Sort> {
        let (base, schema) = (kind.base(), &*kind.schema);
        let is_known = OTHERS.contains(&schema) || SORTS.iter().any(|(known, ..)| *known == schema);
        if base == "file" && !is_known {
            return Some(Sort::File);
        }
        let fits = |known: &str| !is_known || known == schema;
        SORTS.iter().find(|(known, name, _)| fits(known) && *name == base).map(|(.., sort)| *sort)
    }
}
