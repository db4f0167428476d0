//! One client's facts, as answers to what an index asks: the fast way to look something up.
//!
//! A collector that keeps no fact: each is brought into normal form, its subject found in the index,
//! and every question about that subject answered at once. What depends on facts that may come later
//! (folders, the width of the system, the running kernel) waits in one arena until the client is whole.
//! All memory is reused from client to client.

use std::sync::Arc;

use super::below::BelowFiles;
use super::code::Step;
use super::files::Files;
use super::installer::Installer;
use super::known::{self, State, absent_subjects, os_text};
use super::loops::LoopFacts;
use super::oval::Definitions;
use super::packages::Instances;
use super::plan::Plan;
use super::products::Products;
use super::program::Context;
use super::queries;
use super::registry::WaitingNarrow;
use super::run::ClientResults;
use super::statements::{Laying, Shared, Statements};
use crate::diagnostic::{Code, Diagnostics, Position};
use crate::index::columns::{Column, NONE};
use crate::index::probe::tag;
use crate::index::restore::rules::presence;
use crate::model::applicability::Applicability;
use crate::model::expr::{Question, Subject};
use crate::model::fact::{self, Fact, HotfixState, Kind, Kinds, Module, ModuleState, Os};
use crate::model::flag::Flags;
use crate::model::hotfix;
use crate::model::inventory::{Collector, Followed, Header, Inventory, Marks, Said, Statement, Wording};
use crate::model::law;
use crate::model::options::{Checksum, RegistryItems};
use crate::model::oval::characteristics::Part;
use crate::model::path;
use crate::model::reason::Reason;
use crate::model::registry;
use crate::model::truth::Truth;
use crate::model::verdict::Answer;

/// What a client says of a subject.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// The number of the client; another one's word does not count.
    client: u32,
    /// Which of several statements counts.
    order: u32,
    state: State,
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
    /// Counts clients, from 1.
    now: u32,
    /// By subject.
    slots: Vec<Slot>,
    /// The subjects that the inventory says something about, and the same as a bit each.
    pub(super) touched: Vec<u32>,
    touched_bits: Vec<u64>,
    pub(super) answers: Vec<Answer>,
    /// The answers with checksums left out, where they count at all.
    pub(super) unchecked: Vec<Answer>,
    os: Option<Os<'static>>,
    pub(super) files: Files,
    /// What earlier clients stated.
    pub(super) statements: Statements,
    shared: Arc<Shared<'p>>,
    pub(super) laying: Laying,
    pub(super) narrow: Vec<WaitingNarrow>,
    pub(super) installer: Installer,
    pub(super) releases: Vec<fact::Product<'static>>,
    pub(super) servicing: Vec<fact::Cbs<'static>>,
    pub(super) instances: queries::Instances,
    pub(super) below: BelowFiles,
    pub(super) loops: LoopFacts,
    /// What the client states, where definitions of OVAL may ask for any of it, and what they say of it.
    pub(super) definitions: Definitions,
    /// Whether the last value was kept for them.
    pub(super) kept_value: bool,
    pub(super) absent: Vec<fact::Absent<'static>>,
    pub(super) covered: Vec<fact::Coverage<'static>>,
    reboot: bool,
    /// Text that is made of a fact, a second one beside it.
    pub(super) text: String,
    pub(super) name: String,
}

impl<'p> Slots<'p> {
    /// Makes empty slots for the clients of one worker, which learns with those that share the same.
    pub fn new(shared: &Arc<Shared<'p>>) -> Slots<'p> {
        let plan = shared.plan;
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
            slots: vec![Slot { client: 0, order: 0, state: State::NotCollected }; plan.view.subjects()],
            touched: Vec::new(),
            touched_bits: vec![0; plan.view.subjects().div_ceil(64)],
            answers: vec![Answer::NOT_COLLECTED; predicates],
            unchecked: vec![Answer::NOT_COLLECTED; if checks { predicates } else { 0 }],
            os: None,
            files: Files::new(plan.view.columns.token_text.len(), plan.asks_file_details),
            statements: Statements::new(&shared.statements),
            shared: Arc::clone(shared),
            laying: Laying::default(),
            narrow: Vec::new(),
            installer: Installer::default(),
            below: BelowFiles::default(),
            loops: LoopFacts::default(),
            definitions: Definitions::new(plan),
            kept_value: false,
            releases: Vec::new(),
            servicing: Vec::new(),
            instances: queries::Instances::new(plan),
            absent: Vec::new(),
            covered: Vec::new(),
            reboot: false,
            text: String::new(),
            name: String::new(),
        }
    }

