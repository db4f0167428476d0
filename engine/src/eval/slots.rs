//! One client's facts, as answers to what an index asks: the fast way to look something up.
//!
//! A collector that keeps no fact: each is brought into normal form, its subject found in the index,
//! and every question about that subject answered at once. What depends on facts that may come later
//! (folders, the width of the system, the running kernel) waits in one arena until the client is whole.
//! All memory is reused from client to client.

use super::known::{self, State, absent_subjects, folder_token, os_text, windows_folders};
use super::packages::Instances;
use super::plan::Plan;
use super::products::Products;
use super::program::Context;
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::index::columns::{Column, NONE};
use crate::index::probe::tag;
use crate::index::restore::rules::presence;
use crate::model::expr::{Question, Subject};
use crate::model::fact::{self, Fact, FileVersion, HotfixState, Kind, Kinds, Module, ModuleState, Os};
use crate::model::flag::Flags;
use crate::model::hotfix;
use crate::model::inventory::{Collector, Header, Inventory, Marks};
use crate::model::law;
use crate::model::options::{Checksum, RegistryItems};
use crate::model::path::{self, Folders};
use crate::model::product;
use crate::model::reason::Reason;
use crate::model::registry::{self, View};
use crate::model::truth::Truth;
use crate::model::verdict::Answer;

/// A file that waits until the client's folders are known; its path is in the arena.
#[derive(Clone, Copy, Debug)]
struct WaitingFile {
    end: u32,
    version: FileVersion,
    checksum: Option<u64>,
}

/// A registry value of the 32-bit view that waits until the width of the system is known.
#[derive(Clone, Debug)]
struct WaitingValue {
    order: u32,
    value: fact::RegistryValue<'static>,
}

/// One client's facts as answers.
#[derive(Debug)]
pub struct Slots<'p> {
    pub(super) plan: &'p Plan<'p>,
    /// What the inventory says of itself.
    pub header: Header<'static>,
    /// Marks of the inventory.
    pub marks: Marks,
    /// How many facts it states.
    pub facts: u64,
    /// Findings.
    pub diagnostics: Diagnostics,
    pub(super) products: Products,
    pub(super) packages: Instances,
    pub(super) modules: Vec<Module<'static>>,
    pub(super) kernel: Option<fact::Kernel<'static>>,
    /// Counts clients; what carries another number is of an earlier one.
    now: u32,
    stamps: Vec<u32>,
    states: Vec<State>,
    orders: Vec<u32>,
    /// The subjects that the inventory says something about.
    pub(super) touched: Vec<u32>,
    answers: Vec<Answer>,
    /// The answers with checksums left out, where they count at all.
    unchecked: Vec<Answer>,
    os: Option<Os<'static>>,
    arena: String,
    files: Vec<WaitingFile>,
    values: Vec<WaitingValue>,
    traits: Vec<fact::Trait<'static>>,
    absent: Vec<fact::Absent<'static>>,
    covered: Vec<fact::Coverage<'static>>,
    folders: Folders,
    tokens: Vec<bool>,
    reboot: bool,
    text: String,
    name: String,
}

