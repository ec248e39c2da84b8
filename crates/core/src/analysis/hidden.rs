//! What comes from the internet shows what was sent to it and does not pass here: acknowledgements, and datagrams that are answers by their form.
//!
//! Octets that TCP acknowledges are counted. Of datagrams nobody knows how many octets were sent, only that something was: they are noted without octets.

use super::Analysis;
use super::announcements::{DNS, NTP};
use super::pairs::{Ends, NOBODY};
use crate::findings::FlowKey;
use crate::roster::Index;
use crate::scope::Scope;
use crate::table::Table;
use crate::time::{Timestamp, Window};

/// Flows of which only answers were seen, at most; of more, all are forgotten.
const MOST_FLOWS: usize = 1_024;

/// Flows of which is known without hashing what was acknowledged last.
const RECENT: usize = 256;

/// More than this is no progress of an acknowledgement but another connection on the same ports: beyond the window of one without scaling by far, and of
/// what a household sends between two answers.
const MOST_ACKNOWLEDGED: u32 = 1 << 28;

/// The same where no answer came with it: who scans ports makes such numbers up, and one in a thousand of his looks like progress.
const MOST_ALONE: u32 = 1 << 22;

/// So many notes of what was missed are kept before they are counted.
const MISSED: usize = 1_024;

/// Answers on one flow for so many seconds, while nothing is sent on it, show that what is sent does not pass: who is sent to acknowledges within a second.
const GOES_ON: u32 = 1;

/// Flows of which nothing was seen to be sent.
#[derive(Debug)]
pub(super) struct Hidden {
    /// Of TCP what was acknowledged last, of datagrams the second of the first answer.
    flows: Table<FlowKey>,
    /// Ports and acknowledgement of the latest of them.
    recent: Box<[(u32, u32); RECENT]>,
    /// What keeps a stranger from choosing flows that collide.
    seed: u64,
}

impl Hidden {
    pub(super) fn new(seed: u64) -> Self {
        Self { flows: Table::new(MOST_FLOWS, seed), recent: Box::new([(0, 0); RECENT]), seed }
    }

    /// What is sent on a flow passes here after all.
    pub(super) fn seen(&mut self, key: &FlowKey) {
        self.flows.remove(key);
    }

    fn set(&mut self, key: FlowKey, number: u32) {
        if !self.flows.insert(key, number) {
            self.flows = Table::new(MOST_FLOWS, self.seed);
        }
    }

    /// Whether these ports acknowledged the same before, as they do all through a download.
    fn repeats(&mut self, key: &FlowKey, acknowledged: u32) -> bool {
        let ports = u32::from(key.source_port) << 16 | u32::from(key.destination_port);
        let [.., place] = (key.source_port ^ key.destination_port).to_be_bytes();
        std::mem::replace(&mut self.recent[usize::from(place)], (ports, acknowledged)) == (ports, acknowledged)
    }

    /// Octets that an acknowledgement is ahead of the one before.
    fn progress(&mut self, key: FlowKey, acknowledged: u32, most: u32) -> Option<u32> {
        let octets = self.flows.get(&key).map_or(0, |before| acknowledged.wrapping_sub(before));
        self.set(key, acknowledged);
        (1..most).contains(&octets).then_some(octets)
    }

    /// Whether answers on a flow have gone on for a while by this second.
    fn goes_on(&mut self, key: FlowKey, second: i64) -> bool {
        let second = u32::try_from(second & i64::from(u32::MAX)).unwrap_or_default();
        if let Some(first) = self.flows.get(&key) {
            return second.wrapping_sub(first) > GOES_ON;
        }
        self.set(key, second);
        false
    }
}

/// What a datagram is by its form, where that tells that something was sent before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    /// An answer to one question: names (RFC 1035, section 4.1.1), time (RFC 5905, mode 4).
    Answer,
    /// A part of a flow that does not go on for long without acknowledgements (QUIC, RFC 9002).
    Flow,
    /// A report of what was received (RTCP, RFC 3550, section 6.4.2, with at least one block).
    Report,
}

fn form_of(port: u16, payload: &[u8]) -> Option<Form> {
    match (port, payload) {
        (DNS, [_, _, flags, _, 0, 1, ..]) => (flags & 0xf8 == 0x80).then_some(Form::Answer),
        (NTP, [first, ..]) => (first & 7 == 4).then_some(Form::Answer),
        // The fixed bit is set (RFC 9000, section 17), which DTLS, WireGuard and RTP have not.
        (443, [first, ..]) => (first & 0x40 != 0).then_some(Form::Flow),
        (_, [0x81..=0x9f, 201, ..]) => Some(Form::Report),
        _ => None,
    }
}

/// Whether an acknowledgement without payload is looked at: one in four, by what it says, so that no other frame decides it.
#[inline]
pub(super) const fn is_looked_at(acknowledged: u32) -> bool {
    // The golden ratio spreads even steps (Knuth, TAOCP 3, section 6.4).
    acknowledged.wrapping_mul(0x9e37_79b9) < u32::MAX / 4
}

