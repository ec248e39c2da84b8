//! A bundle from a session of the store.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, bail};
use earwitness_core::time::{SECOND, Window};
use earwitness_core::verdict;
use earwitness_evidence::about::About;
use earwitness_evidence::export::Material;
use earwitness_evidence::frames::Kept;
use earwitness_evidence::settings::{Bins, Settings};
use earwitness_evidence::told::Told;
use earwitness_report::labels;
use earwitness_report::probelog::{Header, Log};
use earwitness_store::{Reader, SessionId, SessionRow};
use earwitness_traffic::recent::FrameRing;

use super::source::Source;
use crate::commitments;
use crate::config::Config;

/// Before the first and after the last round frames are taken for so long, nanoseconds: devices are known, and what was caused is over.
const AROUND: i64 = 600 * SECOND;

/// What the store and its recent frames say of a session.
pub(super) fn source(
    state: Option<&Path>,
    config: Option<&Path>,
    session: i64,
    named: (String, About),
) -> anyhow::Result<Source> {
    let path = match state {
        Some(path) => path.to_owned(),
        None => Config::load(config)?.state,
    };
    let reader = Reader::open(&path)?;
    reader.hold()?;
    let row = chosen(&reader, session)?;
    let rounds = reader.rounds(row.id)?;
    if rounds.is_empty() {
        bail!("session {session} played no round: there is no verdict to give evidence of");
    }
    if row.rules != verdict::RULES {
        bail!("session {session} was scored by other rules than those of this version: export it with {}", row.program);
    }
    let folder = reader.path().parent().unwrap_or(&path).join("frames");
    let mut ring = FrameRing::read(&folder).with_context(|| {
        format!("no frames are kept in {}: without frames nobody can derive a verdict again ([capture] in the configuration keeps them)", folder.display())
    })?;
    let span = |window: Window| Window { from: window.from.plus(-AROUND), until: window.until.plus(AROUND) };
    let spans = || rounds.iter().filter_map(earwitness_core::probe::Round::span);
    let from = spans().map(|it| it.from).min().unwrap_or(row.begun);
    let until = spans().map(|it| it.until).max().unwrap_or(row.begun);
    let window = span(Window { from: from.min(row.begun), until: until.max(row.ended.map_or(until, |it| it.0)) });
    let mut frames = tempfile::tempfile().context("a file for the frames cannot be made")?;
    let cut = ring.cut(window, None, &mut frames).context("the recent frames cannot be read")?;
    if cut.frames == 0 {
        bail!(
            "none of the frames of session {session} is kept any more (the oldest are deleted by size and age: [capture] in the configuration)"
        );
    }
    let mut notes = Vec::new();
    if cut.unreadable > 0 {
        notes.push(format!("{} files of recent frames could not be read", cut.unreadable));
    }
    let kept = Kept { from: "store".to_owned(), cut_outside_rounds: None, cut_before: None };
    let settings = Settings {
        begun_ns: Some(row.begun.nanos()),
        ended_ns: row.ended.map(|it| it.0.nanos()),
        ..Settings::new(row.alpha, Bins::Utc, kept)
    };
    let commitment = commitments::of_session(&reader, &row)?;
    if commitment.is_none() {
        notes.push(
            "the session made no commitment (it was begun by an earlier version): nothing shows that its seed was chosen before"
                .to_owned(),
        );
    }
    let told = told(&reader, &row)?;
    let (root, about) = named;
    let log = Log { header: Some(Header::of(&row.design, row.alpha)), rounds, warnings: Vec::new() };
    Ok(Source { material: Material { root, log, settings, about, commitment, told: Some(told) }, frames, notes })
}

fn chosen(reader: &Reader, session: i64) -> anyhow::Result<SessionRow> {
    let sessions = reader.sessions()?;
    let known: Vec<String> = sessions.iter().map(|it| it.id.to_string()).collect();
    match sessions.into_iter().find(|it| it.id == SessionId(session)) {
        Some(row) => Ok(row),
        None => bail!("there is no session {session}; there are: {}", known.join(", ")),
    }
}

/// What was told last.
fn told(reader: &Reader, row: &SessionRow) -> anyhow::Result<Told> {
    let last = reader.verdicts(row.id)?.pop();
    let verdicts: BTreeMap<String, String> =
        last.iter().flat_map(|set| &set.devices).map(|it| (labels::id(it.device), it.outcome.key().to_owned())).collect();
    Ok(Told {
        session: row.id.0,
        program: format!("earwitness {}", row.program),
        verdicts,
        told_ns: last.map(|set| set.at.nanos()),
        differs: BTreeSet::new(),
    })
}
