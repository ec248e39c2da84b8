//! The numbers behind the pictures.

use earwitness_base::text::clean;
use earwitness_lab::results::{ConditionReplies, ContrastResults, Cutoff, DoseResults, EquivalenceResults, Results};
use maud::{Markup, html};

use super::super::beside::share;
use super::super::beside::{PERIODIC, WOKEN, length, periodic, woken};
use super::{NAME, chance, interval, more, number, seconds};

/// Rows of a table.
const ROWS: usize = 1_000;
/// Most columns of words that were said.
const WORDS: usize = 200;
/// Octets from which on a cell is broken into lines.
const LONG: usize = 45;

/// A table: its heading, its columns, its rows, and how many there would be.
struct Table {
    title: &'static str,
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
    all: usize,
}

pub(super) fn section(results: &Results) -> Markup {
    let tables = [
        conditions(results),
        contrasts(results),
        equivalences(results),
        doses(results),
        answers(results),
        repeats(results),
        wakes(results),
        places(results),
        periods(results),
    ];
    html! {
        section {
            h2 { "Numbers" }
            @for it in tables.iter().filter(|it| !it.rows.is_empty()) { (table(it)) }
        }
    }
}

fn table(it: &Table) -> Markup {
    html! {
        h3 { (it.title) }
        div.wide tabindex="0" role="region" aria-label=(it.title) {
            table {
                thead { tr { @for name in it.columns { th scope="col" { (name) } } } }
                tbody { @for row in &it.rows { tr { @for cell in row { td .long[cell.len() > LONG] { bdi { (cell) } } } } } }
            }
        }
        (more(it.all, it.rows.len(), ("row is", "rows are")))
    }
}

fn name(text: &str) -> String {
    clean(text, NAME)
}

fn conditions(results: &Results) -> Table {
    let rows = results.conditions.iter().flat_map(|condition| {
        condition.devices.iter().map(|device| {
            let uploads = &device.uploads;
            let quartiles = device.seconds.quartiles.map_or_else(|| "not known".to_owned(), |it| it.map(number).join(", "));
            vec![
                name(&condition.name),
                name(&device.name),
                device.seconds.n.to_string(),
                seconds(&device.seconds),
                quartiles,
                seconds(&device.pre_roll_seconds),
                seconds(&device.tail_seconds),
                format!("{} of {}", uploads.some, uploads.all),
            ]
        })
    });
    Table {
        title: "Conditions",
        columns: &[
            "Condition",
            "Device",
            "Trials",
            "Sound",
            "Quartiles, s",
            "Before the wake word",
            "After the end",
            "With an upload",
        ],
        rows: rows.take(ROWS).collect(),
        all: results.conditions.iter().map(|it| it.devices.len()).sum(),
    }
}

/// A p-value, if there was a test.
fn p(it: Option<f64>) -> String {
    it.map_or_else(|| "none".to_owned(), chance)
}

fn contrasts(results: &Results) -> Table {
    let row = |it: &ContrastResults| {
        vec![
            name(&it.planned.condition),
            name(&it.planned.against),
            name(&it.planned.device),
            interval(it.estimate, it.low.zip(it.high)),
            p(it.p),
            p(it.adjusted_p),
            format!("{} and {}", it.n[0], it.n[1]),
            it.test.clone(),
        ]
    };
    Table {
        title: "Differences",
        columns: &["Condition", "Against", "Device", "Difference", "p", "p after Holm", "Trials", "Test"],
        rows: results.contrasts.iter().take(ROWS).map(row).collect(),
        all: results.contrasts.len(),
    }
}

fn equivalences(results: &Results) -> Table {
    let row = |it: &EquivalenceResults| {
        let compared = &it.planned.compared;
        vec![
            name(&compared.condition),
            name(&compared.against),
            name(&compared.device),
            format!("{} s", number(it.planned.margin)),
            interval(it.estimate, it.low.zip(it.high)),
            p(it.p),
            p(it.adjusted_p),
            it.outcome.clone(),
            it.test.clone(),
        ]
    };
    Table {
        title: "Equivalence",
        columns: &["Condition", "Baseline", "Device", "Margin", "Difference (90 %)", "p", "p after Holm", "Outcome", "Test"],
        rows: results.equivalences.iter().take(ROWS).map(row).collect(),
        all: results.equivalences.len(),
    }
}

