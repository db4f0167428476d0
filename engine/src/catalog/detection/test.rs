//! Turns the tests of a detection table into expressions.

use crate::catalog::node::Node;
use crate::error::Result;
use crate::model::expr::{Comparison, Expr, Operand, OsField, Question, Subject};
use crate::model::hotfix;
use crate::model::msi;
use crate::model::path;
use crate::model::product::folded;
use crate::model::registry::{self, View};
use crate::version::dotted::Version;

/// Reads a test or a combinator.
pub(super) fn expr(node: &Node) -> Result<Expr> {
    let leaf = match node.name.as_str() {
        "all" => return Ok(Expr::all(operands(node)?)),
        "any" => return Ok(Expr::any(operands(node)?)),
        "not" => {
            node.only_attributes(&[])?;
            let [operand] = node.children.as_slice() else {
                return Err(node.error("`not` holds exactly one test"));
            };
            return Ok(Expr::Not(Box::new(expr(operand)?)));
        }
        "os" => os(node)?,
        "registry" => registry_value(node)?,
        "file" => file(node)?,
        "msi" => msi(node)?,
        "hotfix" => hotfix_id(node)?,
        "product" => product(node)?,
        other => return Err(node.error(format!("`{other}` is no test"))),
    };
    node.only_children(0)?;
    let (subject, question) = leaf;
    Ok(Expr::test(subject, question, node.position))
}

type Leaf = (Subject, Question);

fn operands(node: &Node) -> Result<Vec<Expr>> {
    node.only_attributes(&[])?;
    if node.children.is_empty() {
        return Err(node.error(format!("`{}` holds at least one test", node.name)));
    }
    node.children.iter().map(expr).collect()
}

fn os(node: &Node) -> Result<Leaf> {
    node.only_attributes(&["field", "op", "value"])?;
    let name = node.attribute("field")?;
    let Some(field) = OsField::find(name) else {
        return Err(node.error(format!("`{name}` is no attribute of `os`")));
    };
    let comparison = comparison(node)?;
    let operand = operand(node, comparison, node.attribute("value")?)?;
    Ok((Subject::Os(field), Question::Compare(comparison, operand)))
}

fn registry_value(node: &Node) -> Result<Leaf> {
    node.only_attributes(&["key", "value", "op", "data"])?;
    let key = registry::normal_key(node.attribute("key")?, View::Native);
    let mut name = String::new();
    path::fold_text(node.attribute("value")?, &mut name);
    let question = question(node, "data", operand)?;
    Ok((Subject::RegistryValue { key, name }, question))
}

fn file(node: &Node) -> Result<Leaf> {
    node.only_attributes(&["path", "op", "version"])?;
    let path = path::normal(node.attribute("path")?);
    Ok((Subject::File(path), question(node, "version", version)?))
}

fn msi(node: &Node) -> Result<Leaf> {
    node.only_attributes(&["product", "op", "version"])?;
    let code = msi::normal_code(node.attribute("product")?);
    Ok((Subject::Msi(code), question(node, "version", version)?))
}

fn hotfix_id(node: &Node) -> Result<Leaf> {
    node.only_attributes(&["id"])?;
    let text = node.attribute("id")?;
    match hotfix::id(text) {
        Some(id) => Ok((Subject::Hotfix(id), Question::Exists)),
        None => Err(node.error(format!("`{text}` is no hotfix id"))),
    }
}

fn product(node: &Node) -> Result<Leaf> {
    node.only_attributes(&["name"])?;
    Ok((Subject::Product(folded(node.attribute("name")?)), Question::Exists))
}

/// What a test asks: existence without `op`, else a comparison with the attribute `with`.
fn question(
    node: &Node,
    with: &str,
    operand: fn(&Node, Comparison, &str) -> Result<Operand>,
) -> Result<Question> {
    if node.find("op").is_none() {
        return match node.find(with) {
            None => Ok(Question::Exists),
            Some(_) => Err(node.error(format!("`{with}` stands without `op`"))),
        };
    }
    let comparison = comparison(node)?;
    Ok(Question::Compare(comparison, operand(node, comparison, node.attribute(with)?)?))
}

fn comparison(node: &Node) -> Result<Comparison> {
    let name = node.attribute("op")?;
    Comparison::find(name).ok_or_else(|| node.error(format!("`{name}` is no `op`")))
}

/// What a value is compared with.
///
/// A dotted version is compared as one, whatever the operator. Everything else is text for `eq`, `ne`
/// and `contains`, where numbers are equal however they are written, and a number for the others.
fn operand(node: &Node, comparison: Comparison, text: &str) -> Result<Operand> {
    let version = Version::parse(text).filter(|_| text.contains(['.', ',']));
    let (number, as_text) = (registry::number(text), || Operand::Text(folded(text)));
    match (comparison, version) {
        (Comparison::Contains, _) => Ok(as_text()),
        (_, Some(version)) => Ok(Operand::Version(version)),
        (Comparison::Eq | Comparison::Ne, None) => Ok(as_text()),
        (Comparison::Ge | Comparison::Gt | Comparison::Le | Comparison::Lt, None) => match number {
            Some(number) => Ok(Operand::Number(number)),
            None => Err(node.error(format!(
                "`{text}` is neither a number nor a version, as `op=\"{}\"` needs one",
                comparison.name()
            ))),
        },
    }
}

/// What a file or a product is compared with: always a version.
fn version(node: &Node, comparison: Comparison, text: &str) -> Result<Operand> {
    if comparison == Comparison::Contains {
        return Err(node.error("`contains` compares text, not versions"));
    }
    match Version::parse(text) {
        Some(version) => Ok(Operand::Version(version)),
        None => Err(node.error(format!("`{text}` is no version"))),
    }
}
