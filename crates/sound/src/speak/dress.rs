//! Level, fades and silence, for every kind of loudspeaker alike.

use earwitness_core::sound::{Pcm, duration, level, samples_in, shape};

use super::{Loudspeaker, LoudspeakerSettings, Played, Trouble};

/// What no sample may pass, dBFS.
const CEILING: f64 = -1.0;

/// A loudspeaker that gets each sound at its level, faded and padded.
pub(super) struct Dressed {
    bare: Box<dyn Loudspeaker>,
    level: f64,
    fade: i64,
    padding: i64,
}

impl Dressed {
    pub(super) fn new(bare: Box<dyn Loudspeaker>, settings: &LoudspeakerSettings) -> Self {
        let level = settings.level.min(settings.cap);
        Self { bare, level, fade: settings.fade_nanos(), padding: settings.padding_nanos() }
    }
}

impl Dressed {
    /// What was played without the silence before and after; the sound itself has `count` samples.
    fn undressed(&self, mut played: Played, rate: u32, count: usize) -> Played {
        let padding = samples_in(self.padding, rate).min(played.sent.len());
        played.sent.drain(..padding);
        played.sent.truncate(count);
        let length = (played.length - self.padding).clamp(0, duration(count, rate));
        Played { onset: played.onset.plus(self.padding), length, ..played }
    }
}

impl Loudspeaker for Dressed {
    fn play(&mut self, sound: &Pcm) -> Result<Played, Trouble> {
        let mut dressed = sound.clone();
        level::scale(&mut dressed, self.level, CEILING);
        shape::fade(&mut dressed, self.fade);
        let count = dressed.samples.len();
        match self.bare.play(&shape::padded(&dressed, self.padding, self.padding)) {
            Ok(played) => Ok(Played { length: sound.length(), ..self.undressed(played, sound.rate, count) }),
            Err(Trouble::BrokenOff(why, played)) if played.length > self.padding => {
                Err(Trouble::BrokenOff(why, Box::new(self.undressed(*played, sound.rate, count))))
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use earwitness_core::sound::noise;
    use earwitness_core::time::{MILLISECOND, SECOND, Timestamp};

    use super::super::wav::all_to_16_bits;
    use super::*;

    /// Keeps what it was given.
    struct Kept(Arc<Mutex<Vec<Pcm>>>);

    impl Loudspeaker for Kept {
        fn play(&mut self, sound: &Pcm) -> Result<Played, Trouble> {
            self.0.lock().unwrap().push(sound.clone());
            let played =
                Played { onset: Timestamp::from_nanos(SECOND), error: 7, length: sound.length(), sent: all_to_16_bits(sound) };
            // 8,000 samples a second: what is kept is longer than what sounds of it.
            match sound.rate {
                8_000 => Ok(played),
                broken => {
                    let length = i64::from(broken) * MILLISECOND;
                    let sent = played.sent[..samples_in(length, broken)].to_vec();
                    Err(Trouble::BrokenOff("unplugged".to_owned(), Box::new(Played { length, sent, ..played })))
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
        assert_eq!(played.sent, all_to_16_bits(&sounded)[2_400..10_400]);
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
}
