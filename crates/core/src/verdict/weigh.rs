//! The evidence about one device.

use std::collections::BTreeMap;

use super::answer::Answer;
use super::chain::Moves;
use super::settings::VerdictSettings;
use super::{Caused, Evidence, Late, nature, received};
use crate::detect::dose;
use crate::detect::lottery::{AT_ONCE, FIRST, Lag, Rank, Score};
use crate::findings::{DeviceFindings, DeviceId, Sighting, SightingKind};
use crate::measure::{Above, Measure, Profile};
use crate::probe::{Effect, is_row};
use crate::samples::Tested;
use crate::time::{Timestamp, Window};
use crate::trial::{Answers, Session, Standing, Trial, least_answer, top};
use crate::visibility::{Sight, Unseen};

/// What all devices are weighed against.
pub(super) struct Setting<'a> {
    pub(super) trials: &'a [Trial],
    pub(super) session: &'a Session,
    pub(super) settings: &'a VerdictSettings,
    pub(super) tested: &'a BTreeMap<u32, Tested>,
    /// From the first round to the end of the capture.
    pub(super) stretch: Window,
}

/// Level of the interval of a dose.
const LEVEL: f64 = 0.95;

/// Permutations that an interval rests on: its level is then kept to half a percent.
const PERMUTATIONS: u32 = 1_999;

/// All that speaks for or against a reaction of the device, and when it moved. `sight`: when it could be seen.
pub(super) fn weigh(
    device: &DeviceFindings,
    profile: &Profile,
    sight: Option<&Sight>,
    setting: &Setting<'_>,
) -> (Evidence, Moves) {
    let Setting { trials, session, settings, tested, stretch } = *setting;
    let nothing = Standing::default();
    let standing = session.standings().get(&device.id).unwrap_or(&nothing);
    let counted: Vec<(&Trial, &[Score<Measure>])> =
        trials.iter().filter_map(|trial| Some((trial, trial.counted(device.id)?))).collect();
    let threshold = session.threshold(device.id);
    let ln_e = standing.lottery.highest() + AT_ONCE.ln();
    let above = Above::new(profile, stretch, &super::late::unseen(trials));
    let rounds: Vec<&Trial> = counted.iter().map(|it| it.0).collect();
    let late = settings.late.then(|| super::late::search(&above, session, &rounds)).flatten();
    let strongest = late.map_or(ln_e, |late: Late| late.ln_e.max(ln_e));
    // A proof rests on all rounds: what was not seen is the same in all slots, and pays every bet 1. Silence is one only where it was seen.
    let (counted, unseen) = if strongest >= threshold {
        (counted, BTreeMap::new())
    } else if counted.is_empty() {
        // It was never seen to send, so that no round was scored.
        (counted, in_no_round(sight, trials))
    } else {
        seen(sight, counted)
    };
    // The scores of the delay that the proof, if there is one, rests on.
    let delay = late.filter(|late| late.ln_e > ln_e && late.ln_e >= threshold).map(|late| late.lag);
    let recordings = Recordings::of(device);
    let answers = answers(&counted, delay, &above, &recordings, session);
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
    // Where the proof is late, so must be the rest.
    let ln_part = delay.map_or(AT_ONCE.ln(), super::late::ln_part);
    let ln_clocked = if delay.is_some() {
        let clocked: Vec<_> = answers.iter().filter_map(|answer| Some((answer.number, answer.clocked?))).collect();
        nature::lottery(&clocked) + ln_part
    } else {
        standing.clocked.highest() + ln_part
    };
    let (drawn, silent) = windows(&counted, delay.unwrap_or(Lag::NONE));
    let mut evidence = Evidence {
        rounds: u32::try_from(counted.len()).unwrap_or(u32::MAX),
        unseen,
        incomplete: incomplete(&counted),
        ln_e,
        ln_last: standing.lottery.log_e() + AT_ONCE.ln(),
        ln_clocked,
        late,
        threshold,
        p: (threshold - strongest + settings.alpha.ln()).exp().min(1.0),
        proven_after: standing.proven_after,
        sounds,
        answers_often: answers_often(&answers),
        limit_octets: least_answer(counted.iter().map(|(trial, scores)| (*scores, trial.round.drawn))),
        limit_clocked: clocked_is_rare(&counted),
        caused: caused(device, &drawn),
        slot: counted.iter().filter_map(|(trial, _)| trial.round.slots.first()).map(|slot| slot.length()).min().unwrap_or(0),
        dose: fit(|sent| sent.octets),
        dose_seconds: fit(|sent| sent.clocked).filter(|_| points.iter().any(|point| point.1.clocked > 0.0)),
        ttest: ttest(device.id, trials, tested),
        bursts: bursts(device, &counted),
        continuous: continuous(device, trials),
        rounds_to_go: standing.lottery.rounds_to_go(threshold - AT_ONCE.ln()),
        ..Evidence::default()
    };
    nature::weigh(&mut evidence, &answers, ln_part);
    evidence.received = match evidence {
        _ if evidence.is_proven() => received::caused(device, &drawn, &silent),
        _ if evidence.goes_on() => received::streamed(device),
        _ => received::in_all(device),
    };
    if evidence.is_proven() && evidence.received.is_empty() {
        // One that sends less sends nobody more than in silence.
        evidence.received = received::in_all(device);
    }
    (evidence, moves(&answers, profile))
}

