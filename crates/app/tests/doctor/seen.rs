//! What the doctor says of places from which one sees all, or only oneself.

use serde_json::Value;

use super::lane::{Lane, check};
use super::shell::can_run;

const NEEDED: [&str; 4] = ["ip", "bridge", "busybox", "tcpdump"];
/// A source that every Linux has; it ends by itself.
const TCPDUMP: &str = "timeout 3 tcpdump -i eth0 -U -w -";
const SCHEMA: &str = include_str!("../../../../docs/schema/doctor-1.json");

/// The report on JSON, held to its schema.
fn report(lane: &Lane, before: &[&str], arguments: &[&str]) -> (Value, Option<i32>) {
    let done = lane.doctor(before, &[arguments, &["--json", "--no-sound", "--state", "/tmp"]].concat());
    let report: Value =
        serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&done.stderr)));
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    if let Err(error) = schema.validate(&report) {
        panic!("{error}: {report}");
    }
    assert_eq!(report["well"], done.status.code() == Some(0));
    (report, done.status.code())
}

#[test]
fn a_machine_on_a_switch_is_told_that_it_sees_itself_only() {
    if !can_run(&NEEDED) {
        return;
    }
    let mut lane = Lane::new(false);
    lane.talk(&["me", "a", "b"]);
    let (report, status) = report(&lane, &[], &["-i", "eth0", "--seconds", "3", "--source", TCPDUMP]);
    let traffic = check(&report, "traffic");
    assert_eq!((status, traffic["status"].as_str()), (Some(2), Some("fail")));
    assert!(
        traffic["measured"].as_str().unwrap().starts_with("only this machine's own traffic with the internet passes here"),
        "{traffic}"
    );
    let advice = traffic["advice"].as_str().unwrap();
    assert!(
        advice.contains("commonest mistake") && advice.contains("mirror port") && advice.contains("earwitness gateway"),
        "{advice}"
    );
    assert_eq!(check(&report, "interface")["status"], "ok");
}

#[test]
fn a_silent_machine_on_a_switch_is_not_told_that_all_is_well() {
    if !can_run(&NEEDED) {
        return;
    }
    let mut lane = Lane::new(false);
    lane.talk(&["a", "b"]);
    let (report, status) = report(&lane, &[], &["-i", "eth0", "--seconds", "3", "--source", TCPDUMP]);
    let traffic = check(&report, "traffic");
    assert_eq!((status, traffic["status"].as_str()), (Some(2), Some("fail")), "{traffic}");
    assert!(traffic["advice"].as_str().unwrap().contains("--seconds 60"), "{traffic}");
}

#[test]
fn a_gateway_is_told_how_many_devices_it_sees() {
    if !can_run(&NEEDED) {
        return;
    }
    let mut lane = Lane::new(true);
    lane.talk(&["a", "b"]);
    let (report, _) = report(&lane, &[], &["-i", "eth0", "--seconds", "3", "--source", TCPDUMP]);
    let traffic = check(&report, "traffic");
    assert_eq!(traffic["status"], "ok", "{traffic}");
    let measured = traffic["measured"].as_str().unwrap();
    assert!(
        measured.starts_with("the traffic of 2 devices with the internet passes here: this machine is their gateway"),
        "{measured}"
    );
    // All that is needed works on a machine like this.
    assert_eq!(report["well"], true, "{report}");
}

#[test]
fn without_privilege_it_is_said_how_to_get_it() {
    if !can_run(&["ip", "bridge", "setpriv"]) {
        return;
    }
    let lane = Lane::new(false);
    let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"];
    // The binary lies where nobody may not look; a copy does not.
    let folder = tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755)).tempdir().unwrap();
    let program = folder.path().join("earwitness");
    std::fs::copy(env!("CARGO_BIN_EXE_earwitness"), &program).unwrap();
    let program = program.display();
    // The words of the command that `doctor` gives begin with the program that nobody may not run.
    let other = format!("shift; exec {program} \"$@\"");
    let run = |before: &[&str]| {
        let words = [before, &["sh", "-c", &other, "sh"]].concat();
        let (report, status) = report(&lane, &words, &["-i", "eth0", "--seconds", "1"]);
        (check(&report, "privilege"), status)
    };
    let (privilege, status) = run(&nobody);
    assert_eq!((status, privilege["status"].as_str()), (Some(2), Some("fail")), "{privilege}");
    let advice = privilege["advice"].as_str().unwrap();
    assert!(advice.contains(&format!("sudo setcap cap_net_raw=ep {program}")), "{advice}");
    assert!(advice.contains("AmbientCapabilities=CAP_NET_RAW"), "{advice}");
    let (privilege, _) = run(&[]);
    assert_eq!(privilege["status"], "ok", "{privilege}");
}

#[test]
fn an_interface_that_is_missing_or_off_or_unplugged_is_reported() {
    if !can_run(&["ip", "bridge"]) {
        return;
    }
    let lane = Lane::new(false);
    let source = "true";
    let of = |interface: &str| {
        let (report, status) = report(&lane, &[], &["-i", interface, "--seconds", "1", "--source", source]);
        assert_eq!(status, Some(2));
        check(&report, "interface")
    };
    let missing = of("eth7");
    assert!(
        missing["measured"] == "there is no interface `eth7`" && missing["advice"].as_str().unwrap().contains("eth0"),
        "{missing}"
    );
    let after = |before: &str| {
        let script = format!("{before}; exec \"$@\"");
        let (report, _) = report(&lane, &["sh", "-c", &script, "sh"], &["-i", "eth0", "--seconds", "1", "--source", source]);
        check(&report, "interface")
    };
    let off = after("ip link set eth0 down");
    assert!(off["status"] == "fail" && off["advice"] == "switch it on: sudo ip link set dev eth0 up", "{off}");
    let on = after("ip link set eth0 up");
    assert_eq!(on["status"], "ok", "{on}");
}

#[test]
fn a_source_that_ends_or_writes_rubbish_is_quoted() {
    if !can_run(&["ip", "bridge"]) {
        return;
    }
    let lane = Lane::new(false);
    let of = |source: &str| {
        let (report, status) = report(&lane, &[], &["--seconds", "1", "--source", source]);
        assert_eq!(status, Some(2));
        check(&report, "traffic")["measured"].as_str().unwrap().to_owned()
    };
    let error = of("sh -c 'echo router is busy >&2; exit 3'");
    assert!(error.contains("router is busy") && error.contains("exit status: 3"), "{error}");
    let error = of("sh -c 'echo Password:; sleep 1'");
    assert!(error.contains("is no capture"), "{error}");
    assert!(of("no-such-program").contains("no-such-program"));
}
