//! Subtitles of anybody: refused in a sentence with a place, or words whose times do not run backwards.
#![no_main]

use earwitness_lab::subtitles;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let Ok(text) = std::str::from_utf8(text) else { return };
    match subtitles::read(text, "file") {
        Ok(cues) => {
            assert!(!cues.is_empty() && cues.iter().all(|cue| 0 <= cue.from && cue.from <= cue.until));
            assert!(subtitles::words(&cues).iter().all(|word| word.from <= word.until && !word.text.is_empty()));
        }
        Err(error) => assert!(!error.what.is_empty()),
    }
});
