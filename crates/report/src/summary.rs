//! The answer in one sentence, and the totals of each device.

use earwitness_base::text::{self, WIDEST};
use std::collections::BTreeMap;

use earwitness_core::findings::{
    CaptureFacts, Damage, DeviceFindings, DeviceId, Estimate, Findings, Role, Seen, Sighting, SightingKind,
};
use earwitness_core::time::{Timestamp, Window};

use super::Context;
use super::labels;
use super::notes::reasons;
use super::stretches::{PAUSE, observed};
use earwitness_base::words::{self, as_f64, counted, duration, octets, round, seconds};

/// One device as a person reads it.
pub struct Device<'a> {
    /// What was found.
    pub found: &'a DeviceFindings,
    /// A name that no other device of the report has.
    pub name: String,
    /// Its maker, where known.
    pub vendor: Option<String>,
    /// Number of sightings of live audio.
    pub audio: u64,
    /// Number of sightings of recordings that sound caused.
    pub recordings: u64,
    /// Number of large uploads.
    pub large_uploads: u64,
    /// Seconds of sound, where they are known; intervals are added end to end, so the sum is not too narrow.
    pub seconds: Option<Estimate>,
    /// Receivers of the sightings, most frequent first.
    pub receivers: Vec<String>,
    /// From the start of the first to the end of the last sighting.
    pub sighted: Option<Window>,
}

/// The whole report in a few words.
pub struct Summary<'a> {
    /// One sentence that answers the question.
    pub answer: String,
    /// What that answer does not mean.
    pub caution: &'static str,
    /// The devices: those with sightings first, then by what they sent; gateways last.
    pub devices: Vec<Device<'a>>,
    /// Nanoseconds in which something was captured.
    pub observed: i64,
    /// Whether that leaves out pauses of the capture (or of all devices: nobody can tell which).
    pub paused: bool,
}

/// What a sighting does not mean.
const NOT_PROOF: &str = "A sighting is not proof. The content is encrypted and was not read: what was seen is that data left \
    at the steady beat in which sound is sent.";
/// What no sighting does not mean.
const NOT_CLEAN: &str = "That does not show that no device listens. It covers this stretch of time only, and sound that is \
    turned into text, sent slowly, or hidden in other traffic is not seen.";

/// Sums up what was found.
#[must_use]
pub fn summary<'a>(findings: &'a Findings, context: &Context<'_>) -> Summary<'a> {
    let mut devices: Vec<_> = findings.devices.iter().map(|it| device(it, context)).collect();
    tell_apart(&mut devices);
    devices.sort_by_key(|it| {
        let quiet = it.found.sightings.is_empty();
        (quiet, it.found.role == Role::Gateway, u64::MAX - it.found.upstream.wire_octets, it.found.id)
    });
    let observed = observed(findings);
    let sighted = devices.iter().any(|it| it.audio > 0 || it.recordings > 0);
    let facts = &findings.capture;
    let span = facts.first.zip(facts.last).map_or(0, |(first, last)| last.since(first));
    let paused = span.saturating_sub(observed) > PAUSE;
    let answer = [unread(facts), Some(answer(&devices, observed, paused))].into_iter().flatten().collect::<Vec<_>>().join(" ");
    Summary { answer, caution: if sighted { NOT_PROOF } else { NOT_CLEAN }, devices, observed, paused }
}

/// Said before any answer where most of the capture could not be read.
#[must_use]
pub fn unread(facts: &CaptureFacts) -> Option<String> {
    let Damage { read, behind } = facts.damage;
    facts.is_mostly_unread().then(|| {
        let what = if behind == 0 {
            let (lost, all) = (octets(facts.unread_octets), octets(facts.wire_octets));
            format!("({lost} of {all}): {}", reasons(facts))
        } else {
            let also = if facts.stopped.is_empty() { String::new() } else { format!("; in what was read: {}", reasons(facts)) };
            format!("({} of {} follow damage in a file){also}", octets(behind), octets(read.saturating_add(behind)))
        };
        format!("Most of this capture could not be read {what}. What follows is about the rest alone.")
    })
}

