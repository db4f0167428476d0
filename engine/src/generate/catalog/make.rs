//! Makes the records of a clean catalog from the ratios of its shape.
//!
//! What a shape has counts of is dealt, not rolled: a catalog has exactly so many, in random order.

use std::collections::VecDeque;
use std::ops::Range;

use super::Settings;
use super::draft::{Bulletin, Draft, INSTALLED, Patch, RegChange, Restart, Row, VERSION, major};
use super::ratios::{BULLETINS, Evidence, Origin, Popularity, Ratios, UPDATES, scaled};
use super::replace;
use crate::generate::random::Random;

/// Addresses that all updates have: of the bulletins, and of the packages.
const ADDRESSES: [&str; 2] = ["http://bulletins.example/", "http://downloads.example/update.exe"];
/// The place of the bulletins' address among the locations.
pub(super) const BULLETIN_ADDRESS: usize = 0;
/// The place of the packages' address among the locations.
const PACKAGE_ADDRESS: usize = 1;
/// The folders in which files stand.
const FOLDERS: [&str; 4] =
    [r"%windir%\system32", r"%windir%", r"%ProgramFiles%\Common Files\System", r"%ProgramFiles%\Vendor"];
/// The places of the folders among the locations.
pub(super) const FOLDER_PLACES: Range<usize> = ADDRESSES.len()..ADDRESSES.len() + FOLDERS.len();

/// The article number before the first.
const FIRST_ARTICLE: usize = 200_000;
/// Of 393 updates, how many need no restart.
const NO_RESTART: usize = 7;

/// What bulletins say, sentence by sentence.
const SENTENCES: [&str; 6] = [
    "A part of a product does not check the length of what it is given.",
    "A request that was made for this purpose could stop the service.",
    "What a visitor of a page may read is decided before its address is resolved.",
    "Data of another account could be read where both are signed on at the same system.",
    "The default permissions of a key are wider than they need to be.",
    "Systems that do not run the service are not affected by this.",
];

/// Makes a clean catalog.
pub(super) fn make(settings: &Settings, random: &mut Random) -> Draft {
    let ratios = Ratios::of(settings.shape);
    let mut draft = Draft { families: vec![1], ..Draft::default() };
    draft.locations = ADDRESSES.iter().chain(&FOLDERS).map(|path| (*path).to_owned()).collect();
    make_products(&mut draft, settings.updates, ratios, random);
    make_bulletins(&mut draft, settings.updates, ratios, random);
    number_patches(&mut draft, ratios, random);
    make_rows(&mut draft, ratios, random);
    grow_rows(&mut draft, ratios, random);
    Evidences::new(&draft, ratios, random).give(&mut draft, random);
    replace::replace(&mut draft, ratios, random);
    draft
}

/// Makes products, those with most service packs first: they are the ones that have most updates.
fn make_products(draft: &mut Draft, updates: usize, ratios: &Ratios, random: &mut Random) {
    let mut levels = random.deal(scaled(ratios.products, updates).max(4), ratios.levels);
    levels.sort_unstable_by(|a, b| b.cmp(a));
    for levels in levels {
        draft.product(levels);
    }
}

fn make_bulletins(draft: &mut Draft, updates: usize, ratios: &Ratios, random: &mut Random) {
    let bulletins = updates * BULLETINS / UPDATES + 1;
    let mut sizes = random.deal(bulletins, ratios.bulletins);
    let mut counts = random.deal(bulletins, ratios.articles);
    let mut articles = FIRST_ARTICLE;
    while draft.patches.len() < updates {
        let bulletin = draft.bulletins.len();
        let first = draft.patches.len();
        let size = sizes.pop().unwrap_or(1).min(updates - first);
        for member in 0..size {
            let name = format!("update-{:06}-{}-x86.exe", first + member, member + 1);
            draft.patches.push(Patch { bulletin, name, location: PACKAGE_ADDRESS, ..Patch::default() });
        }
        let numbers = articles..articles + counts.pop().unwrap_or(1);
        articles = numbers.end;
        draft.bulletins.push(Bulletin {
            id: bulletin_id(bulletin),
            title: format!("Patch Available for a Part of Product {}", random.below(draft.products.len())),
            summary: sentences(1, random),
            issue: sentences(ratios.sentences, random),
            posted: date(bulletin),
            numbers: numbers.map(|number| format!("Q{number}")).collect(),
            patches: first..first + size,
            ..Bulletin::default()
        });
    }
}

fn sentences(count: usize, random: &mut Random) -> String {
    let sentences = (0..count).filter_map(|_| random.pick(&SENTENCES).copied());
    sentences.collect::<Vec<_>>().join(" ")
}