    /// Begins the next client.
    pub fn begin(&mut self) {
        self.now = self.now.wrapping_add(1);
        if self.now == 0 {
            self.slots.iter_mut().for_each(|slot| slot.client = 0);
            self.now = 1;
        }
        self.header = Header::default();
        (self.marks, self.facts, self.reboot) = (Marks::NONE, 0, false);
        self.diagnostics = Diagnostics::new();
        self.products.clear();
        self.packages.clear();
        (self.os, self.kernel) = (None, None);
        for subject in self.touched.drain(..) {
            self.touched_bits[subject as usize / 64] = 0;
        }
        self.modules.clear();
        self.files.clear();
        let forgot = self.statements.begin();
        if forgot {
            self.laying.forget();
        }
        self.narrow.clear();
        self.installer.clear();
        self.below.clear();
        self.loops.clear();
        self.definitions.clear(forgot);
        self.releases.clear();
        self.servicing.clear();
        self.instances.clear();
        self.absent.clear();
        self.covered.clear();
    }

    /// Takes a whole inventory, fact by fact.
    pub fn take(&mut self, inventory: &Inventory) {
        self.header(inventory.header.clone());
        self.marks = inventory.marks;
        self.definitions.take(inventory);
        for stated in &inventory.facts {
            match &stated.fact {
                // Most facts are files of which nothing is taken.
                Fact::File(file) => {
                    self.facts += 1;
                    self.take_file(file);
                }
                fact => self.fact(fact.lent(), stated.position),
            }
        }
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
        self.state_of(subject, self.plan.view.columns.subject_tag.at(subject))
    }

    /// The same, where the tag of the subject is known.
    #[inline]
    fn state_of(&self, subject: usize, tag: u8) -> State {
        if let Some(slot) = self.slots.get(subject)
            && slot.client == self.now
        {
            return slot.state;
        }
        match kind_of(tag) {
            Some(kind) if kind != Kind::Os && self.header.complete.contains(kind) => State::Absent,
            _ => State::NotCollected,
        }
    }

    /// The answer of a test.
    #[inline]
    pub(super) fn answer(&self, test: &Step, context: Context<'_>) -> Answer {
        let question = test.question;
        if question == question::DATA && self.plan.options.registry == RegistryItems::Ignored {
            return Answer::new(Truth::NotApplicable, Reason::NoEvidence);
        }
        match self.state_of(test.b as usize, test.tag) {
            State::NotCollected => self.unstated(test, false),
            State::Absent => self.unstated(test, true),
            State::Known => {
                let checked = context.checksums || self.unchecked.is_empty();
                let answers = if checked { &self.answers } else { &self.unchecked };
                let mut answer = answers.get(test.a as usize).copied().unwrap_or(Answer::UNSUPPORTED);
                if self.reboot && question == question::FILE_EVIDENCE && answer.truth == Truth::True {
                    answer.flags |= Flags::REBOOT_PENDING;
                }
                answer
            }
        }
    }

    /// The answer of a test of which the subject is absent, or was not collected.
    #[inline]
    fn unstated(&self, test: &Step, absent: bool) -> Answer {
        match test.question {
            // What no predicate asks has no subject either.
            _ if test.a == NONE => Answer::UNSUPPORTED,
            _ if !absent => Answer::NOT_COLLECTED,
            question::FILE_EVIDENCE => {
                law::absent_file(presence(self.plan.view.columns.predicate_a.at(test.a as usize)))
            }
            question::APPLICABILITY if self.is_below(test.a as usize) => Answer::not(Reason::FileAbsent),
            _ => Answer::not(absent_reason(test.tag)),
        }
    }

    /// The answer of a predicate, whatever checksums say.
    #[inline]
    pub(super) fn answer_of(&self, predicate: usize, subject: u32) -> Answer {
        match self.state(subject as usize) {
            State::Known => self.answers.get(predicate).copied().unwrap_or(Answer::UNSUPPORTED),
            state => self.unstated(&self.step_of(predicate, subject), state == State::Absent),
        }
    }

