//! What a session says, from what is in the store.

use std::path::Path;

use earwitness_base::clock;
use earwitness_core::verdict::Verdicts;
use earwitness_store::{SessionId, Store};

use super::super::reports::Reports;
use super::super::session;
use crate::names::Names;
use crate::stored;

/// Computes the verdicts of a session, writes them down, and prints them.
pub(super) fn write(state: &Path, number: SessionId, inputs: &[String], reports: &Reports) -> anyhow::Result<Verdicts> {
    let (mut store, _) = Store::open(state)?;
    store.resume(number)?;
    let reader = store.reader()?;
    let (row, names) = (reader.session(number)?, Names::read(reader)?);
    let mut material = store.material()?;
    let probing = stored::probing(&row, &mut material, &names);
    store.write_verdicts(clock::now(), &material, &probing.verdicts, &row.verdict_settings())?;
    session::report(&material, &probing, inputs, reports)?;
    Ok(probing.verdicts)
}
