//! Being asked to stop.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use earwitness_base::clock;
use earwitness_sim::home::frames;
use earwitness_sim::scenario::Kind;

use crate::program::{classic, save, scenario};

/// `analyze --follow`, to which a shell sends signals once the capture is being read.
fn signalled(capture: &Path, signals: &str) -> Output {
    let child = Command::new(env!("CARGO_BIN_EXE_earwitness"))
        .args(["analyze", "--follow", "--json"])
        .arg(capture)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let open = format!("/proc/{}/fd", child.id());
    let reads = || {
        let files = std::fs::read_dir(&open).into_iter().flatten().flatten();
        files.filter_map(|it| std::fs::read_link(it.path()).ok()).any(|it| it == capture)
    };
    let until = clock::since_boot() + Duration::from_secs(60);
    while !reads() {
        assert!(clock::since_boot() < until, "the capture is never opened");
        clock::sleep(Duration::from_millis(20));
    }
    clock::sleep(Duration::from_millis(700));
    let script = signals.replace("PID", &child.id().to_string());
    assert!(Command::new("sh").args(["-c", &script]).status().unwrap().success());
    child.wait_with_output().unwrap()
}

#[test]
fn two_signals_within_a_second_are_one_request_and_what_was_read_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let capture = save(&folder, "growing.pcap", &classic(&frames(3, scenario(Kind::Sample, 60)).0));
    for signals in ["kill -TERM PID; sleep 0.005; kill -TERM PID", "kill -INT PID; sleep 0.005; kill -TERM PID"] {
        let done = signalled(&capture, signals);
        assert_eq!(done.status.code(), Some(0), "{signals}: {}", String::from_utf8_lossy(&done.stderr));
        let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        assert!(report["capture"]["frames"].as_u64().unwrap() > 0, "{report}");
    }
}
