//! Names of sounds, as they stand in settings and logs.

use std::path::PathBuf;

use earwitness_core::probe::{SoundKind, Stimulus, is_row};
use earwitness_core::timeline::{Decibels, NoiseKind, Voice};

use super::Trouble;

/// Wake words of the shipped utterances: the name of the sound, and what is said.
pub const WAKE_WORDS: &[(&str, &str)] = &[
    ("alexa", "alexa"),
    ("echo", "echo"),
    ("computer", "computer"),
    ("amazon", "amazon"),
    ("hey-google", "hey google"),
    ("ok-google", "ok google"),
    ("hey-siri", "hey siri"),
    ("hey-jarvis", "hey jarvis"),
    ("jarvis", "jarvis"),
    ("okay-nabu", "okay nabu"),
    ("hey-mycroft", "hey mycroft"),
    ("hi-bixby", "hi bixby"),
    ("hey-cortana", "hey cortana"),
];

/// The faintest a text is said, decibels below the loudspeaker's level.
const FAINTEST: f64 = 60.0;

/// A sound that has a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    /// Its name; one that ends with a colon is continued by a path or a text.
    pub name: &'static str,
    /// What kind of sound it is.
    pub kind: SoundKind,
    /// What is heard.
    pub about: &'static str,
}

/// The sounds besides wake words.
const OTHERS: &[Known] = &[
    Known { name: "speech", kind: SoundKind::Speech, about: "harmless questions, without a wake word" },
    Known { name: "glass", kind: SoundKind::Noise, about: "breaking glass" },
    Known { name: "bark", kind: SoundKind::Noise, about: "a barking dog" },
    Known { name: "pink-noise", kind: SoundKind::Noise, about: "a rush, as much power in every octave" },
    Known { name: "tone", kind: SoundKind::Noise, about: "a tone of 1 kHz that wanders a little" },
    Known { name: "sweep", kind: SoundKind::Noise, about: "a tone that rises from 100 Hz to 7 kHz" },
    Known { name: "music", kind: SoundKind::Music, about: "an instrumental piece, made by this program" },
    Known { name: "file:", kind: SoundKind::Speech, about: "a recording of speech" },
    Known { name: "music:", kind: SoundKind::Music, about: "a recording of music or film" },
    Known { name: "noise:", kind: SoundKind::Noise, about: "a recording of a noise" },
    Known { name: "say:", kind: SoundKind::Speech, about: "any text, said by espeak-ng or piper" },
];

/// All names.
pub fn known() -> impl Iterator<Item = Known> {
    let about = "the wake word, a pause, and harmless questions";
    let wake = WAKE_WORDS.iter().map(move |&(name, _)| Known { name, kind: SoundKind::Speech, about });
    wake.chain(OTHERS.iter().cloned())
}

/// A name that was understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Name {
    /// A wake word, as it is said.
    Wake(&'static str),
    Speech,
    Noise(NoiseKind),
    File(PathBuf, SoundKind),
    Say(String),
    /// A text in a voice that is named, at a speed, and so many hundredths of a decibel below the loudspeaker's level.
    SayAs(Voice, i32, String),
    /// What an experiment wrote down under this name.
    Script(String),
    /// Several sounds, one after the other.
    Row(Vec<Self>),
}

impl Name {
    /// Understands a name. Wake words may be written with spaces, and in any case.
    pub(super) fn parse(name: &str) -> Result<Self, Trouble> {
        let unknown = || Trouble::Unknown(name.to_owned());
        if is_row(name) {
            let stimulus = Stimulus { name: name.to_owned(), kind: SoundKind::Speech };
            let parts = stimulus.parts().map(Self::parse).collect::<Result<Vec<_>, _>>()?;
            // All sounds of a row have one level.
            let single = |it: &Self| !matches!(it, Self::Row(_) | Self::Script(_)) && it.below() == 0;
            return if parts.iter().all(single) { Ok(Self::Row(parts)) } else { Err(unknown()) };
        }
        if let Some((kind, rest)) = name.split_once(':') {
            if rest.trim().is_empty() {
                return Err(unknown());
            }
            let file = |kind| Ok(Self::File(PathBuf::from(rest), kind));
            return match kind {
                "file" => file(SoundKind::Speech),
                "music" => file(SoundKind::Music),
                "noise" => file(SoundKind::Noise),
                "say" => Ok(Self::Say(rest.trim().to_owned())),
                "say-as" => Self::said_as(rest).ok_or_else(unknown),
                "script" => Ok(Self::Script(rest.trim().to_owned())),
                _ => Err(unknown()),
            };
        }
        let plain = name.trim().to_lowercase().replace([' ', '_'], "-");
        Ok(match plain.as_str() {
            "speech" => Self::Speech,
            "glass" => Self::Noise(NoiseKind::Glass),
            "bark" => Self::Noise(NoiseKind::Bark),
            "pink-noise" => Self::Noise(NoiseKind::Pink),
            "tone" => Self::Noise(NoiseKind::Tone),
            "sweep" => Self::Noise(NoiseKind::Sweep),
            "music" => Self::Noise(NoiseKind::Music),
            word => Self::Wake(WAKE_WORDS.iter().find(|(name, _)| *name == word).ok_or_else(unknown)?.1),
        })
    }

