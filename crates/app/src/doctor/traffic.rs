//! Whose traffic passes here? The commonest mistake is to watch from a place where one sees only oneself.

use std::fs;
use std::time::Duration;

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceFindings, DeviceId, Findings, Role};
use earwitness_core::mac::Mac;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{Check, Status};
use earwitness_base::clock;
use earwitness_traffic::source::{Event, Source};

const NAME: &str = "traffic";
/// A source that was asked to watch for so long may take so much longer to begin and end.
const GRACE: Duration = Duration::from_secs(10);

/// Watches what a source writes and says whose traffic it holds, and whether frames are longer than any wire allows.
#[must_use]
pub(crate) fn traffic(source: Source, interface: Option<&str>, watch: Duration) -> Vec<Check> {
    let own: Vec<Mac> = interface
        .and_then(|it| fs::read_to_string(format!("/sys/class/net/{it}/address")).ok())
        .and_then(|text| text.trim().parse().ok())
        .into_iter()
        .collect();
    let name = source.name().to_owned();
    match watched(source, watch) {
        Err(why) => vec![Check::other(
            NAME,
            Status::Fail,
            format!("no frame could be watched with `{name}`: {why}"),
            "see to what it says; any command that writes pcap or pcapng to its standard output will do (--source)",
        )],
        Ok(findings) => {
            let mut checks = vec![judged(&findings, &own, watch)];
            if let Some(losses) = losses(&findings) {
                checks.push(losses);
            }
            let long = findings.capture.oversized;
            if long > 0 {
                checks.push(Check::other(
                    "frame-lengths",
                    Status::Warn,
                    format!("{long} of {} frames were longer than any wire allows: they were glued together before they were seen", findings.capture.frames),
                    "octets are counted right; for lengths as on the wire, switch the gluing off (ethtool -K ... gro off, see above)",
                ));
            }
            checks
        }
    }
}

/// Whose traffic it is. `own` are this machine's addresses.
#[must_use]
pub(crate) fn judged(findings: &Findings, own: &[Mac], watch: Duration) -> Check {
    let seconds = watch.as_secs();
    let is_own = |it: &DeviceFindings| matches!(it.id, DeviceId::Mac(mac) if own.contains(&mac));
    // Both directions: a switch lets a stray frame out at every port, but never a conversation.
    let talks = |it: &&DeviceFindings| it.role == Role::Device && it.upstream.frames > 0 && it.downstream.frames > 0;
    let others = findings.devices.iter().filter(talks).filter(|it| !is_own(it)).count();
    let forwards = findings.devices.iter().any(|it| is_own(it) && it.role == Role::Gateway);
    let frames = findings.capture.frames;
    if frames == 0 {
        return Check::other(
            NAME,
            Status::Fail,
            format!("no frame passed in {seconds} s"),
            "use a device of the home meanwhile (open a page on a phone), watch longer (--seconds 60), or see to the cable",
        );
    }
    let devices = earwitness_base::words::counted(others as u64, "device", "devices");
    if others > 0 {
        let place = if forwards {
            "this machine is their gateway"
        } else {
            "this place is on their way (a bridge, a mirror port, or a gateway elsewhere)"
        };
        return Check::ok(
            NAME,
            format!("the traffic of {devices} with the internet passes here: {place} ({frames} frames in {seconds} s)"),
        );
    }
    if findings.devices.iter().any(is_own) {
        return Check::other(
            NAME,
            Status::Fail,
            format!(
                "only this machine's own traffic with the internet passes here, and no other device's ({frames} frames in {seconds} s)"
            ),
            "this is the commonest mistake: a switch or Wi-Fi shows each machine its own traffic only. Watch where all of it passes: make this machine \
             the gateway (earwitness gateway), or take a mirror port of the switch, or the router itself (--source 'ssh router tcpdump -U -w - -i br-lan'); \
             docs/guide/gateway.md has a table. If the home was silent, use a device meanwhile and watch longer (--seconds 60)",
        );
    }
    Check::other(
        NAME,
        Status::Fail,
        format!("no device's traffic with the internet passed here ({frames} frames in {seconds} s)"),
        "use a device of the home meanwhile (open a page on a phone) and watch longer (--seconds 60); if it stays so, this place is not on the way: see \
         the table in docs/guide/gateway.md",
    )
}

fn losses(findings: &Findings) -> Option<Check> {
    let (lost, frames) = (findings.capture.dropped, findings.capture.frames);
    (lost > 0).then(|| {
        Check::other(
            "losses",
            Status::Warn,
            format!("{lost} frames were lost beside {frames} that were seen"),
            "this machine is too busy, or too slow for this network; rounds with losses give no verdict",
        )
    })
}

/// Runs a source and analyses what it writes until it ends, or until it is time.
fn watched(mut source: Source, watch: Duration) -> Result<Findings, String> {
    let mut analysis = Analysis::new(AnalysisSettings { burst: None, clock: None, ..AnalysisSettings::default() });
    let (mut is_capture, mut rubbish, mut ended) = (false, None, None);
    let begun = clock::since_boot();
    let limit = watch.saturating_add(GRACE);
    source.start_when_due(begun).map_err(|error| error.to_string())?;
    while ended.is_none() {
        let left = limit.saturating_sub(clock::since_boot().saturating_sub(begun));
        let Some(fd) = source.fd().filter(|_| !left.is_zero()) else { break };
        // Ready or not, what has come is looked at, and the time.
        let _ = poll(&mut [PollFd::new(&fd, PollFlags::IN)], Timespec::try_from(left).ok().as_ref());
        source.read_frames(&mut |event| match event {
            Event::Frame(frame) => analysis.frame(&frame),
            Event::Interface { .. } => is_capture = true,
            Event::Lost { frames, .. } => analysis.lost(frames),
            Event::Rubbish(stop) => rubbish = Some(stop),
            Event::Ended(end) => ended = Some(end),
            Event::Odd(_) | Event::Said(_) => {}
        });
    }
    // A network without a frame is no fault of the source, whatever status it ends with when it is stopped.
    match (rubbish, ended) {
        (Some(stop), _) => Err(format!("what it writes is no capture: {stop}")),
        (None, Some(ended)) if !is_capture => Err(format!("it ended ({}) without writing a capture", ended.why)),
        (None, None) if !is_capture => Err(format!("it wrote no capture in {} s", limit.as_secs())),
        _ => Ok(analysis.finish()),
    }
}
