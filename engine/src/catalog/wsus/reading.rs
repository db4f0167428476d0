//! Reads a publication of update metadata: a cabinet, its folder, or a document.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::fragment::{self, Draft};
use super::graph::{self, Head};
use super::join::{Joined, Parts, join};
use super::place::{self, Place};
use super::shards::{Shards, Watched};
use super::{FORMAT, UPDATE};
use crate::catalog::document::report_decoding;
use crate::catalog::folder::Folder;
use crate::catalog::previous;
use crate::catalog::rules::Rules;
use crate::catalog::rules::family::Dialect;
use crate::catalog::{self, Settings};
use crate::container;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Position};
use crate::error::{Error, Result};
use crate::model::update::{Catalog, Source};
use crate::xml::cursor::{Cursor, Event};
use crate::xml::{Limits, Roots};

/// Elements may be nested so deeply; rules have a limit of their own.
const DEPTH: usize = 256;

/// Reads a publication.
pub(super) fn read(path: &Path, settings: &Settings) -> Result<Catalog> {
    let mut reading = Reading::new(settings);
    let digest = || match path.is_dir() {
        true => folder(path)?.digest(),
        false => catalog::document::digest(path),
    };
    if let Some(catalog) = previous::unchanged(path, settings, &reading.source, digest)? {
        return Ok(catalog);
    }
    let digest = if path.is_dir() {
        reading.folder(path)?
    } else if catalog::document::is_archive(path)? {
        reading.archive(path)?
    } else {
        let mut document = catalog::document::open(path)?;
        reading.document("", &mut document)?;
        document.finish()?
    };
    Ok(reading.finish(path, digest))
}

/// The files of a folder that a publication consists of.
fn folder(path: &Path) -> Result<Folder> {
    let mut folder = Folder::list(path)?;
    // The cabinets beside their own content say the same again.
    if folder.names().any(|name| place::of(name) == Place::Graph) {
        folder.retain(|name| !name.to_ascii_lowercase().ends_with(".cab"));
    }
    Ok(folder)
}

/// A publication that is being read.
struct Reading {
    source: Source,
    head: Head,
    parts: Parts,
    /// Rules of fragments, and those of full documents, whose elements are named otherwise.
    fragments: Rules,
    documents: Rules,
    findings: Diagnostics,
    shards: Shards,
    /// How many fragments there were: core, extended, localized.
    counts: [u64; 3],
}

impl Reading {
    fn new(settings: &Settings) -> Self {
        Reading {
            source: Source { reading: previous::reading(settings), ..settings.source(FORMAT.name) },
            head: Head::default(),
            parts: Parts::default(),
            fragments: Rules::new(Dialect::Fragment, settings.exact_text),
            documents: Rules::new(Dialect::Namespaces, settings.exact_text),
            findings: Diagnostics::new(),
            shards: Shards::new(settings.keep_going),
            counts: [0; 3],
        }
    }

    /// Reads the files of a folder, cabinets in it too; gives the digest of names and contents.
    fn folder(&mut self, path: &Path) -> Result<[u8; 32]> {
        folder(path)?.read(&mut |name, file, bytes| {
            if !catalog::document::is_archive(file)? {
                return self.member(name, bytes);
            }
            let walked = container::walk(container::open(file)?, &mut |inner, member| {
                self.member(&format!("{name}!{inner}"), member)
            });
            walked.map(|_| ()).or_else(|error| self.shards.lose(name, error))
        })
    }

    /// Reads the members of a cabinet and of those in it, in one pass; gives its digest.
    fn archive(&mut self, path: &Path) -> Result<[u8; 32]> {
        let walked = container::walk(container::open(path)?, &mut |name, member| self.member(name, member));
        if let Err(error) = walked {
            // Nothing of it may have been read.
            if self.parts.drafts.is_empty() {
                return Err(error);
            }
            self.shards.lose(&path.file_name().unwrap_or_default().to_string_lossy(), error)?;
        }
        catalog::document::digest(path)
    }

