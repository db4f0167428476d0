//! What is wrong or odd in a dirty catalog: everything that is found in the real file, at its rate.
//!
//! A hazard is a row of [`HAZARDS`]: the finding that it raises, how often the real file has it, and the
//! function that lets it befall so many records. Each picks records that no other hazard has made
//! something of that would hide it, so that the counts come out; the order of the rows is part of that.

mod evidence;
mod identity;
mod product;
mod supersedence;
mod text;

use super::draft::Draft;
use super::ratios::{BULLETINS, PRODUCTS, UPDATES};
use crate::diagnostic::Code;
use crate::generate::random::Random;

/// Something that befalls records of a catalog.
#[derive(Clone, Copy, Debug)]
struct Hazard {
    /// The finding it raises.
    code: Code,
    /// How often the real file has it.
    real: usize,
    /// Of how many records of the real file that is.
    among: Among,
    /// Lets it befall so many records.
    befall: fn(&mut Scene<'_>, usize),
}

/// The records that a hazard grows in number with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Among {
    Updates,
    Bulletins,
    Products,
}

/// A catalog that hazards befall.
struct Scene<'s> {
    draft: &'s mut Draft,
    random: &'s mut Random,
}

const fn hazard(code: Code, real: usize, among: Among, befall: fn(&mut Scene<'_>, usize)) -> Hazard {
    Hazard { code, real, among, befall }
}

/// All of them; a patch without evidence is none, it is what updates of the shape are like.
const HAZARDS: &[Hazard] = &[
    hazard(Code::ProductWithoutSpList, 41, Among::Products, product::without_list),
    hazard(Code::FixedInSpNotAvailable, 15, Among::Updates, product::fix_not_listed),
    hazard(Code::AffectedSpNotAvailable, 109, Among::Updates, product::affected_not_listed),
    hazard(Code::ProductSpNotAvailable, 9, Among::Products, product::current_not_listed),
    hazard(Code::SpOrderDisagrees, 3, Among::Products, product::other_order),
    hazard(Code::MisplacedElement, 1, Among::Products, product::misplaced),
    hazard(Code::AffectedProductWithoutSp, 5, Among::Updates, product::row_without_level),
    hazard(Code::OptionalFilesOnly, 13, Among::Updates, evidence::optional_only),
    hazard(Code::UnsupportedFilesOnly, 2, Among::Updates, evidence::unsupported_only),
    hazard(Code::UnsupportedCommand, 6, Among::Updates, evidence::unsupported_command),
    hazard(Code::FileWithoutVersion, 13, Among::Updates, evidence::without_version),
    hazard(Code::ChecksumConflict, 18, Among::Updates, evidence::checksum_conflict),
    hazard(Code::HotfixKeyDiffers, 3, Among::Updates, evidence::other_hotfix_key),
    hazard(Code::SqNumberNotInBulletin, 29, Among::Updates, evidence::foreign_number),
    hazard(Code::DanglingParentReference, 52, Among::Updates, evidence::dangling_parent),
    hazard(Code::PatchLocationNotUrl, 2, Among::Updates, evidence::no_address),
    hazard(Code::RegistryPathIrregular, 1, Among::Updates, evidence::irregular_key),
    hazard(Code::PlaceholderPatch, 8, Among::Updates, identity::placeholder),
    hazard(Code::PatchNamesDifferByCase, 36, Among::Updates, identity::names_differ_by_case),
    hazard(Code::SupersedenceTargetByCase, 1, Among::Updates, supersedence::by_case),
    hazard(Code::SupersedenceTargetUnresolved, 1, Among::Updates, supersedence::unresolved),
    hazard(Code::SupersedenceRecordEmpty, 1, Among::Updates, supersedence::empty),
    hazard(Code::SupersedenceBackwards, 1, Among::Updates, supersedence::backwards),
    hazard(Code::SupersedenceRecordUnused, 7, Among::Updates, supersedence::unused),
    hazard(Code::Unreferenced, 601, Among::Updates, evidence::unreferenced),
    hazard(Code::DuplicateFilePath, 6, Among::Updates, identity::duplicate_paths),
    hazard(Code::DuplicateId, 27, Among::Updates, identity::duplicate_ids),
    hazard(Code::BulletinNotSupported, 1, Among::Bulletins, text::not_supported),
    hazard(Code::IrregularQNumber, 16, Among::Bulletins, text::irregular_numbers),
    hazard(Code::NewlineInAttribute, 43, Among::Bulletins, text::line_breaks),
    hazard(Code::NonAsciiValue, 10, Among::Bulletins, text::not_ascii),
    hazard(Code::ValueTrimmed, 196, Among::Bulletins, text::blanks),
];

/// The findings of hazards, and how often the real file has each.
pub(super) fn findings() -> impl Iterator<Item = (Code, usize)> {
    HAZARDS.iter().map(|hazard| (hazard.code, hazard.real))
}

/// Lets all hazards befall a catalog, each at least once.
pub(super) fn befall(draft: &mut Draft, random: &mut Random) {
    let sizes = [draft.patches.len(), draft.bulletins.len(), draft.products.len()];
    let [updates, bulletins, products] = sizes;
    for hazard in HAZARDS {
        let (records, of) = match hazard.among {
            Among::Updates => (updates, UPDATES),
            Among::Bulletins => (bulletins, BULLETINS),
            Among::Products => (products, PRODUCTS),
        };
        let count = ((hazard.real * records + of / 2) / of).max(1);
        let mut scene = Scene { draft: &mut *draft, random: &mut *random };
        (hazard.befall)(&mut scene, count);
    }
}

impl Scene<'_> {
    /// Picks so many of the patches that are fit for it, in random order.
    fn patches(&mut self, count: usize, is_fit: impl Fn(&Draft, usize) -> bool) -> Vec<usize> {
        let fit = (0..self.draft.patches.len()).filter(|place| is_fit(self.draft, *place)).collect();
        self.random.choose(fit, count)
    }

    /// Picks so many of the products that are fit for it, in random order.
    fn products(&mut self, count: usize, is_fit: impl Fn(&Draft, usize) -> bool) -> Vec<usize> {
        let fit = (0..self.draft.products.len()).filter(|place| is_fit(self.draft, *place)).collect();
        self.random.choose(fit, count)
    }
}
