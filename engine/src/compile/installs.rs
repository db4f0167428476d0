//! Writes how updates are installed.

use super::count;
use super::texts::Texts;
use crate::error::Result;
use crate::index::columns::Columns;
use crate::model::install::{Behavior, File, Install};

/// Writes how an update is installed.
///
/// # Errors
///
/// There is more than 32 bits can number.
pub(super) fn write(installs: &[Install], texts: &mut Texts, columns: &mut Columns) -> Result<()> {
    for install in installs {
        columns.install_variant.push(texts.number(&install.variant));
        columns.install_handler.push(texts.number(&install.handler));
        columns.install_program.push(texts.number(&install.program));
        columns.install_arguments.push(texts.number(&install.arguments));
        columns.install_result.push(texts.number(&install.result));
        columns.install_restart.push(install.behavior.reboot as u8);
        columns.install_impact.push(install.behavior.impact as u8);
        columns.install_marks.push(marks(install.behavior));
        for (name, text) in &install.attributes {
            columns.install_attribute_name.push(texts.number(name));
            columns.install_attribute_text.push(texts.number(text));
        }
        columns.install_attribute_ends.push(count(columns.install_attribute_name.len())?);
        for code in &install.codes {
            columns.return_code.push(code.code.cast_unsigned());
            columns.return_result.push(texts.number(&code.result));
            columns.return_restart.push(u8::from(code.reboots));
            columns.return_description.push(texts.number(&code.description));
        }
        columns.install_code_ends.push(count(columns.return_code.len())?);
        install.files.iter().try_for_each(|file| self::file(file, texts, columns))?;
        columns.install_file_ends.push(count(columns.file_name.len())?);
    }
    columns.update_install_ends.push(count(columns.install_variant.len())?);
    Ok(())
}

/// What an install does to a client, as bits.
fn marks(behavior: Behavior) -> u8 {
    let marks = [behavior.reboots_otherwise, behavior.asks, behavior.needs_network, behavior.uninstalls];
    marks.into_iter().enumerate().map(|(bit, set)| u8::from(set) << bit).sum()
}

fn file(file: &File, texts: &mut Texts, columns: &mut Columns) -> Result<()> {
    columns.file_name.push(texts.number(&file.name));
    columns.file_address.push(texts.number(&file.address));
    columns.file_size.push(texts.number(&file.size));
    columns.file_modified.push(texts.number(&file.modified));
    for (algorithm, text) in &file.digests {
        columns.digest_algorithm.push(texts.number(algorithm));
        columns.digest_text.push(texts.number(text));
    }
    columns.file_digest_ends.push(count(columns.digest_algorithm.len())?);
    Ok(())
}
