//! Files over slots: paths into token form, and what is asked of each file answered at once.
//!
//! A client may state its folders after its files, so files wait, in one arena, until it is whole.

use std::cell::LazyCell;
use std::sync::Arc;

use super::known::{State, stated_folders};
use super::slots::{Slots, question};
use crate::index::columns::{Column, NONE};
use crate::index::probe::tag;
use crate::index::restore::rules::presence;
use crate::model::applicability::{Applicability, answer as applicability};
use crate::model::expr::Question;
use crate::model::fact::{self, FileVersion, Kind, Os};
use crate::model::law;
use crate::model::options::Checksum;
use crate::model::path::{self, Folders};
use crate::model::verdict::Answer;

/// A file that waits until the client is whole.
#[derive(Clone, Debug)]
enum Waiting {
    /// Its path is in the arena, where it ends here.
    Read(u32, Observed),
    /// Its statement is a known one.
    Known(u32),
}

/// What is compared of a file.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    version: FileVersion,
    checksum: Option<u64>,
    /// What few rules ask beyond that, where the client says any of it.
    details: Option<Arc<applicability::File>>,
}

/// The files and folders of a client.
#[derive(Debug, Default)]
pub(super) struct Files {
    arena: String,
    waiting: Vec<Waiting>,
    pub(super) traits: Vec<fact::Trait<'static>>,
    folders: Folders,
    /// By token of the index: whether the client states or uses it.
    tokens: Vec<bool>,
    /// Whether rules ask for more than versions and checksums.
    details: bool,
}

impl Files {
    pub(super) fn new(tokens: usize, details: bool) -> Files {
        Files { tokens: vec![false; tokens], details, ..Files::default() }
    }

    /// Forgets the client and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.arena.clear();
        self.waiting.clear();
        self.traits.clear();
        self.folders.clear();
        self.tokens.fill(false);
    }

    /// Takes a file; gives its path in normal form.
    pub(super) fn take(&mut self, file: &fact::File<'_>) -> &str {
        let start = self.arena.len();
        path::write_normal(&file.path, &mut self.arena);
        if let Ok(end) = u32::try_from(self.arena.len()) {
            self.waiting.push(Waiting::Read(end, Observed::of(file, self.details)));
        }
        &self.arena[start..]
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

    /// Notes that the client uses a token of the index.
    #[inline]
    pub(super) fn use_token(&mut self, token: usize) {
        if let Some(used) = self.tokens.get_mut(token) {
            *used = true;
        }
    }

    /// The folders, once they are stated.
    pub(super) fn folders(&self) -> &Folders {
        &self.folders
    }
}

impl Observed {
    /// What is compared of a file, with or without its details.
    pub(super) fn of(file: &fact::File<'_>, details: bool) -> Observed {
        let none = file.size.is_none() && file.created.is_none() && file.modified.is_none();
        let stated = !none || file.language.is_some();
        let details = (details && stated).then(|| Arc::new(applicability::File::of(file)));
        Observed { version: file.version, checksum: file.checksum, details }
    }

    /// The answer of a leaf of the Windows rule language.
    pub(super) fn answer(&self, asked: &Applicability) -> Answer {
        match &self.details {
            Some(details) => details.answer(asked),
            None => {
                applicability::File { version: self.version, ..applicability::File::default() }.answer(asked)
            }
        }
    }
}

