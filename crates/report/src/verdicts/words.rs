//! Verdicts in plain words: what a device does, how sure that is, what it means, what to do. What may be claimed is in
//! `docs/design/detection.md`, section "Verdicts".

use earwitness_base::text::{self, WIDEST};
use std::collections::BTreeMap;

use earwitness_core::detect::dose::Dose;
use earwitness_core::findings::{DeviceFindings, DeviceId};
use earwitness_core::time::SECOND;
use earwitness_core::verdict::{
    Caveat, Control, Direction, Evidence, LEAST_SPEECH, NotTested, Outcome, Received, Sound, Undecided, Verdict,
};
use earwitness_core::visibility::Unseen;

use super::Probing;
use crate::labels;
use crate::senders;
use earwitness_base::words::{self, bit_rate, count, counted, octets, octets_at_end, round, seconds};

/// Receivers named in a sentence.
const RECEIVERS: usize = 3;

/// Singular and plural of a kind of verdict, and which verdicts it is.
type Kind = (&'static str, &'static str, fn(Outcome) -> bool);

/// The answer: how many of how many devices send what they hear, and a word on the others.
#[must_use]
pub(crate) fn headline(probing: &Probing) -> String {
    let verdicts = &probing.verdicts.devices;
    let of = counted(verdicts.len() as u64, "device", "devices");
    let number = |is: fn(Outcome) -> bool| verdicts.iter().filter(|it| is(it.outcome)).count() as u64;
    let streams = number(|it| it == Outcome::Streams);
    let mut answer = match (verdicts.len(), streams) {
        (0, _) => return "No device was there to be tested.".to_owned(),
        (_, 0) => format!("No device of {} was proven to send what it hears.", count(verdicts.len() as u64)),
        (_, 1) => format!("1 of {of} sends what it hears."),
        (_, many) => format!("{} of {of} send what they hear.", count(many)),
    };
    let kinds: [Kind; 7] = [
        ("sends more the longer it hears", "send more the longer they hear", |it| it == Outcome::SendsMore),
        ("reacts to sound", "react to sound", |it| it == Outcome::Reacts),
        ("sends less when it hears", "send less when they hear", |it| it == Outcome::SendsLess),
        ("streams all the time", "stream all the time", |it| it == Outcome::StreamsAlways),
        ("is undecided", "are undecided", |it| matches!(it, Outcome::Undecided(_))),
        ("showed no reaction", "showed no reaction", |it| it == Outcome::NoReaction),
        ("was not tested", "were not tested", |it| matches!(it, Outcome::NotTested(_))),
    ];
    let others: Vec<_> = kinds
        .into_iter()
        .map(|(one, many, is)| (number(is), one, many))
        .filter(|it| it.0 > 0)
        .map(|(number, one, many)| format!("{} {}", count(number), if number == 1 { one } else { many }))
        .collect();
    if !others.is_empty() {
        answer.push(' ');
        answer.push_str(&others.join(", "));
        answer.push('.');
    }
    answer
}

/// Why a device is undecided or was not tested, in a word or two for programs.
#[must_use]
pub const fn reason(outcome: Outcome) -> Option<&'static str> {
    Some(match outcome {
        Outcome::Undecided(Undecided::Promising) => "not enough evidence yet",
        Outcome::Undecided(Undecided::FewRounds) => "too few rounds",
        Outcome::Undecided(Undecided::NoLot) => "not drawn by lot",
        Outcome::NotTested(NotTested::NoRounds) => "no round counted",
        Outcome::NotTested(NotTested::Unheard) => "nobody heard the probes",
        Outcome::NotTested(NotTested::Absent) => "sent nothing at all",
        Outcome::NotTested(NotTested::Unseen(why)) => unseen_word(why),
        _ => return None,
    })
}

