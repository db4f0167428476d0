//! Files that earlier clients stated in the same words: what each is to the index, as folders lie.
//!
//! A client may state its folders after its files, and rules name files below folders. So what a file is
//! depends on the folders of its client, and is kept for the lay of folders that it was found in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::{Meaning, put_all};
use crate::eval::files::Observed;
use crate::eval::known::State;
use crate::eval::plan::Plan;
use crate::eval::renamed::Renamed;
use crate::eval::slots::Slots;
use crate::index::columns::NONE;
use crate::model::fact;
use crate::model::path::Folders;
use crate::model::verdict::Answer;

/// A file that earlier clients stated in the same words.
///
/// Small, because all of them are gone through for every client.
#[derive(Debug)]
pub(in crate::eval) struct KnownFile {
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
struct Laid {
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

impl KnownFile {
    /// A file of which nothing is known yet but what is stated, with its path in normal form.
    pub(in crate::eval) fn new(path: &str, file: &fact::File<'_>, details: bool) -> KnownFile {
        let stated = StatedFile { path: path.into(), observed: Observed::of(file, details) };
        KnownFile { laid: OnceLock::new(), stated: stated.into() }
    }

    /// Bytes of what it refers to, without the answers.
    pub(super) fn bytes(&self) -> usize {
        size_of::<StatedFile>() + self.stated.path.len()
    }
}

/// How the folders of clients lie: numbers for what paths depend on, from 1, and what they make of the paths
/// of rules; the same for all workers.
#[derive(Debug, Default)]
pub(in crate::eval) struct Lays {
    known: Vec<(Folders, u64, Arc<Renamed>)>,
    last: u64,
    /// How many paths are remembered.
    renamed: usize,
}

impl Lays {
    /// The most that are remembered, and the most bytes that the folders of one have; a site has few.
    const MOST: usize = 64;
    const BYTES: usize = 16 << 10;
    /// The most paths of rules that are remembered before another lay is.
    const RENAMED: usize = 1 << 16;

    /// The number of a lay that is remembered, and the paths of rules as it makes them.
    fn find(&self, folders: &Folders) -> Option<(u64, Arc<Renamed>)> {
        let (_, number, renamed) = self.known.iter().find(|(known, ..)| known == folders)?;
        Some((*number, Arc::clone(renamed)))
    }

    /// Gives a lay a number and remembers it, unless it is too large or another worker just did.
    fn add(&mut self, folders: &Folders, renamed: Renamed) -> (u64, Arc<Renamed>) {
        if let Some(known) = self.find(folders) {
            return known;
        }
        self.last += 1;
        let renamed = Arc::new(renamed);
        if folders.bytes() <= Self::BYTES {
            if self.known.len() == Self::MOST || self.renamed > Self::RENAMED {
                self.known.clear();
                self.renamed = 0;
            }
            self.renamed += renamed.len();
            self.known.push((folders.clone(), self.last, Arc::clone(&renamed)));
        }
        (self.last, renamed)
    }
}

/// How the folders of the current client lie.
#[derive(Debug, Default)]
pub(in crate::eval) struct Laying {
    lay: u64,
    /// The folders that lie so, unless they are too large to be remembered.
    folders: Option<Folders>,
    /// The paths of rules that begin with one of them.
    renamed: Arc<Renamed>,
    /// Known files of which something else is kept with the statement, and the bytes of their answers.
    elsewhere: HashMap<u32, Laid, ahash::RandomState>,
    bytes: usize,
}

impl Laying {
    /// The most bytes that are kept of known files for other folders than those of the first client.
    const BYTES: usize = 16 << 20;

    /// Finds out how folders lie.
    pub(in crate::eval) fn find(&mut self, plan: &Plan<'_>, folders: &Folders, lays: &Mutex<Lays>) {
        if self.folders.as_ref() != Some(folders) {
            let lays = || lays.lock().unwrap_or_else(PoisonError::into_inner);
            let known = lays().find(folders);
            self.renamed = Arc::default();
            // Others go on while the paths are found.
            (self.lay, self.renamed) = known.unwrap_or_else(|| {
                let renamed = Renamed::of(plan, folders);
                lays().add(folders, renamed)
            });
            self.folders = (folders.bytes() <= Lays::BYTES).then(|| folders.clone());
        }
    }

    /// The paths of rules that begin with one of the folders.
    #[inline]
    pub(in crate::eval) fn renamed(&self) -> &Arc<Renamed> {
        &self.renamed
    }

    /// Forgets what known files are.
    pub(in crate::eval) fn forget(&mut self) {
        self.elsewhere.clear();
        self.bytes = 0;
    }

    /// What a known file is, if that was found out.
    #[inline]
    fn of<'f>(&'f self, entry: u32, file: &'f KnownFile) -> Option<&'f Laid> {
        let lies_so = |laid: &&Laid| laid.lay == self.lay;
        let elsewhere = || self.elsewhere.get(&entry).filter(lies_so);
        file.laid.get().filter(lies_so).or_else(elsewhere)
    }

