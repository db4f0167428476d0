//! Without the feature `http` a transfer says how to get one.
#![cfg(not(feature = "http"))]

use std::path::Path;

use patchstate_fetch::{Reason, Request, fetch};

#[test]
fn a_transfer_says_that_there_are_none() {
    let to = Path::new("incoming");
    let error = fetch(&Request::new("https://updates.example/catalog.xml", to)).expect_err("is not built");
    assert_eq!(error.reason(), Reason::NotBuilt);
    assert_eq!(error.to_string(), "this program is built without transfers over the network");
    assert_eq!(error.hint(), Some("build it with the feature `fetch`, or put the file into the drop folder"));
    assert!(!to.exists());
}