fn bulletin_id(bulletin: usize) -> String {
    format!("MS{:02}-{:03}", 98 + bulletin / 1000, bulletin % 1000)
}

/// The dates on which bulletins appear: one a day, from the beginning of 1998.
pub(super) fn date(bulletin: usize) -> String {
    let start = jiff::civil::date(1998, 1, 1);
    let days = i64::try_from(bulletin).unwrap_or(i64::MAX).min(1_000_000);
    let date = start.checked_add(jiff::Span::new().days(days)).unwrap_or(start);
    format!("{:04}/{:02}/{:02}", date.year(), date.month(), date.day())
}

/// Gives most patches one of the article numbers of their bulletin.
fn number_patches(draft: &mut Draft, ratios: &Ratios, random: &mut Random) {
    let updates = draft.patches.len();
    let unnumbered = scaled(ratios.unnumbered as usize, updates);
    let no_restart = scaled(NO_RESTART, updates);
    for place in random.choose((0..updates).collect(), updates - unnumbered) {
        let numbers = &draft.bulletins[draft.patches[place].bulletin].numbers;
        draft.patches[place].number = random.pick(numbers).cloned().unwrap_or_default();
    }
    for place in random.choose((0..updates).collect(), no_restart) {
        draft.patches[place].restart = Restart::NotNeeded;
    }
}

/// Gives each patch its products, each with one service pack.
fn make_rows(draft: &mut Draft, ratios: &Ratios, random: &mut Random) {
    let counts = random.deal(draft.patches.len(), ratios.rows);
    let mut products = popular(draft.products.len(), counts.iter().sum(), ratios.popularity, random);
    for (patch, count) in draft.patches.iter_mut().zip(counts) {
        // A product that the patch has already is left for another patch.
        for _ in 0..products.len().min(count * 4) {
            if patch.rows.len() == count {
                break;
            }
            let Some(product) = products.pop_front() else { break };
            if patch.rows.iter().any(|row| row.product == product) {
                products.push_back(product);
                continue;
            }
            let levels = random.pick(&draft.products[product].levels).copied().into_iter().collect();
            patch.rows.push(Row { product, levels, fixed: None });
        }
    }
}

/// The products of so many rows in random order, each at least once where there are enough.
fn popular(products: usize, rows: usize, popularity: Popularity, random: &mut Random) -> VecDeque<usize> {
    const WHOLE: usize = 1 << 20;
    let mut all: Vec<usize> = (0..rows)
        .map(|row| match popularity {
            _ if row < products => row,
            Popularity::Even => row % products,
            // The share of a product falls with the square of its place; with this constant the first
            // of 104 has 60 of 815 rows, and the second half of them hardly more than one each.
            Popularity::Uneven => {
                let at = random.below(WHOLE);
                products * at / (9 * WHOLE - 8 * at)
            }
        })
        .collect();
    random.shuffle(&mut all);
    all.into()
}

/// Adds service packs to rows until there are as many as there should be, and says which contain fixes.
fn grow_rows(draft: &mut Draft, ratios: &Ratios, random: &mut Random) {
    let updates = draft.patches.len();
    let mut rows: Vec<&mut Row> = draft.patches.iter_mut().flat_map(|patch| &mut patch.rows).collect();
    let mut wanted = scaled(ratios.row_levels, updates).saturating_sub(rows.len());
    let mut open: Vec<usize> = (0..rows.len()).collect();
    while wanted > 0 && !open.is_empty() {
        let at = random.below(open.len());
        let row = &mut rows[open[at]];
        let levels = &draft.products[row.product].levels;
        if row.levels.len() == levels.len() {
            open.swap_remove(at);
            continue;
        }
        let after = row.levels.last().map_or(0, |last| last + 1);
        // The service packs of a product stand one after another.
        match (levels.contains(&after), row.levels.first()) {
            (true, _) => row.levels.push(after),
            (false, Some(first)) => row.levels.insert(0, first - 1),
            (false, None) => break,
        }
        wanted -= 1;
    }
    for row in rows {
        let after = row.levels.last().map_or(0, |last| last + 1);
        let is_level = draft.products[row.product].levels.contains(&after);
        row.fixed = (is_level && random.chance(600)).then_some(after);
    }
}

/// The evidence of patches while it is dealt.
struct Evidences<'r> {
    ratios: &'r Ratios,
    kinds: Vec<Evidence>,
    files: Vec<usize>,
    origins: Vec<Origin>,
    commands: Vec<&'static str>,
    values: Vec<usize>,
    /// The file changes of each product.
    changes: Vec<Vec<usize>>,
    /// The files of each product, each with its newest build.
    products: Vec<Vec<(usize, usize)>>,
}

