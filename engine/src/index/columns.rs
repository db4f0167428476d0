//! The columns of an index: what each holds and what its entries may be, in one table.
//!
//! Only integers of 8, 32 and 64 bits, so that no bytes are invalid and opening is a matter of bounds.
//! Columns stand in tables: those of one table have an entry for each of the same things (a source, an
//! update, a node), and everything is named by its number there. The byte contract is
//! `docs/index-format.md`, which a test compares with this list; `verify` takes from here what it
//! checks of each column.
#![allow(missing_debug_implementations, reason = "the derive makes a type that has none")]

use std::ops::Range;

use rkyv::rend::{u32_le, u64_le};
use rkyv::vec::ArchivedVec;
use rkyv::{Archive, Serialize};

/// No entry.
pub const NONE: u32 = u32::MAX;

/// A column: where it belongs, what its entries may be, and the entries.
#[derive(Clone, Copy, Debug)]
pub struct Described<'a> {
    /// Its name.
    pub name: &'static str,
    /// The table it stands in.
    pub table: Table,
    /// How many entries it has for each thing of its table.
    pub times: usize,
    /// What the entries may be.
    pub values: Values,
    /// What they mean.
    pub meaning: &'static str,
    /// The entries.
    pub entries: Entries<'a>,
}

/// A table of columns: its name and how many things it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// How many things it has, by its first column.
    pub count: usize,
}

/// What the entries of a column may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Anything; where not everything makes sense, a check of its own says so.
    Any,
    /// At most the first; or exactly the second.
    UpTo(u64, Option<u64>),
    /// A number in a table.
    Of(Table),
    /// A number in a table, or NONE.
    NoneOr(Table),
    /// A number in a table and 1 added, or 0.
    ZeroOr(Table),
    /// Where the part of a table ends that belongs to the entry: never falling, the last one its end.
    Ends(Table),
    /// A packed cell.
    Cell,
    /// A packed cell, or NONE.
    NoneOrCell,
}

/// The entries of a column, by width.
#[derive(Clone, Copy, Debug)]
pub enum Entries<'a> {
    /// Of 8 bits.
    Narrow(&'a [u8]),
    /// Of 32 bits.
    Plain(&'a [u32_le]),
    /// Of 64 bits.
    Wide(&'a [u64_le]),
}

impl Entries<'_> {
    /// Bytes of an entry.
    pub fn width(&self) -> usize {
        match self {
            Entries::Narrow(_) => 1,
            Entries::Plain(_) => 4,
            Entries::Wide(_) => 8,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Entries::Narrow(entries) => entries.len(),
            Entries::Plain(entries) => entries.len(),
            Entries::Wide(entries) => entries.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        let (narrow, plain, wide): (&[u8], &[u32_le], &[u64_le]) = match self {
            Entries::Narrow(entries) => (entries, &[], &[]),
            Entries::Plain(entries) => (&[], entries, &[]),
            Entries::Wide(entries) => (&[], &[], entries),
        };
        let narrow = narrow.iter().map(|entry| u64::from(*entry));
        let plain = plain.iter().map(|entry| u64::from(entry.to_native()));
        narrow.chain(plain).chain(wide.iter().map(|entry| entry.to_native()))
    }
}

/// What a row of the list of columns says of values, as [`Values`].
macro_rules! values {
    ($columns:ident any) => { Values::Any };
    ($columns:ident up_to($most:literal)) => { Values::UpTo($most, None) };
    ($columns:ident up_to($most:literal) or $other:literal) => { Values::UpTo($most, Some($other)) };
    ($columns:ident text) => { values!($columns of(texts)) };
    ($columns:ident of($table:ident)) => { Values::Of(values!(@table $columns $table)) };
    ($columns:ident none_or($table:ident)) => { Values::NoneOr(values!(@table $columns $table)) };
    ($columns:ident zero_or($table:ident)) => { Values::ZeroOr(values!(@table $columns $table)) };
    ($columns:ident ends($table:ident)) => { Values::Ends(values!(@table $columns $table)) };
    ($columns:ident cell) => { Values::Cell };
    ($columns:ident none_or_cell) => { Values::NoneOrCell };
    (@table $columns:ident $table:ident) => { Table { name: stringify!($table), count: $columns.$table() } };
}

/// The way from an entry of a column of ends to its part of the other table.
macro_rules! parts {
    ($column:ident u32 ends $table:ident) => {
        #[doc = concat!("The part of the ", stringify!($table), " that belongs to entry `at`, by `",
            stringify!($column), "`; empty where the ends are out of order, and never beyond the table.")]
        #[inline]
        pub fn $column(&self, at: usize) -> Range<usize> {
            part(&self.$column, at, self.$table())
        }
    };
    ($($other:tt)*) => {};
}

