//! Until when a speaker that woke goes on listening.

use super::settings::Listening;
use super::stimulus::{Piece, Placed, Played};

/// A wake word in what is played.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Call {
    /// When the word begins and ends.
    pub(super) wake: (i64, i64),
    /// Index of its segment.
    segment: usize,
}

/// The wake words in what is played, in their order.
pub(super) fn calls(played: &Played) -> impl Iterator<Item = Call> + '_ {
    played.placed().enumerate().filter_map(|(segment, it)| match it.piece {
        Piece::Command { wake } => Some(Call { wake: (it.from, (it.from + wake.max(0)).min(it.until)), segment }),
        _ => None,
    })
}

/// When the speech that begins with a wake word ends for the device, and whether it was cut off.
pub(super) fn end(played: &Played, call: Call, listening: &Listening, cut_off: i64) -> (i64, bool) {
    let mut spoken_until = call.wake.1;
    for Placed { piece, from, until } in played.placed().skip(call.segment) {
        let holds = match piece {
            Piece::Command { .. } | Piece::Speech => true,
            Piece::Music | Piece::Noise => listening.held_by_music,
            Piece::Silence | Piece::Gap => false,
        };
        if !holds || from == until {
            continue;
        }
        // The command itself follows its wake word without a pause.
        if from - spoken_until >= listening.gap.max(1) {
            break;
        }
        spoken_until = until;
    }
    let latest = call.wake.1.saturating_add(cut_off.max(0));
    (spoken_until.min(latest), spoken_until > latest)
}

#[cfg(test)]
mod tests {
    use earwitness_core::time::{MILLISECOND, SECOND};

    use super::super::stimulus::Segment;
    use super::*;

    /// When the speech ends after segments in milliseconds, of which the first is a command with a wake word of 600 ms.
    fn ends(pieces: &[(Piece, i64)]) -> (i64, bool) {
        let segment = |&(piece, length): &(Piece, i64)| Segment { piece, length: length * MILLISECOND };
        let played = Played { at: SECOND, segments: pieces.iter().map(segment).collect(), ..Played::default() };
        let call = calls(&played).next().unwrap();
        let (ended, cut) = end(&played, call, &Listening::default(), 4 * SECOND);
        ((ended - SECOND) / MILLISECOND, cut)
    }

    const COMMAND: (Piece, i64) = (Piece::Command { wake: 600_000_000 }, 2_000);

    #[test]
    fn a_gap_ends_the_speech_from_its_threshold_on() {
        assert_eq!(ends(&[COMMAND]), (2_000, false));
        assert_eq!(ends(&[COMMAND, (Piece::Gap, 349), (Piece::Speech, 900)]), (3_249, false));
        assert_eq!(ends(&[COMMAND, (Piece::Gap, 350), (Piece::Speech, 900)]), (2_000, false));
        assert_eq!(ends(&[COMMAND, (Piece::Gap, 200), (Piece::Silence, 200), (Piece::Speech, 900)]), (2_000, false));
        assert_eq!(ends(&[COMMAND, (Piece::Speech, 900), (Piece::Gap, 300), (Piece::Speech, 100)]), (3_300, false));
    }

    #[test]
    fn the_cut_off_counts_from_the_end_of_the_wake_word() {
        assert_eq!(ends(&[COMMAND, (Piece::Speech, 2_600)]), (4_600, false));
        assert_eq!(ends(&[COMMAND, (Piece::Speech, 2_601)]), (4_600, true));
        assert_eq!(ends(&[COMMAND, (Piece::Speech, 9_000)]), (4_600, true));
    }

    #[test]
    fn music_holds_nobody_unless_it_is_said_to() {
        let pieces = [COMMAND, (Piece::Music, 1_000)];
        assert_eq!(ends(&pieces), (2_000, false));
        let played = Played {
            at: 0,
            segments: pieces.iter().map(|&(piece, length)| Segment { piece, length: length * MILLISECOND }).collect(),
            ..Played::default()
        };
        let held = Listening { held_by_music: true, ..Listening::default() };
        assert_eq!(end(&played, calls(&played).next().unwrap(), &held, 4 * SECOND), (3 * SECOND, false));
    }

    #[test]
    fn speech_without_the_wake_word_calls_nobody() {
        let played = Played { segments: vec![Segment { piece: Piece::Speech, length: 5 * SECOND }], ..Played::default() };
        assert_eq!(calls(&played).count(), 0);
    }
}
