//! What devices send by themselves: every burst by its time and size, coloured by the period that explains it.

use earwitness_base::text::clean;
use earwitness_base::words::{as_f64, as_f64_u, count, counted};
use earwitness_lab::results::IdleResults;
use earwitness_report::plot::{COLOURS, Layer, Mark, Panel, Plot, Scale, drawn};
use maud::{Markup, html};

use super::{NAME, Told, more};

/// Devices that are drawn.
const DEVICES: usize = 40;
/// Dots of one colour.
const DOTS: usize = 2_000;
/// Height of a panel, pixels.
const HEIGHT: u32 = 110;
/// The colour of bursts that no period explains: the last one.
const UNEXPLAINED: usize = COLOURS - 1;

pub(super) fn section(it: Told<'_>) -> Markup {
    let idle = &it.results.idle;
    let placed = || idle.iter().take(DEVICES).flat_map(|it| &it.placed);
    let times = placed().map(|it| it.burst.at);
    let Some((first, last)) = times.clone().min().zip(times.max()) else { return html! {} };
    let sizes = Scale::powers(placed().map(|it| as_f64_u(it.burst.octets)));
    let since = |at: i64| as_f64(at.saturating_sub(first)) / 1e9;
    let plot = Plot {
        about: "Bursts that each device sent while nothing sounded, by time and size".to_owned(),
        lower: Scale::Time { from: 0.0, until: since(last).max(1.0) },
        title: "since the first burst".to_owned(),
        panels: idle.iter().take(DEVICES).map(|it| panel(it, sizes, &since)).collect(),
    };
    html! {
        section {
            h2 { "What each device sends by itself" }
            figure {
                (drawn(&plot))
                figcaption {
                    "Each dot is a burst: when it began, and upward its payload octets. Bursts that one period explains share a colour; grey ones have none."
                    @if idle.iter().any(is_thinned) { " Of more than " (count(DOTS as u64)) " bursts of a colour so many are drawn, at even distances." }
                }
            }
            (more(idle.len(), DEVICES, ("device is", "devices are")))
        }
    }
}

/// The layer of a burst: periods by their number, and what none explains.
fn layer(period: Option<usize>) -> usize {
    period.map_or(UNEXPLAINED, |it| it % UNEXPLAINED)
}

fn own(it: &IdleResults, colour: usize) -> impl Iterator<Item = (i64, u64)> {
    it.placed.iter().filter(move |it| layer(it.period) == colour).map(|it| (it.burst.at, it.burst.octets))
}

fn is_thinned(it: &IdleResults) -> bool {
    (0..COLOURS).any(|colour| own(it, colour).count() > DOTS)
}

fn panel(it: &IdleResults, sizes: Scale, since: &dyn Fn(i64) -> f64) -> Panel {
    let layers = (0..COLOURS).map(|colour| {
        let stride = own(it, colour).count().div_ceil(DOTS).max(1);
        let dots = own(it, colour).step_by(stride).map(|(at, octets)| (since(at), as_f64_u(octets))).collect();
        Layer { colour, marks: vec![Mark::Dots(dots)] }
    });
    Panel {
        heading: None,
        name: clean(&it.device, NAME),
        value: format!("{}, {}", counted(it.bursts, "burst", "bursts"), counted(it.periods.len() as u64, "period", "periods")),
        height: HEIGHT,
        left: sizes,
        numbered: true,
        layers: layers.collect(),
    }
}