    /// Visits the predicates of a subject with their answers, whatever checksums say.
    #[inline]
    pub(super) fn each_answer(&self, subject: u32, mut visit: impl FnMut(usize, Answer)) {
        let predicates = self.predicates(subject as usize);
        match self.state(subject as usize) {
            State::Known => {
                let answers = &self.answers[predicates.clone()];
                predicates.zip(answers).for_each(|(predicate, answer)| visit(predicate, *answer));
            }
            _ => predicates.for_each(|predicate| visit(predicate, self.answer_of(predicate, subject))),
        }
    }

    /// The answer of a predicate about a subject of which nothing is stated.
    pub(super) fn default_of(&self, predicate: usize, subject: u32) -> Answer {
        let step = self.step_of(predicate, subject);
        let kind = kind_of(step.tag).filter(|kind| *kind != Kind::Os);
        self.unstated(&step, kind.is_some_and(|kind| self.header.complete.contains(kind)))
    }

    fn step_of(&self, predicate: usize, subject: u32) -> Step {
        let columns = self.plan.view.columns;
        let question = columns.predicate_question.at(predicate);
        let tag = columns.subject_tag.at(subject as usize);
        Step { question, tag, a: predicate as u32, b: subject, ..Step::UNSUPPORTED }
    }

    /// Whether a leaf asks for a file in a folder that a registry value names.
    fn is_below(&self, predicate: usize) -> bool {
        let asks = !self.plan.below.is_empty();
        asks && matches!(self.plan.applicability(predicate), Some(Applicability::Below(..)))
    }

    /// Sets the state of a subject.
    #[inline]
    pub(super) fn set(&mut self, subject: usize, state: State) {
        let slot = &mut self.slots[subject];
        if slot.client != self.now {
            *slot = Slot { client: self.now, order: 0, state };
            self.touched.push(subject as u32);
            self.touched_bits[subject / 64] |= 1 << (subject % 64);
        }
        slot.state = state;
    }

    /// Notes that a subject is there of which nothing but that can be asked.
    #[inline]
    pub(super) fn exists(&mut self, subject: usize) {
        self.set(subject, State::Known);
        for predicate in self.predicates(subject) {
            let exists = self.plan.view.columns.predicate_question.at(predicate) == question::EXISTS;
            self.put(predicate, if exists { Answer::TRUE } else { Answer::RULE_ERROR });
        }
    }

    /// Whether the inventory says something about a subject.
    #[inline]
    pub(super) fn is_touched(&self, subject: u32) -> bool {
        let word = self.touched_bits.get(subject as usize / 64).copied().unwrap_or(0);
        word >> (subject % 64) & 1 == 1
    }

    pub(super) fn is_stamped(&self, subject: usize) -> bool {
        self.slots[subject].client == self.now
    }

    /// Which of several statements about a subject counts, as its kind of fact numbers them.
    #[inline]
    pub(super) fn order(&self, subject: usize) -> u32 {
        self.slots[subject].order
    }

