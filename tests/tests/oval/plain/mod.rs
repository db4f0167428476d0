//! Definitions over what inventories of other formats state: packages, files, the registry, classes.
//!
//! Each case is one test of a type, or one object, over a few facts; what a fact does not say has to stay
//! unknown, with its reason.

use conformance::oval::{content_of, document, inventory_of};
use patchstate::eval::oval::reference::{self, Results};
use patchstate::model::inventory::Inventory;
use patchstate::model::options::Options;
use patchstate::model::oval::Content;
use patchstate::model::truth::Truth;
use patchstate::model::verdict::Answer;

mod feeds;
mod packages;
mod rules;
mod system;
mod windows;

/// A test that is asked: its type, its attributes, its object, and what its state says.
#[derive(Clone, Copy)]
struct Case<'c> {
    kind: &'c str,
    attributes: &'c str,
    object: &'c str,
    state: &'c str,
}

impl<'c> Case<'c> {
    fn of(kind: &'c str, object: &'c str, state: &'c str) -> Case<'c> {
        Case { kind, attributes: "check=\"all\"", object, state }
    }

    fn with(self, attributes: &'c str) -> Case<'c> {
        Case { attributes, ..self }
    }

    /// The definitions file of this test alone; `more` are other objects, states and variables.
    fn content(self, [objects, states, variables]: [&str; 3]) -> Content {
        let Case { kind, attributes, object, state } = self;
        let named = if state.is_empty() { "" } else { "<state state_ref=\"s\"/>" };
        let schema = kind.split_once(':').unwrap().0;
        let prefixed =
            |text: &str| text.replace("<~", &format!("<{schema}:")).replace("</~", &format!("</{schema}:"));
        let state = match state {
            "" => String::new(),
            state => format!("<{kind}_state id=\"s\">{}</{kind}_state>", prefixed(state)),
        };
        content_of(&document(
            "<definition id=\"d\" version=\"1\" class=\"patch\"><metadata><title>d</title></metadata>\
             <criteria><criterion test_ref=\"t\"/></criteria></definition>",
            &format!("<{kind}_test id=\"t\" {attributes}><object object_ref=\"o\"/>{named}</{kind}_test>"),
            &format!("<{kind}_object id=\"o\">{}</{kind}_object>{objects}", prefixed(object)),
            &format!("{state}{states}"),
            variables,
        ))
    }

    fn results(self, inventory: &Inventory, options: &Options) -> Results {
        reference::evaluate(&self.content([""; 3]), inventory, options)
    }

    fn answer(self, inventory: &Inventory) -> Answer {
        self.results(inventory, &Options::default()).tests[0][0].1
    }

    /// What the test gives over these facts: a letter for its truth, and the reason if it is not known.
    fn over(self, complete: &str, facts: &str) -> String {
        shown(self.answer(&native(complete, facts)))
    }
}

fn shown(answer: Answer) -> String {
    match answer.truth {
        Truth::True => "T".into(),
        Truth::False => "F".into(),
        Truth::Error => "E".into(),
        Truth::Unknown => format!("U {}", answer.reason),
        Truth::NotEvaluated => "NE".into(),
        Truth::NotApplicable => "NA".into(),
    }
}

fn native(complete: &str, facts: &str) -> Inventory {
    let head = format!("<inventory version=\"1\" client=\"c\" complete=\"{complete}\">");
    inventory_of("native", &format!("{head}{facts}</inventory>"))
}

/// A name without markup that XML would take for its own.
const NOT_COLLECTED: &str = "U not-collected";
const PART: &str = "U part-not-collected";
const UNSUPPORTED: &str = "U unsupported-rule";
