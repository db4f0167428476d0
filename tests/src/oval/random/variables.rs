//! Variables: constant ones, external ones, and those that are computed.

use std::fmt::Write as _;

use super::values::Kind;
use super::{Draft, Sizes};
use crate::oval::xml::{escape, filled};
use crate::random::Choices;

/// Functions of texts, with what their attributes may say.
const FUNCTIONS: [(&str, &[&str]); 12] = [
    ("concat", &[""]),
    ("begin", &[" character=\"a\""]),
    ("end", &[" character=\"b\""]),
    ("split", &[" delimiter=\"b\"", " delimiter=\"-\""]),
    ("substring", &[" substring_start=\"1\" substring_length=\"1\""]),
    ("substring", &[" substring_start=\"2\" substring_length=\"-1\""]),
    ("substring", &[" substring_start=\"0\" substring_length=\"2\""]),
    ("escape_regex", &[""]),
    ("regex_capture", &[" pattern=\"(a)b\"", " pattern=\"^.\""]),
    ("unique", &[""]),
    ("glob_to_regex", &[""]),
    ("concat", &[""]),
];

impl Draft {
    pub(super) fn variables(&mut self, choices: &mut Choices<'_>, sizes: &Sizes) {
        for number in 0..sizes.variables {
            let kind = self.kind(choices);
            match choices.below(4) {
                0 => self.constant(number, kind, choices),
                1 => self.external(number, kind, choices),
                _ => self.local(number, kind, choices, sizes),
            }
        }
    }

    fn constant(&mut self, number: usize, kind: Kind, choices: &mut Choices<'_>) {
        let values: String = (0..1 + choices.below(3))
            .map(|_| format!("<value>{}</value>", escape(kind.value(choices))))
            .collect();
        self.add_variable("constant_variable", number, kind, &values);
    }

    fn external(&mut self, number: usize, kind: Kind, choices: &mut Choices<'_>) {
        let mut possible = String::new();
        if choices.odds(1, 4) {
            let (value, (operation, asked)) = (kind.value(choices), kind.asked(choices));
            let _ = write!(
                possible,
                "<possible_value hint=\"h\">{}</possible_value><possible_restriction hint=\"h\">\
                 <restriction operation=\"{operation}\">{}</restriction></possible_restriction>",
                escape(value),
                escape(asked)
            );
        }
        self.add_variable("external_variable", number, kind, &possible);
        if choices.odds(3, 4) {
            let values = (0..1 + choices.below(3)).map(|_| kind.value(choices).to_owned()).collect();
            self.pair.variables.push((self.id("var", number), kind.datatype.to_owned(), values));
        }
    }

    fn local(&mut self, number: usize, kind: Kind, choices: &mut Choices<'_>, sizes: &Sizes) {
        // What functions make is text or a number.
        let kind = if choices.odds(1, 2) { Kind::of("string") } else { kind };
        let component = match kind.datatype {
            "int" if choices.odds(1, 2) => self.number(choices, kind, number, sizes),
            _ => self.component(choices, kind, number, sizes, 2),
        };
        self.add_variable("local_variable", number, kind, &component);
    }

    fn add_variable(&mut self, name: &str, number: usize, kind: Kind, content: &str) {
        let (id, datatype) = (self.id("var", number), kind.datatype);
        self.variables.push(kind);
        let _ = writeln!(
            self.pair.parts.variables,
            "{}",
            filled(
                name,
                &format!(" id=\"{id}\" version=\"1\" datatype=\"{datatype}\" comment=\"c\""),
                content,
                "<notes><note>n</note></notes>"
            )
        );
    }

    /// A number: one that is computed of others, or how many there are.
    fn number(&self, choices: &mut Choices<'_>, kind: Kind, number: usize, sizes: &Sizes) -> String {
        if choices.odds(1, 4) {
            return format!("<count>{}</count>", self.component(choices, kind, number, sizes, 1));
        }
        let operation = choices.one(&["add", "multiply"]);
        let parts: String =
            (0..2 + choices.below(2)).map(|_| self.leaf(choices, kind, number, sizes)).collect();
        format!("<arithmetic arithmetic_operation=\"{operation}\">{parts}</arithmetic>")
    }

    /// A component: a leaf, or a function of others.
    fn component(
        &self,
        choices: &mut Choices<'_>,
        kind: Kind,
        number: usize,
        sizes: &Sizes,
        depth: usize,
    ) -> String {
        if depth == 0 || kind.datatype != "string" || choices.odds(1, 2) {
            return self.leaf(choices, kind, number, sizes);
        }
        let (name, attributes) = choices.one(&FUNCTIONS);
        let count = match name {
            "concat" | "unique" => 1 + choices.below(3),
            _ => 1,
        };
        let parts: String =
            (0..count).map(|_| self.component(choices, kind, number, sizes, depth - 1)).collect();
        format!("<{name}{}>{parts}</{name}>", choices.one(attributes))
    }

    /// A literal, a variable that stands before, or values of items.
    fn leaf(&self, choices: &mut Choices<'_>, kind: Kind, number: usize, sizes: &Sizes) -> String {
        // OpenSCAP compares a variable of values of another datatype in ways of its own.
        let of_kind: Vec<usize> =
            (0..number).filter(|at| self.variables[*at].datatype == kind.datatype).collect();
        match choices.below(4) {
            1 if !of_kind.is_empty() => {
                format!("<variable_component var_ref=\"{}\"/>", self.id("var", choices.one(&of_kind)))
            }
            2 | 3 => {
                let object = self.id("obj", choices.below(sizes.objects));
                format!(
                    "<object_component object_ref=\"{object}\" item_field=\"{}\"/>",
                    Kind::of(kind.datatype).name
                )
            }
            _ => {
                let (datatype, value) = (kind.datatype, escape(kind.value(choices)));
                format!("<literal_component datatype=\"{datatype}\">{value}</literal_component>")
            }
        }
    }
}
