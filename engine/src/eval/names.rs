//! The names of the files that rules ask for, as a table of bits.
//!
//! Most files of a client are asked for by no rule. Their names show it, whatever folders become tokens, so
//! that they are passed over before their paths are brought into normal form. The table may say yes where
//! no is right, never the other way round.

use crate::model::path;

/// What the names of files hash to; a name that a rule asks for has its bit set.
pub(super) struct FileNames(Box<[u64]>);

impl std::fmt::Debug for FileNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileNames").finish_non_exhaustive()
    }
}

impl FileNames {
    /// How many bits of a hash are a place in the table, which then has 8 KiB.
    const BITS: u32 = 16;

    /// Those of paths in normal form.
    pub(super) fn of<'a>(paths: impl Iterator<Item = &'a str>) -> FileNames {
        let mut bits = vec![0u64; 1 << (Self::BITS - 6)];
        // What a program of 32 bits calls `system32`.
        for path in paths.chain(["sysnative"]) {
            let place = Self::place(path::name(path).as_bytes());
            bits[place / 64] |= 1 << (place % 64);
        }
        FileNames(bits.into())
    }

    /// Whether a rule may ask for a file that is no folder, by its path as the client states it.
    #[inline]
    pub(super) fn may_hold(&self, path: &str) -> bool {
        let bytes = path.as_bytes();
        let separator = memchr::memrchr2(b'\\', b'/', bytes);
        let name = &bytes[separator.map_or(0, |at| at + 1)..];
        // What is trimmed or renamed when a path is brought into normal form is left to that.
        let is_odd = |byte: Option<&u8>| byte.is_none_or(|byte| *byte <= b' ' || *byte == b'%');
        if is_odd(bytes.first()) || is_odd(name.last()) || !name.is_ascii() {
            return true;
        }
        let place = Self::place(name);
        self.0[place / 64] >> (place % 64) & 1 == 1
    }

    /// The place of a name, the same for all cases of its letters: its ends and its length decide.
    #[inline]
    fn place(name: &[u8]) -> usize {
        const CASE: u64 = 0x2020_2020_2020_2020;
        let [first, last] = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
            (Some(first), Some(last)) => [u64::from_le_bytes(*first), u64::from_le_bytes(*last)],
            _ => [name.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0],
        };
        let mixed = (first | CASE) ^ (last | CASE).rotate_left(29) ^ name.len() as u64;
        (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - Self::BITS)) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_asked_for_is_held_however_its_path_is_written() {
        let names = FileNames::of([r"%windir%\system32\drivers\a-long-driver.sys", r"c:\x.dll"].into_iter());
        for path in [
            r"C:\Windows\System32\Drivers\A-LONG-Driver.sys",
            "a-long-driver.SYS",
            "/usr/lib/X.dll",
            " c:/x.dll\t",
            r"c:\x.dll\",
            r"%windir%\other.sys",
            r"c:\windows\sysnative",
            // The sign of Kelvin folds to a letter of ASCII.
            "c:\\\u{212a}.dll",
            "",
        ] {
            assert!(names.may_hold(path), "{path:?}");
        }
        let others = (0..1000).filter(|number| names.may_hold(&format!(r"c:\windows\filler{number:05}.sys")));
        assert!(others.count() < 10);
        assert!(!names.may_hold(r"c:\windows\y.dll"));
    }
}
