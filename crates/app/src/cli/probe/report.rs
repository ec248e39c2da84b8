//! What a session says, from what is in the store.

use std::path::Path;

use earwitness_base::clock;
use earwitness_core::verdict::Verdicts;
use earwitness_store::{SessionId, Store};

use super::super::reports::Reports;
use super::super::session as stored;

/// Computes the verdicts of a session, writes them down, and prints them.
pub(super) fn write(state: &Path, session: SessionId, inputs: &[String], reports: &Reports) -> anyhow::Result<Verdicts> {
    let (mut store, _) = Store::open(state)?;
    store.resume(session)?;
    let row = store.reader()?.session(session)?;
    let mut material = store.material()?;
    let verdicts = stored::verdicts(&row, &mut material);
    store.write_verdicts(clock::now(), &material, &verdicts, &row.verdict_settings())?;
    stored::report(&row, &material, verdicts, inputs, reports)
}
