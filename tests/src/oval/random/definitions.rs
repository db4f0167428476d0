//! Definitions with nested criteria, and tests.

use std::fmt::Write as _;

use super::{CHECKS, Draft, EXISTENCES, OPERATORS, Sizes, attribute, word};
use crate::random::Choices;

impl Draft {
    pub(super) fn tests(&mut self, choices: &mut Choices<'_>, sizes: &Sizes) {
        for number in 0..sizes.tests {
            let existence = attribute("check_existence", word(choices, &EXISTENCES), EXISTENCES[0]);
            let check = if choices.odds(1, 32) { "none exist" } else { word(choices, &CHECKS) };
            let operator = attribute("state_operator", word(choices, &OPERATORS), "AND");
            let object = self.id("obj", choices.below(sizes.objects + sizes.sets));
            let mut parts = format!("<i:object object_ref=\"{object}\"/>");
            for _ in 0..choices.one(&[1, 1, 0, 2, 3]) {
                let state = self.id("ste", choices.below(sizes.states));
                let _ = write!(parts, "<i:state state_ref=\"{state}\"/>");
            }
            let id = self.id("tst", number);
            let _ = writeln!(
                self.pair.parts.tests,
                "<i:environmentvariable_test id=\"{id}\" version=\"1\" check=\"{check}\" comment=\"c\"\
                 {existence}{operator}>{parts}</i:environmentvariable_test>"
            );
        }
    }

    pub(super) fn definitions(&mut self, choices: &mut Choices<'_>, sizes: &Sizes) {
        for number in 0..sizes.definitions {
            let criteria = self.criteria(choices, sizes, number, 3);
            let id = self.id("def", number);
            self.pair.parts.definition(&id, &criteria);
        }
        // Only tests that a definition names have results.
        let all: String = (0..sizes.tests)
            .map(|number| format!("<criterion test_ref=\"{}\"/>", self.id("tst", number)))
            .collect();
        let id = self.id("def", sizes.definitions);
        self.pair.parts.definition(&id, &format!("<criteria operator=\"OR\">{all}</criteria>"));
    }

    /// Criteria over tests and over the definitions that stand before.
    fn criteria(&self, choices: &mut Choices<'_>, sizes: &Sizes, before: usize, depth: usize) -> String {
        let operator = attribute("operator", word(choices, &OPERATORS), "AND");
        let negate = attribute("negate", word(choices, &["false", "true"]), "false");
        let mut parts = String::new();
        for _ in 0..1 + choices.below(3) {
            let negate = attribute("negate", word(choices, &["false", "true"]), "false");
            match choices.below(4) {
                0 if depth > 0 => parts.push_str(&self.criteria(choices, sizes, before, depth - 1)),
                1 if before > 0 => {
                    let id = self.id("def", choices.below(before));
                    let _ = write!(parts, "<extend_definition definition_ref=\"{id}\"{negate}/>");
                }
                _ => {
                    let id = self.id("tst", choices.below(sizes.tests));
                    let _ = write!(parts, "<criterion test_ref=\"{id}\"{negate}/>");
                }
            }
        }
        format!("<criteria{operator}{negate}>{parts}</criteria>")
    }
}