macro_rules! columns {
    ($($table:ident {
        $first:ident $first_width:ident : $first_values:ident $(($($first_of:tt)*))? $(or $first_or:literal)?,
            $first_text:literal;
        $($column:ident $width:ident $(x $times:literal)? : $values:ident $(($($of:tt)*))? $(or $or:literal)?,
            $text:literal;)*
    })*) => {
        /// The columns while an index is made.
        #[derive(Archive, Serialize, Clone, Debug, Default, PartialEq)]
        #[rkyv(derive(Debug))]
        pub struct Columns {
            $(
                #[doc = $first_text] pub $first: Vec<$first_width>,
                $(#[doc = $text] pub $column: Vec<$width>,)*
            )*
        }

        impl ArchivedColumns {
            /// Every column, in the order of the file.
            pub fn described(&self) -> Vec<Described<'_>> {
                let columns = self;
                vec![$(
                    Described {
                        name: stringify!($first),
                        table: values!(@table columns $table),
                        times: 1,
                        values: values!(columns $first_values $(($($first_of)*))? $(or $first_or)?),
                        meaning: $first_text,
                        entries: self.$first.entries(),
                    },
                    $(Described {
                        name: stringify!($column),
                        table: values!(@table columns $table),
                        times: 1 $(* $times)?,
                        values: values!(columns $values $(($($of)*))? $(or $or)?),
                        meaning: $text,
                        entries: self.$column.entries(),
                    },)*
                )*]
            }

            $(
                #[doc = concat!("How many ", stringify!($table), " there are.")]
                #[inline]
                pub fn $table(&self) -> usize {
                    self.$first.len()
                }

                parts!($first $first_width $first_values $($($first_of)*)?);
                $(parts!($column $width $values $($($of)*)?);)*
            )*
        }
    };
}

