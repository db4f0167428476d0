//! Lists of updates that somebody decided to install.
//!
//! They are data for reports and plans and change no verdict. Source of truth: `docs/site.md`, "Lists".

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::Timestamp;

use super::host::Host;
use super::toml::{Document, quoted, read_file};
use super::{Site, file_names, write_file};
use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::index::View;
use crate::index::columns::Column;
use crate::matrix::Matrix;
use crate::model::flag::Flags;
use crate::model::verdict::Verdict;
use crate::report::Authorized;

/// A list of updates that are to be installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorization {
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: String,
    /// Whom it is for.
    pub collection: String,
    /// The updates.
    pub entries: Vec<Entry>,
}

/// An update of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// An identity, a bulletin or an article number.
    pub update: String,
    /// Since when.
    pub time: String,
    /// Until when it is to be there.
    pub deadline: Option<String>,
    /// What somebody wrote beside it.
    pub note: Option<String>,
}

/// A list that was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// The list.
    pub list: Authorization,
    /// Updates of it that others replace which are not in it, each with one of those.
    pub unlisted: Vec<(String, String)>,
}

impl Authorization {
    fn read(path: &std::path::Path) -> Result<Authorization> {
        let (file, text) = (path.to_string_lossy(), read_file(path)?);
        let mut table = Document::new(&file, &text).read()?;
        let mut list = Authorization {
            name: table.required("name")?.value,
            created: table.required("created")?.value,
            collection: table.required("collection")?.value,
            entries: Vec::new(),
        };
        for mut entry in table.tables("entry")? {
            list.entries.push(Entry {
                update: entry.required("update")?.value,
                time: entry.required("time_authorized")?.value,
                deadline: entry.text("deadline")?.map(|text| text.value),
                note: entry.text("note")?.map(|text| text.value),
            });
            entry.finish()?;
        }
        table.finish()?;
        Ok(list)
    }

    fn write(&self) -> String {
        let mut text = format!(
            "name = {}\ncreated = {}\ncollection = {}\n",
            quoted(&self.name),
            quoted(&self.created),
            quoted(&self.collection)
        );
        for entry in &self.entries {
            let (update, time) = (quoted(&entry.update), quoted(&entry.time));
            text.push_str(&format!("\n[[entry]]\nupdate = {update}\ntime_authorized = {time}\n"));
            entry.deadline.iter().for_each(|time| text.push_str(&format!("deadline = {}\n", quoted(time))));
            entry.note.iter().for_each(|note| text.push_str(&format!("note = {}\n", quoted(note))));
        }
        text
    }
}

impl Site {
    fn authorizations_path(&self) -> PathBuf {
        self.path("lists/authorize")
    }

    /// The lists, by name.
    ///
    /// # Errors
    ///
    /// One is not as it must be; the message names file and line.
    pub fn authorizations(&self) -> Result<Vec<Authorization>> {
        let folder = self.authorizations_path();
        let names = file_names(&folder)?.into_iter();
        names
            .filter(|name| name.as_encoded_bytes().ends_with(b".toml"))
            .map(|name| Authorization::read(&folder.join(name)))
            .collect()
    }

    /// The list of a name.
    ///
    /// # Errors
    ///
    /// There is none, or it is not as it must be; the message names file and line.
    pub fn authorization(&self, name: &str) -> Result<Authorization> {
        let folder = self.authorizations_path();
        let path = folder.join(format!("{name}.toml"));
        if is_name(name) && path.is_file() {
            return Authorization::read(&path);
        }
        let error = Error::new(Code::BadValue, format!("there is no list `{name}`"));
        Err(error.in_file(folder.to_string_lossy()).with_hint(self.hint_at_authorizations()?))
    }

    /// Says which lists there are, for whoever named none of them.
    ///
    /// # Errors
    ///
    /// Their folder cannot be listed.
    pub fn hint_at_authorizations(&self) -> Result<String> {
        let files = file_names(&self.authorizations_path())?;
        let names: Vec<&str> = files.iter().filter_map(|file| file.to_str()?.strip_suffix(".toml")).collect();
        Ok(match names.as_slice() {
            [] => "`patchstate site authorize NAME --from-report missing` makes one".to_owned(),
            names => format!("there are: {}", names.join(", ")),
        })
    }

