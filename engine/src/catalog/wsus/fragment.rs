//! What stands of one update in its fragments, or in a full document: both have the same parts.

use std::io::BufRead;

use super::graph::{id, value};
use super::{handler, metadata};
use crate::catalog::rules::{Rules, Section};
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::model::expr::Expr;
use crate::model::install::Install;
use crate::xml::cursor::{Cursor, Tag};
use crate::xml::is_too_deep;

/// The most bytes that are said of an update, without the metadata of its packages and with it.
pub(super) const MOST: u64 = 32 << 20;
pub(super) const MOST_WITH_METADATA: u64 = 64 << 20;

/// What is known of an update from its fragments.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// Id of the update, lower case without braces; empty where no fragment says it.
    pub(super) update: String,
    pub(super) revision: u32,
    /// `Software`, `Driver`, `Category`, `Detectoid`.
    pub(super) kind: String,
    /// Whether it may be deployed by itself although it is part of a bundle.
    pub(super) deployable: bool,
    pub(super) prerequisites: Vec<Vec<String>>,
    /// Id and revision.
    pub(super) bundled: Vec<(String, Option<u32>)>,
    pub(super) superseded: Vec<String>,
    /// Its rules; none where there are none.
    pub(super) rules: Option<Applicability>,
    /// Whether a fragment could not be read.
    pub(super) malformed: bool,
    /// Whether more was said than is read.
    pub(super) too_large: bool,
    /// Where in its document it begins, and how many bytes of metadata were passed over since.
    pub(super) start: u64,
    pub(super) passed: u64,
    /// Whether there was a core fragment.
    pub(super) core: bool,
    pub(super) severity: String,
    pub(super) product: String,
    pub(super) articles: Vec<String>,
    pub(super) bulletins: Vec<String>,
    pub(super) cves: Vec<String>,
    pub(super) more_info: Vec<String>,
    pub(super) support: String,
    /// How it is installed.
    pub(super) install: Install,
    /// Language, title and description.
    pub(super) localized: Vec<[String; 3]>,
    pub(super) position: Position,
}

/// The rules of an update.
#[derive(Debug, Default)]
pub(super) struct Applicability {
    pub(super) installed: Option<Expr>,
    pub(super) installable: Option<Expr>,
    pub(super) superseded: Option<Expr>,
}

/// Reads the parts at `depth` (0 for the roots of a fragment) into a draft.
///
/// # Errors
///
/// The document is not well-formed, or exceeds a limit.
pub(super) fn parts<R: BufRead>(
    cursor: &mut Cursor<R>,
    depth: usize,
    rules: &mut Rules,
    draft: &mut Draft,
) -> Result<()> {
    let mut seen = Vec::new();
    while let Some(tag) = cursor.child(depth)? {
        self::tag(&tag, draft);
        let name = tag.local().to_owned();
        if seen.contains(&name) && name != "LocalizedProperties" {
            rules.findings.push(Code::FragmentDuplicateRoot, cursor.position(), "", format_args!("`{name}`"));
        }
        part(cursor, &name, rules, draft)?;
        seen.push(name);
    }
    Ok(())
}

/// Reads the part at whose tag the cursor stands.
///
/// # Errors
///
/// As [`parts`].
pub(super) fn part<R: BufRead>(
    cursor: &mut Cursor<R>,
    name: &str,
    rules: &mut Rules,
    draft: &mut Draft,
) -> Result<()> {
    match name {
        "Relationships" => relationships(cursor, draft),
        "ApplicabilityRules" => applicability(cursor, rules, draft),
        "LocalizedPropertiesCollection" => {
            let depth = cursor.depth();
            while cursor.child(depth)?.is_some() {
                localized(cursor, draft)?;
            }
            Ok(())
        }
        "LocalizedProperties" => localized(cursor, draft),
        "Properties" | "ExtendedProperties" => extended(cursor, draft),
        "Files" => handler::files(cursor, &mut draft.install),
        "HandlerSpecificData" => handler::data(cursor, &mut draft.install),
        _ => Ok(()),
    }
}

/// Takes what the tag of a part says; called before [`part`].
pub(super) fn tag(tag: &Tag<'_>, draft: &mut Draft) {
    let keep = |into: &mut String, name: &str| {
        let value = value(tag, name);
        if !value.is_empty() {
            *into = value;
        }
    };
    match tag.local() {
        "UpdateIdentity" => {
            draft.update = id(&value(tag, "UpdateID"));
            draft.revision = value(tag, "RevisionNumber").trim().parse().unwrap_or(0);
            draft.position = tag.position();
        }
        "Properties" | "ExtendedProperties" => {
            keep(&mut draft.kind, "UpdateType");
            keep(&mut draft.severity, "MsrcSeverity");
            keep(&mut draft.product, "ProductName");
            handler::named(&value(tag, "Handler"), &mut draft.install);
            draft.deployable |= matches!(value(tag, "ExplicitlyDeployable").trim(), "true" | "1");
        }
        "HandlerSpecificData" if draft.install.handler.is_empty() => {
            handler::named(&value(tag, "type"), &mut draft.install);
        }
        _ => {}
    }
}

