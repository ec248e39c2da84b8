use super::*;
use crate::{Band, Mode, Security};

const POINT: &str = "mode = \"access-point\"\nradio = \"wlan0\"\ncountry = \"DE\"\npassphrase = \"long enough\"\n";

fn fault(section: &str) -> String {
    read(&format!("# mine\n[gateway]\n{section}"), "home.toml").map(|it| it.settings).unwrap_err().to_string()
}

#[test]
fn a_whole_section_is_read() {
    let text = "[other]\nx = 1\n[gateway]\nmode = \"access-point\"\nuplink = \"eth0\"\nradio = \"wlan0\"\nlan = [\"eth1\"]\nnetwork = \"192.168.9.0/24\"\n\
        dhcp_first = \"192.168.9.20\"\ndhcp_last = \"192.168.9.99\"\nlease_minutes = 60\ndns = [\"9.9.9.9\", \"2620:fe::fe\"]\nipv6 = \"fd00:1:2:3::/64\"\n\
        isolation = true\ncountry = \"DE\"\nssid = \"Lab\"\npassphrase = \"long enough\"\nsecurity = \"wpa3\"\nband = \"5\"\nchannel = 44\n";
    let settings = read(text, "home.toml").unwrap().settings;
    assert_eq!((settings.mode, settings.security, settings.band), (Mode::AccessPoint, Security::Wpa3, Band::High));
    assert_eq!(settings.network.to_string(), "192.168.9.0/24");
    assert!(settings.isolation && settings.dns.len() == 2 && settings.channel == Some(44));
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_what_is_allowed() {
    let error = fault("lan = [\"eth1\"]\n  wan = \"eth0\"\n");
    assert!(error.starts_with("home.toml:4:3: unknown field `wan`, expected one of `mode`, `uplink`, `lan`"), "{error}");
    let error = fault("mode = \"router\"\n");
    assert!(error.starts_with("home.toml:3:8:") && error.contains("`access-point`, `wired`, `bridge`"), "{error}");
}

#[test]
fn contradictions_name_the_line_that_is_wrong() {
    for (section, place, word) in [
        ("lan = [\"eth1\"]\nssid = \"x\"\n", "4:1", "access-point"),
        ("uplink = \"eth0\"\nlan = [\"eth0\"]\n", "4:1", "one task"),
        ("lan = [\"eth1; rm\"]\n", "3:1", "ip link"),
        ("mode = \"bridge\"\nuplink = \"a\"\nlan = [\"b\"]\nipv6 = \"fd00::/64\"\n", "6:1", "no meaning"),
        ("mode = \"bridge\"\nlan = [\"b\"]\n", "3:1", "two ports"),
        ("mode = \"wired\"\n", "3:1", "lan = "),
        ("lan = [\"a\"]\ndhcp_last = \"10.78.0.9\"\n", "4:1", "10.77.0.0/24"),
        ("lan = [\"a\"]\ndhcp_first = \"10.77.0.1\"\n", "4:1", "gateway's own"),
        ("lan = [\"a\"]\ndhcp_first = \"10.77.0.9\"\ndhcp_last = \"10.77.0.8\"\n", "5:1", "exchange"),
        ("lan = [\"a\"]\nlease_minutes = 1\n", "4:1", "10,080"),
        ("lan = [\"a\"]\ndns = [\"10.77.0.1\"]\n", "4:1", "cannot be asked"),
        ("lan = [\"a\"]\nisolation = true\n", "4:1", "switch"),
        ("lan = [\"a\"]\nnetwork = \"10.77.0.1/24\"\n", "4:11", "write 10.77.0.0/24"),
        ("lan = [\"a\"]\nipv6 = \"2001:db8::/64\"\n", "4:8", "RFC 4193"),
    ] {
        let error = fault(section);
        assert!(error.starts_with(&format!("home.toml:{place}: ")) && error.contains(word), "{section}: {error}");
    }
}

#[test]
fn contradictions_of_a_radio_name_the_line_that_is_wrong() {
    for (more, place, word) in [
        ("channel = 14\n", "7:1", "1 to 13"),
        ("channel = 37\nband = \"5\"\n", "7:1", "36, 40"),
        ("ssid = \"\"\n", "7:1", "1 to 32"),
        ("ssid = \"a\\nwpa=0\"\n", "7:1", "control"),
    ] {
        let error = fault(&format!("{POINT}{more}"));
        assert!(error.starts_with(&format!("home.toml:{place}: ")) && error.contains(word), "{more}: {error}");
    }
    for (from, to, place, word) in [
        ("country = \"DE\"", "", "3:1", "ISO 3166"),
        ("\"DE\"", "\"de\"", "5:1", "capital"),
        ("country = \"DE\"", "country = \"US\"\nchannel = 12", "6:1", "1 to 11"),
        ("radio = \"wlan0\"", "", "3:1", "iw dev"),
        ("passphrase = \"long enough\"", "", "3:1", "open"),
    ] {
        let error = fault(&POINT.replace(from, to));
        assert!(error.starts_with(&format!("home.toml:{place}: ")) && error.contains(word), "{to}: {error}");
    }
}

#[test]
fn no_error_shows_the_passphrase() {
    for written in
        ["1234567", "\"short77\"", "[\"hunter42!\"]", "{ a = \"hunter42!\" }", "\"hunter42!\\u00e9\"", "\" hunter42!\"", "12.5"]
    {
        let error = fault(&POINT.replace("\"long enough\"", written));
        assert!(error.starts_with("home.toml:6:"), "{error}");
        assert!(!["1234567", "short77", "hunter42", "12.5"].iter().any(|secret| error.contains(secret)), "{error}");
    }
    let settings = read(&format!("[gateway]\n{POINT}"), "home.toml").unwrap().settings;
    assert!(!format!("{settings:?}").contains("long enough"));
}

#[test]
fn a_file_without_the_section_says_what_to_write() {
    assert_eq!(
        read("x = 1", "home.toml").unwrap_err().to_string(),
        "home.toml: there is no section [gateway]; write [gateway] and at least `lan` or `radio` below it"
    );
    assert!(read("gateway = 3", "home.toml").unwrap_err().to_string().starts_with("home.toml:1:1: "));
}