fn device<'a>(found: &'a DeviceFindings, context: &Context<'_>) -> Device<'a> {
    let vendor = match found.id {
        DeviceId::Mac(mac) if !found.randomised => (context.vendor)(mac).map(|it| text::clean(&it, WIDEST)),
        _ => None,
    };
    let number = |kind| found.sightings.iter().filter(|it| it.kind == kind).fold(0, |sum, _| sum + 1);
    Device {
        found,
        name: labels::device(found, vendor.as_deref()),
        vendor,
        audio: number(SightingKind::Audio),
        recordings: number(SightingKind::Recording),
        large_uploads: number(SightingKind::LargeUpload),
        seconds: total(found.sightings.iter()),
        receivers: receivers(&found.sightings),
        sighted: span(&found.sightings),
    }
}

fn total<'a>(sightings: impl Iterator<Item = &'a Sighting>) -> Option<Estimate> {
    sightings.filter_map(|it| it.audio_seconds).reduce(|a, b| Estimate {
        value: a.value + b.value,
        low: a.low + b.low,
        high: a.high + b.high,
    })
}

fn receivers(sightings: &[Sighting]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for it in sightings {
        *counts.entry(labels::receiver(&it.receiver, WIDEST)).or_default() += 1;
    }
    let mut receivers: Vec<_> = counts.into_iter().collect();
    receivers.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    receivers.into_iter().map(|(name, _)| name).collect()
}

fn span(sightings: &[Sighting]) -> Option<Window> {
    let from: Timestamp = sightings.iter().map(|it| it.window.from).min()?;
    let until = sightings.iter().map(|it| it.window.until).max()?;
    Some(Window { from, until })
}

