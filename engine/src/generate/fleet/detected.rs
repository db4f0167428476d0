//! Products that a client does not state, and what they are detected by.

use super::text;
use crate::generate::random::Random;
use crate::index::View;
use crate::model::expr::{Comparison, Operand, Question, Subject};
use crate::model::fact::{Fact, File, FileVersion, Hotfix, RegistryValue};
use crate::version::dotted::Version;

use super::wanted::{self, Wanted};

/// What a product is detected by, at one of its service packs; `None` where nothing detects it.
pub(super) fn facts(
    view: View<'_>,
    product: u32,
    random: &mut Random,
) -> Option<Vec<(Subject, Fact<'static>)>> {
    let columns = view.columns;
    let found = columns.detection_subject.iter().position(|subject| subject.to_native() == product)?;
    let detection = view.detection(found);
    let mut wanted = Vec::new();
    wanted::collect(&detection.when, true, None, random, &mut wanted);
    // Of several service packs the first whose test holds counts.
    let level = random.below(detection.levels.len());
    for (at, test) in detection.levels.iter().enumerate().take(level + 1) {
        if let Some(test) = &test.test {
            wanted::collect(test, at == level, None, random, &mut wanted);
        }
    }
    Some(wanted.iter().filter_map(fact).collect())
}

/// The fact by which something that is wanted holds; none where it holds without one.
fn fact((subject, question, holds): &Wanted) -> Option<(Subject, Fact<'static>)> {
    let compared = match (question, holds) {
        (_, false) => return None,
        (Question::Exists, true) => None,
        (Question::Compare(comparison, operand), true) => Some((*comparison, operand)),
        (
            Question::Data(_)
            | Question::FileEvidence { .. }
            | Question::Level { .. }
            | Question::Applicability(_),
            true,
        ) => return None,
    };
    let fact = match subject {
        Subject::RegistryValue { key, name } => {
            let (kind, data) = compared.map_or(("sz", "1".to_owned()), |(how, with)| data(how, with));
            Fact::RegistryValue(RegistryValue {
                key: text(key.clone()),
                name: text(name.clone()),
                kind: Some(text(kind)),
                data: Some(text(data)),
                ..RegistryValue::default()
            })
        }
        Subject::File(path) => {
            let version = match compared {
                Some((how, Operand::Version(with))) => beside(*with, how),
                _ => Version([1, 0, 0, 0]),
            };
            Fact::File(File {
                path: text(path.clone()),
                version: FileVersion::Known(version),
                ..File::default()
            })
        }
        Subject::Hotfix(id) => Fact::Hotfix(Hotfix { id: text(format!("KB{id}")), ..Hotfix::default() }),
        _ => return None,
    };
    Some((subject.clone(), fact))
}

/// Type and data of a value that compares so.
fn data(comparison: Comparison, operand: &Operand) -> (&'static str, String) {
    match operand {
        Operand::Version(version) => ("sz", beside(*version, comparison).to_string()),
        Operand::Number(number) => {
            let number = match comparison {
                Comparison::Gt | Comparison::Ne => number.saturating_add(1),
                Comparison::Lt => number.saturating_sub(1),
                Comparison::Eq | Comparison::Ge | Comparison::Le | Comparison::Contains => *number,
            };
            ("dword", number.to_string())
        }
        Operand::Text(written) => match comparison {
            Comparison::Ne => ("sz", format!("not {written}")),
            _ => ("sz", written.clone()),
        },
    }
}

/// A version that compares so with another one.
fn beside(Version([a, b, c, d]): Version, comparison: Comparison) -> Version {
    match comparison {
        Comparison::Gt | Comparison::Ne => Version([a, b, c, d.saturating_add(1)]),
        Comparison::Lt if d > 0 => Version([a, b, c, d - 1]),
        Comparison::Lt => Version([a, b, c.saturating_sub(1), 0]),
        Comparison::Eq | Comparison::Ge | Comparison::Le | Comparison::Contains => Version([a, b, c, d]),
    }
}
