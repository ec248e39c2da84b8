//! The page over real connections: who is let in, what hostile devices and requests come to, and how large an answer gets.

#![expect(clippy::unwrap_used, reason = "a server that does not answer fails the test")]

mod client;
mod crowd;
mod described;
mod doors;
mod hostile;
mod incidents;
mod limits;
mod open;
mod password;
mod shown;
mod tls;
mod tokens;
mod watched;

use std::ops::ControlFlow;
use std::path::Path;

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceId, Findings};
use earwitness_core::mac::Mac;
use earwitness_core::private::Private;
use earwitness_traffic::files::{Captures, Order};
use earwitness_web::{Home, Material};
use jiff::tz::TimeZone;

/// The findings of the sample capture: a speaker, a camera, a plug, a laptop and the gateway.
fn sample() -> Findings {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sample.pcapng");
    let mut captures = Captures::open(&[path], Order::Merged, None).unwrap();
    let mut analysis = Analysis::new(AnalysisSettings::default());
    let flow = captures.for_each(&mut |_| {}, |frame, _| {
        analysis.frame(frame);
        ControlFlow::Continue(())
    });
    assert!(flow.is_continue());
    analysis.finish()
}

/// A home of that.
fn home(findings: Findings) -> Home {
    Home::new(Material {
        findings,
        probing: None,
        inputs: vec!["/secret/folder/home.pcapng".to_owned()],
        options: Vec::new(),
        troubles: Vec::new(),
        vendor: |_| None,
        zone: TimeZone::UTC,
    })
}

/// The devices of the sample over and over, each with a name, and its sightings many times.
fn crowded(devices: u8, sightings: usize, name: &str) -> Findings {
    let mut findings = sample();
    let some = findings.devices.clone();
    findings.devices = (0..devices)
        .zip(some.iter().cycle())
        .map(|(number, it)| {
            let mut it = it.clone();
            it.id = DeviceId::Mac(Mac([2, 0, 0, 0, 0, number]));
            it.names = vec![Private::new(format!("{name}{number}"))];
            it.sightings = it.sightings.iter().cycle().take(sightings * usize::from(!it.sightings.is_empty())).cloned().collect();
            it
        })
        .collect();
    findings
}
