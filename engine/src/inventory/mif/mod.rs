//! Reads management information files (MIF): groups of attributes, and tables of them.
//!
//! Each group with values and each row of a table is an instance of a management class of its own name space,
//! because what a site writes there is its own affair and proves nothing of what is missing. Only an IDMIF
//! says whose it is. What the text means is the matter of [`parse`]. Source of truth: `docs/inventories.md`,
//! "Management information files".

mod parse;
mod token;

use crate::error::Result;
use crate::model::fact::{Kinds, Property, Text, Wmi};
use crate::model::inventory::{Collector, Header};

use super::lines::shown;
use super::sink::{Sink, located};
use super::{Excerpt, Format, Found, Look, Scope, Settings, Unit};
use crate::diagnostic::Code;
use parse::{Attribute, Document, Entry, Group, Row};
use token::Tokens;

/// Management information files.
pub(super) const FORMAT: Format = Format {
    name: "mif",
    title: "management information file, IDMIF or NOIDMIF",
    recognises,
    scope: Scope::Part,
    vouches: Kinds::NONE,
    find,
    code_page: |_| None,
    read,
};

/// The name space of the classes, in which no catalog looks for any.
const NAMESPACE: &str = "mif";

/// The group that says whose a file is.
const IDENTIFICATION: &str = "MICROSOFT|IDENTIFICATION|1.0";

/// Whether a document begins with `Start Component`, comments aside.
fn recognises(head: &str) -> bool {
    let mut tokens = Tokens::of(head);
    let mut is = |word: &str| matches!(tokens.next(), Ok(Some((_, token))) if token.is_word(word));
    is("Start") && is("Component")
}

fn find(text: &str, look: Look) -> Result<Found> {
    if look == Look::Beginning {
        return Ok(Found::NeedsAll);
    }
    let document = Document::parse(text).map_err(|error| located(text, error))?;
    let client = client(&document).map(str::to_owned);
    Ok(Found::Units(vec![Unit { client, ..Unit::default() }]))
}

/// The client of an IDMIF.
fn client<'d>(document: &'d Document<'_>) -> Option<&'d str> {
    let groups = document.groups.iter().filter(|group| group.class.eq_ignore_ascii_case(IDENTIFICATION));
    let value = |name: &str| {
        let is = |attribute: &&Attribute<'_>| attribute.name.eq_ignore_ascii_case(name);
        let mut values = groups.clone().flat_map(|group| group.attributes.iter().filter(is));
        values.find_map(|attribute| attribute.value.as_deref().map(str::trim).filter(|name| !name.is_empty()))
    };
    value("Name").or_else(|| value("NetBIOS Name"))
}

fn read(excerpt: Excerpt<'_>, _: &Settings, out: &mut dyn Collector) -> Result<u32> {
    let mut sink = Sink::new(excerpt, out);
    match Document::parse(excerpt.text).and_then(|document| state(&document, &mut sink)) {
        Ok(()) => Ok(sink.finish()),
        Err(error) => Err(sink.moved(error)),
    }
}

/// Hands over what a document states, in its order.
fn state(document: &Document<'_>, sink: &mut Sink<'_, '_, dyn Collector + '_>) -> Result<()> {
    let client = client(document).unwrap_or_default().into();
    sink.header(Header { client, ..Header::default() }, 0);
    for entry in &document.entries {
        match entry {
            Entry::Group(number) => {
                let Some(group) = document.groups.get(*number) else { continue };
                let values = group.attributes.iter().map(|attribute| (attribute, attribute.value.as_ref()));
                let has_values = group.attributes.iter().any(|attribute| attribute.value.is_some());
                match has_values && !group.has_table {
                    true => instance(group, values, group.offset, sink)?,
                    // It says what the rows of its table mean.
                    false if group.has_table => {}
                    false => sink.diagnostic(Code::EntryWithoutFact, group.offset, shown(&group.class)),
                }
            }
            Entry::Row(row) => self::row(document, row, sink)?,
            Entry::Lost(offset, what) => sink.diagnostic(Code::EntryWithoutFact, *offset, what),
        }
    }
    Ok(())
}

/// Hands over a row of a table: a value that it leaves out is that of the group.
fn row(document: &Document<'_>, row: &Row<'_>, sink: &mut Sink<'_, '_, dyn Collector + '_>) -> Result<()> {
    let Some(group) = document.groups.get(row.group) else { return Ok(()) };
    if row.values.len() > group.attributes.len() {
        let message =
            format!("a row of {} values for {} attributes", row.values.len(), group.attributes.len());
        sink.diagnostic(Code::InventoryBadValue, row.offset, &message);
        return Ok(());
    }
    let given = row.values.iter().map(Option::as_ref).chain(std::iter::repeat(None));
    let values = group.attributes.iter().zip(given);
    let values = values.map(|(attribute, given)| (attribute, given.or(attribute.value.as_ref())));
    instance(group, values, row.offset, sink)
}

fn instance<'d, 'a: 'd>(
    group: &'d Group<'a>,
    values: impl Iterator<Item = (&'d Attribute<'a>, Option<&'d Text<'a>>)>,
    offset: usize,
    sink: &mut Sink<'_, '_, dyn Collector + '_>,
) -> Result<()> {
    let property = |(attribute, value): (&'d Attribute<'a>, Option<&'d Text<'a>>)| {
        let value = Text::Borrowed(&**value.filter(|_| !attribute.name.is_empty())?);
        let kind = attribute.is_number.then_some(Text::Borrowed("number"));
        Some(Property { name: Text::Borrowed(&*attribute.name), value: Some(value), kind })
    };
    let class = Text::Borrowed(&*group.class);
    let (namespace, properties) = (Some(NAMESPACE.into()), values.filter_map(property).collect());
    sink.fact(Wmi { class, namespace, properties, ..Wmi::default() }.into(), offset)
}
