//! Loudspeaker and microphone, and what they report.

use anyhow::Context as _;
use earwitness_core::lot::Lot;
use earwitness_core::schedule::Design;
use earwitness_sound::hear::Microphone;
use earwitness_sound::player::Player;
use earwitness_sound::speak::sounds::Library;
use earwitness_sound::speak::{self, Device};

use super::Message;
use super::inbox::Outbox;
use crate::config::Config;

/// Loudspeaker and microphone, if anything is to be played or answered.
pub(super) fn open(config: &Config, design: &Design, outbox: &Outbox<Message>) -> anyhow::Result<Option<Player>> {
    if (config.probing.is_none() && !config.voice.enabled) || config.loudspeaker.device == Device::None {
        return Ok(None);
    }
    let loudspeaker = speak::open(&config.loudspeaker)?;
    let microphone = Microphone::open(&config.microphone).map_err(anyhow::Error::msg)?;
    let library = Library::new(&config.sounds)?;
    let outbox = outbox.clone();
    let send = move |event| {
        outbox.send(Message::Player(event));
    };
    let player = Player::new(loudspeaker, microphone, library, Lot::new(design.seed), send);
    Ok(Some(player.context("the threads of the loudspeaker cannot be started")?))
}
