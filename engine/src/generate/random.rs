//! A small generator of random numbers whose sequence is part of our promise.

/// Random numbers from a seed (SplitMix64): fast, and the same everywhere and for ever.
///
/// ```
/// use patchstate::generate::random::Random;
/// assert_eq!(Random::new(1).below(100), Random::new(1).below(100));
/// ```
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts the sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// Starts an independent sequence of a seed and a number.
    pub fn of(seed: u64, number: u64) -> Self {
        let mut random = Random(seed ^ number.wrapping_mul(0xd6e8_feb8_6659_fd93));
        random.wide();
        random
    }

    /// The next 64 random bits.
    pub fn wide(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `limit`; 0 when that is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.wide()) * limit as u128) >> 64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True in `times` of 1,000 cases.
    pub fn chance(&mut self, times: u32) -> bool {
        self.below(1000) < times as usize
    }

    /// One of several; `None` when there is none.
    pub fn pick<'t, T>(&mut self, items: &'t [T]) -> Option<&'t T> {
        items.get(self.below(items.len()))
    }
}
