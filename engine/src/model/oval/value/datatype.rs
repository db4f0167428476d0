//! The datatypes of OVAL and the operations that each one has.

use super::Operation;

/// How the text of a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Datatype {
    /// Text as it stands.
    String,
    /// An integer.
    Int,
    /// A floating-point number.
    Float,
    /// True or false.
    Boolean,
    /// Bytes in hexadecimal digits.
    Binary,
    /// Numbers with separators between them.
    Version,
    /// The version of a fileset of HP-UX.
    FilesetRevision,
    /// The version of a Cisco IOS.
    IosVersion,
    /// Epoch, version and release of an rpm package.
    EvrString,
    /// The version of a Debian package.
    DebianEvrString,
    /// An IPv4 address or network.
    Ipv4Address,
    /// An IPv6 address or network.
    Ipv6Address,
    /// Named fields, each of which has a datatype of its own.
    Record,
}

impl Datatype {
    /// All of them, in the order of their declaration.
    pub const ALL: [Datatype; 13] = [
        Datatype::String,
        Datatype::Int,
        Datatype::Float,
        Datatype::Boolean,
        Datatype::Binary,
        Datatype::Version,
        Datatype::FilesetRevision,
        Datatype::IosVersion,
        Datatype::EvrString,
        Datatype::DebianEvrString,
        Datatype::Ipv4Address,
        Datatype::Ipv6Address,
        Datatype::Record,
    ];

    /// Whether its values are versions.
    pub fn is_version(self) -> bool {
        use Datatype::{DebianEvrString, EvrString, FilesetRevision, Version};
        matches!(self, Version | FilesetRevision | EvrString | DebianEvrString)
    }

    /// The word of the standard.
    pub fn name(self) -> &'static str {
        match self {
            Datatype::String => "string",
            Datatype::Int => "int",
            Datatype::Float => "float",
            Datatype::Boolean => "boolean",
            Datatype::Binary => "binary",
            Datatype::Version => "version",
            Datatype::FilesetRevision => "fileset_revision",
            Datatype::IosVersion => "ios_version",
            Datatype::EvrString => "evr_string",
            Datatype::DebianEvrString => "debian_evr_string",
            Datatype::Ipv4Address => "ipv4_address",
            Datatype::Ipv6Address => "ipv6_address",
            Datatype::Record => "record",
        }
    }

    /// Finds the datatype of a word of the standard.
    pub fn find(name: &str) -> Option<Datatype> {
        Datatype::ALL.into_iter().find(|datatype| datatype.name() == name)
    }

    /// Whether the operation is defined for the datatype.
    ///
    /// ```
    /// use patchstate::model::oval::value::{Datatype, Operation};
    ///
    /// assert!(Datatype::Int.allows(Operation::BitwiseAnd));
    /// assert!(!Datatype::Boolean.allows(Operation::LessThan));
    /// ```
    pub fn allows(self, operation: Operation) -> bool {
        let equality = matches!(operation, Operation::Equals | Operation::NotEqual);
        match self {
            Datatype::String => equality || operation.is_textual(),
            Datatype::Boolean | Datatype::Binary => equality,
            Datatype::Int => equality || operation.is_ordering() || operation.is_bitwise(),
            Datatype::Float
            | Datatype::Version
            | Datatype::FilesetRevision
            | Datatype::IosVersion
            | Datatype::EvrString
            | Datatype::DebianEvrString => equality || operation.is_ordering(),
            Datatype::Ipv4Address | Datatype::Ipv6Address => {
                equality || operation.is_ordering() || operation.is_containment()
            }
            Datatype::Record => operation == Operation::Equals,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_find_their_datatype() {
        for datatype in Datatype::ALL {
            assert_eq!(Datatype::find(datatype.name()), Some(datatype));
        }
        assert_eq!(Datatype::find("Int"), None);
    }

    #[test]
    fn every_datatype_has_the_operations_of_the_table() {
        let counts = [5, 8, 6, 2, 2, 6, 6, 6, 6, 6, 8, 8, 1];
        for (datatype, count) in Datatype::ALL.into_iter().zip(counts) {
            let allowed = Operation::ALL.into_iter().filter(|operation| datatype.allows(*operation));
            assert_eq!(allowed.count(), count, "{}", datatype.name());
        }
    }
}
