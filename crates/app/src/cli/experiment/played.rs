//! What a simulated home hears of a trial.

use earwitness_core::time::Timestamp;
use earwitness_core::timeline::{NoiseKind, Part};
use earwitness_lab::evaluation;
use earwitness_lab::experiment::{Condition, Experiment};
use earwitness_lab::plan::{Lengths, Trial, part};
use earwitness_lab::subtitles::Word;
use earwitness_lab::wake;
use earwitness_sim::lab::{Piece, Played, Said, Segment};

/// When the question of a condition ends, nanoseconds from the beginning of its sound: with the text that has the wake word, or the next one with which a sentence ends. Nothing where nobody is
/// called.
pub(super) fn question_ends(condition: &Condition, lengths: &Lengths<'_>) -> Option<i64> {
    let parts = condition.course.parts();
    let said = |it: &Part| if let Part::Utterance { text, .. } = it { Some(text.clone()) } else { None };
    let texts: Vec<Option<String>> = parts.iter().map(said).collect();
    let (first, _) = wake::first_wake(&texts.iter().map(Option::as_deref).collect::<Vec<_>>())?;
    let ends_one = |text: &Option<String>| text.as_ref().is_some_and(|it| it.trim_end().ends_with(['.', '?', '!']));
    let last = || texts.iter().rposition(Option::is_some);
    let place = texts.iter().skip(first).position(ends_one).map(|it| first + it).or_else(last)?;
    Some(parts.iter().take(place + 1).fold(0_i64, |end, it| end.saturating_add(part(it, lengths).nanos)))
}

/// What a simulated home hears in a trial of a night that began at `night`; nothing where nothing sounds.
pub(super) fn played(
    experiment: &Experiment,
    trial: &Trial,
    lengths: &Lengths<'_>,
    subtitles: &dyn Fn(&str) -> Vec<Word>,
    night: Timestamp,
) -> Option<Played> {
    let condition = experiment.design().conditions.get(trial.condition);
    let words = condition.map_or_else(Vec::new, |it| evaluation::said(it, lengths, subtitles).0);
    let words = words.into_iter().map(|it| Said { word: it.text, time: (it.from, it.until) }).collect();
    let parts = experiment.design().conditions.get(trial.condition).map_or(&[][..], |it| it.course.parts());
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
    (!segments.is_empty()).then(|| Played { at: night.plus(trial.sound).nanos(), segments, words })
}
