//! The time axis that all pictures share: silences are cut out, so that a clock that jumps 52 years costs a few pixels.

use earwitness_core::findings::Findings;
use earwitness_core::time::{SECOND, Timestamp, Window};
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::percent;
use crate::stretches::{PAUSE, joined, stretches};
use earwitness_base::words::{self, as_f64};

/// Length of the axis; places on it are from 0 to this.
pub(super) const LENGTH: f64 = 1_000.0;
/// Stretches that are told apart; the shortest silences between others are drawn as they are.
const PIECES: usize = 12;
/// Place that a cut-out silence takes.
const BREAK: f64 = 12.0;
/// Least place of a stretch.
const LEAST: f64 = 24.0;
/// A silence is cut out from this length on, in nanoseconds, or from a twelfth of all the time seen.
const CUT: i64 = 300 * SECOND;
/// Steps between ticks, in seconds.
const STEPS: [i64; 18] = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400];
/// Least distance of labels under a picture as wide as the page.
pub(super) const APART: f64 = 95.0;

/// A stretch of time and where it lies.
struct Piece {
    window: Window,
    from: f64,
    length: f64,
}

/// From moments to places, left to right.
pub(super) struct Axis {
    pieces: Vec<Piece>,
    zone: TimeZone,
}

/// From here on the label of a day reaches back.
const FAR: f64 = 880.0;

impl Axis {
    pub(super) fn new(findings: &Findings, zone: &TimeZone) -> Self {
        let total = |all: &[Window]| all.iter().fold(0_i64, |sum, it| sum.saturating_add(it.length()));
        let fine = stretches(findings, CUT);
        let cut = (total(&fine) / 12).clamp(CUT, PAUSE.max(total(&fine) / 12));
        let mut windows = joined(fine.into_iter(), cut);
        if windows.len() > PIECES {
            let mut silences: Vec<_> = windows.windows(2).filter_map(|it| silence(it.first()?, it.last()?)).collect();
            silences.sort_unstable_by(|a, b| b.cmp(a));
            windows = joined(windows.into_iter(), silences.get(PIECES - 1).copied().unwrap_or(i64::MAX));
        }
        let count = as_f64(i64::try_from(windows.len()).unwrap_or(1)).max(1.0);
        let spare = LENGTH - BREAK * (count - 1.0) - LEAST * count;
        let all = as_f64(total(&windows).max(1));
        let mut from = 0.0;
        let pieces = windows.into_iter().map(|window| {
            let length = LEAST + spare * as_f64(window.length()) / all;
            let piece = Piece { window, from, length };
            from += length + BREAK;
            piece
        });
        Self { pieces: pieces.collect(), zone: zone.clone() }
    }

    /// Where a moment lies; one inside a cut-out silence or outside of all lies at the nearest edge before it.
    pub(super) fn place(&self, at: Timestamp) -> f64 {
        let after = self.pieces.partition_point(|it| it.window.from <= at);
        self.pieces.get(after.saturating_sub(1)).map_or(0.0, |piece| {
            let share = as_f64(at.since(piece.window.from)) / as_f64(piece.window.length().max(1));
            piece.from + piece.length * share.clamp(0.0, 1.0)
        })
    }

    /// Where silences were cut out: a pair of slashes from `top` to `bottom`.
    pub(super) fn breaks(&self, top: u32, bottom: u32) -> Markup {
        html! {
            @for pair in self.pieces.windows(2) {
                @if let [before, after] = pair {
                    @let middle = f64::midpoint(before.from + before.length, after.from);
                    g.break {
                        title { (words::duration(after.window.from.since(before.window.until))) " without any traffic" }
                        rect x=(percent(middle - BREAK / 2.0)) y=(top) width=(percent(BREAK)) height=(bottom - top) {}
                        line x1=(percent(middle)) x2=(percent(middle)) y1=(top) y2=(bottom) {}
                    }
                }
            }
        }
    }

    /// Ticks with times below `top`, at least so far `apart`, and the days below these.
    pub(super) fn ticks(&self, top: u32, apart: f64) -> Markup {
        let pattern = if self.step() < 60 { "%H:%M:%S" } else { "%H:%M" };
        let mut days: Vec<(f64, String)> = Vec::new();
        let mut times: Vec<(f64, String)> = Vec::new();
        let mut day = None;
        for (at, place, starts) in self.moments() {
            let local = words::local(at, &self.zone);
            let free = |all: &[(f64, String)], apart: f64| all.last().is_none_or(|it| place - it.0 >= apart);
            if starts {
                // The first moment after a silence matters more than a round time before it.
                times.pop_if(|it| place - it.0 < apart && it.0 > 0.0);
            }
            if free(&times, apart * 0.8) {
                times.push((place, local.strftime(pattern).to_string()));
            }
            // Towards the right edge a label reaches back.
            let room = if place > FAR { 3.0 } else { 1.5 };
            if day != Some(local.date()) && free(&days, apart * room) {
                day = Some(local.date());
                days.push((place, local.strftime("%a %-d %b %Y").to_string()));
            }
        }
        html! {
            @for (number, (place, label)) in times.iter().enumerate() {
                line.tick x1=(percent(*place)) x2=(percent(*place)) y1=(top) y2=(top + 4) {}
                text.time .narrow[number % 2 == 1] x=(percent(*place)) y=(top + 16) text-anchor=(anchor(*place)) { (label) }
            }
            @for (place, label) in &days {
                text.day x=(percent(*place)) y=(top + 30) text-anchor=(if *place > FAR { "end" } else { "start" }) { (label) }
            }
        }
    }

    /// Seconds between ticks: at most a dozen of them over the whole.
    fn step(&self) -> i64 {
        let total = self.pieces.iter().fold(0_i64, |sum, it| sum.saturating_add(it.window.length())) / SECOND;
        STEPS.into_iter().find(|step| total / step <= 9).unwrap_or_else(|| (total / 9 / 86_400).saturating_add(1) * 86_400)
    }

    /// The start of each stretch (true), and the round times inside it.
    fn moments(&self) -> Vec<(Timestamp, f64, bool)> {
        let step = self.step().saturating_mul(SECOND);
        let mut all = Vec::new();
        for piece in &self.pieces {
            let start = piece.window.from;
            let offset = i64::from(words::local(start, &self.zone).offset().seconds()).saturating_mul(SECOND);
            all.push((start, piece.from, true));
            let local = start.plus(offset).nanos();
            let mut at = start.plus(step - local.rem_euclid(step));
            while at < piece.window.until && all.len() < 200 {
                all.push((at, self.place(at), false));
                at = at.plus(step);
            }
        }
        all
    }
}

fn silence(before: &Window, after: &Window) -> Option<i64> {
    Some(after.from.since(before.until)).filter(|it| *it > 0)
}

/// Labels at the edges stay inside.
fn anchor(place: f64) -> &'static str {
    if place < 30.0 {
        "start"
    } else if place > 960.0 {
        "end"
    } else {
        "middle"
    }
}
