//! Pictures of numbers as SVG inside a page: marks in panels one above the other, on one lower axis.
//!
//! Places from left to right are percentages and heights are pixels, so that lines and letters keep their size on a telephone and on paper. Names stand outside the
//! pictures as text of the page, where they break into lines. Colours come from the style sheet, so that they follow a dark screen. Nothing runs.

mod scale;
mod thin;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use earwitness_base::words::round;
use maud::{Markup, html};

pub use self::scale::Scale;
pub use self::thin::evenly;

/// What the classes of a picture look like: to be added to the style of a page that has one.
pub const STYLE: &str = include_str!("style.css");

/// Colours in the style sheet; of more, they come again.
pub const COLOURS: usize = 6;

/// Room at the left and right end, of the thousand that are the width: a dot at the end of an axis is seen whole.
const EDGE: f64 = 14.0;
/// Width of what is drawn in units of its own, in these units.
const FINE: f64 = 2_000.0;

/// A place on a width of 0 to 1000 as the percentage that SVG wants.
pub(crate) fn percent(place: f64) -> String {
    format!("{:.2}%", place / 10.0)
}

/// What is drawn in a panel. Numbers are those of the two axes.
#[derive(Clone, PartialEq, Debug)]
pub enum Mark {
    /// Dots.
    Dots(Vec<(f64, f64)>),
    /// Dots that are few and matter.
    Points(Vec<(f64, f64)>),
    /// Points that are joined.
    Line(Vec<(f64, f64)>),
    /// A word beside a point.
    Word((f64, f64), String),
    /// An estimate with its interval, if it has one, at a height.
    Interval {
        /// The estimate.
        value: f64,
        /// The ends of its interval.
        ends: Option<(f64, f64)>,
        /// The height.
        at: f64,
    },
    /// A shaded stretch, as high as the panel.
    Band(f64, f64),
    /// An upright line.
    Rule(f64),
    /// A stretch of time: its ends, what kind it is of, and what it is.
    Bar {
        /// From when.
        from: f64,
        /// Until when.
        until: f64,
        /// Its kind; the class `k-` and this name is its colour in the style sheet of the page.
        class: &'static str,
        /// What it is, shown where somebody points at it.
        name: String,
    },
}

/// Marks of one colour.
#[derive(Clone, PartialEq, Debug)]
pub struct Layer {
    /// The number of the colour.
    pub colour: usize,
    /// What is drawn, the first below the others.
    pub marks: Vec<Mark>,
}

/// One picture of several on the same lower axis.
#[derive(Clone, PartialEq, Debug)]
pub struct Panel {
    /// A heading above it and those that follow; none where it belongs to the one before.
    pub heading: Option<String>,
    /// What it shows, above it at the left; empty where that is said elsewhere.
    pub name: String,
    /// Its numbers, above it at the right.
    pub value: String,
    /// Height in pixels.
    pub height: u32,
    /// The axis from bottom to top.
    pub left: Scale,
    /// Whether that axis has numbers.
    pub numbered: bool,
    /// What is drawn.
    pub layers: Vec<Layer>,
}

/// Panels on one lower axis.
#[derive(Clone, PartialEq, Debug)]
pub struct Plot {
    /// What is seen, for somebody who does not see it.
    pub about: String,
    /// The axis from left to right.
    pub lower: Scale,
    /// What its numbers are.
    pub title: String,
    /// The panels.
    pub panels: Vec<Panel>,
}

impl Plot {
    fn across(&self, value: f64) -> f64 {
        EDGE + self.lower.share(value) * (1_000.0 - 2.0 * EDGE)
    }
}

/// The picture.
#[must_use]
pub fn drawn(plot: &Plot) -> Markup {
    html! {
        div.plots role="group" aria-label=(plot.about) {
            @for panel in &plot.panels {
                @if let Some(heading) = &panel.heading { p.over { bdi { (heading) } } }
                @if !panel.name.is_empty() || !panel.value.is_empty() {
                    p.names { span { bdi { (panel.name) } } span.value { (panel.value) } }
                }
                (self::panel(plot, panel))
            }
            (axis(plot))
        }
    }
}

/// What a panel shows, for somebody who does not see it.
fn told(plot: &Plot, panel: &Panel) -> String {
    let parts = [panel.name.as_str(), panel.value.as_str()];
    let said = parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(": ");
    if said.is_empty() { plot.about.clone() } else { said }
}

fn panel(plot: &Plot, panel: &Panel) -> Markup {
    let height = panel.height;
    let ticks = plot.lower.ticks(6);
    let sides = if panel.numbered { panel.left.ticks(6) } else { Vec::new() };
    html! {
        svg.panel width="100%" height=(height) role="img" aria-label=(told(plot, panel)) {
            rect.plot x="0" y="0" width="100%" height=(height) {}
            @for (value, _) in &ticks {
                @let x = percent(plot.across(*value));
                line.grid x1=(x) x2=(x) y1="0" y2=(height) {}
            }
            @for (value, _) in &sides {
                @let y = pixels(panel, *value);
                line.grid x1="0" x2="100%" y1=(y) y2=(y) {}
            }
            @for layer in &panel.layers {
                g.{ "c" (layer.colour % COLOURS) } { @for it in &layer.marks { (mark(plot, panel, it)) } }
            }
            @for (value, name) in &sides {
                // Above its line, at the top below it.
                @let is_top = panel.left.share(*value) * f64::from(height) > f64::from(height) - 11.0;
                text.level x="3" y=(pixels_off(panel, *value, if is_top { 10.0 } else { -3.0 })) { (name) }
            }
        }
    }
}

