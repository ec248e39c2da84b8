//! From findings and rounds to verdicts.

use std::collections::BTreeMap;

use super::settings::VerdictSettings;
use super::span::session_span;
use super::weigh::{Setting, unseen, weigh};
use super::{Caveat, Control, Direction, Evidence, NotTested, Outcome, Undecided, Verdict, Verdicts, chain};
use crate::detect::lottery::{AT_ONCE, Bound, Lag, Top, e_bh};
use crate::findings::{DeviceFindings, DeviceId, Findings, Role};
use crate::measure::{Joined, Profile};
use crate::probe::{Effect, Heard, Round, Void};
use crate::samples::Tested;
use crate::time::{SECOND, Timestamp, Window};
use crate::trial::{LEAST_ANSWER, SILENT, Session, Subject, Trial, top};
use crate::visibility::{Sight, Unseen, gaps};

/// Octets that a second of speech takes at least: 2.4 kbit/s, the lowest rate of the speech coders that are in general use (MELP, Codec 2,
/// AMBE; Opus begins at 6). What grows with the sound and stays below is a fingerprint or text; coders that go lower exist, and hide here.
pub const LEAST_SPEECH: f64 = 300.0;

/// Evidence that is worth waiting for: without any reaction in the home, one device or another shows it at a moment with at most this
/// chance.
const PROMISING: f64 = 0.2;

/// Share of the session during which a beat must have gone on for `streams all the time`.
const ALWAYS: f64 = 0.5;

/// What the rounds say of each device that is no gateway. `tested` is what the published two-sample test said after each probe, by the number
/// of its round; it is reported beside and decides nothing.
#[must_use]
pub fn judge(findings: &Findings, rounds: Vec<Round>, tested: &BTreeMap<u32, Tested>, settings: &VerdictSettings) -> Verdicts {
    let mut caveats = Vec::new();
    let rounds = inside(findings, fitting(findings, rounds, &mut caveats), &mut caveats);
    let devices: Vec<(&DeviceFindings, Profile)> = findings
        .devices
        .iter()
        .filter(|it| it.role == Role::Device && !is_stranger(it))
        .map(|it| (it, Profile::of(it)))
        .collect();
    let joined: Vec<_> = devices.iter().filter_map(|(device, profile)| Some((device.id, Joined::of(device)?, profile))).collect();
    let trials: Vec<Trial> = rounds
        .into_iter()
        .map(|round| {
            let subjects = joined.iter().map(|&(id, since, profile)| Subject { id, since, profile, unseen: &[] });
            Trial::new(round, subjects)
        })
        .collect();
    let mut session = Session::new(settings.alpha);
    for trial in &trials {
        session.take(trial);
    }
    let gaps = gaps(findings);
    silence(findings, &trials, &gaps, &mut caveats);
    let sights: Vec<Option<Sight>> = devices.iter().map(|it| Sight::of(it.0, &gaps)).collect();
    let span = session_span(&trials);
    let from = span.map(|span| span.from).unwrap_or_default();
    let until = findings.capture.last.unwrap_or_default();
    let setting = Setting { trials: &trials, session: &session, settings, tested, stretch: Window { from, until } };
    let mut moves = BTreeMap::new();
    let mut verdicts: Vec<Verdict> = devices
        .iter()
        .zip(&sights)
        .map(|((device, profile), sight)| {
            let (evidence, began) = weigh(device, profile, sight.as_ref(), &setting);
            moves.insert(device.id, began);
            Verdict { device: device.id, outcome: Outcome::NotTested(NotTested::NoRounds), evidence }
        })
        .collect();
    chain::order(&mut verdicts, &moves);
    list(&mut verdicts, &session, settings.alpha);
    let control = Control::of(&trials, &verdicts, settings);
    if control.microphone == 0 && !control.devices.is_empty() {
        caveats.push(Caveat::HeardByDevicesOnly);
    }
    let heard = control.microphone > 0 || !control.devices.is_empty();
    // In a second pass: what silence means depends on the controls, which are known once all devices are weighed.
    for ((verdict, (device, _)), sight) in verdicts.iter_mut().zip(&devices).zip(&sights) {
        let there = span.is_some_and(|span| sent_in(device, span));
        let least = verdict.evidence.limit_octets.unwrap_or(LEAST_ANSWER);
        let tops = tops(device.id, sight.as_ref(), &trials, &control, least);
        let limit = Bound::default().after(tops.iter().copied());
        verdict.evidence.audible = u32::try_from(tops.len()).unwrap_or(u32::MAX);
        verdict.evidence.bound = limit.value();
        verdict.outcome = decide(verdict, &trials, there, heard, settings.alpha, (&limit, &tops));
    }
    Verdicts { devices: verdicts, void: session.void(), trials, alpha: settings.alpha, caveats, control }
}

