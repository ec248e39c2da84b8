//! What a session of the store says, as reports tell it.

use earwitness_report::Context;
use earwitness_report::verdicts::Probing;
use earwitness_store::Material;
use jiff::tz::TimeZone;

use super::reports::Reports;
use crate::stored;

/// Writes the reports that are wanted.
pub(super) fn report(material: &Material, probing: &Probing, inputs: &[String], reports: &Reports) -> anyhow::Result<()> {
    let context = Context {
        inputs,
        options: &[],
        troubles: &[],
        probing: Some(probing),
        published: None,
        vendor: &stored::maker,
        zone: TimeZone::system(),
    };
    reports.write(probing, &material.findings, &context)
}
