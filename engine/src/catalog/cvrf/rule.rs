//! Turns a fix into what it asks of a client: the rule of an article, or of a build of a product.
//!
//! Knows what tables say of products and what the evidence of a row is. Nothing here is evaluated.
//! Source of truth: `docs/cvrf.md`, "Verdicts".

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::build::Build;
use super::evidence::{Evidence, Source};
use super::kb::Kb;
use super::products::{Component, Installation, System, Target};
use crate::diagnostic::Position;
use crate::model::applicability::Applicability;
use crate::model::applicability::bulletin::{WindowsProduct, WindowsRevision};
use crate::model::evidence::NOTHING;
use crate::model::expr::{Comparison, Expr, Operator, Question, Reasons, Subject};
use crate::model::product::folded;
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::update::{Item, Rule};
use crate::model::verdict::Answer;
use crate::version::dotted::Version;

/// What can be decided of a fix, by the normalised names of its products.
pub(super) type Rows<'f, 't> = BTreeMap<&'f str, Evidence<'t>>;

/// The rule of an article that these replace; `known` are all systems that tables name.
pub(super) fn of_article(
    kb: Kb,
    rows: &Rows<'_, '_>,
    replaced_by: &[Kb],
    known: &Arc<[WindowsProduct]>,
) -> Rule {
    let shared = Installations::of(rows);
    let (mut aliases, mut builds) = (BTreeSet::new(), BTreeSet::new());
    for (name, row) in rows {
        let asked = row.target.system().map(|system| shared.asked(name, system));
        aliases.extend(row.aliases.iter().map(|alias| (*alias, asked)));
        if let (Some(product), Some((build, source))) = (asked, row.system) {
            let revision = build.parts().last().copied().unwrap_or_default();
            builds.insert(WindowsRevision { product, revision, by_table: source == Source::ReleaseTable });
        }
    }
    let alias = |(alias, asked): (Kb, Option<WindowsProduct>)| match asked {
        None => listed(alias),
        Some(asked) => Expr::all(vec![system(Applicability::WindowsProductPossible(asked)), listed(alias)]),
    };
    let build = |revision| system(Applicability::WindowsRevision(revision));
    let applicable = applicable(rows, &shared, known);
    let operands = vec![
        listed(kb),
        any(aliases.into_iter().map(alias).collect()),
        any(replaced_by.iter().map(|kb| listed(*kb)).collect()),
        any(builds.into_iter().map(build).collect()),
        applicable.clone(),
    ];
    let installed = Expr::Combine { operator: Operator::Evidence, reasons: Reasons::InOrder, operands };
    item(installed, applicable)
}

/// The rule of a build that has no article: its products must have reached it.
pub(super) fn of_build(rows: &Rows<'_, '_>, known: &Arc<[WindowsProduct]>) -> Rule {
    let shared = Installations::of(rows);
    let reached = |(name, row): (&&str, &Evidence<'_>)| {
        let here = matches(name, row.target, &shared);
        let evidence = match (row.target, row.system) {
            (Target::System(of), Some((build, source))) => {
                let revision = WindowsRevision {
                    product: shared.asked(name, of),
                    revision: build.parts().last().copied().unwrap_or_default(),
                    by_table: source == Source::ReleaseTable,
                };
                system(Applicability::WindowsRevision(revision))
            }
            (Target::Component(Component::Product { name, .. }, _), _) => match row.components.last() {
                Some(build) => at_least(name, build),
                None => Expr::Constant(Answer::NO_EVIDENCE),
            },
            _ => Expr::Constant(Answer::UNSUPPORTED),
        };
        Expr::all(vec![here, evidence])
    };
    let installed = any(rows.iter().map(reached).collect());
    item(installed, applicable(rows, &shared, known))
}

/// A rule of one part, so that the cell of a client that it is not for is not kept one by one.
fn item(installed: Expr, applicable: Expr) -> Rule {
    Rule::Items(vec![Item { installed, applicable, superseded: None, imported: None }])
}

/// Whether it is for the client: some product of it is there, or the system is one that no table names.
fn applicable(rows: &Rows<'_, '_>, shared: &Installations<'_>, known: &Arc<[WindowsProduct]>) -> Expr {
    let mut operands: Vec<Expr> = Vec::with_capacity(rows.len() + 1);
    for (name, row) in rows {
        let one = matches(name, row.target, shared);
        if !operands.contains(&one) {
            operands.push(one);
        }
    }
    if rows.values().any(|row| row.target.system().is_some()) {
        operands.push(system(Applicability::WindowsOther(Arc::clone(known))));
    }
    Expr::Combine { operator: Operator::Or, reasons: Reasons::Strongest, operands }
}

