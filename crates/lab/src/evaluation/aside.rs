//! What an experiment is to tell that belongs to no single trial: wakes while a recording with subtitles sounds, and what devices send by themselves where nothing does.

use earwitness_core::findings::{DeviceId, Findings};
use earwitness_core::time::{SECOND, Window};
use earwitness_core::timeline::Part;

use crate::experiment::{Analysis, Condition, Course, Experiment};
use crate::plan::{Lengths, Trial, part};
use crate::reading::{Rules, Sounded, bursts, uploading};
use crate::results::{Playing, Results, Stretch, by_itself, idle, misactivations, woke};
use crate::subtitles::Word;
use crate::wake;

/// An upload that begins so long after somebody called a device was caused by that, nanoseconds.
const ASKED: i64 = 3 * SECOND;
/// What intervals leave out.
const BEYOND: f64 = 0.05;

/// The words of a condition, with times since its sound began, and when its recordings with subtitles sound. `subtitles` gives the words of a file by its path, as it is written in the experiment.
#[must_use]
pub fn said(condition: &Condition, lengths: &Lengths<'_>, subtitles: &dyn Fn(&str) -> Vec<Word>) -> (Vec<Word>, Vec<(i64, i64)>) {
    let (mut words, mut stretches, mut at, mut called) = (Vec::new(), Vec::new(), 0_i64, i64::MIN);
    // A recording that is repeated is several parts of one name.
    let mut repeated: Option<(&str, &str)> = None;
    for (place, it) in condition.course.parts().iter().enumerate() {
        let until = at.saturating_add(part(it, lengths).nanos);
        let own = condition.subtitles.iter().find(|it| it.0 == place).map(|it| it.1.as_str());
        repeated = match it {
            Part::File { name, .. } => own.map(|path| (name.as_str(), path)).or_else(|| repeated.filter(|it| it.0 == name)),
            _ => None,
        };
        if let Some((_, path)) = repeated {
            let moved = |word: Word| Word { from: word.from + at, until: word.until + at, ..word };
            words.extend(subtitles(path).into_iter().map(moved).take_while(|word| word.from < until));
            if at.max(called) < until {
                stretches.push((at.max(called), until));
            }
        } else if wake::wake(std::slice::from_ref(it), lengths).is_some() {
            called = until.saturating_add(ASKED);
        }
        at = until;
    }
    (words, stretches)
}

/// A condition whose recordings have subtitles.
struct Media {
    condition: usize,
    words: Vec<Word>,
    stretches: Vec<(i64, i64)>,
    /// One list a device.
    playings: Vec<Vec<Playing>>,
}

/// What is gathered night by night.
pub struct Aside<'a> {
    experiment: &'a Experiment,
    devices: &'a [String],
    media: Vec<Media>,
    /// Stretches of silence, one list a device; none where nobody asks for periods.
    quiet: Option<Vec<Vec<Stretch>>>,
}

impl<'a> Aside<'a> {
    /// What an experiment asks for, of these devices.
    #[must_use]
    pub fn new(
        experiment: &'a Experiment,
        devices: &'a [String],
        lengths: &Lengths<'_>,
        subtitles: &dyn Fn(&str) -> Vec<Word>,
    ) -> Self {
        let design = experiment.design();
        let mut media = Vec::new();
        if design.analyses.contains(&Analysis::Misactivations) {
            for (condition, it) in design.conditions.iter().enumerate().filter(|it| !it.1.subtitles.is_empty()) {
                let (words, stretches) = said(it, lengths, subtitles);
                media.push(Media { condition, words, stretches, playings: vec![Vec::new(); devices.len()] });
            }
        }
        let quiet = design.analyses.contains(&Analysis::Periods).then(|| vec![Vec::new(); devices.len()]);
        Self { experiment, devices, media, quiet }
    }

    /// Takes what was found in a night, for devices in their order.
    pub fn night(&mut self, findings: &Findings, ids: &[DeviceId], trials: &[&Trial], sounded: &[Sounded]) {
        let rules = Rules::default();
        for (trial, it) in trials.iter().zip(sounded) {
            let of = |condition: &Media| condition.condition == trial.condition;
            if let Some(media) = self.media.iter_mut().find(|it| of(it)) {
                let stretch = |(from, until): &(i64, i64)| Window { from: it.from.plus(*from), until: it.from.plus(*until) };
                let stretches: Vec<Window> = media.stretches.iter().map(stretch).collect();
                for (id, playings) in ids.iter().zip(&mut media.playings) {
                    playings.push(uploading(findings, *id, &stretches, it.from, &rules));
                }
            }
            let conditions = &self.experiment.design().conditions;
            let is_quiet = conditions.get(trial.condition).is_some_and(|it| matches!(it.course, Course::Quiet(_)));
            if let Some(quiet) = self.quiet.as_mut().filter(|_| is_quiet) {
                for (id, stretches) in ids.iter().zip(quiet) {
                    stretches.extend(bursts(findings, *id, Window { from: it.from, until: it.watched_until }));
                }
            }
        }
    }

    /// Puts it into results: what it says comes first where a recording was played, and last where periods are told beside something else.
    pub fn tell(self, results: &mut Results) {
        let conditions = &self.experiment.design().conditions;
        for Media { condition, words, playings, .. } in &self.media {
            let name = conditions.get(*condition).map_or("", |it| it.name.as_str());
            let each = self.devices.iter().zip(playings);
            results.misactivations.extend(each.map(|(device, own)| misactivations(device, name, words, own, BEYOND)));
        }
        let stretches = self.quiet.iter().flatten();
        results.idle = self.devices.iter().zip(stretches).map(|(device, own)| idle(device, own)).collect();
        let mut answers: Vec<String> = results.misactivations.iter().map(woke).collect();
        let design = self.experiment.design();
        if design.analyses.contains(&Analysis::Uploads) || !design.contrasts.is_empty() {
            answers.append(&mut results.answers);
        }
        answers.extend(results.idle.iter().map(by_itself));
        results.answers = answers;
        results.answer = results.answers.first().cloned().unwrap_or_default();
    }
}
