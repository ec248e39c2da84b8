//! `--html`: the comparison with its curves, complete in one file.

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, html};

use super::curve::{Line, Lower, Plot, drawn};
use super::events::point;
use super::results::{Curve, Found, Report};
use super::stats::Share;
use super::table::{Grid, main, material, swept};
use earwitness_report::html::head;
use earwitness_report::plot;

const STYLE: &str = include_str!("style.css");

/// Rates whose curve over `n` is drawn, kbit/s.
const RATES: [f64; 3] = [10.0, 23.0, 80.0];

/// Writes the page.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(page(report).into_string().as_bytes())
}

fn page(report: &Report) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head("How well do detectors find sent sound?", &[plot::STYLE, STYLE].concat()))
            body.compare {
                header {
                    p.brand { "earwitness" span { "compare" } }
                    h1 { "How well do detectors find sent sound?" }
                    p.caution { (material(report)) " Compared on: " (report.material.inputs.join(", ")) "." }
                }
                main {
                    @for grid in main(report) { (table(&grid)) }
                    section { h2 { "Curves" } div.curves { @for plot in plots(report) { (drawn(&plot)) } } }
                    @for grid in swept(report) { section { details { summary { (grid.title) } (rows(&grid)) } } }
                    @if !report.notes.is_empty() {
                        section { h2 { "What to know" } ul { @for note in &report.notes { li { (note) } } } }
                    }
                }
                footer { (report.program) ". This file is complete: it loads nothing and sends nothing." }
            }
        }
    }
}

fn table(grid: &Grid) -> Markup {
    html! { section { h2 { (grid.title) } (rows(grid)) } }
}

fn rows(grid: &Grid) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label=(grid.title) {
            table {
                thead { tr { @for name in &grid.header { th { (name) } } } }
                tbody { @for row in &grid.rows { tr { @for cell in row { td { (cell) } } } } }
            }
        }
    }
}

/// The curves, those without a point left out.
fn plots(report: &Report) -> Vec<Plot> {
    let mut plots = vec![uploads(report), matched_uploads(report), matched_devices(report), windows(report), probes(report)];
    for plot in &mut plots {
        plot.lines.retain(|line| !line.points.is_empty());
    }
    plots.retain(|plot| !plot.lines.is_empty());
    plots
}

/// Uploads found against false alarms: `burst` over `n`, the forest over its score, `clock` as it is.
fn uploads(report: &Report) -> Plot {
    let sweeps = &report.sweeps;
    let mut lines: Vec<Line> = RATES
        .iter()
        .map(|rate| {
            let of: Vec<_> = sweeps.burst.iter().filter(|it| (it.kbits - rate).abs() < 1e-9).collect();
            let marked = of.iter().filter(|it| it.n == 3).filter_map(|it| Some((point(&it.found)?, "n=3".to_owned()))).collect();
            let points = of.iter().filter_map(|it| point(&it.found)).collect();
            Line { name: format!("burst, {rate} kbit/s, n = 1 to 8"), points, marked }
        })
        .collect();
    for same in [false, true] {
        let of = sweeps.forest.iter().filter(|it| it.same_kinds == same);
        let name = if same { "forest, same types" } else { "forest, other types" };
        lines.push(Line { name: name.to_owned(), points: of.filter_map(|it| point(&it.found)).collect(), marked: Vec::new() });
    }
    let clock = report.events.iter().find(|it: &&Found| it.detector == "clock + bulk").and_then(point);
    let marked = clock.map(|at| (at, "clock + bulk".to_owned()));
    lines.push(Line {
        name: "clock + bulk".to_owned(),
        points: clock.into_iter().collect(),
        marked: marked.into_iter().collect(),
    });
    Plot {
        title: "Uploads found against false alarms".to_owned(),
        lower: ("false alarms per device and week".to_owned(), Lower::Powers),
        left: "recall".to_owned(),
        lines,
    }
}

