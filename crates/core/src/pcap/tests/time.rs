use proptest::prelude::*;

use super::build::Build;
use super::read;

/// The nanosecond at which an interface with this resolution and offset says `ticks`.
fn at(resolution: u8, offset: i64, ticks: u64) -> i64 {
    let file = Build::default().section(false);
    let file = file.interface(1, 0, &[(9, &[resolution]), (14, &offset.to_le_bytes())]).packet(0, ticks, 1, b"a", &[]);
    read(&file.out).frames[0].at
}

#[test]
fn every_resolution_counts_without_overflow() {
    for resolution in 0..=255 {
        for ticks in [0, 1, 999, 1 << 31, 1_700_000_000_000_000, u64::MAX >> 1, u64::MAX] {
            let (power, seconds) = (i32::from(resolution & 127), ticks as f64);
            let base: f64 = if resolution < 128 { 10.0 } else { 2.0 };
            let expected = seconds * base.powi(-power) * 1e9;
            let seen = at(resolution, 0, ticks);
            if expected >= 9.223_372_036_854_775e18 {
                assert_eq!(seen, i64::MAX, "{resolution} {ticks}");
            } else {
                assert!((seen as f64 - expected).abs() <= 1.0 + expected * 1e-12, "{resolution} {ticks}: {seen} {expected}");
                assert!(seen as f64 <= expected * (1.0 + 1e-12), "rounded up: {resolution} {ticks}");
            }
        }
    }
}

#[test]
fn centuries_away_saturates() {
    assert_eq!(at(0, 0, u64::MAX), i64::MAX);
    assert_eq!(at(6, i64::MAX, 0), i64::MAX);
    assert_eq!(at(6, i64::MIN, u64::MAX), i64::MIN);
    assert_eq!(at(0, -i64::MAX, i64::MAX as u64 + 5), 5_000_000_000, "in range again after the offset");
}

#[test]
fn an_offset_moves_in_whole_seconds() {
    assert_eq!(at(6, -2, 1_500_000), -500_000_000);
    assert_eq!(at(9, 3, 7), 3_000_000_007);
}

#[test]
fn the_default_is_microseconds() {
    let file = Build::default().section(true).interface(1, 0, &[]).packet(0, 5, 1, b"a", &[]);
    assert_eq!(read(&file.out).frames[0].at, 5000);
}

proptest! {
    #[test]
    fn decimal_resolutions_are_exact(power in 0_u8..=19, ticks: u64) {
        let exact = u128::from(ticks) * 1_000_000_000 / 10_u128.pow(u32::from(power));
        prop_assert_eq!(at(power, 0, ticks), i64::try_from(exact).unwrap_or(i64::MAX));
    }

    #[test]
    fn binary_resolutions_are_exact(power in 0_u8..=63, ticks: u64) {
        let exact = u128::from(ticks) * 1_000_000_000 / (1_u128 << power);
        prop_assert_eq!(at(0x80 | power, 0, ticks), i64::try_from(exact).unwrap_or(i64::MAX));
    }
}
