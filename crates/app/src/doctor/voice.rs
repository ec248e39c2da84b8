//! Can sentences be recognised offline?

use earwitness_base::clock;
use earwitness_core::sound::Pcm;
use earwitness_sound::hear::RATE;
use earwitness_sound::spoken::VoiceSettings;
use earwitness_voice::Awaited;

use super::{Check, Status};
use crate::talk::Recognition;

/// Recognises a second of nothing, and says how long that took.
pub(crate) fn voice() -> Check {
    const NAME: &str = "voice";
    let silence = Pcm { rate: RATE, samples: vec![0.0; RATE as usize] };
    let tried = Recognition::new(&VoiceSettings::default(), &[]).and_then(|it| {
        let begun = clock::since_boot();
        it.words(Awaited::Wake, &silence)?;
        Ok(clock::since_boot().saturating_sub(begun).as_secs_f64())
    });
    match tried {
        Ok(seconds) => Check::ok(NAME, format!("spoken sentences can be recognised; a second of sound took {seconds:.1} s")),
        Err(why) => Check::other(
            NAME,
            Status::Warn,
            format!("spoken sentences cannot be recognised, which only [voice] needs: {why:#}"),
            "apt install pocketsphinx pocketsphinx-en-us espeak-ng",
        ),
    }
}