    #[inline]
    pub(super) fn set_order(&mut self, subject: usize, order: u32) {
        self.slots[subject].order = order;
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
        self.laying.find(self.plan, self.files.folders(), &self.shared.lays);
        self.finish_os(os.as_ref());
        self.finish_system(os.as_ref());
        self.finish_installer();
        self.finish_office();
        self.finish_queries();
        self.os = os;
        self.finish_files();
        self.finish_narrow(wide);
        self.finish_below();
        self.finish_absent(wide);
        self.finish_coverage(wide);
        self.finish_tokens();
        self.finish_products();
        self.finish_packages();
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
    pub(super) fn compare_text(&mut self, subject: usize, text: Option<&str>, differs: Reason) {
        for predicate in self.predicates(subject) {
            // Only a comparison is read back from the index: leaves of the Windows rule language are long.
            let answer = match (self.plan.view.columns.predicate_question.at(predicate), text) {
                (question::EXISTS, _) => Answer::TRUE,
                (question::COMPARE, None) => Answer::PART_NOT_COLLECTED,
                (question::COMPARE, Some(text)) => match self.plan.view.predicate(predicate) {
                    Some((_, Question::Compare(comparison, operand))) => {
                        law::compare(comparison, &operand, text.trim_matches(path::BLANK), differs)
                    }
                    _ => Answer::RULE_ERROR,
                },
                _ => Answer::RULE_ERROR,
            };
            self.put(predicate, answer);
        }
    }

    fn finish_absent(&mut self, wide: bool) {
        for stated in std::mem::take(&mut self.absent) {
            let Some(kind) = stated.kind else { continue };
            let views = registry::views(stated.view, wide).iter();
            let folders = self.files.folders();
            let subjects: Vec<Subject> =
                views.flat_map(|view| absent_subjects(kind, &stated.reference, *view, folders)).collect();
            for subject in subjects {
                self.keep_absent(&subject);
                match &subject {
                    // With a key everything below it is absent.
                    Subject::RegistryKey(key) => self.cover_registry(key),
                    Subject::File(path) => self.each_file(path, Self::set_absent),
                    _ => {
                        let found = self.plan.view.find_subject(&subject);
                        found.into_iter().for_each(|subject| self.set_absent(subject));
                    }
                }
            }
        }
    }

    /// Makes a subject absent, unless something is said of it.
    pub(super) fn set_absent(&mut self, subject: usize) {
        if !self.is_stamped(subject) {
            self.set(subject, State::Absent);
        }
    }

    fn finish_coverage(&mut self, wide: bool) {
        let covered = std::mem::take(&mut self.covered);
        let mut folders = Vec::new();
        for stated in &covered {
            if stated.kind == Some(Kind::Registry) {
                for view in registry::views(stated.view, wide) {
                    let key = registry::normal_key(&stated.under, *view);
                    self.keep_covered(&key);
                    self.cover_registry(&key);
                }
            } else if stated.kind == Some(Kind::File) {
                folders.push(self.covered_folder(&stated.under));
            }
        }
        for under in folders {
            self.cover_files(&under);
        }
    }

    /// Finds the subject of a hotfix.
    pub(super) fn find_hotfix(&mut self, stated: &fact::Hotfix<'_>) -> Option<usize> {
        let id = hotfix::id(&stated.id)?;
        self.text.clear();
        // Writing to a string cannot fail.
        _ = std::fmt::Write::write_fmt(&mut self.text, format_args!("{id}"));
        self.plan.view.find(tag::HOTFIX, self.text.as_bytes(), &[])
    }

    /// Answers the questions about a hotfix, unless a state that counts more was taken.
    pub(super) fn set_hotfix(&mut self, subject: usize, state: HotfixState) {
        let rank = match state {
            HotfixState::Installed => 1,
            HotfixState::Failed => 2,
            HotfixState::Pending => 3,
        };
        if self.is_stamped(subject) && self.order(subject) >= rank {
            return;
        }
        self.set(subject, State::Known);
        self.set_order(subject, rank);
        for predicate in self.predicates(subject) {
            let exists = self.plan.view.columns.predicate_question.at(predicate) == question::EXISTS;
            self.put(predicate, if exists { law::hotfix(state) } else { Answer::RULE_ERROR });
        }
    }
}

impl Collector for Slots<'_> {
    fn header(&mut self, header: Header<'_>) {
        let mut inventory = Inventory { header: std::mem::take(&mut self.header), ..Inventory::default() };
        inventory.header(header);
        self.header = inventory.header;
    }

    #[inline]
    fn fact(&mut self, fact: Fact<'_>, position: Position) {
        self.facts += 1;
        self.definitions.fact(&fact, position);
        self.take_fact(fact);
    }

    #[inline]
    fn stated(&mut self, fact: Fact<'_>, wording: Wording, statement: &str, position: Position) {
        self.facts += 1;
        self.definitions.fact(&fact, position);
        self.take_stated(fact, wording, statement);
    }

    #[inline]
    fn characteristics(&mut self, part: Part<'_>, position: Position) {
        self.facts += 1;
        _ = self.definitions.part(&part, position);
    }

    #[inline]
    fn follow(&mut self, wording: Wording, text: &str, most: u32, position: Position) -> Followed {
        match wording.statement {
            _ if self.definitions.wants_facts() => Followed::default(),
            Statement::Element(_) => self.follow_parts(wording, text, most, position),
            Statement::Tag | Statement::Line => self.follow_statements(wording, text, most),
        }
    }

    fn surroundings(&mut self, declared: &str) -> Option<u32> {
        self.definitions.wants().then(|| self.shared.surroundings(declared)).flatten()
    }

