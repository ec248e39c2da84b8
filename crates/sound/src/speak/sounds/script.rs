//! What an experiment wrote down, rendered: parts laid end to end; only texts and recordings of a given length are cut.

use std::path::Path;

use earwitness_core::lot::Stream;
use earwitness_core::sound::{Pcm, level, samples_in};
use earwitness_core::timeline::{Part, Script, Source, Voice};

use super::composed::Composed;
use super::{CEILING, LEVEL, LONGEST, Library, RATE, SPREAD, Trouble, compose, decode, noise, synthesis};

impl Library {
    /// Renders the script of this name: all parts that can be heard at one level, gaps to the sample.
    pub(super) fn script(&self, name: &str, chance: &mut Stream) -> Result<Composed, Trouble> {
        let script = self.scripts.get(name).ok_or_else(|| Trouble::Unknown(format!("script:{name}")))?;
        self.harmless(script)?;
        let mut all = Composed::new(RATE);
        for part in script.parts() {
            if let Part::Utterance { length: Some(long), .. } | Part::Noise { length: long, .. } = part
                && *long > LONGEST
            {
                return Err(Trouble::TooLong { name: format!("script:{name}"), words: *long, slot: LONGEST });
            }
            let (mut sound, source) = match part {
                Part::Silence(length) => {
                    all.silence(*length);
                    continue;
                }
                Part::Gap(length) => {
                    all.gap(*length);
                    continue;
                }
                Part::Utterance { text, voice, length } => {
                    let (mut words, source) = self.utterance(text, voice.as_ref(), chance)?;
                    if let Some(length) = length {
                        level::scale(&mut words, LEVEL, CEILING);
                        all.append(compose::exactly(&words, &source, *length));
                        continue;
                    }
                    (words, source)
                }
                Part::File { name, length } => {
                    (decode::file(&self.path(Path::new(name)), length.unwrap_or(LONGEST))?, Source::File { name: name.clone() })
                }
                Part::Noise { kind, length, seed } => {
                    let (kind, seed) = (*kind, seed.unwrap_or_else(|| chance.word()));
                    (noise(kind, seed, samples_in(*length, RATE)), Source::Noise { kind, seed })
                }
            };
            level::scale(&mut sound, LEVEL, CEILING);
            all.push(&sound, source);
        }
        if all.length() > LONGEST {
            return Err(Trouble::TooLong { name: format!("script:{name}"), words: all.length(), slot: LONGEST });
        }
        Ok(all)
    }

    /// How long the script takes in the slowest voices that may be drawn, nanoseconds.
    pub(super) fn slowest(&self, name: &str) -> Result<i64, Trouble> {
        let script = self.scripts.get(name).ok_or_else(|| Trouble::Unknown(format!("script:{name}")))?;
        let mut whole = 0_i64;
        for part in script.parts() {
            let length = match part {
                Part::Silence(length)
                | Part::Gap(length)
                | Part::Noise { length, .. }
                | Part::Utterance { length: Some(length), .. } => *length,
                Part::Utterance { text, voice: None, .. } => {
                    synthesis::slowest(&self.settings, text)?.saturating_mul(SPREAD.0) / SPREAD.1
                }
                Part::Utterance { text, voice: Some(voice), .. } => self.voiced(text, voice)?.length(),
                Part::File { name, length } => decode::file(&self.path(Path::new(name)), length.unwrap_or(LONGEST))?.length(),
            };
            whole = whole.saturating_add(length);
        }
        Ok(whole)
    }

    /// No text, and no two that follow one another, may hold a phrase that is forbidden.
    pub(super) fn harmless(&self, script: &Script) -> Result<(), Trouble> {
        let texts = script
            .parts()
            .iter()
            .filter_map(|part| if let Part::Utterance { text, .. } = part { Some(text.as_str()) } else { None });
        self.permitted(&texts.collect::<Vec<_>>().join(" "))
    }

    pub(super) fn utterance(&self, text: &str, voice: Option<&Voice>, chance: &mut Stream) -> Result<(Pcm, Source), Trouble> {
        let Some(voice) = voice else { return synthesis::say(&self.settings, text, chance) };
        let source = Source::Utterance { text: text.to_owned(), voice: voice.name.clone(), speed: voice.speed.clone() };
        Ok((self.voiced(text, voice)?, source))
    }

    /// A text in a voice that was named: one that comes with the program if it says this text, else one of espeak-ng.
    pub(super) fn voiced(&self, text: &str, Voice { name, speed }: &Voice) -> Result<Pcm, Trouble> {
        match self.shipped.said(text, name, speed) {
            Some(clip) => self.shipped.render(clip),
            None => synthesis::say_as(&self.settings, text, name, speed),
        }
    }
}

#[cfg(test)]
mod tests {
    use earwitness_core::lot::Lot;
    use earwitness_core::probe::{SoundKind, Stimulus};
    use earwitness_core::time::SECOND;
    use earwitness_core::timeline::{Content, NoiseKind};

