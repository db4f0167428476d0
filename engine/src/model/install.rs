//! How an update is installed, word for word as its publisher says it. Kept for plans, never run.
//!
//! Source of truth: `docs/plan.md`, "How an update is installed".

use super::update::Reboot;

/// One way that an update is installed, or one part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Install {
    /// The language that it is for, as the catalog calls it; empty where it is for any. Of those with
    /// one, a client takes the one of its language.
    pub variant: String,
    /// What installs it: `CommandLineInstallation`, `WindowsInstaller`, or the catalog's word.
    pub handler: String,
    /// The program of its command line.
    pub program: String,
    /// What the program is called with.
    pub arguments: String,
    /// What else the publisher says: (name, text). What it says of a driver begins with [`DRIVER`].
    pub attributes: Vec<(String, String)>,
    /// What the codes mean that the program ends with, each once.
    pub codes: Vec<ReturnCode>,
    /// What any other code means; empty where nothing is said.
    pub result: String,
    /// What it does to the client.
    pub behavior: Behavior,
    /// What is downloaded.
    pub files: Vec<File>,
}

/// What installing something does to a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behavior {
    /// Whether a restart follows.
    pub reboot: Reboot,
    /// What may be installed beside it.
    pub impact: Impact,
    /// Whether a code that is not listed takes a restart.
    pub reboots_otherwise: bool,
    /// Whether it may ask a person.
    pub asks: bool,
    /// Whether it needs a network.
    pub needs_network: bool,
    /// Whether it can be uninstalled.
    pub uninstalls: bool,
}

/// What may be installed beside an update.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Impact {
    /// Anything.
    #[default]
    Normal = 0,
    /// Anything, and nobody notices.
    Minor = 1,
    /// Nothing.
    Exclusive = 2,
}

impl Impact {
    /// The word that is printed.
    pub fn name(self) -> &'static str {
        match self {
            Impact::Normal => "Normal",
            Impact::Minor => "Minor",
            Impact::Exclusive => "RequiresExclusiveHandling",
        }
    }

    /// The value of a catalog's word; any other is `Normal`.
    pub fn find(text: &str) -> Impact {
        let mut known = [Impact::Minor, Impact::Exclusive].into_iter();
        known.find(|impact| impact.name() == text.trim()).unwrap_or_default()
    }

    /// The value of a stored number; an unknown one is `Normal`.
    pub fn from_number(number: u8) -> Impact {
        match number {
            1 => Impact::Minor,
            2 => Impact::Exclusive,
            _ => Impact::Normal,
        }
    }
}

/// What it means that a program ends with a code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReturnCode {
    /// The code.
    pub code: i32,
    /// `Succeeded`, `Failed`, `Cancelled`, or the catalog's word.
    pub result: String,
    /// Whether a restart is needed then.
    pub reboots: bool,
    /// What it means, for people.
    pub description: String,
}

/// A file that is downloaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its address; empty where the catalog gives none.
    pub address: String,
    /// Its size in bytes, as written.
    pub size: String,
    /// When it was changed, as written.
    pub modified: String,
    /// Its digests: (algorithm, text).
    pub digests: Vec<(String, String)>,
}

/// What the names of attributes begin with that the metadata of a driver gives.
pub const DRIVER: &str = "WindowsDriverMetaData/";

/// The result of a code that stands for success.
const SUCCEEDED: &str = "Succeeded";

impl Install {
    /// What the publisher says of the driver that it installs: (name, text); nothing where it is none.
    pub fn driver(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().filter_map(|(name, text)| Some((name.strip_prefix(DRIVER)?, text.as_str())))
    }

    /// Whether a restart follows: as the publisher says, and where that leaves it open, as all codes of
    /// success have it.
    ///
    /// ```
    /// use patchstate::model::install::{Install, ReturnCode};
    /// use patchstate::model::update::Reboot;
    ///
    /// let code = |code, reboots| ReturnCode { code, reboots, result: "Succeeded".into(), ..Default::default() };
    /// let with = |codes| Install { codes, ..Install::default() }.restart();
    /// assert_eq!(with(vec![]), Reboot::Possible);
    /// assert_eq!(with(vec![code(0, false)]), Reboot::Never);
    /// assert_eq!(with(vec![code(0, false), code(3010, true)]), Reboot::Possible);
    /// ```
    pub fn restart(&self) -> Reboot {
        if self.behavior.reboot != Reboot::Possible {
            return self.behavior.reboot;
        }
        let listed = self.codes.iter().filter(|code| code.result == SUCCEEDED).map(|code| code.reboots);
        let other = (self.result == SUCCEEDED).then_some(self.behavior.reboots_otherwise);
        let of = |reboots: bool| if reboots { Reboot::Always } else { Reboot::Never };
        together(listed.chain(other).map(of)).unwrap_or_default()
    }
}

/// What several things say of restarts where they agree; `Possible` where they do not, and nothing
/// where there are none.
pub fn together(all: impl IntoIterator<Item = Reboot>) -> Option<Reboot> {
    all.into_iter().reduce(|one, other| if one == other { one } else { Reboot::Possible })
}

/// Whether a restart follows when an update is installed in these ways; nothing where there are none. Of
/// those that are for a language, one is installed.
pub fn restart(installs: &[Install]) -> Option<Reboot> {
    let of = |is_variant: bool| {
        installs.iter().filter(move |one| one.variant.is_empty() != is_variant).map(Install::restart)
    };
    after_all(of(false).chain(together(of(true))))
}

/// Whether a restart follows when all of several are installed: one that always needs it is enough.
pub fn after_all(all: impl IntoIterator<Item = Reboot>) -> Option<Reboot> {
    all.into_iter().reduce(|one, other| match (one, other) {
        (Reboot::Always, _) | (_, Reboot::Always) => Reboot::Always,
        (Reboot::Never, Reboot::Never) => Reboot::Never,
        _ => Reboot::Possible,
    })
}
