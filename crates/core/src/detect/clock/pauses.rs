//! Pauses in which a codec sent nothing.
//!
//! A codec that suppresses silence leaves frames out, and its clock goes on: what follows a pause lies on a line of its own, with the same slope. A pause and a stall of
//! the link differ in what comes afterwards. What a stall holds up leaves once it is over, so that the stream catches up with its line; after a pause the stream never
//! does. Of each moment is therefore asked how late it is, and of all moments after it how late the earliest of them is: where that rises at a gap, and stays, nothing was there to be sent.

use super::slices::to_f64;
use crate::time::SECOND;

/// A pause is longer than the beat by this factor: a record of something else shifts the count by one.
const BEATS: f64 = 1.5;

/// And than this, nanoseconds: what a radio link's scheduling makes of a moment is no pause.
const LEAST: f64 = 25e6;

/// Moments to a pause: speech lasts longer than the pauses in it, and with a pause at every second moment anything keeps a beat.
const MOMENTS: usize = 10;

/// Moments that must follow: of the last few none may have left in time.
const FOLLOWING: usize = 8;

/// A pause no longer than this lies between words, and is counted as sound that was heard, nanoseconds: pauses of a quarter of a second are part of
/// fluent speech (Goldman-Eisler, Psycholinguistics, 1968), and a codec sends on for some frames before it falls silent.
pub(super) const BETWEEN_WORDS: f64 = 330e6;

/// A pause no longer than this may be silence that a codec left out of sound that was heard, nanoseconds: Opus refreshes it every 400 ms (RFC 6716, section 2.1.9).
pub(super) const SUPPRESSED: f64 = 450e6;

/// Seconds of a pause of so many nanoseconds that lies between words, and of a somewhat longer one: one of them is 0.
pub(super) fn split(pause: f64) -> (f64, f64) {
    let seconds = pause.max(0.0) / to_f64(SECOND);
    if pause <= BETWEEN_WORDS {
        (seconds, 0.0)
    } else if pause <= SUPPRESSED {
        (0.0, seconds)
    } else {
        (0.0, 0.0)
    }
}

/// Pauses among moments.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    /// Index of the first moment after each, and nanoseconds for which nothing was there to be sent.
    found: Vec<(usize, f64)>,
    /// Nanoseconds of those between words.
    pub(super) silence: f64,
    /// Nanoseconds of somewhat longer ones.
    pub(super) longer: f64,
}

impl Pauses {
    /// Finds the pauses among moments (position and time) of slices that come every `beat` nanoseconds. `None` if there are none, or too many.
    pub(super) fn find(moments: &[(f64, f64)], beat: f64) -> Option<Self> {
        let least = LEAST.max(BEATS * beat);
        let mut pauses = Self::default();
        let mut earliest = f64::INFINITY;
        for (index, pair) in moments.windows(2).enumerate().rev() {
            let [before, after] = [pair[0], pair[1]];
            earliest = earliest.min(after.1 - beat * after.0);
            let (silent, gap) = (earliest - (before.1 - beat * before.0), after.1 - before.1);
            if silent < least || gap < least || moments.len() - index < FOLLOWING {
                continue;
            }
            // Where what came before was late itself, the rest of the pause is told by the gap before that.
            let silent = silent.min(gap);
            pauses.found.push((index + 1, silent));
            if gap <= BETWEEN_WORDS {
                pauses.silence += silent;
            } else if gap <= SUPPRESSED {
                pauses.longer += silent;
            }
        }
        pauses.found.reverse();
        (!pauses.found.is_empty() && pauses.found.len() * MOMENTS <= moments.len()).then_some(pauses)
    }

    /// Whether there are none.
    pub(super) fn are_none(&self) -> bool {
        self.found.is_empty()
    }

    /// Takes the pauses out of the times of the moments.
    pub(super) fn close(&self, moments: &mut [(f64, f64)]) {
        let mut found = self.found.iter().peekable();
        let mut closed = 0.0;
        for (index, moment) in moments.iter_mut().enumerate() {
            while let Some((_, silent)) = found.next_if(|(first, _)| *first <= index) {
                closed += silent;
            }
            moment.1 -= closed;
        }
    }

    /// Nanoseconds that were taken out before a moment.
    pub(super) fn before(&self, moment: usize) -> f64 {
        self.found.iter().take_while(|(first, _)| *first <= moment).map(|(_, silent)| silent).sum()
    }
}