    use super::super::SoundSettings;
    use super::*;

    fn library(parts: Vec<Part>) -> Library {
        let scripts = [("probe".to_owned(), Script::new(parts).unwrap())].into();
        Library::new(&SoundSettings::default()).unwrap().with_scripts(scripts)
    }

    fn said(text: &str) -> Part {
        let shipped = super::super::shipped::Shipped::new().unwrap();
        let clip = shipped.wake(text).next().unwrap().source();
        let Source::Utterance { voice: name, speed, .. } = clip else { panic!("{clip:?}") };
        Part::Utterance { text: text.into(), voice: Some(Voice { name, speed }), length: None }
    }

    #[test]
    fn speech_of_a_given_length_is_exact_and_says_that_it_was_cut() {
        let Part::Utterance { text, voice, .. } = said("alexa") else { panic!("no utterance") };
        let length = Some(5 * SECOND / 2);
        let library = library(vec![said("computer"), Part::Gap(SECOND / 5), Part::Utterance { text, voice, length }]);
        let stimulus = library.stimulus("script:probe").unwrap();
        let composed = library.compose(&stimulus, SECOND, &Lot::new(1), 0).unwrap();
        let sent: Vec<i16> = composed.sound.samples.iter().map(|&sample| crate::speak::to_16_bits(sample)).collect();
        let timeline = composed.timeline(&sent).unwrap().unwrap();
        let (_, _, postfix) = match timeline.segments() {
            [command, gap, postfix @ ..] => (command, gap, postfix),
            few => panic!("{few:?}"),
        };
        assert_eq!(postfix.iter().map(earwitness_core::timeline::Segment::samples).sum::<u64>(), 120_000);
        assert!(postfix.len() > 1 && postfix.iter().filter(|it| it.is_cut()).count() <= 1, "{postfix:?}");
        assert_eq!(library.slowest("probe").unwrap(), composed.sound.length());
    }

    #[test]
    fn what_cannot_be_held_in_memory_is_refused_before_it_is_made() {
        let night = Part::Noise { kind: NoiseKind::Music, length: 8 * 3_600 * SECOND, seed: Some(1) };
        let library = library(vec![night]);
        let refused = library.stimulus("script:probe").unwrap_err().to_string();
        assert!(refused.contains("28800 s"), "{refused}");
    }

    #[test]
    fn a_script_sounds_as_it_is_written_to_the_sample() {
        let gap = 300_000_000;
        let noise = Part::Noise { kind: NoiseKind::Pink, length: SECOND / 2, seed: None };
        let library = library(vec![said("alexa"), Part::Gap(gap), noise, Part::Silence(SECOND / 10), said("computer")]);
        let stimulus = library.stimulus("script:probe").unwrap();
        let composed = library.compose(&stimulus, SECOND / 10, &Lot::new(1), 0).unwrap();
        let sent: Vec<i16> = composed.sound.samples.iter().map(|&sample| crate::speak::to_16_bits(sample)).collect();
        let timeline = composed.timeline(&sent).unwrap().unwrap();
        let [first, pause, rush, silence, last] = timeline.segments() else { panic!("{timeline:?}") };
        assert_eq!((pause.samples(), rush.samples(), silence.samples()), (14_400, 24_000, 4_800));
        assert!(matches!((pause.content(), silence.content()), (Content::Gap, Content::Silence)));
        for (segment, text) in [(first, "alexa"), (last, "computer")] {
            let Content::Sound(sound) = segment.content() else { panic!("{segment:?}") };
            assert!(matches!(&sound.source, Source::Utterance { text: it, .. } if it == text) && !segment.is_cut(), "{sound:?}");
            assert!((-2_600..=-2_000).contains(&sound.level.hundredths()), "{sound:?}");
        }
        assert!(library.fits(&stimulus, composed.sound.length()).is_ok());
        let error = library.fits(&stimulus, SECOND).unwrap_err().to_string();
        assert!(error.contains("script:probe") && error.contains("a slot of 1 s"), "{error}");
    }

    #[test]
    fn what_may_not_be_said_is_not_said_in_parts_either() {
        let text = |text: &str| Part::Utterance { text: text.into(), voice: None, length: None };
        let library = library(vec![text("open the"), Part::Gap(1_000_000), text("door")]);
        assert!(matches!(library.stimulus("script:probe"), Err(Trouble::Forbidden { .. })));
        let stimulus = Stimulus { name: "script:other".into(), kind: SoundKind::Speech };
        assert!(
            matches!(library.compose(&stimulus, SECOND, &Lot::new(1), 0), Err(Trouble::Unknown(name)) if name == "script:other")
        );
        for (name, speed) in [("-f/etc/passwd", "160"), ("en", "9"), ("en; rm", "160"), ("en", "fast")] {
            let refused = library.voiced("hello", &Voice { name: name.into(), speed: speed.into() }).unwrap_err().to_string();
            assert!(refused.contains("no voice of espeak-ng"), "{refused}");
        }
    }
}