columns! {
    text_bytes {
        text_bytes u8: any, "all text, one after another, UTF-8";
    }
    texts {
        text_ends u64: ends(text_bytes), "where a text ends; text 0 is the empty one";
    }
    sources {
        source_feed u32: text, "name space of its updates' identities";
        source_format u32: text, "format";
        source_path u32: text, "name of the document";
        source_revision u32: text, "the catalog's own revision";
        source_language u32: text, "language";
        source_profile u8: up_to(1) or 255, "how package rows are compared: 0 dnf, 1 suse, 255 not said";
        source_assumes_needed u8: up_to(1), "1: what its updates need and no catalog has is taken as there";
        source_sha256 u8 x 32: any, "SHA-256 of the document";
        source_counts u64 x 6: any, "leaf predicates, distinct ones, nodes, distinct ones, supersedence edges, dangling ones";
        source_statistic_ends u32: ends(statistics), "what its reader counted";
        source_diagnostic_ends u32: ends(diagnostics), "its diagnostics";
        source_reading u32: text, "how its documents were read; the empty text where nothing of them is taken over";
        source_patch_ends u32: ends(source_patches), "what it knows of patches; nothing where nothing is taken over";
        source_oval u8: up_to(1), "1: it is a definitions file of OVAL";
        source_schema_version u32: text, "the version of OVAL that it is written in";
        source_definition_ends u32: ends(definitions), "its definitions";
        source_test_ends u32: ends(tests), "its tests";
        source_object_ends u32: ends(objects), "its objects";
        source_state_ends u32: ends(states), "its states";
        source_variable_ends u32: ends(variables), "its variables";
    }
    statistics {
        statistic_name u32: text, "name";
        statistic_count u64: any, "count";
    }
    diagnostics {
        diagnostic_code u32: text, "code";
        diagnostic_count u64: any, "how often it was raised";
        diagnostic_of_reader u64: any, "how often by the reader; 0 where nothing is taken over";
    }
    source_patches {
        source_patch u32: of(patches), "what a source knows of a patch; rising";
    }
    updates {
        update_identity u32: text, "full identity; rising as bytes";
        update_source u32: of(sources), "source";
        update_bulletin u32: text, "bulletin, advisory or article it is known by";
        update_title u32: text, "title";
        update_summary u32: text, "summary";
        update_description u32: text, "longer text";
        update_kind u32: text, "the catalog's word for its type";
        update_posted u32: text, "date of publication";
        update_revised u32: text, "date of the last revision";
        update_edition u32: text, "what tells that its document is unchanged; the empty text where it is read again";
        update_payload u32: text, "address of the download";
        update_information u32: text, "address of the description";
        update_urgency u8: up_to(4), "0 not said, 1 low, 2 moderate, 3 important, 4 critical";
        update_reboot u8: up_to(2), "restart: 0 possible, 1 never, 2 always";
        update_flags u32: up_to(0xffff), "flags of every cell";
        update_retracted u8: up_to(1), "1: withdrawn with its packages";
        update_offset u64: any, "where it stands: byte";
        update_line u32: any, "where it stands: line";
        update_column u32: any, "where it stands: column";
        update_article_ends u32: ends(articles), "its articles, its own first";
        update_reference_ends u32: ends(references), "its references";
        update_product_ends u32: ends(product_rows), "the products it is for";
        update_extra_ends u32: ends(extras), "its text that nothing uses";
        update_edge_ends u32: ends(edges), "what replaces it";
        update_detectoid u8: up_to(1), "1: a detectoid or a category, which has no cell";
        update_prerequisite u32: none_or(prerequisites), "what it needs; NONE when it needs nothing";
        update_child_ends u32: ends(children), "the updates that it is a bundle of";
        update_install_ends u32: ends(installs), "how it is installed";
        update_named_ends u32: ends(named), "the updates that its catalog names beside it; nothing where nothing is taken over";
        update_rule u8: up_to(4), "0 none, 1 tests, 2 packages, 3 items, 4 definition";
        update_definition u32: none_or(definitions), "definition; NONE unless its rule is one";
        update_installed u32: none_or(nodes), "rule that holds where it is there; NONE unless its rule is tests";
        update_applicable u32: none_or(nodes), "rule that holds where it is for the client; likewise";
        update_item_ends u32: ends(items), "its installable parts";
        update_leaf_ends u32: ends(leaves), "the tests of `update_installed`, then of `update_applicable`; or of each item the same";
        update_row_ends u32: ends(rows), "its package rows";
        update_collection_ends u32: ends(collections), "the collections of its rows";
        update_anchored u8: up_to(10) or 255, "kind of its anchors; 255 when it has none";
        update_absent u32: cell, "cell where all its anchors are absent";
        update_not_collected u32: none_or_cell, "cell where its anchors were not collected; NONE when other things decide";
    }
    articles {
        article u32: any, "article number";
    }
    references {
        reference_kind u32: text, "`cve`, `bugzilla`, `self` or the catalog's word";
        reference_id u32: text, "id";
        reference_title u32: text, "title";
        reference_address u32: text, "address";
        reference_product_ends u32: ends(reference_products), "the products it is about, where they are told apart";
    }
    reference_products {
        reference_product u32: of(product_rows), "product of the reference's update; rising within the reference";
    }
    product_rows {
        product_row_name u32: text, "product that an update is for";
        product_row_node u32: none_or(nodes), "rule that holds where it is there; NONE where products are not told apart";
        product_row_level_ends u32: ends(product_row_levels), "its service packs that the update is for";
    }
    product_row_levels {
        product_row_level u32: text, "service pack";
    }
    extras {
        extra_name u32: text, "name";
        extra_text u32: text, "text";
    }
    edges {
        edge_by u32: of(updates), "update that replaces another; rising within that one";
        edge_source u8: up_to(3), "who says so: 0 declared, 1 versions, 2 twin, 3 release table";
        edge_offset u64: any, "where it is said: byte";
        edge_line u32: any, "where it is said: line";
        edge_column u32: any, "where it is said: column";
    }
    items {
        item_installed u32: of(nodes), "rule that holds where it is there";
        item_applicable u32: of(nodes), "rule that holds where it is for the client";
        item_superseded u32: none_or(nodes), "rule that holds where the client has what replaces it; NONE when nothing does";
        item_imported u32: none_or(nodes), "rule that says what another scanner found; NONE when none is asked";
    }
    prerequisites {
        prerequisite_clause_ends u32: ends(clauses), "what is needed: one update of each clause";
    }
    clauses {
        clause_target_ends u32: ends(targets), "the updates, any one of which is enough";
    }
    targets {
        target u32: none_or(updates), "update that is needed; NONE when no catalog has it";
    }
    children {
        child u32: none_or(updates), "update that a bundle consists of; NONE when no catalog has it";
    }
    named {
        named_update u32: text, "update as the catalog names it, below its feed; the empty text where a clause begins";
        named_as u8: up_to(4), "0 is replaced, 1 replaces, 2 part of the bundle, 3 begins a clause of what is needed, 4 belongs to the clause";
    }
    installs {
        install_variant u32: text, "language that it is for; the empty text where it is for any";
        install_handler u32: text, "what installs it";
        install_program u32: text, "program of its command line";
        install_arguments u32: text, "what the program is called with";
        install_result u32: text, "what a code that is not listed means";
        install_restart u8: up_to(2), "restart: 0 possible, 1 never, 2 always";
        install_impact u8: up_to(2), "what may be installed beside it: 0 anything, 1 anything and nobody notices, 2 nothing";
        install_marks u8: up_to(15), "1: a code that is not listed takes a restart; 2: may ask a person; 4: needs a network; 8: can be uninstalled";
        install_attribute_ends u32: ends(install_attributes), "what else is said of it";
        install_code_ends u32: ends(return_codes), "the codes that its program ends with";
        install_file_ends u32: ends(files), "the files that are downloaded";
    }
    install_attributes {
        install_attribute_name u32: text, "name";
        install_attribute_text u32: text, "text";
    }
    return_codes {
        return_code u32: any, "code, with sign";
        return_result u32: text, "what it means: `Succeeded`, `Failed`, `Cancelled` or the catalog's word";
        return_restart u8: up_to(1), "1: a restart is needed then";
        return_description u32: text, "what it means, for people";
    }
    files {
        file_name u32: text, "name";
        file_address u32: text, "address; the empty text where the catalog gives none";
        file_size u32: text, "size in bytes, as written";
        file_modified u32: text, "when it was changed, as written";
        file_digest_ends u32: ends(digests), "its digests";
    }
    digests {
        digest_algorithm u32: text, "algorithm";
        digest_text u32: text, "digest, as written";
    }
    leaves {
        leaf_offset u64: any, "where a test stands: byte";
        leaf_line u32: any, "where a test stands: line";
        leaf_column u32: any, "where a test stands: column";
    }
    nodes {
        node_operator u8: up_to(10), "0 constant, 1 test, 2 and, 3 or, 4 one, 5 xor, 6 not, 7 otherwise, 8 unread, 9 loop, 10 evidence";
        node_reasons u8: up_to(2), "where the reason comes from: 0 in order, 1 strongest, 2 ranked; of a loop: 0 any, 1 all, 2 none";
        node_a u32: any, "by operator, see Nodes";
        node_b u32: any, "by operator, see Nodes";
    }
    operands {
        operand u32: of(nodes), "node, always less than the one it belongs to";
    }
    predicates {
        predicate_subject u32: of(subjects), "what is asked about; predicates are sorted by it";
        predicate_question u8: up_to(5), "0 exists, 1 compare, 2 data, 3 file evidence, 4 level, 5 applicability";
        predicate_a u32: any, "by question, see Predicates";
        predicate_b u32: any, "by question, see Predicates";
        predicate_c u32: any, "by question, see Predicates";
        predicate_d u32: any, "by question, see Predicates";
    }
    levels {
        level_text u32: text, "service pack that a level question names";
    }
    subjects {
        subject_tag u8: up_to(13), "kind, see Subjects; rising by tag, text, name";
        subject_text u32: text, "what it is, in normal form";
        subject_name u32: any, "text: name of a registry value; of a product, product + 1 or 0; else 0";
        subject_predicate_ends u32: ends(predicates), "what is asked about it";
        subject_threshold_ends u32: ends(thresholds), "the versions that rules compare its own with";
        subject_anchor_ends u32: ends(anchors), "the updates that it is an anchor of";
        subject_group_ends u32: ends(groups), "the epochs of its rows, by arch";
        subject_retracted_ends u32: ends(retracted), "its rows that were withdrawn";
    }
    threshold_bytes {
        threshold_bytes u8: any, "all thresholds, one after another";
    }
    thresholds {
        threshold_ends u64: ends(threshold_bytes), "where a threshold ends; rising as bytes within its subject";
    }
    anchors {
        anchor_update u32: of(updates), "update; rising within its subject";
    }
    groups {
        group_arch u32: of(arches), "arch that rows of a package have; rising within its subject";
        group_low u32: any, "lowest epoch of such rows";
        group_high u32: any, "highest epoch of such rows";
    }
    retracted {
        retracted_row u32: of(rows), "row of an update that was withdrawn with its packages; rising within its subject";
    }
    places {
        probe u64: any, "place of the hash table: upper half of the hash, and subject + 1; 0 empty";
    }
    tokens {
        token_text u32: text, "path token";
        token_first u32: of(subjects), "the first file below it";
        token_end u32: zero_or(subjects), "the last file below it, and 1 added";
    }
    rows {
        row_subject u32: of(subjects), "package";
        row_arch u32: of(arches), "arch";
        row_rank u32: any, "number of its version among the thresholds of its subject; NONE when it has no release";
        row_epoch u32: any, "epoch";
        row_version u32: text, "version";
        row_release u32: zero_or(texts), "release; 0 when it is not compared";
        row_collection u32: none_or(collections), "collection; NONE when it always counts";
        row_offset u64: any, "where it stands: byte";
        row_line u32: any, "where it stands: line";
        row_column u32: any, "where it stands: column";
    }
    arches {
        arch_text u32: text, "architecture; rising as bytes, so that arch 0 is the empty one";
    }
    collections {
        collection_name u32: text, "name";
        collection_gate u32: none_or(gates), "gate; NONE when its rows always count";
    }
    gates {
        gate_module_ends u32: ends(modules), "the modules, any of which opens it";
    }
    modules {
        module_subject u32: of(subjects), "module";
        module_stream u32: text, "stream";
        module_context u32: text, "context; the empty text is not compared";
        module_arch u32: text, "architecture; the empty text is not compared";
    }
    defaults {
        default_module u32: text, "module with a default stream; rising by module, stream";
        default_stream u32: text, "stream";
    }
    products {
        product_key u32: text, "folded name; rising as bytes";
        product_name u32: text, "name";
        product_current u32: text, "newest service pack; the empty text when not said";
        product_available_ends u32: ends(available), "the service packs it lists, in its catalog's order";
        product_level_ends u32: ends(product_levels), "the service packs that catalogs use with it";
    }
    available {
        product_available u32: text, "service pack";
    }
    product_levels {
        product_level u32: text, "service pack";
    }
    detections {
        detection_name u32: text, "product that is detected";
        detection_subject u32: none_or(subjects), "the product as subject; NONE when nothing asks for it";
        detection_when u32: of(nodes), "rule that holds where it is there";
        detection_line u32: any, "where it stands: line";
        detection_column u32: any, "where it stands: column";
        detection_level_ends u32: ends(steps), "the ways to find its service pack";
        detection_inherit_ends u32: ends(inherited), "the products whose service pack it takes over";
    }
    steps {
        step_test u32: none_or(nodes), "rule; NONE when it always holds";
        step_name_ends u32: ends(step_names), "the names that the service pack may have";
    }
    step_names {
        step_name u32: text, "service pack";
    }
    inherited {
        inherit_name u32: text, "product";
    }
    definitions {
        definition_id u32: text, "id";
        definition_version u32: text, "version";
        definition_class u8: up_to(4) or 255, "0 patch, 1 vulnerability, 2 inventory, 3 compliance, 4 miscellaneous, 255 another word";
        definition_marks u8: up_to(7), "1: not to be used any more; 2: extends itself by way of others; 4: has criteria";
        definition_title u32: text, "title";
        definition_part_ends u32: ends(parts), "its criteria, each part before those that stand in it";
        definition_offset u64: any, "where it stands: byte";
        definition_line u32: any, "where it stands: line";
        definition_column u32: any, "where it stands: column";
    }
    parts {
        part_question u8: up_to(6), "0 and, 1 or, 2 one, 3 xor, 4 combined by another word, 5 test, 6 definition";
        part_marks u8: up_to(3), "1: turned around; 2: says for whom the definition is";
        part_target u32: any, "test or definition, NONE where the file has it not; of a combination how many parts stand in it";
    }
    tests {
        test_id u32: text, "id";
        test_version u32: text, "version";
        test_schema u32: text, "part of the standard; the empty text where it is not said";
        test_name u32: text, "name of its type";
        test_check u8: up_to(4) or 255, "0 all, 1 at least one, 2 none satisfy, 3 only one, 4 none exist, 255 another word";
        test_existence u8: up_to(4) or 255, "0 all, 1 any, 2 at least one, 3 none, 4 only one, 255 another word";
        test_operator u8: up_to(3) or 255, "how its states are combined: 0 and, 1 or, 2 one, 3 xor, 255 another word";
        test_object u32: none_or(objects), "object; NONE where it has none";
        test_dangling u8: up_to(1), "1: its object is one that the file has not";
        test_state_ends u32: ends(test_states), "its states";
        test_offset u64: any, "where it stands: byte";
        test_line u32: any, "where it stands: line";
        test_column u32: any, "where it stands: column";
    }
    test_states {
        test_state u32: none_or(states), "state; NONE where the file has it not";
    }
    objects {
        object_id u32: text, "id";
        object_version u32: text, "version";
        object_schema u32: text, "part of the standard; the empty text where it is not said";
        object_name u32: text, "name of its type";
        object_text u32: text, "what it says, as XML";
        object_marks u8: up_to(1), "1: it is a set";
        object_offset u64: any, "where it stands: byte";
        object_line u32: any, "where it stands: line";
        object_column u32: any, "where it stands: column";
    }
    states {
        state_id u32: text, "id";
        state_version u32: text, "version";
        state_schema u32: text, "part of the standard; the empty text where it is not said";
        state_name u32: text, "name of its type";
        state_text u32: text, "what it says, as XML";
        state_marks u8: up_to(3), "1: it compares versions by their order; 2: it names variables";
        state_offset u64: any, "where it stands: byte";
        state_line u32: any, "where it stands: line";
        state_column u32: any, "where it stands: column";
    }
    variables {
        variable_id u32: text, "id";
        variable_version u32: text, "version";
        variable_name u32: text, "name of its type";
        variable_text u32: text, "what it says, as XML";
        variable_offset u64: any, "where it stands: byte";
        variable_line u32: any, "where it stands: line";
        variable_column u32: any, "where it stands: column";
    }
    patches {
        patch_text u32: text, "what catalogs know of a patch, see Patches; rising";
    }
}

