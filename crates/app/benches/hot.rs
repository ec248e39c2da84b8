//! What a frame costs: reading it, its headers, metering it, and the whole analysis. Run with `cargo bench --bench hot`.
//!
//! The capture is a simulated home, so that every machine measures the same frames. Each row shows frames and octets per second.

use std::ops::ControlFlow;
use std::sync::LazyLock;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::dissect::dissect;
use earwitness_core::frame::Frame;
use earwitness_core::pcap::{Decoder, Step};
use earwitness_sim::scenario::Scenario;
use earwitness_sim::{file, home};

/// Seed and length of the capture: about 25,000 frames of speakers, cameras, calls and laptops.
const SEED: u64 = 1;
const SECONDS: u32 = 600;

/// Seconds that one row may take.
const TIME: f64 = 5.0;

/// The capture, in the classic format and in pcapng.
struct Capture {
    classic: Vec<u8>,
    ng: Vec<u8>,
    frames: usize,
}

static CAPTURE: LazyLock<Capture> = LazyLock::new(|| {
    let mut scenario: Scenario = "mixed".parse().unwrap_or_else(|_| unreachable!("the simulator has this scenario"));
    scenario.seconds = SECONDS;
    let (frames, _) = home::frames(SEED, scenario);
    Capture { classic: file::pcap(&frames), ng: file::pcapng(&frames), frames: frames.len() }
});

fn main() {
    divan::main();
}

/// Runs `once` over a whole capture and counts its frames and octets.
fn measure(bencher: Bencher<'_, '_>, octets: &'static [u8], mut once: impl FnMut(&'static [u8])) {
    bencher.counter(ItemsCount::new(CAPTURE.frames)).counter(BytesCount::new(octets.len())).bench_local(|| once(octets));
}

/// Gives `each` all frames of a capture.
fn frames<'a>(mut octets: &'a [u8], mut each: impl FnMut(&Frame<'a>)) {
    let mut decoder = Decoder::new();
    loop {
        let (used, _) = decoder.run(octets, |frame| {
            each(frame);
            ControlFlow::Continue(())
        });
        octets = &octets[used..];
        match decoder.next(octets) {
            Ok(Step::Frame { frame, used }) => {
                each(&frame);
                octets = &octets[used..];
            }
            Ok(Step::Skip { used, .. }) => octets = &octets[used..],
            Ok(Step::More { .. }) | Err(_) => break,
        }
    }
}

fn analyse(octets: &[u8], settings: AnalysisSettings) {
    let mut analysis = Analysis::new(settings);
    frames(octets, |frame| analysis.frame(frame));
    black_box(analysis.finish());
}

#[divan::bench(max_time = TIME)]
fn decode_pcap(bencher: Bencher<'_, '_>) {
    measure(bencher, &CAPTURE.classic, |octets| {
        frames(octets, |frame| {
            black_box(frame.at);
        });
    });
}

#[divan::bench(max_time = TIME)]
fn decode_pcapng(bencher: Bencher<'_, '_>) {
    measure(bencher, &CAPTURE.ng, |octets| {
        frames(octets, |frame| {
            black_box(frame.at);
        });
    });
}

#[divan::bench(max_time = TIME)]
fn dissect_headers(bencher: Bencher<'_, '_>) {
    measure(bencher, &CAPTURE.classic, |octets| {
        frames(octets, |frame| {
            black_box(dissect(frame.link, frame.bytes, frame.wire_len));
        });
    });
}

#[divan::bench(max_time = TIME)]
fn meter(bencher: Bencher<'_, '_>) {
    measure(bencher, &CAPTURE.classic, |octets| {
        analyse(octets, AnalysisSettings { clock: None, burst: None, ..AnalysisSettings::default() });
    });
}

#[divan::bench(max_time = TIME)]
fn everything(bencher: Bencher<'_, '_>) {
    measure(bencher, &CAPTURE.classic, |octets| analyse(octets, AnalysisSettings::default()));
}
