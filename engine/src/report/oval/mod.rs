//! Results of the definitions of OVAL, client after client: as lines, or as a document of the standard.
//!
//! [`Writer`] writes what a run hands over and keeps nothing of it. `document` writes the standard's form. Source
//! of truth: `docs/oval.md`, "Results".

mod document;

use std::collections::BTreeSet;
use std::io::Write;

use super::table::Pending;
use crate::error::Result;
use crate::eval::oval::reference::Results;
use crate::eval::run::ClientResults;
use crate::index::View;
use crate::model::oval::{Content, Question};
use crate::model::truth::Truth;
use crate::render::string;

/// The form of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Lines of five fields with a head.
    Tsv,
    /// An object of JSON on each line.
    JsonLines,
    /// A document of the standard, with little in it.
    Xml,
}

impl Form {
    /// The form of a file, by the ending of its name.
    ///
    /// ```
    /// use patchstate::report::oval::Form;
    ///
    /// assert_eq!(Form::of("results.tsv"), Some(Form::Tsv));
    /// assert_eq!(Form::of("results.txt"), None);
    /// ```
    pub fn of(name: &str) -> Option<Form> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "tsv" => Some(Form::Tsv),
            "jsonl" | "ndjson" => Some(Form::JsonLines),
            "xml" => Some(Form::Xml),
            _ => None,
        }
    }
}

const COLUMNS: [&str; 5] = ["client", "kind", "id", "instance", "result"];

/// Writes the results of clients.
#[derive(Debug)]
pub struct Writer<W> {
    form: Form,
    /// By source: what its definitions ask; none where it is no definitions file.
    contents: Vec<Option<Asked>>,
    written: String,
    out: W,
}

/// What a definitions file asks, and which of its tests definitions name.
#[derive(Debug)]
struct Asked {
    content: Content,
    tests: BTreeSet<usize>,
}

impl<W: Write> Writer<W> {
    /// Begins results; `written` is when, in RFC 3339 without zone, which a document of the standard says.
    ///
    /// # Errors
    ///
    /// Writing fails, as for all that follow.
    pub fn new(view: View<'_>, form: Form, written: &str, mut out: W) -> Result<Self> {
        let contents = (0..view.sources()).map(|source| view.content(source).map(asked)).collect();
        match form {
            Form::Tsv => writeln!(out, "{}", COLUMNS.join("\t"))?,
            Form::JsonLines => {}
            Form::Xml => document::begin(written, &mut out)?,
        }
        Ok(Writer { form, contents, written: written.to_owned(), out })
    }

    /// Writes the results of a client.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn push(&mut self, client: &ClientResults) -> Result<()> {
        let known = self.contents.iter().zip(&client.sources);
        let known = known.filter_map(|(asked, results)| Some((asked.as_ref()?, results.as_ref()?)));
        if self.form == Form::Xml {
            return document::system(client, known, &self.written, &mut self.out);
        }
        let mut pending = Pending::new(&mut self.out);
        for (asked, results) in known {
            for (kind, id, instance, truth) in asked.rows(results) {
                line(
                    self.form,
                    [&client.client, kind, id, &instance.to_string(), truth.name()],
                    &mut pending.bytes,
                );
                pending.line()?;
            }
        }
        pending.finish()
    }

    /// Ends the results, and gives what was written into.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn finish(mut self) -> Result<W> {
        if self.form == Form::Xml {
            document::end(&mut self.out)?;
        }
        Ok(self.out)
    }
}

fn asked(content: Content) -> Asked {
    let mut tests = BTreeSet::new();
    for criteria in content.definitions.iter().filter_map(|definition| definition.criteria.as_ref()) {
        criteria.each(&mut |part| {
            if let Question::Test(Some(test)) = part.question {
                tests.insert(test as usize);
            }
        });
    }
    Asked { content, tests }
}

impl Asked {
    /// The results by definition and then by test and instance, in the order of the file.
    fn rows<'a>(
        &'a self,
        results: &'a Results,
    ) -> impl Iterator<Item = (&'static str, &'a str, u32, Truth)> + 'a {
        let definitions = self.definitions(results).map(|(at, truth)| {
            let id = self.content.definitions[at].id.as_str();
            ("definition", id, 1, truth)
        });
        let tests = self.tests.iter().filter_map(|test| Some((test, results.tests.get(*test)?)));
        let tests = tests.flat_map(|(test, answers)| {
            let id = self.content.tests[*test].id.as_str();
            answers.iter().map(move |(instance, answer)| ("test", id, *instance, answer.truth))
        });
        definitions.chain(tests)
    }

    /// The results of definitions: one that is not to be used any more is not evaluated.
    fn definitions<'a>(&'a self, results: &'a Results) -> impl Iterator<Item = (usize, Truth)> + 'a {
        self.content
            .definitions
            .iter()
            .zip(&results.definitions)
            .enumerate()
            .map(|(at, (one, answer))| (at, if one.deprecated { Truth::NotEvaluated } else { answer.truth }))
    }
}

/// A line of five fields.
fn line(form: Form, fields: [&str; 5], out: &mut Vec<u8>) {
    for (at, (name, field)) in COLUMNS.iter().zip(fields).enumerate() {
        match form {
            Form::JsonLines => {
                out.extend(if at == 0 { &b"{"[..] } else { b"," });
                out.extend(format!("\"{name}\":").bytes());
                match *name {
                    "instance" => out.extend(field.bytes()),
                    _ => string(field, out),
                }
            }
            Form::Tsv | Form::Xml => {
                out.extend(if at == 0 { &b""[..] } else { b"\t" });
                super::matrix::escape_tsv(field, out);
            }
        }
    }
    out.extend(if form == Form::JsonLines { &b"}\n"[..] } else { b"\n" });
}
