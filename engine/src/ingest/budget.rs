//! Bounds the bytes of documents that all workers together hold at a time.
//!
//! Knows sizes only. A worker takes one share before it reads and holds no other, so that nobody who
//! holds a share ever waits: that is why there is no deadlock.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How many bytes may be held at a time, and who comes next.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    queue: Mutex<Queue>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    used: u64,
    /// The number that the next worker draws.
    last: u64,
    /// The number of the worker whose turn it is.
    turn: u64,
}

/// The right to hold so many bytes, until it is dropped.
#[derive(Debug)]
pub struct Share<'b> {
    budget: &'b Budget,
    bytes: u64,
}

impl Budget {
    /// A budget of `limit` bytes.
    pub fn new(limit: u64) -> Self {
        Self { limit, queue: Mutex::default(), moved: Condvar::new() }
    }

    /// The bytes that may be held at a time.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Waits for its turn until `bytes` more may be held.
    ///
    /// Workers are served in the order in which they ask. What is larger than the whole budget waits
    /// until nothing else is held, and then keeps the others waiting: it runs alone.
    ///
    /// ```
    /// use patchstate::ingest::Budget;
    ///
    /// let budget = Budget::new(10);
    /// let share = budget.acquire(1000);
    /// drop(share);
    /// let (_one, _two) = (budget.acquire(5), budget.acquire(5));
    /// ```
    pub fn acquire(&self, bytes: u64) -> Share<'_> {
        let mut queue = self.lock();
        let number = queue.last;
        queue.last += 1;
        while queue.turn != number || !queue.has_room(bytes, self.limit) {
            queue = self.moved.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.turn += 1;
        queue.used = queue.used.saturating_add(bytes);
        drop(queue);
        self.moved.notify_all();
        Share { budget: self, bytes }
    }

    // A worker that panics leaves the counts right: they change in one step.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn has_room(&self, bytes: u64, limit: u64) -> bool {
        self.used == 0 || self.used.saturating_add(bytes) <= limit
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let mut queue = self.budget.lock();
        queue.used = queue.used.saturating_sub(self.bytes);
        drop(queue);
        self.budget.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn never_more_than_the_limit_unless_alone() {
        let budget = Budget::new(100);
        let (held, most) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for worker in 0..8u64 {
                let (budget, held, most) = (&budget, &held, &most);
                scope.spawn(move || {
                    for round in 0..200u64 {
                        let bytes = if (worker + round) % 17 == 0 { 1000 } else { 10 + worker * 5 };
                        let share = budget.acquire(bytes);
                        let now = held.fetch_add(bytes, Ordering::SeqCst) + bytes;
                        assert!(now <= 100 || now == 1000, "{now}");
                        most.fetch_max(now, Ordering::SeqCst);
                        held.fetch_sub(bytes, Ordering::SeqCst);
                        drop(share);
                    }
                });
            }
        });
        assert_eq!(most.into_inner(), 1000);
        assert_eq!(budget.lock().used, 0);
    }
}
