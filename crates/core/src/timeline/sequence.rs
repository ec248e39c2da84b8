//! Segments laid end to end.

use std::num::NonZeroU32;

use super::bounds::{Fault, LONGEST, MOST_SEGMENTS};
use super::digest::Digest;
use super::segment::Segment;
use crate::time::SECOND;

/// Segments laid end to end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timeline {
    rate: NonZeroU32,
    segments: Vec<Segment>,
    planned: u64,
    digest: Digest,
}

impl Timeline {
    /// A timeline at so many samples a second. `planned` is how many samples were to sound: more than the segments have if the sound broke off.
    /// `digest` is that of all its samples.
    ///
    /// # Errors
    /// [`Fault::Segments`], [`Fault::Long`], or [`Fault::Planned`] if the segments have more samples than `planned`.
    pub fn new(rate: NonZeroU32, segments: Vec<Segment>, planned: u64, digest: Digest) -> Result<Self, Fault> {
        if segments.is_empty() || segments.len() > MOST_SEGMENTS {
            return Err(Fault::Segments(segments.len()));
        }
        let samples = segments.iter().fold(0_u64, |sum, it| sum.saturating_add(it.samples()));
        if nanos(planned, rate) > LONGEST {
            return Err(Fault::Long);
        }
        if samples > planned {
            return Err(Fault::Planned { samples, planned });
        }
        Ok(Self { rate, segments, planned, digest })
    }

    /// Samples a second.
    #[must_use]
    pub const fn rate(&self) -> NonZeroU32 {
        self.rate
    }

    /// Its segments in their order.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Digest of all samples that sounded.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// How many samples sounded.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.segments.iter().map(Segment::samples).sum()
    }

    /// How many samples were to sound.
    #[must_use]
    pub const fn planned(&self) -> u64 {
        self.planned
    }

    /// Whether it broke off before its end.
    #[must_use]
    pub fn is_broken_off(&self) -> bool {
        self.samples() < self.planned
    }

    /// How long it sounded, nanoseconds.
    #[must_use]
    pub fn length(&self) -> i64 {
        nanos(self.samples(), self.rate)
    }

    /// Each segment with the nanoseconds from the timeline's first sample to its own.
    pub fn starts(&self) -> impl Iterator<Item = (i64, &Segment)> {
        self.segments.iter().scan(0_u64, |before, segment| {
            let start = nanos(*before, self.rate);
            *before = before.saturating_add(segment.samples());
            Some((start, segment))
        })
    }
}

/// How long so many samples are, nanoseconds.
fn nanos(samples: u64, rate: NonZeroU32) -> i64 {
    let nanos = u128::from(samples) * u128::from(SECOND.unsigned_abs()) / u128::from(rate.get());
    i64::try_from(nanos).unwrap_or(i64::MAX)
}
