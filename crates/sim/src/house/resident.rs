//! A device that lives in a house: what it says of itself, and what it does when it hears something.

use earwitness_core::probe::SoundKind;
use earwitness_core::time::SECOND;

use super::outbox::Outbox;
use super::room::{happens, noticed};
use super::standing::Noise;
use super::truth::{HouseSound, HouseUpload, Sent};
use crate::chance::Chance;
use crate::host::Host;
use crate::plan::Common;

/// A device's place on the network.
pub(super) struct Body {
    pub(super) host: Host,
    pub(super) out: Outbox,
    pub(super) noise: Noise,
    pub(super) one_lost_in: u64,
    pub(super) begins: i64,
    pub(super) ends: i64,
    /// Seconds that the home's clock is ahead of UTC.
    pub(super) offset_seconds: i64,
    pub(super) uploads: Vec<HouseUpload>,
}

impl Body {
    /// Notes an upload, if it passed in time.
    pub(super) fn sent(&mut self, sent: Sent, (start_ns, end_ns): (i64, i64), audio_ns: i64, cause: Option<usize>) {
        if start_ns >= self.begins && end_ns < self.ends {
            self.uploads.push(HouseUpload { sent, start_ns, end_ns, audio_ns, cause });
        }
    }
}

/// Something that a device does by itself.
pub(super) trait Chatter: Send {
    /// Does what is due in `from..until`; stretches follow one another. Frames may pass later, never before `from`.
    fn stretch(&mut self, from: i64, until: i64, body: &mut Body);
}

/// A sound as it arrives at a device.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard<'a> {
    /// Its number among the sounds of the house.
    pub(super) number: usize,
    pub(super) at: i64,
    pub(super) length: i64,
    pub(super) kind: SoundKind,
    pub(super) name: &'a str,
}

/// What a device makes of sounds.
pub(super) trait Ear: Send {
    /// Reacts to a sound with frames from its beginning on; draws from `chance` only.
    fn hear(&mut self, sound: Heard<'_>, body: &mut Body, chance: &mut Chance);
}

/// One device.
pub(super) struct Resident {
    pub(super) body: Body,
    pub(super) chatter: Vec<Box<dyn Chatter>>,
    /// `None` for a device without a microphone.
    pub(super) ear: Option<Box<dyn Ear>>,
    pub(super) common: Common,
    /// When its microphone is switched on.
    pub(super) listens_from: i64,
    pub(super) chance: Chance,
}

impl Resident {
    /// Fills the outbox with what the device says by itself in `from..until`.
    pub(super) fn stretch(&mut self, from: i64, until: i64) {
        self.body.out.turn_over();
        for chatter in &mut self.chatter {
            chatter.stretch(from, until, &mut self.body);
        }
        self.flush();
        self.body.out.settle();
    }

    /// Lets the device hear a sound of the house, unless it is deaf or too far away.
    pub(super) fn hear(&mut self, number: usize, sound: &HouseSound) {
        let Some(ear) = self.ear.as_mut().filter(|_| sound.at_ns >= self.listens_from) else { return };
        // A chance of its own for every sound: what one sound does never moves what another does.
        let mut chance = self.chance.fork(&format!("heard/{number}/{}", sound.at_ns));
        let arrives = sound.level_db - self.common.distance_db;
        if !happens(noticed(arrives - self.common.threshold_db), &mut chance) {
            return;
        }
        let heard = Heard { number, at: sound.at_ns, length: sound.length_ns, kind: sound.kind, name: &sound.name };
        ear.hear(heard, &mut self.body, &mut chance);
        self.flush();
    }

    fn flush(&mut self) {
        let Body { host, out, begins, ends, .. } = &mut self.body;
        host.frames.retain(|frame| (*begins..*ends).contains(&frame.at));
        out.take(&mut host.frames);
    }
}

/// Neighbour discovery, now and then.
pub(super) struct Neighbours {
    pub(super) next: i64,
    pub(super) chance: Chance,
}

impl Chatter for Neighbours {
    fn stretch(&mut self, _: i64, until: i64, body: &mut Body) {
        while self.next < until {
            body.host.ask_gateway(self.next);
            self.next += self.chance.between(120 * SECOND, 300 * SECOND);
        }
    }
}