/// Whether somebody only showed up with a frame or two: there is nothing to say of it, and 20,000 made-up addresses need no row each.
fn is_stranger(device: &DeviceFindings) -> bool {
    !device.sent.bins.is_empty() && device.received.bins.is_empty() && Joined::of(device).is_none()
}

/// The verdict that the evidence allows.
fn decide(verdict: &mut Verdict, trials: &[Trial], there: bool, heard: bool, alpha: f64, silence: Silence<'_>) -> Outcome {
    let evidence = &mut verdict.evidence;
    // Rounds without shams have no lot to count, so this comes before the number of rounds.
    let mut counted = trials.iter().filter(|trial| !trial.round.is_void()).peekable();
    if counted.peek().is_some() && counted.all(|trial| trial.round.slots.len() < 2) {
        return Outcome::Undecided(Undecided::NoLot);
    }
    if evidence.rounds == 0 && evidence.unseen.is_empty() {
        return Outcome::NotTested(NotTested::NoRounds);
    }
    // A proof stands whatever else is not known. All below depends on whether the device was there, and could be seen and reached by the sound.
    if evidence.is_proven() {
        return match evidence.direction {
            Some(Direction::Less) => Outcome::SendsLess,
            _ if evidence.sends_sound() => Outcome::Streams,
            _ if evidence.sends_more() => Outcome::SendsMore,
            _ => Outcome::Reacts,
        };
    }
    if evidence.goes_on() {
        return Outcome::StreamsAlways;
    }
    let why = evidence.unseen.iter().max_by_key(|it| it.1).map(|it| *it.0).filter(|_| evidence.rounds == 0);
    // Who is answered has sent.
    if !there && why != Some(Unseen::OneWay) {
        return Outcome::NotTested(NotTested::Absent);
    }
    if let Some(why) = why {
        return Outcome::NotTested(NotTested::Unseen(why));
    }
    if evidence.is_promising(alpha) {
        return Outcome::Undecided(Undecided::Promising);
    }
    if !heard {
        return Outcome::NotTested(NotTested::Unheard);
    }
    if evidence.bound <= SILENT {
        evidence.rounds_to_go = None;
        return Outcome::NoReaction;
    }
    evidence.rounds_to_go = silence.0.clone().rounds_to(SILENT, silence.1, AHEAD);
    Outcome::Undecided(Undecided::FewRounds)
}

/// How often a device reacts at most, and what that follows from.
type Silence<'a> = (&'a Bound, &'a [(Top, u32)]);

/// Rounds that are looked ahead: where not even hundreds would make a device count as silent, nobody is told how many.
const AHEAD: u32 = 400;

