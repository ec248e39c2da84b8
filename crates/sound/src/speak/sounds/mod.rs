//! What can be played: spoken probes of several voices, noises, and the user's own recordings.
//!
//! A probe is a set, not one utterance: which voice says it, how fast, and which harmless question follows, is drawn by lot for every
//! round, because wake words are missed and found by chance.

mod compose;
mod composed;
mod decode;
mod forbidden;
mod long;
mod name;
mod recording;
mod row;
mod script;
mod sent;
mod shipped;
mod synthesis;

use std::collections::BTreeMap;
use std::path::PathBuf;

use earwitness_core::lot::{Lot, Stream};
use earwitness_core::probe::{SoundKind, Stimulus};
use earwitness_core::sound::{Pcm, level, music, noise, samples_in};
use earwitness_core::time::{MILLISECOND, SECOND};
use earwitness_core::timeline::{NoiseKind, Script, Source};
use serde::Deserialize;

pub use self::composed::Composed;
pub use self::decode::{decode, recording_length, resampled};
pub use self::forbidden::{FORBIDDEN, forbidden};
pub use self::long::Long;
pub use self::name::{Known, WAKE_WORDS, known};
pub use self::sent::Sent;

use self::name::Name;
use self::shipped::Shipped;

/// Samples a second of everything that is rendered.
pub const RATE: u32 = 48_000;
/// The longest sound that is rendered at once, nanoseconds; a longer one comes piece by piece ([`Library::long`]).
pub const LONGEST: i64 = 60 * SECOND;
/// How the end of a sound fades that is cut, nanoseconds.
const FADE: i64 = 40 * MILLISECOND;
/// Samples of a noise after which a longer one begins again.
const TURN: usize = 60 * RATE as usize;
/// Samples over which its end leads to its beginning.
const SEAM: u16 = 2_400;
/// How much longer than the slowest voice of espeak-ng another one may take for the same words, as a fraction.
const SPREAD: (i64, i64) = (5, 4);
/// Active level of what is rendered, dBFS; the loudspeaker sets its own.
const LEVEL: f64 = -23.0;
/// The pause after a sentence, nanoseconds.
const BREATH: i64 = 250 * MILLISECOND;
/// Highest sample of it, dBFS.
const CEILING: f64 = -1.0;

/// The table `[sounds]`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "struct Settings")]
pub struct SoundSettings {
    /// Folder of the user's own recordings: where relative paths of `file:`, `music:` and `noise:` begin.
    pub folder: Option<PathBuf>,
    /// Phrases that no probe may contain, besides those that are always refused.
    pub forbidden: Vec<String>,
    /// A voice file (`.onnx`, with its `.onnx.json` beside it) for the program `piper`, which then says half of what `say:` asks for.
    pub piper_voice: Option<PathBuf>,
}

/// Why a sound cannot be had.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Trouble {
    /// No sound has this name.
    #[error("there is no sound {0:?}: give one of {known}", known = known_sounds())]
    Unknown(String),
    /// The text holds a phrase that no probe may contain.
    #[error("{text:?} contains {phrase:?}, which no probe may say: a device that obeys would do it; ask a harmless question")]
    Forbidden {
        /// The text.
        text: String,
        /// The phrase.
        phrase: String,
    },
    /// Words that take longer than a slot (nanoseconds of each).
    #[error(
        "{name:?} takes up to {} s, which a slot of {} s does not hold, and words are never cut: shorten it, or lengthen `slot_seconds`",
        (words + SECOND - 1) / SECOND, slot / SECOND
    )]
    TooLong {
        /// The sound.
        name: String,
        /// How long its words take.
        words: i64,
        /// How long a slot is.
        slot: i64,
    },
    /// A file cannot be read, or holds no sound: which, and why.
    #[error("{path}: {1}; give a WAV, FLAC, Ogg Vorbis, MP3 or AIFF file", path = .0.display())]
    File(PathBuf, String),
    /// No program is there that could say it, or it failed.
    #[error("{0}")]
    Speech(String),
    /// A script of which too much would have to be held in memory, or told: what, and what to do.
    #[error("{0}")]
    Script(String),
    /// The shipped utterances are damaged.
    #[error("the utterances in this program are damaged: {0}")]
    Shipped(String),
}

/// The names of all sounds in a row.
fn known_sounds() -> String {
    known().map(|known| known.name).collect::<Vec<_>>().join(" ")
}

/// Everything that can be played.
#[derive(Debug)]
pub struct Library {
    settings: SoundSettings,
    shipped: Shipped,
    scripts: BTreeMap<String, Script>,
}

