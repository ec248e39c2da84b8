//! Level, fades and silence, for every kind of loudspeaker alike.

use std::sync::atomic::AtomicBool;

use earwitness_core::sound::level::{SILENCE, amplitude};
use earwitness_core::sound::{samples_in, shape};

use super::ahead::ahead;
use super::limiter::Limiter;
use super::stream::{Loudness, SHORT, nanos};
use super::{Loudspeaker, LoudspeakerSettings, Played, Samples, Trouble};

/// What no sample may pass, dBFS.
const CEILING: f64 = -1.0;
/// Samples of a piece of silence.
const PIECE: u64 = 8_192;

/// A loudspeaker that gets each sound at its level, faded and padded.
pub(super) struct Dressed {
    bare: Box<dyn Loudspeaker>,
    level: f64,
    cap: f64,
    fade: i64,
    padding: i64,
}

impl Dressed {
    pub(super) fn new(bare: Box<dyn Loudspeaker>, settings: &LoudspeakerSettings) -> Self {
        let level = settings.level.min(settings.cap);
        Self { bare, level, cap: settings.cap, fade: settings.fade_nanos(), padding: settings.padding_nanos() }
    }

    /// What was played without the silence before and after; all of the sound is `length` nanoseconds long.
    fn undressed(&self, played: Played, length: i64, limited: u64) -> Played {
        let sounded = (played.length - self.padding).clamp(0, length);
        Played { onset: played.onset.plus(self.padding), length: sounded, limited, ..played }
    }
}

impl Loudspeaker for Dressed {
    fn stream(
        &mut self,
        samples: &mut dyn Samples,
        stop: &AtomicBool,
        sounded: &mut dyn FnMut(&[i16]),
    ) -> Result<Played, Trouble> {
        let (rate, count) = (samples.rate(), samples.total());
        let length = nanos(count, rate);
        let mut dressing = Dressing::new(samples, self);
        let (mut before, mut own) = (dressing.padding, count);
        let mut told = |piece: &[i16]| {
            let (padding, piece) = divided(piece, before);
            before -= padding.len() as u64;
            let (piece, _) = divided(piece, own);
            own -= piece.len() as u64;
            if !piece.is_empty() {
                sounded(piece);
            }
        };
        let bare = &mut self.bare;
        let result = if length > SHORT {
            ahead(&mut dressing, |samples| bare.stream(samples, stop, &mut told))
        } else {
            bare.stream(&mut dressing, stop, &mut told)
        };
        let limited = dressing.limiter.as_ref().map_or(0, Limiter::limited);
        match result {
            Ok(played) => Ok(Played { length, ..self.undressed(played, length, limited) }),
            Err(Trouble::BrokenOff(why, played)) if played.length > self.padding => {
                Err(Trouble::BrokenOff(why, Box::new(self.undressed(*played, length, limited))))
            }
            // In the silence before it nothing had sounded yet.
            Err(Trouble::BrokenOff(why, _)) => Err(Trouble::Glitch(why)),
            Err(trouble) => Err(trouble),
        }
    }

    fn name(&self) -> String {
        self.bare.name()
    }

    fn audible(&self) -> bool {
        self.bare.audible()
    }
}

/// The first `count` samples of a piece, and the rest.
fn divided(piece: &[i16], count: u64) -> (&[i16], &[i16]) {
    piece.split_at(usize::try_from(count).unwrap_or(usize::MAX).min(piece.len()))
}

/// A sound at its level, faded, with silence on both sides.
struct Dressing<'a> {
    samples: &'a mut dyn Samples,
    /// Samples of the sound.
    count: u64,
    /// Of the silence on either side.
    padding: u64,
    /// Of the fade at either end.
    ramp: u64,
    gain: f64,
    limiter: Option<Limiter>,
    /// Samples that were given out.
    at: u64,
}

impl<'a> Dressing<'a> {
    fn new(samples: &'a mut dyn Samples, by: &Dressed) -> Self {
        let (rate, count, Loudness { level, peak, whole }) = (samples.rate(), samples.total(), samples.loudness());
        let gain = if peak <= SILENCE { 1.0 } else { amplitude((by.level - level).min(CEILING - peak)) };
        let limiter = (!whole).then(|| Limiter::new(amplitude(CEILING), amplitude(by.cap), rate));
        let samples_of = |nanos| samples_in(nanos, rate) as u64;
        let ramp = samples_of(by.fade).min(count / 2);
        Self { samples, count, padding: samples_of(by.padding), ramp, gain, limiter, at: 0 }
    }

