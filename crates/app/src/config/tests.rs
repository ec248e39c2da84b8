//! Files that can be used, and what is said of those that cannot.

use earwitness_core::schedule::Quiet;
use earwitness_core::time::SECOND;

use super::*;

fn wrong(text: &str) -> String {
    Config::parse(text, "home.toml").unwrap_err().to_string()
}

#[test]
fn quiet_hours_are_written_like_on_a_clock() {
    assert_eq!(quiet_hours("23:00-06:30").unwrap(), Quiet { from: 1_380, until: 390 });
    assert_eq!(quiet_hours("22:15 - 24:00").unwrap(), Quiet { from: 1_335, until: 0 });
    for wrong in ["", "23-6", "25:00-06:00", "23:00", "23:60-01:00", "24:30-01:00"] {
        assert!(quiet_hours(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn no_file_is_needed() {
    let config = Config::parse("", "the defaults").unwrap();
    let probing = config.probing.unwrap();
    assert_eq!(probing.design.quiet, [Quiet { from: 21 * 60, until: 8 * 60 }]);
    assert!(probing.design.stimuli.len() >= 4 && !probing.seeded);
    assert!(config.sources.is_empty() && config.keep.is_some());
}

#[test]
fn the_reference_in_the_documents_is_a_configuration() {
    let text = include_str!("../../../../docs/earwitness.toml");
    let usual = Config::parse(text, "docs/earwitness.toml").unwrap();
    // Every key that stands there behind a comment sign is known as well.
    let all: Vec<&str> = text.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line)).collect();
    // A radio is for an access point only.
    let all = all.join("\n").replace("mode = \"wired\"", "mode = \"access-point\"");
    let config = Config::parse(&all, "docs/earwitness.toml").unwrap();
    assert_eq!(config.sources.len(), 2);
    assert_eq!(config.presence.phones.len(), 1);
    assert!(config.recogniser.model.is_some());
    assert_eq!(usual.probing, Config::parse("", "the defaults").unwrap().probing, "it shows what is so without it");
    // Who makes the machine a gateway begins with the same section.
    let wired = text.replace("#: uplink", "uplink").replace("#: lan", "lan");
    assert_eq!(gateway::read(&wired, "docs/earwitness.toml").map(|written| written.settings.lan), Ok(vec!["eth1".to_owned()]));
}

#[test]
fn what_contradicts_itself_in_the_section_of_the_gateway_is_told_as_well() {
    let said = wrong("[gateway]\nmode = \"wired\"\nlan = [\"eth1\"]\nradio = \"wlan0\"\n");
    assert!(said.starts_with("home.toml:4:1: ") && said.contains("access-point"), "{said}");
}

#[test]
fn a_key_that_is_not_known_is_told_with_its_place_and_what_is_allowed() {
    let said = wrong("[probing]\nslots = 8\nslot = 20\n");
    assert!(said.starts_with("home.toml:3:1: ") && said.contains("`slot_seconds`"), "{said}");
    let said = wrong("[probling]\n");
    assert!(said.starts_with("home.toml:1:2: ") && said.contains("`probing`"), "{said}");
    let said = wrong("[probing]\nslots = \"eight\"\n");
    assert!(said.starts_with("home.toml:2:9: "), "{said}");
    let said = wrong("[probing\n");
    assert!(said.starts_with("home.toml:1:"), "{said}");
}

#[test]
fn values_that_contradict_each_other_are_told_with_their_place() {
    for (text, place, what) in [
        ("[probing]\nslot_seconds = 5\n", None, "does not fit"),
        ("[probing]\nprobe_seconds = [30.0]\n", Some((2, 17)), "does not fit"),
        ("[probing]\nquiet = [\n  \"00:00-24:00\",\n]\n", Some((3, 3)), "no time"),
        ("[probing]\nquiet = [\"late\"]\n", Some((2, 10)), "23:00-06:00"),
        ("[probing]\nrest_seconds = [9.0, 1.0]\n", Some((2, 16)), "longer than the longest"),
        ("[probing]\nsounds = []\n", None, "0 sounds"),
        ("[probing]\nsounds = [\"alexa\", \"cough\"]\n", Some((2, 20)), "glass"),
        ("[probing]\nsounds = [\"say:alexa, buy a book\"]\n", Some((2, 11)), "buy"),
        ("[probing]\nalpha = 2.0\n", Some((2, 9)), "0.5"),
        ("[presence]\nphones = [\"my phone\"]\n", Some((2, 11)), "MAC address"),
        ("[capture]\ncommands = [\"ssh 'router\"]\n", Some((2, 13)), "quotation"),
        ("[capture]\nkeep_octets_per_frame = 4\n", Some((2, 25)), "64"),
        ("[loudspeaker]\nlevel = -3.0\n", Some((1, 1)), "level"),
        ("[skill]\nlisten = \"8265\"\n", Some((2, 10)), "127.0.0.1:8265"),
        ("[skill]\nlisten = \"0.0.0.0:8265\"\n", Some((2, 10)), "beyond_this_machine"),
        ("[skill]\napplication_id = \"my skill\"\n", Some((2, 18)), "amzn1.ask.skill."),
        ("[store]\nseries_days = 0\n", Some((2, 15)), "36500"),
    ] {
        let trouble = Config::parse(text, "home.toml").unwrap_err();
        assert_eq!(trouble.place, place, "{text} {trouble}");
        assert!(trouble.what.contains(what), "{text} {trouble}");
    }
}

#[test]
fn no_skill_is_served_unless_it_is_named_and_only_on_this_machine() {
    assert_eq!(Config::parse("[skill]\nlisten = \"127.0.0.1:99\"\n", "home.toml").unwrap().skill, None);
    let named = "[skill]\napplication_id = \"amzn1.ask.skill.0-a\"\n";
    let skill = Config::parse(named, "home.toml").unwrap().skill.unwrap();
    assert_eq!((skill.application_id.as_str(), skill.listen.to_string().as_str()), ("amzn1.ask.skill.0-a", "127.0.0.1:8265"));
    let open = format!("{named}listen = \"[::]:99\"\nbeyond_this_machine = true\n");
    assert_eq!(Config::parse(&open, "home.toml").unwrap().skill.map(|it| it.listen.port()), Some(99));
}

#[test]
fn nothing_is_published_unless_a_broker_is_named() {
    let read = |text: &str| Config::parse(&format!("[mqtt]\n{text}"), "home.toml");
    assert_eq!(read("topic = \"ear\"\n").unwrap().mqtt, None);
    let mqtt = read("host = \"192.0.2.7\"\nexcept = [\"02:00:5e:10:00:01\"]\n").unwrap().mqtt.unwrap();
    assert_eq!(
        (mqtt.settings.base.to_string().as_str(), mqtt.settings.prefix.to_string().as_str()),
        ("earwitness", "homeassistant")
    );
    assert_eq!((mqtt.settings.form.word(), mqtt.settings.except.len(), mqtt.broker.tls), ("entity", 1, false));
    for (text, place, what) in [
        ("host = \"home:1883\"\n", (1, 1), "without a port"),
        ("host = \"home\"\nuser = \"me\"\npassword_file = \"/x\"\n", (1, 1), "plain text"),
        ("topic = \"ear/#\"\n", (2, 9), "home/earwitness"),
        ("discovery_prefix = \"\"\n", (2, 20), "home/earwitness"),
        ("discovery = \"both\"\n", (2, 13), "all versions"),
        ("except = [\"tv\"]\n", (2, 11), "MAC address"),
        ("hosts = 1\n", (2, 1), "`host`"),
    ] {
        let trouble = read(text).unwrap_err();
        assert!(trouble.place == Some(place) && trouble.what.contains(what), "{text} {trouble}");
    }
}

#[test]
fn what_a_household_is_told_is_taken_as_it_is_written() {
    let usual = Config::parse("[probing]\nquiet = [\"23:00-06:00\"]\n", "home.toml").unwrap().notify;
    assert_eq!(usual.settings.night, [Quiet { from: 1_380, until: 360 }], "night is when probes are quiet");
    assert!(usual.settings.hears && usual.channels.count() == 0);
    let deaf = Config::parse("[microphone]\ndevice = \"monitor\"\n", "home.toml").unwrap().notify;
    assert!(!deaf.settings.hears, "what the loudspeaker is sent is not what the room hears");
    let text = "[notify]\nabout = [\"away\"]\nurgent = [\"away\"]\ndigest = \"off\"\nquiet = [\"22:00-07:00\"]\ncommand = \"cat\"\n\
                [notify.ntfy]\nurl = \"https://ntfy.sh/s3cret\"\n[presence]\nphones = [\"02:00:5e:10:00:01\"]\n";
    let config = Config::parse(text, "home.toml").unwrap();
    let notify = &config.notify;
    assert_eq!((notify.settings.about.len(), notify.settings.digest, notify.settings.phones.len()), (1, None, 1));
    assert_eq!(notify.channels.count(), 2);
    assert!(!format!("{config:?}").contains("s3cret"));
    for (text, place, what) in [
        ("[notify]\nabout = [\"upload\"]\n", Some((2, 10)), "unspoken"),
        ("[notify]\nurgent = [\"digest\"]\n", Some((2, 11)), "proven"),
        ("[notify]\ndigest = \"yearly\"\n", Some((2, 10)), "weekly"),
        ("[notify]\ndigest_at = \"noon\"\n", Some((2, 13)), "18:00"),
        ("[notify]\nquiet = [\"late\"]\n", Some((2, 10)), "23:00-06:00"),
        ("[notify.ntfy]\ntopic = \"x\"\n", Some((2, 1)), "url"),
    ] {
        let trouble = Config::parse(text, "home.toml").unwrap_err();
        assert!(trouble.place == place && trouble.what.contains(what), "{text} {trouble}");
    }
}

#[test]
fn a_schedule_is_taken_as_it_is_written() {
    let text = "[probing]\nslots = 4\nslot_seconds = 12.5\nguard_seconds = 0\nprobe_seconds = [2.0]\nseed = 7\nquiet = []\n";
    let config = Config::parse(text, "home.toml").unwrap();
    let probing = config.probing.unwrap();
    assert!(probing.seeded && probing.design.quiet.is_empty());
    assert_eq!((probing.design.slots, probing.design.slot, probing.design.seed), (4, 12_500_000_000, 7));
    assert_eq!(config.presence.away_after, 20 * 60 * SECOND);
    assert!(Config::parse("[probing]\nenabled = false\n", "home.toml").unwrap().probing.is_none());
}
