//! What an inventory states about a client: facts, each of a kind, and which kinds are complete.
//!
//! A fact borrows its text from the document it was read from, so that the fast path keeps none of it;
//! [`Fact::into_owned`] makes one that lasts. Values are as the client wrote them: normal forms are
//! made where a fact is compared. Source of truth: `docs/inventories.md`.

use std::borrow::Cow;

use super::registry::View;
use crate::version::dotted::Version;

/// Text of a fact: borrowed from the document where it can be.
pub type Text<'a> = Cow<'a, str>;

macro_rules! kinds {
    ($($variant:ident $name:literal)*) => {
        /// The kind of a fact, for which an inventory may declare that it is complete.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Kind {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Kind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &[Kind] = &[$(Kind::$variant,)*];

            /// The name used in inventories and options.
            pub fn name(self) -> &'static str {
                match self { $(Kind::$variant => $name,)* }
            }

            /// Finds a kind by its name.
            pub fn find(name: &str) -> Option<Kind> {
                match name { $($name => Some(Kind::$variant),)* _ => None }
            }
        }
    };
}

kinds! {
    Os "os"
    File "file"
    Registry "registry"
    Msi "msi"
    Msp "msp"
    Hotfix "hotfix"
    Package "package"
    Module "module"
    Cbs "cbs"
    Wmi "wmi"
    Product "product"
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kinds(u16);

impl Kinds {
    /// No kind.
    pub const NONE: Kinds = Kinds(0);
    /// Every kind.
    pub const ALL: Kinds = Kinds((1 << Kind::ALL.len()) - 1);

    /// The set with exactly these bits, one per kind in the order of [`Kind::ALL`].
    pub const fn from_bits(bits: u16) -> Kinds {
        Kinds(bits & ((1 << Kind::ALL.len()) - 1))
    }

    /// The bits, as stored.
    pub fn bits(self) -> u16 {
        self.0
    }

    /// Adds a kind.
    pub fn insert(&mut self, kind: Kind) {
        self.0 |= 1 << kind as u8;
    }

    /// Takes a kind out.
    pub fn remove(&mut self, kind: Kind) {
        self.0 &= !(1 << kind as u8);
    }

    /// Adds all kinds of another set.
    pub fn extend(&mut self, other: Kinds) {
        self.0 |= other.0;
    }

    /// Whether `kind` is in the set.
    pub fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// The kinds of the set, in order.
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.iter().copied().filter(move |kind| self.contains(*kind))
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<T: IntoIterator<Item = Kind>>(kinds: T) -> Self {
        let mut set = Kinds::NONE;
        kinds.into_iter().for_each(|kind| set.insert(kind));
        set
    }
}

/// What a client says of a file's version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileVersion {
    /// Not said.
    #[default]
    NotCollected,
    /// The file has no version resource.
    NoResource,
    /// The version.
    Known(Version),
}

/// The state of an installed hotfix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum HotfixState {
    /// There.
    #[default]
    Installed,
    /// Its installation failed.
    Failed,
    /// There after a restart.
    Pending,
}

/// The kind of a package and with it the order of its versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PackageKind {
    /// RPM: epoch, version, release.
    #[default]
    Rpm,
    /// Debian: epoch and version with its revision.
    Deb,
}

/// The state of a module stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ModuleState {
    /// Enabled.
    #[default]
    Enabled,
    /// Active because it is the default.
    Default,
    /// Disabled.
    Disabled,
}

impl ModuleState {
    /// The word used in inventories.
    pub fn name(self) -> &'static str {
        match self {
            ModuleState::Enabled => "enabled",
            ModuleState::Default => "default",
            ModuleState::Disabled => "disabled",
        }
    }
}

macro_rules! records {
    ($($(#[$doc:meta])* $record:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ident $(($inner:ty))?,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Default, PartialEq, Eq)]
            pub struct $record<'a> {
                $($(#[$field_doc])* pub $field: records!(@type 'a $kind $($inner)?),)*
                /// Ties records without text to the document's lifetime.
                #[doc(hidden)]
                pub document: std::marker::PhantomData<&'a str>,
            }

            impl $record<'_> {
                /// The same record, independent of the document.
                pub fn into_owned(self) -> $record<'static> {
                    $record {
                        $($field: records!(@own self.$field, $kind),)*
                        document: std::marker::PhantomData,
                    }
                }

                /// The same record, with its text borrowed from this one.
                pub fn lent(&self) -> $record<'_> {
                    $record {
                        $($field: records!(@lend self.$field, $kind),)*
                        document: std::marker::PhantomData,
                    }
                }
            }
        )*
    };
    (@type $a:lifetime text) => { Text<$a> };
    (@type $a:lifetime maybe) => { Option<Text<$a>> };
    (@type $a:lifetime value $inner:ty) => { $inner };
    (@type $a:lifetime properties) => { Vec<Property<$a>> };
    (@own $value:expr, text) => { Cow::Owned($value.into_owned()) };
    (@own $value:expr, maybe) => { $value.map(|text| Cow::Owned(text.into_owned())) };
    (@own $value:expr, value) => { $value };
    (@own $value:expr, properties) => { $value.into_iter().map(Property::into_owned).collect() };
    (@lend $value:expr, text) => { Cow::Borrowed(&*$value) };
    (@lend $value:expr, maybe) => { $value.as_deref().map(Cow::Borrowed) };
    (@lend $value:expr, value) => { $value };
    (@lend $value:expr, properties) => { $value.iter().map(Property::lent).collect() };
}

