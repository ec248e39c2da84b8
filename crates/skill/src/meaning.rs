//! What a verified request wants.

use std::collections::BTreeMap;

use earwitness_voice::{Asked, Intent, Kind, Period};

use crate::request::{Request, What};
use crate::slots::Slot;

/// What a request wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// The skill was opened without a question.
    Greet,
    /// A question, to be answered.
    Answer(Intent),
    /// An order, to be asked about before it is carried out.
    Confirm(Intent),
    /// An order that was confirmed, to be carried out.
    Act(Asked),
    /// An order that was not confirmed.
    Leave,
    /// The conversation is to end.
    End,
    /// A sentence that is none of ours.
    Unknown,
    /// Nothing is to be said or done.
    Nothing,
}

/// What it wants; `names` are the devices of the home.
#[must_use]
pub fn meaning(request: &Request, names: &[String]) -> Meaning {
    match &request.what {
        What::Launch => Meaning::Greet,
        What::SessionEnded | What::Other => Meaning::Nothing,
        What::Intent { name, slots } => match (name.as_str(), request.pending) {
            ("AMAZON.YesIntent", Some(asked)) => Meaning::Act(asked),
            ("AMAZON.NoIntent", Some(_)) => Meaning::Leave,
            ("AMAZON.StopIntent" | "AMAZON.CancelIntent" | "AMAZON.NavigateHomeIntent", _) => Meaning::End,
            ("AMAZON.HelpIntent", _) => Meaning::Answer(Intent::Help),
            (name, _) => match intent(name, slots, names) {
                Some(intent) if intent.kind().acts() => Meaning::Confirm(intent),
                Some(intent) => Meaning::Answer(intent),
                None => Meaning::Unknown,
            },
        },
    }
}

/// The intent of that name; `None` where there is none, or a slot has what cannot be understood: nothing is guessed.
fn intent(name: &str, slots: &BTreeMap<String, Slot>, names: &[String]) -> Option<Intent> {
    let kind = Kind::ALL.into_iter().find(|it| it.name() == name)?;
    let slot = |name: &str| slots.get(name).filter(|it| it.said().is_some());
    let period = |otherwise: Period| slot("period").map_or(Some(otherwise), Slot::period);
    Some(match kind {
        Kind::Pause => Intent::Pause(match slot("duration") {
            Some(slot) => Some(slot.minutes()?),
            None => None,
        }),
        Kind::Resume => Intent::Resume,
        Kind::ProbeNow => Intent::ProbeNow,
        Kind::QuietUntil => Intent::QuietUntil(slot("time")?.time()?),
        Kind::WhoListens => Intent::WhoListens,
        Kind::Happened => Intent::Happened(period(Period::default())?),
        Kind::Reacted => Intent::Reacted(period(Period::default())?),
        Kind::HowMuch => Intent::HowMuch(slot("device")?.device(names)?, period(Period::Today)?),
        Kind::IsPaused => Intent::IsPaused,
        Kind::Help => Intent::Help,
    })
}
