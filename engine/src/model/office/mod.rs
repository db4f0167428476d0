//! What rules about Office ask of all Windows Installer products of a client together.
//!
//! A rule names products by pattern, so that which product it is about depends on the client: one leaf
//! looks at all of them ([`client`]) and answers for those that it names, joined. An index keeps a leaf as
//! text that reads back as what it was; no document has these elements. Source of truth:
//! `docs/office.md`, "Evaluation".

mod answering;
pub mod client;

pub use answering::answering;

use std::fmt::{self, Display};

use super::applicability::read::{Given, version};
use super::applicability::text::Attributes;
use crate::version::dotted::Version;

/// Which products are meant, and which versions of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wanted {
    /// Product code in normal form, with `?` for digits that may be any.
    pub code: Option<String>,
    /// Upgrade code, likewise.
    pub upgrade_code: Option<String>,
    /// Name, folded.
    pub name: Option<String>,
    /// The lowest version that the update goes on.
    pub least: Option<Version>,
    /// The version from which on the product contains the update.
    pub most: Option<Version>,
}

/// What proves an update of products.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Evidence {
    /// The products.
    pub products: Vec<Wanted>,
    /// Patch codes in normal form, any one of which proves it.
    pub patches: Vec<String>,
    /// Product versions, any one of which proves it.
    pub versions: Vec<Version>,
    /// Whether files prove it too, which are asked beside this.
    pub files: bool,
    /// The languages of products that it is for, as numbers; none is all.
    pub languages: Vec<u32>,
}

/// What a leaf asks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asked {
    /// Whether the update is there.
    Installed(Evidence),
    /// Whether the update is for the client.
    Applicable(Evidence),
    /// Whether one of the products is there.
    There(Vec<Wanted>),
    /// What another scanner says of an article; where products are given, only of a client that has one
    /// of them or states no products at all.
    Scan(u32, Option<Vec<Wanted>>),
}

const INSTALLED: &str = "OfficeInstalled";
const APPLICABLE: &str = "OfficeApplicable";
const THERE: &str = "OfficeProductThere";
const SCAN: &str = "OfficeScanResult";
/// Begins each of several products.
const PRODUCT: &str = "Product";
/// Says that a result counts for clients with certain products only.
const LIMITED: &str = "Limited";

impl Asked {
    /// The name of its element.
    pub fn name(&self) -> &'static str {
        match self {
            Asked::Installed(_) => INSTALLED,
            Asked::Applicable(_) => APPLICABLE,
            Asked::There(_) => THERE,
            Asked::Scan(..) => SCAN,
        }
    }

    /// Reads what [`Asked::write`] writes.
    pub(super) fn read(name: &str, given: &Given) -> Option<Asked> {
        match name {
            INSTALLED => evidence(given).map(Asked::Installed),
            APPLICABLE => evidence(given).map(Asked::Applicable),
            THERE => products(given).map(Asked::There),
            SCAN => {
                let article = given.get("Article")?.parse().ok()?;
                let products = given.get(LIMITED).map(|_| products(given));
                Some(Asked::Scan(article, products.map_or(Some(None), |products| products.map(Some))?))
            }
            _ => None,
        }
    }

    /// Writes the attributes of its element.
    pub(super) fn write(&self, out: &mut Attributes<'_, '_>) -> fmt::Result {
        match self {
            Asked::Installed(evidence) | Asked::Applicable(evidence) => {
                write_products(&evidence.products, out)?;
                evidence.patches.iter().try_for_each(|patch| out.set("Patch", patch))?;
                evidence.versions.iter().try_for_each(|version| out.set("Version", version))?;
                out.maybe("Files", evidence.files.then_some(true))?;
                evidence.languages.iter().try_for_each(|language| out.set("Language", language))
            }
            Asked::There(products) => write_products(products, out),
            Asked::Scan(article, products) => {
                out.set("Article", article)?;
                let Some(products) = products else { return Ok(()) };
                out.set(LIMITED, true)?;
                write_products(products, out)
            }
        }
    }
}

fn write_products(products: &[Wanted], out: &mut Attributes<'_, '_>) -> fmt::Result {
    for (number, wanted) in (1..).zip(products) {
        out.set(PRODUCT, number)?;
        let texts: [(&str, Option<&dyn Display>); 5] = [
            ("Code", wanted.code.as_ref().map(|text| text as &dyn Display)),
            ("UpgradeCode", wanted.upgrade_code.as_ref().map(|text| text as &dyn Display)),
            ("Name", wanted.name.as_ref().map(|text| text as &dyn Display)),
            ("VersionMin", wanted.least.as_ref().map(|version| version as &dyn Display)),
            ("VersionMax", wanted.most.as_ref().map(|version| version as &dyn Display)),
        ];
        texts.into_iter().try_for_each(|(name, text)| out.maybe(name, text))?;
    }
    Ok(())
}

fn evidence(given: &Given) -> Option<Evidence> {
    let all =
        |name: &'static str| given.iter().filter(move |(known, _)| *known == name).map(|(_, text)| text);
    Some(Evidence {
        products: products(given)?,
        patches: all("Patch").map(str::to_owned).collect(),
        versions: all("Version").map(version).collect::<Option<_>>()?,
        files: given.get("Files").is_some(),
        languages: all("Language").map(|text| text.parse().ok()).collect::<Option<_>>()?,
    })
}

/// The products among attributes: each begins with its number.
fn products(given: &Given) -> Option<Vec<Wanted>> {
    let mut products: Vec<Wanted> = Vec::new();
    for (name, text) in given.iter() {
        if name == PRODUCT {
            products.push(Wanted::default());
            continue;
        }
        let Some(product) = products.last_mut() else { continue };
        match name {
            "Code" => product.code = Some(text.to_owned()),
            "UpgradeCode" => product.upgrade_code = Some(text.to_owned()),
            "Name" => product.name = Some(text.to_owned()),
            "VersionMin" => product.least = Some(version(text)?),
            "VersionMax" => product.most = Some(version(text)?),
            _ => {}
        }
    }
    Some(products)
}
