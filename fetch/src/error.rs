//! Why a file could not be had: a reason with a stable name, a sentence, and what to do.
//!
//! Source of truth of the names: `docs/transfers.md`, "Reasons".

use std::fmt;

macro_rules! reasons {
    ($($variant:ident $name:literal $text:literal;)*) => {
        /// Why a transfer failed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $(#[doc = $text] $variant,)*
        }

        impl Reason {
            /// Every reason, in the order of the documentation.
            pub const ALL: &[Reason] = &[$(Reason::$variant,)*];

            /// The stable kebab-case name.
            pub fn name(self) -> &'static str {
                match self { $(Reason::$variant => $name,)* }
            }

            /// One sentence for people.
            pub fn description(self) -> &'static str {
                match self { $(Reason::$variant => $text,)* }
            }
        }
    };
}

reasons! {
    NotBuilt "not-built" "the program is built without transfers";
    Address "address" "the address is none that can be asked";
    Proxy "proxy" "the proxy is none, cannot be reached, or refuses";
    Offline "offline" "the server cannot be found or reached";
    Untrusted "untrusted" "TLS fails: the certificate is not trusted, or both sides have nothing in common";
    Status "status" "the server answers with a status that is no file";
    Busy "busy" "the server has a passing problem, also after all tries";
    Redirect "redirect" "the server leads to an address that is not followed";
    Answer "answer" "the answer is no correct one, or one that cannot be taken as the file";
    TooLarge "too-large" "the file is larger than it may be";
    Broken "broken" "the transfer broke off, also after all tries";
    Slow "slow" "the server does not answer, or too slowly, also after all tries";
    Digest "digest" "the file has another digest than it must have";
    Disk "disk" "the operating system could not read or write the file";
    Cancelled "cancelled" "the transfer was ended from outside";
}

/// Why a file could not be had. One word wide.
///
/// The message reads `address: what is wrong`, in lower case and without a final period, and never holds
/// a password: of an address neither user nor query are in it.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    reason: Reason,
    place: Option<String>,
    message: String,
    hint: Option<String>,
}

impl Error {
    pub(crate) fn new(reason: Reason, message: impl Into<String>) -> Error {
        Error(Box::new(Inner { reason, place: None, message: message.into(), hint: None }))
    }

    /// Names the address or file, unless one is named already.
    #[cfg(feature = "http")]
    pub(crate) fn of(mut self, place: impl fmt::Display) -> Error {
        self.0.place.get_or_insert_with(|| place.to_string());
        self
    }

    /// Says how often it was tried, where that is more than once.
    #[cfg(feature = "http")]
    pub(crate) fn after(mut self, tries: u32) -> Error {
        if tries > 1 {
            self.0.message.push_str(&format!(", also at try {tries}"));
        }
        self
    }

    /// Says what to do about it.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Error {
        self.0.hint = Some(hint.into());
        self
    }

    /// Why, for programs.
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// What to do about it, where there is an advice.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.0.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {self}", self.0.reason.name())
    }
}

impl std::error::Error for Error {}