    /// Keeps what a known file is.
    fn keep(&mut self, entry: u32, laid: Laid) {
        if self.bytes > Self::BYTES {
            self.forget();
        }
        // The table keeps room free.
        self.bytes += laid.bytes() + 2 * size_of::<(u32, Laid)>();
        self.elsewhere.insert(entry, laid);
    }
}

impl Laid {
    /// Bytes of its answers.
    fn bytes(&self) -> usize {
        size_of_val(&*self.answers)
    }
}

impl Slots<'_> {
    /// Answers the questions about a file whose statement is a known one.
    #[inline]
    pub(in crate::eval) fn known_file(&mut self, entry: u32) {
        let Meaning::File(file) = self.statements.meaning(entry) else { return };
        if self.laying.of(entry, file).is_none() {
            self.lay_file(entry);
        }
        let Meaning::File(file) = self.statements.meaning(entry) else { return };
        let Some(laid) = self.laying.of(entry, file) else { return };
        let (token, subject) = (laid.token as usize, laid.subject);
        match subject {
            NOTHING => {}
            SEVERAL => {
                let (path, observed) = (file.stated.path.clone(), file.stated.observed.clone());
                self.read_file(&path, &observed);
            }
            subject => {
                self.set(subject as usize, State::Known);
                let range = self.predicates(subject as usize);
                let Slots { statements, laying, answers, unchecked, .. } = self;
                let Meaning::File(file) = statements.meaning(entry) else { return };
                let Some(laid) = laying.of(entry, file) else { return };
                let (checked, without) = laid.answers.split_at(range.len().min(laid.answers.len()));
                put_all(answers, range.clone(), checked);
                put_all(unchecked, range, without);
            }
        }
        self.files.use_token(token);
    }

    /// The path of a file whose statement is a known one, in normal form.
    pub(in crate::eval) fn known_path(&self, entry: u32) -> Option<&str> {
        match self.statements.meaning(entry) {
            Meaning::File(file) => Some(&file.stated.path),
            _ => None,
        }
    }

    /// Finds out what a known file is to the index, as the folders of the client lie.
    #[cold]
    fn lay_file(&mut self, entry: u32) {
        let Meaning::File(file) = self.statements.meaning(entry) else { return };
        let (mut path, observed) = (String::from(&*file.stated.path), file.stated.observed.clone());
        let is_folder = self.files.folders().holds(&path);
        self.files.folders().tokenize(&mut path, 0);
        let token = self.token(&path).map_or(NONE, |token| token as u32);
        let mut subjects = self.file_subjects(&path).filter(|_| !is_folder);
        let subject = match (subjects.next(), subjects.next()) {
            (None, _) => NOTHING,
            (Some(subject), None) => subject as u32,
            (Some(_), Some(_)) => SEVERAL,
        };
        drop(subjects);
        let mut answers = Vec::new();
        if subject < SEVERAL {
            self.file(subject as usize, &observed);
            let range = self.predicates(subject as usize);
            answers.extend_from_slice(&self.answers[range.clone()]);
            answers.extend_from_slice(self.unchecked.get(range).unwrap_or_default());
        }
        let laid = Laid { lay: self.laying.lay, token, subject, answers: answers.into() };
        let Meaning::File(file) = self.statements.meaning(entry) else { return };
        let bytes = laid.bytes();
        match file.laid.set(laid) {
            Ok(()) => self.statements.count(bytes),
            Err(laid) => self.laying.keep(entry, laid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(windir: &str) -> Folders {
        let mut folders = Folders::default();
        folders.state(windir, "%windir%");
        folders
    }

    #[test]
    fn folders_are_remembered_by_number_and_only_so_many_of_them() {
        let mut lays = Lays::default();
        let [one, other] = ["c:\\winnt", "c:\\windows"].map(folders);
        let mut find = |folders: &Folders| {
            let known = lays.find(folders).map(|(number, _)| number);
            let (number, _) = lays.add(folders, Renamed::default());
            assert!(known.is_none_or(|known| known == number));
            assert!(lays.known.len() <= Lays::MOST);
            number
        };
        assert_eq!([&one, &other, &one].map(&mut find), [1, 2, 1]);
        let large = folders(&"x".repeat(Lays::BYTES));
        assert_ne!(find(&large), find(&large));
        for number in 0..10 * Lays::MOST {
            find(&folders(&format!("c:\\{number}")));
        }
        assert!(find(&one) > 2, "it was forgotten, and its number is given to nothing else");
    }

    #[test]
    fn what_files_are_elsewhere_takes_only_so_much_room() {
        let mut laying = Laying::default();
        let answers: Box<[Answer]> = vec![Answer::TRUE; Laying::BYTES / 10 / size_of::<Answer>()].into();
        for entry in 0..100 {
            laying.keep(entry, Laid { lay: 0, token: NONE, subject: 0, answers: answers.clone() });
            let kept: usize = laying.elsewhere.values().map(Laid::bytes).sum();
            assert!((1..=Laying::BYTES / 10 * 12).contains(&kept), "{kept}");
            assert!(laying.elsewhere.contains_key(&entry));
        }
    }
}
