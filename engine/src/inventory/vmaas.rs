//! Reads requests of the VMaaS protocol: the packages and modules of a host, as JSON, alone or one a line.
//!
//! A request is a question, so that it also says which answers are wanted: of which repositories, only the
//! latest, only of security. Nothing here filters updates, and what is asked for in vain is a finding. Whoever
//! asks gives all packages, so that a list of which each could be read is complete. Source of truth:
//! `docs/inventories.md`, "VMaaS requests".

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::model::fact::{Kind, Kinds, Module, Os, Package, Text};
use crate::model::inventory::{Collector, Header};

use super::json::{Value, names};
use super::lines::shown;
use super::sink::{Sink, error};
use super::{Excerpt, Format, Found, Look, MAX_TEXT, Scope, Settings, Unit, ndjson, nevra};

/// Requests.
pub(super) const FORMAT: Format = Format {
    name: "vmaas",
    title: "request of the VMaaS protocol, as JSON, also one a line",
    recognises: |head| {
        let is_object = head.trim_start().starts_with('{');
        is_object && names(head).any(|(depth, name)| depth == 1 && name == "package_list")
    },
    scope: Scope::Part,
    vouches: Kinds::from_bits(1 << Kind::Package as u16 | 1 << Kind::Module as u16),
    find: |text, look: Look| -> Result<Found> { ndjson::units(text, look, unit) },
    code_page: |_| None,
    read,
};

/// What a request asks for that no evaluation honours.
const FILTERS: [&str; 3] = ["repository_list", "latest_only", "security_only"];

/// The members of a request that say something else.
const MEMBERS: [&str; 7] =
    ["client", "inventory_id", "basearch", "releasever", "epoch_required", "package_list", "modules_list"];

/// A request; of a member that is given twice the last.
#[derive(Default)]
struct Request<'a> {
    client: Option<Text<'a>>,
    inventory: Option<Text<'a>>,
    packages: Option<Value<'a>>,
    modules: Option<Value<'a>>,
    arch: Option<Value<'a>>,
    release: Option<Value<'a>>,
    epoch_required: Option<Value<'a>>,
    filters: [Option<Value<'a>>; FILTERS.len()],
    repeated: Option<(&'static str, Value<'a>)>,
}

impl<'a> Request<'a> {
    fn of(value: Value<'a>) -> Result<Self> {
        if !value.is_object() {
            return Err(error(Code::WrongFormat, 0, "not an object"));
        }
        let mut request = Request::default();
        value.members(|name, value| {
            match name {
                "client" => request.client = name_of(value)?,
                "inventory_id" => request.inventory = name_of(value)?,
                "basearch" => request.arch = Some(value),
                "releasever" => request.release = Some(value),
                "epoch_required" => request.epoch_required = Some(value),
                "package_list" if request.packages.replace(value).is_some() => {
                    request.repeated = Some(("package_list", value));
                }
                "modules_list" if request.modules.replace(value).is_some() => {
                    request.repeated = Some(("modules_list", value));
                }
                _ => {
                    let at = FILTERS.iter().position(|filter| *filter == name);
                    at.into_iter().for_each(|at| request.filters[at] = Some(value));
                }
            }
            Ok(())
        })?;
        Ok(request)
    }

    /// What is wrong with a request that cannot be read.
    fn problem(&self) -> Option<Error> {
        let is_list = self.packages.is_some_and(Value::is_array);
        (!is_list).then(|| error(Code::WrongFormat, 0, "there is no array `package_list`"))
    }

    fn client(&self) -> Option<&Text<'a>> {
        self.client.as_ref().or(self.inventory.as_ref())
    }

    /// What a missing epoch is: 0, because rpm leaves it out of names where it is, unless the request says
    /// that it does not know epochs.
    fn epoch(&self) -> Result<Option<u32>> {
        if self.epoch_required.is_none_or(|required| required.text() != "false") {
            return Ok(Some(0));
        }
        let mut written = false;
        if let Some(packages) = self.packages {
            packages.elements(|package| {
                let package = package.scalar();
                written |= package.as_deref().is_some_and(|text| text.contains(':'));
                Ok(())
            })?;
        }
        Ok(written.then_some(0))
    }
}

/// A name, unless it is empty.
fn name_of(value: Value<'_>) -> Result<Option<Text<'_>>> {
    let name = value.scalar().filter(|name| !name.trim().is_empty());
    name.as_deref().map_or(Ok(()), |name| check_length(name, 0))?;
    Ok(name)
}

fn check_length(text: &str, offset: usize) -> Result<()> {
    if text.len() > MAX_TEXT {
        return Err(error(Code::TooLarge, offset, format!("a value of more than {MAX_TEXT} bytes")));
    }
    Ok(())
}

fn unit(value: Value<'_>) -> Result<Unit> {
    let request = Request::of(value)?;
    let client = request.client().map(|client| client.to_string());
    Ok(Unit { client, problem: request.problem(), ..Unit::default() })
}

fn read(excerpt: Excerpt<'_>, _: &Settings, out: &mut dyn Collector) -> Result<u32> {
    let mut sink = Sink::new(excerpt, out);
    let reader = Reader { text: excerpt.text, lost: Kinds::NONE };
    match reader.state(&mut sink) {
        Ok(()) => Ok(sink.finish()),
        Err(error) => Err(sink.moved(error)),
    }
}

struct Reader<'a> {
    text: &'a str,
    /// Kinds of which something could not be read.
    lost: Kinds,
}

