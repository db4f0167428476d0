//! Installs updates on clients: changes their facts until the rule that says that an update is there holds.
//!
//! Nothing is set by verdict: what a rule asks of a file, a hotfix, a registry value or a product is stated,
//! and the engine evaluates it again. What no fact of a client can make so (its system, its machine) is left.

use patchstate::diagnostic::Position;
use patchstate::model::applicability::Applicability;
use patchstate::model::catalogs::{Catalogs, Entry, SourceEntry};
use patchstate::model::expr::{Comparison, Expr, Operator, Question, Subject};
use patchstate::model::fact::{Fact, File, FileVersion, Hotfix, Msi, RegistryValue, Text};
use patchstate::model::inventory::{Inventory, Stated};
use patchstate::model::options::{Options, Supersedence};
use patchstate::model::path;
use patchstate::model::update::{Item, Rule, Update};
use patchstate::model::verdict::{Answer, Verdict};
use patchstate::version::dotted::Version;

use crate::run;

/// Whether a rule holds on a client.
fn holds(rule: &Expr, client: &Inventory) -> bool {
    let item = Item {
        installed: rule.clone(),
        applicable: Expr::Constant(Answer::FALSE),
        superseded: None,
        imported: None,
    };
    let update = Update { rule: Rule::Items(vec![item]), ..Update::default() };
    let entry = Entry { update, ..Entry::default() };
    let catalogs =
        Catalogs { sources: vec![SourceEntry::default()], updates: vec![entry], ..Catalogs::default() };
    let options = Options { supersedence: Supersedence::Off, ..Options::default() };
    run::reference(&catalogs, &options, client)[0].verdict == Verdict::Installed
}

/// Changes the facts of a client until a rule holds; `false` where no fact does it.
pub fn install(rule: &Expr, client: &mut Inventory) -> bool {
    if holds(rule, client) {
        return true;
    }
    let before = client.facts.clone();
    let done = match rule {
        Expr::Test { subject, question, .. } => state(subject, question, client),
        Expr::Combine { operator: Operator::And, operands, .. } => {
            operands.iter().all(|operand| install(operand, client))
        }
        Expr::Combine { operator: Operator::Or, operands, .. } => {
            operands.iter().any(|operand| install(operand, client))
        }
        _ => false,
    };
    let done = done && holds(rule, client);
    if !done {
        client.facts = before;
    }
    done
}

/// Which facts of a client another one takes the place of.
type Replaced = Box<dyn Fn(&Fact<'static>) -> bool>;

/// States what a question asks of its subject, in place of what was stated of it before.
fn state(subject: &Subject, question: &Question, client: &mut Inventory) -> bool {
    let text = |text: &str| Text::Owned(text.to_owned());
    let (fact, replaced): (Fact<'static>, Replaced) = match (subject, question) {
        (Subject::Hotfix(number), Question::Exists) => {
            let hotfix = Hotfix { id: text(&format!("KB{number}")), ..Hotfix::default() };
            (hotfix.into(), Box::new(|_| false))
        }
        (Subject::File(name), Question::Applicability(asked)) => {
            let Applicability::FileVersion(comparison, version) = **asked else { return false };
            let version = match comparison {
                Comparison::Eq | Comparison::Ge => version,
                Comparison::Gt => Version([version.0[0], version.0[1], version.0[2], version.0[3] + 1]),
                Comparison::Ne | Comparison::Lt | Comparison::Le | Comparison::Contains => return false,
            };
            let leaf = |path: &str| path.rsplit('\\').next().unwrap_or_default().to_owned();
            let own = leaf(name);
            let file = File { path: text(name), version: FileVersion::Known(version), ..File::default() };
            let is_it = move |fact: &Fact<'static>| match fact {
                Fact::File(file) => leaf(&path::normal(&file.path)) == own,
                _ => false,
            };
            (file.into(), Box::new(is_it))
        }
        (Subject::RegistryValue { key, name }, Question::Applicability(asked)) => {
            let Applicability::RegDword(Comparison::Eq | Comparison::Ge, number) = **asked else {
                return false;
            };
            let value = RegistryValue {
                key: text(key),
                name: text(name),
                kind: Some(text("dword")),
                data: Some(text(&number.to_string())),
                ..RegistryValue::default()
            };
            let (key, name) = (key.clone(), name.clone());
            let is_it = move |fact: &Fact<'static>| match fact {
                Fact::RegistryValue(value) => {
                    value.key.eq_ignore_ascii_case(&key) && value.name.eq_ignore_ascii_case(&name)
                }
                _ => false,
            };
            (value.into(), Box::new(is_it))
        }
        (Subject::Msi(code), Question::Exists) => {
            let product = Msi { product: text(code), version: Some(text("1.0")), ..Msi::default() };
            (product.into(), Box::new(|_| false))
        }
        _ => return false,
    };
    client.facts.retain(|stated| !replaced(&stated.fact));
    client.facts.push(Stated { fact, document: 0, position: Position::default() });
    true
}

/// Installs an update: all of its items whose rules say that they are for the client.
pub fn install_update(rule: &Rule, client: &mut Inventory) -> bool {
    match rule {
        Rule::Items(items) => {
            items.iter().all(|item| !holds(&item.applicable, client) || install(&item.installed, client))
        }
        Rule::Tests { installed, .. } => install(installed, client),
        Rule::None | Rule::Packages { .. } | Rule::Definition(_) => false,
    }
}
