//! The picture of a beat: the records of a sighting over time, the spacing between them, and a close-up.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use earwitness_core::findings::{MARKS_KEPT, Mark, Sighting, SightingKind};
use earwitness_core::time::{SECOND, Timestamp};
use maud::{Markup, html};

use super::percent;
use crate::summary::{beat, milliseconds};
use earwitness_base::words::{self, as_f64, round};

/// Points drawn per picture; those that fall on one spot are drawn once.
const POINTS: usize = 2_500;
/// Height of the records, in pixels.
const RECORDS: u32 = 96;
/// Height of the spacing.
const SPACING: u32 = 44;
/// Beats of a close-up.
const CLOSE: usize = 16;

/// Both pictures of a sighting; nothing where no records were kept.
pub(super) fn picture(it: &Sighting) -> Option<Markup> {
    let first = it.marks.iter().find(|mark| mark.audio)?;
    let beat = beat(it).filter(|beat| *beat > 0);
    let view = View::new(it, first);
    let close = beat.and_then(|beat| close_up(it, beat));
    Some(html! {
        div.beat {
            figure { (overview(it, &view, beat)) figcaption {
                @let audio = if it.kind == SightingKind::Audio { "sound" } else { "the upload" };
                "Each stroke is one record that left the device, the taller the longer: " span.key.audio { (audio) } ", "
                span.key.other { "other data" } ". "
                @if beat.is_some() { "Dots: the pause before each record; a flat row is a steady beat." }
                @else if it.kind != SightingKind::Audio { "It was sent in one go, so there is no beat to see." }
                @if it.marks.len() >= MARKS_KEPT { " Only the first " (words::count(it.marks.len() as u64)) " records were kept." }
            } }
            @if let Some(close) = close { figure.close { (close) figcaption { "Close-up: the thin lines are an exact beat, the strokes what was sent." } } }
        }
    })
}

/// What is shown: time from left to right, lengths from bottom to top.
struct View {
    from: Timestamp,
    length: i64,
    tallest: f64,
}

impl View {
    fn new(it: &Sighting, first: &Mark) -> Self {
        let margin = it.window.length() / 8 + SECOND / 5;
        let last = it.marks.last().map_or(first.at, |mark| mark.at);
        let from = it.marks.first().map_or(first.at, |mark| mark.at).max(first.at.plus(-margin)).min(first.at);
        let until = last.min(it.window.until.max(first.at).plus(margin)).max(from.plus(1));
        let longest = it.marks.iter().filter(|mark| mark.audio).map(|mark| mark.length).max().unwrap_or(1);
        Self { from, length: until.since(from).max(1), tallest: f64::from(longest.max(1)) * 1.7 }
    }

    /// Place of a moment, 0 to 1000.
    fn x(&self, at: Timestamp) -> f64 {
        as_f64(at.since(self.from)) / as_f64(self.length) * 1_000.0
    }

    /// Height of a length, 0 to 100.
    fn y(&self, length: u32) -> f64 {
        100.0 - (f64::from(length) / self.tallest).min(1.0) * 100.0
    }

    fn shows(&self, at: Timestamp) -> bool {
        (0..=self.length).contains(&at.since(self.from))
    }
}

fn overview(it: &Sighting, view: &View, beat: Option<i64>) -> Markup {
    let shown: Vec<_> = it.marks.iter().filter(|mark| view.shows(mark.at)).collect();
    let spots = |audio: bool| {
        let all = shown.iter().filter(|mark| mark.audio == audio);
        thinned(all.map(|mark| (round(view.x(mark.at) * 2.0), round(view.y(mark.length)))).collect())
    };
    let typical = typical_length(it);
    let level = view.y(typical) / 100.0 * f64::from(RECORDS);
    let bottom = RECORDS + if beat.is_some() { SPACING + 8 } else { 0 };
    html! {
        svg width="100%" height=(bottom + 20) role="img" aria-label="Records over time" {
            rect.plot x="0" y="0" width="100%" height=(RECORDS) {}
            (strokes("other", &spots(false)))
            (strokes("audio", &spots(true)))
            text.level x="4" y=(level - 6.0) { (words::count(u64::from(typical))) " octets" }
            @if let Some(beat) = beat { (spacing(it, view, beat)) }
            (seconds(it, view, bottom))
        }
    }
}

/// At most [`POINTS`] of the points, evenly left out.
fn thinned(points: BTreeSet<(i64, i64)>) -> Vec<(i64, i64)> {
    let step = points.len().div_ceil(POINTS).max(1);
    points.into_iter().step_by(step).collect()
}

/// A stroke from the bottom for each record.
fn strokes(class: &str, spots: &[(i64, i64)]) -> Markup {
    let mut path = String::new();
    for (x, y) in spots {
        // Writing to a string cannot fail.
        let _ = write!(path, "M{x} 100V{y}");
    }
    html! {
        svg x="0" y="0" width="100%" height=(RECORDS) viewBox="0 0 2000 100" preserveAspectRatio="none" { path class={ "stroke " (class) } d=(path) {} }
    }
}

