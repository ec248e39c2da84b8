//! What is sent as a stimulus grows: every trial, the mean of each level, the hinge that was fitted, and the interval of its cut-off.

use earwitness_base::text::clean;
use earwitness_base::words::as_f64_u;
use earwitness_lab::results::{Cutoff, DoseResults, Trial};
use earwitness_report::plot::{Layer, Mark, Panel, Plot, Scale, drawn, evenly};
use maud::{Markup, html};

use super::{NAME, Told, more, number};

/// Pictures: a device each.
const PICTURES: usize = 24;
/// Dots of a level.
const DOTS: usize = 120;
/// Levels that are drawn.
const LEVELS: usize = 40;
/// Height of a picture, pixels.
const HEIGHT: u32 = 230;

/// The known values of one level.
struct Known {
    level: f64,
    values: Vec<f64>,
}

impl Known {
    fn mean(&self) -> Option<f64> {
        (!self.values.is_empty()).then(|| self.values.iter().sum::<f64>() / as_f64_u(self.values.len() as u64))
    }
}

pub(super) fn section(it: Told<'_>) -> Markup {
    let doses = &it.results.doses;
    if doses.is_empty() {
        return html! {};
    }
    let mut is_thinned = false;
    let mut pictures = Vec::new();
    for found in doses.iter().take(PICTURES) {
        let device = it.devices.iter().position(|name| *name == found.planned.device).unwrap_or(usize::MAX);
        let known = known(it, found, device);
        is_thinned |= known.len() > LEVELS || known.iter().any(|it| it.values.len() > DOTS);
        pictures.push(picture(found, device, &known));
    }
    html! {
        section {
            h2 { "How what is sent grows" }
            div.doses { @for plot in &pictures { figure { (drawn(plot)) } } }
            p.lead {
                "Upward: the seconds that were sent. Each dot is one trial with an upload, beside its level; larger dots are the means of levels. The line is what was fitted: a second more for each second that is added, up to the cut-off. "
                "Shaded: the interval of 95 % of the cut-off."
                @if is_thinned { " Of more than " (DOTS) " trials of a level so many are drawn, evenly spaced from the smallest to the largest, and of more than " (LEVELS) " levels the lowest." }
            }
            (more(doses.len(), PICTURES, ("picture is", "pictures are")))
        }
    }
}

/// What was measured at each level, from the lowest on.
fn known(it: Told<'_>, found: &DoseResults, device: usize) -> Vec<Known> {
    let quantity = found.planned.quantity;
    let conditions = &it.results.conditions;
    let level_of = |trial: &Trial| {
        let name = &conditions.get(trial.condition)?.name;
        found.planned.levels.iter().find(|it| it.condition == *name).map(|it| it.level)
    };
    let mut all: Vec<Known> = Vec::new();
    for trial in it.trials {
        let Some(level) = level_of(trial) else { continue };
        let Some(value) = trial.readings.get(device).and_then(|reading| quantity.of(reading)) else { continue };
        match all.binary_search_by(|it| it.level.total_cmp(&level)) {
            Ok(at) => {
                if let Some(known) = all.get_mut(at) {
                    known.values.push(value);
                }
            }
            Err(at) => all.insert(at, Known { level, values: vec![value] }),
        }
    }
    all
}

