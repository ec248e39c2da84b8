//! A session of the store, put together as reports and pages tell it.

use std::collections::BTreeMap;

use earwitness_core::findings::Findings;
use earwitness_core::mac::Mac;
use earwitness_core::verdict::Verdicts;
use earwitness_report::geo::Geo;
use earwitness_report::probelog::Header;
use earwitness_report::vendor::vendor;
use earwitness_report::verdicts::Probing;
use earwitness_store::{Material, SessionRow};

use crate::names::Names;

/// The verdicts on all devices of a session, with the names of these and the networks of the receivers filled in.
pub(crate) fn probing(row: &SessionRow, material: &mut Material, names: &Names) -> Probing {
    complete(&mut material.findings, names);
    let verdicts: Verdicts = material.verdicts(&row.verdict_settings());
    Probing { verdicts, expected: BTreeMap::new(), design: Some(Header::of(&row.design, row.alpha)), warnings: Vec::new() }
}

/// Fills in what devices are called, and in which networks receivers are.
pub(crate) fn complete(findings: &mut Findings, names: &Names) {
    names.fill_in(findings);
    Geo::default().locate(findings);
}

/// Who makes the device with an address.
pub(crate) fn maker(mac: Mac) -> Option<String> {
    vendor(mac).map(str::to_owned)
}
