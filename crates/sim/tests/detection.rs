//! The detectors on simulated homes, whose codecs, framing and networks no recording shows: who uploaded, when, and how much.

use std::fmt::Write as _;

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceId, Estimate, Findings, Sighting, SightingKind};
use earwitness_core::frame::Frame;
use earwitness_core::pcap::each_frame;
use earwitness_core::time::SECOND;
use earwitness_sim::home;
use earwitness_sim::scenario::{Kind, Scenario};
use earwitness_sim::truth::{Kind as UploadKind, Truth, Upload};

/// What is found when frames are cut to `snap` octets.
fn analyse(capture: &[u8], snap: usize) -> Findings {
    let mut analysis = Analysis::new(AnalysisSettings::default());
    let read = each_frame(capture, |frame| {
        let bytes = frame.bytes.get(..snap).unwrap_or(frame.bytes);
        analysis.frame(&Frame { bytes, ..*frame });
    });
    assert_eq!(read, Ok(()), "the capture is whole");
    analysis.finish()
}

/// What was found of what was sent.
#[derive(Default)]
struct Score {
    uploads: usize,
    found: usize,
    /// Sightings of live audio where none was.
    false_audio: usize,
    /// Sightings of large uploads where no clip was.
    false_recordings: usize,
    /// Seconds of sound found over seconds sent, per upload.
    seconds: Vec<f64>,
    /// Uploads whose interval holds the seconds sent, and uploads with one: on TCP, on UDP.
    held: [(usize, usize); 2],
}

impl Score {
    fn of(truth: &Truth, findings: &Findings) -> Self {
        let mut score = Self::default();
        for device in &findings.devices {
            let DeviceId::Mac(mac) = device.id else { continue };
            let uploads: &[Upload] =
                truth.devices.iter().find(|truth| truth.mac == mac).map_or(&[], |truth| truth.uploads.as_slice());
            for upload in uploads.iter().filter(|upload| upload.kind != UploadKind::Call) {
                score.uploads += 1;
                let found: Vec<&Sighting> =
                    device.sightings.iter().filter(|sighting| is_of(sighting, upload) && kind(sighting) == upload.kind).collect();
                score.found += usize::from(!found.is_empty());
                let seconds: f64 = found.iter().filter_map(|sighting| sighting.audio_seconds).map(|sound| sound.value).sum();
                if upload.kind == UploadKind::Audio && seconds > 0.0 {
                    #[expect(clippy::cast_precision_loss, reason = "seconds of an utterance in nanoseconds")]
                    let sent = upload.audio_ns as f64 / SECOND as f64;
                    score.seconds.push(seconds / sent);
                    let interval = found.iter().filter_map(|it| it.audio_seconds).reduce(Estimate::and).unwrap_or_default();
                    let held = &mut score.held[usize::from(found.iter().any(|it| it.flow.protocol == 17))];
                    *held = (held.0 + usize::from(interval.low <= sent && sent <= interval.high), held.1 + 1);
                }
            }
            for sighting in device.sightings.iter().filter(|sighting| !uploads.iter().any(|upload| is_of(sighting, upload))) {
                match sighting.kind {
                    SightingKind::Audio => score.false_audio += 1,
                    SightingKind::Recording | SightingKind::LargeUpload => score.false_recordings += 1,
                }
            }
        }
        score.seconds.sort_by(f64::total_cmp);
        score
    }

    fn add(&mut self, other: Self) {
        self.uploads += other.uploads;
        self.found += other.found;
        self.false_audio += other.false_audio;
        self.false_recordings += other.false_recordings;
        for (held, other) in self.held.iter_mut().zip(other.held) {
            *held = (held.0 + other.0, held.1 + other.1);
        }
        self.seconds.extend(other.seconds);
        self.seconds.sort_by(f64::total_cmp);
    }

    fn line(&self, kind: Kind) -> String {
        let at = |share: usize| self.seconds.get(self.seconds.len() * share / 100).copied().unwrap_or(f64::NAN);
        format!(
            "{kind:?}: {} of {} found, {} false audio, {} false recordings, seconds found / sent: {:.2} {:.2} {:.2}, held by intervals: {:?}",
            self.found,
            self.uploads,
            self.false_audio,
            self.false_recordings,
            at(10),
            at(50),
            at(90),
            self.held
        )
    }
}

fn kind(sighting: &Sighting) -> UploadKind {
    match sighting.kind {
        SightingKind::Audio => UploadKind::Audio,
        SightingKind::Recording | SightingKind::LargeUpload => UploadKind::Recording,
    }
}

