//! Writes extended and localized fragments, and licences.

use std::fmt::Write as _;

use super::graph::{article, file_name, files};
use super::identity::{digest, file_digest};
use super::plan::{Plan, Role};

/// The languages of a publication, the one that everything has first.
pub(super) const LANGUAGES: [&str; 37] = [
    "en", "ar", "bg", "cs", "da", "de", "el", "es", "et", "fi", "fr", "he", "hi", "hr", "hu", "it", "ja",
    "ko", "lt", "lv", "nl", "no", "pl", "pt", "pt-br", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk",
    "vi", "zh-cn", "zh-tw",
];
/// Of 1,000 revisions, how many are in all languages.
const TRANSLATED: u32 = 105;

/// The first languages, of which a revision has so many.
pub(super) fn languages(plan: &Plan, at: usize) -> usize {
    if plan.random(0x6c61, at as u64).chance(TRANSLATED) { LANGUAGES.len() } else { 1 }
}

/// Writes an extended fragment.
pub(super) fn extended(plan: &Plan, at: usize, text: &mut String) {
    let role = plan.revisions[at].role;
    let Some((product, month)) = role.release() else {
        text.push_str("<ExtendedProperties DefaultPropertiesLanguage=\"en\" Handler=\"Category\" />");
        return;
    };
    let mut random = plan.random(0x6578, at as u64);
    _ = write!(
        text,
        "<ExtendedProperties ProductName=\"Product {product}\" ReleaseVersion=\"{product}.{month}.0.1\" \
         ReleaseRevision=\"1\" DefaultPropertiesLanguage=\"en\" BrowseOnly=\"false\""
    );
    if random.chance(600) {
        let severity = ["Low", "Moderate", "Important", "Critical"][random.below(4)];
        _ = write!(text, " MsrcSeverity=\"{severity}\"");
    }
    if role.has_files() {
        _ = write!(
            text,
            " Handler=\"http://schemas.example/updates/handlers/{}\" MaxDownloadSize=\"{}\" MinDownloadSize=\"0\"",
            product % 4,
            random.between(100_000, 900_000_000)
        );
    }
    let article = article(plan, at);
    _ = write!(
        text,
        "><MoreInfoUrl>https://support.example/help/{article}</MoreInfoUrl>\
         <SupportUrl>https://support.example/</SupportUrl><Language>all</Language><KBArticleID>{article}</KBArticleID>"
    );
    if random.chance(300) {
        _ = write!(text, "<CveID>CVE-{}-{}</CveID>", 2010 + month / 12, random.between(1000, 49_999));
    }
    if role.has_files() {
        text.push_str("<InstallationBehavior RebootBehavior=\"CanRequestReboot\" />");
    }
    text.push_str("</ExtendedProperties>");
    if role.has_files() {
        payload(plan, at, text);
    }
}

fn payload(plan: &Plan, at: usize, text: &mut String) {
    let mut random = plan.random(0x7061_796c, at as u64);
    text.push_str("<Files>");
    for file in 0..files(plan, at) {
        _ = write!(
            text,
            "<File Digest=\"{}\" DigestAlgorithm=\"SHA1\" FileName=\"{}\" Size=\"{}\" \
             Modified=\"{}\"><AdditionalDigest Algorithm=\"SHA256\">",
            file_digest(plan.seed, at, file),
            file_name(plan, at, file),
            random.between(10_000, 900_000_000),
            plan.day(at)
        );
        digest(&mut random, 32, text);
        text.push_str("</AdditionalDigest></File>");
    }
    text.push_str("</Files>");
}

/// Writes a localized fragment.
pub(super) fn localized(plan: &Plan, at: usize, language: &str, text: &mut String) {
    let title = title(plan, at);
    let mark = if language == "en" { String::new() } else { format!(" ({language})") };
    _ = write!(
        text,
        "<LocalizedProperties><Language>{language}</Language><Title>{title}{mark}</Title><Description>"
    );
    match plan.revisions[at].role.release() {
        Some(_) => {
            _ = write!(
                text,
                "Install this update to resolve issues in {title}. For a complete listing of the issues that are included \
             in this update, see the article {} for more information. After you install this item, you may have to \
             restart your computer.{mark}",
                article(plan, at)
            )
        }
        None => _ = write!(text, "{title}{mark}"),
    }
    text.push_str("</Description></LocalizedProperties>");
}

fn title(plan: &Plan, at: usize) -> String {
    let role = plan.revisions[at].role;
    match role {
        Role::Company => "Vendor".to_owned(),
        Role::Classification(number) => format!("Classification {number}"),
        Role::Family(family) => format!("Family {family}"),
        Role::Arch(arch) => format!("Systems of architecture {arch}"),
        Role::Detectoid(product) => format!("Systems with product {product}"),
        Role::Product(product) => format!("Product {product}"),
        Role::Part { product, .. } | Role::Bundle { product, .. } | Role::Single { product, .. } => {
            format!(
                "{} Cumulative Update for Product {product} (KB{})",
                &plan.day(at)[..7],
                article(plan, at)
            )
        }
    }
}
