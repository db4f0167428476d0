//! Files over slots: paths into token form, and what is asked of each file answered at once.
//!
//! A client may state its folders after its files, so files wait, in one arena, until it is whole.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::known::{State, folder_token, windows_folders};
use super::slots::{Slots, question};
use super::statements::{Meaning, put_all};
use crate::index::columns::{Column, NONE};
use crate::index::probe::tag;
use crate::index::restore::rules::presence;
use crate::model::expr::Question;
use crate::model::fact::{self, FileVersion, Kind, Os};
use crate::model::law;
use crate::model::options::Checksum;
use crate::model::path::{self, Folders};
use crate::model::verdict::Answer;

/// A file that waits until the client is whole.
#[derive(Clone, Copy, Debug)]
enum Waiting {
    /// Its path is in the arena, where it ends here.
    Read(u32, Observed),
    /// Its statement is a known one.
    Known(u32),
}

/// What is compared of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Observed {
    version: FileVersion,
    checksum: Option<u64>,
}

/// A file that earlier clients stated in the same words.
///
/// Small, because all of them are gone through for every client.
#[derive(Debug)]
pub(super) struct KnownFile {
    /// What it is to the index, as the folders of the first client lay that stated it again.
    laid: OnceLock<Laid>,
    stated: Box<StatedFile>,
}

/// What is stated of a known file.
#[derive(Debug)]
struct StatedFile {
    /// In normal form, but not in token form.
    path: Box<str>,
    observed: Observed,
}

/// What a known file is to the index as folders lie.
#[derive(Debug)]
pub(super) struct Laid {
    /// How they lie.
    lay: u64,
    /// The token that its path then begins with; NONE when that is none of the index.
    token: u32,
    /// A subject, or [`NOTHING`] or [`SEVERAL`].
    subject: u32,
    /// The answers of the subject's predicates; behind them those without checksums, where those count.
    answers: Box<[Answer]>,
}

/// In place of a subject: no rule asks about the file.
const NOTHING: u32 = NONE;
/// In place of a subject: rules ask about the file in different forms.
const SEVERAL: u32 = NONE - 1;

/// The files and folders of a client.
#[derive(Debug, Default)]
pub(super) struct Files {
    arena: String,
    waiting: Vec<Waiting>,
    traits: Vec<fact::Trait<'static>>,
    folders: Folders,
    /// How the folders lie, and those of which that is known.
    lay: (u64, Folders),
    /// Known files of which it is not kept with the statement what they are as the folders lie.
    elsewhere: HashMap<u32, Laid, ahash::RandomState>,
    renamed: Renamed,
    /// By token of the index: whether the client states or uses it.
    tokens: Vec<bool>,
}

impl Files {
    pub(super) fn new(tokens: usize) -> Files {
        Files { tokens: vec![false; tokens], ..Files::default() }
    }

    /// Forgets the client and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.arena.clear();
        self.waiting.clear();
        self.traits.clear();
        self.folders.clear();
        self.renamed.clear();
        self.tokens.fill(false);
    }

    /// Takes a file.
    #[inline]
    pub(super) fn take(&mut self, file: &fact::File<'_>) {
        path::write_normal(&file.path, &mut self.arena);
        let Ok(end) = u32::try_from(self.arena.len()) else { return };
        self.waiting.push(Waiting::Read(end, Observed::of(file)));
    }

    /// Takes a file whose statement is a known one.
    #[inline]
    pub(super) fn take_known(&mut self, entry: u32) {
        self.waiting.push(Waiting::Known(entry));
    }

    /// Takes what may state a folder.
    pub(super) fn take_trait(&mut self, stated: fact::Trait<'_>) {
        self.traits.push(stated.into_owned());
    }

    /// The folders, once they are stated.
    pub(super) fn folders(&self) -> &Folders {
        &self.folders
    }

    /// Finds out how the folders lie, once they are stated.
    pub(super) fn find_lay(&mut self, lays: &Mutex<Lays>) {
        if self.lay.0 == 0 || self.lay.1 != self.folders {
            let number = lays.lock().unwrap_or_else(PoisonError::into_inner).find(&self.folders);
            self.lay = (number, self.folders.clone());
        }
    }

    /// Forgets what known files were.
    pub(super) fn forget_known(&mut self) {
        self.elsewhere.clear();
    }

    /// What a known file is as the folders lie, if that was found out.
    #[inline]
    fn laid<'f>(&'f self, entry: u32, file: &'f KnownFile) -> Option<&'f Laid> {
        let lies_so = |laid: &&Laid| laid.lay == self.lay.0;
        let elsewhere = || self.elsewhere.get(&entry).filter(lies_so);
        file.laid.get().filter(lies_so).or_else(elsewhere)
    }
}

impl Observed {
    fn of(file: &fact::File<'_>) -> Observed {
        Observed { version: file.version, checksum: file.checksum }
    }
}