    fn stated_part(&mut self, part: Part<'_>, said: Said<'_>, position: Position) {
        self.facts += 1;
        self.take_stated_part(&part, said, position);
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
    /// Whether all that the definitions of OVAL say of clients is wanted, and not only their cells.
    pub(super) fn want_results(&mut self, wanted: bool) {
        self.definitions.wants_results = wanted;
    }

    /// What the definitions of OVAL say of the client, after it was evaluated; nothing where it is not wanted.
    pub(super) fn take_results(&mut self, client: &str) -> ClientResults {
        if !self.definitions.wants_results {
            return ClientResults::default();
        }
        let sources = std::mem::take(&mut self.definitions.results);
        ClientResults { client: client.to_owned(), os: self.os.clone(), sources }
    }

    /// What other scanners said of the client.
    pub fn results(&self) -> &[fact::ScanResult<'static>] {
        self.installer.results()
    }

    /// Takes one fact.
    #[inline]
    pub(super) fn take_fact(&mut self, fact: Fact<'_>) {
        match fact {
            Fact::File(file) => _ = self.take_file(&file),
            Fact::RegistryValue(value) => self.take_value(value),
            Fact::RegistryKey(key) if self.plan.asks_keys || !self.plan.loops.is_empty() => {
                self.take_key(key)
            }
            Fact::Package(package) => _ = self.package(&package),
            Fact::Hotfix(hotfix) => {
                if let Some(subject) = self.find_hotfix(&hotfix) {
                    self.set_hotfix(subject, hotfix.state);
                }
            }
            Fact::Product(product) => {
                self.take_release(&product);
                self.product(&product);
            }
            Fact::Cbs(package) => self.take_servicing(package),
            Fact::Msi(msi) if self.plan.asks_installer => self.installer.take(msi),
            Fact::Msp(patch) if self.plan.asks_installer => self.installer.take_patch(patch),
            Fact::MsiPart(part) if self.plan.asks_installer => self.installer.take_part(part),
            Fact::ScanResult(result) => self.installer.take_result(result),
            Fact::Wmi(instance) => self.take_instance(&instance),
            Fact::Module(module) => self.module(module),
            Fact::Os(os) => self.os = Some(os.into_owned()),
            Fact::Kernel(kernel) => self.kernel = Some(kernel.into_owned()),
            Fact::Trait(stated) => self.files.take_trait(stated),
            Fact::Absent(absent) => self.absent.push(absent.into_owned()),
            Fact::Coverage(covered) => self.covered.push(covered.into_owned()),
            Fact::RegistryKey(_) | Fact::Msi(_) | Fact::Msp(_) | Fact::MsiPart(_) | Fact::Tag(_) => {}
        }
    }

    fn module(&mut self, module: Module<'_>) {
        let Some(subject) = self.plan.view.find(tag::MODULE, module.name.as_bytes(), &[]) else { return };
        self.exists(subject);
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
    pub(in crate::eval) const APPLICABILITY: u8 = 5;
}

/// The kind of a stored subject tag.
fn kind_of(tag: u8) -> Option<Kind> {
    match tag {
        tag::OS => Some(Kind::Os),
        tag::FILE => Some(Kind::File),
        tag::REGISTRY_VALUE | tag::REGISTRY_KEY => Some(Kind::Registry),
        tag::MSI | tag::INSTALLER => Some(Kind::Msi),
        tag::HOTFIX => Some(Kind::Hotfix),
        tag::PRODUCT => Some(Kind::Product),
        tag::RPM | tag::DEB => Some(Kind::Package),
        tag::MODULE => Some(Kind::Module),
        tag::SYSTEM => Some(Kind::Os),
        tag::WMI => Some(Kind::Wmi),
        _ => None,
    }
}

/// The reason of a False answer about an absent subject with this tag.
fn absent_reason(tag: u8) -> Reason {
    match tag {
        tag::FILE => Reason::FileAbsent,
        tag::REGISTRY_VALUE | tag::REGISTRY_KEY => Reason::RegistryMissing,
        tag::MSI | tag::INSTALLER => Reason::MsiProductAbsent,
        tag::PRODUCT => Reason::ProductAbsent,
        tag::RPM | tag::DEB => Reason::PackageAbsent,
        _ => Reason::RuleFalse,
    }
}
