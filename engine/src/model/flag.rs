//! Marks beside a verdict: they never change a total.
//!
//! A cell has its own flags and those of its update. Source of truth: `docs/verdicts.md`.

use std::fmt;
use std::ops::{BitOr, BitOrAssign};

/// A set of flags of a cell or an update.
///
/// ```
/// use patchstate::model::flag::Flags;
///
/// let flags = Flags::PLACEHOLDER | Flags::SUPERSEDED;
/// assert_eq!(flags.to_string(), "superseded;placeholder");
/// assert!(flags.is_hidden());
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flags(u16);

macro_rules! flags {
    ($($bit:literal $constant:ident $name:literal $text:literal;)*) => {
        impl Flags {
            $(#[doc = $text] pub const $constant: Flags = Flags(1 << $bit);)*

            /// Every flag with its name and its sentence, in the order of the bits.
            pub const ALL: &[(Flags, &'static str, &'static str)] = &[$((Flags::$constant, $name, $text),)*];
        }
    };
}

flags! {
    0 SUPERSEDED "superseded" "a replacement is Missing too";
    1 IGNORED "ignored" "the ignore list names the update";
    2 EXPIRED "expired" "withdrawn by its publisher";
    3 BUNDLE_CHILD "bundle-child" "part of a bundle that stands for it";
    4 PLACEHOLDER "placeholder" "a bulletin without a package for the product";
    5 PARTIAL_RULE "partial-rule" "a part of the rule was not read, so it proves no Missing";
    6 UNSUPPORTED_BULLETIN "unsupported-bulletin" "the publisher does not support the bulletin";
    7 IMPORTED "imported" "the verdict was taken from another scanner";
    8 ADMIN_IMAGE "admin-image" "the product was installed from an administrative image";
    9 REBOOT_PENDING "reboot-pending" "a restart is due, or the evidence is pending";
    10 BUILD_CONFLICT "build-conflict" "hotfix list and build disagree";
    11 PRODUCT_CONFLICT "product-conflict" "several products match, or a listed update is for none of them";
    12 ASSUMED_SIGNATURE "assumed-signature" "the signing key of a package was not collected and is assumed right";
    13 EPOCH_LENT "epoch-lent" "the epoch of a package was taken from another instance of it";
    14 RUNNING_KERNEL_NOT_COLLECTED "running-kernel-not-collected" "the running kernel is not stated, so the newest one was looked at";
    15 STALE "stale" "the inventory is old";
}

impl Flags {
    /// No flag.
    pub const NONE: Flags = Flags(0);
    /// The flags whose rows lists leave out unless asked.
    pub const HIDDEN: Flags = Flags(0b1111);

    /// The set with exactly these bits.
    pub const fn from_bits(bits: u16) -> Self {
        Flags(bits)
    }

    /// The bits, as stored.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Whether no flag is set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all flags of `other` are set.
    pub const fn contains(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether lists leave the row out unless asked.
    pub const fn is_hidden(self) -> bool {
        self.0 & Self::HIDDEN.0 != 0
    }

    /// The names of the flags that are set, in the order of the bits.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().filter(move |(flag, ..)| self.contains(*flag)).map(|(_, name, _)| *name)
    }
}

impl BitOr for Flags {
    type Output = Flags;

    fn bitor(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

impl BitOrAssign for Flags {
    fn bitor_assign(&mut self, other: Flags) {
        self.0 |= other.0;
    }
}

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.names().enumerate() {
            if at > 0 {
                f.write_str(";")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flags({self})")
    }
}
