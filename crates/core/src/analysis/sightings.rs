//! From trains and transfers to sightings.

use super::amount::{LEAD, Upload, amount};
use super::unread::Unread;
use crate::detect::bulk::Transfer;
use crate::detect::clock::{Slice, Train};
use crate::findings::{Estimate, FlowKey, MARKS_KEPT, Mark, Receiver, Seen, Sighting, SightingKind};
use crate::time::{SECOND, Timestamp, Window};

/// Before the beat comes what was recorded earlier and what the request needs, sent in one go with pauses no longer than this, nanoseconds.
pub(super) const LEAD_PAUSE: i64 = 300_000_000;

/// Sightings of live audio, one for each train of an episode with these slices, of which some octets could not be read.
pub(super) fn audios<'a>(
    trains: &'a [Train],
    (slices, unread): (&'a [Slice], &'a [Unread]),
    flow: FlowKey,
    receiver: impl Fn() -> Receiver + 'a,
) -> impl Iterator<Item = (&'a Train, Sighting)> {
    let (mut rest, mut hidden) = (slices, unread);
    trains.iter().map(move |train| {
        let sighting = audio(train, (rest, hidden), flow, receiver());
        // What is one train's is not the lead of the next.
        rest = rest.get(rest.partition_point(|slice| slice.at <= train.last)..).unwrap_or_default();
        hidden = hidden.get(hidden.partition_point(|unread| unread.at <= train.last)..).unwrap_or_default();
        (train, sighting)
    })
}

fn audio(train: &Train, (slices, unread): (&[Slice], &[Unread]), flow: FlowKey, receiver: Receiver) -> Sighting {
    let begin = slices.partition_point(|slice| slice.at < train.first);
    let end = slices.partition_point(|slice| slice.at <= train.last);
    let start = lead(slices.get(..begin).unwrap_or_default().iter().map(|slice| slice.at), train.first);
    let started = slices.get(start).map_or(train.first, |slice| slice.at.min(train.first));
    let begin_unread = unread.partition_point(|unread| unread.at < started);
    let end_unread = unread.partition_point(|unread| unread.at <= train.last);
    let start_unread = lead(unread.get(..begin_unread).unwrap_or_default().iter().map(|unread| unread.at), started);
    let within = slices.get(start..end).unwrap_or(&[]);
    let upload = Upload {
        train,
        before: slices.get(start..begin).unwrap_or(&[]),
        within: slices.get(begin..end).unwrap_or(&[]),
        unread: unread.get(start_unread..end_unread).unwrap_or(&[]),
        datagrams: flow.is_udp(),
    };
    let amount = amount(&upload);
    let marks = within.iter().take(MARKS_KEPT).map(|slice| Mark {
        at: Timestamp::from_nanos(slice.at),
        length: slice.length,
        audio: upload.belongs(slice),
    });
    let first = within.first().map(|slice| slice.at).into_iter().chain(upload.unread.first().map(|unread| unread.at)).min();
    let hidden: u64 = upload.unread.iter().map(|unread| unread.octets).sum();
    Sighting {
        kind: SightingKind::Audio,
        window: Window { from: Timestamp::from_nanos(first.unwrap_or(train.first)), until: Timestamp::from_nanos(train.last) },
        flow,
        receiver,
        audio_seconds: Some(amount.sound),
        pre_roll_seconds: amount.pre_roll,
        tail_seconds: amount.tail,
        bit_rate: Some(train.bit_rate),
        octets_total: within.iter().map(|slice| u64::from(slice.length)).sum::<u64>() + hidden,
        octets_audio: train.octets + amount.octets_beside + hidden,
        detectors: vec![Seen::Clock {
            shape: train.shape,
            beat: nanos(train.beat),
            records: train.records,
            regularity: train.regularity,
            unevenness: train.unevenness,
        }],
        marks: marks.collect(),
    }
}

/// Index of the first that belongs to the lead of what began at `first`, among moments before that.
fn lead(before: impl DoubleEndedIterator<Item = i64> + ExactSizeIterator, first: i64) -> usize {
    let mut start = before.len();
    let mut next = first;
    for at in before.rev() {
        if next.saturating_sub(at) > LEAD_PAUSE || first.saturating_sub(at) > LEAD {
            break;
        }
        next = at;
        start -= 1;
    }
    start
}

/// A sighting of a large upload.
pub(super) fn large_upload(transfer: &Transfer, flow: FlowKey, receiver: Receiver) -> Sighting {
    let octets = count(transfer.octets);
    Sighting {
        kind: SightingKind::LargeUpload,
        window: transfer.window(),
        flow,
        receiver,
        audio_seconds: None,
        pre_roll_seconds: Estimate::default(),
        tail_seconds: Estimate::default(),
        bit_rate: None,
        octets_total: transfer.octets,
        octets_audio: 0,
        detectors: vec![Seen::Bulk {
            octets: transfer.octets,
            mean_rate: octets * to_f64(SECOND) / to_f64(transfer.window().length().max(1)),
        }],
        marks: Vec::new(),
    }
}

/// Joins a train that goes on where the one before was cut only because its episode was full.
pub(super) fn join(before: &mut Sighting, after: &Sighting) {
    before.window.until = before.window.until.max(after.window.until);
    before.octets_total += after.octets_total;
    before.octets_audio += after.octets_audio;
    before.tail_seconds = before.tail_seconds.and(after.tail_seconds);
    before.audio_seconds = before.audio_seconds.zip(after.audio_seconds).map(|(sum, more)| sum.and(more));
    if let (Some(Seen::Clock { records: sum, .. }), Some(Seen::Clock { records: more, .. })) =
        (before.detectors.first_mut(), after.detectors.first())
    {
        *sum = sum.saturating_add(*more);
    }
}

