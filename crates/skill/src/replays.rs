//! Requests that were taken, so that none is taken twice.

use std::collections::BTreeMap;

use earwitness_core::time::Timestamp;

use crate::refusal::Refusal;
use crate::request::Request;
use crate::verify::TOLERANCE;

/// Most requests that are kept. Those of a home within five minutes are a tenth of it at most; only Amazon's own count.
const MOST: usize = 1_024;

/// The requests of the latest minutes. After that their time stamps are too old in any case.
#[derive(Clone, Debug)]
pub struct Replays {
    /// Requests with an older stamp may have been taken by a program that ended meanwhile.
    began: Timestamp,
    /// Each with the last moment at which its stamp is young enough.
    taken: BTreeMap<String, Timestamp>,
}

impl Replays {
    /// None yet, for a listener that begins at that time.
    #[must_use]
    pub const fn new(began: Timestamp) -> Self {
        Self { began, taken: BTreeMap::new() }
    }

    /// Takes a request once.
    ///
    /// # Errors
    /// [`Refusal::Replayed`] the second time, and [`Refusal::TooMany`] where the table is full: forgetting a request would let it be repeated.
    pub fn take(&mut self, request: &Request, now: Timestamp) -> Result<(), Refusal> {
        self.taken.retain(|_, until| *until >= now);
        if request.at < self.began || self.taken.contains_key(&request.id) {
            return Err(Refusal::Replayed);
        }
        if self.taken.len() >= MOST {
            return Err(Refusal::TooMany);
        }
        self.taken.insert(request.id.clone(), request.at.plus(TOLERANCE));
        Ok(())
    }

    /// How many are kept.
    #[must_use]
    pub fn count(&self) -> usize {
        self.taken.len()
    }
}

#[cfg(test)]
mod tests {
    use earwitness_core::time::SECOND;

    use super::*;
    use crate::request::What;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_nanos(seconds * SECOND)
    }

    fn request(id: &str, seconds: i64) -> Request {
        Request { id: id.to_owned(), at: at(seconds), pending: None, is_first: true, what: What::Launch }
    }

    #[test]
    fn a_request_is_taken_once_and_kept_as_long_as_its_stamp_is_young_enough() {
        let mut replays = Replays::new(at(0));
        // One of a clock that runs ahead.
        let ahead = request("a", 150);
        assert_eq!(replays.take(&ahead, at(0)), Ok(()));
        for now in [0, 150, 300] {
            assert_eq!(replays.take(&ahead, at(now)), Err(Refusal::Replayed), "{now}");
        }
        assert_eq!(replays.take(&request("b", 301), at(301)), Ok(()));
        assert_eq!(replays.count(), 1, "the first is too old to be taken anyhow");
    }

    #[test]
    fn a_request_of_before_the_start_may_have_been_taken_then() {
        let mut replays = Replays::new(at(100));
        assert_eq!(replays.take(&request("a", 99), at(101)), Err(Refusal::Replayed));
        assert_eq!(replays.take(&request("a", 100), at(101)), Ok(()));
    }

    #[test]
    fn a_full_table_forgets_nobody() {
        let mut replays = Replays::new(at(0));
        for number in 0..MOST {
            assert_eq!(replays.take(&request(&number.to_string(), 10), at(10)), Ok(()));
        }
        assert_eq!(replays.take(&request("more", 10), at(10)), Err(Refusal::TooMany));
        assert_eq!(replays.take(&request("0", 10), at(10)), Err(Refusal::Replayed));
        assert_eq!(replays.count(), MOST);
        assert_eq!(replays.take(&request("later", 161), at(161)), Ok(()));
    }
}
