//! The peri-probe raster: a row per slot, traffic aligned to the moment at which the probe sounded, shams in grey; the means below.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use earwitness_core::detect::lottery::Lag;
use earwitness_core::findings::DeviceFindings;
use earwitness_core::probe::Round;
use earwitness_core::time::{SECOND, Timestamp, Window};
use maud::{Markup, html};

use super::percent;
use crate::verdicts::Probing;
use earwitness_base::words::{self, as_f64, as_f64_u, round};

/// Rows of probes that are drawn, and of shams; of more, every second, third, and so on.
const ROWS: (usize, usize) = (60, 120);
/// Seconds before the onset.
const BEFORE: i64 = 10;
/// Longest stretch after it that is drawn, seconds.
const LONGEST: i64 = 120;
/// Steps of the colour scale.
const STEPS: usize = 5;
/// The same as a float.
const STEPS_F: f64 = 5.0;
/// Height of the means, in pixels.
const MEANS: u32 = 64;

/// One row: what was sent in each second, relative to the onset.
struct Row {
    onset: Timestamp,
    /// Start relative to the onset in tenths of a second, and octets in one bin.
    bins: Vec<(i64, u64)>,
}

/// Everything that the picture of a device shows.
pub(super) struct Raster<'a> {
    found: &'a DeviceFindings,
    /// How long after the slots the rows begin.
    delay: Lag,
    /// Seconds after the onset.
    after: i64,
    /// Length of a bin in tenths of a second.
    width: i64,
    probes: Vec<Row>,
    shams: Vec<Row>,
    all: (usize, usize),
    /// Median length of the sounds, and length of the slots, tenths of a second.
    sound: i64,
    slot: i64,
    top: f64,
}

impl<'a> Raster<'a> {
    /// The slots of the rounds that count, at the delay that a late proof rests on; `None` if the device sent nothing around any of them.
    pub(super) fn new(found: &'a DeviceFindings, probing: &Probing) -> Option<Self> {
        let trials = &probing.verdicts.trials;
        let mut rounds: Vec<&Round> = trials.iter().filter(|it| it.counted(found.id).is_some()).map(|it| &it.round).collect();
        let (mut probes, mut shams) = (Vec::new(), Vec::new());
        let verdict = probing.of(found.id);
        let delay = verdict.and_then(|it| it.evidence.delay()).unwrap_or(Lag::NONE);
        let sounds = verdict.map(|it| &it.evidence.sounds);
        let hits = |round: &&Round| sounds.and_then(|all| all.get(&round.played.stimulus.name)).map_or(0, |it| it.0);
        // The sounds that moved it most come first, so that the effect is one block.
        rounds.sort_by(|a, b| hits(b).cmp(&hits(a)).then_with(|| a.played.stimulus.cmp(&b.played.stimulus)));
        for round in &rounds {
            for (slot, window) in round.windows().into_iter().enumerate() {
                if slot == round.drawn { &mut probes } else { &mut shams }.push(delay.window(window).from);
            }
        }
        let slot = rounds.first().and_then(|it| Some(delay.window(*it.slots.first()?).length()))?;
        let guard = rounds.iter().filter_map(|it| Some(it.slots.get(1)?.from.since(it.slots.first()?.until))).min().unwrap_or(0);
        let after = ((slot + guard) / SECOND).clamp(5, LONGEST);
        let all = (probes.len(), shams.len());
        let rows = |onsets: &[Timestamp], most: usize| -> Vec<Row> {
            let step = onsets.len().div_ceil(most).max(1);
            onsets.iter().step_by(step).map(|onset| row(found, *onset, after)).collect()
        };
        let (probes, shams) = (rows(&probes, ROWS.0), rows(&shams, ROWS.1));
        let most = probes.iter().chain(&shams).flat_map(|row| &row.bins).map(|bin| bin.1).max()?;
        let mut lengths: Vec<i64> = rounds.iter().map(|it| it.played.length).collect();
        lengths.sort_unstable();
        let sound = lengths.get(lengths.len() / 2).copied().unwrap_or(0) / (SECOND / 10);
        let width = (found.sent.width / (SECOND / 10)).max(1);
        Some(Self {
            found,
            delay,
            after,
            width,
            probes,
            shams,
            all,
            sound,
            slot: slot / (SECOND / 10),
            top: as_f64_u(most).max(2_000.0),
        })
    }

    fn width_units(&self) -> i64 {
        (BEFORE + self.after) * 10
    }

    /// Place of a moment in tenths of a second from the onset, 0 to 1000.
    fn place(&self, tenths: i64) -> f64 {
        as_f64(tenths + BEFORE * 10) / as_f64(self.width_units()) * 1_000.0
    }

