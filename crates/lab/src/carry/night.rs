//! When a night may begin or go on.

use earwitness_core::time::{SECOND, Timestamp};

use crate::experiment::Begin;

/// A day, nanoseconds.
const DAY: i64 = 86_400 * SECOND;
/// A night may last so much longer than it was planned, as a part of its length and nanoseconds: for settings that took longer, and trials that were repeated.
const LONGER: (i64, i64) = (4, 900 * SECOND);

/// When a night may begin, or go on where it has begun: now or later.
///
/// With a time of the day, sounds are played only within so long after it as the night is long and a quarter more, so that a night that was broken off does not go on in the
/// middle of the day; and only one night begins in each. `before` is when the night before began. `ahead` says what local time is ahead of UTC at a moment.
/// A night without a time of the day begins at once, and the following ones so long after it as is said.
#[must_use]
pub fn may_begin(
    (begin, length): (Begin, i64),
    has_begun: bool,
    before: Option<Timestamp>,
    now: Timestamp,
    ahead: &dyn Fn(Timestamp) -> i64,
) -> Timestamp {
    let minute = match begin {
        Begin::At(minute) => minute,
        Begin::Apart(apart) => {
            let at = if has_begun { None } else { before.map(|it| it.plus(apart)) };
            return at.map_or(now, |at| at.max(now));
        }
    };
    let latest = length.saturating_add(length / LONGER.0).saturating_add(LONGER.1).min(DAY);
    let is_open =
        |opens: Timestamp| (0..latest).contains(&now.since(opens)) && (has_begun || before.is_none_or(|before| before < opens));
    // The window of the day before may still be open.
    if [now, now.plus(-DAY)].into_iter().any(|day| is_open(opening(day, minute, ahead))) {
        return now;
    }
    let today = opening(now, minute, ahead);
    if today > now { today } else { opening(now.plus(DAY), minute, ahead) }
}

/// The moment at which it is this minute of the local day of `at`.
fn opening(at: Timestamp, minute: u16, ahead: &dyn Fn(Timestamp) -> i64) -> Timestamp {
    let local = |offset: i64| {
        let midnight = (at.nanos().saturating_add(offset)).div_euclid(DAY).saturating_mul(DAY);
        Timestamp::from_nanos(midnight.saturating_add(i64::from(minute) * 60 * SECOND).saturating_sub(offset))
    };
    // In a night in which clocks are changed it is the offset of that moment that counts.
    local(ahead(local(ahead(at))))
}