impl Evidence {
    /// Whether a reaction is proven, at once or late.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.strongest() >= self.threshold
    }

    /// Whether a reaction may be showing that is not proven yet, to everything or to one sound. What was strong once and has faded does not
    /// count.
    fn is_promising(&self, alpha: f64) -> bool {
        if self.answers_often {
            return true;
        }
        let strongest = self.late.map_or(self.ln_last, |late| late.ln_e.max(self.ln_last));
        (self.threshold + alpha.ln() - strongest).exp() <= PROMISING
    }

    /// The stronger of the evidence for a reaction at once and for a late one.
    #[must_use]
    pub fn strongest(&self) -> f64 {
        self.late.map_or(self.ln_e, |late| late.ln_e.max(self.ln_e))
    }

    /// The delay that the proof rests on, where a late reaction is proven and is the stronger one. `sounds` and the doses are of that delay.
    #[must_use]
    pub fn delay(&self) -> Option<Lag> {
        self.late.filter(|late| late.ln_e > self.ln_e && late.ln_e >= self.threshold).map(|late| late.lag)
    }

    /// Whether what it sends is sound: uploads at the beat of a codec, or finished recordings, that are proven to follow the probes.
    #[must_use]
    pub fn sends_sound(&self) -> bool {
        self.sound.is_some()
    }

    /// Whether it is proven to send more the longer it hears.
    #[must_use]
    pub fn sends_more(&self) -> bool {
        self.ln_dose >= self.threshold
    }

    /// Whether a beat went on, without end, for most of the session.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.continuous >= ALWAYS
    }
}

/// Most scores that are kept, over all rounds, slots and devices: 160 MB. A month of rounds without a pause in a home of 80 devices.
const MOST_SCORES: usize = 10_000_000;

/// As many of the rounds as there is room for.
fn fitting(findings: &Findings, mut rounds: Vec<Round>, caveats: &mut Vec<Caveat>) -> Vec<Round> {
    let devices = findings.devices.len().max(1);
    let mut scores = 0_usize;
    let fit = rounds.iter().take_while(|round| {
        scores = scores.saturating_add(round.slots.len().saturating_mul(devices));
        scores <= MOST_SCORES
    });
    let fit = fit.count();
    if fit < rounds.len() {
        caveats.push(Caveat::RoundsLeftOut(u32::try_from(rounds.len() - fit).unwrap_or(u32::MAX)));
        rounds.truncate(fit);
    }
    rounds
}

/// Marks rounds that the capture does not cover. One that began after the capture had ended, or ended before it began, is none of it, which no draw of its
/// own decided; of one at whose time the capture ended or began, nothing is known.
fn inside(findings: &Findings, mut rounds: Vec<Round>, caveats: &mut Vec<Caveat>) -> Vec<Round> {
    let facts = &findings.capture;
    let mut outside = 0;
    for round in &mut rounds {
        let Some(span) = round.span() else { continue };
        // The last frame comes before the end of its second. A probe that sounded late moves all slots.
        let windows = round.windows();
        let until = windows.last().map_or(span.until, |last| last.until.max(span.until));
        let (first, last) = (facts.first, facts.last.map(|last| last.plus(SECOND)));
        let covered = first.is_some_and(|first| first <= span.from) && last.is_some_and(|last| until <= last);
        if covered || round.is_void() {
            continue;
        }
        let apart = first.is_none_or(|first| until <= first) || last.is_none_or(|last| last <= span.from);
        round.note(if apart { Void::Outside } else { Void::FramesLost });
        outside += 1;
    }
    if outside > 0 {
        caveats.push(Caveat::OutsideCapture(outside));
    }
    if facts.dropped > 0 {
        caveats.push(Caveat::FramesLost(facts.dropped));
    }
    if facts.clock_back > 0 || facts.clock_ahead > 0 {
        caveats.push(Caveat::ClockSet);
    }
    rounds
}

