//! Runs a simulated home for as long as its scenario says, plays its sounds, and says how many frames that took and how long.
//!
//! `cargo run --release -p earwitness-sim --example house -- [--seed N] [--every SECONDS] SCENARIO [OUT.pcapng [OUT.truth.json]]`
//! SCENARIO is the name of one that comes with the project, or a TOML file.

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use earwitness_core::probe::SoundKind;
use earwitness_core::time::SECOND;
use earwitness_sim::{House, Plan, Sound, file};

const USAGE: &str = "usage: house [--seed N] [--every SECONDS] SCENARIO [OUT.pcapng [OUT.truth.json]]";

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
    let (mut seed, mut every, mut places) = (1, 200, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let value = arguments.next().unwrap_or_default();
            value.parse::<u32>().map_err(|_| format!("{argument} needs a whole number, not {value:?}; {USAGE}"))
        };
        match argument.as_str() {
            "--seed" => seed = u64::from(number()?),
            "--every" => every = i64::from(number()?.max(1)),
            option if option.starts_with('-') => return Err(format!("{option} is not known; {USAGE}")),
            _ => places.push(argument),
        }
    }
    let scenario = places.first().ok_or(USAGE)?;
    let plan = if let Some((name, text)) = Plan::shipped().iter().find(|(name, _)| name == scenario) {
        Plan::from_toml(text, name)
    } else {
        let text = std::fs::read_to_string(scenario).map_err(|trouble| format!("{scenario}: {trouble}"))?;
        Plan::from_toml(&text, scenario)
    };
    let plan = plan.map_err(|wrong| wrong.to_string())?;
    let mut house = House::new(&plan, seed);
    let mut capture = match places.get(1) {
        None => None,
        Some(path) => {
            let file = std::fs::File::create(path).map_err(|trouble| format!("{path}: {trouble}"))?;
            let mut out = BufWriter::new(file);
            out.write_all(&file::pcapng(&[])).map_err(|trouble| format!("{path}: {trouble}"))?;
            Some(out)
        }
    };
    let (mut frames, mut octets, mut block) = (0_u64, 0_usize, Vec::new());
    let mut trouble = None;
    #[expect(clippy::disallowed_methods, reason = "what is measured is how long it takes")]
    let began = std::time::Instant::now();
    let mut at = house.begins();
    let mut sounds = plan.sounds.iter().cycle();
    while at < house.ends() {
        at += every * SECOND;
        house.advance(at, &mut |at, frame| {
            frames += 1;
            octets += frame.len();
            if let Some(out) = &mut capture {
                block.clear();
                file::pcapng_frame(&mut block, at, frame);
                trouble = out.write_all(&block).err().or(trouble.take());
            }
        });
        if let Some(stimulus) = sounds.next() {
            // As long as it takes to say: about 15 letters a second.
            let length = if stimulus.kind == SoundKind::Speech {
                i64::try_from(stimulus.name.len()).unwrap_or(0) * SECOND / 15
            } else {
                2 * SECOND
            };
            house.play(at, &Sound { stimulus: stimulus.clone(), length, level_db: 65.0 });
        }
    }
    let took = began.elapsed();
    if let Some(trouble) = capture.and_then(|mut out| out.flush().err()).or(trouble) {
        return Err(format!("{}: {trouble}", places[1]));
    }
    let truth = house.truth();
    if let Some(path) = places.get(2) {
        let text = serde_json::to_string_pretty(&truth).map_err(|trouble| trouble.to_string())?;
        std::fs::write(path, text).map_err(|trouble| format!("{path}: {trouble}"))?;
    }
    let uploads: Vec<_> = truth.devices.iter().map(|device| format!("{} {}", device.name, device.uploads.len())).collect();
    Ok(format!(
        "{}, seed {seed}: {frames} frames, {octets} octets, {} sounds in {:.3} s; uploads: {}",
        plan.name,
        truth.sounds.len(),
        took.as_secs_f64(),
        uploads.join(", ")
    ))
}