/// The pause before each record of sound, from 0 to two and a half beats.
fn spacing(it: &Sighting, view: &View, beat: i64) -> Markup {
    let top = RECORDS + 8;
    let audio: Vec<_> = it.marks.iter().filter(|mark| mark.audio).collect();
    let height = |pause: i64| (100.0 - as_f64(pause.max(0)) / as_f64(beat) * 40.0).max(2.0);
    let dots: BTreeSet<_> = audio
        .windows(2)
        .filter_map(|pair| Some((pair.first()?.at, pair.last()?.at)))
        .filter(|(_, at)| view.shows(*at))
        .map(|(before, at)| (round(view.x(at) * 2.0), round(height(at.since(before)))))
        .collect();
    let mut path = String::new();
    for (x, y) in thinned(dots) {
        // Writing to a string cannot fail.
        let _ = write!(path, "M{x} {y}h0");
    }
    let level = f64::from(top) + 0.6 * f64::from(SPACING);
    html! {
        rect.plot x="0" y=(top) width="100%" height=(SPACING) {}
        line.ideal x1="0" x2="100%" y1=(level) y2=(level) {}
        svg x="0" y=(top) width="100%" height=(SPACING) viewBox="0 0 2000 100" preserveAspectRatio="none" { path.dots d=(path) {} }
        text.level x="4" y=(level - 5.0) { (milliseconds(beat)) " ms" }
    }
}

/// Seconds since the start of the sighting.
fn seconds(it: &Sighting, view: &View, top: u32) -> Markup {
    let step = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0]
        .into_iter()
        .find(|step| as_f64(view.length) / 1e9 / step <= 6.5)
        .unwrap_or(as_f64(view.length) / 6e9);
    let ticks = (0..8).map(|n| f64::from(n) * step).filter_map(|second| {
        let at = it.window.from.plus(round(second * 1e9));
        (view.shows(at) && view.x(at) < 985.0)
            .then(|| (view.x(at), if step < 1.0 { format!("{second:.1} s") } else { format!("{second:.0} s") }))
    });
    html! {
        @for (x, label) in ticks {
            line.tick x1=(percent(x)) x2=(percent(x)) y1=(top) y2=(top + 4) {}
            text.time x=(percent(x)) y=(top + 16) text-anchor=(if x < 20.0 { "start" } else { "middle" }) { (label) }
        }
    }
}

/// A few beats from the middle of the train, beside an exact beat.
fn close_up(it: &Sighting, beat: i64) -> Option<Markup> {
    let audio: Vec<_> = it.marks.iter().filter(|mark| mark.audio).collect();
    let middle = audio.len() / 2;
    let close = audio.get(middle..(middle + CLOSE).min(audio.len())).filter(|it| it.len() > 3)?;
    let first = close.first()?;
    let length = as_f64(beat) * as_f64(i64::try_from(CLOSE).unwrap_or(1));
    // A quarter of a beat stays free on the left.
    let x = |at: i64| (as_f64(at) + as_f64(beat) / 4.0) / length * 1_000.0;
    let tallest = f64::from(close.iter().map(|mark| mark.length).max()?.max(1)) * 1.35;
    let bottom = RECORDS + SPACING + 8;
    let exact = (0..CLOSE).filter_map(|n| i64::try_from(n).ok()).map(|n| x(beat.saturating_mul(n)));
    let (one, two) = (x(beat.saturating_mul(5)), x(beat.saturating_mul(6)));
    Some(html! {
        svg width="100%" height=(bottom + 20) role="img" aria-label="Close-up of the beat" {
            rect.plot x="0" y="0" width="100%" height=(bottom) {}
            @for place in exact { line.ideal x1=(percent(place)) x2=(percent(place)) y1="0" y2=(bottom) {} }
            @for mark in close {
                @let place = x(mark.at.since(first.at));
                @if (0.0..1_000.0).contains(&place) {
                    @let y = f64::from(bottom) * (1.0 - f64::from(mark.length) / tallest);
                    line.bar x1=(percent(place)) x2=(percent(place)) y1=(format!("{y:.1}")) y2=(bottom) {}
                }
            }
            line.span x1=(percent(one)) x2=(percent(two)) y1="22" y2="22" {}
            text.level.strong x=(percent(f64::midpoint(one, two))) y="15" text-anchor="middle" { (milliseconds(beat)) " ms" }
            text.time x="0" y=(bottom + 16) { (words::seconds(length / 1e9)) " in all" }
        }
    })
}

/// The middle one of the lengths of the records of sound.
fn typical_length(it: &Sighting) -> u32 {
    let mut lengths: Vec<_> = it.marks.iter().filter(|mark| mark.audio).map(|mark| mark.length).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied().unwrap_or_default()
}