impl<'p> Slots<'p> {
    /// Makes empty slots for the clients of one worker.
    pub fn new(plan: &'p Plan<'p>) -> Slots<'p> {
        let predicates = plan.view.columns.predicate_subject.len();
        let checks = plan.options.checksum != Checksum::Off;
        Slots {
            plan,
            header: Header::default(),
            marks: Marks::NONE,
            facts: 0,
            diagnostics: Diagnostics::new(),
            products: Products::default(),
            packages: Instances::new(plan.view.subjects()),
            modules: Vec::new(),
            kernel: None,
            now: 0,
            stamps: vec![0; plan.view.subjects()],
            states: vec![State::NotCollected; plan.view.subjects()],
            orders: vec![0; plan.view.subjects()],
            touched: Vec::new(),
            answers: vec![Answer::NOT_COLLECTED; predicates],
            unchecked: vec![Answer::NOT_COLLECTED; if checks { predicates } else { 0 }],
            os: None,
            arena: String::new(),
            files: Vec::new(),
            values: Vec::new(),
            traits: Vec::new(),
            absent: Vec::new(),
            covered: Vec::new(),
            folders: Folders::default(),
            tokens: vec![false; plan.view.columns.token_text.len()],
            reboot: false,
            text: String::new(),
            name: String::new(),
        }
    }

    /// Begins the next client.
    pub fn begin(&mut self) {
        self.now = self.now.wrapping_add(1);
        if self.now == 0 {
            self.stamps.fill(0);
            self.now = 1;
        }
        self.header = Header::default();
        (self.marks, self.facts, self.reboot) = (Marks::NONE, 0, false);
        self.diagnostics = Diagnostics::new();
        self.products.clear();
        self.packages.clear();
        (self.os, self.kernel) = (None, None);
        self.arena.clear();
        self.folders.clear();
        self.tokens.fill(false);
        self.touched.clear();
        self.modules.clear();
        self.files.clear();
        self.values.clear();
        self.traits.clear();
        self.absent.clear();
        self.covered.clear();
    }

    /// Takes a whole inventory, fact by fact.
    pub fn take(&mut self, inventory: &Inventory) {
        self.header(inventory.header.clone());
        self.marks = inventory.marks;
        inventory.facts.iter().for_each(|stated| self.fact(stated.fact.clone(), stated.position));
    }

    /// The kinds that are complete.
    pub(super) fn complete_kinds(&self) -> Kinds {
        self.header.complete
    }

    /// The client's language.
    pub(super) fn language(&self) -> Option<&str> {
        self.os.as_ref().and_then(|os| os.language.as_deref())
    }

    /// What the inventory says about the existence of a subject.
    #[inline]
    pub(super) fn state(&self, subject: usize) -> State {
        if self.stamps.get(subject) == Some(&self.now) {
            return self.states[subject];
        }
        match kind_of(self.plan.view.columns.subject_tag.at(subject)) {
            Some(kind) if kind != Kind::Os && self.header.complete.contains(kind) => State::Absent,
            _ => State::NotCollected,
        }
    }

    /// The answer of a predicate.
    #[inline]
    pub(super) fn answer(&self, predicate: usize, context: Context) -> Answer {
        let columns = self.plan.view.columns;
        let question = columns.predicate_question.at(predicate);
        if question == question::DATA && self.plan.options.registry == RegistryItems::Ignored {
            return Answer::new(Truth::NotApplicable, Reason::NoEvidence);
        }
        let subject = columns.predicate_subject.at(predicate) as usize;
        match self.state(subject) {
            State::NotCollected => Answer::NOT_COLLECTED,
            State::Absent if question == question::FILE_EVIDENCE => {
                law::absent_file(presence(columns.predicate_a.at(predicate)))
            }
            State::Absent => Answer::not(absent_reason(columns.subject_tag.at(subject))),
            State::Known => {
                let checked = context.checksums || self.unchecked.is_empty();
                let answers = if checked { &self.answers } else { &self.unchecked };
                let mut answer = answers.get(predicate).copied().unwrap_or(Answer::UNSUPPORTED);
                if self.reboot && question == question::FILE_EVIDENCE && answer.truth == Truth::True {
                    answer.flags |= Flags::REBOOT_PENDING;
                }
                answer
            }
        }
    }

    /// Sets the state of a subject.
    #[inline]
    pub(super) fn set(&mut self, subject: usize, state: State) {
        if self.stamps[subject] != self.now {
            self.stamps[subject] = self.now;
            self.orders[subject] = 0;
            self.touched.push(subject as u32);
        }
        self.states[subject] = state;
    }

    fn is_stamped(&self, subject: usize) -> bool {
        self.stamps[subject] == self.now
    }

    /// The predicates of a subject.
    #[inline]
    pub(super) fn predicates(&self, subject: usize) -> std::ops::Range<usize> {
        let range = self.plan.view.columns.subject_predicate_ends(subject);
        range.start.min(self.answers.len())..range.end.min(self.answers.len())
    }

    #[inline]
    pub(super) fn put(&mut self, predicate: usize, answer: Answer) {
        self.answers[predicate] = answer;
        if let Some(unchecked) = self.unchecked.get_mut(predicate) {
            *unchecked = answer;
        }
    }

    /// Answers everything that waited until the client was whole.
    pub fn finish(&mut self) {
        let os = self.os.take();
        let wide = known::is_wide(os.as_ref().and_then(|os| os.arch.as_deref()));
        self.reboot = os.as_ref().and_then(|os| os.reboot_pending) == Some(true);
        self.state_folders(os.as_ref(), wide);
        self.finish_os(os.as_ref());
        self.os = os;
        self.finish_files();
        self.finish_values(wide);
        self.finish_absent(wide);
        self.finish_coverage(wide);
        self.finish_tokens();
        self.finish_products();
        self.finish_packages();
    }

    fn state_folders(&mut self, os: Option<&Os<'_>>, wide: bool) {
        for (folder, token) in windows_folders(os) {
            self.folders.state(folder, token);
            self.use_token(token);
        }
        for stated in std::mem::take(&mut self.traits) {
            if let Some(token) = folder_token(&stated.group, &stated.name, wide) {
                self.folders.state(&stated.value, &token);
                self.use_token(&token);
            }
        }
    }

    /// Notes that the client uses the token that a normal path begins with.
    fn use_token(&mut self, path: &str) {
        let Some(token) = path::token(path) else { return };
        let columns = self.plan.view.columns;
        let same = |at: &usize| self.plan.view.text(columns.token_text.at(*at)) == token;
        if let Some(at) = (0..self.tokens.len()).find(same) {
            self.tokens[at] = true;
        }
    }

    fn finish_os(&mut self, os: Option<&Os<'_>>) {
        let Some(os) = os else { return };
        for (subject, field) in &self.plan.os {
            let Some(text) = os_text(os, *field) else { continue };
            self.set(*subject as usize, State::Known);
            self.compare_text(*subject as usize, Some(&text), Reason::PlatformDiffers);
        }
    }

    /// Answers the questions about a subject whose value is text.
    fn compare_text(&mut self, subject: usize, text: Option<&str>, differs: Reason) {
        for predicate in self.predicates(subject) {
            let answer = match (self.plan.view.predicate(predicate), text) {
                (Some((_, Question::Exists)), _) => Answer::TRUE,
                (Some((_, Question::Compare(comparison, operand))), Some(text)) => {
                    law::compare(comparison, &operand, text.trim_matches(path::BLANK), differs)
                }
                (Some((_, Question::Compare(..))), None) => Answer::PART_NOT_COLLECTED,
                _ => Answer::RULE_ERROR,
            };
            self.put(predicate, answer);
        }
    }

    fn finish_files(&mut self) {
        let files = std::mem::take(&mut self.files);
        let arena = std::mem::take(&mut self.arena);
        let mut text = std::mem::take(&mut self.text);
        let mut start = 0;
        for file in &files {
            let end = file.end as usize;
            text.clear();
            text.push_str(&arena[start..end]);
            self.folders.tokenize(&mut text, 0);
            if self.tokens.contains(&false) {
                self.use_token(&text);
            }
            if let Some(subject) = self.plan.view.find(tag::FILE, text.as_bytes(), &[]) {
                self.file(subject, file);
            }
            start = end;
        }
        (self.files, self.arena, self.text) = (files, arena, text);
    }

    /// Answers the questions about a file that is there.
    fn file(&mut self, subject: usize, file: &WaitingFile) {
        self.set(subject, State::Known);
        let plan = self.plan;
        let columns = plan.view.columns;
        let code = law::file_version(file.version).map(|version| plan.view.code(subject, &version.key()));
        let order = |rank: u32| code.map(|code| code.cmp(&rank.saturating_mul(2).saturating_add(1)));
        for predicate in self.predicates(subject) {
            let (a, b) = (columns.predicate_a.at(predicate), columns.predicate_b.at(predicate));
            match columns.predicate_question.at(predicate) {
                question::EXISTS => self.put(predicate, Answer::TRUE),
                question::FILE_EVIDENCE => {
                    let order = if b == NONE { Some(std::cmp::Ordering::Equal) } else { order(b) };
                    let expected = u64::from(columns.predicate_c.at(predicate))
                        | u64::from(columns.predicate_d.at(predicate)) << 32;
                    let expected = (a >> 8 & 1 == 1).then_some(expected);
                    let answer = |policy| law::file(presence(a), order, expected, file.checksum, policy);
                    self.answers[predicate] = answer(plan.options.checksum);
                    if let Some(unchecked) = self.unchecked.get_mut(predicate) {
                        *unchecked = answer(Checksum::Off);
                    }
                }
                _ => {
                    let answer = match plan.view.predicate(predicate) {
                        Some((_, Question::Compare(comparison, operand))) => {
                            law::compare_file(comparison, &operand, file.version)
                        }
                        _ => Answer::RULE_ERROR,
                    };
                    self.put(predicate, answer);
                }
            }
        }
    }

    fn finish_values(&mut self, wide: bool) {
        let mut values = std::mem::take(&mut self.values);
        for waiting in values.drain(..) {
            let view = if wide { View::Narrow } else { View::Native };
            self.value(&waiting.value, view, waiting.order);
        }
        self.values = values;
    }

    /// Answers the questions about a registry value, unless a later statement of it was taken.
    fn value(&mut self, value: &fact::RegistryValue<'_>, view: View, order: u32) {
        self.text.clear();
        registry::write_normal_key(&value.key, view, &mut self.text);
        self.keys_above();
        self.name.clear();
        path::fold_text(&value.name, &mut self.name);
        let found = self.plan.view.find(tag::REGISTRY_VALUE, self.text.as_bytes(), self.name.as_bytes());
        let Some(subject) = found else { return };
        let later = self.is_stamped(subject) && self.orders[subject] > order;
        if later {
            return;
        }
        self.set(subject, State::Known);
        self.orders[subject] = order;
        self.data(subject, value.data.as_deref());
    }

    /// Answers the questions about the data of a registry value.
    fn data(&mut self, subject: usize, data: Option<&str>) {
        let view = self.plan.view;
        let columns = view.columns;
        for predicate in self.predicates(subject) {
            if columns.predicate_question.at(predicate) == question::COMPARE {
                self.compare_value(predicate, data);
                continue;
            }
            let (a, b) = (columns.predicate_a.at(predicate), columns.predicate_b.at(predicate));
            let fits = match (columns.predicate_question.at(predicate), a, data) {
                (question::EXISTS, ..) | (question::DATA, 0, _) => Some(true),
                (question::DATA, _, None) => None,
                (question::DATA, 1, Some(data)) => {
                    let expected = u64::from(b) | u64::from(columns.predicate_c.at(predicate)) << 32;
                    Some(registry::number(data) == Some(expected))
                }
                (question::DATA, 2, Some(data)) => {
                    self.name.clear();
                    product::write_folded(data, &mut self.name);
                    Some(self.name.as_bytes() == view.text_bytes(b))
                }
                (question::DATA, _, Some(_)) => {
                    let answer = match view.predicate(predicate) {
                        Some((_, Question::Data(expected))) => law::registry_data(&expected, data),
                        _ => Answer::RULE_ERROR,
                    };
                    self.put(predicate, answer);
                    continue;
                }
                _ => {
                    self.put(predicate, Answer::RULE_ERROR);
                    continue;
                }
            };
            let answer = match fits {
                Some(true) => Answer::TRUE,
                Some(false) => Answer::not(Reason::RegistryDiffers),
                None => Answer::PART_NOT_COLLECTED,
            };
            self.put(predicate, answer);
        }
    }

    fn compare_value(&mut self, predicate: usize, data: Option<&str>) {
        let answer = match (self.plan.view.predicate(predicate), data) {
            (Some((_, Question::Compare(..))), None) => Answer::PART_NOT_COLLECTED,
            (Some((_, Question::Compare(comparison, operand))), Some(data)) => {
                law::compare(comparison, &operand, data, Reason::RegistryDiffers)
            }
            _ => Answer::RULE_ERROR,
        };
        self.put(predicate, answer);
    }

    /// Notes the key in `text`, and those above it, as there; only where rules ask for keys.
    fn keys_above(&mut self) {
        if !self.plan.asks_keys {
            return;
        }
        let key = std::mem::take(&mut self.text);
        for key in std::iter::once(key.as_str()).chain(registry::parents(&key)) {
            if let Some(subject) = self.plan.view.find(tag::REGISTRY_KEY, key.as_bytes(), &[]) {
                self.set(subject, State::Known);
                self.compare_text(subject, None, Reason::RegistryDiffers);
            }
        }
        self.text = key;
    }

    fn finish_absent(&mut self, wide: bool) {
        for stated in std::mem::take(&mut self.absent) {
            let Some(kind) = stated.kind else { continue };
            let view = if wide { stated.view } else { View::Native };
            for subject in absent_subjects(kind, &stated.reference, view, &self.folders) {
                if let Subject::RegistryKey(key) = &subject {
                    // With a key everything below it is absent.
                    self.cover(&[tag::REGISTRY_VALUE, tag::REGISTRY_KEY], key, false);
                } else if let Some(subject) = self.plan.view.find_subject(&subject) {
                    if !self.is_stamped(subject) {
                        self.set(subject, State::Absent);
                    }
                }
            }
        }
    }

    fn finish_coverage(&mut self, wide: bool) {
        let covered = std::mem::take(&mut self.covered);
        let mut folders = Vec::new();
        for stated in &covered {
            if stated.kind == Some(Kind::Registry) {
                let key = registry::normal_key(&stated.under, if wide { stated.view } else { View::Native });
                self.cover(&[tag::REGISTRY_VALUE, tag::REGISTRY_KEY], &key, false);
            } else if stated.kind == Some(Kind::File) {
                let mut under = path::normal(&stated.under);
                self.folders.tokenize(&mut under, 0);
                self.use_token(&under);
                under.truncate(under.trim_end_matches('/').len());
                folders.push(under);
            }
        }
        for under in folders {
            self.cover(&[tag::FILE], &under, true);
        }
    }

    /// Makes every subject at or below `under` absent that nothing is said of.
    fn cover(&mut self, tags: &[u8], under: &str, files: bool) {
        for tag in tags {
            let below = format!("{under}\\");
            let slash = format!("{under}/");
            let exact = self.range(*tag, |text| text < under.as_bytes(), |text| text <= under.as_bytes());
            let past = |prefix: &str| {
                let prefix = prefix.as_bytes().to_vec();
                move |text: &[u8]| text < prefix.as_slice() || text.starts_with(&prefix)
            };
            let back = self.range(*tag, |text| text < below.as_bytes(), past(&below));
            let forward = self.range(*tag, |text| text < slash.as_bytes(), past(&slash));
            for subject in exact.chain(back).chain(forward) {
                if !self.is_stamped(subject) && !(files && self.token_is_unknown(subject)) {
                    self.set(subject, State::Absent);
                }
            }
        }
    }

    /// The subjects of a tag between two bounds on their text, which the order of subjects keeps together.
    fn range(
        &self,
        tag: u8,
        before: impl Fn(&[u8]) -> bool,
        within: impl Fn(&[u8]) -> bool,
    ) -> std::ops::Range<usize> {
        let view = self.plan.view;
        let bound = |less: &dyn Fn(&[u8]) -> bool| {
            let (mut low, mut high) = (0, view.subjects());
            while low < high {
                let middle = low + (high - low) / 2;
                let found = view.columns.subject_tag.at(middle);
                let text = view.text_bytes(view.columns.subject_text.at(middle));
                if found < tag || found == tag && less(text) { low = middle + 1 } else { high = middle }
            }
            low
        };
        let start = bound(&before);
        start..bound(&within).max(start)
    }

    fn token_is_unknown(&self, subject: usize) -> bool {
        let columns = self.plan.view.columns;
        let holds = |at: &usize| {
            (columns.token_first.at(*at) as usize..columns.token_end.at(*at) as usize).contains(&subject)
        };
        (0..self.tokens.len()).find(holds).is_some_and(|at| !self.tokens[at])
    }

    /// A file below a token that the client neither states nor uses was not collected, whatever is
    /// complete.
    fn finish_tokens(&mut self) {
        let columns = self.plan.view.columns;
        if !self.header.complete.contains(Kind::File) {
            return;
        }
        for at in 0..self.tokens.len() {
            if self.tokens[at] {
                continue;
            }
            let end = (columns.token_end.at(at) as usize).min(self.stamps.len());
            for subject in columns.token_first.at(at) as usize..end {
                if !self.is_stamped(subject) {
                    self.set(subject, State::NotCollected);
                }
            }
        }
    }

    fn hotfix(&mut self, stated: &fact::Hotfix<'_>) {
        let Some(id) = hotfix::id(&stated.id) else { return };
        self.text.clear();
        // Writing to a string cannot fail.
        _ = std::fmt::Write::write_fmt(&mut self.text, format_args!("{id}"));
        let Some(subject) = self.plan.view.find(tag::HOTFIX, self.text.as_bytes(), &[]) else { return };
        let rank = match stated.state {
            HotfixState::Installed => 1,
            HotfixState::Failed => 2,
            HotfixState::Pending => 3,
        };
        if self.is_stamped(subject) && self.orders[subject] >= rank {
            return;
        }
        self.set(subject, State::Known);
        self.orders[subject] = rank;
        for predicate in self.predicates(subject) {
            let exists = self.plan.view.columns.predicate_question.at(predicate) == question::EXISTS;
            self.put(predicate, if exists { law::hotfix(stated.state) } else { Answer::RULE_ERROR });
        }
    }

    fn msi(&mut self, stated: &fact::Msi<'_>) {
        self.text.clear();
        self.text.extend(stated.product.chars().flat_map(char::to_uppercase));
        let Some(subject) = self.plan.view.find(tag::MSI, self.text.as_bytes(), &[]) else { return };
        self.set(subject, State::Known);
        self.compare_text(subject, stated.version.as_deref(), Reason::RuleFalse);
    }
}

