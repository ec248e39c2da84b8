//! From a plain capture (pcap or pcapng) to its sightings, a line each: `cargo run -p earwitness-core --example sightings -- docs/sample.pcapng`.

use std::error::Error;
use std::io::Write;

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::DeviceId;
use earwitness_core::pcap::each_frame;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("say which capture")?;
    let octets = std::fs::read(path)?;
    let mut analysis = Analysis::new(AnalysisSettings::default());
    each_frame(&octets, |frame| analysis.frame(frame))?;
    let mut out = std::io::stdout().lock();
    for device in analysis.finish().devices {
        let name = match device.id {
            DeviceId::Mac(mac) => mac.to_string(),
            DeviceId::Address(address) => address.to_string(),
        };
        for it in &device.sightings {
            let sound = it.audio_seconds.map_or_else(|| "unknown".to_owned(), |sound| format!("{:.1}", sound.value));
            let receiver = it.receiver.address;
            writeln!(out, "{name}: {sound} s of sound to {receiver}, {} octets", it.octets_total)?;
        }
    }
    Ok(())
}
