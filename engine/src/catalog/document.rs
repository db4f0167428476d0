//! Opens a catalog document: decompressed, bounded, and digested while it is read.