/// A height in pixels from the top.
fn pixels(panel: &Panel, value: f64) -> String {
    pixels_off(panel, value, 0.0)
}

fn pixels_off(panel: &Panel, value: f64, more: f64) -> String {
    format!("{:.1}", (1.0 - panel.left.share(value)) * f64::from(panel.height) + more)
}

fn mark(plot: &Plot, panel: &Panel, mark: &Mark) -> Markup {
    let x = |value: f64| percent(plot.across(value));
    let y = |value: f64| pixels(panel, value);
    let spot = |at: &(f64, f64)| {
        let down = (1.0 - panel.left.share(at.1)) * f64::from(panel.height);
        (round(plot.across(at.0) / 1_000.0 * FINE), round(down))
    };
    html! {
        @match mark {
            Mark::Dots(points) => {
                // Those on one spot are drawn once.
                @let spots: BTreeSet<(i64, i64)> = points.iter().map(spot).collect();
                (fine(panel.height, "trials", &path(spots.into_iter(), |path, (x, y)| write!(path, "M{x} {y}h0"))))
            }
            Mark::Points(points) => { @for at in points { circle.point cx=(x(at.0)) cy=(y(at.1)) r="3.2" {} } }
            Mark::Line(points) => {
                (fine(panel.height, "joined", &path(points.iter().map(spot), |path, (x, y)| {
                    write!(path, "{}{x} {y}", if path.is_empty() { 'M' } else { 'L' })
                })))
            }
            Mark::Word(at, word) => {
                // Beyond the middle, words reach back; near the bottom, they stand above.
                @let back = plot.across(at.0) > 600.0;
                text.word x=(x(at.0)) dx=(if back { -7 } else { 7 }) y=(pixels_off(panel, at.1, if panel.left.share(at.1) < 0.08 { -6.0 } else { 12.0 })) text-anchor=(if back { "end" } else { "start" }) { (word) }
            }
            Mark::Interval { value, ends, at } => {
                @if let Some((low, high)) = ends {
                    line.interval x1=(x(*low)) x2=(x(*high)) y1=(y(*at)) y2=(y(*at)) {}
                    @for end in [low, high] { line.interval x1=(x(*end)) x2=(x(*end)) y1=(pixels_off(panel, *at, -4.0)) y2=(pixels_off(panel, *at, 4.0)) {} }
                }
                circle.estimate cx=(x(*value)) cy=(y(*at)) r="4.5" {}
            }
            Mark::Band(from, until) => {
                @let (left, right) = (plot.across(*from), plot.across(*until));
                rect.band x=(percent(left)) y="0" width=(percent((right - left).max(1.0))) height=(panel.height) {}
            }
            Mark::Rule(at) => { line.rule x1=(x(*at)) x2=(x(*at)) y1="0" y2=(panel.height) {} }
            Mark::Bar { from, until, class, name } => {
                @let (left, right) = (plot.across(*from), plot.across(*until));
                rect.stretch.{ "k-" (class) } x=(percent(left)) y="3" width=(percent((right - left).max(0.5))) height=(panel.height.saturating_sub(6)) { title { (name) } }
            }
        }
    }
}

/// A path in units of its own, which are stretched to the width of the page.
fn fine(height: u32, class: &str, path: &str) -> Markup {
    html! {
        @if !path.is_empty() {
            svg x="0" y="0" width="100%" height=(height) viewBox={ "0 0 " (FINE) " " (height) } preserveAspectRatio="none" { path.(class) d=(path) {} }
        }
    }
}

fn path(spots: impl Iterator<Item = (i64, i64)>, write: impl Fn(&mut String, (i64, i64)) -> std::fmt::Result) -> String {
    let mut path = String::new();
    for spot in spots {
        // Writing to a string cannot fail.
        let _ = write(&mut path, spot);
    }
    path
}

/// The numbers below the last panel, and what they are.
fn axis(plot: &Plot) -> Markup {
    html! {
        svg.axis width="100%" height="34" aria-hidden="true" {
            @for (number, (value, name)) in plot.lower.ticks(6).iter().enumerate() {
                @let place = plot.across(*value);
                line.tick x1=(percent(place)) x2=(percent(place)) y1="0" y2="4" {}
                text.time .narrow[number % 2 == 1] x=(percent(place)) y="16" text-anchor=(if place < 25.0 { "start" } else if place > 975.0 { "end" } else { "middle" }) { (name) }
            }
            text.time x="50%" y="31" text-anchor="middle" { (plot.title) }
        }
    }
}

#[cfg(test)]
mod tests;
