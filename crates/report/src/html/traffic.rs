//! Traffic over time: sent above the line, received below it, the moments of the sightings marked.

use std::fmt::Write as _;

use earwitness_core::findings::{Findings, Series};
use maud::{Markup, html};

use super::axis::{self, Axis, LENGTH};
use super::{Page, percent};
use crate::stretches::bin_window;
use crate::summary::Device;
use earwitness_base::words::{self, as_f64, as_f64_u, round};

/// Columns of a picture, whatever the length of the capture.
const COLUMNS: usize = 1_000;
/// Height of the room for numbers above, in pixels.
const PINS: u32 = 20;
/// Height of what was sent.
const SENT: u32 = 92;
/// Height of what was received.
const RECEIVED: u32 = 46;
/// The lowest rate that is drawn, as a power of ten of bits per second.
const FLOOR: f64 = 2.0;
/// Pins of a picture.
const MARKS: usize = 400;
/// Least width of a band: SVG draws nothing of width 0.
const LEAST: f64 = 0.5;
/// Distance from which on pins have numbers.
const APART: f64 = 22.0;

/// What the picture shows, in a sentence.
pub(super) const LEGEND: &str = "Each picture shows what the device sent (above the line) and received (below it); each grey line up is a hundred times as much.";

/// The scale of rates that all pictures share, so that devices can be compared.
pub(super) struct Scale {
    top: f64,
}

impl Scale {
    pub(super) fn new(findings: &Findings) -> Self {
        let all = findings.devices.iter().flat_map(|it| [&it.sent, &it.received]);
        let peak = all.flat_map(|it| it.bins.iter().map(|bin| rate(it, bin.payload_octets))).fold(0.0, f64::max);
        Self { top: peak.max(1e6).log10().ceil() }
    }

    /// Height of a rate, 0 to 1.
    fn height(&self, rate: f64) -> f64 {
        if rate <= 0.0 { 0.0 } else { ((rate.log10() - FLOOR) / (self.top - FLOOR)).clamp(0.02, 1.0) }
    }
}

/// Bits per second of a bin.
fn rate(series: &Series, octets: u64) -> f64 {
    as_f64_u(octets) * 8e9 / as_f64(series.width.max(1))
}

/// The picture of one device.
pub(super) fn picture(page: &Page<'_>, place: usize, device: &Device<'_>) -> Markup {
    let middle = PINS + SENT;
    let bottom = middle + RECEIVED;
    let levels: Vec<_> = [3, 5, 7, 9]
        .into_iter()
        .filter(|it| f64::from(*it) < page.scale.top)
        .map(|power| {
            let rate = 10_f64.powi(power);
            let y = f64::from(middle) - page.scale.height(rate) * f64::from(SENT);
            (format!("{y:.1}"), words::bit_rate(rate).replace(".0 ", " "))
        })
        .collect();
    html! {
        div.chart {
            svg width="100%" height=(bottom + 36) aria-hidden="true" {
                @for (y, label) in &levels { text.level x="100%" dx="-8" dy="4" y=(y) text-anchor="end" { (label) } }
            }
            svg.traffic width="100%" height=(bottom + 36) role="group" aria-label={ "Traffic of " (device.name) " over time" } {
            rect.plot x="0" y=(PINS) width="100%" height=(SENT + RECEIVED) {}
            @for (y, _) in &levels { line.grid x1="0" x2="100%" y1=(y) y2=(y) {} }
            (marks(page, device, 14, bottom))
            (area("sent", &columns(page.axis, &device.found.sent, page.scale), PINS, SENT, true))
            (area("received", &columns(page.axis, &device.found.received, page.scale), middle, RECEIVED, false))
            line.zero x1="0" x2="100%" y1=(middle) y2=(middle) {}
            (page.axis.breaks(PINS, bottom))
            text.level.side x="99.5%" y=(PINS + 13) text-anchor="end" { "sent" }
            text.level.side x="99.5%" y=(bottom - 6) text-anchor="end" { "received" }
            (numbers(page, place, device))
            (page.axis.ticks(bottom, axis::APART))
            }
        }
    }
}

/// A band for each sighting.
pub(super) fn marks(page: &Page<'_>, device: &Device<'_>, top: u32, bottom: u32) -> Markup {
    html! {
        @for it in device.found.sightings.iter().take(MARKS) {
            @let (from, until) = (page.axis.place(it.window.from), page.axis.place(it.window.until));
            rect.mark x=(percent(from)) y=(top) width=(percent((until - from).max(LEAST))) height=(bottom - top) {}
        }
    }
}

/// The number of each sighting above its band, where there is room; a click leads to it.
fn numbers(page: &Page<'_>, device_place: usize, device: &Device<'_>) -> Markup {
    let mut last = -APART;
    let mut shown = Vec::new();
    for (number, it) in device.found.sightings.iter().take(MARKS).enumerate() {
        let place = page.axis.place(it.window.from);
        if place - last >= APART {
            last = place;
            shown.push((number, place));
        }
    }
    html! {
        @for (number, place) in shown {
            a href=((page.link)(device_place, number)) { text.pin x=(percent(place)) y="11" text-anchor="middle" { (number + 1) } }
        }
    }
}

/// The highest rate inside each column, 0 to 100 of the scale.
fn columns(axis: &Axis, series: &Series, scale: &Scale) -> Vec<i64> {
    let mut heights = vec![0; COLUMNS];
    for bin in series.bins.iter() {
        let window = bin_window(series, bin.index);
        let height = round(scale.height(rate(series, bin.payload_octets)) * 100.0);
        let column = |place: f64| usize::try_from(round(place.min(LENGTH - 1.0))).unwrap_or(0);
        let (from, until) = (column(axis.place(window.from)), column(axis.place(window.until)));
        for it in heights.get_mut(from..until.max(from + 1)).into_iter().flatten() {
            *it = height.max(*it);
        }
    }
    heights
}

/// The columns as one outline, growing up or down from the line in the middle.
fn area(class: &str, columns: &[i64], y: u32, height: u32, up: bool) -> Markup {
    let at = |value: i64| if up { 100 - value } else { value };
    let (mut path, mut last) = (String::new(), 0);
    for (x, value) in columns.iter().chain([&0]).enumerate() {
        if *value != last {
            // Writing to a string cannot fail.
            let _ = if last == 0 { write!(path, "M{x} {}V{}", at(0), at(*value)) } else { write!(path, "H{x}V{}", at(*value)) };
            last = *value;
        }
    }
    html! {
        svg x="0" y=(y) width="100%" height=(height) viewBox="0 0 1000 100" preserveAspectRatio="none" {
            path class=(class) d=(path) {}
        }
    }
}