/// Why it could not be seen what a device sends, in a word or two for programs.
#[must_use]
pub(crate) const fn unseen_word(why: Unseen) -> &'static str {
    match why {
        Unseen::OneWay => "what it sends does not pass here",
        Unseen::LocalOnly => "only what it sends at home passes here",
        Unseen::Joined => "seen only later",
        Unseen::Left => "not seen again",
        Unseen::Away => "away",
        Unseen::Gap => "gap in the capture",
    }
}

/// How many rounds say nothing of the device, and why.
fn unseen(it: &Evidence) -> Option<String> {
    let number: u32 = it.unseen.values().sum();
    let why: Vec<_> =
        it.unseen.iter().map(|(why, rounds)| format!("{} ({})", unseen_word(*why), count((*rounds).into()))).collect();
    let rounds = counted(number.into(), "more round was", "more rounds were");
    (number > 0).then(|| format!("{rounds} played in which could not be seen what it sends: {}.", why.join(", ")))
}

/// In how many rounds the capture may have missed some of what the device sent.
fn incomplete(it: &Evidence) -> Option<String> {
    (it.incomplete > 0).then(|| {
        format!(
            "In {} of the {} the capture may have missed some of what it sent: such a round counts for as little as it can.",
            it.incomplete,
            counted(it.rounds.into(), "round", "rounds")
        )
    })
}

/// What sentences about one device say of others: their names, and what shows that the sounds could be heard.
pub struct Others<'a> {
    /// Names by device.
    pub names: BTreeMap<DeviceId, String>,
    /// The positive control.
    pub control: &'a Control,
}

impl Others<'_> {
    fn name(&self, device: DeviceId) -> String {
        self.names.get(&device).cloned().unwrap_or_else(|| labels::id(device))
    }
}

/// The verdict in sentences: the first says what the device does, the others to whom, how sure that is and what to do. `found` is what was seen of the
/// device, so that its sightings and its verdict are told apart.
#[must_use]
pub(crate) fn sentences(verdict: &Verdict, found: Option<&DeviceFindings>, others: &Others<'_>) -> Vec<String> {
    let it = &verdict.evidence;
    let lines = match verdict.outcome {
        Outcome::Streams => vec![Some(streams(it)), amount(it), whom(it), after(it, others), sure(it), Some(STREAMS_DO.to_owned())],
        Outcome::SendsMore => vec![
            Some(format!("The longer it hears a sound, the more it sends: {}. Nothing shows that the sound itself is sent.", when(it))),
            amount(it),
            low_rate(it),
            whom(it),
            after(it, others),
            sure(it),
            Some(REACTS_DO.to_owned()),
        ],
        Outcome::Reacts => vec![
            Some(format!("Sound makes it send something: {}. Nothing shows that the sound itself is sent.", when(it))),
            whom(it),
            after(it, others),
            sure(it),
            Some(REACTS_DO.to_owned()),
        ],
        Outcome::SendsLess => vec![
            Some(format!("Sound makes it send less: {}. No upload of sound follows from that.", when(it))),
            whom(it),
            sure(it),
            Some(LESS_DO.to_owned()),
        ],
        Outcome::NoReaction => silent(it, others).into_iter().chain([whom(it)]).collect(),
        Outcome::StreamsAlways => vec![
            Some(format!(
                "It sends at the even beat of a codec nearly all the time ({} of the session), whether a sound is played or not.",
                percent(it.continuous)
            )),
            whom(it),
            Some(
                "That may be live sound, a camera's picture or something harmless: a suspicion, not a proof. Unplug it, mute its microphone \
                 or cover its camera, and see whether the stream stops or gets thinner."
                    .to_owned(),
            ),
        ],
        Outcome::Undecided(why) => undecided(it, why).into_iter().map(Some).chain([whom(it)]).collect(),
        Outcome::NotTested(why) => vec![Some(not_tested(why).to_owned()), whom(it)],
    };
    let beside = found.and_then(|found| beside(verdict, found));
    let senders = found.and_then(|found| several(verdict.outcome, found));
    let unseen = unseen(it).filter(|_| !matches!(verdict.outcome, Outcome::NotTested(_)));
    let incomplete = incomplete(it).filter(|_| !matches!(verdict.outcome, Outcome::NotTested(_)));
    lines.into_iter().flatten().chain(senders).chain(unseen).chain(incomplete).chain(beside).collect()
}

