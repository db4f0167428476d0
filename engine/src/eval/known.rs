//! One client's facts, in normal form and by key: the obvious way to look something up.
//!
//! Serves the reference evaluator and `explain`; the fast path has its own. Source of truth:
//! `docs/inventories.md`, "Normal forms", and `docs/verdicts.md`, "Facts".

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::expr::{LoopOf, OsField, Subject};
use crate::model::fact::{
    Fact, File, HotfixState, Kernel, Kind, Kinds, Module, Msi, Os, Package, PackageKind, RegistryValue,
    Trait, Wmi,
};
use crate::model::hotfix;
use crate::model::installer;
use crate::model::inventory::{Inventory, Stated};
use crate::model::msi;
use crate::model::office;
use crate::model::path::{self, Folders};
use crate::model::product::folded;
use crate::model::registry::{self, View};
use crate::model::system::System;
use crate::model::truth::Truth;
use crate::model::verdict::Answer;
use crate::model::wql::{DEFAULT_NAMESPACE, Instance, class_key};

/// What an inventory says about the existence of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is there.
    Known,
    /// It is proved to be absent.
    Absent,
    /// Nothing is said.
    NotCollected,
}

/// What an inventory's word about the existence of a thing rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence<'k> {
    /// It is stated.
    Stated,
    /// This statement, a number in [`Inventory::facts`], proves that it is absent.
    ProvedAbsent(usize),
    /// Everything below a folder or a key is stated, and it is not.
    Covered {
        /// The folder or key, in normal form.
        under: &'k str,
        /// The statement, a number in [`Inventory::facts`].
        stated: usize,
    },
    /// Its kind is complete, and it is not there.
    Complete(Kind),
    /// Its kind is complete, but where this folder is, the client does not say.
    TokenUnknown(&'k str),
    /// Nothing is declared about it.
    Undeclared,
}

impl Evidence<'_> {
    /// What it says.
    pub fn state(self) -> State {
        match self {
            Evidence::Stated => State::Known,
            Evidence::ProvedAbsent(_) | Evidence::Covered { .. } | Evidence::Complete(_) => State::Absent,
            Evidence::TokenUnknown(_) | Evidence::Undeclared => State::NotCollected,
        }
    }
}

/// A fact in place: the record and the number of its statement in the inventory.
#[derive(Debug)]
pub struct Found<'i, T> {
    /// The record.
    pub record: &'i T,
    /// Which of [`Inventory::facts`] it is.
    pub stated: usize,
}

// Derived, these would ask the record to be Copy too.
impl<T> Copy for Found<'_, T> {}
impl<T> Clone for Found<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

/// A client's facts by key; of a repeated key the last.
#[derive(Debug, Default)]
pub struct Known<'i> {
    /// The operating system.
    pub os: Option<Found<'i, Os<'static>>>,
    /// The running kernel.
    pub kernel: Option<Found<'i, Kernel<'static>>>,
    /// Files by path in token form.
    pub files: BTreeMap<String, Found<'i, File<'static>>>,
    /// Registry values by normal key and folded name.
    pub values: BTreeMap<(String, String), Found<'i, RegistryValue<'static>>>,
    /// Registry keys that are there, those above others included, each with the first statement below.
    pub keys: BTreeMap<String, usize>,
    /// Windows Installer products by code.
    pub products: BTreeMap<String, Found<'i, Msi<'static>>>,
    /// Hotfixes by number: the state that wins and its statement.
    pub hotfixes: BTreeMap<u32, (HotfixState, usize)>,
    /// Stated products by folded name: what is said of the service pack, and its statement.
    pub named: BTreeMap<String, (Option<String>, usize)>,
    /// Installed packages by kind and name.
    pub packages: BTreeMap<(PackageKind, String), Vec<Found<'i, Package<'static>>>>,
    /// Module streams by name.
    pub modules: BTreeMap<String, Vec<Found<'i, Module<'static>>>>,
    /// The operating system with its traits.
    pub system: System,
    /// What rules about Office ask of all Windows Installer products, and what other scanners said.
    pub office: office::client::Client,
    /// Instances of management classes by class, with their statements.
    pub instances: BTreeMap<String, (Vec<Instance>, Vec<usize>)>,
    /// Kinds that are complete.
    pub complete: Kinds,
    absent: BTreeMap<Subject, usize>,
    covered: Vec<(Kind, String, usize)>,
    folders: Folders,
    tokens: BTreeSet<String>,
}

