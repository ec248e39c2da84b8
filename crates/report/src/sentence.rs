//! What happens while a session runs, each event as an English sentence: the one place that has the words.

use earwitness_base::words::{self, about};
use earwitness_core::event::{Event, Fault, Gap, Mended, Stop, What};
use earwitness_core::findings::{DeviceId, SenderSign, Sighting, SightingKind};
use earwitness_core::plan::Done;
use earwitness_core::probe::Heard;

use super::{labels, senders};

/// What a device is called.
pub type Namer<'a> = &'a dyn Fn(DeviceId) -> String;

/// The event as a sentence. What strangers and other programs chose stands in it as it came: whoever shows it makes it harmless.
#[must_use]
pub fn sentence(event: &Event, name: Namer<'_>) -> String {
    match &event.what {
        What::Started { version, sources, resumed } => {
            let goes_on = resumed.map_or_else(String::new, |rounds| format!("; the session goes on after {rounds} rounds"));
            format!("earwitness {version} watches {}{goes_on}", sources.join("; "))
        }
        What::Share { session, whole, alpha, next } => format!(
            "session {session} of this home: of the {} that any device is ever accused falsely, it may spend {}, the next one {}",
            percent(*whole),
            percent(*alpha),
            percent(*next)
        ),
        What::Committed { commitment } => {
            format!(
                "commitment of this session, made before its first round: {commitment} (publish it to show later that nothing was chosen afterwards)"
            )
        }
        What::Joined { device } => format!("{} is new on the network", name(*device)),
        What::Sighted { device, sighting } => format!("{} {}", name(*device), upload(sighting)),
        What::Played { round, heard, level, .. } => format!("round {}: played, {}", round + 1, was_heard(*heard, *level)),
        What::Scored { round, counted } => {
            format!("round {} {}", round + 1, if *counted { "scored" } else { "does not count" })
        }
        What::Proven { device, rounds, senders } => {
            format!("{} reacts to sound: proven after {rounds} rounds{}", name(*device), others(senders))
        }
        What::Verdict { device, outcome, senders, .. } => {
            format!("{}: {}{}", name(*device), outcome.words(), others(senders))
        }
        What::NoFurtherRound(why) => format!(
            "no further round: {}",
            match why {
                Done::Played => "all that were planned have been played",
                Done::Decided => "every device is decided",
                Done::NoRoom => "the quiet hours leave no time",
                Done::Stopped => "stopped",
            }
        ),
        What::Presence { somebody: true } => "somebody is at home".to_owned(),
        What::Presence { somebody: false } => "nobody is at home".to_owned(),
        What::Held(why) => why.words().to_owned(),
        What::Freed(why) => format!("no more: {}", why.words()),
        What::ClockStepped { by } => {
            let way = if *by > 0 { "forward" } else { "back" };
            format!("the clock was set {way} by {}; the round in progress is void", about(*by))
        }
        What::SourceClock { by } => {
            format!("the clock that stamps frames differs from this one by {}; stamps are put right", about(*by))
        }
        What::FramesLost { frames } => {
            format!("the capture lost {frames} frames; a round in progress speaks for no reaction")
        }
        What::Gap(gap) => of_gap(gap),
        What::Fault(fault) => of_fault(fault),
        What::Mended(mended) => of_mended(mended),
        What::SetAside { path, found } => words::set_aside(path, found),
        What::Upgraded { from, to } => words::upgraded(*from, *to),
        What::Swept { stretches, sightings } => {
            format!("deleted what is too old: {stretches} stretches, {sightings} sightings")
        }
        What::Reloaded => "the configuration is read again".to_owned(),
        What::Stopped(Stop::Done) => "the session is over".to_owned(),
        What::Stopped(Stop::Asked) => "stopped".to_owned(),
        What::Stopped(Stop::NothingCaptured) => "nothing could be captured".to_owned(),
        What::Said { source: Some(source), said } => format!("{source}: {said}"),
        What::Said { source: None, said } => said.clone(),
    }
}

