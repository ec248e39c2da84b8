//! Who speaks: a voice of a synthesizer, or recordings of a person, by a name that the file gives.

use earwitness_base::misread::Fault;
use earwitness_core::timeline::Voice;
use toml::Spanned;

use super::place::fault;
use super::texts::{Scope, Texts};
use super::written::{self, Part, Written};

/// How fast a voice of a synthesizer speaks unless said otherwise, words a minute.
const SPEED: &str = "160";
/// Speeds at which the voices that come with the program speak.
const USUAL: &str = "plain";
/// What a speaker may be described by.
const TRAITS: [&str; 3] = ["sex", "age", "accent"];

/// Who says a text.
pub(super) enum Speaker {
    /// Drawn by lot for each trial.
    Any,
    /// A voice.
    Voice(Voice),
    /// A recording of this text, by its path.
    Recording(Spanned<String>),
}

/// Who says this part.
pub(super) fn speaker(part: &Part, said: &str, written: &Written, texts: &Texts, levels: &Scope<'_>) -> Result<Speaker, Fault> {
    let Some(named) = &part.voice else {
        return match &part.speed {
            Some(speed) => Err(fault(speed, "`speed` needs a `voice`: name one")),
            None => Ok(Speaker::Any),
        };
    };
    let name = texts.full(named, levels)?;
    let speed = part.speed.as_ref().map(|speed| texts.full(speed, levels)).transpose()?;
    let Some((_, known)) = written.voices.iter().find(|it| *it.0.get_ref() == name) else {
        let speed = speed.unwrap_or_else(|| usual_speed(&name).to_owned());
        return Ok(Speaker::Voice(Voice { name, speed }));
    };
    let known = known.get_ref();
    if let Some(recording) = known.recordings.get(said) {
        return Ok(Speaker::Recording(recording.clone()));
    }
    let Some(voice) = &known.voice else {
        let what = format!("{name:?} has no recording of {said:?}: add it to `recordings`, or give {name:?} a `voice`");
        return Err(fault(named, what));
    };
    let own = known.speed.clone().unwrap_or_else(|| usual_speed(voice.get_ref()).to_owned());
    Ok(Speaker::Voice(Voice { name: voice.get_ref().clone(), speed: speed.unwrap_or(own) }))
}

/// The speed of a voice where none is given: voices of espeak-ng are named by their language, such as `en-gb`; others by one word.
fn usual_speed(voice: &str) -> &'static str {
    const SHIPPED: [&str; 6] = ["awb", "hts", "rms-tall", "rms", "slt-small", "slt"];
    if SHIPPED.contains(&voice) { USUAL } else { SPEED }
}

/// What describes a speaker, as further levels of a condition in which it is a level itself.
pub(super) fn traits<'a>(written: &'a Written, levels: &Scope<'_>) -> Vec<(&'static str, &'a str)> {
    let described = levels.values().filter_map(|level| written.voices.iter().find(|it| it.0.get_ref() == level));
    let each = described.flat_map(|(_, voice)| {
        let written::Speaker { sex, age, accent, .. } = voice.get_ref();
        TRAITS.into_iter().zip([sex, age, accent])
    });
    each.filter_map(|(name, value)| value.as_deref().map(|value| (name, value))).collect()
}