#[expect(clippy::cast_precision_loss, reason = "octets and nanoseconds of an upload lie far below 2^53")]
pub(super) fn to_f64(value: i64) -> f64 {
    value as f64
}

#[expect(clippy::cast_precision_loss, reason = "octets and datagrams of an upload lie far below 2^53")]
fn count(value: u64) -> f64 {
    value as f64
}

#[expect(clippy::cast_possible_truncation, reason = "a beat is a fraction of a second")]
fn nanos(value: f64) -> i64 {
    value.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::clock::{ClockSettings, trains};
    use std::net::IpAddr;

    const TCP: u8 = 6;
    const UDP: u8 = FlowKey::UDP;

    /// The seconds of each upload that is found among slices.
    fn counted(slices: &[Slice], protocol: u8) -> Vec<Estimate> {
        let (home, cloud) = (IpAddr::from([10, 0, 0, 2]), IpAddr::from([198, 51, 100, 1]));
        let flow = FlowKey { source: home, destination: cloud, protocol, source_port: 1, destination_port: 443 };
        let receiver = || Receiver { address: cloud, port: 443, name: None, local: false, country: None, system: None };
        let found = trains(slices, protocol == UDP, &ClockSettings::default());
        audios(&found, (slices, &[]), flow, receiver).filter_map(|it| it.1.audio_seconds).collect()
    }

    fn sum(counted: &[Estimate]) -> f64 {
        counted.iter().map(|seconds| seconds.value).sum()
    }

    fn slice(at: i64, length: u32) -> Slice {
        Slice { at, length, answered: 0, since_answer: 0 }
    }

    /// What a satellite sends that streams samples of 16 bits at 16 kHz: two seconds from before in records of a full buffer, then a piece each
    /// 64 ms, in one record or as often in two.
    fn request(from: i64, slices: &mut Vec<Slice>, chance: &mut u64) -> i64 {
        let mut push = |at: i64, length: u32| slices.push(slice(at, length));
        for piece in 0..8 {
            push(from + piece * 100_000, 8_214);
        }
        push(from + 900_000, 880);
        let mut last = 0;
        for record in 1..=78 {
            *chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let late = i64::try_from(*chance >> 33).unwrap() % 16_000_000;
            last = from + record * 64_000_000 + late;
            if *chance >> 62 < 2 {
                push(last, 2_226);
            } else {
                push(last, 107);
                push(last + 300_000, 2_119);
            }
        }
        last
    }

    #[test]
    fn requests_right_after_each_other_are_all_counted() {
        for (requests, gap) in (1..=3).flat_map(|requests| (50..=900).step_by(50).map(move |gap| (requests, gap))) {
            let (mut slices, mut chance, mut from) = (Vec::new(), 7, 0);
            for _ in 0..requests {
                from = request(from, &mut slices, &mut chance) + gap * 1_000_000;
            }
            let seconds = sum(&counted(&slices, TCP));
            // Each time two seconds from before, and 78 pieces of 64 ms.
            let sent = f64::from(requests) * (2.0 + 78.0 * 0.064);
            assert!((seconds - sent).abs() < 0.03 * sent, "{requests} with {gap} ms between: {seconds:.2} of {sent:.2} s");
        }
    }

    #[test]
    fn the_interval_holds_a_backlog_glued_into_full_datagrams_whatever_a_datagram_adds() {
        for (adds, octets) in (20..=60).flat_map(|adds| [40_u32, 80, 160, 320].map(|octets| (adds, octets))) {
            let datagram = |at: i64, sound: u32| slice(at, sound + adds);
            // 1.2 s from before, as much of it in a datagram as fits; then three seconds live.
            let mut slices = Vec::new();
            let mut waiting = 60 * octets;
            while waiting > 0 {
                let sound = waiting.min(1_350 - adds);
                slices.push(datagram(i64::try_from(slices.len()).unwrap() * 300_000, sound));
                waiting -= sound;
            }
            slices.extend((1..=150).map(|frame| datagram(frame * 20_000_000, octets)));
            let [seconds] = counted(&slices, UDP)[..] else { panic!("{adds} octets more than {octets}: none or many") };
            assert!(seconds.low <= 4.2 && 4.2 <= seconds.high, "{adds} octets more than {octets}: {seconds:?}");
            assert!((3.0..5.0).contains(&seconds.value), "the value takes what a datagram usually adds: {seconds:?}");
        }
    }

    #[test]
    fn samples_in_full_datagrams_are_counted_by_octets() {
        // 16 bits at 16 kHz: 1.5 s from before in full datagrams, each with less than the 50 ms that a block live has; then three seconds in blocks.
        let mut slices: Vec<Slice> = (0..37).map(|piece| slice(piece * 400_000, 1_343)).collect();
        for block in 1..=60 {
            slices.extend([slice(block * 50_000_000, 1_343), slice(block * 50_000_000 + 200_000, 320)]);
        }
        let counted = counted(&slices, UDP);
        assert!((sum(&counted) - 4.5).abs() < 0.1, "{counted:?}");
    }

    #[test]
    fn one_trains_slices_are_not_the_pre_roll_of_the_next() {
        let piece = |number: i64, at: i64| slice(at, if number < 60 { 1_600 } else { 3_000 });
        // Two seconds in pieces of 32 ms, then at once two seconds in longer ones of 64 ms.
        let slices: Vec<Slice> =
            (0..90).map(|number| piece(number, number.min(60) * 32_000_000 + (number - 60).max(0) * 64_000_000)).collect();
        let counted = counted(&slices, TCP);
        assert!(counted.len() == 2 && (sum(&counted) - 3.84).abs() < 0.1, "{counted:?}");
    }
}