impl Collector for Slots<'_> {
    fn header(&mut self, header: Header<'_>) {
        let mut inventory = Inventory { header: std::mem::take(&mut self.header), ..Inventory::default() };
        inventory.header(header);
        self.header = inventory.header;
    }

    #[inline]
    fn fact(&mut self, fact: Fact<'_>, _position: Position) {
        self.facts += 1;
        match fact {
            Fact::File(file) => {
                path::write_normal(&file.path, &mut self.arena);
                let Ok(end) = u32::try_from(self.arena.len()) else { return };
                self.files.push(WaitingFile { end, version: file.version, checksum: file.checksum });
            }
            Fact::RegistryValue(value) => {
                let order = u32::try_from(self.facts).unwrap_or(u32::MAX);
                if value.view == View::Narrow {
                    self.values.push(WaitingValue { order, value: value.into_owned() });
                } else {
                    self.value(&value, View::Native, order);
                }
            }
            Fact::RegistryKey(key) if self.plan.asks_keys => {
                let value = fact::RegistryValue { key: key.key, view: key.view, ..Default::default() };
                self.key(value);
            }
            Fact::Package(package) => self.package(&package),
            Fact::Hotfix(hotfix) => self.hotfix(&hotfix),
            Fact::Product(product) => self.product(&product),
            Fact::Msi(msi) => self.msi(&msi),
            Fact::Module(module) => self.module(module),
            Fact::Os(os) => self.os = Some(os.into_owned()),
            Fact::Kernel(kernel) => self.kernel = Some(kernel.into_owned()),
            Fact::Trait(stated) => self.traits.push(stated.into_owned()),
            Fact::Absent(absent) => self.absent.push(absent.into_owned()),
            Fact::Coverage(covered) => self.covered.push(covered.into_owned()),
            Fact::RegistryKey(_)
            | Fact::MsiPart(_)
            | Fact::Msp(_)
            | Fact::Cbs(_)
            | Fact::Wmi(_)
            | Fact::ScanResult(_)
            | Fact::Tag(_) => {}
        }
    }

    fn complete(&mut self, kinds: Kinds) {
        self.header.complete.extend(kinds);
    }

    fn incomplete(&mut self, kinds: Kinds) {
        kinds.iter().for_each(|kind| self.header.complete.remove(kind));
    }

    fn mark(&mut self, marks: Marks) {
        self.marks.insert(marks);
    }

    fn diagnostic(&mut self, code: Code, position: Position, message: &str) {
        self.diagnostics.push(code, position, "", message);
    }
}

