//! Notices that wait for the household's command.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Notices that wait at most: a home sees a few in an hour, and each takes the command 20 s at most.
pub(super) const WAITING: usize = 256;

/// A bounded queue in order of time. Where it is full, the oldest of those that matter least is dropped, or the new one if none matters less.
#[derive(Default, Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default, Debug)]
struct State {
    waiting: VecDeque<(u8, String)>,
    lost: u64,
    closed: bool,
}

impl Queue {
    /// Puts a notice at the end, without waiting; the more it matters, the higher its `importance`.
    pub(super) fn put(&self, importance: u8, notice: String) {
        let mut state = self.state();
        if state.waiting.len() >= WAITING {
            state.lost = state.lost.saturating_add(1);
            let least = state.waiting.iter().map(|it| it.0).min().filter(|least| *least < importance);
            let Some(place) = least.and_then(|least| state.waiting.iter().position(|it| it.0 == least)) else { return };
            state.waiting.remove(place);
        }
        state.waiting.push_back((importance, notice));
        self.changed.notify_one();
    }

    /// Waits for the oldest; `None` once the queue is closed and empty.
    pub(super) fn take(&self) -> Option<String> {
        let mut state = self.state();
        loop {
            if let Some((_, notice)) = state.waiting.pop_front() {
                return Some(notice);
            }
            if state.closed {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets whoever takes from it end, once it is empty.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    /// Notices that were dropped.
    pub(super) fn lost(&self) -> u64 {
        self.state().lost
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_least_gives_way_and_is_counted() {
        let queue = Queue::default();
        for number in 0..WAITING + 50 {
            queue.put(1, format!("verdict {number}"));
        }
        assert_eq!(queue.lost(), 50);
        queue.put(0, "device".to_owned());
        for number in 0..10 {
            queue.put(3, format!("upload {number}"));
        }
        assert_eq!(queue.lost(), 61);
        queue.close();
        let taken: Vec<String> = std::iter::from_fn(|| queue.take()).collect();
        assert_eq!((taken.len(), taken[0].as_str(), taken[WAITING - 1].as_str()), (WAITING, "verdict 10", "upload 9"));
        assert_eq!(taken.iter().filter(|it| it.starts_with("upload")).count(), 10);
    }
}