records! {
    /// The operating system; one per client.
    Os {
        /// `windows`, `linux`, `macos` or `other`.
        family: text,
        /// Display name.
        name: maybe,
        /// Version text.
        version: maybe,
        /// Build number.
        build: value(Option<u32>),
        /// Update build revision.
        ubr: value(Option<u32>),
        /// Service pack, a number or text.
        sp: maybe,
        /// Minor service pack.
        sp_minor: value(Option<u32>),
        /// Architecture, as the client writes it.
        arch: maybe,
        /// Edition.
        edition: maybe,
        /// Stock keeping unit number.
        sku: value(Option<u32>),
        /// `workstation`, `domain-controller` or `server`.
        product_type: maybe,
        /// Suite mask.
        suite: value(Option<u32>),
        /// `full`, `core` or `nano`.
        installation: maybe,
        /// Language tag or number.
        language: maybe,
        /// ANSI code page.
        codepage: value(Option<u32>),
        /// The Windows folder.
        windir: maybe,
        /// Whether a restart is due.
        reboot_pending: value(Option<bool>),
    }
    /// The running kernel; one per client.
    Kernel {
        /// What `uname -r` prints.
        running: text,
        /// The source package that it was built from.
        source: maybe,
    }
    /// A file; its key is the path.
    File {
        /// Path, as the client writes it.
        path: text,
        /// File version.
        version: value(FileVersion),
        /// Product version.
        product_version: maybe,
        /// Size in bytes.
        size: value(Option<u64>),
        /// Time of the last change.
        modified: maybe,
        /// Time of creation.
        created: maybe,
        /// The checksum that patch catalogs of the time state.
        checksum: value(Option<u64>),
        /// MD5, hexadecimal.
        md5: maybe,
        /// SHA-1, hexadecimal.
        sha1: maybe,
        /// SHA-256, hexadecimal.
        sha256: maybe,
        /// Language of the version resource.
        language: maybe,
        /// Product of the version resource.
        product: maybe,
        /// Company of the version resource.
        company: maybe,
    }
    /// A registry value; its key is key, name and view.
    RegistryValue {
        /// Key, as the client writes it.
        key: text,
        /// Value name; empty is the default value.
        name: text,
        /// Type: `sz expand dword qword multi binary none resource other`.
        kind: maybe,
        /// Data, as text.
        data: maybe,
        /// Which view of a 64-bit system.
        view: value(View),
    }
    /// A registry key that is there.
    RegistryKey {
        /// Key, as the client writes it.
        key: text,
        /// Which view of a 64-bit system.
        view: value(View),
    }
    /// A Windows Installer product; its key is the product code.
    Msi {
        /// Product code.
        product: text,
        /// Version.
        version: maybe,
        /// Upgrade code.
        upgrade_code: maybe,
        /// Language number.
        language: value(Option<u32>),
        /// Name.
        name: maybe,
        /// Installed features, separated by blanks.
        features: maybe,
        /// Whether it was assigned from an administrative image.
        admin_image: value(Option<bool>),
    }
    /// A Windows Installer patch; its key is product and patch.
    Msp {
        /// Product code.
        product: text,
        /// Patch code.
        patch: text,
        /// `applied superseded obsoleted registered`; absent is `applied`.
        state: maybe,
    }
    /// A Windows Installer component; its key is product and component.
    MsiPart {
        /// Product code.
        product: text,
        /// Component code.
        component: text,
        /// Version.
        version: maybe,
    }
    /// A hotfix; its key is the id.
    Hotfix {
        /// Id, as the client writes it.
        id: text,
        /// Date of installation.
        installed: maybe,
        /// Whether it is there.
        state: value(HotfixState),
    }
    /// An installed package; several versions of one name and arch are several facts.
    Package {
        /// RPM or Debian.
        kind: value(PackageKind),
        /// Name.
        name: text,
        /// Epoch; absent is unknown, not 0.
        epoch: value(Option<u32>),
        /// Version; of a Debian package with its revision.
        version: text,
        /// Release, RPM only.
        release: maybe,
        /// Architecture, never folded; absent is unknown.
        arch: maybe,
        /// Source package.
        source: maybe,
        /// Vendor.
        vendor: maybe,
        /// Id of the key that signed it.
        key: maybe,
        /// State; absent is `installed`.
        status: maybe,
    }
    /// A module stream; its key is name, stream and context.
    Module {
        /// Name.
        name: text,
        /// Stream.
        stream: text,
        /// Version.
        version: maybe,
        /// Context.
        context: maybe,
        /// Architecture.
        arch: maybe,
        /// Whether it is active.
        state: value(ModuleState),
    }
    /// A component based servicing package; its key is the identity.
    Cbs {
        /// `Name~token~arch~lang~version`.
        identity: text,
        /// State; absent is `installed`.
        state: maybe,
    }
    /// An instance of a management class; its key is namespace, class and key.
    Wmi {
        /// Class.
        class: text,
        /// Namespace; absent is `root\cimv2`.
        namespace: maybe,
        /// Key of the instance; absent is its place in order.
        key: maybe,
        /// Properties, in order.
        properties: properties,
    }
    /// A product that is there; its key is name and version.
    Product {
        /// Name.
        name: text,
        /// Version.
        version: maybe,
        /// Publisher.
        publisher: maybe,
        /// Service pack, full or short; absent is unstated.
        sp: maybe,
        /// Architecture.
        arch: maybe,
        /// Language.
        language: maybe,
        /// Id of the publisher.
        id: maybe,
    }
    /// A property of the operating system that catalogs ask of; its key is group and name.
    Trait {
        /// `mui metric license device folder processor cluster env`.
        group: text,
        /// Name within the group.
        name: text,
        /// Value.
        value: text,
    }
    /// What another scanner said.
    ScanResult {
        /// The scanner.
        scanner: text,
        /// What it speaks of.
        reference: text,
        /// `installed missing admin error other`.
        state: text,
        /// Whether what it speaks of was withdrawn.
        expired: value(bool),
        /// When it said so.
        time: maybe,
    }
    /// A free label.
    Tag {
        /// Name.
        name: text,
        /// Value.
        value: maybe,
    }
    /// The proof that one thing is absent though its kind is not complete.
    Absent {
        /// The kind of thing; `None` where the word is not a kind.
        kind: value(Option<Kind>),
        /// What is absent, in the form that its kind gives.
        reference: text,
        /// Which view of a 64-bit system.
        view: value(View),
    }
    /// A folder or registry key below which everything is stated.
    Coverage {
        /// `file` or `registry`; `None` where the word is neither.
        kind: value(Option<Kind>),
        /// The folder or key.
        under: text,
        /// Which view of a 64-bit system.
        view: value(View),
    }
}

