//! The choices that change what evaluation answers; everything else is in the catalog.
//!
//! Source of truth: `docs/verdicts.md`, "Options".

use super::oval::variable::Variables;

/// How package rows are compared with what is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Profile {
    /// Same name and same arch; the newest instance and the running kernel's.
    Dnf = 0,
    /// Same name and same arch or `noarch`; every instance.
    Suse = 1,
}

impl Profile {
    /// Both.
    pub const ALL: [Profile; 2] = [Profile::Dnf, Profile::Suse];

    /// The name used by options.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Dnf => "dnf",
            Profile::Suse => "suse",
        }
    }
}

/// What a replacement does to a cell that is Missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Supersedence {
    /// An installed replacement makes it Installed, a missing one flags it.
    #[default]
    On,
    /// Nothing: the raw results.
    Off,
    /// As `On`, with the replacements that package versions imply.
    Evr,
}

/// What a checksum that differs at the same file version says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checksum {
    /// Nothing.
    #[default]
    Off,
    /// The cell is Unknown.
    Unknown,
    /// The evidence is False.
    Strict,
}

/// When products are detected from other facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detect {
    /// When the inventory does not declare its products complete.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Whether registry items are evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegistryItems {
    /// They are.
    #[default]
    Read,
    /// They are left out.
    Ignored,
}

/// What a package is to a rule about its signature, where the inventory does not say who signed it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signature {
    /// Signed by whom the rule wants.
    #[default]
    Assume,
    /// Something that is not known.
    Require,
}

/// The choices that change what evaluation answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What a replacement does.
    pub supersedence: Supersedence,
    /// What a checksum says.
    pub checksum: Checksum,
    /// Whether a build that is older than an update outweighs a list that has it.
    pub build_wins: bool,
    /// Whether registry items are evidence.
    pub registry: RegistryItems,
    /// When products are detected.
    pub detect: Detect,
    /// The profile of all sources; `None` leaves each its own.
    pub profile: Option<Profile>,
    /// Names of packages installed in several versions on purpose, besides the built-in ones.
    pub install_only: Vec<String>,
    /// Whether updates that were withdrawn with their packages have cells.
    pub include_retracted: bool,
    /// Whether definitions that are not to be used any more have cells.
    pub include_deprecated: bool,
    /// When clients were looked at, in seconds since 1970; `None` is what each inventory says.
    pub now: Option<i64>,
    /// Values of external variables.
    pub variables: Variables,
    /// What a package is to a rule about its signature, where the inventory does not say who signed it.
    pub signature: Signature,
}

impl Options {
    /// Whether packages of this name are installed in several versions on purpose.
    ///
    /// A package's ability to be so is not visible in inventories; this is the built-in list and the
    /// names given.
    pub fn is_install_only(&self, name: &str) -> bool {
        name == "kernel" || name.starts_with("kernel-") || self.install_only.iter().any(|known| known == name)
    }
}
