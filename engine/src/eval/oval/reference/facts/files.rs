//! Items of files and of their checksums.
//!
//! A file is looked up by what its path denotes; a path below a token of which the client does not state the
//! folder has no other form, so that whether a pattern matches it is not known.

use super::super::Evaluation;
use super::super::collection::Collection;
use super::sort::Sort;
use super::{Asked, Candidates, Group, Looked, Stated, literal, made, named};
use crate::eval::known::{Found, State};
use crate::model::expr::Subject;
use crate::model::fact::{File, FileVersion, Kind};
use crate::model::oval::characteristics::{Item, Value};
use crate::model::oval::entity::Entity;
use crate::model::oval::value::{Datatype, Operation};
use crate::model::oval::words::Status;
use crate::model::path;

/// The systems whose files differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum System {
    Windows,
    Unix,
}

impl System {
    /// The system that an object of files is about.
    pub(super) fn of(sort: Sort, stated: &Stated<'_>) -> System {
        let family = stated.known.os.map(|os| os.record.family.to_ascii_lowercase());
        match sort {
            Sort::WindowsFile => System::Windows,
            Sort::File if family.as_deref() == Some("windows") => System::Windows,
            _ => System::Unix,
        }
    }

    fn of_path(path: &str) -> System {
        if path.starts_with('/') { System::Unix } else { System::Windows }
    }
}

/// The entities that name a file.
const NAMES: [&str; 3] = ["filepath", "path", "filename"];

/// How files are digested, each with the word for it.
const DIGESTS: [&str; 6] = ["MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"];

impl Evaluation<'_> {
    pub(super) fn files<'o>(&self, stated: &Stated<'_>, system: System, asked: &Asked<'o>) -> Looked<'o> {
        let whole = whole(stated, asked)?;
        let items = stated.group(Group::Files(system), || {
            let own = stated.known.files.iter().filter(|(path, _)| System::of_path(path) == system);
            own.map(|(path, file)| self.items.add_new(item(stated, path, *file, system))).collect()
        });
        Ok(Candidates { items, left: asked.entities.iter().collect(), whole })
    }

    pub(super) fn file_hashes<'o>(&self, stated: &Stated<'_>, asked: &Asked<'o>) -> Looked<'o> {
        let whole = whole(stated, asked)?;
        let wanted = named(asked, "hash_type").and_then(literal);
        if wanted.is_some_and(|wanted| !DIGESTS.contains(&wanted)) {
            return Err(Collection::unsupported());
        }
        let items = stated.group(Group::Hashes, || {
            let files = stated.known.files.iter();
            let digests = files.flat_map(|file| DIGESTS.into_iter().map(move |digest| (file, digest)));
            let made = digests.map(|((path, file), digest)| {
                let mut entities = written(stated, path, &file.record.path, System::of_path(path));
                entities.push(made::text("hash_type", digest));
                let hash = match digest {
                    "MD5" => file.record.md5.as_deref(),
                    "SHA-1" => file.record.sha1.as_deref(),
                    "SHA-256" => file.record.sha256.as_deref(),
                    _ => None,
                };
                entities.push(made::maybe_text("hash", hash.map(str::to_ascii_lowercase)));
                self.items.add_new(made::item("independent", "filehash58", entities))
            });
            made.collect()
        });
        Ok(Candidates { items, left: asked.entities.iter().collect(), whole })
    }
}

/// Whether there is no file but those that are stated among those that an object names.
fn whole(stated: &Stated<'_>, asked: &Asked<'_>) -> Result<bool, Collection> {
    let mut names = asked.entities.iter().filter(|entity| NAMES.contains(&entity.name.as_str()));
    // Without a name it is a folder that is asked for, and folders are no facts.
    let is_file = named(asked, "filepath").or(named(asked, "filename")).is_some();
    if !is_file || names.any(|entity| entity.nil) {
        return Err(Collection::unsupported());
    }
    let is_known = |path: String| {
        let subject = Subject::File(path::normal(&path));
        stated.known.state(&subject) != State::NotCollected
    };
    Ok(literal_path(asked, any_case).map_or(stated.is_complete(Kind::File), is_known))
}

/// The text of an entity of a name that is found in any case.
fn any_case(entity: &Entity) -> Option<&str> {
    match entity.operation {
        Some(Operation::CaseInsensitiveEquals) if entity.variable.is_none() && !entity.nil => {
            // Where case tells files apart there may be several.
            let text = entity.value.as_str();
            (System::of_path(text) == System::Windows).then_some(text)
        }
        _ => literal(entity),
    }
}

