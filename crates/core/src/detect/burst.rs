//! The burst detector of `LeakyPick` (ACSAC 2020, section 4.1.1), kept as published so that results can be compared.
//!
//! Exact definition: `docs/design/detection.md`, section "burst". Assumes nothing about what was sent; its error rate is
//! tuned, not guaranteed.

use crate::findings::{Bin, BurstRun};
use crate::time::{SECOND, Timestamp, Window};

/// What makes a burst.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BurstSettings {
    /// Length of a window, nanoseconds (`s_w`; the paper: 1 s).
    pub window: i64,
    /// A window is loud above this rate, kbit/s (`B_audio`; the paper: 23).
    pub kbits: f64,
    /// Loud windows in a row that make a detection (`n`; the paper leaves it open).
    pub windows: u32,
}

impl Default for BurstSettings {
    fn default() -> Self {
        Self { window: SECOND, kbits: 23.0, windows: 3 }
    }
}

impl BurstSettings {
    /// Whether a window with these payload octets is loud: strictly above the rate, in 64-bit floats.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a window holds far fewer than 2^53 octets")]
    pub fn is_loud(&self, octets: u64) -> bool {
        octets as f64 * 8.0 / (self.window as f64 / SECOND as f64) > self.kbits * 1_000.0
    }
}

/// Maximal runs of at least `n` loud windows among `bins`, which are one device's outgoing payload octets in windows
/// `[origin + index * window, ..)`, index ascending, silent windows left out. Bins before the origin do not count.
#[must_use]
pub fn runs(origin: Timestamp, bins: impl IntoIterator<Item = Bin>, settings: &BurstSettings) -> Vec<BurstRun> {
    let mut found = Vec::new();
    let mut run: Vec<Bin> = Vec::new();
    for bin in bins.into_iter().filter(|bin| bin.index >= 0 && settings.is_loud(bin.payload_octets)) {
        if run.last().is_some_and(|last| last.index + 1 != bin.index) {
            close(&mut run, origin, settings, &mut found);
        }
        run.push(bin);
    }
    close(&mut run, origin, settings, &mut found);
    found
}

#[expect(clippy::cast_precision_loss, reason = "octets and windows of a run lie far below 2^53")]
fn close(run: &mut Vec<Bin>, origin: Timestamp, settings: &BurstSettings, found: &mut Vec<BurstRun>) {
    let windows = u32::try_from(run.len()).unwrap_or(u32::MAX);
    if let (Some(first), Some(last)) = (run.first(), run.last())
        && windows >= settings.windows.max(1)
    {
        let octets: u64 = run.iter().map(|bin| bin.payload_octets).sum();
        let seconds = settings.window as f64 / SECOND as f64;
        let peak = run.iter().map(|bin| bin.payload_octets).max().unwrap_or(0);
        found.push(BurstRun {
            window: Window {
                from: origin.plus(first.index.saturating_mul(settings.window)),
                until: origin.plus((last.index + 1).saturating_mul(settings.window)),
            },
            windows,
            octets,
            mean_rate: octets as f64 / (f64::from(windows) * seconds),
            peak_rate: peak as f64 / seconds,
        });
    }
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins(octets: &[(i64, u64)]) -> Vec<Bin> {
        octets.iter().map(|&(index, payload_octets)| Bin { index, frames: 1, payload_octets }).collect()
    }

    #[test]
    fn exactly_the_threshold_is_not_loud() {
        let settings = BurstSettings::default();
        assert!(!settings.is_loud(2_875), "23 kbit/s is 2,875 octets in a second");
        assert!(settings.is_loud(2_876));
    }

    #[test]
    fn a_silent_window_ends_a_run() {
        let series = bins(&[(0, 9_000), (1, 9_000), (3, 9_000), (4, 4_000), (5, 3_000), (6, 2_000)]);
        let found = runs(Timestamp::from_nanos(0), series, &BurstSettings::default());
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].windows, found[0].octets), (3, 16_000));
        assert_eq!(found[0].window, Window { from: Timestamp::from_nanos(3 * SECOND), until: Timestamp::from_nanos(6 * SECOND) });
        assert!((found[0].peak_rate - 9_000.0).abs() < 1e-9);
    }

    #[test]
    fn half_second_windows_are_judged_by_their_own_length() {
        let settings = BurstSettings { window: SECOND / 2, windows: 1, ..BurstSettings::default() };
        assert!(!settings.is_loud(1_437) && settings.is_loud(1_438));
    }
}
