//! Generated fleets: clients that are near copies of a few images, with facts that an index asks for.
//!
//! An image has some of the products (or packages) that the index knows, some of their updates
//! installed, and facts that nothing asks for; or it is a machine that applicability rules are for, with
//! facts about what they compare. Where an index has updates of Office, images of the first kind have
//! products of it. A client is an image with a share of its facts changed.

mod detected;
mod deviation;
mod evidence;
mod found;
mod installer;
mod instances;
mod linux;
mod office;
mod patches;
mod places;
mod rules;
mod system;
mod wanted;
mod windows;

use std::collections::BTreeMap;

use super::random::Random;
use crate::diagnostic::Position;
use crate::index::View;
use crate::index::columns::{Column, NONE};
use crate::index::probe::tag;
use crate::model::fact::{Fact, Kinds, Text};
use crate::model::inventory::{Inventory, Stated};

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Of 100 facts of a client, how many differ from its image, or are not there. Those that say which
    /// system it is (operating system, folders, running kernel) never do.
    pub deviation: u32,
    /// Another seed gives another fleet.
    pub seed: u64,
    /// How many images there are.
    pub images: usize,
    /// About how many facts a client has.
    pub facts: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { deviation: 2, seed: 1, images: 30, facts: 1500 }
    }
}

/// A fleet for an index.
///
/// ```
/// use patchstate::archive::map::Bytes;
/// use patchstate::generate::fleet::{Fleet, Settings};
/// use patchstate::index::{self, Index};
///
/// let mut file = std::io::Cursor::new(Vec::new());
/// index::write(&patchstate::compile::compile(vec![], vec![])?.columns, &mut file)?;
/// let index = Index::open(Bytes::copy(&file.into_inner()))?;
/// let fleet = Fleet::new(index.view()?, Settings::default());
/// assert_eq!(fleet.client(7), fleet.client(7));
/// # Ok::<(), patchstate::error::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Fleet {
    settings: Settings,
    images: Vec<Image>,
}

/// What images of an index are made of.
enum Likeness<'r, 'v> {
    /// Products, and the evidence of their updates.
    Products(&'r windows::Asked),
    /// Packages and modules.
    Packages,
    /// What applicability rules ask.
    Rules(&'r rules::Rules<'v>),
}

/// What clients are copied from.
#[derive(Clone, Debug, Default)]
struct Image {
    complete: Kinds,
    facts: Vec<Fact<'static>>,
    /// The service packs that updates name, by product of the image.
    levels: BTreeMap<Text<'static>, Vec<Text<'static>>>,
}

impl Fleet {
    /// Makes the images for an index.
    pub fn new(view: View<'_>, settings: Settings) -> Fleet {
        let columns = view.columns;
        let of_tag = |wanted: u8| -> Vec<u32> {
            let subjects = 0..u32::try_from(view.subjects()).unwrap_or(NONE);
            subjects.filter(|subject| columns.subject_tag.at(*subject as usize) == wanted).collect()
        };
        let (products, packages, modules) = (of_tag(tag::PRODUCT), of_tag(tag::RPM), of_tag(tag::MODULE));
        let asked = windows::Asked::new(view, products);
        let office = asked.as_ref().and_then(|asked| asked.office.as_ref());
        let options = rules::options();
        let rules = rules::Rules::new(view, &options, office);
        // An index of several kinds has images of each in turn.
        let mut kinds = Vec::new();
        kinds.extend(asked.as_ref().map(Likeness::Products));
        kinds.extend((!packages.is_empty()).then_some(Likeness::Packages));
        kinds.extend(rules.as_ref().map(Likeness::Rules));
        let image = |number: usize| {
            let mut random = Random::of(settings.seed, number as u64);
            match kinds.get(number % kinds.len().max(1)) {
                Some(Likeness::Products(asked)) => windows::image(view, settings, asked, &mut random),
                Some(Likeness::Rules(rules)) => rules.image(settings, &mut random),
                Some(Likeness::Packages) | None => {
                    linux::image(view, settings, &packages, &modules, &mut random)
                }
            }
        };
        Fleet { settings, images: (0..settings.images.max(1)).map(image).collect() }
    }

    /// The id of a client.
    pub fn id(number: usize) -> String {
        format!("client-{number:06}")
    }

    /// Makes one client's inventory.
    pub fn client(&self, number: usize) -> Inventory {
        let image = &self.images[number % self.images.len()];
        let mut random = Random::of(self.settings.seed ^ 0x636c_6965, number as u64);
        let mut inventory = Inventory::new(&Fleet::id(number), image.complete);
        inventory.header.name = Some(Text::Owned(format!("{}.site.example", Fleet::id(number))));
        inventory.header.group = Some(Text::Owned(format!("image-{:02}", number % self.images.len())));
        inventory.header.collected = Some(Text::Borrowed("2026-03-02T08:15:00Z"));
        inventory.header.collector = Some(Text::Borrowed("patchstate generate"));
        inventory.header.serial = Some(1);
        for fact in &image.facts {
            let deviates =
                deviation::is_possible(fact) && random.chance(self.settings.deviation.saturating_mul(10));
            let fact = match deviates {
                true => deviation::deviating(fact, &image.levels, &mut random),
                false => Some(fact.clone()),
            };
            inventory.facts.extend(fact.map(stated));
        }
        inventory
    }
}

fn stated(fact: Fact<'static>) -> Stated {
    Stated { fact, document: 0, position: Position::default() }
}

fn text(text: impl Into<String>) -> Text<'static> {
    Text::Owned(text.into())
}
