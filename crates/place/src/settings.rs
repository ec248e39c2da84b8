//! The settings of places in words, by which datasets are kept apart.

use earwitness_core::analysis::AnalysisSettings;
use earwitness_dataset::capture_id::of_octets;
use earwitness_dataset::settings::Settings;
use earwitness_offline::ProbeLog;
use earwitness_report::labels;

/// What of the settings changes rows, as options are written. The seed of the tables is not among them: no result depends on it.
#[must_use]
pub fn settings(analysis: &AnalysisSettings, probes: Option<&ProbeLog>) -> Settings {
    let mut lines = vec![
        format!("max-devices {}", analysis.roster.devices),
        format!("max-seconds {}", analysis.longest_seconds),
        format!("recording-octets {}", analysis.bulk.octets),
        format!("clock {}", if analysis.clock.is_some() { "yes" } else { "no" }),
    ];
    lines.extend(analysis.roster.gateways.iter().map(|it| format!("gateway {}", labels::id(*it))));
    lines.extend(analysis.roster.local.iter().map(|it| format!("local {it}")));
    if let Some(log) = probes {
        let how = log.settings();
        lines.push(format!("probes {}", of_octets(format!("{:?}", log.log().rounds).as_bytes())));
        lines.push(format!("alpha {}", how.alpha));
        lines.extend(how.controls.iter().map(|it| format!("control {}", labels::id(*it))));
        if let Some(burst) = &analysis.burst {
            lines.push(format!("burst {} ns, {} kbit/s, {} windows", burst.window, burst.kbits, burst.windows));
        }
    }
    Settings::new(lines)
}
