//! By which ports of a bridge, or interfaces of a capture, the frames under a MAC address come in.
//!
//! A device has one. One that roams takes all its flows along, and a capture that shows each frame on several interfaces shows each flow on all of them. Two
//! flows that keep to different ports, and go on in turns, have two senders.

use crate::time::{SECOND, Timestamp};

/// Where and when a flow was seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Seen {
    /// Interface of the capture, and port that the link names.
    pub(super) port: (u32, u32),
    pub(super) at: Timestamp,
}

/// Ports that are remembered for each device, and pairs of them.
const KEPT: usize = 4;

/// Nobody roams there and back within this, nanoseconds.
const THERE_AND_BACK: i64 = 3 * SECOND;

/// Turns that two ports take.
const TURNS: u8 = 3;

/// Two ports that took turns, or that one flow was seen on.
#[derive(Clone, Copy, Debug)]
struct Pair {
    ports: [(u32, u32); 2],
    turns: u8,
    /// One flow was seen on both: they are two places on one way.
    is_one_way: bool,
}

/// The ports of one device.
#[derive(Clone, Default, Debug)]
pub(super) struct Ports {
    /// The latest moment of each.
    latest: Vec<Seen>,
    pairs: Vec<Pair>,
}

impl Ports {
    /// A packet of a flow, which was seen `before`; whether two ports have taken turns often enough by now.
    pub(super) fn observe(&mut self, before: Option<Seen>, now: Seen) -> bool {
        if let [only] = self.latest.as_mut_slice()
            && only.port == now.port
        {
            only.at = now.at;
            return false;
        }
        let mut found = false;
        if let Some(before) = before {
            if before.port == now.port {
                found = self.turn(before, now);
            } else if now.at.since(before.at) <= THERE_AND_BACK {
                self.pair(before.port, now.port, |pair| pair.is_one_way = true);
            }
        }
        self.note(now);
        found
    }

    /// A flow goes on where it was; whether others were seen elsewhere in between, for the third time.
    fn turn(&mut self, before: Seen, now: Seen) -> bool {
        if now.at.since(before.at) > THERE_AND_BACK {
            return false;
        }
        let between = |it: &&Seen| it.port != now.port && before.at < it.at && it.at < now.at;
        let Some(elsewhere) = self.latest.iter().find(between).map(|it| it.port) else { return false };
        let mut found = false;
        self.pair(now.port, elsewhere, |pair| {
            pair.turns = pair.turns.saturating_add(1);
            found = pair.turns >= TURNS && !pair.is_one_way;
        });
        found
    }

    fn pair(&mut self, one: (u32, u32), other: (u32, u32), what: impl FnOnce(&mut Pair)) {
        let ports = [one.min(other), one.max(other)];
        if let Some(known) = self.pairs.iter_mut().find(|it| it.ports == ports) {
            what(known);
        } else if self.pairs.len() < KEPT {
            let mut new = Pair { ports, turns: 0, is_one_way: false };
            what(&mut new);
            self.pairs.push(new);
        }
    }

    fn note(&mut self, now: Seen) {
        if let Some(known) = self.latest.iter_mut().find(|it| it.port == now.port) {
            known.at = now.at;
        } else if self.latest.len() < KEPT {
            self.latest.push(now);
        } else if let Some(oldest) = self.latest.iter_mut().min_by_key(|it| it.at) {
            *oldest = now;
        }
    }
}
