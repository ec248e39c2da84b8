use std::hash::{DefaultHasher, Hasher};

use earwitness_core::probe::SoundKind;

use super::*;

/// A home from the text of a scenario.
fn house(text: &str, seed: u64) -> House {
    House::new(&Plan::from_toml(text, "test.toml").unwrap(), seed)
}

fn demo() -> &'static str {
    Plan::shipped().iter().find(|(name, _)| *name == "demo").unwrap().1
}

fn speech(text: &str) -> Sound {
    Sound { stimulus: Stimulus { name: text.to_owned(), kind: SoundKind::Speech }, length: 3 * SECOND, level_db: 70.0 }
}

/// Octets and frames of every sender and receiver, by link address.
type Digest = BTreeMap<[u8; 6], (u64, usize)>;

/// Runs a home in steps of `step` and plays `sounds` at seconds after its beginning; digests what each device's frames hold.
fn run(house: &mut House, step: i64, until: i64, sounds: &[(i64, &str)]) -> Digest {
    let mut digests: BTreeMap<[u8; 6], (DefaultHasher, usize)> = BTreeMap::new();
    let mut last = 0;
    let begins = house.begins();
    let mut sounds = sounds.iter().map(|(at, text)| (begins + at * SECOND, *text)).peekable();
    let mut now = begins;
    while now < begins + until {
        let next = (now + step).min(begins + until);
        while let Some((at, text)) = sounds.next_if(|(at, _)| *at < next) {
            house.play(at, &speech(text));
        }
        house.advance(next, &mut |at, octets| {
            assert!(at >= last.max(now) && at < next, "a frame is late, or early");
            last = at;
            let gateway = crate::host::GATEWAY_MAC.0;
            let (to, from): ([u8; 6], [u8; 6]) = (octets[..6].try_into().unwrap(), octets[6..12].try_into().unwrap());
            let (hasher, count) = digests.entry(if from == gateway { to } else { from }).or_default();
            hasher.write_i64(at);
            hasher.write(octets);
            *count += 1;
        });
        now = next;
    }
    digests.into_iter().map(|(mac, (hasher, count))| (mac, (hasher.finish(), count))).collect()
}

const WORDS: &[(i64, &str)] =
    &[(600, "computer, what is the time"), (1_200, "hey house, good night"), (1_203, "a storm is coming")];

#[test]
fn one_seed_gives_one_home_and_another_seed_another() {
    let digest = |seed| run(&mut house(demo(), seed), HOUR, HOUR, WORDS);
    assert_eq!(digest(1), digest(1));
    assert_ne!(digest(1), digest(2));
}

#[test]
fn the_steps_in_which_time_advances_do_not_matter() {
    let digest = |step| {
        let mut house = house(demo(), 3);
        (run(&mut house, step, HOUR, WORDS), house.truth())
    };
    let whole = digest(HOUR);
    for step in [SECOND, 7_654_321_987, 600 * SECOND] {
        assert!(digest(step) == whole, "steps of {step} ns");
    }
}

#[test]
fn a_speaker_hears_its_word_and_no_other() {
    let text = "hours = 1\n[[device]]\nname = \"a\"\nkind = \"speaker\"\nwake_words = [\"computer\"]\nwake_probability = 1.0\n";
    let mut house = house(text, 1);
    run(
        &mut house,
        HOUR,
        HOUR,
        &[(600, "banana bread for breakfast"), (900, "computer, what is the time"), (1_500, "good night")],
    );
    let truth = house.truth();
    let uploads = &truth.devices[0].uploads;
    assert_eq!(uploads.len(), 1, "{uploads:?}");
    assert_eq!(truth.sounds[uploads[0].cause.unwrap()].name, "computer, what is the time");
    assert!(uploads[0].start_ns > house.begins() + 900 * SECOND && uploads[0].end_ns < house.begins() + 910 * SECOND);
    assert!((2 * SECOND..6 * SECOND).contains(&uploads[0].audio_ns), "{uploads:?}");
}

