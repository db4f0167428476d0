//! The words of the standard that decide something, each with the number that it is stored by.
//!
//! Source of truth: `docs/oval.md`, "Words".

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident $word:literal,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            #[repr(u8)]
            pub enum $name {
                $($(#[$variant_doc])* $variant,)*
            }

            impl $name {
                /// Every one, in the order of their numbers.
                pub const ALL: &[$name] = &[$($name::$variant,)*];

                /// The word of the standard.
                pub fn name(self) -> &'static str {
                    match self { $($name::$variant => $word,)* }
                }

                /// Finds it by its word.
                pub fn find(word: &str) -> Option<$name> {
                    Self::ALL.iter().copied().find(|known| known.name() == word)
                }

                /// The number that it is stored by.
                pub fn number(self) -> u8 {
                    self as u8
                }

                /// Finds it by its number.
                pub fn from_number(number: u8) -> Option<$name> {
                    Self::ALL.get(usize::from(number)).copied()
                }
            }
        )*
    };
}

words! {
    /// What a definition is about.
    Class {
        /// A patch that should be installed.
        Patch "patch",
        /// A vulnerability that is there.
        Vulnerability "vulnerability",
        /// A product that is there.
        Inventory "inventory",
        /// A setting as it should be.
        Compliance "compliance",
        /// Anything else.
        Miscellaneous "miscellaneous",
    }

    /// How operands are combined.
    Operator {
        /// All.
        And "AND",
        /// Any.
        Or "OR",
        /// Exactly one.
        One "ONE",
        /// An odd number.
        Xor "XOR",
    }

    /// How the results of several things of one sort are combined.
    Check {
        /// All of them.
        All "all",
        /// Any of them.
        AtLeastOne "at least one",
        /// None of them.
        NoneSatisfy "none satisfy",
        /// Exactly one of them.
        OnlyOne "only one",
        /// None of them, in the words of old documents.
        NoneExist "none exist",
    }

    /// How many things there must be.
    Existence {
        /// All that were looked for.
        AllExist "all_exist",
        /// Any number.
        AnyExist "any_exist",
        /// One or more.
        AtLeastOneExists "at_least_one_exists",
        /// None.
        NoneExist "none_exist",
        /// Exactly one.
        OnlyOneExists "only_one_exists",
    }

    /// How sets of items are combined.
    SetOperator {
        /// Those of either.
        Union "UNION",
        /// Those of both.
        Intersection "INTERSECTION",
        /// Those of the first that are not in the second.
        Complement "COMPLEMENT",
    }

    /// What a filter does with items that satisfy its state.
    Action {
        /// It drops them.
        Exclude "exclude",
        /// It keeps only them.
        Include "include",
    }

    /// How well an object was collected; what is known of the values of a variable.
    Flag {
        /// Something went wrong.
        Error "error",
        /// All of it.
        Complete "complete",
        /// A part of it.
        Incomplete "incomplete",
        /// There is nothing.
        DoesNotExist "does not exist",
        /// Nobody looked.
        NotCollected "not collected",
        /// The question does not arise.
        NotApplicable "not applicable",
    }

    /// Whether an item, or a value of it, is there.
    Status {
        /// Something went wrong.
        Error "error",
        /// It is there.
        Exists "exists",
        /// It is not there.
        DoesNotExist "does not exist",
        /// Nobody looked.
        NotCollected "not collected",
    }
}
