//! When anything was captured at all: stretches of time between silences, whatever the clock claims.

use earwitness_core::findings::{DeviceFindings, Findings, Series};
use earwitness_core::time::{SECOND, Window};

/// A silence of every device that is longer than this is no part of the time observed: a pause, or a clock that jumped.
pub(crate) const PAUSE: i64 = 3_600 * SECOND;

/// The moments of a bin.
#[must_use]
pub(crate) fn bin_window(series: &Series, index: i64) -> Window {
    let at = |index: i64| series.origin.plus(index.saturating_mul(series.width));
    Window { from: at(index), until: at(index.saturating_add(1)) }
}

/// Stretches in which some device sent or received, in order; silences up to `pause` belong to them.
#[must_use]
pub(crate) fn stretches(findings: &Findings, pause: i64) -> Vec<Window> {
    let mut all = Vec::new();
    for device in &findings.devices {
        all.extend(joined(bins(device, &device.sent), pause));
        all.extend(joined(bins(device, &device.received), pause));
        all.extend(joined(device.sightings.iter().map(|it| it.window), pause));
    }
    all.sort_by_key(|it| (it.from, it.until));
    joined(all.into_iter(), pause)
}

/// Nanoseconds in which something was captured.
#[must_use]
pub(crate) fn observed(findings: &Findings) -> i64 {
    let stretches = stretches(findings, PAUSE);
    if stretches.is_empty() {
        let (first, last) = (findings.capture.first, findings.capture.last);
        return first.zip(last).map_or(0, |(first, last)| last.since(first).max(0));
    }
    stretches.iter().fold(0, |sum, it| sum.saturating_add(it.length()))
}

/// Runs of bins, one that begins or ends the time in which the device was seen cut to that.
fn bins<'a>(device: &'a DeviceFindings, series: &'a Series) -> impl Iterator<Item = Window> + 'a {
    let mut bins = series.bins.iter().map(|bin| bin.index).peekable();
    let runs = std::iter::from_fn(move || {
        let first = bins.next()?;
        let mut last = first;
        while let Some(next) = bins.next_if_eq(&last.wrapping_add(1)) {
            last = next;
        }
        Some((first, last))
    });
    runs.map(|(first, last)| {
        let it = Window { from: bin_window(series, first).from, until: bin_window(series, last).until };
        let cut = Window { from: it.from.max(device.seen.from), until: it.until.min(device.seen.until) };
        if cut.length() > 0 { cut } else { it }
    })
}

/// Windows in order of their start, joined across silences up to `pause`.
pub(crate) fn joined(windows: impl Iterator<Item = Window>, pause: i64) -> Vec<Window> {
    let mut out: Vec<Window> = Vec::new();
    for it in windows {
        match out.last_mut() {
            Some(last) if it.from.since(last.until) <= pause => last.until = last.until.max(it.until),
            _ => out.push(Window { from: it.from, until: it.until.max(it.from) }),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use earwitness_core::findings::Bin;
    use earwitness_core::time::Timestamp;

    #[test]
    fn a_clock_that_jumps_52_years_adds_nothing_to_the_time_observed() {
        let mut findings = Findings { devices: vec![sample::device(1), sample::device(2)], ..Findings::default() };
        let before = observed(&findings);
        assert_eq!(before, 600 * SECOND);
        sample::jump(&mut findings.devices[1], 52 * 31_556_952);
        assert_eq!(stretches(&findings, PAUSE).len(), 2);
        assert_eq!(observed(&findings), 600 * SECOND + SECOND);
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        let mut device = sample::device(1);
        device.sent.origin = Timestamp::MAX;
        device.received.origin = Timestamp::MIN;
        let first = Bin { index: i64::MIN, ..device.sent.bins.iter().next().unwrap() };
        device.sent.bins = std::iter::once(first).chain(device.sent.bins.iter().skip(1)).collect();
        let findings = Findings { devices: vec![device], ..Findings::default() };
        assert!(observed(&findings) >= 0);
    }

    #[test]
    fn without_traffic_the_span_of_the_capture_counts() {
        assert_eq!(observed(&Findings::default()), 0);
    }
}
