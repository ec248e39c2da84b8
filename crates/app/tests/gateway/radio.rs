//! The radio's configuration, read by hostapd itself. Where there is no radio, hostapd gets as far as its driver.

use std::fs;
use std::process::{Command, Stdio};

use earwitness_gateway::plan::{Act, plan};
use earwitness_gateway::{Link, Observed, Place, Route, read};

use super::house::House;
use super::shell::{can_run, text};

/// What `hostapd` says of a configuration. The interface does not exist, so it must end at the driver.
fn hostapd(configuration: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hostapd.conf");
    fs::write(&file, configuration).unwrap();
    text(&Command::new("timeout").args(["20", "hostapd"]).arg(&file).stdin(Stdio::null()).output().unwrap())
}

/// The configuration that a section makes, on a machine with a radio.
fn made(section: &str) -> String {
    let written =
        read(&format!("[gateway]\nmode = \"access-point\"\nradio = \"ewnone0\"\ncountry = \"DE\"\n{section}"), "home.toml")
            .unwrap();
    let link = |name: &str, wireless| Link { name: name.into(), up: true, mtu: 1_500, wireless, ..Link::default() };
    let seen = Observed {
        links: vec![link("eth0", false), link("eth1", false), link("ewnone0", true)],
        routes: vec![Route { to: None, through: "eth0".into(), metric: 0 }],
        resolvers: vec!["192.0.2.1".parse().unwrap()],
        ..Observed::default()
    };
    let plan = plan(&written.settings, &seen, &Place::new(Place::USUAL.as_ref())).unwrap();
    let file = plan.steps.iter().find_map(|step| match &step.act {
        Act::Write { path, content } if path.ends_with("hostapd.conf") => Some(content.reveal()),
        _ => None,
    });
    file.unwrap()
}

/// What hostapd says when nothing is wrong with the file.
fn stopped_at_driver(output: &str) -> bool {
    (output.contains("nl80211") || output.contains("Could not read interface"))
        && !output.contains("errors found in configuration")
}

#[test]
fn hostapd_finds_no_fault_with_any_configuration() {
    if !can_run(&["hostapd", "timeout"]) {
        return;
    }
    let mut tried = 0;
    for security in ["wpa2", "wpa3", "mixed"] {
        for channel in ["band = \"2.4\"", "band = \"5\"", "band = \"5\"\nchannel = 100", "channel = 13"] {
            for more in ["", "isolation = true\nlan = [\"eth1\"]", "ssid = \"\\u00c4pfel \\\"#1\\\" \\\\ =\""] {
                let text = made(&format!("passphrase = \"p#1 \\\"=\\\\ blank\"\nsecurity = \"{security}\"\n{channel}\n{more}\n"));
                let output = hostapd(&text);
                assert!(stopped_at_driver(&output), "{text}\n{output}");
                tried += 1;
            }
        }
    }
    eprintln!("{tried} configurations: hostapd came as far as its driver with each");
}

#[test]
fn hostapd_would_have_said_what_is_wrong() {
    if !can_run(&["hostapd", "timeout"]) {
        return;
    }
    let fine = made("passphrase = \"long enough\"\n");
    for (from, to, said) in [
        ("wmm_enabled=1", "wmm_enabled=1\nnonsense=1", "unknown configuration item 'nonsense'"),
        ("hw_mode=g", "hw_mode=q", "unknown hw_mode 'q'"),
        ("wpa_passphrase=long enough", "wpa_passphrase=short", "invalid WPA passphrase length 5"),
        ("wpa_key_mgmt=WPA-PSK", "wpa_key_mgmt=MAGIC", "invalid key_mgmt 'MAGIC'"),
    ] {
        assert!(fine.contains(from), "{fine}");
        let output = hostapd(&fine.replace(from, to));
        assert!(output.contains(said) && !stopped_at_driver(&output), "{output}");
    }
}

#[test]
fn a_machine_without_a_radio_is_told_so() {
    if !can_run(&["ip", "nft"]) {
        return;
    }
    let house = House::new();
    house.configure("mode = \"access-point\"\nradio = \"lan1\"\ncountry = \"DE\"\npassphrase = \"top secret words\"\ndns = [\"198.51.100.10\"]");
    let refused = house.gateway("up");
    assert_eq!(refused.status.code(), Some(2));
    let output = text(&refused);
    assert!(output.contains("home.toml:3:1: `lan1` is no Wi-Fi radio; this machine has none; use mode = \"wired\""), "{output}");
    assert!(!output.contains("top secret"));
}
