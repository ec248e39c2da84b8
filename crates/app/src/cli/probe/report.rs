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
    let (material, settings) = (store.material()?, row.verdict_settings());
    store.write_verdicts(clock::now(), &material, &material.verdicts(&settings), &settings)?;
    stored::report(&row, material, &settings, inputs, reports)
}
