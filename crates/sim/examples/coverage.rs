//! How often the interval of the seconds holds what was sent, in simulated homes of speakers that nobody has looked at.
//!
//! `cargo run --release -p earwitness-sim --example coverage -- FIRST_SEED LAST_SEED [SNAP]` prints one line for each transport and shape of train:
//! uploads, found, inside, below and above the interval, error and width in the median. With SNAP, frames are cut to so many octets first. With
//! `VERBOSE` set in the environment each upload that lies outside is printed.

use std::collections::BTreeMap;
use std::process::ExitCode;

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceId, Findings, Seen, Sighting, SightingKind, TrainShape};
use earwitness_core::frame::Frame;
use earwitness_core::pcap::each_frame;
use earwitness_core::time::SECOND;
use earwitness_sim::home;
use earwitness_sim::scenario::{Kind, Scenario};
use earwitness_sim::truth::{Kind as UploadKind, Upload};

/// Seconds of each home.
const LENGTH: u32 = 240;

#[derive(Default)]
struct Row {
    uploads: usize,
    inside: usize,
    below: usize,
    above: usize,
    errors: Vec<f64>,
    widths: Vec<f64>,
}

fn analyse(capture: &[u8], snap: usize) -> Findings {
    let mut analysis = Analysis::new(AnalysisSettings::default());
    let read = each_frame(capture, |frame| {
        let bytes = frame.bytes.get(..snap).unwrap_or(frame.bytes);
        analysis.frame(&Frame { bytes, ..*frame });
    });
    assert_eq!(read, Ok(()), "the capture is whole");
    analysis.finish()
}

fn seconds(nanos: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "seconds of an utterance in nanoseconds")]
    let seconds = nanos as f64 / SECOND as f64;
    seconds
}

fn is_of(sighting: &Sighting, upload: &Upload) -> bool {
    let (from, until) = (sighting.window.from.nanos(), sighting.window.until.nanos());
    sighting.kind == SightingKind::Audio && from <= upload.end_ns + SECOND && until >= upload.start_ns - SECOND
}

/// Transport, shape, and whether the records are too long for single frames.
fn name(sighting: &Sighting) -> String {
    let shape = sighting.detectors.iter().find_map(|seen| match seen {
        Seen::Clock { shape, records, .. } => Some((*shape, sighting.octets_audio > 1_000 * u64::from(*records))),
        _ => None,
    });
    let shape = match shape {
        Some((TrainShape::Constant, false)) => "constant",
        Some((TrainShape::Variable, false)) => "variable",
        Some((_, true)) => "samples",
        _ => "paced",
    };
    format!("{} {shape}", if sighting.flow.protocol == 17 { "udp" } else { "tcp" })
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a command says what it measured")]
fn main() -> ExitCode {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|it| it.parse().ok()).collect();
    let [first, last, ref snap @ ..] = numbers[..] else {
        eprintln!("usage: coverage FIRST_SEED LAST_SEED [SNAP]");
        return ExitCode::from(2);
    };
    let snap = snap.first().map_or(usize::MAX, |snap| usize::try_from(*snap).unwrap_or(usize::MAX));
    let verbose = std::env::var_os("VERBOSE").is_some();
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let (mut uploads, mut missed) = (0, 0);
    for seed in first..=last {
        let (capture, truth) = home(seed, Scenario { kind: Kind::SpeakerDrawn, seconds: LENGTH });
        let findings = analyse(&capture, snap);
        for known in &truth.devices {
            let device = findings.devices.iter().find(|it| it.id == DeviceId::Mac(known.mac));
            for upload in known.uploads.iter().filter(|upload| upload.kind == UploadKind::Audio) {
                uploads += 1;
                let found: Vec<&Sighting> =
                    device.map_or_else(Vec::new, |it| it.sightings.iter().filter(|it| is_of(it, upload)).collect());
                let Some(longest) = found.iter().max_by_key(|it| it.octets_audio) else {
                    missed += 1;
                    continue;
                };
                let sum = |part: &dyn Fn(&Sighting) -> f64| found.iter().map(|it| part(it)).sum::<f64>();
                let value = sum(&|it| it.audio_seconds.unwrap_or_default().value);
                let low = sum(&|it| it.audio_seconds.unwrap_or_default().low);
                let high = sum(&|it| it.audio_seconds.unwrap_or_default().high);
                let sent = seconds(upload.audio_ns);
                for row in [name(longest), name(longest).split(' ').next().unwrap_or_default().to_owned()] {
                    let row = rows.entry(row).or_default();
                    row.uploads += 1;
                    row.inside += usize::from((low..=high).contains(&sent));
                    row.below += usize::from(sent < low);
                    row.above += usize::from(sent > high);
                    row.errors.push((value / sent - 1.0).abs());
                    row.widths.push((high - low) / sent);
                }
                if verbose && !(low..=high).contains(&sent) {
                    println!(
                        "seed {seed} {}: sent {sent:.2}, found {value:.2} ({low:.2} to {high:.2}), {} pieces, {longest:?}",
                        name(longest),
                        found.len(),
                        longest = (
                            longest.detectors.first(),
                            longest.pre_roll_seconds,
                            longest.bit_rate,
                            longest.octets_audio,
                            longest.octets_total
                        )
                    );
                }
            }
        }
    }
    println!("seeds {first} to {last}: {uploads} uploads, {missed} not found");
    println!("{:14} {:>7} {:>7} {:>6} {:>6} {:>6} {:>7} {:>7}", "", "uploads", "inside", "%", "below", "above", "error", "width");
    for (name, row) in &mut rows {
        let Row { uploads, inside, below, above, errors, widths } = row;
        #[expect(clippy::cast_precision_loss, reason = "a share of some thousands")]
        let share = *inside as f64 * 100.0 / *uploads as f64;
        println!(
            "{name:14} {uploads:7} {inside:7} {share:6.1} {below:6} {above:6} {:6.1}% {:6.1}%",
            median(errors) * 100.0,
            median(widths) * 100.0
        );
    }
    ExitCode::SUCCESS
}
