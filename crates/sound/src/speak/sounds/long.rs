//! A script of any length, piece by piece: a night of music, a recording of hours.
//!
//! Words are rendered before it begins and held; noises and music are a minute on repeat; recordings are decoded and resampled while they sound.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use earwitness_core::lot::{Lot, Stream};
use earwitness_core::probe::Stimulus;
use earwitness_core::sound::{Pcm, level, samples_in, shape};
use earwitness_core::time::SECOND;
use earwitness_core::timeline::{self, MOST_SEGMENTS, NoiseKind, Part, Script, Source};

use super::composed::What;
use super::name::Name;
use super::recording::{Known, Played};
use super::sent::{Planned, Sent};
use super::{CEILING, FADE, LEVEL, LONGEST, Library, RATE, TURN, Trouble, turn};
use crate::speak::stream::{Loudness, Samples, nanos};

/// The most words that are held, samples: four minutes, 46 MB.
const MOST_WORDS: usize = 240 * RATE as usize;
/// Noises that are made before the sound begins and held; others are made, and made again, when their part begins.
const MOST_NOISES: usize = 3;
/// Samples of a piece.
const PIECE: u64 = 8_192;

/// A script that is ready to sound.
pub struct Long {
    parts: Vec<Laid>,
    loudness: Loudness,
    /// The part that sounds, how many of its samples are done, and where they come from.
    at: usize,
    done: u64,
    open: Open,
}

/// A part with its place in memory or on the disk.
struct Laid {
    planned: Planned,
    content: Content,
}

enum Content {
    Quiet,
    /// Samples, again and again.
    Held(Arc<Pcm>),
    /// A noise that is made when its part begins.
    Noise(NoiseKind, u64),
    File(PathBuf, Known),
}

/// Where the samples of the part that sounds come from.
enum Open {
    /// It has not begun.
    Not,
    Quiet,
    Turning(Arc<Pcm>),
    File(Box<Played>),
}

impl Library {
    /// A script of any length up to a day: what it plays comes piece by piece from little memory. The same lot and number give the same sound; all parts
    /// that can be heard have one level, a recording that of the first minute in which something can be heard.
    ///
    /// # Errors
    /// [`Trouble`]: forbidden phrases, recordings that cannot be read, texts that nobody can say, and more words than four minutes.
    pub fn long(&self, script: &Script, lot: &Lot, number: u64) -> Result<Long, Trouble> {
        self.harmless(script)?;
        let mut chance = lot.stream("sound", number);
        let mut laying = Laying::default();
        for part in script.parts() {
            self.lay(part, &mut chance, &mut laying)?;
            if laying.parts.len() > MOST_SEGMENTS {
                return Err(Trouble::Script(format!(
                    "the script has more than {MOST_SEGMENTS} parts, repetitions counted: give longer texts or recordings"
                )));
            }
        }
        let Laying { parts, loudness, .. } = laying;
        let length = nanos(parts.iter().map(|part| part.planned.samples).sum(), RATE);
        if length > timeline::LONGEST {
            return Err(Trouble::Script(format!(
                "the script is {} h long: no sound may be longer than {} h",
                length / SECOND / 3_600,
                timeline::LONGEST / SECOND / 3_600
            )));
        }
        let silent = Loudness { level: level::SILENCE, peak: level::SILENCE, whole: true };
        Ok(Long { parts, loudness: loudness.unwrap_or(silent), at: 0, done: 0, open: Open::Not })
    }

    /// The script of a stimulus, where it lasts longer than what is rendered at once.
    ///
    /// # Errors
    /// As [`Self::long`], and where there is no script of this name.
    pub fn longer(&self, stimulus: &Stimulus, lot: &Lot, number: u64) -> Result<Option<Long>, Trouble> {
        let Name::Script(name) = Name::parse(&stimulus.name)? else { return Ok(None) };
        let script = self.scripts.get(&name).ok_or_else(|| Trouble::Unknown(stimulus.name.clone()))?;
        let long = self.long(script, lot, number)?;
        Ok((long.length() > LONGEST).then_some(long))
    }

    fn lay(&self, part: &Part, chance: &mut Stream, laying: &mut Laying) -> Result<(), Trouble> {
        match part {
            Part::Silence(length) => laying.quiet(*length, What::Silence),
            Part::Gap(length) => laying.quiet(*length, What::Gap),
            Part::Utterance { text, voice, length } => {
                let (mut words, source) = self.utterance(text, voice.as_ref(), chance)?;
                level::scale(&mut words, LEVEL, CEILING);
                let words = laying.hold(words, &source)?;
                let own = words.samples.len() as u64;
                let mut left = length.map_or(own, |length| samples_in(length, RATE) as u64);
                while left > 0 && own > 0 && laying.parts.len() <= MOST_SEGMENTS {
                    let samples = left.min(own);
                    laying.push(samples, What::Sound(source.clone(), words.samples.len()), Content::Held(Arc::clone(&words)));
                    left -= samples;
                }
            }
            Part::File { name, length } => {
                let path = self.path(Path::new(name));
                let known = Known::of(&path, *length)?;
                laying.hear(Loudness { level: known.level, peak: known.peak, whole: known.whole });
                let source = Source::File { name: name.clone() };
                laying.push(known.samples, What::Sound(source, size(known.all)), Content::File(path, known));
            }
            Part::Noise { kind, length, seed } => {
                let (kind, seed) = (*kind, seed.unwrap_or_else(|| chance.word()));
                let count = samples_in(*length, RATE) as u64;
                let content = if laying.noises < MOST_NOISES {
                    laying.noises += 1;
                    let sound = rendered(kind, seed, count);
                    laying.hear(measured(&sound));
                    Content::Held(Arc::new(sound))
                } else {
                    laying.hear(Loudness { level: LEVEL, peak: LEVEL, whole: false });
                    Content::Noise(kind, seed)
                };
                laying.push(count, What::Sound(Source::Noise { kind, seed }, size(count)), content);
            }
        }
        Ok(())
    }
}