/// Rounds in which some of what the device sent may have been missed, although nothing was wrong with the round itself.
fn incomplete(counted: &[(&Trial, &[Score<Measure>])]) -> u32 {
    let is_incomplete = |(trial, scores): &&(&Trial, &[Score<Measure>])| {
        trial.round.effect() != Effect::Unknown && scores.iter().any(|score| matches!(score, Score::AtLeast(_)))
    };
    u32::try_from(counted.iter().filter(is_incomplete).count()).unwrap_or(u32::MAX)
}

/// The windows of drawn slots and of shams, moved by a delay.
fn windows(counted: &[(&Trial, &[Score<Measure>])], lag: Lag) -> (Vec<Window>, Vec<Window>) {
    let (mut drawn, mut silent) = (Vec::new(), Vec::new());
    for (trial, _) in counted {
        for (slot, window) in trial.round.windows().into_iter().enumerate() {
            if slot == trial.round.drawn { &mut drawn } else { &mut silent }.push(lag.window(window));
        }
    }
    (drawn, silent)
}

/// When the device began to move in each round, by the first second above its level.
fn moves(answers: &[Answer<'_>], profile: &Profile) -> Moves {
    let began = |answer: &Answer<'_>| {
        let onset = answer.first.then(|| profile.onset(answer.window)).flatten();
        (answer.round, onset)
    };
    answers.iter().map(began).collect()
}

/// Finished recordings of a device, by their beginning.
struct Recordings(Vec<(Timestamp, f64)>);

impl Recordings {
    fn of(device: &DeviceFindings) -> Self {
        let all = device.sightings.iter().chain(&device.local_sightings);
        #[expect(clippy::cast_precision_loss, reason = "octets of an upload")]
        let recording = |it: &Sighting| (it.window.from, it.octets_total as f64);
        let mut all: Vec<_> = all.filter(|it| it.kind != SightingKind::Audio).map(recording).collect();
        all.sort_by_key(|it| it.0);
        Self(all)
    }

    /// Octets of those that began in the window.
    fn within(&self, window: Window) -> f64 {
        let first = self.0.partition_point(|it| it.0 < window.from);
        self.0.iter().skip(first).take_while(|it| it.0 < window.until).map(|it| it.1).sum()
    }
}

/// Rounds with the scores of one device.
type Counted<'a> = Vec<(&'a Trial, &'a [Score<Measure>])>;

/// The rounds in which could be seen what the device sends, and how many there are of the others.
fn seen<'a>(sight: Option<&Sight>, mut counted: Counted<'a>) -> (Counted<'a>, BTreeMap<Unseen, u32>) {
    let mut others = BTreeMap::new();
    counted.retain(|(trial, _)| {
        let why = unseen(sight, trial);
        if let Some(why) = why {
            *others.entry(why).or_default() += 1;
        }
        why.is_none()
    });
    (counted, others)
}

/// The reasons why a device without any score was not seen, and in how many rounds.
fn in_no_round(sight: Option<&Sight>, trials: &[Trial]) -> BTreeMap<Unseen, u32> {
    let mut reasons = BTreeMap::new();
    for why in trials.iter().filter(|trial| !trial.round.is_void()).filter_map(|trial| unseen(sight, trial)) {
        *reasons.entry(why).or_default() += 1;
    }
    reasons
}

/// Why the device could not be seen in a round, if so.
pub(super) fn unseen(sight: Option<&Sight>, trial: &Trial) -> Option<Unseen> {
    let windows = trial.round.windows();
    let (first, last) = windows.first().zip(windows.last())?;
    sight?.unseen(Window { from: first.from, until: last.until })
}