impl Analysis {
    /// Octets are acknowledged on a flow of which nothing was seen to be sent, together with an answer.
    #[cold]
    pub(super) fn acknowledged(&mut self, key: FlowKey, ends: Ends, at: Timestamp, number: u32) {
        self.unseen_octets(key, (ends, at), (number, MOST_ACKNOWLEDGED));
    }

    /// Octets are acknowledged, and nothing is answered.
    #[cold]
    #[inline(never)]
    pub(super) fn acknowledged_alone(&mut self, key: FlowKey, ends: Ends, at: Timestamp, number: u32) {
        if self.flows.find(&key.reversed()).is_none() {
            self.unseen_octets(key, (ends, at), (number, MOST_ALONE));
        }
    }

    fn unseen_octets(&mut self, key: FlowKey, (ends, at): (Ends, Timestamp), (number, most): (u32, u32)) {
        let Some(device) = self.may_be_hidden(ends).filter(|_| !self.hidden.repeats(&key, number)) else { return };
        if let Some(octets) = self.hidden.progress(key.reversed(), number, most) {
            self.missed(device, at, octets);
        }
    }

    /// A datagram comes on a flow of which nothing was seen to be sent.
    #[cold]
    #[inline(never)]
    pub(super) fn answered_unseen(&mut self, key: FlowKey, ends: Ends, (at, second): (Timestamp, i64), payload: &[u8]) {
        let Some(form) = form_of(key.source_port, payload) else { return };
        // Who answers from within the home in the name of a server answers nothing.
        let from_outside = ends.source == NOBODY || self.roster.forwards(ends.source);
        let Some(device) = self.may_be_hidden(ends).filter(|_| from_outside) else { return };
        let key = key.reversed();
        let proves = match form {
            Form::Answer => true,
            Form::Flow => self.hidden.goes_on(key, second),
            Form::Report => !self.media_passes(key) && self.hidden.goes_on(key, second),
        };
        if proves {
            self.missed(device, at, 0);
        }
    }

    /// The device to which something came from the internet, if all that it sends would have been followed: what was seen and not followed was not missed.
    fn may_be_hidden(&self, ends: Ends) -> Option<Index> {
        let hidden = ends.to == Scope::Home && ends.destination != NOBODY && self.flows.not_followed == 0;
        hidden.then_some(ends.destination)
    }

    /// Whether the flow is seen whose reports these are: their ports are one above those of the media (RFC 3550, section 11).
    fn media_passes(&mut self, key: FlowKey) -> bool {
        let below = |port: u16| port.wrapping_sub(1);
        let media = FlowKey { source_port: below(key.source_port), destination_port: below(key.destination_port), ..key };
        self.flows.find(&media).is_some()
    }

    fn missed(&mut self, device: Index, at: Timestamp, octets: u32) {
        self.collected.missed.push((device, at, octets));
        self.collected.affected.push((device, Window { from: at, until: at }));
        if self.collected.missed.len() >= MISSED {
            self.note_missed();
        }
    }

    /// Counts what was missed for the devices that sent it.
    pub(super) fn note_missed(&mut self) {
        let mut bins = self.bins;
        for (device, at, octets) in self.collected.missed.drain(..) {
            if let Some(metered) = self.metered.get_mut(device as usize) {
                metered.missed.add(bins.index(at), octets);
            }
        }
        for (device, stretch) in self.collected.affected.drain(..) {
            if let Some(metered) = self.metered.get_mut(device as usize) {
                metered.affect(bins.index(stretch.from)..=bins.index(stretch.until));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_answers_by_its_form_tells_of_a_question() {
        assert_eq!(form_of(53, &[0, 7, 0x81, 0x80, 0, 1, 0, 1]), Some(Form::Answer));
        assert_eq!(form_of(53, &[0, 7, 0x01, 0, 0, 1, 0, 0]), None, "a question");
        assert_eq!((form_of(123, &[0x24]), form_of(123, &[0x25]), form_of(123, &[0x23])), (Some(Form::Answer), None, None));
        assert_eq!(form_of(443, &[0x40, 1, 2]), Some(Form::Flow));
        assert_eq!((form_of(443, &[4, 0, 0, 0]), form_of(443, &[23, 254, 253])), (None, None), "WireGuard, DTLS");
        assert_eq!((form_of(5_005, &[0x81, 201, 0, 7]), form_of(5_005, &[0x80, 200])), (Some(Form::Report), None));
        assert_eq!(form_of(5_004, &[0x80, 96, 0, 1]), None, "RTP");
    }

    #[test]
    fn numbers_that_are_made_up_are_no_progress() {
        let mut hidden = Hidden::new(1);
        let ip = std::net::IpAddr::from([10, 0, 0, 2]);
        let key = FlowKey { source: ip, destination: ip, protocol: 6, source_port: 1, destination_port: 2 };
        let numbers = (0..1_000_u32).map(|n| n.wrapping_mul(0x9e37_79b9));
        assert!(numbers.filter(|number| hidden.progress(key, *number, MOST_ALONE).is_some()).count() <= 3);
    }
}
