//! What rules need of the metadata beside them: that of patches and products of Windows Installer. That of
//! drivers is kept for people, as no rule about drivers is evaluated.

use std::io::BufRead;

use super::Rules;
use super::element::{Element, MOST};
use crate::diagnostic::Code;
use crate::error::Result as Read;
use crate::model::applicability::patch::{FILTERS, Patch, Sequence, Target, TargetVersion};
use crate::model::applicability::read::{Refused, version};
use crate::model::expr::Comparison;
use crate::model::install;
use crate::model::msi::code;
use crate::xml::cursor::Cursor;

/// What the metadata of an update says of Windows Installer.
#[derive(Clone, Debug, Default)]
pub struct Installer {
    /// The patch, or what is wrong with it.
    pub(super) patch: Option<Result<Patch, Refused>>,
    /// The product code of an application, as written.
    pub(super) product: Option<String>,
}

/// The element of a driver's metadata.
const DRIVER: &str = "WindowsDriverMetaData";

/// Reads the metadata at whose tag the cursor stands; what is of no installer is passed over.
///
/// # Errors
///
/// The document is not well-formed, or too large.
pub fn read<R: BufRead>(cursor: &mut Cursor<R>, rules: &mut Rules) -> Read<()> {
    let depth = cursor.depth();
    while let Some(tag) = cursor.child(depth)? {
        let element = Element::of(&tag, rules.dialect);
        take(cursor, rules, element)?;
    }
    Ok(())
}

/// Takes the metadata of which the tag was read, which is passed over where it is of another kind.
///
/// # Errors
///
/// As [`read`].
pub fn take<R: BufRead>(cursor: &mut Cursor<R>, rules: &mut Rules, element: Element) -> Read<()> {
    if !matches!(element.name.as_str(), "MsiPatchMetadata" | "MsiApplicationMetadata" | DRIVER) {
        rules.find(Code::MetadataIgnored, cursor.position(), "Metadata", &element.name);
        return Ok(());
    }
    let element = element.read(cursor, rules.dialect, &mut { MOST })?;
    match element.name.as_str() {
        DRIVER => rules.take_driver(&element),
        _ => rules.take_installer(&element),
    }
    Ok(())
}

impl Rules {
    /// Takes the metadata of a driver word for word: its attributes, and the text of what stands below.
    fn take_driver(&mut self, element: &Element) {
        let own = element.given.iter().map(|(name, value)| (name, value.to_owned()));
        let below = element.below.iter().map(|below| (below.name.as_str(), below.text.clone()));
        self.driver.extend(own.chain(below).map(|(name, text)| (format!("{}{name}", install::DRIVER), text)));
    }

    /// Takes metadata of Windows Installer; what a catalog knows of a patch it knows for all updates.
    fn take_installer(&mut self, element: &Element) {
        if element.name == "MsiApplicationMetadata" {
            self.installer.product = below(element, "ProductCode").next().map(|code| code.text.clone());
            return;
        }
        let patch = patch(element);
        if let Ok(patch) = &patch {
            self.patches.insert(patch.as_registered());
        }
        self.installer.patch = Some(patch);
    }
}

fn below<'e>(element: &'e Element, name: &'e str) -> impl Iterator<Item = &'e Element> {
    element.below.iter().filter(move |below| below.name == name)
}

fn patch(metadata: &Element) -> Result<Patch, Refused> {
    let element = below(metadata, "MsiPatch").next().ok_or(Refused::Missing("MsiPatch"))?;
    let fallback = below(metadata, "FallbackPatchCode").next();
    let number = element.given.required("PatchGUID")?;
    let codes = |name: &'static str| {
        below(element, name).map(|below| guid(name, &below.text)).collect::<Result<Vec<_>, _>>()
    };
    let targets: Vec<Target> = below(element, "TargetProduct").map(target).collect::<Result<_, _>>()?;
    if targets.is_empty() {
        return Err(Refused::Missing("TargetProduct"));
    }
    // The list is asked only for targets that say nothing.
    let is_asked = targets.iter().any(Target::is_open);
    let listed = if is_asked { codes("TargetProductCode")? } else { Vec::new() };
    let patch = Patch {
        code: guid("PatchGUID", number)?,
        fallback: fallback.map(|below| guid("FallbackPatchCode", &below.text)).transpose()?,
        targets,
        listed,
        obsoletes: codes("ObsoletedPatch")?,
        sequences: below(element, "SequenceData").map(sequence).collect::<Result<_, _>>()?,
    };
    Ok(patch.sorted())
}

fn guid(name: &'static str, text: &str) -> Result<String, Refused> {
    code(text.trim()).ok_or_else(|| Refused::Value(name, text.to_owned()))
}

fn target(element: &Element) -> Result<Target, Refused> {
    let asked = |name: &'static str| -> Result<Option<&Element>, Refused> {
        let Some(below) = below(element, name).next() else { return Ok(None) };
        Ok(below.given.flag("Validate")?.then_some(below))
    };
    let language = |below: &Element| {
        let number = below.text.trim().parse();
        number.map_err(|_| Refused::Value("TargetLanguage", below.text.clone()))
    };
    let product = asked("TargetProductCode")?.map(|below| guid("TargetProductCode", &below.text));
    let upgrade = asked("UpgradeCode")?.map(|below| guid("UpgradeCode", &below.text));
    Ok(Target {
        product: product.transpose()?,
        version: asked("TargetVersion")?.map(target_version).transpose()?.flatten(),
        language: asked("TargetLanguage")?.map(language).transpose()?,
        upgrade: upgrade.transpose()?,
    })
}

/// How versions compare, by the word for it; none is any version.
const COMPARISONS: [(&str, Option<Comparison>); 6] = [
    ("LessThan", Some(Comparison::Lt)),
    ("LessThanOrEqual", Some(Comparison::Le)),
    ("Equal", Some(Comparison::Eq)),
    ("GreaterThanOrEqual", Some(Comparison::Ge)),
    ("GreaterThan", Some(Comparison::Gt)),
    ("None", None),
];

fn target_version(element: &Element) -> Result<Option<TargetVersion>, Refused> {
    let word = element.given.required("ComparisonType")?;
    let comparison = COMPARISONS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word.trim()));
    let (_, comparison) = comparison.ok_or_else(|| Refused::Value("ComparisonType", word.to_owned()))?;
    let word = element.given.get("ComparisonFilter").unwrap_or("None");
    let filter = FILTERS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word.trim()));
    let (_, parts) = filter.ok_or_else(|| Refused::Value("ComparisonFilter", word.to_owned()))?;
    let Some(comparison) = comparison else { return Ok(None) };
    let bad = || Refused::Value("TargetVersion", element.text.clone());
    Ok(Some(TargetVersion::new(*comparison, version(&element.text).ok_or_else(bad)?, *parts)))
}

fn sequence(element: &Element) -> Result<Sequence, Refused> {
    let text = |name: &'static str| below(element, name).next().map(|below| below.text.as_str());
    let place = text("Sequence").ok_or(Refused::Missing("Sequence"))?;
    let attributes = text("Attributes").unwrap_or("0");
    let number: i64 =
        attributes.trim().parse().map_err(|_| Refused::Value("Attributes", attributes.to_owned()))?;
    Ok(Sequence {
        family: text("PatchFamily").ok_or(Refused::Missing("PatchFamily"))?.to_owned(),
        place: version(place).ok_or_else(|| Refused::Value("Sequence", place.to_owned()))?,
        product: text("ProductCode").map(|text| guid("ProductCode", text)).transpose()?,
        supersedes: number & 1 == 1,
    })
}
