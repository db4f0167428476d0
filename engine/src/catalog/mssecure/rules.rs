//! Turns the references of a patch into what it asks of a client.
//!
//! A patch is for a client by its products and service packs, and is there by its registry values and
//! files, or, where it names nothing that can be looked at, by its hotfix id. Source of truth:
//! `docs/mssecure.md`, "Evaluation".

use super::article;
use super::records::{AffectedProduct, Bulletin, FileChange, FileChg, Patch, RegChange, RegChg, RegKey};
use super::tables::Tables;
use crate::diagnostic::Position;
use crate::model::expr::{Data, Expr, Operator, Presence, Question, Reasons, Subject};
use crate::model::path::{self, fold_text};
use crate::model::product::folded;
use crate::model::reason::Reason;
use crate::model::registry::{self, View};
use crate::model::truth::Truth;
use crate::model::update::Rule;
use crate::model::verdict::Answer;
use crate::version::dotted::Version;

/// An item that says nothing: the rule does without it.
const NEUTRAL: Expr = Expr::Constant(Answer::new(Truth::NotApplicable, Reason::UnsupportedRule));
/// An item that would say something if it could be read.
const UNREAD: Expr = Expr::Constant(Answer::UNSUPPORTED);

/// The type of a registry value that is compared as a number.
const NUMBER_TYPE: u64 = 0x10001;

/// What a file change asks of a file; `None` when its command is not supported.
pub(super) fn presence(command: &str) -> Option<Presence> {
    match command {
        "c" | "a" => Some(Presence::Required),
        "e" => Some(Presence::Optional),
        "d" => Some(Presence::Removed),
        _ => None,
    }
}

/// Whether the command of a registry change is supported.
pub(super) fn is_registry_command(command: &str) -> bool {
    matches!(command, "r" | "")
}

/// The version that a file change names; `None` for `na` and nothing.
pub(super) fn version(change: &FileChange) -> Option<Version> {
    Version::parse(&change.version)
}

/// The checksum that a file change names; `None` for `0` and nothing.
pub(super) fn checksum(change: &FileChange) -> Option<u64> {
    change.checksum.parse().ok().filter(|sum| *sum != 0)
}

/// The hotfix id of a patch: its own article number, else that of its bulletin if there is just one.
pub(super) fn hotfix(patch: &Patch, bulletin: &Bulletin) -> Option<u32> {
    if !patch.number.is_empty() {
        return article::number(&patch.number);
    }
    let mut numbers = bulletin.numbers.iter().filter_map(|number| article::number(&number.number));
    let first = numbers.next()?;
    numbers.all(|number| number == first).then_some(first)
}

/// The rule of a patch.
pub(super) fn rule(patch: &Patch, hotfix: Option<u32>, read: Read, tables: &Tables<'_>) -> Rule {
    let applicable = applicability(patch, tables);
    let evidence = evidence(patch, hotfix, tables);
    let evidence = match read {
        Read::Whole => evidence,
        Read::InPart => Expr::any(vec![evidence, UNREAD]),
    };
    Rule::Tests { installed: Expr::all(vec![applicable.clone(), evidence]), applicable }
}

/// How much of a patch was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// All of it.
    Whole,
    /// Elements that the format does not name were kept as text, and may hold an alternative.
    InPart,
}

fn applicability(patch: &Patch, tables: &Tables<'_>) -> Expr {
    if patch.products.is_empty() {
        return UNREAD;
    }
    let operands = patch.products.iter().map(|row| product_row(row, tables)).collect();
    Expr::Combine { operator: Operator::Or, reasons: Reasons::Strongest, operands }
}

fn product_row(row: &AffectedProduct, tables: &Tables<'_>) -> Expr {
    let Some(product) = tables.products.get(row.product.as_str()) else { return UNREAD };
    let question = Question::Level {
        affected: levels(row, tables),
        fixed: tables.fixed_level(&row.fixed).map(str::to_owned),
    };
    Expr::test(Subject::Product(folded(&product.name)), question, row.position)
}