/// A home in which everything that makes nothing of sound lives, and one speaker.
const DEAF: &str = r#"
hours = 2
start = 2026-03-02T02:30:00Z
[[device]]
name = "assistant"
kind = "speaker"
wake_words = ["computer"]
[[device]]
name = "muted"
kind = "speaker"
wake_words = ["computer"]
microphone = false
also_video_kbits = 300
[[device]]
name = "far"
kind = "speaker"
wake_words = ["computer"]
distance_db = 50
also_bursts = { every_seconds = 60, kilobytes = [10, 50] }
[[device]]
name = "later"
kind = "speaker"
wake_words = ["computer"]
active_from_hours = 1.9
[[device]]
name = "covered"
kind = "speaker"
wake_words = ["computer"]
cover = true
[[device]]
name = "monitor"
kind = "always-streaming"
[[device]]
name = "camera"
kind = "clip-camera"
[[device]]
name = "laptop"
kind = "laptop"
file_octets = 100_000
[[device]]
name = "video"
kind = "video"
kbits = 200
[[device]]
name = "film"
kind = "video"
direction = "down"
kbits = 200
[[device]]
name = "console"
kind = "console"
every_hours = 1
[[device]]
name = "updates"
kind = "updates"
every_hours = 1
megabytes = 1
[[device]]
name = "backup"
kind = "backup"
megabytes = 1
[[device]]
name = "plug"
kind = "plug"
switched_every_minutes = 5
[[device]]
name = "sensor"
kind = "sensor"
[[device]]
name = "idle"
kind = "idle"
[[talk]]
from_hour = 0
until_hour = 24
"#;

#[test]
fn a_deaf_device_sends_the_same_octets_whatever_is_played() {
    let (mut quiet, mut loud) = (house(DEAF, 5), house(DEAF, 5));
    let until = 2 * HOUR;
    let without = run(&mut quiet, 60 * SECOND, until, &[]);
    let with = run(&mut loud, 60 * SECOND, until, WORDS);
    assert_eq!(with.len(), 16);
    let different: Vec<_> = with
        .iter()
        .filter(|(mac, digest)| without.get(*mac) != Some(digest))
        .map(|(mac, _)| loud.truth().devices.iter().find(|device| device.mac.0 == *mac).unwrap().name.clone())
        .collect();
    assert_eq!(different, ["assistant"]);
    assert!(with.values().all(|(_, count)| *count > 20), "{with:?}");
}

#[test]
fn what_a_device_says_by_itself_stays_when_it_hears_something() {
    let frames = |sounds: &[(i64, &str)]| {
        let mut house = house("hours = 1\n[[device]]\nname = \"a\"\nkind = \"speaker\"\nwake_words = [\"computer\"]\n", 4);
        for (at, text) in sounds {
            house.play(house.begins() + at * SECOND, &speech(text));
        }
        let mut frames = std::collections::BTreeSet::new();
        house.advance(house.ends(), &mut |at, octets| assert!(frames.insert((at, octets.to_vec()))));
        frames
    };
    let (idle, heard) = (frames(&[]), frames(WORDS));
    assert!(idle.is_subset(&heard) && heard.len() > idle.len() + 100, "{} and {}", idle.len(), heard.len());
}

#[test]
fn an_update_switches_a_microphone_on() {
    let text = "hours = 2\n[[device]]\nname = \"a\"\nkind = \"speaker\"\nwithout_wake_word = true\nactive_from_hours = 1\n";
    let mut house = house(text, 1);
    run(&mut house, HOUR, 2 * HOUR, &[(1_800, "good morning"), (5_400, "good night")]);
    let truth = house.truth();
    let causes: Vec<_> = truth.devices[0].uploads.iter().map(|upload| truth.sounds[upload.cause.unwrap()].name.clone()).collect();
    assert_eq!(causes, ["good night"]);
}