impl<'i> Known<'i> {
    /// Brings an inventory's facts into normal form.
    pub fn new(inventory: &'i Inventory) -> Self {
        let mut known = Known { complete: inventory.header.complete, ..Known::default() };
        let wide = known.find_folders(inventory);
        for (stated, entry) in inventory.facts.iter().enumerate() {
            known.take(entry, stated, wide);
        }
        known.state_system(inventory);
        known.state_installer(inventory);
        known.state_office(inventory);
        known
    }

    fn state_system(&mut self, inventory: &Inventory) {
        let closed = self.complete.contains(Kind::Os);
        self.system = System::new(self.os.map(|os| os.record), closed);
        self.system.all_releases = self.complete.contains(Kind::Product);
        self.system.servicing.closed = self.complete.contains(Kind::Cbs);
        for entry in &inventory.facts {
            match &entry.fact {
                Fact::Trait(record) => self.system.take(record),
                Fact::Product(record) => self.system.take_product(record),
                Fact::Cbs(record) => self.system.servicing.take(record),
                Fact::Absent(record) => match record.kind {
                    Some(Kind::Os) => self.system.take_absent(&record.reference),
                    Some(Kind::Product) => self.system.take_absent_product(&record.reference),
                    Some(Kind::Cbs) => self.system.servicing.take_absent(&record.reference),
                    Some(Kind::Msi) => self.system.installer.take_absent(&record.reference),
                    _ => {}
                },
                _ => {}
            }
        }
    }

    /// Brings what is stated of each product together, whatever stands first.
    fn state_installer(&mut self, inventory: &Inventory) {
        let all_patches = self.complete.contains(Kind::Msp);
        let of = |(code, found): (&String, &Found<'i, Msi<'static>>)| {
            (code.clone(), installer::Product::new(found.record, all_patches))
        };
        let installer = &mut self.system.installer;
        installer.all_products = self.complete.contains(Kind::Msi);
        installer.products = self.products.iter().map(of).collect();
        let mut product = |code: &str, take: &dyn Fn(&mut installer::Product)| {
            installer.products.get_mut(&msi::normal_code(code)).into_iter().for_each(take);
        };
        for entry in &inventory.facts {
            match &entry.fact {
                Fact::Msp(record) => product(&record.product, &|product| product.take_patch(record)),
                Fact::MsiPart(record) => product(&record.product, &|product| product.take_part(record)),
                Fact::Absent(record) if record.kind == Some(Kind::Msp) => {
                    let Some((code, patch)) = record.reference.split_once("::") else { continue };
                    product(code, &|product| product.take_absent_patch(patch));
                }
                _ => {}
            }
        }
    }

    /// Brings together what rules about Office ask.
    fn state_office(&mut self, inventory: &Inventory) {
        self.office = office::client::Client::new(self.complete);
        for (number, entry) in inventory.facts.iter().enumerate() {
            match &entry.fact {
                Fact::Msi(record) => self.office.take(record, number),
                Fact::Msp(record) => self.office.take_patch(record),
                Fact::ScanResult(record) => self.office.take_result(record, number),
                _ => {}
            }
        }
        // A patch that is stated is there, wherever its absence stands.
        for entry in &inventory.facts {
            match &entry.fact {
                Fact::Absent(record) if record.kind == Some(Kind::Msi) => {
                    self.office.take_absent(&record.reference);
                }
                Fact::Absent(record) if record.kind == Some(Kind::Msp) => {
                    self.office.take_absent_patch(&record.reference);
                }
                _ => {}
            }
        }
    }

    /// Finds the folders that the client states; gives whether it is a 64-bit system.
    fn find_folders(&mut self, inventory: &'i Inventory) -> bool {
        for (stated, entry) in inventory.facts.iter().enumerate() {
            if let Fact::Os(record) = &entry.fact {
                self.os = Some(Found { record, stated });
            }
        }
        let os = self.os.map(|os| os.record);
        let wide = is_wide(os.and_then(|os| os.arch.as_deref()));
        let traits = inventory.facts.iter().filter_map(|entry| match &entry.fact {
            Fact::Trait(record) => Some(record),
            _ => None,
        });
        let uses = |token: &str| inventory.facts.iter().any(|entry| uses_token(&entry.fact, token));
        for (folder, token) in stated_folders(os, traits, wide, uses) {
            self.folders.state(&folder, &token);
            self.tokens.extend(path::token(&token).map(str::to_owned));
        }
        wide
    }

