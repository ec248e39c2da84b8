//! Verdicts as part of the report for programs; each key is explained in `docs/schema/analyze-2.json`.

use earwitness_base::text::{WIDEST_EXACT, WIDEST_SAID, clean};
use earwitness_core::detect::dose::Dose;
use earwitness_core::findings::{DeviceFindings, DeviceId};
use earwitness_core::trial::Trial;
use earwitness_core::verdict::{self, Direction, Received};
use serde::Serialize;

use super::{Probing, words};
use crate::labels::{id, receiver};
use crate::probelog::{heard_word, sound_word, void_word};
use crate::receiver::{Where, details};
use earwitness_base::words::as_f64;

/// The session.
#[derive(Serialize)]
pub(crate) struct Session {
    answer: String,
    rounds: usize,
    void: u32,
    alpha: f64,
    seed: Option<u64>,
    lots: &'static str,
    caveats: Vec<String>,
    control: Control,
    trials: Vec<Round>,
}

/// What shows that the sounds could be heard.
#[derive(Serialize)]
struct Control {
    microphone_rounds: u32,
    devices: Vec<String>,
}

/// One round.
#[derive(Serialize)]
struct Round {
    number: u32,
    start_ns: i64,
    slot_seconds: f64,
    slots: usize,
    drawn: usize,
    onset_ns: i64,
    seconds: f64,
    stimulus: String,
    sound: &'static str,
    heard: &'static str,
    void: Option<&'static str>,
}

/// What speaks for the verdict on one device.
#[derive(Serialize)]
pub(crate) struct Evidence {
    sentences: Vec<String>,
    rounds: u32,
    rounds_unseen: Vec<Unseen>,
    rounds_incomplete: u32,
    proven_after: Option<u32>,
    rounds_to_go: Option<u32>,
    p: Option<f64>,
    ln_e: Option<f64>,
    ln_e_clocked: Option<f64>,
    ln_e_by_round: Vec<Option<f64>>,
    threshold: Option<f64>,
    late: Option<Late>,
    e_bh: bool,
    sounds: Vec<Sound>,
    reaction_bound: Option<f64>,
    limit_octets: Option<f64>,
    limit_clocked: bool,
    uploads: u32,
    uploads_seconds: Option<f64>,
    upload_median_seconds: Option<f64>,
    upload_bit_rate: Option<f64>,
    receivers: Vec<String>,
    sent_to: Vec<SentTo>,
    direction: Option<&'static str>,
    sound_shown_by: Option<&'static str>,
    ln_e_recorded: Option<f64>,
    ln_e_dose: Option<f64>,
    recordings: u32,
    recording_octets: Option<f64>,
    within_seconds: f64,
    audible_rounds: u32,
    after: Option<After>,
    dose_octets: Option<Line>,
    dose_audio_seconds: Option<Line>,
    ttest: Option<Ttest>,
    bursts_drawn: u32,
    bursts_sham: u32,
    continuous_share: Option<f64>,
}

/// What a receiver was sent.
#[derive(Serialize)]
struct SentTo {
    receiver: Where,
    other_names: Vec<String>,
    octets: u64,
}

/// The device that moved before.
#[derive(Serialize)]
struct After {
    device: String,
    name: String,
    lag_seconds: f64,
    rounds_together: u32,
    rounds_moved: u32,
    rounds_other_moved: u32,
}

#[derive(Serialize)]
struct Unseen {
    why: &'static str,
    rounds: u32,
}

#[derive(Serialize)]
struct Late {
    after_seconds: f64,
    wider_by_seconds: f64,
    ln_e: Option<f64>,
}

#[derive(Serialize)]
struct Sound {
    name: String,
    hits: u32,
    rounds: u32,
}

#[derive(Serialize)]
struct Line {
    slope: Option<f64>,
    slope_low: Option<f64>,
    slope_high: Option<f64>,
    intercept: Option<f64>,
    p: Option<f64>,
    points: usize,
}

#[derive(Serialize)]
struct Ttest {
    reacting: u32,
    judged: u32,
}

/// The session as a whole.
pub(crate) fn session(probing: &Probing) -> Session {
    let verdicts = &probing.verdicts;
    Session {
        answer: words::headline(probing),
        rounds: probing.counted(),
        void: verdicts.void,
        alpha: verdicts.alpha,
        seed: probing.design.as_ref().and_then(|design| design.seed),
        lots: match probing.lots() {
            None => "on trust",
            Some(lots) if lots.not_drawn.is_empty() => "as the seed draws them",
            Some(_) => "not as the seed draws them",
        },
        caveats: words::caveats(probing),
        control: Control {
            microphone_rounds: verdicts.control.microphone,
            devices: verdicts.control.devices.iter().map(|it| id(*it)).collect(),
        },
        trials: verdicts.trials.iter().map(round).collect(),
    }
}

