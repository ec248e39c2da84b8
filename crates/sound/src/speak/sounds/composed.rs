//! A sound as it was composed: its samples, and what each stretch of them is.

use std::num::NonZeroU32;

use earwitness_core::sound::{Pcm, level, samples_in, shape};
use earwitness_core::timeline::{Decibels, Digest, Fault, Segment, Sound, Source, Timeline};

/// Samples, and what they are.
#[derive(Clone, PartialEq, Debug)]
pub struct Composed {
    /// The samples.
    pub sound: Pcm,
    /// How far below the loudspeaker's level it is to be played, hundredths of a decibel.
    pub below: i32,
    /// Stretches without a gap between them, as many samples together as there are.
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Debug)]
struct Part {
    samples: usize,
    what: What,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum What {
    /// A sound, and how many samples all of it has.
    Sound(Source, usize),
    Silence,
    Gap,
}

impl Composed {
    /// Nothing yet.
    pub(super) fn new(rate: u32) -> Self {
        Self { sound: Pcm { rate, samples: Vec::new() }, below: 0, parts: Vec::new() }
    }

    /// One sound.
    pub(super) fn of(sound: Pcm, source: Source) -> Self {
        let samples = sound.samples.len();
        Self { sound, below: 0, parts: vec![Part { samples, what: What::Sound(source, samples) }] }
    }

    /// Appends a sound of the same rate.
    pub(super) fn push(&mut self, sound: &Pcm, source: Source) {
        let samples = sound.samples.len();
        self.sound.samples.extend_from_slice(&sound.samples);
        self.parts.push(Part { samples, what: What::Sound(source, samples) });
    }

    /// Appends what was composed at the same rate.
    pub(super) fn append(&mut self, other: Self) {
        self.sound.samples.extend_from_slice(&other.sound.samples);
        self.parts.extend(other.parts);
    }

    /// Appends a gap of so many nanoseconds.
    pub(super) fn gap(&mut self, nanos: i64) {
        self.quiet(nanos, What::Gap);
    }

    /// Appends so many nanoseconds of silence.
    pub(super) fn silence(&mut self, nanos: i64) {
        self.quiet(nanos, What::Silence);
    }

    fn quiet(&mut self, nanos: i64, what: What) {
        let samples = samples_in(nanos, self.sound.rate);
        shape::append_silence(&mut self.sound, nanos);
        self.parts.push(Part { samples, what });
    }

    /// How long it is, nanoseconds.
    pub(super) fn length(&self) -> i64 {
        self.sound.length()
    }

    /// Cuts it to at most this length, nanoseconds, and lets its end fade.
    pub(super) fn cut(&mut self, nanos: i64, fade: i64) {
        shape::cut(&mut self.sound, nanos, fade);
        let mut left = self.sound.samples.len();
        for part in &mut self.parts {
            part.samples = part.samples.min(left);
            left -= part.samples;
        }
    }

    /// What was sent of it to the loudspeaker, as a timeline; fewer samples where it broke off, none where nothing was sent.
    ///
    /// # Errors
    /// When it has more segments than a timeline may have, or a text that is too long for one.
    pub fn timeline(&self, sent: &[i16]) -> Result<Option<Timeline>, Fault> {
        let Some(rate) = NonZeroU32::new(self.sound.rate).filter(|_| !sent.is_empty()) else { return Ok(None) };
        let (mut rest, mut segments) = (sent, Vec::new());
        for part in &self.parts {
            let (own, after) = rest.split_at(part.samples.min(rest.len()));
            rest = after;
            if own.is_empty() {
                continue;
            }
            let samples = own.len() as u64;
            segments.push(match &part.what {
                What::Gap => Segment::gap(samples)?,
                What::Silence => Segment::silence(samples)?,
                What::Sound(source, whole) => {
                    let (source, whole) = (source.clone(), *whole as u64);
                    Segment::sound(
                        samples,
                        Sound { source, whole, level: loudness(own, self.sound.rate), digest: Digest::of(own) },
                    )?
                }
            });
        }
        let planned = self.sound.samples.len() as u64;
        Timeline::new(rate, segments, planned, Digest::of(sent)).map(Some)
    }
}

/// How loud samples of 16 bits are.
fn loudness(samples: &[i16], rate: u32) -> Decibels {
    let samples = samples.iter().map(|&sample| f32::from(sample) / f32::from(i16::MAX)).collect();
    Decibels::nearest(level::active(&Pcm { rate, samples }))
}

#[cfg(test)]
mod tests {
    use earwitness_core::timeline::Content;

    use super::*;

    fn said(text: &str) -> Source {
        Source::Utterance { text: text.into(), voice: "slt".into(), speed: "slow".into() }
    }

    #[test]
    fn a_timeline_says_what_of_each_part_was_sent() {
        let word = Pcm { rate: 1_000, samples: vec![0.5; 300] };
        let mut composed = Composed::new(1_000);
        composed.push(&word, said("alexa"));
        composed.gap(200_000_000);
        composed.push(&word, said("what time is it"));
        composed.gap(100_000_000);
        composed.cut(650_000_000, 0);
        let sent: Vec<i16> = (0..650).collect();
        let whole = composed.timeline(&sent).unwrap().unwrap();
        let samples = |timeline: &Timeline| timeline.segments().iter().map(Segment::samples).collect::<Vec<_>>();
        assert_eq!((samples(&whole), whole.planned(), whole.is_broken_off()), (vec![300, 200, 150], 650, false));
        assert_eq!(whole.digest(), Digest::of(&sent));
        let [Content::Sound(first), Content::Gap, Content::Sound(last)] = [0, 1, 2].map(|at| whole.segments()[at].content())
        else {
            panic!("{whole:?}")
        };
        assert_eq!((first.digest, last.digest), (Digest::of(&sent[..300]), Digest::of(&sent[500..])));
        assert_eq!((&last.source, last.whole), (&said("what time is it"), 300), "its text is whole, however much of it sounded");
        // Broken off in the gap.
        let part = composed.timeline(&sent[..400]).unwrap().unwrap();
        assert_eq!((samples(&part), part.planned(), part.is_broken_off()), (vec![300, 100], 650, true));
        assert_eq!(composed.timeline(&[]), Ok(None));
    }
}
