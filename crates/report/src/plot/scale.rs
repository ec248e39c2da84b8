//! Where numbers lie on an axis, and which of them are written below it.

use earwitness_base::words::{as_f64, round};

/// What no axis goes beyond, so that differences stay numbers.
const FAR: f64 = 1e15;

/// How an axis runs, and from where to where.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Scale {
    /// Evenly.
    Linear {
        /// Its low end.
        from: f64,
        /// Its high end.
        until: f64,
    },
    /// Evenly, of seconds: ticks are round in minutes and hours.
    Time {
        /// Its low end.
        from: f64,
        /// Its high end.
        until: f64,
    },
    /// In powers of ten; 0 stands at the low end.
    Powers {
        /// The power of its low end.
        from: i32,
        /// The power of its high end.
        until: i32,
    },
}

impl Scale {
    /// An even axis that holds all of the values; what is no number is left out.
    #[must_use]
    pub fn around(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|it| it.is_finite())
            .map(|it| it.clamp(-FAR, FAR))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |ends, it| (ends.0.min(it), ends.1.max(it)));
        if low > high {
            return Self::Linear { from: 0.0, until: 1.0 };
        }
        // So much that the ends of a single value lie apart.
        let least = 1e-3 * low.abs().max(high.abs()).max(0.1);
        let (from, until) = if high - low < least { (low - least / 2.0, high + least / 2.0) } else { (low, high) };
        Self::Linear { from, until }
    }

    /// Powers of ten that hold all of the values above 0.
    #[must_use]
    pub fn powers(values: impl Iterator<Item = f64>) -> Self {
        let above = values.filter(|it| it.is_finite() && *it > 0.0);
        let (least, most) = above.fold((f64::INFINITY, 0.0_f64), |ends, it| (ends.0.min(it), ends.1.max(it)));
        if most <= 0.0 {
            return Self::Powers { from: -1, until: 1 };
        }
        let power = |it: f64| i32::try_from(round(it)).unwrap_or(0);
        let lowest = power(least.log10().floor());
        // Below the least value there is room for 0.
        Self::Powers { from: lowest - 1, until: power(most.log10().ceil()).max(lowest + 1) }
    }

    /// Where a value lies, from 0 to 1; beyond an end, at that end.
    #[must_use]
    pub fn share(&self, value: f64) -> f64 {
        let share = match *self {
            Self::Linear { from, until } | Self::Time { from, until } => (value - from) / (until - from).max(f64::MIN_POSITIVE),
            Self::Powers { .. } if value <= 0.0 => 0.0,
            Self::Powers { from, until } => (value.log10() - f64::from(from)) / f64::from(until - from).max(1.0),
        };
        if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
    }

    /// Round values on it with what is written beside them; of an even axis at most about `most`.
    #[must_use]
    pub fn ticks(&self, most: u32) -> Vec<(f64, String)> {
        match *self {
            Self::Linear { from, until } => {
                let step = step((until - from) / f64::from(most.max(1)));
                let digits = usize::try_from(round(-step.log10().floor()).max(0)).unwrap_or(0);
                even(from, until, step).map(|it| (it, minus(format!("{it:.digits$}")))).collect()
            }
            Self::Time { from, until } => {
                let step = in_time((until - from) / f64::from(most.max(1)));
                even(from, until, step).map(|it| (it, time(it, step))).collect()
            }
            Self::Powers { from, until } => {
                let name = |it: i32| if (-3..=4).contains(&it) { format!("{}", 10_f64.powi(it)) } else { format!("1e{it}") };
                let written = |it: i32| (10_f64.powi(it), if it == from { "0".to_owned() } else { name(it) });
                (from..=until).take(64).map(written).collect()
            }
        }
    }
}

/// The multiples of a step between two ends.
fn even(from: f64, until: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = round((from / step - 1e-9).ceil());
    (0..64)
        .map(move |it| {
            let value = as_f64(first.saturating_add(it)) * step;
            // No minus zero.
            if value.abs() < step * 1e-6 { 0.0 } else { value }
        })
        .take_while(move |it| *it <= until + step * 1e-9)
}

