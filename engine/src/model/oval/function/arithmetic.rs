//! Adds and multiplies numbers.

use super::Fault;
use crate::model::oval::value::numbers::{float, int};
use crate::model::oval::value::{self, Datatype};

/// The places after the point that OpenSCAP prints.
const PLACES: usize = 6;

/// What is done to the operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// Their sum.
    Add,
    /// Their product.
    Multiply,
}

impl Arithmetic {
    /// The word of the standard.
    pub fn name(self) -> &'static str {
        match self {
            Arithmetic::Add => "add",
            Arithmetic::Multiply => "multiply",
        }
    }

    /// Finds the operation of a word of the standard.
    pub fn find(name: &str) -> Option<Arithmetic> {
        [Arithmetic::Add, Arithmetic::Multiply].into_iter().find(|arithmetic| arithmetic.name() == name)
    }
}

/// An operand in the form in which it is counted.
#[derive(Clone, Copy)]
enum Number {
    Int(i128),
    Float(f64),
}

/// Adds or multiplies operands, each with the datatype it has.
///
/// The result is an integer unless an operand is a float. An operand that is neither an int nor a float
/// is what its text looks like.
///
/// ```
/// use patchstate::model::oval::function::{Arithmetic, arithmetic};
/// use patchstate::model::oval::value::Datatype::{Float, Int};
///
/// assert_eq!(arithmetic(Arithmetic::Multiply, &[(Int, "6"), (Int, "7")])?, "42");
/// assert_eq!(arithmetic(Arithmetic::Add, &[(Int, "2"), (Float, "1.5")])?, "3.500000");
/// # Ok::<(), patchstate::model::oval::function::Fault>(())
/// ```
///
/// # Errors
///
/// An operand is no number, there is none, or an integer has more than 128 bits.
pub fn arithmetic(operation: Arithmetic, operands: &[(Datatype, &str)]) -> Result<String, Fault> {
    let mut result: Option<Number> = None;
    for (datatype, text) in operands {
        let number = read(*datatype, text)?;
        result = Some(match result {
            None => number,
            Some(before) => apply(operation, before, number)?,
        });
    }
    match result.ok_or(Fault::NotANumber)? {
        Number::Int(number) => Ok(number.to_string()),
        Number::Float(number) => Ok(print(number)),
    }
}

fn read(datatype: Datatype, text: &str) -> Result<Number, Fault> {
    let as_int = int(text).map(Number::Int);
    let number = if datatype == Datatype::Int {
        as_int
    } else if datatype == Datatype::Float || as_int.is_err_and(|fault| fault == value::Fault::NotOfType) {
        float(text).map(Number::Float)
    } else {
        as_int
    };
    let is_range = |fault| fault == value::Fault::IntRange;
    number.map_err(|fault| if is_range(fault) { Fault::IntRange } else { Fault::NotANumber })
}

fn apply(operation: Arithmetic, a: Number, b: Number) -> Result<Number, Fault> {
    if let (Number::Int(a), Number::Int(b)) = (a, b) {
        let number = match operation {
            Arithmetic::Add => a.checked_add(b),
            Arithmetic::Multiply => a.checked_mul(b),
        };
        return number.map(Number::Int).ok_or(Fault::IntRange);
    }
    let (a, b) = (a.to_float(), b.to_float());
    Ok(Number::Float(match operation {
        Arithmetic::Add => a + b,
        Arithmetic::Multiply => a * b,
    }))
}

impl Number {
    fn to_float(self) -> f64 {
        match self {
            Number::Int(number) => number as f64,
            Number::Float(number) => number,
        }
    }
}

/// Prints a float with six places, as OpenSCAP does, or with all it needs where those would lose it.
fn print(number: f64) -> String {
    if number.is_infinite() {
        return String::from(if number > 0.0 { "INF" } else { "-INF" });
    }
    let short = format!("{number:.PLACES$}");
    let kept = short.parse::<f64>().is_ok_and(|read| (read - number).abs() <= number.abs() * 1e-12);
    if kept || number.is_nan() { short } else { number.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Datatype::{Float, Int, String as Text};

    type Row<'a> = (Arithmetic, &'a [(Datatype, &'a str)], Result<&'a str, Fault>);

    #[test]
    fn numbers_are_added_and_multiplied() {
        let max = i128::MAX.to_string();
        let rows: [Row<'_>; 18] = [
            (Arithmetic::Add, &[(Int, "1"), (Int, "2"), (Int, "-7")], Ok("-4")),
            (Arithmetic::Multiply, &[(Int, "2"), (Int, "3"), (Int, "4")], Ok("24")),
            (Arithmetic::Add, &[(Int, "+01")], Ok("1")),
            (Arithmetic::Add, &[(Float, "1"), (Int, "2")], Ok("3.000000")),
            (Arithmetic::Multiply, &[(Float, "0.1"), (Float, "3")], Ok("0.300000")),
            (Arithmetic::Add, &[(Text, "1"), (Text, "2")], Ok("3")),
            (Arithmetic::Add, &[(Text, "1.5"), (Text, "2")], Ok("3.500000")),
            (Arithmetic::Add, &[(Float, "1e10"), (Float, "1e10")], Ok("20000000000.000000")),
            (Arithmetic::Add, &[(Float, "0.000000123"), (Int, "0")], Ok("0.000000123")),
            (Arithmetic::Multiply, &[(Float, "1e300"), (Float, "1e300")], Ok("INF")),
            (Arithmetic::Multiply, &[(Float, "-INF"), (Int, "2")], Ok("-INF")),
            (Arithmetic::Multiply, &[(Float, "INF"), (Int, "0")], Ok("NaN")),
            (Arithmetic::Add, &[(Int, &max), (Int, "1")], Err(Fault::IntRange)),
            (Arithmetic::Multiply, &[(Int, &max), (Int, "-2")], Err(Fault::IntRange)),
            (Arithmetic::Add, &[(Int, "1.0"), (Int, "1")], Err(Fault::NotANumber)),
            (Arithmetic::Add, &[(Text, "a"), (Int, "1")], Err(Fault::NotANumber)),
            (Arithmetic::Add, &[(Int, "1"), (Float, "")], Err(Fault::NotANumber)),
            (Arithmetic::Add, &[], Err(Fault::NotANumber)),
        ];
        for (operation, operands, expected) in rows {
            assert_eq!(
                arithmetic(operation, operands).as_deref(),
                expected.as_ref().copied(),
                "{operands:?}"
            );
        }
    }
}