/// The path that an object names as it stands.
pub(super) fn literal_path<'o>(
    asked: &Asked<'o>,
    text: impl Fn(&'o Entity) -> Option<&'o str>,
) -> Option<String> {
    if let Some(entity) = named(asked, "filepath") {
        return text(entity).map(str::to_owned);
    }
    let (folder, name) = (text(named(asked, "path")?)?, text(named(asked, "filename")?)?);
    Some(match System::of_path(folder) {
        System::Unix => format!("{}/{name}", folder.trim_end_matches('/')),
        System::Windows => format!("{}\\{name}", folder.trim_end_matches(['\\', '/'])),
    })
}

/// The path, folder and name of a file, as far as they can be written without a token.
fn written(stated: &Stated<'_>, path: &str, as_stated: &str, system: System) -> Vec<Value<'static>> {
    let (full, separator) = match system {
        System::Unix => (path.to_owned(), '/'),
        System::Windows if path::token(&path::normal(as_stated)).is_none() => (separated(as_stated), '\\'),
        System::Windows => (stated.known.expanded(path).unwrap_or_else(|| path.to_owned()), '\\'),
    };
    let (folder, name) = full.rsplit_once(separator).unwrap_or(("", &full));
    let is_top = folder.is_empty() || (system == System::Windows && folder.ends_with(':'));
    let folder = if is_top { format!("{folder}{separator}") } else { folder.to_owned() };
    vec![made::text("filepath", full.as_str()), made::text("path", folder), made::text("filename", name)]
}

/// A path of Windows with single backslashes, but for two at its beginning.
fn separated(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path::trimmed(path).chars() {
        if c != '\\' && c != '/' {
            out.push(c);
        } else if !out.ends_with('\\') || out.len() == 1 {
            out.push('\\');
        }
    }
    out
}

fn item(stated: &Stated<'_>, path: &str, found: Found<'_, File<'static>>, system: System) -> Item<'static> {
    let file = found.record;
    let mut entities = written(stated, path, &file.path, system);
    entities.push(made::maybe("size", Datatype::Int, file.size.map(|size| size.to_string())));
    let changed = file.modified.as_deref().and_then(|time| time_of(time, system));
    entities.push(made::maybe("m_time", Datatype::Int, changed));
    match system {
        System::Unix => entities.push(made::text("type", "regular")),
        System::Windows => {
            let created = file.created.as_deref().and_then(|time| time_of(time, system));
            entities.push(made::maybe("c_time", Datatype::Int, created));
            entities.push(made::text("type", "FILE_TYPE_DISK"));
            entities.push(match file.version {
                FileVersion::Known(version) => made::value("version", Datatype::Version, version.to_string()),
                FileVersion::NoResource => made::of_status("version", Status::DoesNotExist),
                FileVersion::NotCollected => made::of_status("version", Status::NotCollected),
            });
            let product = file.product_version.as_deref();
            entities.push(made::maybe("product_version", Datatype::Version, product));
            entities.push(made::maybe_text("company", file.company.as_deref()));
            entities.push(made::maybe_text("language", file.language.as_deref()));
            entities.push(made::maybe_text("product_name", file.product.as_deref()));
            let checksum = file.checksum.map(|checksum| checksum.to_string());
            entities.push(made::maybe_text("ms_checksum", checksum));
        }
    }
    let schema = if system == System::Windows { "windows" } else { "unix" };
    made::item(schema, "file", entities)
}

/// A time as items of a system have it, where it is stated as exactly.
///
/// Windows counts ten-millionths of a second since 1601, others seconds since 1970. A time without zone is
/// none, and one of fewer digits is not exact.
fn time_of(text: &str, system: System) -> Option<String> {
    let instant: jiff::Timestamp = text.trim().parse().ok()?;
    let since_1970 = instant.as_nanosecond();
    match system {
        System::Unix => Some(since_1970.div_euclid(1_000_000_000).to_string()),
        System::Windows => {
            let digits = text.split_once('.').map_or("", |(_, rest)| rest);
            let count = digits.bytes().take_while(u8::is_ascii_digit).count();
            (count >= 7).then(|| (since_1970.div_euclid(100) + 116_444_736_000_000_000).to_string())
        }
    }
}
