//! Hazards of what is written in values.

use super::super::draft::{Draft, Supported};
use super::Scene;
use crate::generate::random::shares;

/// Values of one attribute.
type Values = for<'d> fn(&'d mut Draft) -> Vec<&'d mut String>;

fn titles(draft: &mut Draft) -> Vec<&mut String> {
    draft.bulletins.iter_mut().map(|bulletin| &mut bulletin.title).collect()
}

fn summaries(draft: &mut Draft) -> Vec<&mut String> {
    draft.bulletins.iter_mut().map(|bulletin| &mut bulletin.summary).collect()
}

fn issues(draft: &mut Draft) -> Vec<&mut String> {
    draft.bulletins.iter_mut().map(|bulletin| &mut bulletin.issue).collect()
}

fn articles(draft: &mut Draft) -> Vec<&mut String> {
    draft.bulletins.iter_mut().flat_map(|bulletin| &mut bulletin.numbers).collect()
}

fn patch_names(draft: &mut Draft) -> Vec<&mut String> {
    draft.patches.iter_mut().map(|patch| &mut patch.name).collect()
}

fn product_names(draft: &mut Draft) -> Vec<&mut String> {
    draft.products.iter_mut().map(|product| &mut product.name).collect()
}

fn file_names(draft: &mut Draft) -> Vec<&mut String> {
    draft.files.iter_mut().map(|file| &mut file.name).collect()
}

fn locations(draft: &mut Draft) -> Vec<&mut String> {
    draft.locations.iter_mut().collect()
}

/// Changes so many values, each attribute's share by weight.
fn change(scene: &mut Scene<'_>, count: usize, among: &[(Values, u32)], change: fn(&mut String)) {
    for (values, share) in shares(count, among) {
        let values = values(scene.draft);
        scene.random.choose(values, share).into_iter().for_each(change);
    }
}

/// Values with a blank at their end.
pub(super) fn blanks(scene: &mut Scene<'_>, count: usize) {
    let among: [(Values, u32); 8] = [
        (summaries, 80),
        (articles, 38),
        (titles, 29),
        (issues, 30),
        (locations, 9),
        (patch_names, 5),
        (product_names, 4),
        (file_names, 1),
    ];
    change(scene, count, &among, |value| value.push(' '));
}

/// Values with a line break.
pub(super) fn line_breaks(scene: &mut Scene<'_>, count: usize) {
    change(scene, count, &[(issues, 37), (summaries, 6)], |value| *value = value.replacen(' ', "\n", 1));
}

/// Values with a character outside ASCII.
pub(super) fn not_ascii(scene: &mut Scene<'_>, count: usize) {
    change(scene, count, &[(summaries, 7), (issues, 3)], |value| value.insert(0, '\u{201c}'));
}

/// Article numbers with more than a number, or in lower case.
pub(super) fn irregular_numbers(scene: &mut Scene<'_>, count: usize) {
    let small = count.div_ceil(16);
    let numbers = scene.random.choose(articles(scene.draft), count);
    for (at, number) in numbers.into_iter().enumerate() {
        if at < small {
            number.make_ascii_lowercase();
        } else {
            number.push_str(" (Product 97)");
        }
    }
}

/// Bulletins that are not supported.
pub(super) fn not_supported(scene: &mut Scene<'_>, count: usize) {
    let all = (0..scene.draft.bulletins.len()).collect();
    for bulletin in scene.random.choose(all, count) {
        scene.draft.bulletins[bulletin].supported = Supported::No;
    }
}