impl Draft {
    /// What an update is called of which not all could be read.
    pub(super) fn fault(error: &Error) -> Code {
        let is_too_large = error.code() == Code::TooLarge && !is_too_deep(error);
        if is_too_large { Code::DocumentTooLarge } else { Code::FragmentMalformed }
    }

    /// Begins an update where the cursor stands.
    pub(super) fn begin<R: BufRead>(&mut self, cursor: &mut Cursor<R>) {
        self.start = cursor.position().offset;
        cursor.limit(self.start.saturating_add(MOST));
    }

    /// Reads the metadata of rules, which may be larger than everything else.
    fn metadata<R: BufRead>(&mut self, cursor: &mut Cursor<R>, rules: &mut Rules) -> Result<()> {
        let begin = cursor.position().offset;
        let most = self.start.saturating_add(MOST_WITH_METADATA);
        cursor.limit(most);
        let read = metadata::read(cursor, rules);
        self.install.attributes.append(&mut rules.driver);
        read?;
        self.passed += cursor.position().offset - begin;
        cursor.limit(most.min(self.start.saturating_add(MOST + self.passed)));
        Ok(())
    }
}

fn relationships<R: BufRead>(cursor: &mut Cursor<R>, draft: &mut Draft) -> Result<()> {
    let depth = cursor.depth();
    while let Some(part) = cursor.child(depth)? {
        let name = part.local().to_owned();
        while let Some(tag) = cursor.child(depth + 1)? {
            if tag.local() == "AtLeastOne" {
                let mut clause = Vec::new();
                while let Some(tag) = cursor.child(depth + 2)? {
                    clause.push(reference(&tag));
                }
                relation(&name, clause, draft);
            } else {
                let one = vec![reference(&tag)];
                relation(&name, one, draft);
            }
        }
    }
    Ok(())
}

fn reference(tag: &Tag<'_>) -> (String, Option<u32>) {
    (id(&value(tag, "UpdateID")), value(tag, "RevisionNumber").trim().parse().ok())
}

fn relation(name: &str, clause: Vec<(String, Option<u32>)>, draft: &mut Draft) {
    match name {
        "Prerequisites" => draft.prerequisites.push(clause.into_iter().map(|(id, _)| id).collect()),
        "BundledUpdates" => draft.bundled.extend(clause),
        "SupersededUpdates" => draft.superseded.extend(clause.into_iter().map(|(id, _)| id)),
        _ => {}
    }
}

fn applicability<R: BufRead>(cursor: &mut Cursor<R>, rules: &mut Rules, draft: &mut Draft) -> Result<()> {
    let depth = cursor.depth();
    let mut sections: [Option<Section>; 3] = [None, None, None];
    rules.begin_update();
    while let Some(tag) = cursor.child(depth)? {
        let place = match tag.local() {
            "IsInstalled" => 0,
            "IsInstallable" => 1,
            "IsSuperseded" => 2,
            "Metadata" => {
                draft.metadata(cursor, rules)?;
                continue;
            }
            _ => continue,
        };
        sections[place] = Some(rules.elements(cursor)?);
    }
    // A rule may speak of the metadata, which stands behind it.
    let [installed, installable, superseded] =
        sections.map(|section| section.and_then(|section| rules.convert(&section)));
    draft.rules = Some(Applicability { installed, installable, superseded });
    Ok(())
}

fn extended<R: BufRead>(cursor: &mut Cursor<R>, draft: &mut Draft) -> Result<()> {
    let depth = cursor.depth();
    while let Some(tag) = cursor.child(depth)? {
        let name = tag.local().to_owned();
        if name == "InstallationBehavior" {
            handler::behavior(&tag, &mut draft.install);
            continue;
        }
        draft.install.behavior.uninstalls |= name == "UninstallationBehavior";
        let text = cursor.text()?.text.trimmed().to_owned();
        match name.as_str() {
            "KBArticleID" => draft.articles.push(text),
            "SecurityBulletinID" => draft.bulletins.push(text),
            "CveID" => draft.cves.push(text),
            "MoreInfoUrl" => draft.more_info.push(text),
            "SupportUrl" => draft.support = text,
            _ => {}
        }
    }
    Ok(())
}

fn localized<R: BufRead>(cursor: &mut Cursor<R>, draft: &mut Draft) -> Result<()> {
    let depth = cursor.depth();
    let mut texts = [const { String::new() }; 3];
    while let Some(tag) = cursor.child(depth)? {
        let place = match tag.local() {
            "Language" => 0,
            "Title" => 1,
            "Description" => 2,
            _ => continue,
        };
        texts[place] = cursor.text()?.text.trimmed().to_owned();
    }
    draft.localized.push(texts);
    Ok(())
}
