//! What came of it, for programs. Each key is explained in `docs/schema/check-1.json`.

use std::io::{self, Write};

use serde::Serialize;

use super::Checked;
use earwitness_report::labels;
use earwitness_store::{Difference, Recomputed, SessionRow, why_word};

/// Version of the format: a key that is renamed, removed or changes its meaning raises it; a new key does not.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    program: &'static str,
    sound: bool,
    stores: Vec<Store<'a>>,
}

#[derive(Serialize)]
struct Store<'a> {
    path: String,
    sound: bool,
    octets: u64,
    octets_free: u64,
    trouble: Option<&'a str>,
    wrong: &'a [String],
    sessions: Vec<Session<'a>>,
}

#[derive(Serialize)]
struct Session<'a> {
    #[serde(rename = "session")]
    number: i64,
    begun_ns: i64,
    ended_ns: Option<i64>,
    why: Option<&'static str>,
    retired: bool,
    other_rules: bool,
    rounds: u32,
    scores: u64,
    tellings: u32,
    verdicts: u32,
    differing: u64,
    differences: Vec<Differing<'a>>,
}

#[derive(Serialize)]
struct Differing<'a> {
    round: Option<u32>,
    telling: Option<i64>,
    device: Option<String>,
    what: &'a str,
    written: &'a str,
    computed: &'a str,
}

/// Writes one JSON object and a line feed.
pub(super) fn write(stores: &[Checked], out: &mut dyn Write) -> io::Result<()> {
    let report = Report {
        version: VERSION,
        program: concat!("earwitness ", env!("CARGO_PKG_VERSION")),
        sound: stores.iter().all(Checked::is_sound),
        stores: stores.iter().map(store).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

fn store(it: &Checked) -> Store<'_> {
    Store {
        path: it.path.to_string_lossy().into_owned(),
        sound: it.is_sound(),
        octets: it.size.0,
        octets_free: it.size.1,
        trouble: it.trouble.as_deref(),
        wrong: &it.wrong,
        sessions: it.sessions.iter().map(|(row, again)| session(row, again)).collect(),
    }
}

fn session<'a>(row: &SessionRow, again: &'a Recomputed) -> Session<'a> {
    Session {
        number: row.id.0,
        begun_ns: row.begun.nanos(),
        ended_ns: row.ended.map(|ended| ended.0.nanos()),
        why: row.ended.map(|ended| why_word(ended.1)),
        retired: again.retired,
        other_rules: again.other_rules,
        rounds: again.rounds,
        scores: again.scores,
        tellings: again.verdict_sets,
        verdicts: again.verdicts,
        differing: again.differing,
        differences: again.differences.iter().map(difference).collect(),
    }
}

fn difference(it: &Difference) -> Differing<'_> {
    Differing {
        round: it.round,
        telling: it.verdict_set,
        device: it.device.map(labels::id),
        what: &it.what,
        written: &it.written,
        computed: &it.computed,
    }
}