/// What the device sent in the drawn slots, or a delay after them, as far as it is known.
fn answers<'a>(
    counted: &[(&'a Trial, &[Score<Measure>])],
    delay: Option<Lag>,
    above: &Above,
    recordings: &Recordings,
    session: &Session,
) -> Vec<Answer<'a>> {
    let answer = |(trial, scores): &(&'a Trial, &[Score<Measure>])| {
        let moved = delay.map(|lag| super::late::scores(above, &trial.round, lag));
        let scores = match &moved {
            Some(moved) => moved.as_deref()?,
            None => scores,
        };
        let (drawn, played) = (trial.round.drawn, &trial.round.played);
        #[expect(clippy::cast_precision_loss, reason = "nanoseconds of a sound")]
        let heard = played.length as f64 / 1e9;
        let sound = &played.stimulus.name;
        let windows = trial.round.windows().into_iter().map(|slot| delay.unwrap_or(Lag::NONE).window(slot));
        let windows: Vec<Window> = windows.collect();
        let rank = Rank::of(scores, drawn);
        let part = |score: &Score<Measure>, value: f64| match score {
            Score::Known(_) => Score::Known(value),
            // What was not seen may have been of any kind, so that of each part nothing is known.
            Score::AtLeast(_) => Score::AtLeast(0.0),
        };
        let clocked: Vec<_> = scores.iter().map(|score| part(score, score.seen().clocked)).collect();
        let recorded: Vec<_> = scores.iter().zip(&windows).map(|(score, slot)| part(score, recordings.within(*slot))).collect();
        let own = scores.get(drawn)?;
        Some(Answer {
            round: trial.round.number,
            sound,
            number: session.sounds().iter().position(|known| known == sound).unwrap_or(0),
            heard,
            sent: own.seen(),
            known: own.known().is_some(),
            first: rank.is_some_and(Rank::is_first),
            rank,
            top: top((scores, drawn), 0.0),
            clocked: Rank::of(&clocked, drawn),
            recorded: Rank::of(&recorded, drawn),
            window: *windows.get(drawn)?,
        })
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

/// Whether one sound may well move it, whatever the others do.
fn answers_often(answers: &[Answer<'_>]) -> bool {
    let mut sounds: BTreeMap<&str, Answers> = BTreeMap::new();
    for (sound, top) in answers.iter().filter_map(|it| Some((it.sound, it.top?))) {
        sounds.entry(sound).or_default().round(top);
    }
    sounds.values().any(Answers::are_often)
}

/// Seconds heard and what was sent, of the single sounds after which the device outdid its shams in at least half of the rounds.
fn dose_points(answers: &[Answer<'_>], sounds: &BTreeMap<String, (u32, u32)>) -> Vec<(f64, Measure)> {
    let moves = |sound: &str| sounds.get(sound).is_some_and(|(hits, rounds)| *hits >= 2 && hits * 2 >= *rounds);
    answers
        .iter()
        .filter(|answer| answer.known && !is_row(answer.sound) && moves(answer.sound))
        .map(|answer| (answer.heard, answer.sent))
        .collect()
}

/// Whether clocked audio hardly ever lies in a sham slot.
fn clocked_is_rare(counted: &[(&Trial, &[Score<Measure>])]) -> bool {
    let (mut with, mut all) = (0_u32, 0_u32);
    for (trial, scores) in counted {
        let shams = scores.iter().enumerate().filter(|slot| slot.0 != trial.round.drawn);
        for sent in shams.filter_map(|slot| slot.1.known()) {
            with += u32::from(sent.clocked > 0.0);
            all += 1;
        }
    }
    f64::from(with) <= (1.0 - FIRST) * f64::from(all)
}

/// Uploads that began in drawn slots, or the delay after them.
fn caused(device: &DeviceFindings, drawn: &[Window]) -> Caused {
    let began = |it: &&Sighting| drawn.iter().any(|slot| slot.contains(it.window.from));
    let all: Vec<&Sighting> = device.sightings.iter().chain(&device.local_sightings).filter(began).collect();
    let uploads = || all.iter().filter(|it| it.kind == SightingKind::Audio);
    let mut seconds: Vec<f64> = uploads().filter_map(|it| it.audio_seconds).map(|sound| sound.value).collect();
    let mut rates: Vec<f64> = uploads().filter_map(|it| it.bit_rate).collect();
    #[expect(clippy::cast_precision_loss, reason = "octets of an upload")]
    let mut recorded: Vec<f64> =
        all.iter().filter(|it| it.kind != SightingKind::Audio).map(|it| it.octets_total as f64).collect();
    Caused {
        uploads: u32::try_from(uploads().count()).unwrap_or(u32::MAX),
        seconds: seconds.iter().sum(),
        median_seconds: median(&mut seconds).unwrap_or(0.0),
        bit_rate: median(&mut rates),
        recordings: u32::try_from(recorded.len()).unwrap_or(u32::MAX),
        recording_octets: median(&mut recorded),
    }
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let (low, high) = (values.get(values.len().checked_sub(1)? / 2)?, values.get(values.len() / 2)?);
    Some(f64::midpoint(*low, *high))
}

/// Rounds in which the two-sample test called the device reacting, and rounds in which it was defined: all that are not void, since the published test
/// knows nothing of what could be seen.
fn ttest(device: DeviceId, trials: &[Trial], tested: &BTreeMap<u32, Tested>) -> Option<(u32, u32)> {
    let rounds = trials.iter().map(|trial| &trial.round).filter(|round| !round.is_void());
    let after = rounds.filter_map(|round| tested.get(&round.number));
    let said: Vec<bool> =
        after.filter_map(|tested| tested.devices.get(&device)).filter(|it| it.p.is_some()).map(|it| it.reacted).collect();
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    (!tested.is_empty()).then(|| (count(said.iter().filter(|it| **it).count()), count(said.len())))
}

/// Loud runs that began in drawn slots, and in shams.
fn bursts(device: &DeviceFindings, counted: &[(&Trial, &[Score<Measure>])]) -> (u32, u32) {
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
