//! From trains and transfers to sightings.

use crate::detect::bulk::Transfer;
use crate::detect::clock::{Slice, Train};
use crate::findings::{Estimate, FlowKey, MARKS_KEPT, Mark, Receiver, Seen, Sighting, SightingKind, TrainShape};
use crate::time::{SECOND, Timestamp, Window};

/// Before the beat comes what was recorded earlier and what the request needs, sent in one go with pauses no longer than this, nanoseconds.
const LEAD_PAUSE: i64 = 300_000_000;

/// Longest such lead, nanoseconds.
const LEAD: i64 = 2 * SECOND;

/// So many octets from the other end, after the train began, are a reply rather than an acknowledgement of the protocol above TCP.
const REPLY: u32 = 2_000;

/// Quantile of the normal distribution for a two-sided interval of 95 %.
const TWO_SIDED_95: f64 = 1.959_963_984_540_054;

/// Sightings of live audio, one for each train of an episode with these slices.
pub(super) fn audios<'a>(
    trains: &'a [Train],
    slices: &'a [Slice],
    flow: FlowKey,
    receiver: impl Fn() -> Receiver + 'a,
) -> impl Iterator<Item = (&'a Train, Sighting)> {
    let mut rest = slices;
    trains.iter().map(move |train| {
        let sighting = audio(train, rest, flow, receiver());
        // What is one train's is not the lead of the next.
        rest = rest.get(rest.partition_point(|slice| slice.at <= train.last)..).unwrap_or_default();
        (train, sighting)
    })
}

