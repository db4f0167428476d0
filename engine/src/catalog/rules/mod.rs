//! Reads the applicability rules of Windows updates, which several catalog formats share.
//!
//! [`element`] holds an element with what stands below it, [`family`] knows in which name spaces elements
//! are known, [`convert`] makes an expression of one, and [`written`] counts what a catalog has of them.
//! Nothing that is not understood is dropped: it is Unknown, with the reason, and named.
//! Source of truth: `docs/rules.md`.

pub mod convert;
pub mod element;
pub mod family;
mod leaf;
pub mod metadata;
mod subject;
pub mod written;

use std::collections::BTreeSet;
use std::io::BufRead;

use convert::Converter;
use element::Element;
use family::Dialect;
use written::Written;

use crate::diagnostic::{Code, Diagnostics, Position};
use crate::error::Result;
use crate::model::applicability::patch::Patch;
use crate::model::expr::Expr;
use crate::xml::cursor::Cursor;

/// Reads the rules of one catalog.
#[derive(Debug)]
pub struct Rules {
    /// In which form elements are named.
    pub dialect: Dialect,
    /// Whether upper and lower case differ in texts of the registry.
    pub exact: bool,
    /// The identity of the package that the metadata of the update names.
    pub package: Option<String>,
    /// What the metadata of the update says of Windows Installer.
    pub installer: metadata::Installer,
    /// What the metadata of the current update says of a driver: (name, text).
    pub driver: Vec<(String, String)>,
    /// How many elements there may still be in the rules of the current update.
    left: usize,
    /// What the catalog knows of patches.
    pub patches: BTreeSet<Patch>,
    /// What is wrong with them.
    pub findings: Diagnostics,
    /// How many of them there are.
    pub written: Written,
}

impl Rules {
    /// Nothing is read yet.
    pub fn new(dialect: Dialect, exact: bool) -> Self {
        Rules {
            dialect,
            exact,
            package: None,
            installer: metadata::Installer::default(),
            driver: Vec::new(),
            left: element::MOST,
            patches: BTreeSet::new(),
            findings: Diagnostics::new(),
            written: Written::default(),
        }
    }

    /// Begins the rules of the next update.
    pub fn begin_update(&mut self) {
        self.written.begin_update();
        self.left = element::MOST;
        self.package = None;
        self.installer = metadata::Installer::default();
        self.driver.clear();
    }

    /// Reads a section of rules, at whose tag the cursor stands; an empty one is none.
    ///
    /// # Errors
    ///
    /// The document is not well-formed, or too large.
    pub fn section<R: BufRead>(&mut self, cursor: &mut Cursor<R>) -> Result<Option<Expr>> {
        let section = self.elements(cursor)?;
        Ok(self.convert(&section))
    }

    /// Reads the elements of a section, which may need what stands behind it.
    ///
    /// # Errors
    ///
    /// The document is not well-formed, or too large.
    pub fn elements<R: BufRead>(&mut self, cursor: &mut Cursor<R>) -> Result<Section> {
        let name = cursor.name().to_owned();
        let mut section = Section { name, position: cursor.position(), elements: Vec::new() };
        let depth = cursor.depth();
        let mut whole = Written::section();
        while let Some(tag) = cursor.child(depth)? {
            let element = Element::of(&tag, self.dialect);
            self.left = self.left.checked_sub(1).ok_or_else(|| element::too_many(element.position))?;
            let element = element.read(cursor, self.dialect, &mut self.left)?;
            self.written.count(&element, &mut whole);
            section.elements.push(element);
        }
        self.written.end_section(whole);
        Ok(section)
    }

    /// The expression of a section; an empty one is none.
    pub fn convert(&mut self, section: &Section) -> Option<Expr> {
        let mut converter = Converter { rules: self, path: &section.name, in_loop: false };
        let operands: Vec<Expr> = section.elements.iter().map(|element| converter.rule(element, 1)).collect();
        if operands.len() > 1 {
            self.find(Code::MultiRuleSection, section.position, &section.name, "");
        }
        (!operands.is_empty()).then(|| Expr::all_ranked(operands))
    }

    fn find(&mut self, code: Code, position: Position, element: &str, message: impl std::fmt::Display) {
        self.findings.push(code, position, element, message);
    }
}

/// The elements of a section of rules.
#[derive(Clone, Debug, Default)]
pub struct Section {
    name: String,
    position: Position,
    elements: Vec<Element>,
}
