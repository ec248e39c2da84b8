//! `rounds`: what was played when.

use std::sync::Arc;

use earwitness_base::text::{WIDEST_SAID, clean};
use earwitness_core::probe::{Effect, Round};
use earwitness_core::time::Timestamp;
use earwitness_report::probelog::{heard_word, sound_word, void_word};

use super::{CAPTURE, SECONDS, number, seconds, some, text, time, whole};
use crate::column::{Column, Name, Record};

/// A round of probes.
#[derive(Clone, PartialEq, Debug)]
pub struct RoundRow {
    /// The round.
    pub round: Round,
    /// The capture in which it begins.
    pub capture_id: Arc<str>,
}

impl RoundRow {
    /// When its first slot begins.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.round.slots.first().map_or(self.round.played.onset, |slot| slot.from)
    }
}

impl Record for RoundRow {
    const TABLE: Name = Name::Rounds;
    const COLUMNS: &'static [Column<Self>] = &[
        whole("round", "", "number of the round in its session, from 0", "", |it| it.round.number.into()),
        time("start", "start of its first slot", "", |it| it.start().into()),
        whole("slots", "slots", "slots of the round, in one of which the probe was played", "", |it| it.round.slots.len().into()),
        number("slot_seconds", SECONDS, "length of a slot", "", |it| {
            seconds(it.round.slots.first().map_or(0, |slot| slot.length()))
        }),
        whole("drawn", "", "number of the slot with the probe, from 0", "", |it| it.round.drawn.into()),
        time("onset", "when the probe began to sound", "", |it| it.round.played.onset.into()),
        number("seconds", SECONDS, "how long it sounded", "", |it| seconds(it.round.played.length)),
        text("stimulus", "what was played", "", |it| clean(&it.round.played.stimulus.name, WIDEST_SAID).into()),
        text("sound", "what kind of sound it is, as probe logs have it", "", |it| {
            sound_word(it.round.played.stimulus.kind).into()
        }),
        text("heard", "whether the microphone heard it: `yes`, `no`, or `unknown` where nobody listened", "", |it| {
            heard_word(it.round.played.heard).into()
        }),
        text("void", "what happened to the round, as probe logs have it", "nothing happened to it", |it| {
            some(it.round.void.map(void_word))
        }),
        text(
            "scores",
            "`scored`; `unknown`, where the round pays each bet the least that any scores could; `void`, where it does not count",
            "",
            |it| {
                match it.round.effect() {
                    Effect::Scored => "scored",
                    Effect::Unknown => "unknown",
                    Effect::Void => "void",
                }
                .into()
            },
        ),
        text("capture_id", CAPTURE, "", |it| it.capture_id.to_string().into()),
    ];

    fn at(&self) -> Option<Timestamp> {
        Some(self.start())
    }
}
