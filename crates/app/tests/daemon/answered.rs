//! What a device answers in an experiment, from the air through a recogniser into the results, and what a person says of it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use earwitness_core::lot::Lot;
use earwitness_core::timeline::{Part, Script, Voice};
use earwitness_sound::speak::Samples as _;
use earwitness_sound::speak::sounds::{Library, SoundSettings};

use super::feed::{Feed, HOME};
use super::run::{PROGRAM, Place, Running, until};
use super::sound::{Server, sound};

const EXPERIMENT: &str = r#"
name = "Answers"
question = "Does it know the capital?"
repeats = 3
before_seconds = 1
after_seconds = 12
margin_seconds = 10
pause_seconds = [1, 2]

[[condition]]
name = "asked"
answer = ["Capital of France"]
parts = [{ say = "computer", voice = "slt" }, { gap_seconds = 0.4 }, { say = "what day is it", voice = "slt" }]
"#;

/// Writes what another device says.
fn say(path: &Path, text: &str) {
    let voice = Some(Voice { name: "slt".into(), speed: "plain".into() });
    let script = Script::new(vec![Part::Utterance { text: text.into(), voice, length: None }]).unwrap();
    let mut long = Library::new(&SoundSettings::default()).unwrap().long(&script, &Lot::new(1), 0).unwrap();
    let spec =
        hound::WavSpec { channels: 1, sample_rate: long.rate(), bits_per_sample: 32, sample_format: hound::SampleFormat::Float };
    let mut file = hound::WavWriter::create(path, spec).unwrap();
    while let Some(piece) = Some(long.next().unwrap()).filter(|piece| !piece.is_empty()) {
        for sample in piece {
            file.write_sample(sample).unwrap();
        }
    }
    file.finalize().unwrap();
}

/// A real recogniser; where there is none, a program that understands the first reply and mistakes the second.
fn recogniser(folder: &Path) -> String {
    let is_there = Command::new("sh").args(["-c", "command -v pocketsphinx_continuous"]).output().unwrap().status.success();
    if is_there {
        return "[recogniser]\npreset = \"pocketsphinx\"\n".to_owned();
    }
    eprintln!("without a real recogniser: apt-get install pocketsphinx pocketsphinx-en-us");
    let once = folder.join("once");
    let line = format!("if mkdir {}; then echo what is the capital of france; else echo what day is it; fi", once.display());
    format!("[recogniser]\nversion = \"0\"\ncommand = {:?}\n", ["sh", "-c", &line])
}

