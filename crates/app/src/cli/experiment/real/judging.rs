//! What devices answer is recorded and judged beside the course of an experiment, which waits for none of it.
//!
//! One thread waits until a window is over and takes it from the microphone, which keeps less than a minute; another lets the recogniser write down what was said, which may take longer. Between
//! them wait few replies: of what does not fit, nobody keeps anything, and the trial is not judged.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use earwitness_base::clock;
use earwitness_base::trust;
use earwitness_core::time::{MILLISECOND, SECOND, Window};
use earwitness_lab::answer::{Judgement, LISTENED, LONGEST, Outcome};
use earwitness_lab::carry::{Judged, Question};
use earwitness_sound::hear::{Microphone, Recording};
use earwitness_sound::reply::{self, Judge, Recogniser};

/// Replies that wait for the recogniser, and questions that wait for their window.
const WAITING: usize = 4;
/// How far back the background is learned, nanoseconds.
const BACK: i64 = 40 * SECOND;
/// What sounds no longer than this after our own sound is its echo, nanoseconds.
const ECHO: i64 = 500 * MILLISECOND;
/// The folder of recordings within that of an experiment.
const FOLDER: &str = "replies";
/// Why a trial is not judged where too many wait.
const SLOW: &str = "the recogniser is slower than the trials come";

/// What judges, if anything does.
pub(super) struct Means {
    pub(super) recogniser: Option<Recogniser>,
    /// How long it may take for one reply.
    pub(super) timeout: Duration,
    /// Recordings are kept below this folder.
    pub(super) keep: Option<PathBuf>,
}

/// A question that waits for its end.
struct Asked {
    trial: u32,
    attempt: u32,
    sounded: Window,
    window: Window,
    answer: Vec<String>,
}

/// A reply that waits for the recogniser.
struct Heard {
    asked: Asked,
    recording: Recording,
    /// Whether anything sounded in it.
    sounds: bool,
}

/// The threads, and what they have not told yet.
pub(super) struct Judging {
    /// Where questions go; nowhere, and why, where nobody would judge.
    asks: Result<SyncSender<Asked>, String>,
    outcomes: Receiver<Judged>,
    /// What was judged without them.
    ready: Vec<Judged>,
    /// Questions that are with them.
    open: usize,
    /// How long the last ones are waited for.
    patience: Duration,
}

impl Judging {
    /// Begins to judge with a microphone.
    pub(super) fn start(microphone: Option<Arc<Microphone>>, means: Means) -> anyhow::Result<Self> {
        let window = Duration::from_nanos(LISTENED.unsigned_abs());
        let patience = window + means.timeout * u32::try_from(WAITING + 1).unwrap_or(1);
        let (judged, outcomes) = channel();
        let asks = match (microphone, &means.recogniser, &means.keep) {
            (None, ..) => Err("there is no microphone".to_owned()),
            (_, None, None) => Err("no recogniser is set up".to_owned()),
            (Some(microphone), ..) => Ok(threads(microphone, means, judged)?),
        };
        Ok(Self { asks, outcomes, ready: Vec::new(), open: 0, patience })
    }

    /// Why nobody judges, if so.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.asks.as_ref().err().map(String::as_str)
    }

    /// Takes a question and comes back at once.
    pub(super) fn ask(&mut self, question: &Question<'_>) {
        let Question { trial, attempt, sounded, window, answer } = *question;
        let why = match &self.asks {
            Ok(asks) => match asks.try_send(Asked { trial, attempt, sounded, window, answer: answer.to_vec() }) {
                Ok(()) => {
                    self.open += 1;
                    return;
                }
                Err(TrySendError::Full(_)) => SLOW,
                Err(TrySendError::Disconnected(_)) => "what judges has failed",
            },
            Err(why) => why,
        };
        self.ready.push(Judged { trial, attempt, judgement: Judgement::none(why) });
    }

    /// What was judged; waits for all that is open if asked, but not for ever, and no longer than `goes_on` says.
    pub(super) fn judged(&mut self, wait: bool, goes_on: &dyn Fn() -> bool) -> Vec<Judged> {
        let end = clock::since_boot() + self.patience;
        loop {
            while let Ok(judged) = self.outcomes.try_recv() {
                self.open = self.open.saturating_sub(1);
                self.ready.push(judged);
            }
            if !wait || self.open == 0 || !goes_on() || clock::since_boot() >= end {
                return std::mem::take(&mut self.ready);
            }
            clock::sleep(Duration::from_millis(50));
        }
    }
}