/// The smallest of 1, 2, 5, 10, 20 and so on that is not below a number.
fn step(least: f64) -> f64 {
    let power = 10_f64.powf(least.max(1e-12).log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|it| it * power).find(|it| *it >= least * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

/// The same of seconds, which are told in minutes and hours.
fn in_time(least: f64) -> f64 {
    const ROUND: [f64; 13] =
        [15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 21_600.0, 43_200.0];
    if least <= 10.0 {
        return step(least);
    }
    ROUND.into_iter().find(|it| *it >= least).unwrap_or_else(|| 86_400.0 * step(least / 86_400.0))
}

/// Seconds as the step between them asks for: `1.5 s`, `3 min`, `1.5 h`.
fn time(seconds: f64, step: f64) -> String {
    let (number, unit) = if step < 60.0 {
        (seconds, "s")
    } else if step < 1_800.0 {
        (seconds / 60.0, "min")
    } else {
        (seconds / 3_600.0, "h")
    };
    // As short as it can be written: 30, 2.5.
    minus(format!("{} {unit}", (number * 1_000.0).round() / 1_000.0))
}

/// With the sign that is as wide as a plus.
fn minus(text: String) -> String {
    if text.starts_with('-') { text.replacen('-', "\u{2212}", 1) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(scale: Scale, most: u32) -> Vec<String> {
        scale.ticks(most).into_iter().map(|it| it.1).collect()
    }

    #[test]
    fn ticks_are_round_and_have_the_digits_of_their_step() {
        assert_eq!(written(Scale::Linear { from: 0.0, until: 1.0 }, 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(written(Scale::Linear { from: -0.13, until: 0.21 }, 5), ["\u{2212}0.1", "0.0", "0.1", "0.2"]);
        assert_eq!(written(Scale::Linear { from: 3.0, until: 240.0 }, 5), ["50", "100", "150", "200"]);
        assert_eq!(written(Scale::Time { from: -5.0, until: 20.0 }, 5), ["\u{2212}5 s", "0 s", "5 s", "10 s", "15 s", "20 s"]);
        assert_eq!(written(Scale::Time { from: 0.0, until: 400.0 }, 4), ["0 min", "2 min", "4 min", "6 min"]);
        assert_eq!(written(Scale::Time { from: 0.0, until: 28_800.0 }, 5), ["0 h", "2 h", "4 h", "6 h", "8 h"]);
        assert_eq!(written(Scale::Powers { from: -2, until: 1 }, 5), ["0", "0.1", "1", "10"]);
    }

    #[test]
    fn what_lies_beyond_an_axis_or_is_no_number_stands_at_its_end() {
        let scale = Scale::around([2.0, f64::NAN, 4.0, f64::INFINITY].into_iter());
        let shares = [0.0, 2.0, 3.0, 4.0, 9.0, f64::NAN].map(|it| round(scale.share(it) * 100.0));
        assert_eq!(shares, [0, 0, 50, 100, 100, 0]);
        assert_eq!(round(100.0 * Scale::Powers { from: -1, until: 1 }.share(0.0)), 0);
        assert_eq!(Scale::powers([0.0, 0.02, 30.0].into_iter()), Scale::Powers { from: -3, until: 2 });
        assert_eq!(Scale::powers(std::iter::empty()), Scale::Powers { from: -1, until: 1 });
    }

    #[test]
    fn an_axis_of_one_value_of_none_and_of_immense_ones_has_ticks() {
        for values in [vec![], vec![0.0], vec![7.0; 3], vec![-f64::MAX, f64::MAX], vec![1e15, 1e15]] {
            let scale = Scale::around(values.iter().copied());
            let ticks = scale.ticks(5);
            assert!((1..=12).contains(&ticks.len()), "{values:?}: {ticks:?}");
            assert!(ticks.iter().all(|it| it.0.is_finite()), "{values:?}: {ticks:?}");
        }
    }
}
