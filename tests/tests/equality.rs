//! The fast evaluation equals the reference on everything.

use conformance::random::Case;
use conformance::run;
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(10_000))]

    #[test]
    fn every_cell_is_the_one_of_the_reference(bytes in vec(any::<u8>(), 0..1200)) {
        let compared = run::compare(&Case::from_bytes(&bytes));
        prop_assert!(compared.is_ok(), "{}", compared.unwrap_err());
    }
}
