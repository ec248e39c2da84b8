//! The data dictionary of a table of trials: each column once, with its name, what it holds, its unit, its meaning, and when it is empty. The table in
//! `docs/guide/experiments.md`, the metadata beside a CSV file and inside a Parquet file, and the values themselves come from here.

use earwitness_base::text::clean;
use earwitness_lab::answer::{Judgement, LONGEST, Outcome};
use earwitness_report::grid::{self, Cell, Holds};
use serde_json::{Value, json};

use super::Row;

/// A column.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) holds: Holds,
    /// Unit of its numbers; none of words and of plain counts.
    pub(super) unit: &'static str,
    pub(super) meaning: &'static str,
    /// When it is empty; never where nothing is said.
    pub(super) empty: &'static str,
    /// Its value.
    pub(super) cell: fn(&Row) -> Cell,
}

const SECONDS: &str = "s";
const MOMENT: &str = "ns since 1970-01-01T00:00:00Z";
/// Why a reading is empty.
const UNKNOWN: &str = "nothing is known of the trial: `unknown` says why";
const NO_ANSWER: &str = "the experiment expects no answer under its condition";
const NO_UPLOAD: &str = "there was no upload, the traffic does not tell, or nothing is known";

/// All columns in their order.
pub(super) const COLUMNS: &[Column] = &[
    Column {
        name: "trial",
        holds: Holds::Whole,
        unit: "",
        meaning: "number of the trial in the experiment, from 0",
        empty: "",
        cell: |it| it.trial.into(),
    },
    Column {
        name: "night",
        holds: Holds::Whole,
        unit: "",
        meaning: "number of its night, from 0",
        empty: "",
        cell: |it| it.night.into(),
    },
    Column {
        name: "block",
        holds: Holds::Whole,
        unit: "",
        meaning: "number of its block within the night, from 0",
        empty: "",
        cell: |it| it.block.into(),
    },
    Column {
        name: "position",
        holds: Holds::Whole,
        unit: "",
        meaning: "place of its condition within the block, from 0",
        empty: "",
        cell: |it| it.position.into(),
    },
    Column {
        name: "condition",
        holds: Holds::Text,
        unit: "",
        meaning: "name of its condition",
        empty: "",
        cell: |it| it.condition.as_str().into(),
    },
    Column {
        name: "levels",
        holds: Holds::Text,
        unit: "",
        meaning: "level of each factor, as `prefix=yes`",
        empty: "the condition has no factor",
        cell: |it| some(&it.levels),
    },
    Column {
        name: "sound_start_ns",
        holds: Holds::Whole,
        unit: MOMENT,
        meaning: "when its sound began, or the silence that stands for one",
        empty: "",
        cell: |it| it.sound_start_ns.into(),
    },
    Column {
        name: "sound_end_ns",
        holds: Holds::Whole,
        unit: MOMENT,
        meaning: "when its last sound ended",
        empty: "nothing sounds in it",
        cell: |it| it.sound_end_ns.into(),
    },
    Column {
        name: "device",
        holds: Holds::Text,
        unit: "",
        meaning: "name of the device",
        empty: "",
        cell: |it| it.device.as_str().into(),
    },
    Column {
        name: "seconds",
        holds: Holds::Number,
        unit: SECONDS,
        meaning: "sound that the device sent; 0 where it sent none",
        empty: UNKNOWN,
        cell: |it| it.seconds.into(),
    },
    Column {
        name: "seconds_low",
        holds: Holds::Number,
        unit: SECONDS,
        meaning: "lower end of the interval of 95 % of this measurement",
        empty: UNKNOWN,
        cell: |it| it.seconds_low.into(),
    },
    Column {
        name: "seconds_high",
        holds: Holds::Number,
        unit: SECONDS,
        meaning: "upper end",
        empty: UNKNOWN,
        cell: |it| it.seconds_high.into(),
    },
    Column {
        name: "octets",
        holds: Holds::Whole,
        unit: "octets",
        meaning: "payload that it sent in the window of the trial, to whomever",
        empty: UNKNOWN,
        cell: |it| it.octets.into(),
    },
    Column {
        name: "pre_roll_seconds",
        holds: Holds::Number,
        unit: SECONDS,
        meaning: "sound that it sent from before the start of the wake word",
        empty: NO_UPLOAD,
        cell: |it| it.pre_roll_seconds.into(),
    },
    Column {
        name: "pre_roll_seconds_low",
        holds: Holds::Number,
        unit: SECONDS,
        meaning: "lower end of the interval of 95 % of this measurement",
        empty: NO_UPLOAD,
        cell: |it| it.pre_roll_seconds_low.into(),
    },
    Column {
        name: "pre_roll_seconds_high",
        holds: Holds::Number,
        unit: SECONDS,
        meaning: "upper end",
        empty: NO_UPLOAD,
        cell: |it| it.pre_roll_seconds_high.into(),
    },
    Column {
        name: "tail_seconds",
        holds: Holds::Number,
        unit: SECONDS,
        meaning: "sound that it sent from after the end of the last sound",
        empty: NO_UPLOAD,
        cell: |it| it.tail_seconds.into(),
    },
    Column {
        name: "uploads",
        holds: Holds::Whole,
        unit: "",
        meaning: "uploads of sound",
        empty: UNKNOWN,
        cell: |it| it.uploads.into(),
    },
    Column {
        name: "unknown",
        holds: Holds::Text,
        unit: "",
        meaning: "why nothing is known of the device in this trial; all readings are empty then, never 0",
        empty: "the readings are known",
        cell: |it| it.unknown.into(),
    },
    Column {
        name: "answer",
        holds: Holds::Text,
        unit: "",
        meaning: "what was answered in the room of the trial, by whichever device: `right`, `wrong`, `no reply` or `not judged`",
        empty: NO_ANSWER,
        cell: |it| of_answer(it, |it| it.outcome.name().into()),
    },
    Column {
        name: "answer_heard",
        holds: Holds::Truth,
        unit: "",
        meaning: "whether the microphone heard anything after the sound",
        empty: "no microphone listened to it, or no answer was expected",
        cell: |it| of_answer(it, |it| it.heard.into()),
    },
    Column {
        name: "answer_words",
        holds: Holds::Text,
        unit: "",
        meaning: "what was understood of the answer, its beginning",
        empty: "nothing was understood, or nobody wrote it down",
        cell: |it| of_answer(it, |it| text(it.words.as_ref())),
    },
    Column {
        name: "answer_judge",
        holds: Holds::Text,
        unit: "",
        meaning: "who judged it: a program with its version, a person, or a history",
        empty: "it was not judged",
        cell: |it| of_answer(it, |it| text(it.judge.as_ref())),
    },
    Column {
        name: "answer_why",
        holds: Holds::Text,
        unit: "",
        meaning: "why it was not judged or its recording not kept",
        empty: "nothing went wrong",
        cell: |it| of_answer(it, |it| text(it.why.as_ref())),
    },
    Column {
        name: "answer_overruled",
        holds: Holds::Text,
        unit: "",
        meaning: "what a program had said where somebody else judged it as well, whose word counts",
        empty: "nobody else judged it",
        cell: |it| of_answer(it, |it| it.overruled.map(Outcome::name).into()),
    },
];

