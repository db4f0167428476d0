//! The families of rule elements, by name space; an element counts only in its own.

/// A family of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Operators.
    Logical,
    /// Leaves about files, the registry and the system.
    Base,
    /// Leaves about Windows Installer.
    Msi,
    /// Leaves about component based servicing.
    Cbs,
    /// Leaves about drivers.
    Driver,
    /// Leaves about releases and devices, which no schema has.
    Release,
}

/// In which form the elements of a document are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// By name spaces.
    Namespaces,
    /// Without name spaces: `b.`, `m.` and `d.` before a name say its family.
    Fragment,
}

/// Name spaces with their families, those of publishing and those of the server.
const NAMESPACES: [(&str, Family); 9] = [
    (
        "http://schemas.microsoft.com/wsus/2005/04/CorporatePublishing/LogicalApplicabilityRules.xsd",
        Family::Logical,
    ),
    (
        "http://schemas.microsoft.com/wsus/2005/04/CorporatePublishing/BaseApplicabilityRules.xsd",
        Family::Base,
    ),
    ("http://schemas.microsoft.com/wsus/2005/04/CorporatePublishing/MsiApplicabilityRules.xsd", Family::Msi),
    (
        "http://schemas.microsoft.com/wsus/2005/04/CorporatePublishing/Installers/WindowsDriver.xsd",
        Family::Driver,
    ),
    ("http://schemas.microsoft.com/wsus/2005/04/CorporatePublishing/WindowsDriver.xsd", Family::Driver),
    ("http://schemas.microsoft.com/msus/2002/12/LogicalApplicabilityRules", Family::Logical),
    ("http://schemas.microsoft.com/msus/2002/12/BaseApplicabilityRules", Family::Base),
    ("http://schemas.microsoft.com/msus/2002/12/MsiApplicabilityRules", Family::Msi),
    ("http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/WindowsDriver", Family::Driver),
];

/// The last part of the name space of servicing rules, whatever stands before it.
const SERVICING: &str = "CbsApplicabilityRules";

/// Prefixes that stand for a family where no name space is declared: with a dot, and with a colon.
const PREFIXES: [(&str, Family); 9] = [
    ("b.", Family::Base),
    ("m.", Family::Msi),
    ("d.", Family::Driver),
    ("lar:", Family::Logical),
    ("bar:", Family::Base),
    ("mar:", Family::Msi),
    ("msiar:", Family::Msi),
    ("cbsar:", Family::Cbs),
    ("drv:", Family::Driver),
];

impl Dialect {
    /// The local name of an element and its family; none where its name space is of none.
    ///
    /// In a fragment a name without a prefix is of the family that has it.
    pub fn family<'n>(self, name: &'n str, namespace: Option<&str>) -> (&'n str, Option<Family>) {
        let local = name.rsplit_once(':').map_or(name, |(_, local)| local);
        match self {
            Dialect::Namespaces => (local, namespace.and_then(of_namespace)),
            Dialect::Fragment => match PREFIXES.iter().find(|(prefix, _)| name.starts_with(prefix)) {
                Some((prefix, family)) => (&name[prefix.len()..], Some(*family)),
                None => (
                    local,
                    super::leaf::known(local).map(|known| known.family).filter(|family| {
                        name == local && matches!(family, Family::Logical | Family::Cbs | Family::Release)
                    }),
                ),
            },
        }
    }
}

fn of_namespace(namespace: &str) -> Option<Family> {
    let namespace = namespace.strip_suffix('/').unwrap_or(namespace);
    let known = NAMESPACES.iter().find(|(known, _)| *known == namespace).map(|(_, family)| *family);
    let is_servicing = namespace.rsplit('/').next() == Some(SERVICING);
    known.or(is_servicing.then_some(Family::Cbs))
}
