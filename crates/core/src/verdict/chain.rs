//! Devices that move after another: moved by it, perhaps, rather than by the sound.

use std::collections::BTreeMap;

use super::{Direction, Verdict};
use crate::findings::DeviceId;
use crate::time::{SECOND, Timestamp};

/// Rounds in which both must have moved.
const TOGETHER: u32 = 4;

/// Share of the rounds in which the later device moved that the earlier one must have moved in, before it.
const NEARLY_ALL: f64 = 0.9;

/// Least time between them, nanoseconds: what was sent is counted by the second.
const LEAST_LAG: i64 = SECOND;

/// A device that moved before.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct After {
    /// Which device.
    pub device: DeviceId,
    /// Rounds in which both moved, this one later.
    pub together: u32,
    /// Rounds in which this one moved, of those that counted for both.
    pub moved: u32,
    /// Rounds in which the other one moved.
    pub other_moved: u32,
    /// How much later this one began, nanoseconds; the median over the rounds.
    pub lag: i64,
}

/// When each device began to move, by the number of the round; nothing where it did not.
pub(super) type Moves = BTreeMap<u32, Option<Timestamp>>;

/// Finds, for each device whose reaction at once is proven, the device that moved first of those that it moves together with, and after.
pub(super) fn order(verdicts: &mut [Verdict], moves: &BTreeMap<DeviceId, Moves>) {
    let proven: Vec<DeviceId> = verdicts
        .iter()
        .filter(|it| it.evidence.is_proven() && it.evidence.delay().is_none() && it.evidence.direction == Some(Direction::More))
        .map(|it| it.device)
        .collect();
    for verdict in verdicts.iter_mut().filter(|it| proven.contains(&it.device)) {
        let Some(own) = moves.get(&verdict.device) else { continue };
        let others = proven.iter().filter(|other| **other != verdict.device);
        let after = others.filter_map(|other| after(own, *other, moves.get(other)?));
        // The one that leads by most stands at the beginning of the chain.
        verdict.evidence.after = after.max_by_key(|it| (it.lag, std::cmp::Reverse(it.device)));
    }
}

/// Whether a device moves together with another, and after it.
fn after(own: &Moves, device: DeviceId, other: &Moves) -> Option<After> {
    let (mut together, mut moved, mut other_moved, mut lags) = (0, 0, 0, Vec::new());
    for (round, began) in own {
        let Some(other_began) = other.get(round) else { continue };
        other_moved += u32::from(other_began.is_some());
        let Some(began) = began else { continue };
        moved += 1;
        let lag = other_began.map(|other_began| began.since(other_began)).filter(|lag| *lag > 0);
        if let Some(lag) = lag {
            together += 1;
            lags.push(lag);
        }
    }
    lags.sort_unstable();
    let lag = *lags.get(lags.len() / 2)?;
    let enough = together >= TOGETHER && f64::from(together) >= NEARLY_ALL * f64::from(moved) && lag >= LEAST_LAG;
    enough.then_some(After { device, together, moved, other_moved, lag })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mac::Mac;

    const OTHER: DeviceId = DeviceId::Mac(Mac([2; 6]));

    fn moves(at: impl Fn(i64) -> Option<i64>) -> Moves {
        (0..20_u32).map(|round| (round, at(round.into()).map(|second| Timestamp::from_nanos(second * SECOND)))).collect()
    }

    fn movements(own: &Moves, other: &Moves) -> Option<(u32, u32, u32, i64)> {
        after(own, OTHER, other).map(|it| (it.together, it.moved, it.other_moved, it.lag / SECOND))
    }

    #[test]
    fn who_moves_only_with_another_and_later_is_told_after_it() {
        let assistant = moves(|round| (round % 5 != 0).then_some(round * 100));
        let hub = moves(|round| (round % 5 != 0 && round % 7 != 0).then_some(round * 100 + 3));
        assert_eq!(movements(&hub, &assistant), Some((14, 14, 16, 3)));
        assert_eq!(movements(&assistant, &hub), None, "the first of a chain is after nobody");
    }

    #[test]
    fn who_moves_in_other_rounds_as_well_hears_for_itself() {
        let assistant = moves(|round| (round % 2 == 0).then_some(round * 100));
        let lamp = moves(|round| Some(round * 100 + 3));
        assert_eq!(movements(&lamp, &assistant), None);
    }

    #[test]
    fn who_moves_in_the_same_second_is_after_nobody() {
        let assistant = moves(|round| Some(round * 100));
        assert_eq!(movements(&moves(|round| Some(round * 100)), &assistant), None);
    }
}
