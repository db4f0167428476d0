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

    /// Puts items into random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }

    /// Takes `count` of the items, or all, in random order.
    pub fn choose<T>(&mut self, mut items: Vec<T>, count: usize) -> Vec<T> {
        self.shuffle(&mut items);
        items.truncate(count);
        items
    }

    /// Deals `count` items in random order, of each exactly its share by weight.
    ///
    /// ```
    /// use patchstate::generate::random::Random;
    ///
    /// let mut dealt = Random::new(1).deal(8, &[("often", 3), ("seldom", 1)]);
    /// dealt.sort();
    /// assert_eq!(dealt, ["often", "often", "often", "often", "often", "often", "seldom", "seldom"]);
    /// ```
    pub fn deal<T: Copy>(&mut self, count: usize, weights: &[(T, u32)]) -> Vec<T> {
        let shares = shares(count, weights);
        let mut dealt: Vec<T> =
            shares.into_iter().flat_map(|(item, share)| std::iter::repeat_n(item, share)).collect();
        self.shuffle(&mut dealt);
        dealt
    }
}

/// Divides `count` by weight; what does not divide evenly goes to the largest remainders.
pub fn shares<T: Copy>(count: usize, weights: &[(T, u32)]) -> Vec<(T, usize)> {
    let total = weights.iter().map(|(_, weight)| *weight as usize).sum::<usize>().max(1);
    let parts = weights.iter().map(|(item, weight)| (*item, count * *weight as usize));
    let (mut shares, mut remainders) = (Vec::new(), Vec::new());
    for (at, (item, part)) in parts.enumerate() {
        shares.push((item, part / total));
        remainders.push((part % total, at));
    }
    remainders.sort_by_key(|(remainder, at)| (std::cmp::Reverse(*remainder), *at));
    let left = count - shares.iter().map(|(_, share)| share).sum::<usize>();
    for (_, at) in remainders.into_iter().take(left) {
        shares[at].1 += 1;
    }
    shares
}
