//! Reads `site.toml`: every slip is an error with its place, so that no command runs on a bad definition.

use std::collections::BTreeSet;

use super::*;
use crate::catalog;
use crate::error::Result;
use crate::site::toml::{At, Document, Table};

impl Definition {
    /// Reads a definition; `file` is what it is called in messages.
    ///
    /// # Errors
    ///
    /// Anything in it is not as it must be: the message names line and column.
    pub fn read(file: &str, text: &str, expedited: Expedited) -> Result<Definition> {
        let document = Document::new(file, text);
        let mut root = document.read()?;
        match root.number("version")? {
            Some(At { value: VERSION, .. }) => {}
            Some(At { value, offset }) => {
                let message = format!("the definition has version {value}, this build reads {VERSION}");
                return Err(document.error(offset, message));
            }
            None => return Err(root.error(format!("`version` is missing; write `version = {VERSION}`"))),
        }
        let mut definition = site(document, root.table("site")?)?;
        let mut reader = Reader { document, ids: BTreeSet::new() };
        for table in root.tables("feed")? {
            definition.feeds.push(reader.feed(table)?);
        }
        for table in root.tables("collection")? {
            let collection = reader.collection(table, &definition)?;
            definition.collections.push(collection);
        }
        for table in root.tables("package")? {
            reader.package(table, &mut definition)?;
        }
        for table in root.tables("advertisement")? {
            reader.advertisement(table, &mut definition, expedited)?;
        }
        definition.check_roles(&root)?;
        definition.compare_schedules();
        root.finish()?;
        Ok(definition)
    }

    /// Every feed has exactly one collection of each role.
    fn check_roles(&self, root: &Table<'_>) -> Result<()> {
        for feed in &self.feeds {
            for role in Role::ALL {
                let of_role = self.collections_of(&feed.id).filter(|collection| collection.role == *role);
                let found = of_role.count();
                if found != 1 {
                    let message = format!(
                        "feed `{}` has {found} collections of role `{}` and must have one",
                        feed.id,
                        role.name()
                    );
                    return Err(root.error(message));
                }
            }
        }
        Ok(())
    }

    /// A scan that runs more often than its catalog is fetched finds the same catalog again.
    fn compare_schedules(&mut self) {
        let every = |feed: &str, kind: Kind| {
            let of_kind = self.advertisements.iter().filter(|advertisement| {
                let program = self.programs.iter().find(|program| program.id == advertisement.program);
                program.is_some_and(|program| program.feed == feed && program.kind == kind)
            });
            of_kind.map(|advertisement| advertisement.every_days).min()
        };
        let shorter = self.feeds.iter().filter_map(|feed| {
            let (scan, sync) = (every(&feed.id, Kind::Scan)?, every(&feed.id, Kind::Sync)?);
            let message = format!("feed `{}` is scanned every {scan} days and fetched every {sync}", feed.id);
            (scan < sync).then_some(message)
        });
        let shorter: Vec<_> = shorter.collect();
        self.warnings.extend(shorter);
    }
}

fn site(document: Document<'_>, mut table: Table<'_>) -> Result<Definition> {
    let name = table.required("name")?.value;
    let code = table.text("code")?.unwrap_or(At { value: "PS1".to_owned(), offset: 0 });
    let is_code = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    if code.value.len() != 3 || !code.value.chars().all(is_code) {
        return Err(document.error(code.offset, "`code` must be three characters of A-Z and 0-9"));
    }
    let mut days =
        |key: &str, default| -> Result<u64> { Ok(table.number(key)?.map_or(default, |number| number.value)) };
    let definition = Definition {
        name,
        code: code.value,
        max_inventory_age_days: days("max_inventory_age_days", 14)?,
        patch_age_days: days("patch_age_days", 60)?,
        keep_revisions: days("keep_revisions", 8)?,
        feeds: Vec::new(),
        collections: Vec::new(),
        programs: Vec::new(),
        advertisements: Vec::new(),
        warnings: Vec::new(),
    };
    table.finish()?;
    Ok(definition)
}

struct Reader<'t> {
    document: Document<'t>,
    /// `WHAT ID` of what was defined.
    ids: BTreeSet<String>,
}