/// Adds the end of the address, and if need be all of it, to names that occur twice.
fn tell_apart(devices: &mut [Device<'_>]) {
    for ending in [|id| if let DeviceId::Mac(mac) = id { labels::short(mac) } else { labels::id(id) }, labels::id] {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for it in devices.iter() {
            *counts.entry(it.name.clone()).or_default() += 1;
        }
        for it in devices.iter_mut().filter(|it| counts.get(&it.name).is_some_and(|count| *count > 1)) {
            it.name = format!("{} ({})", it.name, ending(it.found.id));
        }
    }
}

fn answer(devices: &[Device<'_>], observed: i64, paused: bool) -> String {
    let subjects: Vec<_> = devices.iter().filter(|it| it.found.role == Role::Device || !it.found.sightings.is_empty()).collect();
    if subjects.is_empty() {
        return "No device was seen in this capture.".to_owned();
    }
    let of = counted(tally(subjects.len()), "device", "devices");
    let time = format!("{}{}", duration(observed), if paused { " with traffic" } else { "" });
    let number = |has: &dyn Fn(&DeviceFindings) -> bool| tally(subjects.iter().filter(|it| has(it.found)).count());
    let sending = |kind| number(&|it| it.sightings.iter().any(|it| it.kind == kind));
    let amount = total(subjects.iter().flat_map(|it| &it.found.sightings).filter(|it| it.kind == SightingKind::Audio))
        .map_or_else(String::new, |it| format!(": {} of it", seconds(it.value)));
    let (live, recordings) = (sending(SightingKind::Audio), sending(SightingKind::Recording));
    let at_home = number(&|it| it.local_sightings.iter().any(|it| it.kind == SightingKind::Audio));
    let endless = endless(&subjects, &of);
    let mut answer = match (live, recordings) {
        (0, 0) if endless.is_some() => format!("No other upload to the internet looks like sound, in {time}."),
        (0, 0) => format!("No device sent what looks like sound to the internet, in {time}."),
        (0, n) => {
            format!("{n} of {of} sent what looks like finished recordings to the internet, in {time}; none sent live sound.")
        }
        (n, 0) => format!("{n} of {of} sent what looks like sound to the internet{amount}, in {time}."),
        (n, r) => {
            let clips = counted(r, "device", "devices");
            format!(
                "{n} of {of} sent what looks like sound to the internet{amount}, in {time}. {clips} sent what looks like finished recordings."
            )
        }
    };
    let large = sending(SightingKind::LargeUpload);
    if large > 0 {
        let who = counted(large, "device", "devices");
        answer =
            format!("{answer} {who} sent large uploads in one go; whether there is sound in them the traffic does not tell.");
    }
    if at_home > 0 {
        let who = counted(at_home, "device", "devices");
        answer = format!("{answer} {who} sent what looks like sound to another device in the home.");
    }
    let at_home = number(&|it| it.continuous.iter().any(|it| it.receiver.local));
    if at_home > 0 {
        let who = counted(at_home, "device", "devices");
        answer =
            format!("{answer} {who} streamed at a steady beat to another device in the home for minutes; that is not counted.");
    }
    match endless {
        // A finding comes before what was not found.
        Some(endless) if live == 0 => format!("{endless} {answer}"),
        Some(endless) => format!("{answer} {endless}"),
        None => answer,
    }
}

/// Devices that are named in the answer; the others are counted.
const NAMED: usize = 3;

/// Who streamed to the internet without an end, for how long, and what that may be.
fn endless(subjects: &[&Device<'_>], of: &str) -> Option<String> {
    let mut named: Vec<String> = Vec::new();
    for it in subjects {
        let length = it.found.endless().fold(0_i64, |sum, it| sum.saturating_add(it.window.length()));
        if length > 0 {
            named.push(format!("{} ({})", it.name, duration(length)));
        }
    }
    let number = tally(named.len());
    let more = named.len().saturating_sub(NAMED);
    named.truncate(NAMED);
    if more > 0 {
        named.push(format!("{more} more"));
    }
    let named = words::listed(&named)?;
    Some(format!(
        "{number} of {of} streamed to the internet for minutes without a pause, at the steady beat at which sound is sent: {named}; whether that is sound, \
         or a call or live pictures that somebody wanted, the traffic does not tell."
    ))
}

fn tally(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Spacing of the slices in nanoseconds.
#[must_use]
pub fn beat(it: &Sighting) -> Option<i64> {
    it.detectors.iter().find_map(|seen| if let Seen::Clock { beat, .. } = seen { Some(*beat) } else { None })
}

/// Milliseconds with at most one digit after the point: `20`, `62.5`.
#[must_use]
pub fn milliseconds(nanos: i64) -> String {
    let tenths = round(as_f64(nanos) / 1e5);
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}

/// Names of the detectors that saw it.
pub(crate) fn detectors(it: &Sighting) -> String {
    let mut names: Vec<_> = it.detectors.iter().map(detector).collect();
    names.dedup();
    names.join(", ")
}

/// Name of a detector.
pub(crate) const fn detector(seen: &Seen) -> &'static str {
    match seen {
        Seen::Clock { .. } => "clock",
        Seen::Burst { .. } => "burst",
        Seen::Bulk { .. } => "bulk",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_answer_names_how_many_of_how_many_and_how_long() {
        let findings = sample::sample();
        let report = summary(&findings, &sample::context(&[]));
        let streams = report.devices.iter().find(|it| !it.found.continuous.is_empty()).unwrap().name.clone();
        assert_eq!(
            report.answer.replace(&streams, "NAME"),
            "2 of 6 devices sent what looks like sound to the internet: 38 s of it, in 3 h 12 min. \
             1 device sent large uploads in one go; whether there is sound in them the traffic does not tell. \
             1 device sent what looks like sound to another device in the home. \
             1 of 6 devices streamed to the internet for minutes without a pause, at the steady beat at which sound is sent: NAME (24 min); whether that is \
             sound, or a call or live pictures that somebody wanted, the traffic does not tell."
        );
        assert_eq!(report.caution, NOT_PROOF);
    }

    #[test]
    fn a_device_that_streams_all_the_time_comes_before_what_was_not_found() {
        let mut findings = sample::sample();
        for it in &mut findings.devices {
            it.sightings.clear();
            it.local_sightings.clear();
        }
        let answer = summary(&findings, &sample::context(&[])).answer;
        assert!(answer.starts_with("1 of 6 devices streamed to the internet for minutes without a pause"), "{answer}");
        assert!(answer.ends_with("No other upload to the internet looks like sound, in 3 h 12 min."), "{answer}");
        // In the home it is told, but not as something that leaves.
        for it in findings.devices.iter_mut().flat_map(|it| &mut it.continuous) {
            it.receiver.local = true;
        }
        let answer = summary(&findings, &sample::context(&[])).answer;
        assert!(
            answer.starts_with("No device sent") && answer.contains("1 device streamed at a steady beat to another device"),
            "{answer}"
        );
    }

    #[test]
    fn no_sighting_is_not_called_clean() {
        let mut findings = sample::sample();
        for it in &mut findings.devices {
            it.sightings.clear();
            it.continuous.clear();
            it.local_sightings.clear();
        }
        let report = summary(&findings, &sample::context(&[]));
        assert_eq!(report.answer, "No device sent what looks like sound to the internet, in 3 h 12 min.");
        assert!(report.caution.contains("does not show"));
        assert_eq!(summary(&Findings::default(), &sample::context(&[])).answer, "No device was seen in this capture.");
    }

    #[test]
    fn a_capture_that_could_not_be_read_says_so_before_anything_else() {
        let mut findings = Findings::default();
        findings.capture.wire_octets = 3_000;
        findings.capture.unread_octets = 1_500;
        assert!(summary(&findings, &sample::context(&[])).answer.starts_with("No device was seen"));
        findings.capture.unread_octets = 1_501;
        findings.capture.stopped = [("link type not read".to_owned(), 7)].into();
        let answer = summary(&findings, &sample::context(&[])).answer;
        let expected = "Most of this capture could not be read (1.5 kB of 3.0 kB): link type not read (7). What follows is about the rest alone.";
        assert!(answer.starts_with(expected), "{answer}");
    }

    #[test]
    fn what_follows_damage_counts_as_not_read() {
        let mut findings = Findings::default();
        let facts = &mut findings.capture;
        (facts.wire_octets, facts.damage) = (90_000, Damage { read: 60_000, behind: 60_000 });
        assert!(!findings.capture.is_mostly_unread());
        findings.capture.damage.behind = 70_000;
        let answer = summary(&findings, &sample::context(&[])).answer;
        let expected = "Most of this capture could not be read (70.0 kB of 130 kB follow damage in a file). What follows";
        assert!(answer.starts_with(expected), "{answer}");
        // What was read of it and not understood adds to that.
        findings.capture.damage.behind = 40_000;
        assert!(!findings.capture.is_mostly_unread());
        findings.capture.unread_octets = 30_000;
        assert!(findings.capture.is_mostly_unread());
    }

    #[test]
    fn large_uploads_alone_are_not_told_as_sound() {
        let mut findings = sample::sample();
        for it in &mut findings.devices {
            it.sightings.retain(|it| it.kind == SightingKind::LargeUpload);
            it.continuous.clear();
            it.local_sightings.clear();
        }
        let report = summary(&findings, &sample::context(&[]));
        assert_eq!(
            report.answer,
            "No device sent what looks like sound to the internet, in 3 h 12 min. 1 device sent large uploads in one go; whether there is \
             sound in them the traffic does not tell."
        );
        assert_eq!(report.caution, NOT_CLEAN);
    }

    #[test]
    fn a_capture_with_long_pauses_says_that_only_the_time_with_traffic_counts() {
        let mut findings = sample::sample();
        findings.capture.last = findings.capture.last.map(|last| last.plus(7 * 86_400 * earwitness_core::time::SECOND));
        let report = summary(&findings, &sample::context(&[]));
        assert!(report.paused && report.answer.contains("in 3 h 12 min with traffic."), "{}", report.answer);
    }

    #[test]
    fn two_devices_of_one_name_are_told_apart() {
        let (mut one, mut two) = (sample::device(1), sample::device(2));
        for it in [&mut one, &mut two] {
            it.names = vec![earwitness_core::private::Private::new("Lamp".to_owned())];
        }
        let findings = Findings { devices: vec![one, two], ..Findings::default() };
        let names: Vec<_> = summary(&findings, &sample::context(&[])).devices.into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["Lamp (00:00:01)", "Lamp (00:00:02)"]);
    }

    #[test]
    fn sound_that_stays_at_home_is_told_apart_from_sound_that_leaves() {
        let mut findings = sample::sample();
        for it in &mut findings.devices {
            it.continuous.clear();
            it.local_sightings.extend(std::mem::take(&mut it.sightings));
        }
        let answer = summary(&findings, &sample::context(&[])).answer;
        assert!(
            answer.starts_with("No device sent") && answer.contains("3 devices sent what looks like sound to another"),
            "{answer}"
        );
    }
}
