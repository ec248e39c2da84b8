//! Several sounds in one slot, one after the other.

use earwitness_core::lot::Stream;
use earwitness_core::probe::SoundKind;
use earwitness_core::sound::level;
use earwitness_core::time::MILLISECOND;

use super::composed::Composed;
use super::name::Name;
use super::{CEILING, FADE, LEVEL, LONGEST, Library, RATE, Trouble};

/// How long a noise or a piece of music sounds, nanoseconds: long enough for what listens to noises.
const NOISE: i64 = 1_200 * MILLISECOND;
/// The pause after each sound, nanoseconds: engines take up to half a second to notice a word, and by the pause it is clear which one they noticed.
const PAUSE: i64 = 900 * MILLISECOND;
/// The longest shipped wake word and the longest shipped question, nanoseconds; a test holds them to the table.
const LONGEST_WAKE: i64 = 1_650 * MILLISECOND;
const LONGEST_QUESTION: i64 = 2_250 * MILLISECOND;

/// Where a sound stands in a row. Noises come first, because what is set off by them records for a while before it sends; wake words last, so that no text that somebody
/// wrote follows one: what is harmless by itself may be an order to a device that was called.
fn place(name: &Name) -> u8 {
    match name {
        Name::Wake(_) => 2,
        _ if name.kind() == SoundKind::Speech => 1,
        _ => 0,
    }
}

impl Library {
    /// Each sound once, wake words without a question; in what order, those of one kind, is drawn by lot.
    pub(super) fn row(&self, parts: &[Name], chance: &mut Stream) -> Result<Composed, Trouble> {
        let mut order: Vec<&Name> = parts.iter().collect();
        chance.shuffle(&mut order);
        order.sort_by_key(|name| place(name));
        let mut row = Composed::new(RATE);
        for name in order {
            let mut part = match name {
                Name::Wake(word) => self.one(&self.shipped.wake(word).collect::<Vec<_>>(), chance)?,
                Name::Speech => {
                    let voices = self.shipped.voices();
                    self.one(&voices.iter().flat_map(|voice| self.shipped.questions(voice)).collect::<Vec<_>>(), chance)?
                }
                _ => {
                    let (mut sound, whole) = self.sound(name, NOISE, chance)?;
                    if !whole {
                        sound.cut(NOISE, FADE);
                    }
                    sound
                }
            };
            level::scale(&mut part.sound, LEVEL, CEILING);
            row.append(part);
            row.gap(PAUSE);
        }
        if row.length() > LONGEST {
            return Err(Trouble::TooLong { name: "all sounds in a row".to_owned(), words: row.length(), slot: LONGEST });
        }
        Ok(row)
    }

    /// How long these sounds take at most in a row, nanoseconds.
    pub(super) fn longest(&self, parts: &[Name]) -> Result<i64, Trouble> {
        parts.iter().try_fold(0_i64, |sum, name| {
            let own = match name {
                Name::Wake(_) => LONGEST_WAKE,
                Name::Speech => LONGEST_QUESTION,
                _ => self.words(name)?.max(NOISE),
            };
            Ok(sum.saturating_add(own).saturating_add(PAUSE))
        })
    }

    fn one(&self, clips: &[&super::shipped::Clip], chance: &mut Stream) -> Result<Composed, Trouble> {
        let drawn = usize::try_from(chance.below(clips.len().max(1) as u64)).unwrap_or(0);
        let clip = clips.get(drawn).ok_or_else(|| Trouble::Shipped("no utterance".to_owned()))?;
        Ok(Composed::of(self.shipped.render(clip)?, clip.source()))
    }
}

#[cfg(test)]
mod tests {
    use earwitness_core::lot::Lot;
    use earwitness_core::probe::Stimulus;
    use earwitness_core::time::SECOND;
    use earwitness_core::timeline::{Content, Source};

    use super::super::SoundSettings;
    use super::*;

    fn usual() -> (Library, Stimulus) {
        let library = Library::new(&SoundSettings::default()).unwrap();
        let sounds = ["alexa", "hey-google", "hey-siri", "speech", "glass"].map(|name| library.stimulus(name).unwrap());
        let row = library.stimulus(&Stimulus::row(&sounds).unwrap().name).unwrap();
        (library, row)
    }

    #[test]
    fn each_sound_comes_once_noises_first_and_wake_words_last() {
        let (library, row) = usual();
        let mut orders = std::collections::BTreeSet::new();
        for number in 0..12 {
            let composed = library.compose(&row, SECOND, &Lot::new(3), number).unwrap();
            let sent: Vec<i16> = composed.sound.samples.iter().map(|_| 1).collect();
            let timeline = composed.timeline(&sent).unwrap().unwrap();
            let said = timeline.segments().iter().filter_map(|segment| match segment.content() {
                Content::Sound(sound) => Some(match &sound.source {
                    Source::Utterance { text, .. } => text.clone(),
                    _ => "noise".to_owned(),
                }),
                _ => None,
            });
            let said: Vec<String> = said.collect();
            let [noise, question, words @ ..] = said.as_slice() else { panic!("{said:?}") };
            assert!(noise == "noise" && question.contains(' '), "{said:?}");
            let mut sorted = words.to_vec();
            sorted.sort();
            assert_eq!(sorted, ["alexa", "hey google", "hey siri"]);
            orders.insert(words.to_vec());
        }
        assert!(orders.len() > 2, "{orders:?}");
    }

    #[test]
    fn a_row_is_about_as_long_as_is_reckoned_and_never_longer_than_said() {
        let (library, row) = usual();
        let most = library.words(&Name::parse(&row.name).unwrap()).unwrap();
        let lengths: Vec<i64> = (0..40).map(|it| library.compose(&row, 0, &Lot::new(5), it).unwrap().sound.length()).collect();
        let mean = lengths.iter().sum::<i64>() / 40;
        assert!((mean - row.length(0)).abs() < SECOND, "{mean} ns on average, reckoned with {}", row.length(0));
        assert!(lengths.iter().all(|length| *length <= most), "{lengths:?} {most}");
        assert!(library.fits(&row, most).is_ok() && library.fits(&row, most - 1).is_err());
    }

    #[test]
    fn no_shipped_utterance_is_longer_than_is_reckoned() {
        let shipped = super::super::Shipped::new().unwrap();
        for (name, word) in super::super::WAKE_WORDS {
            assert!(shipped.wake(word).all(|clip| shipped.render(clip).unwrap().length() <= LONGEST_WAKE), "{name}");
        }
        for voice in shipped.voices() {
            assert!(
                shipped.questions(voice).iter().all(|clip| shipped.render(clip).unwrap().length() <= LONGEST_QUESTION),
                "{voice}"
            );
        }
    }

    #[test]
    fn a_row_holds_no_row_and_nothing_that_is_unknown_or_forbidden() {
        let (library, _) = usual();
        for name in ["row:", "row:alexa|row:glass", "row:alexa|script:x", "row:alexa|hal"] {
            assert!(matches!(library.stimulus(name), Err(Trouble::Unknown(_))), "{name}");
        }
        assert!(matches!(library.stimulus("row:alexa|say:open the door"), Err(Trouble::Forbidden { .. })));
    }
}
