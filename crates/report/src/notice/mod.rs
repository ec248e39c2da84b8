//! Notices to a household: a title, a few sentences, and an object for programs.

mod digest;
mod json;

#[cfg(test)]
mod tests;

use earwitness_base::text::clean;
use earwitness_base::words;
use earwitness_core::policy::notices::{About, Notice, Told, Trouble, Upload};
use earwitness_core::time::{MILLISECOND, Timestamp};
use jiff::tz::TimeZone;

use crate::sentence::Namer;

/// Columns of the longest name of a receiver, and of what a program said.
const WIDEST: usize = 80;
const SAID: usize = 300;

/// A notice in words, and as an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Worded {
    /// What happened, in a line.
    pub title: String,
    /// The same in sentences, with what can be done.
    pub text: String,
    /// One JSON object (`docs/schema/notice-1.json`), without a line feed.
    pub json: String,
}

/// A notice in words; times are told in `zone`, and names come from `name`.
#[must_use]
pub fn worded(notice: &Notice, name: Namer<'_>, zone: &TimeZone) -> Worded {
    let (title, text) = words_of(&notice.told, name, zone);
    let json = json::object(notice, name, &title, &text);
    Worded { title, text, json }
}

/// A notice that a person asked for, to see whether it arrives.
#[must_use]
pub fn test(at: Timestamp) -> Worded {
    let title = "A test of earwitness".to_owned();
    let text =
        "This notice was asked for with `earwitness notify test`. Whoever reads it is told what earwitness finds.".to_owned();
    let json = json::test(at, &title, &text);
    Worded { title, text, json }
}

/// That so many notices were dropped.
#[must_use]
pub fn lost(number: u32, at: Timestamp) -> Worded {
    let title = format!("{} lost", if number == 1 { "1 notice was".to_owned() } else { format!("{number} notices were") });
    let text = format!(
        "{title}, since they could not be sent for too long and too many waited. What they were about stands in the journal: earwitness export journal."
    );
    let json = json::lost(number, at, &title, &text);
    Worded { title, text, json }
}

fn words_of(told: &Told, name: Namer<'_>, zone: &TimeZone) -> (String, String) {
    let time = |at: Timestamp| words::date_time(at, zone);
    match told {
        Told::Proven { device, sends: true } => (
            format!("{} sends what it hears", name(*device)),
            format!(
                "It is proven that {} sends sound when it hears some; `earwitness ask` and the report have the evidence.",
                name(*device)
            ),
        ),
        Told::Proven { device, sends: false } => (
            format!("{} reacts to sound", name(*device)),
            format!(
                "It is proven that {} sends something when it hears sound; nothing proves that it is sound that it sends.",
                name(*device)
            ),
        ),
        Told::Sound { why, device, upload, listened } => {
            let (title, because) = reason(*why, *listened);
            let sent = sent(upload, &time(upload.window.from));
            (
                format!("{} sent sound {title}", name(*device)),
                format!("{} {sent}{because} Its next such uploads stand in the digest.", name(*device)),
            )
        }
        Told::Receiver { device, upload } => (
            format!("{} sends sound to {}", name(*device), receiver(upload)),
            format!(
                "{} {}, to whom it sent none before. An update may have changed that, or somebody who uses the device.",
                name(*device),
                sent(upload, &time(upload.window.from))
            ),
        ),
        Told::Device { device } => (
            format!("{} is new on the network", name(*device)),
            format!("{} has joined the network. It is watched from now on, and probed where probes sound.", name(*device)),
        ),
        Told::Trouble { of, since, said } => {
            let (title, remedy) = trouble(*of);
            let said = if said.is_empty() { String::new() } else { format!(" {}.", clean(said, SAID).trim_end_matches('.')) };
            (title.to_owned(), format!("{title}, since {}.{said} {remedy}", time(*since)))
        }
        Told::Works { of, since } => (
            format!("Works again: {}", trouble(*of).0),
            format!("What failed since {} works again: {}.", time(*since), trouble(*of).0),
        ),
        Told::Learnt { devices } => (
            format!("{} were found", counted(*devices, "device")),
            format!(
                "earwitness has watched for an hour and found {}. From now on it tells what is new or odd; what is as always stands in the digest.",
                counted(*devices, "device")
            ),
        ),
        Told::Digest(it) => digest::words(it, name, zone),
    }
}

/// What makes an upload worth a notice: for the title, and as the end of a sentence with one more.
const fn reason(why: About, listened: bool) -> (&'static str, &'static str) {
    match (why, listened) {
        (About::Away, _) => ("while nobody was at home", ". Nobody was at home, as far as the telephones or a person said."),
        (About::Night, true) => (
            "at night, and nobody spoke",
            ". The microphone heard nothing that explains it; if the device stands in another room, somebody there may have spoken.",
        ),
        (About::Night, false) => ("at night", ". No microphone listened, so that nobody knows whether somebody spoke."),
        _ => (
            "while nobody spoke",
            ". The microphone heard nothing that explains it; if the device stands in another room, somebody there may have spoken.",
        ),
    }
}

/// What was sent, to whom and when, without a full stop.
fn sent(upload: &Upload, at: &str) -> String {
    let length = upload.milliseconds.map_or_else(
        || "sound".to_owned(),
        |milliseconds| format!("{} of sound", words::duration(milliseconds.saturating_mul(MILLISECOND))),
    );
    format!("sent {length} to {} at {at}", receiver(upload))
}

fn receiver(upload: &Upload) -> String {
    clean(upload.to.reveal(), WIDEST)
}

/// What fails, in words, and what a person can do.
const fn trouble(of: Trouble) -> (&'static str, &'static str) {
    match of {
        Trouble::Sources => (
            "Frames may pass unseen",
            "Look after the cable, the interface or the router that frames come from; `earwitness doctor` says what it sees.",
        ),
        Trouble::Microphone => {
            ("The microphone hears nothing", "Until it does, no probe counts as heard. Is it muted, or unplugged?")
        }
        Trouble::Loudspeaker => ("Probes cannot be played", "Look after the loudspeaker and the sound server."),
        Trouble::Store => {
            ("What is found cannot be written down", "Make room on the disk, or replace it. Until then nothing sounds.")
        }
        Trouble::Damage => (
            "The store was damaged",
            "It was set aside, and a fresh one was begun. If it happens again, the disk or the SD card is failing.",
        ),
        Trouble::Frames => ("Recent frames cannot be kept", "Make room on the disk. Everything else goes on."),
        Trouble::Verdicts => ("Verdicts cannot be computed", "Run `earwitness check` on the folder of the store."),
        Trouble::Settings => ("The configuration is wrong", "It goes on as before. `earwitness check FILE` says what is wrong."),
        Trouble::Channel => ("A channel of notices fails", "Run `earwitness notify test`, which says what to do."),
    }
}

/// `1 device`, `3 devices`.
fn counted(number: u32, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