impl<'a> Reader<'a> {
    fn state(mut self, sink: &mut Sink<'a, '_, dyn Collector + '_>) -> Result<()> {
        let value = Value::parse(self.text)?;
        let request = Request::of(value)?;
        request.problem().map_or(Ok(()), Err)?;
        let client = request.client().cloned().unwrap_or_default();
        sink.header(Header { client, ..Header::default() }, 0);
        self.system(&request, sink)?;
        if let Some((name, value)) = request.repeated {
            self.lost = Kinds::ALL;
            sink.diagnostic(
                Code::FactDuplicate,
                value.offset(self.text),
                &format!("`{name}` of one request"),
            );
        }
        let packages = self.packages(&request, sink)?;
        if let Some(modules) = request.modules {
            self.modules(modules, sink)?;
        }
        value.members(|name, value| {
            if !MEMBERS.contains(&name) && !FILTERS.contains(&name) {
                sink.diagnostic(Code::InventoryUnknownPart, value.offset(self.text), shown(name));
            }
            Ok(())
        })?;
        for (filter, value) in FILTERS.iter().zip(request.filters) {
            value.map_or(Ok(()), |value| self.filter(filter, value, sink))?;
        }
        let has_modules = request.modules.is_some();
        let complete = [(Kind::Package, packages), (Kind::Module, has_modules)];
        let complete = complete.into_iter().filter(|(kind, is)| *is && !self.lost.contains(*kind));
        sink.complete(complete.map(|(kind, _)| kind).collect());
        Ok(())
    }

    fn system(&self, request: &Request<'a>, sink: &mut Sink<'a, '_, dyn Collector + '_>) -> Result<()> {
        let Some(place) = request.release.or(request.arch) else { return Ok(()) };
        let text = |value: Option<Value<'a>>| value.and_then(Value::scalar).filter(|text| !text.is_empty());
        let (version, arch) = (text(request.release), text(request.arch));
        let offset = place.offset(self.text);
        [&version, &arch].into_iter().flatten().try_for_each(|text| check_length(text, offset))?;
        if version.is_none() && arch.is_none() {
            return Ok(());
        }
        sink.fact(Os { family: "linux".into(), version, arch, ..Os::default() }.into(), offset)
    }

    /// Hands the packages over, and says whether there is one.
    fn packages(
        &mut self,
        request: &Request<'a>,
        sink: &mut Sink<'a, '_, dyn Collector + '_>,
    ) -> Result<bool> {
        let (missing, mut any) = (request.epoch()?, false);
        let Some(packages) = request.packages else { return Ok(false) };
        packages.elements(|value| {
            let offset = value.offset(self.text);
            let text = value.scalar().unwrap_or_default();
            check_length(&text, offset)?;
            let Some(package) = nevra::plain(&text) else {
                self.lost.insert(Kind::Package);
                sink.diagnostic(Code::PackageLine, offset, shown(value.text()));
                return Ok(());
            };
            any = true;
            sink.fact(Package { epoch: package.epoch.or(missing), ..package }.into(), offset)
        })?;
        Ok(any)
    }

    fn modules(&mut self, modules: Value<'a>, sink: &mut Sink<'a, '_, dyn Collector + '_>) -> Result<()> {
        if !modules.is_array() {
            self.lost.insert(Kind::Module);
            sink.diagnostic(Code::InventoryBadValue, modules.offset(self.text), "`modules_list` is no array");
            return Ok(());
        }
        modules.elements(|value| {
            let (offset, mut name, mut stream) = (value.offset(self.text), None, None);
            if value.is_object() {
                value.members(|member, value| {
                    match member {
                        "module_name" => name = name_of(value)?,
                        "module_stream" => stream = name_of(value)?,
                        _ => {}
                    }
                    Ok(())
                })?;
            }
            let (Some(name), Some(stream)) = (name, stream) else {
                self.lost.insert(Kind::Module);
                sink.diagnostic(Code::InventoryBadValue, offset, "a module without name or stream");
                return Ok(());
            };
            sink.fact(Module { name, stream, ..Module::default() }.into(), offset)
        })
    }

    /// Says that a filter is not honoured, unless it leaves nothing out.
    fn filter(
        &self,
        name: &str,
        value: Value<'a>,
        sink: &mut Sink<'a, '_, dyn Collector + '_>,
    ) -> Result<()> {
        let mut message = format!("`{name}`");
        if value.is_array() {
            let mut count = 0u32;
            value.elements(|_| {
                count += 1;
                Ok(())
            })?;
            if count == 0 {
                return Ok(());
            }
            message = format!("`{name}` of {count}");
        } else if value.text() != "true" {
            return Ok(());
        }
        sink.diagnostic(Code::RequestFilter, value.offset(self.text), &message);
        Ok(())
    }
}
