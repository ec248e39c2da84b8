//! Where something sounds: stretches that are louder than the background.
//!
//! The rule: the recording is cut into frames of 20 ms. The background is the level that a fifth of the frames stay below, but at least
//! -70 dBFS. A frame sounds if it lies [`ABOVE`] dB or more over the background. Sounding frames less than 300 ms apart belong together, because speech
//! has pauses; stretches that sound for less than 100 ms in all are clicks and left out.

use super::{Pcm, duration, level};
use crate::time::MILLISECOND;

/// Length of a frame, nanoseconds.
pub const FRAME: i64 = 20 * MILLISECOND;
/// How far a frame must lie over the background, dB.
pub const ABOVE: f64 = 10.0;
/// A background is never taken for quieter than this, dBFS: below lies the noise of cheap converters.
pub const QUIETEST: f64 = -70.0;
/// Pauses up to this long do not end a stretch, nanoseconds.
pub const PAUSE: i64 = 300 * MILLISECOND;
/// Stretches that sound for less time than this are left out, nanoseconds.
pub const SHORTEST: i64 = 100 * MILLISECOND;

/// A stretch that sounds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stretch {
    /// From the first sample of the recording to its beginning, nanoseconds.
    pub from: i64,
    /// To its end, nanoseconds.
    pub until: i64,
    /// Root mean square of the frames that sound, dBFS.
    pub level: f64,
}

/// The level of each frame, dBFS, and the background. The last frame may be shorter.
#[must_use]
pub fn background(recording: &Pcm) -> (Vec<f64>, f64) {
    let frame = super::samples_in(FRAME, recording.rate).max(1);
    let levels: Vec<f64> = recording.samples.chunks(frame).map(level::rms).collect();
    let mut sorted = levels.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let background = sorted.get(sorted.len() / 5).copied().unwrap_or(level::SILENCE);
    (levels, background.max(QUIETEST))
}

/// The stretches that sound, in order.
#[must_use]
pub fn find(recording: &Pcm) -> Vec<Stretch> {
    let (levels, background) = background(recording);
    loud(&levels, background + ABOVE, duration(super::samples_in(FRAME, recording.rate).max(1), recording.rate))
}

/// The stretches of frames at or above `threshold` (dBFS); a frame is `frame` nanoseconds long.
#[must_use]
pub fn loud(levels: &[f64], threshold: f64, frame: i64) -> Vec<Stretch> {
    /// A stretch in the making, with the power of its frames.
    struct Open {
        from: i64,
        until: i64,
        power: f64,
        frames: u32,
    }
    let mut found: Vec<Open> = Vec::new();
    for (number, &level) in (0_i64..).zip(levels).filter(|(_, level)| **level >= threshold) {
        let (from, power) = (number.saturating_mul(frame), level::amplitude(level).powi(2));
        match found.last_mut().filter(|last| from - last.until <= PAUSE) {
            Some(last) => {
                last.until = from + frame;
                last.power += power;
                last.frames += 1;
            }
            None => found.push(Open { from, until: from + frame, power, frames: 1 }),
        }
    }
    found.retain(|it| i64::from(it.frames) * frame >= SHORTEST);
    let stretch =
        |it: &Open| Stretch { from: it.from, until: it.until, level: level::decibels((it.power / f64::from(it.frames)).sqrt()) };
    found.iter().map(stretch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lot::Lot;
    use crate::sound::{noise, shape};
    use crate::time::SECOND;

    const RATE: u32 = 16_000;

    /// Ten seconds of background noise at -55 dBFS, with these sounds of pink noise in it: begin and length in milliseconds, level.
    fn room(sounds: &[(usize, usize, f64)]) -> Pcm {
        let mut chance = Lot::new(9).stream("room", 0);
        let mut room = noise::pink(RATE, 160_000, &mut chance);
        level::scale(&mut room, -55.0, 0.0);
        for &(from, length, loud) in sounds {
            let mut sound = noise::pink(RATE, length * 16, &mut chance);
            level::scale(&mut sound, loud, 0.0);
            for (place, sample) in room.samples.iter_mut().skip(from * 16).zip(&sound.samples) {
                *place += sample;
            }
        }
        room
    }

    #[test]
    fn a_sound_is_found_with_its_beginning_end_and_level() {
        let found = find(&room(&[(3_000, 1_500, -30.0)]));
        let [only] = found[..] else { panic!("{found:?}") };
        assert!((only.from - 3 * SECOND).abs() <= FRAME && (only.until - 4_500 * MILLISECOND).abs() <= FRAME, "{only:?}");
        assert!((only.level + 30.0).abs() < 1.0, "{only:?}");
    }

    #[test]
    fn pauses_of_speech_join_and_long_ones_part() {
        let found = find(&room(&[(1_000, 400, -30.0), (1_600, 400, -28.0), (5_000, 300, -30.0)]));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!((found[0].until - 2 * SECOND).abs() <= FRAME);
    }

    #[test]
    fn clicks_steady_noise_and_silence_are_no_sounds() {
        assert_eq!(find(&room(&[(2_000, 40, -20.0)])), []);
        assert_eq!(find(&room(&[])), []);
        assert_eq!(find(&Pcm { rate: RATE, samples: vec![0.0; 80_000] }), []);
        assert_eq!(find(&Pcm::default()), []);
        let mut hiss = room(&[]);
        level::scale(&mut hiss, -85.0, 0.0);
        assert_eq!(find(&shape::padded(&hiss, 5 * SECOND, 0)), [], "the noise of a converter that wakes up");
    }
}