/// Uploads found at equal false alarms: every detector with its threshold swept.
fn matched_uploads(report: &Report) -> Plot {
    let wanted = ["burst n=1", "burst n=3", "burst n=5", "clock", "clock + bulk", "forest, other types"];
    Plot {
        title: "Uploads found at equal false alarms, each threshold swept".to_owned(),
        lower: ("false alarms per device and week".to_owned(), Lower::Powers),
        left: "recall".to_owned(),
        lines: lines(&report.matched.upload_curves, &wanted),
    }
}

/// Devices found at equal false accusations: ours, the published test, and its best forms.
fn matched_devices(report: &Report) -> Plot {
    let wanted = [
        "lottery",
        "burst, drawn less shams",
        "ttest size/idle, 1 of 1",
        "ttest size/idle, 3 of 3",
        "ttest size+gap/pooled, 3 of 3",
        "ttest size+gap/pooled, share of positives",
    ];
    Plot {
        title: "Devices found at equal false accusations, each threshold swept".to_owned(),
        lower: ("devices accused falsely".to_owned(), Lower::Linear(1.0)),
        left: "recall".to_owned(),
        lines: lines(&report.matched.device_curves, &wanted),
    }
}

fn lines(curves: &[Curve], wanted: &[&str]) -> Vec<Line> {
    let of = |name: &&str| curves.iter().find(|it| it.detector == *name);
    let line = |it: &Curve| Line { name: it.detector.clone(), points: it.points.clone(), marked: Vec::new() };
    wanted.iter().filter_map(of).map(line).collect()
}

fn value(it: Share) -> Option<f64> {
    it.interval.map(|it| it.value)
}

/// Windows after probes called so, against idle ones: the t-test over `t`, a curve for each `d`.
fn windows(report: &Report) -> Plot {
    let mut lines: Vec<Line> = Vec::new();
    for it in &report.sweeps.ttest {
        let name = format!("ttest, d = {} s", it.seconds);
        let Some(at) = value(it.false_alarms).zip(value(it.recall)) else { continue };
        if lines.last().is_none_or(|line| line.name != name) {
            lines.push(Line { name, points: vec![(0.0, 0.0)], marked: Vec::new() });
        }
        if let Some(line) = lines.last_mut() {
            line.points.push(at);
            if (it.threshold - 0.42).abs() < 1e-9 {
                line.marked.push((at, "t = 0.42".to_owned()));
            }
        }
    }
    let others = report.windows.first().into_iter().flat_map(|it| &it.rows).filter(|it| !it.detector.starts_with("ttest"));
    for it in others {
        let Some(at) = value(it.false_alarms).zip(value(it.recall)) else { continue };
        if it.detector == "clock + bulk" || it.detector == "burst n=3" {
            lines.push(Line { name: it.detector.clone(), points: vec![at], marked: vec![(at, it.detector.clone())] });
        }
    }
    Plot {
        title: "Single windows: after a probe, and idle".to_owned(),
        lower: ("idle windows called a reaction".to_owned(), Lower::Linear(1.0)),
        left: "recall".to_owned(),
        lines,
    }
}

/// Devices called reacting after so many probes.
fn probes(report: &Report) -> Plot {
    let all = &report.sweeps.probes;
    let line = |name: &str, of: &dyn Fn(&super::results::ProbesPoint) -> Option<Share>| {
        let points = all.iter().filter_map(|it| Some((f64::from(it.k), value(of(it)?)?))).collect();
        Line { name: name.to_owned(), points, marked: Vec::new() }
    };
    let most = all.iter().map(|it| f64::from(it.k)).fold(1.0, f64::max);
    Plot {
        title: "Devices called reacting after k probes".to_owned(),
        lower: ("k: probes".to_owned(), Lower::Linear(most)),
        left: "share of devices".to_owned(),
        lines: vec![
            line("lottery, devices that react", &|it| Some(it.lottery)),
            line("lottery, devices that do not", &|it| Some(it.lottery_false)),
            line("ttest, k times each sound, devices that react", &|it| it.ttest),
            line("ttest, k times each sound, devices that do not", &|it| it.ttest_false),
        ],
    }
}
