//! Loudspeaker and ear, and what they tell.

use anyhow::Context as _;
use earwitness_core::lot::Lot;
use earwitness_core::schedule::Design;
use earwitness_sound::hear::Ear;
use earwitness_sound::mouth::Mouth;
use earwitness_sound::speak::sounds::Library;
use earwitness_sound::speak::{self, Device};

use super::Message;
use super::inbox::Outbox;
use crate::config::Config;

/// Loudspeaker and ear, if anything is to be played.
pub(super) fn open(config: &Config, design: &Design, outbox: &Outbox<Message>) -> anyhow::Result<Option<Mouth>> {
    if config.probing.is_none() || config.loudspeaker.device == Device::None {
        return Ok(None);
    }
    let loudspeaker = speak::open(&config.loudspeaker)?;
    let ear = Ear::open(&config.microphone).map_err(anyhow::Error::msg)?;
    let library = Library::new(&config.sounds)?;
    let outbox = outbox.clone();
    let tell = move |told| {
        outbox.send(Message::Mouth(told));
    };
    let mouth = Mouth::new(loudspeaker, ear, library, Lot::new(design.seed), tell);
    Ok(Some(mouth.context("the threads of the loudspeaker cannot be started")?))
}
