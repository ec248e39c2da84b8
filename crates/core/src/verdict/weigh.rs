//! The evidence about one device.

use std::collections::BTreeMap;

use super::decide::Settings;
use super::{Caused, Evidence, Late};
use crate::detect::dose;
use crate::detect::lottery::{AT_ONCE, FIRST, Lag, Place, bound, detection_limit};
use crate::findings::{DeviceFindings, DeviceId, Receiver, Sighting, SightingKind};
use crate::measure::{Above, Measure, Profile};
use crate::samples::Tested;
use crate::time::Window;
use crate::trial::{CONFIDENCE, Session, Standing, Trial};

/// What all devices are weighed against.
pub(super) struct Setting<'a> {
    pub(super) trials: &'a [Trial],
    pub(super) session: &'a Session,
    pub(super) settings: &'a Settings,
    pub(super) tested: &'a BTreeMap<u32, Tested>,
    /// From the first round to the end of the capture.
    pub(super) stretch: Window,
}

/// Level of the interval of a dose.
const LEVEL: f64 = 0.95;

/// Permutations that an interval rests on: its level is then kept to half a percent.
const PERMUTATIONS: u32 = 1_999;

/// All that speaks for or against a reaction of the device.
pub(super) fn weigh(device: &DeviceFindings, profile: &Profile, setting: &Setting<'_>) -> Evidence {
    let Setting { trials, session, settings, tested, stretch } = *setting;
    let nothing = Standing::default();
    let standing = session.standings().get(&device.id).unwrap_or(&nothing);
    let counted: Vec<(&Trial, &[Measure])> = trials.iter().filter_map(|trial| Some((trial, trial.counted(device.id)?))).collect();
    let threshold = session.threshold();
    let ln_e = standing.lottery.highest() + AT_ONCE.ln();
    let above = Above::new(profile, stretch);
    let rounds: Vec<&Trial> = counted.iter().map(|it| it.0).collect();
    let late = settings.late.then(|| super::late::search(&above, session, &rounds)).flatten();
    let strongest = late.map_or(ln_e, |late: Late| late.ln_e.max(ln_e));
    let firsts = counted.iter().filter_map(|(trial, _)| trial.place(device.id)).map(Place::is_first);
    // The scores of the delay that the proof, if there is one, rests on.
    let delay = late.filter(|late| late.ln_e > ln_e && late.ln_e >= threshold).map(|late| late.lag);
    let answers = answers(&counted, delay, &above);
    let sounds = by_sound(&answers);
    let points = dose_points(&answers, &sounds);
    let fit = |of: fn(&Measure) -> f64| {
        // How much it sends of what it hears is only asked of a device that hears.
        if strongest < threshold {
            return None;
        }
        let points: Vec<(f64, f64)> = points.iter().map(|(heard, sent)| (*heard, of(sent))).collect();
        dose::fit_by(&points, LEVEL, PERMUTATIONS, settings.seed)
    };
    Evidence {
        rounds: standing.rounds,
        ln_e,
        ln_last: standing.lottery.log_e() + AT_ONCE.ln(),
        ln_clocked: standing.clocked.highest() + AT_ONCE.ln(),
        late,
        threshold,
        p: (threshold - strongest + settings.alpha.ln()).exp().min(1.0),
        proven_after: standing.proven_after,
        sounds,
        bound: bound(firsts, CONFIDENCE),
        limit_octets: detection_limit(&shams(&counted), FIRST),
        limit_clocked: clocked_is_rare(&counted),
        caused: caused(device, &counted),
        dose: fit(|sent| sent.octets),
        dose_seconds: fit(|sent| sent.clocked).filter(|_| points.iter().any(|point| point.1.clocked > 0.0)),
        ttest: ttest(device.id, &counted, tested),
        bursts: bursts(device, &counted),
        continuous: continuous(device, trials),
        rounds_to_go: standing.lottery.rounds_to_go(threshold - AT_ONCE.ln()),
        listed: false,
    }
}

/// What a device sent after one probe.
struct Answer<'a> {
    sound: &'a str,
    /// How long it sounded, seconds.
    heard: f64,
    sent: Measure,
    /// Whether it outdid all shams.
    first: bool,
}

/// What the device sent in the drawn slots, or a delay after them.
fn answers<'a>(counted: &[(&'a Trial, &[Measure])], delay: Option<Lag>, above: &Above) -> Vec<Answer<'a>> {
    let answer = |(trial, scores): &(&'a Trial, &[Measure])| {
        let moved = delay.map(|lag| super::late::scores(above, &trial.round.windows(), lag));
        let scores = match &moved {
            Some(moved) => moved.as_deref()?,
            None => scores,
        };
        let (drawn, played) = (trial.round.drawn, &trial.round.played);
        #[expect(clippy::cast_precision_loss, reason = "nanoseconds of a sound")]
        let heard = played.length as f64 / 1e9;
        let first = Place::of(scores, drawn).is_some_and(Place::is_first);
        Some(Answer { sound: &played.stimulus.name, heard, sent: *scores.get(drawn)?, first })
    };
    counted.iter().filter_map(answer).collect()
}