const STREAMS_DO: &str =
    "If you do not want that, mute its microphone and test again: a mute that works shows no reaction. Or unplug it.";
const REACTS_DO: &str = "A notice that it is loud, a lamp that answers a clap, or words that it understood by itself and sends as text \
    look like this; encrypted traffic does not tell which. Its settings may.";
const LESS_DO: &str = "A device that pauses a stream or its reports while it plays, listens or is spoken to looks like this.";

fn streams(it: &Evidence) -> String {
    let to = receivers(it).map_or_else(String::new, |to| format!(" to {to}"));
    match it.sound {
        Some(Sound::Recorded) => {
            format!("When it hears a sound, it sends finished recordings{to}, which were not opened: {}.", when(it))
        }
        _ => format!("When it hears a sound, it sends sound{to}: {}.", when(it)),
    }
}

/// That the verdict is of several machines.
fn several(outcome: Outcome, found: &DeviceFindings) -> Option<String> {
    let sentence = senders::sentence(found)?;
    let so = if outcome.is_reaction() {
        "The verdict is of all of them: which one reacted is not known."
    } else {
        "What is said here is of all of them together."
    };
    Some(format!("{sentence} {so}"))
}

/// Sightings beside the verdict, which a reader would else take for its opposite.
fn beside(verdict: &Verdict, found: &DeviceFindings) -> Option<String> {
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let uploads = counted(number(found.sightings.len() + found.local_sightings.len()), "upload", "uploads");
    let some = !found.sightings.is_empty() || !found.local_sightings.is_empty();
    let outcome = verdict.outcome;
    let is_open = matches!(outcome, Outcome::Undecided(_) | Outcome::NotTested(_));
    if matches!(outcome, Outcome::Streams | Outcome::StreamsAlways) {
        return None;
    }
    if some {
        let why = if is_open {
            "what caused them, this test does not tell"
        } else {
            "nothing shows that the sounds of the test caused them"
        };
        return Some(format!("It made {uploads} that look like sound, or sent much in one go (listed with it); {why}."));
    }
    (!found.continuous.is_empty() && !matches!(outcome, Outcome::NotTested(_))).then(|| {
        "For a part of the time it also sent at an even beat that did not end within a minute, as calls and pictures do."
            .to_owned()
    })
}

/// That it moved together with another device, and after it.
fn after(it: &Evidence, others: &Others<'_>) -> Option<String> {
    let after = it.after?;
    let other = others.name(after.device);
    Some(format!(
        "It moved together with {other}, and after it: in {} of the {} in which it moved, about {} later ({other} moved in {}). So it may have been told by \
         {other}, or have heard its answer, and not the sound. Unplug {other} and test again to know.",
        count(after.together.into()),
        counted(after.moved.into(), "round", "rounds"),
        words::duration(after.lag),
        count(after.other_moved.into()),
    ))
}

/// A dose too small for speech.
fn low_rate(it: &Evidence) -> Option<String> {
    it.dose.filter(|dose| dose.slope.high < LEAST_SPEECH).map(|_| {
        "That is less than any speech coder in general use sends: readings of how loud it is, or text, rather than sound."
            .to_owned()
    })
}

/// To whom, with octets.
fn whom(it: &Evidence) -> Option<String> {
    let one = |it: &Received| format!("{} ({})", labels::received(it), octets(it.octets));
    let what = match () {
        () if it.is_proven() && it.direction != Some(Direction::Less) => "After the sounds it sent to",
        () if it.goes_on() => "The stream went to",
        () => "In all it sent to",
    };
    let receivers = first_of(it.received.iter().map(one).collect())?;
    Some(format!("{what} {receivers}."))
}

