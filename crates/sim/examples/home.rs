//! Writes the capture of a simulated home, and the truth about it.
//!
//! `cargo run -p earwitness-sim --example home -- [--seed N] [--scenario NAME] [--seconds N] OUT.pcapng OUT.truth.json`
//! `cargo run -p earwitness-sim --example home -- --all DIRECTORY [--seed N]` writes one of every scenario.
//! A capture whose name ends in `.pcap` is written as classic pcap.

use std::process::ExitCode;

use earwitness_sim::scenario::{ALL, NotAScenario, Scenario};
use earwitness_sim::{file, home};

const USAGE: &str = "usage: home [--seed N] [--scenario NAME] [--seconds N] OUT.pcapng OUT.truth.json, or --all DIRECTORY";

#[expect(clippy::print_stderr, reason = "a command says what it did")]
fn main() -> ExitCode {
    match run() {
        Ok(said) => {
            eprintln!("{said}");
            ExitCode::SUCCESS
        }
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<String, String> {
    let (mut seed, mut name, mut seconds, mut places) = (1, String::from("sample"), None, Vec::new());
    let mut all = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let value = arguments.next().unwrap_or_default();
            value.parse::<u32>().map_err(|_| format!("{argument} needs a whole number, not {value:?}; {USAGE}"))
        };
        match argument.as_str() {
            "--seed" => seed = u64::from(number()?),
            "--seconds" => seconds = Some(number()?),
            "--all" => all = Some(arguments.next().ok_or(USAGE)?),
            "--scenario" => name = arguments.next().ok_or(USAGE)?,
            option if option.starts_with('-') => return Err(format!("{option} is not known; {USAGE}")),
            _ => places.push(argument),
        }
    }
    if let Some(directory) = all {
        let each = ALL.iter().map(|&(kind, name, usual)| {
            let scenario = Scenario { kind, seconds: seconds.unwrap_or(usual) };
            let (capture, truth) = (format!("{directory}/{name}.pcapng"), format!("{directory}/{name}.truth.json"));
            write(seed, scenario, name, &capture, &truth)
        });
        return Ok(each.collect::<Result<Vec<_>, _>>()?.join("\n"));
    }
    let [capture, truth] = places.as_slice() else { return Err(USAGE.into()) };
    let mut scenario: Scenario = name.parse().map_err(|not: NotAScenario| not.to_string())?;
    scenario.seconds = seconds.unwrap_or(scenario.seconds);
    write(seed, scenario, &name, capture, truth)
}

/// Simulates one home and writes both files; says what is in them.
fn write(seed: u64, scenario: Scenario, name: &str, capture: &str, truth: &str) -> Result<String, String> {
    let (frames, happened) = home::frames(seed, scenario);
    let classic = std::path::Path::new(capture).extension().is_some_and(|extension| extension == "pcap");
    let octets = if classic { file::pcap(&frames) } else { file::pcapng(&frames) };
    let write = |path: &str, octets: &[u8]| std::fs::write(path, octets).map_err(|trouble| format!("{path}: {trouble}"));
    write(capture, &octets)?;
    write(truth, happened.to_json().as_bytes())?;
    let uploads: usize = happened.devices.iter().map(|device| device.uploads.len()).sum();
    let devices = happened.devices.len();
    Ok(format!(
        "{capture}: {name}, seed {seed}: {} frames, {} octets, {devices} devices, {uploads} uploads",
        frames.len(),
        octets.len()
    ))
}