impl Slots<'_> {
    /// Takes a registry key that is there; of the 32-bit view it waits as a value without a name would.
    fn key(&mut self, key: fact::RegistryValue<'_>) {
        self.text.clear();
        registry::write_normal_key(&key.key, View::Native, &mut self.text);
        if key.view == View::Native {
            self.keys_above();
            return;
        }
        // The name cannot be one that a rule asks for, so that only the key is noted.
        let name = fact::Text::Borrowed("\u{0}");
        let order = u32::try_from(self.facts).unwrap_or(u32::MAX);
        let value = fact::RegistryValue { name, ..key.into_owned() };
        self.values.push(WaitingValue { order, value });
    }

    fn module(&mut self, module: Module<'_>) {
        let Some(subject) = self.plan.view.find(tag::MODULE, module.name.as_bytes(), &[]) else { return };
        self.set(subject, State::Known);
        if module.state != ModuleState::Disabled {
            self.modules.push(module.into_owned());
        }
    }
}

/// Numbers of questions, as stored.
pub(super) mod question {
    pub(in crate::eval) const EXISTS: u8 = 0;
    pub(in crate::eval) const COMPARE: u8 = 1;
    pub(in crate::eval) const DATA: u8 = 2;
    pub(in crate::eval) const FILE_EVIDENCE: u8 = 3;
    pub(in crate::eval) const LEVEL: u8 = 4;
}

/// The kind of a stored subject tag.
fn kind_of(tag: u8) -> Option<Kind> {
    match tag {
        tag::OS => Some(Kind::Os),
        tag::FILE => Some(Kind::File),
        tag::REGISTRY_VALUE | tag::REGISTRY_KEY => Some(Kind::Registry),
        tag::MSI => Some(Kind::Msi),
        tag::HOTFIX => Some(Kind::Hotfix),
        tag::PRODUCT => Some(Kind::Product),
        tag::RPM | tag::DEB => Some(Kind::Package),
        tag::MODULE => Some(Kind::Module),
        _ => None,
    }
}

/// The reason of a False answer about an absent subject with this tag.
fn absent_reason(tag: u8) -> Reason {
    match tag {
        tag::FILE => Reason::FileAbsent,
        tag::REGISTRY_VALUE | tag::REGISTRY_KEY => Reason::RegistryMissing,
        tag::MSI => Reason::MsiProductAbsent,
        tag::PRODUCT => Reason::ProductAbsent,
        tag::RPM | tag::DEB => Reason::PackageAbsent,
        _ => Reason::RuleFalse,
    }
}