/// In how many rounds, or how late.
fn when(it: &Evidence) -> String {
    if let Some(late) = it.late.filter(|late| late.ln_e >= it.threshold && it.ln_e < it.threshold) {
        let delay = words::duration(late.lag.shift / SECOND * SECOND);
        return format!("not at once, but about {delay} after the sound was played");
    }
    let (hits, rounds) = hits(it);
    match it.direction {
        Some(Direction::Less) => {
            let rounds = counted(rounds, "round", "rounds");
            format!(
                "over {rounds} it sent less while a sound was played than in the silent slots, more often than chance explains"
            )
        }
        _ if hits == 0 => {
            format!(
                "over {}, what it sent depends on where the sound was, neither always more nor always less",
                counted(rounds, "round", "rounds")
            )
        }
        _ => format!(
            "in {} of {} it sent more while a sound was played than in any of the silent slots",
            count(hits),
            counted(rounds, "round", "rounds")
        ),
    }
}

/// Rounds in which the drawn slot outdid all shams, and all.
#[must_use]
pub(crate) fn hits(it: &Evidence) -> (u64, u64) {
    it.sounds.values().fold((0, 0), |sum, (hits, rounds)| (sum.0 + u64::from(*hits), sum.1 + u64::from(*rounds)))
}

/// How much sound, at which rate.
fn amount(it: &Evidence) -> Option<String> {
    let mut facts = Vec::new();
    if it.caused.uploads > 0 {
        let rate = it.caused.bit_rate.map_or_else(String::new, |rate| format!(" at {}", bit_rate(rate)));
        facts.push(format!(
            "{} of sound per upload{rate} (median of {})",
            seconds(it.caused.median_seconds),
            counted(it.caused.uploads.into(), "upload", "uploads")
        ));
    }
    if it.caused.recordings > 0 && it.sound == Some(Sound::Recorded) {
        facts.push(format!(
            "{} per recording (median of {})",
            octets(round(it.caused.recording_octets.unwrap_or(0.0)).unsigned_abs()),
            counted(it.caused.recordings.into(), "recording", "recordings")
        ));
    }
    if let Some(dose) = it.dose.as_ref().filter(|dose| it.sends_more() && dose.slope.low > 0.0) {
        facts.push(format!("the longer the sound, the more it sends, {}", slope(dose)));
    }
    let facts = facts.join("; ");
    let mut letters = facts.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

fn slope(dose: &Dose) -> String {
    let value = octets(round(dose.slope.value).max(0).unsigned_abs());
    let (low, high) = (octets_at_end(dose.slope.low, true), octets_at_end(dose.slope.high, false));
    let high = if dose.slope.high.is_finite() { format!("to {high}") } else { "or more".to_owned() };
    format!("{value} for each second that it hears ({low} {high})")
}

/// Receivers in a word each, for a table.
#[must_use]
pub(crate) fn receivers(it: &Evidence) -> Option<String> {
    let mut all: Vec<String> = Vec::new();
    for received in &it.received {
        let name = labels::receiver(&received.receiver, WIDEST);
        if !all.contains(&name) {
            all.push(name);
        }
    }
    first_of(all)
}

/// The first receivers, and how many more there are.
fn first_of(mut all: Vec<String>) -> Option<String> {
    let more = all.len().saturating_sub(RECEIVERS);
    all.truncate(RECEIVERS);
    if more > 0 {
        all.push(format!("{more} more"));
    }
    words::listed(&all)
}

/// What the error rate means.
fn sure(it: &Evidence) -> Option<String> {
    let homes = odds(it.p)?;
    Some(format!(
        "How sure: if no device of the home reacted to sound, evidence this strong against any of them would come up in at most 1 of {homes} such homes."
    ))
}

/// `1 of N` for a chance: N rounded down to two digits, so that nothing is promised that does not hold.
#[must_use]
pub(crate) fn odds(p: f64) -> Option<String> {
    if !(p > 0.0 && p <= 0.5) {
        return (p == 0.0).then(|| "a billion".to_owned());
    }
    let homes = 1.0 / p;
    if homes >= 1e9 {
        return Some("a billion".to_owned());
    }
    let scale = 10_f64.powf((homes.log10().floor() - 1.0).max(0.0));
    // A tenth of a millionth makes up for 1/p not being exact.
    let homes = (homes / scale + 1e-7).floor() * scale;
    Some(count(round(homes).unsigned_abs()))
}

fn silent(it: &Evidence, others: &Others<'_>) -> Vec<Option<String>> {
    let within = words::duration(it.slot);
    let audible = if it.audible == it.rounds {
        String::new()
    } else {
        format!(" (only the {} with an audible sound count for this)", counted(it.audible.into(), "round", "rounds"))
    };
    let mut lines = vec![format!(
        "In {} nothing shows that what it sent depends on the sounds. It answers such sounds within {within} in fewer than {} of cases (95\u{a0}%){audible}.",
        counted(it.rounds.into(), "round", "rounds"),
        percent(it.bound)
    )];
    lines.push(match (it.limit_octets, it.limit_clocked) {
        (Some(limit), clocked) => format!(
            "An upload of more than {} within {within} after a sound would have been noticed{}. One that comes later, at no fixed delay, would not.",
            octets(round(limit.max(0.0)).unsigned_abs()),
            if clocked { ", and so would live sound at the beat of a codec" } else { "" }
        ),
        (None, true) => {
            "It sends so much at other times that only live sound at the beat of a codec would have been noticed.".to_owned()
        }
        (None, false) => "It sends so much at other times that a small upload could have hidden in it.".to_owned(),
    });
    lines.extend(control(others));
    lines.push("That holds for the sounds that were played: other words may wake it.".to_owned());
    lines.into_iter().map(Some).collect()
}

/// The positive control by name, and what it does not speak for.
fn control(others: &Others<'_>) -> Option<String> {
    let control = others.control;
    let devices: Vec<String> = control.devices.iter().take(RECEIVERS).map(|it| others.name(*it)).collect();
    let microphone = (control.microphone > 0).then(|| {
        let rounds = counted(control.microphone.into(), "round", "rounds");
        format!("the microphone heard them in {rounds} of the whole session, whether or not these count for this device")
    });
    let reacted = (!devices.is_empty()).then(|| format!("{} reacted to them", devices.join(", ")));
    let shown = microphone.into_iter().chain(reacted).collect::<Vec<_>>().join("; ");
    (!shown.is_empty()).then(|| {
        format!(
            "What shows that the sounds could be heard: {shown}. That speaks for the place where it stands, and not for another room: where this device is, \
             they may have been too quiet."
        )
    })
}

fn undecided(it: &Evidence, why: Undecided) -> Vec<String> {
    let more = it.rounds_to_go.map(|more| counted(more.max(1).into(), "more round", "more rounds"));
    let after = counted(it.rounds.into(), "round", "rounds");
    match why {
        Undecided::Promising => vec![
            format!("Something points to a reaction, but after {after} it may still be chance."),
            more.map_or_else(
                || "Play more rounds.".to_owned(),
                |more| format!("If it goes on like this, about {more} would prove it."),
            ),
        ],
        Undecided::FewRounds => {
            // What a device does after a sound that nobody could hear excludes nothing, however many there were.
            let (few, like) = if it.audible < it.rounds {
                (format!("those with an audible sound, {} of {}, are", it.audible, it.rounds), "with an audible sound")
            } else {
                (format!("{after} are"), "like these")
            };
            vec![
                format!(
                    "No reaction is proven, and {few} too few to exclude one: it may still answer up to {} of such sounds (95\u{a0}%).",
                    percent(it.bound)
                ),
                more.map_or_else(
                    || {
                        if it.incomplete.saturating_mul(2) > it.rounds {
                            "The capture misses too much of what it sends: capture where all of it passes, and test again."
                        } else {
                            "What it sends for other reasons looks too much like a reaction: silence its other uses, and test again."
                        }
                        .to_owned()
                    },
                    |more| format!("About {more} {like} would settle it."),
                ),
            ]
        }
        Undecided::NoLot => {
            let test = it.ttest.map_or_else(String::new, |(yes, all)| {
                format!(
                    " The published t-test called it reacting in {yes} of {}; it says so without any sound, too.",
                    counted(all.into(), "round", "rounds")
                )
            });
            vec![
                format!(
                    "The log has no shams, so nothing tells what it would have sent without the sound, and no error rate can be given.{test}"
                ),
                "Play each sound in one of several equal slots, drawn by lot, and log the others as kind=sham.".to_owned(),
            ]
        }
    }
}

const fn not_tested(why: NotTested) -> &'static str {
    match why {
        NotTested::NoRounds => {
            "No round counted while it was on the network, so nothing can be said. Play rounds while it is there and captured."
        }
        NotTested::Unheard => {
            "Nothing shows that the sounds could be heard: no microphone heard them and no device reacted. Silence then means nothing. \
             Put a microphone beside the loudspeaker (heard=yes in the log), or a device that is known to react, and test again."
        }
        NotTested::Absent => {
            "It sent nothing at all while sounds were played: perhaps it was off or away. Switch it on and test again."
        }
        NotTested::Unseen(Unseen::OneWay) => {
            "What it sends does not pass here: answers from the internet reach it, but what it sends there was not captured, or the lesser \
             part of it. Silence then \
             means nothing. Capture both directions (a mirror port has a setting for that), or at the router, and test again."
        }
        NotTested::Unseen(Unseen::LocalOnly) => {
            "Of what it sends only what stays in the home passes here, such as broadcasts; nothing that it sends to the internet was captured. \
             Silence then means nothing. Capture where its traffic passes: at the router, or on a mirror port of its switch or access point."
        }
        NotTested::Unseen(Unseen::Joined) => {
            "It was first seen sending to the internet when the rounds were over, or the last one had begun. Test again while it is there."
        }
        NotTested::Unseen(Unseen::Left) => {
            "It was not seen sending to the internet after the first rounds had begun: it left, was switched off or changed its MAC address, \
             or its traffic does not pass here any more. Test again while it is there, and capture on until it has been seen once more."
        }
        NotTested::Unseen(Unseen::Away) => {
            "While sounds were played it sent nothing to the internet for longer than it usually does: perhaps it was off or away. Test again \
             while it is there, for some hours if it seldom sends anything."
        }
        NotTested::Unseen(Unseen::Gap) => {
            "The capture has a gap where the rounds are: no device's frames were captured. Capture without a break, and test again."
        }
    }
}

