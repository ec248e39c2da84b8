//! What a session of the store says, as reports tell it.

use std::collections::BTreeMap;

use earwitness_core::mac::Mac;
use earwitness_core::verdict::Verdicts;
use earwitness_report::geo::Geo;
use earwitness_report::probelog::Header;
use earwitness_report::vendor::vendor;
use earwitness_report::{Context, verdicts};
use earwitness_store::{Material, SessionRow};
use jiff::tz::TimeZone;

use super::reports::Reports;
use crate::names::Names;

/// The verdicts on all devices, with their names and the networks of the receivers that they name.
pub(super) fn verdicts(row: &SessionRow, material: &mut Material, names: &Names) -> Verdicts {
    names.fill_in(&mut material.findings);
    Geo::default().locate(&mut material.findings);
    material.verdicts(&row.verdict_settings())
}

/// Writes the reports that are wanted.
pub(super) fn report(
    row: &SessionRow,
    material: &Material,
    verdicts: Verdicts,
    inputs: &[String],
    reports: &Reports,
) -> anyhow::Result<Verdicts> {
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
