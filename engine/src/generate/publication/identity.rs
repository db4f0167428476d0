//! Ids, digests and names that are made of numbers, and look like those of a publication.

use crate::generate::random::Random;

/// What an id is of, so that ids of different things differ.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub(super) enum Of {
    /// A revision of a publication.
    Revision = 0x7265_7669,
    /// A product of Windows Installer.
    Installer = 0x6d73_6920,
    /// A patch of Windows Installer.
    Patch = 0x6d73_7020,
    /// A file.
    File = 0x6669_6c65,
    /// The publication itself.
    Publication = 0x7075_626c,
}

/// A GUID, in lower case without braces.
pub(super) fn guid(seed: u64, of: Of, number: u64) -> String {
    let mut random = Random::of(seed ^ of as u64, number);
    let [a, b] = [random.wide(), random.wide()];
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        a >> 32,
        a >> 16 & 0xffff,
        a & 0xfff,
        b >> 48 & 0x3fff | 0x8000,
        b & 0xffff_ffff_ffff
    )
}

/// The base64 of a digest of so many bytes.
pub(super) fn digest(random: &mut Random, bytes: usize, out: &mut String) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = (bytes * 8).div_ceil(6);
    let (mut bits, mut left) = (0, 0);
    for at in 0..digits {
        if left == 0 {
            (bits, left) = (random.wide(), 10);
        }
        // What the last digit has beyond the bytes is zero.
        let beyond = digits * 6 - bytes * 8;
        let mask = if at + 1 == digits { 63 << beyond & 63 } else { 63 };
        out.push(char::from(DIGITS[(bits & mask) as usize]));
        (bits, left) = (bits >> 6, left - 1);
    }
    out.extend(std::iter::repeat_n('=', (3 - bytes % 3) % 3));
}

/// The digest of a file of a revision.
pub(super) fn file_digest(seed: u64, revision: usize, file: usize) -> String {
    let mut text = String::with_capacity(28);
    let number = (revision as u64) << 8 | file as u64;
    digest(&mut Random::of(seed ^ Of::File as u64, number), 20, &mut text);
    text
}
