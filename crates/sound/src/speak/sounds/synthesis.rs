//! Any text, said by a program that is installed: `espeak-ng` in several voices, and `piper` where a voice file is named.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use earwitness_core::lot::Stream;
use earwitness_core::sound::{Pcm, shape};
use earwitness_core::timeline::Source;

use super::{LONGEST, SoundSettings, Trouble, decode};
use earwitness_base::program::{self, Failure};

/// Voices of espeak-ng that woke third-party engines best, with their speeds in words a minute.
const VOICES: &[(&str, &str)] = &[
    ("en-gb", "160"),
    ("en-gb", "175"),
    ("en-gb-x-rp", "160"),
    ("en-gb-scotland", "150"),
    ("en-us", "150"),
    ("en-us", "175"),
    ("en-gb+f2", "160"),
];
/// The voice where none of these can be had.
const USUAL: (&str, &str) = ("en", "160");
/// How long a program may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The longest text, octets.
const LONGEST_TEXT: usize = 500;
/// How much of the complaint of a program is quoted, characters.
const LONGEST_COMPLAINT: usize = 400;
/// What is taken for silence at the ends, as a part of the highest sample.
const FLOOR: f32 = 0.003;

/// Whether anything is installed that can speak.
pub(super) fn check(settings: &SoundSettings) -> Result<(), Trouble> {
    let installed = |program: &str| {
        let mut command = Command::new(program);
        command.arg("--help").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok()
    };
    if installed("espeak-ng") || (settings.piper_voice.is_some() && installed("piper")) {
        return Ok(());
    }
    Err(Trouble::Speech("no program is installed that can say a text: install espeak-ng, or record it and use file:".to_owned()))
}

/// How long a text takes in the slowest voice, nanoseconds.
pub(super) fn slowest(settings: &SoundSettings, text: &str) -> Result<i64, Trouble> {
    let slow = VOICES.iter().copied().min_by_key(|voice| voice.1);
    in_voice(settings, text, slow).map(|sound| sound.length())
}

/// Says a text, and returns who said it; the voice is drawn by lot.
pub(super) fn say(settings: &SoundSettings, text: &str, chance: &mut Stream) -> Result<(Pcm, Source), Trouble> {
    let at = usize::try_from(chance.below(VOICES.len() as u64)).unwrap_or(0);
    let piper = settings.piper_voice.is_some() && chance.below(2) == 0;
    let voice = VOICES.get(at).copied().filter(|_| !piper);
    let (name, speed) = if let (None, Some(path)) = (voice, &settings.piper_voice) {
        (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), "usual")
    } else {
        let (voice, speed) = voice.unwrap_or(USUAL);
        (voice.to_owned(), speed)
    };
    let source = Source::Utterance { text: text.to_owned(), voice: name, speed: speed.to_owned() };
    Ok((in_voice(settings, text, voice)?, source))
}

/// Says a text in a voice of espeak-ng that somebody named, at so many words a minute.
pub(super) fn say_as(settings: &SoundSettings, text: &str, voice: &str, speed: &str) -> Result<Pcm, Trouble> {
    let is_name = |symbol: char| symbol.is_ascii_alphanumeric() || matches!(symbol, '-' | '+' | '_');
    let is_speed = speed.parse().is_ok_and(|speed: u32| (80..=450).contains(&speed));
    if voice.starts_with('-') || !voice.chars().all(is_name) || !is_speed {
        let what = "name one of `espeak-ng --voices`, and 80 to 450 words a minute";
        return Err(Trouble::Speech(format!("{voice:?} at {speed:?} is no voice of espeak-ng at a speed: {what}")));
    }
    in_voice(settings, text, Some((voice, speed)))
}

/// Says a text in the usual voice of espeak-ng.
pub(super) fn usual(settings: &SoundSettings, text: &str) -> Result<Pcm, Trouble> {
    in_voice(settings, text, Some(USUAL))
}

