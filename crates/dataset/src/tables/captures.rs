//! `captures`: the files that the other tables were made from, and by what.

use std::sync::Arc;

use earwitness_core::time::Timestamp;

use super::{CAPTURE, OCTETS, some, text, time, whole};
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
        text("capture_id", CAPTURE, "it could not be read", |it| some(Some(&*it.capture_id).filter(|id| !id.is_empty()))),
        text("path", "name of the file, from the folder of its place on; of a store `store/DATE`", "", |it| {
            it.path.as_str().into()
        }),
        whole(
            "number",
            "",
            "its place among the files of the home in order of their first frames, or among the days of the store, from 0",
            "",
            |it| it.number.into(),
        ),
        whole("octets", OCTETS, "its length on disk; of a store, the octets of the frames on the wire", "", |it| {
            it.octets.into()
        }),
        whole("frames", "frames", "frames that were read", "", |it| it.frames.into()),
        time("first", "the earliest frame", "it holds no frame", |it| it.span.map(|it| it.0).into()),
        time("last", "the latest frame", "it holds no frame", |it| it.span.map(|it| it.1).into()),
        whole("dropped", "frames", "frames that the capturing machine lost, by its own account", "", |it| it.dropped.into()),
        text("copies", "names of files with the same octets, each on a line; they were not read again", "there is none", |it| {
            some(joined(&it.copies))
        }),
        text("troubles", "what was wrong with it, each on a line", "it was read to its end", |it| some(joined(&it.troubles))),
        text(
            "settings",
            "SHA-256 of the settings of the analysis: rows of different settings are not to be compared",
            "",
            |it| it.settings.to_string().into(),
        ),
        text("program", "the program that wrote the rows, with its version", "", |_| crate::PROGRAM.into()),
    ];

    fn at(&self) -> Option<Timestamp> {
        self.span.map(|it| it.0)
    }
}

fn joined(lines: &[String]) -> Option<String> {
    (!lines.is_empty()).then(|| lines.join("\n"))
}
