//! The body of a report: instances of management classes, and what a delta says of each.
//!
//! Every instance is a fact as it is; those of some classes state hotfixes, the system, products and files,
//! besides. What another scanner found (`Win32_PatchState`) stays an instance, because it is no evidence.

use ahash::AHashMap;

use crate::diagnostic::{Code, Position};
use crate::error::Result;
use crate::inventory::elements::{Elements, elements, offset};
use crate::inventory::lines::shown;
use crate::inventory::management::{self, Record};
use crate::inventory::sink::{Sink, delta_without_full, error};
use crate::inventory::time::of_management;
use crate::inventory::uninstall::Entry;
use crate::inventory::{Deltas, Settings};
use crate::model::fact::{Fact, File, FileVersion, Kind as FactKind, Property, Text, Wmi};
use crate::model::inventory::{Collector, Header as Head};
use crate::version::dotted::Version;
use crate::xml::Roots;
use crate::xml::cursor::Tag;

use super::header::{Header, Kind};
use super::key;

/// How many properties one instance may state.
const MAX_PROPERTIES: usize = 10_000;

/// What becomes of the instances of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Instances {
    /// They state facts.
    Facts,
    /// They are counted: the report only says who the client is.
    Counted,
}

/// How the changes of a report are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Full,
    Delta,
    /// A delta that is read as if it were all.
    AsFull,
}

/// What a report says of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    New,
    Update,
    Delete,
}

/// Hands over what a report states.
pub(super) fn state(
    text: &str,
    header: &Header,
    instances: Instances,
    settings: &Settings,
    sink: &mut Sink<'_, '_, dyn Collector + '_>,
) -> Result<()> {
    let mode = match (instances, settings.deltas) {
        (Instances::Counted, _) => Mode::Full,
        (Instances::Facts, deltas) => match (header.kind()?, deltas) {
            (Kind::Full, _) => Mode::Full,
            (Kind::Delta, Deltas::AsFull) => Mode::AsFull,
            (Kind::Delta, Deltas::Take) => Mode::Delta,
            (Kind::Delta, Deltas::Refuse) => {
                return Err(delta_without_full().at(place(header.offset)));
            }
        },
    };
    let text_of = |text: &Option<String>| text.clone().map(Text::Owned);
    let serial = header.serial();
    let head = Head {
        client: text_of(&header.client).unwrap_or_default(),
        name: text_of(&header.name),
        collector: text_of(&header.version),
        collected: header.collected().map(Text::Owned),
        serial: serial.ok().flatten().filter(|_| instances == Instances::Facts),
        delta: mode == Mode::Delta,
        ..Head::default()
    };
    sink.header(head, header.offset);
    if let Err(serial) = serial {
        let message = format!("`Version`: `{}` is no number", shown(serial));
        sink.diagnostic(Code::InventoryBadValue, header.offset, &message);
    }
    let (properties, places) = (Vec::new(), AHashMap::new());
    let mut body = Body { instances, mode, withheld: None, properties, places, is_without_pack: false };
    body.state(&mut elements(text, Roots::One), sink)
}

struct Body {
    instances: Instances,
    mode: Mode,
    /// Where the first instance stands that is not stated because others of its class are missing.
    withheld: Option<usize>,
    /// The properties of the instance that is being read.
    properties: Vec<Property<'static>>,
    /// Where each of them stands, by its name in lower case.
    places: AHashMap<String, usize>,
    /// Whether the service pack is stated and there is none.
    is_without_pack: bool,
}

impl Body {
    fn state(
        &mut self,
        document: &mut Elements<'_>,
        sink: &mut Sink<'_, '_, dyn Collector + '_>,
    ) -> Result<()> {
        document.root()?;
        while let Some(tag) = document.child(1)? {
            if tag.local() != "ReportBody" {
                continue;
            }
            while let Some(tag) = document.child(2)? {
                if tag.local() == "Instance" {
                    self.instance(Instance::of(&tag), document, sink)?;
                } else {
                    sink.diagnostic(Code::EntryWithoutFact, offset(&tag), shown(tag.local()));
                }
            }
        }
        if let Some(offset) = self.withheld {
            sink.refuse([FactKind::Wmi].into_iter().collect(), offset, "only a delta is at hand");
        }
        Ok(())
    }