/// A property of an instance of a management class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Property<'a> {
    /// Name.
    pub name: Text<'a>,
    /// Value; absent is NULL.
    pub value: Option<Text<'a>>,
    /// `string number boolean other`; absent is `string`.
    pub kind: Option<Text<'a>>,
}

impl Property<'_> {
    /// The same property, independent of the document.
    pub fn into_owned(self) -> Property<'static> {
        Property {
            name: Cow::Owned(self.name.into_owned()),
            value: self.value.map(|text| Cow::Owned(text.into_owned())),
            kind: self.kind.map(|text| Cow::Owned(text.into_owned())),
        }
    }

    /// The same property, with its text borrowed from this one.
    pub fn lent(&self) -> Property<'_> {
        Property {
            name: Cow::Borrowed(&*self.name),
            value: self.value.as_deref().map(Cow::Borrowed),
            kind: self.kind.as_deref().map(Cow::Borrowed),
        }
    }
}

macro_rules! facts {
    ($($variant:ident $element:literal $kind:expr;)*) => {
        /// One thing that an inventory states.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Fact<'a> {
            $(#[doc = concat!("The element `", $element, "`.")] $variant($variant<'a>),)*
        }

        impl Fact<'_> {
            /// The same fact, independent of the document.
            pub fn into_owned(self) -> Fact<'static> {
                match self { $(Fact::$variant(fact) => Fact::$variant(fact.into_owned()),)* }
            }

            /// The same fact, with its text borrowed from this one.
            pub fn lent(&self) -> Fact<'_> {
                match self { $(Fact::$variant(fact) => Fact::$variant(fact.lent()),)* }
            }

            /// The native element that states such a fact.
            pub fn element(&self) -> &'static str {
                match self { $(Fact::$variant(_) => $element,)* }
            }

            /// The kind it belongs to; `None` for labels, other scanners' results and proofs of absence.
            pub fn kind(&self) -> Option<Kind> {
                match self { $(Fact::$variant(_) => $kind,)* }
            }
        }

        $(
            impl<'a> From<$variant<'a>> for Fact<'a> {
                fn from(fact: $variant<'a>) -> Self {
                    Fact::$variant(fact)
                }
            }
        )*
    };
}

facts! {
    Os "os" Some(Kind::Os);
    Kernel "kernel" Some(Kind::Os);
    Trait "trait" Some(Kind::Os);
    File "file" Some(Kind::File);
    RegistryValue "reg" Some(Kind::Registry);
    RegistryKey "key" Some(Kind::Registry);
    Msi "msi" Some(Kind::Msi);
    MsiPart "msi-part" Some(Kind::Msi);
    Msp "msp" Some(Kind::Msp);
    Hotfix "hotfix" Some(Kind::Hotfix);
    Package "pkg" Some(Kind::Package);
    Module "module" Some(Kind::Module);
    Cbs "cbs" Some(Kind::Cbs);
    Wmi "wmi" Some(Kind::Wmi);
    Product "product" Some(Kind::Product);
    ScanResult "scan-result" None;
    Tag "tag" None;
    Absent "absent" None;
    Coverage "coverage" None;
}
