//! Pieces of data as scripts: an object, and packed behind it cells.
//!
//! A page that was opened from disk cannot fetch files, but it can add a script element; so a piece is a
//! script that hands itself over. What is packed is deflated and written in base64, which holds no character
//! that means something to a page or to a script. Source of truth: `docs/explorer.md`, "Files".

use flate2::{Compress, Compression, FlushCompress, Status};

use crate::diagnostic::Code;
use crate::error::{Error, Result};
use crate::render::Json;

/// A piece of data: its kind, its number among those of the kind, and its text.
pub(super) struct Chunk {
    pub(super) kind: &'static str,
    pub(super) number: usize,
    pub(super) body: Body,
}

/// The text of a piece.
pub(super) enum Body {
    /// An object, written so that it is the same to a script and inside a page.
    Object(Vec<u8>),
    /// What was packed, in base64.
    Packed(Vec<u8>),
}

impl Chunk {
    /// A piece that is one object, for what is read at once and by people.
    pub(super) fn object(
        kind: &'static str,
        number: usize,
        members: impl FnOnce(&mut Json<'_>),
    ) -> Result<Chunk> {
        Ok(Chunk { kind, number, body: Body::Object(escaped(&object(members)?)) })
    }

    /// A piece that is an object and cells, packed: the object, a zero byte, the cells.
    pub(super) fn packed(
        kind: &'static str,
        number: usize,
        members: impl FnOnce(&mut Json<'_>),
        cells: &[u8],
    ) -> Result<Chunk> {
        let mut bytes = object(members)?;
        bytes.push(0);
        bytes.extend(cells);
        Ok(Chunk { kind, number, body: Body::Packed(base64(&deflated(&bytes)?)) })
    }

    /// The name of its file, or of its element in a page.
    pub(super) fn name(&self) -> String {
        format!("{}-{}", self.kind, self.number)
    }

    /// The script that hands it over.
    pub(super) fn script(&self) -> Vec<u8> {
        let mut out = format!("patchstate(\"{}\", {}, ", self.kind, self.number).into_bytes();
        match &self.body {
            Body::Object(text) => out.extend(text.trim_ascii()),
            Body::Packed(text) => {
                out.push(b'"');
                out.extend(text);
                out.push(b'"');
            }
        }
        out.extend(b");\n");
        out
    }
}

fn object(members: impl FnOnce(&mut Json<'_>)) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut json = Json::new(&mut out);
    json.object(members);
    json.finish()?;
    Ok(out)
}

/// Writes JSON so that it ends no element and no line of a script: what is escaped stands in strings only.
fn escaped(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len());
    let mut rest = json;
    while let Some((first, after)) = rest.split_first() {
        let (text, length): (&[u8], usize) = match rest {
            [b'<', ..] => (b"\\u003c", 1),
            [b'>', ..] => (b"\\u003e", 1),
            [b'&', ..] => (b"\\u0026", 1),
            [0xe2, 0x80, 0xa8, ..] => (b"\\u2028", 3),
            [0xe2, 0x80, 0xa9, ..] => (b"\\u2029", 3),
            _ => {
                out.push(*first);
                rest = after;
                continue;
            }
        };
        out.extend(text);
        rest = &rest[length..];
    }
    out
}

/// Deflates without a header. The same bytes on any machine: only the hash of strings could differ, and the
/// crate has one.
fn deflated(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len() / 2 + 1024);
    let mut packer = Compress::new(Compression::default(), false);
    loop {
        let read = usize::try_from(packer.total_in()).unwrap_or(usize::MAX);
        let rest = bytes.get(read..).unwrap_or_default();
        let status = packer.compress_vec(rest, &mut out, FlushCompress::Finish);
        match status {
            Ok(Status::StreamEnd) => return Ok(out),
            Ok(Status::Ok | Status::BufError) => out.reserve(out.capacity().max(1024)),
            Err(error) => return Err(Error::new(Code::Io, format!("packing failed: {error}"))),
        }
    }
}

/// Writes bytes in the letters of RFC 4648.
pub(super) fn base64(bytes: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let number = byte(0) << 16 | byte(1) << 8 | byte(2);
        let letters = [18, 12, 6, 0].map(|shift| LETTERS[(number >> shift & 63) as usize]);
        let there = three.len() + 1;
        out.extend(&letters[..there]);
        out.extend(std::iter::repeat_n(b'=', 4 - there));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        let check = |text: &str, expect: &str| {
            assert_eq!(String::from_utf8_lossy(&base64(text.as_bytes())), expect, "{text}");
        };
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foobar", "Zm9vYmFy");
        check("\u{0}\u{7ff}?>", "AN+/Pz4=");
    }

    #[test]
    fn an_object_ends_no_element_and_no_line() {
        let text = "</script><!-- & \u{2028}\u{2029} \u{2030} \"\\";
        let chunk = Chunk::object("overview", 0, |json| json.key("name").text(text)).expect("is written");
        let script = String::from_utf8(chunk.script()).expect("is UTF-8");
        assert!(!script.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) && script.contains('\u{2030}'));
        let json = script.trim_start_matches("patchstate(\"overview\", 0, ").trim_end_matches(");\n");
        let value: serde_json::Value = serde_json::from_str(json).expect("is JSON");
        assert_eq!(value["name"], text);
    }

    #[test]
    fn what_is_packed_comes_out_whole() {
        let cells: Vec<u8> = (0..100_000u32).map(|at| (at.wrapping_mul(at) >> 3) as u8).collect();
        let packed = deflated(&cells).expect("is packed");
        let mut out = vec![0; cells.len()];
        let mut unpack = flate2::Decompress::new(false);
        unpack.decompress(&packed, &mut out, flate2::FlushDecompress::Finish).expect("is deflated");
        assert_eq!(out, cells);
    }
}