    fn take(&mut self, entry: &'i Stated, stated: usize, wide: bool) {
        match &entry.fact {
            Fact::Kernel(record) => self.kernel = Some(Found { record, stated }),
            Fact::File(record) => {
                let mut path = path::normal(&record.path);
                // A folder is no file.
                if self.folders.holds(&path) {
                    return;
                }
                self.folders.tokenize(&mut path, 0);
                self.tokens.extend(path::token(&path).map(str::to_owned));
                self.files.insert(path, Found { record, stated });
            }
            Fact::RegistryValue(record) => {
                for view in registry::views(record.view, wide) {
                    let key = registry::normal_key(&record.key, *view);
                    self.add_key(&key, stated);
                    self.values.insert((key, fold(&record.name)), Found { record, stated });
                }
            }
            Fact::RegistryKey(record) => {
                for view in registry::views(record.view, wide) {
                    self.add_key(&registry::normal_key(&record.key, *view), stated);
                }
            }
            Fact::Msi(record) => {
                self.products.insert(msi::normal_code(&record.product), Found { record, stated });
            }
            Fact::Hotfix(record) => {
                let Some(id) = hotfix::id(&record.id) else { return };
                let state = self.hotfixes.entry(id).or_insert((record.state, stated));
                if record.state > state.0 {
                    *state = (record.state, stated);
                }
            }
            Fact::Product(record) => {
                let level = record.sp.as_deref().map(str::to_owned);
                self.named.insert(folded(&record.name), (level, stated));
            }
            Fact::Package(record) if is_installed(record) => {
                let key = (record.kind, record.name.clone().into_owned());
                self.packages.entry(key).or_default().push(Found { record, stated });
            }
            Fact::Module(record) => {
                let name = record.name.clone().into_owned();
                self.modules.entry(name).or_default().push(Found { record, stated });
            }
            Fact::Wmi(record) => {
                let class = wmi_class(record);
                let (instances, statements) = self.instances.entry(class).or_default();
                instances.push(Instance::of(record));
                statements.push(stated);
            }
            Fact::Absent(record) => {
                let Some(kind) = record.kind else { return };
                let views = registry::views(record.view, wide).iter();
                let subjects =
                    views.flat_map(|view| absent_subjects(kind, &record.reference, *view, &self.folders));
                for subject in subjects {
                    match subject {
                        // With a key everything below it is absent.
                        Subject::RegistryKey(key) => self.covered.push((Kind::Registry, key, stated)),
                        subject => _ = self.absent.insert(subject, stated),
                    }
                }
            }
            Fact::Coverage(record) => {
                if record.kind == Some(Kind::Registry) {
                    for view in registry::views(record.view, wide) {
                        let under = registry::normal_key(&record.under, *view);
                        self.covered.push((Kind::Registry, under, stated));
                    }
                } else if record.kind == Some(Kind::File) {
                    let under = self.path(&record.under).trim_end_matches('/').to_owned();
                    self.tokens.extend(path::token(&under).map(str::to_owned));
                    self.covered.push((Kind::File, under, stated));
                }
            }
            _ => {}
        }
    }

    /// The form in which a path is looked up: normal, and with the token of a folder that the client states.
    pub fn path(&self, text: &str) -> String {
        let mut path = path::normal(text);
        self.folders.tokenize(&mut path, 0);
        path
    }

    /// A path in token form with the folder that its token stands for; `None` where it begins with a token of
    /// which the client does not state one folder.
    pub fn expanded(&self, path: &str) -> Option<String> {
        match path::token(path) {
            Some(_) => self.folders.expand(path),
            None => Some(path.to_owned()),
        }
    }

    /// The token form of a rule's path, where it begins with a folder that the client states.
    fn token_form(&self, path: &str) -> Option<String> {
        let mut form = path.to_owned();
        self.folders.tokenize(&mut form, 0);
        (form != path).then_some(form)
    }

    /// Whether a path is that of a folder that the client states.
    pub fn is_folder(&self, path: &str) -> bool {
        let form = self.token_form(path);
        self.folders.is_folder(form.as_deref().unwrap_or(path))
    }

    /// The file that a rule's path names.
    pub fn file(&self, path: &str) -> Option<Found<'i, File<'static>>> {
        match self.token_form(path) {
            Some(path) => self.files.get(&path).copied(),
            None => self.files.get(path).copied(),
        }
    }

    fn add_key(&mut self, key: &str, stated: usize) {
        if self.keys.contains_key(key) {
            return;
        }
        for key in std::iter::once(key).chain(registry::parents(key)) {
            self.keys.entry(key.to_owned()).or_insert(stated);
        }
    }

