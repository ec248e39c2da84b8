//! What devices sent and received, second by second.

use earwitness_core::findings::{Bin, DeviceFindings, Series};
use earwitness_core::time::SECOND;

/// What one device sent and received in one second.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Row {
    /// Nanoseconds since 1970, UTC; seconds are counted from the first frame of the capture.
    pub time: i64,
    /// Frames and octets.
    pub sent: (u64, u64),
    /// The same.
    pub received: (u64, u64),
}

/// Both directions of a device, merged by time.
pub fn rows(device: &DeviceFindings) -> impl Iterator<Item = Row> {
    let mut sent = seconds(&device.sent).peekable();
    let mut received = seconds(&device.received).peekable();
    std::iter::from_fn(move || {
        let time = [sent.peek(), received.peek()].into_iter().flatten().map(|it| it.0).min()?;
        let at = |it: &Second| it.0 == time;
        let sent = sent.next_if(at).unwrap_or_default().1;
        Some(Row { time, sent, received: received.next_if(at).unwrap_or_default().1 })
    })
}

/// A moment, and frames and octets in the second after it.
type Second = (i64, (u64, u64));

/// The bins of a series, those of one second added up.
fn seconds(series: &Series) -> impl Iterator<Item = Second> {
    let second = |bin: Bin| {
        let offset = bin.index.saturating_mul(series.width);
        let start = if series.width < SECOND { offset.div_euclid(SECOND).saturating_mul(SECOND) } else { offset };
        (series.origin.plus(start).nanos(), (u64::from(bin.frames), bin.payload_octets))
    };
    let mut bins = series.bins.iter().map(second).peekable();
    std::iter::from_fn(move || {
        let (time, (mut frames, mut octets)) = bins.next()?;
        while let Some((_, (more_frames, more_octets))) = bins.next_if(|it| it.0 == time) {
            frames = frames.saturating_add(more_frames);
            octets = octets.saturating_add(more_octets);
        }
        Some((time, (frames, octets)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use earwitness_core::time::MILLISECOND;

    #[test]
    fn bins_shorter_than_a_second_are_added_up() {
        let bins = [-1, 0, 3, 4, 9].map(|index| Bin { index, frames: 1, payload_octets: 10 }).into_iter().collect();
        let series = Series { origin: sample::START, width: 250 * MILLISECOND, bins };
        let at = |second: i64| sample::START.plus(second * SECOND).nanos();
        let found: Vec<_> = seconds(&series).collect();
        assert_eq!(found, [(at(-1), (1, 10)), (at(0), (2, 20)), (at(1), (1, 10)), (at(2), (1, 10))]);
    }
}
