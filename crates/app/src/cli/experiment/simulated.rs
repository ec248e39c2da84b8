//! An experiment in virtual time: a lab's home with speakers that hear what is played, and the octets that they send.

use anyhow::bail;
use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceId, Findings};
use earwitness_core::frame::{Frame, Link};
use earwitness_core::mac::Mac;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_lab::answer::{Judgement, Outcome};
use earwitness_lab::evaluation::{self, sounded};
use earwitness_lab::experiment::{Begin, Design, Experiment};
use earwitness_lab::plan::{Lengths, Plan, Trial};
use earwitness_lab::reading::{self, DeviceReadings, Rules, Sounded};
use earwitness_lab::results;
use earwitness_lab::subtitles::Word;
use earwitness_sim::home::START;
use earwitness_sim::lab::{LabHome, LabNight, LabUpload};
use earwitness_sound::reply;

use super::played::{played, question_ends};

/// A day, nanoseconds.
const DAY: i64 = 86_400 * SECOND;

/// Devices join the network before the first trial, and go on for a while after the last, so that it is known that they could be seen. Nanoseconds.
const MARGIN: i64 = 180 * SECOND;

/// What was measured in a night.
pub(super) struct Night<'a> {
    /// Its trials in order of time.
    pub(super) trials: Vec<&'a Trial>,
    /// When each sounded.
    pub(super) sounded: Vec<Sounded>,
    /// The readings of each device.
    pub(super) readings: Vec<DeviceReadings>,
    /// What was answered in each trial; nothing where no answer was expected.
    pub(super) judgements: Vec<Option<Judgement>>,
    /// The devices that were measured, in the same order.
    pub(super) devices: Vec<DeviceId>,
    /// What the capture of the night shows.
    pub(super) findings: Findings,
}

impl Night<'_> {
    /// Its trials with what was measured and answered.
    pub(super) fn measured(&self) -> Vec<results::Trial> {
        let mut all = evaluation::measured(&self.trials, &self.readings);
        evaluation::answered(&mut all, &self.judgements);
        all
    }
}

/// The devices that are measured, each with its place among those of the home: those that the experiment names, else the speakers.
pub(super) fn devices(design: &Design, home: &LabHome) -> anyhow::Result<Vec<(String, usize)>> {
    if design.devices.is_empty() {
        return Ok(home.speakers.iter().enumerate().map(|(place, it)| (it.name.clone(), place)).collect());
    }
    let known = LabNight::new(home, 0, 0, (START, START.saturating_add(SECOND))).devices();
    let found = design.devices.iter().map(|device| {
        let is_it = |(name, mac): &(String, Mac)| device.mac.map_or(*name == device.name, |own| mac.0 == own);
        let Some(place) = known.iter().position(is_it) else {
            let there: Vec<String> = known.iter().map(|(name, mac)| format!("{name} ({mac})")).collect();
            bail!("the simulated home has no device {:?}; it has {}", device.name, there.join(", "));
        };
        Ok((device.name.clone(), place))
    });
    let found: Vec<(String, usize)> = found.collect::<anyhow::Result<_>>()?;
    let mut places: Vec<usize> = found.iter().map(|it| it.1).collect();
    places.sort_unstable();
    if places.windows(2).any(|pair| matches!(pair, [one, other] if one == other)) {
        bail!("two of the devices of the experiment are one in the simulated home: name each once");
    }
    Ok(found)
}

/// When the first trial of a night may begin: at the time of the day that the experiment says, in UTC, or so long after the night before as it says.
fn begin(design: &Design, plan: &Plan, number: u32) -> Timestamp {
    let first = START.saturating_add(MARGIN);
    let first = design.begin.minute().map_or(first, |minute| {
        let due = START.div_euclid(DAY).saturating_mul(DAY).saturating_add(i64::from(minute).saturating_mul(60 * SECOND));
        if due < first { due.saturating_add(DAY) } else { due }
    });
    let apart = match design.begin {
        Begin::At(_) => DAY,
        Begin::Apart(apart) => (0..design.nights).fold(apart, |apart, night| apart.max(plan.night_length(night))),
    };
    Timestamp::from_nanos(first.saturating_add(apart.saturating_mul(number.into())))
}

