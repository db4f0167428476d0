//! Generated fleets: clients that are near copies of a few images, with facts that an index asks for.
//!
//! An image has some of the products (or packages) that the index knows, some of their updates
//! installed, and facts that nothing asks for. A client is an image with a share of its facts changed.

mod deviation;
mod linux;
mod windows;

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

/// What clients are copied from.
#[derive(Clone, Debug, Default)]
struct Image {
    complete: Kinds,
    facts: Vec<Fact<'static>>,
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
        let image = |number: usize| {
            let mut random = Random::of(settings.seed, number as u64);
            // An index of both kinds has images of both kinds.
            if products.is_empty() || !packages.is_empty() && number % 2 == 1 {
                linux::image(view, settings, &packages, &modules, &mut random)
            } else {
                windows::image(view, settings, &products, &mut random)
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
            let fact = if deviates { deviation::deviating(fact, &mut random) } else { Some(fact.clone()) };
            let stated = |fact| Stated { fact, document: 0, position: Position::default() };
            inventory.facts.extend(fact.map(stated));
        }
        inventory
    }
}

fn text(text: impl Into<String>) -> Text<'static> {
    Text::Owned(text.into())
}
