//! What a session says, from what is in the store.

use std::path::Path;

use earwitness_core::mac::Mac;
use earwitness_core::time::Timestamp;
use earwitness_core::verdict::{self, Verdicts, judge};
use jiff::tz::TimeZone;

use super::Args;
use crate::clock;
use crate::outfile::{self, Sink};
use crate::probelog::Header;
use crate::report::table::Terminal;
use crate::report::{Context, html, json, verdicts};
use crate::store::{SessionId, Store};
use crate::vendor::vendor;

/// Computes the verdicts of a session, writes them down as told, and tells them.
pub(super) fn write(state: &Path, session: SessionId, inputs: &[String], args: &Args) -> anyhow::Result<Verdicts> {
    let (mut store, _) = Store::open(state)?;
    store.resume(session)?;
    let row = store.reader()?.session(session)?;
    let material = store.material()?;
    let settings = verdict::Settings { alpha: row.alpha, seed: row.design.seed, ..verdict::Settings::default() };
    let verdicts = judge(&material.findings, material.rounds.clone(), &material.tested, &settings);
    store.told(clock::now(), &material, &verdicts, &settings)?;
    let probing = verdicts::Probing {
        verdicts,
        expected: std::collections::BTreeMap::new(),
        design: Some(Header::of(&row.design, row.alpha)),
        warnings: Vec::new(),
    };
    let maker = |mac: Mac| vendor(mac).map(str::to_owned);
    let context =
        Context { inputs, options: &[], troubles: &[], probing: Some(&probing), vendor: &maker, zone: TimeZone::system() };
    let findings = &material.findings;
    if let Some(path) = &args.html {
        outfile::write_whole(path, |out: &mut Sink<'_>| html::write(findings, &context, out))?;
    }
    if let Some(path) = &args.json {
        outfile::write_whole(path, |out: &mut Sink<'_>| json::write(findings, &context, out))?;
    }
    let dash = Path::new("-");
    if args.json.as_deref() != Some(dash) && args.html.as_deref() != Some(dash) {
        outfile::write_whole(dash, |out: &mut Sink<'_>| verdicts::table(&probing, findings, &context, Terminal::detect(), out))?;
    }
    Ok(probing.verdicts)
}

/// A moment on the clock of the house.
pub(super) fn moment(at: Timestamp) -> String {
    let moment = jiff::Timestamp::from_nanosecond(i128::from(at.nanos())).unwrap_or_default();
    moment.to_zoned(TimeZone::system()).strftime("%H:%M").to_string()
}
