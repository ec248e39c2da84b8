//! A whole home: its devices, merged into one capture, and the truth about them.

use earwitness_core::time::SECOND;

use crate::air::Air;
use crate::chance::Chance;
use crate::file::{self, Captured};
use crate::host::{Host, pad};
use crate::scenario::Scenario;
use crate::truth::{DeviceTruth, Truth};

/// When every simulated capture begins: 2026-01-01T12:00:00 UTC, nanoseconds since 1970.
pub const START: i64 = 1_767_268_800 * SECOND;

/// Simulates a home: a pcapng capture taken at its gateway, and what really happened.
#[must_use]
pub fn home(seed: u64, scenario: Scenario) -> (Vec<u8>, Truth) {
    let (frames, truth) = frames(seed, scenario);
    (file::pcapng(&frames), truth)
}

/// The frames of that capture in order of time, and what really happened.
#[must_use]
pub fn frames(seed: u64, scenario: Scenario) -> (Vec<Captured>, Truth) {
    let chance = Chance::new(seed);
    let (begin, end) = (START - scenario.settled(), START + i64::from(scenario.seconds) * SECOND);
    let (mut frames, mut truth) = (Vec::new(), Truth::default());
    let devices = scenario.devices(&mut chance.fork("devices"));
    for (number, (name, device)) in devices.into_iter().enumerate() {
        let mut own = chance.fork(&format!("{number}/{name}"));
        let air = Air::new(begin, end, scenario.stalls_every(), &mut own);
        let number = u8::try_from(number + 1).unwrap_or(u8::MAX);
        let joined = begin + own.between(0, 2 * SECOND);
        let mut host = Host::new(number, name, air, own);
        host.loss = scenario.loss();
        let mut uploads = device.live(&mut host, joined, end);
        uploads.retain(|upload| upload.start_ns >= START && upload.end_ns < end);
        truth.devices.push(DeviceTruth { mac: host.mac, name: name.to_owned(), uploads });
        let mut chance = host.chance.fork("neighbours");
        let mut at = joined + 30 * SECOND;
        while at < end {
            host.ask_gateway(at);
            at += chance.between(40 * SECOND, 90 * SECOND);
        }
        frames.append(&mut host.frames);
    }
    frames.retain(|frame| (START..end).contains(&frame.at));
    frames.sort_by_key(|frame| frame.at);
    for frame in &mut frames {
        pad(&mut frame.octets);
    }
    (frames, truth)
}

#[cfg(test)]
mod tests;