/// Bounds-checked reading of a column: what lies beyond its end is 0.
pub trait Column {
    /// The integer it holds.
    type Value;

    /// The entry at `at`, or 0 beyond the end.
    fn at(&self, at: usize) -> Self::Value;

    /// All entries, whatever their width.
    fn entries(&self) -> Entries<'_>;
}

impl Column for ArchivedVec<u8> {
    type Value = u8;

    #[inline]
    fn at(&self, at: usize) -> u8 {
        self.get(at).copied().unwrap_or(0)
    }

    fn entries(&self) -> Entries<'_> {
        Entries::Narrow(self)
    }
}

impl Column for ArchivedVec<u32_le> {
    type Value = u32;

    #[inline]
    fn at(&self, at: usize) -> u32 {
        self.get(at).map_or(0, |value| value.to_native())
    }

    fn entries(&self) -> Entries<'_> {
        Entries::Plain(self)
    }
}

impl Column for ArchivedVec<u64_le> {
    type Value = u64;

    #[inline]
    fn at(&self, at: usize) -> u64 {
        self.get(at).map_or(0, |value| value.to_native())
    }

    fn entries(&self) -> Entries<'_> {
        Entries::Wide(self)
    }
}

/// The part of a table of `count` things that belongs to entry `at` of a column of ends.
#[inline]
fn part(ends: &ArchivedVec<u32_le>, at: usize, count: usize) -> Range<usize> {
    let start = if at == 0 { 0 } else { (ends.at(at - 1) as usize).min(count) };
    let end = (ends.at(at) as usize).min(count);
    start..end.max(start)
}
