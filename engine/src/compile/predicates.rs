//! What rules ask of their subjects as columns: each question once below its subject.

use super::count;
use super::numbers::{Number, Numbers};
use super::subjects::numbers_of;
use super::texts::Texts;
use super::thresholds::Thresholds;
use crate::error::Result;
use crate::index::columns::{Columns, NONE};
use crate::model::expr::{Data, Operand, Question};

/// Predicates while an index is made. Until they are sorted, one is named by its place in the order in
/// which they were first asked, and its subject by that in which it was mentioned.
#[derive(Debug, Default)]
pub(super) struct Predicates<'c> {
    places: Numbers,
    list: Vec<(u32, &'c Question)>,
}

impl<'c> Predicates<'c> {
    /// The place of a predicate.
    pub(super) fn ask(&mut self, subject: u32, question: &'c Question) -> Number {
        let asked = (subject, question);
        let place = self.places.add(&asked, |place| self.list[place as usize] == asked);
        if let Number::New(_) = place {
            self.list.push(asked);
        }
        place
    }

    /// Sorts them below their subjects, whose numbers are given by place; gives the number of each
    /// predicate by place.
    pub(super) fn sort(&mut self, numbers: &[u32]) -> Vec<u32> {
        self.list.iter_mut().for_each(|(subject, _)| *subject = numbers[*subject as usize]);
        let mut order: Vec<u32> = (0..self.list.len() as u32).collect();
        order.sort_unstable_by_key(|place| self.list[*place as usize]);
        self.list = order.iter().map(|place| self.list[*place as usize]).collect();
        // The places are no longer those of the list.
        self.places = Numbers::default();
        numbers_of(&order)
    }

    /// Writes the columns of predicates and where those of each subject end.
    pub(super) fn write(
        &self,
        subjects: usize,
        thresholds: &Thresholds,
        texts: &mut Texts,
        columns: &mut Columns,
    ) -> Result<()> {
        let mut end = 0;
        for subject in 0..count(subjects)? {
            end += self.list[end..].iter().take_while(|(of, _)| *of == subject).count();
            columns.subject_predicate_ends.push(count(end)?);
        }
        for (subject, question) in &self.list {
            let rank = |key: &[u8]| thresholds.rank(*subject, key);
            let (code, parameters) = parameters(question, rank, texts, columns)?;
            columns.predicate_subject.push(*subject);
            columns.predicate_question.push(code);
            columns.predicate_a.push(parameters[0]);
            columns.predicate_b.push(parameters[1]);
            columns.predicate_c.push(parameters[2]);
            columns.predicate_d.push(parameters[3]);
        }
        Ok(())
    }
}

/// The stored form of a question, as the layout page gives it; `rank` is that of a threshold.
fn parameters(
    question: &Question,
    rank: impl Fn(&[u8]) -> u32,
    texts: &mut Texts,
    columns: &mut Columns,
) -> Result<(u8, [u32; 4])> {
    let wide = |value: u64| (value as u32, (value >> 32) as u32);
    Ok(match question {
        Question::Exists => (0, [0; 4]),
        Question::Compare(comparison, operand) => {
            let a = *comparison as u32;
            match operand {
                Operand::Version(version) => {
                    (1, [a, rank(&version.key()), texts.number(&version.to_string()), 0])
                }
                Operand::Number(value) => (1, [a | 1 << 8, wide(*value).0, wide(*value).1, 0]),
                Operand::Text(text) => (1, [a | 2 << 8, texts.number(text), 0, 0]),
            }
        }
        Question::Data(Data::Any) => (2, [0; 4]),
        Question::Data(Data::Number(value)) => (2, [1, wide(*value).0, wide(*value).1, 0]),
        Question::Data(Data::Text(text)) => (2, [2, texts.number(text), 0, 0]),
        Question::Data(Data::AtLeast(version)) => (2, [3, texts.number(&version.to_string()), 0, 0]),
        Question::FileEvidence { presence, version, checksum } => {
            let rank = version.map_or(NONE, |version| rank(&version.key()));
            let has = u32::from(checksum.is_some()) << 8;
            let (low, high) = wide(checksum.unwrap_or(0));
            (3, [*presence as u32 | has, rank, low, high])
        }
        Question::Applicability(asked) => (5, [texts.number(&asked.to_string()), 0, 0, 0]),
        Question::Level { affected, fixed } => {
            let start = count(columns.level_text.len())?;
            for level in affected {
                columns.level_text.push(texts.number(level));
            }
            let end = count(columns.level_text.len())?;
            (4, [start, end, fixed.as_ref().map_or(NONE, |fixed| texts.number(fixed)), 0])
        }
    })
}
