//! Curves as SVG inside the page: no script, colours from its style sheet, so that they follow a dark screen.

use maud::{Markup, html};

/// Width and height of a picture, and its margins to the left and below.
const SIZE: (f64, f64) = (620.0, 340.0);
const LEFT: f64 = 46.0;
const BELOW: f64 = 40.0;
const ABOVE: f64 = 12.0;
const RIGHT: f64 = 12.0;
/// Colours in the style sheet.
const COLOURS: usize = 6;

/// One curve.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Line {
    /// What it is.
    pub name: String,
    /// Its points, in the order in which they are joined.
    pub points: Vec<(f64, f64)>,
    /// Points that are labelled.
    pub marked: Vec<((f64, f64), String)>,
}

/// How the lower axis runs.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Lower {
    /// From 0 to this number.
    Linear(f64),
    /// In powers of ten; 0 stands at the left end.
    Powers,
}

/// A picture of shares (0 to 1) against something.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Plot {
    /// What it shows.
    pub title: String,
    /// Title of the lower axis.
    pub lower: (String, Lower),
    /// Title of the axis at the left.
    pub left: String,
    /// The curves.
    pub lines: Vec<Line>,
}

/// Places on the lower axis.
struct Scale {
    lower: Lower,
    /// Least and greatest power of ten.
    powers: (i32, i32),
}

impl Scale {
    fn new(plot: &Plot) -> Self {
        let values = plot.lines.iter().flat_map(|it| &it.points).map(|it| it.0).filter(|it| *it > 0.0);
        let (least, most) = values.fold((f64::INFINITY, 0.0_f64), |ends, it| (ends.0.min(it), ends.1.max(it)));
        #[expect(clippy::cast_possible_truncation, reason = "powers of ten of a float")]
        let powers = if most > 0.0 {
            (least.log10().floor() as i32 - 1, (most.log10().ceil() as i32).max(least.log10().floor() as i32 + 1))
        } else {
            (-1, 1)
        };
        Self { lower: plot.lower.1, powers }
    }

    fn place(&self, value: f64) -> f64 {
        let share = match self.lower {
            Lower::Linear(most) => value / most.max(f64::MIN_POSITIVE),
            Lower::Powers if value <= 0.0 => 0.0,
            Lower::Powers => {
                let (low, high) = (f64::from(self.powers.0), f64::from(self.powers.1));
                (value.log10() - low) / (high - low)
            }
        };
        LEFT + share.clamp(0.0, 1.0) * (SIZE.0 - LEFT - RIGHT)
    }

    fn ticks(&self) -> Vec<(f64, String)> {
        match self.lower {
            Lower::Linear(most) => {
                let step = if most <= 1.0 { 0.2 } else { (most / 5.0).ceil() };
                let steps = (0..=20).map(|it| f64::from(it) * step).take_while(|it| *it <= most * 1.001);
                steps.map(|it| (self.place(it), format!("{}", (it * 10.0).round() / 10.0))).collect()
            }
            Lower::Powers => {
                let (low, high) = self.powers;
                let power = |it: i32| (self.place(10_f64.powi(it)), if it == low { "0".to_owned() } else { power_name(it) });
                (low..=high).map(power).collect()
            }
        }
    }
}

fn power_name(power: i32) -> String {
    if (-3..=4).contains(&power) { format!("{}", 10_f64.powi(power)) } else { format!("1e{power}") }
}

fn height(share: f64) -> f64 {
    ABOVE + (1.0 - share.clamp(0.0, 1.0)) * (SIZE.1 - ABOVE - BELOW)
}

fn place(value: f64) -> String {
    format!("{value:.1}")
}

/// The picture.
#[must_use]
pub(crate) fn drawn(plot: &Plot) -> Markup {
    let scale = Scale::new(plot);
    let point = |at: &(f64, f64)| format!("{:.1},{:.1}", scale.place(at.0), height(at.1));
    let (right, floor) = (SIZE.0 - RIGHT, SIZE.1 - BELOW);
    html! {
        figure.curve {
            figcaption { strong { (plot.title) } }
            svg viewBox={ "0 0 " (SIZE.0) " " (SIZE.1) } role="img" aria-label=(plot.title) {
                rect.plot x=(LEFT) y=(ABOVE) width=(right - LEFT) height=(floor - ABOVE) {}
                @for tenth in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
                    line.grid x1=(LEFT) x2=(right) y1=(place(height(tenth))) y2=(place(height(tenth))) {}
                    text x=(LEFT - 6.0) y=(place(height(tenth) + 4.0)) text-anchor="end" { (tenth) }
                }
                @for (at, name) in scale.ticks() {
                    line.grid x1=(place(at)) x2=(place(at)) y1=(ABOVE) y2=(floor) {}
                    text x=(place(at)) y=(floor + 15.0) text-anchor="middle" { (name) }
                }
                text x=(place(f64::midpoint(LEFT, right))) y=(SIZE.1 - 6.0) text-anchor="middle" { (plot.lower.0) }
                text x=(LEFT + 6.0) y=(ABOVE + 13.0) { (plot.left) }
                @for (number, line) in plot.lines.iter().enumerate() {
                    g class={ "c" (number % COLOURS) } {
                        polyline points=(line.points.iter().map(point).collect::<Vec<_>>().join(" ")) {}
                        @for at in &line.points { circle cx=(place(scale.place(at.0))) cy=(place(height(at.1))) r="2.5" {} }
                        @for (at, name) in &line.marked {
                            circle cx=(place(scale.place(at.0))) cy=(place(height(at.1))) r="4" {}
                            text x=(place(scale.place(at.0) + 6.0)) y=(place(height(at.1) + 12.0)) { (name) }
                        }
                    }
                }
            }
            ul.key {
                @for (number, line) in plot.lines.iter().enumerate() {
                    li class={ "c" (number % COLOURS) } { span.dot { "●" } " " (line.name) }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(lower: Lower) -> Plot {
        let line = Line { name: "a < b".to_owned(), points: vec![(0.0, 0.0), (10.0, 0.5), (1_000.0, 1.0)], marked: Vec::new() };
        Plot { title: "x".to_owned(), lower: ("false alarms".to_owned(), lower), left: "recall".to_owned(), lines: vec![line] }
    }

    #[test]
    fn zero_stands_at_the_left_end_of_powers() {
        let page = drawn(&plot(Lower::Powers)).into_string();
        assert!(page.contains("points=\"46.0,300.0 ") && page.contains("608.0,12.0\""), "{page}");
        assert!(page.contains(">0<") && page.contains(">1000<") && page.contains("a &lt; b"));
    }

    #[test]
    fn a_line_ends_where_its_axis_does() {
        let page = drawn(&plot(Lower::Linear(1_000.0))).into_string();
        assert!(page.contains("608.0,12.0") && page.contains(">200<"), "{page}");
    }
}
