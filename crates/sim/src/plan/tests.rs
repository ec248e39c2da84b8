use super::*;

/// What is said about a scenario that begins with an hour and holds `text`.
fn refusal(text: &str) -> String {
    Plan::from_toml(text, "home.toml").unwrap_err().to_string()
}

/// A scenario with one device that holds `keys`.
fn device(kind: &str, keys: &str) -> String {
    format!("hours = 1\n[[device]]\nname = \"a\"\nkind = \"{kind}\"\n{keys}\n")
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_column() {
    let said = refusal(&device("speaker", "wake_words = [\"computer\"]\n  wakewords = 3"));
    assert!(said.starts_with("home.toml:6:3: unknown field `wakewords`"), "{said}");
    assert!(said.contains("`wake_words`") && said.contains("`distance_db`"), "{said}");
    let said = refusal("hours = 1\nsaeson = 3\n[[device]]\nname = \"a\"\nkind = \"plug\"\n");
    assert!(said.starts_with("home.toml:2:1: unknown field `saeson`"), "{said}");
    let said = refusal(&device("speaker", "wake_words = [\"computer\"]\ncodec = { beat = 20 }"));
    assert!(said.starts_with("home.toml:6:11: unknown field `beat`"), "{said}");
}

#[test]
fn an_unknown_kind_lists_those_that_are_known() {
    let said = refusal(&device("speeker", ""));
    assert!(
        said.starts_with("home.toml:4:8: no kind of device is called `speeker`; choose from speaker, sound-camera"),
        "{said}"
    );
}

#[test]
fn what_is_no_toml_is_placed_in_the_text() {
    let said = refusal("hours = \n");
    assert!(said.starts_with("home.toml:1:"), "{said}");
    let said = refusal("hours = \"long\"\n[[device]]\nname = \"a\"\nkind = \"plug\"\n");
    assert!(said.starts_with("home.toml:1:9: invalid type"), "{said}");
}

#[test]
fn values_that_contradict_each_other_are_refused_where_they_stand() {
    for (kind, keys, start) in [
        (
            "speaker",
            "wake_words = [\"computer\"]\nwithout_wake_word = true",
            "home.toml:6:1: `without_wake_word` and `wake_words`",
        ),
        ("speaker", "", "home.toml:2:1: nothing wakes this device"),
        ("speaker", "wake_words = [\"7\"]", "home.toml:5:1: \"7\" holds no letters"),
        ("speaker", "wake_words = [\"a b\"]\nnear_miss = [1.2]", "home.toml:6:1: `near_miss` must lie between 0 and 1"),
        ("speaker", "wake_words = [\"a b\"]\ncover = true\ncarriage = \"rtp\"", "home.toml:6:1: `cover`"),
        (
            "speaker",
            "wake_words = [\"a b\"]\ncodec = { shape = \"pcm\", beat_ms = 600 }",
            "home.toml:6:1: a record of 19200 octets",
        ),
        (
            "speaker",
            "wake_words = [\"a b\"]\ncarriage = \"rtp\"\ncodec = { shape = \"pcm\", beat_ms = 60 }",
            "home.toml:7:1: 1920 octets",
        ),
        ("store-and-forward", "after_minutes = 3\nat_hour = 3", "home.toml:6:1: `after_minutes`, `at_hour`"),
        ("store-and-forward", "random_hours = [3, 1]", "home.toml:5:1: `random_hours` must hold the smaller number first"),
        ("video", "from_hour = 3\nuntil_hour = 3", "home.toml:6:1: `from_hour` and `until_hour`"),
        ("plug", "distance_db = nan", "home.toml:5:1: `distance_db` must lie"),
        ("lamp", "reacts_to = []", "home.toml:5:1: `reacts_to` names no kind of sound"),
    ] {
        let said = refusal(&device(kind, keys));
        assert!(said.starts_with(start), "{said}");
    }
}

#[test]
fn a_home_that_cannot_be_is_refused() {
    let plug = "[[device]]\nname = \"a\"\nkind = \"plug\"\n";
    for (text, part) in [
        ("hours = 1\n".to_owned(), "home.toml: no device lives here"),
        (format!("hours = 0\n{plug}"), "home.toml:1:9: `hours` must lie above 0"),
        (format!("hours = 1\n{plug}{plug}"), "home.toml:6:8: two devices are called `a`"),
        (format!("hours = 1\nstart = 2026-03-02\n{plug}"), "home.toml:2:9: `start` must be a date, a time and an offset"),
        (format!("hours = 1\n{plug}[expected]\nb = \"undecided\"\n"), "home.toml:6:1: a verdict is expected of `b`"),
        (format!("hours = 1\n{plug}[expected]\na = \"clean\"\n"), "home.toml:6:5: \"clean\" is no verdict"),
        (format!("hours = 1\n{plug}[[injected]]\ntext = \"x\"\n"), "home.toml:5:1: say when with one of"),
        (format!("hours = 1\n{plug}[[injected]]\ntext = \"x\"\nat_hours = 2\n"), "home.toml:5:1: `at_hours` = 2 lies outside"),
        (format!("hours = 1\n[probing]\nslots = 1\n{plug}"), "home.toml:2:1: `slots` must lie between 2"),
        (
            format!("hours = 1\n[[device]]\nname = \"Haus Gerät\"\n{plug}"),
            "home.toml:3:8: \"Haus Gerät\" cannot be a device's name",
        ),
    ] {
        let said = refusal(&text);
        assert!(said.starts_with(part), "{said}\ninstead of {part}");
    }
}

#[test]
fn a_start_is_a_moment_and_an_offset() {
    let start = |written: &str| {
        let plan = Plan::from_toml(&format!("start = {written}\n{}", device("plug", "")), "x").unwrap();
        (plan.start, plan.offset_seconds)
    };
    assert_eq!(start("1970-01-02T00:00:01Z"), (86_401_000_000_000, 0));
    assert_eq!(start("2026-03-02T22:00:00+01:00"), (1_772_485_200_000_000_000, 3_600));
    assert_eq!(start("2024-02-29T12:00:00.5Z"), (1_709_208_000_500_000_000, 0));
}

#[test]
fn what_is_left_out_is_as_usual() {
    let plan = Plan::from_toml(&device("plug", ""), "homes/small.toml").unwrap();
    assert_eq!((plan.name.as_str(), plan.sounds.len() >= 4, plan.probing), ("small", true, None));
    assert_eq!(plan.devices[0].common, Common::default());
}

#[test]
fn the_reference_file_shows_every_kind_as_it_is_unless_said_otherwise() {
    let text = Plan::shipped().iter().find(|(name, _)| *name == "every-kind").unwrap().1;
    let plan = Plan::from_toml(text, "every-kind.toml").unwrap();
    for kind in KINDS {
        let shown = plan.devices.iter().find(|shown| shown.name == *kind).unwrap_or_else(|| panic!("no device `{kind}`"));
        // What must be told, or is told otherwise so that something happens in the file's short time.
        let required = match *kind {
            "speaker" | "text-assistant" => "wake_words = [\"computer\"]",
            "store-and-forward" => "after_minutes = 20",
            "video" => "from_hour = 22\nuntil_hour = 22.05",
            "backup" => "at_hour = 23\nmegabytes = 2",
            _ => "",
        };
        let usual = Plan::from_toml(&device(kind, required), "usual").unwrap();
        assert_eq!(shown.kind, usual.devices[0].kind);
    }
    let usual = Plan::from_toml(&device("plug", ""), "usual").unwrap();
    assert_eq!((plan.sounds, plan.network, plan.start), (usual.sounds, usual.network, usual.start));
    assert_eq!(plan.talk, [Talk::default()]);
}

#[test]
fn a_file_that_was_cut_off_anywhere_is_read_or_refused() {
    let text = Plan::shipped().iter().find(|(name, _)| *name == "every-kind").unwrap().1;
    for end in (0..text.len()).step_by(11) {
        if let Err(wrong) = Plan::from_toml(&text[..end], "cut.toml") {
            assert!(wrong.line <= text.lines().count() + 1 && !wrong.what.is_empty());
        }
    }
}