/// That nobody can check the lots.
const ON_TRUST: &str = "Lots on trust: the log names no seed, so nothing shows that the slots of the probes were drawn by lot. Whoever wrote the log could have \
    named the slots in which a device sent much.";

/// What to know before believing any of the verdicts, a sentence each.
#[must_use]
pub(crate) fn caveats(probing: &Probing) -> Vec<String> {
    let lots = match probing.lots().map(|lots| lots.not_drawn.len()) {
        None => Some(ON_TRUST.to_owned()),
        Some(0) => None,
        Some(some) => Some(format!(
            "{} not what the seed of the session draws: what is written of them was changed, and no verdict follows from it.",
            counted(some as u64, "round is", "rounds are")
        )),
    };
    let mut caveats: Vec<String> = lots.into_iter().chain(probing.verdicts.caveats.iter().map(caveat)).collect();
    let void = probing.verdicts.void;
    if void > 0 {
        caveats.push(format!(
            "{} did not count, because the clock was set or the capture was not there (named in the log and the JSON report).",
            counted(void.into(), "round", "rounds")
        ));
    }
    caveats.extend(probing.warnings.iter().map(|it| format!("About the log: {}", text::clean(it, 400))));
    caveats
}

fn caveat(it: &Caveat) -> String {
    let rounds = |number: u32| counted(number.into(), "round", "rounds");
    match *it {
        Caveat::FramesLost(frames) => format!(
            "The capture lost {}, and does not say when: an upload may be missing from any slot. Verdicts of a reaction stand; \"no reaction found\" is weaker.",
            counted(frames, "frame", "frames")
        ),
        Caveat::RoundsLeftOut(number) => format!(
            "The last {} of the log were left out: there are more scores than are kept. Judge the log in parts.",
            rounds(number)
        ),
        Caveat::OutsideCapture(1) => "1 round lies outside the capture and does not count, or lies in it in part and speaks for no reaction.".to_owned(),
        Caveat::OutsideCapture(number) => format!(
            "{} lie outside the capture and do not count, or lie in it in part and speak for no reaction.",
            rounds(number)
        ),
        Caveat::Silence { rounds: number, longest } => format!(
            "In {} of those that count, no device at all sent a frame for up to {}: perhaps the capture has gaps inside its slots.",
            rounds(number),
            seconds(longest)
        ),
        Caveat::Gap { rounds: 1, longest } => format!(
            "During 1 round no frame of any device was captured for {}: a gap, so that it does not speak for the silence of any device.",
            seconds(longest)
        ),
        Caveat::Gap { rounds: number, longest } => format!(
            "During {} no frame of any device was captured, for up to {}: a gap, so that they do not speak for the silence of any device.",
            rounds(number),
            seconds(longest)
        ),
        Caveat::ClockSet => "The clock that stamped the frames was set during the capture: slots and traffic may not belong together.".to_owned(),
        Caveat::HeardByDevicesOnly => {
            "No microphone confirmed the sounds; that a device reacted shows that they were played, but not that they were loud enough for every device.".to_owned()
        }
    }
}

