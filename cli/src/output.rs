//! Where the program's words go: data to standard output, everything else to standard error.
//!
//! Decides about colour and width; what is printed, others decide.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context;
use patchstate::error::Error;
use patchstate::report::table::{Form, Table};
use patchstate::report::text::{Look, Palette, clean};
use patchstate::report::{Columns, grouped};

use crate::request::Format;

/// When colours are printed.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// Whether anything but data and errors is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Talk {
    /// Progress, warnings and hints too.
    Normal,
    /// Only data and errors.
    Quiet,
}

impl From<bool> for Talk {
    fn from(quiet: bool) -> Talk {
        if quiet { Talk::Quiet } else { Talk::Normal }
    }
}

/// Standard output and standard error.
pub(crate) struct Output {
    data: BufWriter<Stdout>,
    color: Color,
    talk: Talk,
}

/// The colours of a terminal: restrained, and the same meaning everywhere.
const COLORS: Palette = Palette {
    heading: "\x1b[1m",
    missing: "\x1b[31m",
    unknown: "\x1b[33m",
    installed: "\x1b[32m",
    faint: "\x1b[2m",
    reset: "\x1b[0m",
};

impl Output {
    pub(crate) fn new(color: Color, talk: Talk) -> Output {
        Output { data: BufWriter::with_capacity(1 << 16, io::stdout()), color, talk }
    }

    /// How text for people is laid out on standard output.
    pub(crate) fn look(&self, columns: Columns) -> Look {
        let stdout = io::stdout();
        let colors = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => AutoStream::choice(&stdout) != ColorChoice::Never,
        };
        let terminal = stdout.is_terminal() && columns == Columns::Usual;
        let size = if terminal { terminal_size::terminal_size() } else { None };
        Look {
            width: size.map(|(width, _)| usize::from(width.0)),
            palette: if colors { COLORS } else { Palette::PLAIN },
            columns,
        }
    }

    /// Prints one of several tables with the same columns, before which so many were printed.
    pub(crate) fn tables(
        &mut self,
        table: &Table<'_>,
        format: Format,
        columns: Columns,
        printed: usize,
    ) -> anyhow::Result<()> {
        if printed == 0 || format == Format::Json {
            return self.table(table, format, columns);
        }
        if format == Format::Text {
            self.written(|data| Ok(data.write_all(b"\n")?))?;
            return self.table(table, format, columns);
        }
        self.written(|data| table.write(&Form::Csv, &mut WithoutFirstLine::new(data)))
    }

    /// Prints a table in the form that was asked for.
    pub(crate) fn table(
        &mut self,
        table: &Table<'_>,
        format: Format,
        columns: Columns,
    ) -> anyhow::Result<()> {
        let form = match format {
            Format::Text => Form::Text(self.look(columns)),
            Format::Csv => Form::Csv,
            Format::Json => Form::Json,
            Format::Html => Form::Html(columns),
        };
        self.written(|data| table.write(&form, data))?;
        if format == Format::Csv && self.talk == Talk::Normal {
            self.finish()?;
            let mut notes = Vec::new();
            table.write_notes(&Look::PLAIN, &mut notes)?;
            self.say(&String::from_utf8_lossy(&notes));
        }
        Ok(())
    }

    /// Lets `write` write data; a failure says that it was standard output that failed.
    pub(crate) fn written(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> patchstate::error::Result<()>,
    ) -> anyhow::Result<()> {
        Ok(write(&mut self.data).map_err(|error| error.in_file("standard output"))?)
    }

    /// Sends what waits to standard output.
    pub(crate) fn finish(&mut self) -> anyhow::Result<()> {
        self.data.flush().context("standard output")
    }

    /// Says how a run went.
    pub(crate) fn message(&mut self, text: &str) {
        if self.talk == Talk::Normal {
            self.say(&format!("{}\n", clean(text.into())));
        }
    }

    /// Says what went wrong without ending the run.
    pub(crate) fn warning(&mut self, text: &str) {
        if self.talk == Talk::Normal {
            self.say(&format!("\x1b[1;33mwarning\x1b[0m: {}\n", clean(text.into())));
        }
    }

    /// Whether progress is shown: on a terminal, unless quiet.
    pub(crate) fn shows_progress(&self) -> bool {
        self.talk == Talk::Normal && self.talks_to_terminal()
    }

    /// Whether what is said goes to a person.
    pub(crate) fn talks_to_terminal(&self) -> bool {
        io::stderr().is_terminal()
    }

    /// Says what could not be read while the rest goes on: the first of them, and how many more.
    pub(crate) fn failures(&mut self, errors: &[Error]) {
        const NAMED: usize = 20;
        for error in errors.iter().take(NAMED) {
            self.say(&format!("\x1b[1;31merror\x1b[0m: {}\n", clean(error.to_string().into())));
        }
        if errors.len() > NAMED {
            self.say(&format!("and {} more\n", grouped((errors.len() - NAMED) as u64)));
        }
        let hint = errors.iter().find_map(Error::hint).filter(|_| self.talk == Talk::Normal);
        if let Some(hint) = hint {
            self.say(&format!("\nhint: {}\n", clean(hint.into())));
        }
    }

    /// Says why there is nothing to show for a run that was no mistake of whoever typed it.
    pub(crate) fn failure(&mut self, text: &str) {
        self.say(&format!("\x1b[1;31merror\x1b[0m: {}\n", clean(text.into())));
    }

    /// Says why the program cannot go on, and what to do about it.
    pub(crate) fn error(&mut self, error: &anyhow::Error) {
        let mut text = format!("\x1b[1;31merror\x1b[0m: {}\n", clean(sentence(error).into()));
        let hint = error.chain().find_map(|cause| cause.downcast_ref::<Error>()?.hint());
        if let Some(hint) = hint {
            text.push_str(&format!("\nhint: {hint}\n"));
        }
        self.say(&text);
    }

    fn say(&mut self, text: &str) {
        let stderr = io::stderr();
        let choice = match self.color {
            Color::Always => ColorChoice::AlwaysAnsi,
            Color::Never => ColorChoice::Never,
            Color::Auto => AutoStream::choice(&stderr),
        };
        // Where standard error cannot be written there is nowhere to say so.
        let _ = AutoStream::new(stderr, choice).write_all(text.as_bytes());
    }
}

/// Passes everything on but the first line.
pub(crate) struct WithoutFirstLine<'w> {
    out: &'w mut dyn Write,
    is_behind: bool,
}

impl<'w> WithoutFirstLine<'w> {
    pub(crate) fn new(out: &'w mut dyn Write) -> Self {
        WithoutFirstLine { out, is_behind: false }
    }
}

impl Write for WithoutFirstLine<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_behind {
            return self.out.write(bytes);
        }
        let end = first_line(bytes);
        self.is_behind = bytes[..end].ends_with(b"\n");
        self.out.write_all(&bytes[end..])?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Where the first line of a CSV ends; names of columns have no line breaks.
fn first_line(text: &[u8]) -> usize {
    text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| end + 1)
}

/// The error and its causes, without a cause that the sentence before ends with.
fn sentence(error: &anyhow::Error) -> String {
    let mut words = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !words.is_empty() && words.ends_with(&cause) {
            continue;
        }
        words.push_str(if words.is_empty() { "" } else { ": " });
        words.push_str(&cause);
    }
    words
}

/// Whether the reader of standard output went away, which is its right.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(broken))
}