fn picture(found: &DoseResults, colour: usize, known: &[Known]) -> Plot {
    let (first, last) = (known.first().map_or(0.0, |it| it.level), known.last().map_or(1.0, |it| it.level));
    let drawn = known.get(..LEVELS.min(known.len())).unwrap_or_default();
    let wide = (last - first).max(0.1);
    // Dots of a level lie side by side within a twentieth of the picture.
    let beside = |place: u64, of: usize| (as_f64_u(place) / as_f64_u(of.max(2) as u64 - 1) - 0.5) * wide * 0.05;
    let dots = drawn.iter().flat_map(|it| {
        let few = evenly(it.values.iter().copied(), DOTS);
        let count = few.len();
        // Neighbours in size lie apart.
        let place = move |number: usize| ((number * 7) % count.max(1)) as u64;
        few.into_iter().enumerate().map(move |(number, value)| (it.level + beside(place(number), count), value))
    });
    let dots: Vec<(f64, f64)> = dots.collect();
    let means: Vec<(f64, f64)> = drawn.iter().filter_map(|it| Some((it.level, it.mean()?))).collect();
    let (line, band, said) = cutoff(found.cutoff, known, (first, last));
    let highest = dots.iter().chain(&line).map(|it| it.1).fold(0.1, f64::max);
    let left = Scale::around([0.0, highest * 1.06].into_iter());
    let marks = vec![Mark::Dots(dots), Mark::Line(line), Mark::Points(means)];
    let shaded = band.map(|(low, high)| Layer { colour: 5, marks: vec![Mark::Band(low, high)] });
    let rule = match found.cutoff {
        Cutoff::Found { estimate, .. } => Some(Layer { colour: 5, marks: vec![Mark::Rule(estimate)] }),
        _ => None,
    };
    let name = clean(&found.planned.name, 2 * NAME);
    let panel = Panel {
        heading: None,
        name: name.clone(),
        value: said,
        height: HEIGHT,
        left,
        numbered: true,
        layers: shaded.into_iter().chain(rule).chain([Layer { colour, marks }]).collect(),
    };
    Plot {
        about: format!("Seconds that were sent at each level: {name}"),
        lower: Scale::Linear { from: first - wide * 0.04, until: last + wide * 0.04 },
        title: "seconds that were added".to_owned(),
        panels: vec![panel],
    }
}

/// What was fitted: the line, the interval of its cut-off, and both in words.
type Fitted = (Vec<(f64, f64)>, Option<(f64, f64)>, String);

fn cutoff(found: Cutoff, known: &[Known], (first, last): (f64, f64)) -> Fitted {
    let (end, band, said) = match found {
        Cutoff::Found { estimate, low, high } => {
            (estimate, Some((low, high)), format!("stops at {} s ({} to {})", number(estimate), number(low), number(high)))
        }
        Cutoff::NotUpTo { level, above } => {
            let excluded = above.map_or_else(String::new, |above| format!("; a cut-off below {} s is excluded", number(above)));
            (last, above.map(|above| (above, last)), format!("no end is shown up to {} s{excluded}", number(level)))
        }
        Cutoff::NoGrowth { below } => {
            (first, Some((first, below)), format!("nothing of it is sent, or it stops below {} s", number(below)))
        }
        Cutoff::Unknown => return (Vec::new(), None, "not known".to_owned()),
    };
    // The hinge is s + min(x, c). The s that leaves the least sum of squares is the mean of what is beyond min(x, c), over all trials that of its nights.
    let beyond = known.iter().flat_map(|it| it.values.iter().map(|value| value - it.level.min(end)));
    let (sum, n) = beyond.fold((0.0, 0_u64), |all, it| (all.0 + it, all.1 + 1));
    let start = sum / as_f64_u(n.max(1));
    let at = |level: f64| (level, start + level.min(end));
    (vec![at(first), at(end.clamp(first, last)), at(last)], band, said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_bends_at_the_cut_off_and_lies_on_the_means() {
        // 1.5 s and what is added, up to 2 s.
        let known: Vec<Known> =
            [0.0, 1.0, 4.0].map(|level: f64| Known { level, values: vec![1.5 + level.min(2.0); 3] }).into_iter().collect();
        let found = Cutoff::Found { estimate: 2.0, low: 1.8, high: 2.3 };
        let (line, band, said) = cutoff(found, &known, (0.0, 4.0));
        assert_eq!((line, band), (vec![(0.0, 1.5), (2.0, 3.5), (4.0, 3.5)], Some((1.8, 2.3))));
        assert_eq!(said, "stops at 2.00 s (1.80 to 2.30)");
        let (line, band, _) = cutoff(Cutoff::NotUpTo { level: 4.0, above: Some(3.0) }, &known, (0.0, 4.0));
        assert!((line[2].1 - line[0].1 - 4.0).abs() < 1e-12, "it grows to the end");
        assert_eq!(band, Some((3.0, 4.0)));
        let (line, _, _) = cutoff(Cutoff::NoGrowth { below: 0.3 }, &known, (0.0, 4.0));
        assert!((line[2].1 - line[0].1).abs() < 1e-12, "it does not grow");
    }
}
