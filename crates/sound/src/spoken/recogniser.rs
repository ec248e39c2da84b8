//! The program `pocketsphinx_batch`, run twice at once for each utterance.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use earwitness_base::program::{self, Failure};
use earwitness_core::lot::Lot;
use earwitness_core::sound::Pcm;
use tempfile::TempDir;

use super::VoiceSettings;
use crate::hear::RATE;
use crate::reply::wav;

/// What is run (Debian 12: `pocketsphinx`, with `pocketsphinx-en-us`).
const PROGRAM: &str = "pocketsphinx_batch";
/// How long one recognition may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Frames a second that it scores.
const FRAMES: f64 = 100.0;
/// Noise that is added, as a part of the mean amplitude: models are of rooms, and know no digital silence.
const FLOOR: f32 = 0.05;
/// Wider beams than the usual ones, since the grammar is small; but no more of it at a time than keeps up with noise, in which all of it seems possible.
const WIDE: [&str; 8] = ["-beam", "1e-80", "-pbeam", "1e-80", "-wbeam", "1e-60", "-maxhmmpf", "3000"];
/// The same for phonemes in any order.
const NARROW: [&str; 8] = ["-allphone_ci", "yes", "-lw", "2.0", "-beam", "1e-20", "-pbeam", "1e-20"];

/// What was recognised.
#[derive(Clone, PartialEq, Debug)]
pub struct Heard {
    /// The words of a sentence of the grammar.
    pub words: String,
    /// By how much any phonemes would have fitted better, in units of the recogniser's logarithm per frame. Of sentences of the grammar it is mostly below 13, of other speech above 17.
    pub doubt: f64,
}

/// The recogniser with its grammars, in a folder that goes with it.
#[derive(Debug)]
pub struct Recogniser {
    program: PathBuf,
    model: PathBuf,
    folder: TempDir,
}

impl Recogniser {
    /// # Errors
    /// A sentence: what is not installed.
    pub fn new(settings: &VoiceSettings) -> Result<Self, String> {
        let install = "install it (Debian: apt install pocketsphinx pocketsphinx-en-us)";
        let program = program::find(PROGRAM).ok_or_else(|| format!("voice: {PROGRAM} is not installed: {install}"))?;
        let model = settings.model.clone();
        for part in ["en-us/mdef", "cmudict-en-us.dict", "en-us-phone.lm.bin"] {
            if !model.join(part).is_file() {
                return Err(format!(
                    "voice: there is no model of pocketsphinx at {}: {install}, or name its folder as model",
                    model.display()
                ));
            }
        }
        let folder = tempfile::tempdir().map_err(|error| format!("voice: no temporary folder: {error}"))?;
        Ok(Self { program, model, folder })
    }

    /// The dictionary of the model: a word and its phonemes in each line, further pronunciations as `word(2)`.
    ///
    /// # Errors
    /// A sentence.
    pub fn dictionary(&self) -> Result<String, String> {
        let path = self.model.join("cmudict-en-us.dict");
        fs::read_to_string(&path).map_err(|error| format!("voice: {}: {error}", path.display()))
    }

    /// Takes a grammar (JSGF) under a name, and the pronunciations of its words.
    ///
    /// # Errors
    /// A sentence.
    pub fn learn(&self, name: &str, grammar: &str, dictionary: &str) -> Result<(), String> {
        let write = |ending: &str, text: &str| fs::write(self.file(name, ending), text);
        write("jsgf", grammar).and_then(|()| write("dict", dictionary)).map_err(|error| format!("voice: {error}"))
    }

    fn file(&self, name: &str, ending: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.{ending}"))
    }

