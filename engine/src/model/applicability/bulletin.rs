//! Systems as security bulletins name them, for leaves that no document of the rule language has.
//!
//! An index keeps such a leaf as the text of an element like all others; rules that are read from documents
//! never become one. Source of truth: `docs/cvrf.md`, "How a system is matched".

use std::fmt::{self, Display};
use std::sync::Arc;

use super::Applicability;
use super::read::Given;

/// Whether a system serves others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Product type 1.
    Client,
    /// Product types 2 and 3.
    Server,
}

/// How much of a system is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Installation {
    /// All of it.
    Full,
    /// Server Core.
    Core,
}

/// A system as a bulletin names it; everything given must be equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowsProduct {
    /// Build.
    pub build: u32,
    /// What kind of system it is.
    pub role: Role,
    /// Native architecture, as Windows numbers them.
    pub architecture: Option<u32>,
    /// How much of it is installed.
    pub installation: Option<Installation>,
}

/// What is written for a part that is not given.
const ANY: &str = "-";

impl Display for WindowsProduct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = match self.role {
            Role::Client => "client",
            Role::Server => "server",
        };
        let installation = match self.installation {
            None => ANY,
            Some(Installation::Full) => "full",
            Some(Installation::Core) => "core",
        };
        let architecture = self.architecture.map_or(ANY.to_owned(), |number| number.to_string());
        write!(f, "{}/{role}/{architecture}/{installation}", self.build)
    }
}

impl WindowsProduct {
    /// Reads what [`Display`] writes.
    fn parse(text: &str) -> Option<WindowsProduct> {
        let mut parts = text.split('/');
        let mut part = || parts.next();
        let product = WindowsProduct {
            build: part()?.parse().ok()?,
            role: match part()? {
                "client" => Role::Client,
                "server" => Role::Server,
                _ => return None,
            },
            architecture: match part()? {
                ANY => None,
                number => Some(number.parse().ok()?),
            },
            installation: match part()? {
                ANY => None,
                "full" => Some(Installation::Full),
                "core" => Some(Installation::Core),
                _ => return None,
            },
        };
        parts.next().is_none().then_some(product)
    }
}

/// The elements, which are ours.
pub(super) const PRODUCT: &str = "WindowsProduct";
pub(super) const POSSIBLE: &str = "WindowsProductPossible";
pub(super) const OTHER: &str = "WindowsOther";
pub(super) const REVISION: &str = "WindowsRevision";

/// The leaf of an element of ours; `None` where it is another one, or says what it cannot.
pub(super) fn leaf(name: &str, given: &Given) -> Option<Applicability> {
    let product = || WindowsProduct::parse(given.get("Product")?);
    Some(match name {
        PRODUCT => Applicability::WindowsProduct(product()?),
        POSSIBLE => Applicability::WindowsProductPossible(product()?),
        OTHER => {
            let known = given.get("Than")?.split(' ').filter(|part| !part.is_empty());
            let known: Option<Arc<[WindowsProduct]>> = known.map(WindowsProduct::parse).collect();
            Applicability::WindowsOther(known?)
        }
        REVISION => Applicability::WindowsRevision(WindowsRevision {
            product: product()?,
            revision: given.get("Revision")?.parse().ok()?,
            by_table: given.get("From").is_some(),
        }),
        _ => return None,
    })
}

/// A revision from which on a system has something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowsRevision {
    /// The system; of another one nothing is said.
    pub product: WindowsProduct,
    /// The revision of its build.
    pub revision: u32,
    /// Whether a table of releases has it, and no document.
    pub by_table: bool,
}

/// The systems of a list, as an attribute has them.
pub(super) fn list(products: &[WindowsProduct]) -> String {
    let products: Vec<String> = products.iter().map(WindowsProduct::to_string).collect();
    products.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_read_back_as_what_they_were() {
        let product = WindowsProduct {
            build: 14393,
            role: Role::Server,
            architecture: Some(9),
            installation: Some(Installation::Core),
        };
        let open = WindowsProduct { architecture: None, installation: None, ..product };
        for leaf in [
            Applicability::WindowsProduct(product),
            Applicability::WindowsProductPossible(open),
            Applicability::WindowsOther([product, open].into()),
            Applicability::WindowsOther([].into()),
            Applicability::WindowsRevision(WindowsRevision { product, revision: 5501, by_table: false }),
            Applicability::WindowsRevision(WindowsRevision { product: open, revision: 1, by_table: true }),
        ] {
            let text = leaf.to_string();
            assert_eq!(Applicability::from_text(&text), Some(leaf), "{text}");
        }
        for text in ["1/client/-", "1/both/-/-", "1/client/-/-/-", "x/client/-/-", "1/client/9/some"] {
            let text = format!("WindowsProduct Product=\"{text}\"");
            assert_eq!(Applicability::from_text(&text), None, "{text}");
        }
    }
}