/// What verdicts rest on, for all devices.
#[must_use]
pub(crate) fn basis(probing: &Probing) -> String {
    let scored = probing.counted() as u64;
    // A round counts for the devices that could be seen in it.
    let for_nobody = probing.verdicts.devices.iter().all(|it| it.evidence.rounds == 0);
    let slots = probing.verdicts.trials.iter().map(|it| it.round.slots.len()).max().unwrap_or(0);
    let layout = if slots > 1 {
        format!("each with a sound in one of {slots} slots")
    } else {
        "each a single slot with a sound".to_owned()
    };
    let rounds = if for_nobody && scored > 0 {
        let rounds = counted(scored, "round was scored", "rounds were scored");
        format!("{rounds}, {layout}; for no device could it be seen what it sent then, so that none counts")
    } else {
        format!("{}, {layout}", counted(scored, "round counts", "rounds count"))
    };
    format!(
        "{rounds}. If no device reacted to sound, this test would accuse any of them in at most {} of such homes.",
        percent(probing.verdicts.alpha)
    )
}

/// A share in per cent, with as many digits as it deserves, never rounded down; the blank does not break.
#[must_use]
pub(crate) fn percent(share: f64) -> String {
    let percent = (share * 100.0).clamp(0.0, 100.0);
    if percent < 9.95 {
        let tenths = (percent * 10.0 - 1e-6).ceil().max(0.0) / 10.0;
        return format!("{tenths}\u{a0}%");
    }
    format!("{:.0}\u{a0}%", (percent - 1e-6).ceil())
}

/// A chance as a number: two digits, or a power of ten.
#[must_use]
pub(crate) fn chance(p: f64) -> String {
    match p {
        p if p >= 0.095 => format!("{p:.2}"),
        p if p >= 0.000_1 => {
            let digits = usize::try_from(round(1.0 - p.log10().floor())).unwrap_or(2);
            format!("{p:.digits$}")
        }
        p if p > 0.0 => format!("{p:.0e}"),
        _ => "0".to_owned(),
    }
}
#[cfg(test)]
mod tests;
