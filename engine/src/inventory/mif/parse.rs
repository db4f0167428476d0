//! The blocks of a file: components, groups with attributes, tables with rows.
//!
//! Blocks that state nothing (paths, enumerations) are passed over; all blocks must end where they should.

use std::borrow::Cow;

use ahash::AHashMap;

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::inventory::lines::shown;
use crate::inventory::sink::error;
use crate::inventory::{MAX_FACTS, MAX_TEXT};
use crate::model::fact::Text;

use super::token::{Token, Tokens};

/// How deep blocks may stand in each other.
const DEPTH: usize = 64;

/// A file.
#[derive(Debug, Default)]
pub(super) struct Document<'a> {
    pub(super) groups: Vec<Group<'a>>,
    /// Groups and rows in the order of the file.
    pub(super) entries: Vec<Entry<'a>>,
}

/// Something that the file lists.
#[derive(Debug)]
pub(super) enum Entry<'a> {
    /// The group of this number.
    Group(usize),
    Row(Row<'a>),
    /// Something of which nothing can be said; where and what.
    Lost(usize, &'static str),
}

/// A group of attributes.
#[derive(Debug, Default)]
pub(super) struct Group<'a> {
    pub(super) offset: usize,
    pub(super) class: Text<'a>,
    pub(super) attributes: Vec<Attribute<'a>>,
    /// Whether rows of a table are its instances.
    pub(super) has_table: bool,
}

/// An attribute.
#[derive(Debug, Default)]
pub(super) struct Attribute<'a> {
    pub(super) name: Text<'a>,
    pub(super) value: Option<Text<'a>>,
    /// Whether its type is one of numbers.
    pub(super) is_number: bool,
}

/// A row of a table.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) offset: usize,
    /// The number of its group.
    pub(super) group: usize,
    /// The values in the order of the attributes; one that is left out is None.
    pub(super) values: Vec<Option<Text<'a>>>,
}

/// A block that is open.
#[derive(Debug)]
struct Block<'a> {
    kind: Kind,
    name: &'a str,
    offset: usize,
    /// The class of a group.
    class: Text<'a>,
    /// The group that says what the rows of a table mean.
    group: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Group,
    Attribute,
    Table,
    Other,
}

impl Kind {
    fn of(name: &str) -> Kind {
        let known = [("Group", Kind::Group), ("Attribute", Kind::Attribute), ("Table", Kind::Table)];
        let found = known.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or(Kind::Other, |(_, kind)| kind)
    }
}

impl<'a> Document<'a> {
    /// Takes a file apart; places in errors are offsets into the text.
    ///
    /// # Errors
    ///
    /// A block does not end or another one ends in its place, a statement is none, or a limit is exceeded.
    pub(super) fn parse(text: &'a str) -> Result<Self> {
        let mut parser = Parser {
            tokens: Tokens::of(text),
            document: Document::default(),
            open: Vec::new(),
            group: None,
            attribute: Attribute::default(),
            classes: AHashMap::new(),
            values: 0,
        };
        while parser.statement()? {}
        match parser.open.last() {
            Some(block) => {
                let message = format!("`Start {}` does not end", shown(block.name));
                Err(error(Code::NotWellFormed, block.offset, message))
            }
            None => Ok(parser.document),
        }
    }
}

struct Parser<'a> {
    tokens: Tokens<'a>,
    document: Document<'a>,
    open: Vec<Block<'a>>,
    /// The group that is open.
    group: Option<Group<'a>>,
    attribute: Attribute<'a>,
    /// The last group of each class, by its name in lower case.
    classes: AHashMap<String, usize>,
    /// How many groups, attributes and values there are.
    values: usize,
}

impl<'a> Parser<'a> {
    /// Reads a statement: the start or end of a block, an assignment, a row. Gives whether there is one.
    fn statement(&mut self) -> Result<bool> {
        let Some((offset, token)) = self.tokens.next()? else { return Ok(false) };
        match token {
            Token::Word(_) if token.is_word("Start") => self.start(offset)?,
            Token::Word(_) if token.is_word("End") => self.end(offset)?,
            Token::Word(name) => self.assignment(name, offset)?,
            Token::Mark(b'{') => self.row(offset)?,
            Token::Text(text) => return Err(unexpected(offset, text)),
            Token::Mark(mark) => return Err(unexpected(offset, &char::from(mark).to_string())),
        }
        Ok(true)
    }

    fn start(&mut self, offset: usize) -> Result<()> {
        let name = self.block_name(offset)?;
        if self.open.len() >= DEPTH {
            return Err(error(Code::TooLarge, offset, format!("blocks are nested deeper than {DEPTH}")));
        }
        let kind = match (Kind::of(name), self.open.last().map(|block| block.kind)) {
            (Kind::Group, _) if self.group.is_some() => return Err(misplaced(offset, name)),
            (Kind::Attribute, around) if around != Some(Kind::Group) => return Err(misplaced(offset, name)),
            (kind, _) => kind,
        };
        match kind {
            Kind::Group => self.group = Some(Group { offset, ..Group::default() }),
            Kind::Attribute => self.attribute = Attribute::default(),
            Kind::Table | Kind::Other => {}
        }
        self.open.push(Block { kind, name, offset, class: Text::default(), group: None });
        Ok(())
    }

