//! Draws patterns.

use patchstate::generate::random::Random;

/// A generator of patterns; `groups` counts what a back-reference can name.
pub(super) struct Grammar<'r> {
    pub(super) random: &'r mut Random,
    pub(super) groups: usize,
    /// Whether look-around, back-references and atomic groups are drawn.
    pub(super) hard: bool,
}

const ATOMS: &[&str] = &[
    "a",
    "b",
    "c",
    "A",
    "B",
    "1",
    "0",
    "ab",
    "ba",
    "aa",
    "k",
    ".",
    ".",
    "\\d",
    "\\w",
    "\\s",
    "\\D",
    "\\W",
    "\\S",
    "\\h",
    "\\H",
    "\\v",
    "\\V",
    "\\N",
    "\\n",
    "\\t",
    "\\x61",
    "\\x{62}",
    "\\141",
    "\\0",
    "\\e",
    "\\cA",
    "[ab]",
    "[^a]",
    "[a-c]",
    "[^\\n]",
    "[]a]",
    "[^]b]",
    "[\\d_]",
    "[\\w-]",
    "[[:alpha:]]",
    "[[:^digit:]]",
    "[[:upper:]b]",
    "[\\b]",
    "[a\\-c]",
    "[[:space:]]",
    "[[:punct:]]",
    "[a-cA-B]",
    "[&&a]",
    "[a~~b]",
    "[a--b]",
    "[[a]",
    "-",
    "_",
    "}",
    "]",
    "\\{",
    "x{",
    "\\.",
    "\\-",
    "\\/",
    "\\ ",
    "\\x",
    "[\\x41-\\x{43}]",
    "[^\\W1]",
    "[\\Sa]",
    "[$^|.]",
    "☺",
    "[☺→]",
    "[^☺]",
];
const PLACES: &[&str] = &[
    "^", "$", "$", "\\b", "\\B", "\\A", "\\z", "\\Z", "(?#c)", "(?i)", "(?-i)", "(?m)", "(?s)", "(?^)",
    "(?x)",
];
const QUANTIFIERS: &[&str] =
    &["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{2,}", "{0}", "{1,}?"];
const HARD_QUANTIFIERS: &[&str] = &["*+", "++", "?+", "{1,2}+", "{2,}+"];

impl Grammar<'_> {
    pub(super) fn alternation(&mut self, depth: usize) -> String {
        let count = [1, 1, 1, 2, 2, 3][self.random.below(6)];
        let parts: Vec<String> = (0..count).map(|_| self.sequence(depth)).collect();
        parts.join("|")
    }
    fn sequence(&mut self, depth: usize) -> String {
        let count = [0, 1, 1, 2, 2, 3, 4][self.random.below(7)];
        (0..count).map(|_| self.piece(depth)).collect()
    }
    fn piece(&mut self, depth: usize) -> String {
        if self.random.below(8) == 0 {
            return pick(self.random, PLACES).to_owned();
        }
        let atom = self.atom(depth);
        match self.random.below(8) {
            0..=2 => format!("{atom}{}", pick(self.random, QUANTIFIERS)),
            3 if self.hard => format!("{atom}{}", pick(self.random, HARD_QUANTIFIERS)),
            _ => atom,
        }
    }
    fn atom(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.below(5) < 2 {
            return pick(self.random, ATOMS).to_owned();
        }
        if !self.hard || self.random.below(2) == 0 {
            return match self.random.below(6) {
                0..=2 => {
                    self.groups += 1;
                    format!("({})", self.alternation(depth - 1))
                }
                3 => format!("(?i:{})", self.alternation(depth - 1)),
                4 => format!("(?ms-i:{})", self.alternation(depth - 1)),
                _ => format!("(?:{})", self.alternation(depth - 1)),
            };
        }
        match self.random.below(7) {
            0 => format!("(?={})", self.alternation(depth - 1)),
            1 => format!("(?!{})", self.alternation(depth - 1)),
            2 => format!("(?>{})", self.alternation(depth - 1)),
            3 => format!(
                "(?<={})",
                pick(
                    self.random,
                    &["a", "ab", "a|bc", "\\b", "^", "[ab]\\d", "\\n", "(a)", "a{2}", "(?=a)."]
                )
            ),
            4 => format!(
                "(?<!{})",
                pick(self.random, &["a", "ab", "a|bc", "\\b", "^", "[ab]\\d", "\\n", "(?<=a)b"])
            ),
            _ => {
                let beyond = usize::from(self.random.below(30) == 0);
                let group = 1 + self.random.below(self.groups.max(1) + beyond);
                match self.random.below(3) {
                    0 => format!("\\g{{{group}}}"),
                    1 => format!("(?i:\\{group})"),
                    _ => format!("\\{group}"),
                }
            }
        }
    }
}

/// One of several.
pub(super) fn pick<'a>(random: &mut Random, from: &[&'a str]) -> &'a str {
    from[random.below(from.len())]
}
