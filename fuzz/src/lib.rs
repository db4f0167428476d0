//! What fuzz targets share: mutations that keep the frame of our own files whole, and documents on disk.
//!
//! A fuzzer that flips bytes of a file with a checksum tests the checksum. Here a mutation changes
//! numbers where numbers stand, and the length and the checksum are put right after it.

pub mod catalog;
pub mod frame;
pub mod random;
