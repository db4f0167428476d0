//! Patches of Windows Installer, as their metadata describes them for rules.
//!
//! Of the metadata only what rules ask is kept: the codes that a patch is registered under, the products
//! that it is for, and what says which patches it replaces. As text it stands in indexes.
//! Source of truth: `docs/rules.md`, "Windows Installer".

use super::Applicability;
use super::read::{self, Given, Refused};
use crate::model::expr::Comparison;
use crate::model::msi;
use crate::version::dotted::Version;

/// A patch.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Patch {
    /// Its code, in normal form.
    pub code: String,
    /// The code of the same patch with whole files, likewise.
    pub fallback: Option<String>,
    /// The products that it is for, sorted; any of them.
    pub targets: Vec<Target>,
    /// The codes of the products that are meant where nothing of a target is compared, sorted.
    pub listed: Vec<String>,
    /// The codes of the patches that it makes obsolete, sorted.
    pub obsoletes: Vec<String>,
    /// Its places in families, sorted.
    pub sequences: Vec<Sequence>,
}

/// A product that a patch is for: everything given must be equal.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// Code, in normal form.
    pub product: Option<String>,
    /// How its version compares.
    pub version: Option<TargetVersion>,
    /// Language number.
    pub language: Option<u32>,
    /// Upgrade code, in normal form.
    pub upgrade: Option<String>,
}

/// How the version of a product compares with another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetVersion {
    /// How.
    pub comparison: Comparison,
    /// With what; parts that are not compared are 0.
    pub version: Version,
    /// How many parts are compared.
    pub parts: usize,
}

/// The place of a patch in a family.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence {
    /// The family.
    pub family: String,
    /// The place.
    pub place: Version,
    /// The product that it is the place for, in normal form.
    pub product: Option<String>,
    /// Whether it replaces what has an earlier place.
    pub supersedes: bool,
}

impl Applicability {
    /// The patch that a leaf asks about with its metadata.
    pub fn patch(&self) -> Option<&Patch> {
        match self {
            Applicability::MsiPatchInstalled(patch)
            | Applicability::MsiPatchInstallable(patch)
            | Applicability::MsiPatchSuperseded(patch) => Some(patch),
            _ => None,
        }
    }
}

/// How many parts of a version are compared, by the word for it.
pub(crate) const FILTERS: [(&str, usize); 4] =
    [("Major", 1), ("MajorMinor", 2), ("MajorMinorUpdate", 3), ("None", 4)];

impl TargetVersion {
    /// A comparison of so many parts.
    pub fn new(comparison: Comparison, version: Version, parts: usize) -> TargetVersion {
        TargetVersion { comparison, version: cut(version, parts), parts }
    }

    /// Whether the version of a product compares so.
    pub fn holds(&self, observed: Version) -> bool {
        self.comparison.holds(cut(observed, self.parts).cmp(&self.version))
    }
}

fn cut(mut version: Version, parts: usize) -> Version {
    version.0.iter_mut().skip(parts).for_each(|part| *part = 0);
    version
}

impl Target {
    /// Whether nothing of it is compared, so that the list of products counts.
    pub fn is_open(&self) -> bool {
        *self == Target::default()
    }
}

impl Sequence {
    /// Whether a patch of this place replaces one of another.
    pub fn replaces(&self, other: &Sequence) -> bool {
        let same = match (&self.product, &other.product) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        };
        self.supersedes && same && self.family == other.family && self.place > other.place
    }
}

