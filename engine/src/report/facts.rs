//! `facts`: what an index asks of a client, as a list from which an agent collects.
//!
//! Only the columns of subjects and predicates are read; a thing that no rule asks about is not listed,
//! however many inventories state it. What rules do not ask themselves, but reading needs (folders
//! behind path tokens, the running kernel), is listed without questions. Source of truth:
//! `docs/reports.md`, "Facts".

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::table::{Column, Note, Table, Value};
use crate::index::View;
use crate::index::columns::Column as _;
use crate::index::probe::tag;
use crate::model::applicability::Applicability;
use crate::model::applicability::patch::Patch;
use crate::model::expr::{OsField, Question, Subject};
use crate::model::fact::Kind;
use crate::model::options::Options;

/// A part of a thing that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Part {
    /// Whether it is there.
    Existence = 0,
    /// Its version.
    Version = 1,
    /// The data of a registry value.
    Data = 2,
    /// The checksum of a file.
    Checksum = 3,
    /// The service pack of a product.
    Levels = 4,
    /// The value of an attribute.
    Value = 5,
    /// The streams of a module.
    Streams = 6,
}

impl Part {
    /// All parts, in the order in which they are printed.
    pub const ALL: [Part; 7] = [
        Part::Existence,
        Part::Version,
        Part::Data,
        Part::Checksum,
        Part::Levels,
        Part::Value,
        Part::Streams,
    ];

    /// The word that is printed.
    pub fn name(self) -> &'static str {
        match self {
            Part::Existence => "existence",
            Part::Version => "version",
            Part::Data => "data",
            Part::Checksum => "checksum",
            Part::Levels => "levels",
            Part::Value => "value",
            Part::Streams => "streams",
        }
    }
}

/// What is asked of one thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Asked {
    /// A bit per part.
    parts: u8,
    questions: u64,
}

impl Asked {
    fn add(&mut self, part: Part) {
        self.parts |= 1 << part as u8;
    }

    fn has(self, part: Part) -> bool {
        self.parts & 1 << part as u8 != 0
    }

    fn names(self) -> Value<'static> {
        Part::ALL.into_iter().filter(|part| self.has(*part)).map(Part::name).collect()
    }
}

/// A thing by kind, name, and value name.
type Thing<'i> = (Kind, Cow<'i, str>, Cow<'i, str>);

