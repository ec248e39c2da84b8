//! What a person reads on a terminal: one table each for uploads, devices and single windows, and the sweeps if asked for.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ColumnConstraint, Table};

use super::matched::PER_WEEK;
use super::results::{Decided, Found, Measured, Report, Windows};
use super::stats::{Interval, Median, Share};
use earwitness_report::terminal::{ROOMY, Terminal, ruled};

/// A table as its columns and rows: for the terminal and for the page.
pub struct Grid {
    /// What it shows.
    pub title: String,
    /// Names of the columns.
    pub header: Vec<&'static str>,
    /// Cells, as many in each row as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// Writes the tables.
pub fn write(report: &Report, sweeps: bool, terminal: Terminal, out: &mut dyn Write) -> io::Result<()> {
    let mut grids = main(report);
    if sweeps {
        grids.extend(swept(report));
    }
    writeln!(out, "{}", material(report))?;
    for grid in grids {
        writeln!(out, "\n{}", grid.title)?;
        let table = drawn(&grid, terminal);
        table.lines().try_for_each(|line| writeln!(out, "{}", line.replace('\u{a0}', " ").trim_end()))?;
    }
    if !report.notes.is_empty() {
        writeln!(out)?;
    }
    report.notes.iter().try_for_each(|note| writeln!(out, "- {note}"))
}

/// What was compared on, in a sentence.
#[must_use]
pub fn material(report: &Report) -> String {
    let it = &report.material;
    let counted = earwitness_base::words::counted;
    format!(
        "{} of {}, {} ({:.1} device hours outside uploads), {} with sound. Intervals: 95 %, for other configurations.",
        counted(it.recordings, "recording", "recordings"),
        counted(it.configurations, "configuration", "configurations"),
        counted(it.devices, "device", "devices"),
        it.device_hours,
        counted(it.uploads, "upload", "uploads"),
    )
}

/// The tables of the comparison.
#[must_use]
pub fn main(report: &Report) -> Vec<Grid> {
    let mut grids = vec![events(&report.events), matched_uploads(report)];
    if !report.seconds.is_empty() {
        grids.push(measured(&report.seconds));
    }
    if !report.sessions.is_empty() {
        grids.push(sessions(&report.sessions));
        grids.push(matched_devices(report));
    }
    // Shorter windows only where there are many more of them.
    let mut most = 0;
    for it in &report.windows {
        let all = it.rows.first().map_or(0, |row| row.accuracy.all);
        if all >= 2 * most {
            most = all;
            grids.push(windows(it));
        }
    }
    grids
}

/// Uploads that each detector finds at equal rates of false alarms.
fn matched_uploads(report: &Report) -> Grid {
    let rows = report.matched.uploads.chunk_by(|a, b| a.detector == b.detector).map(|of| {
        let found = of.iter().map(|it| it.found.as_ref().map_or_else(none, |found| share(found.recall)));
        let threshold = of.first().and_then(|it| Some(format!("{} {}", short(it.threshold?), it.unit))).unwrap_or_else(none);
        of.first().map(|it| it.detector.clone()).into_iter().chain(found).chain([threshold]).collect()
    });
    debug_assert_eq!(PER_WEEK.len(), 3);
    Grid {
        title: "Uploads: recall at equal false alarms a device week, each threshold the best in hindsight".to_owned(),
        header: vec!["Detector", "at 1", "at 10", "at 100", "threshold at 1"],
        rows: rows.collect(),
    }
}

/// Devices that each detector finds at equal shares of false accusations.
fn matched_devices(report: &Report) -> Grid {
    let rows = report.matched.devices.chunk_by(|a, b| a.detector == b.detector).map(|of| {
        let found = of.iter().map(|it| share(it.recall));
        of.first().map(|it| it.detector.clone()).into_iter().chain(found).collect()
    });
    Grid {
        title: "Devices: recall at equal shares of false accusations, each threshold the best in hindsight".to_owned(),
        header: vec!["Detector", "none", "1 %", "5 %", "10 %", "20 %"],
        rows: rows.collect(),
    }
}

fn measured(rows: &[Measured]) -> Grid {
    let percent = |it: Option<f64>| it.map_or_else(none, |it| format!("{:+.1} %", 100.0 * it));
    let absolute = |it: Option<f64>| it.map_or_else(none, |it| format!("{:.1} %", 100.0 * it));
    let row = |it: &Measured| {
        vec![it.kind.clone(), of(it.found), share(it.found), percent(it.error), absolute(it.absolute_error), share(it.held)]
    };
    Grid {
        title: "Seconds of sound, as `clock` counts them".to_owned(),
        header: vec!["Kind", "Found", "Recall", "Median error", "without sign", "Interval holds"],
        rows: rows.iter().map(row).collect(),
    }
}

fn events(rows: &[Found]) -> Grid {
    Grid {
        title: "Uploads: found, and false alarms".to_owned(),
        header: vec!["Detector", "Found", "Recall", "Precision", "False alarms", "a device week"],
        rows: rows.iter().map(event).collect(),
    }
}

fn event(it: &Found) -> Vec<String> {
    vec![
        it.detector.clone(),
        of(it.recall),
        share(it.recall),
        share(it.precision),
        it.false_alarms.to_string(),
        it.false_alarms_per_week.map_or_else(none, number),
    ]
}

fn sessions(rows: &[Decided]) -> Grid {
    let row = |it: &Decided| {
        let rounds = it.rounds.map_or_else(none, median);
        vec![it.detector.clone(), counted(it.recall), counted(it.precision), counted(it.false_alarms), auc(it.auc), rounds]
    };
    Grid {
        title: "Devices: does sound make it send?".to_owned(),
        header: vec!["Detector", "Recall", "Precision", "Accused falsely", "AUC", "Probes to verdict"],
        rows: rows.iter().map(row).collect(),
    }
}

fn windows(it: &Windows) -> Grid {
    let mut rows: Vec<_> = it
        .rows
        .iter()
        .map(|it| vec![it.detector.clone(), of(it.accuracy), share(it.accuracy), share(it.recall), share(it.false_alarms)])
        .collect();
    let published = format!("{:.2}", it.published_accuracy);
    rows.push(vec!["published (LeakyPick, ACSAC 2020)".to_owned(), none(), published, none(), none()]);
    Grid {
        title: format!("Windows of {} s: after a probe that made the device send, and as many idle ones", it.seconds),
        header: vec!["Detector", "Right", "Accuracy", "Recall", "False alarms"],
        rows,
    }
}

/// The sweeps as tables.
#[must_use]
pub fn swept(report: &Report) -> Vec<Grid> {
    let sweeps = &report.sweeps;
    let mut grids = Vec::new();
    if !report.forests.is_empty() {
        let row = |it: &super::results::Tuned| {
            let numbers = [it.part, it.depth, it.leaf, it.features].map(|it| it.to_string());
            let area = it.auc.map_or_else(none, |it| format!("{it:.3}"));
            std::iter::once(it.detector.clone()).chain(numbers).chain([area]).collect()
        };
        grids.push(Grid {
            title: "What the forests were tuned to, on what they were trained on".to_owned(),
            header: vec!["Forest", "Tested on part", "Depth", "Leaf", "Features", "AUC held out"],
            rows: report.forests.iter().map(row).collect(),
        });
    }
    let mut header = vec!["Setting", "Found", "Recall", "Precision", "False alarms", "a device week"];
    let found = sweeps.burst.iter().map(|it| event(&it.found)).chain(sweeps.forest.iter().map(|it| event(&it.found)));
    grids.push(Grid {
        title: "Sweep of n and B_audio, and of the forest's score".to_owned(),
        header: header.clone(),
        rows: found.collect(),
    });
    header = vec!["d", "t", "Recall", "False alarms"];
    let rows: Vec<_> = sweeps
        .ttest
        .iter()
        .map(|it| vec![format!("{} s", it.seconds), it.threshold.to_string(), share(it.recall), share(it.false_alarms)])
        .collect();
    if !rows.is_empty() {
        grids.push(Grid { title: "Sweep of t and d: single windows, ttest as in the paper".to_owned(), header, rows });
    }
    let header = vec!["k", "lottery: proven", "falsely", "ttest, k of each sound", "falsely"];
    let optional = |it: Option<Share>| it.map_or_else(none, share);
    let row = |it: &super::results::ProbesPoint| {
        vec![it.k.to_string(), share(it.lottery), share(it.lottery_false), optional(it.ttest), optional(it.ttest_false)]
    };
    let rows: Vec<_> = sweeps.probes.iter().map(row).collect();
    if !rows.is_empty() {
        grids.push(Grid { title: "Sweep of k: devices called reacting after k probes".to_owned(), header, rows });
    }
    grids
}

/// Three digits or so.
fn short(number: f64) -> String {
    if number >= 100.0 { format!("{number:.0}") } else { format!("{}", (number * 100.0).round() / 100.0) }
}

fn none() -> String {
    "-".to_owned()
}

fn of(it: Share) -> String {
    format!("{}/{}", it.some, it.all)
}

/// With the counts in place of the share.
fn counted(it: Share) -> String {
    it.interval.map_or_else(none, |interval| format!("{} ({:.2}\u{a0}to\u{a0}{:.2})", of(it), interval.low, interval.high))
}

fn share(it: Share) -> String {
    it.interval.map_or_else(none, |it| format!("{:.3} ({:.2}\u{a0}to\u{a0}{:.2})", it.value, it.low, it.high))
}

fn auc(it: Option<Interval>) -> String {
    it.map_or_else(none, |it| format!("{:.2} ({:.2}\u{a0}to\u{a0}{:.2})", it.value, it.low, it.high))
}

fn number(it: Interval) -> String {
    let number = |value: f64| if value >= 10.0 || value <= 0.0 { format!("{value:.0}") } else { format!("{value:.2}") };
    format!("{} ({}\u{a0}to\u{a0}{})", number(it.value), number(it.low), number(it.high))
}

fn median(it: Median) -> String {
    let number = |count: Option<u32>| count.map_or_else(|| "never".to_owned(), |count| count.to_string());
    format!("{} ({}\u{a0}to\u{a0}{})", number(it.value), number(it.low), number(it.high))
}

fn drawn(grid: &Grid, terminal: Terminal) -> Table {
    let mut table = ruled(terminal);
    table.force_no_tty();
    table.set_header(grid.header.iter().map(Cell::new));
    for row in &grid.rows {
        table.add_row(row.iter().map(Cell::new));
    }
    for (number, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 1));
        // The names of detectors stay in one piece.
        if number == 0 && terminal.width >= ROOMY {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        if number > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats;

    #[test]
    fn every_number_comes_with_its_interval() {
        let found = Found {
            detector: "burst n=3".to_owned(),
            // Of one configuration, of which each upload counts.
            recall: stats::share([("a", 311, 316)]),
            precision: stats::share([("a", 3, 4)]),
            false_alarms: 7,
            false_alarms_per_week: stats::rate([("a", 7, 0.02)]),
            device_hours: 3.36,
            devices: 60,
        };
        let row = event(&found);
        assert_eq!(row[1..5], ["311/316", "0.984 (0.96\u{a0}to\u{a0}0.99)", "0.750 (0.19\u{a0}to\u{a0}0.99)", "7"]);
        assert_eq!(row[5], "350 (141\u{a0}to\u{a0}721)");
        assert_eq!(median(stats::median(&[("a", Some(3)), ("b", None), ("c", None)]).unwrap()), "never (0\u{a0}to\u{a0}never)");
    }
}