    /// Reads an instance and hands over what it states.
    fn instance(
        &mut self,
        mut instance: Instance,
        document: &mut Elements<'_>,
        sink: &mut Sink<'_, '_, dyn Collector + '_>,
    ) -> Result<()> {
        let mut named = false;
        while let Some(tag) = document.child(3)? {
            (named, instance.class) = (true, tag.local().to_owned());
            self.read(instance.offset, document, sink)?;
            if self.instances == Instances::Counted {
                sink.diagnostic(Code::EntryWithoutFact, instance.offset, shown(&instance.class));
                continue;
            }
            match (instance.change(), self.mode) {
                (None, _) => {
                    let content = instance.content.as_deref().unwrap_or_default();
                    let message = format!("`Content`: `{}` is not such a value", shown(content));
                    sink.diagnostic(Code::InventoryBadValue, instance.offset, &message);
                }
                (Some(Change::Delete), Mode::Full) => {
                    let message = "`Content`: `Delete` in a report that is no delta";
                    sink.diagnostic(Code::InventoryBadValue, instance.offset, message);
                }
                (Some(Change::Delete), Mode::AsFull) => {}
                (Some(change), _) => {
                    self.derived(&instance, change, sink)?;
                    self.as_it_is(&instance, change, sink)?;
                }
            }
        }
        if !named {
            sink.diagnostic(Code::EntryWithoutFact, instance.offset, "an instance without a class");
        }
        Ok(())
    }

    /// Reads the properties of a class; of one that is given twice the last counts, and an empty one says
    /// nothing, because NULL and empty text look the same.
    fn read(
        &mut self,
        place: usize,
        document: &mut Elements<'_>,
        sink: &mut Sink<'_, '_, dyn Collector + '_>,
    ) -> Result<()> {
        self.properties.clear();
        self.places.clear();
        self.is_without_pack = false;
        while let Some(tag) = document.child(4)? {
            let name = tag.local().to_owned();
            let content = document.text()?;
            let value = content.text.value();
            if value.trim().is_empty() && content.children == 0 {
                self.is_without_pack |= name.eq_ignore_ascii_case("CSDVersion");
                continue;
            }
            // An array or an object.
            let kind = (content.children > 0).then_some(Text::Borrowed("other"));
            let property =
                Property { value: Some(Text::Owned(value.to_owned())), kind, ..Property::default() };
            match self.places.get(&name.to_ascii_lowercase()) {
                Some(at) => {
                    sink.diagnostic(Code::FactDuplicate, place, &format!("`{name}` of one instance"));
                    let old = &mut self.properties[*at];
                    *old = Property { name: std::mem::take(&mut old.name), ..property };
                }
                None if self.properties.len() >= MAX_PROPERTIES => {
                    let message = format!("more than {MAX_PROPERTIES} properties of one instance");
                    return Err(error(Code::TooLarge, place, message));
                }
                None => {
                    self.places.insert(name.to_ascii_lowercase(), self.properties.len());
                    self.properties.push(Property { name: name.into(), ..property });
                }
            }
        }
        Ok(())
    }

    /// The value of a property.
    fn get(&self, name: &str) -> Option<&str> {
        let at = *self.places.get(&name.to_ascii_lowercase())?;
        self.properties.get(at)?.value.as_deref().map(str::trim).filter(|value| !value.is_empty())
    }

