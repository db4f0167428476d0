//! Reads package lists: the output of `rpm -qa` and `dpkg-query -W`, one package a line.
//!
//! Knows what the lists of both package managers share: comments at the head, several clients in one
//! file, module lines, and that a line which cannot be read ends the list's claim to be complete. What a
//! line says is the matter of [`rpm`] and [`dpkg`]. Source of truth: `docs/inventories.md`, "Package
//! lists".

mod dpkg;
mod rpm;

use std::ops::Range;

use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};
use crate::model::fact::{Fact, Kernel, Kind, Kinds, Module, ModuleState, Os, Package, Text};
use crate::model::inventory::{Collector, Header, Statement, Wording};

use super::lines::{self, shown};
use super::sink::Sink;
use super::{Excerpt, Format, Found, Look, MAX_HEAD, Place, Scope, Settings, Unit};

/// The kinds that a package list may have completely.
const VOUCHES: Kinds = Kinds::from_bits(1 << Kind::Package as u16 | 1 << Kind::Module as u16);

/// Lists of `rpm -qa`.
pub(super) const RPM: Format = Format {
    name: "rpm",
    title: "package list of `rpm -qa`",
    recognises: |head| recognises(head, rpm::line),
    scope: Scope::Part,
    vouches: VOUCHES,
    find: units,
    code_page: |_| None,
    read: |excerpt, settings, out| read(VOUCHES, (b'r', rpm::line), excerpt, settings, out),
};

/// Lists of `dpkg-query -W`.
pub(super) const DPKG: Format = Format {
    name: "dpkg",
    title: "package list of `dpkg-query -W`",
    recognises: |head| recognises(head, dpkg::line),
    find: units,
    read: |excerpt, settings, out| read(VOUCHES, (b'd', dpkg::line), excerpt, settings, out),
    ..RPM
};

/// What an inventory agent keeps of `rpm -qa`; told apart by the option only.
pub(super) const AGENT_RPM: Format = Format {
    name: "agent-rpm",
    title: "agent's dump of RPM packages (by `--input-format` only)",
    recognises: |_| false,
    scope: Scope::Part,
    vouches: Kinds::NONE,
    find: units,
    code_page: |_| None,
    read: |excerpt, settings, out| read(Kinds::NONE, (b'R', rpm::agent_line), excerpt, settings, out),
};

/// What an inventory agent keeps of `dpkg-query -W`; told apart by the option only.
pub(super) const AGENT_DPKG: Format = Format {
    name: "agent-dpkg",
    title: "agent's dump of Debian packages (by `--input-format` only)",
    read: |excerpt, settings, out| read(Kinds::NONE, (b'D', dpkg::agent_line), excerpt, settings, out),
    ..AGENT_RPM
};

/// What one line of a list says.
#[allow(clippy::large_enum_variant, reason = "there is one at a time, and it is taken apart at once")]
enum Line<'a> {
    /// An installed package.
    Installed(Package<'a>),
    /// A package that the list names but that is not installed.
    NotInstalled,
    /// Nothing that can be read.
    Unreadable,
}

/// Reads a line that is not blank.
type ReadLine = for<'a> fn(&'a str) -> Line<'a>;

/// Lines that are looked at to recognise a list.
const SAMPLE: usize = 32;

/// Whether at least half of the first lines are of the list's form, and at least one is.
fn recognises(head: &str, line: ReadLine) -> bool {
    let whole_lines = head.rfind('\n').map_or(head, |end| &head[..end]);
    let (mut fit, mut seen, mut framed) = (0, 0, false);
    for (_, text) in lines(whole_lines) {
        match frame(text) {
            Frame::Client(_) | Frame::Comment(Some(_)) | Frame::Modules(_) => framed = true,
            Frame::Comment(None) => {}
            Frame::Other if seen == SAMPLE => break,
            Frame::Other => {
                seen += 1;
                fit += usize::from(!matches!(line(text), Line::Unreadable));
            }
        }
    }
    if seen == 0 { framed } else { fit > 0 && 2 * fit >= seen }
}

