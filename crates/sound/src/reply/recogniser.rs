//! A program that writes down what is said in a file, offline.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use earwitness_base::program::{self, Failure};
use earwitness_core::timeline;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::Judge;

/// How long a program may take to say its version.
const ASKED: Duration = Duration::from_secs(10);
/// How much of what a recogniser writes is kept, characters: more than anybody says in half a minute.
const LONGEST: usize = 4_000;
/// How much of the complaint of a program is quoted, characters.
const LONGEST_COMPLAINT: usize = 400;
/// Octets that are read of a program at once, for its digest.
const BLOCK: usize = 64 << 10;

/// Recognisers whose command is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// `pocketsphinx_continuous` with its English model (Debian 12: `pocketsphinx`, `pocketsphinx-en-us`).
    Pocketsphinx,
    /// `vosk-transcriber` of the Python package `vosk`, with the folder of a model; it needs `ffmpeg`.
    Vosk,
    /// `whisper-cli` of whisper.cpp, with the file of a model.
    Whisper,
}

/// The table `[recogniser]`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "struct Settings")]
pub struct RecogniserSettings {
    /// A recogniser whose command is known: `pocketsphinx`, `vosk` or `whisper`.
    pub preset: Option<Preset>,
    /// The model of `vosk` (a folder) or `whisper` (a file).
    pub model: Option<PathBuf>,
    /// Any other program with its arguments; the path of a WAV file (16,000 samples a second, one channel, 16 bits) is appended. It writes the words to
    /// its standard output.
    pub command: Vec<String>,
    /// Its version, where it does not say so itself.
    pub version: Option<String>,
    /// How long it may take for a reply of half a minute at most.
    pub timeout_seconds: u64,
}

impl Default for RecogniserSettings {
    fn default() -> Self {
        Self { preset: None, model: None, command: Vec::new(), version: None, timeout_seconds: 60 }
    }
}

impl RecogniserSettings {
    /// Whether they make sense; if not, what is wrong and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        let wrong = |what: &str| Err(format!("recogniser: {what}"));
        if !(1..=600).contains(&self.timeout_seconds) {
            return wrong("timeout_seconds is out of range: give 1 to 600");
        }
        if self.command.first().is_some_and(|program| program.trim().is_empty()) {
            return wrong("command names no program");
        }
        match (self.preset, self.command.is_empty(), &self.model) {
            (Some(_), false, _) => wrong("give preset or command, not both"),
            (Some(Preset::Vosk), _, None) => wrong("preset = \"vosk\" needs model, the folder of an unpacked model"),
            (Some(Preset::Whisper), _, None) => wrong("preset = \"whisper\" needs model, a file such as ggml-base.en.bin"),
            (None | Some(Preset::Pocketsphinx), _, Some(_)) => wrong("model is for the presets vosk and whisper"),
            _ => Ok(()),
        }
    }

    /// The command without the file; empty where none is set up.
    fn command(&self) -> Vec<String> {
        let model = self.model.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        let words: &[&str] = match self.preset {
            Some(Preset::Pocketsphinx) => &["pocketsphinx_continuous", "-logfn", "/dev/null", "-infile"],
            Some(Preset::Vosk) => &["vosk-transcriber", "--log-level", "ERROR", "--model", &model, "--input"],
            Some(Preset::Whisper) => &["whisper-cli", "--no-prints", "--no-timestamps", "--model", &model, "--file"],
            None => return self.command.clone(),
        };
        words.iter().map(|&word| word.to_owned()).collect()
    }
}

/// A recogniser that is installed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recogniser {
    program: PathBuf,
    arguments: Vec<String>,
    timeout: Duration,
    name: String,
    version: String,
}

impl Recogniser {
    /// The recogniser of the settings; `None` if they name none.
    ///
    /// # Errors
    /// A sentence: what is wrong with the settings, or that the program is not installed.
    pub fn new(settings: &RecogniserSettings) -> Result<Option<Self>, String> {
        settings.check()?;
        let command = settings.command();
        let Some((program, arguments)) = command.split_first() else { return Ok(None) };
        let found = if program.contains('/') { Some(PathBuf::from(program)) } else { program::find(program) };
        let missing =
            || format!("recogniser: {program} is not installed (it is looked for in PATH): install it, or name another");
        let found = found.filter(|path| path.is_file()).ok_or_else(missing)?;
        // Without it vosk-transcriber says so where the words should stand, and ends as if all were well.
        if settings.preset == Some(Preset::Vosk) && program::find("ffmpeg").is_none() {
            return Err("recogniser: vosk-transcriber needs ffmpeg, which is not installed: install it".to_owned());
        }
        let version = settings.version.clone().or_else(|| own_version(&found)).map_or_else(|| digest(&found), Ok);
        let version = version.map_err(|error| format!("recogniser: {}: {error}", found.display()))?;
        let name = found.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let timeout = Duration::from_secs(settings.timeout_seconds);
        Ok(Some(Self { program: found, arguments: arguments.to_vec(), timeout, name, version }))
    }

    /// Who it is.
    #[must_use]
    pub fn judge(&self) -> Judge {
        Judge::Recogniser { name: self.name.clone(), version: self.version.clone() }
    }

    /// What is said in a WAV file. The error is a sentence.
    pub(super) fn write_down(&self, file: &Path) -> Result<String, String> {
        let failed = |why: String| format!("{} did not write down what was said: {why}", self.name);
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg(file);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let ended = program::run(&mut command, "", self.timeout).map_err(|failure| match failure {
            Failure::Start(error) if error.kind() == std::io::ErrorKind::NotFound => failed("it is not installed".to_owned()),
            failure => failed(format!("it {failure}")),
        })?;
        if !ended.status.success() {
            let complaint: String = ended.complained.trim().chars().take(LONGEST_COMPLAINT).collect();
            return Err(failed(format!("{} {complaint}", ended.status)));
        }
        let words = ended.said.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(words.chars().take(LONGEST).collect())
    }
}

/// What the program says of its version, if it knows the question.
fn own_version(program: &Path) -> Option<String> {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let ended = program::run(&mut command, "", ASKED).ok().filter(|ended| ended.status.success())?;
    let line = ended.said.lines().map(str::trim).find(|line| line.chars().any(|it| it.is_ascii_digit()))?;
    Some(line.chars().take(100).collect())
}

/// The first digits of the SHA-256 of the program's file, for one that does not say its version.
fn digest(program: &Path) -> std::io::Result<String> {
    let (mut file, mut hash, mut block) = (File::open(program)?, Sha256::new(), vec![0; BLOCK]);
    loop {
        let count = file.read(&mut block)?;
        if count == 0 {
            break;
        }
        hash.update(block.get(..count).unwrap_or_default());
    }
    let digest = timeline::Digest::from_octets(hash.finalize().into()).to_string();
    Ok(format!("sha256 {digest:.16}"))
}