    fn member(&mut self, name: &str, member: &mut dyn Read) -> Result<()> {
        if self.shards.is_lost(name) {
            return Ok(());
        }
        match place::of(name) {
            Place::Index => {
                self.shards.listed = index(BufReader::new(member))?;
                Ok(())
            }
            Place::Graph => self.graph(name, BufReader::new(member)),
            Place::Core(number) => {
                self.counts[0] += 1;
                self.fragment(name, number, member, true)
            }
            Place::Extended(number) => {
                self.counts[1] += 1;
                self.fragment(name, number, member, false)
            }
            Place::Localized(language, number) => {
                let wanted = language == "en" || language.eq_ignore_ascii_case(&self.source.language);
                if wanted {
                    self.counts[2] += 1;
                    return self.fragment(name, number, member, false);
                }
                Ok(())
            }
            // A graph may be called otherwise where somebody cut it out of a publication.
            Place::Other if name.to_ascii_lowercase().ends_with(".xml") => {
                self.document(name, BufReader::new(member))
            }
            // A cabinet that is shown as a member is one that cannot be read on.
            Place::Other if name.to_ascii_lowercase().ends_with(".cab") => match member.read(&mut [0]) {
                Ok(_) => Ok(()),
                Err(error) => self.shards.lose(name, error.into()),
            },
            Place::Unused | Place::Other => Ok(()),
        }
    }

    fn graph(&mut self, name: &str, document: impl BufRead) -> Result<()> {
        let mut found = Diagnostics::new();
        let Parts { revisions, locations, .. } = &mut self.parts;
        let mut take = |revision: graph::Revision| {
            let number = revision.number;
            match revisions.insert(number, revision) {
                None => Ok(()),
                Some(_) => Err(Error::new(Code::DuplicateRevisionId, format!("revision {number}"))),
            }
        };
        let mut locate = |digest, address| _ = locations.insert(digest, address);
        self.head = graph::read(document, &mut take, &mut locate, &mut found)?;
        found.name_file(name);
        self.findings.append(found);
        Ok(())
    }

    /// Compares the cabinet that a fragment stands in with the list of them.
    fn check_shard(&mut self, name: &str, number: u64) {
        let Some((cabinet, _)) = name.split_once('!') else { return };
        if self.shards.of(number).is_some_and(|listed| !listed.eq_ignore_ascii_case(cabinet)) {
            self.find(Code::ShardRange, name, Position::default(), &number.to_string());
        }
    }

    /// Reads a fragment of a revision; one that cannot be read leaves the update Unknown.
    ///
    /// # Errors
    ///
    /// The cabinet that it stands in cannot be read on, and is not left out.
    fn fragment(&mut self, name: &str, number: u64, member: &mut dyn Read, core: bool) -> Result<()> {
        self.check_shard(name, number);
        let draft = self.parts.drafts.entry(number).or_default();
        draft.core |= core;
        let mut member = Watched { member, failed: false };
        let read = fragments(BufReader::new(&mut member), &mut self.fragments, draft);
        if let Err(error) = read {
            if member.failed {
                draft.core &= !core;
                return self.shards.lose(name, error);
            }
            let code = Draft::fault(&error);
            draft.too_large |= core && code == Code::DocumentTooLarge;
            draft.malformed |= core && code == Code::FragmentMalformed;
            let position = error.position().unwrap_or_default();
            self.find(code, name, position, &error.to_string());
        }
        self.take_findings(name);
        Ok(())
    }

    /// Reads a document of any kind.
    fn document(&mut self, name: &str, mut document: impl BufRead) -> Result<()> {
        let mut head = Vec::new();
        (&mut document).take(4096).read_to_end(&mut head)?;
        let is_graph = contains(&head, graph::ROOT.as_bytes());
        let is_full = contains(&head, UPDATE.as_bytes());
        let whole = BufReader::new(io::Cursor::new(head).chain(document));
        if is_graph {
            return self.graph(name, whole);
        }
        if is_full {
            return self.full(name, whole);
        }
        self.loose(name, whole)
    }

    /// Reads full update documents: one, or many in an element of any name.
    fn full(&mut self, name: &str, document: impl BufRead) -> Result<()> {
        let mut cursor = Cursor::new(document, Limits { depth: DEPTH, ..Limits::default() });
        let read = self.updates(name, &mut cursor);
        report_decoding(&mut cursor, &mut self.documents.findings);
        self.take_findings(name);
        read
    }

