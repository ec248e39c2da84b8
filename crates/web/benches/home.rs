//! How long it takes until a home can be shown, and each of its pages. Run with `cargo bench -p earwitness-web`.

use std::ops::ControlFlow;
use std::path::Path;

use divan::Bencher;
use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceId, Findings};
use earwitness_core::mac::Mac;
use earwitness_traffic::files::{Captures, Order};
use earwitness_web::{Home, Material};
use jiff::tz::TimeZone;

fn main() {
    divan::main();
}

/// Sixty devices with a thousand sightings each, where the sample has any.
fn findings() -> Findings {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sample.pcapng");
    let mut analysis = Analysis::new(AnalysisSettings::default());
    if let Ok(mut captures) = Captures::open(&[path], Order::Merged, None) {
        let flow = captures.for_each(&mut |_| {}, |frame, _| {
            analysis.frame(frame);
            ControlFlow::Continue(())
        });
        assert!(flow.is_continue(), "nothing stops it");
    }
    let mut findings = analysis.finish();
    let some = findings.devices.clone();
    findings.devices = (0..60)
        .zip(some.iter().cycle())
        .map(|(number, it)| {
            let mut it = it.clone();
            it.id = DeviceId::Mac(Mac([2, 0, 0, 0, 0, number]));
            it.sightings = it.sightings.iter().cycle().take(1_000).cloned().collect();
            it
        })
        .collect();
    findings
}

/// From what was found to what can be shown.
#[divan::bench]
fn built(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(findings).bench_values(|findings| {
        Home::new(Material {
            findings,
            probing: None,
            inputs: Vec::new(),
            options: Vec::new(),
            troubles: Vec::new(),
            vendor: |_| None,
            zone: TimeZone::UTC,
        })
    });
}