    /// The answer of a loop over the sub-keys of a key, of which `truth` gives the truth at each.
    pub fn go_through(&self, key: &str, of: LoopOf, truth: impl Fn(&String) -> Truth) -> Answer {
        let subject = Subject::RegistryKey(key.to_owned());
        let whole = self.has_all_sub_keys(key);
        match self.state(&subject) {
            State::NotCollected => Answer::NOT_COLLECTED,
            State::Absent => of.answer([], true),
            State::Known => of.answer(self.sub_keys(key).map(truth), whole),
        }
    }

    /// Whether the sub-keys of a key that are not stated are absent.
    pub fn has_all_sub_keys(&self, key: &str) -> bool {
        let subject = Subject::RegistryKey(key.to_owned());
        self.complete.contains(Kind::Registry) || self.coverage(&subject).is_some()
    }

    /// The keys that stand right below one.
    pub fn sub_keys(&self, key: &str) -> impl Iterator<Item = &String> {
        let prefix = format!("{key}\\");
        let length = prefix.len();
        let below = self.keys.range(prefix.clone()..).map(|(found, _)| found);
        let below = below.take_while(move |found| found.starts_with(&prefix));
        below.filter(move |found| !found[length..].contains('\\'))
    }

    /// What the inventory says about the existence of a subject.
    pub fn state(&self, subject: &Subject) -> State {
        self.evidence(subject).state()
    }

    /// What the inventory's word about the existence of a subject rests on.
    pub fn evidence<'k>(&'k self, subject: &'k Subject) -> Evidence<'k> {
        let renamed = match subject {
            Subject::File(path) => self.token_form(path).map(Subject::File),
            _ => None,
        };
        let token = match (subject, &renamed) {
            (Subject::File(path), None) => path::token(path).filter(|token| !self.tokens.contains(*token)),
            // The token of a folder that the client states is one that it states.
            _ => None,
        };
        self.evidence_below(renamed.as_ref().unwrap_or(subject), token)
    }

    /// What the word about a subject in token form rests on, below a `token` that the client neither
    /// states nor uses.
    fn evidence_below<'k>(&'k self, subject: &Subject, token: Option<&'k str>) -> Evidence<'k> {
        if self.is_there(subject) {
            return Evidence::Stated;
        }
        if matches!(subject, Subject::Os(_)) {
            return Evidence::Undeclared;
        }
        if let Some(stated) = self.absent.get(subject) {
            return Evidence::ProvedAbsent(*stated);
        }
        let complete = self.complete.contains(subject.kind());
        match (token, self.coverage(subject)) {
            (Some(token), _) if complete => Evidence::TokenUnknown(token),
            (None, _) if complete => Evidence::Complete(subject.kind()),
            (None, Some((under, stated))) => Evidence::Covered { under, stated },
            (Some(_), _) | (None, None) => Evidence::Undeclared,
        }
    }

    fn is_there(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Os(field) => self.os.is_some_and(|os| os_text(os.record, *field).is_some()),
            Subject::File(path) => self.files.contains_key(path),
            Subject::RegistryValue { key, name } => self.values.contains_key(&(key.clone(), name.clone())),
            Subject::RegistryKey(key) => self.keys.contains_key(key),
            Subject::Msi(code) => self.products.contains_key(code),
            Subject::Hotfix(id) => self.hotfixes.contains_key(id),
            Subject::Product(name) => self.named.contains_key(name),
            Subject::Package(kind, name) => self.packages.contains_key(&(*kind, name.clone())),
            Subject::Module(name) => self.modules.contains_key(name),
            // What is stated of it answers for itself.
            Subject::System | Subject::Installer => true,
            Subject::Wmi(class) => self.instances.contains_key(class),
        }
    }

    /// The declared folder or key that a subject stands below, and its statement.
    fn coverage(&self, subject: &Subject) -> Option<(&str, usize)> {
        let text = match subject {
            Subject::File(path) => path,
            Subject::RegistryValue { key, .. } | Subject::RegistryKey(key) => key,
            _ => return None,
        };
        let below = |under: &str| {
            text.strip_prefix(under).is_some_and(|rest| rest.is_empty() || rest.starts_with(['\\', '/']))
        };
        let found = self.covered.iter().find(|(kind, under, _)| *kind == subject.kind() && below(under));
        found.map(|(_, under, stated)| (under.as_str(), *stated))
    }
}

