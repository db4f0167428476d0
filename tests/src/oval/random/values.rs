//! The names, datatypes, operations and values that states, items and variables are drawn from.

use crate::random::Choices;

/// A name of values, which decides their datatype.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) datatype: &'static str,
    values: &'static [&'static str],
    /// Values that are drawn less often; some cannot be read as the datatype.
    rare: &'static [&'static str],
    operations: &'static [&'static str],
}

const EQUALITY: &[&str] = &["equals", "not equal"];

const ORDER: &[&str] =
    &["equals", "not equal", "less than", "greater than", "less than or equal", "greater than or equal"];

const BITS: &[&str] = &[
    "equals",
    "not equal",
    "less than",
    "greater than",
    "less than or equal",
    "greater than or equal",
    "bitwise and",
    "bitwise or",
];

const TEXT: &[&str] = &[
    "equals",
    "not equal",
    "pattern match",
    "case insensitive equals",
    "case insensitive not equal",
    "greater than",
];

/// The names; records are beside them.
const KINDS: [Kind; 10] = [
    Kind { name: "name", datatype: "string", values: &["a", "b", "ab"], rare: &["A"], operations: TEXT },
    Kind { name: "size", datatype: "int", values: &["1", "2", "-3"], rare: &["x"], operations: BITS },
    Kind {
        name: "version",
        datatype: "version",
        values: &["1.0", "1.2", "1.10"],
        rare: &["2"],
        operations: ORDER,
    },
    Kind {
        name: "evr",
        datatype: "evr_string",
        values: &["0:1-1", "0:1-2", "1:1-1"],
        rare: &["0:1.a-1"],
        operations: ORDER,
    },
    Kind {
        name: "deb",
        datatype: "debian_evr_string",
        values: &["1-1", "1-2", "2:1-1"],
        rare: &["1"],
        operations: ORDER,
    },
    Kind { name: "set", datatype: "boolean", values: &["true", "false"], rare: &["1"], operations: EQUALITY },
    Kind { name: "ratio", datatype: "float", values: &["1.5", "2", "-1e3"], rare: &["x"], operations: ORDER },
    Kind {
        name: "address",
        datatype: "ipv4_address",
        values: &["10.0.0.1", "10.0.0.2"],
        rare: &["x"],
        operations: ORDER,
    },
    Kind { name: "bytes", datatype: "binary", values: &["0a", "ff"], rare: &["0A"], operations: EQUALITY },
    Kind { name: NIL, datatype: "string", values: &["a", "b"], rare: &["ab"], operations: TEXT },
];

const PATTERNS: [&str; 5] = ["^a", "b$", "[ab]+", "^A?$", "("];

/// The name of values that may say that they have none; no variable takes them, as OpenSCAP dies of it.
pub(super) const NIL: &str = "note";

/// The name of records, and their fields.
pub(super) const RECORD: &str = "result";

impl Kind {
    pub(super) fn draw(choices: &mut Choices<'_>) -> Kind {
        choices.one(&KINDS)
    }

    /// The names of the fields of records, of text and of numbers.
    pub(super) fn field(choices: &mut Choices<'_>) -> Kind {
        KINDS[choices.below(2)]
    }

    /// The kind of a datatype.
    pub(super) fn of(datatype: &str) -> Kind {
        KINDS.into_iter().find(|kind| kind.datatype == datatype).unwrap_or(KINDS[0])
    }

    /// A value, mostly a readable one.
    pub(super) fn value(self, choices: &mut Choices<'_>) -> &'static str {
        match choices.odds(1, 12) {
            true => choices.one(self.rare),
            false => choices.one(self.values),
        }
    }

    /// An operation, and a value that it may be asked of.
    pub(super) fn asked(self, choices: &mut Choices<'_>) -> (&'static str, &'static str) {
        let operation = choices.one(self.operations);
        let value = match operation {
            "pattern match" => choices.one(&PATTERNS),
            _ => self.value(choices),
        };
        (operation, value)
    }
}
