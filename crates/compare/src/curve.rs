//! Curves of shares against something, as pictures of the page.

use earwitness_report::plot::{self, COLOURS, Layer, Mark, Panel, Scale};
use maud::{Markup, html};

/// Height of a picture, pixels.
const HEIGHT: u32 = 300;

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

/// The picture.
#[must_use]
pub(crate) fn drawn(plot: &Plot) -> Markup {
    let lower = match plot.lower.1 {
        Lower::Linear(most) => Scale::Linear { from: 0.0, until: most },
        Lower::Powers => Scale::powers(plot.lines.iter().flat_map(|it| &it.points).map(|it| it.0)),
    };
    let layer = |(colour, line): (usize, &Line)| {
        let words = line.marked.iter().map(|(at, name)| Mark::Word(*at, name.clone()));
        let points = line.points.iter().copied().chain(line.marked.iter().map(|it| it.0)).collect();
        Layer { colour, marks: [Mark::Line(line.points.clone()), Mark::Points(points)].into_iter().chain(words).collect() }
    };
    let panel = Panel {
        heading: None,
        name: plot.left.clone(),
        value: String::new(),
        height: HEIGHT,
        // Lines at the ends are seen whole.
        left: Scale::Linear { from: -0.02, until: 1.04 },
        numbered: true,
        layers: plot.lines.iter().enumerate().map(layer).collect(),
    };
    let picture = plot::Plot { about: plot.title.clone(), lower, title: plot.lower.0.clone(), panels: vec![panel] };
    html! {
        figure.curve {
            figcaption { strong { (plot.title) } }
            (plot::drawn(&picture))
            ul.key {
                @for (number, line) in plot.lines.iter().enumerate() {
                    li { span.swatch.{ "c" (number % COLOURS) } {} (line.name) }
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
        assert!(page.contains("d=\"M28 294L") && page.contains("L1972 11\""), "{page}");
        assert!(page.contains(">0<") && page.contains(">1000<") && page.contains("a &lt; b"));
    }

    #[test]
    fn a_line_ends_where_its_axis_does() {
        let page = drawn(&plot(Lower::Linear(1_000.0))).into_string();
        assert!(page.contains("L1972 11\"") && page.contains(">200<"), "{page}");
    }
}