/// The key of the class that an instance is of.
pub fn wmi_class(stated: &Wmi<'_>) -> String {
    class_key(stated.namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE), &stated.class)
}

/// Whether a package fact counts as installed. The keys that rpm lists among its packages do not, and
/// neither does anything else without an architecture.
pub fn is_installed(package: &Package<'_>) -> bool {
    let of_rpm = package.kind == PackageKind::Rpm;
    let is_key = of_rpm && (package.name == "gpg-pubkey" || package.arch.as_deref() == Some("(none)"));
    !is_key && package.status.as_deref().is_none_or(|status| status == "installed")
}

/// Whether an architecture has a 32-bit view beside its own; unknown counts as one.
pub fn is_wide(arch: Option<&str>) -> bool {
    let narrow = |arch: &str| {
        ["x86", "32 bits", "32-bit", "arm", "armv7l", "armhfp", "armv7hl"].contains(&arch)
            || (arch.len() == 4 && arch.starts_with('i') && arch.ends_with("86"))
            || arch.starts_with("x86-based")
    };
    !arch.is_some_and(|arch| narrow(arch.trim().to_ascii_lowercase().as_str()))
}

/// Whether a fact names a file or a folder by a token.
fn uses_token(fact: &Fact<'_>, token: &str) -> bool {
    let path = match fact {
        Fact::File(file) => &file.path,
        Fact::Coverage(covered) if covered.kind == Some(Kind::File) => &covered.under,
        _ => return false,
    };
    path::token(&path::normal(path)) == Some(token)
}

/// A folder and the token that stands for it.
type Folder<'s> = (Cow<'s, str>, Cow<'static, str>);

/// What a system of 32 bits calls the folders that only one of 64 has.
const NARROW: [(&str, &str); 3] = [
    ("%programfiles(x86)%", "%programfiles%"),
    ("%commonprogramfiles(x86)%", "%commonprogramfiles%"),
    (r"%windir%\syswow64", r"%windir%\system32"),
];

/// Folders that stand in others, so that rules may name what is in them by either.
const INNER: [(&str, &str); 2] =
    [("%commonprogramfiles%", "%programfiles%"), ("%commonprogramfiles(x86)%", "%programfiles(x86)%")];

/// The folders that a client states, with their tokens; `uses` says whether it names anything by one.
pub fn stated_folders<'s>(
    os: Option<&'s Os<'_>>,
    traits: impl IntoIterator<Item = &'s Trait<'s>>,
    wide: bool,
    uses: impl Fn(&str) -> bool,
) -> Vec<Folder<'s>> {
    let of_system = windows_folders(os).into_iter();
    let mut folders: Vec<Folder<'s>> =
        of_system.map(|(folder, token)| (Cow::Borrowed(folder), Cow::Borrowed(token))).collect();
    for stated in traits {
        if let Some(token) = folder_token(&stated.group, &stated.name, wide) {
            folders.push((Cow::Borrowed(stated.value.as_ref()), Cow::Owned(token)));
        }
    }
    let is_windows = os.is_some_and(|os| os.family.eq_ignore_ascii_case("windows"));
    for (folder, token) in NARROW.into_iter().filter(|_| is_windows && !wide) {
        let first = path::token(token);
        let is_known = folders.iter().any(|(_, stated)| path::token(stated) == first);
        if is_known || first.is_some_and(&uses) {
            folders.push((Cow::Borrowed(folder), Cow::Borrowed(token)));
        }
    }
    for (token, outer) in INNER {
        let Some(below) = below(&folders, token, outer) else { continue };
        folders.push((Cow::Owned(format!("{outer}{below}")), Cow::Borrowed(token)));
        let same = NARROW.into_iter().filter(|(_, same)| is_windows && !wide && *same == outer);
        folders
            .extend(same.map(|(narrow, _)| (Cow::Owned(format!("{narrow}{below}")), Cow::Borrowed(token))));
    }
    folders
}

/// The way from the folder of one token down to that of another, where the client has one in the other.
fn below(folders: &[Folder<'_>], token: &str, outer: &str) -> Option<String> {
    let of =
        |wanted: &str| folders.iter().rfind(|(folder, stated)| stated == wanted && !folder.starts_with('%'));
    let [(inner, _), (outer, _)] = [of(token)?, of(outer)?];
    let inner = path::normal(inner);
    let below = inner.strip_prefix(&path::normal(outer))?;
    below.starts_with('\\').then(|| below.to_owned())
}

/// The folders that the operating system of a client has, with their tokens.
fn windows_folders<'o>(os: Option<&'o Os<'_>>) -> Vec<(&'o str, &'static str)> {
    const WINDIR: &str = "%windir%";
    match os {
        Some(os) if !os.family.eq_ignore_ascii_case("windows") => Vec::new(),
        Some(Os { windir: Some(windir), .. }) => vec![(windir.as_ref(), WINDIR)],
        Some(_) => vec![(r"C:\WINDOWS", WINDIR), (r"C:\WINNT", WINDIR)],
        None => Vec::new(),
    }
}

