//! What happens at a site, as lines of JSON: to whoever watches, and into the files of `log/`.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use jiff::Timestamp;

use crate::error::{Error, Result};
use crate::render;

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// What it was.
    pub name: &'static str,
    /// How much whoever watches should care.
    pub weight: Weight,
    time: Timestamp,
    fields: Vec<(String, Field)>,
}

/// What is said of something that happened.
#[derive(Clone, Debug)]
enum Field {
    Text(String),
    Number(u64),
    Numbers(Vec<(String, u64)>),
}

/// How much an event matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It went as it should.
    Note,
    /// Somebody should look.
    Warning,
}

impl Event {
    /// An event that went as it should.
    pub fn note(name: &'static str, now: Timestamp) -> Event {
        Event::new(name, Weight::Note, now)
    }

    /// An event that somebody should look at.
    pub fn warning(name: &'static str, now: Timestamp) -> Event {
        Event::new(name, Weight::Warning, now)
    }

    fn new(name: &'static str, weight: Weight, time: Timestamp) -> Event {
        Event { name, weight, time, fields: Vec::new() }
    }

    fn with(mut self, key: &str, field: Field) -> Event {
        self.fields.push((key.to_owned(), field));
        self
    }

    /// Adds a text.
    #[must_use]
    pub fn text(self, key: &str, value: &str) -> Event {
        self.with(key, Field::Text(value.to_owned()))
    }

    /// Adds a text where there is one.
    #[must_use]
    pub fn maybe(self, key: &str, value: Option<&str>) -> Event {
        match value {
            Some(value) => self.text(key, value),
            None => self,
        }
    }

    /// Adds a number.
    #[must_use]
    pub fn number(self, key: &str, value: u64) -> Event {
        self.with(key, Field::Number(value))
    }

    /// Adds numbers by name.
    #[must_use]
    pub fn numbers<'n>(self, key: &str, values: impl IntoIterator<Item = (&'n str, u64)>) -> Event {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value));
        self.with(key, Field::Numbers(values.collect()))
    }

    /// The event as an object of JSON, on one line without its end.
    ///
    /// ```
    /// use patchstate::site::log::Event;
    ///
    /// let event = Event::note("loaded", jiff::Timestamp::UNIX_EPOCH).text("client", "WS-1").number("facts", 7);
    /// let line = r#"{"time":"1970-01-01T00:00:00Z","event":"loaded","client":"WS-1","facts":7}"#;
    /// assert_eq!(event.json(), line);
    /// ```
    pub fn json(&self) -> String {
        let mut out = b"{\"time\":".to_vec();
        render::string(&self.time.to_string(), &mut out);
        out.extend(b",\"event\":");
        render::string(self.name, &mut out);
        for (key, field) in &self.fields {
            out.push(b',');
            render::string(key, &mut out);
            out.push(b':');
            match field {
                Field::Text(text) => render::string(text, &mut out),
                Field::Number(number) => out.extend(number.to_string().bytes()),
                Field::Numbers(numbers) => {
                    out.push(b'{');
                    for (at, (name, number)) in numbers.iter().enumerate() {
                        out.extend(if at > 0 { &b","[..] } else { b"" });
                        render::string(name, &mut out);
                        out.extend(format!(":{number}").bytes());
                    }
                    out.push(b'}');
                }
            }
        }
        out.push(b'}');
        String::from_utf8_lossy(&out).into_owned()
    }

    /// The event in words, without its time: `loaded: client WS-1, facts 7`.
    pub fn words(&self) -> String {
        let mut words = self.name.to_owned();
        for (at, (key, field)) in self.fields.iter().enumerate() {
            words.push_str(if at > 0 { ", " } else { ": " });
            match field {
                Field::Text(text) => words.push_str(&format!("{key} {text}")),
                Field::Number(number) => words.push_str(&format!("{key} {number}")),
                Field::Numbers(numbers) => {
                    let numbers = numbers.iter().map(|(name, number)| format!("{name} {number}"));
                    words.push_str(&format!("{key} ({})", numbers.collect::<Vec<_>>().join(", ")));
                }
            }
        }
        words
    }
}

/// Appends events to a file.
///
/// # Errors
///
/// The file cannot be written.
pub(super) fn append<'e>(path: &Path, events: impl IntoIterator<Item = &'e Event>) -> Result<()> {
    let mut lines = String::new();
    for event in events {
        lines.push_str(&event.json());
        lines.push('\n');
    }
    if lines.is_empty() {
        return Ok(());
    }
    let opened = OpenOptions::new().append(true).create(true).open(path);
    // One write, so that lines of several processes do not mix.
    let written = opened.and_then(|mut file| file.write_all(lines.as_bytes()));
    written.map_err(|error| Error::io(path, "write", error))
}