/// Starts both threads; they end when nothing can come any more.
fn threads(microphone: Arc<Microphone>, means: Means, judged: Sender<Judged>) -> anyhow::Result<SyncSender<Asked>> {
    let (asks, asked) = sync_channel::<Asked>(WAITING);
    let (hand, heard) = sync_channel::<Heard>(WAITING);
    let early = judged.clone();
    let start = |name: &str| thread::Builder::new().name(name.to_owned());
    let spawned = start("answers").spawn(move || {
        for it in asked {
            let (trial, attempt) = (it.trial, it.attempt);
            let why = match recorded(&microphone, it) {
                Ok(it) => match hand.try_send(it) {
                    Ok(()) => continue,
                    Err(_) => SLOW.to_owned(),
                },
                Err(why) => why,
            };
            // Nobody waits for it any more where this fails.
            let _ = early.send(Judged { trial, attempt, judgement: Judgement::none(&why) });
        }
    });
    spawned.context("no thread can be started")?;
    let spawned = start("judge").spawn(move || {
        for it in heard {
            let (trial, attempt) = (it.asked.trial, it.asked.attempt);
            let _ = judged.send(Judged { trial, attempt, judgement: judgement(&it, &means) });
        }
    });
    spawned.context("no thread can be started")?;
    Ok(asks)
}

/// Waits until the window of a question is over, and takes it from the microphone.
fn recorded(microphone: &Microphone, asked: Asked) -> Result<Heard, String> {
    let window = asked.window;
    let recording = microphone.recording(window).map_err(|why| format!("it was not recorded: {why}"))?;
    let around = Window { from: window.until.plus(-BACK), until: window.until };
    let sounds = microphone.sounds(around, &[asked.sounded]);
    let sounds = sounds.iter().any(|it| it.window.until > window.from.plus(ECHO) && it.window.from < window.until);
    Ok(Heard { asked, recording, sounds })
}

/// What a reply was. Where nothing sounded no recogniser is asked: some write down what nobody said.
fn judgement(it: &Heard, means: &Means) -> Judgement {
    let Heard { asked, recording, sounds } = it;
    let recogniser = means.recogniser.as_ref();
    let (keep, trouble) = match means.keep.as_deref().map(|folder| place(folder, asked)).transpose() {
        Ok(keep) => (keep, None),
        Err(why) => (None, Some(why)),
    };
    let found = reply::judge(recording.sound(), &asked.answer, recogniser.filter(|_| *sounds), keep.as_deref());
    let (outcome, why) = match found.outcome {
        _ if !sounds && recogniser.is_some() => (Outcome::NoReply, None),
        reply::Outcome::Right => (Outcome::Right, found.trouble),
        reply::Outcome::Wrong => (Outcome::Wrong, found.trouble),
        reply::Outcome::NothingUnderstood => (Outcome::NotJudged, Some("no word of the reply was understood".to_owned())),
        reply::Outcome::NotJudged => (Outcome::NotJudged, found.trouble),
    };
    let name = found.recording.as_deref().and_then(Path::file_name);
    Judgement {
        heard: Some(*sounds),
        words: found.words.map(|words| words.chars().take(LONGEST).collect()),
        judge: recogniser.filter(|_| outcome.is_judged()).map(|it| called(&it.judge())),
        recording: name.map(|name| format!("{FOLDER}/{}", name.to_string_lossy())),
        why: trouble.or(why),
        ..Judgement::of(outcome)
    }
}

/// Where the reply to a question is kept; the folder is made for its owner alone.
fn place(folder: &Path, asked: &Asked) -> Result<PathBuf, String> {
    let folder = trust::folder(&folder.join(FOLDER)).map_err(|error| format!("the reply was not kept: {error}"))?;
    let again = if asked.attempt > 1 { format!("-attempt-{}", asked.attempt) } else { String::new() };
    Ok(folder.path.join(format!("trial-{}{again}.wav", asked.trial)))
}

/// What a judge is called in a journal.
fn called(judge: &Judge) -> String {
    match judge {
        Judge::Recogniser { name, version } => format!("{name} {version}"),
        Judge::Person => "a person".to_owned(),
        Judge::History => "the history of the device".to_owned(),
    }
}
