//! The words of subtitles that belong to an experiment.

use std::fs;
use std::path::Path;

use earwitness_lab::subtitles::{self, Word};

/// The words of a file, by its path as the experiment writes it. It was read when the experiment was, so that one that cannot be read any more has no words.
pub(super) fn words(folder: &Path, path: &str) -> Vec<Word> {
    let text = fs::read_to_string(folder.join(path)).unwrap_or_default();
    subtitles::read(&text, path).map(|cues| subtitles::words(&cues)).unwrap_or_default()
}