    /// Step on the logarithmic scale from 50 octets on, 1 to [`STEPS`]; 0: nothing.
    fn step(&self, octets: u64) -> usize {
        if octets == 0 {
            return 0;
        }
        let share = (as_f64_u(octets) / 50.0).log10() / (self.top / 50.0).log10();
        let step = usize::try_from(round((share * STEPS_F).floor())).unwrap_or(0) + 1;
        step.min(STEPS)
    }

    /// The picture with its words.
    pub(super) fn picture(&self, name: &str) -> Markup {
        let height = |rows: usize, most: u32, least: u32, all: u32| {
            let rows = u32::try_from(rows).unwrap_or(1).max(1);
            (all / rows).clamp(least, most) * rows
        };
        let (probes, shams) = (height(self.probes.len(), 12, 3, 190), height(self.shams.len(), 6, 1, 130));
        let gap = if self.shams.is_empty() { 0 } else { 6 };
        let means = probes + gap + if self.shams.is_empty() { 0 } else { shams } + 12;
        let bottom = means + MEANS;
        html! {
            figure.raster {
                svg width="100%" height=(bottom + 34) role="img" aria-label={ "What " (name) " sent around each sound" } {
                    (self.block("probes", &self.probes, 0, probes))
                    @if !self.shams.is_empty() { (self.block("shams", &self.shams, probes + gap, shams)) }
                    (self.means(means))
                    (self.axis(means + MEANS, bottom))
                }
                figcaption { (self.caption()) }
            }
        }
    }

    /// The delay in words, if there is one.
    fn later(&self) -> Option<String> {
        (self.delay != Lag::NONE).then(|| words::duration(self.delay.shift / SECOND * SECOND))
    }

    fn caption(&self) -> Markup {
        let few = |shown: usize, all: usize| {
            if shown < all { format!(" ({} of {} are drawn)", shown, words::count(all as u64)) } else { String::new() }
        };
        html! {
            @if let Some(delay) = self.later() {
                "Each row is what it sent " (delay) " after one slot, when its answer comes: "
                span.key.audio { "a slot with a sound" }
            } @else { "Each row is one slot: " span.key.audio { "with a sound" } " from the line on" }
            (few(self.probes.len(), self.all.0))
            @if !self.shams.is_empty() { ", " span.key { "silent" } " below" (few(self.shams.len(), self.all.1)) }
            ". Sounds that moved it most come first. The stronger the colour, the more it sent in that second, up to " (words::octets(round(self.top).unsigned_abs()))
            ". Rings: an upload at the beat of a codec, or a large upload, began. Below: the mean of each second, of both."
        }
    }

    /// Rows of one kind.
    fn block(&self, class: &str, rows: &[Row], top: u32, height: u32) -> Markup {
        let mut paths = vec![String::new(); STEPS];
        for (number, row) in (0_i64..).zip(rows) {
            for (from, until, step) in self.runs(row) {
                if let Some(path) = step.checked_sub(1).and_then(|step| paths.get_mut(step)) {
                    // Writing to a string cannot fail.
                    let _ = write!(path, "M{from} {}h{}v9h-{}z", number * 10, until - from, until - from);
                }
            }
        }
        let marks = self.uploads(rows);
        let rows = as_f64(i64::try_from(rows.len()).unwrap_or(1)).max(1.0);
        let view = format!("0 0 {} {}", self.width_units(), rows * 10.0);
        html! {
            rect.plot x="0" y=(top) width="100%" height=(height) {}
            svg.(class) x="0" y=(top) width="100%" height=(height) viewBox=(view) preserveAspectRatio="none" {
                @for (step, path) in (1..).zip(&paths) { @if !path.is_empty() { path class={ "cell s" (step) } d=(path) {} } }
            }
            @for (at, number) in marks {
                circle.began cx=(percent(self.place(at))) cy=(format!("{:.1}", f64::from(top) + (as_f64(number) + 0.5) / rows * f64::from(height))) r="3" {}
            }
        }
    }

    /// Neighbours of one colour, merged: from, until, colour.
    fn runs(&self, row: &Row) -> Vec<(i64, i64, usize)> {
        let mut runs: Vec<(i64, i64, usize)> = Vec::new();
        let end = self.width_units();
        for (at, octets) in &row.bins {
            let (from, until) = ((at + BEFORE * 10).clamp(0, end), (at + BEFORE * 10 + self.width).clamp(0, end));
            let step = self.step(*octets);
            match runs.last_mut() {
                _ if until <= from || step == 0 => {}
                Some(last) if last.2 == step && from - last.1 <= 1 => last.1 = until,
                _ => runs.push((from, until, step)),
            }
        }
        runs
    }