/// The most bytes of the name of an environment variable that is a token: what it stands for may be written
/// out for every path of a rule.
const TOKEN_BYTES: usize = 255;

/// The token that a trait of a client gives a folder, in normal form.
fn folder_token(group: &str, name: &str, wide: bool) -> Option<String> {
    match group {
        "env" if name.len() <= TOKEN_BYTES => {
            let mut token = String::with_capacity(name.len() + 2);
            path::write_normal(&format!("%{}%", name.trim_matches('%')), &mut token);
            Some(token)
        }
        "folder" => path::shell_folder(name.trim().parse().ok()?, wide).map(str::to_owned),
        _ => None,
    }
}

fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    path::fold_text(text, &mut out);
    out
}

/// The subjects whose absence a reference of a kind proves.
pub fn absent_subjects(kind: Kind, reference: &str, view: View, folders: &Folders) -> Vec<Subject> {
    match kind {
        Kind::File => {
            let mut path = path::normal(reference);
            folders.tokenize(&mut path, 0);
            vec![Subject::File(path)]
        }
        Kind::Registry => match split_value(reference) {
            Some((key, name)) => {
                vec![Subject::RegistryValue { key: registry::normal_key(key, view), name: fold(name) }]
            }
            None => vec![Subject::RegistryKey(registry::normal_key(reference, view))],
        },
        Kind::Hotfix => hotfix::id(reference).map(Subject::Hotfix).into_iter().collect(),
        Kind::Package => [PackageKind::Rpm, PackageKind::Deb]
            .into_iter()
            .map(|kind| Subject::Package(kind, reference.trim().to_owned()))
            .collect(),
        Kind::Module => vec![Subject::Module(reference.trim().to_owned())],
        Kind::Msi => vec![Subject::Msi(msi::normal_code(reference))],
        Kind::Product => vec![Subject::Product(folded(reference))],
        Kind::Wmi => match reference.rsplit_once(':') {
            Some((namespace, class)) => vec![Subject::Wmi(class_key(namespace, class))],
            None => vec![Subject::Wmi(class_key(DEFAULT_NAMESPACE, reference))],
        },
        Kind::Os | Kind::Msp | Kind::Cbs => Vec::new(),
    }
}

/// Splits `KEY::NAME`, where the key may begin with `Registry::`.
fn split_value(reference: &str) -> Option<(&str, &str)> {
    const PREFIX: &str = "registry::";
    let reference = reference.trim_start_matches(path::BLANK);
    let is_prefixed = reference.get(..PREFIX.len()).is_some_and(|head| head.eq_ignore_ascii_case(PREFIX));
    let start = if is_prefixed { PREFIX.len() } else { 0 };
    let end = start + reference[start..].find("::")?;
    Some((&reference[..end], &reference[end + 2..]))
}

/// The text of an attribute of the operating system.
pub fn os_text(os: &Os<'_>, field: OsField) -> Option<String> {
    let number = |value: Option<u32>| value.map(|value| value.to_string());
    let text = |value: &Option<crate::model::fact::Text<'_>>| value.as_deref().map(str::to_owned);
    match field {
        OsField::Family => Some(os.family.clone().into_owned()).filter(|family| !family.is_empty()),
        OsField::Name => text(&os.name),
        OsField::Version => text(&os.version),
        OsField::Build => number(os.build),
        OsField::Ubr => number(os.ubr),
        OsField::Sp => text(&os.sp),
        OsField::SpMinor => number(os.sp_minor),
        OsField::Arch => text(&os.arch),
        OsField::Edition => text(&os.edition),
        OsField::Sku => number(os.sku),
        OsField::ProductType => text(&os.product_type),
        OsField::Suite => number(os.suite),
        OsField::Installation => text(&os.installation),
        OsField::Language => text(&os.language),
        OsField::Codepage => number(os.codepage),
        OsField::Windir => text(&os.windir),
        OsField::RebootPending => os.reboot_pending.map(|pending| pending.to_string()),
    }
}
