//! Sound files of anybody (WAV, AIFF, FLAC, Ogg Vorbis, MP3): refused in a sentence, or a sound of at most the length that was asked for.
#![no_main]

use std::io::Cursor;

use earwitness_sound::speak::sounds::{RATE, decode, resampled};
use earwitness_core::sound::samples_in;
use earwitness_core::time::SECOND;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    match decode(Box::new(Cursor::new(octets.to_vec())), SECOND) {
        Ok(sound) => {
            assert!(sound.rate > 0 && !sound.samples.is_empty() && sound.samples.len() <= samples_in(SECOND, sound.rate));
            if let Ok(played) = resampled(&sound, RATE) {
                assert_eq!(played.rate, RATE);
                assert!(played.samples.len() <= samples_in(2 * SECOND, RATE));
            }
        }
        Err(why) => assert!(!why.is_empty()),
    }
});
