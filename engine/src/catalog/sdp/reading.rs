//! Puts the packages of a document, a folder or an archive together into a catalog.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::container::{Role, role, stem};
use super::counts::Counts;
use super::document::{Kind, MOST};
use super::package::{Package, Reader};
use super::{FORMAT, copy, document, manifest, package, update};
use crate::catalog::folder::Folder;
use crate::catalog::previous::{self, editions};
use crate::catalog::rules::Rules;
use crate::catalog::rules::family::Dialect;
use crate::catalog::{self, Settings};
use crate::container;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Position};
use crate::error::{Error, Result};
use crate::model::instant::Instant;
use crate::model::update::{Catalog, DOCUMENT, Source, TAKEN_OVER, Update};

/// Reads a catalog of packages.
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
        reading.folder(path, settings)?
    } else if catalog::document::is_archive(path)? {
        reading.archive(path, settings)?
    } else {
        let mut document = catalog::document::open(path)?;
        reading.document("", &mut document, Role::Other)?;
        document.finish()?
    };
    Ok(reading.finish(path, digest))
}

/// The files of a folder that a catalog may consist of.
fn folder(path: &Path) -> Result<Folder> {
    let mut folder = Folder::list(path)?;
    folder.retain(|name| role(name) != Role::Other);
    Ok(folder)
}

/// A catalog that is being read.
struct Reading {
    source: Source,
    rules: Rules,
    counts: Counts,
    /// By id, with the date of creation; of two with one id the later one.
    packages: BTreeMap<String, (String, Update)>,
    /// The packages that stand in files of their own.
    files: BTreeSet<String>,
    manifest: Option<BTreeMap<String, String>>,
    /// The documents that hold many packages and were not read yet.
    catalogs: Vec<String>,
    /// What the packages in files of their own hold, by id, where that is to be compared with copies.
    copies: Option<BTreeMap<String, [u8; 32]>>,
    findings: Diagnostics,
    /// Whether a file that cannot be read is left out.
    keep_going: bool,
    /// Files that are unchanged since an earlier compile, with what it read of them.
    unchanged: HashMap<String, Update>,
    /// How many packages were taken over of those.
    taken_over: u64,
    /// How much was found before the file that is being read.
    found_before: u64,
}

impl Reading {
    fn new(settings: &Settings) -> Self {
        let reading = previous::reading(settings);
        Reading {
            source: Source { reading, ..settings.source(FORMAT.name) },
            rules: Rules::new(Dialect::Namespaces, settings.exact_text),
            counts: Counts::default(),
            packages: BTreeMap::new(),
            files: BTreeSet::new(),
            manifest: None,
            catalogs: Vec::new(),
            copies: settings.check_duplicates.then(BTreeMap::new),
            findings: Diagnostics::new(),
            keep_going: settings.keep_going,
            unchanged: HashMap::new(),
            taken_over: 0,
            found_before: 0,
        }
    }

    /// Notes which files are unchanged since an earlier compile: those of packages that the list of packages
    /// has with the date that they had then. `manifest` gives the list, where there is one.
    fn compare_editions(&mut self, settings: &Settings, manifest: impl FnOnce() -> Result<Vec<u8>>) {
        let editions = editions(settings, &self.source);
        // Where copies are compared all files are read.
        if editions.is_empty() || self.copies.is_some() {
            return;
        }
        // What cannot be read is told when all is read.
        let listed = manifest().ok().and_then(|list| manifest::read(&list)).unwrap_or_default();
        let is_unchanged = |(file, update): &(&str, &Update)| {
            let id = package::id(stem(file));
            let is_its_own = role(file) == Role::Package && update.id.unrevised() == id;
            is_its_own && listed.get(&id).is_some_and(|date| date.trim() == update.edition)
        };
        let unchanged = editions.into_iter().filter(is_unchanged);
        self.unchanged = unchanged.map(|(file, update)| (file.to_owned(), update.clone())).collect();
    }

    /// Reads the files of a folder; gives the digest of their names and contents.
    fn folder(&mut self, path: &Path, settings: &Settings) -> Result<[u8; 32]> {
        let folder = folder(path)?;
        self.compare_editions(settings, || {
            let lists = folder.names().filter(|name| role(name) == Role::Manifest);
            let Some(list) = lists.last().map(|name| folder.path(name)) else { return Ok(Vec::new()) };
            whole(&mut File::open(list)?.take(manifest::MOST))
        });
        let digest = folder.read(&mut |name, _, file| self.member(name, file))?;
        for name in std::mem::take(&mut self.catalogs) {
            let open = || catalog::document::open(folder.path(&name));
            if self.copies.is_some() {
                self.compare(&name, open()?)?;
            }
            if self.needs_catalogs() {
                self.document(&name, open()?, Role::Catalog)?;
            }
        }
        Ok(digest)
    }

