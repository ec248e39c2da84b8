//! `captures`: the files that the other tables were made from, and by what.

use std::sync::Arc;

use earwitness_core::time::Timestamp;
use earwitness_report::grid::Holds;

use super::{CAPTURE, MOMENT, OCTETS, some};
use crate::column::{Column, Name, Record};

/// A capture file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaptureRow {
    /// SHA-256 of its octets.
    pub capture_id: Arc<str>,
    /// Its name.
    pub path: String,
    /// Its place in the order of time, from 0.
    pub number: usize,
    /// Its length as it lies on disk.
    pub octets: u64,
    /// Frames that were read.
    pub frames: u64,
    /// The earliest and the latest of them.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Frames that the capturing machine lost, by its own account.
    pub dropped: u64,
    /// Names of files with the same octets, which were not read.
    pub copies: Vec<String>,
    /// What was wrong with it.
    pub troubles: Vec<String>,
    /// Digest of the settings of the analysis.
    pub settings: Arc<str>,
}

impl Record for CaptureRow {
    const TABLE: Name = Name::Captures;
    const COLUMNS: &'static [Column<Self>] = &[
        Column {
            name: "capture_id",
            holds: Holds::Text,
            unit: "",
            meaning: CAPTURE,
            empty: "it could not be read",
            cell: |it| some(Some(&*it.capture_id).filter(|id| !id.is_empty())),
        },
        Column {
            name: "path",
            holds: Holds::Text,
            unit: "",
            meaning: "name of the file, from the folder of its place on",
            empty: "",
            cell: |it| it.path.as_str().into(),
        },
        Column {
            name: "number",
            holds: Holds::Whole,
            unit: "",
            meaning: "its place among the files of the home in order of their first frames, from 0",
            empty: "",
            cell: |it| it.number.into(),
        },
        Column {
            name: "octets",
            holds: Holds::Whole,
            unit: OCTETS,
            meaning: "its length on disk",
            empty: "",
            cell: |it| it.octets.into(),
        },
        Column {
            name: "frames",
            holds: Holds::Whole,
            unit: "frames",
            meaning: "frames that were read",
            empty: "",
            cell: |it| it.frames.into(),
        },
        Column {
            name: "first",
            holds: Holds::Time,
            unit: MOMENT,
            meaning: "the earliest frame",
            empty: "it holds no frame",
            cell: |it| it.span.map(|it| it.0).into(),
        },
        Column {
            name: "last",
            holds: Holds::Time,
            unit: MOMENT,
            meaning: "the latest frame",
            empty: "it holds no frame",
            cell: |it| it.span.map(|it| it.1).into(),
        },
        Column {
            name: "dropped",
            holds: Holds::Whole,
            unit: "frames",
            meaning: "frames that the capturing machine lost, by its own account",
            empty: "",
            cell: |it| it.dropped.into(),
        },
        Column {
            name: "copies",
            holds: Holds::Text,
            unit: "",
            meaning: "names of files with the same octets, each on a line; they were not read again",
            empty: "there is none",
            cell: |it| some(joined(&it.copies)),
        },
        Column {
            name: "troubles",
            holds: Holds::Text,
            unit: "",
            meaning: "what was wrong with it, each on a line",
            empty: "it was read to its end",
            cell: |it| some(joined(&it.troubles)),
        },
        Column {
            name: "settings",
            holds: Holds::Text,
            unit: "",
            meaning: "SHA-256 of the settings of the analysis: rows of different settings are not to be compared",
            empty: "",
            cell: |it| it.settings.to_string().into(),
        },
        Column {
            name: "program",
            holds: Holds::Text,
            unit: "",
            meaning: "the program that wrote the rows, with its version",
            empty: "",
            cell: |_| crate::PROGRAM.into(),
        },
    ];

    fn at(&self) -> Option<Timestamp> {
        self.span.map(|it| it.0)
    }
}

fn joined(lines: &[String]) -> Option<String> {
    (!lines.is_empty()).then(|| lines.join("\n"))
}
