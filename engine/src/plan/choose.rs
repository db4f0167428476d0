//! Chooses as few sets as can be that together have every element.
//!
//! What is forced is taken and what another set makes superfluous is dropped until nothing changes; that
//! settles almost everything. What is left is searched through, so far as that is possible in few steps.
//! Knows nothing of updates.

/// How many ways are tried at most.
const TRIES: usize = 20_000;
/// How many sets a search may have to choose at most.
const DEEPEST: usize = 100;

/// What was chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    /// The sets, rising.
    pub(super) sets: Vec<usize>,
    /// Whether no fewer sets have every element: proved.
    pub(super) is_smallest: bool,
}

/// Chooses sets; of those that are worth the same the first. `sets` has the elements of each, all of them
/// less than `elements`; an element of no set is passed over.
pub(super) fn choose(sets: &[Vec<u32>], elements: usize) -> Choice {
    let mut open = Open::new(sets, elements);
    open.reduce();
    let mut sets = std::mem::take(&mut open.chosen);
    let greedy = open.greedy();
    let mut is_smallest = greedy.is_empty();
    if !is_smallest && greedy.len() <= DEEPEST {
        let mut search = Search { open: &open, best: greedy.clone(), tries: 0 };
        search.go_on(&mut Vec::new(), &mut open.is_open.clone());
        is_smallest = search.tries < TRIES;
        sets.extend(search.best);
    } else {
        sets.extend(greedy);
    }
    sets.sort_unstable();
    Choice { sets, is_smallest }
}

/// What is not settled.
struct Open<'s> {
    sets: &'s [Vec<u32>],
    /// By set: whether it may be chosen.
    is_left: Vec<bool>,
    /// By element: whether no chosen set has it.
    is_open: Vec<bool>,
    /// By element: the sets that have it.
    having: Vec<Vec<u32>>,
    chosen: Vec<usize>,
}

impl<'s> Open<'s> {
    fn new(sets: &'s [Vec<u32>], elements: usize) -> Open<'s> {
        let mut having = vec![Vec::new(); elements];
        for (number, set) in (0u32..).zip(sets) {
            set.iter().for_each(|element| having[*element as usize].push(number));
        }
        let is_open = having.iter().map(|sets| !sets.is_empty()).collect();
        Open { sets, is_left: vec![true; sets.len()], is_open, having, chosen: Vec::new() }
    }

    /// The sets that may be chosen and have an element.
    fn having(&self, element: u32) -> impl Iterator<Item = usize> + Clone + '_ {
        let sets = self.having[element as usize].iter().map(|set| *set as usize);
        sets.filter(|set| self.is_left[*set])
    }

    /// The open elements of a set.
    fn open_of(&self, set: usize) -> impl Iterator<Item = u32> + Clone + '_ {
        self.sets[set].iter().copied().filter(|element| self.is_open[*element as usize])
    }

    fn take(&mut self, set: usize) {
        self.chosen.push(set);
        self.is_left[set] = false;
        self.sets[set].iter().for_each(|element| self.is_open[*element as usize] = false);
    }

    /// Takes what is forced and drops what is superfluous, until nothing changes.
    fn reduce(&mut self) {
        let mut changes = true;
        while changes {
            changes = false;
            for set in (0..self.sets.len()).rev() {
                if self.is_left[set] && self.is_superfluous(set) {
                    self.is_left[set] = false;
                    changes = true;
                }
            }
            for element in 0..self.having.len() as u32 {
                if let Some(only) = self.only(element) {
                    self.take(only);
                    changes = true;
                }
            }
        }
    }

    /// The one set that has an open element; none where several do.
    fn only(&self, element: u32) -> Option<usize> {
        let mut sets = self.having(element).filter(|_| self.is_open[element as usize]);
        sets.next().filter(|_| sets.next().is_none())
    }

    /// Whether another set has all that is open of one.
    fn is_superfluous(&self, set: usize) -> bool {
        let rarest = self.open_of(set).min_by_key(|element| self.having(*element).count());
        let Some(rarest) = rarest else { return true };
        let mut others = self.having(rarest).filter(|other| *other != set);
        others.any(|other| {
            let has = |element: u32| self.sets[other].binary_search(&element).is_ok();
            // Of two that have the same the first stays.
            self.open_of(set).all(has)
                && (other < set || self.open_of(other).count() > self.open_of(set).count())
        })
    }

    /// Sets that have all that is open: always one that has the most.
    fn greedy(&self) -> Vec<usize> {
        let mut is_open = self.is_open.clone();
        let mut chosen = Vec::new();
        loop {
            let gain =
                |set: usize| self.sets[set].iter().filter(|element| is_open[**element as usize]).count();
            let left = (0..self.sets.len()).rev().filter(|set| self.is_left[*set]);
            let Some(best) = left.max_by_key(|set| gain(*set)).filter(|set| gain(*set) > 0) else { break };
            self.sets[best].iter().for_each(|element| is_open[*element as usize] = false);
            chosen.push(best);
        }
        chosen
    }
}

