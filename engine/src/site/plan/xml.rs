//! The plan of a list as XML, for what installs from a list as `PatchAuthorize.xml` of SMS 2003 was one.
//!
//! That file was never documented: the elements are our own, as `docs/plan.md` has them.

use std::io::Write;

use super::{Planned, Wanted};
use crate::error::Result;
use crate::plan::restart;
use crate::render::attribute;
use crate::report::table::Pending;

/// The version of the shape.
const VERSION: &str = "1";

/// Writes a plan.
///
/// # Errors
///
/// Writing fails.
pub fn write(planned: &Planned, out: &mut dyn Write) -> Result<()> {
    let mut pending = Pending::new(out);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PatchAuthorize");
    attribute("Version", Some(VERSION), &mut text);
    attribute("Name", Some(&planned.list.name), &mut text);
    attribute("Created", Some(&planned.list.created), &mut text);
    attribute("Collection", Some(&planned.list.collection), &mut text);
    attribute("ClientCount", Some(&planned.clients.to_string()), &mut text);
    text.push_str(">\n");
    for wanted in &planned.updates {
        put(wanted, &mut text);
        pending.bytes.extend(text.bytes());
        pending.line()?;
        text.clear();
    }
    text.push_str("</PatchAuthorize>\n");
    pending.bytes.extend(text.bytes());
    pending.finish()
}

fn put(wanted: &Wanted, out: &mut String) {
    let said = |text: &'_ str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let Wanted { update, entry, .. } = wanted;
    out.push_str("  <Update");
    for (name, value) in [
        ("UpdateID", said(&update.id)),
        ("Title", said(&update.title)),
        ("BulletinID", said(&update.bulletin)),
        ("InfoPath", said(&update.information)),
        ("Restart", said(restart(wanted.restart))),
        ("TimeAuthorized", said(&entry.time)),
        ("Deadline", entry.deadline.clone()),
        ("Note", entry.note.clone()),
        ("ClientCount", Some(wanted.clients.len().to_string())),
        ("UnknownCount", Some(wanted.unknown.to_string())),
        ("LeftOutCount", Some(wanted.left_out.to_string())),
    ] {
        attribute(name, value.as_deref(), out);
    }
    out.push_str(">\n");
    let articles: Vec<String> = update.articles.iter().map(ToString::to_string).collect();
    for (element, name, values) in [
        ("QNumber", "Number", &articles),
        ("Address", "Path", &wanted.addresses),
        ("Client", "ClientID", &wanted.clients),
    ] {
        for value in values {
            out.push_str(&format!("    <{element}"));
            attribute(name, Some(value), out);
            out.push_str("/>\n");
        }
    }
    out.push_str("  </Update>\n");
}