impl Library {
    /// The shipped sounds and what the settings add.
    pub fn new(settings: &SoundSettings) -> Result<Self, Trouble> {
        Ok(Self { settings: settings.clone(), shipped: Shipped::new()?, scripts: BTreeMap::new() })
    }

    /// The same with what an experiment wrote down: `script:NAME` is the sound of this name.
    #[must_use]
    pub fn with_scripts(mut self, scripts: BTreeMap<String, Script>) -> Self {
        self.scripts = scripts;
        self
    }

    /// The stimulus of this name, if it can be rendered: unknown names, forbidden phrases and unreadable files are refused.
    pub fn stimulus(&self, name: &str) -> Result<Stimulus, Trouble> {
        let parsed = Name::parse(name)?;
        match &parsed {
            Name::Say(text) | Name::SayAs(_, _, text) => {
                self.permitted(text)?;
                synthesis::check(&self.settings)?;
            }
            Name::File(path, _) => drop(decode::file(&self.path(path), SECOND)?),
            Name::Row(_) => {
                for part in (Stimulus { name: name.to_owned(), kind: parsed.kind() }).parts() {
                    self.stimulus(part)?;
                }
            }
            Name::Script(script) => drop(self.script(script, &mut Lot::new(0).stream("check", 0))?),
            _ => {}
        }
        Ok(Stimulus { name: name.to_owned(), kind: parsed.kind() })
    }

    /// Whether a stimulus fits into a slot of this length (nanoseconds), however long the probe that the lot draws: words are never cut.
    ///
    /// # Errors
    /// [`Trouble::TooLong`], or why it cannot be rendered.
    pub fn fits(&self, stimulus: &Stimulus, slot: i64) -> Result<(), Trouble> {
        let words = self.longest_words(stimulus)?;
        if words > slot { Err(Trouble::TooLong { name: stimulus.name.clone(), words, slot }) } else { Ok(()) }
    }

    /// How long the words of a stimulus take at most, nanoseconds; 0 where they end when the time is over.
    ///
    /// # Errors
    /// Why it cannot be rendered.
    pub fn longest_words(&self, stimulus: &Stimulus) -> Result<i64, Trouble> {
        self.words(&Name::parse(&stimulus.name)?)
    }

    /// How long the words of a sound take at most, nanoseconds; 0 where they end when the time is over.
    fn words(&self, name: &Name) -> Result<i64, Trouble> {
        Ok(match name {
            Name::Say(text) => synthesis::slowest(&self.settings, text)?.saturating_mul(SPREAD.0) / SPREAD.1,
            Name::SayAs(voice, _, text) => self.voiced(text, voice)?.length(),
            Name::File(path, SoundKind::Speech) => decode::file(&self.path(path), LONGEST)?.length(),
            Name::Script(script) => self.slowest(script)?,
            Name::Row(parts) => self.longest(parts)?,
            _ => 0,
        })
    }

    /// Renders a stimulus of about this length (nanoseconds, at most [`LONGEST`]) for the round of this number. The same lot and number
    /// give the same sound. Words that somebody wrote or recorded sound whole, however long they take.
    pub fn render(&self, stimulus: &Stimulus, length: i64, lot: &Lot, number: u64) -> Result<Pcm, Trouble> {
        self.compose(stimulus, length, lot, number).map(|composed| composed.sound)
    }

    /// The same, with what each stretch of it is.
    pub fn compose(&self, stimulus: &Stimulus, length: i64, lot: &Lot, number: u64) -> Result<Composed, Trouble> {
        let length = length.clamp(0, LONGEST);
        let mut chance = lot.stream("sound", number);
        let name = Name::parse(&stimulus.name)?;
        let (mut composed, whole) = self.sound(&name, length, &mut chance)?;
        if !whole {
            composed.cut(length, FADE);
        }
        composed.below = name.below();
        level::scale(&mut composed.sound, LEVEL, CEILING);
        Ok(composed)
    }