    /// What is authorized of the updates of a matrix: the first list that names each, and since when. Gives
    /// also the entries that name none of them.
    ///
    /// # Errors
    ///
    /// As [`Site::authorizations`].
    pub fn authorized(&self, matrix: &Matrix<'_>) -> Result<(BTreeMap<String, Authorized>, Vec<String>)> {
        let (mut authorized, mut unmatched) = (BTreeMap::new(), Vec::new());
        for list in self.authorizations()? {
            for entry in list.entries {
                let found = matrix.find_updates(&entry.update);
                if found.is_empty() {
                    unmatched.push(format!("`{}`", entry.update));
                }
                for update in found {
                    let one = || Authorized { name: list.name.clone(), time: entry.time.clone() };
                    authorized.entry(matrix.updates[update].id.clone()).or_insert_with(one);
                }
            }
        }
        Ok((authorized, unmatched))
    }

    /// Makes a list of the updates that some client of a collection lacks, without those that lists hide and
    /// those that stand for a bulletin without patches.
    ///
    /// # Errors
    ///
    /// There is such a list already, no such collection, or no matrix of it yet.
    pub fn authorize_missing(&self, name: &str, collection: &str, host: &dyn Host) -> Result<Made> {
        let collection = self.named_collection(collection)?;
        if !is_name(name) {
            let message = format!("`{name}` is no name of a list: letters, digits, `-` and `_`");
            return Err(Error::new(Code::BadValue, message));
        }
        let path = self.authorizations_path().join(format!("{name}.toml"));
        if path.exists() {
            let error = Error::new(Code::BadValue, "is there already").in_file(path.to_string_lossy());
            return Err(error.with_hint("edit it, or take another name"));
        }
        let clients = self.store().load()?;
        let mut updates = Vec::new();
        for view in self.views(&[], Some(&collection.id))? {
            if let Some(matrix) = view.open(self, &clients, host.now())? {
                updates.extend(missing(&matrix));
            }
        }
        let now = second(host.now());
        let entry = |update: String| Entry { update, time: now.clone(), ..Entry::default() };
        let list = Authorization {
            name: name.to_owned(),
            created: now.clone(),
            collection: collection.id.clone(),
            entries: updates.into_iter().map(entry).collect(),
        };
        write_file(&path, &list.write())?;
        let unlisted = self.unlisted(&list)?;
        Ok(Made { list, unlisted })
    }

    /// The updates of a list that others replace which are not in it, each with one of those.
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn unlisted(&self, list: &Authorization) -> Result<Vec<(String, String)>> {
        let Some(index) = self.index()? else { return Ok(Vec::new()) };
        let view = index.view()?;
        let identity = |update: u32| view.text(view.columns.update_identity.at(update as usize)).to_owned();
        let listed: BTreeSet<u32> =
            list.entries.iter().flat_map(|entry| named(view, &entry.update)).collect();
        let unlisted = listed.iter().filter_map(|update| {
            let by = view.edges(*update as usize).find(|edge| !listed.contains(&edge.by))?.by;
            Some((identity(*update), identity(by)))
        });
        Ok(unlisted.collect())
    }
}

/// The numbers of the updates that an entry names.
fn named(view: View<'_>, entry: &str) -> Vec<u32> {
    // Lists that were made here name identities, which are found at once.
    match view.find_update(entry) {
        Some(update) => vec![update as u32],
        None => view.find_named(entry),
    }
}

/// The ids of the updates that some client lacks and that lists show.
fn missing(matrix: &Matrix<'_>) -> Vec<String> {
    let mut is_missing = vec![false; matrix.updates.len()];
    for client in 0..matrix.clients.len() {
        for ((update, cell), is_missing) in matrix.updates.iter().zip(matrix.row(client)).zip(&mut is_missing)
        {
            let flags = update.flags | cell.flags;
            *is_missing |=
                cell.verdict == Verdict::Missing && !flags.is_hidden() && !flags.contains(Flags::PLACEHOLDER);
        }
    }
    let missing = matrix.updates.iter().zip(is_missing).filter(|(_, is_missing)| *is_missing);
    missing.map(|(update, _)| update.id.clone()).collect()
}

/// Whether a list can be called so.
fn is_name(name: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    !name.is_empty() && name.chars().all(is_of_name)
}

/// A time to the second.
fn second(time: Timestamp) -> String {
    Timestamp::from_second(time.as_second()).map(|time| time.to_string()).unwrap_or_default()
}
