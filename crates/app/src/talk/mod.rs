//! Talking with the box: a thread that hears utterances, lets [`Dialogue`] decide, answers by the loudspeaker, and holds probes back meanwhile.

mod lexicon;
mod recognition;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use earwitness_base::clock;
use earwitness_core::time::Timestamp;
use earwitness_sound::hear::{Speech, Utterances};
use earwitness_sound::player::Mouth;
use earwitness_sound::speak::sounds::{Library, SoundSettings};
use earwitness_sound::spoken::VoiceSettings;
use earwitness_voice::{Act, Dialogue, confirm, unknown};

pub use self::recognition::Recognition;
use crate::ask::{Home, Tell, carry_out, resolved};

/// How often it listens.
const EVERY: Duration = Duration::from_millis(50);
/// How often the names of devices are looked up, where nobody asks.
const NAMES: Duration = Duration::from_secs(600);

/// What is needed to talk.
pub(crate) struct Means {
    pub(crate) settings: VoiceSettings,
    pub(crate) sounds: SoundSettings,
    /// The folder of the store.
    pub(crate) state: PathBuf,
    pub(crate) mouth: Mouth,
    /// Tells the program that runs something.
    pub(crate) tell: Box<dyn Fn(crate::appliance::Request) -> std::io::Result<String> + Send>,
    /// Is told whether somebody talks, so that no probe is played.
    pub(crate) hold: Box<dyn Fn(bool) + Send>,
    /// What went wrong, for people.
    pub(crate) trouble: Box<dyn Fn(&str) + Send>,
}

/// The thread; it ends by itself soon after this is dropped.
#[derive(Debug)]
pub(crate) struct Talk {
    pressed: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
}

impl Talk {
    /// Begins to listen.
    ///
    /// # Errors
    /// What is not installed.
    pub(crate) fn start(means: Means) -> anyhow::Result<Self> {
        let recognition = Recognition::new(&means.settings, &[])?;
        let library = Library::new(&means.sounds)?;
        library.say("Yes?").context("[voice] needs a program that can speak")?;
        let talk = Self { pressed: Arc::default(), stop: Arc::default() };
        let (pressed, stop) = (Arc::clone(&talk.pressed), Arc::clone(&talk.stop));
        let dialogue = Dialogue::new(&means.settings.wake_phrase);
        let utterances = Utterances::new(means.mouth.microphone(), clock::now());
        let talker = Talker { means, recognition, library, dialogue, utterances, holds: false, named: None, told: false };
        thread::Builder::new()
            .name("talk".to_owned())
            .spawn(move || talker.run(&pressed, &stop))
            .context("no thread can be started")?;
        Ok(talk)
    }

    /// A button was pressed: a question is listened for, without the wake phrase.
    pub(crate) fn press(&self) {
        self.pressed.store(true, Ordering::SeqCst);
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
    }
}

/// The thread's belongings.
struct Talker {
    means: Means,
    recognition: Recognition,
    library: Library,
    dialogue: Dialogue,
    utterances: Utterances,
    /// Whether probes are held back.
    holds: bool,
    /// When names were looked up.
    named: Option<Duration>,
    /// Whether it was told that something fails.
    told: bool,
}

impl Talker {
    fn run(mut self, pressed: &AtomicBool, stop: &AtomicBool) {
        while !stop.load(Ordering::SeqCst) {
            clock::sleep(EVERY);
            match self.step(pressed.swap(false, Ordering::SeqCst), clock::now()) {
                Ok(()) => {}
                Err(error) if self.told => tracing::warn!("{error:#}"),
                // It may fail at each sound.
                Err(error) => {
                    (self.means.trouble)(&format!("no answer: {error:#}"));
                    self.told = true;
                }
            }
            let talks = !matches!(self.dialogue.awaited(), None | Some(earwitness_voice::Awaited::Wake));
            self.hold(talks);
        }
        self.hold(false);
    }

    fn hold(&mut self, holds: bool) {
        if self.holds != holds {
            self.holds = holds;
            (self.means.hold)(holds);
        }
    }

    fn step(&mut self, pressed: bool, now: Timestamp) -> anyhow::Result<()> {
        if pressed {
            self.dialogue.pressed(now);
        }
        let Some(awaited) = self.dialogue.awaited() else { return Ok(()) };
        if self.named.is_none_or(|at| clock::since_boot().saturating_sub(at) > NAMES) {
            self.look_up_names()?;
        }
        match self.utterances.next(now, &self.means.mouth.deaf()) {
            Speech::GoesOn => Ok(()),
            Speech::None => {
                let act = self.dialogue.passed(now);
                self.act(act)
            }
            Speech::Over(said) => {
                let words = self.recognition.words(awaited, said.recording.sound())?;
                let tell: Tell<'_> = &self.means.tell;
                let home = Home::open(&self.means.state, tell)?;
                let act = self.dialogue.heard(words.as_deref(), said.window.from, home.names());
                drop(home);
                self.act(act)
            }
        }
    }

    fn look_up_names(&mut self) -> anyhow::Result<()> {
        self.named = Some(clock::since_boot());
        let home = Home::open(&self.means.state, &self.means.tell)?;
        self.recognition.rename(home.names())
    }

    /// Does what was decided, and says so.
    fn act(&mut self, act: Option<Act>) -> anyhow::Result<()> {
        let Some(act) = act else { return Ok(()) };
        self.hold(true);
        let text = match act {
            Act::Listen => "Yes?".to_owned(),
            Act::Unknown => unknown(),
            Act::Leave => "Nothing was changed.".to_owned(),
            Act::Confirm(asked) => format!("{} Say yes or no.", confirm(resolved(asked)?).unwrap_or_else(unknown)),
            Act::Answer(asked) | Act::Do(asked) => {
                let home = Home::open(&self.means.state, &self.means.tell)?;
                carry_out(asked, &home, &self.means.state).unwrap_or_else(|error| format!("That failed: {error}."))
            }
        };
        let sound = self.library.say(&text)?;
        let played = self.means.mouth.say(sound);
        self.dialogue.said(clock::now());
        anyhow::ensure!(played, "an answer could not be played");
        self.look_up_names()
    }
}
