//! Makes an expression of an element of a rule.

use super::element::Element;
use super::family::{Dialect, Family};
use super::leaf::known;
use super::{Rules, subject};
use crate::diagnostic::Code;
use crate::model::applicability::read::{self, Given, PREPENDED, Refused};
use crate::model::applicability::{Applicability, FileExists, Range};
use crate::model::expr::{DEPTH, Expr, LoopOf, Operator, Question, Reasons, Subject};
use crate::model::msi::code;
use crate::model::reason::Reason;
use crate::model::verdict::Answer;

/// The longest value of an attribute, in bytes.
const LONGEST: usize = 64 << 10;

/// Makes expressions of the elements of one section.
pub(super) struct Converter<'r> {
    pub(super) rules: &'r mut Rules,
    /// The name of the section.
    pub(super) path: &'r str,
    /// Whether the element stands in a loop.
    pub(super) in_loop: bool,
}

impl Converter<'_> {
    /// The expression of an element that is so deep in its rule.
    pub(super) fn rule(&mut self, element: &Element, depth: usize) -> Expr {
        // The rule of a package and the prerequisites stand above it.
        if depth > DEPTH - 4 {
            return self.unread(element, Code::RuleTooDeep, Reason::UnsupportedRule, "");
        }
        let Some(known) = known(&element.name) else {
            return self.unread(element, Code::RuleUnsupported, Reason::UnsupportedRule, "");
        };
        // What no schema has may stand in any name space.
        let anywhere = known.family == Family::Release && self.rules.dialect == Dialect::Namespaces;
        if element.family != Some(known.family) && !anywhere {
            return self.unread(element, Code::RuleFamilyMismatch, Reason::UnsupportedRule, "");
        }
        if let Some((name, _)) = element.given.iter().find(|(name, _)| !known.attributes.contains(name)) {
            let message = format!("`{name}`");
            return self.unread(element, Code::RuleUnknownAttribute, Reason::UnsupportedRule, &message);
        }
        if let Some((name, value)) = element.given.iter().find(|(_, value)| value.len() > LONGEST) {
            let message = format!("`{name}` has {} bytes", value.len());
            return self.unread(element, Code::AttributeTooLong, Reason::UnsupportedRule, &message);
        }
        match element.name.as_str() {
            "True" => Expr::Constant(Answer::TRUE),
            "False" => Expr::Constant(Answer::FALSE),
            "And" => self.combine(element, Operator::And, depth),
            "Or" => self.combine(element, Operator::Or, depth),
            "Not" => match element.below.as_slice() {
                [operand] => Expr::Not(Box::new(self.rule(operand, depth + 1))),
                _ => self.bad_arity(element),
            },
            "RegKeyLoop" => match self.go_through(element, depth) {
                Ok(expr) => expr,
                Err(refused) => self.refused(element, refused),
            },
            _ => match self.leaf(element) {
                Ok(expr) => expr,
                Err(refused) => self.refused(element, refused),
            },
        }
    }

    fn go_through(&mut self, element: &Element, depth: usize) -> Result<Expr, Refused> {
        let key = subject::registry_key(&element.given, self.in_loop)?;
        let word = element.given.required("TrueIf")?;
        let of = LoopOf::ALL.iter().find(|(_, name)| name.eq_ignore_ascii_case(word.trim()));
        let (of, _) = of.ok_or_else(|| Refused::Value("TrueIf", word.to_owned()))?;
        let [operand] = element.below.as_slice() else { return Ok(self.bad_arity(element)) };
        let outer = std::mem::replace(&mut self.in_loop, true);
        let body = Box::new(self.rule(operand, depth + 1));
        self.in_loop = outer;
        Ok(Expr::Loop { key, of: *of, body })
    }

    fn combine(&mut self, element: &Element, operator: Operator, depth: usize) -> Expr {
        if element.below.is_empty() {
            return self.bad_arity(element);
        }
        let operands = element.below.iter().map(|operand| self.rule(operand, depth + 1)).collect();
        Expr::Combine { operator, reasons: Reasons::Ranked, operands }
    }

    fn bad_arity(&mut self, element: &Element) -> Expr {
        let message = format!("{} operands", element.below.len());
        self.unread(element, Code::RuleBadArity, Reason::RuleError, &message)
    }

    /// A part that is not asked: reported, and kept as it is written.
    fn unread(&mut self, element: &Element, code: Code, reason: Reason, message: &str) -> Expr {
        let name = format!("{}/{}", self.path, element.name);
        self.rules.find(code, element.position, &name, message);
        Expr::Unread(reason, element.shown())
    }

    fn refused(&mut self, element: &Element, refused: Refused) -> Expr {
        let message = match refused {
            Refused::Missing(name) => format!("`{name}` is missing"),
            Refused::Value(name, value) => format!("`{name}` is `{value}`"),
            Refused::Nothing => "it compares nothing".to_owned(),
            Refused::Unsupported => {
                return self.unread(element, Code::RuleUnsupported, Reason::UnsupportedRule, "");
            }
        };
        self.unread(element, Code::RuleBadAttribute, Reason::RuleError, &message)
    }

    fn leaf(&mut self, element: &Element) -> Result<Expr, Refused> {
        let given = &element.given;
        let test = |subject, question| Expr::test(subject, question, element.position);
        Ok(match element.name.as_str() {
            "RegKeyExists" => {
                test(Subject::RegistryKey(subject::registry_key(given, self.in_loop)?), Question::Exists)
            }
            "RegValueExists" if given.get("Type").is_none() => {
                test(subject::registry_value(given, self.in_loop)?, Question::Exists)
            }
            name if name.starts_with("Reg") => {
                // Only the existence of a value may be asked without its name.
                if name != "RegValueExists" {
                    given.required("Value")?;
                }
                test(subject::registry_value(given, self.in_loop)?, self.registry(element)?)
            }
            name if name.ends_with(PREPENDED) => {
                given.required("Value")?;
                test(subject::registry_value(given, self.in_loop)?, ask(read::leaf(name, given)?))
            }
            name if name.starts_with("File") => return self.file(element),
            "WmiQuery" => return self.query(element),
            "MsiFeatureInstalledForProduct" => {
                self.parts(element, "Feature", "AllFeaturesRequired", |text| Some(text.to_owned()))?
            }
            "MsiComponentInstalledForProduct" => {
                self.parts(element, "Component", "AllComponentsRequired", code)?
            }
            "MsiPatchInstalled" | "MsiPatchInstallable" | "MsiPatchSuperseded" => return self.patch(element),
            "MsiApplicationInstalled" | "MsiApplicationInstallable" => return self.application(element),
            name if name.starts_with("Msi") => {
                let asked = match read::leaf(name, given)? {
                    Applicability::MsiProductInstalled(range) if range == Range::default() => {
                        Question::Exists
                    }
                    asked => ask(asked),
                };
                test(subject::product(given)?, asked)
            }
            "CbsPackageInstalled" | "CbsPackageInstallable" => return self.servicing(element),
            name => test(Subject::System, ask(read::leaf(name, given)?)),
        })
    }

    /// A leaf about the package of the metadata, which has no attributes of its own.
    fn servicing(&mut self, element: &Element) -> Result<Expr, Refused> {
        let Some(identity) = &self.rules.package else {
            let message = "the metadata names no package";
            return Ok(self.unread(element, Code::RuleUnsupported, Reason::UnsupportedRule, message));
        };
        let mut given = Given::default();
        given.add("PackageIdentity", identity.as_str());
        Ok(Expr::test(Subject::System, ask(read::leaf(&element.name, &given)?), element.position))
    }

    /// A leaf about the patch of the metadata.
    fn patch(&mut self, element: &Element) -> Result<Expr, Refused> {
        let asked = match (self.rules.installer.patch.clone(), element.name.as_str()) {
            (None, _) => return Ok(self.no_metadata(element)),
            (Some(patch), "MsiPatchInstalled") => {
                Applicability::MsiPatchInstalled(Box::new(patch?.of_targets()))
            }
            (Some(patch), "MsiPatchInstallable") => {
                Applicability::MsiPatchInstallable(Box::new(patch?.of_targets()))
            }
            (Some(patch), _) => Applicability::MsiPatchSuperseded(Box::new(patch?.of_replacements())),
        };
        Ok(Expr::test(Subject::System, ask(asked), element.position))
    }

    /// A leaf about the application of the metadata: whether it is there, or may be installed.
    fn application(&mut self, element: &Element) -> Result<Expr, Refused> {
        let Some(product) = self.rules.installer.product.clone() else {
            return Ok(self.no_metadata(element));
        };
        let subject = code(product.trim()).map(Subject::Msi);
        let subject = subject.ok_or(Refused::Value("ProductCode", product))?;
        let there = Expr::test(subject, Question::Exists, element.position);
        let is_asked = element.name == "MsiApplicationInstalled";
        Ok(if is_asked { there } else { Expr::Not(Box::new(there)) })
    }

    fn no_metadata(&mut self, element: &Element) -> Expr {
        let message = "there is no metadata that it is about";
        self.unread(element, Code::RuleUnsupported, Reason::UnsupportedRule, message)
    }

    fn registry(&self, element: &Element) -> Result<Question, Refused> {
        let mut asked = read::leaf(&element.name, &element.given)?;
        if let Applicability::RegSz(asked) = &mut asked {
            asked.exact = self.rules.exact;
        }
        Ok(ask(asked))
    }

    fn file(&mut self, element: &Element) -> Result<Expr, Refused> {
        let asked = match read::leaf(&element.name, &element.given)? {
            Applicability::FileExists(asked) if asked == FileExists::default() => Question::Exists,
            asked => ask(asked),
        };
        let Some(subject) = subject::file(&element.given)? else {
            let message = format!("`{}`", element.given.get("Csidl").unwrap_or(""));
            return Ok(self.unread(element, Code::CsidlUnmapped, Reason::NotCollected, &message));
        };
        Ok(Expr::test(subject, asked, element.position))
    }

    fn query(&mut self, element: &Element) -> Result<Expr, Refused> {
        let given = &element.given;
        let query = match subject::class(given)? {
            Ok(query) => query,
            Err(flawed) => {
                let message = format!("byte {}: {}", flawed.offset, flawed.what);
                return Ok(self.unread(element, Code::WqlUnsupported, Reason::UnsupportedRule, &message));
            }
        };
        for offset in &query.odd_escapes {
            let message = format!("byte {offset}");
            self.rules.find(Code::WqlOddEscape, element.position, &element.name, message);
        }
        let asked = ask(read::leaf(&element.name, given)?);
        Ok(Expr::test(subject::queried(given, &query), asked, element.position))
    }

    /// Any or all parts of any or all products.
    fn parts(
        &self,
        element: &Element,
        part: &'static str,
        all_parts: &'static str,
        normal: impl Fn(&str) -> Option<String>,
    ) -> Result<Expr, Refused> {
        let texts = |name: &str| {
            let named = element.below.iter().filter(|below| below.name == name);
            named.map(|below| below.text.trim().to_owned()).collect::<Vec<_>>()
        };
        let (parts, products) = (texts(part), texts("Product"));
        let (all_parts, all_products) =
            (element.given.flag(all_parts)?, element.given.flag("AllProductsRequired")?);
        let mut of_products = Vec::with_capacity(products.len());
        for product in &products {
            let bad = || Refused::Value("Product", product.clone());
            let subject = code(product).map(Subject::Msi).ok_or_else(bad)?;
            let mut asked = Vec::with_capacity(parts.len());
            for text in &parts {
                let normal = normal(text).ok_or_else(|| Refused::Value(part, text.clone()))?;
                let question = ask(part_question(part, &normal)?);
                asked.push(Expr::test(subject.clone(), question, element.position));
            }
            of_products.push(any_or_all(all_parts, asked));
        }
        if parts.is_empty() {
            return Err(Refused::Missing(part));
        }
        if products.is_empty() {
            return Err(Refused::Missing("Product"));
        }
        Ok(any_or_all(all_products, of_products))
    }
}

fn ask(asked: Applicability) -> Question {
    Question::Applicability(Box::new(asked))
}

fn part_question(part: &'static str, name: &str) -> Result<Applicability, Refused> {
    let mut given = Given::default();
    given.add(part, name);
    read::leaf(if part == "Feature" { "MsiFeature" } else { "MsiComponent" }, &given)
}

fn any_or_all(all: bool, operands: Vec<Expr>) -> Expr {
    let operator = if all { Operator::And } else { Operator::Or };
    Expr::Combine { operator, reasons: Reasons::Ranked, operands }
}
