//! Reports in any order: the right state in the end, or an open request for a full one.

use conformance::site::{Sample, delta, full};

/// Every order of three things.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

#[test]
fn three_reports_in_any_order_end_in_the_right_state() {
    let reports = [
        full("A", 1, &[("p1", 1)]),
        delta("A", 2, &[("p2", 1)], &[]),
        delta("A", 3, &[("p1", 2)], &[("p1", 1)]),
    ];
    let right = [
        "A linux:U-1 Installed package-current",
        "A linux:U-2 Missing package-older",
        "A linux:U-3 NotApplicable package-absent",
    ];
    for order in ORDERS {
        let sample = Sample::new();
        for report in order {
            sample.send(&format!("{report}.xml"), &reports[report]);
            sample.scan();
        }
        assert_eq!(sample.cells(), right, "{order:?}");
        assert_eq!((sample.bad(), sample.resyncs()), (vec![], vec![]), "{order:?}");
        assert_eq!(sample.files("spool/in"), [""; 0], "{order:?}");
    }
}

#[test]
fn reports_that_never_come_leave_a_request_open() {
    let reports =
        [full("A", 1, &[("p1", 1)]), delta("A", 3, &[("p2", 1)], &[]), delta("A", 4, &[("p3", 1)], &[])];
    for order in ORDERS {
        let sample = Sample::new();
        for report in order {
            sample.send(&format!("{report}.xml"), &reports[report]);
            sample.scan();
        }
        assert_eq!(sample.resyncs(), ["A.toml"], "{order:?}");
        assert_eq!(sample.bad().len(), 2, "{order:?}");
        assert_eq!(sample.cells()[0], "A linux:U-1 Missing package-older stale", "{order:?}");
        sample.send("full.xml", &full("A", 9, &[("p1", 2)]));
        sample.scan();
        assert_eq!((sample.bad(), sample.resyncs()), (vec![], vec![]), "{order:?}");
        assert_eq!(sample.cells()[0], "A linux:U-1 Installed package-current", "{order:?}");
    }
}