    /// Where uploads began: tenths of a second from the onset, and the row.
    fn uploads(&self, rows: &[Row]) -> Vec<(i64, i64)> {
        let uploads = self.found.sightings.iter().chain(&self.found.local_sightings);
        let starts: std::collections::BTreeSet<Timestamp> = uploads.map(|it| it.window.from).collect();
        let mut found = Vec::new();
        for (number, row) in (0_i64..).zip(rows) {
            let stretch = row.onset.plus(-BEFORE * SECOND)..row.onset.plus(self.after * SECOND);
            found.extend(starts.range(stretch).take(8).map(|at| (at.since(row.onset) / (SECOND / 10), number)));
        }
        found
    }

    /// Mean octets of each second over the rows of a kind.
    fn mean(rows: &[Row]) -> BTreeMap<i64, f64> {
        let mut sums: BTreeMap<i64, f64> = BTreeMap::new();
        for (at, octets) in rows.iter().flat_map(|row| &row.bins) {
            *sums.entry((at + 5).div_euclid(10)).or_default() += as_f64_u(*octets);
        }
        let rows = as_f64(i64::try_from(rows.len()).unwrap_or(1)).max(1.0);
        for sum in sums.values_mut() {
            *sum /= rows;
        }
        sums
    }

    fn means(&self, top: u32) -> Markup {
        let (probes, shams) = (Self::mean(&self.probes), Self::mean(&self.shams));
        let most = probes.values().chain(shams.values()).copied().fold(1.0, f64::max);
        let line = |means: &BTreeMap<i64, f64>| {
            let mut path = String::new();
            for second in -BEFORE..self.after {
                let height = 100.0 - means.get(&second).copied().unwrap_or(0.0) / most * 96.0;
                let x = (second + BEFORE) * 10;
                // Writing to a string cannot fail.
                let _ = if path.is_empty() { write!(path, "M{x} {height:.1}h10") } else { write!(path, "V{height:.1}h10") };
            }
            path
        };
        let view = format!("0 0 {} 100", self.width_units());
        let bits = most * 8.0 * 10.0 / as_f64(self.width);
        html! {
            rect.plot x="0" y=(top) width="100%" height=(MEANS) {}
            svg x="0" y=(top) width="100%" height=(MEANS) viewBox=(view) preserveAspectRatio="none" {
                @if !self.shams.is_empty() { path.mean.sham d=(line(&shams)) {} }
                path.mean.probe d=(line(&probes)) {}
            }
            text.level x="4" y=(top + 13) { "mean, up to " (words::bit_rate(bits)) }
        }
    }

    /// The line where the sound begins, how long it usually lasts, and seconds below.
    fn axis(&self, top: u32, bottom: u32) -> Markup {
        let step = [5, 10, 20, 30, 60].into_iter().find(|step| (BEFORE + self.after) / step <= 8).unwrap_or(60);
        let ticks: Vec<i64> = (-BEFORE..=self.after).filter(|it| it % step == 0).collect();
        // What comes later lasts as long as it takes to send, not to say.
        let lasts = if self.delay == Lag::NONE { self.sound.min(self.after * 10) } else { 0 };
        let zero = self.later().map_or_else(|| "sound".to_owned(), |delay| format!("+{delay}"));
        html! {
            line.onset x1=(percent(self.place(0))) x2=(percent(self.place(0))) y1="0" y2=(bottom) {}
            @if self.slot < self.after * 10 {
                line.ends x1=(percent(self.place(self.slot))) x2=(percent(self.place(self.slot))) y1="0" y2=(bottom) {}
            }
            @if lasts > 0 {
                rect.lasts x=(percent(self.place(0))) y=(top) width=(percent(self.place(lasts) - self.place(0))) height="4" {}
            }
            @for second in ticks {
                @let x = self.place(second * 10);
                line.tick x1=(percent(x)) x2=(percent(x)) y1=(top) y2=(top + 5) {}
                text.time .narrow[second / step % 2 != 0] x=(percent(x)) y=(top + 18) text-anchor=(if x < 20.0 { "start" } else if x > 980.0 { "end" } else { "middle" }) {
                    @if second == 0 { (zero) } @else { (format!("{second:+} s").replace('-', "\u{2212}")) }
                }
            }
        }
    }
}

/// What the device sent from a few seconds before a moment on.
fn row(found: &DeviceFindings, onset: Timestamp, after: i64) -> Row {
    let stretch = Window { from: onset.plus(-BEFORE * SECOND), until: onset.plus(after * SECOND) };
    let series = &found.sent;
    let width = series.width.max(1);
    let at = |index: i64| series.origin.plus(index.saturating_mul(width));
    let first = stretch.from.since(series.origin).div_euclid(width);
    let bins = series.bins.since(first).take_while(|bin| at(bin.index) < stretch.until);
    let bins = bins.filter(|bin| bin.payload_octets > 0);
    Row { onset, bins: bins.map(|bin| (at(bin.index).since(onset).div_euclid(SECOND / 10), bin.payload_octets)).collect() }
}
