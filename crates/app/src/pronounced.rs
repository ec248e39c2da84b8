//! How words that no dictionary has are pronounced: as espeak-ng says.

use std::process::{Command, Stdio};
use std::time::Duration;

use earwitness_base::program;
use earwitness_words::ipa;
use earwitness_words::phoneme::Phoneme;

/// Longer than espeak-ng takes for a word on a slow machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// The phonemes of a text; none where espeak-ng is not there, or says nothing.
pub(crate) fn pronounced(text: &str) -> Vec<Phoneme> {
    let mut command = Command::new("espeak-ng");
    command.args(["-q", "--ipa", "-v", "en-us", "--stdin"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let ended = program::run(&mut command, &text.replace(['_', '-'], " "), PATIENCE).ok().filter(|it| it.status.success());
    ended.map(|it| ipa::read(&it.said)).unwrap_or_default()
}