/// A line that is not of one package manager.
enum Frame<'a> {
    /// `@ CLIENT`: what follows is of another client.
    Client(&'a str),
    /// `# key: value` where the key is one that lists give a meaning, or any other comment.
    Comment(Option<(Key, &'a str)>),
    /// `module NAME:STREAM[:VERSION[:CONTEXT]] STATE`, or `None` for `module none`.
    Modules(Option<Module<'a>>),
    /// Not such a line.
    Other,
}

/// The keys that comments at the head of a list give a meaning.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Client,
    Collected,
    Kernel,
    OsName,
    OsVersion,
    Arch,
}

/// Reads a line that is not of one package manager.
fn frame(text: &str) -> Frame<'_> {
    let text = text.trim();
    if !text.starts_with(['@', '#', 'm']) {
        return Frame::Other;
    }
    if let Some(client) = text.strip_prefix("@ ") {
        return Frame::Client(client.trim());
    }
    if let Some(comment) = text.strip_prefix('#') {
        return Frame::Comment(comment.split_once(':').and_then(|(key, value)| {
            let key = match key.trim() {
                "client" => Key::Client,
                "collected" => Key::Collected,
                "kernel" => Key::Kernel,
                "os-name" => Key::OsName,
                "os-version" => Key::OsVersion,
                "arch" => Key::Arch,
                _ => return None,
            };
            Some((key, value.trim())).filter(|(_, value)| !value.is_empty())
        }));
    }
    match text.strip_prefix("module ").map(str::trim) {
        Some("none") => Frame::Modules(None),
        Some(rest) => module(rest).map_or(Frame::Other, |module| Frame::Modules(Some(module))),
        None => Frame::Other,
    }
}

/// Reads `NAME:STREAM[:VERSION[:CONTEXT]] STATE`.
fn module(text: &str) -> Option<Module<'_>> {
    let (spec, state) = text.split_once([' ', '\t'])?;
    let state = match state.trim() {
        "enabled" => ModuleState::Enabled,
        "default" => ModuleState::Default,
        "disabled" => ModuleState::Disabled,
        _ => return None,
    };
    let mut parts = spec.split(':');
    let mut next = || parts.next().filter(|part| !part.is_empty()).map(Text::Borrowed);
    let (name, stream) = (next()?, next()?);
    let (version, context) = (next(), next());
    parts.next().is_none().then(|| Module { name, stream, version, context, state, ..Module::default() })
}

/// The lines of a text that are not blank, with their offsets.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    lines::lines(text).filter(|(_, line)| !is_blank(line))
}

/// Whether a line says nothing.
fn is_blank(line: &str) -> bool {
    !line.as_bytes().first().is_some_and(u8::is_ascii_graphic) && line.trim().is_empty()
}

/// Finds the clients of a list.
///
/// What stands before the first `@ CLIENT` is an inventory of its own if it names a client or lists
/// something; otherwise its comments speak of all that follow.
fn units(text: &str, look: Look) -> Result<Found> {
    if look == Look::Beginning {
        return Ok(Found::NeedsAll);
    }
    let mut units = vec![Unit::default()];
    let mut first_lists = false;
    let (mut counted, mut start) = (0, Position::START);
    for (offset, line) in lines(text) {
        match frame(line) {
            Frame::Client(client) => {
                start = start.after(&text.as_bytes()[counted..offset]);
                counted = offset;
                let place = Place { head: 0..0, body: offset..text.len(), start };
                end_body(&mut units, offset);
                let client = (!client.is_empty()).then(|| client.to_owned());
                units.push(Unit { client, place: Some(place), ..Unit::default() });
            }
            Frame::Comment(Some((key, value))) => note(&mut units, key, value),
            Frame::Comment(None) => {}
            Frame::Modules(_) | Frame::Other => first_lists |= units.len() == 1,
        }
    }
    if units.len() == 1 {
        return Ok(Found::Units(units));
    }
    share_head(units, first_lists).map(Found::Units)
}

/// Ends the unit that another client's line follows.
fn end_body(units: &mut [Unit], end: usize) {
    let Some(unit) = units.last_mut() else { return };
    let first = Place { head: 0..0, body: 0..end, start: Position::START };
    unit.place.get_or_insert(first).body.end = end;
}

