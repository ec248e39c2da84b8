//! The rows of a table of trials, from CSV or Parquet.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, anyhow};
use earwitness_base::words::{as_f64, round};
use earwitness_lab::answer::{Judgement, Outcome};
use earwitness_report::grid::{self, Cell, Named};
use serde::Deserialize;

use super::write::is_parquet;

/// What is read of a row; other columns are passed over.
#[derive(Deserialize)]
pub(super) struct Measured {
    pub(super) trial: u32,
    pub(super) night: u32,
    pub(super) block: u32,
    pub(super) condition: String,
    pub(super) device: String,
    pub(super) seconds: Option<f64>,
    #[serde(default)]
    pub(super) seconds_low: Option<f64>,
    #[serde(default)]
    pub(super) seconds_high: Option<f64>,
    pub(super) octets: Option<f64>,
    pub(super) pre_roll_seconds: Option<f64>,
    #[serde(default)]
    pub(super) pre_roll_seconds_low: Option<f64>,
    #[serde(default)]
    pub(super) pre_roll_seconds_high: Option<f64>,
    pub(super) tail_seconds: Option<f64>,
    pub(super) uploads: Option<u32>,
    /// Why nothing is known; numbers beside it say nothing.
    #[serde(default)]
    unknown: String,
    #[serde(default)]
    answer: String,
    #[serde(default)]
    answer_words: String,
    #[serde(default)]
    answer_judge: String,
    #[serde(default)]
    answer_why: String,
    #[serde(default)]
    answer_overruled: String,
}

impl Measured {
    /// Whether its numbers say something.
    pub(super) fn is_known(&self) -> bool {
        self.unknown.trim().is_empty()
    }

    /// What was answered in its trial, if an answer was expected.
    ///
    /// # Errors
    /// Where it is none that is known.
    pub(super) fn answer(&self) -> anyhow::Result<Option<Judgement>> {
        let named = |name: &str, text: &str| {
            let known =
                || Outcome::named(text).ok_or_else(|| anyhow!("`{name}` is right, wrong, no reply or not judged, not {text:?}"));
            (!text.is_empty()).then(known).transpose()
        };
        let Some(outcome) = named("answer", &self.answer)? else { return Ok(None) };
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(Some(Judgement {
            words: some(&self.answer_words),
            judge: some(&self.answer_judge),
            why: some(&self.answer_why),
            overruled: named("answer_overruled", &self.answer_overruled)?,
            ..Judgement::of(outcome)
        }))
    }
}

/// A row with its place in the file, in words.
type Placed = anyhow::Result<(String, Measured)>;

/// The rows of a file: Parquet where its name ends so, otherwise CSV.
pub(super) fn rows(path: &Path) -> anyhow::Result<Box<dyn Iterator<Item = Placed>>> {
    let name = path.display().to_string();
    let unread = || format!("{name} cannot be read");
    let placed = {
        let name = name.clone();
        move |place: String, row: anyhow::Result<Measured>| {
            let row = row.with_context(|| format!("{name}, {place}: a row needs the columns of docs/guide/experiments.md"));
            row.map(|row| (place, row))
        }
    };
    if is_parquet(path) {
        let file = File::open(path).with_context(unread)?;
        let rows = grid::read_parquet(file).map_err(|why| anyhow!(why)).with_context(unread)?;
        let read = |row: Result<Named, String>| row.map_err(|why| anyhow!(why)).and_then(|row| measured(&row));
        return Ok(Box::new((1..).zip(rows).map(move |(number, row)| placed(format!("row {number}"), read(row)))));
    }
    let reader = csv::Reader::from_path(path).with_context(unread)?;
    // The first line names the columns.
    let rows = (2..).zip(reader.into_deserialize::<Measured>());
    Ok(Box::new(rows.map(move |(number, row)| placed(format!("line {number}"), row.map_err(Into::into)))))
}

/// A row of Parquet. Whole numbers may be written as others, as programs do that have no empty whole numbers.
fn measured(row: &Named) -> anyhow::Result<Measured> {
    let cell = |name: &str| row.iter().find(|it| it.0 == name).map(|it| &it.1);
    let number = |name: &str| match cell(name) {
        None | Some(Cell::Empty) => Ok(None),
        Some(Cell::Number(number)) => Ok(Some(*number)),
        Some(Cell::Whole(number)) => Ok(Some(as_f64(*number))),
        Some(_) => Err(anyhow!("`{name}` is no number")),
    };
    let whole = |name: &str| {
        let found = number(name)?;
        let count = |it: f64| u32::try_from(round(it)).ok().filter(|count| (f64::from(*count) - it).abs() < 1e-9);
        found.map(|it| count(it).ok_or_else(|| anyhow!("`{name}` is no count"))).transpose()
    };
    let place = |name: &str| whole(name)?.ok_or_else(|| anyhow!("`{name}` is missing"));
    let text = |name: &str| match cell(name) {
        Some(Cell::Text(text)) => Ok(text.clone()),
        None | Some(Cell::Empty) => Ok(String::new()),
        Some(_) => Err(anyhow!("`{name}` is no text")),
    };
    Ok(Measured {
        trial: place("trial")?,
        night: place("night")?,
        block: place("block")?,
        condition: text("condition")?,
        device: text("device")?,
        seconds: number("seconds")?,
        seconds_low: number("seconds_low")?,
        seconds_high: number("seconds_high")?,
        octets: number("octets")?,
        pre_roll_seconds: number("pre_roll_seconds")?,
        pre_roll_seconds_low: number("pre_roll_seconds_low")?,
        pre_roll_seconds_high: number("pre_roll_seconds_high")?,
        tail_seconds: number("tail_seconds")?,
        uploads: whole("uploads")?,
        unknown: text("unknown")?,
        answer: text("answer")?,
        answer_words: text("answer_words")?,
        answer_judge: text("answer_judge")?,
        answer_why: text("answer_why")?,
        answer_overruled: text("answer_overruled")?,
    })
}
