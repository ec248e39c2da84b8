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
