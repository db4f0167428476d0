//! The names of what rules ask for, as a table of bits.
//!
//! Most files and registry values of a client are asked for by no rule. Their names show it, whatever folders
//! become tokens, so that they are passed over before their paths are brought into normal form. The table may
//! say yes where no is right, never the other way round.

use crate::model::path;

/// What names hash to; one that a rule asks for has its bit set.
pub(super) struct Names(Box<[u64]>);

/// The names of files.
#[derive(Debug)]
pub(super) struct FileNames {
    names: Names,
    /// The same for the last bytes of long names, which need not be found in their paths.
    ends: Names,
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Names").finish_non_exhaustive()
    }
}

/// The bits of a hash that are a place in a table, which then has 8 KiB.
const BITS: u32 = 16;
/// The case of letters, in each of eight bytes.
const CASE: u64 = 0x2020_2020_2020_2020;

impl Names {
    /// Those that have these places.
    fn at(places: impl Iterator<Item = usize>) -> Names {
        let mut bits = vec![0; 1 << (BITS - 6)];
        places.for_each(|place| bits[place / 64] |= 1 << (place % 64));
        Names(bits.into())
    }

    /// Those of names in normal form.
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a str>) -> Names {
        Names::at(names.map(|name| place(name.as_bytes())))
    }

    /// Whether a rule may ask for what has this name, in any case of its letters.
    #[inline]
    pub(super) fn may_hold(&self, name: &str) -> bool {
        self.has(place(name.as_bytes())) || !name.is_ascii()
    }

    #[inline]
    fn has(&self, place: usize) -> bool {
        self.0[place / 64] >> (place % 64) & 1 == 1
    }
}

impl FileNames {
    /// Those of the files with these paths in normal form.
    pub(super) fn of<'a>(paths: impl Iterator<Item = &'a str>) -> FileNames {
        // What a program of 32 bits calls `system32`.
        let names: Vec<&str> = paths.map(path::name).chain(["sysnative"]).collect();
        let ends = names.iter().filter_map(|name| name.as_bytes().last_chunk());
        FileNames {
            ends: Names::at(ends.map(|end| place_of_end(u64::from_le_bytes(*end)))),
            names: Names::of(names.into_iter()),
        }
    }

    /// Whether a rule may ask for a file that is no folder, by its path as the client states it.
    #[inline]
    pub(super) fn may_hold(&self, path: &str) -> bool {
        let bytes = path.as_bytes();
        let (Some(first), Some(end)) = (bytes.first(), bytes.last_chunk::<8>()) else { return true };
        // What is trimmed or renamed when a path is brought into normal form is left to that.
        if *first <= b' ' || *first == b'%' || end[7] <= b' ' {
            return true;
        }
        let ends_a_name = end.iter().all(|byte| byte.is_ascii() && !matches!(byte, b'\\' | b'/'));
        if ends_a_name && !self.ends.has(place_of_end(u64::from_le_bytes(*end))) {
            // Letters fold one by one, so that these bytes end the name in normal form too.
            return false;
        }
        let name = path::name(path);
        name.is_empty() || self.names.may_hold(name)
    }
}

#[inline]
fn hash(mixed: u64) -> usize {
    (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BITS)) as usize
}

/// The place of the last bytes of a name, the same for all cases of its letters.
#[inline]
fn place_of_end(end: u64) -> usize {
    hash(end | CASE)
}

/// The place of a name, the same for all cases of its letters: its ends and its length decide.
#[inline]
fn place(name: &[u8]) -> usize {
    let [first, last] = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
        (Some(first), Some(last)) => [u64::from_le_bytes(*first), u64::from_le_bytes(*last)],
        _ => [name.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0],
    };
    hash((first | CASE) ^ (last | CASE).rotate_left(29) ^ name.len() as u64)
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