impl KnownFile {
    /// A file of which nothing is known yet but what is stated.
    pub(super) fn new(file: &fact::File<'_>) -> KnownFile {
        let stated = StatedFile { path: path::normal(&file.path).into(), observed: Observed::of(file) };
        KnownFile { laid: OnceLock::new(), stated: stated.into() }
    }

    /// Bytes of what it refers to, with what its answers usually take.
    pub(super) fn bytes(&self) -> usize {
        size_of::<StatedFile>() + self.stated.path.len() + 64
    }
}

/// How the folders of clients lie: numbers for what paths depend on, from 1, the same for all workers.
#[derive(Debug, Default)]
pub(super) struct Lays {
    known: Vec<Folders>,
    /// How many are not remembered any more.
    gone: u64,
}

impl Lays {
    /// The most that are remembered; a site has few.
    const MOST: usize = 64;

    fn find(&mut self, folders: &Folders) -> u64 {
        let found = self.known.iter().position(|known| known == folders);
        let at = found.unwrap_or_else(|| {
            if self.known.len() == Self::MOST {
                self.gone += self.known.len() as u64;
                self.known.clear();
            }
            self.known.push(folders.clone());
            self.known.len() - 1
        });
        self.gone + at as u64 + 1
    }
}

/// The paths of rules that begin with a folder that a client states: they are compared in token form.
#[derive(Debug, Default)]
struct Renamed {
    /// Token form and subject, by token form.
    forms: Vec<(String, usize)>,
    /// The subjects, sorted.
    subjects: Vec<usize>,
}

impl Renamed {
    fn clear(&mut self) {
        self.forms.clear();
        self.subjects.clear();
    }

    fn sort(&mut self) {
        self.forms.sort_unstable();
        self.forms.dedup();
        self.subjects.extend(self.forms.iter().map(|(_, subject)| *subject));
        self.subjects.sort_unstable();
    }

    fn contains(&self, subject: usize) -> bool {
        !self.subjects.is_empty() && self.subjects.binary_search(&subject).is_ok()
    }

    /// The places of a token form in `forms`.
    fn named(&self, form: &str) -> std::ops::Range<usize> {
        let start = self.forms.partition_point(|(known, _)| known.as_str() < form);
        start..start + self.forms[start..].iter().take_while(|(known, _)| known == form).count()
    }
}