    fn end(&mut self, offset: usize) -> Result<()> {
        let name = self.block_name(offset)?;
        let Some(block) = self.open.pop() else {
            return Err(error(Code::NotWellFormed, offset, format!("`End {}` ends nothing", shown(name))));
        };
        if !block.name.eq_ignore_ascii_case(name) {
            let message = format!("`End {}` where `End {}` should be", shown(name), shown(block.name));
            return Err(error(Code::NotWellFormed, offset, message));
        }
        match block.kind {
            Kind::Attribute => self.end_attribute(offset),
            Kind::Group => self.end_group(block),
            Kind::Table | Kind::Other => Ok(()),
        }
    }

    fn end_attribute(&mut self, offset: usize) -> Result<()> {
        self.count(offset, 1)?;
        let attribute = std::mem::take(&mut self.attribute);
        if let Some(group) = &mut self.group {
            group.attributes.push(attribute);
        }
        Ok(())
    }

    fn end_group(&mut self, block: Block<'a>) -> Result<()> {
        self.count(block.offset, 1)?;
        let Some(group) = self.group.take() else { return Ok(()) };
        if block.class.is_empty() {
            self.document.entries.push(Entry::Lost(block.offset, "a group without a class"));
            return Ok(());
        }
        let number = self.document.groups.len();
        self.classes.insert(block.class.to_ascii_lowercase(), number);
        self.document.entries.push(Entry::Group(number));
        self.document.groups.push(Group { class: block.class, ..group });
        Ok(())
    }

    /// The name behind `Start` or `End`.
    fn block_name(&mut self, offset: usize) -> Result<&'a str> {
        match self.tokens.next()? {
            Some((_, Token::Word(name))) => Ok(name),
            Some(_) | None => Err(error(Code::NotWellFormed, offset, "a block without a name")),
        }
    }

    /// Reads `name = value`.
    fn assignment(&mut self, name: &'a str, offset: usize) -> Result<()> {
        if self.tokens.next()?.map(|(_, token)| token) != Some(Token::Mark(b'=')) {
            return Err(unexpected(offset, name));
        }
        let Some(depth) = self.open.len().checked_sub(1) else { return Err(unexpected(offset, name)) };
        // A value may begin a block.
        let value = self.value(offset)?;
        let Some(block) = self.open.get_mut(depth) else { return Err(unexpected(offset, name)) };
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match block.kind {
            Kind::Group if is("Class") => block.class = value,
            Kind::Table if is("Class") => {
                block.group = self.classes.get(&value.to_ascii_lowercase()).copied();
            }
            Kind::Attribute if is("Name") => self.attribute.name = value,
            Kind::Attribute if is("Value") => self.attribute.value = Some(value),
            Kind::Attribute if is("Type") => self.attribute.is_number = is_number(&value),
            Kind::Group | Kind::Table | Kind::Attribute | Kind::Other => {}
        }
        Ok(())
    }

    /// Reads a value: strings, which are joined, or a word with what stands in brackets or behind commas.
    fn value(&mut self, offset: usize) -> Result<Text<'a>> {
        match self.tokens.next()? {
            Some((_, Token::Text(text))) => self.strings(text, offset),
            // The type of an attribute may be an enumeration of its own.
            Some((place, token)) if token.is_word("Start") => {
                self.start(place)?;
                Ok(Text::default())
            }
            Some((_, Token::Word(word))) => {
                while let Some(Token::Mark(mark @ (b'(' | b','))) = self.tokens.peek()? {
                    let closes = mark == b'(';
                    self.tokens.next()?;
                    self.tokens.next()?;
                    if closes && self.tokens.peek()? == Some(Token::Mark(b')')) {
                        self.tokens.next()?;
                    }
                }
                Ok(word.into())
            }
            Some(_) | None => Err(error(Code::NotWellFormed, offset, "an assignment without a value")),
        }
    }

    /// Joins strings that follow each other.
    fn strings(&mut self, first: &'a str, offset: usize) -> Result<Text<'a>> {
        let mut joined = Cow::Borrowed(first);
        while let Some(Token::Text(more)) = self.tokens.peek()? {
            self.tokens.next()?;
            if joined.len() + more.len() > MAX_TEXT {
                return Err(error(Code::TooLarge, offset, format!("a value of more than {MAX_TEXT} bytes")));
            }
            joined.to_mut().push_str(more);
        }
        Ok(joined)
    }

    /// Reads `{value, value, …}`.
    fn row(&mut self, offset: usize) -> Result<()> {
        let Some(table) = self.open.last().filter(|block| block.kind == Kind::Table) else {
            return Err(unexpected(offset, "{"));
        };
        let group = table.group;
        let mut values = vec![None];
        loop {
            self.count(offset, 1)?;
            let Some((place, token)) = self.tokens.next()? else {
                return Err(error(Code::NotWellFormed, offset, "a row does not end"));
            };
            match token {
                Token::Mark(b'}') => break,
                Token::Mark(b',') => values.push(None),
                Token::Mark(mark) => return Err(unexpected(place, &char::from(mark).to_string())),
                Token::Word(word) => put(&mut values, word.into(), place)?,
                Token::Text(text) => {
                    let text = self.strings(text, place)?;
                    put(&mut values, text, place)?;
                }
            }
        }
        let entry = match group.and_then(|number| Some((number, self.document.groups.get_mut(number)?))) {
            Some((group, described)) => {
                described.has_table = true;
                // What a row leaves out it has from its group.
                let all = described.attributes.len();
                self.count(offset, all)?;
                Entry::Row(Row { offset, group, values })
            }
            None => Entry::Lost(offset, "a row that no group describes"),
        };
        self.document.entries.push(entry);
        Ok(())
    }

    /// Counts groups, attributes and values, of which there may be only so many.
    fn count(&mut self, offset: usize, more: usize) -> Result<()> {
        self.values = self.values.saturating_add(more);
        if self.values > MAX_FACTS as usize {
            let message = format!("more than {MAX_FACTS} groups, attributes and values");
            return Err(error(Code::TooLarge, offset, message));
        }
        Ok(())
    }
}

