//! What really happened in a lab: the answer that readings are compared with.

use earwitness_core::time::MILLISECOND;

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

/// What is left of a question, or added to it, for so long does not change its sense, nanoseconds: less than a syllable.
const SYLLABLE: i64 = 100 * MILLISECOND;

impl LabUpload {
    /// Whether the device answers a question rightly that ends at this moment: what it took for the command is the question, whole and with nothing behind it. One that stopped at a gap inside
    /// the question did not hear its end; one that went on through a gap behind it asked for something else. What nobody said is not answered at all.
    #[must_use]
    pub fn answers_rightly(&self, question_ends: i64) -> bool {
        !self.mistaken && (self.ended - question_ends).abs() < SYLLABLE
    }

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