    fn updates<R: BufRead>(&mut self, name: &str, cursor: &mut Cursor<R>) -> Result<()> {
        let is_one = cursor.root()?.local() == "Update";
        graph::no_document_type(cursor)?;
        if is_one {
            let mut draft = Draft { core: true, ..Draft::default() };
            draft.begin(cursor);
            let read = fragment::parts(cursor, 1, &mut self.documents, &mut draft).and_then(|()| end(cursor));
            return self.alone(name, draft, read);
        }
        while let Some(tag) = cursor.child(1)? {
            if tag.local() == "Update" {
                let begin = tag.position();
                let mut draft = Draft { core: true, ..Draft::default() };
                draft.begin(cursor);
                let read = fragment::parts(cursor, 2, &mut self.documents, &mut draft);
                cursor.limit(u64::MAX);
                if let Err(error) = read {
                    if cursor.has_failed() {
                        return Err(error);
                    }
                    self.too_large(name, begin, &mut draft, error)?;
                    cursor.leave(2)?;
                }
                self.parts.alone.push(draft);
            }
        }
        end(cursor)
    }

    /// Takes an update of which too much is said, which begins at a place: it is Unknown.
    ///
    /// # Errors
    ///
    /// `error`, where it is another one.
    fn too_large(&mut self, name: &str, begin: Position, draft: &mut Draft, error: Error) -> Result<()> {
        if Draft::fault(&error) != Code::DocumentTooLarge {
            return Err(error);
        }
        draft.too_large = true;
        self.find(Code::DocumentTooLarge, name, begin, &format!("`{}`: {error}", draft.update));
        Ok(())
    }

    /// Takes the only update of a document; one of which too much is said is Unknown.
    fn alone(&mut self, name: &str, mut draft: Draft, read: Result<()>) -> Result<()> {
        match read {
            Err(error) if Draft::fault(&error) == Code::DocumentTooLarge && !draft.update.is_empty() => {
                draft.too_large = true;
                let position = error.position().unwrap_or_default();
                self.find(Code::DocumentTooLarge, name, position, &error.to_string());
            }
            read => read?,
        }
        self.parts.alone.push(draft);
        Ok(())
    }

    /// Reads fragments that stand alone: those of one update, or of several one after another, each of
    /// which begins with its identity.
    fn loose(&mut self, name: &str, document: impl BufRead) -> Result<()> {
        let limits = Limits { depth: DEPTH, ..Limits::default() };
        let mut cursor = Cursor::with_roots(document, limits, Roots::Many);
        let mut draft = Draft { core: true, ..Draft::default() };
        draft.begin(&mut cursor);
        let read = loop {
            match self.one_after_another(&mut cursor, &mut draft) {
                Err(error) if Draft::fault(&error) == Code::DocumentTooLarge && !cursor.has_failed() => {
                    cursor.limit(u64::MAX);
                    if !draft.too_large {
                        let begin = draft.position;
                        self.too_large(name, begin, &mut draft, error)?;
                    }
                }
                read => break read,
            }
        };
        report_decoding(&mut cursor, &mut self.fragments.findings);
        self.take_findings(name);
        read?;
        self.parts.alone.push(draft);
        Ok(())
    }

    /// Reads the fragments of an update, and those of the updates behind it. Of one of which too much is said
    /// the rest is passed over.
    fn one_after_another<R: BufRead>(&mut self, cursor: &mut Cursor<R>, draft: &mut Draft) -> Result<()> {
        while let Some(tag) = cursor.child(0)? {
            let begins = tag.local() == "UpdateIdentity" && !draft.update.is_empty();
            if begins {
                let next = Draft { core: true, ..Draft::default() };
                self.parts.alone.push(std::mem::replace(draft, next));
            }
            if draft.too_large {
                continue;
            }
            fragment::tag(&tag, draft);
            let name = tag.local().to_owned();
            if begins {
                draft.begin(cursor);
            }
            fragment::part(cursor, &name, &mut self.fragments, draft)?;
        }
        graph::no_document_type(cursor)
    }