/// Puts a value in the place that is open.
fn put<'a>(values: &mut [Option<Text<'a>>], value: Text<'a>, place: usize) -> Result<()> {
    match values.last_mut() {
        Some(open @ None) => {
            *open = Some(value);
            Ok(())
        }
        Some(Some(_)) | None => Err(unexpected(place, &value)),
    }
}

/// Whether a type is one of numbers.
fn is_number(kind: &str) -> bool {
    ["Int", "Integer", "Int64", "Integer64", "Counter", "Counter64", "Gauge"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(kind))
}

#[cold]
fn unexpected(offset: usize, what: &str) -> Error {
    error(Code::NotWellFormed, offset, format!("`{}` is not expected here", shown(what)))
}

#[cold]
fn misplaced(offset: usize, name: &str) -> Error {
    error(Code::NotWellFormed, offset, format!("`Start {}` stands where it cannot", shown(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file lists, in short.
    fn listed(text: &str) -> std::result::Result<Vec<String>, (Code, u64)> {
        let document = Document::parse(text)
            .map_err(|error| (error.code(), error.position().map_or(0, |place| place.offset)))?;
        let value = |value: &Option<Text<'_>>| value.as_deref().unwrap_or("-").to_owned();
        let shown = |entry: &Entry<'_>| match entry {
            Entry::Group(number) => {
                let group = &document.groups[*number];
                let values: Vec<_> = group.attributes.iter().map(|one| value(&one.value)).collect();
                format!(
                    "{}: {}{}",
                    group.class,
                    values.join(" "),
                    if group.has_table { " table" } else { "" }
                )
            }
            Entry::Row(row) => {
                let values: Vec<_> = row.values.iter().map(value).collect();
                format!("{} row: {}", row.group, values.join(" "))
            }
            Entry::Lost(_, what) => (*what).to_owned(),
        };
        Ok(document.entries.iter().map(shown).collect())
    }

    #[test]
    fn blocks_are_listed_in_order() {
        let text = "start component\n Name = \"a\"\nStart Group Name = \"g\" ID = 1 Class = \"A|B|1\" Key = 1,2\n\
            Start Attribute Name = \"x\" ID = 1 Type = Start Enum 0 = \"No\" End Enum Value = \"a\" \"b\"\n\
            End Attribute Start Attribute Name = \"y\" Type = String(8) end attribute End Group\n\
            Start Table Class = \"a|b|1\" ID = 1 {\"1\",2}{,\"3\" \"4\"}{} End Table\n\
            Start Table Class = \"none\" {1} End Table\n\
            Start Group End Group\nEnd Component";
        let expect = [
            "A|B|1: ab - table",
            "0 row: 1 2",
            "0 row: - 34",
            "0 row: -",
            "a row that no group describes",
            "a group without a class",
        ];
        assert_eq!(listed(text).unwrap(), expect);
    }

    #[test]
    fn what_is_no_such_file_has_a_place() {
        let check =
            |text: &str, code: Code, place: u64| assert_eq!(listed(text), Err((code, place)), "{text}");
        check("Start A End B", Code::NotWellFormed, 8);
        check("End A", Code::NotWellFormed, 0);
        check(" Start A", Code::NotWellFormed, 1);
        check("Start A Start", Code::NotWellFormed, 8);
        check("Start Attribute", Code::NotWellFormed, 0);
        check("Start Group Start Group", Code::NotWellFormed, 12);
        check("x = 1", Code::NotWellFormed, 0);
        check("Start A x 1", Code::NotWellFormed, 8);
        check("Start A x =", Code::NotWellFormed, 8);
        check("Start A { 1 }", Code::NotWellFormed, 8);
        check("Start Table { 1 2 }", Code::NotWellFormed, 16);
        check("Start Table { 1", Code::NotWellFormed, 12);
        check("\"a\"", Code::NotWellFormed, 0);
        check(&"Start A ".repeat(65), Code::TooLarge, 64 * 8);
    }
}