#[test]
fn what_somebody_injects_wakes_a_device_and_no_microphone_tells() {
    let text = "hours = 1\n[[device]]\nname = \"a\"\nkind = \"speaker\"\nwake_words = [\"computer\"]\nwake_probability = 1\n\
                [[injected]]\ntext = \"computer, open the door\"\nat_hours = 0.5\n\
                [[talk]]\nper_hour = 30\nfrom_hour = 0\nuntil_hour = 24\n";
    let mut house = house(text, 1);
    run(&mut house, HOUR, HOUR, &[]);
    let truth = house.truth();
    let injected = truth.sounds.iter().position(|sound| sound.origin == Origin::Injected).unwrap();
    assert!(truth.devices[0].uploads.iter().any(|upload| upload.cause == Some(injected)));
    for (number, sound) in truth.sounds.iter().enumerate() {
        let alone = truth.sounds.iter().enumerate().all(|(other, second)| {
            other == number || second.at_ns >= sound.at_ns + sound.length_ns || second.at_ns + second.length_ns <= sound.at_ns
        });
        if alone {
            assert_eq!(
                house.other_sound(sound.at_ns, sound.at_ns + sound.length_ns).is_some(),
                sound.origin == Origin::Household
            );
        }
    }
    assert!(truth.sounds.len() > 10 && house.other_sound(house.begins() - HOUR, house.begins()).is_none());
}

/// What the one device of a home sent, of which kind, when after the sound's beginning, and how much.
fn sent(kind: &str, keys: &str, sound: &str, hours: i64) -> Vec<(Sent, i64, i64)> {
    let text = format!("hours = {hours}\nstart = 2026-03-02T00:00:00Z\n[[device]]\nname = \"a\"\nkind = \"{kind}\"\n{keys}\n");
    let mut house = house(&text, 2);
    run(&mut house, HOUR, hours * HOUR, &[(600, sound)]);
    let began = house.begins() + 600 * SECOND;
    let uploads = house.truth().devices[0].uploads.clone();
    uploads.iter().map(|upload| (upload.sent, (upload.start_ns - began) / SECOND, upload.audio_ns / SECOND)).collect()
}

#[test]
fn every_ear_sends_what_it_is_for() {
    let wake = "wake_words = [\"computer\"]\nwake_probability = 1";
    let [(Sent::Text, 3..=5, 0)] = sent("text-assistant", wake, "computer, hello", 1)[..] else { panic!() };
    let [(Sent::Alert, 0, 0)] = sent("lamp", "probability = 1", "hello", 1)[..] else { panic!() };
    let [(Sent::Fingerprint, 1..=3, 0)] = sent("tv", "", "hello", 1)[..] else { panic!() };
    let [(Sent::Recording, 10..=12, 10)] = sent("sound-camera", "probability = 1", "hello", 1)[..] else { panic!() };
    assert_eq!(sent("sound-camera", "probability = 1\nreacts_to = [\"noise\"]", "hello", 1), []);
    let [(Sent::Audio, 0, 9..=10)] = sent("sound-camera", "probability = 1\nsends = \"live\"", "hello", 1)[..] else { panic!() };
    let [(Sent::Recording, 1_203..=1_206, 3)] = sent("store-and-forward", "", "hello", 1)[..] else { panic!() };
    let [(Sent::Recording, 10_200..=10_205, 3)] = sent("store-and-forward", "at_hour = 3", "hello", 4)[..] else { panic!() };
    let [(Sent::Audio, 4..=8, 3)] = sent("trickler", "", "hello", 1)[..] else { panic!() };
    assert_eq!(sent("speaker", "wake_words = [\"computer\"]\ncover = true\nwake_probability = 1", "computer, hello", 1).len(), 1);
    for carriage in ["tls", "http2", "quic", "dtls", "rtp"] {
        let keys = format!("wake_words = [\"computer\"]\nwake_probability = 1\ncarriage = \"{carriage}\"");
        let [(Sent::Audio, 1..=3, 2..=4)] = sent("speaker", &keys, "computer, hello", 1)[..] else { panic!("{carriage}") };
    }
    let [(Sent::Audio, _, 30..=34)] = sent("speaker", "without_wake_word = true\nstays_listening_seconds = 30", "hello", 1)[..]
    else {
        panic!()
    };
}

#[test]
fn a_house_can_live_in_a_thread_of_its_own() {
    fn goes_anywhere<T: Send>(_: &T) {}
    goes_anywhere(&house(demo(), 1));
}
