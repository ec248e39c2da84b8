//! From a plain capture and a log of the sounds that were played to verdicts, a line each:
//!
//! ```text
//! earwitness simulate demo -o night
//! cargo run -p earwitness-report --example verdicts -- night.pcapng night.probes.jsonl
//! ```
//!
//! `earwitness analyze CAPTURE --probes LOG` does this and much more: packed captures, clocks that differ, reports.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::pcap::each_frame;
use earwitness_core::verdict::{self, judge};
use earwitness_report::labels;
use earwitness_report::probelog::{self, Reading};

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let (capture, log) = arguments.next().zip(arguments.next()).context("say which capture and which log")?;
    let log = probelog::read(Path::new(&log), &Reading::default())?;
    let octets = std::fs::read(&capture).with_context(|| format!("{} cannot be read", capture.display()))?;
    let mut analysis = Analysis::new(AnalysisSettings::default());
    each_frame(&octets, |frame| analysis.frame(frame))?;
    let header = log.header.unwrap_or_default();
    let usual = verdict::VerdictSettings::default();
    let settings =
        verdict::VerdictSettings { alpha: header.alpha.unwrap_or(usual.alpha), seed: header.seed.unwrap_or(usual.seed), ..usual };
    let verdicts = judge(&analysis.finish(), log.rounds, &BTreeMap::new(), &settings);
    let mut out = std::io::stdout().lock();
    for it in &verdicts.devices {
        writeln!(out, "{}: {} (p = {:.2e})", labels::id(it.device), it.outcome.words(), it.evidence.p)?;
    }
    Ok(())
}