impl Patch {
    /// The codes under which it is registered.
    pub fn codes(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.code).chain(&self.fallback)
    }

    /// Whether where it is there, another patch is replaced.
    pub fn replaces(&self, other: &Patch) -> bool {
        let later = |own: &Sequence| other.sequences.iter().any(|other| own.replaces(other));
        self.obsoletes.binary_search(&other.code).is_ok() || self.sequences.iter().any(later)
    }

    /// What is asked of the products that it is for.
    pub fn of_targets(&self) -> Patch {
        Patch { obsoletes: Vec::new(), sequences: Vec::new(), ..self.clone() }
    }

    /// What is asked of the patches that may replace it.
    pub fn of_replacements(&self) -> Patch {
        Patch { obsoletes: Vec::new(), ..self.clone() }
    }

    /// What a catalog knows of it where it is registered.
    pub fn as_registered(&self) -> Patch {
        Patch { targets: Vec::new(), listed: Vec::new(), ..self.clone() }
    }

    /// Brings its lists into order.
    pub fn sorted(mut self) -> Patch {
        // The list counts only where a target compares nothing.
        if !self.targets.iter().any(Target::is_open) {
            self.listed.clear();
        }
        fn each<T: Ord>(list: &mut Vec<T>) {
            list.sort_unstable();
            list.dedup();
        }
        each(&mut self.targets);
        each(&mut self.listed);
        each(&mut self.obsoletes);
        each(&mut self.sequences);
        self
    }

    /// Reads the attributes that [`Patch::attributes`] gives.
    ///
    /// # Errors
    ///
    /// One is missing or malformed.
    pub(super) fn read(given: &Given) -> Result<Patch, Refused> {
        let list = |name: &'static str| given.get(name).into_iter().flat_map(|text| text.split(';'));
        let bad = |name: &'static str| move || Refused::Value(name, given.get(name).unwrap_or("").to_owned());
        let codes = |name: &'static str| {
            list(name).map(|text| msi::code(text).ok_or_else(bad(name))).collect::<Result<Vec<_>, _>>()
        };
        let targets: Result<_, _> = list(TARGETS).map(|text| target(text).ok_or_else(bad(TARGETS))).collect();
        let sequences: Result<_, _> =
            list(SEQUENCES).map(|text| sequence(text).ok_or_else(bad(SEQUENCES))).collect();
        let code = given.required(CODE)?;
        Ok(Patch {
            code: msi::code(code).ok_or_else(bad(CODE))?,
            fallback: codes(FALLBACK)?.pop(),
            targets: targets?,
            listed: codes(LISTED)?,
            obsoletes: codes(OBSOLETES)?,
            sequences: sequences?,
        })
    }

    /// Its attributes as text, in order; those that say nothing are left out.
    pub(super) fn attributes(&self) -> [(&'static str, Option<String>); 6] {
        let list = |texts: Vec<String>| (!texts.is_empty()).then(|| texts.join(";"));
        [
            (CODE, Some(self.code.clone())),
            (FALLBACK, self.fallback.clone()),
            (TARGETS, list(self.targets.iter().map(target_text).collect())),
            (LISTED, list(self.listed.clone())),
            (OBSOLETES, list(self.obsoletes.clone())),
            (SEQUENCES, list(self.sequences.iter().map(sequence_text).collect())),
        ]
    }

    /// The text under which an index keeps what its catalogs know of it.
    pub fn to_text(&self) -> String {
        Applicability::MsiPatchMetadata(Box::new(self.clone())).to_string()
    }

    /// Reads the text that [`Patch::to_text`] gives.
    ///
    /// ```
    /// use patchstate::model::applicability::patch::Patch;
    ///
    /// let code = "{0A000000-0000-0000-0000-0000000000D0}".to_owned();
    /// let patch = Patch { code, ..Patch::default() };
    /// assert_eq!(Patch::from_text(&patch.to_text()), Some(patch));
    /// ```
    pub fn from_text(text: &str) -> Option<Patch> {
        match Applicability::from_text(text)? {
            Applicability::MsiPatchMetadata(patch) => Some(*patch),
            _ => None,
        }
    }
}

const CODE: &str = "PatchCode";
const FALLBACK: &str = "FallbackPatchCode";
const TARGETS: &str = "TargetProduct";
const LISTED: &str = "TargetProductCode";
const OBSOLETES: &str = "ObsoletedPatch";
const SEQUENCES: &str = "SequenceData";

/// In place of a target of which nothing is compared.
const OPEN: &str = "listed";