    /// A sound of about this length, and whether it may be longer.
    fn sound(&self, name: &Name, length: i64, chance: &mut Stream) -> Result<(Composed, bool), Trouble> {
        let mut whole = false;
        let file = |path: &std::path::Path| Source::File { name: path.to_string_lossy().into_owned() };
        let composed = match name {
            Name::Wake(word) => compose::wake(&self.shipped, word, length, chance)?,
            Name::Speech => compose::speech(&self.shipped, length, chance)?,
            Name::Noise(kind) => {
                let (kind, seed) = (*kind, chance.word());
                Composed::of(noise(kind, seed, samples_in(length, RATE)), Source::Noise { kind, seed })
            }
            Name::File(path, SoundKind::Speech) => {
                whole = true;
                compose::whole(&decode::file(&self.path(path), LONGEST)?, &file(path), length)
            }
            Name::File(path, _) => compose::repeated(&decode::file(&self.path(path), length)?, &file(path), length),
            Name::Say(text) => {
                self.permitted(text)?;
                whole = true;
                let (words, source) = synthesis::say(&self.settings, text, chance)?;
                compose::whole(&words, &source, length)
            }
            Name::SayAs(voice, _, text) => {
                self.permitted(text)?;
                whole = true;
                let (words, source) = self.utterance(text, Some(voice), chance)?;
                compose::in_a_room(words, source, chance)
            }
            Name::Script(script) => {
                whole = true;
                self.script(script, chance)?
            }
            Name::Row(parts) => {
                whole = true;
                self.row(parts, chance)?
            }
        };
        Ok((composed, whole))
    }

    /// Says sentences in the usual voice, one after the other, for people to hear.
    ///
    /// # Errors
    /// [`Trouble::Speech`] where nothing is installed that can, or a sentence is too long.
    pub fn say(&self, sentences: &str) -> Result<Pcm, Trouble> {
        let mut said = Pcm { rate: RATE, samples: Vec::new() };
        for sentence in sentences.split_inclusive(". ") {
            let sound = synthesis::usual(&self.settings, sentence)?;
            let sound = resampled(&sound, RATE).map_err(Trouble::Speech)?;
            said.samples.extend(sound.samples);
            said.samples.extend(std::iter::repeat_n(0.0, samples_in(BREATH, RATE)));
        }
        said.samples.truncate(samples_in(LONGEST, RATE));
        level::scale(&mut said, LEVEL, CEILING);
        Ok(said)
    }

    fn permitted(&self, text: &str) -> Result<(), Trouble> {
        match forbidden(text, &self.settings.forbidden) {
            Some(phrase) => Err(Trouble::Forbidden { text: text.to_owned(), phrase }),
            None => Ok(()),
        }
    }

    fn path(&self, path: &std::path::Path) -> PathBuf {
        self.settings.folder.as_ref().map_or_else(|| path.to_owned(), |folder| folder.join(path))
    }
}

/// So many samples of a noise or a piece of music at [`RATE`], from a seed: what [`Source::Noise`] says of it is enough to make it again. What is
/// longer than a minute is a minute again and again, without a seam.
#[must_use]
pub fn noise(kind: NoiseKind, seed: u64, count: usize) -> Pcm {
    let mut sound = turn(kind, seed, count as u64);
    if sound.samples.len() < count {
        sound.samples = sound.samples.iter().copied().cycle().take(count).collect();
    }
    sound
}

/// What a noise of so many samples repeats: all of it where it is short.
fn turn(kind: NoiseKind, seed: u64, count: u64) -> Pcm {
    let short = usize::try_from(count).ok().filter(|count| *count <= TURN);
    if let Some(count) = short {
        return made(kind, seed, count);
    }
    // The piece of music is a minute that leads to its own beginning.
    if kind == NoiseKind::Music {
        return made(kind, seed, TURN);
    }
    let mut sound = made(kind, seed, TURN + usize::from(SEAM));
    let behind = sound.samples.split_off(TURN);
    let ends = (0..SEAM).zip(sound.samples.iter_mut().zip(&behind));
    for (at, (sample, behind)) in ends {
        // Of equal power, because the two have nothing to do with each other.
        let (rise, fall) = ((f32::from(at) + 0.5) / f32::from(SEAM) * std::f32::consts::FRAC_PI_2).sin_cos();
        *sample = (*sample * rise + behind * fall).clamp(-1.0, 1.0);
    }
    sound
}

fn made(kind: NoiseKind, seed: u64, count: usize) -> Pcm {
    let mut chance: Stream = Lot::new(seed).stream("noise", 0);
    match kind {
        NoiseKind::Glass => noise::glass(RATE, count, &mut chance),
        NoiseKind::Bark => noise::bark(RATE, count, &mut chance),
        NoiseKind::Pink => noise::pink(RATE, count, &mut chance),
        NoiseKind::Tone => noise::warble(RATE, count, 1_000.0, &mut chance),
        NoiseKind::Sweep => noise::sweep(RATE, count),
        NoiseKind::Music => music::piece(RATE, count, &mut chance),
    }
}

#[cfg(test)]
mod tests;