/// Tells of gaps of the capture, and looks for other stretches in counted rounds in which nobody at all sent a frame: longer than a slot, they
/// may be gaps as well.
fn silence(findings: &Findings, trials: &[Trial], gaps: &[Window], caveats: &mut Vec<Caveat>) {
    let (mut rounds, mut longest) = (0_u32, 0_i64);
    let (mut lost, mut longest_gap) = (0_u32, 0_i64);
    for round in trials.iter().map(|trial| &trial.round).filter(|round| !round.is_void()) {
        let Some((span, slot)) = round.span().zip(round.slots.first()) else { continue };
        if let Some(gap) = gaps.iter().filter(|gap| gap.overlaps(span)).map(|gap| gap.length()).max() {
            lost += 1;
            longest_gap = longest_gap.max(gap);
            continue;
        }
        let mut busy = std::collections::BTreeSet::from([span.from, span.until]);
        for series in findings.devices.iter().flat_map(|device| [&device.sent, &device.received]) {
            let width = series.width.max(1);
            let first = span.from.since(series.origin).div_euclid(width);
            let at = |index: i64| series.origin.plus(index.saturating_mul(width));
            busy.extend(series.bins.since(first).map(|bin| at(bin.index)).take_while(|at| *at < span.until));
        }
        let times: Vec<Timestamp> = busy.into_iter().collect();
        let gap = times.windows(2).map(|pair| pair[1].since(pair[0])).max().unwrap_or(0);
        if gap > slot.length() {
            rounds += 1;
            longest = longest.max(gap);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of a capture")]
    let seconds = |nanos: i64| nanos as f64 / 1e9;
    if lost > 0 {
        caveats.push(Caveat::Gap { rounds: lost, longest: seconds(longest_gap) });
    }
    if rounds > 0 {
        caveats.push(Caveat::Silence { rounds, longest: seconds(longest) });
    }
}

impl Control {
    fn of(trials: &[Trial], verdicts: &[Verdict], settings: &VerdictSettings) -> Self {
        let heard = trials.iter().filter(|trial| !trial.round.is_void() && trial.round.played.heard == Heard::Yes);
        let is_control = |it: &&Verdict| settings.controls.is_empty() || settings.controls.contains(&it.device);
        let reacted = verdicts.iter().filter(|it| it.evidence.is_proven()).filter(is_control);
        Self { microphone: u32::try_from(heard.count()).unwrap_or(u32::MAX), devices: reacted.map(|it| it.device).collect() }
    }
}

/// For each round in which the device could be seen and whose probe counts as audible, which slot came first of how many, where less
/// than so many octets count as nothing: where the microphone heard it, and where nobody listened, if another device shows that the loudspeaker sounds.
fn tops(device: DeviceId, sight: Option<&Sight>, trials: &[Trial], control: &Control, least: f64) -> Vec<(Top, u32)> {
    let by_device = control.devices.iter().any(|by| *by != device);
    let audible = |trial: &&Trial| {
        let round = &trial.round;
        // Of one whose scores are unknown, nobody knows that it was not.
        let shown = by_device || round.played.heard == Heard::Yes || round.effect() == Effect::Unknown;
        round.was_audible() && shown
    };
    let seen = |trial: &&Trial| unseen(sight, trial).is_none();
    trials.iter().filter(audible).filter(seen).filter_map(|trial| top(trial.scored(device)?, least)).collect()
}

/// Fills in who is on the list of e-BH, by the reactions at once.
fn list(verdicts: &mut [Verdict], session: &Session, alpha: f64) {
    let ln_e: BTreeMap<DeviceId, f64> =
        session.standings().iter().map(|(id, it)| (*id, it.lottery.log_e() + AT_ONCE.ln())).collect();
    let listed = e_bh(&ln_e.values().copied().collect::<Vec<_>>(), alpha);
    let listed: BTreeMap<DeviceId, bool> = ln_e.keys().copied().zip(listed).collect();
    for verdict in verdicts {
        verdict.evidence.listed = listed.get(&verdict.device).copied().unwrap_or(false);
    }
}

/// Whether the device sent a frame in the window.
fn sent_in(device: &DeviceFindings, window: Window) -> bool {
    let series = &device.sent;
    let first = window.from.since(series.origin).div_euclid(series.width.max(1));
    let at = |index: i64| series.origin.plus(index.saturating_mul(series.width));
    series.bins.since(first).next().is_some_and(|bin| at(bin.index) < window.until)
}
