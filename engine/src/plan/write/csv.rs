//! Plans as RFC 4180 has them: a line for each file that is downloaded, and one for each part without any.

use std::io::Write;

use super::{digest, no_variant, restart, size};
use crate::error::Result;
use crate::model::install::{File, Install};
use crate::plan::{Part, Plan, Planner, Step};
use crate::report::csv::record;
use crate::report::table::Pending;

const COLUMNS: [&str; 17] = [
    "client",
    "step",
    "go",
    "update",
    "title",
    "restart",
    "exclusive",
    "part",
    "variant",
    "handler",
    "program",
    "arguments",
    "file",
    "address",
    "size",
    "digests",
    "note",
];

pub(super) fn write(
    planner: &Planner<'_, '_>,
    plans: impl Iterator<Item = Plan>,
    out: &mut dyn Write,
) -> Result<()> {
    let mut pending = Pending::new(out);
    record(&mut pending.bytes, COLUMNS);
    for plan in plans {
        let client = planner.client(&plan);
        for (step, number) in plan.steps.iter().zip(1u32..) {
            let head = head(planner, &client.id, step, number);
            for part in &step.parts {
                write_part(planner, &head, part, &mut pending)?;
            }
        }
    }
    pending.finish()
}

/// The columns of a step.
fn head(planner: &Planner<'_, '_>, client: &str, step: &Step, number: u32) -> Vec<String> {
    vec![
        client.to_owned(),
        number.to_string(),
        step.go.to_string(),
        planner.identity(step.update).to_owned(),
        planner.title(step.update).to_owned(),
        restart(step.restart).to_owned(),
        if step.is_exclusive { "yes" } else { "no" }.to_owned(),
    ]
}

fn write_part(
    planner: &Planner<'_, '_>,
    head: &[String],
    part: &Part,
    pending: &mut Pending<'_>,
) -> Result<()> {
    let identity = planner.identity(part.update);
    let mut line = |install: &Install, file: Option<&File>, note: &str| {
        let [name, address] = file.map_or(["", ""], |file| [file.name.as_str(), &file.address]);
        let bytes = file.and_then(size).map_or_else(String::new, |bytes| bytes.to_string());
        let digests = file.map_or_else(String::new, digests);
        let own = [
            identity,
            &install.variant,
            &install.handler,
            &install.program,
            &install.arguments,
            name,
            address,
            &bytes,
            &digests,
            note,
        ];
        record(&mut pending.bytes, head.iter().map(String::as_str).chain(own));
        pending.line()
    };
    for language in &part.without_variant {
        line(&Install::default(), None, &no_variant(language))?;
    }
    if part.installs.is_empty() && part.without_variant.is_empty() {
        line(&Install::default(), None, "the catalog does not say how it is installed")?;
    }
    for install in &part.installs {
        if install.files.is_empty() {
            line(install, None, "the catalog names no file")?;
        }
        for file in &install.files {
            let note = if file.address.is_empty() { "the catalog gives no address" } else { "" };
            line(install, Some(file), note)?;
        }
    }
    Ok(())
}

/// The digests of a file: hexadecimal, or as they are written where they are none.
fn digests(file: &File) -> String {
    let stated = file.digests.iter().filter(|(_, text)| !text.is_empty());
    let written = stated.map(|(algorithm, text)| {
        let digest = digest::hexadecimal(algorithm, text).unwrap_or_else(|| text.clone());
        format!("{algorithm}={digest}")
    });
    written.collect::<Vec<_>>().join(";")
}
