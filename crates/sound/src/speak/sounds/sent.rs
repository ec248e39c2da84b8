//! What was sent of a sound that comes piece by piece, as a timeline: levels and digests are computed while it sounds.

use std::collections::VecDeque;
use std::num::NonZeroU32;

use earwitness_core::sound::level::Meter;
use earwitness_core::timeline::{Decibels, Digesting, Fault, Segment, Sound, Timeline};

use super::composed::What;

/// A part of a sound: how many samples of what.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) samples: u64,
    pub(super) what: What,
}

/// Takes what sounded, in order, and says what it was.
#[derive(Clone, Debug)]
pub struct Sent {
    rate: NonZeroU32,
    parts: VecDeque<Planned>,
    planned: u64,
    segments: Vec<Segment>,
    open: Option<Open>,
    all: Digesting,
    fault: Option<Fault>,
}

/// The segment that sounds.
#[derive(Clone, Debug)]
struct Open {
    samples: u64,
    digest: Digesting,
    meter: Meter,
}

impl Sent {
    pub(super) fn new(rate: NonZeroU32, parts: VecDeque<Planned>) -> Self {
        let planned = parts.iter().map(|part| part.samples).sum();
        Self { rate, parts, planned, segments: Vec::new(), open: None, all: Digesting::default(), fault: None }
    }

    /// These samples sounded.
    pub fn add(&mut self, samples: &[i16]) {
        let mut rest = samples;
        while let Some(part) = self.parts.front().filter(|_| !rest.is_empty()) {
            let open = self.open.get_or_insert_with(|| Open {
                samples: 0,
                digest: Digesting::default(),
                meter: Meter::new(self.rate.get()),
            });
            let left = usize::try_from(part.samples - open.samples).unwrap_or(usize::MAX);
            let (own, after) = rest.split_at(left.min(rest.len()));
            rest = after;
            self.all.add(own);
            open.samples += own.len() as u64;
            if let What::Sound(..) = part.what {
                open.digest.add(own);
                let scaled: Vec<f32> = own.iter().map(|&sample| f32::from(sample) / f32::from(i16::MAX)).collect();
                open.meter.add(&scaled);
            }
            if open.samples == part.samples {
                self.close();
            }
        }
    }

    /// Ends the segment that sounds, whole or not.
    fn close(&mut self) {
        let (Some(open), Some(part)) = (self.open.take(), self.parts.pop_front()) else { return };
        let segment = match part.what {
            What::Gap => Segment::gap(open.samples),
            What::Silence => Segment::silence(open.samples),
            What::Sound(source, whole) => {
                let level = Decibels::nearest(open.meter.active());
                Segment::sound(open.samples, Sound { source, whole: whole as u64, level, digest: open.digest.digest() })
            }
        };
        match segment {
            Ok(segment) => self.segments.push(segment),
            Err(fault) => self.fault = Some(fault),
        }
    }

    /// What sounded; `None` if nothing did.
    ///
    /// # Errors
    /// A name or a text that is too long for a timeline.
    pub fn timeline(mut self) -> Result<Option<Timeline>, Fault> {
        self.close();
        match self.fault {
            Some(fault) => Err(fault),
            None if self.segments.is_empty() => Ok(None),
            None => Timeline::new(self.rate, self.segments, self.planned, self.all.digest()).map(Some),
        }
    }
}
