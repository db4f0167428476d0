//! Which block says what the tests of each object say of a client.
//!
//! An object of an image has, with the item that it had before, the block that it had before.

use super::blocks::{Asked, Asking, Blocks};
use super::client::Client;
use super::images::{Image, Passage};
use super::known::Known;
use super::program::Program;
use super::{Definitions, Entry, Source};
use crate::eval::plan::Plan;
use crate::index::columns::NONE;
use crate::model::oval::characteristics::Collected;
use crate::model::oval::words::Flag;

/// The known objects as those of a source.
#[derive(Debug, Default)]
pub(super) struct OfSource {
    /// By known object.
    all: Vec<OneOf>,
    images: Vec<OfImage>,
}

/// What the objects of an image were found to be for the last clients that were looked at closely.
#[derive(Debug, Default)]
struct OfImage {
    /// By statement.
    starts: Vec<Start>,
    /// In the order of statements: those of which more is to be looked at for every client.
    looks: Vec<Look>,
}

/// A known object as one of a source.
#[derive(Clone, Copy, Debug)]
struct OneOf {
    /// Its number among those of the source, or NONE.
    number: u32,
    flag: Flag,
    /// Whether it was collected once, for no variables.
    is_only: bool,
    is_looked_up: bool,
}

impl OneOf {
    const NOT_LOOKED_UP: OneOf =
        OneOf { number: NONE, flag: Flag::Error, is_only: false, is_looked_up: false };
}

/// A statement of an image that is looked at for every client.
#[derive(Clone, Copy, Debug)]
struct Look {
    statement: u32,
    /// The only item of its object, as a number among known ones; or [`NOTHING`] or [`OTHER`].
    item: u32,
}

/// In place of an item: there is none.
const NOTHING: u32 = NONE;
/// In place of an item: it has to be looked at closely each time.
const OTHER: u32 = NONE - 1;

/// An object of a source, or NONE, and the block of what its tests say.
#[derive(Clone, Copy, Debug)]
struct Start {
    object: u32,
    block: u32,
}

impl Start {
    const NOTHING: Start = Start { object: NONE, block: NONE };
}

impl OfImage {
    /// What is known of the objects of an image, with room for all.
    fn of<'k>(known: &'k mut Vec<OfImage>, number: u32, image: &Image) -> &'k mut OfImage {
        let number = number as usize;
        if known.len() <= number {
            known.resize_with(number + 1, OfImage::default);
        }
        let own = &mut known[number];
        if own.starts.is_empty() {
            own.starts.resize(image.len(), Start::NOTHING);
            let objects = (0..image.len()).filter(|at| matches!(image.entry(*at), Entry::Object(..)));
            own.looks = objects.map(|at| Look { statement: at as u32, item: OTHER }).collect();
        }
        own
    }
}

impl OfSource {
    /// Forgets what objects of images were.
    pub(super) fn forget_images(&mut self) {
        self.images.clear();
    }
}

impl Definitions {
    /// Finds what the tests of every object say; `false` where more is needed than what was collected of it.
    pub(super) fn find_starts(&mut self, program: &Program, plan: &Plan<'_>) -> bool {
        let Definitions { client, objects, items, images, sources, .. } = self;
        if !client.collection {
            return false;
        }
        let Source { blocks, objects: own, starts, .. } = &mut sources[program.source];
        let asking = Asking { program, items, view: plan.view, options: plan.options };
        // Behind the objects stand the tests of none.
        starts.clear();
        starts.resize(program.object_count() as usize + 1, NONE);
        let OfSource { all, images: known } = own;
        let mut finder = Finder { client, objects, asking, blocks, all, starts, own: Vec::new() };
        let mut objects = client.objects.iter().enumerate();
        let is_found = objects
            .all(|(place, object)| finder.object(object.number, client.ids(place)).is_some())
            && client.passages_of_objects().all(|(passage, ids)| {
                let image = images.get(passage.image);
                finder.passage(passage, ids, image, OfImage::of(known, passage.image, image))
            });
        if !is_found {
            return false;
        }
        let Finder { blocks, starts, .. } = finder;
        if program.sets.iter().any(|set| starts[*set as usize] == NONE) {
            return false;
        }
        for (object, start) in (0u32..).zip(starts.iter_mut()) {
            if *start == NONE && !program.tests_of(object).is_empty() {
                *start = blocks.find(Asked { object, flag: None, items: &[] }, asking);
            }
        }
        true
    }
}