    /// A sample of the sound, as it is played.
    #[expect(clippy::cast_possible_truncation, reason = "samples are kept in single precision")]
    fn dressed(&mut self, sample: f32, place: u64) -> f32 {
        let mut louder = f64::from(sample) * self.gain;
        if let Some(limiter) = &mut self.limiter {
            louder = limiter.held(louder);
        }
        let edge = place.min(self.count.saturating_sub(place + 1));
        let fade = if edge < self.ramp { shape::raised_cosine(edge as usize, self.ramp as usize) } else { 1.0 };
        louder as f32 * fade
    }
}

impl Samples for Dressing<'_> {
    fn rate(&self) -> u32 {
        self.samples.rate()
    }

    fn total(&self) -> u64 {
        self.count + 2 * self.padding
    }

    fn loudness(&self) -> Loudness {
        self.samples.loudness()
    }

    fn next(&mut self) -> Result<Vec<f32>, String> {
        let end = self.padding + self.count;
        let silence = if self.at < self.padding { self.padding - self.at } else { self.total().saturating_sub(self.at) };
        let piece = if (self.padding..end).contains(&self.at) {
            let mut piece = self.samples.next()?;
            piece.truncate(usize::try_from(end - self.at).unwrap_or(usize::MAX));
            let from = self.at - self.padding;
            for (place, sample) in (from..).zip(&mut piece) {
                *sample = self.dressed(*sample, place);
            }
            piece
        } else {
            vec![0.0; usize::try_from(silence.min(PIECE)).unwrap_or(0)]
        };
        self.at += piece.len() as u64;
        Ok(piece)
    }
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "samples are kept in single precision")]
mod tests {
    use std::sync::{Arc, Mutex};

    use earwitness_core::sound::{Pcm, level, noise};
    use earwitness_core::time::{MILLISECOND, SECOND, Timestamp};

    use super::super::stream::to_16_bits;
    use super::*;

    /// Keeps what it was given.
    struct Kept(Arc<Mutex<Vec<Pcm>>>);

    impl Loudspeaker for Kept {
        fn stream(
            &mut self,
            samples: &mut dyn Samples,
            _: &AtomicBool,
            sounded: &mut dyn FnMut(&[i16]),
        ) -> Result<Played, Trouble> {
            let mut sound = Pcm { rate: samples.rate(), samples: Vec::new() };
            let length = nanos(samples.total(), sound.rate);
            loop {
                let piece = samples.next().map_err(Trouble::Glitch)?;
                if piece.is_empty() {
                    break;
                }
                sound.samples.extend(piece);
            }
            let sent: Vec<i16> = sound.samples.iter().copied().map(to_16_bits).collect();
            let rate = sound.rate;
            self.0.lock().unwrap().push(sound);
            let onset = Timestamp::from_nanos(SECOND);
            let played = Played { onset, error: 7, length, drift: 0, limited: 0, sent: Vec::new() };
            // 8,000 samples a second: what is kept is longer than what sounds of it.
            match rate {
                8_000 => {
                    sent.chunks(999).for_each(sounded);
                    Ok(played)
                }
                broken => {
                    let length = i64::from(broken) * MILLISECOND;
                    sounded(&sent[..samples_in(length, broken)]);
                    Err(Trouble::BrokenOff("unplugged".to_owned(), Box::new(Played { length, ..played })))
                }
            }
        }

        fn name(&self) -> String {
            "kept".to_owned()
        }
    }

