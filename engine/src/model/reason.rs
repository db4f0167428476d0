//! Why a cell has its verdict: the complete list of reasons.
//!
//! A reason is a stable name with a stable number; both are printed and stored. Source of truth:
//! `docs/verdicts.md`, which a test compares with this list.

use std::fmt;

use super::verdict::Verdict;

macro_rules! reasons {
    ($($variant:ident $number:literal $name:literal [$($verdict:ident)*] $text:literal;)*) => {
        /// Why a cell has its verdict.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Reason {
            $(#[doc = $text] $variant = $number,)*
        }

        impl Reason {
            /// Every reason, by number.
            pub const ALL: &[Reason] = &[$(Reason::$variant,)*];

            /// The stable kebab-case name.
            pub fn name(self) -> &'static str {
                match self { $(Reason::$variant => $name,)* }
            }

            /// One sentence for people.
            pub fn description(self) -> &'static str {
                match self { $(Reason::$variant => $text,)* }
            }

            /// The verdicts that a cell with this reason may have.
            pub fn verdicts(self) -> &'static [Verdict] {
                match self { $(Reason::$variant => &[$(Verdict::$verdict,)*],)* }
            }

            /// Finds the reason of a stored number.
            pub fn from_number(number: u16) -> Option<Reason> {
                match number { $($number => Some(Reason::$variant),)* _ => None }
            }
        }
    };
}

reasons! {
    RuleTrue 1 "rule-true" [Installed Missing] "the deciding rule is True and nothing more specific is known";
    RuleFalse 2 "rule-false" [Installed Missing NotApplicable] "the deciding rule is False and nothing more specific is known";
    RegistryMissing 10 "registry-missing" [Missing NotApplicable] "a registry key or value is absent";
    RegistryDiffers 11 "registry-differs" [Missing NotApplicable] "a registry value has other data or another type";
    FileAbsent 20 "file-absent" [Missing NotApplicable] "a file is absent";
    FileOlder 21 "file-older" [Missing NotApplicable] "a file is older than the rule's version, or has no version resource";
    FileNewer 22 "file-newer" [Installed Missing NotApplicable] "a file is newer than the rule's version";
    FileChecksum 23 "file-checksum" [Missing NotApplicable Unknown] "a file has the rule's version and another checksum";
    HotfixListed 30 "hotfix-listed" [Installed] "the client lists the hotfix";
    PackageOlder 40 "package-older" [Missing NotApplicable] "an installed package is older than the update's";
    PackageCurrent 41 "package-current" [Installed] "an installed package is not older than the update's";
    PackageAbsent 42 "package-absent" [Missing NotApplicable] "no package of the update is installed";
    MsiProductAbsent 50 "msi-product-absent" [Missing NotApplicable] "a Windows Installer product is absent";
    MspAbsent 51 "msp-absent" [Missing NotApplicable] "a Windows Installer patch is absent";
    BuildOlder 60 "build-older" [Missing NotApplicable] "a build or product version is below the threshold";
    BuildCurrent 61 "build-current" [Installed Missing NotApplicable] "a build or product version is at or above the threshold";
    ProductAbsent 70 "product-absent" [Missing NotApplicable] "the product is absent";
    ServicePackOutOfRange 71 "service-pack-out-of-range" [NotApplicable] "the update is not for this service pack";
    FixedInServicePack 72 "fixed-in-service-pack" [NotApplicable] "the service pack contains the update";
    PlatformDiffers 73 "platform-differs" [Missing NotApplicable] "another operating system, build, architecture, language or role";
    PrerequisiteFalse 80 "prerequisite-false" [Missing NotApplicable] "a prerequisite does not hold";
    SupersededOnClient 81 "superseded-on-client" [NotApplicable] "the update's own rule says that the client has a replacement";
    ReplacedByInstalled 82 "replaced-by-installed" [Installed] "an update that replaces it is installed";
    Declined 83 "declined" [NotApplicable] "withdrawn by its publisher";
    NoEvidence 100 "no-evidence" [Unknown] "the catalog gives nothing to look at";
    NotCollected 101 "not-collected" [Unknown] "a fact that decides was not collected";
    PartNotCollected 102 "part-not-collected" [Unknown] "a fact is there without the part that decides";
    UnsupportedRule 103 "unsupported-rule" [Unknown] "the rule uses something that is not supported";
    RuleError 104 "rule-error" [Unknown] "the rule or the value is malformed";
    InventoryUnreadable 105 "inventory-unreadable" [Unknown] "the client's inventory could not be read; no rule was asked";
}

impl Reason {
    /// The stable number, as stored.
    pub fn number(self) -> u16 {
        self as u16
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