/// Says a text in a voice of espeak-ng, or without one by piper, if that can be had.
fn in_voice(settings: &SoundSettings, text: &str, voice: Option<(&str, &str)>) -> Result<Pcm, Trouble> {
    if text.len() > LONGEST_TEXT {
        return Err(Trouble::Speech(format!("the text is longer than {LONGEST_TEXT} octets: shorten it")));
    }
    let folder = tempfile::tempdir().map_err(|error| Trouble::Speech(format!("no temporary folder: {error}")))?;
    let path = folder.path().join("said.wav");
    let command = if let (None, Some(voice)) = (voice, &settings.piper_voice) {
        let mut command = Command::new("piper");
        command.arg("--model").arg(voice).arg("--output_file").arg(&path);
        command
    } else {
        let (voice, speed) = voice.unwrap_or(USUAL);
        let mut command = Command::new("espeak-ng");
        command.args(["-v", voice, "-s", speed, "--stdin", "-w"]).arg(&path);
        command
    };
    run(command, text, TIMEOUT)?;
    let sound = decode::file(&path, LONGEST)?;
    let sound = shape::trimmed(&sound, FLOOR);
    if sound.samples.is_empty() { Err(Trouble::Speech(format!("{text:?} makes no sound"))) } else { Ok(sound) }
}

/// Runs a program with a text on its input; ended by force if it takes too long.
fn run(mut command: Command, text: &str, timeout: Duration) -> Result<(), Trouble> {
    let name = Path::new(command.get_program()).display().to_string();
    let failed = |why: String| Trouble::Speech(format!("{name} cannot say it: {why}"));
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let ended = program::run(&mut command, text, timeout).map_err(|failure| match failure {
        Failure::Start(error) if error.kind() == std::io::ErrorKind::NotFound => failed("it is not installed".to_owned()),
        failure => failed(format!("it {failure}")),
    })?;
    if ended.status.success() {
        return Ok(());
    }
    let complaint: String = ended.complained.trim().chars().take(LONGEST_COMPLAINT).collect();
    Err(failed(format!("{} {complaint}", ended.status)))
}

#[cfg(test)]
mod tests {
    use earwitness_core::lot::Lot;
    use earwitness_core::time::MILLISECOND;

    use super::*;

    #[test]
    fn espeak_says_a_text_in_several_voices() {
        if check(&SoundSettings::default()).is_err() {
            eprintln!("skipped: espeak-ng is not installed");
            return;
        }
        let mut chance = Lot::new(1).stream("say", 0);
        let said = (0..4).map(|_| say(&SoundSettings::default(), "-v is what I want to hear", &mut chance).unwrap());
        let (said, sources): (Vec<Pcm>, Vec<Source>) = said.unzip();
        assert!(sources.iter().all(|it| matches!(it, Source::Utterance { text, .. } if text == "-v is what I want to hear")));
        assert!(said.iter().all(|sound| sound.length() > 700 * MILLISECOND), "{said:?}");
        assert!(said.iter().any(|sound| sound != &said[0]));
    }

    #[test]
    fn a_program_that_hangs_fails_or_is_missing_is_reported() {
        let mut hang = Command::new("sleep");
        hang.arg("30");
        let error = |command, timeout| run(command, "x", timeout).unwrap_err().to_string();
        assert!(error(hang, Duration::from_millis(50)).contains("sleep cannot say it: it did not end"));
        let mut fail = Command::new("sh");
        fail.args(["-c", "echo broken voice >&2; exit 3"]);
        assert!(error(fail, TIMEOUT).contains("broken voice"));
        assert!(error(Command::new("no-such-voice"), TIMEOUT).contains("not installed"));
    }

    #[test]
    fn a_text_without_end_is_refused() {
        let mut chance = Lot::new(1).stream("say", 0);
        assert!(say(&SoundSettings::default(), &"a".repeat(501), &mut chance).is_err());
    }
}
