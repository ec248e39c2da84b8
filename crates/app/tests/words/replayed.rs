//! Words that a search found, played again to the same device and to one that has changed, in simulated homes.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json as value};

use super::simulated::{home, search};
use super::{SCHEMA, complaint, fits, json, words, written};

/// A search in a home, and the file that it wrote.
fn found(folder: &Path, home: &str) -> (Value, String) {
    let path = folder.join("found.json");
    let output = search(home, &["--plays", "200", "--seed", "3", &format!("--json={}", path.display())]);
    assert!(output.status.success(), "{}", complaint(&output));
    (serde_json::from_slice(&fs::read(&path).unwrap()).unwrap(), path.to_str().unwrap().to_owned())
}

fn replay(file: &str, home: &str, more: &[&str]) -> Output {
    words("replay", &[&[file, "--simulate", home], more].concat())
}

fn count(told: &Value, now: &str) -> usize {
    told["words"].as_array().unwrap().iter().filter(|it| it["now"] == now).count()
}

#[test]
fn the_same_device_still_wakes_and_one_that_was_mended_does_not_word_by_word_beside_what_was_found() {
    let folder = tempfile::tempdir().unwrap();
    let before = home(folder.path(), "[1.0, 0.0, 0.0]", 12);
    let (earlier, file) = found(folder.path(), &before);
    let shown = usize::try_from(earlier["found"].as_u64().unwrap()).unwrap();
    assert!(shown >= 5);
    let page = folder.path().join("again.html");
    let same = folder.path().join("again.json");
    let output = replay(&file, &before, &["--html", page.to_str().unwrap(), &format!("--json={}", same.display())]);
    assert!(output.status.success(), "{}", complaint(&output));
    let said = String::from_utf8(output.stdout).unwrap();
    println!("{said}");
    let told: Value = serde_json::from_slice(&fs::read(&same).unwrap()).unwrap();
    fits(SCHEMA, &told);
    assert_eq!(told["words"].as_array().unwrap().len(), shown);
    assert!(count(&told, "still_wakes") + 1 >= shown && count(&told, "wakes_less") == 0, "{said}");
    assert_eq!(told["found"].as_u64().unwrap(), count(&told, "still_wakes") as u64);
    assert!(told["plays"].as_u64().unwrap() <= 12 * shown as u64 && told["ended"] == "replayed", "{told}");
    let enough = told["device"]["enough"].as_f64().unwrap();
    assert!((enough - f64::from(u32::try_from(shown).unwrap()) / 0.01).abs() < 1e-6, "{enough}");
    for it in told["words"].as_array().unwrap() {
        let known = earlier["words"].as_array().unwrap().iter().find(|known| known["text"] == it["text"]).unwrap();
        assert!(it["before"]["plays"] == known["plays"] && it["before"]["probability"] == known["probability"], "{it}");
        assert_eq!(it["wakes"] == true, it["now"] == "still_wakes");
        assert!(it["wakes"] == false || it["evidence"].as_f64().unwrap() >= enough, "{it}");
    }
    assert!(said.starts_with(&format!("Of {shown} words that woke speaker, ")) && said.contains("still wakes"), "{said}");
    assert!(fs::read_to_string(page).unwrap().contains("<th>Before</th><th>Now</th>"));
    let listed = words("list", &[same.to_str().unwrap()]);
    assert_eq!(String::from_utf8(listed.stdout).unwrap(), said, "what it wrote is listed as it was told");
    assert_eq!(json(&replay(&file, &before, &["--json"])), told, "the same seed gives the same replay");
    // What is played again may be played again.
    assert!(replay(same.to_str().unwrap(), &before, &["--plays", "2"]).status.success());

    // After an update it wakes from its own word alone; the household talks as before.
    let after = home(folder.path(), "[0.0, 0.0, 0.0]", 12);
    for seed in ["1", "2", "3"] {
        let told = json(&replay(&file, &after, &["--seed", seed, "--json"]));
        fits(SCHEMA, &told);
        // Of words that a recogniser cannot tell from its own the device still wakes each time; from the others at no time, but that the household talks.
        let (mut still, mut less) = (0, 0);
        for it in told["words"].as_array().unwrap() {
            let woke: u64 = it["voices"].as_array().unwrap().iter().map(|it| it["woke"].as_u64().unwrap()).sum();
            let plays = it["plays"].as_u64().unwrap();
            println!("seed {seed}: {} woke it in {woke} of {plays} plays: {}", it["text"], it["now"]);
            let wakes = woke * 10 >= plays * 8;
            assert_eq!(wakes, it["now"] == "still_wakes", "seed {seed}: {it}");
            assert!(wakes || woke * 4 <= plays, "seed {seed}: {it}");
            (still, less) = (still + usize::from(wakes), less + usize::from(it["now"] == "wakes_less"));
        }
        assert!(still <= 4 && (less + still) * 10 >= shown * 9, "seed {seed}: {still} still and {less} less of {shown}");
    }
}

