//! What of the sentences that are awaited was said in a recording, or that it was something else.

use anyhow::Context as _;
use earwitness_core::sound::{Pcm, level};
use earwitness_sound::spoken::{Recogniser, VoiceSettings};
use earwitness_voice::{Awaited, Expected, listening, understand, vocabulary};

use super::lexicon::dictionary;
use crate::pronounced::pronounced;

/// Up to which doubt a sentence is believed where speech is this much louder than the background, decibels: from `examples/voice_bench.rs`, seed 1. In noise all
/// phonemes fit badly, and the difference is smaller.
const BELIEVED: [(f64, f64); 2] = [(15.0, 15.5), (35.0, 20.0)];

/// By how much less doubt is allowed while the wake phrase is awaited, when most speech is for somebody else: from the same measurement.
const ASLEEP: f64 = 4.0;

/// The recogniser with the grammars of a home.
#[derive(Debug)]
pub struct Recognition {
    recogniser: Recogniser,
    known: String,
    wake: String,
    names: Vec<String>,
}

const NAMES: [(Awaited, &str); 3] = [(Awaited::Wake, "wake"), (Awaited::Sentence, "sentence"), (Awaited::Consent, "consent")];

fn name(awaited: Awaited) -> &'static str {
    NAMES.iter().find(|it| it.0 == awaited).map_or("sentence", |it| it.1)
}

impl Recognition {
    /// Takes the grammars for devices of these names.
    ///
    /// # Errors
    /// What is not installed.
    pub fn new(settings: &VoiceSettings, names: &[String]) -> anyhow::Result<Self> {
        let recogniser = Recogniser::new(settings).map_err(anyhow::Error::msg)?;
        let known = recogniser.dictionary().map_err(anyhow::Error::msg)?;
        let it = Self { recogniser, known, wake: settings.wake_phrase.clone(), names: names.to_vec() };
        it.learn()?;
        Ok(it)
    }

    /// Devices are called otherwise now.
    ///
    /// # Errors
    /// The temporary folder cannot be written.
    pub fn rename(&mut self, names: &[String]) -> anyhow::Result<()> {
        if self.names == names {
            return Ok(());
        }
        self.names = names.to_vec();
        self.learn()
    }

    fn learn(&self) -> anyhow::Result<()> {
        let mut names = self.names.clone();
        loop {
            let text = |awaited| match awaited {
                Awaited::Wake => listening(Expected::Wake(&self.wake), &names),
                Awaited::Sentence => listening(Expected::Sentence, &names),
                Awaited::Consent => listening(Expected::Consent, &names),
            };
            let (dict, unknown) = dictionary(&vocabulary(&text(Awaited::Wake)), &self.known, &pronounced);
            // A device whose name nobody can pronounce cannot be asked about; the others can.
            let kept: Vec<String> = names.iter().filter(|it| !has_any(it, &unknown)).cloned().collect();
            if kept.len() < names.len() {
                names = kept;
                continue;
            }
            if let Some(word) = unknown.first() {
                anyhow::bail!("voice: nobody knows how {word:?} is pronounced: install espeak-ng, or choose another wake_phrase");
            }
            let (consent, _) = dictionary(&vocabulary(&text(Awaited::Consent)), &self.known, &pronounced);
            for (awaited, name) in NAMES {
                let dict = if awaited == Awaited::Consent { &consent } else { &dict };
                self.recogniser.learn(name, &text(awaited), dict).map_err(anyhow::Error::msg)?;
            }
            return Ok(());
        }
    }

    /// The words that were said in a recording of an utterance with a little of the time before and after it; `None` where they are no sentence that is awaited.
    ///
    /// # Errors
    /// The recogniser failed.
    pub fn words(&self, awaited: Awaited, sound: &Pcm) -> anyhow::Result<Option<String>> {
        let heard =
            self.recogniser.recognise(name(awaited), sound).map_err(anyhow::Error::msg).context("nothing can be recognised")?;
        let asleep = if awaited == Awaited::Wake { ASLEEP } else { 0.0 };
        let most = believed(above_background(sound)) - asleep;
        tracing::debug!(
            ?awaited,
            milliseconds = sound.samples.len() / 16,
            doubt = heard.as_ref().map(|it| it.doubt),
            most,
            "an utterance was recognised"
        );
        Ok(heard.filter(|it| it.doubt <= most).map(|it| it.words))
    }

    /// What is wanted by a sentence of the table that was said.
    ///
    /// # Errors
    /// The recogniser failed.
    pub fn intent(&self, sound: &Pcm) -> anyhow::Result<Option<earwitness_voice::Intent>> {
        Ok(self.words(Awaited::Sentence, sound)?.and_then(|it| understand(&it, &self.names)))
    }
}

fn has_any(name: &str, words: &[String]) -> bool {
    let name = earwitness_voice::spoken(name).to_lowercase();
    name.split(' ').any(|it| words.iter().any(|word| word == it))
}

/// Up to which doubt a sentence is believed.
fn believed(above: f64) -> f64 {
    let [(low, least), (high, most)] = BELIEVED;
    least + (most - least) * ((above - low) / (high - low)).clamp(0.0, 1.0)
}

/// How much louder speech is than the quietest tenth of the recording, decibels.
fn above_background(sound: &Pcm) -> f64 {
    let frame = usize::try_from(sound.rate / 50).unwrap_or(320).max(1);
    let mut levels: Vec<f64> = sound.samples.chunks_exact(frame).map(level::rms).collect();
    levels.sort_unstable_by(f64::total_cmp);
    let quiet = levels.get(levels.len() / 20).copied().unwrap_or_default();
    level::active(sound) - quiet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_believed_in_quiet_rooms() {
        assert!((believed(0.0) - 15.5).abs() < 1e-9 && (believed(90.0) - 20.0).abs() < 1e-9);
        assert!(believed(25.0) > believed(16.0));
    }
}
