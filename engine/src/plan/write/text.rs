//! Plans for people: what to install, in which order, and how much that is.

use std::io::Write;

use super::{no_variant, restart, size};
use crate::error::Result;
use crate::matrix::tables::Status;
use crate::model::install::{File, Install};
use crate::plan::{Part, Plan, Planner, Step};
use crate::report::grouped;
use crate::report::table::Pending;
use crate::report::text::clean;

pub(super) fn write(
    planner: &Planner<'_, '_>,
    plans: impl Iterator<Item = Plan>,
    out: &mut dyn Write,
) -> Result<()> {
    let mut pending = Pending::new(out);
    for (at, plan) in plans.enumerate() {
        pending.bytes.extend(if at > 0 { &b"\n"[..] } else { b"" });
        write_plan(planner, &plan, &mut pending)?;
    }
    pending.finish()
}

fn write_plan(planner: &Planner<'_, '_>, plan: &Plan, pending: &mut Pending<'_>) -> Result<()> {
    let client = planner.client(plan);
    let mut line = |text: String| {
        pending.bytes.extend(clean(text.into()).bytes());
        pending.bytes.push(b'\n');
        pending.line()
    };
    line(format!("{}: {}", client.id, summary(plan)))?;
    if client.status == Status::Unreadable {
        return line(format!("  the inventory could not be read: {}", client.error));
    }
    let mut go = 0;
    for (number, step) in plan.steps.iter().enumerate() {
        if step.go != go && plan.steps.last().is_some_and(|last| last.go > 1) {
            line(format!("  in one go ({})", step.go))?;
        }
        go = step.go;
        line(format!("  {:>3}. {}", number + 1, planner.title(step.update)))?;
        step_lines(planner, step).into_iter().try_for_each(|text| line(format!("       {text}")))?;
    }
    if !plan.then.is_empty() {
        let then: Vec<&str> = plan.then.iter().map(|update| planner.identity(*update)).collect();
        line(format!("  then evaluate again; these may be for it: {}", then.join(", ")))?;
    }
    Ok(())
}

/// The first line of a plan, behind the client.
fn summary(plan: &Plan) -> String {
    let updates =
        |count: u64| if count == 1 { "1 update".to_owned() } else { format!("{} updates", grouped(count)) };
    let steps = plan.steps.len() as u64;
    let mut words = match steps {
        0 => "nothing to install".to_owned(),
        _ => format!(
            "install {} so that {} not missing",
            updates(steps),
            match plan.missing {
                1 => "1 is".to_owned(),
                count => format!("{} are", grouped(count)),
            }
        ),
    };
    if steps > 0 && !plan.is_smallest {
        words.push_str("; fewer might do");
    }
    for (name, count) in ["ignored", "expired", "bundle-child"].into_iter().zip(plan.left_out) {
        if count > 0 {
            words.push_str(&format!("; {} {name}", grouped(count)));
        }
    }
    if plan.unknown > 0 {
        words.push_str(&format!("; {} unknown", grouped(plan.unknown)));
    }
    words
}

fn step_lines(planner: &Planner<'_, '_>, step: &Step) -> Vec<String> {
    let alone = if step.is_exclusive { ", alone" } else { "" };
    let mut lines =
        vec![format!("{}  restart: {}{alone}", planner.identity(step.update), restart(step.restart))];
    for part in &step.parts {
        if part.update != step.update {
            lines.push(format!("part {} {}", planner.identity(part.update), planner.title(part.update)));
        }
        lines.extend(part_lines(part));
    }
    if !step.covers.is_empty() {
        let covered = step
            .covers
            .iter()
            .map(|(update, because)| format!("{} ({})", planner.identity(*update), because.name()));
        lines.push(format!("covers {}", covered.collect::<Vec<_>>().join(", ")));
    }
    lines
}

fn part_lines(part: &Part) -> Vec<String> {
    if part.installs.is_empty() && part.without_variant.is_empty() {
        return vec!["the catalog does not say how it is installed".to_owned()];
    }
    let none = part.without_variant.iter().map(|language| no_variant(language));
    part.installs.iter().flat_map(install_lines).chain(none).collect()
}

fn install_lines(install: &Install) -> Vec<String> {
    let variant = if install.variant.is_empty() { String::new() } else { format!("{}: ", install.variant) };
    let file = |file: &File| {
        let what = [&file.address, &file.name].into_iter().find(|text| !text.is_empty());
        let what = what.map_or("a file without name and address", String::as_str);
        let bytes = size(file).map_or_else(String::new, |bytes| format!("  {} bytes", grouped(bytes)));
        format!("{variant}{what}{bytes}")
    };
    let mut lines: Vec<String> = install.files.iter().map(file).collect();
    if !install.program.is_empty() {
        lines.push(format!("{variant}run {} {}", install.program, install.arguments).trim_end().to_owned());
    }
    lines
}
