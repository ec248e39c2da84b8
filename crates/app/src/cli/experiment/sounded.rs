//! What sounds in a trial, for whoever listens and for whoever measures.

use earwitness_core::time::Timestamp;
use earwitness_core::timeline::{NoiseKind, Part};
use earwitness_lab::experiment::{Course, Experiment};
use earwitness_lab::plan::{Lengths, Trial, part};
use earwitness_lab::reading::Sounded;
use earwitness_lab::wake;
use earwitness_sim::lab::{Piece, Played, Segment};

/// The parts of a course; none where nothing sounds.
fn parts(course: &Course) -> &[Part] {
    match course {
        Course::Quiet(_) => &[],
        Course::Sounds(script) => script.parts(),
    }
}

/// When a trial's sound began and ended, in a night that began at `night`.
pub(super) fn sounded(experiment: &Experiment, trial: &Trial, lengths: &Lengths<'_>, night: Timestamp) -> Sounded {
    let parts = experiment.design().conditions.get(trial.condition).map_or(&[][..], |it| parts(&it.course));
    let from = night.plus(trial.sound);
    let mut until = 0_i64;
    let mut end = None;
    for it in parts {
        until = until.saturating_add(part(it, lengths).nanos);
        if !matches!(it, Part::Silence(_) | Part::Gap(_)) {
            end = Some(from.plus(until));
        }
    }
    Sounded {
        from,
        wake: wake::wake(parts, lengths).map(|wake| from.plus(wake.0)),
        sound_end: end,
        watched_until: night.plus(trial.end),
    }
}

/// The same as a simulated home hears it; nothing where nothing sounds.
pub(super) fn played(experiment: &Experiment, trial: &Trial, lengths: &Lengths<'_>, night: Timestamp) -> Option<Played> {
    let parts = experiment.design().conditions.get(trial.condition).map_or(&[][..], |it| parts(&it.course));
    let segment = |it: &Part| {
        let length = part(it, lengths).nanos;
        let piece = match it {
            Part::Utterance { .. } => match wake::wake(std::slice::from_ref(it), lengths) {
                Some((_, wake)) => Piece::Command { wake },
                None => Piece::Speech,
            },
            Part::File { .. } => Piece::Speech,
            Part::Noise { kind: NoiseKind::Music, .. } => Piece::Music,
            Part::Noise { .. } => Piece::Noise,
            Part::Silence(_) => Piece::Silence,
            Part::Gap(_) => Piece::Gap,
        };
        Segment { piece, length }
    };
    let segments: Vec<Segment> = parts.iter().map(segment).collect();
    (!segments.is_empty()).then(|| Played { at: night.plus(trial.sound).nanos(), segments })
}
