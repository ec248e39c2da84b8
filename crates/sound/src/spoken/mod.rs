//! What is said to this program: sentences of a grammar, recognised offline by pocketsphinx, and how much they are to be doubted.
//!
//! A grammar makes a sentence of whatever is heard. So the same sound is also recognised as any phonemes in any order (a phone loop); how much better those fit, per frame of 10 ms,
//! is the doubt. Nothing is sent anywhere, and no recording outlives its recognition.

mod recogniser;
mod settings;

pub use self::recogniser::{Heard, Recogniser};
pub use self::settings::VoiceSettings;