    #[test]
    fn the_onset_is_that_of_the_sound_not_of_the_silence_before() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let mut speaker = Dressed::new(Box::new(Kept(Arc::clone(&kept))), &LoudspeakerSettings::default());
        let played = speaker.play(&noise::tone(8_000, 8_000, 400.0)).unwrap();
        assert_eq!((played.onset, played.error, played.length), (Timestamp::from_nanos(1_300 * MILLISECOND), 7, SECOND));
        let sounded = kept.lock().unwrap().remove(0);
        let as_sent = |sound: &Pcm| sound.samples.iter().copied().map(to_16_bits).collect::<Vec<i16>>();
        assert_eq!(played.sent, as_sent(&sounded)[2_400..10_400]);
        assert_eq!(sounded.length(), 1_600 * MILLISECOND);
        assert!(sounded.samples[..2_400].iter().all(|&sample| sample == 0.0));
    }

    #[test]
    fn of_a_sound_that_breaks_off_what_had_sounded_is_reported() {
        let mut speaker = Dressed::new(Box::new(Kept(Arc::default())), &LoudspeakerSettings::default());
        // Breaks off after as many milliseconds as it has samples a second.
        let trouble = speaker.play(&noise::tone(1_000, 2_000, 100.0)).unwrap_err();
        let Trouble::BrokenOff(why, played) = &trouble else { panic!("{trouble}") };
        assert_eq!((why.as_str(), played.length, played.sent.len()), ("unplugged", 700 * MILLISECOND, 700));
        assert_eq!(trouble.to_string(), "unplugged, 700 ms after it began to sound");
        let before = speaker.play(&noise::tone(300, 600, 40.0)).unwrap_err();
        assert_eq!(before, Trouble::Glitch("unplugged".to_owned()), "it broke off in the silence before the sound");
    }

    #[test]
    fn the_level_is_reached_and_the_cap_is_not_passed() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let settings = LoudspeakerSettings { level: -8.0, cap: -30.0, ..LoudspeakerSettings::default() };
        let mut speaker = Dressed::new(Box::new(Kept(Arc::clone(&kept))), &settings);
        speaker.play(&noise::tone(8_000, 8_000, 400.0)).unwrap();
        let level = level::active(&kept.lock().unwrap()[0]);
        assert!((level + 30.0).abs() < 0.3, "{level}");
    }

    #[test]
    fn a_sound_may_be_fainter_than_the_level_and_is_never_louder() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let mut speaker = Dressed::new(Box::new(Kept(Arc::clone(&kept))), &LoudspeakerSettings::default());
        for (below, expected) in [(0.0, -24.0), (6.0, -30.0), (-6.0, -24.0)] {
            speaker.play_below(&noise::tone(8_000, 8_000, 400.0), below).unwrap();
            let level = level::active(&kept.lock().unwrap().remove(0));
            assert!((level - expected).abs() < 0.3, "{below} dB below: {level}");
        }
    }

    #[test]
    fn a_sound_in_pieces_is_the_sound_at_its_level_faded_and_padded() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let mut speaker = Dressed::new(Box::new(Kept(Arc::clone(&kept))), &LoudspeakerSettings::default());
        let sound = noise::pink(8_000, 20_001, &mut earwitness_core::lot::Lot::new(1).stream("noise", 0));
        speaker.play(&sound).unwrap();
        let mut at_once = sound;
        level::scale(&mut at_once, -24.0, CEILING);
        shape::fade(&mut at_once, 5 * MILLISECOND);
        assert_eq!(kept.lock().unwrap()[0], shape::padded(&at_once, 300 * MILLISECOND, 300 * MILLISECOND));
    }

    /// A film that begins softly.
    struct Film(u64);

    impl Samples for Film {
        fn rate(&self) -> u32 {
            8_000
        }

        fn total(&self) -> u64 {
            8_000 * 90
        }

        fn loudness(&self) -> Loudness {
            Loudness { level: -50.0, peak: -44.0, whole: false }
        }

        fn next(&mut self) -> Result<Vec<f32>, String> {
            let loud = if self.0 < 8_000 * 60 { -50.0 } else { -20.0 };
            self.0 += 4_000;
            let mut piece = noise::tone(8_000, if self.0 > 8_000 * 90 { 0 } else { 4_000 }, 400.0).samples;
            for sample in &mut piece {
                *sample *= amplitude(loud + 3.01) as f32;
            }
            Ok(piece)
        }
    }

    #[test]
    fn what_was_not_measured_stays_below_the_cap_and_says_how_much_was_held() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let mut speaker = Dressed::new(Box::new(Kept(Arc::clone(&kept))), &LoudspeakerSettings::default());
        let mut count = 0;
        let played = speaker.stream(&mut Film(0), &AtomicBool::new(false), &mut |piece| count += piece.len()).unwrap();
        assert_eq!((count, played.length), (720_000, 90 * SECOND));
        let sounded = kept.lock().unwrap().remove(0);
        let level = |from: usize, until: usize| level::rms(&sounded.samples[2_400 + from * 8_000..2_400 + until * 8_000]);
        assert!((level(10, 50) + 24.0).abs() < 0.1, "{}", level(10, 50));
        // 30 dB louder would be 6 dB above full scale.
        assert!((level(62, 89) + 12.0).abs() < 0.1, "{}", level(62, 89));
        assert!((29 * 8_000..30 * 8_000 + 1).contains(&played.limited), "{}", played.limited);
    }
}
