//! Every trial as a dot: how many seconds each device sent under each condition, with the mean and its interval.

use earwitness_base::text::clean;
use earwitness_base::words::{as_f64_u, count, counted};
use earwitness_lab::results::{DeviceResults, Quantity};
use earwitness_report::plot::{Layer, Mark, Panel, Plot, Scale, drawn, evenly};
use maud::{Markup, html};

use super::{NAME, Told, more, seconds};

/// Dots of one device under one condition.
const DOTS: usize = 300;
/// Rows that are drawn: a device under a condition each.
const ROWS: usize = 200;
/// Height of a row, pixels.
const HEIGHT: u32 = 34;

pub(super) fn section(it: Told<'_>) -> Markup {
    let all: usize = it.results.conditions.iter().map(|it| it.devices.len()).sum();
    let mut thinned = 0_u64;
    let mut panels = Vec::new();
    for (place, condition) in it.results.conditions.iter().enumerate() {
        for (number, device) in condition.devices.iter().enumerate() {
            if panels.len() >= ROWS {
                break;
            }
            let of_condition = it.trials.iter().filter(|it| it.condition == place);
            let known = of_condition.filter_map(|it| Quantity::Seconds.of(it.readings.get(number)?));
            let shown = evenly(known, DOTS);
            thinned += u64::from(shown.len() as u64 != device.seconds.n);
            let heading = (number == 0).then(|| clean(&condition.name, NAME));
            panels.push(row(heading, (number, device), &shown));
        }
    }
    let dots = panels.iter().flat_map(|it| &it.layers).flat_map(|it| &it.marks);
    let values = dots.flat_map(|it| match it {
        Mark::Dots(points) => points.iter().map(|it| it.0).collect(),
        Mark::Interval { ends: Some((low, high)), .. } => vec![*low, *high],
        _ => Vec::new(),
    });
    let plot = Plot {
        about: format!("Seconds of sound in each trial, {}", counted(all as u64, "row", "rows")),
        // From 0, so that lengths can be compared.
        lower: Scale::around(values.chain([0.0])),
        title: "seconds of sound that were sent in a trial".to_owned(),
        panels,
    };
    html! {
        section {
            h2 { "How much each device sent" }
            figure {
                (drawn(&plot))
                figcaption {
                    "Each dot is one trial; how high it lies in its row means nothing. The large dot is the mean, the line through it its interval of 95 %."
                    @if thinned > 0 {
                        " Of the trials of " (counted(thinned, "row", "rows")) " " (count(DOTS as u64))
                        " are drawn, evenly spaced from the smallest to the largest; means and intervals are those of all."
                    }
                    @if it.results.methods.unknown_readings > 0 { " Trials in which a device is not known have no dot." }
                }
            }
            (more(all, ROWS, ("row is", "rows are")))
        }
    }
}

fn row(heading: Option<String>, (colour, device): (usize, &DeviceResults), values: &[f64]) -> Panel {
    let dots = (0_u64..).zip(values).map(|(number, value)| (*value, height(number))).collect();
    let mean = &device.seconds;
    let interval = mean.estimate.map(|value| Mark::Interval { value, ends: mean.low.zip(mean.high), at: 0.5 });
    Panel {
        heading,
        name: clean(&device.name, NAME),
        value: format!("{}, {}", seconds(mean), counted(mean.n, "trial", "trials")),
        height: HEIGHT,
        left: Scale::Linear { from: 0.0, until: 1.0 },
        numbered: false,
        layers: vec![Layer { colour, marks: [Some(Mark::Dots(dots)), interval].into_iter().flatten().collect() }],
    }
}

/// A height between 0.12 and 0.88 that neighbours do not share: multiples of the golden ratio, of which only what lies behind the point counts, are spread evenly.
fn height(number: u64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    (as_f64_u(number) * GOLDEN).fract() * 0.76 + 0.12
}