impl Reader<'_> {
    /// The id of something, which nothing else of its sort has.
    fn id(&mut self, what: &str, table: &mut Table<'_>) -> Result<String> {
        let At { value: id, offset } = table.required("id")?;
        let is_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || !id.chars().all(is_id) {
            let message = format!("`{id}` is no id: ids are made of a-z, 0-9 and `-`");
            return Err(self.document.error(offset, message));
        }
        if !self.ids.insert(format!("{what} {id}")) {
            return Err(self.document.error(offset, format!("there is a second {what} `{id}`")));
        }
        Ok(id)
    }

    fn feed(&mut self, mut table: Table<'_>) -> Result<Feed> {
        let id = self.id("feed", &mut table)?;
        let format = table.required("format")?;
        let Some(found) = catalog::find(&format.value) else {
            let names: Vec<_> = catalog::FORMATS.iter().map(|format| format.name).collect();
            let message = format!("`{}` is no catalog format; there are {}", format.value, names.join(", "));
            return Err(self.document.error(format.offset, message));
        };
        let sources = table.texts("source")?;
        if sources.is_empty() {
            return Err(table.error("`source` is missing or empty; write `source = [\"drop\"]`"));
        }
        let feed = Feed {
            tool: table.required("tool")?.value,
            format: found,
            sources: sources.into_iter().map(|source| self.source(source)).collect::<Result<_>>()?,
            language: table.text("language")?.map_or_else(|| "en".to_owned(), |text| text.value),
            rules: values(table.texts("rules")?),
            products: values(table.texts("products")?),
            digest: self.digest(table.text("digest")?)?,
            max_download_mib: table.number("max_download_mib")?.map_or(2048, |number| number.value),
            id,
        };
        table.finish()?;
        Ok(feed)
    }

    fn source(&self, source: At<String>) -> Result<Source> {
        let At { value, offset } = source;
        let scheme = value.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_deref() {
            _ if value.is_empty() => Err(self.document.error(offset, "a source must not be empty")),
            Some("http" | "https") => Ok(Source::Address(value)),
            Some(scheme) => {
                let message = format!("`{scheme}` is no scheme that is read; there are http and https");
                Err(self.document.error(offset, message))
            }
            None if value == "drop" => Ok(Source::Drop),
            None => Ok(Source::Path(value)),
        }
    }

    fn digest(&self, digest: Option<At<String>>) -> Result<Option<[u8; 32]>> {
        let Some(At { value, offset }) = digest.filter(|digest| !digest.value.is_empty()) else {
            return Ok(None);
        };
        let bytes: Option<Vec<u8>> = (0..value.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(value.get(at..at + 2)?, 16).ok())
            .collect();
        let digest = bytes.and_then(|bytes| bytes.try_into().ok());
        let expected = || self.document.error(offset, "`digest` must be a SHA-256: 64 hexadecimal digits");
        digest.ok_or_else(expected).map(Some)
    }

    fn collection(&mut self, mut table: Table<'_>, definition: &Definition) -> Result<Collection> {
        let id = self.id("collection", &mut table)?;
        let role = table.required("role")?;
        let collection = Collection {
            feed: self.known_feed(table.required("feed")?, definition)?,
            role: self.word("role", role, Role::ALL, Role::name)?,
            clients: patterns(table.texts("clients")?),
            exclude: patterns(table.texts("exclude")?),
            id,
        };
        table.finish()?;
        Ok(collection)
    }

    fn package(&mut self, mut table: Table<'_>, definition: &mut Definition) -> Result<()> {
        let id = self.id("package", &mut table)?;
        let feed = self.known_feed(table.required("feed")?, definition)?;
        for mut program in table.tables("program")? {
            let name = self.id(&format!("program of package `{id}`"), &mut program)?;
            let kind = program.required("kind")?;
            definition.programs.push(Program {
                id: format!("{id}/{name}"),
                feed: feed.clone(),
                kind: self.word("kind", kind, Kind::ALL, Kind::name)?,
                options: values(program.texts("options")?),
            });
            program.finish()?;
        }
        table.finish()
    }

    fn advertisement(
        &mut self,
        mut table: Table<'_>,
        definition: &mut Definition,
        expedited: Expedited,
    ) -> Result<()> {
        let id = self.id("advertisement", &mut table)?;
        let (program, collection) = (table.required("program")?, table.required("collection")?);
        let every_days = table.number("every_days")?;
        let Some(every_days) = every_days.filter(|days| days.value > 0) else {
            return Err(table.error("`every_days` must be a whole number of days, at least 1"));
        };
        let unknown = |what: &str, of: &At<String>| {
            self.document.error(of.offset, format!("there is no {what} `{}`", of.value))
        };
        let known = definition.programs.iter().find(|known| known.id.eq_ignore_ascii_case(&program.value));
        let known = known.ok_or_else(|| unknown("program", &program))?;
        let of =
            definition.collection(&collection.value).ok_or_else(|| unknown("collection", &collection))?;
        if of.feed != known.feed {
            let message = format!(
                "collection `{}` is of feed `{}`, program `{}` of `{}`",
                of.id, of.feed, known.id, known.feed
            );
            return Err(self.document.error(collection.offset, message));
        }
        let mut odd = None;
        if known.kind == Kind::Expedited && of.role == Role::Production {
            let message =
                format!("advertisement `{id}` runs an expedited program on a production collection");
            if expedited == Expedited::Refused {
                let hint = "its load falls on all clients at once; `--allow-production-expedited` allows it";
                return Err(self.document.error(program.offset, message).with_hint(hint));
            }
            odd = Some(message);
        }
        let (program, collection) = (known.id.clone(), of.id.clone());
        definition.warnings.extend(odd);
        let every_days = every_days.value;
        definition.advertisements.push(Advertisement { id, program, collection, every_days });
        table.finish()
    }

    fn known_feed(&self, feed: At<String>, definition: &Definition) -> Result<String> {
        let unknown = || self.document.error(feed.offset, format!("there is no feed `{}`", feed.value));
        definition.feed(&feed.value).map(|known| known.id.clone()).ok_or_else(unknown)
    }

    /// One of several words.
    fn word<T: Copy>(
        &self,
        key: &str,
        found: At<String>,
        all: &[T],
        name: fn(T) -> &'static str,
    ) -> Result<T> {
        let known = all.iter().copied().find(|one| name(*one) == found.value);
        known.ok_or_else(|| {
            let names: Vec<_> = all.iter().map(|one| name(*one)).collect();
            let message = format!("`{key}`: there is no `{}`, only {}", found.value, names.join(", "));
            self.document.error(found.offset, message)
        })
    }
}

fn values(texts: Vec<At<String>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value).collect()
}

fn patterns(texts: Vec<At<String>>) -> Vec<Pattern> {
    let pattern = |text: String| match text.strip_prefix('@') {
        Some(file) => Pattern::File(file.to_owned()),
        None => Pattern::Glob(text),
    };
    texts.into_iter().map(|text| pattern(text.value)).collect()
}
