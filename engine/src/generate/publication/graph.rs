//! Writes the graph of a publication, and the list of its cabinets.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::identity::{Of, file_digest, guid};
use super::plan::{Plan, Role};

/// What is gathered before it is written.
const PIECE: usize = 64 << 10;

/// Writes the list of cabinets; each but the first has the number from which on its revisions are.
pub(super) fn index(cabinets: &[(String, Option<u64>)], out: &mut impl Write) -> io::Result<()> {
    let mut text =
        String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<INDEX VERSION=\"1\"><CABLIST XOR=\"0\">");
    for (at, (name, start)) in cabinets.iter().enumerate() {
        let start = start.map(|start| format!(" RANGESTART=\"{start}\"")).unwrap_or_default();
        let files = if at == 1 { " FILESDIR=\"1\"" } else { "" };
        _ = write!(text, "<CAB NAME=\"{name}\"{start}{files} />");
    }
    text.push_str("</CABLIST></INDEX>");
    out.write_all(text.as_bytes())
}

/// Writes the graph.
pub(super) fn write(plan: &Plan, out: &mut impl Write) -> io::Result<()> {
    let mut text = String::with_capacity(2 * PIECE);
    _ = write!(
        text,
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><OfflineSyncPackage MinimumClientVersion=\"5.8.0.2678\" \
         PackageId=\"{}\" PackageVersion=\"1.1\" ProtocolVersion=\"1.0\" CreationDate=\"2026-03-10T09:00:00Z\" \
         SourceId=\"{}\" xmlns=\"http://schemas.microsoft.com/msus/2004/02/OfflineSync\"><Updates>",
        guid(plan.seed, Of::Publication, 0),
        guid(plan.seed, Of::Publication, 1)
    );
    for at in 0..plan.revisions.len() {
        update(plan, at, &mut text);
        give(&mut text, out, PIECE)?;
    }
    text.push_str("</Updates><FileLocations>");
    for (at, revision) in plan.revisions.iter().enumerate() {
        if revision.role.has_files() {
            (0..files(plan, at)).for_each(|file| location(plan, at, file, &mut text));
            give(&mut text, out, PIECE)?;
        }
    }
    text.push_str("</FileLocations></OfflineSyncPackage>");
    give(&mut text, out, 0)
}

/// Writes what was gathered once it is enough.
fn give(text: &mut String, out: &mut impl Write, enough: usize) -> io::Result<()> {
    if text.len() >= enough {
        out.write_all(text.as_bytes())?;
        text.clear();
    }
    Ok(())
}

/// How many files an update has.
pub(super) fn files(plan: &Plan, at: usize) -> usize {
    1 + usize::from(plan.random(0x6669, at as u64).chance(80)) * 3
}

fn update(plan: &Plan, at: usize, text: &mut String) {
    let revision = plan.revisions[at];
    _ = write!(
        text,
        "<Update CreationDate=\"{}\" DefaultLanguage=\"en\" UpdateId=\"{}\" RevisionNumber=\"{}\" RevisionId=\"{}\"",
        plan.day(at),
        plan.id(at),
        plan.revision_number(at),
        plan.number(at)
    );
    text.push_str(match revision.role {
        Role::Bundle { .. } => " IsBundle=\"true\">",
        Role::Part { .. } => " IsLeaf=\"true\" DeploymentAction=\"Bundle\">",
        Role::Single { .. } => " IsLeaf=\"true\">",
        _ => " DeploymentAction=\"Evaluate\" IsSoftware=\"false\">",
    });
    if revision.role.has_files() {
        text.push_str("<PayloadFiles>");
        for file in 0..files(plan, at) {
            _ = write!(text, "<File Id=\"{}\" />", file_digest(plan.seed, at, file));
        }
        text.push_str("</PayloadFiles>");
    }
    relations(plan, at, text);
    text.push_str("</Update>");
}

fn relations(plan: &Plan, at: usize, text: &mut String) {
    let revision = plan.revisions[at];
    let needs = plan.needs(at);
    if !needs.is_empty() {
        text.push_str("<Prerequisites>");
        for (_, target) in needs {
            _ = write!(text, "<UpdateId Id=\"{}\" />", plan.id(target));
        }
        text.push_str("</Prerequisites>");
    }
    if let Some(bundle) = revision.bundle {
        _ = write!(text, "<BundledBy><Revision Id=\"{}\" /></BundledBy>", plan.number(bundle as usize));
    }
    // Only some are said here; the fragments say them all.
    if let Some(after) = revision.after.filter(|_| at.is_multiple_of(4)) {
        _ = write!(text, "<SupersededBy><Revision Id=\"{}\" /></SupersededBy>", plan.number(after as usize));
    }
    if let Some((product, month)) = revision.role.release() {
        text.push_str("<Categories>");
        for (kind, category) in [
            ("UpdateClassification", plan.classification(product, month)),
            ("Company", 0),
            ("ProductFamily", plan.family(product)),
            ("Product", plan.category(product)),
        ] {
            _ = write!(text, "<Category Type=\"{kind}\" Id=\"{}\" />", plan.id(category));
        }
        text.push_str("</Categories>");
    }
}

fn location(plan: &Plan, at: usize, file: usize, text: &mut String) {
    let digest = file_digest(plan.seed, at, file);
    _ = write!(
        text,
        "<FileLocation Id=\"{digest}\" Url=\"http://downloads.example/c/update/{}/{}\" />",
        &plan.day(at)[..7].replace('-', "/"),
        file_name(plan, at, file)
    );
}

/// The name of a file of an update.
pub(super) fn file_name(plan: &Plan, at: usize, file: usize) -> String {
    let mut random = plan.random(0x6e61, (at as u64) << 8 | file as u64);
    format!("update-kb{}-{file}_{:016x}{:016x}.cab", article(plan, at), random.wide(), random.wide())
}

/// The article of an update.
pub(super) fn article(plan: &Plan, at: usize) -> u32 {
    let at = plan.revisions[at].bundle.map_or(at, |bundle| bundle as usize);
    3_000_000 + at as u32 * 13
}