    /// Reads the members of an archive; gives its digest.
    fn archive(&mut self, path: &Path, settings: &Settings) -> Result<[u8; 32]> {
        self.compare_editions(settings, || {
            let mut list = Vec::new();
            container::walk(container::open(path)?, &mut |name, member| {
                if role(name) == Role::Manifest {
                    list = whole(&mut member.take(manifest::MOST))?;
                }
                Ok(())
            })?;
            Ok(list)
        });
        let walked = container::walk(container::open(path)?, &mut |name, member| self.member(name, member));
        match walked {
            // What could be read of it counts; the rest is left out and told.
            Err(error) if self.keep_going && !self.packages.is_empty() => {
                self.find(error.code(), "", error.position().unwrap_or_default(), error.message());
            }
            walked => _ = walked?,
        }
        let wanted = std::mem::take(&mut self.catalogs);
        let again = |take: &mut dyn FnMut(&str, &mut dyn Read) -> Result<()>| {
            container::walk(container::open(path)?, &mut |name, member| {
                if wanted.iter().any(|wanted| wanted == name) { take(name, member) } else { Ok(()) }
            })
        };
        if self.copies.is_some() {
            again(&mut |name, member| self.compare(name, BufReader::new(member)))?;
        }
        if self.needs_catalogs() && !wanted.is_empty() {
            again(&mut |name, member| {
                self.document(name, BufReader::new(member), Role::Catalog).map(|_| ())
            })?;
        }
        catalog::document::digest(path)
    }

    /// Whether documents of many packages are to be read: where the files are not known to be all.
    fn needs_catalogs(&self) -> bool {
        let all = |manifest: &BTreeMap<String, String>| manifest.keys().all(|id| self.files.contains(id));
        self.files.is_empty() || !self.manifest.as_ref().is_some_and(all)
    }

    /// Compares the packages of a document with their own files.
    fn compare(&mut self, name: &str, document: impl BufRead) -> Result<()> {
        let all = copy::all(document)?;
        for copy in all {
            let own = self.copies.as_ref().and_then(|copies| copies.get(&copy.id));
            if own.is_some_and(|own| *own != copy.digest) {
                self.find(Code::SdpCopyDiffers, name, copy.position, &copy.id);
            }
        }
        Ok(())
    }

    /// Reads a file; one that cannot be read is left out and told, where that is asked for.
    fn member(&mut self, name: &str, member: &mut dyn Read) -> Result<()> {
        if let Some(update) = self.unchanged.remove(name) {
            self.take_over(name, update);
            return Ok(());
        }
        match self.read_member(name, member) {
            Err(error) if self.keep_going => {
                self.find(error.code(), name, error.position().unwrap_or_default(), error.message());
                Ok(())
            }
            other => other,
        }
    }

    fn read_member(&mut self, name: &str, member: &mut dyn Read) -> Result<()> {
        match role(name) {
            Role::Package => self.package_file(name, member),
            Role::Catalog => {
                self.catalogs.push(name.to_owned());
                Ok(())
            }
            Role::Manifest => {
                self.manifest = manifest::read(&whole(&mut member.take(manifest::MOST))?);
                if self.manifest.is_none() {
                    self.find(
                        Code::SdpMalformed,
                        name,
                        Position::default(),
                        "the list of packages is ignored",
                    );
                }
                Ok(())
            }
            Role::Third => {
                self.find(Code::SdpV3Ignored, name, Position::default(), "");
                Ok(())
            }
            Role::Other => Ok(()),
        }
    }

    /// Reads a package that stands in a file of its own; one that cannot be read is a row that is Unknown.
    ///
    /// # Errors
    ///
    /// It is something else.
    fn package_file(&mut self, name: &str, member: &mut dyn Read) -> Result<()> {
        self.found_before = self.found();
        let bytes = whole(&mut member.take(MOST + 1))?;
        let read = if bytes.len() as u64 > MOST {
            Err(Error::new(Code::TooLarge, format!("a package of more than {MOST} bytes")))
        } else {
            self.document(name, bytes.as_slice(), Role::Package).map(|_| ())
        };
        match read {
            Err(error) if error.code() == Code::NotAnSdp => return Err(error.in_file(name)),
            Err(error) => self.malformed(name, Package::default(), &error),
            Ok(()) => {
                if let Some(copies) = &mut self.copies {
                    let own = copy::all(bytes.as_slice()).unwrap_or_default();
                    copies.extend(own.into_iter().map(|copy| (copy.id, copy.digest)));
                }
            }
        }
        Ok(())
    }

    /// Reads the packages of a document.
    fn document(&mut self, name: &str, document: impl BufRead, of: Role) -> Result<Kind> {
        let mut read = Vec::new();
        let Reading { rules, counts, .. } = self;
        let mut reader = Reader { rules, sections: &mut counts.sections };
        let kind = document::read(document, &mut reader, &mut |package, failed| read.push((package, failed)));
        self.take_findings(name);
        let kind = match kind {
            Ok(kind) => kind,
            // What a document of its own says before the fault names its package.
            Err(error) if of == Role::Package && !read.is_empty() => {
                let (package, _) = read.swap_remove(0);
                self.malformed(name, package, &error);
                return Ok(Kind::Package);
            }
            Err(error) => return Err(error),
        };
        for (package, failed) in read {
            match failed {
                Some(error) if of == Role::Package => self.malformed(name, package, &error),
                Some(error) => return Err(error),
                None => self.take(name, package, of),
            }
        }
        Ok(kind)
    }

