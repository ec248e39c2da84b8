//! What the capture may do, once it runs: nothing.

use std::fs;

use super::lab::{Lab, capture, inside, ip};

#[test]
fn every_right_is_given_up_before_the_first_frame() {
    let Some(lab) = Lab::new() else { return };
    let running = capture(&lab.b, &["-i", "vb"]).ready();
    let status = fs::read_to_string(format!("/proc/{}/status", running.child.id())).unwrap();
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(&format!("{name}:"))).unwrap();
        line.split_once(':').unwrap().1.trim().to_owned()
    };
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(field(set), "0000000000000000", "{set}");
    }
    assert_eq!((field("NoNewPrivs").as_str(), field("Seccomp").as_str()), ("1", "2"));
    assert_eq!(field("Uid"), "65534\t65534\t65534\t65534");
    assert_eq!(running.end().0, 0);
}

#[test]
fn without_the_right_to_capture_it_says_how_to_get_it() {
    let Some(lab) = Lab::new() else { return };
    let output = inside(&lab.b, "setpriv")
        .args(["--bounding-set=-net_raw", "--inh-caps=-net_raw", env!("CARGO_BIN_EXE_earwitness"), "capture", "-i", "vb"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("CAP_NET_RAW") && said.contains("sudo setcap cap_net_raw=ep"), "{said}");
}

/// `earwitness probe` on `vb`, which cannot begin; what it says.
fn probe_refused(lab: &Lab, before: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let text = "[probing]\nquiet = []\n[loudspeaker]\ndevice = \"wav\"\nfile = \"out.wav\"\n[microphone]\ndevice = \"off\"\n";
    fs::write(folder.path().join("probe.toml"), text).unwrap();
    let words = ["probe", "-q", "-c", "probe.toml", "-i", "vb", "--state", "state", "--anyway"];
    let mut command = inside(&lab.b, before.first().copied().unwrap_or(env!("CARGO_BIN_EXE_earwitness")));
    if let Some(rest) = before.get(1..) {
        command.args(rest).arg(env!("CARGO_BIN_EXE_earwitness"));
    }
    let output = command.args(words).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_probe_that_may_not_capture_ends_with_why_and_what_to_do_in_one_line() {
    let Some(lab) = Lab::new() else { return };
    let said = probe_refused(&lab, &["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"]);
    let last = said.lines().last().unwrap();
    assert!(last.contains("CAP_NET_RAW") && last.contains("sudo setcap cap_net_raw=ep"), "{said}");
}

#[test]
fn a_probe_of_an_interface_that_is_down_ends_at_once_with_what_to_do() {
    let Some(lab) = Lab::new() else { return };
    ip(&["-n", &lab.b, "link", "set", "vb", "down"]);
    let said = probe_refused(&lab, &[]);
    assert!(said.contains("vb is down") && said.contains("ip link set vb up"), "{said}");
}
