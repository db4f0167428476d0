//! Small catalogs, inventories and options from arbitrary bytes: one source of choices for property
//! tests, fuzz targets and benches.
//!
//! Everything is drawn from small universes of names, so that facts and rules meet often. The bytes come
//! from proptest (which shrinks them), from a fuzzer, or from a seed; when they end, every further choice
//! is the first one, which is the simplest. Knows the model and nothing of how it is evaluated.

use patchstate::model::inventory::Inventory;
use patchstate::model::options::{
    Checksum, Detect, Options, Profile, RegistryItems, Signature, Supersedence,
};
use patchstate::model::oval::variable::Variables;
use patchstate::model::product::Detection;
use patchstate::model::update::Catalog;

use rules::Shape;

pub mod catalogs;
pub mod documents;
pub mod facts;
pub mod packages;
pub mod rules;
pub mod windows;
pub mod words;

/// A source of choices: bytes, one after another.
///
/// ```
/// use conformance::random::Choices;
///
/// let mut choices = Choices::new(&[7, 0, 255]);
/// assert_eq!([choices.below(5), choices.below(5), choices.below(300)], [2, 0, 255]);
/// assert_eq!(choices.below(5), 0, "nothing is left");
/// ```
#[derive(Clone, Debug)]
pub struct Choices<'b> {
    bytes: &'b [u8],
}

impl<'b> Choices<'b> {
    /// Chooses by these bytes.
    pub fn new(bytes: &'b [u8]) -> Self {
        Choices { bytes }
    }

    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        *first
    }

    /// A number below `limit`, at most 256 of them: 0 when nothing is left.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::from(self.byte()) % limit.max(1)
    }

    /// True `times` in `of`; false when nothing is left.
    pub fn odds(&mut self, times: usize, of: usize) -> bool {
        self.below(of) + times >= of
    }

    /// One of several.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// One of several, three times in four one of the `first` ones, so that choices meet often.
    pub fn often<T: Copy>(&mut self, first: usize, of: &[T]) -> T {
        let most = if self.odds(1, 4) { of.len() } else { first.min(of.len()) };
        of[self.below(most)]
    }

    /// Nothing half of the time.
    pub fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.odds(1, 2).then(|| make(self))
    }

    /// At most `most` of something.
    pub fn list<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.below(most + 1);
        (0..count).map(|_| make(self)).collect()
    }
}

/// Bytes that a seed stands for, the same everywhere and for ever (SplitMix64).
pub fn bytes_of_seed(seed: u64, count: usize) -> Vec<u8> {
    let mut random = patchstate::generate::random::Random::new(seed);
    let mut bytes = Vec::with_capacity(count + 8);
    while bytes.len() < count {
        bytes.extend(random.wide().to_le_bytes());
    }
    bytes.truncate(count);
    bytes
}

/// Catalogs, clients and options: all that an evaluation takes.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// Which rules the catalogs have.
    pub shape: Shape,
    /// The catalogs.
    pub catalogs: Vec<Catalog>,
    /// How products are detected.
    pub detections: Vec<Detection>,
    /// The clients, with ids in rising order.
    pub inventories: Vec<Inventory>,
    /// The options.
    pub options: Options,
    /// Which updates have cells, by the bits of their number modulo 8; `None` is all.
    pub baseline: Option<u8>,
}

impl Case {
    /// Draws a case.
    pub fn draw(choices: &mut Choices<'_>) -> Case {
        // The catalogs come last: where the bytes end early, there are fewer updates and not fewer facts.
        let shape = choices.one(&[Shape::Real, Shape::Wild]);
        Case {
            shape,
            options: options(choices),
            baseline: choices.odds(1, 4).then(|| choices.byte()),
            inventories: (0..1 + choices.below(4)).map(|number| facts::inventory(number, choices)).collect(),
            detections: rules::detections(choices),
            catalogs: catalogs::catalogs(choices, shape),
        }
    }

    /// The case that bytes stand for.
    pub fn from_bytes(bytes: &[u8]) -> Case {
        Case::draw(&mut Choices::new(bytes))
    }

    /// The numbers of the updates that have cells, of so many; `None` is all.
    pub fn chosen(&self, updates: usize) -> Option<Vec<u32>> {
        let bits = self.baseline?;
        Some((0u32..).take(updates).filter(|update| bits >> (update % 8) & 1 == 1).collect())
    }
}

/// Draws options.
pub fn options(choices: &mut Choices<'_>) -> Options {
    Options {
        build_wins: choices.odds(1, 4),
        supersedence: choices.one(&[Supersedence::On, Supersedence::Off, Supersedence::Evr]),
        checksum: choices.one(&[Checksum::Off, Checksum::Unknown, Checksum::Strict]),
        registry: choices.one(&[RegistryItems::Read, RegistryItems::Read, RegistryItems::Ignored]),
        detect: choices.one(&[Detect::Auto, Detect::Auto, Detect::Always, Detect::Never]),
        profile: choices.one(&[None, None, Some(Profile::Dnf), Some(Profile::Suse)]),
        install_only: choices.list(1, |choices| choices.one(&words::PACKAGES).to_owned()),
        include_retracted: choices.odds(1, 3),
        include_deprecated: choices.odds(1, 3),
        now: choices.one(&[None, Some(1_700_000_000)]),
        variables: Variables::default(),
        signature: choices.one(&[Signature::Assume, Signature::Require]),
    }
}
