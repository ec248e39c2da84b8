//! What the ends of a capture cut: uploads that reach its first or last second, and a network whose gateway was not seen yet.

use earwitness_base::words::counted;
use earwitness_core::findings::{Findings, Role, Sighting};
use earwitness_core::time::{SECOND, Timestamp};

/// What the ends cut, in a sentence each; nothing where they cut nothing.
#[must_use]
pub fn lines(findings: &Findings) -> Vec<String> {
    let Some((first, last)) = findings.capture.first.zip(findings.capture.last) else { return Vec::new() };
    let all =
        || findings.devices.iter().flat_map(|it| [&it.sightings, &it.continuous, &it.local_sightings]).flat_map(|it| it.iter());
    let count = |is: fn(&Sighting, Timestamp) -> bool, end| all().filter(|it| is(it, end)).count() as u64;
    let began = count(|it, first| it.window.from.since(first) < SECOND, first);
    let goes_on = count(|it, last| last.since(it.window.until) < SECOND, last);
    let advice = "analyse it together with the files before and after it, where there are any";
    let mut lines = Vec::new();
    let uploads = |number| counted(number, "upload reaches", "uploads reach");
    match (began, goes_on) {
        (0, 0) => {}
        (began, 0) => lines.push(format!("{} back to the first second of the capture, and may have begun before it: {advice}", uploads(began))),
        (0, goes_on) => lines.push(format!("{} the last second of the capture, and may have gone on after it: {advice}", uploads(goes_on))),
        (began, goes_on) => lines.push(format!(
            "{} back to the first second of the capture, and {} the last one; they may have begun before it and gone on after it: {advice}",
            uploads(began),
            uploads(goes_on)
        )),
    }
    let sends = findings.devices.iter().any(|it| it.role == Role::Device && it.upstream.frames > 0);
    if sends && findings.devices.iter().all(|it| it.role == Role::Device) && findings.devices.len() > 1 {
        lines.push(format!("no gateway was recognised in the capture, so that what one passes on may be told as its own: {advice}, or name it with --gateway"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use earwitness_core::findings::{CaptureFacts, DeviceFindings, DeviceId, FlowKey, Receiver, SightingKind, Totals};
    use earwitness_core::mac::Mac;
    use earwitness_core::time::Window;

    const fn at(second: i64) -> Timestamp {
        Timestamp::from_nanos(second * SECOND)
    }

    fn findings(windows: &[(i64, i64)], gateway: bool) -> Findings {
        let address = [198, 51, 100, 1].into();
        let sighting = |&(from, until): &(i64, i64)| Sighting {
            kind: SightingKind::Audio,
            window: Window { from: at(from), until: at(until) },
            flow: FlowKey { source: address, destination: address, protocol: 6, source_port: 1, destination_port: 2 },
            receiver: Receiver { address, port: 2, name: None, local: false, country: None, system: None },
            audio_seconds: None,
            pre_roll_seconds: earwitness_core::findings::Estimate::default(),
            tail_seconds: earwitness_core::findings::Estimate::default(),
            bit_rate: None,
            octets_total: 1,
            octets_audio: 1,
            detectors: Vec::new(),
            marks: Vec::new(),
        };
        let device = |number, role| {
            DeviceFindings::new(DeviceId::Mac(Mac([2, 0, 0, 0, 0, number])), role, Window { from: at(0), until: at(100) })
        };
        let mut speaker = device(2, Role::Device);
        speaker.sightings = windows.iter().map(sighting).collect();
        speaker.upstream = Totals { frames: 1, wire_octets: 1, payload_octets: 1 };
        let router = device(1, if gateway { Role::Gateway } else { Role::Device });
        let capture = CaptureFacts { first: Some(at(0)), last: Some(at(100)), ..CaptureFacts::default() };
        Findings { capture, devices: vec![router, speaker] }
    }

    #[test]
    fn only_what_reaches_an_end_is_told() {
        assert_eq!(lines(&findings(&[(1, 99)], true)), Vec::<String>::new());
        assert_eq!(lines(&Findings::default()), Vec::<String>::new());
        let told = |windows: &[(i64, i64)]| lines(&findings(windows, true)).join("\n");
        assert!(told(&[(0, 5), (50, 60)]).starts_with("1 upload reaches back to the first second"), "{}", told(&[(0, 5)]));
        assert!(told(&[(90, 100), (95, 100)]).starts_with("2 uploads reach the last second"));
        assert!(told(&[(0, 100)]).contains("begun before it and gone on after it"));
    }

    #[test]
    fn a_home_without_a_gateway_is_told() {
        assert!(lines(&findings(&[], false)).join("").contains("no gateway was recognised"));
    }
}
