//! Plans as people and programs read them, one client after another.

use std::borrow::Cow;
use std::io::Write;

use super::{Plan, Planner, Step};
use crate::error::Result;
use crate::matrix::tables::{Client, Update};
use crate::model::install::File;
use crate::model::update::Reboot;

mod csv;
mod digest;
mod json;
mod text;

/// The form of plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Lines for people.
    Text,
    /// A line for each file.
    Csv,
    /// One object.
    Json,
}

/// Writes the plans of these clients, by number.
///
/// # Errors
///
/// Writing fails.
pub fn write(
    planner: &Planner<'_, '_>,
    clients: impl IntoIterator<Item = usize>,
    form: Form,
    out: &mut dyn Write,
) -> Result<()> {
    let mut worker = planner.worker();
    let plans = clients.into_iter().map(move |client| worker.plan(client));
    match form {
        Form::Text => text::write(planner, plans, out),
        Form::Csv => csv::write(planner, plans, out),
        Form::Json => json::write(planner, plans, out),
    }
}

impl Planner<'_, '_> {
    /// The client of a plan.
    fn client(&self, plan: &Plan) -> Cow<'_, Client> {
        self.matrix.clients.get(plan.client).map_or_else(Cow::default, Cow::Borrowed)
    }

    /// The identity of an update.
    fn identity(&self, update: u32) -> &str {
        use crate::index::columns::Column;
        self.view.text(self.view.columns.update_identity.at(update as usize))
    }

    /// The title of an update.
    fn title(&self, update: u32) -> &str {
        use crate::index::columns::Column;
        self.view.text(self.view.columns.update_title.at(update as usize))
    }

    /// What the matrix says of an update of a step, which has cells.
    fn listed(&self, step: &Step) -> Option<&Update> {
        self.matrix.updates.get(self.places.of(step.update)?)
    }
}

/// The word for a restart.
pub(crate) fn restart(reboot: Reboot) -> &'static str {
    match reboot {
        Reboot::Possible => "maybe",
        Reboot::Never => "no",
        Reboot::Always => "yes",
    }
}

/// What is said where an update has nothing for a language.
fn no_variant(language: &str) -> String {
    format!("no variant for {language}")
}

/// The size of a file, where it is written as a number.
fn size(file: &File) -> Option<u64> {
    file.size.trim().parse().ok()
}

/// A text that says something.
fn said(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