impl<'r> Evidences<'r> {
    fn new(draft: &Draft, ratios: &'r Ratios, random: &mut Random) -> Self {
        let kinds = random.deal(draft.patches.len(), ratios.evidence);
        let of = |has: fn(Evidence) -> bool| kinds.iter().filter(|kind| has(**kind)).count();
        let files = random.deal(of(Evidence::has_files), ratios.files);
        let references = files.iter().sum();
        Evidences {
            ratios,
            origins: random.deal(references, ratios.origins),
            commands: random.deal(references, ratios.commands),
            values: random.deal(of(Evidence::has_registry), ratios.values),
            files,
            kinds,
            changes: vec![Vec::new(); draft.products.len()],
            products: vec![Vec::new(); draft.products.len()],
        }
    }

    fn give(&mut self, draft: &mut Draft, random: &mut Random) {
        for (place, kind) in std::mem::take(&mut self.kinds).into_iter().enumerate() {
            let product = draft.patches[place].rows.first().map_or(0, |row| row.product);
            if kind.has_files() {
                self.give_files(draft, place, product, random);
            }
            if kind.has_registry() {
                let value = self.values.pop().unwrap_or(INSTALLED);
                let change = self.registry_change(draft, place, product, value, random);
                draft.patches[place].registry = Some(change);
            }
            if kind == Evidence::Files {
                require_file(draft, place);
            }
        }
    }

    fn give_files(&mut self, draft: &mut Draft, place: usize, product: usize, random: &mut Random) {
        let mut known: Vec<usize> = Vec::new();
        for _ in 0..self.files.pop().unwrap_or(1) {
            let origin = self.origins.pop().unwrap_or(Origin::NewFile);
            let free = |file: usize| !known.contains(&file);
            let own = random.pick(&self.changes[product]).copied();
            let shared = own.or_else(|| random.below(draft.changes.len()).checked_sub(1));
            let shared = shared.filter(|change| free(draft.changes[*change].file));
            let change = match shared.filter(|_| origin == Origin::Shared) {
                Some(change) => change,
                None => {
                    let files = self.products[product].iter().map(|(file, _)| *file);
                    let files: Vec<usize> = files.filter(|file| free(*file)).collect();
                    let old = random.pick(&files).copied().filter(|_| origin != Origin::NewFile);
                    self.new_change(draft, product, old, random)
                }
            };
            known.push(draft.changes[change].file);
            draft.patches[place].files.push(change);
        }
    }

    /// Makes the next version of a file of a product, or the first one of a new file.
    fn new_change(
        &mut self,
        draft: &mut Draft,
        product: usize,
        file: Option<usize>,
        random: &mut Random,
    ) -> usize {
        let file = file.unwrap_or_else(|| {
            let file = draft.file(&FOLDER_PLACES);
            self.products[product].push((file, 1000));
            file
        });
        let known = self.products[product].iter_mut().find(|(known, _)| *known == file);
        let build = known.map_or(1000, |(_, build)| {
            *build += random.between(1, 40);
            *build
        });
        let version = format!("{}.{}.2195.{build}", major(product), file % 3);
        let command = self.commands.pop().unwrap_or("c");
        let change = draft.change(file, version, command, random.between(1, 0xffff_ffff) as u64);
        self.changes[product].push(change);
        change
    }

    /// Makes the data of a registry value; what it asks for grows with time, so that a later update
    /// never takes away what shows an earlier one.
    fn registry_change(
        &self,
        draft: &mut Draft,
        place: usize,
        product: usize,
        value: usize,
        random: &mut Random,
    ) -> usize {
        let patch = &draft.patches[place];
        let own = Some(&patch.number).filter(|number| !number.is_empty());
        let number = own.or_else(|| draft.bulletins[patch.bulletin].numbers.first());
        let number = number.map_or("", String::as_str);
        let (key, data) = match value {
            INSTALLED => {
                (format!(r"HKLM\SOFTWARE\Vendor\Updates\Product {product}\{number}"), "1".to_owned())
            }
            VERSION => {
                let part = random.below(self.ratios.parts);
                (format!(r"HKLM\SOFTWARE\Vendor\Product {product}\Part {part}"), format!("5.0.{place}.0"))
            }
            _ => (format!(r"HKLM\SOFTWARE\Vendor\Components\Part {place}"), format!("PART{place:06}")),
        };
        let key = draft.location(key);
        draft.registry.push(RegChange { value, data, key, parent: Default::default() });
        draft.registry.len() - 1
    }
}

/// Lets a patch whose only evidence are files have one that must be there.
fn require_file(draft: &mut Draft, place: usize) {
    let files = &draft.patches[place].files;
    let is_required = |change: &usize| draft.changes[*change].command != "e";
    if !files.iter().any(is_required)
        && let Some(first) = files.first()
    {
        draft.changes[*first].command = "c";
    }
}