    fn malformed(&mut self, name: &str, package: Package, error: &Error) {
        let position = error.position().unwrap_or_default();
        self.find(Code::SdpMalformed, name, position, error.message());
        let update = update::malformed(&package, stem(name));
        let id = if package.id.is_empty() { stem(name).to_ascii_lowercase() } else { package.id };
        let update = at(name, update);
        self.files.insert(id.clone());
        self.packages.entry(id).or_insert((String::new(), update));
    }

    fn take(&mut self, name: &str, package: Package, of: Role) {
        let id = package.id.clone();
        if of == Role::Catalog && self.files.contains(&id) {
            return;
        }
        if of == Role::Package {
            if package::id(stem(name)) != id {
                self.find(Code::SdpNameDiffers, name, package.position, &id);
            }
            if self.manifest.as_ref().is_none_or(|manifest| !manifest.contains_key(&id)) {
                self.counts.unlisted.push((name.to_owned(), id.clone()));
            }
        }
        let created = package.created.clone();
        if !self.is_later(name, package.key().as_str(), &created, package.position) {
            return;
        }
        if of == Role::Package {
            self.files.insert(id);
        }
        self.counts.package(&package);
        // What a catalog knows of patches it knows for all updates.
        let is_whole = of == Role::Package && !package.items.iter().any(|item| item.rules.has_metadata);
        let update = update::update(package, &self.source.language, &mut self.rules.findings);
        let mut update = at(name, update);
        self.take_findings(name);
        // A package about which something was found is read again, so that it is found again.
        if is_whole && self.found() == self.found_before {
            update.edition.clone_from(&created);
        }
        self.packages.insert(update.id.as_str().to_owned(), (created, update));
    }

    /// Takes a package over as an earlier compile read it.
    fn take_over(&mut self, name: &str, update: Update) {
        let created = update.edition.clone();
        if self.is_later(name, update.id.as_str(), &created, update.position) {
            self.taken_over += 1;
            self.files.insert(update.id.unrevised().to_owned());
            self.packages.insert(update.id.as_str().to_owned(), (created, update));
        }
    }

    /// Whether a package is the first one of its id, or later than the one that there is.
    fn is_later(&mut self, name: &str, key: &str, created: &str, position: Position) -> bool {
        let Some((before, known)) = self.packages.get(key) else { return true };
        let is_later = Instant::parse(created) > Instant::parse(before);
        let id = known.id.unrevised().to_owned();
        self.find(Code::SdpDuplicateId, name, position, &id);
        is_later
    }

    /// How much was found so far.
    fn found(&self) -> u64 {
        let all = |findings: &Diagnostics| findings.counts().map(|(_, times)| times).sum::<u64>();
        all(&self.findings) + all(&self.rules.findings)
    }

    /// Takes what was found in a document.
    fn take_findings(&mut self, name: &str) {
        let mut found = std::mem::take(&mut self.rules.findings);
        found.name_file(name);
        self.findings.append(found);
    }

    fn find(&mut self, code: Code, file: &str, position: Position, message: &str) {
        self.findings.add(Diagnostic {
            code,
            file: file.to_owned(),
            position,
            element: String::new(),
            message: message.to_owned(),
        });
    }

    fn finish(mut self, path: &Path, digest: [u8; 32]) -> Catalog {
        let listed = self.manifest.take().unwrap_or_default();
        for id in listed.keys() {
            if !self.files.contains(id) && !self.packages.contains_key(id) {
                self.find(Code::SdpManifestDangling, "", Position::default(), id);
            }
        }
        for (name, id) in std::mem::take(&mut self.counts.unlisted) {
            if !listed.is_empty() && !listed.contains_key(&id) {
                self.find(Code::SdpManifestMissing, &name, Position::default(), &id);
            }
        }
        self.source.path = path.to_string_lossy().into_owned();
        self.source.sha256 = digest;
        self.source.statistics = match self.taken_over {
            0 => self.counts.finish(&self.packages, &self.rules.written, listed.len()),
            // Of what was not read nothing was counted.
            taken_over => vec![
                ("packages".to_owned(), self.packages.len() as u64),
                (TAKEN_OVER.to_owned(), taken_over),
                ("manifest_entries".to_owned(), listed.len() as u64),
            ],
        };
        Catalog {
            source: self.source,
            patches: self.rules.patches.into_iter().collect(),
            updates: self.packages.into_values().map(|(_, update)| update).collect(),
            diagnostics: self.findings,
            ..Catalog::default()
        }
    }
}

/// Reads all there is.
fn whole(from: &mut dyn Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// An update that says in which file of its catalog it stands.
fn at(file: &str, mut update: Update) -> Update {
    if !file.is_empty() {
        update.extra.push((DOCUMENT.to_owned(), file.to_owned()));
    }
    update
}