    /// `VOICE@SPEED:TEXT`, or `VOICE@SPEED@-6:TEXT`.
    fn said_as(rest: &str) -> Option<Self> {
        let (voice, text) = rest.split_once(':')?;
        let (name, speed) = voice.split_once('@')?;
        let (speed, level) = speed.split_once('@').map_or((speed, None), |(speed, level)| (speed, Some(level)));
        let level = match level {
            Some(level) => Some(level.trim().parse::<f64>().ok().filter(|it| (-FAINTEST..=0.0).contains(it))?),
            None => None,
        };
        let voice = Voice { name: name.trim().to_owned(), speed: speed.trim().to_owned() };
        let below = -Decibels::nearest(level.unwrap_or(0.0)).hundredths();
        (!text.trim().is_empty()).then(|| Self::SayAs(voice, below, text.trim().to_owned()))
    }

    /// How far below the loudspeaker's level it is played, hundredths of a decibel.
    pub(super) fn below(&self) -> i32 {
        if let Self::SayAs(_, below, _) = self { *below } else { 0 }
    }

    pub(super) fn kind(&self) -> SoundKind {
        match self {
            Self::Wake(_) | Self::Speech | Self::Say(_) | Self::SayAs(..) | Self::Script(_) => SoundKind::Speech,
            Self::File(_, kind) => *kind,
            Self::Noise(NoiseKind::Music) => SoundKind::Music,
            Self::Noise(_) => SoundKind::Noise,
            Self::Row(parts) => {
                let kinds = || parts.iter().map(Self::kind);
                kinds().find(|kind| *kind == SoundKind::Speech).or_else(|| kinds().next()).unwrap_or(SoundKind::Speech)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_name_is_understood_as_its_kind() {
        for known in known() {
            let name = if known.name.ends_with(':') { format!("{}x", known.name) } else { known.name.to_owned() };
            assert_eq!(Name::parse(&name).unwrap().kind(), known.kind, "{name}");
        }
    }

    #[test]
    fn wake_words_may_be_written_as_they_are_said() {
        assert_eq!(Name::parse("Hey Google"), Ok(Name::Wake("hey google")));
        assert_eq!(Name::parse("ok_google"), Ok(Name::Wake("ok google")));
    }

    #[test]
    fn a_voice_may_be_named_with_a_text() {
        let voice = Voice { name: "en-us+f3".into(), speed: "175".into() };
        let said = |below| Ok(Name::SayAs(voice.clone(), below, "come pewter".into()));
        assert_eq!(Name::parse("say-as:en-us+f3@175:come pewter"), said(0));
        assert_eq!(Name::parse("say-as:en-us+f3@175@-6.5:come pewter"), said(650));
    }

    #[test]
    fn an_unknown_name_is_told_what_there_is() {
        for wrong in [
            "",
            "hal",
            "say:",
            "file: ",
            "shout:fire",
            "say-as:en@160",
            "say-as:en:hello",
            "say-as:en@160: ",
            "say-as:en@160@6:hello",
            "say-as:en@160@x:hello",
        ] {
            let text = Name::parse(wrong).unwrap_err().to_string();
            assert!(text.contains("alexa") && text.contains("pink-noise") && text.contains("say:"), "{wrong}: {text}");
        }
    }
}