impl Slots<'_> {
    pub(super) fn state_folders(&mut self, os: Option<&Os<'_>>, wide: bool) {
        for (folder, token) in windows_folders(os) {
            self.files.folders.state(folder, token);
            self.use_token(token);
        }
        for stated in std::mem::take(&mut self.files.traits) {
            if let Some(token) = folder_token(&stated.group, &stated.name, wide) {
                self.files.folders.state(&stated.value, &token);
                self.use_token(&token);
            }
        }
    }

    /// Finds the paths of rules that begin with a folder that the client states.
    pub(super) fn rename(&mut self) {
        let view = self.plan.view;
        for folder in self.files.folders.paths() {
            if !self.plan.asks_bare_paths && !folder.starts_with('%') {
                continue;
            }
            for subject in self.at_or_below(tag::FILE, folder) {
                let path = view.text(view.columns.subject_text.at(subject));
                let mut form = path.to_owned();
                self.files.folders.tokenize(&mut form, 0);
                if form != path {
                    self.files.renamed.forms.push((form, subject));
                }
            }
        }
        self.files.renamed.sort();
    }

    /// Visits the subjects of a file by its path in token form.
    pub(super) fn each_file(&mut self, path: &str, mut visit: impl FnMut(&mut Self, usize)) {
        if let Some(subject) = self.file_subject(path) {
            visit(self, subject);
        }
        for at in self.files.renamed.named(path) {
            visit(self, self.files.renamed.forms[at].1);
        }
    }

    /// The subject that rules name as a path in token form names it.
    fn file_subject(&self, path: &str) -> Option<usize> {
        let found = self.plan.view.find(tag::FILE, path.as_bytes(), &[]);
        found.filter(|subject| !self.files.renamed.contains(*subject))
    }

    /// The token form of a folder that is complete; the client uses its token.
    pub(super) fn covered_folder(&mut self, under: &str) -> String {
        let mut under = path::normal(under);
        self.files.folders.tokenize(&mut under, 0);
        self.use_token(&under);
        under.truncate(under.trim_end_matches('/').len());
        under
    }

    /// Notes that the client uses the token that a normal path begins with.
    fn use_token(&mut self, path: &str) {
        if let Some(at) = self.token(path) {
            self.files.tokens[at] = true;
        }
    }

    /// The token of the index that a normal path begins with.
    fn token(&self, path: &str) -> Option<usize> {
        let token = path::token(path)?;
        let columns = self.plan.view.columns;
        let same = |at: &usize| self.plan.view.text(columns.token_text.at(*at)) == token;
        (0..self.files.tokens.len()).find(same)
    }

    /// Answers the questions about all files.
    pub(super) fn finish_files(&mut self) {
        let waiting = std::mem::take(&mut self.files.waiting);
        let arena = std::mem::take(&mut self.files.arena);
        let mut start = 0;
        for file in &waiting {
            match file {
                Waiting::Known(entry) => self.known_file(*entry),
                Waiting::Read(end, observed) => {
                    let end = *end as usize;
                    self.read_file(&arena[start..end], observed);
                    start = end;
                }
            }
        }
        (self.files.waiting, self.files.arena) = (waiting, arena);
    }

    /// Answers the questions about a file by its path in normal form.
    fn read_file(&mut self, path: &str, observed: &Observed) {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        text.push_str(path);
        self.files.folders.tokenize(&mut text, 0);
        if self.files.tokens.contains(&false) {
            self.use_token(&text);
        }
        self.each_file(&text, |slots, subject| slots.file(subject, observed));
        self.text = text;
    }

    /// Answers the questions about a file whose statement is a known one.
    #[inline]
    fn known_file(&mut self, entry: u32) {
        let Meaning::File(file) = self.statements.meaning(entry) else { return };
        if self.files.laid(entry, file).is_none() {
            self.lay_file(entry);
        }
        let Meaning::File(file) = self.statements.meaning(entry) else { return };
        let Some(laid) = self.files.laid(entry, file) else { return };
        let (token, subject) = (laid.token as usize, laid.subject);
        match subject {
            NOTHING => {}
            SEVERAL => {
                let (path, observed) = (file.stated.path.clone(), file.stated.observed);
                self.read_file(&path, &observed);
            }
            subject => {
                self.set(subject as usize, State::Known);
                let range = self.predicates(subject as usize);
                let Slots { statements, files, answers, unchecked, .. } = self;
                let Meaning::File(file) = statements.meaning(entry) else { return };
                let Some(laid) = files.laid(entry, file) else { return };
                let (checked, without) = laid.answers.split_at(range.len().min(laid.answers.len()));
                put_all(answers, range.clone(), checked);
                put_all(unchecked, range, without);
            }
        }
        if let Some(used) = self.files.tokens.get_mut(token) {
            *used = true;
        }
    }

    /// Finds out what a known file is to the index, as the folders of the client lie.
    #[cold]
    fn lay_file(&mut self, entry: u32) {
        let Meaning::File(file) = self.statements.meaning(entry) else { return };
        let (mut path, observed) = (String::from(&*file.stated.path), file.stated.observed);
        self.files.folders.tokenize(&mut path, 0);
        let token = self.token(&path).map_or(NONE, |token| token as u32);
        let renamed = self.files.renamed.named(&path);
        let subject = match (self.file_subject(&path), renamed.len()) {
            (None, 0) => NOTHING,
            (Some(subject), 0) => subject as u32,
            (None, 1) => self.files.renamed.forms[renamed.start].1 as u32,
            _ => SEVERAL,
        };
        let mut answers = Vec::new();
        if subject < SEVERAL {
            self.file(subject as usize, &observed);
            let range = self.predicates(subject as usize);
            answers.extend_from_slice(&self.answers[range.clone()]);
            answers.extend_from_slice(self.unchecked.get(range).unwrap_or_default());
        }
        let laid = Laid { lay: self.files.lay.0, token, subject, answers: answers.into() };
        let Meaning::File(file) = self.statements.meaning(entry) else { return };
        if let Err(laid) = file.laid.set(laid) {
            self.files.elsewhere.insert(entry, laid);
        }
    }

    /// Answers the questions about a file that is there.
    fn file(&mut self, subject: usize, file: &Observed) {
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

    /// Makes the files at or below a folder absent that nothing is said of.
    pub(super) fn cover_files(&mut self, under: &str) {
        for subject in self.at_or_below(tag::FILE, under) {
            if !self.token_is_unknown(subject) && !self.files.renamed.contains(subject) {
                self.set_absent(subject);
            }
        }
        for at in 0..self.files.renamed.forms.len() {
            let (form, subject) = &self.files.renamed.forms[at];
            let rest = form.strip_prefix(under);
            if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['\\', '/'])) {
                self.set_absent(*subject);
            }
        }
    }

    fn token_is_unknown(&self, subject: usize) -> bool {
        let columns = self.plan.view.columns;
        let holds = |at: &usize| {
            (columns.token_first.at(*at) as usize..columns.token_end.at(*at) as usize).contains(&subject)
        };
        (0..self.files.tokens.len()).find(holds).is_some_and(|at| !self.files.tokens[at])
    }

    /// A file below a token that the client neither states nor uses was not collected, whatever is
    /// complete.
    pub(super) fn finish_tokens(&mut self) {
        let columns = self.plan.view.columns;
        if !self.header.complete.contains(Kind::File) {
            return;
        }
        for at in 0..self.files.tokens.len() {
            if self.files.tokens[at] {
                continue;
            }
            let end = (columns.token_end.at(at) as usize).min(self.plan.view.subjects());
            for subject in columns.token_first.at(at) as usize..end {
                if !self.is_stamped(subject) && !self.files.renamed.contains(subject) {
                    self.set(subject, State::NotCollected);
                }
            }
        }
    }
}
