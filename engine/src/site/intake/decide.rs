//! Whether a report counts: its head against that of the last one that was taken of the same stream.
//!
//! Knows serials and times and nothing of contents; where only the bytes decide, it says so. Source of truth:
//! `docs/site.md`, "Which reports count".

use jiff::Timestamp;

use crate::diagnostic::Code;

/// What the head of a report says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Grows with every report of the client.
    pub serial: Option<u64>,
    /// Time of collection.
    pub collected: Option<Timestamp>,
    /// Whether it only changes an earlier report, and the serial of that one where it is said.
    pub delta: Option<Option<u64>>,
}

/// What is to become of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It takes the place of what is kept.
    Replace,
    /// It changes what is kept.
    Apply,
    /// A later one was taken.
    OutOfDate,
    /// It is the last one that was taken, unless its bytes are other ones: then what follows counts.
    Same(Otherwise),
    /// It cannot be taken now.
    Refuse(Code),
}

/// What becomes of a report that looks like the last one and is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// It takes the place of what is kept.
    Replace,
    /// Two reports have one serial, or one time.
    Conflict,
}

/// Decides about a report; `last` is the head of the last one that was taken of its stream.
///
/// ```
/// use patchstate::diagnostic::Code;
/// use patchstate::site::intake::decide::{decide, Decision, Head};
///
/// let full = |serial| Head { serial: Some(serial), ..Head::default() };
/// let delta = |serial| Head { delta: Some(None), ..full(serial) };
/// assert_eq!(decide(None, full(7)), Decision::Replace);
/// assert_eq!(decide(Some(full(7)), full(6)), Decision::OutOfDate);
/// assert_eq!(decide(Some(full(7)), delta(8)), Decision::Apply);
/// assert_eq!(decide(Some(full(7)), delta(9)), Decision::Refuse(Code::SerialGap));
/// assert_eq!(decide(None, delta(9)), Decision::Refuse(Code::DeltaWithoutFull));
/// ```
pub fn decide(last: Option<Head>, report: Head) -> Decision {
    match report.delta {
        Some(base) => delta(last, report.serial, base),
        None => last.map_or(Decision::Replace, |last| full(last, report)),
    }
}

fn delta(last: Option<Head>, serial: Option<u64>, base: Option<u64>) -> Decision {
    let Some(serial) = serial else { return Decision::Refuse(Code::BadValue) };
    let Some(last) = last.and_then(|last| last.serial) else {
        return Decision::Refuse(Code::DeltaWithoutFull);
    };
    match serial.cmp(&last) {
        std::cmp::Ordering::Less => Decision::OutOfDate,
        std::cmp::Ordering::Equal => Decision::Same(Otherwise::Conflict),
        std::cmp::Ordering::Greater if base.or(serial.checked_sub(1)) == Some(last) => Decision::Apply,
        std::cmp::Ordering::Greater => Decision::Refuse(Code::SerialGap),
    }
}

/// A full report counts with a higher serial; with another one, or without, if it was collected later.
fn full(last: Head, report: Head) -> Decision {
    if let (Some(serial), Some(last)) = (report.serial, last.serial)
        && serial > last
    {
        return Decision::Replace;
    }
    let same_serial = report.serial == last.serial;
    match (report.collected, last.collected) {
        (Some(time), Some(last)) if time > last => Decision::Replace,
        (time, last) if same_serial && time == last => match (report.serial, time) {
            // Nothing tells which is newer but that it came later.
            (None, None) => Decision::Same(Otherwise::Replace),
            _ => Decision::Same(Otherwise::Conflict),
        },
        // Where one of the two says when it was collected and the other does not, the serials decide, and
        // where these do not either, the one that came later counts.
        (time, last_time)
            if time.is_none() != last_time.is_none() && report.serial.or(last.serial).is_none() =>
        {
            Decision::Replace
        }
        (Some(_), None) if report.serial.is_none() || last.serial.is_none() => Decision::Replace,
        _ => Decision::OutOfDate,
    }
}