fn doses(results: &Results) -> Table {
    let row = |it: &DoseResults| {
        let cutoff = match it.cutoff {
            Cutoff::Found { estimate, low, high } => interval(Some(estimate), Some((low, high))),
            Cutoff::NotUpTo { level, .. } => format!("not up to {} s", number(level)),
            Cutoff::NoGrowth { below } => format!("below {} s, or nothing is sent", number(below)),
            Cutoff::Unknown => "not known".to_owned(),
        };
        let slope = match (it.slope, it.slope_low.zip(it.slope_high)) {
            (None, _) => "not known".to_owned(),
            (Some(slope), None) => number(slope),
            (Some(slope), Some((low, high))) => format!("{} ({} to {})", number(slope), number(low), number(high)),
        };
        vec![name(&it.planned.name), cutoff, slope, it.n.to_string(), it.nights.to_string(), it.test.clone()]
    };
    Table {
        title: "Cut-offs",
        columns: &["Question", "Cut-off", "Seconds a second added", "Trials", "Nights", "How"],
        rows: results.doses.iter().take(ROWS).map(row).collect(),
        all: results.doses.len(),
    }
}

fn answers(results: &Results) -> Table {
    let all = results.replies.as_ref().map_or(&[][..], |it| &it.conditions);
    let compared = |condition: &str| {
        let own = results.replies.iter().flat_map(|it| &it.contrasts).filter(|it| it.condition == condition);
        let each: Vec<String> = own.map(|it| format!("{} against {}", p(it.adjusted_p), name(&it.against))).collect();
        if each.is_empty() { "none".to_owned() } else { each.join(", ") }
    };
    let row = |it: &ConditionReplies| {
        vec![
            name(&it.name),
            format!("{} of {}", it.right.some, it.right.all),
            share(&it.right),
            it.wrong.to_string(),
            it.no_reply.to_string(),
            it.not_judged.to_string(),
            compared(&it.name),
        ]
    };
    Table {
        title: "Answers heard in the room",
        columns: &["Condition", "Right", "Share (95 % interval)", "Wrong", "No reply", "Not judged", "p after Holm"],
        rows: all.iter().take(ROWS).map(row).collect(),
        all: all.len(),
    }
}

fn repeats(results: &Results) -> Table {
    let deviation = |it: Option<f64>| it.map_or_else(|| "not known".to_owned(), number);
    let rows = results.repeats.iter().take(ROWS).map(|it| {
        let between = match (it.repeats, it.repeats_low.zip(it.repeats_high)) {
            (Some(value), Some((low, high))) => format!("{} ({} to {})", number(value), number(low), number(high)),
            (value, _) => deviation(value),
        };
        vec![name(&it.condition), name(&it.device), between, deviation(it.nights), it.n.to_string()]
    });
    Table {
        title: "How much trials of one sound differ: standard deviations, s",
        columns: &["Condition", "Device", "Between repeats", "Between nights", "Trials"],
        rows: rows.collect(),
        all: results.repeats.len(),
    }
}

fn wakes(results: &Results) -> Table {
    Table {
        title: "Wakes while a recording was played",
        columns: &WOKEN,
        rows: results.misactivations.iter().take(ROWS).map(|it| woken(it, NAME).into()).collect(),
        all: results.misactivations.len(),
    }
}

fn places(results: &Results) -> Table {
    let rows = results.misactivations.iter().flat_map(|it| {
        it.places.iter().map(|place| {
            vec![
                name(&it.condition),
                name(&it.device),
                length(place.seconds),
                format!("{} of {}", place.woke, place.of),
                format!("{} s", number(place.sent_seconds)),
                clean(&place.words_before, WORDS),
                clean(&place.words_sent, WORDS),
            ]
        })
    });
    Table {
        title: "Places of wakes",
        columns: &["Condition", "Device", "At", "Woke", "Sent", "Words before", "Words sent"],
        rows: rows.take(ROWS).collect(),
        all: results.misactivations.iter().map(|it| it.places.len()).sum(),
    }
}

fn periods(results: &Results) -> Table {
    let rows = results.idle.iter().flat_map(|it| it.periods.iter().map(|period| periodic(&it.device, period, NAME).into()));
    Table {
        title: "Periods of bursts of its own",
        columns: &PERIODIC,
        rows: rows.take(ROWS).collect(),
        all: results.idle.iter().map(|it| it.periods.len()).sum(),
    }
}
