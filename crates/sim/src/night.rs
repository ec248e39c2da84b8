//! A session in a simulated home: the machine and the house take turns in virtual time.

use earwitness_core::event::Event;
use earwitness_core::experiment::{Action, Experiment, Input, Order, Spoken};
use earwitness_core::frame::{Frame, Link};
use earwitness_core::plan::Plan;
use earwitness_core::probe::Heard;
use earwitness_core::record::Entry;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp};

use crate::house::{House, Sound};

/// From the order until it sounds: what a sound server takes to begin.
const LATENCY: i64 = 120 * MILLISECOND;

/// Longest stretch that the house is let run alone.
const STRETCH: i64 = 10 * SECOND;

/// What probes are played with.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Loudspeaker {
    /// How loud they are at the loudspeaker, decibels of sound pressure.
    pub level_db: f64,
    /// Whether a microphone beside it hears them.
    pub microphone: bool,
}

impl Default for Loudspeaker {
    /// A raised voice, and a microphone.
    fn default() -> Self {
        Self { level_db: 70.0, microphone: true }
    }
}

/// What happens during a session.
#[derive(Debug)]
pub enum Happening<'a> {
    /// A frame passed the gateway.
    Frame(&'a Frame<'a>),
    /// The probe of a round begins to sound.
    Sounds {
        /// Number of the round.
        round: u32,
        /// When it begins.
        onset: Timestamp,
    },
    /// Something is to be written down.
    Write(Entry),
    /// An event of the machine.
    Report(Event),
    /// So late it is.
    Now(Timestamp),
}

/// Runs a session until it or the scenario ends; says when that was.
pub fn run<P: Plan>(
    house: &mut House,
    machine: &mut Experiment<P>,
    loudspeaker: Loudspeaker,
    report: &mut dyn FnMut(Happening<'_>),
) -> Timestamp {
    let (mut now, ends) = (house.begins(), house.ends());
    let mut wake = Some(now);
    let mut actions = Vec::new();
    loop {
        if wake.is_some_and(|at| at <= now) {
            wake = None;
            machine.handle(Input::Tick, Timestamp::from_nanos(now), &mut actions);
        }
        while !actions.is_empty() {
            for action in std::mem::take(&mut actions) {
                match action {
                    // Always later than now, or time would stand still.
                    Action::WakeAt(at) => wake = Some(at.nanos().max(now + 1)),
                    Action::Speak(Order { round, stimulus, length, .. }) => {
                        let onset = now + LATENCY;
                        house.play(onset, &Sound { stimulus, length, level_db: loudspeaker.level_db });
                        report(Happening::Sounds { round, onset: Timestamp::from_nanos(onset) });
                        let heard = if loudspeaker.microphone { Heard::Yes } else { Heard::Unknown };
                        let spoken =
                            Spoken { round, onset: Timestamp::from_nanos(onset), length, heard, trouble: None, timelines: None };
                        machine.handle(Input::Spoken(spoken), Timestamp::from_nanos(now), &mut actions);
                    }
                    Action::Write(entry) => report(Happening::Write(entry)),
                    Action::Report(event) => report(Happening::Report(event)),
                }
            }
        }
        report(Happening::Now(Timestamp::from_nanos(now)));
        if now >= ends || machine.is_over() {
            return Timestamp::from_nanos(now);
        }
        let next = wake.unwrap_or(ends).min(now + STRETCH).min(ends);
        house.advance(next, &mut |at, octets| {
            let wire_len = u32::try_from(octets.len()).unwrap_or(u32::MAX);
            let frame = Frame { at: Timestamp::from_nanos(at), link: Link::Ethernet, wire_len, bytes: octets, interface: 0 };
            machine.handle(Input::Frame(frame), frame.at, &mut actions);
            report(Happening::Frame(&frame));
        });
        if let Some(heard) = house.other_sound(now, next) {
            machine.handle(Input::OtherSound, Timestamp::from_nanos(heard), &mut actions);
        }
        now = next;
    }
}
