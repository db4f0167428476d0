//! The explorer against the reports, and in a browser.

use std::collections::BTreeMap;
use std::io::Read;

use conformance::matrices;
use patchstate::archive::map::Bytes;
use patchstate::error::Result;
use patchstate::matrix::Matrix;
use patchstate::matrix::row::Row;
use patchstate::matrix::tables::{Client, Run, Update};
use patchstate::report::explorer::Explorer;
use serde_json::Value;

mod browser;
mod hostile;
mod numbers;
mod parts;
mod site;

/// The files that an explorer wrote.
struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    fn of(explorer: &Explorer<'_>) -> Result<Files> {
        let mut files = BTreeMap::new();
        let mut put = |path: &str, bytes: &[u8]| {
            assert!(files.insert(path.to_owned(), bytes.to_vec()).is_none(), "{path} is written twice");
            Ok(())
        };
        explorer.write_files(&mut put, &mut |_| ())?;
        Ok(Files(files))
    }

    /// What the script of a piece hands over.
    fn script(&self, name: &str) -> String {
        let bytes = self.0.get(&format!("data/{name}.js")).unwrap_or_else(|| panic!("{name} is there"));
        let text = String::from_utf8(bytes.clone()).expect("is UTF-8");
        let (kind, number) = name.split_once('-').expect("has a number");
        let head = format!("patchstate(\"{kind}\", {number}, ");
        text.strip_prefix(&head).and_then(|rest| rest.strip_suffix(");\n")).expect("is one call").to_owned()
    }

    /// The first piece.
    fn overview(&self) -> Value {
        serde_json::from_str(&self.script("overview-0")).expect("is JSON")
    }

    /// A piece that is packed: its object and its cells.
    fn packed(&self, name: &str) -> (Value, Vec<u8>) {
        let bytes = unpacked(self.script(name).trim_matches('"'));
        let end = bytes.iter().position(|byte| *byte == 0).expect("has an end of its object");
        (serde_json::from_slice(&bytes[..end]).expect("is JSON"), bytes[end + 1..].to_vec())
    }

    /// A column of a table, all its pieces together.
    fn column(&self, kind: &str, name: &str) -> Vec<Value> {
        let pieces = (0..).map(|number| format!("{kind}-{number}"));
        let there = pieces.take_while(|piece| self.0.contains_key(&format!("data/{piece}.js")));
        there.flat_map(|piece| self.packed(&piece).0[name].as_array().expect("is a column").clone()).collect()
    }

    /// All cells as the pieces of `kind` have them, in their order: verdict, reason and flags, or nothing.
    fn cells(&self, kind: &str) -> Vec<Option<[u64; 3]>> {
        let (words, _) = self.packed("cells-0");
        let width = self.overview()["layout"]["width"].as_u64().expect("is a number") as usize;
        let cell = |bytes: &[u8]| {
            let number = bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte));
            let words = words["cells"].as_array().expect("is a list").get(number.checked_sub(1)?);
            let words = words.expect("stands for a cell");
            Some([0, 1, 2].map(|at| words[at].as_u64().expect("is a number")))
        };
        let pieces = (0..).map(|number| format!("{kind}-{number}"));
        let there = pieces.take_while(|piece| self.0.contains_key(&format!("data/{piece}.js")));
        there.flat_map(|piece| self.packed(&piece).1.chunks(width).map(cell).collect::<Vec<_>>()).collect()
    }
}

/// What was deflated and written in base64.
fn unpacked(text: &str) -> Vec<u8> {
    let letter = |letter: u8| match letter {
        b'A'..=b'Z' => u32::from(letter - b'A'),
        b'a'..=b'z' => u32::from(letter - b'a') + 26,
        b'0'..=b'9' => u32::from(letter - b'0') + 52,
        b'+' => 62,
        b'/' => 63,
        _ => panic!("`{}` is no letter", char::from(letter)),
    };
    let mut packed = Vec::new();
    for four in text.trim_end_matches('=').as_bytes().chunks(4) {
        let number =
            four.iter().fold(0, |number, byte| number << 6 | letter(*byte)) << (6 * (4 - four.len()));
        packed.extend(&number.to_be_bytes()[1..four.len()]);
    }
    let mut bytes = Vec::new();
    flate2::read::DeflateDecoder::new(packed.as_slice()).read_to_end(&mut bytes).expect("is deflated");
    bytes
}

/// Numbers of a list.
fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().expect("is a list").iter().map(|it| it.as_u64().expect("is a number")).collect()
}

/// A matrix in memory.
fn held(bytes: &[u8]) -> Bytes {
    Bytes::copy(bytes)
}

/// Another matrix of some of the clients of `matrix`.
fn some(matrix: &Matrix<'_>, keep: impl Fn(usize) -> bool) -> Vec<u8> {
    let row = |at: usize| -> (Client, Row) {
        let cells: Vec<_> = matrix.row(at).collect();
        (matrix.clients[at].clone(), matrices::pack(&matrix.updates, &cells))
    };
    let clients: Vec<_> = (0..matrix.clients.len()).filter(|at| keep(*at)).map(row).collect();
    matrices::bytes(&matrix.run, &matrix.updates, &clients)
}

/// A matrix of these updates and clients.
fn made(updates: &[Update], clients: &[(Client, Row)]) -> Vec<u8> {
    matrices::bytes(&Run::default(), updates, clients)
}
