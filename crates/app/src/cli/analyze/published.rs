//! What the published two-sample test is asked with: every parameter of it.

use earwitness_core::detect::ttest::{Edges, Feature, TtestSettings, Variance};

use super::values::share;
use earwitness_report::published::Asked;

/// Shortest and longest sequence, and distance of windows, seconds.
const SECONDS: std::ops::RangeInclusive<f64> = 1.0..=86_400.0;

// No documentation comment: it would take the place of the command's own help.
#[derive(clap::Args, Clone, Debug)]
#[group(id = "published test")]
#[expect(clippy::struct_field_names, reason = "the prefix is that of the options")]
pub(super) struct Args {
    /// Without probes: slide two windows over the capture, a step at a time, and compare the later with the earlier one. Default of the step: a window.
    #[arg(long, value_name = "STEP", num_args = 0..=1, require_equals = true, default_missing_value = "0", value_parser = step, group = "tested", help_heading = "Published t-test")]
    ttest_passive: Option<f64>,
    /// p below this is called a reaction (`t`). It is no error rate. Default: 0.42.
    #[arg(long, value_name = "P", value_parser = share, requires = "tested", help_heading = "Published t-test")]
    ttest_threshold: Option<f64>,
    /// Length of a window, seconds (`d`). Default: 60.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, requires = "tested", help_heading = "Published t-test")]
    ttest_seconds: Option<f64>,
    /// What is compared: lengths of frames, time between them, or both in one test. Default: size.
    #[arg(long, value_name = "NAME", value_parser = ["size", "gap", "both"], requires = "tested", help_heading = "Published t-test")]
    ttest_feature: Option<String>,
    /// Where the bins are from, and what becomes of values outside: from the idle window, which leaves them out (idle) or counts them at its ends
    /// (clip), or from both windows (pooled). Default: idle.
    #[arg(long, value_name = "NAME", value_parser = ["idle", "clip", "pooled"], requires = "tested", help_heading = "Published t-test")]
    ttest_edges: Option<String>,
    /// Let the two windows have variances of their own (Welch) instead of one (Student).
    #[arg(long, requires = "tested", help_heading = "Published t-test")]
    ttest_welch: bool,
    /// Positives that make it count: the first K probes with one sound, or K windows in a row (k of k). Default: 1.
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=10_000), requires = "tested", help_heading = "Published t-test")]
    ttest_repeats: Option<u32>,
}

impl Args {
    /// The test that is asked for; the paper's where nothing is said.
    pub(super) fn asked(&self) -> Asked {
        let usual = TtestSettings::default();
        let settings = TtestSettings {
            feature: match self.ttest_feature.as_deref() {
                Some("gap") => Feature::InterArrival,
                Some("both") => Feature::Both,
                _ => Feature::Length,
            },
            edges: match self.ttest_edges.as_deref() {
                Some("clip") => Edges::Clip,
                Some("pooled") => Edges::Pooled,
                _ => Edges::Idle,
            },
            variance: if self.ttest_welch { Variance::Welch } else { Variance::Student },
            threshold: self.ttest_threshold.unwrap_or(usual.threshold),
            duration: self.ttest_seconds.map_or(usual.duration, nanos),
        };
        let step = self.ttest_passive.map(|step| if step > 0.0 { nanos(step) } else { settings.duration });
        Asked { settings, repeats: self.ttest_repeats.unwrap_or(1), step, shown: !self.changed_settings().is_empty() }
    }

    /// The options that were given, as a person would write them.
    pub(super) fn changed_settings(&self) -> Vec<String> {
        let passive = self
            .ttest_passive
            .map(|step| if step > 0.0 { format!("--ttest-passive={step}") } else { "--ttest-passive".to_owned() });
        let named = [
            self.ttest_threshold.map(|it| format!("--ttest-threshold {it}")),
            self.ttest_seconds.map(|it| format!("--ttest-seconds {it}")),
            self.ttest_feature.as_ref().map(|it| format!("--ttest-feature {it}")),
            self.ttest_edges.as_ref().map(|it| format!("--ttest-edges {it}")),
            self.ttest_welch.then(|| "--ttest-welch".to_owned()),
            self.ttest_repeats.map(|it| format!("--ttest-repeats {it}")),
        ];
        passive.into_iter().chain(named.into_iter().flatten()).collect()
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| SECONDS.contains(number));
    number.ok_or_else(|| format!("{text:?} is not a number of seconds from {} to {}", SECONDS.start(), SECONDS.end()))
}

/// A step; 0 stands for one that is not given.
fn step(text: &str) -> Result<f64, String> {
    if text == "0" { Ok(0.0) } else { seconds(text) }
}

#[expect(clippy::cast_possible_truncation, reason = "the argument lies between 1 s and a day")]
fn nanos(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}
