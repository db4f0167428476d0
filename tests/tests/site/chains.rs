//! A law of deltas: any chain of them, in any order and with any scans between, keeps the facts and the cells
//! of the full report of the final state.

use std::collections::{BTreeMap, BTreeSet};

use conformance::site::{Sample, delta, full};
use patchstate::model::verdict::Cell;
use proptest::prelude::*;

/// Packages by name and version; several versions of a name are several facts.
type Packages = BTreeSet<(usize, u32)>;

/// A client: what it has at first, and what each delta adds and withdraws, which may be nothing that is there.
type Chain = (Packages, Vec<(Packages, Packages)>);

const NAMES: [&str; 4] = ["p1", "p2", "p3", "other"];

fn packages(most: usize) -> impl Strategy<Value = Packages> {
    prop::collection::btree_set((0..NAMES.len(), 1..4u32), 0..=most)
}

fn chain() -> impl Strategy<Value = Chain> {
    (packages(5), prop::collection::vec((packages(3), packages(3)), 0..6))
}

fn named(packages: &Packages) -> Vec<(&'static str, u32)> {
    packages.iter().map(|(name, version)| (NAMES[*name], *version)).collect()
}

/// What a client has in the end.
fn last((first, deltas): &Chain) -> Packages {
    let mut packages = first.clone();
    for (set, del) in deltas {
        packages.retain(|package| !del.contains(package));
        packages.extend(set);
    }
    packages
}

/// What is kept of each client: its facts by key, and the kinds that are complete.
fn kept(sample: &Sample, count: usize) -> Vec<(BTreeMap<String, String>, String)> {
    let of = |number| {
        let inventory = sample.kept(&format!("C{number}"));
        let fact = |stated: &patchstate::model::inventory::Stated| {
            let mut key = String::new();
            assert!(stated.fact.write_key(&mut key));
            (key, format!("{:?}", stated.fact))
        };
        let facts: BTreeMap<_, _> = inventory.facts.iter().map(fact).collect();
        assert_eq!(facts.len(), inventory.facts.len(), "no fact is kept twice");
        (facts, format!("{:?}", inventory.header.complete))
    };
    (0..count).map(of).collect()
}

fn rows(sample: &Sample) -> Vec<(String, Vec<Cell>)> {
    sample.look(|matrix| {
        let row = |(at, client): (usize, &patchstate::matrix::tables::Client)| {
            (client.id.clone(), matrix.row(at).collect())
        };
        matrix.clients.iter().enumerate().map(row).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_chain_of_deltas_is_the_full_report_of_the_final_state(
        chains in prop::collection::vec(chain(), 1..8),
        order in prop::collection::vec(any::<prop::sample::Index>(), 60),
        scans in prop::collection::vec(any::<bool>(), 60),
    ) {
        let (chained, whole) = (Sample::new(), Sample::new());
        let mut reports = Vec::new();
        for (number, chain) in chains.iter().enumerate() {
            let client = format!("C{number}");
            reports.push((format!("{number}-1.xml"), full(&client, 1, &named(&chain.0))));
            for (serial, (set, del)) in (2..).zip(&chain.1) {
                let text = delta(&client, serial, &named(set), &named(del));
                reports.push((format!("{number}-{serial}.xml"), text));
            }
            let serial = chain.1.len() as u64 + 1;
            whole.send(&format!("{number}.xml"), &full(&client, serial, &named(&last(chain))));
        }
        for (at, index) in order.iter().enumerate().take(reports.len()) {
            let other = index.index(reports.len());
            reports.swap(at, other);
        }
        for ((name, text), scan) in reports.iter().zip(&scans) {
            chained.send(name, text);
            // Not each time, so that several reports of a client are taken at once as well.
            if *scan && name.len() % 2 == 1 {
                chained.scan();
            }
        }
        chained.scan();
        whole.scan();
        prop_assert_eq!((chained.bad(), chained.resyncs()), (vec![], vec![]));
        prop_assert_eq!(chained.files("spool/done").len(), reports.len());
        prop_assert_eq!(kept(&chained, chains.len()), kept(&whole, chains.len()));
        prop_assert_eq!(rows(&chained), rows(&whole));
        prop_assert_eq!(chained.files("store/documents").len(), chains.len());
    }
}
