//! What really happened in a lab: the answer that readings are compared with.

/// One upload of a speaker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LabUpload {
    /// Index of the speaker in [`super::LabHome::speakers`].
    pub speaker: usize,
    /// Which of the sounds that were played caused it, by the number that [`super::LabNight::play`] returned; `None` for a false wake.
    pub cause: Option<usize>,
    /// Whether it took words that it heard for its wake word.
    pub mistaken: bool,
    /// When the wake word began and ended, nanoseconds since 1970; of a false wake or a mistake, what was taken for it.
    pub wake: (i64, i64),
    /// When the device took the speech for over, or was cut off; the tail begins then.
    pub ended: i64,
    /// Whether it was cut off while somebody spoke.
    pub cut_off: bool,
    /// From when until when the sound that it holds was heard. The first may be 8 ms late, the last a slice early: an upload holds whole slices.
    pub heard: (i64, i64),
    /// Nanoseconds of sound in it, exactly.
    pub audio_ns: i64,
    /// When the first octet of sound passed the place of capture.
    pub start_ns: i64,
    /// When the last one did.
    pub end_ns: i64,
}

impl LabUpload {
    /// Nanoseconds of sound from before the start of the wake word.
    #[must_use]
    pub const fn pre_roll(&self) -> i64 {
        self.wake.0 - self.heard.0
    }

    /// Nanoseconds of sound from after the end of the speech, or the cut-off.
    #[must_use]
    pub const fn tail(&self) -> i64 {
        self.heard.1 - self.ended
    }
}
