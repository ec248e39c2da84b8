//! Whose traffic passes here? The commonest mistake is to watch from a place where one sees only oneself.

use std::fs;
use std::io::Read;
use std::ops::ControlFlow;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use earwitness_core::analysis::{Analysis, Settings};
use earwitness_core::findings::{DeviceFindings, DeviceId, Findings, Role};
use earwitness_core::mac::Mac;
use earwitness_core::pcap::{Decoder, Note, Step};
use rustix::process::{Pid, Signal, kill_process_group};

use super::{Check, Status};
use crate::clock;

const NAME: &str = "traffic";
/// Octets read at once.
const PIECE: usize = 1 << 16;
/// Pieces that wait to be read by the analysis.
const WAITING: usize = 64;
/// A source that was asked to watch for so long may take so much longer to begin and end.
const GRACE: Duration = Duration::from_secs(10);
/// How long a source may take to end by itself after its output has ended, and how often it is looked at.
const ENDING: Duration = Duration::from_secs(1);
/// See [`ENDING`].
const PAUSE: Duration = Duration::from_millis(10);
/// How long its last words are waited for.
const LAST_WORDS: Duration = Duration::from_millis(300);
/// Octets of a source's own words that are quoted.
const QUOTED: usize = 300;

/// The program's own command that listens to an interface.
#[must_use]
pub fn own_source(interface: &str, watch: Duration) -> Vec<String> {
    let own = std::env::current_exe().map_or_else(|_| "earwitness".into(), |it| it.to_string_lossy().into_owned());
    [own.as_str(), "capture", "-i", interface, "--seconds", &watch.as_secs().to_string()].map(str::to_owned).into()
}

/// Watches what a source writes and says whose traffic it holds, and whether frames are longer than any wire allows.
#[must_use]
pub fn traffic(command: &[String], interface: Option<&str>, watch: Duration) -> Vec<Check> {
    let own: Vec<Mac> = interface
        .and_then(|it| fs::read_to_string(format!("/sys/class/net/{it}/address")).ok())
        .and_then(|text| text.trim().parse().ok())
        .into_iter()
        .collect();
    let shown = shell_words::join(command);
    match watched(command, watch) {
        Err(why) => vec![Check::other(
            NAME,
            Status::Fail,
            format!("no frame could be watched with `{shown}`: {why}"),
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
pub fn judged(findings: &Findings, own: &[Mac], watch: Duration) -> Check {
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
    let devices = crate::report::words::counted(others as u64, "device", "devices");
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
fn watched(command: &[String], watch: Duration) -> Result<Findings, String> {
    let [program, arguments @ ..] = command else { return Err("no command".into()) };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Whatever it starts ends with it.
        .process_group(0)
        .spawn()
        .map_err(|error| error.to_string())?;
    let (pieces, words) = (reader(child.stdout.take()), reader(child.stderr.take()));
    let outcome = analysed(&pieces, watch.saturating_add(GRACE));
    // Its pipe must be empty of readers before it can block on it; then it is ended, and has ended.
    drop(pieces);
    end(&mut child);
    let (findings, is_capture) = outcome?;
    // A network without a frame is no fault of the source, whatever status it ends with when it is stopped.
    if !is_capture {
        let said = std::iter::from_fn(|| words.recv_timeout(LAST_WORDS).ok());
        let said: Vec<u8> = said.flatten().take(QUOTED).collect();
        let said = String::from_utf8_lossy(&said);
        let status = child.wait().map_err(|error| error.to_string())?;
        return Err(format!("it ended ({status}) without writing a capture, and said: {}", said.trim()));
    }
    Ok(findings)
}

/// Ends a source and all that it started; one that is about to end by itself may do so.
fn end(child: &mut Child) {
    let begun = clock::since_boot();
    while matches!(child.try_wait(), Ok(None)) && clock::since_boot().saturating_sub(begun) < ENDING {
        clock::sleep(PAUSE);
    }
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // Nobody is left in it if all ended by themselves.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

fn reader(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (send, receive) = sync_channel(WAITING);
    thread::spawn(move || {
        let Some(mut pipe) = pipe else { return };
        loop {
            let mut piece = vec![0; PIECE];
            match pipe.read(&mut piece) {
                Ok(read) if read > 0 => {
                    piece.truncate(read);
                    if send.send(piece).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                _ => return,
            }
        }
    });
    receive
}

/// Analyses pieces of a capture until they end or the time is over; whether it began as a capture.
fn analysed(pieces: &Receiver<Vec<u8>>, limit: Duration) -> Result<(Findings, bool), String> {
    let mut analysis = Analysis::new(Settings { burst: None, clock: None, ..Settings::default() });
    let (mut decoder, mut rest) = (Decoder::new(), Vec::new());
    let begun = clock::since_boot();
    loop {
        let left = limit.saturating_sub(clock::since_boot().saturating_sub(begun));
        match pieces.recv_timeout(left) {
            Ok(piece) => rest.extend_from_slice(&piece),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
        if left.is_zero() {
            break;
        }
        let used = decode(&mut decoder, &rest, &mut analysis)?;
        rest.drain(..used);
    }
    Ok((analysis.finish(), decoder.format().is_some()))
}

/// Takes the whole frames that `bytes` begin with; says how many octets they took.
fn decode(decoder: &mut Decoder, bytes: &[u8], analysis: &mut Analysis) -> Result<usize, String> {
    let mut used = 0_usize;
    while let Some(rest) = bytes.get(used..) {
        let (passed, _) = decoder.run(rest, |frame| {
            analysis.frame(frame);
            ControlFlow::Continue(())
        });
        used = used.saturating_add(passed);
        let Some(rest) = bytes.get(used..) else { break };
        match decoder.next(rest) {
            Ok(Step::Frame { frame, used: taken }) => {
                analysis.frame(&frame);
                used = used.saturating_add(taken);
            }
            Ok(Step::Skip { used: taken, note }) => {
                if let Some(Note::Drops { dropped, .. }) = note {
                    analysis.lost(dropped);
                }
                if taken == 0 && note.is_none() {
                    break;
                }
                used = used.saturating_add(taken);
            }
            Ok(Step::More { .. }) => break,
            Err(stop) => return Err(format!("what it writes is no capture: {stop}")),
        }
    }
    Ok(used)
}