    fn text(&self, name: &str) -> Option<Text<'_>> {
        self.get(name).map(Text::Borrowed)
    }

    /// Hands over what an instance states beside itself.
    fn derived(
        &self,
        instance: &Instance,
        change: Change,
        sink: &mut Sink<'_, '_, dyn Collector + '_>,
    ) -> Result<()> {
        let offset = instance.offset;
        match &*instance.class.to_ascii_lowercase() {
            "win32_quickfixengineering" => match (self.record().as_hotfix(), change) {
                (Some(hotfix), _) => give(hotfix.into(), change, sink, offset),
                (None, Change::Delete) => Ok(()),
                (None, Change::New | Change::Update) => self.record().state(sink, offset),
            },
            // A client always has a system: that one goes is said of a name that it had.
            "win32_operatingsystem" if change != Change::Delete => {
                sink.fact(self.record().system().into(), offset)
            }
            "win32reg_addremoveprograms" | "win32reg_addremoveprograms64" => {
                self.program(change, sink, offset)
            }
            "filesystemfile" => match self.file() {
                Some(file) => give(file.into(), change, sink, offset),
                None => {
                    sink.diagnostic(Code::InventoryBadValue, offset, "a file without path or name");
                    Ok(())
                }
            },
            _ => Ok(()),
        }
    }

    /// The properties of a hotfix or of a system.
    fn record(&self) -> Record<'_> {
        let mut record = Record::default();
        if self.is_without_pack {
            record.set(management::Property::CsdVersion, Text::Borrowed(""));
        }
        for property in &self.properties {
            if let (Some(known), Some(value)) = (management::Property::find(&property.name), &property.value)
            {
                record.set(known, Text::Borrowed(value));
            }
        }
        record
    }

    /// An entry of the list of what can be removed.
    ///
    /// A product is told by its name and version, which the key of the instance does not hold: what it was
    /// called before is not known to a delta that changes it.
    fn program(
        &self,
        change: Change,
        sink: &mut Sink<'_, '_, dyn Collector + '_>,
        offset: usize,
    ) -> Result<()> {
        let key = self.text("ProdID").unwrap_or_default();
        let (name, version) = (self.text("DisplayName"), self.text("Version"));
        let is_unresolved = match change {
            Change::New => false,
            Change::Update => name.is_some(),
            Change::Delete => name.is_none(),
        };
        let entry = Entry { key, name, version, publisher: self.text("Publisher"), ..Entry::default() };
        entry.facts(|fact| give(fact, change, sink, offset))?;
        if is_unresolved && self.mode == Mode::Delta {
            let message = format!("the product of `{}` as it was before", shown(&entry.key));
            sink.diagnostic(Code::DeltaUnresolved, offset, &message);
        }
        Ok(())
    }

    fn file(&self) -> Option<File<'_>> {
        let (folder, name) = (self.get("Path")?, self.get("Name")?);
        let path = Text::Owned(format!("{}\\{name}", folder.trim_end_matches('\\')));
        let version = self.get("FileVersion").and_then(Version::parse_leading);
        let modified = self.get("LastWriteDate");
        let modified = modified.map(|time| of_management(time).unwrap_or_else(|| time.to_owned()).into());
        Some(File {
            path,
            version: version.map_or(FileVersion::NotCollected, FileVersion::Known),
            product_version: self.text("ProductVersion"),
            size: self.get("Size").and_then(|size| size.parse().ok()),
            modified,
            language: self.text("ProductLanguage"),
            product: self.text("ProductName"),
            company: self.text("CompanyName"),
            ..File::default()
        })
    }

    /// Hands over the instance itself, or that it goes.
    fn as_it_is(
        &mut self,
        instance: &Instance,
        change: Change,
        sink: &mut Sink<'_, '_, dyn Collector + '_>,
    ) -> Result<()> {
        let offset = instance.offset;
        if self.mode == Mode::AsFull {
            // A class of which an instance is stated is taken as one that was listed whole.
            self.withheld.get_or_insert(offset);
            return Ok(());
        }
        let key = key::of(&instance.class, &self.properties).map(Text::Owned);
        if key.is_none() && self.mode == Mode::Delta && change != Change::New {
            let message = format!("an instance of `{}`, whose key is not known", shown(&instance.class));
            sink.diagnostic(Code::DeltaUnresolved, offset, &message);
            return Ok(());
        }
        if change == Change::Delete && key.as_deref() == Some(key::SINGLE) {
            // There is always one: that it goes is said of a name that it had.
            return Ok(());
        }
        let properties = match change {
            Change::Delete => Vec::new(),
            Change::New | Change::Update => std::mem::take(&mut self.properties),
        };
        let (class, namespace) = (Text::Borrowed(&*instance.class), instance.namespace.as_deref());
        let namespace = namespace.map(Text::Borrowed);
        give(Wmi { class, namespace, key, properties, ..Wmi::default() }.into(), change, sink, offset)
    }
}

/// The place as an offset, as errors carry it until the document is known.
fn place(offset: usize) -> Position {
    Position { offset: offset as u64, line: 0, column: 0 }
}

/// Hands a fact over, or that it goes.
fn give(
    fact: Fact<'_>,
    change: Change,
    sink: &mut Sink<'_, '_, dyn Collector + '_>,
    offset: usize,
) -> Result<()> {
    match change {
        Change::New | Change::Update => sink.fact(fact, offset),
        Change::Delete => {
            sink.removal(fact, offset);
            Ok(())
        }
    }
}

/// An instance.
#[derive(Debug)]
struct Instance {
    class: String,
    namespace: Option<String>,
    content: Option<String>,
    offset: usize,
}

impl Instance {
    fn of(tag: &Tag<'_>) -> Instance {
        let attribute = |name| tag.attribute(name).map(|value| value.trim().to_owned());
        let namespace = attribute("Namespace").map(|namespace| without_host(&namespace).to_owned());
        Instance {
            class: String::new(),
            namespace: namespace.filter(|namespace| !namespace.is_empty()),
            content: attribute("Content").filter(|content| !content.is_empty()),
            offset: offset(tag),
        }
    }

    /// What is said of it; a full report need not say that it is there.
    fn change(&self) -> Option<Change> {
        let Some(content) = self.content.as_deref() else { return Some(Change::New) };
        let known = [("New", Change::New), ("Update", Change::Update), ("Delete", Change::Delete)];
        known.into_iter().find(|(word, _)| word.eq_ignore_ascii_case(content)).map(|(_, change)| change)
    }
}

/// The name space without the computer, which may be called otherwise by the next report.
fn without_host(namespace: &str) -> &str {
    let Some(rest) = namespace.strip_prefix(r"\\") else { return namespace };
    rest.split_once('\\').map_or("", |(_, namespace)| namespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_spaces_lose_the_computer() {
        let check = |text: &str, expect: &str| assert_eq!(without_host(text), expect, "{text}");
        check(r"\\WS-1\root\cimv2", r"root\cimv2");
        check(r"\\.\root\ccm\invagt", r"root\ccm\invagt");
        check(r"root\cimv2", r"root\cimv2");
        check(r"\\WS-1", "");
    }
}
