//! How a publisher says that an item is installed: kept word for word for plans, never run.

use std::io::BufRead;

use super::package::attribute;
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::error::Result;
use crate::model::install::{Behavior, File, Impact, Install, ReturnCode};
use crate::model::update::Reboot;
use crate::xml::cursor::{Cursor, Tag};

/// What an item says of its installation.
#[derive(Debug, Default)]
pub(super) struct Installer {
    /// The element of the installer; empty where there is none.
    pub(super) element: String,
    /// What all return codes mean, as they are written.
    pub(super) results: Vec<String>,
    /// How the item is installed.
    pub(super) install: Install,
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
        "InstallProperties" => behavior(&attributes, &mut into.install.behavior),
        "UninstallProperties" => into.install.behavior.uninstalls = true,
        "OriginFile" => into.install.files.push(origin(cursor, &attributes, findings)?),
        "Language" => {
            let language = cursor.text()?.text.trimmed().to_owned();
            into.install.attributes.push((name, language));
        }
        installer => {
            let handler = handler(installer);
            if handler == installer {
                findings.push(Code::SdpInstallerUnknown, position, "InstallableItem", installer);
            }
            into.install.handler = handler.to_owned();
            command(attributes, &mut into.install);
            if handler == COMMAND_LINE && into.install.result.is_empty() {
                into.install.result = OTHERWISE.to_owned();
            }
            into.element = name;
            while let Some(tag) = cursor.child(depth)? {
                let part = (tag.local().to_owned(), self::attributes(&tag), tag.position());
                installer_part(cursor, part, into, findings)?;
            }
        }
    }
    Ok(())
}

/// The handler of command lines.
const COMMAND_LINE: &str = "CommandLineInstallation";

/// What a code that is not listed means where a command line does not say it.
const OTHERWISE: &str = "Failed";

/// The handler of an installer's element; the element where the format names none.
fn handler(element: &str) -> &str {
    match element {
        "CommandLineInstallerData" => COMMAND_LINE,
        "MsiInstallerData" | "MspInstallerData" => "WindowsInstaller",
        "UpdateExeInstallerData" => "WindowsPatch",
        other => other,
    }
}

/// Takes what the attributes of `InstallProperties` say.
fn behavior(attributes: &Attributes, into: &mut Behavior) {
    into.reboot = match value(attributes, "RebootBehavior").trim() {
        "AlwaysRequiresReboot" => Reboot::Always,
        "NeverReboots" => Reboot::Never,
        _ => Reboot::Possible,
    };
    into.impact = Impact::find(&value(attributes, "Impact"));
    into.asks = is_true(&value(attributes, "CanRequestUserInput"));
    into.needs_network = is_true(&value(attributes, "RequiresNetworkConnectivity"));
}

/// Takes what the attributes of an installer say: its command line, and the rest as it is.
fn command(attributes: Attributes, into: &mut Install) {
    for (name, value) in attributes {
        match name.as_str() {
            "Program" => into.program = value,
            "Arguments" => into.arguments = value,
            "DefaultResult" => into.result = value,
            "RebootByDefault" => into.behavior.reboots_otherwise = is_true(&value),
            _ => into.attributes.push((name, value)),
        }
    }
}

/// Reads an element below an installer.
fn installer_part<R: BufRead>(
    cursor: &mut Cursor<R>,
    (name, attributes, position): (String, Attributes, Position),
    into: &mut Installer,
    findings: &mut Diagnostics,
) -> Result<()> {
    match name.as_str() {
        "ReturnCode" => {
            let description = description(cursor)?;
            return_code(&attributes, description, position, into, findings);
        }
        "MspFileName" => {
            let file = cursor.text()?.text.trimmed().to_owned();
            into.install.attributes.push((name, file));
        }
        _ => {
            let named = attributes.into_iter().map(|(own, value)| (format!("{name}/{own}"), value));
            into.install.attributes.extend(named);
        }
    }
    Ok(())
}

/// The first description below the element at whose tag the cursor stands.
fn description<R: BufRead>(cursor: &mut Cursor<R>) -> Result<String> {
    let depth = cursor.depth();
    let mut first = String::new();
    while cursor.child(depth)?.is_some() {
        while let Some(tag) = cursor.child(depth + 1)? {
            if tag.local() == "Description" && first.is_empty() {
                first = cursor.text()?.text.trimmed().to_owned();
            }
        }
    }
    Ok(first)
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
    for (algorithm, digest) in &file.digests {
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

fn return_code(
    attributes: &Attributes,
    description: String,
    position: Position,
    into: &mut Installer,
    findings: &mut Diagnostics,
) {
    let mut find = |message: &str| findings.push(Code::SdpReturnCode, position, "ReturnCode", message);
    let text = value(attributes, "Code");
    let Ok(code) = text.trim().parse::<i32>() else { return find(&format!("`{text}` is no code")) };
    let result = value(attributes, "Result");
    let reboots = is_true(&value(attributes, "Reboot"));
    into.results.push(format!("{result}{}", if reboots { "+reboot" } else { "" }));
    if into.install.codes.iter().any(|known| known.code == code) {
        return find(&format!("`{code}`"));
    }
    into.install.codes.push(ReturnCode { code, result, reboots, description });
}

fn is_true(text: &str) -> bool {
    matches!(text.trim(), "true" | "1")
}

fn value(attributes: &Attributes, name: &str) -> String {
    attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

fn file(attributes: &Attributes) -> File {
    File {
        address: value(attributes, "OriginUri"),
        name: value(attributes, "FileName"),
        size: value(attributes, "Size"),
        modified: value(attributes, "Modified"),
        digests: vec![(SHA1.to_owned(), value(attributes, "Digest"))],
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