/// What a noise repeats, at its level.
fn rendered(kind: NoiseKind, seed: u64, count: u64) -> Pcm {
    let mut sound = turn(kind, seed, count);
    level::scale(&mut sound, LEVEL, CEILING);
    sound
}

fn measured(sound: &Pcm) -> Loudness {
    Loudness { level: level::active(sound), peak: level::peak(&sound.samples), whole: true }
}

fn size(samples: u64) -> usize {
    usize::try_from(samples).unwrap_or(usize::MAX)
}

/// Parts that are being laid end to end.
#[derive(Default)]
struct Laying {
    parts: Vec<Laid>,
    loudness: Option<Loudness>,
    words: Vec<(Source, Arc<Pcm>)>,
    noises: usize,
}

impl Laying {
    fn push(&mut self, samples: u64, what: What, content: Content) {
        if samples > 0 {
            self.parts.push(Laid { planned: Planned { samples, what }, content });
        }
    }

    fn quiet(&mut self, length: i64, what: What) {
        self.push(samples_in(length, RATE) as u64, what, Content::Quiet);
    }

    /// The loudest of all parts decides.
    fn hear(&mut self, part: Loudness) {
        self.loudness = Some(self.loudness.map_or(part, |all| Loudness {
            level: all.level.max(part.level),
            peak: all.peak.max(part.peak),
            whole: all.whole && part.whole,
        }));
    }

    /// Words, held once however often the same voice says them.
    fn hold(&mut self, words: Pcm, source: &Source) -> Result<Arc<Pcm>, Trouble> {
        if let Some((_, held)) = self.words.iter().find(|(known, held)| known == source && **held == words) {
            return Ok(Arc::clone(held));
        }
        self.hear(measured(&words));
        let held: usize = self.words.iter().map(|(_, held)| held.samples.len()).sum();
        if held + words.samples.len() > MOST_WORDS {
            return Err(Trouble::Script(format!(
                "the texts of the script are more than {} s of different words: play some of them as recordings",
                MOST_WORDS / RATE as usize
            )));
        }
        let words = Arc::new(words);
        self.words.push((source.clone(), Arc::clone(&words)));
        Ok(words)
    }
}

impl Long {
    /// An account of it, which takes what sounded and says what that was.
    #[must_use]
    pub fn account(&self) -> Sent {
        let rate = NonZeroU32::new(RATE).unwrap_or(NonZeroU32::MIN);
        Sent::new(rate, self.parts.iter().map(|part| part.planned.clone()).collect())
    }

    /// How long it is, nanoseconds.
    #[must_use]
    pub fn length(&self) -> i64 {
        nanos(self.total(), RATE)
    }
}

impl Laid {
    fn begin(&self) -> Result<Open, String> {
        Ok(match &self.content {
            Content::Quiet => Open::Quiet,
            Content::Held(sound) => Open::Turning(Arc::clone(sound)),
            Content::Noise(kind, seed) => Open::Turning(Arc::new(rendered(*kind, *seed, self.planned.samples))),
            Content::File(path, known) => Open::File(Box::new(Played::open(path, known)?)),
        })
    }

    /// Samples over which its end fades: where it is cut, and where a noise that has no end does.
    fn fade(&self) -> u64 {
        let What::Sound(_, whole) = &self.planned.what else { return 0 };
        let endless = matches!(&self.planned.what, What::Sound(Source::Noise { .. }, whole) if *whole > TURN);
        let cut = self.planned.samples < *whole as u64 || endless;
        if cut { (samples_in(FADE, RATE) as u64).min(self.planned.samples) } else { 0 }
    }
}

impl Samples for Long {
    fn rate(&self) -> u32 {
        RATE
    }

    fn total(&self) -> u64 {
        self.parts.iter().map(|part| part.planned.samples).sum()
    }

    fn loudness(&self) -> Loudness {
        self.loudness
    }

    fn next(&mut self) -> Result<Vec<f32>, String> {
        let part = loop {
            let Some(part) = self.parts.get(self.at) else { return Ok(Vec::new()) };
            if self.done < part.planned.samples {
                break part;
            }
            (self.at, self.done, self.open) = (self.at + 1, 0, Open::Not);
        };
        if let Open::Not = self.open {
            self.open = part.begin()?;
        }
        let count = size((part.planned.samples - self.done).min(PIECE));
        let mut piece = match (&mut self.open, &part.content) {
            (Open::Turning(sound), _) => repeated(&sound.samples, self.done, count),
            (Open::File(played), Content::File(path, _)) => played.next(path)?,
            _ => vec![0.0; count],
        };
        let ramp = part.fade();
        for (place, sample) in (self.done..).zip(&mut piece).skip_while(|(place, _)| place + ramp < part.planned.samples) {
            *sample *= shape::raised_cosine(size(part.planned.samples - 1 - place), size(ramp));
        }
        self.done += piece.len() as u64;
        Ok(piece)
    }
}

/// So many samples from this place on of a sound that begins again when it is over.
fn repeated(sound: &[f32], from: u64, count: usize) -> Vec<f32> {
    let mut piece = Vec::with_capacity(count);
    let mut at = size(from.checked_rem(sound.len() as u64).unwrap_or(0));
    while piece.len() < count && !sound.is_empty() {
        let rest = sound.get(at..).unwrap_or_default();
        piece.extend(rest.iter().take(count - piece.len()));
        at = 0;
    }
    piece
}

#[cfg(test)]
mod tests;