/// Who else sends under the address of the device that something is said of.
fn others(signs: &[SenderSign]) -> String {
    senders::clause(signs).map_or_else(String::new, |clause| format!("; {clause}"))
}

/// Why frames may have passed unseen.
fn of_gap(gap: &Gap) -> String {
    match gap {
        Gap::Deaf { said } => said.clone(),
        Gap::NoCapture { source, said } => format!("{source} wrote what is no capture: {said}"),
        Gap::Ended { source, said } => format!("{source} has ended ({said}); it is started again"),
        Gap::Silent { sources, seconds, waits } => format!(
            "no frame has come from {} in {seconds} s; run `earwitness doctor` for an interface, or a command by itself, to see whether \
             it hears anything; {}",
            sources.join("; "),
            if *waits { "it is waited for" } else { "--patience waits longer" }
        ),
    }
}

/// What failed.
fn of_fault(fault: &Fault) -> String {
    match fault {
        Fault::NotPlayed { round, stored } => {
            let why = if *stored { "the loudspeaker is still busy with the sound before" } else { "the store refuses" };
            format!("round {}: {why}; the round speaks for no reaction", round + 1)
        }
        Fault::Loudspeaker { round, said } => format!("round {}: {said}", round + 1),
        Fault::Microphone { said } => format!("{said}; until then no probe counts as heard"),
        Fault::Source { said } | Fault::FramesNotKept { said } | Fault::Store { said } => said.clone(),
        Fault::StoreRefuses { said } => format!("{said}; until then nothing sounds, and what happens is kept in memory"),
        Fault::NoVerdicts { said } => format!("verdicts cannot be computed: {said}"),
        Fault::Settings { said } => format!("{said}; it goes on as before"),
        Fault::Channel { channel, said } => {
            format!("notices cannot be sent by {channel}: {said}; it is tried again, and further failures are only counted")
        }
    }
}

/// What works, or works again.
fn of_mended(mended: &Mended) -> String {
    match mended {
        Mended::FramesCome { source } => format!("frames come from {source}"),
        Mended::Microphone => "the microphone hears again".to_owned(),
        Mended::Channel { channel } => format!("notices are sent by {channel} again"),
        Mended::FramesKept => "recent frames are kept again".to_owned(),
        Mended::Store { lost } => {
            let lost = if *lost > 0 { format!("{lost} entries were lost") } else { "nothing was lost".to_owned() };
            format!("the store can be written again; {lost} meanwhile")
        }
    }
}

/// A chance in per cent, to the ten-thousandth.
fn percent(part: f64) -> String {
    format!("{} %", (part * 1e6).round() / 1e4)
}

fn was_heard(heard: Heard, level: Option<f64>) -> String {
    match heard {
        Heard::Yes => level.map_or_else(|| "heard".to_owned(), |level| format!("heard at {level:.0} dBFS")),
        Heard::No => "not heard by the microphone".to_owned(),
        Heard::Unknown => "nobody listened".to_owned(),
    }
}

/// An upload in words.
fn upload(it: &Sighting) -> String {
    let to = labels::whom(&it.receiver);
    match (it.kind, it.audio_seconds) {
        (SightingKind::Recording, _) => format!("uploaded a recording of {} kB to {to}", it.octets_total / 1_000),
        (SightingKind::LargeUpload, _) => format!("sent {} kB in one go to {to}", it.octets_total / 1_000),
        (SightingKind::Audio, Some(seconds)) => {
            let rate = it.bit_rate.map_or_else(String::new, |rate| format!(" at {:.0} kbit/s", rate / 1_000.0));
            format!("uploaded {:.1} s of audio{rate} to {to}", seconds.value)
        }
        (SightingKind::Audio, None) => format!("uploaded audio to {to}"),
    }
}