/// What nights are made from.
#[derive(Clone, Copy)]
pub(super) struct Laboratory<'a> {
    pub(super) experiment: &'a Experiment,
    pub(super) plan: &'a Plan,
    pub(super) lengths: &'a Lengths<'a>,
    /// The words of a file of subtitles.
    pub(super) subtitles: &'a dyn Fn(&str) -> Vec<Word>,
    pub(super) home: &'a LabHome,
    /// What is measured, each with its place among the devices of the home.
    pub(super) devices: &'a [(String, usize)],
}

/// Plays a night to a home, and reads what its speakers sent.
pub(super) fn night(
    Laboratory { experiment, plan, lengths, subtitles, home, devices }: Laboratory<'_>,
    (seed, number): (u64, u32),
) -> Night<'_> {
    let begin = begin(experiment.design(), plan, number);
    let begins = begin.plus(-MARGIN).nanos();
    let trials: Vec<&Trial> = plan.trials().iter().filter(|it| it.night == number).collect();
    let ends = begin.plus(plan.night_length(number)).plus(MARGIN).nanos();
    let mut lab = LabNight::new(home, seed, number, (begins, ends));
    // The number of each trial's sound, by which the home knows it.
    let sounds: Vec<Option<usize>> =
        trials.iter().map(|trial| played(experiment, trial, lengths, subtitles, begin).map(|sound| lab.play(sound))).collect();
    let known = lab.devices();
    let macs: Vec<DeviceId> = devices.iter().filter_map(|it| known.get(it.1)).map(|it| DeviceId::Mac(it.1)).collect();
    let mut analysis = Analysis::new(AnalysisSettings::default());
    lab.advance(ends, &mut |at, bytes| {
        let wire_len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        analysis.frame(&Frame { at: Timestamp::from_nanos(at), link: Link::Ethernet, wire_len, bytes, interface: 0 });
    });
    let findings = analysis.finish();
    let sounded: Vec<Sounded> = trials.iter().map(|trial| sounded(experiment, trial, lengths, begin)).collect();
    let readings = reading::readings(&findings, &sounded, &macs, &Rules::default());
    let uploads = lab.truth();
    let judged = |(trial, sound): (&&Trial, &Option<usize>)| {
        let condition = experiment.design().conditions.get(trial.condition).filter(|it| !it.answer.is_empty())?;
        // Where nobody is called nobody answers, whenever that ends.
        let ends = begin.plus(trial.sound).plus(question_ends(condition, lengths).unwrap_or(0)).nanos();
        Some(judgement(&condition.answer, uploads.iter().filter(|it| sound.is_some() && it.cause == *sound), ends))
    };
    let judgements = trials.iter().zip(&sounds).map(judged).collect();
    Night { trials, sounded, readings, judgements, devices: macs, findings }
}

/// What all speakers of the home answer to a question that ends at this moment, and what a recogniser without a fault makes of it.
fn judgement<'a>(answer: &[String], uploads: impl Iterator<Item = &'a LabUpload>, ends: i64) -> Judgement {
    let right = answer.first().map_or("", String::as_str);
    let said = |it: &LabUpload| {
        let is_right = it.answers_rightly(ends);
        if is_right { format!("It is {right}.") } else { "Sorry, I did not get that.".to_owned() }
    };
    let words: Vec<String> = uploads.filter(|it| !it.mistaken).map(said).collect();
    let words = words.join(" ");
    let outcome = match reply::outcome(&words, answer) {
        reply::Outcome::Right => Outcome::Right,
        reply::Outcome::Wrong => Outcome::Wrong,
        reply::Outcome::NothingUnderstood | reply::Outcome::NotJudged => Outcome::NoReply,
    };
    let judge = Some("the simulated home, which mishears nothing".to_owned());
    Judgement { heard: Some(!words.is_empty()), words: Some(words), judge, ..Judgement::of(outcome) }
}