fn target_text(target: &Target) -> String {
    let version = target.version.map(|asked| {
        let filter = FILTERS.iter().find(|(_, parts)| *parts == asked.parts).map_or("", |(name, _)| name);
        format!("version={}:{}:{filter}", read::comparison_name(asked.comparison), asked.version)
    });
    let parts = [
        target.product.as_ref().map(|code| format!("product={code}")),
        version,
        target.language.map(|language| format!("language={language}")),
        target.upgrade.as_ref().map(|code| format!("upgrade={code}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { OPEN.to_owned() } else { parts.join(",") }
}

fn target(text: &str) -> Option<Target> {
    let mut target = Target::default();
    if text == OPEN {
        return Some(target);
    }
    for part in text.split(',') {
        let (name, value) = part.split_once('=')?;
        match name {
            "product" => target.product = Some(msi::code(value)?),
            "version" => {
                let (comparison, rest) = value.split_once(':')?;
                let (version, filter) = rest.split_once(':')?;
                let (_, parts) = *FILTERS.iter().find(|(known, _)| *known == filter)?;
                let (comparison, version) = (read::comparison(comparison)?, read::version(version)?);
                target.version = Some(TargetVersion::new(comparison, version, parts));
            }
            "language" => target.language = Some(value.parse().ok()?),
            "upgrade" => target.upgrade = Some(msi::code(value)?),
            _ => return None,
        }
    }
    Some(target)
}

/// Characters that separate parts of lists, with what stands for them in the name of a family.
const ESCAPES: [(char, &str); 3] = [('%', "%25"), ('|', "%7C"), (';', "%3B")];

fn sequence_text(sequence: &Sequence) -> String {
    let mut text = String::new();
    for c in sequence.family.chars() {
        match ESCAPES.iter().find(|(known, _)| *known == c) {
            Some((_, escape)) => text.push_str(escape),
            None => text.push(c),
        }
    }
    let supersedes = if sequence.supersedes { "1" } else { "0" };
    text.push_str(&format!("|{}|{supersedes}", sequence.place));
    if let Some(product) = &sequence.product {
        text.push_str(&format!("|{product}"));
    }
    text
}

fn sequence(text: &str) -> Option<Sequence> {
    let mut parts = text.split('|');
    let family = parts.next()?;
    // The sign of escapes itself comes last, so that no escape is read twice.
    let family = ESCAPES
        .iter()
        .rev()
        .fold(family.to_owned(), |text, (c, escape)| text.replace(escape, c.encode_utf8(&mut [0; 4])));
    let place = read::version(parts.next()?)?;
    let supersedes = match parts.next()? {
        "0" => false,
        "1" => true,
        _ => return None,
    };
    let product = parts.next().map(msi::code);
    let product = if let Some(product) = product { Some(product?) } else { None };
    parts.next().is_none().then_some(Sequence { family, place, product, supersedes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(last: &str) -> String {
        format!("{{0A000000-0000-0000-0000-0000000000{last}}}")
    }

    fn place(family: &str, place: u32, product: Option<&str>, supersedes: bool) -> Sequence {
        let product = product.map(code);
        Sequence { family: family.to_owned(), place: Version([place, 0, 0, 0]), product, supersedes }
    }

    #[test]
    fn what_is_written_reads_back() {
        let version = TargetVersion::new(Comparison::Ge, Version([1, 2, 3, 4]), 2);
        assert_eq!(version.version, Version([1, 2, 0, 0]));
        let patch = Patch {
            code: code("D0"),
            fallback: Some(code("D1")),
            targets: vec![
                Target {
                    product: Some(code("0B")),
                    version: Some(version),
                    language: Some(0),
                    upgrade: Some(code("E0")),
                },
                Target::default(),
            ],
            listed: vec![code("0C"), code("0B")],
            obsoletes: vec![code("D3"), code("D2")],
            sequences: vec![place("A%3B;|\"&", 1, Some("0B"), true), place("", 2, None, false)],
        }
        .sorted();
        assert_eq!(Patch::from_text(&patch.to_text()).as_ref(), Some(&patch));
        assert_eq!(patch.listed, [code("0B"), code("0C")]);
        let text = Applicability::MsiPatchInstalled(Box::new(patch.of_targets())).to_string();
        assert_eq!(Applicability::from_text(&text).unwrap().to_string(), text);
    }

    #[test]
    fn a_list_counts_only_beside_a_target_that_compares_nothing() {
        let target = Target { product: Some(code("0B")), ..Target::default() };
        let patch = Patch { targets: vec![target], listed: vec![code("0C")], ..Patch::default() };
        assert!(patch.sorted().listed.is_empty());
    }

    #[test]
    fn places_in_families_are_compared_where_products_are_equal() {
        let old = place("F", 1, Some("0B"), false);
        for (new, expect) in [
            (place("F", 2, Some("0B"), true), true),
            (place("F", 2, None, true), true),
            (place("F", 2, Some("0C"), true), false),
            (place("F", 2, Some("0B"), false), false),
            (place("F", 1, Some("0B"), true), false),
            (place("f", 2, Some("0B"), true), false),
        ] {
            assert_eq!(new.replaces(&old), expect, "{new:?}");
        }
    }
}
