//! Answers as one byte, in such an order that the answer of an operator is the greatest of its operands':
//! truth first, then the weight of the reason in the section that is asked.

use crate::model::expr::{Reasons, Section};
use crate::model::flag::Flags;
use crate::model::reason::Reason;
use crate::model::truth::Truth;
use crate::model::verdict::Answer;

/// An answer: 0 is True, from [`UNKNOWN`] Unknown and from [`FALSE`] False, with the weight of the reason.
pub(super) type Code = u8;

const TRUE: Code = 0;
pub(super) const UNKNOWN: Code = 0x20;
const FALSE: Code = 0x40;
/// The bits of a weight.
const WEIGHT: Code = 0x1f;
/// True in the order of OR.
const HOLDS: Code = 0x60;

/// In place of a code: there is none.
pub(super) const NO_CODE: Code = u8::MAX;
/// More than any number of a reason.
const REASONS: usize = 128;

/// The codes of a section.
#[derive(Debug)]
pub(super) struct Codebook {
    /// The codes of all answers without flags, by truth and reason.
    codes: Box<[Code]>,
    /// By code.
    answers: [Answer; 256],
    /// The code of the opposite, by code.
    pub(super) opposite: [Code; 256],
    /// By code: its place in the order of OR, which is True before Unknown before False; and back.
    pub(super) held: [Code; 256],
    pub(super) of_held: [Code; 256],
}

impl Codebook {
    pub(super) fn new(section: Section) -> Codebook {
        let mut codes = vec![NO_CODE; Truth::ALL.len() * REASONS];
        for truth in Truth::ALL {
            for reason in Reason::ALL {
                let code = code(section, Answer::new(truth, *reason)).unwrap_or(NO_CODE);
                codes[truth as usize * REASONS + usize::from(reason.number())] = code;
            }
        }
        let no = code(section, Answer::FALSE).unwrap_or(FALSE);
        Codebook {
            codes: codes.into(),
            answers: std::array::from_fn(|code| answer(section, code as Code)),
            opposite: std::array::from_fn(|code| match code as Code {
                TRUE => no,
                FALSE.. => TRUE,
                unknown => unknown,
            }),
            held: std::array::from_fn(|code| match code as Code {
                TRUE => HOLDS,
                code @ FALSE.. => code & WEIGHT,
                unknown => unknown,
            }),
            of_held: std::array::from_fn(|held| match held as Code {
                HOLDS.. => TRUE,
                unknown @ UNKNOWN.. => unknown,
                weight => FALSE | weight,
            }),
        }
    }

    /// The code of an answer; [`NO_CODE`] where it has none.
    #[inline]
    pub(super) fn code(&self, answer: Answer) -> Code {
        if answer.flags != Flags::NONE {
            return NO_CODE;
        }
        let at = answer.truth as usize * REASONS + usize::from(answer.reason.number());
        self.codes.get(at).copied().unwrap_or(NO_CODE)
    }

    /// The answer of a code.
    #[inline]
    pub(super) fn answer(&self, code: Code) -> Answer {
        self.answers[usize::from(code)]
    }
}

/// The code of an answer; `None` where it has none.
fn code(section: Section, answer: Answer) -> Option<Code> {
    let weight = Reasons::Ranked.weight(section, answer.truth, answer.reason);
    match answer.truth {
        Truth::True if answer.reason == Reason::RuleTrue => Some(TRUE),
        Truth::Unknown if weight > 0 => Some(UNKNOWN | weight),
        Truth::False if weight > 0 => Some(FALSE | weight),
        _ => None,
    }
}

/// The answer of a code.
fn answer(section: Section, code: Code) -> Answer {
    let truth = match code {
        TRUE => return Answer::TRUE,
        FALSE.. => Truth::False,
        _ => Truth::Unknown,
    };
    let fits = |reason: &&Reason| Reasons::Ranked.weight(section, truth, **reason) == code & WEIGHT;
    let reason = Reason::ALL.iter().find(fits);
    Answer::new(truth, reason.copied().unwrap_or(Reason::RuleError))
}
