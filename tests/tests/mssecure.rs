//! Reads the real MSSecure catalog and small ones of our own.

use patchstate::catalog::{Settings, mssecure};
use patchstate::diagnostic::Code;
use patchstate::model::update::{Catalog, Reboot};

const REAL: &str = "mssecure/mssecure-1.0.1.148-2001-10-04.xml";

fn real() -> Option<Catalog> {
    let path = conformance::corpora(REAL)?;
    Some(mssecure::read(&path, &Settings::default()).expect("the real file is read"))
}

#[test]
fn the_real_file_has_exactly_the_findings_of_the_table() {
    let Some(catalog) = real() else { return };
    let found: Vec<(&str, u64)> = catalog.diagnostics.counts().map(|(code, n)| (code.name(), n)).collect();
    let expect = [
        (Code::MisplacedElement, 1),
        (Code::DuplicateId, 27),
        (Code::DuplicateFilePath, 6),
        (Code::PatchNamesDifferByCase, 36),
        (Code::DanglingParentReference, 52),
        (Code::SupersedenceTargetByCase, 1),
        (Code::SupersedenceTargetUnresolved, 1),
        (Code::SupersedenceRecordEmpty, 1),
        (Code::SupersedenceBackwards, 1),
        (Code::SupersedenceRecordUnused, 7),
        (Code::ValueTrimmed, 196),
        (Code::NewlineInAttribute, 43),
        (Code::NonAsciiValue, 10),
        (Code::IrregularQNumber, 16),
        (Code::SqNumberNotInBulletin, 29),
        (Code::AffectedSpNotAvailable, 109),
        (Code::FixedInSpNotAvailable, 15),
        (Code::AffectedProductWithoutSp, 5),
        (Code::ProductSpNotAvailable, 9),
        (Code::ProductWithoutSpList, 41),
        (Code::SpOrderDisagrees, 3),
        (Code::PatchWithoutEvidence, 171),
        (Code::PlaceholderPatch, 8),
        (Code::OptionalFilesOnly, 13),
        (Code::UnsupportedFilesOnly, 2),
        (Code::UnsupportedCommand, 6),
        (Code::FileWithoutVersion, 13),
        (Code::Unreferenced, 601),
        (Code::PatchLocationNotUrl, 2),
        (Code::RegistryPathIrregular, 1),
        (Code::HotfixKeyDiffers, 3),
        (Code::BulletinNotSupported, 1),
        (Code::ChecksumConflict, 18),
    ];
    assert_eq!(found, expect.map(|(code, count)| (code.name(), count)));
}

#[test]
fn the_real_file_has_the_shape_that_the_oracle_prints() {
    let Some(catalog) = real() else { return };
    let updates = &catalog.updates;
    let edges: usize = updates.iter().map(|update| update.replacements.len()).sum();
    assert_eq!((updates.len(), edges), (393, 105));
    assert_eq!(updates.iter().filter(|update| !update.replacements.is_empty()).count(), 104);
    assert_eq!(updates.iter().filter(|update| update.reboot == Reboot::Never).count(), 7);
    assert_eq!(catalog.source.revision, "1.0.1.148 2001-10-04");
}
