//! Work that is done in any order and handed on in one.
//!
//! Workers take numbers and put results; results leave by rising numbers, one at a time, from whichever
//! worker has the next one. Knows nothing of what is worked on.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::Result;

/// How far the work may run ahead of what was handed on, which bounds the results that wait; with many
/// workers more for each.
const AHEAD: (usize, usize) = (256, 4);

/// The work of one run.
pub(crate) struct InOrder<T, F> {
    end: usize,
    ahead: usize,
    state: Mutex<State<T>>,
    /// Something was handed on, or nothing will be any more.
    moved: Condvar,
    /// Takes the results; only who sets [`State::handing`] locks it.
    receiver: Mutex<F>,
}

struct State<T> {
    /// The number that is taken next.
    taken: usize,
    /// The number that is handed on next.
    next: usize,
    /// Results from `next` on.
    waiting: VecDeque<Option<T>>,
    /// Whether some worker is handing on.
    handing: bool,
    /// Why nothing is worked on any more.
    stopped: Option<Result<()>>,
}

impl<T> State<T> {
    fn is_ahead_by(&self, most: usize) -> bool {
        self.taken - self.next >= most
    }
}

impl<T, F: FnMut(T) -> Result<()>> InOrder<T, F> {
    /// The numbers from 0 to `end`, for so many workers; `receiver` takes the results until it fails.
    pub(crate) fn new(end: usize, workers: usize, receiver: F) -> Self {
        let (waiting, stopped) = (VecDeque::new(), None);
        let state = State { taken: 0, next: 0, waiting, handing: false, stopped };
        let ahead = AHEAD.0.max(workers.saturating_mul(AHEAD.1));
        let (state, moved, receiver) = (Mutex::new(state), Condvar::new(), Mutex::new(receiver));
        InOrder { end, ahead, state, moved, receiver }
    }

    /// Works in the current thread, beside others that do the same, until nothing is left.
    pub(crate) fn work(&self, mut work: impl FnMut(usize) -> T) {
        let _ending = Ending(self);
        while let Some(number) = self.take() {
            let result = work(number);
            self.put(number, result);
        }
    }

    /// Whether everything was handed on, after all workers have ended and none has panicked.
    ///
    /// # Errors
    ///
    /// The receiver failed, which ended the work.
    pub(crate) fn finish(self) -> Result<()> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).stopped.unwrap_or(Ok(()))
    }

    // Whoever panics has not begun to change it.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<usize> {
        let must_wait = |state: &mut State<T>| state.stopped.is_none() && state.is_ahead_by(self.ahead);
        let waited = self.moved.wait_while(self.lock(), must_wait);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.stopped.is_some() || state.taken == self.end {
            return None;
        }
        state.taken += 1;
        Some(state.taken - 1)
    }

    /// Lets a result wait for those before it, and hands on what waits for nothing.
    fn put(&self, number: usize, result: T) {
        let mut state = self.lock();
        let place = number - state.next;
        if state.waiting.len() <= place {
            state.waiting.resize_with(place + 1, || None);
        }
        state.waiting[place] = Some(result);
        if std::mem::replace(&mut state.handing, true) {
            return;
        }
        let mut receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        while state.stopped.is_none()
            && let Some(result) = state.waiting.front_mut().and_then(Option::take)
        {
            state.waiting.pop_front();
            let others_wait = state.is_ahead_by(self.ahead);
            state.next += 1;
            drop(state);
            if others_wait {
                self.moved.notify_all();
            }
            let received = receiver(result);
            state = self.lock();
            if received.is_err() {
                state.stopped = Some(received);
                self.moved.notify_all();
            }
        }
        state.handing = false;
    }
}

/// Ends the work of all when one worker panics: what it has taken is waited for in vain.
struct Ending<'a, T, F: FnMut(T) -> Result<()>>(&'a InOrder<T, F>);

impl<T, F: FnMut(T) -> Result<()>> Drop for Ending<'_, T, F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().stopped.get_or_insert(Ok(()));
            self.0.moved.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::error::Error;

    fn run(threads: usize, end: usize, receiver: impl FnMut(usize) -> Result<()> + Send) -> Result<()> {
        let order = InOrder::new(end, threads, receiver);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    order.work(|number| {
                        // The first takes longest, so that the others get ahead of it.
                        let rounds = if number == 0 { 100_000 } else { number % 7 };
                        (0..rounds).for_each(|_| std::hint::spin_loop());
                        number
                    });
                });
            }
        });
        order.finish()
    }

    #[test]
    fn everything_is_handed_on_in_order() {
        for threads in [1, 2, 90] {
            for end in [0, 1, 3 * AHEAD.0] {
                let mut handed = Vec::new();
                run(threads, end, |number| {
                    handed.push(number);
                    Ok(())
                })
                .expect("does not fail");
                assert!(handed.iter().copied().eq(0..end), "{threads} threads, {end} numbers");
            }
        }
    }

    #[test]
    fn a_failure_ends_the_work() {
        let mut handed = 0;
        let failed = run(2, 5 * AHEAD.0, |number| {
            handed = number;
            if number < 7 { Ok(()) } else { Err(Error::new(Code::Io, "the disk is full")) }
        });
        assert_eq!((failed.map_err(|error| error.code()), handed), (Err(Code::Io), 7));
    }

    #[test]
    fn nobody_waits_for_a_worker_that_panicked() {
        let order = InOrder::new(5 * AHEAD.0, 2, |_: usize| Ok(()));
        let work = || order.work(|number| if number == 7 { panic!("on purpose") } else { number });
        std::thread::scope(|scope| {
            let failed = [scope.spawn(work), scope.spawn(work)].map(|worker| worker.join().is_err());
            assert_eq!(failed.iter().filter(|failed| **failed).count(), 1);
        });
    }
}
