//! Where in a recording devices wake although nobody calls them.

use earwitness_base::text::clean;
use earwitness_base::words::{as_f64_u, counted};
use earwitness_lab::results::MisactivationResults;
use earwitness_report::plot::{Layer, Mark, Panel, Plot, Scale, drawn};
use maud::{Markup, html};

use super::super::beside::rate;
use super::{NAME, Told, more};

/// Rows that are drawn: a device under a condition each.
const ROWS: usize = 60;
/// Height of a row, pixels.
const HEIGHT: u32 = 70;

pub(super) fn section(it: Told<'_>) -> Markup {
    let found = &it.results.misactivations;
    if found.is_empty() {
        return html! {};
    }
    let shown = found.get(..ROWS.min(found.len())).unwrap_or_default();
    let last = shown.iter().flat_map(|it| &it.places).map(|it| it.seconds).fold(1.0, f64::max);
    let plot = Plot {
        about: "Places of each recording at which a device woke".to_owned(),
        lower: Scale::Time { from: 0.0, until: last * 1.02 },
        title: "since the sound of the trial began".to_owned(),
        panels: shown.iter().enumerate().map(|(number, it)| row(it, number, shown)).collect(),
    };
    html! {
        section {
            h2 { "Where each device woke" }
            figure {
                (drawn(&plot))
                figcaption {
                    "Each dot is a place of the recording at which an upload began, upward the share of the times that it was played in which one did. "
                    "Wakes an hour have an exact interval of 95 %, which takes wakes for independent of each other."
                }
            }
            (more(found.len(), ROWS, ("row is", "rows are")))
        }
    }
}

fn row(it: &MisactivationResults, number: usize, all: &[MisactivationResults]) -> Panel {
    let is_first = number.checked_sub(1).and_then(|before| all.get(before)).is_none_or(|before| before.condition != it.condition);
    let share = |woke: u64, of: u64| as_f64_u(woke) / as_f64_u(of.max(1));
    let points = it.places.iter().map(|it| (it.seconds, share(it.woke, it.of))).collect();
    Panel {
        heading: is_first.then(|| clean(&it.condition, NAME)),
        name: clean(&it.device, NAME),
        value: format!("{}, {} an hour", counted(it.wakes, "wake", "wakes"), rate(&it.per_hour)),
        height: HEIGHT,
        left: Scale::Linear { from: 0.0, until: 1.08 },
        numbered: true,
        layers: vec![Layer { colour: number, marks: vec![Mark::Points(points)] }],
    }
}
