//! What a device also sent at a steady beat, listed beside the sightings because it is not counted as one.

use earwitness_base::text::WIDEST;
use std::collections::BTreeSet;

use earwitness_core::findings::{DeviceFindings, Sighting};

use super::labels;
use earwitness_base::words::{as_f64, counted, duration};

/// Receivers named in a sentence; the others are counted.
const RECEIVERS: usize = 2;

/// Uploads of one sort that are not counted as sightings.
pub(crate) struct Aside<'a> {
    /// What it was, how often, how long, and to whom: a sentence that goes on after the name of the device.
    pub sentence: String,
    /// What that may mean.
    pub meaning: &'static str,
    /// The uploads, oldest first.
    pub uploads: &'a [Sighting],
}

/// What may be behind a beat that does not end.
const CONTINUOUS: &str = "Calls, live pictures and games do that, and so does a device that streams what it hears all the time; \
    the traffic does not tell which. It is listed apart from sightings.";
/// Why sound inside the home is not counted.
const LOCAL: &str = "The receiver is inside the home, so it is not counted as a sighting; what that receiver sends on is.";

/// The asides of a device; none for most.
#[must_use]
pub(crate) fn asides(device: &DeviceFindings) -> Vec<Aside<'_>> {
    let aside = |uploads, what, meaning| Aside { sentence: sentence(what, uploads), meaning, uploads };
    let continuous =
        aside(&device.continuous[..], "streamed at a steady beat for longer than anyone speaks to a device", CONTINUOUS);
    let local = aside(&device.local_sightings[..], "sent what looks like sound to another device in the home", LOCAL);
    [continuous, local].into_iter().filter(|it| !it.uploads.is_empty()).collect()
}

fn sentence(what: &str, uploads: &[Sighting]) -> String {
    let times = counted(u64::try_from(uploads.len()).unwrap_or(u64::MAX), "time", "times");
    let sum = uploads.iter().fold(0_i64, |sum, it| sum.saturating_add(it.window.length()));
    let all: BTreeSet<String> = uploads.iter().map(|it| labels::receiver(&it.receiver, WIDEST)).collect();
    let mut receivers: Vec<_> = all.iter().take(RECEIVERS).cloned().collect();
    if let Some(more) = all.len().checked_sub(RECEIVERS).filter(|more| *more > 0) {
        receivers.push(format!("{more} more"));
    }
    let receivers = receivers.join(", ");
    format!("{what}: {times}, {} in all, to {receivers}", duration(sum))
}

/// Mean rate of what was sent, in bits per second.
#[must_use]
pub(crate) fn rate(it: &Sighting) -> f64 {
    it.bit_rate.unwrap_or_else(|| earwitness_base::words::as_f64_u(it.octets_audio) * 8e9 / as_f64(it.window.length().max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_call_and_sound_inside_the_home_are_told_apart_from_sightings() {
        let findings = sample::sample();
        let what: Vec<_> = findings.devices.iter().flat_map(asides).map(|it| it.sentence).collect();
        assert_eq!(
            what,
            [
                "sent what looks like sound to another device in the home: 1 time, 4.0 s in all, to 192.168.1.9",
                "streamed at a steady beat for longer than anyone speaks to a device: 2 times, 24 min in all, to 203.0.113.7",
            ]
        );
    }
}
