//! The utterances that the program carries: one Ogg Vorbis file for each voice, and a table that says where in it what is said.
//!
//! How they were made, by which voices and under which licences, is told in `data/utterances/README.md`.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::{Arc, Mutex, PoisonError};

use earwitness_core::sound::{Pcm, level, shape};
use earwitness_core::time::{MILLISECOND, SECOND};
use earwitness_core::timeline::Source;

use super::decode::{decode, resampled};
use super::{CEILING, LEVEL, RATE, Trouble};

/// The files of the voices, by name.
const VOICES: &[(&str, &[u8])] = &[
    ("awb", include_bytes!("../../../data/utterances/awb.ogg")),
    ("hts", include_bytes!("../../../data/utterances/hts.ogg")),
    ("rms-tall", include_bytes!("../../../data/utterances/rms-tall.ogg")),
    ("rms", include_bytes!("../../../data/utterances/rms.ogg")),
    ("slt-small", include_bytes!("../../../data/utterances/slt-small.ogg")),
    ("slt", include_bytes!("../../../data/utterances/slt.ogg")),
];

/// The table: voice, speed, `wake` or `question`, first sample, samples, and text, between tabulators.
const TABLE: &str = include_str!("../../../data/utterances/table.tsv");
/// A recording longer than this is not one of ours, nanoseconds.
const LONGEST: i64 = 600 * SECOND;
/// What is breath before and after an utterance, as a part of its highest sample: a sound begins where it can be heard.
const BREATH: f32 = 0.01;
/// Fades at the ends of an utterance, nanoseconds.
const FADE: i64 = 4 * MILLISECOND;

/// One utterance of one voice at one speed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Clip {
    pub(super) voice: &'static str,
    pub(super) speed: &'static str,
    wake: bool,
    first: usize,
    samples: usize,
    pub(super) text: &'static str,
}

impl Clip {
    /// What is said, by whom and how fast.
    pub(super) fn source(&self) -> Source {
        Source::Utterance { text: self.text.to_owned(), voice: self.voice.to_owned(), speed: self.speed.to_owned() }
    }
}

/// The utterances, decoded when they are first needed.
#[derive(Default)]
pub(super) struct Shipped {
    clips: Vec<Clip>,
    decoded: Mutex<BTreeMap<&'static str, Arc<Pcm>>>,
}

impl std::fmt::Debug for Shipped {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Shipped({} utterances)", self.clips.len())
    }
}

impl Shipped {
    pub(super) fn new() -> Result<Self, Trouble> {
        let clip = |line: &'static str| {
            let mut fields = line.split('\t');
            let (voice, speed, kind) = (fields.next()?, fields.next()?, fields.next()?);
            let (first, samples) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
            Some(Clip { voice, speed, wake: kind == "wake", first, samples, text: fields.next()? })
        };
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        let clips = lines.map(|line| clip(line).ok_or_else(|| Trouble::Shipped(format!("line {line:?} of the table"))));
        Ok(Self { clips: clips.collect::<Result<_, _>>()?, decoded: Mutex::default() })
    }

    /// The utterances of a wake word.
    pub(super) fn wake(&self, word: &str) -> impl Iterator<Item = &Clip> {
        self.clips.iter().filter(move |clip| clip.wake && clip.text == word)
    }

    /// A text as a voice says it at a speed.
    pub(super) fn said(&self, text: &str, voice: &str, speed: &str) -> Option<&Clip> {
        self.clips.iter().find(|clip| (clip.text, clip.voice, clip.speed) == (text, voice, speed))
    }

    /// The questions of a voice.
    pub(super) fn questions(&self, voice: &str) -> Vec<&Clip> {
        self.clips.iter().filter(|clip| !clip.wake && clip.voice == voice).collect()
    }

    /// The voices that ask questions.
    pub(super) fn voices(&self) -> Vec<&'static str> {
        let mut voices: Vec<_> = self.clips.iter().filter(|clip| !clip.wake).map(|clip| clip.voice).collect();
        voices.dedup();
        voices
    }

    /// An utterance at [`RATE`] and its level.
    pub(super) fn render(&self, clip: &Clip) -> Result<Pcm, Trouble> {
        let wrong = |why: String| Trouble::Shipped(format!("{}: {why}", clip.voice));
        let whole = self.voice(clip.voice)?;
        let part = whole.samples.get(clip.first..clip.first.saturating_add(clip.samples));
        let part = part.ok_or_else(|| wrong("it is shorter than the table says".to_owned()))?;
        let spoken = shape::trimmed(&Pcm { rate: whole.rate, samples: part.to_vec() }, BREATH);
        let mut sound = resampled(&spoken, RATE).map_err(wrong)?;
        level::scale(&mut sound, LEVEL, CEILING);
        shape::fade(&mut sound, FADE);
        Ok(sound)
    }

    fn voice(&self, name: &'static str) -> Result<Arc<Pcm>, Trouble> {
        let mut decoded = self.decoded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = decoded.get(name) {
            return Ok(Arc::clone(known));
        }
        let wrong = |why: String| Trouble::Shipped(format!("{name}: {why}"));
        let (_, octets) = VOICES.iter().find(|(voice, _)| *voice == name).ok_or_else(|| wrong("no such voice".to_owned()))?;
        let sound = Arc::new(decode(Box::new(Cursor::new(*octets)), LONGEST).map_err(wrong)?);
        decoded.insert(name, Arc::clone(&sound));
        Ok(sound)
    }
}

#[cfg(test)]
mod tests;
