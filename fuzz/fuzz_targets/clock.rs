//! Any slices in order of time: no panic, and trains that lie inside what they were found in.
//!
//! Input: what carried them (one octet), when the first was sent (eight octets), then for each slice the gap before it in
//! steps of 0.1 ms (two octets; gaps above 6 s are squared), its length (two octets) and what was answered meanwhile (one octet).
#![no_main]

use earwitness_core::detect::clock::{ClockSettings, Slice, trains};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&[carrier, ref begin @ ..], rest)) = input.split_first_chunk::<9>() else { return };
    let mut at = i64::from_le_bytes(*begin);
    let (mut answered, mut slices) = (0_u32, vec![]);
    for &[g0, g1, l0, l1, answer] in rest.as_chunks::<5>().0 {
        let gap = i64::from(u16::from_le_bytes([g0, g1]));
        let gap = if gap > 60_000 { gap * gap } else { gap };
        at = at.saturating_add(gap * 100_000);
        answered = answered.wrapping_add(u32::from(answer) * u32::from(answer));
        let length = u32::from(u16::from_le_bytes([l0, l1]));
        slices.push(Slice { at, length, answered, since_answer: if answer > 0 { 0 } else { u32::from(g0) * 100 } });
    }
    let octets: u64 = slices.iter().map(|slice| u64::from(slice.length)).sum();
    let mut before = None;
    for train in trains(&slices, carrier & 1 == 1, &ClockSettings::default()) {
        assert!(
            slices[0].at <= train.first && train.first <= train.live && train.live <= train.last && train.last <= at,
            "{train:?}"
        );
        assert!(before.is_none_or(|last| last < train.first), "{train:?}");
        assert!(train.records as usize <= slices.len() && train.octets <= octets, "{train:?}");
        assert!(train.lengths.0 <= train.lengths.1, "{train:?}");
        let numbers =
            [train.beat, train.beat_error, train.seconds, train.backlog, train.bit_rate, train.regularity, train.unevenness];
        assert!(numbers.iter().all(|number| number.is_finite() && *number >= 0.0), "{train:?}");
        assert!(train.regularity <= 1.0 && (0.0..=1.0 + 1e-9).contains(&train.share), "{train:?}");
        before = Some(train.last);
    }
});
