//! Documents of JSON that are one value, or one object a line.
//!
//! Knows where the values of such a document stand and nothing of what they mean.

use super::json::Value;
use super::lines::lines;
use super::sink::{error, located};
use super::{Found, Look, MAX_FACTS, Place, Unit};
use crate::diagnostic::{Code, Position};
use crate::error::{Error, Result};

/// Whether a document is one value over several lines, rather than one object a line.
pub(super) fn is_one_value(text: &str) -> bool {
    let mut filled = filled(text);
    let Some((_, first)) = filled.next() else { return true };
    let ends = first.trim_end().ends_with('}') && first.trim_start().starts_with('{');
    !ends || filled.next().is_none_or(|(_, second)| !second.trim_start().starts_with('{'))
}

/// The lines that are not blank.
pub(super) fn filled(text: &str) -> impl Iterator<Item = (usize, &str)> {
    lines(text).filter(|(_, line)| !line.trim().is_empty())
}

/// Finds the inventories of a document in which each value is one, by what `unit` says of a value.
///
/// One of several lines must name its client: nothing else tells it from the others.
pub(super) fn units(text: &str, look: Look, unit: impl Fn(Value<'_>) -> Result<Unit>) -> Result<Found> {
    if look == Look::Beginning {
        return Ok(Found::NeedsAll);
    }
    if is_one_value(text) {
        let unit = Value::parse(text).and_then(unit).map_err(|error| located(text, error))?;
        let problem = unit.problem.map(|problem| located(text, problem));
        return Ok(Found::Units(vec![Unit { problem, ..unit }]));
    }
    let mut units: Vec<Unit> = Vec::new();
    // Lines are counted from one to the next.
    let (mut counted, mut start) = (0, Position::START);
    for (offset, line) in filled(text) {
        if units.len() >= MAX_FACTS as usize {
            let message = format!("more than {MAX_FACTS} inventories in one document");
            return Err(Error::new(Code::TooLarge, message));
        }
        start = start.after(&text.as_bytes()[counted..offset]);
        counted = offset;
        let mut unit = Value::parse(line).and_then(&unit).unwrap_or_else(refused);
        if unit.client.is_none() && unit.problem.is_none() {
            unit.problem = Some(nameless());
        }
        unit.problem = unit.problem.map(|problem| within(problem, line, start));
        let body = offset..offset + line.len();
        units.push(Unit { place: Some(Place { head: 0..0, body, start }), ..unit });
    }
    Ok(Found::Units(units))
}

fn refused(error: Error) -> Unit {
    Unit { problem: Some(error), ..Unit::default() }
}

fn nameless() -> Error {
    Error::new(Code::NoClientId, "a line does not say whose inventory it is")
        .with_hint("name the client in each line, or give each client a file of its own")
}

/// The error of a line with its place in the document.
fn within(error: Error, line: &str, start: Position) -> Error {
    let offset = error.position().map_or(0, |place| usize::try_from(place.offset).unwrap_or(usize::MAX));
    error.moved_to(start.after(&line.as_bytes()[..offset.min(line.len())]))
}

/// The error of a line as one of the document, its place still an offset.
pub(super) fn moved(failure: Error, offset: usize) -> Error {
    let Some(place) = failure.position() else { return failure };
    let offset = offset.saturating_add(usize::try_from(place.offset).unwrap_or(usize::MAX));
    let place = error(failure.code(), offset, "").position().unwrap_or(place);
    failure.moved_to(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_an_inventory_or_a_problem_of_its_own() {
        let unit = |value: Value<'_>| {
            let mut client = None;
            value.members(|_, value| {
                client = value.scalar().map(|text| text.into_owned());
                Ok(())
            })?;
            Ok(Unit { client, ..Unit::default() })
        };
        let shown = |text: &str| {
            let Ok(Found::Units(units)) = units(text, Look::All, unit) else { panic!("{text}") };
            let shown = |unit: Unit| {
                let problem = unit.problem.map(|error| (error.code(), error.position().unwrap().to_string()));
                (unit.client, problem, unit.place.map(|place| (place.body, place.start.line)))
            };
            units.into_iter().map(shown).collect::<Vec<_>>()
        };
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(shown("{\"c\":\n\"a\"}\n"), [(name("a"), None, None)]);
        assert_eq!(shown("{}"), [(None, None, None)]);
        let lines = "{\"c\":\"a\"}\n\n{\"c\":}\n{}\n";
        let place = |line: u32, column: u32| format!("{line}:{column}");
        let expect = [
            (name("a"), None, Some((0..9, 1))),
            (None, Some((Code::NotWellFormed, place(3, 6))), Some((11..17, 3))),
            (None, Some((Code::NoClientId, place(4, 1))), Some((18..20, 4))),
        ];
        assert_eq!(shown(lines), expect);
        assert!(units("{\n", Look::All, unit).is_err());
        assert!(matches!(units("{", Look::Beginning, unit), Ok(Found::NeedsAll)));
    }
}
