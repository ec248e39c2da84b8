//! Some nights of trials in a simulated home, analysed and read.

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceId, Findings};
use earwitness_core::frame::{Frame, Link};
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp};
use earwitness_lab::reading::{DeviceReadings, Reading, Rules, Sounded, readings};
use earwitness_sim::home::START;
use earwitness_sim::lab::{LabHome, LabNight, LabUpload, Piece, Played, Segment};

/// From one night to the next.
const DAY: i64 = 86_400 * SECOND;
/// From one trial to the next.
pub(crate) const EVERY: i64 = 45 * SECOND;
/// Before the first trial devices join, after the last one their connections stay alive.
const AROUND: i64 = 120 * SECOND;
/// Length of the wake word.
pub(crate) const WAKE: i64 = 600 * MILLISECOND;

/// A command of so many milliseconds, its wake word included.
pub(crate) const fn command(milliseconds: i64) -> Segment {
    segment(Piece::Command { wake: WAKE }, milliseconds)
}

pub(crate) const fn segment(piece: Piece, milliseconds: i64) -> Segment {
    Segment { piece, length: milliseconds * MILLISECOND }
}

/// One night as it went.
pub(crate) struct Night {
    pub(crate) frames: Vec<(i64, Vec<u8>)>,
    pub(crate) trials: Vec<Sounded>,
    pub(crate) devices: Vec<(String, DeviceId)>,
    pub(crate) truth: Vec<LabUpload>,
    pub(crate) over: Timestamp,
}

/// Plays a stimulus in each trial of a night.
pub(crate) fn night(home: &LabHome, seed: u64, number: u32, stimuli: &[Vec<Segment>]) -> Night {
    let begins = START + i64::from(number) * DAY;
    let ends = begins + 2 * AROUND + i64::try_from(stimuli.len()).unwrap() * EVERY;
    let mut night = LabNight::new(home, seed, number, (begins, ends));
    let mut trials = Vec::new();
    for (trial, segments) in (0..).zip(stimuli) {
        let at = begins + AROUND + trial * EVERY;
        assert_eq!(night.play(Played { at, segments: segments.clone(), ..Played::default() }), trials.len());
        trials.push(sounded(at, segments));
    }
    let mut frames = Vec::new();
    night.advance(ends, &mut |at, octets| frames.push((at, octets.to_vec())));
    let devices = night.devices().into_iter().map(|(name, mac)| (name, DeviceId::Mac(mac))).collect();
    Night { frames, trials, devices, truth: night.truth(), over: Timestamp::from_nanos(ends) }
}

fn sounded(at: i64, segments: &[Segment]) -> Sounded {
    let (mut from, mut wake, mut sound_end) = (at, None, None);
    for it in segments {
        let until = from + it.length;
        if matches!(it.piece, Piece::Command { .. }) && wake.is_none() {
            wake = Some(Timestamp::from_nanos(from));
        }
        if !matches!(it.piece, Piece::Silence | Piece::Gap) {
            sound_end = Some(Timestamp::from_nanos(until));
        }
        from = until;
    }
    Sounded { from: Timestamp::from_nanos(at), wake, sound_end, watched_until: Timestamp::from_nanos(at + EVERY - 2 * SECOND) }
}

pub(crate) fn feed(analysis: &mut Analysis, frames: &[(i64, Vec<u8>)]) {
    for (at, bytes) in frames {
        let wire_len = u32::try_from(bytes.len()).unwrap();
        analysis.frame(&Frame { at: Timestamp::from_nanos(*at), link: Link::Ethernet, wire_len, bytes, interface: 0 });
    }
}

impl Night {
    pub(crate) fn findings(&self) -> Findings {
        let mut analysis = Analysis::new(AnalysisSettings::default());
        feed(&mut analysis, &self.frames);
        analysis.finish()
    }

    pub(crate) fn read(&self, findings: &Findings) -> Vec<DeviceReadings> {
        let devices: Vec<DeviceId> = self.devices.iter().map(|it| it.1).collect();
        readings(findings, &self.trials, &devices, &Rules::default())
    }

    /// What a speaker uploaded because of a trial.
    pub(crate) fn uploads(&self, speaker: usize, trial: usize) -> Vec<&LabUpload> {
        self.truth.iter().filter(|it| it.speaker == speaker && it.cause == Some(trial)).collect()
    }
}

/// A trial of a speaker, with what it uploaded and what was read.
pub(crate) struct Compared {
    pub(crate) speaker: usize,
    pub(crate) stimulus: usize,
    pub(crate) truth: Vec<LabUpload>,
    pub(crate) reading: Reading,
}

/// Nights of trials of all stimuli, analysed one by one.
pub(crate) fn campaign(home: &LabHome, seed: u64, nights: u32, stimuli: &[Vec<Segment>]) -> Vec<Compared> {
    let mut all = Vec::new();
    for number in 0..nights {
        let night = night(home, seed, number, stimuli);
        let read = night.read(&night.findings());
        for (speaker, of) in read.iter().take(home.speakers.len()).enumerate() {
            for (stimulus, reading) in of.readings.iter().enumerate() {
                let truth = night.uploads(speaker, stimulus).into_iter().copied().collect();
                all.push(Compared { speaker, stimulus, truth, reading: *reading });
            }
        }
    }
    all
}

#[expect(clippy::cast_precision_loss, reason = "seconds of an upload in nanoseconds")]
pub(crate) fn seconds(nanos: i64) -> f64 {
    nanos as f64 / SECOND as f64
}
