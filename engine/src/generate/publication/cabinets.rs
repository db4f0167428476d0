//! Puts the files of a publication where they belong: a cabinet of cabinets, one of which holds the graph
//! and the others fragments.
//!
//! The inner cabinets are made one after another in a temporary file: what they say of themselves stands
//! before their data. All that is held of one are the names and sizes of its files.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::ops::Range;

use super::plan::Plan;
use super::texts::{self, LANGUAGES};
use super::{core, graph};
use crate::container::{CabinetWriter, Packing};

/// The kinds of files of a shard, in the order in which they stand there.
#[derive(Clone, Copy)]
enum Place {
    Core,
    Licence,
    Localized(usize),
    Extended,
}

/// Writes a publication of so many shards.
pub(super) fn write<W: Write + Seek>(plan: &Plan, shards: usize, out: W) -> io::Result<W> {
    let each = plan.revisions.len().div_ceil(shards).max(1);
    let ranges = (0..shards).map(|shard| {
        let start = (shard * each).min(plan.revisions.len());
        start..(start + each).min(plan.revisions.len())
    });
    let ranges: Vec<Range<usize>> = ranges.filter(|range| !range.is_empty()).collect();
    // The first shard has all that is below what the next begins with.
    let start = |range: &Range<usize>| if range.start == 0 { 0 } else { plan.number(range.start) };
    let mut cabinets = vec![("package.cab".to_owned(), None)];
    let shard = |(at, range): (usize, &Range<usize>)| (format!("package{}.cab", at + 2), Some(start(range)));
    cabinets.extend(ranges.iter().enumerate().map(shard));
    let names: Vec<&str> =
        ["index.xml"].into_iter().chain(cabinets.iter().map(|(name, _)| name.as_str())).collect();
    let mut outer = CabinetWriter::new(out, Packing::Stored, &names)?;
    outer.begin_file()?;
    graph::index(&cabinets, &mut outer)?;
    let inner = inner(&["package.xml"], |_, file| graph::write(plan, file))?;
    append(inner, &mut outer)?;
    for range in ranges {
        append(self::shard(plan, range)?, &mut outer)?;
    }
    outer.finish()
}

/// Makes a cabinet in a temporary file; `write` writes the content of each file, by its place.
fn inner(
    names: &[impl AsRef<str>],
    mut write: impl FnMut(usize, &mut CabinetWriter<BufWriter<File>>) -> io::Result<()>,
) -> io::Result<File> {
    let spool = BufWriter::with_capacity(1 << 20, tempfile::tempfile()?);
    let mut cabinet = CabinetWriter::new(spool, Packing::Mszip, names)?;
    for at in 0..names.len() {
        cabinet.begin_file()?;
        write(at, &mut cabinet)?;
    }
    let mut file = cabinet.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// Adds a cabinet to the one that holds it.
fn append<W: Write + Seek>(mut cabinet: File, outer: &mut CabinetWriter<W>) -> io::Result<()> {
    outer.begin_file()?;
    io::copy(&mut cabinet, outer)?;
    Ok(())
}

/// Makes the cabinet of some revisions.
fn shard(plan: &Plan, revisions: Range<usize>) -> io::Result<File> {
    let mut files: Vec<(Place, usize)> = Vec::new();
    files.extend(revisions.clone().map(|at| (Place::Core, at)));
    files.extend(revisions.clone().filter(|at| at % 40 == 0).map(|at| (Place::Licence, at)));
    for language in 0..LANGUAGES.len() {
        let has = |at: &usize| language < texts::languages(plan, *at);
        files.extend(revisions.clone().filter(has).map(|at| (Place::Localized(language), at)));
    }
    files.extend(revisions.map(|at| (Place::Extended, at)));
    let names: Vec<String> = files.iter().map(|(place, at)| name(*place, plan.number(*at))).collect();
    let mut text = String::new();
    inner(&names, |file, cabinet| {
        let (place, at) = files[file];
        text.clear();
        match place {
            Place::Core => return core::write(plan, at, cabinet),
            Place::Licence => text.push_str("Whoever installs this agrees to nothing. "),
            Place::Localized(language) => texts::localized(plan, at, LANGUAGES[language], &mut text),
            Place::Extended => texts::extended(plan, at, &mut text),
        }
        cabinet.write_all(text.as_bytes())
    })
}

fn name(place: Place, number: u64) -> String {
    match place {
        Place::Core => format!("c\\{number}"),
        Place::Licence => format!("e\\{number}"),
        Place::Localized(language) => format!("l\\{}\\{number}", LANGUAGES[language]),
        Place::Extended => format!("x\\{number}"),
    }
}
