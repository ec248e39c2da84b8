//! The burst detector against numpy: `scripts/golden.py` reads the same simulated captures with a reader of its own, counts payload by
//! the length fields, and finds the runs of loud windows.

#![expect(clippy::unwrap_used, reason = "golden files that cannot be read fail the test")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use earwitness_core::analysis::{Analysis, AnalysisSettings, BurstCounts};
use earwitness_core::detect::burst;
use earwitness_core::findings::{BurstRun, DeviceId, Findings};
use earwitness_core::pcap::each_frame;
use earwitness_sim::scenario::Scenario;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Largest relative difference of rates.
const PRECISION: f64 = 1e-9;

/// A capture that is simulated anew, and what numpy found in it.
struct Golden {
    name: String,
    octets: Vec<u8>,
    values: Value,
}

fn golden() -> &'static [Golden] {
    static GOLDEN: OnceLock<Vec<Golden>> = OnceLock::new();
    GOLDEN.get_or_init(|| {
        let file: Value = serde_json::from_str(include_str!("../../core/tests/golden/burst.json")).unwrap();
        let each = file["captures"].as_array().unwrap().iter().map(|values| {
            let name = values["scenario"].as_str().unwrap().to_owned();
            let scenario =
                Scenario { seconds: u32::try_from(values["seconds"].as_u64().unwrap()).unwrap(), ..name.parse().unwrap() };
            let (octets, _) = earwitness_sim::home(values["seed"].as_u64().unwrap(), scenario);
            Golden { name, octets, values: values.clone() }
        });
        each.collect()
    })
}

fn analyse(octets: &[u8], settings: AnalysisSettings) -> Findings {
    let mut analysis = Analysis::new(settings);
    each_frame(octets, |frame| analysis.frame(frame)).unwrap();
    analysis.finish()
}

/// The runs of each device that has some.
fn runs(findings: &Findings) -> BTreeMap<String, Vec<BurstRun>> {
    let devices = findings.devices.iter().filter(|device| !device.bursts.is_empty());
    let named = devices.map(|device| match device.id {
        DeviceId::Mac(mac) => (mac.to_string(), device.bursts.clone()),
        DeviceId::Address(address) => (address.to_string(), device.bursts.clone()),
    });
    named.collect()
}

/// Compares the runs of every capture, window, threshold, scope and `n`.
fn compare(check: impl Fn(&str, &BurstRun, &[Value], i64)) -> usize {
    let mut compared = 0;
    for golden in golden() {
        let origin = golden.values["origin_ns"].as_i64().unwrap();
        for sweep in golden.values["sweeps"].as_array().unwrap() {
            for windows in 1..=5_u32 {
                let window = sweep["window_ns"].as_i64().unwrap();
                let kbits = sweep["kbits"].as_f64().unwrap();
                let internet_only = sweep["internet_only"].as_bool().unwrap();
                let settings = AnalysisSettings {
                    burst: Some(burst::BurstSettings { window, kbits, windows }),
                    burst_counts: BurstCounts { internet_only, ..BurstCounts::default() },
                    clock: None,
                    ..AnalysisSettings::default()
                };
                let what =
                    format!("{} window {window} ns, {kbits} kbit/s, n = {windows}, internet only {internet_only}", golden.name);
                let found = runs(&analyse(&golden.octets, settings));
                let mut expected = BTreeMap::new();
                for (mac, device) in sweep["devices"].as_object().unwrap() {
                    let every = device["runs"].as_array().unwrap();
                    let chosen = device["by_n"][windows as usize - 1].as_array().unwrap();
                    let chosen: Vec<&Value> =
                        chosen.iter().map(|at| &every[usize::try_from(at.as_u64().unwrap()).unwrap()]).collect();
                    if !chosen.is_empty() {
                        expected.insert(mac.clone(), chosen);
                    }
                }
                let count = |of: usize, mac: &String| format!("{mac}: {of}");
                let counts: Vec<String> = found.iter().map(|(mac, runs)| count(runs.len(), mac)).collect();
                let wanted: Vec<String> = expected.iter().map(|(mac, runs)| count(runs.len(), mac)).collect();
                assert_eq!(counts, wanted, "{what}");
                for (mac, runs) in &expected {
                    for (run, value) in found[mac].iter().zip(runs) {
                        check(&format!("{what}, {mac}"), run, value.as_array().unwrap(), origin);
                        compared += 1;
                    }
                }
            }
        }
    }
    compared
}

#[test]
fn the_captures_are_those_that_numpy_read() {
    for golden in golden() {
        let digest = Sha256::digest(&golden.octets).iter().fold(String::new(), |mut text, octet| {
            write!(text, "{octet:02x}").unwrap();
            text
        });
        assert_eq!(golden.values["sha256"], digest, "{} is simulated differently now: run scripts/golden.py", golden.name);
    }
}

#[test]
fn runs_begin_and_end_in_the_same_windows_and_hold_the_same_octets() {
    let compared = compare(|what, run, value, origin| {
        let found = [
            run.window.from.nanos() - origin,
            run.window.until.nanos() - origin,
            i64::from(run.windows),
            i64::try_from(run.octets).unwrap(),
        ];
        let expected: Vec<i64> = value[..4].iter().map(|number| number.as_i64().unwrap()).collect();
        assert_eq!(found.as_slice(), expected, "{what}");
    });
    assert!(compared > 1_000, "only {compared} runs were compared");
}

#[test]
fn mean_and_peak_rates_are_those_of_numpy() {
    compare(|what, run, value, _| {
        for (found, expected) in [(run.mean_rate, &value[4]), (run.peak_rate, &value[5])] {
            let expected = expected.as_f64().unwrap();
            assert!((found - expected).abs() <= PRECISION * expected, "{what}: {found}, numpy has {expected}");
        }
    });
}