    fn take_findings(&mut self, name: &str) {
        for rules in [&mut self.fragments, &mut self.documents] {
            if !rules.findings.is_empty() {
                let mut found = std::mem::take(&mut rules.findings);
                found.name_file(name);
                self.findings.append(found);
            }
        }
    }

    fn find(&mut self, code: Code, file: &str, position: Position, message: &str) {
        let (file, message) = (file.to_owned(), message.to_owned());
        self.findings.add(Diagnostic { code, file, position, element: String::new(), message });
    }

    fn finish(mut self, path: &Path, digest: [u8; 32]) -> Catalog {
        self.source.path = path.to_string_lossy().into_owned();
        self.source.sha256 = digest;
        self.source.revision =
            [self.head.package.as_str(), self.head.created.as_str()].join(" ").trim().to_owned();
        let revisions = self.parts.revisions.len() as u64;
        self.shards.report(&self.parts.without_core(), &mut self.findings);
        let language = self.source.language.clone();
        let (updates, joined) = join(self.parts, &language, &mut self.findings);
        let Joined { bundles, leaves, prerequisites, payload, .. } = joined;
        let Joined { without_core, not_software, superseded_by, bundled_by, .. } = joined;
        let counted = [
            ("revisions", revisions),
            ("fragments_core", self.counts[0]),
            ("fragments_extended", self.counts[1]),
            ("fragments_localized", self.counts[2]),
            ("revisions_without_core", without_core),
            ("revisions_not_software", not_software),
            ("bundles", bundles),
            ("leaves", leaves),
            ("prerequisites", prerequisites),
            ("payload_digests", payload),
            ("superseded_by", superseded_by),
            ("bundled_by", bundled_by),
        ];
        let written = self.fragments.written.counts();
        let patches = self.fragments.patches.into_iter().chain(self.documents.patches).collect();
        let counted = counted.into_iter().map(|(name, count)| (name.to_owned(), count));
        self.source.statistics = counted.chain(written).collect();
        Catalog { source: self.source, updates, patches, diagnostics: self.findings, ..Catalog::default() }
    }
}

/// Reads what stands behind the last update.
fn end<R: BufRead>(cursor: &mut Cursor<R>) -> Result<()> {
    while !matches!(cursor.next()?, Event::End) {}
    Ok(())
}

/// Reads the roots of a fragment into a draft.
fn fragments(document: impl BufRead, rules: &mut Rules, draft: &mut Draft) -> Result<()> {
    let limits = Limits { depth: DEPTH, total_bytes: fragment::MOST, ..Limits::default() };
    let mut cursor = Cursor::with_roots(document, limits, Roots::Many);
    (draft.start, draft.passed) = (0, 0);
    let read = fragment::parts(&mut cursor, 0, rules, draft);
    report_decoding(&mut cursor, &mut rules.findings);
    read.and_then(|()| graph::no_document_type(&cursor))
}

/// Reads the list of cabinets: from which revision on each is, rising. It says nothing that their members
/// do not.
fn index(document: impl BufRead) -> Result<Vec<(u64, String)>> {
    let mut cursor = Cursor::new(document, Limits::default());
    let root = cursor.root()?;
    let version = graph::value(&root, "VERSION");
    let position = root.position();
    let mut wrong = (version.trim() != "1").then(|| format!("`VERSION` is `{version}`"));
    let mut shards = Vec::new();
    while let Some(tag) = cursor.child(1)? {
        let xor = graph::value(&tag, "XOR");
        if tag.local() == "CABLIST" && !matches!(xor.trim(), "" | "0") {
            wrong = Some(format!("`XOR` is `{xor}`"));
        }
        while let Some(tag) = cursor.child(2)? {
            if let Ok(start) = graph::value(&tag, "RANGESTART").trim().parse() {
                shards.push((start, graph::value(&tag, "NAME")));
            }
        }
    }
    shards.sort_unstable();
    match wrong {
        Some(message) => Err(Error::new(Code::CabIndexUnsupported, message).at(position)),
        None => Ok(shards),
    }
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    memchr::memmem::find(text, wanted).is_some()
}
