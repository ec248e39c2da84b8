//! What is to sound, before anybody has rendered it: how an experiment writes a stimulus down.
//!
//! A script says what is requested. Only a [`super::Timeline`] says what sounded.

use super::bounds::{Fault, LONGEST, LONGEST_TEXT, MOST_SEGMENTS};
use super::segment::NoiseKind;

/// One part of a script; lengths are nanoseconds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// A text.
    Utterance {
        /// What is said.
        text: String,
        /// Who says it and how fast; drawn by lot where nobody is named.
        voice: Option<Voice>,
        /// So much speech exactly: the text again from its beginning where it is shorter, and cut at the end. All of the text, once, where no length is given.
        length: Option<i64>,
    },
    /// A recording.
    File {
        /// Its path.
        name: String,
        /// So much of it at most; all of it where no length is given.
        length: Option<i64>,
    },
    /// A noise or a piece of music of this length, made from a seed.
    Noise {
        /// Which.
        kind: NoiseKind,
        /// How long.
        length: i64,
        /// What it is made from; drawn by lot for each trial where none is given.
        seed: Option<u64>,
    },
    /// Nothing, where an experiment compares it with a sound.
    Silence(i64),
    /// The pause between two sounds.
    Gap(i64),
}

/// A voice at a speed, by the synthesizer's names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Voice {
    /// Its name.
    pub name: String,
    /// How fast it speaks, in its own words.
    pub speed: String,
}

/// Parts laid end to end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Script(Vec<Part>);

impl Script {
    /// A script of these parts, at least one of which is neither silence nor gap.
    ///
    /// # Errors
    /// [`Fault::Segments`]; [`Fault::Text`]; [`Fault::Empty`] for a length of nothing or less, or where nothing sounds; [`Fault::Long`].
    pub fn new(parts: Vec<Part>) -> Result<Self, Fault> {
        if parts.is_empty() || parts.len() > MOST_SEGMENTS {
            return Err(Fault::Segments(parts.len()));
        }
        let (mut whole, mut sounds) = (0_i64, false);
        for part in &parts {
            let (texts, length): ([&str; 3], _) = match part {
                Part::Utterance { text, voice: Some(voice), length } => ([text, &voice.name, &voice.speed], *length),
                Part::Utterance { text, voice: None, length } => ([text; 3], *length),
                Part::File { name, length } => ([name; 3], *length),
                Part::Noise { length, .. } | Part::Silence(length) | Part::Gap(length) => (["-"; 3], Some(*length)),
            };
            if let Some(wrong) = texts.iter().find(|text| text.trim().is_empty() || text.len() > LONGEST_TEXT) {
                return Err(Fault::Text(wrong.len()));
            }
            if length.is_some_and(|length| length <= 0) {
                return Err(Fault::Empty);
            }
            whole = whole.saturating_add(length.unwrap_or(0));
            sounds |= !matches!(part, Part::Silence(_) | Part::Gap(_));
        }
        if whole > LONGEST {
            return Err(Fault::Long);
        }
        if sounds { Ok(Self(parts)) } else { Err(Fault::Empty) }
    }

    /// Its parts in their order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::SECOND;

    #[test]
    fn a_script_that_cannot_sound_is_refused() {
        let said = |text: &str| Part::Utterance { text: text.into(), voice: None, length: None };
        let noise = |length| Part::Noise { kind: NoiseKind::Pink, length, seed: None };
        let script = vec![said("alexa"), Part::Gap(SECOND / 2), noise(SECOND), Part::File { name: "a.wav".into(), length: None }];
        assert_eq!(Script::new(script.clone()).unwrap().parts(), script);
        assert_eq!(Script::new(vec![]), Err(Fault::Segments(0)));
        assert_eq!(Script::new(vec![said(" ")]), Err(Fault::Text(1)));
        assert_eq!(Script::new(vec![noise(0)]), Err(Fault::Empty));
        assert_eq!(Script::new(vec![Part::Gap(SECOND), Part::Silence(SECOND)]), Err(Fault::Empty), "nothing sounds");
        assert_eq!(Script::new(vec![noise(LONGEST), Part::Gap(1)]), Err(Fault::Long));
        let voice = Some(Voice { name: String::new(), speed: "160".into() });
        assert_eq!(Script::new(vec![Part::Utterance { text: "a".into(), voice, length: None }]), Err(Fault::Text(0)));
        let nothing = Part::Utterance { text: "a".into(), voice: None, length: Some(0) };
        assert_eq!(Script::new(vec![nothing]), Err(Fault::Empty));
    }
}