impl Slots<'_> {
    /// Takes a file, unless no rule asks for it wherever the client's folders lie; gives its path in normal
    /// form.
    #[inline]
    pub(super) fn take_file(&mut self, file: &fact::File<'_>) -> Option<&str> {
        self.plan.file_names.may_hold(&file.path).then(|| self.files.take(file))
    }

    pub(super) fn state_folders(&mut self, os: Option<&Os<'_>>, wide: bool) {
        let traits = std::mem::take(&mut self.files.traits);
        let folders = stated_folders(os, &traits, wide, |token| self.uses_token(token));
        for (folder, token) in folders {
            self.files.folders.state(&folder, &token);
            self.use_token(&token);
        }
        self.files.traits = traits;
    }

    /// Whether the client names a file or a folder by a token.
    fn uses_token(&self, token: &str) -> bool {
        let mut start = 0;
        let mut of_file = |file: &Waiting| match file {
            Waiting::Known(entry) => self.known_path(*entry).and_then(path::token) == Some(token),
            Waiting::Read(end, _) => {
                let path = self.files.arena.get(start..*end as usize).unwrap_or("");
                start = *end as usize;
                path::token(path) == Some(token)
            }
        };
        let covered = self.covered.iter().filter(|covered| covered.kind == Some(Kind::File));
        self.files.waiting.iter().any(&mut of_file)
            || covered
                .map(|covered| path::normal(&covered.under))
                .any(|under| path::token(&under) == Some(token))
    }

    /// Visits the subjects of a file by its path in token form.
    pub(super) fn each_file(&mut self, path: &str, mut visit: impl FnMut(&mut Self, usize)) {
        if let Some(subject) = self.file_subject(path) {
            visit(self, subject);
        }
        for at in 0..self.laying.renamed().named(path).len() {
            let subject = self.laying.renamed().named(path)[at];
            visit(self, subject);
        }
    }

    /// The subjects of a file by its path in token form: the one that rules name so, and those that they
    /// name by a folder that the client states.
    pub(super) fn file_subjects(&self, path: &str) -> impl Iterator<Item = usize> + '_ {
        self.file_subject(path).into_iter().chain(self.laying.renamed().named(path).iter().copied())
    }

    /// The subject that rules name as a path in token form names it.
    fn file_subject(&self, path: &str) -> Option<usize> {
        let found = self.plan.view.find(tag::FILE, path.as_bytes(), &[]);
        found.filter(|subject| !self.laying.renamed().contains(*subject))
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
        if let Some(token) = self.token(path) {
            self.files.use_token(token);
        }
    }

    /// The token of the index that a normal path begins with.
    pub(super) fn token(&self, path: &str) -> Option<usize> {
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
    pub(super) fn read_file(&mut self, path: &str, observed: &Observed) {
        // A folder is no file.
        if self.files.folders.holds(path) {
            return;
        }
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        // The token of a folder that the client states is used already.
        if !self.files.folders.write_token_form(path, &mut text) && self.files.tokens.contains(&false) {
            self.use_token(&text);
        }
        if self.plan.below.holds(path) || self.plan.below.holds(&text) {
            self.below.keep(&text, observed);
        }
        self.each_file(&text, |slots, subject| slots.file(subject, observed));
        self.text = text;
    }

    /// Answers the questions about a file that is there.
    pub(super) fn file(&mut self, subject: usize, file: &Observed) {
        self.set(subject, State::Known);
        let plan = self.plan;
        let columns = plan.view.columns;
        let code = LazyCell::new(|| {
            law::file_version(file.version).map(|version| plan.view.code(subject, &version.key()))
        });
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
                question::APPLICABILITY => {
                    let answer = plan.applicability(predicate).map(|asked| file.answer(asked));
                    self.put(predicate, answer.unwrap_or(Answer::MALFORMED));
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
        for subject in self.plan.view.at_or_below(tag::FILE, under) {
            if !self.token_is_unknown(subject) && !self.laying.renamed().contains(subject) {
                self.set_absent(subject);
            }
        }
        let renamed = Arc::clone(self.laying.renamed());
        for (form, subjects) in renamed.forms() {
            let rest = form.strip_prefix(under);
            if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['\\', '/'])) {
                subjects.iter().for_each(|subject| self.set_absent(*subject));
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
                if !self.is_stamped(subject) && !self.laying.renamed().contains(subject) {
                    self.set(subject, State::NotCollected);
                }
            }
        }
    }
}
