//! `rounds`: what was played when.

use std::sync::Arc;

use earwitness_base::text::{WIDEST_SAID, clean};
use earwitness_core::probe::{Effect, Round};
use earwitness_core::time::Timestamp;
use earwitness_report::grid::Holds;
use earwitness_report::probelog::{heard_word, sound_word, void_word};

use super::{CAPTURE, MOMENT, SECONDS, seconds, some};
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
        Column {
            name: "round",
            holds: Holds::Whole,
            unit: "",
            meaning: "number of the round in its session, from 0",
            empty: "",
            cell: |it| it.round.number.into(),
        },
        Column {
            name: "start",
            holds: Holds::Time,
            unit: MOMENT,
            meaning: "start of its first slot",
            empty: "",
            cell: |it| it.start().into(),
        },
        Column {
            name: "slots",
            holds: Holds::Whole,
            unit: "slots",
            meaning: "slots of the round, in one of which the probe was played",
            empty: "",
            cell: |it| it.round.slots.len().into(),
        },
        Column {
            name: "slot_seconds",
            holds: Holds::Number,
            unit: SECONDS,
            meaning: "length of a slot",
            empty: "",
            cell: |it| seconds(it.round.slots.first().map_or(0, |slot| slot.length())),
        },
        Column {
            name: "drawn",
            holds: Holds::Whole,
            unit: "",
            meaning: "number of the slot with the probe, from 0",
            empty: "",
            cell: |it| it.round.drawn.into(),
        },
        Column {
            name: "onset",
            holds: Holds::Time,
            unit: MOMENT,
            meaning: "when the probe began to sound",
            empty: "",
            cell: |it| it.round.played.onset.into(),
        },
        Column {
            name: "seconds",
            holds: Holds::Number,
            unit: SECONDS,
            meaning: "how long it sounded",
            empty: "",
            cell: |it| seconds(it.round.played.length),
        },
        Column {
            name: "stimulus",
            holds: Holds::Text,
            unit: "",
            meaning: "what was played",
            empty: "",
            cell: |it| clean(&it.round.played.stimulus.name, WIDEST_SAID).into(),
        },
        Column {
            name: "sound",
            holds: Holds::Text,
            unit: "",
            meaning: "what kind of sound it is, as probe logs have it",
            empty: "",
            cell: |it| sound_word(it.round.played.stimulus.kind).into(),
        },
        Column {
            name: "heard",
            holds: Holds::Text,
            unit: "",
            meaning: "whether the microphone heard it: `yes`, `no`, or `unknown` where nobody listened",
            empty: "",
            cell: |it| heard_word(it.round.played.heard).into(),
        },
        Column {
            name: "void",
            holds: Holds::Text,
            unit: "",
            meaning: "what happened to the round, as probe logs have it",
            empty: "nothing happened to it",
            cell: |it| some(it.round.void.map(void_word)),
        },
        Column {
            name: "scores",
            holds: Holds::Text,
            unit: "",
            meaning: "`scored`; `unknown`, where the round pays each bet the least that any scores could; `void`, where it does not count",
            empty: "",
            cell: |it| {
                match it.round.effect() {
                    Effect::Scored => "scored",
                    Effect::Unknown => "unknown",
                    Effect::Void => "void",
                }
                .into()
            },
        },
        Column {
            name: "capture_id",
            holds: Holds::Text,
            unit: "",
            meaning: CAPTURE,
            empty: "",
            cell: |it| it.capture_id.to_string().into(),
        },
    ];

    fn at(&self) -> Option<Timestamp> {
        Some(self.start())
    }
}