#[test]
fn answers_are_judged_by_a_recogniser_and_by_a_person() {
    let place = Place::new();
    let folder = place.folder.path();
    let Some(_server) = Server::start(folder) else { return };
    let feed = Feed::start(folder, &HOME.replace("wake_words", "heartbeat_seconds = 3\nwake_words"));
    let monitor = sound(folder, "device = \"monitor\"\nname = \"room\"");
    place.write(&[&feed.command()], &format!("{monitor}{}", recogniser(folder)));
    let mac = feed.devices()[0];
    let experiment = format!("{EXPERIMENT}[[device]]\nname = \"assistant\"\nmac = \"{mac}\"\n");
    std::fs::write(place.path("answers.toml"), experiment).unwrap();
    let (right, wrong) = (place.path("right.wav"), place.path("wrong.wav"));
    say(&right, "what is the capital of france");
    say(&wrong, "what day is it");

    let state = place.path("week");
    let mut command = Command::new(PROGRAM);
    command.args(["experiment", "run"]).arg(place.path("answers.toml")).arg("-c").arg(place.config());
    command
        .arg("--state")
        .arg(&state)
        .args(["--keep-replies", "--json"])
        .arg(format!("--trials={}", place.path("t.csv").display()));
    command.env("TZ", "UTC").env_remove("PULSE_SERVER").stdin(std::process::Stdio::null());
    let mut running = Running::spawn(command);
    let journal = || std::fs::read_to_string(state.join("journal.jsonl")).unwrap_or_default();
    for (trial, answer) in [(0, Some(&right)), (1, Some(&wrong)), (2, None)] {
        let played = format!("\"record\":\"played\",\"trial\":{trial},");
        until("a sound was played", || journal().contains(&played));
        let Some(answer) = answer else { continue };
        let server = format!("unix:{}", place.path("room.sock").display());
        let mut paplay = Command::new("paplay");
        paplay.args(["-d", "room"]).arg(answer).env("PULSE_SERVER", server).env("HOME", folder);
        assert!(paplay.status().unwrap().success());
    }
    assert_eq!(running.ended_within(Duration::from_secs(120)), 0, "{}", running.said());
    let lines: Vec<serde_json::Value> = journal().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let judged: Vec<&serde_json::Value> = lines.iter().filter(|it| it["record"] == "judged").collect();
    let outcomes: Vec<&str> = judged.iter().map(|it| it["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["right", "wrong", "no_reply"], "{judged:?}");
    assert_eq!((&judged[0]["heard"], &judged[2]["heard"]), (&true.into(), &false.into()));
    assert!(judged[0]["words"].as_str().unwrap().contains("capital of france"), "{judged:?}");
    let kept = state.join(judged[0]["recording"].as_str().unwrap());
    assert_eq!(kept.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", kept.display());
    let length = hound::WavReader::open(&kept).unwrap().duration();
    assert!((11 * 16_000..=12 * 16_000 + 1_600).contains(&length), "no more than the window: {length} samples");

    let report = |more: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.args(["experiment", "report"]).arg(&state).args(more).current_dir(folder);
        command.output().unwrap()
    };
    let results = |more: &[&str]| {
        let output = report(&[&["--json"], more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let alone = results(&[])["replies"].clone();
    assert_eq!(
        (&alone["conditions"][0]["right"]["some"], &alone["conditions"][0]["no_reply"]),
        (&1.into(), &1.into()),
        "{alone}"
    );
    std::fs::write(place.path("heard.csv"), "trial,judgement,by\n1,right,Ida\n0,right,Ida\n2,,Ida\n").unwrap();
    let heard = results(&["--replies", "heard.csv"])["replies"].clone();
    assert_eq!(heard["conditions"][0]["right"]["some"], 2, "{heard}");
    assert_eq!((&heard["judged_twice"], &heard["disagreements"]), (&2.into(), &1.into()), "{heard}");
    assert_eq!(heard["judges"][0], serde_json::json!({ "what": "Ida", "trials": 2 }), "{heard}");
    let told = String::from_utf8(report(&["--replies", "heard.csv"]).stdout).unwrap();
    assert!(told.contains("judged by Ida (2), ") && told.contains("they disagreed in 1 of them"), "{told}");
    std::fs::write(place.path("words.csv"), "trial,words,by\n2,\"The capital of France, of course.\",history\n").unwrap();
    assert_eq!(results(&["--replies", "words.csv"])["replies"]["conditions"][0]["right"]["some"], 2);
    for (table, what) in [
        ("trial,judgement\n0,right\n1,maybe\n", "line 3: \"maybe\" is no judgement: write right, wrong or no reply"),
        ("trial,judgement\n7,right\n", "line 2: \"7\" is no trial of this experiment: give its number, 0 to 2"),
        ("trial,judgement\n0,right\n0,wrong\n", "line 3: trial 0 is judged in line 2 already"),
        ("trial;judgement\n0;right\n", "line 1: the columns `trial` and `judgement` (or `words`) are needed"),
        ("trial,judgement\n0\n", "cannot be read"),
    ] {
        std::fs::write(place.path("wrong.csv"), table).unwrap();
        let output = report(&["--replies", "wrong.csv"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && output.stdout.is_empty() && said.contains(what), "{table}: {said}");
    }
}
