//! What a session says, from what is in the store.

use std::collections::BTreeMap;
use std::path::Path;

use earwitness_core::mac::Mac;
use earwitness_core::verdict::Verdicts;
use jiff::tz::TimeZone;

use super::super::reports::Reports;
use earwitness_base::clock;
use earwitness_report::geo::Geo;
use earwitness_report::probelog::Header;
use earwitness_report::vendor::vendor;
use earwitness_report::{Context, verdicts};
use earwitness_store::{SessionId, Store};

/// Computes the verdicts of a session, writes them down, and prints them.
pub(super) fn write(state: &Path, session: SessionId, inputs: &[String], reports: &Reports) -> anyhow::Result<Verdicts> {
    let (mut store, _) = Store::open(state)?;
    store.resume(session)?;
    let row = store.reader()?.session(session)?;
    let (mut material, settings) = (store.material()?, row.verdict_settings());
    Geo::default().locate(&mut material.findings);
    let verdicts = material.verdicts(&settings);
    store.write_verdicts(clock::now(), &material, &verdicts, &settings)?;
    let design = Some(Header::of(&row.design, row.alpha));
    let probing = verdicts::Probing { verdicts, expected: BTreeMap::new(), design, warnings: Vec::new() };
    let maker = |mac: Mac| vendor(mac).map(str::to_owned);
    let context = Context {
        inputs,
        options: &[],
        troubles: &[],
        probing: Some(&probing),
        published: None,
        vendor: &maker,
        zone: TimeZone::system(),
    };
    reports.write(&probing, &material.findings, &context)?;
    Ok(probing.verdicts)
}