fn audio(train: &Train, slices: &[Slice], flow: FlowKey, receiver: Receiver) -> Sighting {
    let belongs = |slice: &Slice| {
        (train.first..=train.last).contains(&slice.at) && (train.lengths.0..=train.lengths.1).contains(&slice.length)
    };
    let begin = slices.partition_point(|slice| slice.at < train.first);
    let end = slices.partition_point(|slice| slice.at <= train.last);
    let start = lead(slices, begin, train.first);
    let within = slices.get(start..end).unwrap_or(&[]);
    let octets = |slices: &[Slice]| slices.iter().map(|slice| u64::from(slice.length)).sum::<u64>();
    let before = slices.get(start..begin).unwrap_or(&[]);
    let octets_before = octets(before);
    // Records longer than any codec's frame are pieces of a stream of samples, cut wherever a buffer ended: then all that is sent is sound, in
    // records of whatever length.
    let cut = train.shape != TrainShape::Paced && train.is_cut();
    let longest = to_f64(LEAD) / to_f64(SECOND);
    let (glued, at_most) = if flow.protocol == UDP && !cut {
        let parts = slices.get(begin..end).unwrap_or(&[]).iter().filter(|slice| belongs(slice)).count();
        let [least, most] = OVERHEAD.map(|overhead| unglued(before, train, parts, overhead));
        (least.min(longest), most.min(2.0 * longest))
    } else {
        let lead = to_seconds(octets_before, train).min(longest);
        (if cut { lead } else { 0.0 }, lead)
    };
    let octets_beside = if cut { octets(slices.get(begin..end).unwrap_or(&[])).saturating_sub(train.octets) } else { 0 };
    let beside = to_seconds(octets_beside, train);
    let marks = within.iter().take(MARKS_KEPT).map(|slice| Mark {
        at: Timestamp::from_nanos(slice.at),
        length: slice.length,
        audio: belongs(slice),
    });
    Sighting {
        kind: SightingKind::Audio,
        window: Window {
            from: Timestamp::from_nanos(within.first().map_or(train.first, |slice| slice.at)),
            until: Timestamp::from_nanos(train.last),
        },
        flow,
        receiver,
        audio_seconds: Some(seconds(train, glued + beside, at_most + beside)),
        pre_roll_seconds: train.backlog + glued,
        tail_seconds: tail(train, slices.get(begin..end).unwrap_or(&[])),
        bit_rate: Some(train.bit_rate),
        octets_total: within.iter().map(|slice| u64::from(slice.length)).sum(),
        octets_audio: train.octets + octets_beside + if cut { octets_before } else { 0 },
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

/// Index of the first slice of the lead.
fn lead(slices: &[Slice], begin: usize, first: i64) -> usize {
    let mut start = begin;
    let mut next = first;
    while let Some(before) = start.checked_sub(1).and_then(|index| slices.get(index)) {
        if next.saturating_sub(before.at) > LEAD_PAUSE || first.saturating_sub(before.at) > LEAD {
            break;
        }
        next = before.at;
        start -= 1;
    }
    start
}

/// Seconds of sound: slices times beat, and `more`: what a QUIC stack glued into full datagrams before the beat, and pieces of a stream of
/// samples that were cut otherwise. The interval holds the error of the beat and one beat at either end. Its upper end holds `at_most` instead of
/// `more`: on TCP, where a record says what was written at once, larger records before the beat are something else, but may be sound after all; on
/// UDP it is not known what a datagram adds. Its lower end leaves out a backlog whose records are told apart by similar lengths only.
fn seconds(train: &Train, more: f64, at_most: f64) -> Estimate {
    let value = train.seconds + more;
    let spread = TWO_SIDED_95 * value * train.beat_error + train.beat / to_f64(SECOND);
    let high = value.max(train.seconds + at_most) + spread;
    // What seems a backlog may be records of something else, unless all have one length.
    let sure = if train.shape == TrainShape::Constant { train.seconds } else { train.seconds - train.backlog };
    Estimate { value, low: (sure - spread).max(0.0), high }
}

/// Octets that a datagram adds to the sound in it, least and most: QUIC's short header without or with the longest connection id (RFC 9000, section
/// 17.3.1), the tag (RFC 9001, section 5.3), and a stream frame's head (RFC 9000, section 19.8) of two octets or as long as it may be.
const OVERHEAD: [f64; 2] = [20.0, 60.0];

/// Seconds of sound in datagrams before the beat, when each carries so much besides sound, and so do the `parts` datagrams of the train: many slices
/// that share a datagram share what it adds. However small the slices, a quarter of them is sound.
fn unglued(before: &[Slice], train: &Train, parts: usize, overhead: f64) -> f64 {
    let without = |octets: u64, datagrams: usize| count(octets) - overhead * count(datagrams as u64);
    let rate = without(train.octets, parts).max(count(train.octets) / 4.0) / train.seconds;
    without(before.iter().map(|slice| u64::from(slice.length)).sum(), before.len()).max(0.0) / rate
}

/// How long a codec takes for so many octets.
fn to_seconds(octets: u64, train: &Train) -> f64 {
    count(octets) * 8.0 / train.bit_rate
}

/// Protocol number of UDP.
const UDP: u8 = 17;

/// Seconds of sound sent after the reply of the other end began.
fn tail(train: &Train, slices: &[Slice]) -> f64 {
    let Some(first) = slices.first() else { return 0.0 };
    let reply = slices.iter().find(|slice| slice.answered.wrapping_sub(first.answered) >= REPLY);
    reply.map_or(0.0, |slice| to_f64(train.last.saturating_sub(slice.at)) / to_f64(SECOND))
}

/// A sighting of a recording.
pub(super) fn recording(transfer: &Transfer, flow: FlowKey, receiver: Receiver) -> Sighting {
    let octets = count(transfer.octets);
    Sighting {
        kind: SightingKind::Recording,
        window: transfer.window(),
        flow,
        receiver,
        audio_seconds: None,
        pre_roll_seconds: 0.0,
        tail_seconds: 0.0,
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
    before.tail_seconds += after.tail_seconds;
    if let (Some(sum), Some(more)) = (&mut before.audio_seconds, after.audio_seconds) {
        *sum = Estimate { value: sum.value + more.value, low: sum.low + more.low, high: sum.high + more.high };
    }
    if let (Some(Seen::Clock { records: sum, .. }), Some(Seen::Clock { records: more, .. })) =
        (before.detectors.first_mut(), after.detectors.first())
    {
        *sum = sum.saturating_add(*more);
    }
}

#[expect(clippy::cast_precision_loss, reason = "octets and nanoseconds of an upload lie far below 2^53")]
fn to_f64(value: i64) -> f64 {
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
    use crate::detect::clock::{Settings, trains};
    use std::net::IpAddr;

    const TCP: u8 = 6;

    /// The seconds of each upload that is found among slices.
    fn counted(slices: &[Slice], protocol: u8) -> Vec<Estimate> {
        let (home, cloud) = (IpAddr::from([10, 0, 0, 2]), IpAddr::from([198, 51, 100, 1]));
        let flow = FlowKey { source: home, destination: cloud, protocol, source_port: 1, destination_port: 443 };
        let receiver = || Receiver { address: cloud, port: 443, name: None, local: false, country: None, system: None };
        let found = trains(slices, protocol == UDP, &Settings::default());
        audios(&found, slices, flow, receiver).filter_map(|it| it.1.audio_seconds).collect()
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
            assert!((3.0..4.25).contains(&seconds.value), "the value takes the least that a datagram adds: {seconds:?}");
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