/// Finds the blocks of the objects of a client.
struct Finder<'f> {
    client: &'f Client,
    objects: &'f Known<Collected<'static>>,
    asking: Asking<'f>,
    blocks: &'f mut Blocks,
    all: &'f mut Vec<OneOf>,
    /// By object of the source.
    starts: &'f mut [u32],
    /// The items of an object, as numbers among known ones.
    own: Vec<u32>,
}

impl Finder<'_> {
    /// Finds those of a passage, of which these are the ids of items; `false` where more is needed than what was
    /// collected.
    fn passage(&mut self, passage: Passage, mut ids: &[u64], image: &Image, known: &mut OfImage) -> bool {
        let OfImage { starts, looks } = known;
        // Most are as before, which is seen below.
        let mut is_first = true;
        for start in &starts[passage.from as usize..passage.end()] {
            is_first &= self.set(*start);
        }
        let place = |statement: usize| looks.partition_point(|look| (look.statement as usize) < statement);
        let mut settled = false;
        let own = place(passage.from as usize)..place(passage.end());
        for look in &mut looks[own] {
            if let [id, behind @ ..] = ids
                && self.client.find(*id) == Some(look.item)
            {
                ids = behind;
                continue;
            }
            let at = look.statement as usize;
            let Entry::Object(known, count) = image.entry(at) else { continue };
            let (own, behind) = ids.split_at((count as usize).min(ids.len()));
            ids = behind;
            if let Some(before) = self.starts.get_mut(starts[at].object as usize) {
                *before = NONE;
            }
            let Some(start) = self.object(known, own) else { return false };
            starts[at] = start;
            look.item = match own {
                [] => NOTHING,
                [id] => self.client.find(*id).unwrap_or(OTHER),
                _ => OTHER,
            };
            settled |= look.item == NOTHING;
        }
        if settled {
            looks.retain(|look| look.item != NOTHING);
            looks.shrink_to_fit();
        }
        is_first
    }

    /// Finds that of one object, which has these items.
    fn object(&mut self, known: u32, ids: &[u64]) -> Option<Start> {
        let one = match self.all.get(known as usize) {
            Some(one) if one.is_looked_up => *one,
            _ => self.look_up(known),
        };
        let OneOf { number: object, flag, is_only, .. } = one;
        if !is_only || flag == Flag::Complete && ids.is_empty() {
            return None;
        }
        // The program may have none of this id.
        if object as usize >= self.starts.len() {
            return Some(Start::NOTHING);
        }
        self.own.clear();
        for id in ids {
            self.own.push(self.client.find(*id)?);
        }
        if repeats(ids) {
            return None;
        }
        let block = match self.asking.program.tests_of(object).is_empty() {
            true => Blocks::OF_NONE,
            false => self.blocks.find(Asked { object, flag: Some(flag), items: &self.own }, self.asking),
        };
        let start = Start { object, block };
        self.set(start).then_some(start)
    }

    /// Notes the block of an object; `false` where it has one already.
    #[inline]
    fn set(&mut self, start: Start) -> bool {
        match self.starts.get_mut(start.object as usize) {
            Some(own) => std::mem::replace(own, start.block) == NONE,
            None => true,
        }
    }

    /// Looks up which object of the source a known one is.
    #[cold]
    fn look_up(&mut self, known: u32) -> OneOf {
        let object = self.objects.get(known);
        let number = self.asking.program.objects.get(object.object.as_bytes()).copied().unwrap_or(NONE);
        let is_only = object.instance == 1;
        let one = OneOf { number, flag: object.flag, is_only, is_looked_up: true };
        if self.all.len() <= known as usize {
            self.all.resize(known as usize + 1, OneOf::NOT_LOOKED_UP);
        }
        self.all[known as usize] = one;
        one
    }
}

/// Whether an item is named twice.
fn repeats(ids: &[u64]) -> bool {
    ids.len() > 1 && {
        let mut sorted = ids.to_vec();
        sorted.sort_unstable();
        sorted.windows(2).any(|pair| pair[0] == pair[1])
    }
}
