//! Expands MSZIP: blocks of deflate, each of which may look back at the 32 KiB before it.
//!
//! A block begins with `CK` and is a whole deflate stream; what follows the stream is ignored.

use flate2::{Decompress, FlushDecompress, Status};

use super::block::BLOCK;

/// How far a block may look back.
const WINDOW: usize = 32 << 10;

/// The decoder with what the next block may look back at.
pub(super) struct Mszip {
    inflate: Decompress,
    window: Vec<u8>,
}

impl Default for Mszip {
    fn default() -> Self {
        Self { inflate: Decompress::new(false), window: Vec::with_capacity(WINDOW + BLOCK) }
    }
}

impl Mszip {
    /// Expands a block into exactly as many bytes as `block` has.
    pub(super) fn expand(&mut self, packed: &[u8], block: &mut [u8]) -> Result<(), String> {
        let deflated = packed.strip_prefix(b"CK").ok_or("does not begin with `CK`")?;
        self.inflate.reset(false);
        if !self.window.is_empty() {
            self.inflate.set_dictionary(&self.window).map_err(|error| error.to_string())?;
        }
        let status = self.inflate.decompress(deflated, block, FlushDecompress::Finish);
        match status {
            Ok(Status::StreamEnd) if self.inflate.total_out() == block.len() as u64 => {}
            Ok(_) => return Err("does not have as many bytes as it states".to_owned()),
            Err(_) => return Err("cannot be inflated".to_owned()),
        }
        self.window.extend_from_slice(block);
        let old = self.window.len().saturating_sub(WINDOW);
        self.window.drain(..old);
        Ok(())
    }
}
