//! The columns of an index: what each holds, in one table.
//!
//! Only integers of 8, 32 and 64 bits, so that no bytes are invalid and opening is a matter of bounds.
//! A column named `…_ends` tells where each entry's part of another column ends; text is a number in
//! the text columns, 0 being the empty one; NONE is `u32::MAX`. The byte contract is
//! `docs/index-format.md`, which a test compares with this list.
#![allow(missing_debug_implementations, reason = "the derive makes a type that has none")]

use rkyv::rend::{u32_le, u64_le};
use rkyv::vec::ArchivedVec;
use rkyv::{Archive, Serialize};

/// No entry.
pub const NONE: u32 = u32::MAX;

macro_rules! columns {
    ($($column:ident $width:ident $text:literal;)*) => {
        /// The columns while an index is made.
        #[derive(Archive, Serialize, Clone, Debug, Default, PartialEq)]
        #[rkyv(derive(Debug))]
        pub struct Columns {
            $(#[doc = $text] pub $column: Vec<$width>,)*
        }

        impl ArchivedColumns {
            /// Name, bytes an entry, entries and meaning of every column.
            pub fn table(&self) -> Vec<(&'static str, usize, usize, &'static str)> {
                vec![$((stringify!($column), size_of::<$width>(), self.$column.len(), $text),)*]
            }
        }
    };
}

columns! {
    text_bytes u8 "all text, one after another, UTF-8";
    text_ends u64 "where each text ends in `text_bytes`";

    source_feed u32 "text: name space of identities";
    source_format u32 "text: format";
    source_path u32 "text: name of the document";
    source_revision u32 "text: the catalog's own revision";
    source_language u32 "text: language";
    source_profile u8 "0 dnf, 1 suse, 255 none";
    source_sha256 u8 "32 bytes each: digest of the document";
    source_counts u64 "6 each: leaf predicates, distinct ones, nodes, distinct ones, supersedence edges, dangling ones";
    source_diagnostic_ends u32 "into `diagnostic_code` and `diagnostic_count`";
    diagnostic_code u32 "text: code";
    diagnostic_count u64 "how often it was raised";

    update_identity u32 "text: full identity; updates are sorted by it";
    update_source u32 "source";
    update_bulletin u32 "text";
    update_title u32 "text";
    update_summary u32 "text";
    update_description u32 "text";
    update_kind u32 "text: the catalog's word for its type";
    update_posted u32 "text: date";
    update_revised u32 "text: date";
    update_payload u32 "text: address";
    update_information u32 "text: address";
    update_urgency u8 "0 none, 1 low to 4 critical";
    update_reboot u8 "0 possible, 1 never, 2 always";
    update_flags u32 "flags";
    update_retracted u8 "1: withdrawn with its packages";
    update_offset u64 "where it stands: byte";
    update_line u32 "where it stands: line";
    update_column u32 "where it stands: column";
    update_article_ends u32 "into `article`";
    article u32 "article number";
    update_reference_ends u32 "into the `reference_` columns";
    reference_kind u32 "text";
    reference_id u32 "text";
    reference_title u32 "text";
    reference_address u32 "text";
    update_product_ends u32 "into `product_row_name`";
    product_row_name u32 "text: product that an update is for";
    product_row_level_ends u32 "into `product_row_level`";
    product_row_level u32 "text: service pack";
    update_extra_ends u32 "into the `extra_` columns";
    extra_name u32 "text: name of what nothing uses";
    extra_text u32 "text";
    update_edge_ends u32 "into the `edge_` columns";
    edge_by u32 "update that replaces this one";
    edge_source u8 "who says so: 0 declared, 1 versions";
    edge_offset u64 "where it is said: byte";
    edge_line u32 "where it is said: line";
    edge_column u32 "where it is said: column";
    update_rule u8 "0 none, 1 tests, 2 packages";
    update_installed u32 "node, or NONE";
    update_applicable u32 "node, or NONE";
    update_leaf_ends u32 "into the `leaf_` columns, leaves of `installed` then of `applicable`";
    leaf_offset u64 "where a leaf stands: byte";
    leaf_line u32 "where a leaf stands: line";
    leaf_column u32 "where a leaf stands: column";
    update_row_ends u32 "into the `row_` columns";
    update_collection_ends u32 "into the `collection_` columns";
    update_anchored u8 "kind of its anchors, or 255 when it has none";
    update_absent u32 "cell where all anchors are absent: verdict, reason << 8, flags << 16";
    update_not_collected u32 "cell where no anchor was collected, in the same form";

    node_operator u8 "0 constant, 1 test, 2 and, 3 or, 4 one, 5 xor, 6 not, 7 otherwise";
    node_reasons u8 "where the reason comes from: 0 in order, 1 strongest";
    node_a u32 "truth; predicate; first operand in `operand`; node";
    node_b u32 "reason and flags << 16; end in `operand`; node";
    operand u32 "node, always less than the one it belongs to";

    predicate_subject u32 "subject; predicates are sorted by it";
    predicate_question u8 "0 exists, 1 compare, 2 data, 3 file evidence, 4 level";
    predicate_a u32 "by question, see the layout page";
    predicate_b u32 "by question";
    predicate_c u32 "by question";
    predicate_d u32 "by question";
    level_text u32 "text: service pack of a level question";

    subject_tag u8 "kind of subject; subjects are sorted by tag, text, name";
    subject_text u32 "text: normal form";
    subject_name u32 "text: value name; or product + 1";
    subject_predicate_ends u32 "into the `predicate_` columns";
    subject_threshold_ends u32 "into `threshold_ends`";
    subject_anchor_ends u32 "into `anchor_update`";
    subject_group_ends u32 "into the `group_` columns";
    subject_retracted_ends u32 "into `retracted_row`";
    anchor_update u32 "update that this subject is an anchor of";
    threshold_bytes u8 "all thresholds, one after another; rising within a subject";
    threshold_ends u64 "where each ends in `threshold_bytes`";
    probe u64 "hash table of subjects: upper half of the hash, subject + 1; 0 empty";
    token_text u32 "text: path token";
    token_first u32 "first subject below it";
    token_end u32 "end of the subjects below it";

    row_subject u32 "package subject";
    row_arch u32 "arch";
    row_rank u32 "threshold within the subject, or NONE when it has no release";
    row_epoch u32 "epoch";
    row_version u32 "text: version";
    row_release u32 "text + 1: release, or 0";
    row_collection u32 "collection";
    row_offset u64 "where it stands: byte";
    row_line u32 "where it stands: line";
    row_column u32 "where it stands: column";
    group_arch u32 "arch that rows of a package subject have";
    group_low u32 "lowest epoch of such rows";
    group_high u32 "highest epoch of such rows";
    retracted_row u32 "row of an update that was withdrawn with its packages";
    arch_text u32 "text: architecture; arch 0 is the empty one";
    collection_name u32 "text";
    collection_gate u32 "gate, or NONE when it always counts";
    gate_module_ends u32 "into the `module_` columns";
    module_subject u32 "module subject";
    module_stream u32 "text";
    module_context u32 "text";
    module_arch u32 "text";
    default_module u32 "text: module with a default stream; sorted with the stream";
    default_stream u32 "text";

    product_key u32 "text: folded name; products are sorted by it";
    product_name u32 "text";
    product_current u32 "text: newest service pack";
    product_available_ends u32 "into `product_available`";
    product_available u32 "text: service pack, in the catalog's order";
    product_level_ends u32 "into `product_level`";
    product_level u32 "text: service pack that catalogs use";

    detection_name u32 "text: product that is detected";
    detection_subject u32 "product subject, or NONE when nothing asks for it";
    detection_when u32 "node";
    detection_line u32 "where it stands: line";
    detection_column u32 "where it stands: column";
    detection_level_ends u32 "into `step_test`";
    step_test u32 "node, or NONE when it always holds";
    step_name_ends u32 "into `step_name`";
    step_name u32 "text: service pack";
    detection_inherit_ends u32 "into `inherit_name`";
    inherit_name u32 "text: product whose service pack is taken over";
}

/// Bounds-checked reading of a column: what lies beyond its end is 0.
pub trait Column {
    /// The integer it holds.
    type Value;

    /// The entry at `at`, or 0 beyond the end.
    fn at(&self, at: usize) -> Self::Value;
}

impl Column for ArchivedVec<u8> {
    type Value = u8;

    #[inline]
    fn at(&self, at: usize) -> u8 {
        self.get(at).copied().unwrap_or(0)
    }
}

impl Column for ArchivedVec<u32_le> {
    type Value = u32;

    #[inline]
    fn at(&self, at: usize) -> u32 {
        self.get(at).map_or(0, |value| value.to_native())
    }
}

impl Column for ArchivedVec<u64_le> {
    type Value = u64;

    #[inline]
    fn at(&self, at: usize) -> u64 {
        self.get(at).map_or(0, |value| value.to_native())
    }
}

/// The part of another column that belongs to entry `at`, by a column of ends; empty when out of order.
#[inline]
pub fn part(ends: &ArchivedVec<u32_le>, at: usize) -> std::ops::Range<usize> {
    let start = if at == 0 { 0 } else { ends.at(at - 1) as usize };
    let end = ends.at(at) as usize;
    start..end.max(start)
}
