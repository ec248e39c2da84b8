//! What a session says, from what is in the store.

use std::path::Path;

use earwitness_base::clock;
use earwitness_core::verdict::Verdicts;
use earwitness_store::{SessionId, Store};

use super::super::reports::Reports;
use super::super::session as stored;
use crate::names::Names;

/// Computes the verdicts of a session, writes them down, and prints them.
pub(super) fn write(state: &Path, session: SessionId, inputs: &[String], reports: &Reports) -> anyhow::Result<Verdicts> {
    let (mut store, _) = Store::open(state)?;
    store.resume(session)?;
    let reader = store.reader()?;
    let (row, names) = (reader.session(session)?, Names::read(reader)?);
    let mut material = store.material()?;
    let verdicts = stored::verdicts(&row, &mut material, &names);
    store.write_verdicts(clock::now(), &material, &verdicts, &row.verdict_settings())?;
    stored::report(&row, &material, verdicts, inputs, reports)
}
