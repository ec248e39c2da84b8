//! Differences of conditions with their intervals, one below the other, against no difference and against the margin.

use earwitness_base::text::clean;
use earwitness_lab::experiment::{Experiment, Question};
use earwitness_lab::results::{ContrastResults, EquivalenceResults};
use earwitness_report::plot::{Layer, Mark, Panel, Plot, Scale, drawn};
use maud::{Markup, html};

use super::{NAME, Told, chance, interval, more};

/// Rows that are drawn.
const ROWS: usize = 200;
/// Height of a row, pixels.
const HEIGHT: u32 = 26;

/// A row: what is compared, the difference with its interval, what of it is to matter, and the outcome.
struct Row {
    name: String,
    device: String,
    estimate: Option<f64>,
    ends: Option<(f64, f64)>,
    margin: Option<f64>,
    outcome: String,
}

pub(super) fn section(it: Told<'_>) -> Markup {
    let contrasts = it.results.contrasts.iter().map(|found| contrast(it.experiment, found));
    let mut rows: Vec<Row> = contrasts.chain(it.results.equivalences.iter().map(equivalence)).collect();
    let all = rows.len();
    if all == 0 {
        return html! {};
    }
    rows.truncate(ROWS);
    let ends = rows.iter().flat_map(|it| {
        let interval = it.ends.map_or([it.estimate, None], |(low, high)| [Some(low), Some(high)]);
        let margin = it.margin.map_or([None, None], |margin| [Some(-margin), Some(margin)]);
        interval.into_iter().chain(margin).flatten()
    });
    let has_margin = rows.iter().any(|it| it.margin.is_some());
    let colours: Vec<&String> = it.devices.iter().collect();
    let plot = Plot {
        about: "Differences of conditions with their intervals".to_owned(),
        lower: Scale::around(ends.chain([0.0])),
        title: "difference, seconds of sound a trial".to_owned(),
        panels: rows.iter().map(|row| panel(row, colours.iter().position(|it| **it == row.device).unwrap_or(0))).collect(),
    };
    html! {
        section {
            h2 { "How conditions differ" }
            figure {
                (drawn(&plot))
                figcaption {
                    "The dot is the mean of the first condition less that of the second, the line through it its interval of 95 %"
                    @if !it.results.equivalences.is_empty() { ", where sameness was to be shown of 90 %" }
                    "; the upright line is no difference."
                    @if has_margin { " Shaded: differences smaller than the one that was to be found, or within the margin, as it was said beforehand." }
                }
            }
            (more(all, ROWS, ("comparison is", "comparisons are")))
        }
    }
}

/// What is too small to matter: what was to be found at least.
fn contrast(experiment: &Experiment, it: &ContrastResults) -> Row {
    let planned = &it.planned;
    let asked = experiment.design().contrasts.iter().find(|asked| match &asked.question {
        Question::Difference { left, right } => left.0 == planned.condition && right.0 == planned.against,
        _ => false,
    });
    let outcome = it.adjusted_p.map_or_else(|| "no test".to_owned(), |p| format!("p {} after Holm", chance(p)));
    Row {
        name: format!("{} against {}", planned.condition, planned.against),
        device: planned.device.clone(),
        estimate: it.estimate,
        ends: it.low.zip(it.high),
        margin: asked.and_then(|it| it.difference),
        outcome,
    }
}

fn equivalence(it: &EquivalenceResults) -> Row {
    let compared = &it.planned.compared;
    Row {
        name: format!("{} the same as {}", compared.condition, compared.against),
        device: compared.device.clone(),
        estimate: it.estimate,
        ends: it.low.zip(it.high),
        margin: Some(it.planned.margin),
        outcome: it.outcome.clone(),
    }
}

fn panel(row: &Row, colour: usize) -> Panel {
    let margin = row.margin.map(|margin| Layer { colour: 5, marks: vec![Mark::Band(-margin, margin)] });
    let found = row.estimate.map(|value| Mark::Interval { value, ends: row.ends, at: 0.5 });
    let found = Layer { colour, marks: [Some(Mark::Rule(0.0)), found].into_iter().flatten().collect() };
    Panel {
        heading: None,
        name: clean(&format!("{}, {}", row.name, row.device), 2 * NAME + NAME),
        value: format!("{}; {}", interval(row.estimate, row.ends), row.outcome),
        height: HEIGHT,
        left: Scale::Linear { from: 0.0, until: 1.0 },
        numbered: false,
        layers: margin.into_iter().chain([found]).collect(),
    }
}
