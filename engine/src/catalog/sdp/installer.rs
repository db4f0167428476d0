//! How a publisher says that an item is installed: kept word for word for plans, never run.

use std::io::BufRead;

use super::package::attribute;
use crate::diagnostic::{Code, Diagnostics};
use crate::error::Result;
use crate::xml::cursor::{Cursor, Tag};

/// What an item says of its installation.
#[derive(Debug, Default)]
pub(super) struct Installer {
    /// The element of the installer; empty where there is none.
    pub(super) element: String,
    /// Its attributes.
    pub(super) attributes: Vec<(String, String)>,
    /// The return codes, each once: code, result, whether a restart follows.
    pub(super) return_codes: Vec<(i32, String, bool)>,
    /// What all return codes mean, as they are written.
    pub(super) results: Vec<String>,
    /// What it says of restarts.
    pub(super) reboot: String,
    /// Whether it says how it is uninstalled.
    pub(super) uninstalls: bool,
    pub(super) files: Vec<File>,
}

/// A file that is downloaded.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) address: String,
    pub(super) name: String,
    pub(super) size: String,
    pub(super) digest: String,
    /// Further digests: algorithm and text.
    pub(super) digests: Vec<(String, String)>,
}

/// The attributes of an element by local name, those of other name spaces left out.
pub(super) type Attributes = Vec<(String, String)>;

/// Reads a part of an item, at whose tag the cursor stands.
///
/// # Errors
///
/// The document is not well-formed.
pub(super) fn part<R: BufRead>(
    cursor: &mut Cursor<R>,
    (name, attributes): (String, Attributes),
    into: &mut Installer,
    findings: &mut Diagnostics,
) -> Result<()> {
    let (position, depth) = (cursor.position(), cursor.depth());
    match name.as_str() {
        "InstallProperties" => into.reboot = value(&attributes, "RebootBehavior"),
        "UninstallProperties" => into.uninstalls = true,
        "OriginFile" => into.files.push(origin(cursor, &attributes, findings)?),
        "Language" => {}
        installer => {
            if !["CommandLineInstallerData", "MsiInstallerData", "MspInstallerData", "UpdateExeInstallerData"]
                .contains(&installer)
            {
                findings.push(Code::SdpInstallerUnknown, position, "InstallableItem", installer);
            }
            into.element = name;
            into.attributes = attributes;
            while let Some(tag) = cursor.child(depth)? {
                if tag.local() == "ReturnCode" {
                    return_code(&tag, into, findings);
                }
            }
        }
    }
    Ok(())
}

/// Reads a file that is downloaded, with all its digests.
fn origin<R: BufRead>(
    cursor: &mut Cursor<R>,
    attributes: &Attributes,
    findings: &mut Diagnostics,
) -> Result<File> {
    let (position, depth) = (cursor.position(), cursor.depth());
    let mut file = file(attributes);
    while let Some(tag) = cursor.child(depth)? {
        if tag.local() == "AdditionalDigest" {
            let algorithm = attribute(&tag, "Algorithm");
            file.digests.push((algorithm, cursor.text()?.text.trimmed().to_owned()));
        }
    }
    let further = file.digests.iter().map(|(algorithm, digest)| (algorithm.as_str(), digest));
    for (algorithm, digest) in [(SHA1, &file.digest)].into_iter().chain(further) {
        if !is_digest(algorithm, digest) {
            findings.push(Code::SdpDigest, position, "OriginFile", format_args!("{algorithm} `{digest}`"));
        }
    }
    Ok(file)
}

/// The attributes of a tag.
pub(super) fn attributes(tag: &Tag<'_>) -> Attributes {
    let own = tag.attributes().iter().filter(|one| one.prefix().is_none() && one.local() != "xmlns");
    own.map(|one| (one.local().to_owned(), one.value().into_owned())).collect()
}

fn return_code(tag: &Tag<'_>, into: &mut Installer, findings: &mut Diagnostics) {
    let text = attribute(tag, "Code");
    let Ok(code) = text.trim().parse::<i32>() else {
        let message = format_args!("`{text}` is no code");
        return findings.push(Code::SdpReturnCode, tag.position(), "ReturnCode", message);
    };
    let (result, reboots) = (attribute(tag, "Result"), attribute(tag, "Reboot"));
    let reboots = matches!(reboots.trim(), "true" | "1");
    into.results.push(format!("{result}{}", if reboots { "+reboot" } else { "" }));
    if into.return_codes.iter().any(|(known, ..)| *known == code) {
        return findings.push(Code::SdpReturnCode, tag.position(), "ReturnCode", format_args!("`{code}`"));
    }
    into.return_codes.push((code, result, reboots));
}

fn value(attributes: &Attributes, name: &str) -> String {
    attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

fn file(attributes: &Attributes) -> File {
    File {
        address: value(attributes, "OriginUri"),
        name: value(attributes, "FileName"),
        size: value(attributes, "Size"),
        digest: value(attributes, "Digest"),
        digests: Vec::new(),
    }
}

/// The algorithm of the digest that every file has.
const SHA1: &str = "SHA1";

/// Whether a text is a digest in base 64: 20 bytes of SHA-1, 32 of any other.
fn is_digest(algorithm: &str, text: &str) -> bool {
    let text = text.trim();
    // Both lengths leave two of three bytes in the last group.
    let length = if algorithm == SHA1 { 28 } else { 44 };
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    text.len() == length && text.ends_with('=') && text.bytes().take(length - 1).all(is_base64)
}