    /// What of a grammar that was learnt is said in a sound of [`RATE`] samples a second; `None` where nothing of it was.
    ///
    /// # Errors
    /// A sentence: the program failed.
    pub fn recognise(&self, grammar: &str, sound: &Pcm) -> Result<Option<Heard>, String> {
        let folder = tempfile::tempdir_in(self.folder.path()).map_err(|error| format!("voice: no temporary folder: {error}"))?;
        let wrong = |error: &dyn std::fmt::Display| format!("voice: {error}");
        let octets = wav(&with_floor(sound)).map_err(|error| wrong(&error))?;
        fs::write(folder.path().join("said.wav"), octets).map_err(|error| wrong(&error))?;
        fs::write(folder.path().join("list"), "said\n").map_err(|error| wrong(&error))?;
        let (jsgf, dict) = (self.file(grammar, "jsgf"), self.file(grammar, "dict"));
        let phones = self.model.join("en-us-phone.lm.bin");
        let (found, any) = thread::scope(|scope| {
            let any = scope.spawn(|| self.run(folder.path(), "any", &dict, "-allphone", &phones, &NARROW));
            let found = self.run(folder.path(), "found", &dict, "-jsgf", &jsgf, &WIDE);
            (found, any.join().unwrap_or_else(|_| Err("voice: a thread failed".to_owned())))
        });
        let ((words, score), (_, free)) = (found?, any?);
        #[expect(clippy::cast_precision_loss, reason = "some seconds")]
        let frames = (sound.samples.len() as f64 / f64::from(RATE) * FRAMES).max(1.0);
        Ok((!words.is_empty()).then_some(Heard { words, doubt: (free - score) / frames }))
    }

    /// Runs the program; gives the words and their score.
    fn run(
        &self,
        folder: &Path,
        name: &str,
        dict: &Path,
        search: &str,
        with: &Path,
        more: &[&str],
    ) -> Result<(String, f64), String> {
        let failed = |why: String| format!("voice: {PROGRAM} failed: {why}");
        let (hypothesis, log) = (folder.join(format!("{name}.hyp")), folder.join(format!("{name}.log")));
        let mut command = Command::new(&self.program);
        command.arg("-hmm").arg(self.model.join("en-us")).arg("-dict").arg(dict).arg(search).arg(with);
        command
            .arg("-ctl")
            .arg(folder.join("list"))
            .arg("-cepdir")
            .arg(folder)
            .arg("-hyp")
            .arg(&hypothesis)
            .arg("-logfn")
            .arg(log);
        command.args(["-cepext", ".wav", "-adcin", "yes", "-adchdr", "44", "-bestpath", "no", "-remove_silence", "no"]);
        command.args(more).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let ended = program::run(&mut command, "", TIMEOUT).map_err(|failure| match failure {
            Failure::Start(error) if error.kind() == std::io::ErrorKind::NotFound => failed("it is not installed".to_owned()),
            failure => failed(format!("it {failure}")),
        })?;
        if !ended.status.success() {
            return Err(failed(ended.status.to_string()));
        }
        let said = fs::read_to_string(&hypothesis).map_err(|error| failed(error.to_string()))?;
        Ok(hypothesised(&said))
    }
}

/// `who is listening (said -1234)`.
fn hypothesised(line: &str) -> (String, f64) {
    let (words, rest) = line.trim().rsplit_once('(').unwrap_or_default();
    let score = rest.trim_end_matches(')').split(' ').nth(1).and_then(|it| it.parse().ok());
    (words.trim().to_owned(), score.unwrap_or(0.0))
}

fn with_floor(sound: &Pcm) -> Pcm {
    #[expect(clippy::cast_precision_loss, reason = "some seconds")]
    let mean = sound.samples.iter().map(|it| it.abs()).sum::<f32>() / sound.samples.len().max(1) as f32;
    let mut noise = Lot::new(1).stream("floor", 0);
    #[expect(clippy::cast_possible_truncation, reason = "a number below 1")]
    let samples = sound.samples.iter().map(|it| it + (noise.unit() as f32 - 0.5) * 2.0 * FLOOR * mean).collect();
    Pcm { rate: sound.rate, samples }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_score_of_a_hypothesis_are_read() {
        assert_eq!(hypothesised("who is listening (said -1234)\n"), ("who is listening".to_owned(), -1234.0));
        assert_eq!(hypothesised(" (said -7)\n"), (String::new(), -7.0));
        assert_eq!(hypothesised(""), (String::new(), 0.0));
    }

    #[test]
    fn what_is_missing_is_named_with_what_to_install() {
        let settings = VoiceSettings { model: "/nowhere".into(), ..VoiceSettings::default() };
        assert!(Recogniser::new(&settings).unwrap_err().contains("apt install"));
    }
}
