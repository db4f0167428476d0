//! What is exported as files of a folder.

#[cfg(not(feature = "parquet"))]
use insta::assert_snapshot;

use super::{Place, shown};

#[cfg(feature = "parquet")]
#[test]
fn parquet_tables_are_files_of_a_folder() {
    let place = Place::new();
    assert_eq!(
        shown(&place.run("export parquet fleet.matrix --output tables/of/today --verdict missing")),
        ""
    );
    for table in ["client_state", "findings", "dim_update", "dim_client"] {
        assert!(place.path(&format!("tables/of/today/{table}.parquet")).is_file(), "{table}");
    }
    let refused = shown(&place.run("export parquet fleet.matrix -o fleet.matrix/tables"));
    assert!(refused.contains("fleet.matrix/tables") && refused.ends_with("exit code Some(2)"), "{refused}");
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_build_without_parquet_says_so_and_how_to_have_it() {
    let place = Place::new();
    assert_snapshot!("error_no_parquet", shown(&place.run("export parquet fleet.matrix -o tables")));
    assert!(!place.path("tables").exists());
}
