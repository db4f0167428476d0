//! How an update is installed: behaviour, files and the data of its handler, kept for plans.
//!
//! Knows the elements and nothing of where addresses come from.

use std::collections::{BTreeSet, HashMap};
use std::io::BufRead;

use super::graph::value;
use crate::error::Result;
use crate::model::install::{File, Impact, Install, ReturnCode};
use crate::model::update::Reboot;
use crate::xml::cursor::{Cursor, Tag};

/// The algorithm of the digests that name files.
const SHA1: &str = "SHA1";

/// Takes the address of a handler, of which the last part is its name.
pub(super) fn named(address: &str, into: &mut Install) {
    let name = address.trim().rsplit(['/', ':']).next().unwrap_or_default();
    if !name.is_empty() {
        into.handler = name.to_owned();
    }
}

/// Takes what `InstallationBehavior` says.
pub(super) fn behavior(tag: &Tag<'_>, into: &mut Install) {
    let behavior = &mut into.behavior;
    behavior.reboot = match value(tag, "RebootBehavior").trim() {
        "AlwaysRequiresReboot" => Reboot::Always,
        "NeverReboots" => Reboot::Never,
        _ => Reboot::Possible,
    };
    behavior.impact = Impact::find(&value(tag, "Impact"));
    behavior.asks = is_true(tag, "CanRequestUserInput");
    behavior.needs_network = is_true(tag, "RequiresNetworkConnectivity");
}

/// Reads the `Files` at whose tag the cursor stands.
///
/// # Errors
///
/// The document is not well-formed.
pub(super) fn files<R: BufRead>(cursor: &mut Cursor<R>, into: &mut Install) -> Result<()> {
    let depth = cursor.depth();
    while let Some(tag) = cursor.child(depth)? {
        let algorithm = Some(value(&tag, "DigestAlgorithm")).filter(|name| !name.is_empty());
        let algorithm = algorithm.unwrap_or_else(|| SHA1.to_owned());
        let mut file = File {
            name: value(&tag, "FileName"),
            size: value(&tag, "Size"),
            modified: value(&tag, "Modified"),
            digests: vec![(algorithm, value(&tag, "Digest"))],
            ..File::default()
        };
        while let Some(tag) = cursor.child(depth + 1)? {
            if tag.local() == "AdditionalDigest" {
                let algorithm = value(&tag, "Algorithm");
                file.digests.push((algorithm, cursor.text()?.text.trimmed().to_owned()));
            }
        }
        into.files.push(file);
    }
    Ok(())
}

/// Reads the `HandlerSpecificData` at whose tag the cursor stands.
///
/// # Errors
///
/// The document is not well-formed.
pub(super) fn data<R: BufRead>(cursor: &mut Cursor<R>, into: &mut Install) -> Result<()> {
    let depth = cursor.depth();
    while let Some(tag) = cursor.child(depth)? {
        let name = tag.local().to_owned();
        let known = matches!(name.as_str(), "MspData" | "MsiData" | "InstallCommand");
        if !known {
            into.attributes.push((name, String::new()));
            continue;
        }
        command(&tag, &name, into);
        while let Some(tag) = cursor.child(depth + 1)? {
            if tag.local() == "ReturnCode" {
                return_code(&tag, into);
            }
        }
    }
    Ok(())
}

/// Takes what the attributes of a handler's data say: a command line, and the rest as it is.
fn command(tag: &Tag<'_>, name: &str, into: &mut Install) {
    for attribute in tag.attributes().iter().filter(|one| one.prefix().is_none()) {
        let value = attribute.value().into_owned();
        match (name, attribute.local()) {
            ("InstallCommand", "Program") => into.program = value,
            ("InstallCommand", "Arguments") => into.arguments = value,
            ("InstallCommand", "DefaultResult") => into.result = value,
            ("InstallCommand", "RebootByDefault") => {
                into.behavior.reboots_otherwise = matches!(value.trim(), "true" | "1");
            }
            (_, "xmlns") => {}
            (_, own) => into.attributes.push((format!("{name}/{own}"), value)),
        }
    }
}

/// Takes a return code; of two the first counts.
fn return_code(tag: &Tag<'_>, into: &mut Install) {
    let Ok(code) = value(tag, "Code").trim().parse::<i32>() else { return };
    if into.codes.iter().all(|known| known.code != code) {
        let (result, reboots) = (value(tag, "Result"), is_true(tag, "Reboot"));
        into.codes.push(ReturnCode { code, result, reboots, description: String::new() });
    }
}

fn is_true(tag: &Tag<'_>, name: &str) -> bool {
    matches!(value(tag, name).trim(), "true" | "1")
}

/// Completes the files: addresses by digest, and those that only the graph lists.
pub(super) fn complete(into: &mut Install, listed: &[String], locations: &HashMap<String, String>) {
    let own: BTreeSet<&str> =
        into.files.iter().flat_map(|file| &file.digests).map(|(_, text)| text.as_str()).collect();
    let further: Vec<String> =
        listed.iter().filter(|digest| !own.contains(digest.as_str())).cloned().collect();
    for digest in further {
        into.files.push(File { digests: vec![(SHA1.to_owned(), digest)], ..File::default() });
    }
    for file in &mut into.files {
        let address = file.digests.iter().find_map(|(_, digest)| locations.get(digest));
        file.address = address.cloned().unwrap_or_default();
    }
}
