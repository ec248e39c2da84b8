//! Level, fades and silence, for every kind of loudspeaker alike.

use earwitness_core::sound::{Pcm, level, shape};

use super::{Loudspeaker, Played, Settings, Trouble};

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
    pub(super) fn new(bare: Box<dyn Loudspeaker>, settings: &Settings) -> Self {
        let level = settings.level.min(settings.cap);
        Self { bare, level, fade: settings.fade_nanos(), padding: settings.padding_nanos() }
    }
}

impl Loudspeaker for Dressed {
    fn play(&mut self, sound: &Pcm) -> Result<Played, Trouble> {
        let mut dressed = sound.clone();
        level::scale(&mut dressed, self.level, CEILING);
        shape::fade(&mut dressed, self.fade);
        let played = self.bare.play(&shape::padded(&dressed, self.padding, self.padding))?;
        Ok(Played { onset: played.onset.plus(self.padding), length: sound.length(), ..played })
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

    use super::*;

    /// Keeps what it was given.
    struct Kept(Arc<Mutex<Vec<Pcm>>>);

    impl Loudspeaker for Kept {
        fn play(&mut self, sound: &Pcm) -> Result<Played, Trouble> {
            self.0.lock().unwrap().push(sound.clone());
            Ok(Played { onset: Timestamp::from_nanos(SECOND), error: 7, length: sound.length() })
        }

        fn name(&self) -> String {
            "kept".to_owned()
        }
    }

    #[test]
    fn the_onset_is_that_of_the_sound_not_of_the_silence_before() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let mut speaker = Dressed::new(Box::new(Kept(Arc::clone(&kept))), &Settings::default());
        let played = speaker.play(&noise::tone(8_000, 8_000, 400.0)).unwrap();
        assert_eq!(played, Played { onset: Timestamp::from_nanos(1_300 * MILLISECOND), error: 7, length: SECOND });
        let sounded = kept.lock().unwrap().remove(0);
        assert_eq!(sounded.length(), 1_600 * MILLISECOND);
        assert!(sounded.samples[..2_400].iter().all(|&sample| sample == 0.0));
    }

    #[test]
    fn the_level_is_reached_and_the_cap_is_not_passed() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let settings = Settings { level: -8.0, cap: -30.0, ..Settings::default() };
        let mut speaker = Dressed::new(Box::new(Kept(Arc::clone(&kept))), &settings);
        speaker.play(&noise::tone(8_000, 8_000, 400.0)).unwrap();
        let level = level::active(&kept.lock().unwrap()[0]);
        assert!((level + 30.0).abs() < 0.3, "{level}");
    }
}