/// Takes what a comment says of the unit that it stands in.
fn note(units: &mut [Unit], key: Key, value: &str) {
    let Some(unit) = units.last_mut() else { return };
    match key {
        Key::Client if unit.client.is_none() => unit.client = Some(value.to_owned()),
        Key::Collected if unit.collected.is_none() => unit.collected = Some(value.to_owned()),
        _ => {}
    }
}

/// Makes what stands before the first client's line the head of all, unless it is an inventory.
fn share_head(mut units: Vec<Unit>, first_lists: bool) -> Result<Vec<Unit>> {
    if first_lists || units.first().is_some_and(|unit| unit.client.is_some()) {
        return Ok(units);
    }
    let common = units.remove(0);
    let head = 0..common.place.map_or(0, |place| place.body.end);
    if head.end > MAX_HEAD {
        return Err(Error::new(Code::TooLarge, format!("comments of more than {MAX_HEAD} bytes")));
    }
    for unit in &mut units {
        unit.collected = unit.collected.take().or_else(|| common.collected.clone());
        if let Some(place) = &mut unit.place {
            place.head = head.clone();
        }
    }
    Ok(units)
}

/// What the comments at the head of a list say.
#[derive(Default)]
struct Comments<'a> {
    client: Option<&'a str>,
    collected: Option<&'a str>,
    kernel: Option<(&'a str, usize)>,
    os: Option<(Os<'a>, usize)>,
}

impl<'a> Comments<'a> {
    /// Takes the comments of a text up to its first package.
    fn of(text: &'a str) -> Self {
        let mut comments = Comments::default();
        for (offset, line) in lines(text) {
            match frame(line) {
                Frame::Client(client) => comments.client = Some(client),
                Frame::Comment(Some((key, value))) => comments.take(key, value, offset),
                Frame::Comment(None) => {}
                Frame::Modules(_) | Frame::Other => break,
            }
        }
        comments
    }

    fn take(&mut self, key: Key, value: &'a str, offset: usize) {
        let system = || (Os { family: Text::Borrowed("linux"), ..Os::default() }, offset);
        match key {
            Key::Client => _ = self.client.get_or_insert(value),
            Key::Collected => self.collected = Some(value),
            Key::Kernel => self.kernel = Some((value, offset)),
            Key::OsName => self.os.get_or_insert_with(system).0.name = Some(value.into()),
            Key::OsVersion => self.os.get_or_insert_with(system).0.version = Some(value.into()),
            Key::Arch => self.os.get_or_insert_with(system).0.arch = Some(value.into()),
        }
    }

    /// These comments, and those of the whole file where these say nothing.
    fn or(self, common: Comments<'a>) -> Self {
        let here = |(value, _)| (value, 0);
        Comments {
            client: self.client.or(common.client),
            collected: self.collected.or(common.collected),
            kernel: self.kernel.or(common.kernel.map(here)),
            os: self.os.or(common.os.map(|(os, _)| (os, 0))),
        }
    }

    /// Hands over what the comments state.
    fn state<C: Collector + ?Sized>(self, sink: &mut Sink<'a, '_, C>) -> Result<()> {
        let client = Text::Borrowed(self.client.unwrap_or_default());
        let collected = self.collected.map(Text::Borrowed);
        sink.header(Header { client, collected, ..Header::default() }, 0);
        if let Some((os, offset)) = self.os {
            sink.fact(os.into(), offset)?;
        }
        if let Some((running, offset)) = self.kernel {
            let running = Text::Borrowed(running);
            sink.fact(Fact::Kernel(Kernel { running, ..Kernel::default() }), offset)?;
        }
        Ok(())
    }
}

/// Reads one client's list; the format's letter is that of its wording.
fn read(
    vouches: Kinds,
    (format, line): (u8, ReadLine),
    excerpt: Excerpt<'_>,
    _: &Settings,
    out: &mut dyn Collector,
) -> Result<u32> {
    let wording = Wording::anywhere(format, Statement::Line);
    let list = List { vouches, line, wording, packages: false, modules: false, readable: true };
    let mut sink = Sink::new(excerpt, out);
    match list.state(excerpt, &mut sink) {
        Ok(()) => Ok(sink.finish()),
        Err(error) => Err(sink.moved(error)),
    }
}

/// A list that is being read, and what it was seen to hold.
struct List {
    vouches: Kinds,
    line: ReadLine,
    wording: Wording,
    packages: bool,
    modules: bool,
    readable: bool,
}

impl List {
    /// Hands over what a list states.
    fn state<'a>(mut self, excerpt: Excerpt<'a>, sink: &mut Sink<'a, '_, dyn Collector + '_>) -> Result<()> {
        Comments::of(excerpt.text).or(Comments::of(excerpt.head)).state(sink)?;
        let mut start = 0;
        while start < excerpt.text.len() {
            let rest = &excerpt.text[start..];
            // Lines that earlier clients had as well need no reading; see [`Collector::follow`].
            let followed = sink.follow(self.wording, rest);
            if followed > 0 {
                self.packages = true;
                start += followed;
                continue;
            }
            let end = start + memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |end| end + 1);
            self.line(start..end, excerpt, sink)?;
            start = end;
        }
        // A command that failed prints nothing, and no system has no package: an empty list proves nothing.
        let List { vouches, packages, modules, readable, .. } = self;
        let complete = [(Kind::Package, readable && packages), (Kind::Module, readable && modules)];
        let complete = complete.into_iter().filter(|(kind, is)| *is && vouches.contains(*kind));
        sink.complete(complete.map(|(kind, _)| kind).collect());
        Ok(())
    }

    /// Hands over what a line states; it is given with its line feed.
    fn line<'a>(
        &mut self,
        line: Range<usize>,
        excerpt: Excerpt<'a>,
        sink: &mut Sink<'a, '_, dyn Collector + '_>,
    ) -> Result<()> {
        let (offset, whole) = (line.start, &excerpt.text[line.clone()]);
        let text = whole.trim_end_matches(['\r', '\n']);
        lines::check_length((offset, text))?;
        match frame(text) {
            _ if is_blank(text) => {}
            Frame::Client(_) | Frame::Comment(_) => {}
            Frame::Modules(module) => {
                self.modules = true;
                module.map_or(Ok(()), |module| sink.fact(module.into(), offset))?;
            }
            Frame::Other => match (self.line)(text) {
                Line::Installed(package) => {
                    self.packages = true;
                    if whole.ends_with('\n') {
                        return sink.stated(package.into(), self.wording, line);
                    }
                    sink.fact(package.into(), offset)?;
                }
                Line::NotInstalled => sink.diagnostic(Code::EntryWithoutFact, offset, "not installed"),
                Line::Unreadable => {
                    self.readable = false;
                    sink.diagnostic(Code::PackageLine, offset, shown(text));
                }
            },
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_may_be_called_module() {
        let check = |text: &str, expect: bool| {
            assert_eq!(matches!(frame(text), Frame::Modules(_)), expect, "{text}");
        };
        check("module none", true);
        check("module nodejs:8 enabled", true);
        check("module nodejs:8:20180801080000:7f892346 disabled", true);
        check("module 0:1.0-1 noarch", false);
        check("module nodejs enabled", false);
        check("module a:b:c:d:e enabled", false);
    }

    #[test]
    fn comments_before_the_first_client_speak_of_all() {
        let text = "# os-name: Fedora\n@ a\nx-1-1.noarch\n@ b\n# collected: 2026-01-01T00:00:00Z\n";
        let Ok(Found::Units(units)) = units(text, Look::All) else { panic!() };
        let shown: Vec<_> = units
            .iter()
            .map(|unit| (unit.client.as_deref().unwrap_or(""), unit.place.clone().unwrap()))
            .map(|(client, place)| (client, &text[place.head], &text[place.body], place.start.line))
            .collect();
        let head = "# os-name: Fedora\n";
        let last = "@ b\n# collected: 2026-01-01T00:00:00Z\n";
        assert_eq!(shown, [("a", head, "@ a\nx-1-1.noarch\n", 2), ("b", head, last, 4)]);
    }
}