/// Whether the two overlap, with a second of slack.
fn is_of(sighting: &Sighting, upload: &Upload) -> bool {
    let (from, until) = (sighting.window.from.nanos(), sighting.window.until.nanos());
    from <= upload.end_ns + SECOND && until >= upload.start_ns - SECOND
}

fn score(seed: u64, scenario: Scenario) -> Score {
    let (capture, truth) = home(seed, scenario);
    Score::of(&truth, &analyse(&capture, usize::MAX))
}

const fn watched(kind: Kind, seconds: u32) -> Scenario {
    Scenario { kind, seconds }
}

#[test]
fn every_way_to_stream_is_found_without_false_alarms() {
    let mut table = String::new();
    let mut wrong = Vec::new();
    for kind in [
        Kind::SpeakerCbr,
        Kind::SpeakerLossy,
        Kind::SpeakerSettled,
        Kind::SpeakerVbr,
        Kind::SpeakerPcm,
        Kind::SpeakerHttp2,
        Kind::SpeakerCoarse,
        Kind::SpeakerBlocks,
        Kind::SpeakerRtp,
        Kind::SpeakerDtls,
        Kind::SpeakerQuic,
    ] {
        let score = score(3, watched(kind, 400));
        writeln!(table, "{}", score.line(kind)).unwrap();
        if score.found < score.uploads || score.false_audio + score.false_recordings > 0 || score.uploads == 0 {
            wrong.push(kind);
        }
    }
    assert!(wrong.is_empty(), "seed 3: {wrong:?}\n{table}");
}

#[test]
fn speakers_drawn_at_random_are_found_and_their_seconds_counted() {
    let mut all = Score::default();
    for seed in 1_000..1_100 {
        all.add(score(seed, watched(Kind::SpeakerDrawn, 240)));
    }
    let line = all.line(Kind::SpeakerDrawn);
    println!("{line}");
    assert!(all.uploads >= 300, "{line}");
    assert!(all.found * 100 >= all.uploads * 95, "seeds 1000 to 1099: {line}");
    assert_eq!(all.false_audio, 0, "seeds 1000 to 1099: {line}");
    let near = all.seconds.iter().filter(|ratio| (0.9..=1.1).contains(*ratio)).count();
    assert!(near * 10 >= all.seconds.len() * 9, "seeds 1000 to 1099: nine of ten within a tenth: {line}");
    for (held, uploads) in all.held {
        assert!(held * 100 >= uploads * 90, "seeds 1000 to 1099: the intervals hold what was sent: {line}");
    }
}

#[test]
fn frames_cut_to_200_octets_give_intervals_that_carry_what_is_missing() {
    let (mut all, mut whole) = (Score::default(), Score::default());
    for seed in 1_000..1_060 {
        let (capture, truth) = home(seed, watched(Kind::SpeakerDrawn, 240));
        all.add(Score::of(&truth, &analyse(&capture, 200)));
        whole.add(Score::of(&truth, &analyse(&capture, usize::MAX)));
    }
    let line = all.line(Kind::SpeakerDrawn);
    println!("{line}");
    assert!(all.found * 100 >= all.uploads * 95 && all.false_audio == 0, "seeds 1000 to 1059: {line}");
    let [(held, uploads), datagrams] = all.held;
    assert!(held * 100 >= uploads * 90, "seeds 1000 to 1059: {line}");
    assert_eq!(datagrams, whole.held[1], "seeds 1000 to 1059: the length of a datagram stands in its head: {line}");
}

#[test]
fn what_makes_no_sound_is_not_called_audio() {
    for kind in [Kind::Plug, Kind::Telemetry, Kind::Sensor, Kind::Laptop, Kind::CameraClips, Kind::CameraStream] {
        for seed in [11, 12] {
            let score = score(seed, watched(kind, 400));
            assert_eq!(score.false_audio, 0, "seed {seed}: {}", score.line(kind));
        }
    }
}

#[test]
fn finished_clips_are_large_uploads() {
    let score = score(5, watched(Kind::CameraClips, 900));
    assert!(score.uploads >= 3 && score.found == score.uploads, "seed 5: {}", score.line(Kind::CameraClips));
}

#[test]
fn a_whole_household_keeps_its_devices_apart() {
    let score = score(9, watched(Kind::Mixed, 400));
    assert!(score.uploads >= 15 && score.found == score.uploads && score.false_audio == 0, "seed 9: {}", score.line(Kind::Mixed));
}
