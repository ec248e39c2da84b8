//! Words in a real room, with devices that the appliance watches.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use earwitness_base::clock::{Clock as _, System};
use earwitness_core::experiment::{Order, Spoken};
use earwitness_core::findings::Findings;
use earwitness_core::probe::{SoundKind, Stimulus};
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};
use earwitness_core::timeline::Condition;
use earwitness_sound::player;
use earwitness_sound::speak::sounds::Library;
use earwitness_store::Reader;

use super::super::super::aloud::{Speaker, watches};
use super::home::{AFTER, BEFORE, Break, Home, Said};
use crate::config::Config;

/// Nothing is said so long before the first slot, nanoseconds: what sounded before is over, and who watches is asked.
const QUIET: i64 = 2 * SECOND;

/// A real room.
pub(super) struct Real {
    speaker: Speaker,
    state: PathBuf,
}

impl Real {
    pub(super) fn open(config: &Config, seed: u64, stop: Arc<AtomicBool>) -> anyhow::Result<Self> {
        let library = Library::new(&config.sounds)?;
        let speaker = Speaker::open(config, Some(library), seed, stop)?;
        Ok(Self { speaker, state: config.state.clone() })
    }

    fn wait_until(&mut self, at: Timestamp) -> Result<(), Break> {
        self.wait(at.since(System.now()))
    }

    /// Says a word, unless that takes longer than its slot.
    fn say(&mut self, number: u32, said: &Said) -> Result<(), String> {
        let stimulus = Stimulus { name: stimulus(said), kind: SoundKind::Speech };
        let order = Order { round: number, stimulus, condition: Condition::default(), length: MILLISECOND };
        let player::Said { spoken, trouble, .. } = self.speaker.play(order)?;
        let Spoken { trouble: void, .. } = spoken;
        match (void, trouble) {
            (None, _) => Ok(()),
            (Some(_), why) => Err(why.unwrap_or_else(|| "the word was not played".to_owned())),
        }
    }
}

/// The name of the sound: `say-as:VOICE@SPEED:TEXT`, or `say-as:VOICE@SPEED@DECIBELS:TEXT`.
pub(super) fn stimulus(said: &Said) -> String {
    let (voice, level) = (&said.manner.voice, said.manner.level_db);
    let level = if level.abs() > 0.0 { format!("@{level}") } else { String::new() };
    format!("say-as:{voice}{level}:{}", said.text)
}

impl Home for Real {
    fn now(&self) -> Timestamp {
        System.now()
    }

    fn play(&mut self, number: u32, slots: &[Option<Said>], length: i64) -> Result<Result<Vec<Window>, String>, Break> {
        if let Err(why) = watches(&self.state, &mut self.speaker) {
            return if self.speaker.stops() { Err(Break::Stopped) } else { Ok(Err(why)) };
        }
        let begins = System.now().plus(QUIET);
        let mut windows = Vec::new();
        for said in slots {
            let from = windows.last().map_or(begins, |it: &Window| it.until);
            self.wait_until(from)?;
            if let Some(said) = said
                && let Err(why) = self.say(number, said)
            {
                return if self.speaker.stops() { Err(Break::Stopped) } else { Ok(Err(why)) };
            }
            windows.push(Window { from, until: from.plus(length) });
        }
        if let Some(last) = windows.last() {
            self.wait_until(last.until)?;
        }
        Ok(Ok(windows))
    }

    fn findings(&mut self, window: Window) -> Result<Findings, Break> {
        // What passed is written down once a minute.
        self.wait_until(window.until.plus(AFTER))?;
        let reader = Reader::open(&self.state)?;
        Ok(reader.findings(Window { from: window.from.plus(-BEFORE), until: window.until.plus(AFTER) })?)
    }

    fn wait(&mut self, nanos: i64) -> Result<(), Break> {
        if self.speaker.wait(nanos) { Ok(()) } else { Err(Break::Stopped) }
    }
}