/// Of each product whether it is there, as the rule of the fix asks for it.
pub(super) fn presence(rows: &Rows<'_, '_>) -> Vec<Expr> {
    let shared = Installations::of(rows);
    rows.iter().map(|(name, row)| matches(name, row.target, &shared)).collect()
}

/// Whether a product is there.
fn matches(name: &str, target: Target<'_>, shared: &Installations<'_>) -> Expr {
    let on = |of: &System| system(Applicability::WindowsProduct(shared.asked(name, of)));
    match target {
        Target::System(of) => on(of),
        Target::Component(part, None) => component(part),
        Target::Component(Component::Always, Some(of)) => on(of),
        Target::Component(part, Some(of)) => Expr::all(vec![on(of), component(part)]),
        Target::Unmapped(None) => Expr::Constant(Answer::UNSUPPORTED),
        Target::Unmapped(Some(of)) => Expr::all(vec![on(of), Expr::Constant(Answer::UNSUPPORTED)]),
    }
}

fn component(part: &Component) -> Expr {
    let Component::Product { name, from, below } = part else { return Expr::Constant(Answer::TRUE) };
    let exists = Expr::test(Subject::Product(folded(name)), Question::Exists, Position::default());
    let bound = |comparison, build: &Build| {
        system(Applicability::ProductReleaseVersion(folded(name), comparison, version(build)))
    };
    let mut operands = vec![exists];
    operands.extend(from.as_ref().map(|build| bound(Comparison::Ge, build)));
    operands.extend(below.as_ref().map(|build| bound(Comparison::Lt, build)));
    match operands.len() {
        1 => operands.remove(0),
        // A version beyond the bounds is another product.
        _ => Expr::any(vec![Expr::Constant(Answer::not(Reason::ProductAbsent)), Expr::all(operands)]),
    }
}

/// Whether a product has reached a version, with the reason of builds.
fn at_least(name: &str, build: &Build) -> Expr {
    let reached = Applicability::ProductReleaseVersion(folded(name), Comparison::Ge, version(build));
    let current = Expr::Constant(Answer::new(Truth::True, Reason::BuildCurrent));
    Expr::all(vec![system(reached), current])
}

fn version(build: &Build) -> Version {
    let mut parts = [0; 4];
    parts.iter_mut().zip(build.parts()).for_each(|(part, stated)| *part = *stated);
    Version(parts)
}

/// Any of these; nothing is said where there is none.
fn any(mut operands: Vec<Expr>) -> Expr {
    match operands.len() {
        0 => Expr::Constant(NOTHING),
        1 => operands.remove(0),
        _ => Expr::any(operands),
    }
}

fn listed(kb: Kb) -> Expr {
    Expr::test(Subject::Hotfix(kb.number()), Question::Exists, Position::default())
}

fn system(asked: Applicability) -> Expr {
    Expr::test(Subject::System, Question::Applicability(Box::new(asked)), Position::default())
}

/// The lines of the product table that a fix names with both installations: for those it does not matter
/// which of them a client has.
struct Installations<'r>(BTreeSet<(&'r str, WindowsProduct)>);

impl<'r> Installations<'r> {
    fn of(rows: &Rows<'r, '_>) -> Self {
        let mut found: BTreeMap<(&str, WindowsProduct), BTreeSet<Installation>> = BTreeMap::new();
        for (name, row) in rows {
            let Some(system) = row.target.system() else { continue };
            let place = found.entry((part(name), system.asked(None))).or_default();
            place.extend(system.installation);
        }
        Installations(found.into_iter().filter(|(_, both)| both.len() > 1).map(|(line, _)| line).collect())
    }

    /// A system as it is asked for in the row of this product.
    fn asked(&self, name: &str, system: &System) -> WindowsProduct {
        let open = system.asked(None);
        if self.0.contains(&(part(name), open)) { open } else { system.asked(system.installation) }
    }
}

/// What a name is besides its system.
fn part(name: &str) -> &str {
    super::name::component(name).map_or("", |(part, _)| part)
}
