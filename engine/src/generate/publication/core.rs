//! Writes core fragments: what an update is, what it needs, contains and replaces, and its rules.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::plan::{Plan, Role};
use super::rules;

/// How many of the updates before it an update says that it replaces.
const REPLACED: usize = 4;

/// Writes the core fragment of a revision.
pub(super) fn write(plan: &Plan, at: usize, out: &mut dyn Write) -> io::Result<()> {
    let role = plan.revisions[at].role;
    let mut text = String::with_capacity(4096);
    _ = write!(
        text,
        "<UpdateIdentity UpdateID=\"{}\" RevisionNumber=\"{}\" /><Properties UpdateType=\"{}\"",
        plan.id(at),
        plan.revision_number(at),
        match role {
            Role::Company | Role::Classification(_) | Role::Family(_) | Role::Product(_) => "Category",
            Role::Arch(_) | Role::Detectoid(_) => "Detectoid",
            Role::Part { .. } | Role::Bundle { .. } | Role::Single { .. } => "Software",
        }
    );
    if matches!(role, Role::Bundle { .. } | Role::Single { .. }) {
        text.push_str(" ExplicitlyDeployable=\"true\" AutoSelectOnWebSites=\"true\"");
    }
    text.push_str(" />");
    relationships(plan, at, &mut text);
    out.write_all(text.as_bytes())?;
    rules::write(plan, at, out)
}

fn relationships(plan: &Plan, at: usize, text: &mut String) {
    let (needs, revision) = (plan.needs(at), plan.revisions[at]);
    let is_related = !needs.is_empty() || revision.before.is_some();
    if !is_related && !matches!(revision.role, Role::Bundle { .. }) {
        return;
    }
    text.push_str("<Relationships>");
    replaced(plan, at, text);
    if !needs.is_empty() {
        text.push_str("<Prerequisites>");
        for (is_category, target) in needs {
            let id = plan.id(target);
            _ = match is_category {
                true => write!(
                    text,
                    "<AtLeastOne IsCategory=\"true\"><UpdateIdentity UpdateID=\"{id}\" /></AtLeastOne>"
                ),
                false => write!(text, "<UpdateIdentity UpdateID=\"{id}\" />"),
            };
        }
        text.push_str("</Prerequisites>");
    }
    if let Role::Bundle { parts, .. } = revision.role {
        text.push_str("<BundledUpdates>");
        for part in at - usize::from(parts)..at {
            let (number, id) = (plan.revision_number(part), plan.id(part));
            _ = write!(text, "<UpdateIdentity UpdateID=\"{id}\" RevisionNumber=\"{number}\" />");
        }
        text.push_str("</BundledUpdates>");
    }
    text.push_str("</Relationships>");
}

/// The latest updates that one replaces.
fn replaced(plan: &Plan, at: usize, text: &mut String) {
    let before = |at: &u32| plan.revisions[*at as usize].before;
    let mut replaced = std::iter::successors(plan.revisions[at].before, before).take(REPLACED).peekable();
    if replaced.peek().is_none() {
        return;
    }
    text.push_str("<SupersededUpdates>");
    for older in replaced {
        _ = write!(text, "<UpdateIdentity UpdateID=\"{}\" />", plan.id(older as usize));
    }
    text.push_str("</SupersededUpdates>");
}
