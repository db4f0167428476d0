//! Compares a file of a repository with what its index says of it, while it is read.
//!
//! Knows checksums and sizes; knows nothing of where the file is. Source of truth:
//! `docs/updateinfo.md`, "Finding the file".

use std::io::{self, BufRead, Read, Write};

use sha1::Sha1;
use sha2::digest::DynDigest;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// What an index says of a sequence of bytes; empty where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stated {
    /// How the checksum is made: `sha256`.
    pub(super) kind: String,
    /// The checksum, in hexadecimal digits.
    pub(super) checksum: String,
    /// The number of bytes.
    pub(super) size: String,
}

impl Stated {
    pub(super) fn is_empty(&self) -> bool {
        self.checksum.is_empty() && self.size.is_empty()
    }
}

/// A sequence of bytes that is being compared; they are written to it.
pub(super) struct Check<'s> {
    stated: &'s Stated,
    digest: Option<Box<dyn DynDigest + Send>>,
    bytes: u64,
}

impl<'s> Check<'s> {
    pub(super) fn new(stated: &'s Stated) -> Self {
        let digest = if stated.checksum.is_empty() { None } else { digest(&stated.kind) };
        Check { stated, digest, bytes: 0 }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        if let Some(digest) = &mut self.digest {
            digest.update(bytes);
        }
    }

    /// Compares what went by, which is called `what`.
    ///
    /// # Errors
    ///
    /// It does not fit: in which way, in words.
    pub(super) fn finish(self, what: &str) -> Result<(), String> {
        let Check { stated: Stated { kind, checksum, size }, digest, bytes } = self;
        if !size.is_empty() && size.parse() != Ok(bytes) {
            return Err(format!("{what} has {bytes} bytes, `{size}` are stated"));
        }
        if checksum.is_empty() {
            return Ok(());
        }
        let Some(digest) = digest else {
            return Err(format!("the {kind} checksum of {what} cannot be computed here"));
        };
        let found = hexadecimal(&digest.finalize());
        if found.eq_ignore_ascii_case(checksum) {
            return Ok(());
        }
        Err(format!("{what} has the {kind} checksum `{found}`, `{checksum}` is stated"))
    }
}

impl Write for Check<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The digest of a kind of checksum.
fn digest(kind: &str) -> Option<Box<dyn DynDigest + Send>> {
    Some(match kind {
        "sha" | "sha1" => Box::new(Sha1::new()),
        "sha224" => Box::new(Sha224::new()),
        "sha256" => Box::new(Sha256::new()),
        "sha384" => Box::new(Sha384::new()),
        "sha512" => Box::new(Sha512::new()),
        _ => return None,
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A reader whose bytes are compared as they are consumed.
pub(super) struct Checked<'s, R> {
    inner: R,
    check: Check<'s>,
}

impl<'s, R: BufRead> Checked<'s, R> {
    pub(super) fn new(inner: R, check: Check<'s>) -> Self {
        Checked { inner, check }
    }

    pub(super) fn into_parts(self) -> (R, Check<'s>) {
        (self.inner, self.check)
    }
}

impl<R: BufRead> Read for Checked<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buf)?;
        self.check.update(&buf[..count]);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Checked<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if self.check.digest.is_none() {
            self.check.bytes += amount as u64;
        } else if let Ok(buffer) = self.inner.fill_buf() {
            // What is consumed was in the buffer before, so that nothing is read here.
            self.check.update(buffer.get(..amount).unwrap_or(buffer));
        }
        self.inner.consume(amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_and_sizes_are_compared() {
        let check = |kind: &str, checksum: &str, size: &str, fits: bool| {
            let stated = Stated { kind: kind.into(), checksum: checksum.into(), size: size.into() };
            let mut reader = Checked::new(&b"abc"[..], Check::new(&stated));
            reader.fill_buf().unwrap();
            reader.consume(1);
            io::copy(&mut reader, &mut io::sink()).unwrap();
            let result = reader.into_parts().1.finish("the file");
            assert_eq!(result.is_ok(), fits, "{kind} {checksum} {size}: {result:?}");
        };
        let sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d";
        let sha256 = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
        check("", "", "", true);
        check("sha", sha1, "3", true);
        check("sha1", sha1, "", true);
        check("sha256", sha256, "3", true);
        check("sha256", sha1, "3", false);
        check("sha256", sha256, "4", false);
        check("", "", "three", false);
        check("md5", "900150983cd24fb0d6963f7d28e17f72", "3", false);
    }
}
