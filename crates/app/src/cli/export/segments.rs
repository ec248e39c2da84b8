//! What was sent to the loudspeaker, a row for each segment.

use earwitness_core::probe::Round;
use earwitness_core::timeline::{Arrangement, Content, Segment, Source, Timeline};
use earwitness_report::grid::{Cell, Column, Holds};
use earwitness_store::noise_word;

/// The columns.
pub(super) fn columns() -> Vec<Column> {
    use Holds::{Number, Text, Time, Truth, Whole};
    vec![
        ("session", Whole),
        ("round", Whole),
        ("timeline", Whole),
        ("segment", Whole),
        ("start", Time),
        ("kind", Text),
        ("samples", Whole),
        ("rate", Whole),
        ("text", Text),
        ("voice", Text),
        ("speed", Text),
        ("seed", Text),
        ("level_db", Number),
        ("cut", Truth),
        ("sha256", Text),
    ]
}

/// The rows of a round.
pub(super) fn rows(session: i64, round: &Round) -> Vec<Vec<Cell>> {
    let placed = round.played.timelines.iter().flat_map(Arrangement::timelines).enumerate();
    let all = placed.flat_map(|(place, it)| {
        let onset = round.played.onset.plus(it.offset);
        it.timeline.starts().enumerate().map(move |(part, (start, segment))| {
            let mut cells: Vec<Cell> =
                vec![session.into(), round.number.into(), place.into(), part.into(), onset.plus(start).into()];
            cells.extend(row(&it.timeline, segment));
            cells
        })
    });
    all.collect()
}

fn row(timeline: &Timeline, segment: &Segment) -> [Cell; 10] {
    let sound = if let Content::Sound(sound) = segment.content() { Some(sound) } else { None };
    let [text, voice, speed] = match sound.map(|sound| &sound.source) {
        Some(Source::Utterance { text, voice, speed }) => [Some(text.as_str()), Some(voice.as_str()), Some(speed.as_str())],
        Some(Source::File { name }) => [Some(name.as_str()), None, None],
        Some(Source::Noise { kind, .. }) => [Some(noise_word(*kind)), None, None],
        None => [None; 3],
    };
    let (kind, number) = match (segment.content(), sound.map(|sound| &sound.source)) {
        (_, Some(Source::Utterance { .. })) => ("utterance", None),
        (_, Some(Source::File { .. })) => ("file", None),
        (_, Some(Source::Noise { seed, .. })) => ("noise", Some(seed.to_string())),
        (Content::Silence, _) => ("silence", None),
        _ => ("gap", None),
    };
    [
        kind.into(),
        segment.samples().into(),
        timeline.rate().get().into(),
        text.into(),
        voice.into(),
        speed.into(),
        number.into(),
        sound.map(|sound| f64::from(sound.level.hundredths()) / 100.0).into(),
        segment.is_cut().into(),
        sound.map(|sound| sound.digest.to_string()).into(),
    ]
}

#[cfg(test)]
mod tests {
    use earwitness_core::probe::{Heard, Played, SoundKind, Stimulus};
    use earwitness_core::time::{SECOND, Timestamp};
    use earwitness_core::timeline::{Decibels, Digest, NoiseKind, Sound};

    use super::*;

    #[test]
    fn every_segment_is_a_row_with_the_moment_at_which_it_began() {
        let source = Source::Noise { kind: NoiseKind::Pink, seed: u64::MAX };
        let sound = Sound { source, whole: 9, level: Decibels::from_hundredths(-2_305), digest: Digest::of(&[]) };
        let segments = vec![Segment::gap(4_000).unwrap(), Segment::sound(8, sound).unwrap()];
        let timeline = Timeline::new(8_000.try_into().unwrap(), segments, 4_009, Digest::of(&[])).unwrap();
        let stimulus = Stimulus { name: "pink-noise".into(), kind: SoundKind::Noise };
        let onset = Timestamp::from_nanos(7 * SECOND);
        let played = Played { timelines: Some(timeline.into()), ..Played::new(stimulus, onset, SECOND / 2, Heard::Yes) };
        let round = Round { number: 3, slots: vec![], drawn: 0, played, void: None };
        let rows = rows(2, &round);
        assert!(rows.len() == 2 && rows.iter().all(|row| row.len() == columns().len()));
        assert_eq!(rows[1][4], Cell::from(onset.plus(SECOND / 2)));
        assert_eq!((&rows[1][5], &rows[1][8], &rows[1][13]), (&"noise".into(), &"pink-noise".into(), &true.into()));
        assert_eq!((&rows[1][11], &rows[1][12]), (&u64::MAX.to_string().into(), &(-23.05).into()));
        assert_eq!((&rows[0][5], &rows[0][8]), (&"gap".into(), &Cell::Empty));
    }
}
