//! Which part of a list is wanted.

use std::ops::Range;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use serde::Deserialize;

/// Most items of one answer.
pub(crate) const MOST: usize = 100;
/// Items where nobody says how many.
pub(crate) const USUAL: usize = 20;

/// `?offset=0&limit=20`, as it comes.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Debug, Default)]
pub(crate) struct Slice {
    offset: Option<u32>,
    limit: Option<u32>,
}

/// What comes from a request.
pub(crate) type Asked = Result<Query<Slice>, QueryRejection>;

/// Why a part cannot be had, as a sentence.
pub(crate) const WRONG: &str = "offset is a number from 0 to 4294967295, limit one from 1 to 100";

impl Slice {
    /// What was asked for, where it is one that can be answered.
    pub(crate) fn of(asked: Asked) -> Option<Self> {
        let Query(it) = asked.ok()?;
        let fits = it.limit.is_none_or(|limit| limit > 0 && usize::try_from(limit).is_ok_and(|limit| limit <= MOST));
        fits.then_some(it)
    }

    /// The part of a list, for programs.
    pub(crate) fn range(self) -> Range<usize> {
        self.page(self.limit.map_or(USUAL, number))
    }

    /// The part of a list, for a page that always shows so many.
    pub(crate) fn page(self, length: usize) -> Range<usize> {
        let from = self.offset.map_or(0, number);
        from..from.saturating_add(length)
    }
}

fn number(it: u32) -> usize {
    usize::try_from(it).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_never_longer_than_the_bound_nor_beyond_a_number() {
        let of = |query: &str| {
            let uri: axum::http::Uri = format!("/?{query}").parse().unwrap();
            Slice::of(Query::try_from_uri(&uri)).map(Slice::range)
        };
        assert_eq!(of(""), Some(0..20));
        assert_eq!(of("offset=40&limit=100"), Some(40..140));
        assert_eq!(of("offset=4294967295"), Some(4_294_967_295..4_294_967_315));
        for wrong in ["limit=0", "limit=101", "limit=-1", "offset=-1", "offset=4294967296", "offset=a", "offset=1&offset=2"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
