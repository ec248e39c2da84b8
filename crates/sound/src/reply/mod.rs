//! What a device answered: recorded, written down by an offline recogniser, and held against what a right answer says.
//!
//! Nothing is sent anywhere. A reply is kept as a file only where somebody asks for it; else it is in a file of the system's temporary folder for as long as
//! the recogniser needs. Without a recogniser a reply is not judged, and a person can hear the file later.

mod keep;
mod recogniser;
mod words;

use std::path::{Path, PathBuf};

use earwitness_core::sound::Pcm;

pub(crate) use self::keep::wav;
pub use self::recogniser::{Preset, Recogniser, RecogniserSettings};

/// What a reply was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It holds what a right answer holds.
    Right,
    /// Words were understood, and they do not.
    Wrong,
    /// No word was understood.
    NothingUnderstood,
    /// Nobody has judged it yet.
    NotJudged,
}

/// Who judged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Judge {
    /// A program that writes down what it hears.
    Recogniser {
        /// What it is called.
        name: String,
        /// Its version, as it or the settings say, or the digest of its file.
        version: String,
    },
    /// Somebody who listened to the recording.
    Person,
    /// What the device's vendor shows as its reply.
    History,
}

/// What became of a reply.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judgement {
    /// What it was.
    pub outcome: Outcome,
    /// Who says so; nobody if it was not judged.
    pub judge: Option<Judge>,
    /// What was understood, as it was written down; of untrusted origin.
    pub words: Option<String>,
    /// Where the recording lies, if it was kept.
    pub recording: Option<PathBuf>,
    /// Why it was not judged or not kept, for people.
    pub trouble: Option<String>,
}

/// Records a reply and judges it. `answer` are the words that a right answer holds: one of these texts, all of its words in order, whatever the case, the
/// punctuation, and whether numbers are written as digits or words. It is kept at `keep`, a path that does not exist yet.
///
/// Whatever goes wrong, there is a judgement: [`Outcome::NotJudged`] with the reason.
#[must_use]
pub fn judge(heard: &Pcm, answer: &[String], recogniser: Option<&Recogniser>, keep: Option<&Path>) -> Judgement {
    let mut judgement = Judgement { outcome: Outcome::NotJudged, judge: None, words: None, recording: None, trouble: None };
    if let Some(path) = keep {
        match keep::written(path, heard) {
            Ok(()) => judgement.recording = Some(path.to_owned()),
            Err(why) => judgement.trouble = Some(format!("the reply was not kept: {why}")),
        }
    }
    let Some(recogniser) = recogniser else {
        judgement.trouble.get_or_insert_with(|| "no recogniser is set up: a person has to listen to it".to_owned());
        return judgement;
    };
    match recognised(heard, recogniser, judgement.recording.as_deref()) {
        Ok(words) => {
            judgement.outcome = outcome(&words, answer);
            judgement.judge = Some(recogniser.judge());
            judgement.words = Some(words);
        }
        Err(why) => judgement.trouble = Some(why),
    }
    judgement
}

/// What words say that somebody else wrote down, such as a person or the vendor of the device.
#[must_use]
pub fn outcome(words: &str, answer: &[String]) -> Outcome {
    if words::are_none(words) {
        Outcome::NothingUnderstood
    } else if answer.iter().any(|right| words::hold(words, right)) {
        Outcome::Right
    } else {
        Outcome::Wrong
    }
}

/// Whether something that stands in an experiment as a right answer can be found in any reply: it has a word.
#[must_use]
pub fn is_answer(text: &str) -> bool {
    !words::are_none(text)
}

/// What the recogniser writes down of a sound, which may be in a file already.
fn recognised(heard: &Pcm, recogniser: &Recogniser, file: Option<&Path>) -> Result<String, String> {
    if let Some(file) = file {
        return recogniser.write_down(file);
    }
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let file = folder.path().join("reply.wav");
    keep::written(&file, heard)?;
    recogniser.write_down(&file)
}

#[cfg(test)]
mod tests;
