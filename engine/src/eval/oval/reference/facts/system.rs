//! Items of the operating system: its family, its running kernel, and the version of a Debian.
//!
//! They are one fact per client: one that is stated is all that there is, one that is not says nothing.

use super::super::Evaluation;
use super::super::collection::Collection;
use super::super::values::Values;
use super::{Asked, Candidates, Looked, Stated, files, literal, made, named};
use crate::diagnostic::Code;
use crate::model::fact::Os;
use crate::model::oval::entity::Entity;
use crate::model::oval::pattern::Pattern;
use crate::model::oval::value::{Datatype, Operation};
use crate::model::oval::words::{Flag, Status};

/// The file that says which Debian a system is.
const DEBIAN_VERSION: &str = "/etc/debian_version";

impl Evaluation<'_> {
    pub(super) fn family<'o>(&self, stated: &Stated<'_>, asked: &Asked<'o>) -> Candidates<'o> {
        let item = stated.known.os.map(|os| {
            let family = match os.record.family.to_ascii_lowercase().as_str() {
                "windows" => "windows",
                "linux" => "unix",
                "macos" => "macos",
                _ => "undefined",
            };
            self.items.add_made(made::item("independent", "family", vec![made::text("family", family)]))
        });
        Candidates::of_one(item, asked)
    }

    /// What `uname` prints; on Windows nobody does.
    pub(super) fn uname<'o>(&self, stated: &Stated<'_>, asked: &Asked<'o>) -> Candidates<'o> {
        let os = stated.known.os.map(|os| os.record);
        let kernel = stated.known.kernel.map(|kernel| kernel.record.running.to_string());
        let family = os.map(|os| os.family.to_ascii_lowercase());
        let name = match family.as_deref() {
            Some("linux") => Some("Linux"),
            Some("macos") => Some("Darwin"),
            _ => None,
        };
        if family.as_deref() == Some("windows") || (name.is_none() && kernel.is_none()) {
            return Candidates::of_one(None, asked);
        }
        let machine = os.and_then(|os| machine(os.arch.as_deref()?, name));
        let entities = vec![
            made::maybe_text("machine_class", machine),
            made::of_status("node_name", Status::NotCollected),
            made::maybe_text("os_name", name),
            made::maybe_text("os_release", kernel),
            made::of_status("os_version", Status::NotCollected),
            made::maybe_text("processor_type", machine),
        ];
        Candidates::of_one(Some(self.items.add_made(made::item("unix", "uname", entities))), asked)
    }

    /// What a pattern finds in the file that says which Debian a system is; no other file is known.
    pub(super) fn debian_version<'o>(&self, stated: &Stated<'_>, asked: &Asked<'o>) -> Looked<'o> {
        let path = files::literal_path(asked, |entity| literal(entity));
        let (true, Some(wanted)) = (path.as_deref() == Some(DEBIAN_VERSION), named(asked, "pattern")) else {
            return Err(Collection::unsupported());
        };
        let pattern = self.pattern(wanted, asked.instance)?;
        let Some(line) = stated.known.os.and_then(|os| debian_line(os.record)) else {
            return Ok(Candidates::of_one(None, asked));
        };
        let mut items = Vec::new();
        for instance in 1..=line.len() + 1 {
            let groups = pattern.nth(&line, instance).map_err(|_| {
                self.note(Code::OvalPatternLimit, &wanted.value);
                Collection::of(Flag::Error)
            })?;
            let Some(groups) = groups else { break };
            let mut entities = vec![
                made::text("filepath", DEBIAN_VERSION),
                made::text("path", "/etc"),
                made::text("filename", "debian_version"),
                made::text("pattern", wanted.value.as_str()),
                made::value("instance", Datatype::Int, instance.to_string()),
                made::text("text", groups.first().copied().flatten().unwrap_or_default()),
            ];
            let captured = groups.iter().skip(1).flatten();
            entities.extend(captured.map(|group| made::text("subexpression", *group)));
            items.push(self.items.add_made(made::item("independent", "textfilecontent54", entities)));
        }
        let left = asked.entities.iter().filter(|entity| entity.name == "instance").collect();
        Ok(Candidates { items, left, whole: true })
    }

    /// The one pattern that an entity stands for.
    fn pattern(&self, entity: &Entity, instance: u32) -> Result<Pattern, Collection> {
        if entity.operation != Some(Operation::PatternMatch) || entity.datatype != Some(Datatype::String) {
            return Err(Collection::unsupported());
        }
        let text = match &entity.variable {
            None => entity.value.clone(),
            Some(variable) => {
                let Values { values, .. } = self.variable(variable, instance);
                let [only] = &values[..] else { return Err(Collection::unsupported()) };
                only.clone()
            }
        };
        Pattern::new(&text).map_err(|_| {
            self.note(Code::OvalBadPattern, &text);
            Collection::of(Flag::Error)
        })
    }
}

impl<'o> Candidates<'o> {
    /// The one thing of which there is one, if it is known.
    fn of_one(item: Option<usize>, asked: &Asked<'o>) -> Candidates<'o> {
        let whole = item.is_some();
        Candidates { items: item.into_iter().collect(), left: asked.entities.iter().collect(), whole }
    }
}

/// The line of the file that says which Debian a system is.
fn debian_line(os: &Os<'_>) -> Option<String> {
    let name = os.name.as_deref()?.trim_start();
    let is_debian = name.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("debian"));
    // What follows the number is its code name.
    let version = os.version.as_deref()?.split_whitespace().next().filter(|_| is_debian)?;
    Some(if version.contains('.') { version.to_owned() } else { format!("{version}.0") })
}

/// An architecture as `uname -m` prints it; one that does not tell is not known.
fn machine<'a>(arch: &'a str, system: Option<&str>) -> Option<&'a str> {
    let arch = arch.trim();
    match arch.to_ascii_lowercase().as_str() {
        "amd64" | "x64" | "x86-64" => Some("x86_64"),
        "arm64" if system == Some("Linux") => Some("aarch64"),
        "ppc64el" => Some("ppc64le"),
        "" | "i386" | "x86" | "noarch" | "all" | "32-bit" | "64-bit" => None,
        _ => Some(arch),
    }
}
