//! The differences between OpenSCAP 1.3.7 and us: those that the page lists, and those that this test found.

macro_rules! differences {
    ($($name:ident $what:literal,)*) => {
        /// Something that OpenSCAP decides otherwise.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Difference {
            $($name,)*
        }

        impl Difference {
            pub(crate) const ALL: &[Difference] = &[$(Difference::$name,)*];

            /// What is decided otherwise.
            pub(crate) fn what(self) -> &'static str {
                match self { $(Difference::$name => $what,)* }
            }
        }
    };
}

differences! {
    D1 "object in error, not collected or not applicable, any_exist, no state: true there",
    D2 "item not collected: does not count in test existence there",
    D3 "item that does not exist, all_exist: does not count there",
    D4 "existence of an entity: all entities of the item count there",
    D5 "existence of an entity, nothing exists or one and something not collected: other tables there",
    N11 "item that an object names twice: counts twice for existence there",
    N12 "object of several instances: one object with all items and the last flag there",
    N13 "set that was not collected: not computed there",
    N14 "check `none exist`: states count beside it there",
    N15 "entity in error or not collected: compared as if it existed there",
    N16 "existence holds and nothing exists: compared all the same there",
    N17 "entity of a state that is nil: the item is in error there",
    N18 "entity of an item that is nil: an empty text there",
    N21 "check `at least one`, false and unknown: error there",
    N22 "items that exist and items in error, none_exist: error there",
    N23 "external variable without values but collected ones: error there",
    N24 "object_component outside of regex_capture, an item without the entity: error there",
    N25 "local variable with an item's value of another datatype: error there",
    N26 "concat of an object_component, no items: left out there",
    N28 "constant variable with a value that cannot be read: its other values count there",
    N20 "object_component: entities that are in error or do not exist count there",
}