fn round(trial: &Trial) -> Round {
    let it = &trial.round;
    let first = it.slots.first().copied();
    Round {
        number: it.number,
        start_ns: first.map_or(0, |slot| slot.from.nanos()),
        slot_seconds: first.map_or(0.0, |slot| seconds(slot.length())),
        slots: it.slots.len(),
        drawn: it.drawn,
        onset_ns: it.played.onset.nanos(),
        seconds: seconds(it.played.length),
        stimulus: clean(&it.played.stimulus.name, WIDEST_SAID),
        sound: sound_word(it.played.stimulus.kind),
        heard: heard_word(it.played.heard),
        void: it.void.map(void_word),
    }
}

fn sent_to(it: &Received) -> SentTo {
    let other_names = it.other_names.iter().map(|name| clean(name.reveal(), WIDEST_EXACT)).collect();
    SentTo { receiver: details(&it.receiver), other_names, octets: it.octets }
}

/// The evidence about one device; `curve` is how it grew.
pub(crate) fn evidence(it: &verdict::Verdict, found: &DeviceFindings, others: &words::Others<'_>, curve: &[f64]) -> Evidence {
    let sentences = words::sentences(it, Some(found), others);
    let it = &it.evidence;
    let caused = &it.caused;
    let mut receivers: Vec<String> = it.received.iter().map(|it| receiver(&it.receiver, WIDEST_EXACT)).collect();
    receivers.dedup();
    Evidence {
        sentences,
        rounds: it.rounds,
        rounds_unseen: it.unseen.iter().map(|(why, rounds)| Unseen { why: words::unseen_word(*why), rounds: *rounds }).collect(),
        rounds_incomplete: it.incomplete,
        proven_after: it.proven_after,
        rounds_to_go: it.rounds_to_go,
        p: finite(it.p),
        ln_e: finite(it.ln_e),
        ln_e_clocked: finite(it.ln_clocked),
        ln_e_by_round: curve.iter().map(|it| finite(*it)).collect(),
        threshold: finite(it.threshold),
        late: it.late.map(|it| Late {
            after_seconds: seconds(it.lag.shift),
            wider_by_seconds: seconds(it.lag.stretch),
            ln_e: finite(it.ln_e),
        }),
        e_bh: it.listed,
        sounds: it.sounds.iter().map(|(name, &(hits, rounds))| Sound { name: clean(name, WIDEST_SAID), hits, rounds }).collect(),
        reaction_bound: finite(it.bound),
        limit_octets: it.limit_octets.and_then(finite),
        limit_clocked: it.limit_clocked,
        uploads: caused.uploads,
        uploads_seconds: finite(caused.seconds),
        upload_median_seconds: finite(caused.median_seconds).filter(|_| caused.uploads > 0),
        upload_bit_rate: caused.bit_rate.and_then(finite),
        receivers,
        sent_to: it.received.iter().map(sent_to).collect(),
        direction: it.direction.filter(|_| it.is_proven()).map(|it| match it {
            Direction::More => "more",
            Direction::Less => "less",
        }),
        sound_shown_by: it.sound.filter(|_| it.is_proven()).map(|it| match it {
            verdict::Sound::Clocked => "clocked audio",
            verdict::Sound::Recorded => "recordings",
        }),
        ln_e_recorded: finite(it.ln_recorded),
        ln_e_dose: finite(it.ln_dose),
        recordings: caused.recordings,
        recording_octets: caused.recording_octets.and_then(finite),
        within_seconds: seconds(it.slot),
        audible_rounds: it.audible,
        after: it.after.map(|it| After {
            device: id(it.device),
            name: others.names.get(&it.device).cloned().unwrap_or_default(),
            lag_seconds: seconds(it.lag),
            rounds_together: it.together,
            rounds_moved: it.moved,
            rounds_other_moved: it.other_moved,
        }),
        dose_octets: it.dose.as_ref().map(line),
        dose_audio_seconds: it.dose_seconds.as_ref().map(line),
        ttest: it.ttest.map(|(reacting, judged)| Ttest { reacting, judged }),
        bursts_drawn: it.bursts.0,
        bursts_sham: it.bursts.1,
        continuous_share: finite(it.continuous),
    }
}

/// The evidence of one device after each round.
pub(crate) type Curves = std::collections::BTreeMap<DeviceId, Vec<f64>>;

fn line(it: &Dose) -> Line {
    Line {
        slope: finite(it.slope.value),
        slope_low: finite(it.slope.low),
        slope_high: finite(it.slope.high),
        intercept: finite(it.intercept),
        p: finite(it.p),
        points: it.points,
    }
}

fn seconds(nanos: i64) -> f64 {
    as_f64(nanos) / 1e9
}

/// Twelve digits, so that equal evidence prints alike; what is no number is left out.
fn finite(number: f64) -> Option<f64> {
    number.is_finite().then(|| format!("{number:.11e}").parse().unwrap_or(number))
}
