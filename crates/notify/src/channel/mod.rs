//! Ways to a household.

mod command;
mod mail;
mod mqtt;
mod ntfy;
mod webhook;

use self::command::Runs;
use self::mail::Mailer;
use self::mqtt::Publisher;
use self::ntfy::Topic;
use self::webhook::Hook;
use crate::Letter;
use crate::failure::Failure;
use crate::settings::{Channels, Fault};

impl Channels {
    /// Whether each can be used, as far as that can be known without using it.
    ///
    /// # Errors
    /// The first fault.
    pub fn check(&self) -> Result<(), Fault> {
        Channel::all(self).into_iter().try_for_each(|it| it.1.map(drop))
    }
}

/// A way that is ready to be used.
#[derive(Debug)]
pub struct Channel {
    name: &'static str,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Command(Runs),
    Ntfy(Topic),
    Webhook(Hook),
    Mail(Box<Mailer>),
    Mqtt(Box<Publisher>),
}

impl Channel {
    /// Those of a configuration, with what is wrong with them.
    pub(crate) fn all(channels: &Channels) -> Vec<(&'static str, Result<Self, Fault>)> {
        let Channels { command, ntfy, webhook, mail, mqtt } = channels;
        let mut all = Vec::new();
        let mut put =
            |name, way: Option<Result<Way, Fault>>| all.extend(way.map(|way| (name, way.map(|way| Self { name, way }))));
        put("command", command.as_ref().map(|it| Runs::new(it).map(Way::Command)));
        put("ntfy", ntfy.as_ref().map(|it| Topic::new(it).map(Way::Ntfy)));
        put("webhook", webhook.as_ref().map(|it| Hook::new(it).map(Way::Webhook)));
        put("mail", mail.as_ref().map(|it| Mailer::new(it).map(|it| Way::Mail(Box::new(it)))));
        put("mqtt", mqtt.as_ref().map(|it| Publisher::new(it).map(|it| Way::Mqtt(Box::new(it)))));
        all
    }

    /// What it is called in the configuration.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Sends a letter, or says why not; ends after half a minute at the latest.
    pub(crate) fn send(&self, letter: &Letter) -> Result<(), Failure> {
        match &self.way {
            Way::Command(it) => it.send(letter),
            Way::Ntfy(it) => it.send(letter),
            Way::Webhook(it) => it.send(letter),
            Way::Mail(it) => it.send(letter),
            Way::Mqtt(it) => it.send(letter),
        }
    }
}
