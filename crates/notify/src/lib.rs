//! Notices to a household, on their way: kept on the disk until each channel has sent them, and sent by a command, by ntfy, to a webhook, as mail or by MQTT.
//!
//! A letter is on the disk before it is tried. Each channel has a thread and a position of its own, so that one that is down, slow, or answers rubbish
//! holds up no other, nor whoever hands letters in. What cannot be sent is tried again after growing pauses, also after a start. Nothing is decided here:
//! what is worth a notice is the policy's business (`core/policy/notices`).

mod broker;
mod channel;
mod failure;
mod http;
mod notifier;
mod pace;
mod queue;
mod secret;
mod settings;
mod tls;

pub use self::broker::Broker;
pub use self::channel::Channel;
pub use self::failure::Failure;
pub use self::notifier::{Notifier, Report, Tried, test};
pub use self::pace::Pace;
pub use self::queue::{Counts, FILE};
pub use self::settings::{Channels, Command, Fault, Mail, Mqtt, Ntfy, Webhook};

use serde::{Deserialize, Serialize};

/// A notice as it is sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Letter {
    /// Its number, greater than that of each before it; 0 for one that is not kept.
    pub number: u64,
    /// What gives way first where too many wait is worth least.
    pub importance: u8,
    /// Whether a person marked it as urgent.
    pub urgent: bool,
    /// What happened, in a line.
    pub title: String,
    /// The same in sentences.
    pub text: String,
    /// The same as an object for programs, in a line.
    pub json: String,
}