#[test]
fn of_a_device_that_is_not_there_nothing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path(), "[1.0, 0.0, 0.0]", 12);
    let (earlier, file) = found(folder.path(), &home);
    let told = json(&replay(&file, &home, &["--device", "02:00:00:00:00:99", "--json"]));
    fits(SCHEMA, &told);
    assert_eq!((told["ended"].as_str().unwrap(), count(&told, "open") as u64), ("no_answer", earlier["found"].as_u64().unwrap()));
    // One that listens to another wake word.
    let text = fs::read_to_string(&home).unwrap().replace("[\"computer\"]", "[\"alexa\"]");
    fs::write(&home, text).unwrap();
    assert!(complaint(&replay(&file, &home, &[])).contains("no device began to upload after \"computer\""));
}

#[test]
fn a_file_that_cannot_be_played_again_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path(), "[1.0, 0.0, 0.0]", 0);
    let good = value!({
        "version": 1, "program": "earwitness 0.1.0", "wake_word": "computer", "phonemes": "K AH M P Y UW T ER", "engine": "speaker", "strategy": "learned",
        "seed": 1, "budget": 10, "plays": 1, "ended": "budget", "found": 1, "everyday": null,
        "left_out": { "without_phonemes": 0, "wake_word": 0, "twice": 0, "far": 0 },
        "words": [{ "text": "commuter", "phonemes": "K AH M Y UW T ER", "plays": 2, "wakes": true, "probability": 0.9, "low": 0.5, "high": 1.0,
            "voices": [{ "voice": "a@1", "plays": 1, "woke": 1 }, { "voice": "b@1", "plays": 1, "woke": 1 }] }],
        "answers": [{ "text": "commuter", "voice": "a@1", "woke": true }, { "text": "commuter", "voice": "b@1", "woke": true }]
    });
    let refused = |file: &Value| {
        let path = written(folder.path(), "file.json", &file.to_string());
        complaint(&replay(path.to_str().unwrap(), &home, &["--plays", "1"]))
    };
    let with = |pointer: &str, new: Value| {
        let mut file = good.clone();
        *file.pointer_mut(pointer).unwrap() = new;
        file
    };
    for (pointer, new, why) in [
        ("/words", value!([]), "names no word that wakes speaker"),
        ("/words/0/wakes", value!(false), "names no word that wakes speaker"),
        ("/words/0/phonemes", value!(""), "\"commuter\" has no phonemes"),
        ("/words/0/phonemes", value!("K QX"), "no phoneme"),
        ("/words/0/phonemes", value!("K AH M P Y UW T ER Z"), "says the wake word itself"),
        ("/words/0/plays", value!(7), "7 plays, and 2 in its voices"),
        ("/phonemes", value!(""), "the wake word has 0 phonemes"),
        ("/answers", value!([]), "was never played"),
        ("/answers/0/voice", value!("toy"), "cannot be said here"),
        ("/version", value!(2), "version 2 of the format"),
    ] {
        let said = refused(&with(pointer, new));
        assert!(said.contains(why), "{pointer}: {said}");
    }
    // A newer version may look otherwise altogether.
    assert!(refused(&value!({ "version": 2, "texts": [] })).contains("version 2 of the format"));
    assert!(refused(&value!([1])).contains("file.json"));
    let path = written(folder.path(), "good.json", &good.to_string());
    let said = complaint(&replay(path.to_str().unwrap(), &home, &["--plays", "0"]));
    assert!(said.contains("a number from 1"), "{said}");
    let said = complaint(&words("replay", &[path.to_str().unwrap(), "-i", "no-such-interface"]));
    assert!(said.contains("no-such-interface"), "{said}");
    let many: Vec<Value> = (0..300)
        .map(|it| {
            let mut word = good["words"][0].clone();
            word["text"] = value!(format!("word {it}"));
            word
        })
        .collect();
    let played = many.iter().map(|it| value!({ "text": it["text"], "voice": "a@1", "woke": true })).collect();
    let file = Value::Object([("words", Value::Array(many)), ("answers", Value::Array(played))].into_iter().fold(
        good.as_object().unwrap().clone(),
        |mut file, (key, new)| {
            file.insert(key.to_owned(), new);
            file
        },
    ));
    let path = written(folder.path(), "many.json", &file.to_string());
    let said = complaint(&replay(path.to_str().unwrap(), &home, &[]));
    assert!(said.contains("300 words played 12 times each are 3600 plays"), "{said}");
}