/// The names of the service packs that a row is for.
pub(super) fn levels(row: &AffectedProduct, tables: &Tables<'_>) -> Vec<String> {
    // Nearly all are known, and room for some more than there are would be much of all memory.
    let mut levels = Vec::with_capacity(row.levels.len());
    let known = row.levels.iter().filter_map(|level| tables.level(&level.service_pack));
    levels.extend(known.map(str::to_owned));
    levels
}

fn evidence(patch: &Patch, hotfix: Option<u32>, tables: &Tables<'_>) -> Expr {
    let mut items = Vec::with_capacity(patch.registry.len() + patch.files.len());
    items.extend(patch.registry.iter().map(|reference| registry_item(reference, tables)));
    items.extend(patch.files.iter().map(|reference| file_item(reference, tables)));
    // Registry items that can be read are neutral only where they are left out on purpose, and then
    // the files are all there is.
    let left = if patch.files.is_empty() { &items[..] } else { &items[patch.registry.len()..] };
    let unsupported = !left.is_empty() && left.iter().all(|item| *item == NEUTRAL);
    let reason = if unsupported { Reason::UnsupportedRule } else { Reason::NoEvidence };
    let fallback = fallback(reason, hotfix, patch.position);
    if items.is_empty() {
        return fallback;
    }
    Expr::Otherwise(Box::new(Expr::all(items)), Box::new(fallback))
}

/// What decides where no item does.
fn fallback(reason: Reason, hotfix: Option<u32>, position: Position) -> Expr {
    let undecided = Expr::Constant(Answer::new(Truth::Unknown, reason));
    match hotfix {
        None => undecided,
        // The constant stands first, so that its reason wins over that of a list that is not there.
        Some(id) => Expr::any(vec![undecided, Expr::test(Subject::Hotfix(id), Question::Exists, position)]),
    }
}

fn registry_item(reference: &RegChg, tables: &Tables<'_>) -> Expr {
    let Some((value, change)) = tables.registry.get(reference.change.as_str()) else { return UNREAD };
    if !is_registry_command(&change.command) {
        return NEUTRAL;
    }
    let Some(key) = tables.path(&change.location) else { return UNREAD };
    let subject = Subject::RegistryValue {
        key: registry::normal_key(key, View::Native),
        name: value_name(&value.name),
    };
    Expr::test(subject, Question::Data(data(value, change)), change.position)
}

/// The data that a registry value must have.
fn data(value: &RegKey, change: &RegChange) -> Data {
    let expected = change.data.as_str();
    if expected.is_empty() {
        return Data::Any;
    }
    let is_number = registry::number(&value.kind) == Some(NUMBER_TYPE);
    if let Some(number) = registry::number(expected).filter(|_| is_number) {
        return Data::Number(number);
    }
    let is_version =
        ["Version", "InstalledVersion"].iter().any(|name| name.eq_ignore_ascii_case(&value.name));
    match Version::parse(expected).filter(|_| is_version) {
        Some(version) => Data::AtLeast(version),
        None => Data::Text(folded(expected)),
    }
}

fn file_item(reference: &FileChg, tables: &Tables<'_>) -> Expr {
    let Some((file, change)) = tables.files.get(reference.change.as_str()) else { return UNREAD };
    let Some(presence) = presence(&change.command) else { return NEUTRAL };
    let Some(path) = tables.file_path(file) else { return UNREAD };
    let subject = Subject::File(path.to_owned());
    let question = match presence {
        Presence::Removed => Question::FileEvidence { presence, version: None, checksum: None },
        Presence::Required | Presence::Optional => {
            Question::FileEvidence { presence, version: version(change), checksum: checksum(change) }
        }
    };
    Expr::test(subject, question, change.position)
}

/// The normal path of a file in a directory, both as the document writes them.
pub(super) fn file_path(directory: &str, name: &str) -> String {
    let mut path = String::with_capacity(directory.len() + 1 + name.len());
    path.extend([directory, "\\", name]);
    if path.contains('/') {
        // A path with slashes is still one of Windows here.
        path = path.replace('/', "\\");
    }
    path::normal(&path)
}

/// The name of a registry value in the form in which it is compared.
fn value_name(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    fold_text(name, &mut folded);
    folded
}
