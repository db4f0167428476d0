//! Writes the manifest of a servicing package: an identity, and then as much as is wanted.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::identity::digest;
use crate::generate::random::Random;

/// What is gathered before it is written.
const PIECE: usize = 32 << 10;

/// The package that a manifest is of.
#[derive(Debug)]
pub(super) struct Package<'p> {
    pub(super) name: &'p str,
    pub(super) article: u32,
    pub(super) version: &'p str,
    pub(super) arch: &'p str,
}

/// Writes a manifest of about so many bytes; what it says of its parts differs from any other.
pub(super) fn write(
    package: &Package<'_>,
    size: u64,
    random: &mut Random,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Package { name, article, version, arch } = package;
    let mut text = String::with_capacity(PIECE + 2048);
    _ = write!(
        text,
        "<CbsPackageApplicabilityMetadata><assembly xmlns=\"urn:schemas-microsoft-com:asm.v3\" \
         manifestVersion=\"1.0\" description=\"Fix for KB{article}\" displayName=\"default\" company=\"Vendor\" \
         copyright=\"Vendor\" supportInformation=\"https://support.example/help/{article}\"><assemblyIdentity \
         name=\"{name}\" version=\"{version}\" processorArchitecture=\"{arch}\" language=\"neutral\" \
         publicKeyToken=\"31bf3856ad364e35\" /><package identifier=\"KB{article}\" releaseType=\"Security Update\" \
         restart=\"possible\">"
    );
    let mut written = 0;
    let mut number = 0;
    while written + (text.len() as u64) < size {
        part(package, number, random, &mut text);
        number += 1;
        if text.len() >= PIECE {
            written += text.len() as u64;
            out.write_all(text.as_bytes())?;
            text.clear();
        }
    }
    text.push_str("</package></assembly></CbsPackageApplicabilityMetadata>");
    out.write_all(text.as_bytes())
}

/// A part of a package, with the digest of its own manifest.
fn part(package: &Package<'_>, number: usize, random: &mut Random, text: &mut String) {
    let Package { article, version, arch, .. } = package;
    _ = write!(
        text,
        "<update name=\"{article}-{number}_neutral_PACKAGE\"><package integrate=\"hidden\"><assemblyIdentity \
         name=\"Package_{number}_for_KB{article}\" version=\"{version}\" processorArchitecture=\"{arch}\" \
         language=\"neutral\" buildType=\"release\" publicKeyToken=\"31bf3856ad364e35\" versionScope=\"nonSxS\" />\
         </package></update><component><hash><DigestMethod Algorithm=\"sha256\" /><DigestValue>"
    );
    digest(random, 32, text);
    text.push_str("</DigestValue><DigestValue>");
    digest(random, 32, text);
    text.push_str("</DigestValue></hash></component>");
}
