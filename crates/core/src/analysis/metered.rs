//! What was counted of one device.

use crate::findings::Totals;
use crate::meter::Track;
use crate::scope::Scope;
use crate::time::{Timestamp, Window};

/// The counts of one device.
#[derive(Clone, Debug)]
pub(super) struct Metered {
    pub(super) sent: Track,
    pub(super) received: Track,
    /// What the burst detector counts, where that differs from all that was sent.
    pub(super) burst: Option<Track>,
    pub(super) upstream: Totals,
    pub(super) downstream: Totals,
    pub(super) local: Totals,
    pub(super) chatter: Totals,
    pub(super) seen: Window,
}

impl Metered {
    pub(super) fn new(at: Timestamp, own_burst: bool) -> Self {
        Self {
            sent: Track::default(),
            received: Track::default(),
            burst: own_burst.then(Track::default),
            upstream: Totals::default(),
            downstream: Totals::default(),
            local: Totals::default(),
            chatter: Totals::default(),
            seen: Window { from: at, until: at },
        }
    }

    /// A frame that the device sent to an address in `to`.
    #[inline]
    pub(super) fn sent(&mut self, at: Timestamp, bin: i64, wire: u32, payload: u32, to: Scope) {
        self.note(at);
        self.sent.add(bin, payload);
        match to {
            Scope::Internet => self.upstream.add(wire, payload),
            Scope::Home => self.local.add(wire, payload),
            Scope::Group => self.chatter.add(wire, payload),
        }
    }

    /// A frame that was sent to the device from an address in `from`.
    #[inline]
    pub(super) fn received(&mut self, at: Timestamp, bin: i64, wire: u32, payload: u32, from: Scope) {
        self.note(at);
        self.received.add(bin, payload);
        match from {
            Scope::Internet => self.downstream.add(wire, payload),
            _ => self.local.add(wire, payload),
        }
    }

    #[inline]
    fn note(&mut self, at: Timestamp) {
        if at > self.seen.until {
            self.seen.until = at;
        } else if at < self.seen.from {
            self.seen.from = at;
        }
    }
}

impl Totals {
    #[inline]
    fn add(&mut self, wire: u32, payload: u32) {
        self.frames += 1;
        self.wire_octets += u64::from(wire);
        self.payload_octets += u64::from(payload);
    }
}