/// A search for fewer sets than the best that is known.
struct Search<'o, 's> {
    open: &'o Open<'s>,
    best: Vec<usize>,
    tries: usize,
}

impl Search<'_, '_> {
    /// Tries every set that has the open element which the fewest have.
    fn go_on(&mut self, chosen: &mut Vec<usize>, is_open: &mut [bool]) {
        let elements = (0..is_open.len() as u32).filter(|element| is_open[*element as usize]);
        let Some(rarest) = elements.min_by_key(|element| self.open.having(*element).count()) else {
            if chosen.len() < self.best.len() {
                self.best.clone_from(chosen);
            }
            return;
        };
        if chosen.len() + self.at_least(is_open) >= self.best.len() {
            return;
        }
        for set in self.open.having(rarest).collect::<Vec<_>>() {
            self.tries += 1;
            if self.tries >= TRIES {
                return;
            }
            let closed: Vec<u32> =
                self.open.sets[set].iter().copied().filter(|at| is_open[*at as usize]).collect();
            closed.iter().for_each(|element| is_open[*element as usize] = false);
            chosen.push(set);
            self.go_on(chosen, is_open);
            chosen.pop();
            closed.iter().for_each(|element| is_open[*element as usize] = true);
        }
    }

    /// How many sets are needed at least: as many as there are elements of which no set has two.
    fn at_least(&self, is_open: &[bool]) -> usize {
        let mut is_used = vec![false; self.open.sets.len()];
        let mut count = 0;
        for element in (0..is_open.len() as u32).filter(|element| is_open[*element as usize]) {
            let sets = self.open.having(element);
            if sets.clone().all(|set| !is_used[set]) {
                sets.for_each(|set| is_used[set] = true);
                count += 1;
            }
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::random::Random;

    /// The fewest sets that have every element, found by trying all.
    fn fewest(sets: &[Vec<u32>], elements: usize) -> usize {
        let has_all = |chosen: u32| {
            (0..elements as u32).all(|element| {
                sets.iter().enumerate().any(|(at, set)| chosen >> at & 1 == 1 && set.contains(&element))
            })
        };
        let all = (0..1u32 << sets.len()).filter(|chosen| has_all(*chosen));
        all.map(u32::count_ones).min().map_or(0, |count| count as usize)
    }

    #[test]
    fn no_fewer_sets_have_every_element() {
        let mut random = Random::new(5);
        for _ in 0..4_000 {
            let elements = 1 + random.below(9);
            let others = random.below(6);
            let mut sets: Vec<Vec<u32>> = (0..elements as u32).map(|element| vec![element]).collect();
            sets.extend(std::iter::repeat_n(Vec::new(), others));
            for set in &mut sets {
                for element in 0..elements as u32 {
                    if random.chance(300) && !set.contains(&element) {
                        set.push(element);
                    }
                }
                set.sort_unstable();
            }
            let choice = choose(&sets, elements);
            assert!(choice.is_smallest);
            let has = |element: u32| choice.sets.iter().any(|set| sets[*set].contains(&element));
            assert!((0..elements as u32).all(has), "{sets:?} {choice:?}");
            assert_eq!(choice.sets.len(), fewest(&sets, elements), "{sets:?} {choice:?}");
        }
    }

    #[test]
    fn of_sets_with_the_same_the_first_is_chosen() {
        assert_eq!(choose(&[vec![0], vec![0, 1], vec![0, 1]], 2).sets, [1]);
        assert_eq!(choose(&[], 0), Choice { sets: vec![], is_smallest: true });
    }

    #[test]
    fn a_search_that_takes_too_long_is_no_proof() {
        // Every pair of 60 elements: no two sets are better than others.
        let sets: Vec<Vec<u32>> =
            (0..60u32).flat_map(|one| (0..one).map(move |other| vec![other, one])).collect();
        let choice = choose(&sets, 60);
        assert_eq!(choice.sets.len(), 30);
    }
}
