//! The one error type of the engine: why an operation cannot continue.
//!
//! Knows where something stood (path, line, column, byte) and what a person can do about it; knows
//! nothing of any format. What a document merely has wrong is a [`crate::diagnostic::Diagnostic`],
//! not an error.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Code, Position};

/// The result of an operation of the engine.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation could not continue: a code, a place, a sentence, and often a hint.
///
/// One word wide. The message reads `place: what is wrong`, in lower case and without a final
/// period; [`Error::hint`] says what to do.
///
/// ```
/// use patchstate::diagnostic::Code;
/// use patchstate::error::Error;
///
/// let error = Error::new(Code::WrongFormat, "expected `<updates>`").in_file("a.xml");
/// assert_eq!(error.to_string(), "a.xml: expected `<updates>`");
/// assert_eq!(error.code(), Code::WrongFormat);
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    code: Code,
    file: Option<String>,
    position: Option<Position>,
    message: String,
    hint: Option<String>,
    source: Option<Arc<std::io::Error>>,
}

impl Error {
    /// Makes an error of `code` that says `message`.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            file: None,
            position: None,
            message: message.into(),
            hint: None,
            source: None,
        }))
    }

    /// Wraps a failure of the operating system on `path`; `doing` is what was tried ("open", "read").
    pub fn io(path: impl AsRef<Path>, doing: &str, source: std::io::Error) -> Self {
        let mut error = Self::from(source).in_file(path.as_ref().to_string_lossy());
        error.0.message = format!("cannot {doing}: {}", error.0.message);
        error
    }

    /// Names the document the error stands in, unless one is named already.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.0.file.get_or_insert_with(|| file.into());
        self
    }

    /// Puts an outer container's name before the document's: `outer!inner`.
    #[must_use]
    pub fn in_container(mut self, outer: &str) -> Self {
        let inner = self.0.file.take();
        self.0.file = Some(inner.map_or_else(|| outer.to_owned(), |inner| format!("{outer}!{inner}")));
        self
    }

    /// Names the position inside the document, unless one is named already.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.0.position.get_or_insert(position);
        self
    }

    /// Names another position: the same place, counted from the start of a greater document.
    #[must_use]
    pub fn moved_to(mut self, position: Position) -> Self {
        self.0.position = Some(position);
        self
    }

    /// Names another code for what is wrong, where a format has one of its own.
    #[must_use]
    pub fn of_code(mut self, code: Code) -> Self {
        self.0.code = code;
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The stable code, of the same name space as diagnostics.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The document, where one is known.
    pub fn file(&self) -> Option<&str> {
        self.0.file.as_deref()
    }

    /// The position in the document, where one is known.
    pub fn position(&self) -> Option<Position> {
        self.0.position
    }

    /// The sentence without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it, where there is an advice.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Whether the operating system refused.
    pub fn is_io(&self) -> bool {
        self.0.source.is_some()
    }

    /// Whether a file of our own is of another format version.
    pub fn is_wrong_version(&self) -> bool {
        self.0.code == Code::WrongVersion
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.0.file {
            f.write_str(file)?;
            if let Some(position) = self.0.position {
                write!(f, ":{position}")?;
            }
            f.write_str(": ")?;
        } else if let Some(position) = self.0.position {
            write!(f, "{position}: ")?;
        }
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {self}", self.0.code)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<std::io::Error> for Error {
    /// Keeps an [`Error`] that travelled through `std::io` (as readers of containers send theirs).
    fn from(source: std::io::Error) -> Self {
        match source.downcast::<Error>() {
            Ok(error) => error,
            Err(source) => {
                let mut error = Self::new(Code::Io, source.to_string());
                error.0.source = Some(Arc::new(source));
                error
            }
        }
    }
}

impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        std::io::Error::other(error)
    }
}
