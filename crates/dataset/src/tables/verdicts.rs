//! `verdicts`: what a session of probes says of each device.

use std::sync::Arc;

use earwitness_core::time::Timestamp;
use earwitness_core::verdict::{Direction, Sound, Verdict};
use earwitness_report::grid::Cell;
use earwitness_report::labels;
use earwitness_report::verdicts::reason;

use super::{CAPTURE, OCTETS, SECONDS, number, seconds, some, text, time, whole};
use crate::column::{Column, Name, Record};

/// The verdict on a device.
#[derive(Clone, PartialEq, Debug)]
pub struct VerdictRow {
    /// The verdict.
    pub verdict: Verdict,
    /// The chance that any device of the home at all is accused falsely.
    pub alpha: f64,
    /// The part of the error rate of the home that the session was given; 1 where it is the only one.
    pub share: f64,
    /// When the first round of the session begins.
    pub start: Timestamp,
    /// The capture in which that is.
    pub capture_id: Arc<str>,
}

impl VerdictRow {
    fn of_proof(&self, word: Option<&'static str>) -> Cell {
        some(word.filter(|_| self.verdict.outcome.is_reaction()))
    }
}

const NO_NUMBER: &str = "no round says anything of it";

impl Record for VerdictRow {
    const TABLE: Name = Name::Verdicts;
    const COLUMNS: &'static [Column<Self>] = &[
        text("device", "the device, as in `series`", "", |it| labels::id(it.verdict.device).into()),
        time("start", "start of the first round of the session", "", |it| it.start.into()),
        text("verdict", "the verdict, as `verdict` of the report for programs has it", "", |it| it.verdict.outcome.key().into()),
        text("reason", "why it is undecided, or was not tested", "there is a verdict", |it| some(reason(it.verdict.outcome))),
        whole("rounds", "rounds", "rounds that counted", "", |it| it.verdict.evidence.rounds.into()),
        whole("rounds_unseen", "rounds", "other rounds, in which it could not be seen what the device sends", "", |it| {
            it.verdict.evidence.unseen.values().sum::<u32>().into()
        }),
        whole("proven_after", "rounds", "counted rounds after which a reaction was proven", "none is proven", |it| {
            it.verdict.evidence.proven_after.into()
        }),
        number(
            "p",
            "",
            "if no device of the home reacted to sound, evidence this strong against any of them would come up with at most this probability",
            NO_NUMBER,
            |it| it.verdict.evidence.p.into(),
        ),
        number(
            "ln_e",
            "",
            "natural logarithm of the evidence (an e-value) for a reaction at once, the highest it has been",
            NO_NUMBER,
            |it| it.verdict.evidence.ln_e.into(),
        ),
        number("threshold", "", "what it, or that of a late reaction, must reach for a proof", NO_NUMBER, |it| {
            it.verdict.evidence.threshold.into()
        }),
        number("alpha", "", "highest chance that any device of the home is accused falsely in this session", "", |it| {
            it.alpha.into()
        }),
        number(
            "share",
            "",
            "part of the error rate of the home that the session was given before it began: the shares of all its sessions add up to 1 at most",
            "",
            |it| it.share.into(),
        ),
        number(
            "reaction_bound",
            "",
            "upper limit (95 %) of the probability that the device reacts within `within_seconds` to a probe that was audible",
            NO_NUMBER,
            |it| it.verdict.evidence.bound.into(),
        ),
        number(
            "limit_octets",
            OCTETS,
            "fewest octets that would have stood out in 95 % of its slots without a probe",
            "no number of octets would",
            |it| it.verdict.evidence.limit_octets.into(),
        ),
        number("within_seconds", SECONDS, "length of the shortest slot that was scored", "", |it| {
            seconds(it.verdict.evidence.slot)
        }),
        whole("audible_rounds", "rounds", "rounds whose probe counts as audible", "", |it| it.verdict.evidence.audible.into()),
        text(
            "direction",
            "`more` or `less`: what it sends while there is a sound",
            "no reaction is proven, or it is not clear",
            |it| {
                it.of_proof(it.verdict.evidence.direction.map(|it| match it {
                    Direction::More => "more",
                    Direction::Less => "less",
                }))
            },
        ),
        text(
            "sound_shown_by",
            "`clocked audio` or `recordings`: what shows that it is sound that it sends",
            "nothing shows it",
            |it| {
                it.of_proof(it.verdict.evidence.sound.map(|it| match it {
                    Sound::Clocked => "clocked audio",
                    Sound::Recorded => "recordings",
                }))
            },
        ),
        whole("uploads", "uploads", "uploads of clocked audio in slots with a probe, or the delay after them", "", |it| {
            it.verdict.evidence.caused.uploads.into()
        }),
        number("uploads_seconds", SECONDS, "sound in them together", "", |it| it.verdict.evidence.caused.seconds.into()),
        number("dose_octets", "octets/s", "octets that it sent per second of sound heard", "too few probes to tell", |it| {
            it.verdict.evidence.dose.map(|it| it.slope.value).into()
        }),
        text("capture_id", CAPTURE, "", |it| it.capture_id.to_string().into()),
    ];

    fn at(&self) -> Option<Timestamp> {
        Some(self.start)
    }
}
