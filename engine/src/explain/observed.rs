//! Observations in plain words.

use super::attributes::hotfix_state;
use crate::eval::known::os_text;
use crate::eval::reference::ProductState;
use crate::model::expr::{Question, Subject};
use crate::model::fact::{Fact, FileVersion};
use crate::model::law::Levels;
use crate::model::options::Checksum;
use crate::model::product::folded;

/// What was observed of the part that a question asks; `None` where the fact is of another kind.
pub(super) fn observed(
    subject: &Subject,
    question: &Question,
    fact: &Fact<'_>,
    policy: Checksum,
) -> Option<String> {
    match (subject, fact) {
        (Subject::Os(field), Fact::Os(os)) => os_text(os, *field),
        (Subject::File(_), Fact::File(_)) if *question == Question::Exists => Some("there".to_owned()),
        (Subject::File(_), Fact::File(file)) => {
            let mut words = match file.version {
                FileVersion::NotCollected => "version not collected".to_owned(),
                FileVersion::NoResource => "no version resource".to_owned(),
                FileVersion::Known(version) => format!("version {version}"),
            };
            let asked = matches!(question, Question::FileEvidence { checksum: Some(_), .. });
            if asked && policy != Checksum::Off {
                match file.checksum {
                    Some(checksum) => words.push_str(&format!(", checksum {checksum}")),
                    None => words.push_str(", checksum not collected"),
                }
            }
            Some(words)
        }
        (Subject::RegistryValue { .. }, Fact::RegistryValue(value)) => Some(
            value.data.as_deref().map_or("data not collected".to_owned(), |data| format!("data `{data}`")),
        ),
        (Subject::RegistryKey(_), _) => Some("there".to_owned()),
        (Subject::Msi(_), Fact::Msi(msi)) => {
            let version = msi.version.as_deref();
            Some(version.map_or("version not collected".to_owned(), |version| format!("version {version}")))
        }
        (Subject::Hotfix(_), Fact::Hotfix(hotfix)) => Some(hotfix_state(hotfix.state).to_owned()),
        _ => None,
    }
}

/// What is known of a product's service pack.
pub(super) fn levels(product: &ProductState) -> String {
    match (&product.levels, &product.stated) {
        (Levels::Unstated, _) => "service pack not stated".to_owned(),
        (Levels::NoCandidate, stated) => {
            format!("service pack `{}`, which no catalog names", stated.as_deref().unwrap_or(""))
        }
        (Levels::Candidates(names), stated) => {
            let names = names.join(" or ");
            match stated {
                Some(stated) if folded(stated) == names => format!("service pack `{stated}`"),
                Some(stated) => format!("service pack `{stated}`, that is: {names}"),
                None => format!("service pack {names}"),
            }
        }
    }
}