/// For each sound: answers that outdid all shams, and all.
fn by_sound(answers: &[Answer<'_>]) -> BTreeMap<String, (u32, u32)> {
    let mut sounds = BTreeMap::new();
    for answer in answers {
        let counts: &mut (u32, u32) = sounds.entry(answer.sound.to_owned()).or_default();
        counts.0 += u32::from(answer.first);
        counts.1 += 1;
    }
    sounds
}

/// Seconds heard and what was sent, of the sounds after which the device outdid its shams in at least half of the rounds.
fn dose_points(answers: &[Answer<'_>], sounds: &BTreeMap<String, (u32, u32)>) -> Vec<(f64, Measure)> {
    let moves = |sound: &str| sounds.get(sound).is_some_and(|(hits, rounds)| *hits >= 2 && hits * 2 >= *rounds);
    answers.iter().filter(|answer| moves(answer.sound)).map(|answer| (answer.heard, answer.sent)).collect()
}

/// Octets of the sham slots of each round.
fn shams(counted: &[(&Trial, &[Measure])]) -> Vec<Vec<f64>> {
    let of = |(trial, scores): &(&Trial, &[Measure])| {
        let drawn = trial.round.drawn;
        scores.iter().enumerate().filter(|slot| slot.0 != drawn).map(|slot| slot.1.octets).collect()
    };
    counted.iter().map(of).collect()
}

/// Whether clocked audio hardly ever lies in a sham slot.
fn clocked_is_rare(counted: &[(&Trial, &[Measure])]) -> bool {
    let (mut with, mut all) = (0_u32, 0_u32);
    for (trial, scores) in counted {
        for (_, score) in scores.iter().enumerate().filter(|slot| slot.0 != trial.round.drawn) {
            with += u32::from(score.clocked > 0.0);
            all += 1;
        }
    }
    f64::from(with) <= (1.0 - FIRST) * f64::from(all)
}

/// Uploads of clocked audio that began in drawn slots.
fn caused(device: &DeviceFindings, counted: &[(&Trial, &[Measure])]) -> Caused {
    let drawn: Vec<Window> =
        counted.iter().filter_map(|(trial, _)| trial.round.windows().get(trial.round.drawn).copied()).collect();
    let audio = |it: &&Sighting| it.kind == SightingKind::Audio && drawn.iter().any(|slot| slot.contains(it.window.from));
    let uploads: Vec<&Sighting> = device.sightings.iter().chain(&device.local_sightings).filter(audio).collect();
    let mut seconds: Vec<f64> = uploads.iter().filter_map(|it| it.audio_seconds).map(|sound| sound.value).collect();
    let mut rates: Vec<f64> = uploads.iter().filter_map(|it| it.bit_rate).collect();
    let mut receivers: BTreeMap<(Option<&str>, std::net::IpAddr), (u32, &Receiver)> = BTreeMap::new();
    for upload in &uploads {
        let receiver = &upload.receiver;
        let name = receiver.name.as_ref().map(|name| name.0.reveal().as_str());
        receivers.entry((name, receiver.address)).or_insert((0, receiver)).0 += 1;
    }
    let mut receivers: Vec<_> = receivers.into_values().collect();
    receivers.sort_by_key(|it| std::cmp::Reverse(it.0));
    Caused {
        uploads: u32::try_from(uploads.len()).unwrap_or(u32::MAX),
        seconds: seconds.iter().sum(),
        median_seconds: median(&mut seconds).unwrap_or(0.0),
        bit_rate: median(&mut rates),
        receivers: receivers.into_iter().map(|it| it.1.clone()).collect(),
    }
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let (low, high) = (values.get(values.len().checked_sub(1)? / 2)?, values.get(values.len() / 2)?);
    Some(f64::midpoint(*low, *high))
}

/// Rounds in which the two-sample test called the device reacting, and rounds in which it was defined.
fn ttest(device: DeviceId, counted: &[(&Trial, &[Measure])], tested: &BTreeMap<u32, Tested>) -> Option<(u32, u32)> {
    let after = counted.iter().filter_map(|(trial, _)| tested.get(&trial.round.number));
    let said: Vec<bool> =
        after.filter_map(|tested| tested.devices.get(&device)).filter(|it| it.p.is_some()).map(|it| it.reacted).collect();
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    (!tested.is_empty()).then(|| (count(said.iter().filter(|it| **it).count()), count(said.len())))
}

/// Loud runs that began in drawn slots, and in shams.
fn bursts(device: &DeviceFindings, counted: &[(&Trial, &[Measure])]) -> (u32, u32) {
    let mut found = (0, 0);
    for (trial, _) in counted {
        for (slot, window) in trial.round.windows().into_iter().enumerate() {
            let runs = device.bursts.iter().filter(|run| window.contains(run.window.from)).count();
            let runs = u32::try_from(runs).unwrap_or(u32::MAX);
            *if slot == trial.round.drawn { &mut found.0 } else { &mut found.1 } += runs;
        }
    }
    found
}

/// Share of the rounds' time during which a beat without end went on.
fn continuous(device: &DeviceFindings, trials: &[Trial]) -> f64 {
    let (mut with, mut all) = (0_i64, 0_i64);
    for span in trials.iter().filter_map(|trial| trial.round.span()) {
        let shared = |it: &Sighting| it.window.until.min(span.until).since(it.window.from.max(span.from)).max(0);
        with += device.continuous.iter().map(shared).sum::<i64>().min(span.length());
        all += span.length();
    }
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    if all > 0 { with as f64 / all as f64 } else { 0.0 }
}