/// What a column says of the answer, if one was expected.
fn of_answer(row: &Row, cell: fn(&Judgement) -> Cell) -> Cell {
    row.answer.as_ref().map_or(Cell::Empty, cell)
}

/// Words of untrusted origin.
fn text(words: Option<&String>) -> Cell {
    words.map_or(Cell::Empty, |it| some(&clean(it, LONGEST)))
}

/// Words, or nothing where there are none.
fn some(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { text.into() }
}

/// The columns as the writer of tables wants them.
pub(super) fn columns() -> Vec<grid::Column> {
    COLUMNS.iter().map(|it| (it.name, it.holds)).collect()
}

/// What a column holds, by the name of that type in the metadata of tables (XML Schema's).
const fn datatype(holds: Holds) -> &'static str {
    match holds {
        Holds::Text => "string",
        Holds::Time => "dateTimeStamp",
        Holds::Whole => "integer",
        Holds::Number => "double",
        Holds::Truth => "boolean",
    }
}

/// The dictionary as Metadata for Tabular Data (W3C Recommendation, 17 December 2015, section 5) of the file of this name.
pub(super) fn metadata(file: &str, title: &str, question: &str) -> Value {
    let column = |it: &Column| {
        let mut all = json!({
            "name": it.name,
            "titles": it.name,
            "dc:description": it.meaning,
            "datatype": datatype(it.holds),
            "required": it.empty.is_empty(),
        });
        for (key, text) in [("schema:unitText", it.unit), ("rdfs:comment", it.empty)] {
            if !text.is_empty() {
                let text = if key == "rdfs:comment" { format!("Empty where {text}.") } else { text.to_owned() };
                all[key] = text.into();
            }
        }
        all
    };
    json!({
        "@context": "http://www.w3.org/ns/csvw",
        "url": file,
        "dc:title": format!("Trials of the experiment {title}: one row a trial and device"),
        "dc:description": question,
        "dc:creator": concat!("earwitness ", env!("CARGO_PKG_VERSION")),
        "tableSchema": {
            "columns": COLUMNS.iter().map(column).collect::<Vec<_>>(),
            "primaryKey": ["trial", "device"],
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The dictionary as it stands in the guide.
    fn guide() -> String {
        let head = ["| column | type | unit | meaning | empty where |".to_owned(), "| --- | --- | --- | --- | --- |".to_owned()];
        let row = |it: &Column| {
            let kind = match it.holds {
                Holds::Text => "text",
                Holds::Time => "moment",
                Holds::Whole => "whole number",
                Holds::Number => "number",
                Holds::Truth => "yes or no",
            };
            format!("| `{}` | {kind} | {} | {} | {} |", it.name, it.unit, it.meaning, it.empty)
        };
        head.into_iter().chain(COLUMNS.iter().map(row)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_guide_has_the_table_of_columns() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/experiments.md");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(&guide()), "docs/guide/experiments.md is to have this table:\n{}", guide());
    }

    #[test]
    fn metadata_name_every_column_with_its_type_and_say_which_may_be_empty() {
        let all = metadata("trials.csv", "prefix", "Why?");
        let columns = all["tableSchema"]["columns"].as_array().unwrap();
        let names: Vec<&str> = columns.iter().map(|it| it["name"].as_str().unwrap()).collect();
        assert_eq!(names, COLUMNS.iter().map(|it| it.name).collect::<Vec<_>>());
        assert_eq!((&all["url"], &columns[9]["datatype"]), (&"trials.csv".into(), &"double".into()));
        assert_eq!((&columns[9]["schema:unitText"], &columns[9]["required"]), (&"s".into(), &false.into()));
        assert!(columns[0]["required"].as_bool().unwrap() && columns[0].get("rdfs:comment").is_none());
    }
}
