//! Pairs of windows of one device, and what the published test says of each.

use earwitness_core::detect::ttest::{self, Edges, Feature};
use earwitness_core::time::{SECOND, Timestamp, Window};

use super::spans::from;

/// The forms of the t-test that are compared, named by what is compared and by where the bins are from; the paper's first.
pub(crate) const FORMS: [(&str, Feature, Edges); 6] = [
    ("ttest size/idle", Feature::Length, Edges::Idle),
    ("ttest size/pooled", Feature::Length, Edges::Pooled),
    ("ttest gap/idle", Feature::InterArrival, Edges::Idle),
    ("ttest gap/pooled", Feature::InterArrival, Edges::Pooled),
    ("ttest size+gap/idle", Feature::Both, Edges::Idle),
    ("ttest size+gap/pooled", Feature::Both, Edges::Pooled),
];

/// Lengths of a sequence that are compared, nanoseconds; the paper's last.
pub(crate) const DURATIONS: [i64; 3] = [15 * SECOND, 30 * SECOND, 60 * SECOND];

/// Most pairs without a probe that are kept per device.
const MOST_IDLE: usize = 500;

/// p-values of the [`FORMS`]; `None` where the test is not defined.
pub(crate) type Said = [Option<f64>; FORMS.len()];

/// A sequence and the one that it is compared with.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pair {
    /// Where the idle sequence begins.
    pub idle: Timestamp,
    /// Where the other begins.
    pub after: Timestamp,
}

/// What the tests said of a window.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Judged {
    /// The window that was compared with an idle one.
    pub window: Window,
    /// What the tests said.
    pub said: Said,
    /// Number of the sound that was played; 0 where none was.
    pub sound: usize,
}

/// Windows of one length.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct OfLength {
    /// After probes that made the device send.
    pub caused: Vec<Judged>,
    /// Without a probe.
    pub idle: Vec<Judged>,
    /// After every probe that counted, in order.
    pub probes: Vec<Judged>,
}

/// All windows of a device, by the [`DURATIONS`].
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Pairs(pub [OfLength; DURATIONS.len()]);

/// What a window may be chosen from.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// After probes, each with the number of its sound, and whether it made the device send.
    pub probes: Vec<(Pair, usize, bool)>,
    /// Without a probe.
    pub idle: Vec<Pair>,
}

impl Pairs {
    /// What the tests say of a device's frames, in order of time; `choose` says which windows of a length there are.
    pub fn new(frames: &[(Timestamp, u32)], choose: impl Fn(i64) -> Chosen) -> Self {
        Self(DURATIONS.map(|duration| {
            let Chosen { probes, mut idle } = choose(duration);
            let step = idle.len().div_ceil(MOST_IDLE).max(1);
            idle = idle.into_iter().step_by(step).collect();
            let judge = |pair: Pair, sound: usize| Judged {
                window: from(pair.after, duration),
                said: said(frames, pair, duration),
                sound,
            };
            let judged: Vec<(Judged, bool)> =
                probes.into_iter().map(|(pair, sound, caused)| (judge(pair, sound), caused)).collect();
            OfLength {
                caused: judged.iter().filter(|it| it.1).map(|it| it.0).collect(),
                idle: idle.into_iter().map(|pair| judge(pair, 0)).collect(),
                probes: judged.into_iter().map(|it| it.0).collect(),
            }
        }))
    }
}

impl OfLength {
    /// Equally many windows of both sorts, spread evenly.
    #[must_use]
    pub fn balanced(&self) -> (Vec<Judged>, Vec<Judged>) {
        let count = self.caused.len().min(self.idle.len());
        let spread = |all: &[Judged]| -> Vec<Judged> {
            (0..count).filter_map(|place| all.get(place * all.len() / count.max(1)).copied()).collect()
        };
        (spread(&self.caused), spread(&self.idle))
    }
}

/// What each form says of two sequences.
fn said(frames: &[(Timestamp, u32)], pair: Pair, duration: i64) -> Said {
    let inside = |start: Timestamp| {
        let first = frames.partition_point(|frame| frame.0 < start);
        let rest = frames.get(first..).unwrap_or_default();
        rest.get(..rest.partition_point(|frame| frame.0 < start.plus(duration))).unwrap_or_default()
    };
    FORMS.map(|(_, feature, edges)| {
        let settings = ttest::TtestSettings { feature, edges, duration, ..ttest::TtestSettings::default() };
        // Both stretches, each once: they may overlap.
        let (first, second) = (inside(pair.idle.min(pair.after)), inside(pair.idle.max(pair.after)));
        let near: Vec<(Timestamp, u32)> = match second.first() {
            Some(begin) => first.iter().filter(|it| it.0 < begin.0).chain(second).copied().collect(),
            None => first.to_vec(),
        };
        ttest::reaction(&near, pair.idle, pair.after, &settings).p
    })
}