/// What an index asks of a client: `kind,subject,name,parts,questions`.
///
/// ```
/// use patchstate::archive::map::Bytes;
/// use patchstate::index::{self, Index, columns::Columns};
///
/// let mut file = std::io::Cursor::new(Vec::new());
/// index::write(&Columns::default(), &mut file).expect("writes to memory");
/// let index = Index::open(Bytes::copy(file.get_ref())).expect("is an index");
/// let table = patchstate::report::facts::table(index.view().expect("opens"));
/// assert!(table.rows.is_empty());
/// ```
pub fn table(view: View<'_>) -> Table<'_> {
    let mut things: BTreeMap<Thing<'_>, Asked> = BTreeMap::new();
    for subject in 0..view.subjects() {
        if let Some(thing) = thing(view, subject) {
            things.insert(thing, asked(view, subject));
        }
    }
    for predicate in 0..view.columns.predicates() {
        if let Some((subject, Question::Applicability(leaf))) = view.predicate(predicate) {
            name(&subject, &leaf, &mut things);
        }
    }
    imply(view, &mut things);
    let columns = vec![
        Column::text("kind"),
        Column::text("subject"),
        Column::text("name"),
        Column::text("parts"),
        Column::text("questions"),
    ];
    let mut table = Table::new("facts", columns);
    let mut counts: BTreeMap<Kind, u64> = BTreeMap::new();
    for ((kind, subject, name), asked) in things {
        *counts.entry(kind).or_default() += 1;
        let questions = if asked.questions == 0 { Value::Empty } else { Value::Count(asked.questions) };
        let kind = Value::from(kind.name());
        table.push(vec![kind, Value::Text(subject), Value::Text(name), asked.names(), questions]);
    }
    table.foot = vec![
        Note::counts("kinds", counts.into_iter().map(|(kind, count)| (kind.name(), count))),
        Note::advice("things without questions are needed to read the others"),
    ];
    table
}

fn thing(view: View<'_>, at: usize) -> Option<Thing<'_>> {
    let columns = view.columns;
    let text = Cow::Borrowed(view.text(columns.subject_text.at(at)));
    let kind = view.subject(at)?.kind();
    let name = match columns.subject_tag.at(at) {
        tag::REGISTRY_VALUE => Cow::Borrowed(view.text(columns.subject_name.at(at))),
        tag::RPM => Cow::Borrowed("rpm"),
        tag::DEB => Cow::Borrowed("deb"),
        _ => Cow::Borrowed(""),
    };
    let text = match (columns.subject_tag.at(at), (columns.subject_name.at(at) as usize).checked_sub(1)) {
        (tag::HOTFIX, _) => Cow::Owned(format!("KB{text}")),
        (tag::PRODUCT, Some(product)) => Cow::Borrowed(view.text(columns.product_name.at(product))),
        _ => text,
    };
    Some((kind, text, name))
}

/// The parts that predicates, rows and modules ask of a subject.
fn asked(view: View<'_>, subject: usize) -> Asked {
    let columns = view.columns;
    let mut asked = Asked::default();
    for predicate in columns.subject_predicate_ends(subject) {
        asked.questions += 1;
        if let Some((subject, question)) = view.predicate(predicate) {
            ask(&subject, &question, &mut asked);
        }
    }
    match columns.subject_tag.at(subject) {
        tag::RPM | tag::DEB => asked.add(Part::Version),
        tag::MODULE => asked.add(Part::Streams),
        _ => {}
    }
    asked
}

fn ask(subject: &Subject, question: &Question, asked: &mut Asked) {
    match question {
        Question::Exists => asked.add(Part::Existence),
        Question::Compare(..) => asked.add(match subject {
            Subject::Os(_) => Part::Value,
            Subject::RegistryValue { .. } => Part::Data,
            _ => Part::Version,
        }),
        Question::Data(_) => {
            asked.add(Part::Existence);
            asked.add(Part::Data);
        }
        Question::FileEvidence { version, checksum, .. } => {
            asked.add(Part::Existence);
            version.iter().for_each(|_| asked.add(Part::Version));
            checksum.iter().for_each(|_| asked.add(Part::Checksum));
        }
        Question::Applicability(leaf) => leaf_parts(leaf, asked),
        Question::Level { .. } => {
            asked.add(Part::Existence);
            asked.add(Part::Levels);
        }
    }
}

/// The parts that a leaf of the Windows rule language asks.
fn leaf_parts(leaf: &Applicability, asked: &mut Asked) {
    asked.add(Part::Existence);
    match leaf {
        Applicability::Below(..)
        | Applicability::RegValueExists(_)
        | Applicability::RegDword(..)
        | Applicability::RegSz(_)
        | Applicability::RegSzToVersion(..) => asked.add(Part::Data),
        Applicability::FileVersion(..)
        | Applicability::MsiProductInstalled(_)
        | Applicability::MsiPatch(..) => asked.add(Part::Version),
        _ if leaf.patch().is_some() => {}
        _ => asked.add(Part::Value),
    }
}

/// Adds the things that a leaf about something greater names.
fn name(subject: &Subject, leaf: &Applicability, things: &mut BTreeMap<Thing<'_>, Asked>) {
    let mut add = |kind: Kind, thing: &str, name: &str, parts: &[Part]| {
        let thing = (kind, Cow::Owned(thing.to_owned()), Cow::Owned(name.to_owned()));
        let asked = things.entry(thing).or_default();
        asked.questions += 1;
        parts.iter().for_each(|part| asked.add(*part));
    };
    match leaf {
        Applicability::CbsPackageInstalledByIdentity(identity)
        | Applicability::CbsPackageInstalled(identity)
        | Applicability::CbsPackageInstallable(identity) => {
            add(Kind::Cbs, &identity.to_string(), "", &[Part::Existence]);
        }
        Applicability::ProductReleaseInstalled(name, _) | Applicability::ProductReleaseVersion(name, ..) => {
            add(Kind::Product, name, "", &[Part::Existence, Part::Version]);
        }
        Applicability::MsiPatch(patch, _) => {
            if let Subject::Msi(product) = subject {
                add(Kind::Msp, product, patch, &[Part::Existence]);
            }
        }
        leaf => leaf.patch().into_iter().for_each(|patch| name_patch(leaf, patch, &mut add)),
    }
}

/// Adds the products that a patch may be for, and the patches that are asked for there; where any product
/// may be one, or any patch counts, without its name.
fn name_patch(leaf: &Applicability, patch: &Patch, add: &mut impl FnMut(Kind, &str, &str, &[Part])) {
    for target in &patch.targets {
        let version = target.version.map(|_| Part::Version);
        let value = (target.language.is_some() || target.upgrade.is_some()).then_some(Part::Value);
        let parts: Vec<Part> = [Some(Part::Existence), version, value].into_iter().flatten().collect();
        let any = [String::new()];
        let products = match &target.product {
            Some(product) => std::slice::from_ref(product),
            None if target.is_open() => &patch.listed,
            None => &any,
        };
        for product in products {
            add(Kind::Msi, product, "", &parts);
            match leaf {
                Applicability::MsiPatchSuperseded(_) => add(Kind::Msp, product, "", &[Part::Existence]),
                _ => patch.codes().for_each(|code| add(Kind::Msp, product, code, &[Part::Existence])),
            }
        }
    }
}

/// Adds what is needed to read the answers to the questions.
fn imply<'i>(view: View<'i>, things: &mut BTreeMap<Thing<'i>, Asked>) {
    let any = |kind: Kind| things.keys().any(|(known, ..)| *known == kind);
    let checksums = things.values().any(|asked| asked.has(Part::Checksum));
    let install_only = things
        .keys()
        .any(|(kind, name, _)| *kind == Kind::Package && Options::default().is_install_only(name));
    let mut fields = Vec::new();
    for (needed, field) in [
        (any(Kind::File) || any(Kind::Registry), OsField::Arch),
        (checksums, OsField::Language),
        (any(Kind::File), OsField::RebootPending),
    ] {
        fields.extend(needed.then_some(field.name()));
    }
    fields.extend(install_only.then_some("kernel"));
    let tokens = (0..view.columns.token_text.len()).map(|at| view.text(view.columns.token_text.at(at)));
    for field in fields.into_iter().chain(tokens) {
        let asked = things.entry((Kind::Os, Cow::Borrowed(field), Cow::Borrowed(""))).or_default();
        asked.add(Part::Value);
    }
}
